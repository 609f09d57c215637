#include "config.h"

#include <poll.h>

#include "base/mem.h"
#include "http/watch.h"

#define FIRST_CAPACITY 8

static struct watch *find_fd(const struct watches *watches, int fd)
{
	for (size_t i = 0; i < watches->count; i++) {
		if (watches->items[i].fd == fd && !watches->items[i].gone)
			return &watches->items[i];
	}
	return NULL;
}

int tally__watches_set(struct watches *watches, const struct watch *watch)
{
	struct watch *there = watch->fd >= 0 ? find_fd(watches, watch->fd) : NULL;
	struct watch *items;

	if (there != NULL) {
		*there = *watch;
		return 0;
	}
	items = tally__mem_room(watches->items, watches->count, &watches->capacity, FIRST_CAPACITY,
				sizeof(*items));
	if (items == NULL)
		return TALLY_ENOMEM;
	watches->items = items;
	items[watches->count++] = *watch;
	watches->live++;
	return 0;
}

/* Closes the gaps, which only may be done while nobody counts on the places. */
static void sweep(struct watches *watches)
{
	size_t kept = 0;

	if (watches->telling || watches->live == watches->count)
		return;
	for (size_t i = 0; i < watches->count; i++) {
		if (!watches->items[i].gone)
			watches->items[kept++] = watches->items[i];
	}
	watches->count = kept;
}

static void drop(struct watches *watches, struct watch *watch)
{
	watch->gone = true;
	watches->live--;
}

void tally__watches_remove(struct watches *watches, int fd)
{
	struct watch *watch = fd >= 0 ? find_fd(watches, fd) : NULL;

	if (watch == NULL)
		return;
	drop(watches, watch);
	sweep(watches);
}

void tally__watches_cancel(struct watches *watches, http_client_event *event, const void *context)
{
	for (size_t i = 0; i < watches->count; i++) {
		struct watch *watch = &watches->items[i];

		if (!watch->gone && watch->fd < 0 && watch->event == event &&
		    watch->context == context)
			drop(watches, watch);
	}
	sweep(watches);
}

void tally__watches_release(struct watches *watches)
{
	tally__free(watches->items);
	*watches = (struct watches){0};
}

int tally__watches_wait_ms(const struct watches *watches, int64_t now_ms, int most_ms)
{
	int64_t wait_ms = most_ms;

	for (size_t i = 0; i < watches->count; i++) {
		const struct watch *watch = &watches->items[i];

		if (!watch->gone && watch->deadline_ms != 0 &&
		    watch->deadline_ms - now_ms < wait_ms)
			wait_ms = watch->deadline_ms - now_ms;
	}
	return wait_ms > 0 ? (int)wait_ms : 0;
}

/* One end of a pipe that is closed makes the other neither readable nor writable to poll, but any
 * attempt tells: whoever waits is to try. */
static unsigned look(const struct watch *watch)
{
	struct pollfd polled = {.fd = watch->fd};
	unsigned found = 0;

	if (watch->fd < 0)
		return 0;
	polled.events = (short)((watch->events & HTTP_READABLE ? POLLIN : 0) |
				(watch->events & HTTP_WRITABLE ? POLLOUT : 0));
	if (poll(&polled, 1, 0) <= 0)
		return 0;
	if (polled.revents & POLLIN)
		found |= HTTP_READABLE;
	if (polled.revents & POLLOUT)
		found |= HTTP_WRITABLE;
	if (polled.revents & (POLLHUP | POLLERR | POLLNVAL))
		found |= HTTP_READABLE | HTTP_WRITABLE;
	return found & watch->events;
}

/* The callback may set, remove and cancel whatever it likes, this one too. */
static void tell(struct watches *watches, size_t place, unsigned events)
{
	const struct watch watch = watches->items[place];

	if ((events & (HTTP_DUE | HTTP_STOPPED)) != 0)
		drop(watches, &watches->items[place]);
	watches->telling = true;
	watch.event(watch.context, events);
	watches->telling = false;
}

void tally__watches_tell(struct watches *watches, int64_t now_ms)
{
	/* What is set meanwhile has its turn next time. */
	size_t count = watches->count;

	for (size_t i = 0; i < count; i++) {
		const struct watch *watch = &watches->items[i];
		unsigned events;

		if (watch->gone)
			continue;
		events = look(watch);
		/* Bytes that are there come before the end of the patience with them. */
		if (events == 0 && watch->deadline_ms != 0 && watch->deadline_ms <= now_ms)
			events = HTTP_DUE;
		if (events != 0)
			tell(watches, i, events);
	}
	sweep(watches);
}

void tally__watches_stop(struct watches *watches)
{
	size_t count = watches->count;

	for (size_t i = 0; i < count; i++) {
		if (!watches->items[i].gone)
			tell(watches, i, HTTP_STOPPED);
	}
	sweep(watches);
}
