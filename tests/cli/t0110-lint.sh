#!/bin/sh
# tally lint
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

test_expect_success 'a sound contract' '
	contract good.json
	expect_status 0 "$tally" lint good.json
	expect_empty err
	expect_in out "1 file: 0 errors"
	expect_status 0 "$tally" lint good.json --format json
	is_json out
	expect_in out "\"errors\": 0" "\"file\": \"good.json\""
'

test_expect_success 'bad input is a finding of its file; the others are looked at; 2' '
	bad_inputs
	for file in bad/*.json; do
		expect_status 2 "$tally" lint "$file" good.json
		expect_empty err
		expect_in out "$file: error: " "[readable]" "2 files: 1 error"
	done
	expect_status 2 "$tally" lint bad/truncated.json
	expect_in out "line 1, column 26"
	expect_status 2 "$tally" lint --format json bad/deep.json good.json
	is_json out
	expect_in out "\"errors\": 1"
	mkdir -p folder.json
	for file in missing.json folder.json; do
		expect_status 2 "$tally" lint $file
		expect_in out "$file: error: "
	done
'

test_expect_success 'JSON that is no contract' '
	for text in 7 null "[]" "{}" "{\"consumer\": {\"name\": 1}, \"provider\": {\"name\": \"b\"}}" \
		"{\"consumer\": \"a\", \"provider\": \"b\", \"interactions\": 5}"; do
		echo "$text" >no-contract.json
		expect_status 2 "$tally" lint no-contract.json
		expect_in out "no-contract.json: error: "
	done
'

test_expect_success 'what cannot be read is said with its place' '
	contract good.json
	sed "s/\"status\": *[0-9]*/\"status\": \"x\"/" good.json >bad-status.json
	expect_status 2 "$tally" lint bad-status.json
	expect_in out "bad-status.json: error: interactions[0] " "response.status: expected an integer"
	expect_status 2 "$tally" lint missing.json
	expect_in out "missing.json: error: cannot open"
'

test_expect_success 'wrong use' '
	expect_refused "FILE is missing: contract files; see tally lint --help" "$tally" lint
	expect_refused "unknown option --frmat; did you mean --format?" "$tally" lint --frmat json x
'

test_expect_success 'a full disk is reported' '
	[ -c /dev/full ] || exit 0
	status=0
	"$tally" lint --format json good.json >/dev/full 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output: writing the result failed: No space left on device"
'

test_done
