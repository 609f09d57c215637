#!/bin/sh
# doc/lint.md has every rule of tally lint, in their order, with its level and what it finds
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

test_expect_success 'the page has the rules, and nothing else' '
	expect_status 0 "$tally" lint --rules
	awk "{ name = \$1; level = \$2; sub(/^[^ ]+ +[^ ]+ +/, \"\"); print name \": \" level \": \" \$0 }" \
		out >program
	awk "/^#### / { name = \$2 } /^\\*(error|warning|off)\\*: / {
		level = \$1; gsub(/[*:]/, \"\", level); sub(/^[^ ]+ /, \"\"); sub(/\\.\$/, \"\")
		print name \": \" level \": \" \$0 }" "$TALLY_SRCDIR/doc/lint.md" >page
	[ "$(wc -l <program)" -gt 40 ]
	diff program page
	[ "$(grep -c "^#### " "$TALLY_SRCDIR/doc/lint.md")" -eq "$(wc -l <program)" ]
'

test_expect_success 'the configuration that the page shows is one' '
	sed -n "/^\`\`\`json/,/^\`\`\`/p" "$TALLY_SRCDIR/doc/lint.md" | grep -v "^\`\`\`" >shown.json
	is_json shown.json
	expect_status 0 "$tally" lint --rules --config shown.json
	expect_in out "no-minimum                 off" "state-spelling             error"
'

test_done
