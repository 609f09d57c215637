/* Values that are made anew each time. */
#include "config.h"

#include <string.h>

#include "base/letters.h"
#include "base/text.h"
#include "matching/lint_looks.h"

/* ---- shapes ---- */

/* Whether `text` begins as `shape` says: "9" a digit, "h" a hexadecimal one, "A" a capital letter,
 * "a" a small one, others themselves.  The number of bytes; 0: it does not. */
static size_t shape_len(const char *text, size_t len, const char *shape)
{
	size_t i = 0;

	for (; shape[i]; i++) {
		char c = i < len ? text[i] : '\0';
		bool fits = shape[i] == '9'   ? tally__is_digit(c)
			    : shape[i] == 'h' ? tally__is_hex(c)
			    : shape[i] == 'A' ? tally__is_upper(c)
			    : shape[i] == 'a' ? tally__is_lower(c)
					      : c == shape[i];

		if (!fits)
			return 0;
	}
	return i;
}

static unsigned number_of(const char *digits, size_t len)
{
	unsigned number = 0;

	for (size_t i = 0; i < len; i++)
		number = number * 10 + (unsigned)(digits[i] - '0');
	return number;
}

/* Dates far off ("9999-12-31", "0001-01-01") say "always" and "never", and stay what they are. */
static size_t date_len(const char *text, size_t len)
{
	size_t used = shape_len(text, len, "9999-99-99");

	if (used == 0)
		used = shape_len(text, len, "9999/99/99");
	if (used == 0 || number_of(text, 4) < 2000 || number_of(text, 4) > 2099 ||
	    number_of(text + 5, 2) < 1 || number_of(text + 5, 2) > 12 ||
	    number_of(text + 8, 2) < 1 || number_of(text + 8, 2) > 31)
		return 0;
	return used;
}

/* "Z", "+01:00", "+0100", or nothing. */
static bool is_zone(const char *text, size_t len)
{
	if (len == 0 || (len == 1 && *text == 'Z'))
		return true;
	return (*text == '+' || *text == '-') &&
	       (shape_len(text + 1, len - 1, "99:99") == len - 1 ||
		shape_len(text + 1, len - 1, "9999") == len - 1);
}

static bool is_date_time(const char *text, size_t len)
{
	size_t at = date_len(text, len);

	if (at == 0 || at == len || (text[at] != 'T' && text[at] != ' ') ||
	    shape_len(text + at + 1, len - at - 1, "99:99") == 0 ||
	    number_of(text + at + 1, 2) > 24)
		return false;
	at += 6;
	if (shape_len(text + at, len - at, ":99") > 0) {
		at += 3;
		if (at < len && (text[at] == '.' || text[at] == ','))
			for (at++; at < len && tally__is_digit(text[at]);)
				at++;
	}
	return is_zone(text + at, len - at);
}

/* "Tue, 15 Nov 2026 08:12:31 GMT" */
static bool is_http_date(const char *text, size_t len)
{
	return len == 29 && shape_len(text, len, "Aaa, 99 Aaa 9999 99:99:99 GMT") == len;
}

/* How many different bytes there are, and letters and digits among them. */
struct letters {
	size_t different;
	size_t digits;
	size_t upper;
	size_t lower;
	size_t changes; /* from one kind to another */
};

static int kind_of(char c)
{
	return tally__is_digit(c) ? 1 : tally__is_upper(c) ? 2 : tally__is_lower(c) ? 3 : 0;
}

static struct letters count_letters(const char *text, size_t len)
{
	struct letters found = {0};
	bool seen[256] = {false};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		found.different += !seen[c];
		seen[c] = true;
		found.digits += tally__is_digit(text[i]);
		found.upper += tally__is_upper(text[i]);
		found.lower += tally__is_lower(text[i]);
		found.changes += i > 0 && kind_of(text[i]) != kind_of(text[i - 1]);
	}
	return found;
}

/* "00000000-0000-0000-0000-000000000001" is somebody's choice. */
static bool is_uuid(const char *text, size_t len)
{
	if (len == 45 && shape_len(text, len, "urn:uuid:") > 0) {
		text += 9;
		len -= 9;
	}
	return len == 36 && shape_len(text, len, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") == len &&
	       count_letters(text, len).different > 5;
}

static bool is_all(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++)
		if (kind_of(text[i]) == 0 && !strchr(others, text[i]))
			return false;
	return true;
}

static bool is_all_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!tally__is_hex(text[i]))
			return false;
	return true;
}

/* An ULID ("01ARZ3NDEKTSV4RRFFQ69G5FAV") or an ObjectId (24 hexadecimal digits). */
static bool is_id(const char *text, size_t len)
{
	struct letters found;

	if (len == 26) {
		found = count_letters(text, len);
		return text[0] >= '0' && text[0] <= '7' && found.digits >= 4 && found.upper >= 4 &&
		       found.digits + found.upper == len && !memchr(text, 'I', len) &&
		       !memchr(text, 'L', len) && !memchr(text, 'O', len) &&
		       !memchr(text, 'U', len);
	}
	if (len != 24 || !is_all_hex(text, len))
		return false;
	found = count_letters(text, len);
	return found.digits >= 4 && found.digits < len && found.different > 5;
}

/* Three parts in base64url, of which the first begins as a JSON object does. */
static bool is_jwt(const char *text, size_t len)
{
	size_t dots = 0;

	if (len < 30 || memcmp(text, "eyJ", 3) != 0 || !is_all(text, len, "-_."))
		return false;
	for (size_t i = 0; i < len; i++)
		dots += text[i] == '.';
	return dots == 2;
}

/* Longer ones are contents: a picture, a certificate. */
#define TOKEN_BYTES 1024

/* Words change between capital letters, small ones and digits rarely, random text all the time. */
static bool is_token(const char *text, size_t len)
{
	struct letters found;

	if (len < 32 || len > TOKEN_BYTES)
		return false;
	found = count_letters(text, len);
	if (is_all_hex(text, len))
		return found.digits >= 6 && found.digits < len && found.different > 7 &&
		       (found.upper == 0 || found.lower == 0);
	return len >= 40 && is_all(text, len, "-_+/=.~") && found.digits >= 3 && found.upper >= 3 &&
	       found.lower >= 3 && found.different > 15 && found.changes >= len / 3;
}

enum lint_look tally__lint_look(const char *text, size_t len)
{
	if (is_date_time(text, len))
		return LOOK_DATE_TIME;
	if (len > 0 && date_len(text, len) == len)
		return LOOK_DATE;
	if (is_http_date(text, len))
		return LOOK_HTTP_DATE;
	if (is_uuid(text, len))
		return LOOK_UUID;
	if (is_id(text, len))
		return LOOK_ID;
	if (is_jwt(text, len))
		return LOOK_JWT;
	return is_token(text, len) ? LOOK_TOKEN : LOOK_PLAIN;
}

bool tally__lint_looks_like_epoch(const char *text)
{
	size_t len = strlen(text);

	/* From 2001 to 2033, and no round number. */
	return (len == 10 || len == 13) && *text == '1' && shape_len(text, len, "9999999999") > 0 &&
	       strspn(text, "0123456789") == len && strspn(text + 1, "0") < 5;
}

static bool has_one_of(const char *name, const char *const words[], size_t count)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < count; i++)
		if (tally__text_has_word(name, len, words[i]))
			return true;
	return false;
}

#define HAS_ONE_OF(name, words) has_one_of(name, words, sizeof(words) / sizeof(*(words)))

bool tally__lint_is_time_name(const char *name)
{
	static const char *const words[] = {
		"at",      "time",    "timestamp", "date",  "datetime", "ts",      "exp",
		"expires", "expiry",  "iat",       "nbf",   "created",  "updated", "modified",
		"changed", "started", "finished",  "since", "until",    "from",    "epoch"};

	return HAS_ONE_OF(name, words);
}

/* ---- words for them ---- */

static const struct {
	const char *name, *rule;
} look_words[] = {
	[LOOK_PLAIN] = {"", ""},
	[LOOK_DATE] = {"a date", "a date rule"},
	[LOOK_DATE_TIME] = {"a date and time", "a datetime rule"},
	[LOOK_HTTP_DATE] = {"a date and time", "a regex or type rule"},
	[LOOK_UUID] = {"a UUID", "a regex or type rule"},
	[LOOK_ID] = {"a generated id", "a regex or type rule"},
	[LOOK_JWT] = {"a JSON Web Token", "a regex or type rule"},
	[LOOK_TOKEN] = {"a token or digest", "a regex or type rule"},
	[LOOK_EPOCH] = {"a time", "an integer rule"},
};

const char *tally__lint_look_name(enum lint_look look)
{
	return look_words[look].name;
}

const char *tally__lint_look_rule(enum lint_look look)
{
	return look_words[look].rule;
}
