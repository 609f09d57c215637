#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/received.h"

/* Everything that is shown or written later has to be UTF-8; what is not cannot match anyway. */
const char *tally__received_text(struct arena *arena, const char *bytes, size_t len)
{
	struct buf printable;
	const char *copy;

	if (tally__utf8_valid_len(bytes, len) == len)
		return tally__arena_memdup(arena, bytes, len);
	tally__buf_init(&printable, (size_t)LIMIT_HEADER_BYTES * 8);
	tally__text_add_printable(&printable, bytes, len, 0);
	copy = printable.status ? NULL : tally__arena_memdup(arena, printable.bytes, printable.len);
	tally__buf_release(&printable);
	return copy;
}

static int read_headers(struct request *out, struct arena *arena,
			const struct http_headers *received)
{
	for (size_t i = 0; i < received->count; i++) {
		const struct http_header *header = &received->items[i];
		char *name = tally__arena_strdup(arena, header->name);
		const char *value =
			tally__received_text(arena, header->value, strlen(header->value));

		if (!name || !value)
			return TALLY_ENOMEM;
		for (char *c = name; *c; c++)
			*c = tally__text_lower(*c);
		if (tally__header_add(&out->headers, arena, name, value) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

int tally__received_request(struct request *out, struct arena *arena,
			    const struct http_request *received)
{
	size_t path_len = strcspn(received->target, "?");
	const char *query = received->target + path_len;
	struct request request = {0};

	request.method = tally__received_text(arena, received->method, strlen(received->method));
	request.path = tally__received_text(arena, received->target, path_len);
	if (*query == '?')
		query = tally__received_text(arena, query + 1, strlen(query + 1));
	if (!request.method || !request.path || !query ||
	    tally__query_parse(&request.query, arena, query) != 0 ||
	    read_headers(&request, arena, &received->headers) != 0)
		return TALLY_ENOMEM;
	request.body.state = received->body_len > 0 ? BODY_PRESENT : BODY_EMPTY;
	if (received->body_len > 0) {
		request.body.bytes = received->body;
		request.body.len = received->body_len;
	}
	*out = request;
	return 0;
}
