/* matching/bodies.h - one comparison of two bodies, and what the comparisons by content type
 * (match_*.c) share.  body.c decides which of them is made. */
#ifndef TALLY_MATCHING_BODIES_H
#define TALLY_MATCHING_BODIES_H

#include "matching/body.h"

/* The two sides. */
struct bodies {
	struct walk *walk;
	const struct expected_body *expected;
	const struct body *actual;
	struct mime actual_type;
	const char *actual_bytes;
	size_t actual_len;
};

/* As one text each. */
struct operand tally__bodies_expected(const struct bodies *b);
struct operand tally__bodies_actual(const struct bodies *b);
bool tally__bodies_are_equal(const struct bodies *b);

/* The rules at "$", applied to the body as one text; false when there are none. */
bool tally__bodies_apply_root_rules(const struct bodies *b);

/* A type as messages show it, made in the walk's arena; "" when memory is short. */
const char *tally__bodies_type_text(struct walk *walk, const struct mime *type);

/* One of the two, `side` being "expected" or "actual", is not what its type says. */
void tally__bodies_report_unparsable(const struct bodies *b, const char *side, const char *why);
/* The two are not equal as texts; `more` ends the sentence. */
void tally__bodies_report_unequal(const struct bodies *b, const char *more);

#endif
