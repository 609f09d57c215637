/* Bodies that are one text or a row of bytes. */
#include "config.h"

#include "matching/bodies.h"

void tally__match_text(const struct bodies *b)
{
	if (!tally__bodies_apply_rules(b) && !tally__bodies_are_equal(b)) {
		tally__bodies_report_unequal(b, "");
	}
}

static void add_summary(struct buf *out, const struct mime *type, const char *bytes, size_t len)
{
	tally__buf_addc(out, '[');
	tally__mime_format(out, type);
	tally__buf_addf(out, ", %zu bytes, starting with ", len);
	for (size_t i = 0; i < len && i < 32; i++) {
		tally__buf_addf(out, "%02x", (unsigned)(unsigned char)bytes[i]);
	}
	tally__buf_addc(out, ']');
}

void tally__match_binary(const struct bodies *b)
{
	struct place place = tally__bodies_place(b);
	struct buf *text = NULL;

	if (tally__bodies_apply_rules(b) || tally__bodies_are_equal(b)) {
		return;
	}
	text = tally__walk_message(b->walk, &place);
	if (text) {
		tally__buf_adds(text, "Actual body ");
		add_summary(text, &b->actual_type, b->actual_bytes, b->actual_len);
		tally__buf_adds(text, " is not equal to the expected body ");
		add_summary(text, &b->expected->type, b->expected->bytes, b->expected->len);
	}
	tally__walk_report_text(b->walk, &place, "equality", NULL, NULL);
}
