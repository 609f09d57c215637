#!/bin/sh
# The examples of doc/broker.md
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/pages.sh
. "${TALLY_SRCDIR:?}/tests/cli/pages.sh"

test_expect_success 'doc/broker.md: each example does what it shows' '
	run_page broker.md 18
'

test_done
