#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "http/server_connections.h"

/* For libmicrohttpd to notice that a connection was cut off. */
enum { CUT_OFF_MS = 1000 };

void tally__connections_init(struct server_connections *connections)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&connections->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&connections->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void tally__connections_release(struct server_connections *connections)
{
	pthread_cond_destroy(&connections->changed);
	pthread_mutex_destroy(&connections->lock);
}

bool tally__connections_admit(struct server_connections *connections)
{
	bool admitted;

	pthread_mutex_lock(&connections->lock);
	admitted = !connections->ending;
	connections->arriving += admitted;
	pthread_mutex_unlock(&connections->lock);
	return admitted;
}

struct server_connection *tally__connections_enter(struct server_connections *connections, int fd)
{
	struct server_connection *entered = NULL;

	pthread_mutex_lock(&connections->lock);
	connections->arriving--;
	for (size_t i = 0; i < LIMIT_CONNECTIONS && entered == NULL; i++)
		if (!connections->items[i].open)
			entered = &connections->items[i];
	if (entered != NULL) {
		*entered = (struct server_connection){.fd = fd, .open = true};
		connections->count++;
	}
	if (entered == NULL || connections->ending)
		shutdown(fd, entered == NULL ? SHUT_RDWR : SHUT_RD);
	pthread_mutex_unlock(&connections->lock);
	return entered;
}

void tally__connections_leave(struct server_connections *connections,
			      struct server_connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	connection->open = false;
	connections->count--;
	pthread_cond_broadcast(&connections->changed);
	pthread_mutex_unlock(&connections->lock);
}

bool tally__connections_ending(struct server_connections *connections)
{
	bool ending;

	pthread_mutex_lock(&connections->lock);
	ending = connections->ending;
	pthread_mutex_unlock(&connections->lock);
	return ending;
}

/* With the lock held, as the rest.  The sockets are open: they leave before they are closed. */
static void shut(struct server_connections *connections, int how)
{
	for (size_t i = 0; i < LIMIT_CONNECTIONS; i++)
		if (connections->items[i].open)
			shutdown(connections->items[i].fd, how);
}

static bool wait_for_all(struct server_connections *connections, unsigned patience_ms)
{
	struct timespec deadline;
	int status = 0;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += (time_t)(patience_ms / 1000);
	deadline.tv_nsec += (long)(patience_ms % 1000) * 1000000L;
	if (deadline.tv_nsec >= 1000000000L) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000L;
	}
	while (connections->count + connections->arriving > 0 && status != ETIMEDOUT)
		status = pthread_cond_timedwait(&connections->changed, &connections->lock,
						&deadline);
	return connections->count + connections->arriving == 0;
}

void tally__connections_end(struct server_connections *connections, unsigned patience_ms)
{
	pthread_mutex_lock(&connections->lock);
	connections->ending = true;
	shut(connections, SHUT_RD);
	if (!wait_for_all(connections, patience_ms)) {
		shut(connections, SHUT_RDWR);
		wait_for_all(connections, CUT_OFF_MS);
	}
	pthread_mutex_unlock(&connections->lock);
}
