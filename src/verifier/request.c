#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/uri.h"
#include "verifier/request.h"

/* Appends part of a contract's path or query as it stands there; only what cannot stand in a
 * request line, or would end the part, is percent-encoded. */
static void add_raw(struct buf *url, const char *text, const char *also)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte <= 0x20 || byte >= 0x7f || strchr(also, *text) != NULL)
			tally__buf_addf(url, "%%%02X", byte);
		else
			tally__buf_addc(url, *text);
	}
}

static void add_query(struct buf *url, const struct request *request)
{
	char separator = '?';

	if (request->query_text != NULL) {
		if (*request->query_text != '\0')
			tally__buf_addc(url, '?');
		add_raw(url, request->query_text, "#");
		return;
	}
	for (size_t i = 0; i < request->query.count; i++) {
		const struct name_values *parameter = &request->query.items[i];

		for (size_t j = 0; j < parameter->value_count; j++) {
			tally__buf_addc(url, separator);
			separator = '&';
			tally__uri_encode(url, parameter->name, strlen(parameter->name));
			if (parameter->values[j] == NULL)
				continue;
			tally__buf_addc(url, '=');
			tally__uri_encode(url, parameter->values[j], strlen(parameter->values[j]));
		}
	}
}

/* Copies a finished text to the arena and empties the buffer. */
static char *keep_text(struct arena *arena, struct buf *text)
{
	char *copy = text->status == 0 ? tally__arena_memdup(arena, text->bytes, text->len) : NULL;

	tally__buf_release(text);
	return copy;
}

static int make_url(struct http_request *out, struct arena *arena, const struct endpoint *endpoint,
		    const struct request *request, struct tally_error *error)
{
	struct buf url;
	int status;

	tally__buf_init(&url, LIMIT_URL_BYTES);
	tally__buf_adds(&url, endpoint->base);
	if (request->path[0] != '/')
		tally__buf_addc(&url, '/');
	add_raw(&url, request->path, "?#");
	add_query(&url, request);
	status = tally__buf_status(&url, error);
	out->target = keep_text(arena, &url);
	if (status == 0 && out->target == NULL)
		status = tally__fail_nomem(error);
	return status;
}

/* A header of the contract, unless one of the caller's own replaces it. */
static int add_values(struct http_request *out, struct arena *arena,
		      const struct settings *settings, const struct name_values *header,
		      struct tally_error *error)
{
	struct buf joined;
	const char *line;
	int status = 0;

	if (tally__http_header_get(&settings->headers, header->name) != NULL)
		return 0;
	if (header->value_count == 0)
		return tally__http_header_add(&out->headers, arena, header->name, "", error);
	if (!tally__header_is_list(header->name)) {
		for (size_t i = 0; i < header->value_count && status == 0; i++)
			status = tally__http_header_add(&out->headers, arena, header->name,
							header->values[i], error);
		return status;
	}
	/* Lists go out as one line: not every server looks at a second one. */
	tally__buf_init(&joined, LIMIT_HEADER_BYTES);
	for (size_t i = 0; i < header->value_count; i++)
		tally__buf_addf(&joined, "%s%s", i > 0 ? ", " : "", header->values[i]);
	status = tally__buf_status(&joined, error);
	line = keep_text(arena, &joined);
	if (status == 0 && line == NULL)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = tally__http_header_add(&out->headers, arena, header->name, line, error);
	return status;
}

int tally__verifier_headers(struct http_request *out, struct arena *arena,
			    const struct settings *settings, bool json, struct tally_error *error)
{
	int status = 0;

	if (json && tally__http_header_get(&settings->headers, "Content-Type") == NULL)
		status = tally__http_header_add(&out->headers, arena, "Content-Type",
						"application/json", error);
	for (size_t i = 0; i < settings->headers.count && status == 0; i++)
		status = tally__http_header_add(&out->headers, arena,
						settings->headers.items[i].name,
						settings->headers.items[i].value, error);
	return status;
}

/* A null body is sent as JSON's null where the request is JSON, and else as none. */
static int add_body(struct http_request *out, struct arena *arena, const struct request *request,
		    struct tally_error *error)
{
	const char *declared = tally__header_content_type(&request->headers);
	struct mime type;
	int status;

	if (request->body.state == BODY_PRESENT)
		return tally__body_bytes(&request->body, arena, &out->body, &out->body_len, error);
	if (request->body.state != BODY_NULL)
		return 0;
	status = tally__body_type(&type, &request->body, declared, arena, error);
	if (status == 0 && tally__mime_is_json(&type)) {
		out->body = "null";
		out->body_len = 4;
	}
	return status;
}

static int make_http_request(struct http_request *out, struct arena *arena,
			     const struct settings *settings, const struct endpoint *endpoint,
			     const struct request *request, struct tally_error *error)
{
	int status = make_url(out, arena, endpoint, request, error);

	out->method = request->method;
	for (size_t i = 0; i < request->headers.count && status == 0; i++)
		status = add_values(out, arena, settings, &request->headers.items[i], error);
	if (status == 0)
		status = tally__verifier_headers(out, arena, settings, false, error);
	if (status == 0)
		status = add_body(out, arena, request, error);
	return status;
}

/* Puts a JSON document into a request; takes `document`, which is NULL when memory was short. */
static int take_json_body(struct http_request *out, struct arena *arena, cJSON *document,
			  struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int status;

	if (document == NULL)
		return tally__fail_nomem(error);
	status = tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, error);
	cJSON_Delete(document);
	if (status != 0)
		return status;
	out->body = tally__arena_memdup(arena, text, len);
	out->body_len = len;
	tally_free(text);
	return out->body != NULL ? 0 : tally__fail_nomem(error);
}

/* A state without parameters has no such member: what asks for messages elsewhere has none. */
static int put_params(cJSON *item, const struct provider_state *state)
{
	if (state->params == NULL || state->params->child == NULL)
		return 0;
	return tally__json_put(item, "params", tally__json_clone(state->params));
}

static int put_states(cJSON *document, const struct interaction *interaction)
{
	cJSON *states;
	int status = 0;

	if (interaction->state_count == 0)
		return 0;
	states = cJSON_CreateArray();
	for (size_t i = 0; i < interaction->state_count && status == 0; i++) {
		const struct provider_state *state = &interaction->states[i];
		cJSON *item = cJSON_CreateObject();

		status = tally__json_put(item, "name", cJSON_CreateString(state->name));
		if (status == 0)
			status = put_params(item, state);
		if (status != 0)
			cJSON_Delete(item);
		else
			status = tally__json_append(states, item);
	}
	if (status != 0) {
		cJSON_Delete(states);
		return status;
	}
	return tally__json_put(document, "providerStates", states);
}

/* The request message of a synchronous interaction, in the form of a V4 file. */
static int put_request_message(cJSON *document, const struct interaction *interaction,
			       struct tally_error *error)
{
	cJSON *written = NULL;
	int status = tally__interaction_write(interaction, TALLY_SPEC_V4, &written, error);

	if (status != 0)
		return status;
	status = tally__json_put(document, "request",
				 cJSON_DetachItemFromObjectCaseSensitive(written, "request"));
	cJSON_Delete(written);
	return status;
}

int tally__verifier_message_body(struct http_request *out, struct arena *arena,
				 const struct interaction *interaction, struct tally_error *error)
{
	cJSON *document;
	int status;

	tally__json_setup();
	document = cJSON_CreateObject();
	status = tally__json_put(document, "description",
				 cJSON_CreateString(interaction->description));
	if (status == 0)
		status = put_states(document, interaction);
	if (status == 0 && interaction->kind == INTERACTION_SYNC_MESSAGE)
		status = put_request_message(document, interaction, error);
	if (status != 0) {
		cJSON_Delete(document);
		return status == TALLY_ENOMEM ? tally__fail_nomem(error) : status;
	}
	return take_json_body(out, arena, document, error);
}

/* Messages are asked for over HTTP: the provider is told which one, and answers with its content.
 */
static int make_message_request(struct http_request *out, struct arena *arena,
				const struct settings *settings, const struct endpoint *endpoint,
				const struct interaction *interaction, struct tally_error *error)
{
	int status = tally__verifier_message_body(out, arena, interaction, error);

	out->method = "POST";
	out->target = endpoint->url;
	return status != 0 ? status : tally__verifier_headers(out, arena, settings, true, error);
}

int tally__verifier_request(struct http_request *out, struct arena *arena,
			    const struct settings *settings, const struct interaction *interaction,
			    struct tally_error *error)
{
	const struct endpoint *endpoint = tally__endpoint_of(&settings->endpoints, interaction);
	int status;

	*out = (struct http_request){0};
	if (endpoint == NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "it is asked for over HTTP, but the provider's URL was not "
				   "given: say where it listens, or leave such interactions out");
	if (interaction->kind == INTERACTION_HTTP)
		status = make_http_request(out, arena, settings, endpoint, &interaction->request,
					   error);
	else
		status = make_message_request(out, arena, settings, endpoint, interaction, error);
	if (status == 0 && tally__secrets_learn_request(settings->secrets, out) != 0)
		status = tally__fail_nomem(error);
	return status;
}
