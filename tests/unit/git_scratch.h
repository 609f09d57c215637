/* A scratch repository for the tests of src/git. */
#ifndef TALLY_TESTS_GIT_SCRATCH_H
#define TALLY_TESTS_GIT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "git/store.h"

#define SCRATCH_BYTES 256

/* Makes a folder of its own and names "repo" in it, which does not exist yet. */
void scratch_init(char repo[SCRATCH_BYTES]);
void scratch_release(char repo[SCRATCH_BYTES]);

/* Runs a shell command with $REPO set; its exit status.  Output goes to a file beside the
 * repository, shown when the status is not `expected`. */
int scratch_run(const char *repo, int expected, const char *command);

/* A transaction that puts one file; NULL bytes: removes it. */
struct put {
	const char *path;
	const char *bytes;
	const char *message;
};
int put_transaction(void *context, const struct snapshot *snapshot, struct edits *edits,
		    struct tally_error *error);

/* Commits one file at an instant; 0 or the error's code. */
int scratch_put(struct store *store, const char *path, const char *bytes, const char *message,
		int64_t now_unix);

/* Fails the test unless the file has these bytes; NULL: is not there. */
void assert_file(struct store *store, const char *path, const char *bytes);

#endif
