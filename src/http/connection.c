#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "http/connection_parts.h"
#include "http/worker.h"

/* What is read ahead while a request waits for its answer's reader, and the longest head. */
#define PENDING_BYTES ((size_t)LIMIT_TARGET_BYTES + LIMIT_HEADER_BYTES + 2 * WORKER_READ_BYTES)

/* The first byte of TLS: a record of a handshake. */
enum { TLS_FIRST_BYTE = 0x16 };

static void respond(struct connection *connection)
{
	struct http_server *server = connection->worker->server;
	struct turn *turn = connection->turn;
	const struct http_request request = {.method = turn->head.method,
					     .target = turn->head.target,
					     .headers = turn->head.headers,
					     .body = turn->body.bytes,
					     .body_len = turn->body.len};
	struct http_response response = {0};
	int status =
		server->options.handler(server->options.context, &request, &turn->arena, &response);

	connection->all_read = true;
	turn->closing = !turn->head.keeps_alive || atomic_load(&server->ending) ||
			tally__answer_closes(&response);
	if (status != 0)
		tally__connection_fail_answer(connection, "The server could not answer.\n");
	else if (response.status < 200 || response.status > 999)
		tally__connection_fail_answer(
			connection, "The status of the answer is none that HTTP can end a "
				    "request with.\n");
	else
		tally__connection_send(connection, &response);
}

/* ---- bodies ---- */

/* What all bodies hold together has a bound, too. */
static bool body_is_held(struct connection *connection)
{
	struct http_server *server = connection->worker->server;
	struct turn *turn = connection->turn;
	size_t more;

	if (turn->body.status == TALLY_ELIMIT) {
		tally__connection_refuse(connection, 413,
					 "The request's body is larger than this server takes.\n");
		return false;
	}
	if (turn->body.status != 0) {
		tally__connection_refuse(connection, 500, CONNECTION_NO_MEMORY);
		return false;
	}
	more = turn->body.capacity - turn->held_bytes;
	if (turn->body.capacity <= turn->held_bytes)
		return true;
	turn->held_bytes = turn->body.capacity;
	if (atomic_fetch_add(&server->body_bytes, more) + more <= LIMIT_BODIES_BYTES)
		return true;
	tally__connection_refuse(connection, 503,
				 "The server holds too many bodies of requests at the moment.\n");
	return false;
}

static size_t take_body(struct connection *connection, const char *bytes, size_t len)
{
	struct turn *turn = connection->turn;
	size_t used = len;
	bool complete;

	if (turn->head.chunked) {
		used = tally__chunked_take(&turn->chunked, bytes, len, &turn->body);
		complete = turn->chunked.state == CHUNKED_DONE;
	} else {
		if (used > turn->left_bytes)
			used = (size_t)turn->left_bytes;
		tally__buf_add(&turn->body, bytes, used);
		turn->left_bytes -= used;
		complete = turn->left_bytes == 0;
	}
	tally__connection_count_bytes(connection, used);
	if (!body_is_held(connection))
		return used;
	if (turn->chunked.state == CHUNKED_BROKEN)
		tally__connection_refuse(connection, 400,
					 "The chunks of the request's body are not HTTP.\n");
	else if (complete)
		respond(connection);
	return used;
}

static void say_continue(struct connection *connection)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec piece = {text, sizeof(text) - 1};

	if (tally__connection_write(connection, &piece, 1) != (ssize_t)piece.iov_len)
		tally__connection_close(connection);
}

static void begin_body(struct connection *connection, bool body_is_there)
{
	struct turn *turn = connection->turn;

	if (turn->head.body_bytes > connection->worker->server->options.max_body_bytes) {
		tally__connection_refuse(connection, 413,
					 "The request's body is larger than this server takes.\n");
		return;
	}
	turn->left_bytes = turn->head.body_bytes;
	if (turn->left_bytes == 0 && !turn->head.chunked) {
		respond(connection);
		return;
	}
	connection->state = CONNECTION_BODY;
	if (turn->head.expects_continue && turn->head.minor > 0 && !body_is_there)
		say_continue(connection);
}

/* ---- heads ---- */

/* What has come of a head already may be no HTTP, or too much. */
static void check_part(struct connection *connection, const char *bytes, size_t len)
{
	if (!tally__request_may_start(bytes[0]))
		tally__connection_refuse(
			connection, 400,
			bytes[0] == TLS_FIRST_BYTE
				? "This server speaks HTTP without TLS; ask with http://.\n"
				: "The request does not start with a line such as \"GET / "
				  "HTTP/1.1\".\n");
	else if (len > LIMIT_TARGET_BYTES && memchr(bytes, '\n', len) == NULL)
		tally__connection_refuse_part(
			connection, bytes, len, 414,
			"The target of the request is longer than this server takes.\n");
	else if (len > (size_t)LIMIT_TARGET_BYTES + LIMIT_HEADER_BYTES)
		tally__connection_refuse_part(
			connection, bytes, len, 431,
			"The request has more bytes of headers than this server takes.\n");
}

static void take_whole_head(struct connection *connection, const char *bytes, size_t len,
			    bool body_is_there)
{
	struct turn *turn = tally__connection_begin_turn(connection);
	const char *why = CONNECTION_NO_MEMORY;
	char *copy = turn != NULL ? tally__arena_memdup(&turn->arena, bytes, len) : NULL;
	int status = TALLY_ENOMEM;

	if (copy != NULL)
		status = tally__request_head_read(&turn->head, &turn->arena, copy, len, &why);
	tally__connection_make_step(connection);
	if (status < 0)
		tally__connection_refuse(connection, 500, CONNECTION_NO_MEMORY);
	else if (connection->speaks_plainly)
		tally__connection_refuse(connection, 400,
					 "This server speaks TLS; ask with https://.\n");
	else if (status > 0)
		tally__connection_refuse(connection, status, why);
	else
		begin_body(connection, body_is_there);
}

/* Empty lines before a request are passed over, as RFC 9112 section 2.2 wants it. */
static size_t empty_lines(const char *bytes, size_t len)
{
	size_t used = 0;

	while (used < len) {
		if (bytes[used] == '\n')
			used++;
		else if (bytes[used] == '\r' && used + 1 < len && bytes[used + 1] == '\n')
			used += 2;
		else
			break;
	}
	return used;
}

/* Whether there is nothing but these, whole or begun. */
static bool is_empty_lines(const char *bytes, size_t len)
{
	size_t used = empty_lines(bytes, len);

	return used == len || (used + 1 == len && bytes[used] == '\r');
}

static size_t take_head(struct connection *connection, const char *bytes, size_t len)
{
	size_t head_len = connection->scanned == 0 ? empty_lines(bytes, len) : 0;

	if (head_len > 0 || (len == 1 && bytes[0] == '\r'))
		return head_len;
	head_len = tally__request_head_len(bytes, len, &connection->scanned);
	if (head_len == 0) {
		check_part(connection, bytes, len);
		return 0;
	}
	connection->scanned = 0;
	take_whole_head(connection, bytes, head_len, head_len < len);
	return head_len;
}

/* ---- what comes ---- */

/* Uses what can be used of the bytes; how many. */
static size_t consume(struct connection *connection, const char *bytes, size_t len)
{
	size_t used = 0;

	while (used < len) {
		size_t took = 0;

		if (connection->state == CONNECTION_HEAD)
			took = take_head(connection, bytes + used, len - used);
		else if (connection->state == CONNECTION_BODY)
			took = take_body(connection, bytes + used, len - used);
		used += took;
		if (took == 0)
			break;
	}
	return used;
}

static void use_pending(struct connection *connection)
{
	struct buf *pending = &connection->pending;
	size_t used = consume(connection, pending->bytes, pending->len);

	if (used == pending->len || connection->state >= CONNECTION_LINGER) {
		tally__buf_release(pending);
	} else if (used > 0) {
		memmove(pending->bytes, pending->bytes + used, pending->len - used);
		tally__buf_truncate(pending, pending->len - used);
	}
}

static bool takes_input(const struct connection *connection)
{
	return connection->state == CONNECTION_HEAD || connection->state == CONNECTION_BODY;
}

static void keep_for_later(struct connection *connection, const char *bytes, size_t len)
{
	tally__buf_add(&connection->pending, bytes, len);
	if (connection->pending.status != 0)
		tally__connection_refuse(connection, 500, CONNECTION_NO_MEMORY);
}

static void take(struct connection *connection, const char *bytes, size_t len)
{
	size_t used;

	if (connection->pending.len > 0) {
		keep_for_later(connection, bytes, len);
		if (takes_input(connection))
			use_pending(connection);
		return;
	}
	/* Empty lines are no reason to wait longer for a request. */
	if (connection->state == CONNECTION_HEAD && !is_empty_lines(bytes, len))
		tally__connection_make_step(connection);
	used = consume(connection, bytes, len);
	if (used < len && connection->state < CONNECTION_LINGER)
		keep_for_later(connection, bytes + used, len - used);
}

/* The other side will send no more. */
static void end_of_input(struct connection *connection, bool failed)
{
	static const char why[] = "The request ended too early, or is not HTTP.\n";
	struct buf *pending = &connection->pending;

	if (connection->state == CONNECTION_HEAD && pending->len == 0) {
		tally__connection_close(connection);
		return;
	}
	if (!failed) {
		tally__connection_refuse_part(connection, pending->bytes, pending->len, 400, why);
		return;
	}
	if (connection->turn == NULL && tally__connection_begin_turn(connection) != NULL)
		tally__request_line_glance(&connection->turn->head, &connection->turn->arena,
					   pending->bytes, pending->len);
	tally__connection_tell_refused(connection, 0, why);
	tally__connection_close(connection);
}

/* Once for each event, so that all connections get their turn; but nobody tells again of bytes that
 * TLS holds. */
static void receive(struct connection *connection)
{
	do {
		char *bytes = connection->worker->bytes;
		ssize_t got = tally__connection_read(connection, bytes, WORKER_READ_BYTES);

		if (got == 0 || got == TLS_FAILED) {
			end_of_input(connection, got != 0);
			return;
		}
		if (got < 0) {
			tally__connection_wait(connection, got == TLS_WAITS_TO_WRITE ? POLLER_WRITE
										     : POLLER_READ);
			return;
		}
		take(connection, bytes, (size_t)got);
	} while (takes_input(connection) && connection->session != NULL &&
		 tally__tls_pending(connection->session) > 0);
}

/* After an answer went out late: requests that came behind it. */
static void go_on(struct connection *connection)
{
	tally__connection_send_rest(connection);
	if (connection->state == CONNECTION_HEAD && connection->pending.len > 0)
		use_pending(connection);
	if (takes_input(connection) && connection->session != NULL &&
	    tally__tls_pending(connection->session) > 0)
		receive(connection);
}

/* ---- TLS ---- */

static void fail_handshake(struct connection *connection, const char *why)
{
	static const char format[] =
		"The TLS handshake failed (%s): does the client trust the authority?\n";
	struct turn *turn = tally__connection_begin_turn(connection);
	const char *text = turn != NULL ? tally__arena_printf(&turn->arena, format, why) : NULL;

	tally__connection_tell_refused(connection, 0, text != NULL ? text : CONNECTION_NO_MEMORY);
	tally__connection_close(connection);
}

static void shake_hands(struct connection *connection)
{
	const char *why = "";
	int status = tally__tls_handshake(connection->session, &why);

	if (status == TLS_FAILED) {
		fail_handshake(connection, why);
	} else if (status != 0) {
		tally__connection_wait(connection,
				       status == TLS_WAITS_TO_WRITE ? POLLER_WRITE : POLLER_READ);
	} else {
		connection->state = CONNECTION_HEAD;
		tally__connection_make_step(connection);
		tally__connection_wait(connection, POLLER_READ);
		if (takes_input(connection))
			receive(connection);
	}
}

/* To a server with TLS.  Who speaks HTTP here is told so in HTTP. */
static void look_at_first_byte(struct connection *connection)
{
	char byte = 0;
	ssize_t got = recv(connection->fd, &byte, 1, MSG_PEEK);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got <= 0) {
		tally__connection_close(connection);
	} else if (tally__request_may_start(byte)) {
		tally__tls_session_free(connection->session);
		connection->session = NULL;
		connection->speaks_plainly = true;
		connection->state = CONNECTION_HEAD;
		receive(connection);
	} else {
		connection->state = CONNECTION_HANDSHAKE;
		shake_hands(connection);
	}
}

/* ---- what the worker does with it ---- */

bool tally__connection_open(struct worker *worker, int fd)
{
	struct connection *connection = tally__calloc(1, sizeof(*connection));
	const struct tls *tls = worker->server->tls;

	if (connection == NULL) {
		close(fd);
		return false;
	}
	connection->worker = worker;
	connection->fd = fd;
	connection->state = tls != NULL ? CONNECTION_FIRST_BYTE : CONNECTION_HEAD;
	connection->all_read = true;
	connection->waits_for = POLLER_READ;
	tally__buf_init(&connection->pending, PENDING_BYTES);
	if (tls != NULL)
		connection->session = tally__tls_session_new(tls, fd);
	if ((tls != NULL && connection->session == NULL) ||
	    !tally__poller_add(worker->poller, fd, POLLER_READ, connection)) {
		tally__tls_session_free(connection->session);
		tally__free(connection);
		close(fd);
		return false;
	}
	connection->step_ms = worker->now_ms;
	tally__worker_move(connection, NULL, &worker->open);
	return true;
}

void tally__connection_ready(struct connection *connection, const struct poller_event *event)
{
	switch (connection->state) {
	case CONNECTION_FIRST_BYTE:
		look_at_first_byte(connection);
		break;
	case CONNECTION_HANDSHAKE:
		shake_hands(connection);
		break;
	case CONNECTION_HEAD:
	case CONNECTION_BODY:
		receive(connection);
		break;
	case CONNECTION_ANSWER:
		go_on(connection);
		break;
	case CONNECTION_LINGER:
		if (event->readable)
			tally__connection_throw_away(connection);
		break;
	case CONNECTION_CLOSED:
		break;
	}
	/* It was answered late, and not told that this was the last. */
	if (connection->worker->winding_down && takes_input(connection))
		tally__connection_wind_down(connection);
}

/* A request has begun, and is not complete. */
static bool in_request(const struct connection *connection)
{
	return connection->state == CONNECTION_BODY ||
	       (connection->state == CONNECTION_HEAD && connection->pending.len > 0);
}

void tally__connection_expire(struct connection *connection)
{
	if (in_request(connection))
		tally__connection_refuse_part(connection, connection->pending.bytes,
					      connection->pending.len, 408,
					      "The request did not come in time.\n");
	else
		tally__connection_close(connection);
}

void tally__connection_evict(struct connection *connection)
{
	/* It may have asked in this moment. */
	if (takes_input(connection))
		receive(connection);
	if (in_request(connection))
		tally__connection_refuse_part(
			connection, connection->pending.bytes, connection->pending.len, 503,
			"The server has too many connections, and this one waited longest.\n");
	tally__connection_close(connection);
}

void tally__connection_wind_down(struct connection *connection)
{
	if (takes_input(connection))
		receive(connection);
	if (in_request(connection))
		tally__connection_refuse_part(connection, connection->pending.bytes,
					      connection->pending.len, 503,
					      "The server is being stopped.\n");
	else if (connection->state <= CONNECTION_HEAD)
		tally__connection_close(connection);
}
