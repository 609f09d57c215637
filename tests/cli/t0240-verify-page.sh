#!/bin/sh
# The examples of doc/verify.md, and that it names what there is
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/pages.sh
. "${TALLY_SRCDIR:?}/tests/cli/pages.sh"

test_expect_success 'doc/verify.md: each example does what it shows' '
	run_page verify.md 5
'

test_expect_success 'doc/verify.md: each option that it names is there' '
	"$tally" verify --help >help
	grep -o -e "--[a-z][a-z-]*" "$TALLY_SRCDIR/doc/verify.md" | sort -u |
		grep -v -x -e --loglevel -e --pretty-log -e --full-log -e --compact-log -e --xslt >names
	[ "$(wc -l <names)" -ge 40 ]
	while read -r name; do
		grep -q -e "$name\([^a-z-]\|\$\)" help && continue
		# Other names of options are not in the help.
		status=0
		"$tally" verify "$name" >out 2>err || status=$?
		expect_not_in err "unknown option"
	done <names
'

test_expect_success 'doc/verify.md: its pipelines wait for the service and have reports' '
	awk "/^\`\`\`yaml/ { on = 1 } /^\`\`\`\$/ { on = 0 } on" "$TALLY_SRCDIR/doc/verify.md" >pipelines
	[ "$(grep -c "tally verify" pipelines)" -eq 2 ]
	[ "$(grep -c -e "--start \"./service --port 8080\"" pipelines)" -eq 2 ]
	expect_not_in pipelines "&"
	expect_in pipelines "--format github" "--junit verify.xml" "junit: verify.xml"
	expect_in "$TALLY_SRCDIR/doc/verify.md" "](reports.md#tally-verify) go to files" --json --junit --html --format \
		--mask --seed --now
'

test_done
