#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/request.h"

struct command {
	struct buf text;
	struct buf part; /* an argument, before it is quoted */
	const struct secrets *secrets;
};

static void command_init(struct command *command, const struct secrets *secrets)
{
	*command = (struct command){.secrets = secrets};
	tally__buf_init(&command->text, LIMIT_COMMAND_BYTES);
	tally__buf_init(&command->part, LIMIT_COMMAND_BYTES);
}

static void command_release(struct command *command)
{
	tally__buf_release(&command->text);
	tally__buf_release(&command->part);
}

/* Appends what is in `part` as an argument, and empties it. */
static void add_part(struct command *command)
{
	tally__text_add_shell(&command->text, command->part.bytes, command->part.len);
	if (command->part.status != 0)
		command->text.status = command->part.status;
	tally__buf_clear(&command->part);
}

static void add_header(struct command *command, const char *name, const char *value)
{
	if (*value == '\0') {
		tally__buf_addf(&command->part, "%s;", name);
	} else {
		tally__buf_addf(&command->part, "%s: ", name);
		tally__secrets_add_header(command->secrets, &command->part, name, value);
	}
	tally__buf_adds(&command->text, " -H ");
	add_part(command);
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

static void add_body(struct command *command, const struct http_request *request)
{
	if (can_be_shown(request->body, request->body_len)) {
		tally__buf_adds(&command->text, " --data-raw ");
		tally__secrets_add_text(command->secrets, &command->part, request->body,
					request->body_len);
		add_part(command);
	} else {
		tally__buf_addf(
			&command->text,
			" --data-binary @BODY # BODY: a file with the %zu bytes of the body",
			request->body_len);
	}
}

static void add_method(struct buf *out, const char *method)
{
	tally__buf_adds(out, " -X ");
	tally__text_add_shell(out, method, strlen(method));
}

static void add_url(struct command *command, const char *url)
{
	if (strstr(url, "/.") != NULL)
		tally__buf_adds(&command->text, " --path-as-is");
	if (strpbrk(url, "[]{}") != NULL)
		tally__buf_adds(&command->text, " --globoff");
	tally__buf_addc(&command->text, ' ');
	tally__secrets_add_text(command->secrets, &command->part, url, strlen(url));
	add_part(command);
}

static void add_command(struct command *command, const struct http_request *request)
{
	const struct http_headers *headers = &request->headers;

	tally__buf_adds(&command->text, "curl -i");
	if (strcmp(request->method, "HEAD") == 0 && request->body_len == 0)
		tally__buf_adds(&command->text, " --head");
	else if (strcmp(request->method, "GET") != 0 || request->body_len > 0)
		add_method(&command->text, request->method);
	for (size_t i = 0; i < headers->count; i++)
		add_header(command, headers->items[i].name, headers->items[i].value);
	if (request->body_len > 0 && tally__http_header_get(headers, "Content-Type") == NULL)
		tally__buf_adds(&command->text, " -H 'Content-Type:'");
	add_url(command, request->target);
	if (request->body_len > 0)
		add_body(command, request);
}

const char *tally__verifier_shown_url(struct arena *arena, const struct secrets *secrets,
				      const char *url)
{
	const char *copy = NULL;
	struct buf shown;

	tally__buf_init(&shown, LIMIT_URL_BYTES * (size_t)2);
	tally__secrets_add_text(secrets, &shown, url, strlen(url));
	if (shown.status == 0)
		copy = tally__arena_memdup(arena, shown.bytes, shown.len);
	tally__buf_release(&shown);
	return copy;
}

const char *tally__verifier_curl(struct arena *arena, const struct secrets *secrets,
				 const struct http_request *request)
{
	const char *copy = NULL;
	struct command command;

	command_init(&command, secrets);
	add_command(&command, request);
	if (command.text.status == 0)
		copy = tally__arena_memdup(arena, command.text.bytes, command.text.len);
	else if (command.text.status == TALLY_ELIMIT)
		copy = "";
	command_release(&command);
	return copy;
}
