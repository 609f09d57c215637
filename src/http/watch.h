/* http/watch.h - what an HTTP client's loop waits for besides libcurl's sockets: file descriptors
 * of others, and times.  Part of client.c, which hands the calls on. */
#ifndef TALLY_HTTP_WATCH_H
#define TALLY_HTTP_WATCH_H

#include <stdint.h>

#include "http/client.h"

struct watch {
	int fd; /* negative: a time only */
	unsigned events;
	int64_t deadline_ms; /* 0: none */
	http_client_event *event;
	void *context;
	bool gone; /* while events are told, entries keep their places */
};

struct watches {
	struct watch *items;
	size_t count, capacity;
	size_t live;  /* those not gone */
	bool telling; /* an event is being told */
};

/* As the client's functions.  TALLY_ENOMEM. */
int tally__watches_set(struct watches *watches, const struct watch *watch);
void tally__watches_remove(struct watches *watches, int fd);
void tally__watches_cancel(struct watches *watches, http_client_event *event, const void *context);
void tally__watches_release(struct watches *watches);

/* How long nothing becomes due, at most `most_ms`. */
int tally__watches_wait_ms(const struct watches *watches, int64_t now_ms, int most_ms);

/* Looks, without waiting, what is ready or due at `now_ms`, and tells it. */
void tally__watches_tell(struct watches *watches, int64_t now_ms);

/* Ends all that is there now with HTTP_STOPPED. */
void tally__watches_stop(struct watches *watches);

#endif
