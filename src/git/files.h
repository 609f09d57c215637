/* git/files.h - the files of Tally's own within the folder of a repository, and small steps on
 * files.  Git does not look at them.
 *
 *   tally/write.lock   held by the one writer of this machine
 *   tally/write.queue  where those wait who want to be
 *   tally/next         the commit being made; there only while one is being made, or after a crash
 *   tally/stage/       its pack, before it is moved to objects/pack
 *   tally/roll.lock    held by the one process that rolls packs up
 *   tally/roll/        the new pack, before it is moved
 *   tally/rolled       packs that were rolled up and are still to be removed
 *   tally/dense        packs with deltas, which are not rolled up
 *   tally/.tally-*.tmp one of these two lists while it is written anew, or after a crash
 */
#ifndef TALLY_GIT_FILES_H
#define TALLY_GIT_FILES_H

#include "git/repository.h"

#define FILE_BYTES 4096 /* longest path of a file within a repository */

#define OWN_DIR     "tally"
#define WRITE_LOCK  "tally/write.lock"
#define WRITE_QUEUE "tally/write.queue"
#define NEXT_FILE   "tally/next"
#define STAGE_DIR   "tally/stage"
#define ROLL_LOCK   "tally/roll.lock"
#define ROLL_DIR    "tally/roll"
#define ROLLED      "tally/rolled"
#define DENSE       "tally/dense"
#define PACK_DIR    "objects/pack"

/* "FOLDER OF THE REPOSITORY" + name + end.  TALLY_ELIMIT when that is too long. */
int tally__store_file(char file[FILE_BYTES], const struct store *store, const char *name,
		      const char *end, struct tally_error *error);

/* Flushes a file or a folder to disk.  TALLY_EIO. */
int tally__file_flush(const char *file, struct tally_error *error);

/* Removes; a file that is not there is fine, and so is failure: what stays is removed later. */
void tally__store_unlink(const struct store *store, const char *name, const char *end);

/* Makes a folder of ours if it is missing, and the one above it.  TALLY_EIO, also when something
 * else is there: a symbolic link is not followed. */
int tally__store_mkdir(const struct store *store, const char *name, struct tally_error *error);
/* Removes the files in a folder of ours, unless it is reached through a symbolic link. */
void tally__store_empty(const struct store *store, const char *name);
/* Removes the temporary files that a process left that was killed while it replaced a file in our
 * folder.  Only with the roll lock: the list of rolled-up packs is all that is written that way. */
void tally__store_sweep(const struct store *store);

#endif
