#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "matching/bodies.h"
#include "matching/display.h"

const char *tally__bodies_type_text(struct walk *walk, const struct mime *type)
{
	struct buf text;
	const char *copy = NULL;

	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	tally__mime_format(&text, type);
	if (text.status == 0) {
		copy = tally__arena_memdup(&walk->arena, text.bytes, text.len);
	}
	tally__buf_release(&text);
	if (!copy) {
		tally__walk_fail(walk, TALLY_ENOMEM);
		return "";
	}
	return copy;
}

struct place tally__bodies_place(const struct bodies *b)
{
	return (struct place){.kind = MISMATCH_BODY, .frame = b->frame, .prefix = b->prefix};
}

struct operand tally__bodies_expected(const struct bodies *b)
{
	struct operand out = {.text = b->expected->bytes, .len = b->expected->len};
	int status = 0;

	if (!out.text) {
		status = tally__body_bytes(b->expected->body, &b->walk->arena, &out.text, &out.len,
					   b->walk->error);
	}
	if (status != 0) {
		tally__walk_fail(b->walk, status);
		out.text = "";
	}
	return out;
}

struct operand tally__bodies_actual(const struct bodies *b)
{
	return (struct operand){.text = b->actual_bytes, .len = b->actual_len};
}

void tally__bodies_report_unparsable(const struct bodies *b, const char *side, const char *why)
{
	struct place place = tally__bodies_place(b);
	struct operand e = tally__bodies_expected(b);
	struct operand a = tally__bodies_actual(b);

	/* Why it cannot be read is the point, not where it differs. */
	place.opaque = true;
	tally__walk_report(b->walk, &place, "equality", e.text ? &e : NULL, a.text ? &a : NULL,
			   "Failed to parse the %s body: '%s'", side, why);
}

bool tally__bodies_are_equal(const struct bodies *b)
{
	struct operand e = tally__bodies_expected(b);

	return e.len == b->actual_len &&
	       (b->actual_len == 0 || memcmp(e.text, b->actual_bytes, b->actual_len) == 0);
}

bool tally__bodies_apply_rules(const struct bodies *b)
{
	struct place place = tally__bodies_place(b);
	bool cascaded = false;
	const struct rule_list *list = tally__reach_select(b->reach, b->frame->depth, &cascaded);
	struct operand e = tally__bodies_expected(b);
	struct operand a = tally__bodies_actual(b);

	if (!list) {
		return false;
	}
	tally__walk_apply(b->walk, &place, list, cascaded, &e, &a);
	return true;
}

void tally__bodies_report_unequal(const struct bodies *b, const char *more)
{
	struct place place = tally__bodies_place(b);
	struct operand e = tally__bodies_expected(b);
	struct operand a = tally__bodies_actual(b);
	struct buf *text = tally__walk_message(b->walk, &place);

	if (text) {
		tally__buf_adds(text, "Expected body ");
		tally__display_value(text, &e);
		tally__buf_adds(text, " to match ");
		tally__display_value(text, &a);
		tally__buf_adds(text, " using equality but did not match");
		tally__buf_adds(text, more);
	}
	tally__walk_report_text(b->walk, &place, "equality", &e, &a);
}
