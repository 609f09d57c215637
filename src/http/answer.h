/* http/answer.h - a response as bytes for the wire. */
#ifndef TALLY_HTTP_ANSWER_H
#define TALLY_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/request_head.h"

/* "Wed, 01 Sep 2021 00:07:21 GMT". */
#define HTTP_DATE_BYTES 32
void tally__http_date(int64_t unix_seconds, char text[HTTP_DATE_BYTES]);

/* What is sent in turn: the head, the body, and what ends it. */
struct answer {
	struct buf head;
	const char *body; /* lent */
	size_t body_len;
	const char *tail;
	size_t tail_len;
};

/* Makes it for the request with `head`.  Its `head` buffer was initialised, and keeps a failure.
 * `closing`: no other request is served on the connection. */
void tally__answer_make(struct answer *answer, const struct http_response *response,
			const struct request_head *head, bool closing, const char *date);

/* Does the response itself want the connection to end? */
bool tally__answer_closes(const struct http_response *response);

#endif
