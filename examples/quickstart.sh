#!/usr/bin/env bash
# From nothing to a caught forgery: builds modlog, starts a log, appends January
# 2021, takes a receipt, checks it offline, audits the log, then changes one
# byte in a copy and shows the auditor naming the entry.
#
#   examples/quickstart.sh [--keep]     --keep leaves the files it made
#
# For Debian 12 and Ubuntu 24.04, as root or with sudo. Stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=false
case "${1:-}" in
  "") ;;
  --keep) keep=true ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '  $ %s\n' "$*"; "$@"; }

say "1. Install packages and build (a few minutes the first time)"
./tools/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target modlogd modlog modlog-verify
bin=$PWD/build/release/bin

work=$(mktemp -d)
log_pid=
cleanup() {
  if [ -n "$log_pid" ]; then kill "$log_pid" 2>/dev/null && wait "$log_pid" || true; fi
  $keep || rm -rf "$work"
}
trap cleanup EXIT
cp examples/january-2021.jsonl "$work/"
cd "$work"
PATH=$bin:$PATH

say "2. Start a log on an embedded database, on free ports"
modlogd --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:0 >ready 2>modlogd.log &
log_pid=$!
for _ in $(seq 600); do
  grep -q '^ready ' ready && break
  kill -0 "$log_pid" 2>/dev/null || { cat modlogd.log >&2; exit 1; }
  sleep 0.1
done
cat ready
MODLOG_SERVER=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' ready)
http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' ready)
export MODLOG_SERVER
[ -n "$MODLOG_SERVER" ] || { cat modlogd.log >&2; exit 1; }

say "3. Append January 2021: bans, a ruling, reversals, a service cut off"
run modlog append january-2021.jsonl

say "4. Take a receipt for entry 3 and check it offline"
run modlog receipt --index 3 --out receipt
run modlog-verify receipt --entry receipt.entry --proof receipt.tlog-proof \
  --policy modlog-data/log.policy

say "5. Audit the whole log over HTTP, as anybody can"
run modlog-verify audit "http://$http/" --policy modlog-data/log.policy --first-use

say "6. Change one byte in a copy, and get caught"
run modlog export-tiles copy
bundle=$(find copy/tile/entries -type f -print -quit)
python3 - "$bundle" <<'PY'
import sys
path = sys.argv[1]
data = bytearray(open(path, 'rb').read())
position = 0
for _ in range(5):                      # to the sixth entry of the bundle
    position += 2 + int.from_bytes(data[position:position + 2], 'big')
size = int.from_bytes(data[position:position + 2], 'big')
data[position + 2 + size - 1] ^= 1      # the last byte of what it says
open(path, 'wb').write(data)
PY
echo "  (flipped one bit of entry 5 in $bundle)"
printf '  $ modlog-verify audit copy --policy modlog-data/log.policy --first-use\n'
status=0
modlog-verify audit copy --policy modlog-data/log.policy --first-use || status=$?
if [ "$status" -ne 1 ]; then
  echo "quickstart: the forged copy got exit status $status, want 1" >&2
  exit 1
fi

say "Done: the log proved itself, the forgery was named."
cat <<'TEXT'
Where to go next:
  README.md               what this is and what it does not do
  docs/integrating.md     a platform engineer's first hour
  docs/verifying.md       from a receipt to a verdict, trusting nobody
  docs/formats.md         every byte
TEXT
if $keep; then echo "The files are in $work"; fi
