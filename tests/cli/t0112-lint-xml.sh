#!/bin/sh
# tally lint on examples that are XML
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# xml_contract BODY RULES >FILE: both are JSON
xml_contract() {
	cat <<-EOF
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"type": "Synchronous/HTTP", "description": "d", "request": {"method": "GET", "path": "/"},
	  "response": {"status": 200, "headers": {"Content-Type": ["application/xml"]},
	   "body": {"contentType": "application/xml", "content": $1, "encoded": false},
	   "matchingRules": {"body": $2}}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOF
}

# shellcheck disable=SC2034 # the scripts use it
rule='{"combine": "AND", "matchers": [{"match": "type"}]}'
# shellcheck disable=SC2034 # the scripts use it
document='"<a xmlns:p=\"urn:p\"><b p:x=\"1\"/><p:c>2</p:c></a>"'

test_expect_success 'paths that select something' '
	for path in "\$" "\$.a" "\$.a.b" "\$.*.b" "\$.a.b[*][\\u0027@p:x\\u0027]" \
		"\$.a.b[0][\\u0027@urn:p:x\\u0027]" "\$.a[\\u0027p:c\\u0027].#text" \
		"\$.a[\\u0027urn:p:c\\u0027]" "\$.a.b.*" "\$[*].a" "\$.a.b[3]"; do
		xml_contract "$document" "{\"$path\": $rule}" >xml.json
		expect_status 0 "$tally" lint xml.json
		expect_in out "0 errors, 0 warnings"
	done
'

test_expect_success 'paths that select nothing' '
	for path in "\$.b" "\$.a.d" "\$.a.c" "\$.a.b.x" "\$.a.b[\\u0027@x\\u0027]" "\$.a.b.c" \
		"\$.a.#text.b" "\$.a.b[\\u0027@p:x\\u0027].c"; do
		xml_contract "$document" "{\"$path\": $rule}" >xml.json
		"$tally" lint xml.json >out
		expect_in out "[rule-without-example]" "nothing in the example is at"
	done
'

test_expect_success 'an example that is not well-formed' '
	xml_contract "\"<a>\n <b></a>\"" "{}" >xml.json
	expect_status 1 "$tally" lint xml.json
	expect_in out "[example-not-xml]" "line 2"
	xml_contract "\"<!DOCTYPE a [<!ENTITY b \\\"c\\\">]><a>&b;</a>\"" "{}" >xml.json
	expect_status 1 "$tally" lint xml.json
	expect_in out "[example-not-xml]" "declarations of its own"
'

test_done
