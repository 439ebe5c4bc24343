#!/usr/bin/env bash
# If this fails, an outsider who follows docs/verifying.md gets nowhere.
#
#   by_hand.sh SOURCE_FOLDER PROGRAMS_FOLDER
#
# Runs the commands of its section "With curl, openssl and python3" as they
# stand, but for the address, against a real log; then spoils what they read,
# and they must notice.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
source=$1
bin=$2
for program in curl openssl python3; do
  command -v "$program" >/dev/null || { echo "skipped: no $program"; exit 77; }
done

work=$(mktemp -d)
log_pid=
cleanup() {
  if [ -n "$log_pid" ]; then kill "$log_pid" 2>/dev/null && wait "$log_pid" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
fail() {
  echo "by_hand.sh: $*" >&2
  exit 1
}

"$bin/modlogd" --data-dir data --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:0 \
  >ready 2>modlogd.log &
log_pid=$!
for _ in $(seq 1200); do
  grep -q '^ready ' ready && break
  kill -0 "$log_pid" 2>/dev/null || break
  sleep 0.1
done
grpc=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' ready)
http=$(sed -n 's/^ready .*http=\([^ ]*\).*/\1/p' ready)
[ -n "$http" ] || { cat modlogd.log >&2; exit 1; }

modlog() { "$bin/modlog" --server "$grpc" "$@"; }
modlog append "$source/examples/january-2021.jsonl" >appended 2>&1 ||
  fail "nothing was appended: $(cat appended)"
modlog receipt --index 3 --out ban 2>taken || fail "no receipt: $(cat taken)"
head -n 1 "$source/examples/january-2021.jsonl" |
  sed 's/"puid": *"/&later-/' >later.jsonl
modlog append later.jsonl >appended 2>&1 || fail "no more: $(cat appended)"
cp data/log.policy log.policy
cp "$source/examples/verify.py" .

awk '/^## / { on = $0 == "## With curl, openssl and python3" }
     /^```/ { inside = on && !inside && $0 == "```sh"; next }
     inside' "$source/docs/verifying.md" |
  sed "s|https://log.example|http://$http|g" >commands
[ "$(grep -c . commands)" -ge 20 ] || fail "the section has lost its commands"

follow() { bash -euo pipefail commands >said 2>&1; }
follow || fail "a command of docs/verifying.md fails: $(cat said)"
says() { grep -qF -- "$1" said || fail "they do not say '$1': $(cat said)"; }
says "Signature Verified Successfully"
[ "$(grep -cx 'verdict: true' said)" = 3 ] || fail "not three verdicts: $(cat said)"
says "not proved: status 1"
[ "$(sed -n 2p checkpoint)" = 14 ] && [ "$(sed -n 2p now)" = 15 ] ||
  fail "the log did not grow behind the receipt"
leaf=$(sed -n 's/^  leaf hash  *//p' said)
[ "$(grep -cF -- "$leaf" said)" = 3 ] ||
  fail "openssl, verify.py and the tile have different hashes: $(cat said)"

# Each of these would make the page a ritual if it went unnoticed.
spoil() {
  cp "$1" kept
  python3 - "$1" "$2" <<'PYTHON'
import sys
name, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(name, "rb").read())
data[at] ^= 1
open(name, "wb").write(data)
PYTHON
  if follow; then fail "a changed byte $2 of $1 goes unnoticed"; fi
  cp kept "$1"
}
spoil ban.entry 20
spoil ban.tlog-proof 60
spoil ban.tlog-proof -10
spoil ban.tlog-proof -140
follow || fail "after all that the true one is not believed: $(cat said)"
echo "the section holds: $(grep -c . commands) lines"
