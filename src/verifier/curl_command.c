#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/request.h"

static bool contains_nocase(const char *text, const char *part)
{
	for (; *text != '\0'; text++) {
		size_t i = 0;

		while (part[i] != '\0' && tally__text_lower(text[i]) == part[i])
			i++;
		if (part[i] == '\0')
			return true;
	}
	return false;
}

/* Headers whose values open doors.  Reports are passed around; these are not to be in them. */
static bool is_secret(const char *name)
{
	static const char *const parts[] = {"authorization", "cookie",  "token",  "secret",
					    "password",      "api-key", "apikey", "session"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (contains_nocase(name, parts[i]))
			return true;
	}
	return false;
}

static void add_header(struct buf *out, const char *name, const char *value)
{
	struct buf line;

	tally__buf_init(&line, out->max_bytes);
	if (*value == '\0')
		tally__buf_addf(&line, "%s;", name);
	else
		tally__buf_addf(&line, "%s: %s", name, is_secret(name) ? "***" : value);
	tally__buf_adds(out, " -H ");
	tally__text_add_shell(out, line.bytes, line.len);
	if (line.status != 0)
		out->status = line.status;
	tally__buf_release(&line);
}

static bool can_be_shown(const char *body, size_t len)
{
	if (len > LIMIT_COMMAND_BODY_BYTES || tally__utf8_valid_len(body, len) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)body[i];

		if (byte < 0x20 || byte == 0x7f)
			return false;
	}
	return true;
}

static void add_body(struct buf *out, const struct http_request *request)
{
	if (can_be_shown(request->body, request->body_len)) {
		tally__buf_adds(out, " --data-raw ");
		tally__text_add_shell(out, request->body, request->body_len);
	} else {
		tally__buf_addf(
			out, " --data-binary @BODY # BODY: a file with the %zu bytes of the body",
			request->body_len);
	}
}

static void add_method(struct buf *out, const char *method)
{
	tally__buf_adds(out, " -X ");
	tally__text_add_shell(out, method, strlen(method));
}

static void add_command(struct buf *out, const struct http_request *request, const char *url)
{
	const struct http_headers *headers = &request->headers;

	tally__buf_adds(out, "curl -i");
	if (strcmp(request->method, "HEAD") == 0 && request->body_len == 0)
		tally__buf_adds(out, " --head");
	else if (strcmp(request->method, "GET") != 0 || request->body_len > 0)
		add_method(out, request->method);
	if (strstr(url, "/.") != NULL)
		tally__buf_adds(out, " --path-as-is");
	if (strpbrk(url, "[]{}") != NULL)
		tally__buf_adds(out, " --globoff");
	for (size_t i = 0; i < headers->count; i++)
		add_header(out, headers->items[i].name, headers->items[i].value);
	if (request->body_len > 0 && tally__http_header_get(headers, "Content-Type") == NULL)
		tally__buf_adds(out, " -H 'Content-Type:'");
	tally__buf_addc(out, ' ');
	tally__text_add_shell(out, url, strlen(url));
	if (request->body_len > 0)
		add_body(out, request);
}

const char *tally__verifier_shown_url(struct arena *arena, const char *url)
{
	const char *authority = strstr(url, "://");
	const char *host = NULL;

	authority = authority != NULL ? authority + 3 : url;
	for (const char *c = authority; *c != '\0' && strchr("/?#", *c) == NULL; c++) {
		if (*c == '@')
			host = c;
	}
	if (host == NULL)
		return tally__arena_strdup(arena, url);
	return tally__arena_printf(arena, "%.*s***%s", (int)(authority - url), url, host);
}

const char *tally__verifier_curl(struct arena *arena, const struct http_request *request,
				 const char *url)
{
	const char *copy = NULL;
	struct buf command;

	tally__buf_init(&command, LIMIT_COMMAND_BYTES);
	add_command(&command, request, url);
	if (command.status == 0)
		copy = tally__arena_memdup(arena, command.bytes, command.len);
	else if (command.status == TALLY_ELIMIT)
		copy = "";
	tally__buf_release(&command);
	return copy;
}
