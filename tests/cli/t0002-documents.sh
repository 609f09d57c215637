#!/bin/sh
# What is made from the command tables: manual pages, completions, doc/commands.md.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# A build in a tree of its own made them there; otherwise they came with the sources.
made=$TALLY_BUILDDIR/doc
[ -d "$made/man" ] || made=$TALLY_SRCDIR/doc

test_expect_success 'every command has a manual page' '
	"$tally" help | sed -n "s/^  \([a-z][a-z-]*\( [a-z-]*\)\{0,1\}\)  .*/\1/p" >names
	[ -s names ]
	[ -s "$made/man/tally.1" ]
	while read -r name; do
		page=tally-$(echo "$name" | tr " " -).1
		expect_in "$made/man/$page" ".Sh NAME" ".Sh SYNOPSIS" ".Sh EXIT STATUS" ".Sh EXAMPLES"
		expect_in "$made/man/tally.1" ".It Xr ${page%.1} 1"
	done <names
'

if command -v mandoc >/dev/null; then
	# The pages are not installed yet, so that mandoc does not find the ones they refer to.
	test_expect_success 'mandoc has nothing to say about the manual pages' '
		mandoc -T lint "$made"/man/*.1 >lint 2>lint.err || :
		expect_no_lines grep -v "STYLE: referenced manual not found" lint
		mandoc -T utf8 "$made/man/tally-help.1" >text
		[ -s text ]
	'
else
	test_skip 'mandoc has nothing to say about the manual pages' 'mandoc is not installed'
fi

test_expect_success 'doc/commands.md is up to date (make update-commands-page)' '
	"$TALLY_BUILDDIR/src/cli/gen" commands.md >commands.md
	diff -u "$TALLY_SRCDIR/doc/commands.md" commands.md
'

test_expect_success 'gen makes only what it knows' '
	expect_status 1 "$TALLY_BUILDDIR/src/cli/gen" tally-frob.1
	expect_in err "no file \"tally-frob.1\""
'

if command -v bash >/dev/null; then
	test_expect_success 'the bash completion completes commands and options' '
		bash -n "$made/completions/tally"
		cat >ask <<-\EOF
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_tally
		printf "%s\n" "${COMPREPLY[@]}"
		EOF
		bash ask "$made/completions/tally" tally he >out
		[ "$(cat out)" = help ]
		bash ask "$made/completions/tally" tally help --he >out
		[ "$(cat out)" = --help ]
	'
else
	test_skip 'the bash completion completes commands and options' 'bash is not installed'
fi
for shell in zsh fish; do
	file=_tally
	# shellcheck disable=SC2034 # the script uses it
	[ "$shell" = zsh ] || file=tally.fish
	if command -v "$shell" >/dev/null; then
		test_expect_success "$shell can read its completion" '
			"$shell" -n "$made/completions/$file"
		'
	else
		test_skip "$shell can read its completion" "$shell is not installed"
	fi
done

test_done
