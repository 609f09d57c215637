#include "config.h"

#include "contract/expression_scan.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

int tally__scan_fail(struct scanner *scanner, const char *at, const char *expected)
{
	size_t column = (size_t)(at - scanner->text);
	size_t len = tally__utf8_char_len(at, strlen(at));
	int status;

	if (!*at)
		status = tally__fail(scanner->error, TALLY_EPARSE,
				     "expected %s at column %zu of the expression, found its end",
				     expected, column + 1);
	else
		status = tally__fail(scanner->error, TALLY_EPARSE,
				     "expected %s at column %zu of the expression, found \"%.*s\"",
				     expected, column + 1, (int)(len ? len : 1), at);
	tally__error_add_frame(scanner->error, scanner->text, column);
	return status;
}

const char *tally__scan_next(struct scanner *scanner)
{
	scanner->at += strspn(scanner->at, " \t\r\n");
	return scanner->at;
}

int tally__scan_char(struct scanner *scanner, char c)
{
	const char expected[] = {'\'', c, '\'', '\0'};

	if (*tally__scan_next(scanner) != c)
		return tally__scan_fail(scanner, scanner->at, expected);
	scanner->at++;
	return 0;
}

size_t tally__scan_word(struct scanner *scanner)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	size_t len = strspn(tally__scan_next(scanner), letters);

	scanner->at += len;
	return len;
}

bool tally__word_is(const char *word, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(word, text, len) == 0;
}

int tally__scan_nest(struct scanner *scanner)
{
	if (++scanner->depth <= LIMIT_EXPRESSION_DEPTH)
		return 0;
	return tally__fail(scanner->error, TALLY_ELIMIT,
			   "a matching expression nests deeper than %d levels",
			   LIMIT_EXPRESSION_DEPTH);
}

/* ---- numbers ---- */

int tally__scan_number(struct scanner *scanner, cJSON **out)
{
	const char *start = tally__scan_next(scanner);
	size_t len = strspn(start, "0123456789+-.eE");
	int status = tally_json_parse(out, start, len, NULL);

	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(scanner->error);
	if (status != 0)
		return tally__scan_fail(scanner, start, "a number, written as in JSON");
	scanner->at += len;
	return 0;
}

/* ---- strings ---- */

/* Up to `most` hexadecimal digits; how many there are. */
static size_t read_hex(const char *text, size_t most, uint32_t *code)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	for (*code = 0; len < most && text[len]; len++) {
		const char *digit = strchr(digits, tally__text_lower(text[len]));

		if (!digit)
			break;
		*code = *code << 4 | (uint32_t)(digit - digits);
	}
	return len;
}

/* The length of "uXXXX" or "u{X…}"; 0 when it is neither. */
static size_t read_unicode(const char *text, uint32_t *code)
{
	size_t len;

	if (text[1] != '{')
		return read_hex(text + 1, 4, code) == 4 ? 5 : 0;
	len = read_hex(text + 2, 6, code);
	return len > 0 && text[2 + len] == '}' ? len + 3 : 0;
}

static void add_code_point(struct buf *out, uint32_t code)
{
	char bytes[UTF8_CHAR_BYTES];

	tally__buf_add(out, bytes, tally__utf8_encode(bytes, code));
}

/* "\uXXXX" at the backslash; two of them where the first is half a pair. */
static int take_unicode(struct scanner *scanner, struct buf *out)
{
	const char *start = scanner->at;
	uint32_t code, low;
	size_t len = read_unicode(start + 1, &code);

	if (len == 0)
		return tally__scan_fail(scanner, start, "\\uXXXX or \\u{X…}");
	scanner->at += 1 + len;
	if (code >= 0xD800 && code < 0xDC00 && scanner->at[0] == '\\' && scanner->at[1] == 'u') {
		len = read_unicode(scanner->at + 1, &low);
		if (len > 0 && low >= 0xDC00 && low < 0xE000) {
			code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
			scanner->at += 1 + len;
		}
	}
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return tally__scan_fail(scanner, start, "the number of a character, not 0");
	add_code_point(out, code);
	return 0;
}

/* A backslash stands for itself before what is no escape: so expressions can be written in the way
 * that regular expressions are. */
static int take_escape(struct scanner *scanner, struct buf *out)
{
	static const char letters[] = "'\\bfnrt";
	static const char meanings[] = "'\\\b\f\n\r\t";
	char c = scanner->at[1];
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c == 'u')
		return take_unicode(scanner, out);
	tally__buf_addc(out, letter ? meanings[letter - letters] : '\\');
	scanner->at += letter ? 2 : 1;
	return 0;
}

int tally__scan_string(struct scanner *scanner, const char **out)
{
	const char *start = tally__scan_next(scanner);
	struct buf text;
	int status = 0;

	if (*start != '\'')
		return tally__scan_fail(scanner, start, "a string in single quotes");
	tally__buf_init(&text, LIMIT_EXPRESSION_BYTES);
	for (scanner->at++; status == 0 && *scanner->at && *scanner->at != '\'';) {
		size_t plain = strcspn(scanner->at, "\\'");

		tally__buf_add(&text, scanner->at, plain);
		scanner->at += plain;
		if (*scanner->at == '\\')
			status = take_escape(scanner, &text);
	}
	if (status == 0 && !*scanner->at)
		status = tally__scan_fail(scanner, scanner->at,
					  "the single quote that ends the string");
	if (status == 0)
		status = tally__buf_status(&text, scanner->error);
	if (status == 0) {
		scanner->at++;
		*out = tally__arena_memdup(scanner->arena, text.bytes, text.len);
		if (!*out)
			status = tally__fail_nomem(scanner->error);
	}
	tally__buf_release(&text);
	return status;
}
