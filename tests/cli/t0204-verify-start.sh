#!/bin/sh
# tally verify --start: the provider is started, waited for, and ended whatever happens.
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

provider=$TALLY_BUILDDIR/doc/examples/provider
TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
export TMPDIR provider

cat >ping.json <<'EOF'
{"consumer": {"name": "billing"}, "provider": {"name": "orders"},
 "interactions": [
  {"description": "no order", "request": {"path": "/orders/43"}, "response": {"status": 404}}],
 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
EOF
sed 's/404/200/' ping.json >wrong.json

# Sets `url` to an address where nobody listens, and nobody is going to: below what systems give to
# those who ask for any port, and for connections of their own.
free_url() {
	tries=0
	until
		port=$((10000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
		start_server "$provider" --port "$port"
	do
		tries=$((tries + 1))
		[ $tries -lt 20 ] || return 1
	done
	stop_server 0
	export port
}

# wait_for FILE: until there is something in it.
wait_for() {
	tries=0
	until [ -s "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 2000 ] || return 1
		sleep 0.01
	done
}

# expect_gone FILE: the process whose number is there is, or soon will be.
expect_gone() {
	wait_for "$1"
	gone=$(cat "$1")
	tries=0
	while kill -0 "$gone" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 2000 ] || return 1
		sleep 0.01
	done
}

no_temporary_files() {
	[ -z "$(ls "$TMPDIR")" ] || {
		ls "$TMPDIR"
		return 1
	}
}

test_expect_success 'started, waited for, ended; nothing is left behind' '
	free_url
	expect_status 0 "$tally" verify ping.json --provider-url "$url" \
		--start "echo \$\$ >pid; exec \"\$provider\" --port \$port"
	expect_empty err
	expect_in out "1 passed"
	expect_gone pid
	no_temporary_files
'

test_expect_success 'its output is in the file that was asked for' '
	free_url
	expect_status 1 "$tally" verify wrong.json --provider-url "$url" --start-log provider.log \
		--start "\"\$provider\" --port \$port; true"
	expect_in provider.log "listening on"
	expect_empty err
	no_temporary_files
'

test_expect_success 'or in a temporary one, which is kept when not all went well' '
	free_url
	expect_status 1 "$tally" verify wrong.json --provider-url "$url" \
		--start "exec \"\$provider\" --port \$port"
	expect_in err "output is in $TMPDIR/tally-provider."
	expect_in "$TMPDIR"/tally-provider.* "listening on"
	rm "$TMPDIR"/tally-provider.*
'

test_expect_success 'one that ends at once: 4, and its last words' '
	free_url
	expect_status 4 "$tally" verify ping.json --provider-url "$url" \
		--start "echo no database here >&2; exit 3"
	expect_empty out
	expect_in err "exited with status 3 before it was ready" "no database here"
	rm "$TMPDIR"/tally-provider.*
	expect_status 4 "$tally" verify ping.json --provider-url "$url" --start "kill -9 \$\$"
	expect_in err "ended by signal 9"
	expect_status 4 "$tally" verify ping.json --provider-url "$url" --start true
	expect_in err "exited with status 0 before it was ready; it printed nothing"
	no_temporary_files
'

test_expect_success 'one that never answers: 4 after the timeout, and it is ended' '
	free_url
	rm -f pid
	expect_status 4 "$tally" verify ping.json --provider-url "$url" --start-timeout 300 \
		--start "echo \$\$ >pid; echo still starting; exec tail -f /dev/null"
	expect_in err "accepted no connections at 127.0.0.1:" "within 300 ms"
	expect_gone pid
	rm -f "$TMPDIR"/tally-provider.*
'

test_expect_success 'what is ready is said by another URL' '
	free_url
	first=$url
	free_url
	expect_status 0 "$tally" verify ping.json --provider-url "$first" --ready-url "$url/any" \
		--start "\"\$provider\" --port ${first##*:} >first & until [ -s first ]; do sleep 0.01; done; exec \"\$provider\" --port \$port"
	expect_empty err
	no_temporary_files
'

test_expect_success 'where somebody listens already, nothing is started' '
	start_server "$provider"
	expect_status 4 "$tally" verify ping.json --provider-url "$url" --start "echo >started"
	stop_server 0
	expect_in err "something listens at 127.0.0.1:" "in place of"
	[ ! -e started ]
'

# The header command has the provider end, and waits for it.
test_expect_success 'one that dies in the middle of the run is said to be the reason' '
	free_url
	rm -f pid
	mkfifo die
	expect_status 4 "$tally" verify ping.json --provider-url "$url" --header-command-each \
		--header-command "echo >die; while kill -0 \$(cat pid); do sleep 0.01; done; echo A: b" \
		--start "echo \$\$ >pid; \"\$provider\" --port \$port & read x <die; kill -9 \$!; wait; echo out of memory; exit 137"
	expect_in err "the provider that was started exited with status 137" "out of memory"
	rm "$TMPDIR"/tally-provider.*
'

# It ignores all signals that can be ignored, and one of its processes has left for a session of its
# own.
cat >stubborn.sh <<'EOF'
trap '' TERM INT HUP
(setsid sh -c 'echo $$ >pid.away; exec tail -f /dev/null' &)
"$provider" --port "$port" &
until [ -s pid.away ]; do sleep 0.01; done
echo $$ >pid
wait
exec tail -f /dev/null
EOF

test_expect_success 'one that ignores SIGTERM, and what has left its group' '
	free_url
	rm -f pid pid.away
	expect_status 0 "$tally" verify ping.json --provider-url "$url" --stop-timeout 100 \
		--start "exec sh ./stubborn.sh"
	expect_gone pid
	expect_gone pid.away
	no_temporary_files
'

test_expect_success 'one that goes into the background' '
	free_url
	rm -f pid
	expect_status 0 "$tally" verify ping.json --provider-url "$url" \
		--start "setsid sh -c \"echo \\\$\\\$ >pid; exec \\\"\\\$provider\\\" --port $port\" & exit 0"
	expect_empty err
	expect_gone pid
	no_temporary_files
'

# killed_by SIGNAL: tally is, while a header command hangs; what it started is gone soon after.
killed_by() {
	free_url
	rm -f pid pid.away hangs
	"$tally" verify ping.json --provider-url "$url" --start "exec sh ./stubborn.sh" --stop-timeout 100 \
		--command-timeout 60000 --header-command "echo x >hangs; while echo; do sleep 0.01; done" \
		>out 2>err &
	killed=$!
	wait_for hangs
	kill -s "$1" "$killed"
	wait "$killed" || :
	expect_gone pid
	expect_gone pid.away
	rm -f "$TMPDIR"/tally-provider.*
}

test_expect_success 'ended when tally is killed' 'killed_by KILL'
test_expect_success 'ended when tally is interrupted' 'killed_by INT'
test_expect_success 'ended when tally is terminated' 'killed_by TERM'
test_expect_success 'ended when the terminal goes away' 'killed_by HUP'

test_expect_success 'ended when tally is killed before it was ready' '
	free_url
	rm -f pid
	"$tally" verify ping.json --provider-url "$url" \
		--start "echo \$\$ >pid; exec tail -f /dev/null" &
	killed=$!
	wait_for pid
	kill -9 "$killed"
	wait "$killed" || :
	expect_gone pid
	rm -f "$TMPDIR"/tally-provider.*
'

test_expect_success 'interrupted before it was ready: its output is named' '
	free_url
	rm -f pid
	"$tally" verify ping.json --provider-url "$url" \
		--start "echo still starting; echo \$\$ >pid; exec tail -f /dev/null" >out 2>err &
	killed=$!
	wait_for pid
	kill "$killed"
	wait "$killed" || :
	expect_gone pid
	expect_in err "interrupted before" "output, in $TMPDIR/tally-provider." "still starting"
	rm "$TMPDIR"/tally-provider.*
'

cat >lane.json <<'EOF'
{"consumer": {"name": "billing"}, "provider": {"name": "orders"},
 "interactions": [
  {"description": "a1", "providerStates": [{"name": "none"}],
   "request": {"path": "/a"}, "response": {"status": 404}},
  {"description": "a2", "providerStates": [{"name": "none"}],
   "request": {"path": "/a"}, "response": {"status": 404}},
  {"description": "b", "request": {"path": "/b"}, "response": {"status": 404}}],
 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
EOF
cat >late.sh <<'EOF'
case $TALLY_URL in
*/a) echo >asked ;;
*/b)
	until [ -s asked ]; do sleep 0.01; done
	"$provider" --port "$port" >said 2>&1 &
	echo $! >pid
	until [ -s said ]; do sleep 0.01; done
	;;
esac
echo A: b
EOF

# The header command of the last interaction starts the provider, when the first was refused or is
# about to be.
test_expect_success 'interactions wait for a provider that others may still reach' '
	free_url
	"$tally" verify lane.json --provider-url "$url" --jobs 2 --command-timeout 60000 \
		--header-command-each --header-command "sh ./late.sh" --json lane.out >out || :
	kill "$(cat pid)"
	expect_not_in lane.out "not reached"
'

test_expect_success 'options' '
	expect_refused "--ready-url is about the provider that --start starts" "$tally" verify ping.json \
		--provider-url http://127.0.0.1:9 --ready-url http://127.0.0.1:9
	expect_refused "--start is empty" "$tally" verify ping.json \
		--provider-url http://127.0.0.1:9 --start " "
	expect_refused "--ready-url: " "$tally" verify ping.json \
		--provider-url http://127.0.0.1:9 --start true --ready-url ftp://127.0.0.1
	expect_status 4 "$tally" verify ping.json --provider-url http://127.0.0.1:9 --start true \
		--start-log missing/folder/log
	expect_in err "missing/folder/log"
'

test_done
