/* The branch is moved as git does it: make its .lock file, look whether the branch is still where
 * it was, rename the lock over it.  libgit2 can do that too, but a writer that is killed half way
 * through leaves a lock that nobody can tell from git's, and that blocks the branch for good.  Here
 * the lock is a second link to tally/next: if it still is one when the next writer has the write
 * lock, its owner is dead. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "git/branch.h"
#include "git/pack.h"

/* Makes a file, which must not be there, that holds an id. */
static int make_id_file(const char *file, const git_oid *id, bool *exists,
			struct tally_error *error)
{
	char text[GIT_OID_HEXSZ + 2];
	int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int status = 0;

	*exists = descriptor < 0 && errno == EEXIST;
	if (*exists)
		return TALLY_EBUSY;
	if (descriptor < 0)
		return tally__errno_fail(error, errno, file, "make a file");
	git_oid_tostr(text, sizeof text, id);
	memcpy(text + strlen(text), "\n", 2);
	errno = ENOSPC; /* for a write that is only cut short */
	if (write(descriptor, text, GIT_OID_HEXSZ + 1) != GIT_OID_HEXSZ + 1 ||
	    fsync(descriptor) != 0)
		status = tally__errno_fail(error, errno, file, "write to disk");
	close(descriptor);
	if (status != 0)
		unlink(file);
	return status;
}

int tally__branch_begin(const struct store *store, const git_oid *next, struct tally_error *error)
{
	char file[FILE_BYTES];
	bool exists;
	int status = tally__store_file(file, store, NEXT_FILE, "", error);

	if (status == 0)
		status = make_id_file(file, next, &exists, error);
	/* Recovery removed what was there, or could not. */
	return status == TALLY_EBUSY
		       ? tally__fail_at(error, TALLY_EIO, file, 0, 0,
					"left by a writer that was killed, and cannot be removed")
		       : status;
}

void tally__branch_end(const struct store *store)
{
	tally__store_unlink(store, NEXT_FILE, "");
}

/* Takes the branch's lock; *held tells that someone else has it. */
static int lock_branch(const char *next_file, const char *lock, const git_oid *next, bool *held,
		       struct tally_error *error)
{
	*held = false;
	if (link(next_file, lock) == 0)
		return 0;
	if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) {
		/* No hard links on this file system. */
		int status = make_id_file(lock, next, held, error);

		return *held ? 0 : status;
	}
	*held = errno == EEXIST;
	return *held ? 0 : tally__errno_fail(error, errno, lock, "lock the branch");
}

/* With the lock held: is the branch at `old`?  Then the lock becomes the branch. */
static int swap(const struct store *store, const char *lock, const char *branch, const git_oid *old,
		enum branch_outcome *outcome, struct tally_error *error)
{
	char folder[FILE_BYTES];
	git_oid now;
	int status = tally__repository_tip(store->repository, &now, error);

	if (status == 0)
		status = tally__store_file(folder, store, "refs/heads", "", error);
	if (status != 0)
		return status;
	if (!git_oid_equal(&now, old)) {
		*outcome = BRANCH_LOST;
		return 0;
	}
	if (rename(lock, branch) != 0)
		return tally__errno_fail(error, errno, branch, "move the branch");
	*outcome = BRANCH_MOVED;
	/* The change is there for everybody now; only a power cut could still undo it. */
	if (tally__file_flush(folder, NULL) != 0)
		return tally__fail_at(
			error, TALLY_EIO, folder, 0, 0,
			"the change was made, but could not be flushed to disk and may "
			"not survive a power cut; run the command again once the disk "
			"is well");
	return 0;
}

int tally__branch_move(const struct store *store, const git_oid *old, const git_oid *next,
		       enum branch_outcome *outcome, struct tally_error *error)
{
	char next_file[FILE_BYTES];
	char lock[FILE_BYTES];
	char branch[FILE_BYTES];
	bool held;
	int status = tally__store_file(next_file, store, NEXT_FILE, "", error);

	*outcome = BRANCH_STAYS;
	if (status == 0)
		status = tally__store_file(lock, store, STORE_BRANCH, ".lock", error);
	if (status == 0)
		status = tally__store_file(branch, store, STORE_BRANCH, "", error);
	if (status == 0)
		status = lock_branch(next_file, lock, next, &held, error);
	if (status != 0)
		return status;
	if (held) {
		*outcome = BRANCH_LOST;
		return 0;
	}
	status = swap(store, lock, branch, old, outcome, error);
	if (*outcome != BRANCH_MOVED)
		unlink(lock);
	return status;
}

static bool same_content(const char *a, const char *b)
{
	struct buf first, second;
	bool same;

	tally__buf_init(&first, GIT_OID_HEXSZ + 1);
	tally__buf_init(&second, GIT_OID_HEXSZ + 1);
	same = tally__file_read(&first, a, NULL) == 0 && tally__file_read(&second, b, NULL) == 0 &&
	       first.len > 0 && first.len == second.len &&
	       memcmp(first.bytes, second.bytes, first.len) == 0;
	tally__buf_release(&first);
	tally__buf_release(&second);
	return same;
}

void tally__branch_recover(const struct store *store)
{
	char next[FILE_BYTES];
	char lock[FILE_BYTES];
	struct stat next_info;
	struct stat lock_info;

	if (tally__store_file(next, store, NEXT_FILE, "", NULL) != 0 || stat(next, &next_info) != 0)
		return;
	/* The content tells where there are no hard links: nobody else knows of that commit. */
	if (tally__store_file(lock, store, STORE_BRANCH, ".lock", NULL) == 0 &&
	    stat(lock, &lock_info) == 0 &&
	    ((lock_info.st_ino == next_info.st_ino && lock_info.st_dev == next_info.st_dev) ||
	     same_content(lock, next)))
		unlink(lock);
	tally__pack_unkeep_all(store);
	tally__store_empty(store, STAGE_DIR);
	unlink(next);
}
