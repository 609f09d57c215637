/* git/carrier.h - how the bytes of git's protocol get to another machine and back.  What they mean
 * is told elsewhere (remote.h): a carrier knows addresses, credentials, time-outs and nothing of
 * commits. */
#ifndef TALLY_GIT_CARRIER_H
#define TALLY_GIT_CARRIER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum git_service {
	GIT_SERVICE_UPLOAD, /* git-upload-pack: to fetch from */
	GIT_SERVICE_RECEIVE /* git-receive-pack: to push to */
};

/* "git-upload-pack". */
const char *tally__git_service_name(enum git_service service);

struct carrier;

/* One conversation with a service.  First it tells what it has; then one message may be sent, and
 * its answer be read. */
struct carrier_session {
	struct carrier *carrier;
};

/* Bytes, and after them a file from its beginning. */
struct carrier_message {
	const char *bytes;
	size_t len;
	int file; /* -1: none */
	off_t file_len;
};

/* Errors of all: TALLY_EUNREACHABLE (no connection, and whatever is in the way of one: names,
 * certificates, host keys), TALLY_EINVAL (credentials), TALLY_ENOTFOUND (no such repository),
 * TALLY_ETIMEOUT (also when interrupted), TALLY_EIO, TALLY_ENOMEM, TALLY_EUNSUPPORTED. */
struct carrier_kind {
	int (*open)(struct carrier *carrier, enum git_service service, struct carrier_session **out,
		    struct tally_error *error);
	/* The same where a conversation begins with what is sent, once another one was opened; NULL
	 * where it does not. */
	int (*resume)(struct carrier *carrier, enum git_service service,
		      struct carrier_session **out, struct tally_error *error);
	int (*send)(struct carrier_session *session, const struct carrier_message *message,
		    struct tally_error *error);
	/* *got is 0 at the end. */
	int (*read)(struct carrier_session *session, char *bytes, size_t space, size_t *got,
		    struct tally_error *error);
	void (*close)(struct carrier_session *session);
	void (*free)(struct carrier *carrier);
};

struct carrier {
	const struct carrier_kind *kind;
	/* Each conversation with HTTP begins anew, and says so in its first line. */
	bool is_http;
};

/* What all kinds have in common. */
struct carrier_options {
	unsigned timeout_ms; /* without a byte; 0: 60 s */
	/* Lent, may be NULL: once it is not 0, whatever waits ends with TALLY_ETIMEOUT. */
	const volatile sig_atomic_t *interrupt;
};

#define CARRIER_TIMEOUT_MS 60000u
/* How often an interrupt is looked for. */
#define CARRIER_POLL_MS 50

int tally__carrier_interrupted(struct tally_error *error);

struct git_url;
/* Over the program ssh: see ssh.c.  TALLY_ENOMEM. */
int tally__ssh_carrier_new(struct carrier **out, const struct git_url *url,
			   const struct carrier_options *options, struct tally_error *error);

#endif
