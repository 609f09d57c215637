/* http/client.h - HTTP requests over libcurl's multi interface: many at once from one thread, over
 * connections that are kept alive.
 *
 * A request goes out as it is: the path's bytes untouched, header lines repeated and in order,
 * redirects not followed, no "Expect: 100-continue".  Nothing is added but Host, Content-Length and
 * a User-Agent (unless the request has one).  Headers that say how the message is framed
 * (Content-Length, Transfer-Encoding) are the client's own business and left out.  Proxies are
 * taken from the environment (http_proxy, no_proxy …) as libcurl does, but never lead to this
 * machine itself (localhost, 127.0.0.1, ::1).
 *
 * Connections are kept and used again.  A request whose kept connection turns out to be closed goes
 * out again over a fresh one, when nothing of an answer had come; none is repeated otherwise.
 *
 * A client belongs to one thread. */
#ifndef TALLY_HTTP_CLIENT_H
#define TALLY_HTTP_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

struct http_client;

enum http_client_version {
	HTTP_CLIENT_ANY,      /* 1.1; over TLS 2 where the server offers it */
	HTTP_CLIENT_HTTP_1_1, /* nothing else */
	HTTP_CLIENT_HTTP_2    /* nothing else; without TLS by prior knowledge */
};

struct http_client_options {
	unsigned connect_timeout_ms; /* 0: 10 s */
	unsigned timeout_ms;         /* for a whole exchange; 0: 30 s */
	size_t max_body_bytes;       /* of a response, when decoded; 0: LIMIT_BODY_BYTES */
	unsigned max_parallel;       /* 0: 8 */
	enum http_client_version version;
	bool decode; /* bodies that came as Content-Encoding says; headers stay as they came */
	/* TLS; files in PEM. */
	bool insecure_tls;               /* do not check certificates */
	const char *ca_option;           /* lent: what gives it, for messages; NULL: "--ca-file" */
	const char *ca_file;             /* NULL: SSL_CERT_FILE's, else the system's */
	const char *client_cert;         /* NULL: none; also PKCS #12 where its name ends so */
	const char *client_key;          /* NULL: with the certificate */
	const char *client_key_password; /* NULL: none */
};

/* The options are copied.  TALLY_EINVAL: a file that is named cannot be read; TALLY_EUNSUPPORTED
 * when libcurl cannot be loaded, TALLY_ENOMEM. */
int tally__http_client_new(struct http_client **out, const struct http_client_options *options,
			   struct tally_error *error);
void tally__http_client_free(struct http_client *client);

/* Called from tally__http_client_run once per exchange.  Either `response` is given (lent until it
 * returns) or `failure` says why not, with the codes of tally__http_client_send.  May submit
 * further requests; must not run, send or free. */
typedef void http_client_done(void *context, const struct http_response *response,
			      const struct tally_error *failure);

/* Checks a URL as submitting a request to it does: TALLY_EINVAL.  *address is its "host:port", made
 * in `arena`.  TALLY_EUNSUPPORTED, TALLY_ENOMEM. */
int tally__http_url_address(const char **address, struct arena *arena, const char *url,
			    struct tally_error *error);

/* Queues a request (copied).  TALLY_EINVAL: a URL that is not http:// or https://, a method that is
 * no token, a header that tally__http_header_add would refuse; TALLY_ENOMEM. */
int tally__http_client_submit(struct http_client *client, const struct http_request *request,
			      http_client_done *done, void *context, struct tally_error *error);

/* What its loop waits for besides: the pipes of child processes, and times. */
enum {
	HTTP_READABLE = 1, /* also: the other side has closed it */
	HTTP_WRITABLE = 2, /* also: nobody reads it any more */
	HTTP_DUE = 4,      /* the time has come */
	HTTP_STOPPED = 8   /* the run ends before anything came */
};

/* Called from tally__http_client_run.  May submit, watch, unwatch and so on, what it was called for
 * too; must not run, send or free. */
typedef void http_client_event(void *context, unsigned events);

/* Waits for `fd` to become what `events` says (HTTP_READABLE, HTTP_WRITABLE, both or none), and
 * says so again and again as long as it is; to be ended with _unwatch before it is closed.  Unless
 * deadline_ms (of the monotonic clock) is 0, HTTP_DUE then ends it.  HTTP_STOPPED ends it always.
 * Of an fd that is watched already, all this is changed.  TALLY_ENOMEM. */
int tally__http_client_watch(struct http_client *client, int fd, unsigned events,
			     int64_t deadline_ms, http_client_event *event, void *context,
			     struct tally_error *error);
void tally__http_client_unwatch(struct http_client *client, int fd);

/* Calls `event` once, with HTTP_DUE at this time of the monotonic clock (one that is past: soon) or
 * with HTTP_STOPPED.  Until then _cancel takes it back.  TALLY_ENOMEM. */
int tally__http_client_at(struct http_client *client, int64_t monotonic_ms,
			  http_client_event *event, void *context, struct tally_error *error);
void tally__http_client_cancel(struct http_client *client, http_client_event *event,
			       const void *context);

/* Ends the exchanges of this context that are queued or under way now (NULL: all) with this
 * failure, as if it had come from the other side; what their callbacks submit stays.  Also from a
 * callback. Watches and times stay. */
void tally__http_client_break_off(struct http_client *client, const void *context,
				  const struct tally_error *failure);

/* Runs until nothing is queued, under way, watched or timed, or until *stop is no longer 0 (`stop`
 * may be NULL): then exchanges end with TALLY_ETIMEOUT, watches and times with HTTP_STOPPED.  0, or
 * TALLY_EINTERNAL (everything has ended with it). */
int tally__http_client_run(struct http_client *client, const volatile sig_atomic_t *stop,
			   struct tally_error *error);

/* One exchange, waited for (with whatever else is queued).  The response is made in `arena`.
 * TALLY_EINVAL (as for submit), TALLY_EUNREACHABLE (no connection: name, address, TLS), TALLY_EIO
 * (the answer broke off or is not HTTP), TALLY_ETIMEOUT, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__http_client_send(struct http_client *client, const struct http_request *request,
			    struct arena *arena, struct http_response *response,
			    struct tally_error *error);

#endif
