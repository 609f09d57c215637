#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/xml_chars.h"
#include "format/xml_gate.h"

/* The document as a row of code units.  Markup is ASCII in all encodings accepted here. */
struct units {
	const unsigned char *bytes;
	size_t count;
	size_t width; /* 1, or 2 for UTF-16 */
	bool little;
};

/* What is not ASCII looks the same: a letter. */
static char unit_at(const struct units *u, size_t at)
{
	const unsigned char *unit = u->bytes + at * u->width;

	if (at >= u->count) {
		return '\0';
	}
	if (u->width == 2 && unit[u->little ? 1 : 0] != 0) {
		return 'x';
	}
	unit += u->width == 2 && !u->little;
	return *unit < 0x80 ? (char)*unit : 'x';
}

static bool is_at(const struct units *u, size_t at, const char *text)
{
	for (; *text; text++, at++) {
		if (unit_at(u, at) != *text) {
			return false;
		}
	}
	return true;
}

static int fail(const struct units *u, size_t at, struct tally_error *error, int code,
		const char *message)
{
	size_t line = 1;
	size_t column = 1;

	for (size_t i = 0; i < at; i++) {
		column++;
		if (unit_at(u, i) == '\n') {
			line++;
			column = 1;
		}
	}
	return tally__fail_at(error, code, NULL, line, column, "%s", message);
}

/* ---- encodings ---- */

static bool starts_nocase(const struct units *u, size_t at, const char *text)
{
	for (; *text; text++, at++) {
		if (tally__text_lower(unit_at(u, at)) != *text) {
			return false;
		}
	}
	return true;
}

/* Where the name of the declared encoding starts; 0 when none is declared. */
static size_t find_encoding(const struct units *u)
{
	for (size_t i = 0; i < u->count && unit_at(u, i) != '>'; i++) {
		if (!is_at(u, i, "encoding")) {
			continue;
		}
		i += strlen("encoding");
		while (tally__xml_is_blank(unit_at(u, i)) || unit_at(u, i) == '=') {
			i++;
		}
		return i + 1;
	}
	return 0;
}

/* Bytes that are not UTF-8 have to be in an encoding in which ASCII bytes are ASCII characters, or
 * what is looked for here would not be what the parser sees. */
static int check_encoding(const struct units *u, struct tally_error *error)
{
	static const char *const known[] = {
		"utf-8",   "utf8",        "us-ascii", "iso-8859-", "iso_8859-", "latin1",
		"latin-",  "windows-125", "cp125",    "koi8-",     "gb2312",    "gbk",
		"gb18030", "big5",        "euc-",     "shift_jis", "shift-jis", "tis-620"};
	size_t at = find_encoding(u);

	for (size_t i = 0; at > 0 && i < sizeof known / sizeof *known; i++) {
		if (starts_nocase(u, at, known[i])) {
			return 0;
		}
	}
	return fail(u, at, error, TALLY_EPARSE,
		    at > 0 ? "the encoding that the document declares is not supported: expected "
			     "UTF-8, UTF-16, ISO-8859-1 or another one that ASCII is a part of"
			   : "the document is not UTF-8, and declares no other encoding");
}

static bool is_utf16(const unsigned char *bytes, size_t len, bool little)
{
	return len >= 2 && bytes[little ? 1 : 0] == 0 && bytes[little ? 0 : 1] == '<';
}

static int find_units(struct units *u, const char *bytes, size_t len, bool *is_utf8,
		      struct tally_error *error)
{
	const unsigned char *b = (const unsigned char *)bytes;

	*u = (struct units){.bytes = b, .count = len, .width = 1};
	*is_utf8 = tally__utf8_valid_len(bytes, len) == len && !is_utf16(b, len, true) &&
		   !is_utf16(b, len, false);
	if (*is_utf8) {
		return 0;
	}
	u->little = len >= 2 && ((b[0] == 0xFF && b[1] == 0xFE) || is_utf16(b, len, true));
	if (u->little ||
	    (len >= 2 && ((b[0] == 0xFE && b[1] == 0xFF) || is_utf16(b, len, false)))) {
		u->width = 2;
		u->count = len / 2;
		return 0;
	}
	return check_encoding(u, error);
}

/* ---- markup ---- */

/* Behind `end`, or at the end of the document. */
static size_t skip_to(const struct units *u, size_t at, const char *end)
{
	while (at < u->count && !is_at(u, at, end)) {
		at++;
	}
	return at < u->count ? at + strlen(end) : at;
}

/* A tag from behind its '<' to behind its '>'; `bracket` is not allowed in it outside quotes. */
static int skip_tag(const struct units *u, size_t *at, char bracket, struct tally_error *error)
{
	size_t start = *at;
	size_t attributes = 0;
	char quote = '\0';

	for (; *at < u->count; (*at)++) {
		char c = unit_at(u, *at);

		if (quote) {
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			(*at)++;
			return 0;
		} else if (c == bracket) {
			return fail(u, *at, error, TALLY_EPARSE,
				    "the document type has declarations of its own, such as "
				    "entities, which are not accepted: send the document without "
				    "them");
		} else if (c == '=' && ++attributes > LIMIT_XML_ATTRIBUTES) {
			return fail(u, start, error, TALLY_ELIMIT,
				    "an element has too many attributes");
		}
	}
	return 0;
}

static int check_markup(const struct units *u, struct tally_error *error)
{
	size_t at = 0;
	int status = 0;

	while (status == 0 && at < u->count) {
		if (unit_at(u, at) == '\0') {
			return fail(u, at, error, TALLY_EPARSE,
				    "a NUL cannot stand in an XML document");
		}
		if (unit_at(u, at) != '<') {
			at++;
		} else if (is_at(u, at, "<!--")) {
			at = skip_to(u, at + 4, "-->");
		} else if (is_at(u, at, "<![CDATA[")) {
			at = skip_to(u, at, "]]>");
		} else if (is_at(u, at, "<?")) {
			at = skip_to(u, at, "?>");
		} else {
			char bracket = unit_at(u, at + 1) == '!' ? '[' : '\0';

			at++;
			status = skip_tag(u, &at, bracket, error);
		}
	}
	return status;
}

int tally__xml_gate(const char *bytes, size_t len, bool *is_utf8, struct tally_error *error)
{
	struct units u;
	int status = 0;

	if (len > LIMIT_DOCUMENT_BYTES) {
		return tally__fail(error, TALLY_ELIMIT, "an XML document has more than %d bytes",
				   (int)LIMIT_DOCUMENT_BYTES);
	}
	status = find_units(&u, bytes, len, is_utf8, error);
	if (status == 0 && memchr(bytes, '\0', len) && u.width == 1) {
		return tally__fail(error, TALLY_EPARSE, "a NUL cannot stand in an XML document");
	}
	return status == 0 ? check_markup(&u, error) : status;
}
