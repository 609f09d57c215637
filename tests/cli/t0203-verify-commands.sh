#!/bin/sh
# tally verify with commands: --state-command, --message-command, --header-command
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider

cat >message.json <<'EOF'
{"consumer": {"name": "billing"}, "provider": {"name": "orders"},
 "messages": [
  {"description": "an order was paid", "contents": {"id": 7},
   "metaData": {"contentType": "application/json", "topic": "orders"}}],
 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
EOF

cat >state.json <<'EOF'
{"consumer": {"name": "billing"}, "provider": {"name": "orders"},
 "interactions": [
  {"description": "no order", "providerStates": [{"name": "there are no orders"}],
   "request": {"path": "/orders/43"}, "response": {"status": 404}}],
 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
EOF

test_expect_success 'a state command sets up, and tears down' '
	contract good.json
	start_server "$provider"
	expect_status 0 "$tally" verify state.json --provider-url "$url" \
		--state-command "cat >>log; echo \" \$TALLY_ACTION \$TALLY_STATE\" >>log"
	expect_empty err
	stop_server
	expect_in log "{\"action\":\"setup\",\"params\":{},\"state\":\"there are no orders\"} setup there are no orders"
	expect_in log "teardown there are no orders"
'

test_expect_success 'one that fails is shown with what it said' '
	start_server "$provider"
	expect_status 1 "$tally" verify good.json --provider-url "$url" \
		--state-command "echo no such table >&2; echo is the database up >&2; exit 7" \
		--html page.html --junit cases.xml
	stop_server
	expect_in out "the state command exited with status 7" "no such table" "is the database up"
	for report in out page.html cases.xml; do
		expect_not_in "$report" "x0a"
	done
'

test_expect_success 'messages need no URL' '
	expect_status 0 "$tally" verify message.json \
		--message-command "echo topic: orders; echo; echo \"{\\\"id\\\": 7}\""
	expect_empty err
	expect_in out "billing -> orders: 1 passed"
	expect_status 1 "$tally" verify message.json --message-command "echo \"{\\\"id\\\": 8}\""
	expect_in out "FAILED: an order was paid" topic
	expect_refused "provider-url" "$tally" verify message.json
'

test_expect_success 'what a header command prints is sent, and never shown' '
	start_server "$provider" --rename-total amount
	expect_status 1 "$tally" verify good.json --provider-url "$url" \
		--header-command "echo X-Tenant: wonderland; echo run >>runs" --json results.json
	stop_server
	[ "$(cat runs)" = run ]
	expect_in out "X-Tenant: ***"
	expect_not_in out wonderland
	expect_not_in results.json wonderland
'

test_expect_success 'a header command that fails: nothing is asked, 4' '
	expect_status 4 "$tally" verify good.json --provider-url http://127.0.0.1:9 \
		--header-command "echo not logged in >&2; exit 1"
	expect_in err "the header command exited with status 1" "not logged in"
'

test_expect_success 'options that contradict one another' '
	expect_refused "--state-command" "$tally" verify good.json --provider-url http://127.0.0.1:9 \
		--state-command true --state-change-url http://127.0.0.1:9/
	expect_refused "--header-command" "$tally" verify good.json \
		--provider-url http://127.0.0.1:9 --header-command-each
	expect_refused "--message-command" "$tally" verify message.json --message-command ""
'

test_done
