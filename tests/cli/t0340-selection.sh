#!/bin/sh
# What a provider's pipeline asks a broker for: pending, regressions, work in progress, selectors,
# what is known already.
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER
# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider

# orders FILE ID...: a contract of web-shop that wants the total of each order; the provider has 42
orders() {
	file=$1
	shift
	separator=
	{
		printf '{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"},'
		printf ' "metadata": {"pactSpecification": {"version": "3.0.0"}}, "interactions": ['
		for id; do
			printf '%s{"description": "order %s",' "$separator" "$id"
			printf ' "providerStates": [{"name": "order 42 exists"}],'
			printf ' "request": {"method": "GET", "path": "/orders/%s"},' "$id"
			printf ' "response": {"status": 200, "body": {"total": 1.5},'
			printf ' "matchingRules": {"body": {"$.total":'
			printf ' {"matchers": [{"match": "decimal"}]}}}}}'
			separator=,
		done
		printf ']}\n'
	} >"$file"
}

# verify VERSION BRANCH [OPTION]...: the broker's contracts, the results published
verify() {
	version=$1 branch=$2
	shift 2
	"$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states" --json results.json \
		--publish --provider-version "$version" --provider-branch "$branch" "$@"
}

test_expect_success 'a contract that passed on the main branch' '
	expect_status 0 "$tally" broker init broker.git
	expect_status 0 "$tally" environment create production --production
	orders one.json 42
	orders two.json 42 43
	expect_status 0 "$tally" publish one.json --version 1 --branch main
	start_server "$provider"
	expect_status 0 verify 1 main --enable-pending
	expect_in out "web-shop 1 -> orders: 1 passed"
	stop_server
'

test_expect_success 'a new interaction that fails does not fail the build of a branch' '
	expect_status 0 "$tally" publish two.json --version 2 --branch main
	start_server "$provider"
	expect_status 0 verify 2 feature --enable-pending
	expect_in out "broker: what never passed with orders on branch feature stays pending"
	expect_not_in out "it passed, and the result is published"
	expect_in results.json "\"pending\": true" "\"standing\": \"new\"" \
		"1 of its 2 interactions never passed with orders on branch feature"
	expect_not_in results.json "\"standing\": \"regressed\""
	expect_status 1 verify 3 feature
	stop_server
'

test_expect_success 'one that passed before is a regression, in the same contract' '
	start_server "$provider" --rename-total amount
	expect_status 1 verify 4 feature --enable-pending
	expect_in results.json "\"standing\": \"new\"" "\"standing\": \"regressed\""
	stop_server
'

test_expect_success 'only what has no answer yet is asked for' '
	start_server "$provider"
	expect_status 0 verify 2 feature --enable-pending --only-needed
	expect_in results.json "\"known\": true"
	stop_server
'

test_expect_success 'one version that is asked for by its name stands the same' '
	start_server "$provider"
	expect_status 0 verify 2 feature --consumer-version web-shop@1 --only-needed
	expect_in results.json "\"known\": true"
	stop_server
	start_server "$provider" --rename-total amount
	expect_status 1 verify 8 feature --consumer-version web-shop@2 --enable-pending
	expect_in results.json "\"standing\": \"new\"" "\"standing\": \"regressed\""
	stop_server
'

test_expect_success 'versions and applications with an @ of their own' '
	git clone -q --mirror broker.git names.git
	sed "s/web-shop/@shop\/web/" one.json >scoped.json
	expect_status 0 "$tally" publish one.json --version 1@a@b --broker names.git
	expect_status 0 "$tally" publish scoped.json --version 1@a --broker names.git
	start_server "$provider"
	for name in web-shop@1@a@b @shop/web@1@a web-shop@1; do
		expect_status 0 "$tally" verify --provider orders --provider-url "$url" \
			--state-change-url "$url/provider-states" --broker names.git \
			--consumer-version "$name"
	done
	expect_status 2 "$tally" verify --provider orders --provider-url "$url" \
		--broker names.git --consumer-version web-shop@1@c
	expect_in err "no application \"web-shop@1\""
	for name in web-shop @shop/web web-shop@; do
		expect_refused "--consumer-version: expected APP@VERSION" "$tally" verify \
			--provider orders --provider-url "$url" --broker names.git \
			--consumer-version "$name"
	done
	stop_server
'

test_expect_success 'flaky: the same version answers otherwise, and is no pass from then on' '
	start_server "$provider" --rename-total amount
	expect_status 1 verify 1 main --enable-pending
	stop_server
	start_server "$provider"
	expect_status 1 verify 1 main --enable-pending --only-needed
	expect_in results.json "\"outcome\": \"flaky\""
	stop_server
'

test_expect_success 'work in progress on a branch of the consumer is verified, and cannot fail' '
	orders three.json 44
	expect_status 0 "$tally" publish three.json --version 3 --branch search
	start_server "$provider"
	expect_status 0 verify 5 main --enable-pending
	expect_not_in results.json "\"wip\": true"
	expect_status 0 verify 6 main --enable-pending --include-wip-pacts-since 2020-01-01
	expect_in results.json "\"wip\": true" "web-shop 3 is the head of branch search"
	stop_server
	git -C broker.git log -1 --format= --name-only main >names
	expect_in names "/results/web-shop/"
'

test_expect_success 'selectors; one that chooses nothing is told, one that cannot be refused' '
	start_server "$provider"
	expect_status 1 verify 7 main \
		--consumer-version-selectors "{\"branch\": \"search\"}"
	expect_in results.json "web-shop 3 is the head of branch search"
	expect_status 3 verify 7 main --consumer-version-selectors "{\"branch\": \"serch\"}"
	expect_in err "selectors[0] (the head of branch serch) chose nothing"
	expect_status 2 verify 7 main --consumer-version-selectors "{\"brnch\": \"search\"}"
	expect_in err "\"brnch\""
	expect_status 2 verify 7 main \
		--consumer-version-selectors "{\"environment\": \"test\"}"
	expect_in err "production"
	stop_server
'

test_expect_success 'why each contract is chosen or left out, with nothing replayed' '
	expect_status 0 "$tally" verify --provider orders --explain \
		--consumer-version-selectors "{\"branch\": \"search\"}"
	expect_in out "web-shop 3: web-shop 3 is the head of branch search"
	sed "s/web-shop/till/" one.json >till.json
	expect_status 0 "$tally" publish till.json --version 9 --branch other
	expect_status 0 "$tally" verify --provider orders --explain --publish --provider-version 9 \
		--consumer-version-selectors "{\"branch\": \"search\"}"
	expect_in out "left out: till (its newest contract is that of 9): no selector chose"
	expect_status 3 "$tally" verify --provider orders --explain \
		--consumer-version-selectors "{\"branch\": \"serch\"}"
	expect_in err "selectors[0] (the head of branch serch) chose nothing"
	test "$(git -C broker.git log -1 --format=%s main)" = "publish till 9 (branch other): contract with orders"
'

test_expect_success 'a repository of the older format is used, and brought up on request' '
	expect_status 0 "$tally" broker upgrade
	expect_in out "has format 3 already"
'

test_expect_success 'what follows from runs is made anew where it was lost' '
	git clone -q broker.git edited &&
	git -C edited rm -q -r -- "apps/*/answers/*" "apps/*/passed/*" &&
	git -C edited -c user.name=me -c user.email=me@example.org commit -q -m "lose it" &&
	git -C edited push -q origin HEAD:main &&
	expect_status 1 "$tally" broker check &&
	expect_in out "/answers/" &&
	expect_in out "tally broker upgrade --broker " &&
	expect_status 0 "$tally" broker upgrade &&
	expect_in out "made anew" &&
	expect_status 0 "$tally" broker check &&
	test "$(git -C broker.git rev-parse main~2^{tree})" = \
		"$(git -C broker.git rev-parse main^{tree})"
'

test_done
