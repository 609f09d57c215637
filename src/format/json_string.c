#include "config.h"

#include "format/json_string.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* The code unit of the \uXXXX at `at`, or -1. */
static long code_unit(const char *text, size_t len, size_t at)
{
	long unit = 0;
	size_t i;

	if (at > len || len - at < 6 || text[at] != '\\' || text[at + 1] != 'u')
		return -1;
	for (i = at + 2; i < at + 6; i++) {
		int digit = tally__text_hex(text[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool is_high_surrogate(long unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(long unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Moves over the escape at scan->len. */
static void scan_escape(struct json_string_scan *scan, const char *text, size_t len)
{
	size_t at = scan->len;
	char c = '\0';
	long unit;

	scan->escaped = true;
	if (len - at > 1)
		c = text[at + 1];
	if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL) {
		scan->len += 2;
		return;
	}
	if (c != 'u') {
		scan->len++;
		scan->expected = "one of \" \\ / b f n r t u after a backslash in a string";
		return;
	}
	unit = code_unit(text, len, at);
	if (unit < 0)
		scan->wrong = "expected four hexadecimal digits after \\u";
	else if (unit == 0)
		scan->wrong = "\\u0000 is not supported in a string";
	else if (is_low_surrogate(unit))
		scan->wrong = "expected a pair of surrogates, found the second without the first "
			      "(\\ud800 to \\udbff)";
	else if (!is_high_surrogate(unit))
		scan->len += 6;
	else if (is_low_surrogate(code_unit(text, len, at + 6)))
		scan->len += 12;
	else
		scan->wrong = "expected a pair of surrogates, found the first without the second "
			      "(\\udc00 to \\udfff)";
}

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Not 0 when one of the eight bytes is a quote, a backslash, a control character or not ASCII. */
static uint64_t needs_a_look(uint64_t word)
{
	uint64_t quote = word ^ EACH_BYTE('"');
	uint64_t backslash = word ^ EACH_BYTE('\\');

	/* x - 1 borrows into the top bit where x is 0; x - 0x20 where it is below a space. */
	return ((quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | (word - EACH_BYTE(0x20)) |
		word) &
	       EACH_BYTE(0x80);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Which of the eight it is; those before it borrow nothing. */
static size_t first_to_look_at(uint64_t flags)
{
	return (size_t)__builtin_ctzll(flags) / 8;
}
#else
/* The first bytes of the text come last in the word, and what they borrow raises flags for those
 * before them: they are read one by one. */
static size_t first_to_look_at(uint64_t flags)
{
	(void)flags;
	return 0;
}
#endif

/* Where the bytes end, from `at` on, that mean themselves. */
static size_t skip_plain(const char *text, size_t len, size_t at)
{
	uint64_t word;
	uint64_t flags;

	while (len - at >= sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		flags = needs_a_look(word);
		if (flags != 0) {
			at += first_to_look_at(flags);
			break;
		}
		at += sizeof(word);
	}
	while (at < len) {
		unsigned char c = (unsigned char)text[at];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
		at++;
	}
	return at;
}

/* Moves over one character that is not plain. */
static void scan_special(struct json_string_scan *scan, const char *text, size_t len)
{
	unsigned char c = (unsigned char)text[scan->len];
	size_t char_len;

	if (c == '\\') {
		scan_escape(scan, text, len);
	} else if (c == '\n') {
		scan->expected = "'\"' at the end of a string";
	} else if (c < 0x20) {
		scan->expected = "control characters in a string to be escaped (\\u00XX)";
	} else {
		char_len = tally__utf8_char_len(text + scan->len, len - scan->len);
		if (char_len == 0)
			scan->expected = "UTF-8";
		scan->len += char_len;
	}
}

/* Goes on from scan->len, where a character stands that is not plain, or where the text ends. */
static void scan_rest(struct json_string_scan *scan, const char *text, size_t len)
{
	for (;;) {
		if (scan->len == len) {
			scan->len = 0;
			scan->wrong = "expected '\"' at the end of this string, found the end of "
				      "the text";
			return;
		}
		if (text[scan->len] == '"') {
			scan->len++;
			return;
		}
		scan_special(scan, text, len);
		if (scan->expected != NULL || scan->wrong != NULL)
			return;
		scan->len = skip_plain(text, len, scan->len);
	}
}

void tally__json_string_scan(struct json_string_scan *scan, const char *text, size_t len)
{
	size_t at = skip_plain(text, len, 1);

	/* Most strings are plain throughout. */
	if (at < len && text[at] == '"') {
		*scan = (struct json_string_scan){.len = at + 1};
		return;
	}
	*scan = (struct json_string_scan){.len = at};
	scan_rest(scan, text, len);
}

/* No escape is shorter than what it stands for. */
size_t tally__json_string_unescape(char *out, const char *text, size_t len)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	size_t out_len = 0;
	size_t at = 0;

	while (at < len) {
		long code;

		if (text[at] != '\\') {
			out[out_len++] = text[at++];
			continue;
		}
		if (text[at + 1] != 'u') {
			out[out_len++] = meanings[strchr(letters, text[at + 1]) - letters];
			at += 2;
			continue;
		}
		code = code_unit(text, len, at);
		at += 6;
		if (is_high_surrogate(code)) {
			code = 0x10000 + ((code - 0xD800) << 10) +
			       (code_unit(text, len, at) - 0xDC00);
			at += 6;
		}
		out_len += tally__utf8_encode(out + out_len, (uint32_t)code);
	}
	return out_len;
}
