#!/bin/sh
# tally with a Pact Broker, whose part and the provider's a stub plays.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
unset PACT_BROKER_TOKEN PACT_BROKER_USERNAME PACT_BROKER_PASSWORD PACT_BROKER_HTTP_RETRIES

# answers METHOD PATH RESPONSE [REQUEST]: an interaction of what the stub plays; RESPONSE and REQUEST
# are bodies.
answers() {
	printf '{"description": "%s %s", "request": {"method": "%s", "path": "%s"%s},\n' "$1" "$2" "$1" "$2" \
		"${4:+, \"headers\": {\"Content-Type\": \"application/json\"\}, \"body\": $4}"
	printf ' "response": {"status": 200, "headers": {"Content-Type": "application/hal+json"}, "body": %s}}\n' "$3"
}

# The hosts that it advertises are not its own: links are followed where it was found.
far=http://broker.invalid
document() { # the contract that it has
	printf '{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": ['
	printf '{"_id": "id-1", "description": "an order", "request": {"method": "GET", "path": "/orders/42"},'
	printf ' "response": {"status": 200, "body": {"id": 42}}},'
	printf '{"_id": "id-2", "description": "no order", "request": {"method": "GET", "path": "/orders/43"},'
	printf ' "response": {"status": 200, "body": {"id": 43}}}],'
	printf ' "metadata": {"pactSpecification": {"version": "2.0.0"}},'
	printf ' "_links": {"pb:consumer-version": {"name": "1.2.3"}, "pb:provider": {"href": "%s/provider"},' "$far"
	printf ' "pb:publish-verification-results": {"href": "%s/results"}}}' "$far"
}
result='{"success": true, "providerApplicationVersion": "7", "testResults": [
 {"interactionId": "id-1", "success": true}, {"interactionId": "id-2", "success": true}],
 "verifiedBy": {"implementation": "Tally", "version": "'$("$tally" --version | sed -n '1s/.* //p')'"}}'
{
	echo '{"consumer": {"name": "tally"}, "provider": {"name": "broker"}, "interactions": ['
	answers GET / "{\"_links\": {\"pb:provider-pacts-for-verification\": {\"href\": \"$far/choose/{provider}\"}}}"
	echo ,
	answers GET /choose/orders "{\"_links\": {\"self\": {\"href\": \"$far/choose/orders\"}}}"
	echo ,
	answers POST /choose/orders '{"_embedded": {"pacts": [{"shortDescription": "latest from main branch",
		"_links": {"self": {"href": "/contract"}}}]}}'
	echo ,
	answers GET /contract "$(document)"
	echo ,
	answers GET /provider '{"_links": {"pb:branch-version": {"href": "/{branch}/{version}"}}}'
	echo ,
	answers PUT /main/7 '{}' '{}'
	echo ,
	answers POST /results '{}' "$result"
	echo ,
	answers GET /orders/42 '{"id": 42}'
	echo ,
	answers GET /orders/43 '{"id": 43}'
	echo '], "metadata": {"pactSpecification": {"version": "2.0.0"}}}'
} >broker.json

# verify OPTION...
verify() {
	"$tally" verify --provider-url "$url" --provider orders --broker "$url" --broker-retries 0 "$@"
}
publish='--publish --provider-version 7 --provider-branch main'

test_expect_success 'contracts come from it, and results go there' '
	start_server "$tally" stub broker.json
	expect_status 0 verify $publish
	expect_in err "replaying web-shop 1.2.3: latest from main branch" "results recorded for orders 7"
	expect_in out "web-shop 1.2.3 -> orders: 2 passed"
	stop_server
'

test_expect_success 'a part of a contract is not recorded, and why' '
	start_server "$tally" stub broker.json
	expect_status 0 verify $publish --filter-description "an order"
	expect_in err "the results for web-shop 1.2.3 are not recorded: 1 of its 2 interactions were not replayed"
	expect_not_in err "results recorded"
	stop_server
'

test_expect_success 'the address that a webhook gives is one of the broker' '
	start_server "$tally" stub broker.json
	expect_status 0 verify $publish --webhook-callback-url "http://broker.invalid/contract"
	expect_in err "replaying web-shop 1.2.3" "results recorded for orders 7"
	expect_status 0 verify $publish "$url/contract"
	expect_in err "results recorded for orders 7"
	stop_server
'

test_expect_success 'what it refuses is an error, which the report follows' '
	sed "s/Tally/Another/" broker.json >strict.json
	start_server "$tally" stub strict.json
	expect_status 1 verify $publish
	expect_in err "are not recorded: the broker has nothing there (404); No interaction answers"
	expect_not_in err "results recorded"
	expect_in out "web-shop 1.2.3 -> orders: 2 passed"
	stop_server
'

test_expect_success 'a broker that is not there is never one without contracts' '
	url=http://127.0.0.1:1
	expect_status 4 verify --ignore-no-pacts-error
	expect_in err "nothing listens on 127.0.0.1:1"
	expect_empty out
'

test_expect_success 'no broker at all' '
	start_server "$tally" stub broker.json
	expect_refused "is it the broker" "$tally" verify --provider-url "$url" --provider orders \
		--ignore-no-pacts-error --broker "$url/nothing"
	stop_server
'

test_expect_success 'credentials that exclude each other' '
	start_server "$tally" stub broker.json
	expect_refused "both a token and a user" verify --broker-token a --broker-username b
	expect_not_in err "--broker-username b"
	stop_server
'

# It plays the provider, too; both are trusted, each by its own option.
test_expect_success 'over TLS, where the certificate has to be known' '
	start_server "$tally" stub broker.json --tls-ca ca.pem
	case $url in
	https://*) ;;
	*) false ;;
	esac
	expect_status 0 verify $publish --broker-ca-file ca.pem --ca-file ca.pem
	expect_in err "replaying web-shop 1.2.3" "results recorded for orders 7"
	expect_in out "web-shop 1.2.3 -> orders: 2 passed"
	for trust in "" --disable-ssl-verification "--ca-file ca.pem"; do
		expect_status 4 verify $publish $trust
		expect_in err "certificate"
		expect_not_in err "replaying" "results recorded"
	done
	expect_refused "nowhere.pem" verify --broker-ca-file nowhere.pem
	stop_server
'

test_expect_success '--only-needed: it keeps no results of interactions, and that is said' '
	start_server "$tally" stub broker.json
	expect_status 0 verify $publish --only-needed
	expect_in err "a Pact Broker keeps results of whole contracts" "results recorded for orders 7"
	expect_in out "web-shop 1.2.3 -> orders: 2 passed"
	expect_status 0 verify $publish
	expect_not_in err "a Pact Broker keeps"
	stop_server
'

test_expect_success 'a signal while the broker is busy: the report, and the end by it' '
	# The one that takes the results is busy for as long as it may be.
	sed "/\"request\": {\"method\": \"POST\", \"path\": \"\/results\"/,/\"response\"/s/\"status\": 200, \"headers\": {/\"status\": 503, \"headers\": {\"Retry-After\": \"119\", /" broker.json >busy.json
	expect_in busy.json "\"Retry-After\": \"119\""
	start_server "$tally" stub busy.json --verbose
	"$tally" verify --provider-url "$url" --provider orders --broker "$url" $publish \
		--json busy-results.json >out 2>err &
	verify=$!
	: >"$scratch/pids/$verify"
	until grep -q "POST /results" server.err; do
		kill -0 "$verify"
		sleep 0.05
	done
	kill -TERM "$verify"
	status=0
	wait "$verify" || status=$?
	rm "$scratch/pids/$verify"
	[ "$status" -eq 143 ]
	stop_server
	expect_in err "are not recorded: interrupted"
	expect_not_in err "results recorded"
	expect_in out "web-shop 1.2.3 -> orders: 2 passed"
	is_json busy-results.json
'

test_expect_success 'what else a broker does, this one cannot do yet' '
	contract one.json
	start_server "$tally" stub broker.json
	for command in "publish one.json --version 1" "can-i-deploy orders@1 --to production" \
		"record-deployment orders@1 --to production" "environment list" "environment create x" "log"; do
		expect_refused "with a Pact Broker as its broker, Tally cannot" "$tally" $command --broker "$url"
	done
	expect_refused "a Pact Broker is set up where it runs" "$tally" broker init "$url"
	stop_server
'
test_done
