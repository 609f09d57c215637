/* base/supervisor.h - a server of the user's that is certain to be ended.
 *
 * Beside it a second process of ours runs, which does nothing but watch.  It takes in whatever the
 * server starts and leaves behind (on Linux also what has left its group), and ends all of it when
 * it is asked to, and when this process is gone, however that came about: first with SIGTERM, what
 * is there still after a grace with SIGKILL.
 *
 * `/bin/sh -c COMMAND` runs in a process group of its own, with all signals as a new login has
 * them, without input, its output in a file.  A supervisor belongs to one thread at a time. */
#ifndef TALLY_BASE_SUPERVISOR_H
#define TALLY_BASE_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct supervisor_options {
	const char *command;
	const char *const *variables; /* NAME=VALUE, laid over this process's environment */
	size_t variable_count;
	int output_fd; /* for its standard output and error */
	unsigned grace_ms;
};

struct supervisor;

/* Starts it.  TALLY_EIO, TALLY_ENOMEM. */
int tally__supervisor_start(struct supervisor **out, const struct supervisor_options *options,
			    struct tally_error *error);

/* Waits up to wait_ms for its end; true when it has come.  What goes into the background counts as
 * running on when the shell exited with status 0. */
bool tally__supervisor_has_ended(struct supervisor *supervisor, int wait_ms);

/* Appends how it ended: "exited with status 3". */
struct buf;
void tally__supervisor_describe(const struct supervisor *supervisor, struct buf *out);

/* Ends it with all that it left behind, waits for that, and frees the supervisor. */
void tally__supervisor_stop(struct supervisor *supervisor);

#endif
