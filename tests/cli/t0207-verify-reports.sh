#!/bin/sh
# Reports of tally verify: files and formats; what they do not tell.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

provider=$TALLY_BUILDDIR/doc/examples/provider

# A contract of which the second interaction is broken, with secrets that are planted when the test runs.
planted=planted$$value
pinned=pinned$$value
plant() {
	cat <<-EOF
	{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "a request for order 42", "request": {"path": "/orders/42"}, "response": {"status": 404}},
	 {"description": "a request that is refused", "providerStates": [{"name": "nobody is there"}],
	  "request": {"method": "POST", "path": "/nowhere",
	   "query": {"access_token": ["$planted-1"], "tenantPin": ["$pinned-2"]},
	   "headers": {"Authorization": ["Bearer $planted-3"], "Cookie": ["sid=$planted-4"], "X-Tenant-Pin": ["$planted-5"],
	    "Content-Type": ["application/json"]},
	   "body": {"content": {"password": "$planted-6", "tenant_pin": "$planted-7"}, "contentType": "application/json", "encoded": false}},
	  "response": {"status": 201, "headers": {"Set-Cookie": ["sid=$planted-8"], "X-Api-Key": ["$planted-9"]}}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOF
}

test_expect_success 'report files are there whatever the outcome is, and whole' '
	plant >contract.json
	start_server "$provider"
	expect_status 1 "$tally" verify contract.json --provider-url "$url" --mask "*tenantpin" \
		--json all.json --junit all.xml --html new/all.html
	expect_in out "web-shop -> orders: 1 passed, 1 failed" "FAILED: a request that is refused"
	is_json all.json
	expect_in all.xml "<testsuites name=\"tally verify\" tests=\"2\" failures=\"1\" errors=\"0\"" "</testsuites>"
	expect_in new/all.html "breaks 1 of 2 interactions" "</html>"
	[ "$(find . -name "*.tmp*" -o -name ".tally*" | wc -l)" -eq 0 ]
	expect_status 0 "$tally" verify contract.json --provider-url "$url" --filter-description order \
		-j all.json -x all.xml --html new/all.html
	expect_in all.xml "failures=\"0\""
	expect_in new/all.html "orders honours its contracts"
	stop_server
'

test_expect_success 'JUnit XML is XML' '
	command -v xmllint >/dev/null 2>&1 || exit 0
	xmllint --noout all.xml
'

test_expect_success 'the page allows its own style, and so has it' '
	awk "/^<style>/ { sub(/<style>/, \"\"); on = 1 } /^<\/style>/ { exit } on" new/all.html >style
	[ "$(wc -l <style)" -gt 20 ]
	sed -n "s/.*style-src .sha256-\([^;]*\)..*/\1/p" new/all.html | tr -d "\047" | base64 -d |
		od -An -v -tx1 | tr -d " \n" >allowed
	[ "$(wc -c <allowed)" -eq 64 ]
	[ "$(cat allowed)" = "$(sha256sum <style | cut -d " " -f 1)" ]
'

test_expect_success 'formats for CI systems' '
	start_server "$provider"
	set -- "$tally" verify contract.json --provider-url "$url" --mask "*tenantpin"
	expect_status 1 env GITHUB_WORKSPACE="$PWD" "$@" --format github
	expect_in out "::error file=contract.json,title=FAILED%3A web-shop -> orders%3A a request that is refused::"
	[ "$(grep -vc "^::" out)" -eq 0 ]
	mkdir -p services/orders
	cp contract.json services/orders
	ln -s "$PWD" "$PWD.link"
	for workspace in "$PWD" "$PWD.link"; do
		(cd services/orders && env GITHUB_WORKSPACE="$workspace" "$@" --format github >out) || :
		expect_in services/orders/out "::error file=services/orders/contract.json,"
		(cd services && env CI_PROJECT_DIR="$workspace" "$tally" verify ../contract.json \
			--provider-url "$url" --format gitlab >out) || :
		expect_in services/out "\"path\": \"contract.json\""
	done
	rm "$PWD.link"
	expect_status 1 "$@" --format gitlab
	is_json out
	expect_in out "\"path\": \"contract.json\"" "\"severity\": \"major\""
	stop_server
'

test_expect_success 'no secret is in any of them' '
	start_server "$provider"
	set -- "$tally" verify contract.json --provider-url "$url" --mask "*tenantpin" --header "X-Session: $planted-10"
	expect_status 1 "$@" --json secret.json --junit secret.xml --html secret.html
	cp out secret.txt
	for format in json github gitlab; do
		expect_status 1 "$@" --format "$format"
		cp out "secret.$format"
	done
	[ "$(find . -name "secret.*" | wc -l)" -eq 6 ]
	expect_in secret.txt "access_token=***" "tenantPin=***" "Authorization: ***" "X-Tenant-Pin: ***" \
		"\"password\":\"***\"" "\"tenant_pin\":\"***\"" "X-Session: ***"
	grep -e "$planted" -e "$pinned" secret.* && return 1
	expect_status 1 env TALLY_MASK="*tenantpin" "$tally" verify contract.json --provider-url "$url"
	expect_in out "tenantPin=***"
	expect_status 1 "$tally" verify contract.json --provider-url "$url"
	expect_in out "tenantPin=$pinned-2"
	stop_server
	expect_status 4 "$tally" verify contract.json --provider-url "http://me:$planted@127.0.0.1:1"
	expect_not_in err "$planted"
'

test_expect_success 'what cannot be written is said before anything is asked' '
	set -- "$tally" verify contract.json --provider-url http://127.0.0.1:1
	mkdir -p folder
	echo >file
	expect_status 4 "$@" --html file/page.html
	expect_in err "file/page.html: cannot be written"
	expect_status 4 "$@" --junit folder
	expect_in err "folder: expected a file to write, found a folder"
	# Nor recorded: the provider is not even asked.
	expect_status 0 "$tally" broker init broker.git
	start_server "$provider"
	for report in --json --junit --html; do
		expect_status 4 "$tally" verify contract.json --provider-url "$url" --broker broker.git --publish \
			--provider-version 1 "$report" file/report
		expect_in err "file/report: cannot be written"
	done
	stop_server
	expect_empty server.out
	expect_no_lines "$tally" log orders --broker broker.git
	expect_refused "--mask: " "$@" --mask "*"
	expect_status 2 "$@" --format html
'

test_done
