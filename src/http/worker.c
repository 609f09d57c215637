#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "base/time.h"
#include "http/worker.h"

enum {
	EVENTS = 64,
	ACCEPTS = 64, /* before the connections that are there get their turn */
	SPARE_TURNS = 8,
	SPARE_BODY_BYTES = 65536,
	LINGER_MS = 1000,
	LINGER_AT_END_MS = 200,
	SHORTAGE_MS = 100,       /* until it is tried again whether there are files */
	STOP_PATIENCE_MS = 5000, /* for clients that do not read their answers */
	STOP_LOOK_MS = 20        /* how often a stop looks whether it has to hurry */
};

/* ---- lists ---- */

void tally__worker_move(struct connection *connection, struct connection_list *from,
			struct connection_list *to)
{
	if (from != NULL) {
		*(connection->previous ? &connection->previous->next : &from->first) =
			connection->next;
		*(connection->next ? &connection->next->previous : &from->last) =
			connection->previous;
	}
	connection->previous = to->last;
	connection->next = NULL;
	*(to->last ? &to->last->next : &to->first) = connection;
	to->last = connection;
}

static void bury(struct worker *worker)
{
	while (worker->closed.first != NULL) {
		struct connection *connection = worker->closed.first;

		worker->closed.first = connection->next;
		tally__buf_release(&connection->pending);
		tally__free(connection);
	}
	worker->closed.last = NULL;
}

/* ---- what connections take from their worker ---- */

void tally__turn_free(struct turn *turn)
{
	if (turn == NULL)
		return;
	tally__arena_release(&turn->arena);
	tally__buf_release(&turn->body);
	tally__buf_release(&turn->answer.head);
	tally__free(turn);
}

struct turn *tally__worker_take_turn(struct worker *worker)
{
	struct turn *turn = worker->spare;

	if (turn != NULL) {
		worker->spare = turn->next;
		worker->spare_count--;
		return turn;
	}
	turn = tally__calloc(1, sizeof(*turn));
	if (turn == NULL)
		return NULL;
	tally__arena_init(&turn->arena, 0);
	tally__buf_init(&turn->body, worker->server->options.max_body_bytes);
	tally__buf_init(&turn->answer.head, SIZE_MAX - 1);
	return turn;
}

void tally__worker_give_turn(struct worker *worker, struct turn *turn)
{
	struct turn kept;

	if (turn == NULL)
		return;
	atomic_fetch_sub(&worker->server->body_bytes, turn->held_bytes);
	if (worker->spare_count >= SPARE_TURNS) {
		tally__turn_free(turn);
		return;
	}
	tally__arena_clear(&turn->arena);
	tally__buf_clear(&turn->body);
	if (turn->body.capacity > SPARE_BODY_BYTES)
		tally__buf_release(&turn->body);
	tally__buf_clear(&turn->answer.head);
	if (turn->answer.head.capacity > SPARE_BODY_BYTES)
		tally__buf_release(&turn->answer.head);
	kept = (struct turn){.next = worker->spare,
			     .arena = turn->arena,
			     .body = turn->body,
			     .answer = {.head = turn->answer.head}};
	*turn = kept;
	worker->spare = turn;
	worker->spare_count++;
}

const char *tally__worker_date(struct worker *worker)
{
	int64_t now = tally__time_now_unix();

	if (now != worker->date_unix || worker->date[0] == '\0') {
		tally__http_date(now, worker->date);
		worker->date_unix = now;
	}
	return worker->date;
}

/* ---- new connections ---- */

static struct connection *longest_waiting(const struct worker *worker)
{
	return worker->lingering.first != NULL ? worker->lingering.first : worker->open.first;
}

/* Those that are done come before all that are not. */
static void tell_waiting(struct worker *worker)
{
	const struct connection *oldest = longest_waiting(worker);
	long long since = LLONG_MAX;

	if (oldest != NULL)
		since = worker->lingering.first != NULL ? LLONG_MIN + oldest->step_ms
							: oldest->step_ms;
	atomic_store(&worker->waits_since_ms, since);
}

/* Asks the worker whose connection waits longest to make room; false: it is this one. */
static bool ask_other(struct worker *worker)
{
	struct http_server *server = worker->server;
	struct worker *chosen = worker;

	tell_waiting(worker);
	pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < server->worker_count; i++) {
		struct worker *each = &server->workers[i];

		if (atomic_load(&each->waits_since_ms) < atomic_load(&chosen->waits_since_ms))
			chosen = each;
	}
	pthread_mutex_unlock(&server->lock);
	if (chosen == worker)
		return false;
	atomic_fetch_add(&chosen->asked_places, 1);
	/* A pipe that is full wakes it as well. */
	(void)!write(chosen->wake_fds[1], "", 1);
	return true;
}

static bool evict(struct worker *worker)
{
	struct connection *oldest = longest_waiting(worker);

	if (oldest == NULL)
		return false;
	tally__connection_evict(oldest);
	return true;
}

/* There are so many connections.  Others may be in the middle of something long: when too many are
 * on their way, one of its own has to go. */
static void make_room(struct worker *worker, size_t connections)
{
	const struct http_server *server = worker->server;

	if (connections >= server->max_connections + server->options.threads || !ask_other(worker))
		evict(worker);
}

static void stop_listening(struct worker *worker)
{
	if (worker->listening)
		tally__poller_remove(worker->poller, worker->server->listen_fd);
	worker->listening = false;
}

static bool listen_again(struct worker *worker)
{
	worker->listening = tally__poller_add(worker->poller, worker->server->listen_fd,
					      POLLER_READ | POLLER_SHARED, worker->server);
	/* What was short may be short still. */
	worker->listens_again_ms = worker->listening ? 0 : worker->now_ms + SHORTAGE_MS;
	return worker->listening;
}

/* Files or memory of the system are short: the one that waits longest makes room, or the new ones
 * wait, in the system's queue. */
static bool survive_shortage(struct worker *worker)
{
	if (!ask_other(worker) && evict(worker))
		return true;
	stop_listening(worker);
	worker->listens_again_ms = worker->now_ms + SHORTAGE_MS;
	return false;
}

static void take_in(struct worker *worker, int fd)
{
	struct http_server *server = worker->server;
	size_t others = atomic_fetch_add(&server->connection_count, 1);

	/* Others may take one in at the same moment, or have yet to make room: there may be two too
	 * many for each thread. */
	if (others >= server->max_connections)
		make_room(worker, others);
	/* A client alone, as tests often are, is served without the cost of a second thread. */
	tally__worker_start(server, others);
	if (!tally__connection_open(worker, fd))
		atomic_fetch_sub(&server->connection_count, 1);
}

static void accept_some(struct worker *worker, size_t most)
{
	while (most-- > 0) {
		int fd = accept4(worker->server->listen_fd, NULL, NULL,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take_in(worker, fd);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			   errno == ENOBUFS) {
			if (!survive_shortage(worker))
				return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* Others have taken connections in, or could not for want of files.  What waits longest may have
 * changed since. */
static void make_asked_room(struct worker *worker)
{
	char bytes[64];
	unsigned count;

	while (read(worker->wake_fds[0], bytes, sizeof(bytes)) > 0)
		;
	count = atomic_exchange(&worker->asked_places, 0);
	for (unsigned i = 0; i < count; i++) {
		if (!ask_other(worker))
			evict(worker);
	}
	if (worker->listening)
		accept_some(worker, count);
}

/* ---- time ---- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t idle_ms(const struct worker *worker)
{
	return (int64_t)worker->server->options.idle_timeout_s * 1000;
}

static int64_t linger_ms(const struct worker *worker)
{
	return worker->winding_down ? LINGER_AT_END_MS : LINGER_MS;
}

/* How long to wait for events; -1: until there is one. */
static int wait_ms(const struct worker *worker)
{
	int64_t end = INT64_MAX;

	if (worker->open.first != NULL)
		end = worker->open.first->step_ms + idle_ms(worker);
	if (worker->lingering.first != NULL)
		end = earlier(end, worker->lingering.first->step_ms + linger_ms(worker));
	if (worker->listens_again_ms != 0)
		end = earlier(end, worker->listens_again_ms);
	if (worker->winding_down)
		end = earlier(end, worker->now_ms + STOP_LOOK_MS);
	if (end == INT64_MAX)
		return -1;
	end -= worker->now_ms;
	return end < 0 ? 0 : (int)earlier(end + 1, 60000);
}

static void expire(struct worker *worker)
{
	struct connection *connection;

	while ((connection = worker->open.first) != NULL &&
	       worker->now_ms - connection->step_ms >= idle_ms(worker))
		tally__connection_expire(connection);
	while ((connection = worker->lingering.first) != NULL &&
	       worker->now_ms - connection->step_ms >= linger_ms(worker))
		tally__connection_close(connection);
	if (worker->listens_again_ms != 0 && worker->now_ms >= worker->listens_again_ms)
		listen_again(worker);
}

/* ---- the end ---- */

static void close_all(struct connection_list *list)
{
	while (list->first != NULL)
		tally__connection_close(list->first);
}

/* Whoever has been let in by the system is served; who comes later is told at once that nobody
 * listens any more. */
static void begin_end(struct worker *worker)
{
	struct http_server *server = worker->server;
	struct connection *connection, *next;

	worker->winding_down = true;
	worker->patience_ends_ms = worker->now_ms + STOP_PATIENCE_MS;
	tally__poller_remove(worker->poller, server->stop_fds[0]);
	stop_listening(worker);
	worker->listens_again_ms = 0;
	if (worker == &server->workers[0]) {
		accept_some(worker, server->max_connections);
		shutdown(server->listen_fd, SHUT_RDWR);
	}
	for (connection = worker->open.first; connection != NULL; connection = next) {
		next = connection->next;
		tally__connection_wind_down(connection);
	}
}

static bool is_over(struct worker *worker)
{
	const atomic_bool *hurried = worker->server->options.hurried;

	if (!worker->winding_down)
		return false;
	if ((hurried != NULL && atomic_load(hurried)) ||
	    worker->now_ms >= worker->patience_ends_ms) {
		close_all(&worker->open);
		close_all(&worker->lingering);
	}
	return worker->open.first == NULL && worker->lingering.first == NULL;
}

/* ---- the thread ---- */

static void dispatch(struct worker *worker, const struct poller_event *event)
{
	if (event->data == worker->server)
		accept_some(worker, ACCEPTS);
	else if (event->data == worker->wake_fds)
		make_asked_room(worker);
	else if (event->data != worker)
		tally__connection_ready(event->data, event);
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct poller_event events[EVENTS];

	while (!is_over(worker)) {
		size_t count = tally__poller_wait(worker->poller, events, EVENTS, wait_ms(worker));

		worker->now_ms = tally__time_monotonic_ms();
		for (size_t i = 0; i < count; i++)
			dispatch(worker, &events[i]);
		if (!worker->winding_down && atomic_load(&worker->server->ending))
			begin_end(worker);
		expire(worker);
		bury(worker);
		tell_waiting(worker);
	}
	bury(worker);
	return NULL;
}

static int start(struct worker *worker)
{
	struct http_server *server = worker->server;

	worker->now_ms = tally__time_monotonic_ms();
	worker->bytes = tally__malloc(WORKER_READ_BYTES);
	worker->poller = tally__poller_new();
	if (worker->bytes == NULL || worker->poller == NULL || !listen_again(worker) ||
	    !tally__poller_add(worker->poller, server->stop_fds[0], POLLER_READ, worker))
		return ENOMEM;
	if (server->options.threads > 1) {
		if (pipe2(worker->wake_fds, O_CLOEXEC | O_NONBLOCK) != 0)
			return errno;
		if (!tally__poller_add(worker->poller, worker->wake_fds[0], POLLER_READ,
				       worker->wake_fds))
			return ENOMEM;
	}
	return tally__thread_start(&worker->thread, work, worker);
}

int tally__worker_start(struct http_server *server, size_t busy)
{
	int status = 0;

	pthread_mutex_lock(&server->lock);
	if (server->worker_count <= busy && server->worker_count < server->options.threads &&
	    !atomic_load(&server->ending)) {
		struct worker *worker = &server->workers[server->worker_count];

		*worker = (struct worker){
			.server = server, .waits_since_ms = LLONG_MAX, .wake_fds = {-1, -1}};
		status = start(worker);
		if (status == 0)
			server->worker_count++;
		else
			tally__worker_release(worker);
	}
	pthread_mutex_unlock(&server->lock);
	return status;
}

void tally__worker_release(struct worker *worker)
{
	while (worker->spare != NULL) {
		struct turn *turn = worker->spare;

		worker->spare = turn->next;
		tally__turn_free(turn);
	}
	tally__poller_free(worker->poller);
	tally__free(worker->bytes);
	for (size_t i = 0; i < 2; i++) {
		if (worker->wake_fds[i] >= 0)
			close(worker->wake_fds[i]);
	}
}
