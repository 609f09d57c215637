#!/bin/sh
# tally verify with contract files; with a broker: t0300-main-job.sh
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider

test_expect_success 'a provider that honours the contract' '
	contract good.json
	start_server "$provider"
	expect_status 0 "$tally" verify good.json --provider-url "$url" \
		--state-change-url "$url/provider-states"
	expect_empty err
	expect_in out "web-shop -> orders: 1 passed"
	stop_server
'

test_expect_success 'one that does not: 1, and a mismatch to read' '
	start_server "$provider" --rename-total amount
	expect_status 1 "$tally" verify good.json --provider-url "$url" \
		--state-change-url "$url/provider-states"
	expect_empty err
	expect_in out "FAILED: a request for order 42" "given order 42 exists" total
	stop_server
'

test_expect_success 'results for machines, in a file and on standard output' '
	start_server "$provider"
	expect_status 0 "$tally" verify good.json --provider-url "$url" \
		--state-change-url "$url/provider-states" --format json --json results.json
	expect_empty err
	is_json out
	cmp out results.json
	expect_in out "\"success\": true" "\"outcome\": \"passed\"" "\"file\": \"good.json\""
	stop_server
'

test_expect_success 'a folder stands for its contracts; others in it are left alone' '
	mkdir -p folder
	contract folder/b.json consumer=b
	contract folder/a.json consumer=a
	echo "no contract" >folder/notes.txt
	start_server "$provider"
	expect_status 0 "$tally" verify folder --provider-url "$url" \
		--state-change-url "$url/provider-states"
	expect_in out "a -> orders: 1 passed" "b -> orders: 1 passed"
	expect_status 0 "$tally" verify folder --provider-url "$url" --filter-consumer b \
		--state-change-url "$url/provider-states"
	expect_not_in out "a -> orders"
	expect_in out "b -> orders: 1 passed"
	stop_server
'

test_expect_success 'filters; what they leave is counted' '
	start_server "$provider"
	cat >two.json <<-\EOF
	{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "not there", "request": {"method": "GET", "path": "/orders/43"},
	  "response": {"status": 404}},
	 {"description": "there", "providerStates": [{"name": "order 42 exists"}],
	  "request": {"method": "GET", "path": "/orders/42"}, "response": {"status": 200}}],
	 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOF
	set -- "$tally" verify two.json --provider-url "$url" --state-change-url "$url/provider-states"
	expect_status 0 "$@"
	expect_in out "2 passed"
	expect_status 0 "$@" --filter-description "^not"
	expect_in out "1 passed, 1 skipped"
	expect_status 0 "$@" --filter-state "exists$"
	expect_in out "1 passed, 1 skipped"
	expect_status 0 env PACT_PROVIDER_NO_STATE=true "$@"
	expect_in out "1 passed, 1 skipped"
	expect_status 3 "$@" --filter-description nothing-like-it
	expect_empty out
	expect_in err "nothing was verified"
	expect_status 3 "$@" --filter-consumer mobile
	expect_status 3 "$@" --provider billing
	stop_server
'

test_expect_success 'nothing to verify is no yes' '
	mkdir -p empty
	expect_status 3 "$tally" verify empty --provider-url http://127.0.0.1:1
	expect_empty out
	expect_in err "expected contract files"
'

test_expect_success 'a provider that is not there: 4' '
	expect_status 4 "$tally" verify good.json --provider-url http://127.0.0.1:1
	expect_empty out
	expect_in err "127.0.0.1:1"
'

test_expect_success 'bad contracts are refused before anything is asked' '
	expect_bad_inputs_refused "$tally" verify --provider-url http://127.0.0.1:1
	echo "{\"consumer\": 7}" >folder/c.json
	expect_refused "folder/c.json" "$tally" verify folder --provider-url http://127.0.0.1:1
'

test_expect_success 'wrong use' '
	expect_refused "--provider-url is missing" "$tally" verify good.json
	expect_refused "no contracts: expected FILE, DIR or URL, or --broker" \
		"$tally" verify --provider-url http://127.0.0.1:1
	expect_refused "--provider-url: expected" "$tally" verify good.json --provider-url ftp://x
	expect_refused "--provider-url: " "$tally" verify good.json --provider-url "http://127.0.0.1:99999"
	expect_refused "--provider-url: " "$tally" verify good.json --provider-url "http://x y"
	expect_refused "--provider-url: " "$tally" verify good.json --provider-url "http://[::1"
	expect_refused "--filter-description: " "$tally" verify good.json \
		--provider-url http://127.0.0.1:1 --filter-description "["
	expect_refused "--header: " "$tally" verify good.json \
		--provider-url http://127.0.0.1:1 --header "no colon"
	expect_refused "--request-timeout: expected a whole number from 1 to 3600000, found \"0\"" \
		"$tally" verify good.json --provider-url http://127.0.0.1:1 --request-timeout 0
	expect_refused "--broker is missing" "$tally" verify good.json \
		--provider-url http://127.0.0.1:1 --publish --provider-version 1
	expect_refused "--provider-version is missing" "$tally" verify good.json \
		--provider-url http://127.0.0.1:1 --publish
	expect_refused "--consumer-version is for contracts of the broker" "$tally" verify good.json \
		--provider-url http://127.0.0.1:1 --consumer-version web-shop@1
	expect_refused "--publish, from the variable TALLY_PUBLISH: expected true or false, found \"maybe\"" \
		env TALLY_PUBLISH=maybe "$tally" verify good.json --provider-url http://127.0.0.1:1
'

test_expect_success 'Pact names are understood' '
	start_server "$provider"
	expect_status 0 "$tally" verify good.json --provider-base-url "$url" \
		--provider-states-setup-url "$url/provider-states" --provider-name orders
	expect_status 0 env PACT_PROVIDER_STATE_CHANGE_URL="$url/provider-states" \
		TALLY_PROVIDER_URL="$url" "$tally" verify good.json
	stop_server
'

test_expect_success 'results that cannot be written: 4' '
	start_server "$provider"
	[ ! -c /dev/full ] || {
		status=0
		"$tally" verify good.json --provider-url "$url" \
			--state-change-url "$url/provider-states" >/dev/full 2>err || status=$?
		[ "$status" -eq 4 ]
		expect_status 4 "$tally" verify good.json --provider-url "$url" \
			--state-change-url "$url/provider-states" --json /dev/full
	}
	expect_status 4 "$tally" verify good.json --provider-url "$url" \
		--state-change-url "$url/provider-states" --json good.json/where.json
	expect_in err "good.json/where.json"
	stop_server
	# Before anything is asked or recorded.
	expect_status 4 "$tally" verify good.json --provider-url http://127.0.0.1:1 \
		--json good.json/where.json
	expect_in err "good.json/where.json: cannot be written: Not a directory"
	expect_status 4 "$tally" verify good.json --provider-url http://127.0.0.1:1 --json folder
	expect_in err "folder: expected a file to write, found a folder"
	# A folder that is not there yet is made.
	start_server "$provider"
	expect_status 0 "$tally" verify good.json --provider-url "$url" \
		--state-change-url "$url/provider-states" --json made/for/it/results.json
	is_json made/for/it/results.json
	stop_server
'

test_done
