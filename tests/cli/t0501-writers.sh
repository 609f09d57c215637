#!/bin/sh
# 8 processes publish 50 versions each into one broker at once
# shellcheck disable=SC2016,SC2034,SC2119,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"

test_expect_success 'a local repository has 400 of 400, in one line of history' '
	new_broker
	before=$(git -C "$broker" rev-list --count main)
	pids=
	for name in a b c d e f g h; do
		timeout --foreground -k 5 120 "$writer" "$broker" $name publish 50 >told.$name 2>err.$name &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	[ "$(cat told.? | sort -u | wc -l)" -eq 400 ]
	expect_told "$broker" told.?
	[ "$(git -C "$broker" rev-list --count main)" -eq $((before + 400)) ]
	expect_one_order "$broker"
	expect_sound "$broker"
'

# The program itself, so that every change has a process of its own.
contract contract.json
publish_versions() { # NAME COUNT
	for number in $(seq "$2"); do
		"$tally" publish contract.json --version "$1.$number" --broker "$broker" || return
		echo "/$1.$number/publications/orders.json" >>"told.$1"
	done
}
test_expect_success 'commands that run at once wait for each other' '
	pids=
	for name in i j k l; do
		publish_versions $name 5 >out.$name 2>err.$name &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	expect_told "$broker" told.?
	expect_sound "$broker"
'
test_done
