/* process.h - other programs: run for their output, or as the command that tally mock serves. */
#ifndef TALLY_CLI_PROCESS_H
#define TALLY_CLI_PROCESS_H

#include <signal.h>
#include <sys/types.h>

#include "cli/command.h"

/* The first line that a program prints, or NULL when it fails or prints none.  Its standard error
 * is dropped. */
const char *process_first_line(struct call *call, const char *const *arguments);

/* Signals that end the program are taken from a queue while a mock runs.  Call it before any
 * thread is started. */
void signals_hold(sigset_t *before);
/* Waits for SIGINT, SIGTERM or SIGHUP: which one. */
int signals_wait(void);

/* Lets them end the program again, but for the one that was `taken` (0: none): timeout(1) and some
 * shells send it twice, to the process and to its group. */
void signals_release(const sigset_t *before, int taken);

/* Runs a program with NAME=VALUE added to its environment and the signals of `before`, hands on the
 * signals that end this one, and waits for its end.  *status: its exit status, or 128 and the
 * signal that killed it.  0, or an exit status of ours when it could not be started (it is said).
 */
int process_run(struct call *call, char *const *arguments, const char *variable,
		const sigset_t *before, int *status);

#endif
