#include "config.h"

#include <string.h>

#include "base/text.h"
#include "format/mime.h"
#include "format/mime_params.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int fail_malformed(const char *text, struct arena *arena, struct tally_error *error)
{
	return tally__fail(error, TALLY_EPARSE,
			   "expected a media type such as application/json, found \"%s\"",
			   tally__text_shown(arena, text, 100));
}

int tally__mime_parse(struct mime *out, struct arena *arena, const char *text,
		      struct tally_error *error)
{
	struct mime mime = {0};
	const char *cursor = text + strspn(text, " \t\r\n");
	char *sub;
	char *plus;
	int status;

	mime.main = tally__mime_token(&cursor, arena);
	if (!mime.main)
		return tally__fail_nomem(error);
	if (!*mime.main || *cursor++ != '/')
		return fail_malformed(text, arena, error);
	sub = tally__mime_token(&cursor, arena);
	if (!sub)
		return tally__fail_nomem(error);
	if (!*sub)
		return fail_malformed(text, arena, error);
	plus = strrchr(sub, '+');
	if (plus && plus > sub && plus[1]) {
		*plus = '\0';
		mime.suffix = plus + 1;
	}
	mime.sub = sub;
	status = tally__mime_params_parse(&mime.params, &mime.param_count, arena, cursor);
	if (status == TALLY_EPARSE)
		return fail_malformed(text, arena, error);
	if (status != 0)
		return tally__fail_nomem(error);
	*out = mime;
	return 0;
}

void tally__mime_format(struct buf *out, const struct mime *mime)
{
	tally__buf_addf(out, "%s/%s", mime->main, mime->sub);
	if (mime->suffix)
		tally__buf_addf(out, "+%s", mime->suffix);
	for (size_t i = 0; i < mime->param_count; i++)
		tally__buf_addf(out, ";%s=%s", mime->params[i].name, mime->params[i].value);
}

static bool has_suffix(const struct mime *mime, const char *suffix)
{
	return mime->suffix && strcmp(mime->suffix, suffix) == 0;
}

bool tally__mime_is_json(const struct mime *mime)
{
	return strcmp(mime->main, "application") == 0 &&
	       (strncmp(mime->sub, "json", 4) == 0 || has_suffix(mime, "json"));
}

bool tally__mime_is_xml(const struct mime *mime)
{
	return (strcmp(mime->main, "application") == 0 || strcmp(mime->main, "text") == 0) &&
	       (strcmp(mime->sub, "xml") == 0 || has_suffix(mime, "xml"));
}

bool tally__mime_is_graphql(const struct mime *mime)
{
	return strcmp(mime->main, "application") == 0 && strcmp(mime->sub, "graphql") == 0;
}

bool tally__mime_is_form(const struct mime *mime)
{
	return strcmp(mime->main, "application") == 0 &&
	       strcmp(mime->sub, "x-www-form-urlencoded") == 0;
}

bool tally__mime_is_multipart(const struct mime *mime)
{
	return strcmp(mime->main, "multipart") == 0;
}

bool tally__mime_is_text(const struct mime *mime)
{
	return strcmp(mime->main, "text") == 0 || tally__mime_is_json(mime) ||
	       tally__mime_is_xml(mime) || tally__mime_is_form(mime) ||
	       tally__mime_is_graphql(mime);
}

bool tally__mime_is_unknown(const struct mime *mime)
{
	return strcmp(mime->main, "*") == 0 && strcmp(mime->sub, "*") == 0;
}

bool tally__mime_is_binary(const struct mime *mime)
{
	return !tally__mime_is_unknown(mime) && !tally__mime_is_text(mime);
}

struct mime tally__mime_base(const struct mime *mime)
{
	struct mime base = {.main = mime->main, .sub = mime->suffix ? mime->suffix : mime->sub};

	return base;
}

const char *tally__mime_param(const struct mime *mime, const char *name)
{
	return tally__mime_param_find(mime->params, mime->param_count, name);
}

static bool equal_param(const struct mime_param *a, const struct mime_param *b)
{
	if (strcmp(a->name, b->name) != 0)
		return false;
	/* RFC 2046: names of character sets are compared without regard to case. */
	return strcmp(a->name, "charset") == 0 ? tally__text_equal_nocase(a->value, b->value)
					       : strcmp(a->value, b->value) == 0;
}

/* What the boundary of a multipart body is says nothing of the content, and no parameter says
 * anything when it is there again.  They are sorted. */
static bool says_nothing(const struct mime *mime, size_t at)
{
	if (at > 0 && equal_param(&mime->params[at - 1], &mime->params[at]))
		return true;
	return tally__mime_is_multipart(mime) && strcmp(mime->params[at].name, "boundary") == 0;
}

/* The first parameter from `at` on that says something of the content. */
static size_t next_param(const struct mime *mime, size_t at)
{
	while (at < mime->param_count && says_nothing(mime, at))
		at++;
	return at;
}

/* None expected, or all the same. */
static bool params_will_do(const struct mime *expected, const struct mime *actual)
{
	size_t i = next_param(expected, 0);
	size_t j = next_param(actual, 0);

	if (i == expected->param_count)
		return true;
	while (i < expected->param_count && j < actual->param_count) {
		if (!equal_param(&expected->params[i], &actual->params[j]))
			return false;
		i = next_param(expected, i + 1);
		j = next_param(actual, j + 1);
	}
	return i == expected->param_count && j == actual->param_count;
}

static bool equal_names(const struct mime *a, const struct mime *b)
{
	return strcmp(a->main, b->main) == 0 && strcmp(a->sub, b->sub) == 0 &&
	       (a->suffix ? has_suffix(b, a->suffix) : !b->suffix);
}

/* text/xml and application/xml name the same content (RFC 7303). */
static bool is_plain_xml(const struct mime *mime)
{
	return tally__mime_is_xml(mime) && strcmp(mime->sub, "xml") == 0 && !mime->suffix;
}

bool tally__mime_equivalent(const struct mime *expected, const struct mime *actual)
{
	if (!equal_names(expected, actual) && !(is_plain_xml(expected) && is_plain_xml(actual)))
		return false;
	return params_will_do(expected, actual);
}

/* How many bytes of the beginning decide whether content is text. */
enum { SNIFF_BYTES = 32 };

static bool starts_nocase(const char *bytes, size_t len, const char *prefix)
{
	size_t prefix_len = strlen(prefix);

	if (len < prefix_len)
		return false;
	for (size_t i = 0; i < prefix_len; i++)
		if (tally__text_lower(bytes[i]) != prefix[i])
			return false;
	return true;
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/* Whether the first bytes are UTF-8 without NUL; a character cut off by the end is fine. */
static bool looks_like_text(const char *bytes, size_t len)
{
	size_t sniffed = len < SNIFF_BYTES ? len : SNIFF_BYTES;
	size_t valid = tally__utf8_valid_len(bytes, sniffed);

	if (valid < sniffed && (sniffed == len || sniffed - valid > 3))
		return false;
	return memchr(bytes, '\0', sniffed) == NULL;
}

/* A keyword or number that is all there is: "true story" and "12 monkeys" are text. */
static bool is_json_scalar(const char *bytes, size_t len)
{
	static const char *const keywords[] = {"true", "false", "null"};
	size_t digits;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (len == strlen(keywords[i]) && memcmp(bytes, keywords[i], len) == 0)
			return true;
	for (digits = bytes[0] == '-'; digits < len; digits++)
		if ((bytes[digits] < '0' || bytes[digits] > '9') &&
		    (digits == 0 || !strchr(".eE+-", bytes[digits])))
			break;
	return digits == len && len > 0 && bytes[len - 1] >= '0' && bytes[len - 1] <= '9';
}

static bool looks_like_json(const char *bytes, size_t len)
{
	char first = bytes[0];
	size_t next = 1;

	while (len > 0 && is_blank(bytes[len - 1]))
		len--;
	while (next < len && is_blank(bytes[next]))
		next++;
	if (first == '"')
		return len > 1 && bytes[len - 1] == '"';
	if (first == '{')
		return next < len && (bytes[next] == '"' || bytes[next] == '}');
	if (first == '[')
		return next < len && (strchr("\"{[]-tfn", bytes[next]) ||
				      (bytes[next] >= '0' && bytes[next] <= '9'));
	return is_json_scalar(bytes, len);
}

const char *tally__mime_detect(const char *bytes, size_t len)
{
	while (len > 0 && is_blank(*bytes)) {
		bytes++;
		len--;
	}
	if (len == 0)
		return "text/plain";
	if (!looks_like_text(bytes, len))
		return NULL;
	if (starts_nocase(bytes, len, "<?xml"))
		return "application/xml";
	if (starts_nocase(bytes, len, "<!doctype") || starts_nocase(bytes, len, "<html"))
		return "text/html";
	if (bytes[0] == '<' && len > 1 && is_word_char(bytes[1]))
		return "application/xml";
	return looks_like_json(bytes, len) ? "application/json" : "text/plain";
}
