/* matching/bodies.h - one comparison of two bodies, and what the comparisons by content type
 * (match_*.c) share.  body.c decides which of them is made. */
#ifndef TALLY_MATCHING_BODIES_H
#define TALLY_MATCHING_BODIES_H

#include "matching/body.h"

/* The two sides, and where they stand: at the root, or as a part of a larger body. */
struct bodies {
	struct walk *walk;
	const struct expected_body *expected;
	const struct body *actual;
	struct mime actual_type;
	const char *actual_bytes;
	size_t actual_len;
	const struct frame *frame;
	const struct reach *reach; /* the rules for what is at the frame and below it */
	const char *prefix;        /* in front of messages, or NULL */
};

/* Where a mismatch of the bodies as a whole is. */
struct place tally__bodies_place(const struct bodies *b);

/* As one text each. */
struct operand tally__bodies_expected(const struct bodies *b);
struct operand tally__bodies_actual(const struct bodies *b);
bool tally__bodies_are_equal(const struct bodies *b);

/* The rules for the body as a whole, applied to it as one text; false when there are none. */
bool tally__bodies_apply_rules(const struct bodies *b);

/* A type as messages show it, made in the walk's arena; "" when memory is short. */
const char *tally__bodies_type_text(struct walk *walk, const struct mime *type);

/* One of the two, `side` being "expected" or "actual", is not what its type says. */
void tally__bodies_report_unparsable(const struct bodies *b, const char *side, const char *why);
/* The two are not equal as texts; `more` ends the sentence. */
void tally__bodies_report_unequal(const struct bodies *b, const char *more);

/* As tally__expected_body_init, for content in `depth` multipart bodies. */
int tally__expected_body_init_at(struct expected_body *out, struct arena *arena,
				 const struct body *body, const char *declared, unsigned depth,
				 struct tally_error *error);
/* Types first, then what is there, then contents. */
void tally__bodies_match(const struct bodies *b, bool message);

/* The comparisons by content type, each for bodies that are there. */
void tally__match_text(const struct bodies *b);
void tally__match_binary(const struct bodies *b);
void tally__match_form(const struct bodies *b);
void tally__match_multipart(const struct bodies *b);
void tally__match_graphql(const struct bodies *b);

#endif
