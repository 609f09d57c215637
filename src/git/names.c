/* One safe path component for any name: doc/store-format.md, "Names", has the rules and why. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/digest.h"
#include "git/store.h"

/* Leaves room for an extension, such as ".json", within the 255 bytes that file systems allow. */
#define COMPONENT_BYTES 240
/* Of a longer one: this much of its beginning, "%-" and the digest of the name. */
#define SHORTENED_PREFIX_BYTES (COMPONENT_BYTES - 2 - (DIGEST_TEXT_BYTES - 1))

static const char hex[] = "0123456789abcdef";

static void add_escaped(struct buf *out, unsigned char byte)
{
	tally__buf_addc(out, '%');
	tally__buf_addc(out, hex[byte >> 4]);
	tally__buf_addc(out, hex[byte & 15]);
}

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Code points that cannot be seen, or that change how their neighbours look: controls, spaces that
 * are not ASCII's, marks of direction, joiners (which HFS+ leaves out when it compares names). */
static bool is_invisible(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x80, 0xa0},     {0xad, 0xad},     {0x34f, 0x34f},     {0x61c, 0x61c},
		{0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
		{0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f},   {0x3000, 0x3000},
		{0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
		{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

/* The length of the character at `text`, valid UTF-8 of two bytes or more, that may stay as it is;
 * 0: its first byte must be escaped. */
static size_t readable_len(const char *text, size_t left)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t len = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	uint32_t point = bytes[0] & (0xffu >> (len + 1));

	if (bytes[0] < 0xc2 || len > left || tally__utf8_valid_len(text, len) != len)
		return 0;
	for (size_t i = 1; i < len; i++)
		point = point << 6 | (bytes[i] & 0x3f);
	return is_invisible(point) ? 0 : len;
}

/* Whether Windows takes `name` for a device: CON, COM1 and so on, also with an extension. */
static bool is_device(const char *name, size_t len)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
	/* The superscript digits one, two and three count as digits there. */
	static const char *const digits[] = {"0", "1", "2", "3",        "4",        "5",       "6",
					     "7", "8", "9", "\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
	const char *dot = memchr(name, '.', len);
	size_t stem_len = dot ? (size_t)(dot - name) : len;
	char stem[8];

	if (stem_len >= sizeof stem)
		return false;
	for (size_t i = 0; i < stem_len; i++)
		stem[i] = tally__text_lower(name[i]);
	stem[stem_len] = '\0';
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (strcmp(stem, devices[i]) == 0)
			return true;
	if (strncmp(stem, "com", 3) != 0 && strncmp(stem, "lpt", 3) != 0)
		return false;
	for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
		if (strcmp(stem + 3, digits[i]) == 0)
			return true;
	return false;
}

static bool stays(const char *name, size_t i, size_t len)
{
	char c = name[i];

	if (i == 0 && is_device(name, len))
		return false;
	if (c == '.')
		return i > 0 && i + 1 < len;
	if (c == '-')
		return i > 0;
	return is_lower_or_digit(c) || (c != '\0' && strchr("_+=@,", c));
}

/* Appends the escaped form of the character at name[*i] and moves past it. */
static void add_next(struct buf *out, const char *name, size_t len, size_t *i)
{
	size_t readable = readable_len(name + *i, len - *i);

	if (readable > 0) {
		tally__buf_add(out, name + *i, readable);
		*i += readable;
		return;
	}
	if (stays(name, *i, len)) {
		tally__buf_addc(out, name[*i]);
	} else if (is_upper(name[*i]) && !(*i == 0 && is_device(name, len))) {
		tally__buf_addc(out, '^');
		tally__buf_addc(out, tally__text_lower(name[*i]));
	} else {
		add_escaped(out, (unsigned char)name[*i]);
	}
	++*i;
}

/* The end of the last whole character within SHORTENED_PREFIX_BYTES is kept in *prefix_len. */
static void encode(struct buf *out, const char *name, size_t len, size_t *prefix_len)
{
	for (size_t i = 0; i < len;) {
		add_next(out, name, len, &i);
		if (out->len <= SHORTENED_PREFIX_BYTES)
			*prefix_len = out->len;
	}
}

/* Nothing is to be escaped, as in most names. */
static bool is_plain(const char *name, size_t len)
{
	if (len > COMPONENT_BYTES)
		return false;
	for (size_t i = 1; i < len; i++)
		if (!stays(name, i, len))
			return false;
	return stays(name, 0, len);
}

int tally__path_component(struct buf *out, const char *name, struct tally_error *error)
{
	size_t len = strnlen(name, LIMIT_NAME_BYTES + 1);
	char digest[DIGEST_TEXT_BYTES];
	struct buf whole;
	size_t prefix_len = 0;
	int status;

	if (len == 0)
		return tally__fail(error, TALLY_EINVAL, "an empty name; expected 1 to %d bytes",
				   LIMIT_NAME_BYTES);
	if (len > LIMIT_NAME_BYTES)
		return tally__fail(error, TALLY_EINVAL,
				   "a name of more than %d bytes; use a shorter one",
				   LIMIT_NAME_BYTES);
	if (is_plain(name, len)) {
		tally__buf_add(out, name, len);
		return tally__buf_status(out, error);
	}
	tally__buf_init(&whole, (size_t)LIMIT_NAME_BYTES * 3 + 1);
	encode(&whole, name, len, &prefix_len);
	status = tally__buf_status(&whole, error);
	if (status != 0)
		goto out;
	if (whole.len <= COMPONENT_BYTES) {
		tally__buf_add(out, whole.bytes, whole.len);
	} else {
		status = tally__digest(digest, name, len, error);
		if (status != 0)
			goto out;
		tally__buf_add(out, whole.bytes, prefix_len);
		tally__buf_adds(out, "%-");
		tally__buf_adds(out, digest);
	}
	status = tally__buf_status(out, error);
out:
	tally__buf_release(&whole);
	return status;
}

static int hex_value(char c)
{
	const char *digit = c != '\0' ? strchr(hex, c) : NULL;

	return digit ? (int)(digit - hex) : -1;
}

/* False at something that the encoder never writes; a second look (by encoding again) finds what
 * this one lets through. */
static bool decode(struct buf *out, const char *component, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (component[i] == '^') {
			if (i + 1 >= len || component[i + 1] < 'a' || component[i + 1] > 'z')
				return false;
			tally__buf_addc(out, (char)(component[++i] - 'a' + 'A'));
		} else if (component[i] == '%') {
			int high = i + 2 < len ? hex_value(component[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(component[i + 2]) : -1;

			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return false;
			tally__buf_addc(out, (char)(high << 4 | low));
			i += 2;
		} else {
			tally__buf_addc(out, component[i]);
		}
	}
	return true;
}

static bool is_shortened(const char *component, size_t len)
{
	size_t digits = DIGEST_TEXT_BYTES - 1;

	if (len <= digits + 2 || len > COMPONENT_BYTES)
		return false;
	if (memcmp(component + len - digits - 2, "%-", 2) != 0)
		return false;
	return strspn(component + len - digits, hex) == digits;
}

int tally__path_component_decode(struct buf *out, const char *component, struct tally_error *error)
{
	size_t len = strnlen(component, COMPONENT_BYTES + 1);
	struct buf name, again;
	int status;

	if (is_shortened(component, len))
		return tally__fail(error, TALLY_ENOTFOUND,
				   "\"%s\" stands for a name that is too long for a path; the "
				   "record in it has the name",
				   component);
	tally__buf_init(&name, LIMIT_NAME_BYTES);
	tally__buf_init(&again, COMPONENT_BYTES);
	if (len > 0 && len <= COMPONENT_BYTES && decode(&name, component, len)) {
		status = tally__buf_status(&name, error);
		if (status == 0)
			status = tally__path_component(&again, name.bytes, error);
		if (status != 0)
			goto out;
	}
	/* There is one way only to write a name. */
	if (again.len == 0 || again.len != len || memcmp(again.bytes, component, len) != 0) {
		status =
			tally__fail(error, TALLY_EPARSE,
				    "\"%.240s\" is not how a name is written in a path", component);
		goto out;
	}
	tally__buf_add(out, name.bytes, name.len);
	status = tally__buf_status(out, error);
out:
	tally__buf_release(&again);
	tally__buf_release(&name);
	return status;
}
