#!/bin/sh
# tally merge
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

contract one.json description=one
contract two.json description=two
contract one-changed.json description=one total=7.5
contract other-pair.json consumer=mobile

test_expect_success 'the union of two files, in one file, once' '
	expect_status 0 "$tally" merge one.json two.json one.json -o both.json
	expect_empty out err
	is_json both.json
	[ "$(grep -c "\"description\"" both.json)" -eq 2 ]
	expect_in both.json "\"one\"" "\"two\"" 59.80
'

test_expect_success 'in any order, the same' '
	"$tally" merge two.json one.json --output=both-too.json
	cmp both.json both-too.json
'

test_expect_success 'to standard output' '
	expect_status 0 "$tally" merge one.json two.json -o -
	expect_empty err
	cmp both.json out
'

test_expect_success 'the version of the specification' '
	expect_in both.json "\"3.0.0\""
	"$tally" merge one.json --spec 4 -o four.json
	expect_in four.json "\"4.0\""
	expect_refused "version 1.0.0 of the specification cannot say all of it" \
		"$tally" merge one.json --spec 1 -o none.json
	expect_in err "response.matchingRules"
	[ ! -e none.json ]
'

test_expect_success 'a conflict shows both sides; nothing is written' '
	cp both.json before.json
	expect_status 1 "$tally" merge one.json one-changed.json -o both.json
	expect_empty out
	expect_in err one 59.80 7.5 "response.body.content.total" "--overwrite"
	cmp both.json before.json
'

test_expect_success 'the last file wins, if asked for' '
	"$tally" merge one.json two.json one-changed.json --overwrite -o last.json
	"$tally" merge two.json one-changed.json -o without.json
	cmp last.json without.json
	expect_in last.json 7.5 "\"two\""
'

test_expect_success 'contracts of other applications do not merge' '
	status=0
	"$tally" merge one.json other-pair.json -o none.json >out 2>err || status=$?
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
	expect_empty out
	expect_in err web-shop mobile
	[ ! -e none.json ]
'

test_expect_success 'bad input is refused; nothing is written' '
	expect_bad_inputs_refused "$tally" merge -o none.json one.json
	mkdir -p folder.json
	expect_refused folder.json "$tally" merge -o none.json one.json folder.json
	[ ! -e none.json ]
'

test_expect_success 'a file that cannot be written' '
	expect_status 4 "$tally" merge one.json -o one.json/where.json
	expect_in err "one.json/where.json: cannot write"
	mkdir -p folder
	expect_status 4 "$tally" merge one.json -o folder
	expect_in err "folder: expected a file to replace, found a folder"
	[ ! -c /dev/full ] || {
		expect_status 4 "$tally" merge one.json -o /dev/full
		expect_in err "/dev/full: cannot write"
		status=0
		"$tally" merge one.json -o - >/dev/full 2>err || status=$?
		[ "$status" -eq 4 ]
	}
	# No half-written file is left behind.
	expect_no_lines find . -name ".tally-*"
'

test_expect_success 'a link stays a link; folders that are missing are made' '
	ln -s new/linked.json link.json
	"$tally" merge one.json -o link.json
	[ -L link.json ]
	is_json new/linked.json
'

test_expect_success 'an existing file keeps its permissions' '
	cp one.json mode.json
	chmod 640 mode.json
	"$tally" merge one.json two.json -o mode.json
	[ "$(stat -c %a mode.json)" = 640 ]
	cmp mode.json both.json
'

test_expect_success 'wrong use' '
	expect_refused "--output is missing" "$tally" merge one.json
	expect_refused "FILE is missing" "$tally" merge -o x.json
	expect_refused "-o: expected FILE after it" "$tally" merge one.json -o
	expect_refused "--output: expected FILE, found \"\"" "$tally" merge one.json --output=
'

test_done
