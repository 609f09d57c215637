#!/bin/sh
# Reports of runs of tally verify that have no results: what stood there before never stays.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# An address where nobody is.
nobody=http://127.0.0.1:1

# stale: reports of an earlier run, that all was well
stale() {
	for file in r.json r.xml r.html; do
		echo "an earlier run" >"$file"
	done
}

# expect_no_results STATUS CODE TEXT OPTION...: a run without results, and reports that say so
expect_no_results() {
	expected=$1 code=$2 words=$3
	shift 3
	stale
	expect_status "$expected" "$tally" verify "$@" --json r.json --junit r.xml --html r.html
	expect_empty out
	expect_in err "$words"
	is_json r.json
	expect_in r.json "\"success\": false" "\"code\": \"$code\"" "$words" "\"contracts\": []"
	expect_in r.xml "<testsuites name=\"tally verify\" tests=\"1\" failures=\"0\" errors=\"1\"" \
		"<testcase name=\"verification\"" "<error message=\"" "type=\"$code\"" "$words" "</testsuites>"
	expect_in r.html "<title>no results" "<h1>There are no results</h1>" "$words" "</html>"
}

test_expect_success 'the provider cannot be reached' '
	contract c.json
	expect_no_results 4 TALLY_EUNREACHABLE "nothing listens on 127.0.0.1:1" c.json --provider-url $nobody
	expect_not_in r.json "interrupted"
'

test_expect_success 'the broker cannot be reached, or says no' '
	expect_no_results 4 TALLY_EUNREACHABLE "127.0.0.1:1" --broker $nobody --provider orders \
		--provider-url $nobody --broker-retries 0
	expect_in r.json "\"provider\": \"orders\""
	expect_no_results 2 TALLY_ENOFILE "nowhere.git" --broker nowhere.git --provider orders \
		--provider-url $nobody
'

test_expect_success 'a contract that cannot be read: its place' '
	mkdir -p broken
	cp c.json broken/a.json
	printf "{\n \"consumer\": ]" >broken/b.json
	expect_no_results 2 TALLY_EPARSE "broken/b.json" broken --provider-url $nobody
	expect_in r.json "\"where\": \"broken/b.json\"" "\"line\": 2"
	expect_in r.xml "message=\"broken/b.json:2:"
	expect_no_results 2 TALLY_ENOFILE "none.json" none.json --provider-url $nobody
'

test_expect_success 'options that are wrong' '
	expect_no_results 2 TALLY_EINVAL "no contracts: expected FILE" --provider-url $nobody
	expect_no_results 2 TALLY_EINVAL "expected http://HOST" c.json --provider-url ftp://host
	expect_no_results 2 TALLY_EINVAL "--ready-url is about" c.json --provider-url $nobody \
		--ready-url $nobody
	# A name for --mask that masks nothing is the error, not what hides it.
	expect_no_results 2 TALLY_EINVAL "expected the name of a header" c.json --provider-url $nobody --mask "*"
'

test_expect_success 'the provider that was started does not come' '
	expect_no_results 4 TALLY_EUNREACHABLE "exit" c.json --provider-url $nobody --start "exit 3"
'

test_expect_success 'nothing to verify: an error, or an empty success that says why' '
	mkdir -p empty
	expect_no_results 3 TALLY_ENOTHING "nothing to verify: no contracts were found" empty \
		--provider-url $nobody
	expect_no_results 3 TALLY_ENOTHING "1 contract read, none for others" c.json --provider others \
		--provider-url $nobody
	expect_no_results 3 TALLY_ENOTHING "none of the 1 interactions was selected" c.json --filter-description nothing-like-it \
		--provider-url $nobody
	stale
	expect_status 0 "$tally" verify empty --provider-url $nobody --ignore-no-pacts-error \
		--json r.json --junit r.xml --html r.html
	expect_empty out
	is_json r.json
	expect_in r.json "\"success\": true" "\"code\": \"TALLY_ENOTHING\"" "no contracts were found"
	expect_in r.xml "tests=\"1\" failures=\"0\" errors=\"0\"" "skipped=\"1\"" \
		"<skipped message=\"nothing to verify: no contracts were found\"/>"
	expect_not_in r.xml "<error"
	expect_in r.html "<h1>There was nothing to verify</h1>" "no contracts were found"
'

test_expect_success 'JUnit XML is XML' '
	command -v xmllint >/dev/null 2>&1 || exit 0
	xmllint --noout r.xml
'

test_expect_success 'on standard output' '
	expect_status 4 "$tally" verify c.json --provider-url $nobody --format json
	is_json out
	expect_in out "\"code\": \"TALLY_EUNREACHABLE\""
	expect_status 4 "$tally" verify c.json --provider-url $nobody --format github
	expect_in out "::error title=tally verify::" "nothing listens on 127.0.0.1:1"
	[ "$(wc -l <out)" -eq 1 ]
	expect_status 0 "$tally" verify empty --provider-url $nobody --ignore-no-pacts-error --format github
	expect_in out "::notice title=tally verify::nothing to verify"
	expect_status 4 "$tally" verify c.json --provider-url $nobody --format gitlab
	is_json out
	expect_in out "\"description\": \"no results: " "\"severity\": \"blocker\"" "\"path\": \".\""
	expect_status 0 "$tally" verify empty --provider-url $nobody --ignore-no-pacts-error --format gitlab
	[ "$(tr -d " \n" <out)" = "[]" ]
	expect_status 4 "$tally" verify c.json --provider-url $nobody --junit -
	expect_in out "<error message=\""
'

test_expect_success 'no secrets in them' '
	planted=planted$$value
	printf "{" >"broken.json"
	stale
	expect_status 4 "$tally" verify c.json --provider-url "http://me:$planted@127.0.0.1:1" \
		--json r.json --junit r.xml --html r.html
	grep "$planted" r.* err && return 1
	expect_status 2 "$tally" verify c.json --provider-url "ftp://h/?tenantPin=$planted&token=$planted" \
		--mask tenantpin --json r.json --junit r.xml --html r.html
	grep "$planted" r.* err && return 1
	:
'

test_expect_success 'one that cannot be written keeps no other from being' '
	mkdir -p folder
	stale
	expect_status 4 "$tally" verify c.json --provider-url $nobody --html folder --json r.json --junit r.xml
	expect_in r.json "\"where\": \"folder\"" "found a folder"
	expect_in r.xml "folder: expected a file to write, found a folder"
'

test_expect_success 'no report takes the place of a contract, or of another report' '
	cp c.json kept.json
	expect_refused "kept.json: a report is to be written there" "$tally" verify kept.json \
		--provider-url $nobody --json ./kept.json
	cmp c.json kept.json
	echo "{" >kept.json
	expect_status 2 "$tally" verify kept.json --provider-url $nobody --html kept.json
	[ "$(cat kept.json)" = "{" ]
	mkdir -p both
	cp c.json both
	echo "{}" >both/report.json
	expect_refused "both/report.json: a report is to be written there" "$tally" verify both \
		--provider-url $nobody --json both/report.json
	expect_refused "same.txt: expected a file for each report" "$tally" verify c.json \
		--provider-url $nobody --json same.txt --junit same.txt
'

test_expect_success 'options are called as they are typed' '
	expect_refused "--state-command: cannot be combined with a state-change URL" "$tally" verify c.json \
		--provider-url $nobody --state-command true --state-change-url $nobody/s
'

test_expect_success 'what failed last time is not forgotten for it' '
	start_server "$tally" stub c.json
	sed "s/\"status\": *200/\"status\": 201/" c.json >fails.json
	expect_status 1 "$tally" verify fails.json --provider-url "$url" --json r.json
	expect_status 4 "$tally" verify fails.json --provider-url $nobody --json r.json
	expect_in r.json "TALLY_EUNREACHABLE"
	expect_status 1 "$tally" verify fails.json --provider-url "$url" --json r.json --last-failed
	expect_in err "replaying the 1 interaction that failed, as the last run says"
	stop_server
'

test_expect_success 'standard output is for one report' '
	start_server "$tally" stub c.json
	expect_status 0 "$tally" verify c.json --provider-url "$url" --json -
	is_json out
	expect_not_in out "1 passed"
	expect_status 0 "$tally" verify c.json --provider-url "$url" --junit -
	[ "$(tail -n 1 out)" = "</testsuites>" ]
	expect_refused "only one report can go to standard output" "$tally" verify c.json \
		--provider-url "$url" --json - --junit -
	expect_refused "only one report can go to standard output" "$tally" verify c.json \
		--provider-url "$url" --html - --format github
	stop_server
'

test_done
