#!/bin/sh
# tally verify as a run: what failed last time, how far it is, signals.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# three FILE: a contract of three interactions, /1 to /3, the last with a state
three() {
	cat >"$1" <<-\EOF
	{"consumer": {"name": "shop"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "one", "request": {"path": "/1"}, "response": {"status": 200}},
	 {"description": "two", "request": {"path": "/2"}, "response": {"status": 200}},
	 {"description": "three", "providerStates": [{"name": "s"}],
	  "request": {"path": "/3"}, "response": {"status": 200}}]}
	EOF
}

# service FILE PATH...: a stub's contract that answers 200 at these paths
service() {
	file=$1
	shift
	{
		printf '{"consumer": {"name": "x"}, "provider": {"name": "orders"}, "interactions": ['
		comma=
		for path; do
			printf '%s{"description": "%s", "request": {"path": "%s"}, "response": {"status": 200}}' \
				"$comma" "$path" "$path"
			comma=,
		done
		printf ']}'
	} >"$file"
}

test_expect_success 'what failed last time, remembered for the folder and the provider' '
	three c.json
	service broken.json /1
	service whole.json /1 /2 /3
	start_server "$tally" stub broken.json
	expect_status 1 "$tally" verify c.json --provider-url "$url" --last-failed
	expect_in err "no failures of an earlier run are known: all interactions are replayed"
	expect_in out "1 passed, 2 failed"
	expect_status 1 "$tally" verify c.json --provider-url "$url" --last-failed
	expect_in err "replaying the 2 interactions that failed, as the last run says"
	expect_in out "2 failed, 1 skipped"
	# One of them alone: the other is not forgotten.
	stop_server
	start_server "$tally" stub whole.json
	expect_status 0 "$tally" verify c.json --provider-url "$url" --last-failed \
		--filter-description two
	expect_in out "1 passed, 2 skipped"
	expect_status 0 "$tally" verify c.json --provider-url "$url" --last-failed
	expect_in err "replaying the 1 interaction that failed"
	expect_in out "1 passed, 2 skipped"
	# Nothing is left.
	expect_status 0 "$tally" verify c.json --provider-url "$url" --last-failed
	expect_in err "all interactions are replayed"
	expect_in out "3 passed"
	[ -z "$(find .. -path "*/tally/verify/*.json")" ]
	stop_server
'

test_expect_success 'another folder, another provider, another place for it' '
	start_server "$tally" stub broken.json
	expect_status 1 env XDG_STATE_HOME="$PWD/state" "$tally" verify c.json --provider-url "$url"
	[ -n "$(find state/tally/verify -name "*.json")" ]
	expect_not_in state/tally/verify/*.json two
	mkdir -p elsewhere
	(
		cd elsewhere
		expect_status 1 env XDG_STATE_HOME="$PWD/../state" "$tally" verify ../c.json \
			--provider-url "$url" --last-failed
		expect_in err "no failures of an earlier run are known"
	)
	sed "s/orders/others/" c.json >others.json
	expect_status 1 env XDG_STATE_HOME="$PWD/state" "$tally" verify others.json \
		--provider-url "$url" --last-failed
	expect_in err "no failures of an earlier run are known"
	# Nowhere to remember it, or a file that somebody has spoilt: no error.
	expect_status 1 env HOME= XDG_STATE_HOME=relative "$tally" verify c.json --provider-url "$url"
	[ ! -e relative ]
	for file in state/tally/verify/*.json; do echo "{" >"$file"; done
	expect_status 1 env XDG_STATE_HOME="$PWD/state" "$tally" verify c.json \
		--provider-url "$url" --last-failed
	expect_in err "no failures of an earlier run are known"
	stop_server
'

test_expect_success 'or as the report says' '
	start_server "$tally" stub broken.json
	expect_status 1 "$tally" verify c.json --provider-url "$url" --json last.json
	expect_status 1 env HOME=/nowhere "$tally" verify c.json --provider-url "$url" --json last.json \
		--last-failed
	expect_in err "replaying the 2 interactions that failed, as last.json says"
	# Failures of other contracts are no reason to replay nothing.
	contract other.json
	expect_status 1 "$tally" verify other.json --provider-url "$url" --json last.json --last-failed
	expect_in err "none of what failed last time is in these contracts"
	expect_in out "1 failed"
	stop_server
'

test_expect_success 'again and again: flaky is no pass' '
	start_server "$tally" stub broken.json
	expect_status 1 "$tally" verify c.json --provider-url "$url" --repeat 2 --retries 1 --format json
	expect_in out "\"attempts\""
	expect_refused "--retries: expected a whole number from 0 to 1000" "$tally" verify c.json \
		--provider-url "$url" --retries -1
	stop_server
'

command -v python3 >/dev/null 2>&1 || {
	test_done
	exit
}

# Says nothing of one thing for a while, or for ever of another, and notes which states it is put into.
cat >slow.py <<-\EOT
	import http.server, sys, time
	class Slow(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    def answer(self):
	        self.send_response(200)
	        self.send_header("Content-Length", "0")
	        self.end_headers()
	    def do_GET(self):
	        if sys.argv[1] == "ever" and self.path == "/3":
	            open("asked", "w").close()
	            time.sleep(60)
	        elif sys.argv[1] != "ever" and self.path == "/2":
	            time.sleep(float(sys.argv[1]))
	        self.answer()
	    def do_POST(self):
	        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
	        with open("states", "a") as log: print(body, file=log)
	        self.answer()
	    def log_message(self, *arguments): pass
	class Server(http.server.ThreadingHTTPServer):
	    daemon_threads = True
	    def handle_error(self, *arguments): pass
	server = Server(("127.0.0.1", 0), Slow)
	print("listening on http://127.0.0.1:%d" % server.server_port, flush=True)
	server.serve_forever()
EOT

# await_asked: until the run waits for an answer, or has ended
await_asked() {
	until [ -e asked ]; do
		kill -0 "$verify" || return 1
		sleep 0.05
	done
}

# interrupt SIGNAL OPTION...: starts a run, and sends it the signal when it waits for an answer
interrupt() {
	signal=$1
	shift
	rm -f asked states
	"$tally" verify c.json --provider-url "$url" --state-change-url "$url/states" \
		--state-change-teardown --request-timeout 60000 "$@" >out 2>err &
	verify=$!
	: >"$scratch/pids/$verify"
	await_asked
	kill -"$signal" "$verify"
	status=0
	wait "$verify" || status=$?
	rm "$scratch/pids/$verify"
}

test_expect_success 'a signal: teardown, reports, no publication, and the end by it' '
	start_server python3 slow.py ever
	interrupt TERM --json interrupted.json
	[ "$status" -eq 143 ]
	grep -q "\"action\": *\"setup\"" states
	grep -q "\"action\": *\"teardown\"" states
	is_json interrupted.json
	expect_in interrupted.json "\"interrupted\": true" "\"outcome\": \"skipped\""
	expect_in err "interrupted by SIGTERM"
	expect_in out "2 passed"
	interrupt TERM --junit interrupted.xml --html interrupted.html
	[ "$status" -eq 143 ]
	expect_in interrupted.xml "the run was interrupted: the results are not all" "</testsuites>"
	expect_in interrupted.html "the run was interrupted: the results are not all" "</html>"
	interrupt HUP
	[ "$status" -eq 129 ]
	expect_in err "interrupted by SIGHUP"
	# Shells have what runs in the background ignore SIGINT; who sends it means it.
	interrupt INT
	[ "$status" -eq 130 ]
	expect_in err "interrupted by SIGINT"
	contract published.json
	expect_status 0 "$tally" broker init broker.git
	interrupt TERM --publish --broker broker.git --provider-version 1 --json -
	[ "$status" -eq 143 ]
	expect_in err "the results are not recorded: the run was interrupted"
	expect_no_lines "$tally" log orders --broker broker.git
	stop_server 143
'

test_expect_success 'nohup takes SIGHUP from it' '
	start_server python3 slow.py ever
	rm -f asked
	(
		trap "" HUP
		exec "$tally" verify c.json --provider-url "$url" --request-timeout 60000
	) >out 2>err &
	verify=$!
	: >"$scratch/pids/$verify"
	await_asked
	kill -HUP "$verify"
	kill -TERM "$verify"
	status=0
	wait "$verify" || status=$?
	rm "$scratch/pids/$verify"
	[ "$status" -eq 143 ]
	stop_server 143
'

test_expect_success 'nothing is drawn into a pipe or a file' '
	start_server python3 slow.py 1.1
	expect_status 0 env TERM=xterm "$tally" verify c.json --provider-url "$url" --jobs 1
	expect_empty err
	expect_not_in out "$(printf "\033")"
	env TERM=xterm "$tally" verify c.json --provider-url "$url" --jobs 1 2>&1 | cat >piped
	expect_not_in piped "$(printf "\033")"
	expect_not_in piped "$(printf "\r")"
	stop_server 143
'

if command -v script >/dev/null && [ "$(uname)" = Linux ]; then
	test_expect_success 'on a terminal a line says how far it is, and is gone before the report' '
		start_server python3 slow.py 1.1
		ask="\"$tally\" verify c.json --provider-url $url --jobs 1"
		clear=$(printf "\r\033[K")
		env TERM=xterm script -qec "$ask" /dev/null >typescript
		expect_in typescript "] 2/3" "$clear"
		# What stands in the line of the report, after the last return of the carriage.
		grep -a "shop -> orders" typescript | tr -d "\r" | sed "s/.*\[K//" >line
		expect_in line "shop -> orders: 3 passed"
		expect_not_in line "["
		# Not on a terminal that cannot, or when it was quick.
		env TERM=dumb script -qec "$ask" /dev/null >typescript
		expect_not_in typescript "2/3"
		expect_not_in typescript "$(printf "\033")"
		# A narrow one has the numbers alone.
		env TERM=xterm script -qec "stty cols 6; $ask" /dev/null >typescript
		expect_in typescript "2/3$(printf "\033[K")"
		expect_not_in typescript "#"
		stop_server 143
		start_server python3 slow.py 0
		# Other work of this machine may slow one run down, and hardly each.
		for attempt in 1 2 3 4 5; do
			echo "run $attempt"
			env TERM=xterm script -qec "\"$tally\" verify c.json --provider-url $url" \
				/dev/null >typescript
			grep -qF "/3" typescript || break
		done
		expect_not_in typescript "/3"
		stop_server 143
	'

	test_expect_success 'failures are red in it, unless NO_COLOR says no' '
		sed "s/200/201/" c.json >failing.json
		start_server python3 slow.py 1.1
		ask="\"$tally\" verify failing.json --provider-url $url --jobs 1"
		red=$(printf "\033[31m, 2 failed")
		env TERM=xterm script -qec "$ask" /dev/null >typescript || :
		expect_in typescript "$red"
		env TERM=xterm NO_COLOR=1 script -qec "$ask" /dev/null >typescript || :
		expect_not_in typescript "$red"
		expect_in typescript ", 2 failed"
		stop_server 143
	'
fi

test_done
