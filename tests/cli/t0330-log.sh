#!/bin/sh
# tally log
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

test_expect_success 'who changed what, newest first' '
	"$tally" broker init broker.git
	contract one.json
	contract two.json consumer=mobile
	"$tally" environment create test
	env GIT_AUTHOR_NAME="A. Person" "$tally" publish one.json --version 1
	"$tally" publish two.json --version 7
	expect_status 0 "$tally" log
	expect_empty err
	expect_in out "A. Person" "    publish web-shop 1" "    publish mobile 7"
	first=$(grep -n "publish mobile" out | cut -d: -f1)
	[ "$first" -lt "$(grep -n "publish web-shop" out | cut -d: -f1)" ]
'

test_expect_success 'of one application, of one version, of the newest changes' '
	expect_status 0 "$tally" log web-shop
	expect_in out "publish web-shop 1"
	expect_not_in out mobile
	expect_status 0 "$tally" log mobile@7
	expect_in out "publish mobile 7"
	expect_not_in out web-shop
	expect_status 0 "$tally" log -n 1
	[ "$(grep -c "^[0-9a-f]" out)" -eq 1 ]
	expect_in out "publish mobile 7"
'

test_expect_success '--format json' '
	expect_status 0 "$tally" log --format json
	is_json out
	expect_in out "\"changes\":" "\"commit\":" "\"at\":" "\"author\": \"A. Person\"" "\"message\":"
'

test_expect_success 'what is not known: 1' '
	expect_status 1 "$tally" log nobody
	expect_empty out
	expect_in err nobody
	expect_status 1 "$tally" log web-shop@99
	expect_in err 99
'

test_expect_success 'control characters in the history are shown, not sent' '
	git clone -q broker.git clone
	echo text >clone/note
	git -C clone add note
	git -C clone -c user.name="$(printf "x\033y")" -c user.email=x@example.com \
		commit -q -m "$(printf "evil \033]0;title\007 text")"
	git -C clone push -q
	expect_status 0 "$tally" log -n 1
	expect_not_in out "$(printf "\033")"
	expect_in out "evil \\x1b]0;title\\x07 text"
	expect_status 0 "$tally" log -n 1 --format json
	is_json out
	expect_not_in out "$(printf "\033")"
'

test_expect_success 'wrong use' '
	expect_refused "--max-count" "$tally" log --max-count=-1
	expect_refused "unexpected" "$tally" log a b
'

test_done
