/* http/request_head.h - the head of a request as it comes from the wire: the request line, the
 * header lines, and what they say about the body (RFC 9112).
 *
 * A target that is a whole URL is read as its path and query, and its host as the Host.
 *
 * Lines may end in LF alone.  Beyond that it is strict: what two programs could read in two ways is
 * refused, and says why. */
#ifndef TALLY_HTTP_REQUEST_HEAD_H
#define TALLY_HTTP_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

struct request_head {
	const char *method, *target; /* "" when they could not be read */
	unsigned minor;              /* of the version: HTTP/1.minor */
	struct http_headers headers;
	uint64_t body_bytes; /* announced; 0 when `chunked` */
	bool chunked;
	bool keeps_alive;      /* the connection may serve another request */
	bool expects_continue; /* the body comes once "100 Continue" was sent */
};

/* The length of the head that `bytes` start with, its empty line included; 0: it is not complete.
 * *scanned says how far it was looked through before; 0 in the beginning. */
size_t tally__request_head_len(const char *bytes, size_t len, size_t *scanned);

/* May a request start with this byte? */
bool tally__request_may_start(char byte);

/* Reads a complete head of `len` bytes, into which it writes, and which `out` refers to.  0; the
 * status to refuse it with, with a sentence in *why, and as much of `out` as was read; or
 * TALLY_ENOMEM. */
int tally__request_head_read(struct request_head *out, struct arena *arena, char *bytes, size_t len,
			     const char **why);

/* Method and target of a head that never became complete, as far as they came. */
void tally__request_line_glance(struct request_head *out, struct arena *arena, const char *bytes,
				size_t len);

#endif
