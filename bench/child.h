/* bench/child.h - a server as a process: started on a free port, asked how much memory it used,
 * ended. */
#ifndef TALLY_BENCH_CHILD_H
#define TALLY_BENCH_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: it has ended */
	unsigned short port;
	double started_ns; /* CLOCK_MONOTONIC */
};

double child_now_ns(void);

/* Runs a command; "{port}" in its arguments becomes a port that was free a moment ago.  What it
 * prints is dropped.  0, or -1 with errno. */
int child_start(struct child *out, char **arguments);

bool child_has_ended(struct child *child);

/* The most memory that it ever held, in kB; 0 when that cannot be told. */
long child_peak_kb(const struct child *child);

/* Asks it to end, waits a little, and ends it; nothing when it has ended. */
void child_stop(struct child *child);

#endif
