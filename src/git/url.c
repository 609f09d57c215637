#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "format/uri.h"
#include "git/url.h"

static const struct scheme {
	const char *text;
	enum git_url_kind kind;
	bool always; /* also without ".git" at its end */
} schemes[] = {
	{"git+ssh://", GIT_URL_SSH, true},   {"ssh+git://", GIT_URL_SSH, true},
	{"ssh://", GIT_URL_SSH, true},       {"git+https://", GIT_URL_HTTPS, true},
	{"git+http://", GIT_URL_HTTP, true}, {"https://", GIT_URL_HTTPS, false},
	{"http://", GIT_URL_HTTP, false},
};

static const struct scheme *find_scheme(const char *text)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncasecmp(text, schemes[i].text, strlen(schemes[i].text)) == 0)
			return &schemes[i];
	return NULL;
}

/* "git@host:path", as git takes it: a colon before any slash. */
static bool is_scp_form(const char *text)
{
	size_t len = strcspn(text, ":/");

	return text[len] == ':' && memchr(text, '@', len) != NULL;
}

static bool ends_in_git(const char *text)
{
	size_t len = strcspn(text, "?#");

	while (len > 0 && text[len - 1] == '/')
		len--;
	return len > 4 && strncmp(text + len - 4, ".git", 4) == 0 && text[len - 5] != '/';
}

bool tally__git_url_is(const char *text)
{
	const struct scheme *scheme = find_scheme(text);

	if (!scheme)
		return !strstr(text, "://") && is_scp_form(text);
	return scheme->always || ends_in_git(text + strlen(scheme->text));
}

static int no_url(struct tally_error *error, const char *why)
{
	return tally__fail(error, TALLY_EINVAL,
			   "this is no URL of a git repository: %s; expected "
			   "ssh://[USER@]HOST[:PORT]/PATH, USER@HOST:PATH or "
			   "https://HOST[:PORT]/PATH.git",
			   why);
}

/* Visible ASCII alone: anything else has to be percent-encoded in a URL.  A path after "host:" may
 * have other characters, but none that drive a terminal or end a line. */
static bool is_clean(const char *text, bool is_url)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f ||
		    (is_url && (*text == ' ' || (unsigned char)*text > '~')))
			return false;
	return true;
}

static const char *decode(struct arena *arena, const char *text, size_t len)
{
	const char *copy = NULL;
	struct buf buf;

	tally__buf_init(&buf, GIT_URL_BYTES);
	tally__uri_decode(&buf, text, len, false);
	if (buf.status == 0)
		copy = tally__arena_memdup(arena, buf.bytes ? buf.bytes : "", buf.len);
	tally__buf_release(&buf);
	return copy;
}

/* The last "@" ends it: passwords are not always encoded. */
static size_t user_len(const char *authority, size_t len)
{
	while (len > 0 && authority[len - 1] != '@')
		len--;
	return len;
}

static int take_user(struct git_url *url, struct arena *arena, const char *text, size_t len,
		     struct tally_error *error)
{
	const char *colon = memchr(text, ':', len);
	size_t name_len = colon ? (size_t)(colon - text) : len;

	url->user = decode(arena, text, name_len);
	if (colon)
		url->password = decode(arena, colon + 1, len - name_len - 1);
	if (!url->user || (colon && !url->password))
		return tally__fail_nomem(error);
	if (strpbrk(url->user, "\r\n") || (colon && strpbrk(url->password, "\r\n")))
		return no_url(error, "its user information holds a line end");
	return 0;
}

static bool is_port(const char *text, size_t len)
{
	return len > 0 && len <= 5 && strspn(text, "0123456789") >= len;
}

/* A host that begins with "-" would be an option of ssh. */
static bool is_host(const char *text, size_t len)
{
	if (len == 0 || text[0] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_[]:%",
			    text[i], 68))
			return false;
	return true;
}

static int take_host(struct git_url *url, struct arena *arena, const char *text, size_t len,
		     struct tally_error *error)
{
	const char *bracket = text[0] == '[' ? memchr(text, ']', len) : NULL;
	const char *from = bracket ? bracket : text;
	const char *colon = memchr(from, ':', len - (size_t)(from - text));
	size_t host_len = colon ? (size_t)(colon - text) : len;

	if (!is_host(text, host_len))
		return no_url(error, "its host cannot be read");
	url->host = tally__arena_memdup(arena, text, host_len);
	if (!url->host)
		return tally__fail_nomem(error);
	if (!colon || host_len + 1 == len)
		return 0;
	if (!is_port(colon + 1, len - host_len - 1))
		return no_url(error, "its port is no number");
	url->port = tally__arena_memdup(arena, colon + 1, len - host_len - 1);
	return url->port ? 0 : tally__fail_nomem(error);
}

static const char *const names[] = {"ssh", "http", "https"};
static const char *const ports[] = {"22", "80", "443"};

static int parse_url(struct git_url *url, struct arena *arena, const char *text,
		     struct tally_error *error)
{
	size_t len = strcspn(text, "/?#");
	size_t user = user_len(text, len);
	const char *path = text + len;
	size_t path_len = strlen(path);
	int status = user > 0 ? take_user(url, arena, text, user - 1, error) : 0;

	if (status == 0)
		status = take_host(url, arena, text + user, len - user, error);
	if (status != 0)
		return status;
	if (strpbrk(path, "?#"))
		return no_url(error, "it has a query or a fragment");
	while (path_len > 0 && path[path_len - 1] == '/')
		path_len--;
	if (path_len == 0)
		return no_url(error, "it has no path");
	if (url->port && strcmp(url->port, ports[url->kind]) == 0)
		url->port = NULL;
	url->path = url->kind == GIT_URL_SSH ? decode(arena, path, path_len)
					     : tally__arena_memdup(arena, path, path_len);
	url->shown = tally__arena_printf(arena, "%s://%s%s%s%s%s%.*s", names[url->kind],
					 url->kind == GIT_URL_SSH && url->user ? url->user : "",
					 url->kind == GIT_URL_SSH && url->user ? "@" : "",
					 url->host, url->port ? ":" : "",
					 url->port ? url->port : "", (int)path_len, path);
	return url->path && url->shown ? 0 : tally__fail_nomem(error);
}

static int parse_scp_form(struct git_url *url, struct arena *arena, const char *text,
			  struct tally_error *error)
{
	size_t len = strcspn(text, ":/");
	size_t user = user_len(text, len);

	if (text[len + 1] == '\0')
		return no_url(error, "it has no path");
	if (!is_host(text + user, len - user))
		return no_url(error, "its host cannot be read");
	url->user = tally__arena_memdup(arena, text, user - 1);
	url->host = tally__arena_memdup(arena, text + user, len - user);
	url->path = tally__arena_strdup(arena, text + len + 1);
	url->shown = tally__arena_strdup(arena, text);
	return url->user && url->host && url->path && url->shown ? 0 : tally__fail_nomem(error);
}

int tally__git_url_parse(struct git_url *out, struct arena *arena, const char *text,
			 struct tally_error *error)
{
	const struct scheme *scheme = find_scheme(text);
	struct git_url url = {.kind = scheme ? scheme->kind : GIT_URL_SSH};
	int status;

	if (strlen(text) >= GIT_URL_BYTES)
		return no_url(error, "it is too long");
	if (!is_clean(text, scheme != NULL))
		return no_url(error, "it holds a blank or a character that has to be encoded");
	status = scheme ? parse_url(&url, arena, text + strlen(scheme->text), error)
			: parse_scp_form(&url, arena, text, error);
	if (status != 0)
		return status;
	/* Names of users are arguments of ssh, too. */
	if (url.kind == GIT_URL_SSH && url.user && (!*url.user || url.user[0] == '-'))
		return no_url(error, "its user cannot be read");
	if (url.kind == GIT_URL_SSH && (url.path[0] == '-' || !is_clean(url.path, false)))
		return no_url(error, "its path cannot be read");
	*out = url;
	return 0;
}
