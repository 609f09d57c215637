#include "config.h"

#include "consumer/response.h"

/* Values that commas separate go out in one line, others in a line each. */
static int add_header(struct http_response *out, struct arena *arena,
		      const struct name_values *item, struct tally_error *error)
{
	bool is_list = tally__header_is_list(item->name);
	const char *line = NULL;
	int status = 0;

	for (size_t i = 0; i < item->value_count && status == 0; i++) {
		line = line && is_list ? tally__arena_printf(arena, "%s, %s", line, item->values[i])
				       : item->values[i];
		if (!line)
			return tally__fail_nomem(error);
		if (!is_list || i + 1 == item->value_count)
			status = tally__http_header_add(&out->headers, arena, item->name, line,
							error);
	}
	return status;
}

int tally__response_prepare(struct http_response *out, struct arena *arena,
			    const struct response *response, struct tally_error *error)
{
	int status = 0;

	out->status = response->status;
	for (size_t i = 0; i < response->headers.count && status == 0; i++)
		status = add_header(out, arena, &response->headers.items[i], error);
	if (status == 0 && response->body.state == BODY_PRESENT)
		status = tally__body_bytes(&response->body, arena, &out->body, &out->body_len,
					   error);
	return status;
}

int tally__response_generate(struct http_response *out, struct arena *arena,
			     const struct responder_entry *entry,
			     const struct generator_context *context, struct generated *made)
{
	const struct response *written = &entry->interaction->response;
	struct response response;
	int status = tally__generate_response(&response, made, written, entry->generators, context,
					      NULL);

	if (status == 0)
		status = tally__response_prepare(out, arena, &response, NULL);
	/* Bytes that were generated are released before they are sent. */
	if (status == 0 && out->body_len > 0 && response.body.bytes != written->body.bytes) {
		out->body = tally__arena_memdup(arena, out->body, out->body_len);
		status = out->body ? 0 : TALLY_ENOMEM;
	}
	return status;
}

int tally__response_add_cors(struct http_response *response, struct arena *arena,
			     const struct http_request *request)
{
	const char *origin = tally__http_header_get(&request->headers, "Origin");
	const char *asked =
		tally__http_header_get(&request->headers, "Access-Control-Request-Headers");
	const struct http_header headers[] = {
		{"Access-Control-Allow-Origin", origin ? origin : "*"},
		{"Access-Control-Allow-Headers", asked ? asked : "*"},
		{"Access-Control-Allow-Methods",
		 "GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH"},
		{"Access-Control-Expose-Headers", "Location, Link"},
		{"Access-Control-Allow-Credentials", "true"},
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers) && status == 0; i++)
		if (!tally__http_header_get(&response->headers, headers[i].name))
			status = tally__http_header_add(&response->headers, arena, headers[i].name,
							headers[i].value, NULL);
	return status;
}
