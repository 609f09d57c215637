/* http/exchange.h - one request under way: what client.c and the files exchange*.c share. */
#ifndef TALLY_HTTP_EXCHANGE_H
#define TALLY_HTTP_EXCHANGE_H

#include "base/buf.h"
#include "http/client.h"
#include "http/curl_api.h"

struct exchange {
	struct exchange *previous, *next; /* in one of the client's lists */
	struct arena arena;               /* owns request and response headers */
	struct http_request request;      /* a copy */
	const char *address;              /* "host:port", for messages */
	bool is_loopback;
	CURL *easy;               /* NULL while it waits in the queue */
	struct curl_slist *lines; /* the request's header lines, lent to `easy` */

	struct http_headers headers; /* received so far */
	size_t header_bytes;         /* of all heads, also of "100 Continue", and trailers */
	unsigned continued_lines;
	bool in_headers;
	bool has_head;          /* the one that the body follows, not that of "100 Continue" */
	bool ends_with_headers; /* the answer has no body, although libcurl would wait for one */
	bool complete;          /* all that was to come is here; libcurl was told to stop */
	struct buf body;
	size_t *held_bytes;         /* the bodies of all of the client's exchanges */
	struct tally_error failure; /* found by our own callbacks */
	int socket_errno;           /* why there is no socket for it; 0: there is */
	char curl_message[CURL_ERROR_SIZE];

	http_client_done *done;
	void *context;
};

/* The scheme, host and port that a URL begins with, which were looked at last: most requests of a
 * client have the same. */
struct origin {
	char *text; /* NULL: none yet */
	size_t len;
	char *address;
	bool is_loopback;
};

void tally__origin_release(struct origin *origin);

/* Checks and copies the request into an empty exchange.  TALLY_EINVAL, TALLY_ENOMEM. */
int tally__exchange_fill(struct exchange *exchange, struct origin *origin,
			 const struct http_request *request, struct tally_error *error);

struct exchange *tally__exchange_new(size_t max_body_bytes, size_t *held_bytes);
/* Empties it for the next request; its handle must be gone. */
void tally__exchange_clear(struct exchange *exchange);
void tally__exchange_free(struct exchange *exchange);

/* ---- exchange_setup.c ---- */

/* What all requests of a client have in common. */
CURLcode tally__exchange_prepare(CURL *easy, const struct http_client_options *options);
/* The rest; undoes what an exchange before has set.  TALLY_ENOMEM, TALLY_EINTERNAL. */
int tally__exchange_set_up(struct exchange *exchange, CURL *easy,
			   const struct http_client_options *options, struct tally_error *error);

/* ---- exchange_receive.c: libcurl's callbacks ---- */

size_t tally__exchange_on_header(char *bytes, size_t size, size_t count, void *exchange);
size_t tally__exchange_on_body(char *bytes, size_t size, size_t count, void *exchange);
int tally__exchange_fail_header(const struct exchange *exchange, struct tally_error *error);

/* ---- exchange_failure.c ---- */

/* Why there is no answer: who did not give it, what was found instead and what to do. */
int tally__exchange_fail(struct exchange *exchange, CURLcode status,
			 const struct http_client_options *options, struct tally_error *error);

/* The connection was closed before the head was complete. */
int tally__exchange_fail_head(const struct exchange *exchange, struct tally_error *error);

/* What came of it, once libcurl is done: 0, or a failure. */
int tally__exchange_outcome(struct exchange *exchange, CURLcode status,
			    const struct http_client_options *options,
			    struct http_response *response, struct tally_error *error);

#endif
