#!/usr/bin/env bash
# run.sh python|go|node PROTO_FOLDER BUILD_FOLDER: does this runtime write
# canonical actions? Exit status 77, and a word why, where it is not here.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
runtime=$1
protos=$2
work=$3/$runtime
vectors=$here/vectors.json
mkdir -p "$work"

skip() {
  echo "skipped: $*"
  exit 77
}

run_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import google.protobuf' 2>/dev/null; then
      protoc -I "$protos" --python_out="$work" modlog/v1/action.proto
      PYTHONPATH=$work "$python" "$here/check.py" "$vectors" "${@}"
      return
    fi
  done
  skip "no python3 with google.protobuf (python3-protobuf)"
}

run_go() {
  command -v go >/dev/null || skip "go is not installed"
  cp "$here"/{check.go,go.mod,go.sum} "$work"
  cd "$work"
  go mod download 2>download.log ||
    skip "the module go.mod names is not to be had: $(tail -n 1 download.log)"
  go build -o protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go
  protoc -I "$protos" --plugin=protoc-gen-go --go_out=. \
    --go_opt=module=modlog.example modlog/v1/action.proto
  go run . "$vectors"
}

run_node() {
  command -v node >/dev/null || skip "node is not installed"
  command -v npm >/dev/null || skip "npm is not installed"
  cp "$here/check.js" "$work"
  cd "$work"
  if ! cmp -s "$here/package.json" installed.json; then
    cp "$here/package.json" .
    npm install --no-package-lock --ignore-scripts --no-audit --no-fund \
      --fetch-retries=1 --fetch-retry-mintimeout=1000 --loglevel=error >install.log 2>&1 ||
      skip "the packages package.json names are not to be had: $(head -n 1 install.log)"
    cp package.json installed.json
  fi
  node check.js "$vectors" "$protos"
}

case $runtime in
  python | go | node) "run_$runtime" "${@:4}" ;;
  *) sed -n '2,3s/^# //p' "$0"; exit 2 ;;
esac
