#!/bin/sh
# What libtally exports is exactly what src/libtally.map lists and what the public headers declare.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

sed -n 's/^[[:space:]]*\(tally_[a-z0-9_]*\);.*/\1/p' "$TALLY_SRCDIR/src/libtally.map" >"$scratch/map"
LC_ALL=C sort -u "$scratch/map" >"$scratch/listed"

nm -D --defined-only "$TALLY_BUILDDIR/.libs/libtally.so" |
	awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$scratch/exported"

# Declarations, one a line, with the export mark made visible.
# shellcheck disable=SC2086 # CC may hold flags
echo '#include <tally.h>' |
	${CC:-cc} -E -P -x c -DTALLY_API=EXPORTED -I"$TALLY_SRCDIR/include" - |
	tr '\n' ' ' | tr ';{}' '\n' | sed -n 's/.*EXPORTED[^(]*[ *]\(tally_[a-z0-9_]*\) *(.*/\1/p' |
	LC_ALL=C sort -u >"$scratch/declared"

differ() { # LEFT RIGHT: names in only one of two lists
	comm -23 "$scratch/$1" "$scratch/$2" | sed "s/\$/: $1, but not $2/"
	comm -13 "$scratch/$1" "$scratch/$2" | sed "s/\$/: $2, but not $1/"
}
not_empty() { [ -s "$scratch/$1" ]; }

expect 'the map lists symbols' not_empty listed
expect 'the library exports symbols' not_empty exported
expect 'the map is sorted' cmp "$scratch/map" "$scratch/listed"
expect 'exported symbols are those of the map' differ exported listed
expect 'exported symbols are those that the public headers declare' differ exported declared

# Heavy libraries are loaded when first used (doc/decisions/0001).
loaded() { # FILE
	objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' | grep -E '^lib(curl|git2|gnutls|xml2)'
	:
}
expect 'libtally links no library that is loaded when used' loaded "$TALLY_BUILDDIR/.libs/libtally.so"
expect 'tally links no library that is loaded when used' loaded "$TALLY_BUILDDIR/.libs/tally"
finish
