#!/bin/sh
# tally lint: members that may be one thing or another, and whether each is exercised; files of
# expectations that stand where contracts are wanted
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

nullable='{"$.note": {"combine": "OR", "matchers": [{"match": "type"}, {"match": "null"}]}}'

# interaction NAME METHOD BODY [RULES]: one whose response has that body
interaction() {
	cat <<-END
		{"description": "$1", "request": {"method": "$2", "path": "/notes"},
		 "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": $3,
		  "matchingRules": {"body": ${4-$nullable}}}}
	END
}
# contract_of INTERACTION...
contract_of() {
	printf '{"consumer": {"name": "Shop"}, "provider": {"name": "Notes"}, "interactions": ['
	separator=
	for each; do
		printf '%s%s' "$separator" "$each"
		separator=,
	done
	printf '], "metadata": {"pactSpecification": {"version": "3.0.0"}}}\n'
}

test_expect_success 'null is allowed, but no example has it' '
	contract_of "$(interaction a GET "{\"note\": \"x\"}")" >value.json
	expect_status 0 "$tally" lint value.json
	expect_in out "[variant-not-exercised]" "\$.note may be null, but in no example of a GET response it is"
'

test_expect_success 'all examples are null' '
	contract_of "$(interaction a GET "{\"note\": null}")" >null.json
	expect_status 0 "$tally" lint null.json
	expect_in out "[variant-not-exercised]" "\$.note may be other than null, but is null in each example"
'

test_expect_success 'two interactions exercise both; the same member elsewhere does not count' '
	contract_of "$(interaction a GET "{\"note\": \"x\"}")" \
		"$(interaction b GET "{\"note\": null}")" >both.json
	expect_status 0 "$tally" lint both.json
	expect_not_in out variant-not-exercised
	contract_of "$(interaction a GET "{\"note\": \"x\"}")" \
		"$(interaction b POST "{\"note\": null}")" >other.json
	expect_status 0 "$tally" lint other.json
	expect_in out "\$.note may be null, but in no example of a GET response" \
		"\$.note may be other than null, but is null in each example of a POST response"
'

test_expect_success 'an interaction without rules for it is an example all the same' '
	contract_of "$(interaction a GET "{\"note\": \"x\"}")" \
		"$(interaction b GET "{\"note\": null}" "{}")" >plain.json
	expect_status 0 "$tally" lint plain.json
	expect_not_in out variant-not-exercised
'

test_expect_success 'said once for a place, whatever the number of interactions' '
	contract_of "$(interaction a GET "{\"note\": 1}")" "$(interaction b GET "{\"note\": 2}")" \
		"$(interaction c GET "{\"note\": 3}")" >many.json
	expect_status 0 "$tally" lint many.json
	[ "$(grep -c variant-not-exercised out)" -eq 1 ]
'

test_expect_success 'items of a list' '
	items="{\"\$.notes\": {\"matchers\": [{\"match\": \"type\", \"min\": 1}]}, \"\$.notes[*]\": {\"combine\": \"OR\", \"matchers\": [{\"match\": \"type\"}, {\"match\": \"null\"}]}}"
	contract_of "$(interaction a GET "{\"notes\": [\"x\", null]}" "$items")" >items.json
	expect_status 0 "$tally" lint items.json
	expect_not_in out variant-not-exercised
	contract_of "$(interaction a GET "{\"notes\": [\"x\", \"y\"]}" "$items")" >items.json
	expect_status 0 "$tally" lint items.json
	expect_in out "\$.notes[*] may be null"
'

test_expect_success 'a map without members, and a variant without an example' '
	contract_of "$(interaction a GET "{\"note\": {}}" \
		"{\"\$.note\": {\"matchers\": [{\"match\": \"eachValue\", \"rules\": [{\"match\": \"type\"}]}]}}")" >map.json
	expect_status 0 "$tally" lint map.json
	expect_in out "[empty-example]" "the example at \$.note is an empty object"
	contract_of "$(interaction a GET "{\"note\": [1]}" \
		"{\"\$.note\": {\"matchers\": [{\"match\": \"arrayContains\", \"variants\": [{\"index\": 0}, {\"index\": 1}]}]}}")" >variants.json
	expect_status 1 "$tally" lint variants.json
	expect_in out "[example-fails-rule]" "variant 1 is missing from the expected list"
'

test_expect_success 'members that may be absent' '
	optional="{\"\$.note\": {\"combine\": \"AND\", \"matchers\": [{\"match\": \"type\"}, {\"match\": \"eachKey\", \"rules\": [{\"match\": \"regex\", \"regex\": \"id|text\"}]}]}}"
	contract_of "$(interaction a GET "{\"note\": {\"id\": 1, \"text\": \"x\"}}" "$optional")" >absent.json
	expect_status 0 "$tally" lint absent.json
	expect_in out "[variant-not-exercised]" "at \$.note members may be absent" \
		"each example of a GET response has \"id\", \"text\""
	# id has to be there: the second interaction has no eachKey
	contract_of "$(interaction a GET "{\"note\": {\"id\": 1, \"text\": \"x\"}}" "$optional")" \
		"$(interaction b GET "{\"note\": {\"id\": 1}}" "{}")" >absent.json
	expect_status 0 "$tally" lint absent.json
	expect_not_in out variant-not-exercised
	# with it, id may be absent as well
	contract_of "$(interaction a GET "{\"note\": {\"id\": 1, \"text\": \"x\"}}" "$optional")" \
		"$(interaction b GET "{\"note\": {\"id\": 1}}" "$optional")" >absent.json
	expect_status 0 "$tally" lint absent.json
	expect_in out "each example of a GET response has \"id\": "
	[ "$(grep -c variant-not-exercised out)" -eq 1 ]
'

test_expect_success 'where keys are data, none has to be absent' '
	contract_of "$(interaction a GET "{\"note\": {\"id\": 1}}" "{\"\$.note\": {\"matchers\": [{\"match\": \"type\"}, {\"match\": \"eachKey\", \"rules\": [{\"match\": \"type\"}]}, {\"match\": \"eachValue\", \"rules\": [{\"match\": \"type\"}]}]}}")" >map.json
	expect_status 0 "$tally" lint map.json
	expect_not_in out variant-not-exercised
'

test_expect_success 'one of several rules' '
	either="{\"\$.note\": {\"combine\": \"OR\", \"matchers\": [{\"match\": \"integer\"}, {\"match\": \"regex\", \"regex\": \"[a-z]+\"}]}}"
	contract_of "$(interaction a GET "{\"note\": 1}" "$either")" >either.json
	expect_status 0 "$tally" lint either.json
	expect_in out "[variant-not-exercised]" "enough at \$.note, but no example of a GET response satisfies \"regex\""
	[ "$(grep -c variant-not-exercised out)" -eq 1 ]
	contract_of "$(interaction a GET "{\"note\": 1}" "$either")" \
		"$(interaction b GET "{\"note\": \"x\"}" "$either")" >either.json
	expect_status 0 "$tally" lint either.json
	expect_not_in out variant-not-exercised
	contract_of "$(interaction a GET "{\"note\": {\"a\": 1}}" "{\"\$.note\": {\"combine\": \"OR\", \"matchers\": [{\"match\": \"type\"}, {\"match\": \"lottery\"}]}}")" >plugin.json
	expect_status 0 "$tally" lint plugin.json
	expect_not_in out variant-not-exercised
'

test_expect_success 'names in paths are read as matching reads them' '
	quoted="{\"\$[\\u0027it\\\\\\u0027s\\u0027][\\u0027a]\\\\\\u0027b\\u0027]\": {\"combine\": \"OR\", \"matchers\": [{\"match\": \"type\"}, {\"match\": \"null\"}]}}"
	contract_of "$(interaction a GET "{\"it\\u0027s\": {\"a]\\u0027b\": 1}}" "$quoted")" >quoted.json
	expect_status 0 "$tally" lint quoted.json
	expect_not_in out rule-without-example
	expect_in out "may be null"
'

test_expect_success 'looking ends in time, and lint says so' '
	awk "BEGIN {
		printf \"{\\\"consumer\\\": {\\\"name\\\": \\\"a\\\"}, \\\"provider\\\": {\\\"name\\\": \\\"b\\\"}, \\\"interactions\\\": [\"
		for (i = 0; i < 3500; i++)
			printf \"%s{\\\"description\\\": \\\"%d\\\", \\\"request\\\": {\\\"method\\\": \\\"GET\\\", \\\"path\\\": \\\"/\\\"}, \\\"response\\\": {\\\"status\\\": 200, \\\"headers\\\": {\\\"Content-Type\\\": \\\"application/json\\\"}, \\\"body\\\": {\\\"a%d\\\": 1}, \\\"matchingRules\\\": {\\\"body\\\": {\\\"\$.a%d\\\": {\\\"combine\\\": \\\"OR\\\", \\\"matchers\\\": [{\\\"match\\\": \\\"type\\\"}, {\\\"match\\\": \\\"null\\\"}]}}}}}\", i ? \",\" : \"\", i, i, i
		printf \"], \\\"metadata\\\": {\\\"pactSpecification\\\": {\\\"version\\\": \\\"3.0.0\\\"}}}\"
	}" >large.json
	expect_status 0 "$tally" lint large.json
	expect_in out "\$.a0 may be null" "[too-large]"
'

test_expect_success 'messages' '
	cat >message.json <<-END
		{"consumer": {"name": "Shop"}, "provider": {"name": "Notes"}, "messages": [
		 {"description": "a", "contents": {"note": "x"}, "metadata": {"contentType": "application/json"},
		  "matchingRules": {"body": $nullable}}],
		 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	END
	expect_status 0 "$tally" lint message.json
	expect_in out "\$.note may be null, but in no example of a message it is"
'

test_expect_success 'expectations are no contract' '
	contract_of "$(interaction a GET "{\"note\": [{\"pact:matcher:type\": \"type\", \"value\": 1}]}" "{}")" >expectations.json
	expect_status 2 "$tally" merge expectations.json --output merged.json
	expect_in err "/interactions/0/response/body/note/0: found a matcher inside a value" "tally mock"
	expect_status 2 "$tally" verify expectations.json --provider-url http://provider.invalid
	expect_in err "/interactions/0/response/body/note/0: found a matcher inside a value" "tally mock"
	expect_status 0 "$tally" broker init broker.git
	expect_status 2 "$tally" publish expectations.json --version 1 --branch main --broker broker.git
	expect_in err "/interactions/0/response/body/note/0: found a matcher inside a value" "tally mock"
'

test_expect_success 'a malformed expression shows its place' '
	contract_of "$(interaction a GET "{\"note\": {\"pact:matcher:type\": \"matching(type x)\"}}" "{}")" >expression.json
	expect_status 2 "$tally" mock expression.json -- true
	expect_in err "/interactions/0/response/body/note/pact:matcher:type: expected '"','"' at column 15"
	tail -n 2 err >frame
	printf "  matching(type x)\n                ^\n" >expected
	cmp frame expected
'

test_done
