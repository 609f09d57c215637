/* http/tls.h - the server's side of TLS, over GnuTLS. */
#ifndef TALLY_HTTP_TLS_H
#define TALLY_HTTP_TLS_H

#include <stddef.h>
#include <sys/types.h>

#include "http/certificate.h"

/* What all connections of a server share. */
struct tls;

/* TALLY_EUNSUPPORTED, TALLY_ENOMEM. */
int tally__tls_new(struct tls **out, const struct certificate *certificate,
		   struct tally_error *error);
void tally__tls_free(struct tls *tls);

/* One connection, over a socket that does not block, and that it does not close. */
struct tls_session;

struct tls_session *tally__tls_session_new(const struct tls *tls, int fd);
/* Says to the other side that the end was meant, if that can be said at once. */
void tally__tls_session_end(struct tls_session *session);
void tally__tls_session_free(struct tls_session *session);

/* What the functions below return besides a number of bytes. */
enum {
	TLS_WAITS_TO_READ = -1,  /* call it again once the socket can be read */
	TLS_WAITS_TO_WRITE = -2, /* … can be written: with the same bytes */
	TLS_FAILED = -3
};

/* 0: the connection is ready.  TLS_FAILED says why in *why. */
int tally__tls_handshake(struct tls_session *session, const char **why);
/* 0: the other side has ended it. */
ssize_t tally__tls_read(struct tls_session *session, void *bytes, size_t len);
ssize_t tally__tls_write(struct tls_session *session, const void *bytes, size_t len);
/* Bytes that were received and wait for tally__tls_read: no poller tells of them. */
size_t tally__tls_pending(const struct tls_session *session);

#endif
