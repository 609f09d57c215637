/* http/poller.h - waits for many sockets at once: epoll where there is one, poll elsewhere.  A
 * socket that is ready is told again and again until it is not.  Not for two threads at once. */
#ifndef TALLY_HTTP_POLLER_H
#define TALLY_HTTP_POLLER_H

#include <stdbool.h>
#include <stddef.h>

struct poller;

enum { POLLER_READ = 1, POLLER_WRITE = 2, POLLER_SHARED = 4 };

struct poller_event {
	void *data;
	bool readable, writable; /* both when the connection is broken */
};

/* NULL when memory or file descriptors are short. */
struct poller *tally__poller_new(void);
void tally__poller_free(struct poller *poller);

/* `what` is POLLER_READ, POLLER_WRITE, both or none; with POLLER_SHARED one of several pollers that
 * wait for the same socket is woken, where that can be had.  `data` comes back with the events.
 * False when memory is short. */
bool tally__poller_add(struct poller *poller, int fd, unsigned what, void *data);
bool tally__poller_change(struct poller *poller, int fd, unsigned what, void *data);
void tally__poller_remove(struct poller *poller, int fd);

/* Waits until something is ready, or timeout_ms (-1: without end).  How many events it filled; 0
 * also when a signal came. */
size_t tally__poller_wait(struct poller *poller, struct poller_event *events, size_t count,
			  int timeout_ms);

#endif
