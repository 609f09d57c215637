#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "http/connection_parts.h"
#include "http/worker.h"

/* ---- the socket ---- */

/* Bytes; 0: the other side has ended it; or as TLS says. */
ssize_t tally__connection_read(struct connection *connection, char *bytes, size_t len)
{
	ssize_t got;

	if (connection->session != NULL)
		return tally__tls_read(connection->session, bytes, len);
	do
		got = recv(connection->fd, bytes, len, 0);
	while (got < 0 && errno == EINTR);
	if (got >= 0)
		return got;
	return errno == EAGAIN || errno == EWOULDBLOCK ? TLS_WAITS_TO_READ : TLS_FAILED;
}

static ssize_t write_plain(struct connection *connection, struct iovec *pieces, size_t count)
{
	const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
	ssize_t sent;

	do
		sent = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EWOULDBLOCK ? TLS_WAITS_TO_WRITE : TLS_FAILED;
}

ssize_t tally__connection_write(struct connection *connection, struct iovec *pieces, size_t count)
{
	if (connection->session == NULL)
		return write_plain(connection, pieces, count);
	return tally__tls_write(connection->session, pieces[0].iov_base, pieces[0].iov_len);
}

void tally__connection_wait(struct connection *connection, unsigned what)
{
	if (connection->waits_for == what || connection->state == CONNECTION_CLOSED)
		return;
	if (tally__poller_change(connection->worker->poller, connection->fd, what, connection))
		connection->waits_for = what;
	else
		tally__connection_close(connection);
}

/* ---- steps and the end ---- */

void tally__connection_make_step(struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct connection_list *list =
		connection->state == CONNECTION_LINGER ? &worker->lingering : &worker->open;

	connection->step_ms = worker->now_ms;
	connection->step_bytes = 0;
	if (list->last != connection)
		tally__worker_move(connection, list, list);
}

void tally__connection_count_bytes(struct connection *connection, size_t bytes)
{
	connection->step_bytes += bytes;
	if (connection->step_bytes >= STEP_BYTES)
		tally__connection_make_step(connection);
}

void tally__connection_end_turn(struct connection *connection)
{
	tally__worker_give_turn(connection->worker, connection->turn);
	connection->turn = NULL;
}

void tally__connection_close(struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct connection_list *list =
		connection->state == CONNECTION_LINGER ? &worker->lingering : &worker->open;

	if (connection->state == CONNECTION_CLOSED)
		return;
	tally__connection_end_turn(connection);
	tally__worker_move(connection, list, &worker->closed);
	connection->state = CONNECTION_CLOSED;
	tally__poller_remove(worker->poller, connection->fd);
	tally__tls_session_free(connection->session);
	connection->session = NULL;
	close(connection->fd);
	atomic_fetch_sub(&worker->server->connection_count, 1);
}

/* Has the other side sent more than was read?  Then closing would reset the connection, and what
 * was sent last may never be read. */
static bool has_unread(const struct connection *connection)
{
	char byte;

	return recv(connection->fd, &byte, 1, MSG_PEEK) > 0;
}

/* All is said. */
void tally__connection_hang_up(struct connection *connection)
{
	struct worker *worker = connection->worker;

	tally__connection_end_turn(connection);
	if (connection->session != NULL)
		tally__tls_session_end(connection->session);
	if (connection->all_read && !has_unread(connection)) {
		tally__connection_close(connection);
		return;
	}
	shutdown(connection->fd, SHUT_WR);
	tally__worker_move(connection, &worker->open, &worker->lingering);
	connection->state = CONNECTION_LINGER;
	connection->linger_bytes = 0;
	tally__connection_make_step(connection);
	tally__connection_wait(connection, POLLER_READ);
}

void tally__connection_throw_away(struct connection *connection)
{
	struct worker *worker = connection->worker;
	ssize_t got = recv(connection->fd, worker->bytes, WORKER_READ_BYTES, 0);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got > 0)
		connection->linger_bytes += (size_t)got;
	if (got <= 0 || connection->linger_bytes > LIMIT_DISCARD_BYTES)
		tally__connection_close(connection);
	else
		tally__connection_count_bytes(connection, (size_t)got);
}
