/* base/child_start.h - how child.c starts a process. */
#ifndef TALLY_BASE_CHILD_START_H
#define TALLY_BASE_CHILD_START_H

#include <sys/types.h>

#include "base/child.h"

/* A pipe whose ends are closed by exec, and are not those of standard input, output and error, over
 * which the child's are laid.  0 or an errno. */
int tally__child_pipe(int ends[2]);

/* This process's environment with `variables` in the place of those of the same names; a list in
 * one piece, to be freed, whose texts are lent.  NULL when memory is short. */
char **tally__child_environment(const char *const *variables, size_t count);

/* Starts `/bin/sh -c command` in a group of its own with these three descriptors.  0 or an errno.
 */
int tally__child_spawn(pid_t *pid, const char *command, char *const *environment,
		       const int standard[3]);

#endif
