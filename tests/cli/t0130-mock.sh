#!/bin/sh
# tally mock
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

cat >expectations.json <<'EOF'
{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"},
 "interactions": [
  {"description": "a request for order 42",
   "request": {"method": "GET", "path": "/orders/42"},
   "response": {"status": 200, "headers": {"Content-Type": "application/json"},
    "body": {"id": {"pact:matcher:type": "integer", "value": 42}, "total": 59.80}}}]}
EOF

test_expect_success 'without a command: the first line says where, SIGTERM ends it, the contract is written' '
	start_server "$tally" mock expectations.json
	curl -sf "$url/orders/42" >body
	expect_in body 59.80
	stop_server
	expect_in server.out "ok: 1 interaction exercised" "contract written: contracts/web-shop-orders.json"
	expect_empty server.err
	is_json contracts/web-shop-orders.json
	expect_in contracts/web-shop-orders.json "\"4.0\"" "59.80" "\"integer\""
'

test_expect_success 'with a command: its environment, its output, the contract' '
	rm -rf contracts
	expect_status 0 "$tally" mock expectations.json -- \
		sh -c "echo at \$TALLY_MOCK_URL; curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	expect_empty err
	[ "$(sed -n 1p out | sed "s/^listening on //")" = "$(sed -n 2p out | sed "s/^at //")" ]
	expect_in out "listening on http://127.0.0.1:" "at http://127.0.0.1:" "ok: 1 interaction exercised"
	[ -s contracts/web-shop-orders.json ]
'

test_expect_success 'the example consumer, run as it would be by hand' '
	rm -rf contracts
	expect_status 0 "$tally" mock "$TALLY_SRCDIR/contracts/examples/orders.json" --spec 3 -- \
		"$TALLY_BUILDDIR/doc/examples/consumer_test"
	expect_in out "ok: 3 interactions exercised"
	expect_in contracts/web-shop-orders.json "\"3.0.0\""
'

test_expect_success 'a second run merges; the same again changes nothing' '
	cp contracts/web-shop-orders.json before.json
	expect_status 0 "$tally" mock "$TALLY_SRCDIR/contracts/examples/orders.json" --spec 3 -- \
		"$TALLY_BUILDDIR/doc/examples/consumer_test"
	cmp contracts/web-shop-orders.json before.json
'

cat >contradicts.json <<'EOF'
{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
  {"description": "d", "request": {"path": "/d"},
   "response": {"headers": {"Content-Type": "application/json"},
    "body": {"list/1": {"pact:matcher:type": "type", "value": [
      {"n": {"pact:matcher:type": "integer", "value": "x"}}]}}}}]}
EOF
cat >messages.json <<'EOF'
{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
  {"type": "Asynchronous/Messages", "description": "m", "contents": {"content": {}}},
  {"type": "Synchronous/HTTP", "description": "d", "request": {"path": "/d"},
   "response": {"status": {"pact:matcher:type": "statusCode", "status": "x", "value": 200}}}],
 "metadata": {"pactSpecification": {"version": "4.0"}}}
EOF

test_expect_success 'an example that its own matcher refuses: 2, and where it stands in the file' '
	expect_status 2 "$tally" mock contradicts.json -- true
	expect_in err "contradicts.json: /interactions/0/response/body/list~11/value/0/n: " \
		"the example does not match its own rule"
	expect_empty out
	expect_status 2 "$tally" mock messages.json -- true
	expect_in err "messages.json: /interactions/1/response: " "statusCode"
'

test_expect_success 'what was not asked: 1, said, no contract' '
	rm -rf contracts
	expect_status 1 "$tally" mock expectations.json -- true
	expect_in out "failed: 0 interactions exercised, 1 problem" "GET /orders/42 was expected, but never asked"
	expect_in err "no contract was written"
	[ ! -e contracts ]
'

test_expect_success 'what was not expected: 1, said, no contract' '
	expect_status 1 "$tally" mock expectations.json -- \
		sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body; curl -s \$TALLY_MOCK_URL/else >body"
	expect_in out "GET /else was asked, but nothing like it is expected" \
		"nearest: a request for order 42"
	[ ! -e contracts ]
'

test_expect_success 'what the server itself refuses: 1, said, no contract' '
	rm -rf contracts
	expect_status 1 "$tally" mock expectations.json -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body
		curl -s -H \"X Y: 1\" \$TALLY_MOCK_URL/orders/42 >body"
	expect_in out "GET /orders/42 was refused: The request has a header that is not HTTP."
	[ ! -e contracts ]
'

test_expect_success 'a command that fails: its status is passed on, no contract' '
	expect_status 7 "$tally" mock expectations.json -- \
		sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body; exit 7"
	expect_in err "sh left with 7; no contract was written"
	[ ! -e contracts ]
	expect_status 143 "$tally" mock expectations.json -- sh -c "kill -TERM \$\$"
	[ ! -e contracts ]
'

test_expect_success 'a command that is not there' '
	expect_status 2 "$tally" mock expectations.json -- ./no-such-program
	expect_in err "./no-such-program: cannot be run: No such file"
	expect_status 2 "$tally" mock expectations.json -- ./expectations.json
	expect_in err "./expectations.json: cannot be run: Permission denied"
	expect_refused "expected COMMAND after" "$tally" mock expectations.json --
'

test_expect_success 'a command without "--" in front: a word about it' '
	expect_status 2 "$tally" mock expectations.json npm test
	expect_in err "npm: cannot open" "tally mock expectations.json -- npm"
	[ "$(head -n 1 err | cut -c 1-11)" = "tally: npm:" ]
	expect_refused "\"--\" stands in front of the command" "$tally" mock expectations.json python -m pytest
	expect_status 2 "$tally" mock no-such.json
	[ "$(wc -l <err)" -eq 1 ]
'

test_expect_success 'a folder that cannot be written into is found before the command runs: 4' '
	: >in-the-way
	expect_status 2 "$tally" mock expectations.json -o in-the-way/below -- touch was-run
	expect_status 2 "$tally" mock expectations.json -o in-the-way -- touch was-run
	expect_status 4 "$tally" mock expectations.json -o /proc/none -- touch was-run
	expect_in err "/proc/none: cannot be written into: "
	[ ! -e was-run ]
	expect_status 1 "$tally" mock expectations.json -o new/one -- true
	[ ! -e new ]
	[ -z "$(ls -d .tally-* 2>/dev/null)" ]
'

test_expect_success 'a conflict with the file that is there: the conflict, then what helps' '
	mkdir -p before
	contract before/web-shop-orders.json total=1.5
	contract other.json total=2.5
	expect_status 1 "$tally" mock other.json -o before -- touch was-run
	[ ! -e was-run ]
	grep -n "web-shop-orders.json" err | head -n 1 | grep "^1:"
	tail -n 1 err | grep -F -e "--overwrite lets the new contract win"
'

test_expect_success 'a refused CORS pre-flight is named' '
	expect_status 1 "$tally" mock expectations.json --json report.json -- sh -c "curl -s -X OPTIONS \
		-H \"Origin: http://x\" -H \"Access-Control-Request-Method: POST\" -D head \$TALLY_MOCK_URL/orders/42 >body"
	expect_in out "1 CORS pre-flight request was refused: --cors"
	expect_in report.json "\"preflightsRefused\": 1"
	expect_in body "\"hint\": \"this is a CORS pre-flight request"
	expect_in head "Access-Control-Allow-Origin: http://x" "Access-Control-Allow-Credentials: true"
	expect_status 1 "$tally" mock expectations.json -- sh -c "curl -s -X OPTIONS \$TALLY_MOCK_URL/orders/42 >body"
	expect_not_in out "pre-flight"
'

test_expect_success 'a signal is handed on to the command' '
	rm -f ready
	mkfifo ready
	"$tally" mock expectations.json -- \
		sh -c "trap \"exit 9\" TERM; echo >ready; while :; do sleep 0.05; done" >out 2>err &
	mock=$!
	read -r line <ready
	kill "$mock"
	status=0
	wait "$mock" || status=$?
	[ "$status" -eq 9 ]
'

test_expect_success 'the options of the command are its own' '
	expect_status 1 "$tally" mock expectations.json -- sh -c "echo \"\$0 \$1\"" --port --spec
	expect_in out "--port --spec"
'

test_expect_success 'another folder, from the environment too' '
	ask="curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	"$tally" mock expectations.json --output-dir a/b -- sh -c "$ask"
	[ -s a/b/web-shop-orders.json ]
	env PACT_OUTPUT_DIR=c "$tally" mock expectations.json -- sh -c "$ask"
	[ -s c/web-shop-orders.json ]
'

test_expect_success 'a conflict with the contract that is there: 1; --overwrite replaces' '
	sed "s/59.80/61.20/" expectations.json >changed.json
	cp c/web-shop-orders.json before.json
	expect_status 1 "$tally" mock changed.json -o c -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	expect_in err 59.80 61.20
	cmp c/web-shop-orders.json before.json
	expect_status 0 "$tally" mock changed.json -o c --overwrite -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	expect_in c/web-shop-orders.json 61.20
	expect_not_in c/web-shop-orders.json 59.80
'

test_expect_success 'a pipe in the place of the contract is refused, not waited for' '
	mkdir -p pipes
	mkfifo pipes/web-shop-orders.json
	expect_status 2 timeout -k 5 20 "$tally" mock expectations.json -o pipes -- \
		sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	expect_in err "pipes/web-shop-orders.json: expected a file, found a pipe"
	expect_status 2 timeout -k 5 20 "$tally" publish pipes --broker none.git --version 1 --branch main
	expect_in err "pipes/web-shop-orders.json: expected a file, found a pipe"
'

test_expect_success 'what is wrong with the contract that is there is found before the tests run' '
	rm -f ran
	mkdir -p junk taken/web-shop-orders.json
	echo "no contract" >junk/web-shop-orders.json
	expect_refused "junk/web-shop-orders.json:1:" "$tally" mock expectations.json -o junk -- touch ran
	expect_in err "repair or remove it"
	expect_refused "expected a file, found a folder" "$tally" mock expectations.json -o taken -- touch ran
	expect_status 2 "$tally" mock expectations.json -o expectations.json -- touch ran
	[ ! -e ran ]
	[ "$(cat junk/web-shop-orders.json)" = "no contract" ]
'

test_expect_success 'starting over: alone, and once in a run' '
	sed "s/order 42/order 43/; s/orders.42/orders\/43/" expectations.json >other.json
	one() { "$tally" mock expectations.json -o over "$@" -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body"; }
	two() { "$tally" mock other.json -o over "$@" -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/43 >body"; }
	one >out
	two >out
	expect_in over/web-shop-orders.json "order 42" "order 43"
	two --fresh >out
	expect_not_in over/web-shop-orders.json "order 42"
	cp over/web-shop-orders.json alone.json
	one --fresh --run=1 >out
	expect_not_in over/web-shop-orders.json "order 43"
	TALLY_RUN=1 two --fresh >out
	expect_in over/web-shop-orders.json "order 42" "order 43"
	TALLY_RUN=2 TALLY_FRESH=true two >out
	# The run is nowhere in the contract.
	cmp over/web-shop-orders.json alone.json
	expect_refused "one of --fresh and --overwrite" "$tally" mock other.json --fresh --overwrite
'

test_expect_success 'a signal ends it while it saves' '
	mkdir -p held
	rm -f ready
	mkfifo locked release ready
	flock held sh -c "echo >locked; read -r line <release" &
	read -r line <locked
	"$tally" mock expectations.json -o held -- \
		sh -c "trap \"\" TERM; echo >ready; curl -sf \$TALLY_MOCK_URL/orders/42 >body" >out 2>err &
	mock=$!
	(read -r line <ready; while kill "$mock"; do sleep 0.05; done) 2>kill.err &
	status=0
	wait "$mock" || status=$?
	echo >release
	[ "$status" -eq 143 ]
	expect_not_in err "left with"
'

test_expect_success '--format json, after the first line' '
	expect_status 0 "$tally" mock expectations.json --format json -o d -- sh -c "curl -sf \$TALLY_MOCK_URL/orders/42 >body"
	sed 1d out >report.json
	is_json report.json
	expect_in report.json "\"success\": true" "\"commandStatus\": 0" "\"contract\": \"d/web-shop-orders.json\""
	expect_status 1 "$tally" mock expectations.json --format json -o d -- true
	sed 1d out >report.json
	is_json report.json
	expect_in report.json "\"success\": false" "missing-request"
'

test_expect_success 'bad expectations are refused' '
	expect_bad_inputs_refused "$tally" mock
	mkdir -p folder.json
	expect_status 3 "$tally" mock folder.json
	expect_in err "folder.json: expected contract files (*.json) in it, found none"
	echo "{\"consumer\": {\"name\": \"a\"}, \"provider\": {\"name\": \"b\"}, \"interactions\": []}" >none.json
	expect_status 3 "$tally" mock none.json -- true
	expect_in err "none.json" "found none"
'

test_expect_success 'wrong use' '
	expect_refused "EXPECTATIONS is missing" "$tally" mock
	for port in 65536 -1 0x10 " 1" 1.5 99999999999999999999; do
		expect_refused "--port: expected a whole number from 0 to 65535, found \"$port\"" \
			"$tally" mock expectations.json "--port=$port"
	done
	expect_status 2 "$tally" mock expectations.json --host not.an.address.invalid -- true
	expect_refused "version 1" "$tally" mock expectations.json --spec 1 -- true
'

test_expect_success 'a port that is taken: 4' '
	start_server "$tally" mock expectations.json
	expect_status 4 "$tally" mock expectations.json --port "${url##*:}" -- true
	expect_in err "${url##*:}"
	stop_server 1
'

test_done
