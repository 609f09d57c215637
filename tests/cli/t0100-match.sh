#!/bin/sh
# tally match
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck disable=SC2034 # the scripts use it
q="'"

cat >expected.json <<'EOF'
{"status": 200, "headers": {"Content-Type": "application/json"},
 "body": {"id": 1, "total": 10.5, "lines": [{"sku": "a"}]},
 "matchingRules": {"$.body.id": {"match": "type"}}}
EOF
cat >same.json <<'EOF'
{"status": 200, "headers": {"Content-Type": "application/json"},
 "body": {"id": 7, "total": 10.5, "lines": [{"sku": "a"}]}}
EOF
cat >other.json <<'EOF'
{"status": 404, "headers": {"Content-Type": "application/json"},
 "body": {"id": "x\u001b[31m", "total": 10.5, "lines": []}}
EOF

test_expect_success 'what matches: nothing to say' '
	expect_status 0 "$tally" match response --spec 2 expected.json same.json
	expect_empty out err
'

test_expect_success 'what does not: a line a mismatch, on standard output' '
	expect_status 1 "$tally" match response --spec=2 expected.json other.json
	expect_empty err
	[ "$(wc -l <out)" -ge 3 ]
	expect_in out 200 404 "\$.id" "\$.lines"
	# The text from outside cannot drive the terminal.
	expect_not_in out "$(printf "\033")"
'

test_expect_success '--format json' '
	expect_status 0 "$tally" match response --spec 2 --format json expected.json same.json
	is_json out
	echo "{\"match\": true, \"mismatches\": []}" >answer
	json_equal answer out
	expect_status 1 "$tally" match response --spec 2 --format json expected.json other.json
	is_json out
	expect_in out "\"match\": false" "\"type\":" "\"path\":" "\"pointer\":" "\"message\":"
'

test_expect_success 'what is not kept is counted' '
	awk "BEGIN { printf \"{\\\"body\\\": [0\"; for (i = 0; i < 122; i++) printf \",1\"; print \"]}\" }" >many.json
	sed "s/1/2/g; s/0/2/" many.json >others.json
	expect_status 1 "$tally" match response --format json many.json others.json
	is_json out
	expect_in out "\"mismatchesOmitted\": 23"
	expect_status 1 "$tally" match response many.json others.json
	expect_in out "… and 23 more mismatches"
	expect_status 1 "$tally" match response --format json expected.json other.json
	expect_not_in out "\"mismatchesOmitted\""
'

test_expect_success 'grouped by part, in order; texts with their differences' '
	printf "%s\n" "{\"status\": 200, \"headers\": {\"X-A\": \"1\"}, \"body\": {\"t\": \"a\\nb\\n\"}}" >text.json
	printf "%s\n" "{\"status\": 201, \"headers\": {\"X-A\": \"2\"}, \"body\": {\"t\": \"a\\nc\\n\"}}" >other-text.json
	expect_status 1 "$tally" match response text.json other-text.json
	{
		echo "status: expected 200 but was 201"
		echo "headers:"
		echo "  X-A: Mismatch with header ${q}X-A${q}: Expected header ${q}X-A${q} to have value ${q}1${q} but was ${q}2${q}"
		echo "      expected: 1"
		echo "      actual:   2"
		echo "body:"
		echo "  \$.t: Expected ${q}a\\x0ac\\x0a${q} (String) to be equal to ${q}a\\x0ab\\x0a${q} (String)"
		echo "      diff (- expected, + actual):"
		echo "        @@ -1,2 +1,2 @@"
		echo "         a"
		echo "        -b"
		echo "        +c"
	} >wanted
	diff wanted out
'

test_expect_success 'colour on a terminal, and not with NO_COLOR' '
	command -v script >/dev/null || exit 0
	TERM=xterm script -qec "$tally match response text.json other-text.json" /dev/null >coloured </dev/null || [ $? -eq 1 ]
	expect_in coloured "$(printf "\033[1m")X-A" "$(printf "\033[31m")2"
	TERM=xterm NO_COLOR=1 script -qec "$tally match response text.json other-text.json" /dev/null >plain </dev/null || [ $? -eq 1 ]
	expect_in plain "X-A: Mismatch"
	expect_not_in plain "$(printf "\033")"
'

test_expect_success 'the format from the environment; the option wins' '
	expect_status 0 env TALLY_FORMAT=json "$tally" match response --spec 2 expected.json same.json
	is_json out
	expect_status 0 env TALLY_FORMAT=json \
		"$tally" match response --spec 2 --format text expected.json same.json
	expect_empty out
	expect_refused "--format, from the variable TALLY_FORMAT: expected text or json, found \"xml\"" \
		env TALLY_FORMAT=xml "$tally" match response expected.json same.json
'

test_expect_success 'standard input, for one of the two' '
	"$tally" match response --spec 2 expected.json - <same.json
	"$tally" match response --spec 2 - same.json <expected.json
	expect_refused "only one of EXPECTED and ACTUAL" "$tally" match response - -
	printf "{\"a\": 1,}" >bad-input
	status=0
	"$tally" match response expected.json - <bad-input >out 2>err || status=$?
	[ "$status" -eq 2 ]
	expect_empty out
'

test_expect_success 'a byte-order mark in front is passed over' '
	printf "\357\273\277" >bom.json
	cat same.json >>bom.json
	"$tally" match response --spec 2 expected.json bom.json
'

test_expect_success 'requests and messages' '
	echo "{\"method\": \"GET\", \"path\": \"/a\"}" >request
	echo "{\"method\": \"GET\", \"path\": \"/b\"}" >other-request
	expect_status 0 "$tally" match request request request
	expect_status 1 "$tally" match request request other-request
	expect_in out /a /b
	echo "{\"contents\": {\"a\": 1}}" >message
	echo "{\"contents\": {\"a\": 2}}" >other-message
	expect_status 0 "$tally" match message message message
	expect_status 1 "$tally" match message message other-message
'

test_expect_success 'bad input is refused, with its place' '
	expect_bad_inputs_refused "$tally" match response expected.json
	mkdir -p folder.json
	expect_refused folder.json "$tally" match response expected.json folder.json
	expect_refused "bad/empty.json" "$tally" match response bad/empty.json same.json
'

test_expect_success 'a wrong type in a member is refused, and named' '
	for member in "\"status\": \"a\"" "\"status\": 1e400" "\"headers\": 7" "\"headers\": [1]" \
		"\"matchingRules\": 1" "\"matchingRules\": {\"$.body\": 3}"; do
		echo "{$member}" >wrong.json
		expect_status 2 "$tally" match response wrong.json same.json
		expect_empty out
		name=${member#\"}
		expect_in err "wrong.json: ${name%%\"*}"
	done
	for text in 7 "[]" "\"x\"" null; do
		echo "$text" >wrong.json
		expect_status 2 "$tally" match response expected.json wrong.json
		expect_empty out
	done
'

test_expect_success 'wrong use' '
	expect_refused "request|response|message is missing" "$tally" match
	expect_refused "expected request|response|message, found \"reply\"" \
		"$tally" match reply expected.json same.json
	expect_refused "expected ACTUAL, found \"\"" "$tally" match response expected.json ""
	expect_refused "expected EXPECTATIONS, found \"\"" "$tally" mock ""
	expect_refused "expected EXPECTED, found \"\"" "$tally" match response "" same.json
	echo "]" >junk
	expect_status 2 "$tally" match response expected.json - <junk
	expect_in err "tally: standard input:1:1: "
	expect_refused "EXPECTED is missing" "$tally" match response
	expect_refused "ACTUAL is missing" "$tally" match response expected.json
	expect_refused "unexpected \"extra\"" "$tally" match response expected.json same.json extra
	expect_refused "--spec: expected 1 or 1.1 or 2 or 3 or 4, found \"5\"" \
		"$tally" match response --spec 5 expected.json same.json
	expect_refused "--spec: expected 1 or 1.1 or 2 or 3 or 4, found \"\"" \
		"$tally" match response --spec= expected.json same.json
	expect_refused "unknown option --spce; did you mean --spec?" \
		"$tally" match response --spce 2 expected.json same.json
	expect_refused "--format: expected text or json after it" \
		"$tally" match response expected.json same.json --format
	expect_refused "--spec: expected 1 or 1.1 or 2 or 3 or 4 after it" "$tally" match response --spec
'

test_expect_success 'an operand after "--" may begin with a dash' '
	cp same.json ./-same.json
	"$tally" match response --spec 2 -- expected.json -same.json
	expect_refused "unknown option -s" "$tally" match response expected.json -same.json
'

test_expect_success 'a full disk is reported' '
	[ -c /dev/full ] || exit 0
	status=0
	"$tally" match response --spec 2 expected.json other.json >/dev/full 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output"
'

test_expect_success 'why a body cannot be read is told to its end' '
	printf "%s\n" "{\"headers\": {\"Content-Type\": \"application/xml\"}, \"body\": \"<a>x</a>\"}" >xml.json
	printf "%s\n" "{\"headers\": {\"Content-Type\": \"application/xml\"}, \"body\": \"<!DOCTYPE l [<!ATTLIST l a ID #IMPLIED>]><l/>\"}" >doctype.json
	expect_status 1 "$tally" match response xml.json doctype.json
	expect_in out "send the document without them" "expected: <a>x</a>"
	expect_not_in out "diff"
'

test_done
