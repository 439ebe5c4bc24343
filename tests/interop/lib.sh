# What the tests with other people's programs share: their programs, ours, and
# an end to all of them. To be sourced; sets work, an own directory.
#
#   bin      our programs          tools    theirs, once build_tools has run
#
# A test exits 77 (skipped, with a word) where the toolchain is missing.

skip() { echo "skipped: $1"; exit 77; }
fail() { echo "failed: $1"; shift; for file in "$@"; do echo "-- $file"; tail -n 20 "$file"; done; exit 1; }

work=$(mktemp -d)
pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop_all EXIT

# Their programs at the versions of go.mod, and ours on their libraries
# (drivers/), built once for all tests.
build_tools() {
  command -v go >/dev/null || skip "go is not installed"
  tools=$bin/interop
  mkdir -p "$tools"
  (
    flock 9
    cp -r "$here/go.mod" "$here/go.sum" "$here/drivers" "$tools/"
    cd "$tools"
    GOFLAGS=-mod=mod go build -o "$tools/" tool ./drivers/... >"$work/go.log" 2>&1
  ) 9>"$tools/lock" ||
    skip "the other programs could not be built: $(tail -n 1 "$work/go.log")"
}

# hold_port: sets port to a free one, which stays bound, without listening, until
# the test ends: else the system could give it to another before the server that
# it is for has started. Servers bind it beside, with SO_REUSEADDR.
hold_port() {
  : >"$work/port"
  python3 -c '
import signal, socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
signal.pause()' >"$work/port" &
  pids+=("$!")
  wait_for 120 "a free port" test -s "$work/port"
  port=$(cat "$work/port")
}

# wait_for SECONDS WHAT COMMAND…: until the command succeeds.
wait_for() {
  local tries=$(($1 * 20)) what=$2
  shift 2
  for _ in $(seq "$tries"); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  fail "waited in vain for $what" "$work"/*.log
}

# start_log OPTIONS…: a modlogd on $work/data; sets log_pid, server, http, vkey.
start_log() {
  : >"$work/ready"
  "$bin/modlogd" --data-dir "$work/data" --grpc-listen 127.0.0.1:0 \
    --http-listen 127.0.0.1:0 "$@" >"$work/ready" 2>>"$work/modlogd.log" &
  log_pid=$!
  pids+=("$log_pid")
  wait_for 120 "modlogd" grep -q '^ready ' "$work/ready"
  server=$(sed -n 's/^ready grpc=\([^ ]*\).*/\1/p' "$work/ready")
  http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$work/ready")
  vkey=$(sed -n 's/.* vkey=//p' "$work/ready")
  export MODLOG_SERVER=$server
}

# end_process PID SIGNAL: sends it, waits, and returns the exit status.
end_process() {
  local status=0
  kill "-$2" "$1"
  wait "$1" || status=$?
  return $status
}

# log_field EXPRESSION: of the log's status, as a Python expression on `s`.
log_field() {
  "$bin/modlog" status --json | python3 -c "import json, sys; s = json.load(sys.stdin); print($1)"
}
log_is() { [ "$(log_field "$1")" = "$2" ]; }

# append COUNT SEED: that many entries more.
append() {
  "$bin/modlog" bench --mode stream --entries "$1" --batch 256 --seed "$2" \
    --json >/dev/null
}
