#!/bin/sh
# 8 processes publish 50 versions each through a git server; and others race from elsewhere
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"
# shellcheck source=tests/servers/servers.sh
. "$TALLY_SRCDIR/tests/servers/servers.sh"

servers_needed web
start_web
served=$repositories/broker.git
new_broker "$served"

test_expect_success 'the served repository has 400 of 400, in one line of history' '
	before=$(git -C "$served" rev-list --count main)
	pids=
	for name in a b c d e f g h; do
		XDG_CACHE_HOME=$PWD/cache.shared timeout --foreground -k 5 240 \
			"$writer" "$http_url/open/broker.git" $name publish 50 >told.$name 2>err.$name &
		pids="$pids $!"
	done
	ended=0
	for pid in $pids; do
		wait "$pid" || ended=$?
	done
	cat err.?
	[ "$ended" -eq 0 ]
	[ "$(cat told.? | sort -u | wc -l)" -eq 400 ]
	expect_told "$served" told.?
	[ "$(git -C "$served" rev-list --count main)" -eq $((before + 400)) ]
	expect_one_order "$served"
	expect_sound "$served"
'
test_expect_success 'from machines of their own they race for the branch, and all get through' '
	pids=
	for name in i j k; do
		XDG_CACHE_HOME=$PWD/cache.$name timeout --foreground -k 5 240 \
			"$writer" "$http_url/open/broker.git" $name publish 5 >told.$name 2>err.$name &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	expect_told "$served" told.?
	expect_one_order "$served"
	expect_sound "$served"
'
test_expect_success 'and so have the copies' '
	for cache in cache.*; do
		XDG_CACHE_HOME=$PWD/$cache expect_status 0 "$tally" matrix --pacticipant web-shop \
			--latest -o json --broker "$http_url/open/broker.git"
		copy=$(dirname "$(find "$cache" -name HEAD)")
		git -C "$copy" fsck --strict --no-dangling
		[ "$(git -C "$copy" rev-parse main)" = "$(git -C "$served" rev-parse main)" ]
	done
'
test_done
