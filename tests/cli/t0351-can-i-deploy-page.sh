#!/bin/sh
# The examples of doc/can-i-deploy.md, and that its options are there
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/pages.sh
. "${TALLY_SRCDIR:?}/tests/cli/pages.sh"

test_expect_success 'doc/can-i-deploy.md: each example does what it shows' '
	run_page can-i-deploy.md 15
'

test_expect_success 'doc/can-i-deploy.md: each option that it names is there' '
	"$tally" can-i-deploy --help >help
	"$tally" matrix --help >>help
	sed "/^\`\`\`/,/^\`\`\`/d" "$TALLY_SRCDIR/doc/can-i-deploy.md" |
		grep -o -e "--[a-z][a-z-]*" | sort -u >names
	[ "$(wc -l <names)" -ge 20 ]
	while read -r name; do
		grep -q -e "$name\([^a-z-]\|\$\)" help || {
			echo "no option $name"
			exit 1
		}
	done <names
'

test_done
