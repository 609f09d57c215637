/* http/stream.h - one HTTP exchange at a time whose bodies are too large to be held: what is sent
 * may come from a file, what comes back is read piece by piece.  Connections are kept between them.
 *
 * Time-outs count the time without a byte.  As for client.h otherwise: redirects are not followed,
 * proxies come from the environment. */
#ifndef TALLY_HTTP_STREAM_H
#define TALLY_HTTP_STREAM_H

#include <signal.h>
#include <sys/types.h>

#include "http/client.h"

struct http_stream;

/* Of the client's options, connect_timeout_ms, timeout_ms (here: without a byte), version and those
 * of TLS count; they are copied.  `interrupt` is lent, may be NULL: once it is not 0, whatever
 * waits ends with TALLY_ETIMEOUT.  TALLY_EINVAL, TALLY_EUNSUPPORTED, TALLY_ENOMEM. */
int tally__http_stream_new(struct http_stream **out, const struct http_client_options *options,
			   const volatile sig_atomic_t *interrupt, struct tally_error *error);
void tally__http_stream_free(struct http_stream *stream);

/* Sends a request, after its body the first file_len bytes of `file` (-1: none), and waits for the
 * head of the answer, lent until the next one.  What is left of the answer before is dropped.
 * Errors as for tally__http_client_send. */
int tally__http_stream_begin(struct http_stream *stream, const struct http_request *request,
			     int file, off_t file_len, struct http_response *head,
			     struct tally_error *error);

/* Reads of the answer's body; *got is 0 at its end. */
int tally__http_stream_read(struct http_stream *stream, char *bytes, size_t space, size_t *got,
			    struct tally_error *error);

/* Drops what is left of the answer. */
void tally__http_stream_end(struct http_stream *stream);

#endif
