#include "config.h"

#include "base/text.h"

#include <string.h>

#include "base/letters.h"
#include "base/limits.h"

/* Whether bytes[at] exists and continues a UTF-8 sequence, within [low, high]. */
static bool is_tail(const unsigned char *bytes, size_t len, size_t at, unsigned low, unsigned high)
{
	return at < len && bytes[at] >= low && bytes[at] <= high;
}

/* The table of well-formed byte sequences of RFC 3629, section 4. */
size_t tally__utf8_char_len(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned low = 0x80;
	unsigned high = 0xBF;

	if (len == 0)
		return 0;
	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] < 0xC2 || bytes[0] > 0xF4)
		return 0;
	if (bytes[0] < 0xE0)
		return is_tail(bytes, len, 1, low, high) ? 2 : 0;
	if (bytes[0] == 0xE0) /* overlong below */
		low = 0xA0;
	else if (bytes[0] == 0xED) /* surrogates above */
		high = 0x9F;
	else if (bytes[0] == 0xF0) /* overlong below */
		low = 0x90;
	else if (bytes[0] == 0xF4) /* past U+10FFFF above */
		high = 0x8F;
	if (!is_tail(bytes, len, 1, low, high) || !is_tail(bytes, len, 2, 0x80, 0xBF))
		return 0;
	if (bytes[0] < 0xF0)
		return 3;
	return is_tail(bytes, len, 3, 0x80, 0xBF) ? 4 : 0;
}

size_t tally__utf8_valid_len(const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t char_len;
		uint64_t word;

		/* Eight ASCII bytes at once. */
		if (len - at >= sizeof(word)) {
			memcpy(&word, bytes + at, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		char_len = tally__utf8_char_len(bytes + at, len - at);
		if (char_len == 0)
			break;
		at += char_len;
	}
	return at;
}

/* Characters that a terminal must not be given: controls; those without a width; line ends; marks,
 * embeddings, overrides and isolates of direction; the byte-order mark. */
static const struct {
	uint32_t first;
	uint32_t last;
} unprintable[] = {
	{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200B, 0x200F}, {0x2028, 0x202E},
	{0x2060, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE007F},
};

uint32_t tally__utf8_code_point(const char *text, size_t char_len)
{
	static const unsigned char head_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t code = bytes[0] & head_bits[char_len];
	size_t i;

	for (i = 1; i < char_len; i++)
		code = code << 6 | (bytes[i] & 0x3F);
	return code;
}

size_t tally__utf8_encode(char out[UTF8_CHAR_BYTES], uint32_t code)
{
	static const unsigned char leads[] = {0x00, 0xC0, 0xE0, 0xF0};
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)(leads[len - 1] | code);
	return len;
}

size_t tally__text_printable_len(const char *text, size_t len)
{
	size_t char_len = tally__utf8_char_len(text, len);
	uint32_t code;
	size_t i;

	if (char_len == 0)
		return 0;
	code = tally__utf8_code_point(text, char_len);
	for (i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++) {
		if (code >= unprintable[i].first && code <= unprintable[i].last)
			return 0;
	}
	return char_len;
}

char tally__text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int tally__text_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tally__text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool tally__text_equal_nocase(const char *a, const char *b)
{
	while (*a != '\0' && tally__text_lower(*a) == tally__text_lower(*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

/* Whether a word begins at `name` + `at`: "createdAt", "created_at", "at". */
static bool begins_word(const char *name, size_t at)
{
	return at == 0 || !tally__is_lower(name[at - 1]) ||
	       (tally__is_upper(name[at]) && tally__is_lower(name[at - 1]));
}

bool tally__text_has_word(const char *name, size_t name_len, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= name_len; at++) {
		size_t same = 0;

		while (same < len && tally__text_lower(name[at + same]) == word[same])
			same++;
		if (same == len && begins_word(name, at) &&
		    (at + len == name_len || !tally__is_lower(name[at + len])))
			return true;
	}
	return false;
}

void tally__text_add_printable(struct buf *out, const char *text, size_t len, size_t max_chars)
{
	size_t chars = 0;
	size_t at = 0;

	while (at < len) {
		size_t char_len;

		if (max_chars != 0 && chars++ == max_chars) {
			tally__buf_adds(out, "…");
			return;
		}
		char_len = tally__text_printable_len(text + at, len - at);
		if (char_len > 0) {
			tally__buf_add(out, text + at, char_len);
			at += char_len;
			continue;
		}
		/* All bytes of a character that is kept back, one of what is not UTF-8. */
		char_len = tally__utf8_char_len(text + at, len - at);
		do
			tally__buf_addf(out, "\\x%02x", (unsigned)(unsigned char)text[at++]);
		while (char_len-- > 1);
	}
}

void tally__text_add_shell(struct buf *out, const char *text, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:@%+=,-";
	size_t plain_len = 0;

	while (plain_len < len && memchr(plain, text[plain_len], sizeof(plain) - 1) != NULL)
		plain_len++;
	if (len > 0 && plain_len == len) {
		tally__buf_add(out, text, len);
		return;
	}
	tally__buf_addc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			tally__buf_adds(out, "'\\''");
		else
			tally__buf_addc(out, text[i]);
	}
	tally__buf_addc(out, '\'');
}

const char *tally__text_printable(struct arena *arena, const char *text, size_t max_chars)
{
	struct buf shown;
	const char *copy = NULL;

	tally__buf_init(&shown, LIMIT_DOCUMENT_BYTES);
	tally__text_add_printable(&shown, text, strlen(text), max_chars);
	if (shown.status == 0)
		copy = tally__arena_memdup(arena, shown.bytes, shown.len);
	tally__buf_release(&shown);
	return copy;
}

const char *tally__text_shown(struct arena *arena, const char *text, size_t max_chars)
{
	const char *shown = tally__text_printable(arena, text, max_chars);

	return shown ? shown : "…";
}

void tally__text_add_utf8(struct buf *out, const char *text, size_t len)
{
	while (len > 0) {
		size_t valid = tally__utf8_valid_len(text, len);

		tally__buf_add(out, text, valid);
		if (valid == len)
			return;
		tally__buf_adds(out, "\xEF\xBF\xBD");
		text += valid + 1;
		len -= valid + 1;
	}
}

bool tally__text_to_u64(const char *text, uint64_t *out)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return false;
	}
	*out = value;
	return true;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void tally__base64_encode(struct buf *out, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t at;

	for (at = 0; at < len; at += 3) {
		size_t left = len - at;
		unsigned group = (unsigned)bytes[at] << 16;
		char quad[4];

		if (left > 1)
			group |= (unsigned)bytes[at + 1] << 8;
		if (left > 2)
			group |= bytes[at + 2];
		quad[0] = base64_digits[group >> 18];
		quad[1] = base64_digits[group >> 12 & 63];
		quad[2] = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		quad[3] = left > 2 ? base64_digits[group & 63] : '=';
		tally__buf_add(out, quad, sizeof(quad));
	}
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes one group of four digits; the number of bytes, or 0 when it is not base64. */
static size_t base64_decode_quad(const char *quad, bool last, unsigned char bytes[3])
{
	size_t digits = 4;
	unsigned group = 0;
	size_t i;

	if (last && quad[3] == '=')
		digits = quad[2] == '=' ? 2 : 3;
	for (i = 0; i < digits; i++) {
		int value = base64_value(quad[i]);

		if (value < 0)
			return 0;
		group |= (unsigned)value << (18 - 6 * i);
	}
	/* Bits that no byte takes must be zero: one text for one content. */
	if ((digits == 3 && (group & 0xFF) != 0) || (digits == 2 && (group & 0xFFFF) != 0))
		return 0;
	bytes[0] = (unsigned char)(group >> 16);
	bytes[1] = (unsigned char)(group >> 8 & 0xFF);
	bytes[2] = (unsigned char)(group & 0xFF);
	return digits - 1;
}

bool tally__base64_decode(struct buf *out, const char *text, size_t len)
{
	size_t start = out->len;
	size_t at;

	if (len % 4 != 0)
		return false;
	for (at = 0; at < len; at += 4) {
		unsigned char bytes[3];
		size_t count = base64_decode_quad(text + at, at + 4 == len, bytes);

		if (count == 0) {
			tally__buf_truncate(out, start);
			return false;
		}
		tally__buf_add(out, bytes, count);
	}
	return true;
}
