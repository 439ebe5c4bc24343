#!/usr/bin/env bash
# Tessera's fsck, an independent implementation, accepts our log over HTTP, as an
# exported directory and as a mirror that followed it, at sizes around the edges
# of bundles and tiles; and refuses a copy with one byte changed, so that its word means something. It is
# judged by its success line: its exit status is 0 either way.
#
#   fsck_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)

. "$here/lib.sh"
build_tools
start_log
printf '%s\n' "$vkey" >"$work/vkey"

accepts() { # URL SIZE [SECONDS]
  timeout "${3:-120}" "$tools/fsck" --storage_url="$1" --public_key="$work/vkey" \
    --ui=false --N=2 >"$work/fsck.log" 2>&1 || true
  grep -q "Successfully fsck'd log with size $2 " "$work/fsck.log"
}

size=0
for want in 0 1 2 255 256 257 1000 65535 65536 65537 70000; do
  [ "$want" = 0 ] || append $((want - size)) "$want"
  size=$want
  accepts "http://$http/" "$size" || { echo "fsck refuses size $size over HTTP"; cat "$work/fsck.log"; exit 1; }
  echo "fsck accepts size $size over HTTP"
  [ "$size" != 0 ] || continue # of no entries there is nothing in a directory
  "$bin/modlog-verify" mirror "http://$http/" "$work/mirror" --first-use --once \
    --policy "$work/data/log.policy" >"$work/mirror.log" ||
    { echo "our mirror refuses size $size"; cat "$work/mirror.log"; exit 1; }
  accepts "file://$work/mirror/" "$size" || { echo "fsck refuses the mirror of size $size"; cat "$work/fsck.log"; exit 1; }
  echo "fsck accepts the mirror of size $size"
done

"$bin/modlog" export-tiles "$work/copy" 2>/dev/null
accepts "file://$work/copy/" "$size" || { echo "fsck refuses the export"; cat "$work/fsck.log"; exit 1; }
echo "fsck accepts the exported directory"

bundle=$work/copy/tile/entries/000
printf '\001' | dd of="$bundle" bs=1 seek=40 conv=notrunc 2>/dev/null
# Over a bundle that does not hash to its tile it never comes to an end.
if accepts "file://$work/copy/" "$size" 5; then
  echo "fsck accepts a copy with a changed byte: this test cannot fail"
  exit 1
fi
echo "fsck refuses a changed byte"

# A redacted entry is an empty slot, which fsck takes for an entry of no bytes.
# docs/verifying.md says so: should it learn better, that page is to be changed.
"$bin/modlog" --token-file "$work/data/operator.token" redact --index 3 \
  --basis person --yes >/dev/null
size=$((size + 1))
if accepts "http://$http/" "$size" 5; then
  echo "fsck accepts a redacted entry: docs/verifying.md says that it does not"
  exit 1
fi
echo "fsck refuses a redacted entry, as documented"
"$bin/modlog-verify" audit "http://$http/" --policy "$work/data/log.policy" \
  --first-use >"$work/audit.log" ||
  { echo "our auditor refuses a redacted entry"; cat "$work/audit.log"; exit 1; }
grep -q '^  entry 3  *by entry ' "$work/audit.log"
echo "our auditor names it and exits 0"
"$bin/modlog-verify" mirror "http://$http/" "$work/mirror" --once \
  --policy "$work/data/log.policy" >"$work/mirror.log" ||
  { echo "our mirror refuses a redacted entry"; cat "$work/mirror.log"; exit 1; }
grep -q '^  redacted entries  *1, 1 taken out now' "$work/mirror.log"
"$bin/modlog-verify" audit "$work/mirror" --policy "$work/data/log.policy" \
  --first-use >"$work/audit.log" ||
  { echo "our auditor refuses the mirror"; cat "$work/audit.log"; exit 1; }
grep -q '^  entry 3  *by entry ' "$work/audit.log"
echo "our mirror takes it out, and the auditor names it there too"
