#!/usr/bin/env bash
# The figures of docs/performance.md: builds release, starts a log in a scratch
# directory, measures it with `modlog bench`, audits the result, and imports made-up files of
# each source. Takes some six minutes and 6 GB; nothing else should run on the machine.
#
#   tools/bench.sh [DIRECTORY]      where to put the log (default: a new one
#                                   under TMPDIR, removed at the end)
set -euo pipefail
cd "$(dirname "$0")/.."

./tools/setup.sh
cmake --preset release -DMODLOG_TESTS=ON >/dev/null
cmake --build --preset release \
  --target modlogd modlog modlog-verify modlog-limits >/dev/null
PATH=$PWD/build/release/bin:$PATH

work=${1:-}
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
log_pid=
start() {
  : >"$work/ready"
  modlogd --data-dir "$work/data" --grpc-listen 127.0.0.1:0 \
    --http-listen 127.0.0.1:0 >"$work/ready" 2>>"$work/log" &
  log_pid=$!
  until grep -q '^ready ' "$work/ready"; do sleep 0.01; done
  MODLOG_SERVER=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' "$work/ready")
  http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$work/ready")
  export MODLOG_SERVER
}
ticks() { awk '{print $14 + $15}' "/proc/$log_pid/stat"; }

echo "== machine"
lscpu | sed -n 's/^Model name: *//p'
nproc
echo "== limits: hash, disk, empty call, echo"
modlog-limits --dir "$work"
start
echo "== unary, proof in the answer, 256 in flight"
for _ in 1 2 3; do modlog bench --mode unary --entries 150000 --in-flight 256 --json; done
echo "== unary, one at a time"
for _ in 1 2 3; do modlog bench --mode unary --entries 4000 --in-flight 1 --json; done
echo "== stream, batches of 1,024"
for _ in 1 2 3; do modlog bench --mode stream --entries 3200000 --batch 1024 --json; done
echo "== memory of modlogd, kB"
grep -E 'VmHWM|RssAnon' "/proc/$log_pid/status"
echo "== disk, MiB"
du -sm "$work/data/db" "$work/data/index"
before=$(ticks); sleep 5; after=$(ticks)
echo "== CPU when idle: $((after - before)) ticks of 10 ms in 5 s"
echo "== export, then an audit of it on one core"
modlog export-tiles "$work/copy" 2>&1
taskset -c 0 modlog-verify audit "$work/copy" --policy "$work/data/log.policy" \
  --first-use --integrity-only
echo "== full audit over HTTP"
modlog-verify audit "http://$http/" --policy "$work/data/log.policy" --first-use
kill -9 "$log_pid"; wait "$log_pid" 2>/dev/null || true
began=$(date +%s%N)
start
echo "== start after kill -9: $((($(date +%s%N) - began) / 1000000)) ms"
kill "$log_pid"; wait "$log_pid"
echo "== imports beside modlog append of the same records"
tests/bench/import_bench.py build/release/bin
