#include "config.h"

#include <string.h>

#include "http/connection_parts.h"
#include "http/worker.h"

/* What has not gone out yet: at most three pieces. */
static size_t pieces_left(const struct turn *turn, struct iovec pieces[3])
{
	const struct answer *answer = &turn->answer;
	const struct iovec all[] = {{answer->head.bytes, answer->head.len},
				    {(void *)(uintptr_t)answer->body, answer->body_len},
				    {(void *)(uintptr_t)answer->tail, answer->tail_len}};
	size_t skipped = turn->sent_bytes;
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		if (skipped >= all[i].iov_len) {
			skipped -= all[i].iov_len;
			continue;
		}
		pieces[count].iov_base = (char *)all[i].iov_base + skipped;
		pieces[count++].iov_len = all[i].iov_len - skipped;
		skipped = 0;
	}
	return count;
}

/* Sends what can be sent now.  The last byte out ends the turn. */
void tally__connection_send_rest(struct connection *connection)
{
	struct turn *turn = connection->turn;
	struct iovec pieces[3];
	size_t count;

	while ((count = pieces_left(turn, pieces)) > 0) {
		ssize_t sent = tally__connection_write(connection, pieces, count);

		if (sent == TLS_FAILED) {
			tally__connection_close(connection);
			return;
		}
		if (sent < 0) {
			tally__connection_wait(
				connection, sent == TLS_WAITS_TO_READ ? POLLER_READ : POLLER_WRITE);
			return;
		}
		turn->sent_bytes += (size_t)sent;
		tally__connection_count_bytes(connection, (size_t)sent);
	}
	if (turn->closing) {
		tally__connection_hang_up(connection);
		return;
	}
	tally__connection_end_turn(connection);
	connection->state = CONNECTION_HEAD;
	tally__connection_make_step(connection);
	tally__connection_wait(connection, POLLER_READ);
}

void tally__connection_send(struct connection *connection, const struct http_response *response)
{
	struct turn *turn = connection->turn;
	struct answer *answer = &turn->answer;

	tally__answer_make(answer, response, &turn->head, turn->closing,
			   tally__worker_date(connection->worker));
	if (connection->session != NULL && answer->body_len <= STEP_BYTES) {
		/* One record instead of two. */
		tally__buf_add(&answer->head, answer->body, answer->body_len);
		answer->body_len = 0;
	}
	if (answer->head.status != 0) {
		tally__connection_close(connection);
		return;
	}
	connection->state = CONNECTION_ANSWER;
	tally__connection_make_step(connection);
	tally__connection_send_rest(connection);
}

void tally__connection_tell_refused(struct connection *connection, int status, const char *why)
{
	const struct http_server_options *options = &connection->worker->server->options;
	const struct turn *turn = connection->turn;
	const struct http_refusal refusal = {.method = turn != NULL ? turn->head.method : "",
					     .target = turn != NULL ? turn->head.target : "",
					     .status = status,
					     .why = why};

	if (options->refused != NULL)
		options->refused(options->context, &refusal);
}

/* An answer of the server's own, in plain words. */
static void send_text(struct connection *connection, int status, const char *text)
{
	static struct http_header type = {"Content-Type", "text/plain; charset=utf-8"};
	const struct http_response response = {.status = status,
					       .headers = {.items = &type, .count = 1},
					       .body = text,
					       .body_len = strlen(text)};

	tally__connection_send(connection, &response);
}

struct turn *tally__connection_begin_turn(struct connection *connection)
{
	struct turn *turn = connection->turn;

	if (turn == NULL) {
		turn = tally__worker_take_turn(connection->worker);
		connection->turn = turn;
		if (turn != NULL)
			turn->head = (struct request_head){.method = "", .target = ""};
	}
	return turn;
}

/* Answers a request that is none that the handler could be given.  The connection ends with it,
 * because it is not known where the next request would start. */
void tally__connection_refuse(struct connection *connection, int status, const char *why)
{
	struct turn *turn = tally__connection_begin_turn(connection);

	tally__connection_tell_refused(connection, status, why);
	if (turn == NULL) {
		tally__connection_close(connection);
		return;
	}
	turn->closing = true;
	connection->all_read = false;
	send_text(connection, status, why);
}

/* The same for one whose head did not come whole. */
void tally__connection_refuse_part(struct connection *connection, const char *bytes, size_t len,
				   int status, const char *why)
{
	struct turn *turn =
		connection->turn == NULL ? tally__connection_begin_turn(connection) : NULL;

	if (turn != NULL)
		tally__request_line_glance(&turn->head, &turn->arena, bytes, len);
	tally__connection_refuse(connection, status, why);
}

/* The handler gave an answer that cannot be sent, or none. */
void tally__connection_fail_answer(struct connection *connection, const char *why)
{
	tally__connection_tell_refused(connection, 500, why);
	send_text(connection, 500, why);
}
