#include "config.h"

#include <unistd.h>

#include "base/mem.h"
#include "http/poller.h"

#ifdef HAVE_SYS_EPOLL_H

#include <sys/epoll.h>

struct poller {
	int epoll_fd;
};

struct poller *tally__poller_new(void)
{
	struct poller *poller = tally__malloc(sizeof(*poller));

	if (poller == NULL)
		return NULL;
	poller->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (poller->epoll_fd < 0) {
		tally__free(poller);
		return NULL;
	}
	return poller;
}

void tally__poller_free(struct poller *poller)
{
	if (poller == NULL)
		return;
	close(poller->epoll_fd);
	tally__free(poller);
}

static bool control(struct poller *poller, int operation, int fd, unsigned what, void *data)
{
	struct epoll_event event = {.data.ptr = data};

	if (what & POLLER_READ)
		event.events |= EPOLLIN;
	if (what & POLLER_WRITE)
		event.events |= EPOLLOUT;
	if (what & POLLER_SHARED)
		event.events |= EPOLLEXCLUSIVE;
	return epoll_ctl(poller->epoll_fd, operation, fd, &event) == 0;
}

bool tally__poller_add(struct poller *poller, int fd, unsigned what, void *data)
{
	return control(poller, EPOLL_CTL_ADD, fd, what, data);
}

bool tally__poller_change(struct poller *poller, int fd, unsigned what, void *data)
{
	return control(poller, EPOLL_CTL_MOD, fd, what, data);
}

void tally__poller_remove(struct poller *poller, int fd)
{
	control(poller, EPOLL_CTL_DEL, fd, 0, NULL);
}

enum { BATCH = 64 };

size_t tally__poller_wait(struct poller *poller, struct poller_event *events, size_t count,
			  int timeout_ms)
{
	struct epoll_event ready[BATCH];
	int found =
		epoll_wait(poller->epoll_fd, ready, count < BATCH ? (int)count : BATCH, timeout_ms);

	for (int i = 0; i < found; i++) {
		bool broken = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0;

		events[i] = (struct poller_event){
			.data = ready[i].data.ptr,
			.readable = broken || (ready[i].events & EPOLLIN) != 0,
			.writable = broken || (ready[i].events & EPOLLOUT) != 0};
	}
	return found > 0 ? (size_t)found : 0;
}

#else

#include <poll.h>

struct poller {
	struct pollfd *sockets;
	void **data; /* as many */
	size_t count, socket_capacity, data_capacity;
	size_t next; /* where the next wait begins to look, so that all get their turn */
};

struct poller *tally__poller_new(void)
{
	return tally__calloc(1, sizeof(struct poller));
}

void tally__poller_free(struct poller *poller)
{
	if (poller == NULL)
		return;
	tally__free(poller->sockets);
	tally__free(poller->data);
	tally__free(poller);
}

static short events_of(unsigned what)
{
	return (short)(((what & POLLER_READ) ? POLLIN : 0) | ((what & POLLER_WRITE) ? POLLOUT : 0));
}

static size_t index_of(const struct poller *poller, int fd)
{
	size_t i = 0;

	while (i < poller->count && poller->sockets[i].fd != fd)
		i++;
	return i;
}

bool tally__poller_add(struct poller *poller, int fd, unsigned what, void *data)
{
	struct pollfd *sockets = tally__mem_room(poller->sockets, poller->count,
						 &poller->socket_capacity, 16, sizeof(*sockets));
	void **all;

	if (sockets == NULL)
		return false;
	poller->sockets = sockets;
	all = tally__mem_room(poller->data, poller->count, &poller->data_capacity, 16,
			      sizeof(*all));
	if (all == NULL)
		return false;
	poller->data = all;
	sockets[poller->count] = (struct pollfd){.fd = fd, .events = events_of(what)};
	all[poller->count] = data;
	poller->count++;
	return true;
}

bool tally__poller_change(struct poller *poller, int fd, unsigned what, void *data)
{
	size_t i = index_of(poller, fd);

	if (i == poller->count)
		return false;
	poller->sockets[i].events = events_of(what);
	poller->data[i] = data;
	return true;
}

void tally__poller_remove(struct poller *poller, int fd)
{
	size_t i = index_of(poller, fd);

	if (i == poller->count)
		return;
	poller->count--;
	poller->sockets[i] = poller->sockets[poller->count];
	poller->data[i] = poller->data[poller->count];
}

size_t tally__poller_wait(struct poller *poller, struct poller_event *events, size_t count,
			  int timeout_ms)
{
	size_t filled = 0;

	if (poll(poller->sockets, (nfds_t)poller->count, timeout_ms) <= 0)
		return 0;
	for (size_t i = 0; i < poller->count && filled < count; i++) {
		size_t at = (poller->next + i) % poller->count;
		short ready = poller->sockets[at].revents;
		bool broken = (ready & (POLLERR | POLLHUP | POLLNVAL)) != 0;

		if (ready != 0)
			events[filled++] =
				(struct poller_event){.data = poller->data[at],
						      .readable = broken || (ready & POLLIN) != 0,
						      .writable = broken || (ready & POLLOUT) != 0};
	}
	poller->next = poller->count > 0 ? (poller->next + 1) % poller->count : 0;
	return filled;
}

#endif
