/* git/repository.h - what the files of this folder share: an open repository, and libgit2's errors
 * as ours.  Not for other folders. */
#ifndef TALLY_GIT_REPOSITORY_H
#define TALLY_GIT_REPOSITORY_H

#include <stddef.h>
#include <stdint.h>

#include "format/libgit2.h"
#include "git/store.h"

#define STORE_BRANCH "refs/heads/main"

struct object_cache;

/* A repository as opened from disk.  Counted, since snapshots outlive a store's decision to open it
 * anew (which lets go of the packs that were rolled up). */
struct repository {
	git_repository *git;
	git_odb *odb;
	struct object_cache *cache; /* objects.h; NULL: none is kept */
	unsigned uses;
	bool is_damaged; /* an object was found to be missing or broken */
};

struct staging;
struct upstream; /* accept.h */

/* Changes that are made and not accepted yet. */
struct group {
	int lock;     /* the write lock */
	git_oid base; /* where the branch was */
	git_oid tip;  /* the last commit made on top of it, in memory */
};

struct store {
	char *path;                    /* of the repository, ending in "/" */
	struct repository *repository; /* in use now */
	struct staging *staging;       /* NULL before the first transaction */
	struct group *group;           /* NULL: each change by itself */
	git_oid tip;                   /* as last seen */
	unsigned tips_seen;            /* how often it changed since the repository was opened */
	bool changing;                 /* what is open is in use: it is not opened anew */
	unsigned commits;              /* made through this handle */
	struct upstream *upstream;     /* NULL: commits count once the branch here has moved */
};

/* TALLY_ENOFILE, TALLY_EIO. */
int tally__repository_open(struct repository **out, const char *path, struct tally_error *error);
struct repository *tally__repository_share(struct repository *repository);
void tally__repository_release(struct repository *repository);

/* The commit that the branch points at; all zero on an empty branch. */
int tally__repository_tip(struct repository *repository, git_oid *tip, struct tally_error *error);

/* Looks an object up; when it is not found where it was, something may have been repacked: looks
 * again.  `git` is the repository to look in: repository->git, or a staging area's. */
int tally__object_lookup(git_object **out, struct repository *repository, git_repository *git,
			 const git_oid *id, git_object_t type, struct tally_error *error);

/* The same for an object as it is, from a database. */
int tally__odb_read(git_odb_object **out, struct repository *repository, git_odb *odb,
		    const git_oid *id, struct tally_error *error);
/* TALLY_EIO: an object is not there, or is something else. */
int tally__object_missing(struct repository *repository, const git_oid *id,
			  struct tally_error *error);

/* Fails with libgit2's last error: TALLY_ENOMEM, or TALLY_EIO with a hint when the cause can be
 * seen (disk full, no permission). `doing` completes "cannot …". */
int tally__git_fail(struct tally_error *error, const char *path, const char *doing);
/* The same with errno. */
int tally__errno_fail(struct tally_error *error, int number, const char *path, const char *doing);

/* A pinned commit.  Objects are read from `git`, which is the repository's or, within a
 * transaction, the staging area's, which has what the last commit wrote still in memory. */
struct snapshot {
	struct repository *repository;
	git_repository *git;
	git_odb *odb; /* of `git` */
	git_oid tree; /* all zero on an empty branch, as is the commit */
	git_oid commit;
	char id[STORE_ID_BYTES];
};

/* `commit` all zero: an empty branch. */
int tally__snapshot_init(struct snapshot *snapshot, struct repository *repository,
			 git_repository *git, const git_oid *commit, struct tally_error *error);
void tally__snapshot_release(struct snapshot *snapshot);

#endif
