/* bench/client.h - just enough of an HTTP client to measure servers with: the same for all of them.
 * Answers must have a Content-Length. */
#ifndef TALLY_BENCH_CLIENT_H
#define TALLY_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct client_answer {
	int status;
	const char *body;
	size_t body_len;
	size_t len; /* head and body */
	bool closes;
};

/* 1 when a whole answer stands at `bytes`, behind which a NUL stands; 0 when more has to come; -1
 * when it is none that this client reads. */
int client_parse(struct client_answer *out, const char *bytes, size_t len);

/* A connection to this port of the loopback interface; -1 with errno. */
int client_connect(unsigned short port, bool nonblocking);

/* Sends a request and reads its answer into `room`: 0 or -1. */
int client_ask(int fd, const char *request, size_t request_len, char *room, size_t room_len,
	       struct client_answer *answer);

#endif
