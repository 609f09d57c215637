#!/bin/sh
# Writers whose clocks are an hour apart: what counts is the order in which the store heard of things.
# shellcheck disable=SC2016,SC2034,SC2119,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"

TALLY_BROKER=$broker
export TALLY_BROKER
new_broker
commit() {
	git -C "$broker" rev-parse main
}

# Two machines in turn: one is right, one is an hour ahead, and never is the order that of the clocks.
test_expect_success 'the newest version is the one that came last' '
	"$writer" "$broker" ahead mixed 3 3600 >told.ahead
	first=$(commit)
	"$writer" "$broker" right mixed 3 >told.right
	echo "$first" >first
	git -C "$broker" show main:apps/web-shop/latest.json >latest
	expect_in latest "right.1"
	git -C "$broker" show main:apps/orders/latest.json >latest
	expect_in latest "right.1"
	expect_told "$broker" told.ahead told.right
'
test_expect_success 'so it is for the head of a branch, and for what is deployed' '
	expect_status 0 "$tally" matrix --pacticipant web-shop --branch main --latest -o json
	expect_in out "right.1"
	expect_not_in out "ahead.1"
	expect_status 0 "$tally" environment show production
	expect_in out "orders right.1"
	expect_not_in out "ahead.1"
'
test_expect_success 'for every question that says latest, from there or from here' '
	"$writer" "$broker" late publish 1 -3600 >told.late
	expect_status 0 "$tally" matrix --pacticipant web-shop --latest -o json
	expect_in out "web-shop@late.1"
	expect_not_in out "web-shop@right.1"
	git -C "$broker" show main:apps/web-shop/latest.json >latest
	expect_in latest "late.1"
'
test_expect_success 'the log tells it in that order' '
	expect_status 0 "$tally" log web-shop --format json
	sed -n "s/.*\"message\": \"[^\"]*\(late\|right\|ahead\)\.1.*/\1/p" out | uniq >order
	printf "late\nright\nahead\n" | cmp - order
'
test_expect_success 'a commit pins what was known then, whatever its clock said' '
	expect_status 0 "$tally" environment show production --at "$(cat first)"
	expect_in out "orders ahead.1"
	expect_not_in out "right.1"
	# At an instant, the history counts as far as it goes: the last change not after it.
	before=$(git -C "$broker" log -1 --format=%cI main)
	expect_status 0 "$tally" environment show production --at "$before"
	expect_in out production
'
test_expect_success 'nothing of it is unsound' '
	expect_one_order "$broker"
	expect_sound "$broker"
'
test_done
