/* http/exchange.h - one request under way: what client.c and exchange.c share. */
#ifndef TALLY_HTTP_EXCHANGE_H
#define TALLY_HTTP_EXCHANGE_H

#include "base/buf.h"
#include "http/client.h"
#include "http/curl_api.h"

struct exchange {
	struct exchange *previous, *next; /* in one of the client's two lists */
	struct arena arena;               /* owns request and response headers */
	struct http_request request;      /* a copy */
	const char *address;              /* "host:port", for messages */
	CURL *easy;                       /* NULL while it waits in the queue */
	struct curl_slist *lines;         /* the request's header lines, lent to `easy` */
	struct http_headers headers;      /* received so far */
	size_t header_bytes;
	unsigned continued_lines;
	bool in_headers;
	bool ends_with_headers; /* the answer has no body, although libcurl would wait for one */
	bool complete;          /* all that was to come is here; libcurl was told to stop */
	struct buf body;
	struct tally_error failure; /* found by our own callbacks */
	char curl_message[CURL_ERROR_SIZE];
	http_client_done *done;
	void *context;
};

/* Checks and copies the request.  TALLY_EINVAL, TALLY_ENOMEM. */
int tally__exchange_new(struct exchange **out, const struct http_request *request,
			size_t max_body_bytes, struct tally_error *error);
void tally__exchange_free(struct exchange *exchange);

/* Makes the handle that libcurl is to perform.  TALLY_ENOMEM. */
int tally__exchange_start(struct exchange *exchange, const struct http_client_options *options,
			  struct tally_error *error);

/* What came of it, once libcurl is done: 0, or a code and a message that says who did not answer
 * and what to do. */
int tally__exchange_outcome(struct exchange *exchange, CURLcode status,
			    const struct http_client_options *options,
			    struct http_response *response, struct tally_error *error);

#endif
