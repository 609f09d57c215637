#!/bin/sh
# tally lint: folders, several files, and the levels and exceptions of tally-lint.json
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# file_of CONSUMER STATE STATUS >FILE: a contract with one warning, when STATUS is ""
file_of() {
	cat <<-EOF
	{"consumer": {"name": "$1"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "a request of $1", "providerState": "$2",
	  "request": {"method": "GET", "path": "/"}, "response": {$3}}],
	 "metadata": {"pactSpecification": {"version": "2.0.0"}}}
	EOF
}

test_expect_success 'a folder stands for the files in it; they are compared with one another' '
	mkdir -p contracts
	file_of a "order 1 exists" "\"status\": 200" >contracts/a.json
	file_of b "Order 1 exists." "\"status\": 200" >contracts/b.json
	echo "no contract" >contracts/readme.txt
	expect_status 0 "$tally" lint contracts
	expect_in out "contracts/b.json: warning: " "[state-spelling]" "(at /interactions/0/providerState)" \
		"the provider state \"Order 1 exists.\" is \"order 1 exists\" in \"a request of a\", of the contract of \"a\"" \
		"2 files: 0 errors, 1 warning"
	expect_status 0 "$tally" lint contracts/a.json
	expect_in out "1 file: 0 errors, 0 warnings"
	mkdir -p empty
	expect_status 3 "$tally" lint empty
	expect_in err "expected contract files (*.json) in it, found none"
'

test_expect_success 'the rules, with their levels' '
	expect_status 0 "$tally" lint --rules
	expect_in out "no-status                  warning  a response without a status"
	echo "{\"rules\": {\"no-status\": \"off\"}}" >levels.json
	expect_status 0 "$tally" lint --rules --config levels.json --format json
	is_json out
	expect_in out "\"default\": \"warning\"" "\"level\": \"off\"" "\"rule\": \"no-status\""
	[ "$(grep -c "\"level\": \"off\"" out)" -eq 1 ]
'

test_expect_success 'levels' '
	file_of a s "" >warned.json
	expect_status 0 "$tally" lint warned.json
	expect_in out "[no-status]"
	expect_status 0 "$tally" lint --config levels.json warned.json
	expect_in out "1 file: 0 errors, 0 warnings"
	echo "{\"rules\": {\"no-status\": \"error\"}}" >errors.json
	expect_status 1 "$tally" lint --config errors.json warned.json
	expect_in out "warned.json: error: " "[no-status]"
	TALLY_LINT_CONFIG=errors.json expect_status 1 "$tally" lint warned.json
'

# config EXCEPTION >FILE
config() {
	printf "{\"exceptions\": [%s]}\n" "$1"
}

test_expect_success 'exceptions' '
	for each in "\"file\": \"warned.json\"" "\"file\": \"*.json\"" "\"file\": \"**/w?rned.json\"" \
		"\"interaction\": \"a request of a\"" "\"interaction\": \"a * of *\"" \
		"\"file\": \"warned.json\", \"interaction\": \"*\""; do
		config "{\"rule\": \"no-status\", $each, \"reason\": \"old\"}" >config.json
		expect_status 0 "$tally" lint --config config.json warned.json
		expect_in out "1 file: 0 errors, 0 warnings, 1 excepted"
	done
	for each in "\"file\": \"other.json\"" "\"file\": \"*/warned.json\"" "\"interaction\": \"a request\"" \
		"\"file\": \"warned.json\", \"interaction\": \"b*\""; do
		config "{\"rule\": \"no-status\", $each, \"reason\": \"old\"}" >config.json
		expect_status 0 "$tally" lint --config config.json warned.json
		expect_in out "[no-status]" "1 file: 0 errors, 1 warning"
	done
	config "{\"rule\": \"no-status\", \"file\": \"*\", \"level\": \"error\", \"reason\": \"new\"}" >config.json
	expect_status 1 "$tally" lint --config config.json warned.json
	expect_status 0 "$tally" lint --config config.json --format json contracts/a.json
	expect_in out "\"errors\": 0"
'

test_expect_success 'exceptions that nothing needs' '
	config "{\"rule\": \"no-contents\", \"file\": \"warned.json\", \"reason\": \"old\"}" >config.json
	expect_status 0 "$tally" lint --config config.json warned.json
	expect_in out "config.json: warning: nothing needs the exception from no-contents" \
		"(at /exceptions/0) [unused-exception]"
	expect_status 0 "$tally" lint --config config.json contracts/a.json
	expect_not_in out "unused-exception"
'

test_expect_success 'what is wrong in a configuration' '
	while IFS="|" read -r text message; do
		echo "$text" >wrong.json
		expect_status 2 "$tally" lint --config wrong.json warned.json
		expect_in err "wrong.json:" "$message"
	done <<-\EOT
	[]|expected an object with "rules" and "exceptions", found Array
	{"rule": {}}|/rule: expected "rules" or "exceptions", found "rule": did you mean "rules"?
	{"rules": []}|/rules: expected an object of levels by the names of rules, found Array
	{"rules": {"no-minimun": "off"}}|/rules/no-minimun: expected the name of a rule
	{"rules": {"no-minimun": "off"}}|found "no-minimun": did you mean "no-minimum"?
	{"rules": {"no-minimum": "info"}}|/rules/no-minimum: expected "error", "warning" or "off", found "info"
	{"rules": {"no-minimum": true}}|/rules/no-minimum: expected "error", "warning" or "off", found Boolean
	{"rules": {"readable": "off"}}|/rules/readable: expected "error", which this rule always is, found "off"
	{"exceptions": [{"rule": "readable", "file": "x", "reason": "x"}]}|/exceptions/0/rule: expected "error", which this rule always is, found "off"
	{"exceptions": {}}|/exceptions: expected a list of exceptions, found Object
	{"exceptions": [1]}|/exceptions/0: expected an exception
	{"exceptions": [{"rule": "path", "reason": "x"}]}|found an exception for everything
	{"exceptions": [{"file": "x", "reason": "x"}]}|/exceptions/0/rule: expected the name of a rule, found nothing
	{"exceptions": [{"rule": "path", "file": "x"}]}|/exceptions/0/reason: expected why this is excepted, found nothing
	{"exceptions": [{"rule": "path", "file": "", "reason": "x"}]}|/exceptions/0/file: expected a pattern of paths, found an empty text
	{"exceptions": [{"rule": "path", "files": "x", "reason": "x"}]}|/exceptions/0/files: expected
	{"rules": {}, "rules": {}}|the member "rules" is there twice
	{"rules": |wrong.json:2:1: 
	EOT
	expect_status 2 "$tally" lint --config missing.json warned.json
	expect_in err "missing.json: "
	awk "BEGIN { for (i = 0; i < 1100000; i++) printf \" \"; print \"{}\" }" >large.json
	expect_status 2 "$tally" lint --config large.json warned.json
	expect_in err "expected at most 1048576 bytes of configuration"
'

test_expect_success 'the configuration is found from the present folder up to the root of the repository' '
	rm -rf outer && mkdir -p outer/repository/.git outer/repository/deep/folder outer/loose
	echo "{\"rules\": {\"no-status\": \"error\"}}" >outer/tally-lint.json
	cp warned.json outer/repository/deep/folder/
	cp warned.json outer/loose/
	(cd outer/repository/deep/folder
	expect_status 0 "$tally" lint warned.json
	cp ../../../tally-lint.json ../..
	expect_status 1 "$tally" lint warned.json
	echo "{\"exceptions\": [{\"rule\": \"no-status\", \"file\": \"deep/**\", \"reason\": \"x\"}]}" >../../tally-lint.json
	expect_status 0 "$tally" lint warned.json
	expect_in out "1 excepted"
	echo "{}" >../tally-lint.json
	expect_status 0 "$tally" lint warned.json
	expect_in out "1 warning"
	ln -sf ../../../tally-lint.json tally-lint.json
	expect_status 2 "$tally" lint warned.json
	expect_in err "this leads out of the repository")
	(cd outer/loose
	expect_status 0 "$tally" lint warned.json
	cp ../tally-lint.json .
	expect_status 1 "$tally" lint warned.json
	mkdir -p below && cd below
	expect_status 0 "$tally" lint ../warned.json)
'

test_expect_success 'in a folder of contracts it is none of them' '
	mkdir -p beside
	file_of a s "\"status\": 200" >beside/a.json
	echo "{}" >beside/tally-lint.json
	(cd beside
	expect_status 0 "$tally" lint .
	expect_in out "1 file: 0 errors, 0 warnings"
	expect_status 1 "$tally" mock . -- true
	expect_in err "no contract was written"
	start_server "$tally" stub .
	stop_server
	expect_in server.err "serving 1 interaction of 1 contract"
	rm a.json
	expect_status 3 "$tally" lint .
	expect_in err "expected contract files (*.json) in it, found none")
'

test_expect_success 'places in expectations are those of the file' '
	cat >expectations.json <<-\EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "d", "request": {"method": "GET", "path": "/"},
	  "response": {"status": 200, "headers": {"Server": {"pact:matcher:type": "type", "value": "x"}},
	   "boddy": 1, "body": {"l": {"pact:matcher:type": "type", "min": 1, "value": [
	    {"a": {"pact:matcher:type": "luhn", "value": "1"}, "b": [{"pact:matcher:type": "type", "value": 1}]}]}}}}],
	 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOT
	expect_status 0 "$tally" lint expectations.json
	expect_in out "(at /interactions/0/response/boddy) [unknown-member]" \
		"(at /interactions/0/response/headers/Server) [connection-header]" \
		"(at /interactions/0/response/body/l/value/0/a) [unknown-rule]"
'

test_done
