#!/bin/sh
# tally broker maintain: what is let go, packing, and that nothing is lost
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

test_expect_success 'a broker with ten versions' '
	"$tally" broker init broker.git
	contract one.json
	"$tally" environment create test
	for version in 1 2 3 4 5 6 7 8 9 10; do
		"$tally" publish one.json --version "$version" --branch main
	done
	"$tally" record-deployment web-shop@3 --to test
	git -C broker.git rev-parse main >before
'

test_expect_success '--dry-run says what would go, and changes nothing' '
	find broker.git -type f -exec sha1sum {} + | sort >files-before
	expect_status 0 "$tally" broker maintain --keep latest=2 --dry-run
	expect_empty err
	expect_in out "would let go of web-shop 1" "would let go of web-shop 8" "3 of 10 versions kept"
	expect_not_in out "web-shop 3"
	expect_not_in out "web-shop 9"
	find broker.git -type f -exec sha1sum {} + | sort >files-after
	cmp files-before files-after
'

test_expect_success 'versions go, and the rest is packed' '
	expect_status 0 env GIT_AUTHOR_NAME="A. Person" "$tally" broker maintain --keep latest=2
	expect_in out "let go of web-shop 1" "3 of 10 versions kept" ", now 1 of "
	expect_status 0 "$tally" broker check --history
	git -C broker.git fsck --strict
	[ "$(git -C broker.git ls-tree -r --name-only main | grep -c version.json)" -eq 3 ]
	expect_status 0 "$tally" log -n 1
	expect_in out "A. Person" "let go of 7 versions" "web-shop 8"
	expect_status 1 "$tally" can-i-deploy web-shop@8 --to test
	expect_status 1 "$tally" can-i-deploy web-shop@8 --to test --at "$(cat before)"
	expect_in out "web-shop 8"
	git clone -q broker.git clone
'

test_expect_success 'again: nothing to do; --format json' '
	git -C broker.git rev-parse main >tip
	expect_status 0 "$tally" broker maintain --keep latest=2 --format json
	is_json out
	expect_in out "\"dryRun\": false" "\"kept\": 3" "\"removed\": []" "\"done\": false"
	[ "$(cat tip)" = "$(git -C broker.git rev-parse main)" ]
'

test_expect_success 'beside git gc' '
	: >broker.git/gc.pid
	"$tally" publish one.json --version 11 --branch main
	expect_status 4 "$tally" broker maintain
	expect_in err "git gc"
	rm broker.git/gc.pid
	git -C broker.git gc -q
	expect_status 0 "$tally" broker maintain
	expect_status 0 "$tally" broker check
	git -C broker.git fsck --strict
'

test_expect_success 'killed at any moment: the broker is sound, and the next one goes through' '
	for i in $(seq 1 12); do
		"$tally" publish one.json --version "2.$i" --branch main
		"$tally" broker maintain --keep latest=3 >/dev/null 2>&1 &
		maintenance=$!
		"$tally" log -n "$((i * 3))" >/dev/null
		kill -9 "$maintenance" 2>/dev/null || :
		wait "$maintenance" 2>/dev/null || :
		expect_status 0 "$tally" broker check
	done
	expect_status 0 "$tally" publish one.json --version 3 --branch main
	expect_status 0 "$tally" broker maintain --keep latest=3
	expect_status 0 "$tally" broker check --history
	git -C broker.git fsck --strict
'

test_expect_success 'readers and writers beside it' '
	writer() {
		for i in $(seq 1 15); do
			"$tally" publish one.json --version "$1.$i" --branch main || exit 1
			"$tally" can-i-deploy "web-shop@$1.$i" --to test >/dev/null || [ $? -eq 1 ] || exit 1
		done
	}
	writer 5 &
	first=$!
	writer 6 &
	second=$!
	for i in 1 2 3 4 5 6; do
		expect_status 0 "$tally" broker maintain --keep days=1
	done
	wait "$first"
	wait "$second"
	expect_status 0 "$tally" broker check --history
	[ "$(git -C broker.git ls-tree -r --name-only main | grep -c "/[56]\.[0-9]*/version.json")" -eq 30 ]
'

test_expect_success 'wrong use' '
	expect_refused "is no rule: expected latest=N" "$tally" broker maintain --keep yesterday
	expect_refused "--broker is missing" env -u TALLY_BROKER "$tally" broker maintain
	expect_refused "--at" "$tally" broker maintain --at 2026-01-01
'

test_done
