#!/bin/sh
# --at: every question of an older state
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

test_expect_success 'a broker with a past' '
	"$tally" broker init broker.git
	contract one.json
	contract two.json consumer=mobile
	"$tally" publish one.json --version 1 --branch main
	"$tally" environment create test
	git -C broker.git rev-parse main >before
	"$tally" environment create production --production
	"$tally" publish two.json --version 7 --branch main
	"$tally" record-deployment web-shop@1 --to test
'

test_expect_success 'questions are answered as of a commit' '
	at=$(cat before)
	expect_status 0 "$tally" environment list --at "$at"
	expect_in out test
	expect_not_in out production
	expect_status 0 "$tally" environment show test --at "$at"
	expect_in out "nothing runs there"
	expect_status 1 "$tally" environment show production --at "$at"
	expect_status 0 "$tally" log --at "$at"
	expect_in out "publish web-shop 1"
	expect_not_in out mobile
	expect_status 1 "$tally" log mobile --at "$at"
	expect_status 1 "$tally" can-i-deploy mobile@7 --to test --at "$at"
	expect_in err mobile
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to test --at "$at" --format json
	is_json out
	expect_in out "\"at\": \"$at\""
'

test_expect_success 'an abbreviated commit, and an instant' '
	short=$(cut -c1-12 before)
	expect_status 0 "$tally" log --at "$short" -n 1
	expect_in out "environment test"
	expect_status 0 "$tally" log --at 9999-01-01
	expect_in out mobile
	expect_status 1 "$tally" log --at 2001-01-01
	expect_in err "nothing was recorded by 2001-01-01"
	expect_empty out
'

test_expect_success 'contracts to verify as of a commit' '
	start_server "$TALLY_BUILDDIR/doc/examples/provider"
	expect_status 0 "$tally" verify --provider orders --at "$(cat before)" \
		--provider-url "$url" --state-change-url "$url/provider-states"
	expect_in err "replaying web-shop 1: "
	expect_not_in err mobile
	expect_status 0 "$tally" verify --provider orders \
		--provider-url "$url" --state-change-url "$url/provider-states"
	expect_in err "replaying web-shop 1: " "replaying mobile 7: "
	stop_server
'

test_expect_success 'what is no state: said, and nothing is asked' '
	expect_refused "neither a commit" "$tally" log --at yesterday
	expect_status 1 "$tally" log --at 0123456789
	expect_in err "no commit 0123456789"
	blob=$(git -C broker.git rev-parse main:tally.json)
	expect_status 1 "$tally" log --at "$blob"
	empty=$(git -C broker.git -c user.name=x -c user.email=x commit-tree -m x \
		"$(git -C broker.git mktree </dev/null)")
	expect_refused "not a broker" "$tally" environment list --at "$empty"
'

test_expect_success 'commands that change have no --at' '
	for command in publish record-deployment "environment create" "broker upgrade"; do
		# shellcheck disable=SC2086 # two words are a command
		expect_refused "--at" "$tally" $command x --at 2026-01-01
	done
	expect_refused "leave it out" "$tally" verify --provider orders --publish --provider-version 1 \
		--at 2026-01-01 --provider-url http://127.0.0.1:1
	expect_refused "leave it out" "$tally" verify one.json --at 2026-01-01 \
		--provider-url http://127.0.0.1:1
'

test_done
