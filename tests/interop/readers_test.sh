#!/usr/bin/env bash
# Two programs of ours on other people's libraries read a log, and receipts of
# it, at sizes around the edges of tiles: drivers/readlog on golang.org/x/mod
# (notes, tiles, inclusion and consistency proofs), drivers/judgeproof on
# torchwood and transparency-dev/formats (policies, proof files). Each refuses
# every copy with a byte changed, so that its word means something.
#
#   readers_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
build_tools
cd "$work"

read_log() { # SIZE
  "$tools/readlog" "http://$http/" "$vkey" "$1" heads >readlog.log 2>&1 ||
    fail "x/mod refuses the log of size $1" readlog.log
  cat readlog.log
}

# The empty tree; and the key has to be known before there can be a witness.
start_log
read_log 0
end_process "$log_pid" TERM

"$bin/modlog-witness" --data-dir w --listen 127.0.0.1:0 \
  --name witness.example/1 --log "$vkey" >witness.ready 2>witness.log &
pids+=("$!")
wait_for 120 "modlog-witness" grep -q '^ready ' witness.ready
cat >witnesses.policy <<POLICY
log $vkey
witness one $(sed -n 's/.* vkey=//p' witness.ready) http://$(sed -n 's/^ready http=\([^ ]*\).*/\1/p' witness.ready)/
quorum one
POLICY
start_log --policy witnesses.policy --witness-interval-ms 50

size=0
for want in 1 255 256 257 1000; do
  append $((want - size)) "$want"
  size=$want
  wait_for 120 "the cosignature of size $size" log_is 's["published"]["size"]' "$size"
  read_log "$size"
  receipts=()
  for index in $(printf '%s\n' 0 $((size / 2)) $((size - 1)) | sort -nu); do
    "$bin/modlog" receipt --index "$index" --out "r$size-$index" 2>receipt.log ||
      fail "no receipt of entry $index" receipt.log
    receipts+=("r$size-$index")
  done
  for policy in witnesses.policy data/log.policy; do
    "$tools/judgeproof" "$policy" "${receipts[@]}" >judge.log 2>&1 ||
      fail "receipts at size $size under $policy" judge.log
    cat judge.log
  done
done

# An older receipt is as good as a new one; one without the cosignature is not.
"$tools/judgeproof" witnesses.policy r1-0 >judge.log 2>&1 ||
  fail "the oldest receipt" judge.log
grep -v '^— witness\.example/1 ' r257-256.tlog-proof >bare.tlog-proof
cp r257-256.entry bare.entry
if "$tools/judgeproof" witnesses.policy bare >judge.log 2>&1; then
  fail "a receipt without the witness is accepted" judge.log
fi
echo "refused: a receipt without the cosignature that the policy asks for"
