#!/bin/sh
# Each public header compiles alone, as C99 and as C++; each private one alone, as C17.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"
strict='-Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -fsyntax-only'

# Flags are words.
# shellcheck disable=SC2086
alone() { # COMPILER LANGUAGE STANDARD HEADER FLAG...
	compiler=$1 language=$2 standard=$3 header=$4
	shift 4
	[ "$language" = c ] || strict='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
	printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
		$compiler -x "$language" -std="$standard" $strict "$@" -
}

cd "$TALLY_SRCDIR/include" || exit 99
for header in tally.h tally/*.h; do
	expect "<$header> alone as C99" alone "${CC:-cc}" c c99 "$header" -I.
	if command -v "${CXX:-g++}" >/dev/null 2>&1; then
		expect "<$header> alone as C++" alone "${CXX:-g++}" c++ c++11 "$header" -I.
	else
		skip "<$header> alone as C++" 'no C++ compiler'
	fi
done

# libxml2 keeps its headers in a folder of their own.
xml_flags=$(pkg-config --cflags libxml-2.0)
cd "$TALLY_SRCDIR/src" || exit 99
for header in */*.h; do
	# A header may count on config.h, which every source file includes first.
	# shellcheck disable=SC2086
	expect "\"$header\" alone" alone "${CC:-cc}" c c17 "$header" -D_GNU_SOURCE \
		-include "$TALLY_BUILDDIR/config.h" -I. -I"$TALLY_SRCDIR/include" $xml_flags
done
finish
