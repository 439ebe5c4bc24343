#!/usr/bin/env bash
# Checkpoints signed by ML-DSA-44 as well, before other people's libraries and
# before ours; and omniwitness cosigns them by ML-DSA-44, which is our quorum.
# Skipped where libcrypto is older than 3.5. Another one serves as well:
#   LD_LIBRARY_PATH=DIRECTORY_WITH_IT ctest --preset test -R interop.mldsa
#
#   mldsa_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
"$bin/modlogd" --version | grep -q 'with ML-DSA-44' ||
  skip "$("$bin/modlogd" --version | tail -n 1)"
build_tools
cd "$work"

start_log --mldsa-key mldsa.key
append 300 1
curl -sf "http://$http/checkpoint" >checkpoint
second=$(log_field 's["mldsa_vkey"]')
"$tools/judgemldsa" checkpoint "$vkey" "$second" >judge.log 2>&1 ||
  fail "other people's libraries refuse the checkpoint" judge.log checkpoint
cat judge.log
printf 'log %s\nquorum none\n' "$second" >second.policy
printf 'log %s\nquorum none\n' "$vkey" >first.policy
for policy in first second; do
  "$bin/modlog-verify" audit "http://$http/" --policy $policy.policy --first-use \
    >audit.log 2>&1 || fail "our auditor refuses the log under $policy.policy" audit.log
done
"$bin/modlog" receipt --index 7 --out r 2>receipt.log || fail "no receipt" receipt.log
"$bin/modlog-verify" receipt --entry r.entry --proof r.tlog-proof \
  --policy second.policy >receipt.log || fail "a receipt by the second key" receipt.log
echo "our judges accept either key"
# The last signature line, the second key's, with its last bytes cut off.
sed '$ s/....$/AAA=/' r.tlog-proof >bad.tlog-proof
for policy in first second; do
  status=0
  "$bin/modlog-verify" receipt --entry r.entry --proof bad.tlog-proof \
    --policy $policy.policy >receipt.log || status=$?
  [ "$policy $status" = "first 0" ] || [ "$policy $status" = "second 1" ] ||
    fail "a spoilt second signature under $policy.policy is status $status" receipt.log
done
end_process "$log_pid" TERM

"$tools/generate_keys" --origin omni.example/pq --mldsa --out_priv pq.sec \
  --out_pub pq.pub >/dev/null 2>&1
printf 'Logs:\n  - Origin: %s\n    PublicKey: %s\n' "${vkey%%+*}" "$vkey" >logs.yaml
hold_port
"$tools/omniwitness" --listen "127.0.0.1:$port" --metrics_listen= \
  --private_key_path pq.sec --db_file omni.db --additional_logs logs.yaml >omni.log 2>&1 &
pids+=("$!")
wait_for 120 "omniwitness" python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))"
cat >witnesses.policy <<POLICY
log $vkey
witness pq $(cat pq.pub) http://127.0.0.1:$port/
quorum pq
POLICY
start_log --mldsa-key mldsa.key --policy witnesses.policy --witness-interval-ms 50
[ "$(log_field 's["mldsa_vkey"]')" = "$second" ] || fail "another second key after a restart"
append 700 2
wait_for 120 "the cosignature of size 1000" log_is 's["published"]["size"]' 1000
"$bin/modlog-verify" audit "http://$http/" --policy data/log.policy --first-use \
  >audit.log 2>&1 || fail "the quorum is not believed" audit.log
echo "a quorum of ML-DSA-44 at size 1000"
