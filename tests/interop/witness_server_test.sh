#!/usr/bin/env bash
# Our witness cosigns a log written by Tessera (posix-oneshot), through kill -9,
# and what it made of the log stands before our verifier and our mirror under a
# policy that asks for it; a copy of the log that forks gets no cosignature, and leaves
# evidence.
#
#   witness_server_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
build_tools
cd "$work"

# A key for tests, of seed 00..1f.
log_vkey=modlog.example/actions+8c641279+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
printf 'PRIVATE+KEY+modlog.example/actions+8c641279+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f' >log.sec

start_witness() {
  : >ready
  "$bin/modlog-witness" --data-dir w --listen "${1:-127.0.0.1:0}" \
    --name witness.example/ours --log "$log_vkey" >ready 2>>witness.log &
  witness_pid=$!
  pids+=("$witness_pid")
  wait_for 120 "modlog-witness" grep -q '^ready ' ready
  address=$(sed -n 's/^ready http=\([^ ]*\).*/\1/p' ready)
  witness_vkey=$(sed -n 's/.* vkey=//p' ready)
}
start_witness
cat >policy <<POLICY
log $log_vkey
witness ours $witness_vkey http://$address/
quorum ours
POLICY

# extend DIRECTORY COUNT PREFIX: Tessera adds so many entries.
extend() {
  rm -rf entries && mkdir entries
  for i in $(seq "$2"); do printf 'entry %s of %s' "$i" "$3" >"entries/$i"; done
  timeout "${4:-60}" "$tools/posix-oneshot" --storage_dir="$1" \
    --entries="$work/entries/*" --private_key=log.sec \
    --witness_policy_file=policy --witness_timeout=10s >>tessera.log 2>&1
}
seen() { # SIZE: our witness has cosigned that much
  python3 - "$address" "$1" <<'PY'
import hashlib, sys, urllib.request
name = hashlib.sha256(b"modlog.example/actions").hexdigest()
note = urllib.request.urlopen(f"http://{sys.argv[1]}/{name}/checkpoint").read().decode()
sys.exit(note.split("\n")[1] != sys.argv[2])
PY
}
# The whole log, and the quorum of our witness, before our own judge and mirror.
judge() {
  "$bin/modlog-verify" audit "$1" --policy policy --first-use --integrity-only \
    >audit.log 2>&1 || fail "our verifier refuses the log of size $2" audit.log
  grep -q "$2" audit.log || fail "it is not of size $2" audit.log
  "$bin/modlog-verify" mirror "$1" m --policy policy --first-use --once \
    >mirror.log 2>&1 || fail "our mirror refuses the log of size $2" mirror.log
  cmp -s "$1/checkpoint" m/checkpoint || fail "the mirror has another checkpoint" mirror.log
}

extend l 3 one || fail "Tessera's log is not cosigned" tessera.log witness.log
seen 3 || fail "the witness has not seen size 3" witness.log
judge l 3
echo "cosigned: a log of 3 entries, written by Tessera"
cp -r l fork

extend l 300 two || fail "an update is not cosigned" tessera.log witness.log
seen 303 || fail "the witness has not seen size 303" witness.log
judge l 303
echo "cosigned: the same of 303 entries"

end_process "$witness_pid" 9 || true
start_witness "$address"
extend l 5 three || fail "not cosigned after kill -9" tessera.log witness.log
seen 308 || fail "the witness has not seen size 308" witness.log
judge l 308
echo "cosigned: 308 entries, after kill -9 of the witness"

# The copy from before grows beyond the log, by other entries.
if extend fork 400 fork 10 && "$bin/modlog-verify" audit fork --policy policy \
  --first-use --integrity-only >audit.log 2>&1; then
  fail "a fork was cosigned" tessera.log witness.log audit.log
fi
seen 308 || fail "a fork moved the witness" witness.log
status=0
"$bin/modlog-verify" mirror fork m --policy policy --once >mirror.log 2>&1 || status=$?
[ "$status" != 0 ] || fail "our mirror follows a fork" mirror.log
cmp -s l/checkpoint m/checkpoint || fail "a fork moved the mirror" mirror.log
evidence=$(ls w/evidence/*.fork.*.json 2>/dev/null | head -n 1)
[ -n "$evidence" ] || fail "no evidence of the fork" tessera.log witness.log
"$bin/modlog-verify" fork "$evidence" --policy policy >fork.log 2>&1 ||
  fail "the evidence does not prove the fork" fork.log
echo "refused: a fork of 403 entries; its own proof is the evidence"
