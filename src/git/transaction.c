/* One transaction: lock, run, write, move the branch; again when the race was lost. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/time.h"
#include "git/branch.h"
#include "git/commit.h"
#include "git/open.h"
#include "git/pack.h"
#include "git/rollup.h"

/* How long a writer waits for those of this machine that were first. */
#define LOCK_TIMEOUT_MS 60000
/* Races that can be lost to `git push` before giving up. */
#define TRIES 24
/* Waits between them: chosen at random up to a bound that doubles up to this. */
#define WAIT_MAX_MS 250
/* How often to look whether there are packs to roll up: at the first commit of a handle, which may
 * be its only one, and each time after so many. */
#define COMMITS_BEFORE_LOOKING 8

struct attempt {
	struct store *store;
	store_transaction *transaction;
	void *context;
	const struct store_author *author;
	git_oid commit; /* the new tip, or the old one when nothing changed */
	enum branch_outcome outcome;
};

/* Not to be guessed, only to differ between writers. */
static void wait_a_while(unsigned lost, unsigned salt)
{
	unsigned bound = lost < 8 ? 1u << lost : WAIT_MAX_MS;
	struct timespec now;
	struct timespec pause = {0, 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	salt = (salt + (unsigned)now.tv_nsec) * 2654435761u;
	pause.tv_nsec = (long)((salt >> 8) % (bound * 1000u)) * 1000L;
	while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
		;
}

/* Packs what was staged and moves the branch to it. */
static int publish(struct attempt *attempt, const struct snapshot *base, struct tally_error *error)
{
	struct store *store = attempt->store;
	struct pack pack = {""};
	int status = tally__branch_begin(store, &attempt->commit, error);

	if (status != 0)
		return status;
	status = tally__pack_install(&pack, store, store->staging, error);
	if (status == 0)
		status = tally__branch_move(store, &base->commit, &attempt->commit,
					    &attempt->outcome, error);
	if (attempt->outcome == BRANCH_MOVED)
		tally__pack_accept(&pack, store);
	else
		tally__pack_remove(&pack, store);
	tally__branch_end(store);
	return status;
}

/* Runs the function and writes what it wants; *outcome stays BRANCH_STAYS when nothing changed. */
static int run(struct attempt *attempt, const struct snapshot *base, struct tally_error *error)
{
	struct store *store = attempt->store;
	struct edits edits;
	git_oid tree;
	bool changed = false;
	int status;

	tally__edits_init(&edits);
	status = attempt->transaction(attempt->context, base, &edits, error);
	if (status == 0)
		status = tally__edits_apply(&edits, store->staging, base, &tree, &changed, error);
	attempt->commit = base->commit;
	if (status == 0 && changed)
		status = tally__commit_write(store->staging, &attempt->commit, &tree, &base->commit,
					     attempt->author, edits.message, error);
	tally__edits_release(&edits);
	if (status != 0 || !changed)
		return status;
	return publish(attempt, base, error);
}

static int try_once(struct attempt *attempt, struct tally_error *error)
{
	struct store *store = attempt->store;
	struct snapshot base;
	git_oid tip;
	int status = tally__store_tip(store, &tip, error);

	attempt->outcome = BRANCH_STAYS;
	if (status == 0 && !store->staging)
		status = tally__staging_new(&store->staging, store->repository, error);
	if (status != 0)
		return status;
	status = tally__snapshot_init(&base, store->repository, tally__staging_git(store->staging),
				      &tip, error);
	if (status != 0)
		return status;
	status = run(attempt, &base, error);
	tally__snapshot_release(&base);
	if (attempt->outcome == BRANCH_MOVED)
		tally__staging_keep(store->staging);
	else
		tally__staging_clear(store->staging);
	return status;
}

static int try_often(struct attempt *attempt, struct tally_error *error)
{
	for (unsigned lost = 0; lost < TRIES; lost++) {
		int status = try_once(attempt, error);

		if (status != 0 || attempt->outcome != BRANCH_LOST)
			return status;
		wait_a_while(lost, attempt->commit.id[0]);
	}
	return tally__fail_at(error, TALLY_EBUSY, attempt->store->path, 0, 0,
			      "other writers were faster %d times, or one left " STORE_BRANCH
			      ".lock behind: if no git process is working on the repository, "
			      "remove that file; then try again",
			      TRIES);
}

int tally__store_commit(struct store *store, store_transaction *transaction, void *context,
			const struct store_author *author, char id[STORE_ID_BYTES],
			struct tally_error *error)
{
	struct attempt attempt = {
		.store = store, .transaction = transaction, .context = context, .author = author};
	char lock_file[FILE_BYTES];
	int lock;
	int status = tally__store_file(lock_file, store, WRITE_LOCK, "", error);

	if (status == 0)
		status = tally__store_mkdir(store, STAGE_DIR, error);
	if (status == 0)
		status = tally__file_lock(&lock, lock_file, LOCK_TIMEOUT_MS, error);
	if (status != 0)
		return status;
	tally__branch_recover(store);
	status = try_often(&attempt, error);
	tally__file_unlock(lock);
	if (attempt.outcome == BRANCH_MOVED && store->commits++ % COMMITS_BEFORE_LOOKING == 0 &&
	    tally__rollup(store))
		store->tips_seen = TIPS_BEFORE_REOPENING;
	if (status == 0 && id) {
		id[0] = '\0';
		if (!git_oid_is_zero(&attempt.commit))
			git_oid_tostr(id, STORE_ID_BYTES, &attempt.commit);
	}
	return status;
}
