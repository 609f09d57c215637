/* base/file.h - reading and writing whole files. */
#ifndef TALLY_BASE_FILE_H
#define TALLY_BASE_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends a file's bytes to `out`, at most as many as its maximum allows.  TALLY_ENOFILE when it
 * cannot be opened or is a folder, TALLY_ELIMIT, TALLY_EIO. */
int tally__file_read(struct buf *out, const char *path, struct tally_error *error);
/* The same for a path that nobody has typed: TALLY_ENOFILE for pipes and devices too, at once. */
int tally__file_read_regular(struct buf *out, const char *path, struct tally_error *error);

/* Replaces (or makes) a file in one step: a temporary file beside it, flushed to disk, renamed over
 * it, the folder flushed.  Makes missing folders.  TALLY_EIO; nothing is left behind on failure. */
int tally__file_replace(const char *path, const void *bytes, size_t len, struct tally_error *error);

/* Makes a folder and those above it that are missing.  TALLY_EIO. */
int tally__dir_make(const char *path, struct tally_error *error);

/* Calls `visit` with the path of each regular file directly in `path` whose name ends in `suffix`,
 * in byte order of the names.  Stops when it returns other than 0, and returns that. TALLY_ENOFILE,
 * TALLY_ELIMIT. */
int tally__dir_each(const char *path, const char *suffix,
		    int (*visit)(void *context, const char *path, struct tally_error *error),
		    void *context, struct tally_error *error);

/* An exclusive advisory lock on a file (made if missing) or a folder that the end of the process
 * releases.
 * Waits up to timeout_ms; TALLY_EBUSY then.  `*lock` is a descriptor for tally__file_unlock. */
int tally__file_lock(int *lock, const char *path, unsigned timeout_ms, struct tally_error *error);
void tally__file_unlock(int lock);

#endif
