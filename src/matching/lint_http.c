/* What HTTP has to say of requests and responses. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "format/uri.h"
#include "matching/lint.h"

/* ---- headers ---- */

/* Whose value is not an application's to choose. */
struct connection_header {
	const char *name;
	bool in_request, in_response;
	const char *whose;
};

static const struct connection_header connection_headers[] = {
	{"Connection", true, true, "the connection"},
	{"Keep-Alive", true, true, "the connection"},
	{"Proxy-Connection", true, true, "the connection"},
	{"Transfer-Encoding", true, true, "the connection"},
	{"TE", true, false, "the connection"},
	{"Trailer", true, true, "the connection"},
	{"Content-Length", true, true, "the connection"},
	{"Host", true, false, "the client"},
	{"User-Agent", true, false, "the client"},
	{"Date", false, true, "the server"},
	{"Server", false, true, "the server"},
	{"X-Powered-By", false, true, "the server"},
	{"Via", true, true, "proxies"},
	{"Age", false, true, "caches"},
};

/* Protocols are changed by means of the headers of the connection. */
static bool is_upgrade(const struct interaction *interaction)
{
	return interaction->response.status == 101 ||
	       tally__header_find(&interaction->request.headers, "Upgrade");
}

static void lint_headers(struct lint *lint, const struct name_values_list *headers, bool is_request)
{
	size_t mark = lint->pointer.len;

	if (is_upgrade(lint->interaction))
		return;
	tally__pointer_add(&lint->pointer, is_request ? "request" : "response");
	tally__pointer_add(&lint->pointer, "headers");
	for (size_t i = 0; i < sizeof(connection_headers) / sizeof(*connection_headers); i++) {
		const struct connection_header *each = &connection_headers[i];
		const struct name_values *found = NULL;

		if (is_request ? each->in_request : each->in_response)
			found = tally__header_find(headers, each->name);
		if (found)
			tally__lint_add(lint, LINT_CONNECTION_HEADER, found->name,
					"%s is a header of %s, and no matter of the two "
					"applications: leave it out",
					each->name, each->whose);
	}
	tally__buf_truncate(&lint->pointer, mark);
}

/* ---- bodies ---- */

static bool is_method(const struct request *request, const char *name)
{
	return strcmp(request->method, name) == 0;
}

static void lint_bodies(struct lint *lint)
{
	const struct request *request = &lint->interaction->request;
	const struct response *response = &lint->interaction->response;
	size_t mark = lint->pointer.len;

	if (request->body.state == BODY_PRESENT &&
	    (is_method(request, "GET") || is_method(request, "HEAD"))) {
		tally__pointer_add(&lint->pointer, "request");
		tally__lint_add(lint, LINT_REQUEST_WITH_BODY, "body",
				"a %s request has no use for a body, and proxies and servers drop "
				"it: put this into the query, or send it by POST",
				request->method);
		tally__buf_truncate(&lint->pointer, mark);
	}
	if (response->body.state != BODY_PRESENT)
		return;
	tally__pointer_add(&lint->pointer, "response");
	if (is_method(request, "HEAD"))
		tally__lint_add(lint, LINT_BODY_NOT_SENT, "body",
				"a response to HEAD is sent without its body, so that no provider "
				"can match this one: leave it out");
	else if (response->status == 204 || response->status == 304 ||
		 (response->status >= 100 && response->status < 200))
		tally__lint_add(lint, LINT_BODY_NOT_SENT, "body",
				"a response with the status %d is sent without a body, so that no "
				"provider can match this one: leave it out, or correct the status",
				response->status);
	tally__buf_truncate(&lint->pointer, mark);
}

/* ---- the path ---- */

/* The first character of a path that is never sent as it is; its length, or 0: there is none. */
static size_t find_unsent(const char *path, const char **out)
{
	size_t len = 1;

	while ((unsigned char)*path > ' ' && (unsigned char)*path < 0x7f)
		path++;
	*out = path;
	if (!*path)
		return 0;
	while (((unsigned char)path[0] & 0x80) && ((unsigned char)path[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* Nobody asks for such a path, unless a rule lets others pass. */
static void lint_unsent(struct lint *lint, const char *path)
{
	const char *from = NULL;
	size_t len = find_unsent(path, &from);
	const char *text = len ? tally__arena_memdup(&lint->arena, from, len) : NULL;
	struct buf sent;

	if (len == 0)
		return;
	tally__buf_init(&sent, LIMIT_DOCUMENT_BYTES);
	tally__uri_encode(&sent, from, len);
	if (!text || sent.status != 0)
		lint->status = TALLY_ENOMEM;
	else
		tally__lint_add(lint, LINT_PATH, "path",
				"the path holds \"%s\", which clients escape: write %s",
				tally__lint_shown(lint, text, 1), sent.bytes);
	tally__buf_release(&sent);
}

static void lint_path(struct lint *lint, const struct request *request)
{
	size_t mark = tally__lint_enter(lint, "request");

	if (*request->path != '/')
		tally__lint_add(lint, LINT_PATH, "path",
				"expected a path that starts with \"/\", found \"%s\"",
				tally__lint_shown(lint, request->path, 100));
	if (strchr(request->path, '?'))
		tally__lint_add(lint, LINT_PATH, "path",
				"the path holds a \"?\": query parameters belong into \"query\"");
	if (strchr(request->path, '#'))
		tally__lint_add(lint, LINT_PATH, "path",
				"the path holds a \"#\", and what follows is never sent: leave it "
				"out, or write %%23");
	lint_unsent(lint, request->path);
	tally__buf_truncate(&lint->pointer, mark);
}

/* ---- types of answers ---- */

/* What the requests to one place are answered with. */
struct answers {
	const char *type;  /* the first one */
	const char *other; /* another, or NULL */
};

/* "GET /orders"; NULL when memory is short. */
static const char *place_of(struct lint *lint, const struct request *request)
{
	const char *place =
		tally__arena_printf(&lint->arena, "Accept %s %s", request->method, request->path);

	if (!place)
		lint->status = TALLY_ENOMEM;
	return place;
}

/* "application/json", or NULL: there is nothing to choose from where the request has failed. */
static const char *type_of(struct lint *lint, const struct response *response)
{
	const char *declared = tally__header_content_type(&response->headers);
	const char *text = NULL;
	struct mime type;
	int status;

	if (response->body.state != BODY_PRESENT || response->status < 200 ||
	    response->status > 299)
		return NULL;
	status = tally__body_type(&type, &response->body, declared, &lint->arena, NULL);
	if (status == 0)
		text = tally__arena_printf(&lint->arena, "%s/%s", type.main, type.sub);
	if (status == TALLY_ENOMEM || (status == 0 && !text))
		lint->status = TALLY_ENOMEM;
	return text;
}

static void gather_type(struct lint *lint)
{
	const char *type = type_of(lint, &lint->interaction->response);
	const char *place = type ? place_of(lint, &lint->interaction->request) : NULL;
	struct answers *answers = NULL;

	if (!place || lint->status != 0)
		return;
	answers = tally__map_get(&lint->seen, place, strlen(place));
	if (!answers) {
		answers = tally__arena_alloc(&lint->arena, sizeof(*answers));
		if (!answers || tally__map_put(&lint->seen, place, strlen(place), answers) != 0) {
			lint->status = TALLY_ENOMEM;
			return;
		}
		answers->type = type;
	} else if (strcmp(answers->type, type) != 0 && !answers->other) {
		answers->other = type;
	}
}

void tally__lint_accept(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;
	const struct answers *answers = NULL;
	const char *place;

	if (interaction->kind != INTERACTION_HTTP || !type_of(lint, &interaction->response) ||
	    tally__header_find(&interaction->request.headers, "Accept"))
		return;
	place = place_of(lint, &interaction->request);
	if (place)
		answers = tally__map_get(&lint->seen, place, strlen(place));
	if (!answers || !answers->other)
		return;
	tally__lint_add(lint, LINT_NO_ACCEPT, "request",
			"requests to this path are answered with %s and with %s, and this one does "
			"not say what it wants: add an Accept header",
			tally__lint_shown(lint, answers->type, 60),
			tally__lint_shown(lint, answers->other, 60));
}

void tally__lint_http(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;

	lint_path(lint, &interaction->request);
	lint_headers(lint, &interaction->request.headers, true);
	lint_headers(lint, &interaction->response.headers, false);
	lint_bodies(lint);
	gather_type(lint);
}
