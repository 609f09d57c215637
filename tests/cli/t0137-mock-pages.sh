#!/bin/sh
# The examples of doc/mock.md, doc/reports.md and doc/stub.md
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck source=tests/cli/pages.sh
. "${TALLY_SRCDIR:?}/tests/cli/pages.sh"

test_expect_success 'doc/mock.md: each example does what it shows' '
	mkdir mock && cd mock
	run_page mock.md 6
	is_json contracts/web-shop-orders.json
'

test_expect_success 'doc/reports.md: each example does what it shows' '
	mkdir reports && cd reports
	run_page reports.md 12
'

test_expect_success 'doc/stub.md: each example does what it shows' '
	mkdir stub && cd stub
	run_page stub.md 2
'

# Every member, as "name" in backquotes, of what a report has; names of headers are not ours.
members() {
	sed -n "s/^ *\"\([A-Za-z]*\)\": .*/\1/p" "$@" | sort -u
}

test_expect_success 'doc/reports.md: each member of the reports is described' '
	cd reports
	cat >many.json <<-EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"type": "Synchronous/HTTP", "description": "x", "providerStates": [{"name": "s"}], "request": {"path": "/x"},
	  "response": {"status": 200, "body": {"content": {"n": {"pact:matcher:type": "integer", "value": 1, "pact:generator:type": "RandomInt"}}, "contentType": "application/json"}}},
	 {"type": "Synchronous/HTTP", "description": "y", "request": {"path": "/y", "query": {"q": ["1"]}, "headers": {"H": ["1"]}, "body": {"content": {"a": 1}}}, "response": {"status": 200}},
	 {"type": "Synchronous/HTTP", "description": "z", "request": {"path": "/z"}, "response": {"status": 200}},
	 {"type": "Synchronous/Messages", "description": "q", "request": {"contents": {"content": {"a": 1}}}, "response": [{"contents": {"content": {}}}]},
	 {"type": "Asynchronous/Messages", "description": "m", "contents": {"content": {}}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOT
	status=0
	tally mock many.json --json many-report.json -- sh -c "
		curl -s \$TALLY_MOCK_URL/x; curl -s \$TALLY_MOCK_URL/none; curl -s \$TALLY_MOCK_URL/none
		curl -s \$TALLY_MOCK_URL/y; curl -s \"\$TALLY_MOCK_URL/bad path\"; curl -s \$TALLY_MOCK_MESSAGES_URL -d none
		curl -s \$TALLY_MOCK_MESSAGES_URL -d {\\\"description\\\":\\\"n\\\"}
		curl -s \$TALLY_MOCK_MESSAGES_URL -d {\\\"description\\\":\\\"q\\\",\\\"request\\\":{\\\"contents\\\":{\\\"a\\\":2}}}" >out 2>err || status=$?
	[ "$status" -eq 1 ]
	for type in request-mismatch request-not-found missing-request request-refused message-mismatch \
		message-not-found missing-message; do
		expect_in many-report.json "\"type\": \"$type\""
		expect_in "$TALLY_SRCDIR/doc/reports.md" "| \`$type\` |"
	done
	# What requests are made of is the specification'\''s.
	members mock.json many-report.json verify.json | grep -v -x -e accept -e host -e headers -e body -e query -e full -e a >names
	[ "$(wc -l <names)" -ge 40 ]
	while read -r name; do
		expect_in "$TALLY_SRCDIR/doc/reports.md" "\`$name\`"
	done <names
'

test_done
