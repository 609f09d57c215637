#!/bin/sh
# The demo's script on the built tree: it ends well, and what it is to show is in its output.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

mkdir "$scratch/demo"
demo() {
	DEMO_FOLDER=$scratch/demo TALLY=$TALLY_BUILDDIR/tally EXAMPLES=$TALLY_BUILDDIR/doc/examples \
		SOURCES=$TALLY_SRCDIR bash "$TALLY_SRCDIR/doc/examples/demo.sh" >"$scratch/demo.out" 2>&1 ||
		{ echo "it left with $?:" && cat "$scratch/demo.out"; }
}
expect 'the demo ends well' demo

# shows PATTERN AFTER: a line with PATTERN comes after one with AFTER
shows() {
	awk -v after="$2" -v pattern="$1" 'index($0, after) { on = 1 } on && $0 ~ pattern { found = 1 } END { exit !found }' \
		"$scratch/demo.out" || { echo "no '$1' after '$2' in:" && cat "$scratch/demo.out"; }
}
expect 'it shows what does not match' shows 'missing.*total' '--rename-total amount'
expect 'it says that the consumer can be deployed' shows '[Yy]es' 'can-i-deploy web-shop@1.0.0'
expect 'it says that the next provider cannot be' shows '(^|[^a-z])[Nn]o[^a-z]' 'can-i-deploy orders@2.0.0'
expect 'it says who moved' shows 'moved: the provider' 'can-i-deploy orders@2.0.0'
expect 'it says which pair last worked' shows 'orders@?.*1\.0\.0' 'can-i-deploy orders@2.0.0'
expect 'it says what to do next' shows 'next' 'can-i-deploy orders@2.0.0'
expect 'it says where the broker is' shows 'broker\.git log' 'tally log'

commits() {
	[ "$(git -C "$scratch/demo/broker.git" rev-list --count HEAD)" -ge 6 ] ||
		git -C "$scratch/demo/broker.git" log --oneline
}
expect 'its broker is read with git' commits
finish
