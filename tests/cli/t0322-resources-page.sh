#!/bin/sh
# The examples of doc/resources.md
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck source=tests/cli/pages.sh
. "${TALLY_SRCDIR:?}/tests/cli/pages.sh"

test_expect_success 'doc/resources.md: each example does what it shows' '
	run_page resources.md 20
'

test_expect_success 'doc/resources.md: the definition is one' '
	sed -n "/^\`\`\`json/,/^\`\`\`/p" "$TALLY_SRCDIR/doc/resources.md" | sed "/^\`\`\`/d" >hook.json
	expect_status 0 "$tally" webhook create --definition hook.json --broker broker.git
	expect_in out "build orders" "consumers with the label frontend" "user tally"
'

test_done
