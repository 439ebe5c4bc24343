#!/usr/bin/env bash
# run.sh cpp|python|go|node SOURCE_FOLDER PROGRAMS_FOLDER BUILD_FOLDER: does what a
# platform copies from examples/ log and prove an action? Exit status 77, and a
# word why, where the runtime is not here.
set -euo pipefail

runtime=${1:-}
case $runtime in
  cpp | python | go | node) ;;
  *) sed -n '2,4s/^# //p' "$0"; exit 2 ;;
esac
source=$2/examples/$runtime
protos=$2/proto
bin=$3
build=$4/$runtime
mkdir -p "$build"

skip() {
  echo "skipped: $*"
  exit 77
}

# What it was built into stands beside the programs.
prepare_cpp() {
  example=("$bin/modlog_example_cpp" shop.key)
}

prepare_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import grpc, google.protobuf' 2>/dev/null; then
      command -v grpc_python_plugin >/dev/null ||
        skip "no grpc_python_plugin (protobuf-compiler-grpc)"
      protoc -I "$protos" --python_out="$build" --grpc_out="$build" \
        --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" \
        modlog/v1/{action,payload,entry,log}.proto google/rpc/status.proto
      export PYTHONPATH=$build PYTHONDONTWRITEBYTECODE=1
      example=("$python" "$source/append.py")
      return
    fi
  done
  skip "no python3 with grpc and google.protobuf (python3-grpcio)"
}

prepare_go() {
  command -v go >/dev/null || skip "go is not installed"
  cp "$source"/{main.go,inclusion.go,go.mod,go.sum} "$build"
  cd "$build"
  local plugin status=Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status
  for plugin in google.golang.org/protobuf/cmd/protoc-gen-go@v1.34.2 \
    google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.4.0; do
    GOBIN=$build/bin go install "$plugin" 2>install.log ||
      skip "$plugin is not to be had: $(tail -n 1 install.log)"
  done
  go mod download 2>download.log ||
    skip "a module go.mod names is not to be had: $(tail -n 1 download.log)"
  PATH=$build/bin:$PATH protoc -I "$protos" \
    --go_out=. --go_opt=module=modlog.example,$status \
    --go-grpc_out=. --go-grpc_opt=module=modlog.example,$status \
    modlog/v1/{action,payload,entry,log}.proto
  go build -o append .
  example=("$build/append")
}

prepare_node() {
  command -v node >/dev/null || skip "node is not installed"
  command -v npm >/dev/null || skip "npm is not installed"
  cp "$source"/{append.js,inclusion.js} "$build"
  cd "$build"
  if ! cmp -s "$source/package.json" installed.json; then
    cp "$source/package.json" .
    npm install --no-package-lock --ignore-scripts --no-audit --no-fund \
      --fetch-retries=1 --fetch-retry-mintimeout=1000 --loglevel=error >install.log 2>&1 ||
      skip "the packages package.json names are not to be had: $(head -n 1 install.log)"
    cp package.json installed.json
  fi
  example=(node "$build/append.js" "$protos")
}

"prepare_$runtime"

work=$(mktemp -d)
log_pid=
cleanup() {
  if [ -n "$log_pid" ]; then kill "$log_pid" 2>/dev/null && wait "$log_pid" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

"$bin/modlogd" --enrolled-only --grpc-listen 127.0.0.1:0 \
  --http-listen 127.0.0.1:0 >ready 2>modlogd.log &
log_pid=$!
for _ in $(seq 1200); do
  grep -q '^ready ' ready && break
  kill -0 "$log_pid" 2>/dev/null || break
  sleep 0.1
done
server=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' ready)
[ -n "$server" ] || { cat modlogd.log >&2; exit 1; }
# The platform in C++ seals; its key takes the log's first entry.
registration=()
first=0
if [ "$runtime" = cpp ]; then
  "$bin/modlog" --server "$server" platform keygen shop.example --out shop.key >key
  registration=(--key "$(sed -n 's/^key //p' key)" --proof "$(sed -n 's/^proof //p' key)")
  first=1
fi
"$bin/modlog" --server "$server" --token-file modlog-data/operator.token \
  platform add shop.example "${registration[@]}" --token-out shop.token

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

"${example[@]}" "$server" shop.example shop.token
"$bin/modlog-verify" receipt --entry ban-1001.entry \
  --proof ban-1001.tlog-proof --policy modlog-data/log.policy
"${example[@]}" "$server" shop.example shop.token >again ||
  fail "run again, it should find its entries logged"
head -n 1 again | grep -q "entry $first " || fail "run again, it made new entries"
if "${example[@]}" "$server" shop.example >stranger 2>&1; then
  fail "without the token it should be refused"
fi
grep -q "need its token" stranger || fail "refused for another reason: $(cat stranger)"
if [ "$runtime" = cpp ]; then
  "$bin/modlog" --server "$server" platform show shop.example --json |
    grep -q '"sealed":4' || fail "not sealed, or not once"
fi
