/* progress.h - a line on the terminal that says how far a long run is. */
#ifndef TALLY_CLI_PROGRESS_H
#define TALLY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
	bool is_wanted; /* standard error is a terminal that can draw */
	bool is_drawn;
	struct timespec began, drawn;
};

void progress_begin(struct progress *progress);
/* Draws the line on standard error, but not in the first second, and not more often than can be
 * read.  Nothing else may be written there until it is cleared. */
void progress_show(struct progress *progress, size_t done, size_t total, size_t failed);
void progress_clear(struct progress *progress);

#endif
