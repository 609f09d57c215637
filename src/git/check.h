/* git/check.h - whether all that git keeps of a store is there and whole. */
#ifndef TALLY_GIT_CHECK_H
#define TALLY_GIT_CHECK_H

#include "git/store.h"

/* Something that is wrong.  Texts are lent for the time of the call. */
struct store_problem {
	bool is_warning;   /* nothing is lost or answered wrongly by it */
	const char *where; /* a path in the tree or in the repository, an object, a commit */
	const char *what;
	const char *next; /* what to do, or NULL */
};

struct store_checker {
	/* Each problem. */
	int (*problem)(void *context, const struct store_problem *problem);
	/* Each file of the snapshot that is one, and whole, in the order of git's trees. */
	int (*file)(void *context, const char *path);
	void *context;
};

struct store_counts {
	size_t commits;
	size_t objects; /* read and found whole */
};

/* Reads every object of the snapshot, and every commit before it; with `history` every object of
 * these, too.  What is wrong is told, and the check goes on; it ends when `problem` or `file`
 * return other than 0, and returns that.  Other processes may write meanwhile. */
int tally__store_check(const struct snapshot *snapshot, bool history,
		       const struct store_checker *checker, struct store_counts *counts,
		       struct tally_error *error);

/* The part that is about files: what git or a process that was killed may have left, or somebody
 * put in the way. */
int tally__store_check_files(const struct store *store, const struct store_checker *checker);

#endif
