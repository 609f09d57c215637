#!/bin/sh
# A member of another type than its option's kind does not compile.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# compiles KIND MEMBER
compiles() {
	cat >table.c <<-EOF
		#include "cli/command.h"
		struct values { bool flag; const char *text; char *changeable; struct text_list list; long number;
		                int choice; };
		extern const struct option table[];
		const struct option table[] = {$1(struct values, $2, .name = "x"), OPTION_END};
	EOF
	cc -std=c17 -fsyntax-only -I"$TALLY_SRCDIR/src" table.c
}

if ! command -v cc >/dev/null; then
	test_skip 'option tables are checked by the compiler' 'there is no cc'
	test_done
	exit
fi
test_expect_success 'the right members compile' '
	compiles OPTION_FLAG flag
	compiles OPTION_TEXT text
	compiles OPTION_LIST list
	compiles OPTION_NUMBER number
	compiles OPTION_CHOICE choice
'
test_expect_success 'others do not' '
	for pair in "FLAG choice" "TEXT changeable" "TEXT list" "LIST text" "NUMBER choice" \
		"CHOICE number" "FLAG text"; do
		if compiles "OPTION_${pair% *}" "${pair#* }" 2>compiler; then
			echo "this compiled: $pair"
			exit 1
		fi
		grep -qi "generic" compiler
	done
'
test_done
