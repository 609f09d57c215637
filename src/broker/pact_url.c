#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "broker/pact_url.h"
#include "format/uri.h"

/* Visible ASCII alone: anything else has to be percent-encoded in a URL. */
static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

/* The length of "http://" or "https://", or 0. */
static size_t scheme_len(const char *text)
{
	if (strncasecmp(text, "http://", 7) == 0)
		return 7;
	return strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
}

static const char *decode(struct arena *arena, const char *text, size_t len)
{
	struct buf buf;
	const char *copy = NULL;

	tally__buf_init(&buf, PACT_URL_BYTES);
	tally__uri_decode(&buf, text, len, false);
	if (buf.status == 0)
		copy = tally__arena_memdup(arena, buf.bytes, buf.len);
	tally__buf_release(&buf);
	return copy;
}

/* "[::1]:8080" or "example.org:8080": the bytes before the port. */
static size_t host_len(const char *authority, size_t len)
{
	const char *end = authority[0] == '[' ? memchr(authority, ']', len) : NULL;
	const char *colon;

	if (end != NULL)
		return (size_t)(end + 1 - authority);
	colon = memchr(authority, ':', len);
	return colon != NULL ? (size_t)(colon - authority) : len;
}

static bool is_port(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return len <= 5;
}

static int split_user(struct pact_url *url, struct arena *arena, const char *text, size_t len,
		      struct tally_error *error)
{
	const char *colon = memchr(text, ':', len);
	size_t user_len = colon != NULL ? (size_t)(colon - text) : len;

	url->user = decode(arena, text, user_len);
	url->password = decode(arena, colon != NULL ? colon + 1 : "",
			       colon != NULL ? len - user_len - 1 : 0);
	return url->user == NULL || url->password == NULL ? tally__fail_nomem(error) : 0;
}

static int no_url(struct tally_error *error, const char *why)
{
	return tally__fail(error, TALLY_EINVAL,
			   "this is no broker's URL: %s; expected http://HOST[:PORT][/PATH] or "
			   "https://…",
			   why);
}

/* The last "@" before the path ends the user information: passwords are not always encoded. */
static const char *find_user_end(const char *authority, size_t len)
{
	while (len > 0) {
		if (authority[--len] == '@')
			return authority + len;
	}
	return NULL;
}

static int split_authority(struct pact_url *url, struct arena *arena, const char *text, size_t len,
			   struct tally_error *error)
{
	const char *at = find_user_end(text, len);
	const char *host = at != NULL ? at + 1 : text;
	size_t whole = len - (size_t)(host - text), bytes = host_len(host, whole);
	int status = 0;

	if (bytes == 0 || (bytes < whole && host[bytes] != ':') ||
	    (bytes < whole && !is_port(host + bytes + 1, whole - bytes - 1)))
		return no_url(error, "its host and port cannot be read");
	if (at != NULL)
		status = split_user(url, arena, text, (size_t)(at - text), error);
	if (status != 0)
		return status;
	if (strncmp(host + bytes, url->secure ? ":443" : ":80", whole - bytes) == 0)
		whole = bytes; /* the port that it would be anyway */
	url->host = tally__arena_memdup(arena, host, bytes);
	url->origin = tally__arena_printf(arena, "%s://%.*s", url->secure ? "https" : "http",
					  (int)whole, host);
	return url->host == NULL || url->origin == NULL ? tally__fail_nomem(error) : 0;
}

int tally__pact_url_parse(struct pact_url *out, struct arena *arena, const char *text,
			  struct tally_error *error)
{
	struct pact_url url = {0};
	size_t start = scheme_len(text), len, path_len;
	int status;

	if (start == 0)
		return no_url(error, "it begins otherwise");
	if (strlen(text) > PACT_URL_BYTES)
		return no_url(error, "it is too long");
	if (!is_plain(text))
		return no_url(error, "it has a character that must be percent-encoded");
	len = strcspn(text + start, "/?#");
	if (strpbrk(text + start + len, "?#") != NULL)
		return no_url(error, "it has a query or a fragment");
	url.secure = start == 8;
	status = split_authority(&url, arena, text + start, len, error);
	if (status != 0)
		return status;
	text += start + len;
	path_len = strlen(text);
	while (path_len > 0 && text[path_len - 1] == '/')
		path_len--;
	url.path = tally__arena_memdup(arena, text, path_len);
	if (url.path == NULL)
		return tally__fail_nomem(error);
	*out = url;
	return 0;
}

/* The path and query of a link; NULL: it has none. */
static const char *path_of(const char *href)
{
	size_t start = scheme_len(href);

	if (start == 0 && strncmp(href, "//", 2) == 0)
		start = 2;
	if (start > 0) {
		href += start;
		href += strcspn(href, "/?#");
		return href;
	}
	/* "mailto:", "file:" and the like. */
	if (href[strcspn(href, ":/?#")] == ':')
		return NULL;
	return href;
}

int tally__pact_url_follow(const char **out, const struct pact_url *broker, struct arena *arena,
			   const char *href, struct tally_error *error)
{
	const char *path = path_of(href);
	size_t prefix = strlen(broker->path), len;
	bool within;

	if (path == NULL || *href == '\0' || !is_plain(href) || strlen(href) > PACT_URL_BYTES)
		return tally__fail(error, TALLY_EPARSE,
				   "the broker links to \"%.200s\", which is no address over HTTP: "
				   "expected http://…, https://… or a path",
				   href);
	len = strcspn(path, "#");
	/* Links carry the path below which the broker is served, unless they are made without it.
	 */
	within = strncmp(path, broker->path, prefix) == 0 &&
		 (path[prefix] == '/' || path[prefix] == '\0' || path[prefix] == '?');
	*out = tally__arena_printf(arena, "%s%s%s%.*s", broker->origin, within ? "" : broker->path,
				   *path == '/' ? "" : "/", (int)len, path);
	return *out == NULL ? tally__fail_nomem(error) : 0;
}

bool tally__pact_url_may_move(const struct pact_url *from, const struct pact_url *to)
{
	if (strcasecmp(from->origin, to->origin) == 0)
		return true;
	return to->secure && !from->secure && strcasecmp(from->host, to->host) == 0;
}

static const char *value_of(const struct pact_variable *variables, size_t count, const char *name,
			    size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(variables[i].name) == len && memcmp(variables[i].name, name, len) == 0)
			return variables[i].value;
	}
	return NULL;
}

static void list_names(struct buf *out, const struct pact_variable *variables, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tally__buf_addf(out, "%s{%s}", i > 0 ? ", " : "", variables[i].name);
}

static int unknown_variable(const char *template, const struct pact_variable *variables,
			    size_t count, struct tally_error *error)
{
	struct buf names;
	int status;

	tally__buf_init(&names, TALLY_ERROR_MESSAGE_BYTES);
	list_names(&names, variables, count);
	status = tally__fail(error, TALLY_EPARSE,
			     "the broker's link \"%.200s\" asks for something unknown: expected %s",
			     template, count > 0 ? names.bytes : "a link without {…}");
	tally__buf_release(&names);
	return status;
}

int tally__pact_url_expand(const char **out, struct arena *arena, const char *template,
			   const struct pact_variable *variables, size_t count,
			   struct tally_error *error)
{
	const char *rest = template, *brace;
	struct buf url;
	int status = 0;

	tally__buf_init(&url, PACT_URL_BYTES);
	while (status == 0 && (brace = strchr(rest, '{')) != NULL) {
		size_t len = strcspn(brace + 1, "}");
		const char *value = value_of(variables, count, brace + 1, len);

		if (brace[1 + len] == '\0' || value == NULL) {
			status = unknown_variable(template, variables, count, error);
			break;
		}
		tally__buf_add(&url, rest, (size_t)(brace - rest));
		tally__uri_encode(&url, value, strlen(value));
		rest = brace + len + 2;
	}
	tally__buf_adds(&url, rest);
	if (status == 0)
		status = tally__buf_status(&url, error);
	if (status == 0) {
		*out = tally__arena_memdup(arena, url.bytes, url.len);
		status = *out == NULL ? tally__fail_nomem(error) : 0;
	}
	tally__buf_release(&url);
	return status;
}
