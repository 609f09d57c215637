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
	expect_status 2 "$tally" lint missing.json
	expect_in out "missing.json: error: "
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

# generators RULES GENERATORS BODY >FILE: a contract whose response has them
generators() {
	cat <<-EOF
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"type": "Synchronous/HTTP", "description": "d", "request": {"method": "GET", "path": "/"},
	  "response": {"status": 200, "headers": {"Content-Type": ["application/json"], "X-A": ["1"]},
	   "body": {"contentType": "application/json", "content": $3},
	   "matchingRules": {"body": $1}, "generators": $2}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOF
}

test_expect_success 'generators that agree with their rules' '
	generators "{\"$.a\": {\"matchers\": [{\"match\": \"integer\"}]}, \"$.u\": {\"matchers\": [{\"match\": \"type\"}]},
	  \"$.d\": {\"matchers\": [{\"match\": \"date\", \"format\": \"dd.MM.yyyy\"}]}}" \
		"{\"body\": {\"$.a\": {\"type\": \"RandomInt\"}, \"$.u\": {\"type\": \"Uuid\"},
		  \"$.d\": {\"type\": \"Date\", \"format\": \"dd.MM.yyyy\", \"expression\": \"next monday\"}},
		  \"status\": {\"type\": \"RandomInt\", \"min\": 200, \"max\": 204}}" \
		"{\"a\": 1, \"u\": \"x\", \"d\": \"01.01.2000\"}" >agree.json
	expect_status 0 "$tally" lint agree.json
	expect_not_in out "enerator"
'

test_expect_success 'generators that cannot be used' '
	for definition in \
		"{\"type\": \"RandomInt\", \"min\": 2, \"max\": 1}|is more than \"max\", 1" \
		"{\"type\": \"Date\", \"format\": \"ff\"}|the pattern is not valid" \
		"{\"type\": \"Date\", \"expression\": \"tomorow\"}|found \"tomorow\" at column 1" \
		"{\"type\": \"Date\", \"expression\": \"+ 9000 years\"}|out of the years" \
		"{\"type\": \"Regex\", \"regex\": \"(\"}|cannot be used" \
		"{\"type\": \"RandomString\", \"size\": 99999999}|more than the 65536"; do
		generators "{}" "{\"body\": {\"$.a\": ${definition%%|*}}}" "{\"a\": \"x\"}" >bad.json
		expect_status 1 "$tally" lint bad.json
		expect_in out "[bad-generator]" "the generator at $.a cannot be used: " "${definition#*|}" \
			"/interactions/0/response/generators/body"
	done
'

test_expect_success 'generators inside eachKey and eachValue, which nothing uses' '
	generators "{\"\$.m\": {\"matchers\": [{\"match\": \"eachValue\", \"rules\": [{\"match\": \"type\"}],
		\"generator\": {\"type\": \"Uuid\"}}]}}" "{}" "{\"m\": {\"a\": \"x\"}}" >each.json
	expect_status 0 "$tally" lint each.json
	expect_in out "[unused-generator]" "the generator inside the rule eachValue at \$.m is never used"
'

test_expect_success 'generators that are not known, not used, or find no text' '
	for definition in \
		"{\"type\": \"Lorem\"}|no generator \"Lorem\" (at $.a)" \
		"{\"type\": \"ProviderState\", \"expression\": \"a\"}|it is never used" \
		"{\"type\": \"Uuid\", \"format\": \"short\"}|the format \"short\"" \
		"{\"type\": \"Regex\", \"regex\": \"a(?<=b)\"}|gives no value: no text was found"; do
		generators "{\"$.a\": {\"matchers\": [{\"match\": \"type\"}]}}" "{\"body\": {\"$.a\": ${definition%%|*}}}" \
			"{\"a\": \"x\"}" >odd.json
		expect_status 0 "$tally" lint odd.json
		expect_in out "1 warning" "${definition#*|}"
	done
	generators "{}" "{\"body\": {\"$.b[0]\": {\"type\": \"Uuid\"}}}" "{\"a\": \"x\"}" >none.json
	expect_status 0 "$tally" lint none.json
	expect_in out "nothing in the example is at $.b[0]: the generator is never used"
'

test_expect_success 'generators whose values the rule beside them refuses' '
	for each in \
		"{\"match\": \"regex\", \"regex\": \"[a-z]+\"}|{\"type\": \"RandomInt\"}" \
		"{\"match\": \"date\", \"format\": \"dd.MM.yyyy\"}|{\"type\": \"Date\"}" \
		"{\"match\": \"datetime\"}|{\"type\": \"DateTime\"}" \
		"{\"match\": \"equality\"}|{\"type\": \"RandomString\"}" \
		"{\"match\": \"type\"}|{\"type\": \"RandomBoolean\"}" \
		"{\"match\": \"integer\"}|{\"type\": \"RandomInt\"}"; do
		generators "{\"$.a\": {\"matchers\": [${each%%|*}]}}" "{\"body\": {\"$.a\": ${each#*|}}}" \
			"{\"a\": \"x\"}" >against.json
		status=0
		"$tally" lint against.json >out || status=$?
		expect_in out "[generator-against-rule]" " at $.a gives values that the rule there refuses: "
	done
'

test_expect_success 'wrong use' '
	expect_refused "expected contract files or folders, or --rules; see tally lint --help" "$tally" lint
	expect_refused "--rules lists the rules, and looks at no files" "$tally" lint --rules x.json
	expect_refused "unknown option --frmat; did you mean --format?" "$tally" lint --frmat json x
'

test_expect_success 'a full disk is reported' '
	[ -c /dev/full ] || exit 0
	status=0
	"$tally" lint --format json good.json >/dev/full 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output: writing the result failed: No space left on device"
'

test_expect_success 'text from outside is shown, and cannot write lines of its own' '
	cat >evil.json <<-"EOF"
	{"consumer": {"name": "c\n1 file: 0 errors"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "d\nall fine\u001b[2J\u202e\u2028", "request": {"method": "GET", "path": "/a"},
	  "response": {"status": 200, "body": {"a\nok: 3 passed": 1}}},
	 {"description": "d\nall fine\u001b[2J\u202e\u2028", "request": {"method": "GET", "path": "/b"},
	  "response": {"status": 201}}], "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOF
	name=$(printf "x\n1 file: 0 errors")
	cp evil.json "$name.json"
	status=0
	"$tally" lint "$name.json" >out 2>err || status=$?
	expect_in out "x\\x0a1 file" "d\\x0aall fine\\x1b[2J\\xe2\\x80\\xae\\xe2\\x80\\xa8"
	expect_not_in out "$(printf "\342\200\256")"
	[ "$(grep -c "^1 file" out)" -eq 1 ]
	printf "{\"body\": {\"a\\\\nok: 3 passed\": 1}}" >expected.json
	printf "{\"body\": {\"a\\\\nok: 3 passed\": 2}}" >actual.json
	expect_status 1 "$tally" match response expected.json actual.json
	expect_no_lines grep "^ok" out
'

test_expect_success 'a file name that is not UTF-8 is repaired for JSON, visibly' '
	name=$(printf "\377.json")
	cp evil.json "$name"
	status=0
	"$tally" lint --format json "$name" >out 2>err || status=$?
	expect_empty err
	is_json out
	expect_in out "\"file\": \"\\\\xff.json\"" "\"findings\""
	"$tally" lint "$name" >out 2>err || :
	expect_in out "\\xff.json"
'

test_expect_success 'findings name the place of a bad expression, and the header of a generator' '
	cat >places.json <<-\EOT
	{"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": [
	 {"description": "d", "request": {"method": "GET", "path": "/"},
	  "response": {"status": 200, "headers": {"Content-Type": "application/json", "Location": "/x"},
	   "body": {"a": 1, "b": "x"},
	   "matchingRules": {"header": {"Location": {"matchers": [{"match": "regex", "regex": "/[a-z]"}]}},
	    "body": {"$.a": {"matchers": [{"match": "type"}]},
	             "$.b": {"matchers": [{"match": "regex", "regex": "("}]}}},
	   "generators": {"header": {"Location": {"type": "RandomInt"}}}}}],
	 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOT
	expect_status 1 "$tally" lint places.json
	expect_in out "body \$.b: the regular expression \"(\" is invalid: "
	expect_in out "at Location gives values that the rule there refuses: Expected "
	expect_not_in out "header '"'x'"'"
'

test_done
