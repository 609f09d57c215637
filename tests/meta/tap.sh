# Sourced by the tests of this folder: a few words of TAP.  A test runs in a scratch folder of its own.
# shellcheck shell=sh
set -u
: "${TALLY_SRCDIR:?run these tests through make check}" "${TALLY_BUILDDIR:?}"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/tally-meta.XXXXXX") || exit 99
cleanup() { :; } # a test may have its own
trap 'cleanup; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
# The make that runs this test hands its job server down; a make started here is on its own.
unset MAKEFLAGS MAKELEVEL MFLAGS
tap_count=0
tap_failures=0

# expect TITLE COMMAND...: the command succeeds and prints nothing; what it prints says what is wrong.
expect() {
	tap_title=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$scratch/output" 2>&1 && ! [ -s "$scratch/output" ]; then
		echo "ok $tap_count - $tap_title"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_count - $tap_title"
		sed 's/^/# /' "$scratch/output"
	fi
}

# skip TITLE WHY
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

finish() {
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
}
