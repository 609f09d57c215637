/* http/server.h - an HTTP/1.1 server: a handler is given each whole request and fills the response.
 *
 * Answers go out with the handler's headers, repeated and in order; Date and Connection are added.
 * Content-Length is the body's own: one that the handler sets counts only where no body follows
 * (HEAD, status 304), and if it is a number, there is one, and no "Transfer-Encoding: chunked".
 * "Transfer-Encoding: chunked" is honoured, other values are left out.  A status below 200 cannot
 * end a request and becomes a 500. */
#ifndef TALLY_HTTP_SERVER_H
#define TALLY_HTTP_SERVER_H

#include <stdatomic.h>

#include "http/http.h"

struct http_server;

/* Called once per request, possibly from several threads at once.  `arena` lives until the response
 * was sent: make headers and body there.  A return other than 0 answers with a bare 500. */
typedef int http_server_handler(void *context, const struct http_request *request,
				struct arena *arena, struct http_response *response);

/* A request that the server answered by itself, because it was none that the handler could be given
 * or the handler's answer none that could be sent. */
struct http_refusal {
	const char *method, *target; /* "" when they could not be read */
	int status;                  /* of the answer; 0: there could be none */
	const char *why;             /* a sentence */
};

/* Called once for each of these, before the answer goes out. */
typedef void http_server_refused(void *context, const struct http_refusal *refusal);

struct http_server_options {
	const char *host;         /* NULL: 127.0.0.1; a name or an address, IPv6 too */
	unsigned short port;      /* 0: any free one */
	size_t max_body_bytes;    /* 0: LIMIT_BODY_BYTES; larger requests get a 413 */
	unsigned threads;         /* at most; the first starts at once, others when needed.  0: 1 */
	unsigned max_connections; /* beyond, the one that waits longest is ended.  0: as many as
				     LIMIT_CONNECTIONS and half of the files of the process allow */
	unsigned idle_timeout_s;  /* 0: 30 */
	bool tls;                 /* https, with a certificate that is made for `host` */
	/* Once it is true, a stop that runs, or is yet to come, waits for no client any more. NULL:
	 * it never is. */
	const atomic_bool *hurried;
	http_server_handler *handler;
	http_server_refused *refused; /* NULL: nobody is told */
	void *context;
};

/* Listens and serves in threads of its own until it is stopped.  TALLY_EINVAL (host),
 * TALLY_EUNREACHABLE (cannot bind: says address and port), TALLY_EUNSUPPORTED (GnuTLS cannot be
 * loaded), TALLY_ENOMEM. */
int tally__http_server_start(struct http_server **out, const struct http_server_options *options,
			     struct tally_error *error);
/* "http://127.0.0.1:8080" or "https://…", valid until the server is stopped. */
const char *tally__http_server_url(const struct http_server *server);
/* PEM of the authority that its certificate is signed by; NULL without TLS. */
const char *tally__http_server_authority(const struct http_server *server);
/* Takes no new connections, lets running handlers end and their answers go out (waiting about five
 * seconds for clients that do not read them), then returns.  NULL is fine. */
void tally__http_server_stop(struct http_server *server);
/* The same for several at once, each of which may be NULL.  All end before the first is freed:
 * their handlers may use what another server lends. */
void tally__http_servers_stop(struct http_server *const servers[], size_t count);

#endif
