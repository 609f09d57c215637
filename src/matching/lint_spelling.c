/* Names and sentences that are the same but for their spelling. */
#include "config.h"

#include <string.h>

#include "base/letters.h"
#include "base/text.h"
#include "matching/lint_spelling.h"

/* The length of what separates words or stands around them; 0: part of a word.  Signs that say
 * something ("-1", "0.5", "<", "%") are parts of words. */
static size_t separator_len(const char *text, const char *start)
{
	static const char plain[] = " \t\r\n_.,;:!?'\"`()[]{}-";

	/* U+2010 to U+201F: dashes and quotation marks. */
	if (text[0] == '\xe2' && text[1] == '\x80' && (unsigned char)text[2] >= 0x90 &&
	    (unsigned char)text[2] <= 0x9f)
		return 3;
	if (text[0] == '\0' || !strchr(plain, text[0]))
		return 0;
	if ((text[0] == '.' || text[0] == ',' || text[0] == ':') && text > start &&
	    tally__is_digit(text[-1]) && tally__is_digit(text[1]))
		return 0;
	if (text[0] == '-' && tally__is_digit(text[1]) && (text == start || text[-1] == ' '))
		return 0;
	return 1;
}

/* "user's" and "user’s" are one word. */
static size_t apostrophe_len(const char *text, const char *start)
{
	bool within = text > start && ((text[-1] | 0x20) >= 'a' && (text[-1] | 0x20) <= 'z');

	if (!within)
		return 0;
	if (text[0] == '\'' && text[1] == 's')
		return 1;
	return strncmp(text, "\xe2\x80\x99s", 4) == 0 ? 3 : 0;
}

static bool is_article(const char *word, size_t len, bool is_first)
{
	return (len == 3 && memcmp(word, "the", 3) == 0) ||
	       (is_first &&
		((len == 1 && *word == 'a') || (len == 2 && memcmp(word, "an", 2) == 0)));
}

static void add_lower(struct buf *out, const char *text)
{
	for (; *text; text++)
		tally__buf_addc(out, tally__text_lower(*text));
}

void tally__lint_fold(struct buf *out, const char *text)
{
	size_t start = out->len;
	size_t word = out->len;
	const char *c = text;

	for (;;) {
		size_t quote = apostrophe_len(c, text);
		size_t gap = quote ? 0 : separator_len(c, text);

		if (quote) {
			c += quote;
			continue;
		}
		if (gap == 0 && *c) {
			tally__buf_addc(out, tally__text_lower(*c++));
			continue;
		}
		if (out->status != 0)
			return;
		if (is_article(out->bytes + word, out->len - word, word == start))
			tally__buf_truncate(out, word);
		if (out->len > word) {
			tally__buf_addc(out, ' ');
			word = out->len;
		}
		if (!*c)
			break;
		c += gap;
	}
	if (out->len > start)
		tally__buf_truncate(out, out->len - 1);
	else
		add_lower(out, text);
}

void tally__lint_fold_name(struct buf *out, const char *name)
{
	for (; *name; name++)
		if (!strchr(" _-.", *name))
			tally__buf_addc(out, tally__text_lower(*name));
}

static bool ends_in(const struct lint_word *word, const char *end)
{
	size_t len = strlen(end);

	return word->len > len && memcmp(word->text + word->len - len, end, len) == 0;
}

/* "order" and "orders", "box" and "boxes", "entry" and "entries". */
static bool is_plural(const struct lint_word *one, const struct lint_word *many)
{
	size_t len = one->len;

	if (len < 3 || many->len <= len || memcmp(one->text, many->text, len - 1) != 0)
		return false;
	if (ends_in(one, "y") && many->len == len + 2 && ends_in(many, "ies"))
		return true;
	return one->text[len - 1] == many->text[len - 1] &&
	       ((many->len == len + 1 && ends_in(many, "s")) ||
		(many->len == len + 2 && ends_in(many, "es")));
}

/* One letter put in, left out, changed, or swapped with its neighbour; not the first. */
static bool is_one_edit(const struct lint_word *a, const struct lint_word *b)
{
	size_t same = 0;
	size_t tail = 0;
	size_t a_len = a->len;
	size_t b_len = b->len;

	while (same < a_len && same < b_len && a->text[same] == b->text[same])
		same++;
	while (tail + same < a_len && tail + same < b_len &&
	       a->text[a_len - 1 - tail] == b->text[b_len - 1 - tail])
		tail++;
	a_len -= same + tail;
	b_len -= same + tail;
	if (same == 0)
		return false;
	return (a_len <= 1 && b_len <= 1) ||
	       (a_len == 2 && b_len == 2 && a->text[same] == b->text[same + 1] &&
		a->text[same + 1] == b->text[same]);
}

static bool has_digit(const struct lint_word *word)
{
	for (size_t i = 0; i < word->len; i++)
		if (tally__is_digit(word->text[i]))
			return true;
	return false;
}

bool tally__lint_words_near(const struct lint_word *a, const struct lint_word *b)
{
	if (has_digit(a) || has_digit(b))
		return false;
	if (is_plural(a, b) || is_plural(b, a))
		return true;
	/* Of short words too many are one letter apart. */
	return a->len >= 5 && b->len >= 5 && is_one_edit(a, b);
}
