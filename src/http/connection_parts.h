/* http/connection_parts.h - what the files of a connection share: connection_link.c has the socket,
 * the steps and the end; connection_answer.c what goes out; connection.c what comes in. */
#ifndef TALLY_HTTP_CONNECTION_PARTS_H
#define TALLY_HTTP_CONNECTION_PARTS_H

#include <sys/types.h>
#include <sys/uio.h>

#include "http/connection.h"

/* What counts as a step of a body or an answer. */
enum { STEP_BYTES = 16384 };

#define CONNECTION_NO_MEMORY "The server ran out of memory.\n"

/* Bytes; when reading, 0: the other side has ended it; or as tls.h has it, without TLS too. */
ssize_t tally__connection_read(struct connection *connection, char *bytes, size_t len);
ssize_t tally__connection_write(struct connection *connection, struct iovec *pieces, size_t count);
/* What the poller is to wait for. */
void tally__connection_wait(struct connection *connection, unsigned what);

void tally__connection_make_step(struct connection *connection);
/* Makes one when there are enough of them. */
void tally__connection_count_bytes(struct connection *connection, size_t bytes);

/* NULL when memory is short. */
struct turn *tally__connection_begin_turn(struct connection *connection);
void tally__connection_end_turn(struct connection *connection);

/* All is said: ends the connection, so that it is also read. */
void tally__connection_hang_up(struct connection *connection);
/* Reads what nobody wants any more. */
void tally__connection_throw_away(struct connection *connection);

/* Answers the request of the turn. */
void tally__connection_send(struct connection *connection, const struct http_response *response);
/* Sends what can be sent now.  The last byte out ends the turn. */
void tally__connection_send_rest(struct connection *connection);

/* For the report of who runs the server. */
void tally__connection_tell_refused(struct connection *connection, int status, const char *why);
/* Answers a request that is none that the handler could be given.  The connection ends with it,
 * because it is not known where the next request would start. */
void tally__connection_refuse(struct connection *connection, int status, const char *why);
/* The same for one whose head did not come whole. */
void tally__connection_refuse_part(struct connection *connection, const char *bytes, size_t len,
				   int status, const char *why);
/* The handler gave an answer that cannot be sent, or none. */
void tally__connection_fail_answer(struct connection *connection, const char *why);

#endif
