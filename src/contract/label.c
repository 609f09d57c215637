#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "contract/label.h"

static struct label_text text_of(const char *text)
{
	return (struct label_text){text, text ? strlen(text) : 0};
}

int tally__label_of(struct label *out, struct arena *arena, const struct interaction *interaction)
{
	size_t count = interaction->state_count;

	*out = (struct label){.kind = interaction->kind,
			      .description = text_of(interaction->description),
			      .key = text_of(interaction->key)};
	if (count == 0)
		return 0;
	out->states = tally__arena_alloc_array(arena, count, sizeof(*out->states));
	if (!out->states)
		return TALLY_ENOMEM;
	for (size_t i = 0; i < count; i++)
		out->states[i] = text_of(interaction->states[i].name);
	out->state_count = count;
	return 0;
}

static int compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_texts(const struct label_text *a, const struct label_text *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len > 0 ? memcmp(a->bytes, b->bytes, len) : 0;

	return order != 0 ? order : compare_sizes(a->len, b->len);
}

int tally__label_compare(const struct label *a, const struct label *b)
{
	int order = compare_texts(&a->description, &b->description);

	for (size_t i = 0; order == 0 && i < a->state_count && i < b->state_count; i++)
		order = compare_texts(&a->states[i], &b->states[i]);
	if (order == 0)
		order = compare_sizes(a->state_count, b->state_count);
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = (a->key.bytes != NULL) - (b->key.bytes != NULL);
	return order != 0 ? order : compare_texts(&a->key, &b->key);
}

/* A text with its length before it, so that no text can pass for the beginning of another.  This
 * is done for each interaction of a file: not through printf. */
static void add_text(struct buf *out, const struct label_text *text)
{
	char digits[24];
	size_t at = sizeof(digits);
	size_t len = text->len;

	digits[--at] = ':';
	do {
		digits[--at] = (char)('0' + len % 10);
		len /= 10;
	} while (len > 0);
	digits[--at] = '\n';
	tally__buf_add(out, digits + at, sizeof(digits) - at);
	tally__buf_add(out, text->bytes, text->len);
}

void tally__label_add_identity(struct buf *out, const struct label *label)
{
	tally__buf_addc(out, (char)('0' + (int)label->kind));
	add_text(out, &label->description);
	for (size_t i = 0; i < label->state_count; i++)
		add_text(out, &label->states[i]);
}

const char *tally__interaction_identity(struct arena *arena, const struct interaction *interaction)
{
	struct label label;
	struct buf text;
	const char *copy = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (tally__label_of(&label, arena, interaction) == 0) {
		tally__label_add_identity(&text, &label);
		if (text.status == 0)
			copy = tally__arena_memdup(arena, text.bytes, text.len);
	}
	tally__buf_release(&text);
	return copy;
}
