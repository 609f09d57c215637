#!/bin/sh
# What all commands have in common: finding them, their options, help, exit statuses.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

commands() {
	"$tally" help | sed -n 's/^  \([a-z][a-z-]*\( [a-z-]*\)\{0,1\}\)  .*/\1/p'
}

test_expect_success 'the version' '
	expect_status 0 "$tally" --version
	expect_empty err
	grep -qE "^tally [0-9]+\.[0-9]+\.[0-9]+$" out
'

test_expect_success 'help lists commands on standard output' '
	for words in help --help -h; do
		expect_status 0 "$tally" $words
		expect_empty err
		expect_in out "usage: tally COMMAND" "  help  "
	done
	[ "$(commands | wc -l)" -ge 1 ]
'

test_expect_success 'no command: help on standard error' '
	expect_status 2 "$tally"
	expect_empty out
	expect_in err "a command is needed" "usage: tally COMMAND"
'

test_expect_success 'an unknown command, with the nearest one' '
	expect_refused "unknown command \"frobnicate\"; see tally help" "$tally" frobnicate
	expect_refused "did you mean tally help?" "$tally" hepl
	expect_refused "unknown command \"\"" "$tally" ""
	expect_refused "unknown option --frob before a command" "$tally" --frob help
'

test_expect_success 'every command explains itself, in three ways alike' '
	commands >names
	[ -s names ]
	while read -r name; do
		expect_status 0 "$tally" $name --help
		expect_empty err
		expect_in out "usage: tally $name" "Options:" "Examples:" "Exit status:"
		cp out first
		expect_status 0 "$tally" $name -h
		cmp out first
		expect_status 0 "$tally" help $name
		cmp out first
	done <names
'

test_expect_success 'every command refuses an unknown option and suggests the nearest' '
	[ -s names ]
	while read -r name; do
		expect_refused "unknown option --frobnicate; see tally $name --help" \
			"$tally" $name --frobnicate
		expect_refused "unknown option -Q; see tally $name --help" "$tally" $name -Q
	done <names
'

test_expect_success 'help of no command' '
	expect_refused "no command \"frob\"" "$tally" help frob
	expect_refused "no command \"help frob\"" "$tally" help help frob
	expect_refused "unexpected \"c\"" "$tally" help a b c
'

test_expect_success 'a full disk is reported' '
	[ -c /dev/full ] || exit 0
	status=0
	"$tally" help >/dev/full 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output: writing the result failed: No space left on device"
'

test_expect_success 'a closed pipe is reported' '
	rm -f pipe
	mkfifo pipe
	# A reader that is gone before anything is written.
	exec 4<>pipe 5>pipe
	exec 4<&-
	status=0
	"$tally" help >&5 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output: writing the result failed: Broken pipe"
'

test_expect_success 'closed standard output is reported' '
	status=0
	"$tally" help >&- 2>err || status=$?
	[ "$status" -eq 4 ]
	expect_in err "standard output: writing the result failed"
'

test_expect_success 'control characters of words from outside are shown, not obeyed' '
	expect_status 2 "$tally" "$(printf "a\033]0;b\007\302\233c")"
	expect_in err "unknown command \"a\\x1b]0;b\\x07\\xc2\\x9bc\""
'

test_expect_success 'what is linked at start-up' '
	command -v readelf >/dev/null || exit 0
	library=$(find "$TALLY_BUILDDIR/.libs" -name "libtally.so" | head -n 1)
	[ -n "$library" ]
	program=$TALLY_BUILDDIR/.libs/tally
	[ -e "$program" ] || program=$TALLY_BUILDDIR/tally
	for file in "$program" "$library"; do
		readelf -d "$file" >dynamic
		expect_in dynamic NEEDED
		for name in libcurl libgit2 libgnutls libxml2; do
			expect_not_in dynamic "$name"
		done
	done
'

test_done
