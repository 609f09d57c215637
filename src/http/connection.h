/* http/connection.h - one connection to a server: reads requests, has each answered, and ends.
 *
 * A connection belongs to one worker.  In every idle_timeout_s it has to make a step: the whole
 * head of a request, STEP_BYTES of a body, or as many of an answer that is read; who sends or reads
 * a byte now and then is not kept.  The worker holds its connections in the order of their last
 * steps. */
#ifndef TALLY_HTTP_CONNECTION_H
#define TALLY_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/answer.h"
#include "http/chunked.h"
#include "http/poller.h"
#include "http/request_head.h"
#include "http/tls.h"

struct worker;

enum connection_state {
	CONNECTION_FIRST_BYTE, /* to a server with TLS, which looks at it */
	CONNECTION_HANDSHAKE,
	CONNECTION_HEAD, /* between requests, or in the head of one */
	CONNECTION_BODY,
	CONNECTION_ANSWER, /* the client has to read before the rest goes out */
	CONNECTION_LINGER, /* all is said; what still comes is thrown away, so that it gets read */
	CONNECTION_CLOSED
};

/* A request under way, and its answer.  Used again for the next one. */
struct turn {
	struct turn *next; /* in the worker's list of spare ones */
	struct arena arena;
	struct request_head head;
	struct buf body;
	struct chunked chunked;
	uint64_t left_bytes; /* of a body whose length was announced */
	size_t held_bytes;   /* by the body, as the server counts them */
	struct answer answer;
	size_t sent_bytes;
	bool closing; /* the connection ends after the answer */
};

struct connection {
	struct connection *previous, *next; /* in one of the worker's lists */
	struct worker *worker;
	int fd;
	struct tls_session *session; /* NULL: plain */
	bool speaks_plainly;         /* to a server with TLS */
	bool all_read;               /* nothing more is expected before the end */
	enum connection_state state;
	unsigned waits_for;  /* as the poller knows it */
	int64_t step_ms;     /* when the last step was made */
	size_t step_bytes;   /* since then */
	size_t linger_bytes; /* thrown away */
	struct buf pending;  /* read, and not yet used */
	size_t scanned;      /* of them, for the end of a head */
	struct turn *turn;   /* NULL between requests */
};

/* Takes the socket over; false when memory is short (then it is closed). */
bool tally__connection_open(struct worker *worker, int fd);
/* Goes on with what can be read or written now. */
void tally__connection_ready(struct connection *connection, const struct poller_event *event);
/* It made no step in time. */
void tally__connection_expire(struct connection *connection);
/* Another needs its place. */
void tally__connection_evict(struct connection *connection);
/* The server is to stop: uses what has come already, then ends it, at the latest once the answer
 * went out. */
void tally__connection_wind_down(struct connection *connection);
/* Ends it as it stands. */
void tally__connection_close(struct connection *connection);

void tally__turn_free(struct turn *turn);

#endif
