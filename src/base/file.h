/* base/file.h - reading and writing whole files. */
#ifndef TALLY_BASE_FILE_H
#define TALLY_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends a file's bytes to `out`, at most as many as its maximum allows.  TALLY_ENOFILE when it
 * cannot be opened or is a folder, TALLY_ELIMIT, TALLY_EIO. */
int tally__file_read(struct buf *out, const char *path, struct tally_error *error);
/* The same for a path that nobody has typed: TALLY_ENOFILE for pipes and devices too, at once. */
int tally__file_read_regular(struct buf *out, const char *path, struct tally_error *error);

/* What stands at a path, to find out later whether it is that still. */
struct file_stamp {
	bool exists;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

void tally__file_stamp(struct file_stamp *stamp, const char *path);
bool tally__file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);
/* As tally__file_read_regular; nothing is appended when nothing is there, and *stamp says what was
 * read. */
int tally__file_read_stamped(struct buf *out, const char *path, struct file_stamp *stamp,
			     struct tally_error *error);

/* Replaces (or makes) a file in one step: a temporary file beside it, flushed to disk, renamed over
 * it, the folder flushed.  Makes missing folders.  TALLY_EIO; nothing is left behind on failure. */
int tally__file_replace(const char *path, const void *bytes, size_t len, struct tally_error *error);

/* The same for a path without links, of whose folder the caller holds the lock, and whose folder is
 * there.  What killed processes left behind is cleaned up.  With a stamp (may be NULL), only while
 * what it was taken of is there still; else TALLY_EBUSY. */
int tally__file_replace_locked(const char *real, const void *bytes, size_t len,
			       const struct file_stamp *stamp, struct tally_error *error);

/* Makes sure that a file is on disk, and findable there.  TALLY_EIO. */
int tally__file_settle(const char *path, struct tally_error *error);

/* Removes a file; fine when there is none.  TALLY_EIO. */
int tally__file_remove(const char *path, struct tally_error *error);

/* Where a path leads, all links followed, those to nothing too; to be freed.  TALLY_EIO. */
int tally__file_resolve(char **real, const char *path, struct tally_error *error);
/* The folder part of a path, "." when it has none; to be freed.  NULL: no memory. */
char *tally__file_folder(const char *path);

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
/* The same for a lock that many want and hold for long: those who have waited a moment get it in
 * the order in which they came.  They queue in the file `queue`.  TALLY_EBUSY when for patience_ms
 * it has neither come free nor gone to another one of the queue. */
int tally__file_lock_in_turn(int *lock, const char *path, const char *queue, unsigned patience_ms,
			     struct tally_error *error);
void tally__file_unlock(int lock);

#endif
