/* matching/display.h - values as mismatch texts show them.  Long ones are cut: a mismatch is read
 * by people, and a body may have megabytes. */
#ifndef TALLY_MATCHING_DISPLAY_H
#define TALLY_MATCHING_DISPLAY_H

#include "base/buf.h"
#include "matching/rule.h"

/* A string in single quotes, other JSON as compact text with sorted keys, plain text in single
 * quotes; cut after LIMIT_SHOWN_BYTES with "…". */
void tally__display_value(struct buf *out, const struct operand *value);
/* The same, and the kind of a JSON value behind it: "'c' (String)". */
void tally__display_kind(struct buf *out, const struct operand *value);
/* "; '12' is a string that looks like a number", where one value is text that reads as a value of
 * the other's kind; otherwise nothing. */
void tally__display_hint(struct buf *out, const struct operand *expected,
			 const struct operand *actual);
/* "; 'prise' may be 'price' misspelt". */
void tally__display_misspelling(struct buf *out, const char *found, const char *meant);
/* "[1, 'a']", and "{…}" for objects, as the texts on sizes show them. */
void tally__display_items(struct buf *out, const cJSON *array);
/* JSON and plain text as they are, cut likewise. */
void tally__display_text(struct buf *out, const char *text, size_t len);
void tally__display_json(struct buf *out, const cJSON *value);

#endif
