#!/usr/bin/env bash
# A log written by Tessera (posix-oneshot) before our verifier and our mirror:
# it grows around the edges of bundles, the mirror follows it over HTTP, through
# kill -9, and Tessera's fsck accepts the mirror at each size. A copy of the log
# that forks is refused by the mirror, with evidence.
#
#   tessera_log_test.sh BIN_DIRECTORY        exits 77 (skipped) without Go
set -euo pipefail
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
build_tools
cd "$work"

# A key for tests, of seed 00..1f.
log_vkey=modlog.example/actions+8c641279+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
printf 'PRIVATE+KEY+modlog.example/actions+8c641279+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f' >log.sec
printf '%s\n' "$log_vkey" >vkey
printf 'log %s\nquorum none\n' "$log_vkey" >policy

# extend DIRECTORY COUNT PREFIX: Tessera adds so many entries.
extend() {
  rm -rf entries && mkdir entries
  for i in $(seq "$2"); do printf 'entry %s of %s' "$i" "$3" >"entries/$i"; done
  timeout 120 "$tools/posix-oneshot" --storage_dir="$1" \
    --entries="$work/entries/*" --private_key=log.sec >>tessera.log 2>&1 ||
    fail "Tessera does not extend the log" tessera.log
}
accepts() { # DIRECTORY SIZE [SECONDS]: Tessera's fsck, by its success line
  timeout "${3:-60}" "$tools/fsck" --storage_url="file://$work/$1/" \
    --public_key=vkey --ui=false --N=2 >fsck.log 2>&1 || true
  grep -q "Successfully fsck'd log with size $2 " fsck.log
}
audit() { # TARGET: the report but for where and how fast
  "$bin/modlog-verify" audit "$1" --policy policy --first-use \
    --integrity-only --json 2>>audit.log |
    grep -v -e '"source"' -e '"seconds"' -e '"entries_per_second"'
}
mirror() { # LOG DIRECTORY
  "$bin/modlog-verify" mirror "$1" "$2" --policy policy --first-use --once
}

mkdir l
python3 -u -m http.server 0 --bind 127.0.0.1 --directory l >server.log 2>&1 &
pids+=($!)
wait_for 120 "the web server" grep -q 'http://' server.log
url=$(sed -n 's/.*(\(http:[^)]*\)).*/\1/p' server.log)

size=0
for want in 1 255 256 257 1000; do
  extend l $((want - size)) "$want"
  size=$want
  audit "$url" >of_log || fail "our verifier refuses the log of size $size" of_log audit.log
  grep -q "\"size\": $size," of_log || fail "it is not of size $size" of_log
  mirror "$url" m >mirror.log 2>&1 || fail "our mirror refuses size $size" mirror.log
  audit m >of_mirror || fail "our verifier refuses the mirror of size $size" of_mirror
  cmp -s of_log of_mirror || fail "the audits differ at size $size" of_log of_mirror
  accepts m "$size" || fail "fsck refuses the mirror of size $size" fsck.log
  echo "mirrored: a log of $size entries, written by Tessera; fsck accepts the mirror"
  [ "$size" != 257 ] || cp -r l fork
done

# Killed at some moment or other, it goes on.
extend l 3000 killed
"$bin/modlog-verify" mirror "$url" m --policy policy --interval 1 >mirror.log 2>&1 &
mirror_pid=$!
pids+=("$mirror_pid")
wait_for 120 "the first new file" test -e m/tile/0/004
end_process "$mirror_pid" 9 || true
mirror "$url" m >mirror.log 2>&1 || fail "our mirror does not go on" mirror.log
accepts m 4000 || fail "fsck refuses the mirror after kill -9" fsck.log
echo "mirrored: 4000 entries, through kill -9; fsck accepts the mirror"

# The copy from before grows beyond the log, by other entries.
extend fork 4000 fork
status=0
mirror fork m >mirror.log 2>&1 || status=$?
[ "$status" = 1 ] || fail "a fork is not refused but ends with $status" mirror.log
"$bin/modlog-verify" fork m.evidence/*.json --policy policy >fork.log 2>&1 ||
  fail "the evidence does not prove the fork" mirror.log fork.log
accepts m 4000 || fail "a fork changed the mirror" fsck.log
echo "refused: a fork of 4257 entries, with evidence; the mirror is as it was"

printf '\001' | dd of=m/tile/entries/000 bs=1 seek=5 conv=notrunc 2>/dev/null
if accepts m 4000 5; then fail "fsck accepts a changed byte: this test cannot fail"; fi
mirror "$url" m >mirror.log 2>&1 || fail "our mirror does not mend a file" mirror.log
accepts m 4000 || fail "fsck refuses what our mirror mended" fsck.log
echo "mended: a byte changed in the mirror"
