/* http/client.h - HTTP requests over libcurl's multi interface: many at once from one thread, over
 * connections that are kept alive.  Redirects are not followed; nothing is added to a request but
 * Host, Content-Length and a User-Agent (unless the request has one); no "Expect: 100-continue", no
 * Content-Type of curl's own. A client belongs to one thread. */
#ifndef TALLY_HTTP_CLIENT_H
#define TALLY_HTTP_CLIENT_H

#include <stdbool.h>

#include "http/http.h"

struct http_client;

struct http_client_options {
	unsigned connect_timeout_ms; /* 0: 10 s */
	unsigned timeout_ms;         /* for a whole exchange; 0: 30 s */
	size_t max_body_bytes;       /* of a response; 0: LIMIT_BODY_BYTES */
	unsigned max_parallel;       /* 0: 8 */
	bool insecure_tls;           /* do not check certificates */
	const char *ca_file;         /* NULL: the system's */
};

/* TALLY_EUNSUPPORTED when libcurl cannot be loaded, TALLY_ENOMEM. */
int tally__http_client_new(struct http_client **out, const struct http_client_options *options,
			   struct tally_error *error);
void tally__http_client_free(struct http_client *client);

/* Called from tally__http_client_run once per exchange.  Either `response` is given (lent, with its
 * arena, until it returns) or `failure` says why not.  May submit further requests. */
typedef void http_client_done(void *context, const struct http_response *response,
			      const struct tally_error *failure);

/* Queues a request (copied).  Only http:// and https:// URLs: TALLY_EINVAL otherwise. TALLY_ENOMEM.
 */
int tally__http_client_submit(struct http_client *client, const struct http_request *request,
			      http_client_done *done, void *context, struct tally_error *error);
/* Runs until nothing is queued or under way, or until *stop becomes true (may be NULL): then what
 * is under way ends with TALLY_ETIMEOUT.  0, or TALLY_EINTERNAL. */
int tally__http_client_run(struct http_client *client, const volatile bool *stop,
			   struct tally_error *error);

/* One exchange, waited for.  The response is made in `arena`.  TALLY_EINVAL (URL),
 * TALLY_EUNREACHABLE (name, connection, TLS, broken answer), TALLY_ETIMEOUT, TALLY_ELIMIT,
 * TALLY_ENOMEM. */
int tally__http_client_send(struct http_client *client, const struct http_request *request,
			    struct arena *arena, struct http_response *response,
			    struct tally_error *error);

#endif
