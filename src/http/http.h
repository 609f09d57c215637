/* http/http.h - a request and a response on the wire, as the client and the server see them.  Names
 * and values of headers are as sent: repeated lines stay repeated, in order. */
#ifndef TALLY_HTTP_HTTP_H
#define TALLY_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct http_header {
	const char *name;
	const char *value;
};

struct http_headers {
	struct http_header *items;
	size_t count, capacity;
};

/* Appends copies made in `arena`.  TALLY_EINVAL for a name that is no token or a value with control
 * characters (header injection), TALLY_ENOMEM. */
int tally__http_header_add(struct http_headers *headers, struct arena *arena, const char *name,
			   const char *value, struct tally_error *error);
/* The first value, without regard to case; NULL when absent. */
const char *tally__http_header_get(const struct http_headers *headers, const char *name);

/* Appends name and value as they are, without a look: they must outlive the list.  TALLY_ENOMEM. */
int tally__http_header_lend(struct http_headers *headers, struct arena *arena, const char *name,
			    const char *value);

/* Is this what the names of methods and headers may be? */
bool tally__http_is_token(const char *text);
/* May a token have this byte? */
bool tally__http_in_token(char byte);
/* Is `word`, in lower case, in a list such as "keep-alive, Upgrade"? */
bool tally__http_list_has(const char *list, const char *word);
/* Is this what the values of headers may be: without control characters, but for tabs? */
bool tally__http_is_value(const char *bytes, size_t len);

struct http_request {
	const char *method;
	const char *target; /* client: the whole URL; server: path and query, undecoded, as sent */
	struct http_headers headers;
	const char *body;
	size_t body_len;
};

struct http_response {
	int status;
	struct http_headers headers;
	const char *body;
	size_t body_len;
};

#endif
