/* http/server_connections.h - the connections that are open to a server, and how they end.
 *
 * libmicrohttpd 0.9.75 uses a null pointer when it refuses a request by itself after it was told to
 * stop.  So it is told only once no connection is left: none is let in any more, those that are
 * open come to the end of what they can read, and what is answered by then goes out. */
#ifndef TALLY_HTTP_SERVER_CONNECTIONS_H
#define TALLY_HTTP_SERVER_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

struct incoming;

struct server_connection {
	int fd;
	bool open;
	struct incoming *incoming; /* the request that is being read or answered */
};

struct server_connections {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct server_connection items[LIMIT_CONNECTIONS];
	size_t arriving; /* let in, but not in `items` yet */
	size_t count;
	bool ending;
};

void tally__connections_init(struct server_connections *connections);
void tally__connections_release(struct server_connections *connections);

/* Whether one more may come; then `enter` follows. */
bool tally__connections_admit(struct server_connections *connections);
/* NULL when there is no room: then the connection is useless, and over for reading and writing. */
struct server_connection *tally__connections_enter(struct server_connections *connections, int fd);
void tally__connections_leave(struct server_connections *connections,
			      struct server_connection *connection);

bool tally__connections_ending(struct server_connections *connections);
/* Waits until all are gone: up to `patience_ms` for answers that go out, then it cuts them off. */
void tally__connections_end(struct server_connections *connections, unsigned patience_ms);

#endif
