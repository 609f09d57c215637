/* base/supervisor_process.h - the process that watches, as supervisor.c starts it.
 *
 * It is forked from a program that may have threads, and never calls exec: all it does is
 * async-signal-safe, and whatever needs memory is made before. */
#ifndef TALLY_BASE_SUPERVISOR_PROCESS_H
#define TALLY_BASE_SUPERVISOR_PROCESS_H

#include <sys/types.h>

/* What is told through the link, and nothing else. */
enum supervisor_event {
	SUPERVISOR_STARTED, /* value: the server's process and group */
	SUPERVISOR_FAILED,  /* value: the errno why it did not start */
	SUPERVISOR_ENDED,   /* value: the shell's status, as from waitpid */
	SUPERVISOR_GONE     /* nothing is left; the last word */
};

struct supervisor_note {
	int event;
	int value;
};

struct supervisor_plan {
	char *const *arguments;
	char *const *environment;
	int link; /* its end of a pair of sockets: bytes or the end mean that it is time to stop */
	int input_fd, output_fd;
	unsigned grace_ms;
};

/* Does not return. */
_Noreturn void tally__supervisor_process(const struct supervisor_plan *plan);

#endif
