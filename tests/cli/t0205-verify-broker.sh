#!/bin/sh
# tally verify with what a broker has: selectors, pending, work in progress, what is needed.
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER
# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider

# verify OPTION...: the provider of the test
verify() {
	"$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states" "$@"
}

# published NAME VERSION BRANCH [NAME=VALUE]...: a contract of that consumer
published() {
	name=$1 version=$2 branch=$3
	shift 3
	contract "$name-$version.json" consumer="$name" "$@"
	"$tally" publish "$name-$version.json" --version "$version" --branch "$branch"
}

test_expect_success 'a broker with some contracts' '
	"$tally" broker init broker.git
	published shop 1.0.0 main
	published shop 1.1.0 next total=1
	published mobile 2.0.0 main total=2
	git -c init.defaultBranch=main init -q .
'

test_expect_success 'selectors, one by one or in a list' '
	start_server "$provider"
	expect_status 0 verify --consumer-version-selectors "{\"branch\": \"next\"}"
	expect_in out "shop 1.1.0 -> orders: 1 passed"
	expect_not_in out mobile
	expect_in err "replaying shop 1.1.0: "
	expect_status 0 verify --consumer-version-selectors "[{\"branch\": \"next\"}, {\"mainBranch\": true, \"consumer\": \"mobile\"}]"
	expect_in err "replaying shop 1.1.0: " "replaying mobile 2.0.0: "
	expect_status 0 env TALLY_CONSUMER_VERSION_SELECTORS="[{\"branch\": \"next\"}, {\"mainBranch\": true, \"consumer\": \"mobile\"}]" \
		"$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states"
	expect_in err "replaying shop 1.1.0: " "replaying mobile 2.0.0: "
	expect_refused "no selector has a member \"colour\"" verify \
		--consumer-version-selectors "{\"colour\": 1}"
	stop_server
'

test_expect_success 'a selector that means nothing is said; nothing at all is 3' '
	start_server "$provider"
	expect_status 0 verify --consumer-version-selectors "[{\"branch\": \"next\"}, {\"branch\": \"gone\"}]"
	expect_in err gone "replaying shop 1.1.0"
	expect_status 3 verify --consumer-version-selectors "{\"branch\": \"gone\"}"
	expect_empty out
	expect_in err gone
	expect_status 0 verify --consumer-version-selectors "{\"branch\": \"gone\"}" --ignore-no-pacts-error
	expect_in err gone
	stop_server
'

test_expect_success 'files beside the broker' '
	start_server "$provider"
	# Alone, they are all: a broker may be there to record the results.
	expect_status 0 verify shop-1.0.0.json
	expect_not_in out mobile
	expect_status 0 verify shop-1.0.0.json mobile-2.0.0.json \
		--consumer-version-selectors "{\"mainBranch\": true}"
	expect_in err "replaying shop 1.0.0" "replaying mobile 2.0.0" \
		"shop-1.0.0.json is the same contract as shop 1.0.0 of the broker" \
		"mobile-2.0.0.json is the same contract as mobile 2.0.0 of the broker"
	[ "$(grep -c "orders: 1 passed" out)" -eq 2 ]
	expect_status 0 verify shop-1.0.0.json --consumer-version-selectors "{\"branch\": \"gone\"}"
	expect_in out "shop -> orders: 1 passed"
	expect_in err gone
	stop_server
'

test_expect_success 'a broker that cannot be reached is 4, also beside files' '
	expect_status 4 "$tally" verify --provider orders --provider-url http://127.0.0.1:1 \
		--broker http://127.0.0.1:1
	expect_empty out
	expect_status 4 "$tally" verify shop-1.0.0.json --provider orders \
		--provider-url http://127.0.0.1:1 --broker http://127.0.0.1:1 \
		--consumer-version-tag main --ignore-no-pacts-error
'

test_expect_success 'what was never honoured is new, and does not fail the run' '
	start_server "$provider" --rename-total amount
	expect_status 1 verify
	expect_status 0 verify --enable-pending --provider-version 1 --provider-branch main
	expect_status 0 env TALLY_ENABLE_PENDING=true "$tally" verify --provider orders \
		--provider-url "$url" --state-change-url "$url/provider-states" \
		--provider-version 1 --provider-branch main --format json
	expect_in out "\"standing\": \"new\""
	stop_server
	start_server "$provider"
	expect_status 0 verify --publish --provider-version 2 --provider-branch main
	stop_server
	start_server "$provider" --rename-total amount
	expect_status 1 verify --enable-pending --provider-version 3 --provider-branch main --json -
	expect_in out "\"standing\": \"regressed\""
	stop_server
'

test_expect_success 'work in progress' '
	start_server "$provider"
	expect_status 0 verify --include-wip-pacts-since 2020-01-31 --provider-version 4 \
		--provider-branch main
	expect_in err "replaying shop 1.1.0"
	expect_refused "\"yesterday\" on, which is no date" verify --include-wip-pacts-since yesterday \
		--provider-version 4 --provider-branch main
	stop_server
'

test_expect_success 'only what is needed' '
	# All of it was recorded for version 2.
	expect_status 0 "$tally" verify --provider orders --provider-url http://127.0.0.1:1 \
		--only-needed --provider-version 2 --provider-branch main --format json
	expect_in out "\"known\": true"
	expect_refused "--provider-version is missing" "$tally" verify --provider orders \
		--provider-url http://127.0.0.1:1 --only-needed
'

test_done
