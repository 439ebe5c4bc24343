#!/usr/bin/env bash
# Tessera's fsck, an independent implementation, accepts our log over HTTP and
# as an exported directory, at sizes around the edges of bundles and tiles; and
# refuses a copy with one byte changed, so that its word means something. It is
# judged by its success line: its exit status is 0 either way.
#
#   fsck_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)

skip() { echo "skipped: $1"; exit 77; }
command -v go >/dev/null || skip "go is not installed"

work=$(mktemp -d)
log_pid=
cleanup() {
  if [ -n "$log_pid" ]; then kill "$log_pid" 2>/dev/null && wait "$log_pid" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

cp "$here/go.mod" "$here/go.sum" "$work/"
(cd "$work" && GOFLAGS=-mod=mod go build -o "$work/" tool) >"$work/go.log" 2>&1 ||
  skip "fsck could not be built: $(tail -n 1 "$work/go.log")"

"$bin/modlogd" --data-dir "$work/data" --grpc-listen 127.0.0.1:0 \
  --http-listen 127.0.0.1:0 >"$work/ready" 2>"$work/log" &
log_pid=$!
for _ in $(seq 200); do
  grep -q '^ready ' "$work/ready" && break
  sleep 0.05
done
export MODLOG_SERVER
MODLOG_SERVER=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' "$work/ready")
http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$work/ready")
sed -n 's/.* vkey=//p' "$work/ready" >"$work/vkey"

accepts() { # URL SIZE
  timeout 120 "$work/fsck" --storage_url="$1" --public_key="$work/vkey" \
    --ui=false --N=2 >"$work/fsck.log" 2>&1 || true
  grep -q "Successfully fsck'd log with size $2 " "$work/fsck.log"
}

size=0
for want in 1 2 255 256 257 1000 65535 65536 65537; do
  "$bin/modlog" bench --mode stream --entries $((want - size)) --batch 512 \
    --seed "$want" --json >/dev/null
  size=$want
  accepts "http://$http/" "$size" || { echo "fsck refuses size $size over HTTP"; cat "$work/fsck.log"; exit 1; }
  echo "fsck accepts size $size over HTTP"
done

"$bin/modlog" export-tiles "$work/copy" 2>/dev/null
accepts "file://$work/copy/" "$size" || { echo "fsck refuses the export"; cat "$work/fsck.log"; exit 1; }
echo "fsck accepts the exported directory"

bundle=$work/copy/tile/entries/000
printf '\001' | dd of="$bundle" bs=1 seek=40 conv=notrunc 2>/dev/null
if accepts "file://$work/copy/" "$size"; then
  echo "fsck accepts a copy with a changed byte: this test cannot fail"
  exit 1
fi
echo "fsck refuses a changed byte"
