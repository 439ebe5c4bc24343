#!/usr/bin/env bash
# Other people's witnesses, litewitness and omniwitness (with an Ed25519 and an
# ML-DSA key), cosign our checkpoints: through kill -9 of each of them and of
# the log, and they tell a log that was restored from an older copy of its whole
# directory, high-water file included, which then refuses to sign; and one that
# has lost all but its key. A log that is really new they let begin.
#
#   witness_client_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
for program in ssh-agent ssh-add ssh-keygen; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
build_tools

# --- a log without entries, and one with some, not witnessed yet: their keys
# --- have to be known first
start_log --origin fresh.example/log
end_process "$log_pid" TERM
fresh_vkey=$vkey
mv "$work/data" "$work/fresh"
start_log
append 300 1
end_process "$log_pid" TERM

# --- litewitness: its key lives in an agent, its logs in a database ---
cd "$work"
ssh-keygen -q -t ed25519 -N '' -f lite
ssh-agent -D -a "$work/agent" >/dev/null &
pids+=($!)
wait_for 120 "ssh-agent" test -S agent
SSH_AUTH_SOCK=$work/agent ssh-add -q lite 2>/dev/null
python3 - "$vkey" "$fresh_vkey" <<'SQL'
import sqlite3, sys
db = sqlite3.connect("lite.db")
db.execute("CREATE TABLE log(origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL)")
db.execute("CREATE TABLE key(origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin))")
for vkey in sys.argv[1:]:
    origin = vkey.split("+")[0]
    db.execute("INSERT INTO log VALUES (?, 0, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')", [origin])
    db.execute("INSERT INTO key VALUES (?, ?)", [origin, vkey])
db.commit()
SQL
hold_port
lite_port=$port
start_lite() {
  "$tools/litewitness" -db lite.db -name lite.example/1 -ssh-agent "$work/agent" \
    -key "$(ssh-keygen -lf lite.pub | cut -d' ' -f2)" \
    -listen "127.0.0.1:$lite_port" >>lite.log 2>&1 &
  lite_pid=$!
  pids+=("$lite_pid")
  wait_for 120 "litewitness" python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$lite_port/')"
}
start_lite
lite_vkey=$(python3 -c "
import re, urllib.request as u
print(re.search(r'lite\.example/1\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+', u.urlopen('http://127.0.0.1:$lite_port/').read().decode().replace('&#43;', '+')).group(0))")

# --- omniwitness, with two keys ---
"$tools/generate_keys" --origin omni.example/1 --out_priv omni.sec --out_pub omni.pub >/dev/null 2>&1
"$tools/generate_keys" --origin omni.example/pq --mldsa --out_priv pq.sec --out_pub pq.pub >/dev/null 2>&1
{
  echo 'Logs:'
  for key in "$vkey" "$fresh_vkey"; do
    printf '  - Origin: %s\n    PublicKey: %s\n' "${key%%+*}" "$key"
  done
} >logs.yaml
hold_port
omni_port=$port
start_omni() {
  "$tools/omniwitness" --listen "127.0.0.1:$omni_port" --metrics_listen= \
    --private_key_path omni.sec --private_key_path pq.sec --db_file omni.db \
    --additional_logs logs.yaml >>omni.log 2>&1 &
  omni_pid=$!
  pids+=("$omni_pid")
  wait_for 120 "omniwitness" python3 -c "import socket; socket.create_connection(('127.0.0.1', $omni_port))"
}
start_omni

cat >witnesses.policy <<POLICY
log $vkey
witness lite $lite_vkey http://127.0.0.1:$lite_port/
witness omni $(cat omni.pub) http://127.0.0.1:$omni_port/
group both all lite omni
quorum both
POLICY

restart_log() { start_log --policy witnesses.policy --witness-interval-ms 50; }

restart_log
wait_for 120 "both cosignatures of size 300" log_is 's["published"]["size"]' 300
append 700 2
wait_for 120 "both cosignatures of size 1000" log_is 's["published"]["size"]' 1000
curl -sf "http://$http/checkpoint" >checkpoint
[ "$(grep -c '^— ' checkpoint)" = 3 ] || fail "the checkpoint has other than three signatures" checkpoint
"$bin/modlog-verify" audit "http://$http/" --policy data/log.policy --first-use >audit.log 2>&1 ||
  fail "the audit does not accept a quorum of them" audit.log
echo "litewitness and omniwitness cosign size 1000"

# --- kill -9 of each, and of the log ---
end_process "$lite_pid" KILL || true
end_process "$omni_pid" KILL || true
append 1 3
wait_for 120 "the log to notice" log_is '[bool(w["trouble"]) for w in s["witnesses"]]' '[True, True]'
log_is 's["published"]["size"]' 1000 || fail "published without a quorum"
start_lite
start_omni
wait_for 120 "both after their restart" log_is 's["published"]["size"]' 1001
echo "both go on after kill -9"

end_process "$log_pid" KILL || true
cp -r data older
restart_log
append 99 4
wait_for 120 "both after the log's restart" log_is 's["published"]["size"]' 1100
echo "the log goes on after kill -9"

# --- an older copy of the whole directory ---
end_process "$log_pid" TERM || fail "modlogd did not stop in order" modlogd.log
rm -rf data && mv older data
restart_log
wait_for 120 "the log to stop signing" log_is 's["state"]' ROLLED_BACK
log_field 's["state_reason"]' | grep -q 'has seen 1,\?100 entries of this log, which has 1,\?001' ||
  fail "the reason is another: $(log_field 's["state_reason"]')"
if append 1 5 2>/dev/null; then fail "an append after it was rolled back"; fi
log_is 's["signed"]["size"]' 1001 || fail "signed after it was rolled back"
status=0
end_process "$log_pid" TERM || status=$?
[ "$status" = 3 ] || fail "exit status $status, want 3" modlogd.log
echo "a restored copy refuses to sign"

# --- all lost but the key: neither witness shows anything to readers ---
find data -mindepth 1 ! -name log.key -delete
restart_log
wait_for 120 "the log to stop signing" log_is 's["state"]' ROLLED_BACK
log_field 's["state_reason"]' | grep -q 'has seen 1,\?100 entries of this log, which has 0' ||
  fail "the reason is another: $(log_field 's["state_reason"]')"
log_is 's["signed"]["size"]' 0 || fail "the key was used on an empty directory"
end_process "$log_pid" TERM || true
echo "a key without its log refuses to sign"

# --- a new log ---
rm -rf data && mv fresh data
sed "s|^log .*|log $fresh_vkey|" witnesses.policy >fresh.policy
: >modlogd.log
end_process "$lite_pid" KILL || true
start_log --policy fresh.policy --witness-interval-ms 50
wait_for 120 "the log to say that it waits" grep -q ' info UNCONFIRMED: ' modlogd.log
if append 1 6 2>/dev/null; then fail "an append before both have answered"; fi
start_lite
wait_for 120 "both to let a new log begin" grep -q ' info SERVING: ' modlogd.log
append 1 6
wait_for 120 "both cosignatures of size 1" log_is 's["published"]["size"]' 1
if grep ' error ' modlogd.log; then fail "an error where all is well"; fi
end_process "$log_pid" TERM
echo "a new log begins before them"
