/* base/child.h - a command of the user's: run by the shell, fed, listened to, and ended for
 * certain.
 *
 * `/bin/sh -c COMMAND` runs in a process group of its own, with all signals as a new login has
 * them. Nothing here waits, but for tally__child_run and tally__child_free: an event loop waits for
 * the descriptors of tally__child_waits and then calls tally__child_step, until that says it is
 * over.
 *
 * It is over when the shell has ended: what was written until then is its output.  What it left
 * running in the background is left alone, as in a terminal, and its later words are lost.  A
 * command that takes too long, says too much or is given up is ended with its whole group: SIGTERM,
 * and SIGKILL for what is there still after a grace.  Only what left the group gets away.
 *
 * The caller's handling of signals stays as it is, SIGPIPE included.  Where the program around
 * ignores SIGCHLD, or waits for any child, it takes away how the command ended: CHILD_LOST.
 * A child belongs to one thread at a time; others may start theirs meanwhile. */
#ifndef TALLY_BASE_CHILD_H
#define TALLY_BASE_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum child_end {
	CHILD_RUNNING,
	CHILD_EXITED,
	CHILD_KILLED, /* by a signal that did not come from here */
	CHILD_LOST,
	CHILD_TIMED_OUT, /* this and what follows: ended from here, or about to be */
	CHILD_OVERFLOWED,
	CHILD_NO_MEMORY,
	CHILD_GIVEN_UP
};

struct child_options {
	const char *command;
	const char *const *variables; /* NAME=VALUE, laid over this process's environment */
	size_t variable_count;
	const char *input; /* for its standard input; lent until it is over */
	size_t input_len;
	size_t max_output_bytes;
	unsigned timeout_ms; /* 0: none */
	unsigned grace_ms;   /* between SIGTERM and SIGKILL; 0: 1000 */
};

struct child;

/* Starts it.  TALLY_EIO: the shell cannot be started (too many processes or files, too large an
 * environment); TALLY_ENOMEM. */
int tally__child_start(struct child **out, const struct child_options *options,
		       struct tally_error *error);

/* Also ends it, at once and with SIGKILL, where that is still to do. */
void tally__child_free(struct child *child);

/* Does what can be done without waiting; true when it is over. */
bool tally__child_step(struct child *child);

/* What the next step is to wait for: fills `waits` and says how many.  *until_ms: the time of
 * tally__time_monotonic_ms at which it is due in any case; negative: none. */
#define CHILD_WAITS 4
size_t tally__child_waits(const struct child *child, struct pollfd waits[CHILD_WAITS],
			  int64_t *until_ms);

/* Gives it up: it is over soon after. */
void tally__child_give_up(struct child *child);

/* Waits until it is over. */
void tally__child_run(struct child *child);

/* Once it is over. */
enum child_end tally__child_end(const struct child *child);
int tally__child_status(const struct child *child); /* the exit status, or the signal */
const struct buf *tally__child_output(const struct child *child);

/* 0 when it exited with status 0, else why that is no success, with the last lines of its standard
 * error.  `what` names it: "the state command".  TALLY_EIO, TALLY_ETIMEOUT, TALLY_ELIMIT,
 * TALLY_ENOMEM. */
int tally__child_check(const struct child *child, const char *what, struct tally_error *error);

/* Appends the last lines of its standard error to a message. */
void tally__child_add_errors(const struct child *child, struct tally_error *error);

#endif
