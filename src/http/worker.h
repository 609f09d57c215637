/* http/worker.h - what the files of the server share: the server, and its threads, each of which
 * waits for its own connections and for new ones. */
#ifndef TALLY_HTTP_WORKER_H
#define TALLY_HTTP_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "http/connection.h"
#include "http/server.h"

/* What is read from a socket at once. */
enum { WORKER_READ_BYTES = 65536 };

struct connection_list {
	struct connection *first, *last;
};

struct worker {
	struct http_server *server;
	pthread_t thread;
	struct poller *poller;
	struct connection_list open;      /* the one whose last step is longest ago comes first */
	struct connection_list lingering; /* the same of those that are done */
	struct connection_list closed;    /* to be freed once no event can refer to them */
	struct turn *spare;
	size_t spare_count;
	int64_t now_ms; /* monotonic, taken once for each wait */
	/* Since when its longest waiting one waits, as told to the other workers. */
	atomic_llong waits_since_ms;
	atomic_uint asked_places; /* that others want to be made free */
	int wake_fds[2];          /* a pipe: it was asked; -1: there are no others */
	bool listening;
	int64_t listens_again_ms; /* after files were short; 0: it does not wait for that */
	bool winding_down;
	int64_t patience_ends_ms;
	int64_t date_unix; /* of `date` */
	char date[HTTP_DATE_BYTES];
	char *bytes; /* WORKER_READ_BYTES */
};

struct http_server {
	struct http_server_options options;
	unsigned short port;
	char *url;
	struct certificate certificate; /* all NULL without TLS */
	struct tls *tls;
	int listen_fd;
	int stop_fds[2]; /* a pipe: when it is closed for writing, all workers wake up */
	size_t max_connections;
	atomic_size_t connection_count;
	atomic_size_t body_bytes; /* held by the bodies of all connections */
	atomic_bool ending;
	pthread_mutex_t lock;  /* for starting workers, and asking them */
	unsigned worker_count; /* started */
	struct worker *workers;
};

/* Starts one more when there are no more than so many, unless all are there or the server ends.  An
 * errno. */
int tally__worker_start(struct http_server *server, size_t busy);
/* Frees what its thread has left. */
void tally__worker_release(struct worker *worker);

void tally__worker_move(struct connection *connection, struct connection_list *from,
			struct connection_list *to);
/* NULL when memory is short. */
struct turn *tally__worker_take_turn(struct worker *worker);
void tally__worker_give_turn(struct worker *worker, struct turn *turn);
/* The Date of an answer. */
const char *tally__worker_date(struct worker *worker);

#endif
