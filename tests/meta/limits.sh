#!/bin/sh
# doc/limits.md shows the limits of src/base/limits.h.  After a change there,
# `sh tests/meta/limits.sh write` puts the new table into the page.
table() {
	sed 's/\\$//' "$1" | tr -d '\n\t' | grep -o 'X([A-Z_]*, *[0-9]*, *"[^"]*", *"[^"]*")' |
		awk -F '"' 'BEGIN { print "| limit | value | unit | what it bounds |"; print "|---|---|---|---|" }
		{
			split($1, head, /[(, ]+/)
			printf "| `%s` | %s | %s | %s |\n", head[2], head[3], $2, $4
		}'
}
if [ "${1-}" = write ]; then
	cd "$(dirname "$0")/../.." || exit 1
	page=$(grep -v '^|' doc/limits.md) && rows=$(table src/base/limits.h) &&
		printf '%s\n\n%s\n' "$page" "$rows" >doc/limits.md
	exit
fi
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

same_table() {
	table "$TALLY_SRCDIR/src/base/limits.h" >"$scratch/code"
	grep '^|' "$TALLY_SRCDIR/doc/limits.md" >"$scratch/page"
	diff "$scratch/page" "$scratch/code" || echo 'run: sh tests/meta/limits.sh write'
}
every_limit() { # the table is read from the text: none may be written in a way that it misses
	named=$(grep -c 'X(LIMIT_' "$TALLY_SRCDIR/src/base/limits.h")
	shown=$(table "$TALLY_SRCDIR/src/base/limits.h" | grep -c 'LIMIT_')
	[ "$named" -gt 0 ] && [ "$named" -eq "$shown" ]
}
expect 'doc/limits.md has the limits of src/base/limits.h' same_table
expect 'every limit is in the table' every_limit
finish
