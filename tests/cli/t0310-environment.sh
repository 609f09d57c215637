#!/bin/sh
# tally broker init, tally environment create, list and show
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

test_expect_success 'a broker is a bare git repository' '
	expect_status 0 "$tally" broker init broker.git
	expect_empty err
	expect_in out "broker repository made: broker.git"
	[ "$(git -C broker.git rev-parse --is-bare-repository)" = true ]
	git -C broker.git fsck --strict
'

test_expect_success 'what is there stays' '
	before=$(git -C broker.git rev-parse HEAD)
	expect_status 1 "$tally" broker init broker.git
	expect_empty out
	expect_in err broker.git
	[ "$(git -C broker.git rev-parse HEAD)" = "$before" ]
	mkdir full
	echo text >full/file
	expect_status 1 "$tally" broker init full
	[ "$(ls full)" = file ]
	echo text >a-file
	status=0
	"$tally" broker init a-file 2>err || status=$?
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
	[ "$(cat a-file)" = text ]
'

test_expect_success 'a broker where nothing can be written' '
	status=0
	"$tally" broker init a-file/below >out 2>err || status=$?
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
	expect_empty out
	expect_in err "a-file/below"
'

TALLY_BROKER=broker.git
export TALLY_BROKER

test_expect_success 'no environments: an empty list' '
	expect_status 0 "$tally" environment list
	expect_empty out err
	expect_status 0 "$tally" environment list --format json
	is_json out
	expect_in out "\"environments\": []"
'

test_expect_success 'environments are made, listed and shown' '
	expect_status 0 "$tally" environment create test --display-name "Test system"
	expect_in out "environment made: test"
	expect_status 0 "$tally" environment create production --production
	expect_status 0 "$tally" environment list
	expect_in out "test: Test system" "production (production)"
	expect_status 0 "$tally" environment show test
	expect_in out "test: Test system" "nothing runs there"
	expect_status 0 "$tally" environment show production --format json
	is_json out
	expect_in out "\"name\": \"production\"" "\"production\": true" "\"uuid\":" "\"deployed\": []"
'

test_expect_success 'one that exists: 1, nothing changed' '
	before=$(git -C broker.git rev-parse HEAD)
	expect_status 1 "$tally" environment create test
	expect_empty out
	expect_in err test
	[ "$(git -C broker.git rev-parse HEAD)" = "$before" ]
'

test_expect_success 'one that does not exist: 1' '
	expect_status 1 "$tally" environment show nowhere
	expect_empty out
	expect_in err nowhere
'

test_expect_success 'names that cannot be' '
	for name in "" "$(printf "a\tb")" "$(printf "%01100d" 0)"; do
		expect_status 2 "$tally" environment create "$name"
		expect_empty out
	done
'

test_expect_success 'the group explains itself' '
	expect_refused "\"environment\" needs one of its commands:" "$tally" environment
	expect_in err "environment create" "environment list" "environment show"
	expect_refused "\"environment\" has no command \"crate\"" "$tally" environment crate
	expect_status 0 "$tally" environment --help
	expect_in out "environment create"
	expect_status 0 "$tally" help environment
	expect_in out "environment list"
'

test_expect_success 'wrong use' '
	expect_refused "NAME is missing" "$tally" environment create
	expect_refused "unexpected \"b\"" "$tally" environment create a b
	expect_refused "PATH is missing" "$tally" broker init
	expect_refused "--production: expected true or false, found \"perhaps\"" \
		"$tally" environment create a --production=perhaps
	expect_status 2 env TALLY_BROKER= "$tally" environment list
	expect_in err "--broker is missing"
'

test_done
