#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/request_head.h"

size_t tally__request_head_len(const char *bytes, size_t len, size_t *scanned)
{
	const char *end = bytes + len;
	const char *at = bytes + *scanned;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (at + 1 < end && at[1] == '\n')
			return (size_t)(at + 2 - bytes);
		if (at + 2 < end && at[1] == '\r' && at[2] == '\n')
			return (size_t)(at + 3 - bytes);
		if (at + 2 >= end)
			break; /* what follows the line's end has yet to come */
		at++;
	}
	*scanned = at != NULL ? (size_t)(at - bytes) : len;
	return 0;
}

bool tally__request_may_start(char byte)
{
	const char text[2] = {byte, '\0'};

	return tally__http_is_token(text);
}

/* ---- the request line ---- */

/* The line that starts at `*at`, cut at its end; *at is moved behind it.  There is an end. */
static char *next_line(char **at, const char *end, size_t *len)
{
	char *line = *at;
	char *feed = memchr(line, '\n', (size_t)(end - line));

	*at = feed + 1;
	if (feed > line && feed[-1] == '\r')
		feed--;
	*feed = '\0';
	*len = (size_t)(feed - line);
	return line;
}

/* Cuts it at its blanks: method, target, and the version, which it returns; NULL: there is none. */
static const char *split_line(struct request_head *out, char *line, size_t len)
{
	char *blank = memchr(line, ' ', len);
	char *last = NULL;

	out->method = line;
	if (blank == NULL)
		return NULL;
	*blank = '\0';
	out->target = blank + 1;
	for (char *at = blank + 1; at < line + len; at++) {
		if (*at == ' ')
			last = at;
	}
	if (last == NULL)
		return NULL;
	*last = '\0';
	return last + 1;
}

static int read_version(struct request_head *out, const char *version, const char **why)
{
	size_t len = strlen(version);

	if (len != 8 || memcmp(version, "HTTP/", 5) != 0 || version[6] != '.' || version[5] < '0' ||
	    version[5] > '9' || version[7] < '0' || version[7] > '9') {
		*why = "The request line does not end in a version such as HTTP/1.1.\n";
		return 400;
	}
	if (version[5] != '1') {
		*why = "The request is of a version of HTTP that this server does not speak; it "
		       "speaks HTTP/1.1.\n";
		return 505;
	}
	out->minor = version[7] == '0' ? 0 : 1;
	return 0;
}

static bool target_is_visible(const char *target)
{
	for (; *target != '\0'; target++) {
		if ((unsigned char)*target <= ' ' || *target == 0x7f)
			return false;
	}
	return true;
}

static int read_line(struct request_head *out, char *line, size_t len, const char **why)
{
	/* Before it is cut. */
	bool has_nul = memchr(line, '\0', len) != NULL;
	const char *version = split_line(out, line, len);

	*why = "The request does not start with a line such as \"GET / HTTP/1.1\".\n";
	if (has_nul) {
		*why = "The request line has a NUL byte.\n";
		return 400;
	}
	if (version == NULL || !tally__http_is_token(out->method) || *out->target == '\0')
		return 400;
	if (!target_is_visible(out->target)) {
		*why = "The target of the request has blanks or control characters in it; they "
		       "have to be percent-encoded.\n";
		return 400;
	}
	return read_version(out, version, why);
}

/* The length of "http://" or "https://" in the beginning; 0: it is none of them. */
static size_t scheme_len(const char *target)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = 0;

		while (schemes[i][len] != '\0' && tally__text_lower(target[len]) == schemes[i][len])
			len++;
		if (schemes[i][len] == '\0')
			return len;
	}
	return 0;
}

/* A whole URL, as proxies are asked (RFC 9112 section 3.2.2), becomes the path and query of it.
 * *authority is the host it names; NULL: it was no URL. */
static int take_url(struct request_head *out, struct arena *arena, const char **authority,
		    const char **why)
{
	const char *host = out->target + scheme_len(out->target);
	const char *rest = host + strcspn(host, "/?#");
	char *target;

	*authority = NULL;
	if (host == out->target)
		return 0;
	if (rest == host || memchr(host, '@', (size_t)(rest - host)) != NULL) {
		*why = "The target of the request is a URL without a host, or with a user in it.\n";
		return 400;
	}
	*authority = tally__arena_memdup(arena, host, (size_t)(rest - host));
	if (*authority == NULL)
		return TALLY_ENOMEM;
	if (*rest == '/') {
		out->target = rest;
		return 0;
	}
	if (*rest == '\0' && strcmp(out->method, "OPTIONS") == 0) {
		out->target = "*"; /* section 3.2.4 */
		return 0;
	}
	target = tally__arena_printf(arena, "/%s", rest);
	if (target == NULL)
		return TALLY_ENOMEM;
	out->target = target;
	return 0;
}

/* The host of the URL counts, whatever the Host says. */
static void put_host(struct http_headers *headers, const char *authority)
{
	for (size_t i = 0; authority != NULL && i < headers->count; i++) {
		if (tally__text_equal_nocase(headers->items[i].name, "Host"))
			headers->items[i].value = authority;
	}
}

/* ---- header lines ---- */

static const char bad_header[] = "The request has a header that is not HTTP.\n";

/* A line of `len` bytes: "Name: value". */
static int read_header(struct request_head *out, struct arena *arena, char *line, size_t len,
		       const char **why)
{
	char *colon = memchr(line, ':', len);
	char *value, *end = line + len;

	*why = bad_header;
	if (line[0] == ' ' || line[0] == '\t') {
		*why = "The request has a header that goes on in another line, which is no longer "
		       "HTTP.\n";
		return 400;
	}
	if (colon == NULL)
		return 400;
	*colon = '\0';
	value = colon + 1;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	if (strlen(line) != (size_t)(colon - line) || !tally__http_is_token(line) ||
	    !tally__http_is_value(value, (size_t)(end - value)))
		return 400;
	return tally__http_header_lend(&out->headers, arena, line, value);
}

/* How often each of those came that may come once. */
struct seen {
	unsigned length, encoding, host;
};

static int read_length(struct request_head *out, const char *value, const char **why)
{
	if (tally__text_to_u64(value, &out->body_bytes))
		return 0;
	*why = "The Content-Length of the request is not a number.\n";
	return 400;
}

static int read_encoding(struct request_head *out, const char *value, const char **why)
{
	out->chunked = tally__text_equal_nocase(value, "chunked");
	if (out->chunked)
		return 0;
	*why = "The request has a Transfer-Encoding that this server does not know; it knows "
	       "chunked.\n";
	return 501;
}

static int interpret(struct request_head *out, const struct http_header *header, struct seen *seen,
		     const char **why)
{
	const char *name = header->name;

	if (tally__text_equal_nocase(name, "Content-Length")) {
		seen->length++;
		return read_length(out, header->value, why);
	}
	if (tally__text_equal_nocase(name, "Transfer-Encoding")) {
		seen->encoding++;
		return read_encoding(out, header->value, why);
	}
	if (tally__text_equal_nocase(name, "Host"))
		seen->host++;
	if (tally__text_equal_nocase(name, "Connection")) {
		if (tally__http_list_has(header->value, "close"))
			out->keeps_alive = false;
		else if (out->minor == 0 && tally__http_list_has(header->value, "keep-alive"))
			out->keeps_alive = true;
	}
	if (tally__text_equal_nocase(name, "Expect")) {
		out->expects_continue = tally__text_equal_nocase(header->value, "100-continue");
		if (!out->expects_continue) {
			*why = "The request expects something else than 100-continue.\n";
			return 417;
		}
	}
	return 0;
}

/* What two readers could take for two different bodies, or hosts. */
static int check_framing(const struct request_head *out, const struct seen *seen, const char **why)
{
	if (seen->length > 0 && seen->encoding > 0)
		*why = "The request has both a Content-Length and a Transfer-Encoding.\n";
	else if (seen->length > 1)
		*why = "The request has more than one Content-Length.\n";
	else if (seen->encoding > 1)
		*why = "The request has more than one Transfer-Encoding.\n";
	else if (seen->encoding > 0 && out->minor == 0)
		*why = "The request is HTTP/1.0, which has no Transfer-Encoding.\n";
	else if (seen->host > 1)
		*why = "The request has more than one Host.\n";
	else if (seen->host == 0 && out->minor > 0)
		*why = "The request has no Host, which HTTP/1.1 wants.\n";
	else
		return 0;
	return 400;
}

static int read_headers(struct request_head *out, struct arena *arena, char *at, const char *end,
			const char **why)
{
	struct seen seen = {0};
	size_t header_bytes = 0;
	int status = 0;

	while (status == 0) {
		size_t len;
		char *line = next_line(&at, end, &len);

		if (len == 0)
			break;
		header_bytes += len + 2;
		if (header_bytes > LIMIT_HEADER_BYTES) {
			*why = "The request has more bytes of headers than this server takes.\n";
			return 431;
		}
		status = read_header(out, arena, line, len, why);
		if (status == 0)
			status = interpret(out, &out->headers.items[out->headers.count - 1], &seen,
					   why);
	}
	return status == 0 ? check_framing(out, &seen, why) : status;
}

int tally__request_head_read(struct request_head *out, struct arena *arena, char *bytes, size_t len,
			     const char **why)
{
	char *at = bytes;
	size_t line_len;
	char *line = next_line(&at, bytes + len, &line_len);
	const char *authority;
	int status;

	*out = (struct request_head){.method = "", .target = ""};
	status = read_line(out, line, line_len, why);
	if (status != 0)
		return status;
	if (strlen(out->target) > LIMIT_TARGET_BYTES) {
		*why = "The target of the request is longer than this server takes.\n";
		return 414;
	}
	status = take_url(out, arena, &authority, why);
	if (status != 0)
		return status;
	out->keeps_alive = out->minor > 0;
	status = read_headers(out, arena, at, bytes + len, why);
	put_host(&out->headers, authority);
	return status;
}

void tally__request_line_glance(struct request_head *out, struct arena *arena, const char *bytes,
				size_t len)
{
	enum { GLANCE_BYTES = 2048 };
	const char *feed = memchr(bytes, '\n', len);
	char *line;

	*out = (struct request_head){.method = "", .target = ""};
	if (feed != NULL)
		len = (size_t)(feed - bytes);
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len > GLANCE_BYTES)
		len = GLANCE_BYTES;
	line = tally__arena_memdup(arena, bytes, len);
	if (line == NULL)
		return;
	split_line(out, line, len);
	if (!tally__http_is_token(out->method))
		*out = (struct request_head){.method = "", .target = ""};
}
