/* format/diff.h - how one text differs from another, for people. */
#ifndef TALLY_FORMAT_DIFF_H
#define TALLY_FORMAT_DIFF_H

#include <stddef.h>

#include "base/buf.h"

/* Appends how `actual` differs from `expected`; nothing when they are equal.
 *
 * Texts of several lines: hunks as in a unified diff, "@@ -12,3 +12,4 @@", then lines that begin
 * with "-" (expected), "+" (actual) or " " (both).  Texts of one line: "@@ character 14 @@", what
 * stands there in each, and a caret below the first difference.  Lines are separated by "\n", the
 * last one ends without.
 *
 * What cannot be seen is escaped: "\t", "\r", "\x20" for blanks at the end of a line, "\xNN" for
 * control characters, for those without a width and for bytes that are not UTF-8.  Wide lines are
 * cut around the difference, and at most LIMIT_DIFF_LINES lines are shown; the last one says that
 * there are more.  Time and memory are linear in the texts. */
void tally__diff_add(struct buf *out, const char *expected, size_t expected_len, const char *actual,
		     size_t actual_len);

#endif
