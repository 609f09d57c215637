#!/bin/sh
# Writers that are killed at any moment: what they said is done is done, and nobody waits for them.
# shellcheck disable=SC2016,SC2034,SC2119,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"

# begin LOG COMMAND...: in the background, in a group of its own; adds it to `groups`.
begin() {
	log=$1
	shift
	setsid "$@" >"$log" 2>"$log.err" </dev/null &
	echo group >"$scratch/pids/$!"
	groups="$groups $!"
}

# told_by FILE: how many changes.
told_by() {
	wc -l <"$1"
}

# One round: a publisher, a verifier's pipeline and maintenance at once, all killed in the midst of it,
# after the first of them has told of a few changes.
round() { # NUMBER
	groups=
	begin "told.p$1" "$writer" "$broker" "p$1" publish 100000
	publisher=$!
	begin "told.m$1" "$writer" "$broker" "m$1" mixed 100000
	begin "maintained.$1" sh -c 'while "$0" broker maintain "$1" && echo done; do :; done' \
		"$tally" "$broker"
	next_random 30
	enough=$((5 + random)) waited=0
	while [ "$(told_by "told.p$1")" -lt "$enough" ]; do
		waited=$((waited + 1))
		if [ "$waited" -gt 3000 ] || ! kill -0 "$publisher"; then
			echo "round $1 does not get on:"
			cat ./*".err"
			return 1
		fi
		sleep 0.01
	done
	next_random 10
	sleep "0.00$random"
	for group in $groups; do
		kill -9 "-$group"
	done
	for group in $groups; do
		status=0
		wait "$group" || status=$?
		rm "$scratch/pids/$group"
		# Otherwise it had ended by itself.
		[ "$status" -eq 137 ]
	done
	[ ! -e "$broker/tally/next" ] || echo x >>midway
}

test_expect_success 'publishers, verifiers and maintenance are killed, 200 publications long' '
	new_broker
	contract contract.json
	number=0
	: >midway
	cat /dev/null >told.p0
	while [ "$(cat told.p* | wc -l)" -lt 200 ] || [ ! -s midway ]; do
		number=$((number + 1))
		[ "$number" -le 60 ]
		round "$number"
		# The next command goes on at once.
		expect_status 0 timeout --foreground -k 5 30 "$tally" publish contract.json \
			--version "after.$number" --broker "$broker"
		echo "/after.$number/publications/orders.json" >>told.after
		[ $((number % 4)) -ne 0 ] || expect_sound "$broker"
	done
	cat told.*.err | expect_no_lines grep -v Killed
	[ "$(cat maintained.* | wc -l)" -gt 0 ]
'
test_expect_success 'all that they had told of is there' '
	expect_told "$broker" told.*[0-9] told.after
	expect_one_order "$broker"
	expect_sound "$broker"
'
test_expect_success 'and what a kill left behind is gone after the next change' '
	expect_no_lines find "$broker/tally/stage" -type f
	expect_no_lines find "$broker" -name "*.lock" -size +0
	expect_no_lines find "$broker/objects" -name "tmp_*"
'
test_done
