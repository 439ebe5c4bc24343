#!/usr/bin/env bash
# COSE receipts before other people's libraries (drivers/judgecose: go-cose,
# fxamacker/cbor, transparency-dev/merkle) and before our judge, at sizes around
# the edges of tiles; each refuses every copy with a byte changed.
#
#   cose_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
build_tools
cd "$work"

start_log --cose-key cose.key
key=$(log_field 's["cose_vkey"]')
size=0
for want in 2 255 256 257 1000; do
  append $((want - size)) "$want"
  size=$want
  receipts=()
  for index in $(printf '%s\n' 0 $((size / 2)) $((size - 1)) | sort -nu); do
    "$bin/modlog" receipt --index "$index" --format cose --out "r$size-$index" \
      2>receipt.log || fail "no receipt of entry $index" receipt.log
    receipts+=("r$size-$index")
  done
  "$tools/judgecose" "$key" "${receipts[@]}" >judge.log 2>&1 ||
    fail "receipts at size $size" judge.log
  cat judge.log
done
# Older receipts stay good, after a restart as well: the key is the same.
end_process "$log_pid" TERM
start_log --cose-key cose.key
[ "$(log_field 's["cose_vkey"]')" = "$key" ] || fail "another key after a restart"
for receipt in r2-0 r255-127 r1000-999; do
  "$bin/modlog-verify" cose --entry $receipt.entry --receipt $receipt.cose \
    --key "$key" >verify.log || fail "our judge refuses $receipt" verify.log
done
echo "our judge accepts them too"
if "$bin/modlog-verify" cose --entry r2-0.entry --receipt r2-1.cose --key "$key" \
  >verify.log; then
  fail "a receipt of another entry is accepted" verify.log
fi
