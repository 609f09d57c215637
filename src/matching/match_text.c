/* Bodies that are one text or a row of bytes. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "matching/bodies.h"

void tally__match_text(const struct bodies *b)
{
	if (!tally__bodies_apply_rules(b) && !tally__bodies_are_equal(b)) {
		tally__bodies_report_unequal(b, "");
	}
}

/* "image/png, 120 bytes, starting with 89504e47"; NULL when memory is short. */
static const char *summarize(struct walk *walk, const struct mime *type, const char *bytes,
			     size_t len)
{
	char start[65] = "";

	for (size_t i = 0; i < len && i < 32; i++) {
		snprintf(start + 2 * i, sizeof start - 2 * i, "%02x",
			 (unsigned)(unsigned char)bytes[i]);
	}
	return tally__arena_printf(&walk->arena, "%s, %zu bytes, starting with %s",
				   tally__bodies_type_text(walk, type), len, start);
}

void tally__match_binary(const struct bodies *b)
{
	struct place place = tally__bodies_place(b);
	const char *actual = NULL;
	const char *expected = NULL;
	struct operand e;

	if (tally__bodies_apply_rules(b) || tally__bodies_are_equal(b)) {
		return;
	}
	place.opaque = true;
	actual = summarize(b->walk, &b->actual_type, b->actual_bytes, b->actual_len);
	e = tally__bodies_expected(b);
	expected = summarize(b->walk, &b->expected->type, e.text, e.len);
	if (!actual || !expected) {
		tally__walk_fail(b->walk, TALLY_ENOMEM);
		return;
	}
	tally__walk_report(b->walk, &place, "equality",
			   &(struct operand){.text = expected, .len = strlen(expected)},
			   &(struct operand){.text = actual, .len = strlen(actual)},
			   "Actual body [%s] is not equal to the expected body [%s]", actual,
			   expected);
}
