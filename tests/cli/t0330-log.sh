#!/bin/sh
# tally log
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
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

test_expect_success 'what providers answered to a contract concerns its consumer' '
	start_server "$TALLY_BUILDDIR/doc/examples/provider"
	"$tally" verify --provider orders --provider-url "$url" --consumer-version web-shop@1 \
		--state-change-url "$url/provider-states" --publish --provider-version 5
	stop_server
	expect_status 0 "$tally" log web-shop -n 1
	expect_in out "verify orders 5"
	expect_status 0 "$tally" log web-shop@1 -n 1
	expect_in out "verify orders 5"
	expect_status 0 "$tally" log mobile
	expect_not_in out "verify orders 5"
	expect_status 0 "$tally" log orders@5
	expect_in out "verify orders 5"
'

test_expect_success 'versions that were removed have a history; more is told' '
	"$tally" publish two.json --version 8
	expect_status 0 "$tally" broker maintain --keep latest=1
	expect_in out "let go of mobile 7"
	expect_status 0 "$tally" log mobile@7
	expect_in out "publish mobile 7" "let go of"
	expect_status 0 "$tally" log -n 2 --format json
	expect_in out "\"next\": "
	next=$(sed -n "s/.*\"next\": \"\(.*\)\".*/\1/p" out)
	expect_status 0 "$tally" log -n 1 --at "$next" --format json
	expect_in out "\"commit\": \"$next\""
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
