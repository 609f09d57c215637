#!/bin/sh
# tally webhook: definitions
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

test_expect_success 'one is made, shown and listed, its secrets masked' '
	"$tally" broker init broker.git
	"$tally" app create orders
	"$tally" app create web
	expect_status 0 "$tally" webhook create "https://ci.example.org/build?c=\${pactbroker.consumerName}" \
		--request POST -H "Authorization: Bearer s3cret" -H "X-Build: 1" -u me:pass1 \
		--data "{\"a\": 1.10}" --provider orders --contract-requiring-verification-published \
		--event provider_verification_failed --uuid made-by-hand-0001
	expect_in out "made-by-hand-0001 (POST ci.example.org)" "any consumer" "provider: orders" \
		"on contract_requiring_verification_published" "on provider_verification_failed" \
		"authorization: **********" "x-build: 1" "user me, password" "1.10"
	expect_status 0 "$tally" webhook show made-by-hand-0001 --format json
	is_json out
	expect_not_in out s3cret
	expect_not_in out pass1
	expect_status 0 "$tally" webhook list
	expect_in out "made-by-hand-0001: POST ci.example.org"
	git -C broker.git show HEAD:webhooks/made-by-hand-0001.json >stored
	expect_in stored "Bearer s3cret" pass1
	git -C broker.git log -p --format=%B -1 >log
	expect_in log "create webhook made-by-hand-0001: POST ci.example.org"
'

test_expect_success 'a change leaves the rest as it is, secrets included' '
	expect_status 0 "$tally" webhook update made-by-hand-0001 --disable --url https://ci.example.org/other
	expect_in out "disabled" "POST https://ci.example.org/other"
	git -C broker.git show HEAD:webhooks/made-by-hand-0001.json >stored
	expect_in stored "Bearer s3cret" pass1 "\"enabled\": false" "\"updatedAt\":"
	expect_not_in stored description
	expect_status 0 "$tally" webhook update made-by-hand-0001 --enable -H "Authorization: Bearer other" \
		--description "Build it"
	git -C broker.git show HEAD:webhooks/made-by-hand-0001.json >stored
	expect_in stored "Bearer other" pass1 "Build it"
	expect_status 0 "$tally" webhook update made-by-hand-0001 -u me:
	git -C broker.git show HEAD:webhooks/made-by-hand-0001.json >stored
	expect_not_in stored password
'

test_expect_success 'a definition from a file, and which are for whom' '
	echo "{\"consumer\": {\"label\": \"mobile\"}, \"provider\": null, \"request\": {\"method\": \"get\",
	 \"url\": \"http://[::1]:8080/x\", \"body\": \"text\"}, \"_links\": {}}" >hook.json
	expect_status 0 "$tally" webhook create --definition hook.json
	expect_in out "GET [::1]:8080" "consumers with the label mobile" "on contract_content_changed" "  text"
	expect_status 0 "$tally" webhook list --provider orders --consumer web
	[ "$(wc -l <out)" -eq 1 ]
	"$tally" label add web mobile
	expect_status 0 "$tally" webhook list --consumer web
	[ "$(wc -l <out)" -eq 2 ]
	expect_status 1 "$tally" webhook list --consumer nobody
'

test_expect_success 'what cannot be is refused, with its place' '
	before=$(git -C broker.git rev-parse HEAD)
	refuse() {
		printf "%s" "$2" >wrong.json
		expect_status 2 "$tally" webhook create --definition wrong.json
		expect_empty out
		expect_in err "$1"
	}
	ok="\"method\": \"POST\", \"url\": \"https://a/\""
	refuse "request.method: expected GET" "{}"
	refuse "request.method: expected GET" "{\"request\": {\"method\": \"JUMP\", \"url\": \"https://a/\"}}"
	for url in "/relative" "ftp://a/" "https://" "https://a b/" "https://:80/" "https://a:x/"; do
		refuse "request.url: expected" "{\"request\": {\"method\": \"POST\", \"url\": \"$url\"}}"
	done
	refuse "no parameter in the host" "{\"request\": {\"method\": \"POST\", \"url\": \"https://\${pactbroker.consumerName}/\"}}"
	refuse "no user in the URL" "{\"request\": {\"method\": \"POST\", \"url\": \"https://u:p@a/\"}}"
	refuse "events: expected a list" "{\"events\": [], \"request\": {$ok}}"
	refuse "is no event" "{\"events\": [{\"name\": \"contract_eaten\"}], \"request\": {$ok}}"
	refuse "enabled: expected true or false" "{\"enabled\": \"yes\", \"request\": {$ok}}"
	refuse "either \"name\" or \"label\"" "{\"consumer\": {}, \"request\": {$ok}}"
	refuse "either \"name\" or \"label\"" "{\"consumer\": {\"name\": \"web\", \"label\": \"x\"}, \"request\": {$ok}}"
	refuse "unknown member \"enabeld\"" "{\"enabeld\": false, \"request\": {$ok}}"
	refuse "given twice" "{\"request\": {$ok, \"headers\": {\"A\": \"1\", \"a\": \"2\"}}}"
	refuse "one line of text" "{\"request\": {$ok, \"headers\": {\"A\": \"1\\r\\nB: 2\"}}}"
	refuse "no name of a header" "{\"request\": {$ok, \"headers\": {\"A B\": \"1\"}}}"
	refuse "expected a JSON object" "[]"
	expect_status 1 "$tally" webhook create https://a/ --request POST --consumer nobody
	expect_in err "no application \"nobody\""
	expect_status 2 "$tally" webhook create https://a/ --request POST --uuid short
	expect_status 1 "$tally" webhook create https://a/ --request POST --uuid made-by-hand-0001
	expect_refused "leave one out" "$tally" webhook create https://a/ --request POST --consumer a --consumer-label b
	expect_refused "name:password" "$tally" webhook create https://a/ --request POST -u me
	expect_refused "Name: value" "$tally" webhook create https://a/ --request POST -H nothing
	[ "$(git -C broker.git rev-parse HEAD)" = "$before" ]
'

test_expect_success 'they go, by name, and with an application that they name' '
	expect_status 1 "$tally" webhook show no-such-webhook-00
	expect_status 1 "$tally" webhook update no-such-webhook-00 --disable
	expect_status 1 "$tally" webhook delete no-such-webhook-00
	expect_status 0 "$tally" app delete orders
	expect_in out "webhooks: made-by-hand-0001"
	expect_status 1 "$tally" webhook show made-by-hand-0001
	"$tally" webhook list >list
	expect_status 0 "$tally" webhook delete "$(sed "s/: .*//" list)"
	expect_status 0 "$tally" webhook list
	expect_empty out
'

test_done
