/* process.h - other programs: run for their output, or as the command that tally mock serves. */
#ifndef TALLY_CLI_PROCESS_H
#define TALLY_CLI_PROCESS_H

#include "cli/command.h"
#include "cli/signals.h"

/* The first line that a program prints, or NULL when it fails or prints none.  Its standard error
 * is dropped. */
const char *process_first_line(struct call *call, const char *const *arguments);

/* Runs a program with the NAME=VALUE of `variables` in its environment and the signals that were
 * free before, hands on the signals that end this one (the second time as SIGKILL), and waits for
 * its end.  *status: its exit status, or 128 and the signal that killed it.  0, or an exit status
 * of ours when it could not be started (it is said). */
int process_run(struct call *call, char *const *arguments, const struct text_list *variables,
		struct signals *signals, int *status);

#endif
