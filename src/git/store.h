/* git/store.h - files in the one branch of a bare git repository: pinned snapshots, transactions by
 * compare-and-swap, history.  Knows nothing of contracts.
 *
 * A transaction is a function from a snapshot to edits.  It is committed as one commit; when
 * another writer was first it runs again on the new tip.  It has returned 0 only once the commit is
 * on disk and reachable; after any error the repository is unchanged.
 *
 * Handles belong to one thread at a time; any number of processes may work on one repository.
 */
#ifndef TALLY_GIT_STORE_H
#define TALLY_GIT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define STORE_ID_BYTES 41

struct store;
struct snapshot;
struct edits;

/* Makes a bare repository with one empty branch ("main"); an existing empty folder is fine.
 * TALLY_ECONFLICT when there is something at `path` already, TALLY_EIO, TALLY_EUNSUPPORTED
 * (libgit2). */
int tally__store_init(const char *path, struct tally_error *error);

/* Nothing was ever put into the repository: it has no object, no reference, and nothing of ours. An
 * empty branch in any other repository is a branch that was lost. */
bool tally__store_is_unused(const struct store *store);
bool tally__snapshot_is_of_unused(const struct snapshot *snapshot);

/* TALLY_ENOFILE when there is no repository, TALLY_EIO. */
int tally__store_open(struct store **out, const char *path, struct tally_error *error);
void tally__store_close(struct store *store);

/* The newest commit, pinned; or the one that `at` names: a commit id (also abbreviated) or an
 * instant (tally__time_parse: the last commit not after it).  TALLY_ENOTFOUND, TALLY_EINVAL (no
 * such text), TALLY_EIO. */
int tally__snapshot_open(struct snapshot **out, struct store *store, const char *at,
			 struct tally_error *error);
void tally__snapshot_close(struct snapshot *snapshot);
/* "" on an empty branch. */
const char *tally__snapshot_id(const struct snapshot *snapshot);

/* A file's bytes, made in `arena`.  TALLY_ENOTFOUND when there is no such file (an expected answer:
 * `error` may be NULL), TALLY_EPARSE when something else is there or in place of a folder above it
 * (a folder, a symbolic link, a submodule), TALLY_EIO. */
int tally__snapshot_read(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 const char **bytes, size_t *len, struct tally_error *error);

/* Which content a file has, without reading it: the same bytes have the same.  All zero when there
 * is no such file.  Errors as above. */
struct store_content {
	unsigned char id[20];
};
int tally__snapshot_content(const struct snapshot *snapshot, const char *path,
			    struct store_content *content, struct tally_error *error);

struct snapshot_entry {
	const char *name;
	bool is_folder;
};

/* The entries of a folder in byte order, made in `arena`; none when there is no such folder.
 * TALLY_EPARSE when something else is there. */
int tally__snapshot_list(const struct snapshot *snapshot, const char *path, struct arena *arena,
			 struct snapshot_entry **entries, size_t *count, struct tally_error *error);

/* Within a transaction.  Paths are relative, of components that tally__path_component made.  Bytes
 * are copied.  Removing what is not there is fine. */
int tally__edits_put(struct edits *edits, const char *path, const void *bytes, size_t len,
		     struct tally_error *error);
int tally__edits_remove(struct edits *edits, const char *path, struct tally_error *error);
/* Commit message: a subject that says in plain words what happened, and perhaps a body. */
int tally__edits_describe(struct edits *edits, const char *message, struct tally_error *error);

/* May run several times; whatever it returns other than 0 ends the transaction with nothing done.
 */
typedef int store_transaction(void *context, const struct snapshot *snapshot, struct edits *edits,
			      struct tally_error *error);

struct store_author {
	const char *name, *email; /* NULL: "tally", "tally@localhost" */
	int64_t now_unix;
};

/* Edits that leave the tree as it was make no commit, and that is a success too.  `id` (may be
 * NULL) gets the commit's id, or the tip's when nothing changed.  TALLY_EBUSY after too many lost
 * races, TALLY_EIO. */
int tally__store_commit(struct store *store, store_transaction *transaction, void *context,
			const struct store_author *author, char id[STORE_ID_BYTES],
			struct tally_error *error);

/* A group: until finish or cancel, what is committed through this handle becomes commits on top of
 * each other in memory, and snapshots of the newest commit show them (these are to be closed before
 * the group ends).  The write lock is held meanwhile.  A change that fails leaves the group as it
 * was.  TALLY_EINVAL (one is under way), TALLY_EBUSY, TALLY_EIO. */
int tally__store_begin(struct store *store, struct tally_error *error);
bool tally__store_is_in_group(const struct store *store);
/* Accepts all of them at once: one pack, one move of the branch.  The group has ended, whatever is
 * returned; after an error the repository is unchanged, as after tally__store_commit.  TALLY_EBUSY
 * when somebody else moved the branch meanwhile, TALLY_EINVAL (no group), TALLY_EIO. */
int tally__store_finish(struct store *store, struct tally_error *error);
/* Forgets them; without a group nothing happens. */
void tally__store_cancel(struct store *store);

struct store_change {
	const char *id;
	const char *message;
	const char *author;
	int64_t unix_seconds;
};

struct store_log_path {
	const char *path; /* a component "*" stands for any */
	bool asks;        /* files that lie exactly there: what they say decides */
};

struct store_log {
	const struct store_log_path *paths;
	size_t path_count;  /* 0: every change */
	size_t max_commits; /* that are looked at, whether they are told or not; 0: all */
	/* Each change, newest first, until it returns other than 0. */
	int (*visit)(void *context, const struct store_change *change);
	/* Of a path that asks: does a file that was put there, with these bytes, count? */
	bool (*concerns)(void *context, const char *bytes, size_t len);
	void *context;
};

/* Tells of each commit from `snapshot` back that changed something at or below one of the paths.
 * `next` is the first commit that was not looked at, "" at the end of the history.  Returns what
 * `visit` returned, when that ended it. */
int tally__snapshot_log(const struct snapshot *snapshot, const struct store_log *log,
			char next[STORE_ID_BYTES], struct tally_error *error);

/* One safe path component for any name of up to LIMIT_NAME_BYTES bytes: see doc/store-format.md,
 * "Names".  At most 240 bytes, which leaves room for an extension.  TALLY_EINVAL for "" and names
 * too long. */
int tally__path_component(struct buf *out, const char *name, struct tally_error *error);
/* The name again.  TALLY_ENOTFOUND for the component of a name that is too long to be held by one
 * (it has a digest in place of the end: a record must hold the name), TALLY_EPARSE for what
 * tally__path_component never makes. */
int tally__path_component_decode(struct buf *out, const char *component, struct tally_error *error);

#endif
