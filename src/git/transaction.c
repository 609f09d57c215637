/* One transaction: lock, run, write, move the branch; again when the race was lost. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/time.h"
#include "git/accept.h"
#include "git/change.h"
#include "git/commit.h"
#include "git/group.h"
#include "git/open.h"
#include "git/rollup.h"

/* How long a writer waits for those of this machine that were first, while none of them is done. */
#define PATIENCE_MS 60000
/* Races that can be lost to `git push` before giving up. */
#define TRIES 24
/* Waits between them: chosen at random up to a bound that doubles from what a try has taken up to
 * so many times that, and is no longer than this. */
#define WAIT_TIMES  16u
#define WAIT_MAX_MS 4000
/* How often to look whether there are packs to roll up: at the first commit of a handle, which may
 * be its only one, and each time after so many. */
#define COMMITS_BEFORE_LOOKING 8

struct attempt {
	struct store *store;
	store_transaction *transaction;
	void *context;
	const struct store_author *author;
	git_oid commit; /* the new tip, or the old one when nothing changed */
	int64_t begun_ms;
	enum branch_outcome outcome;
};

/* Not to be guessed, only to differ between writers.  When there are many, the pushes of those that
 * lose take what those that win would need: the bound grows until they are rare. */
static void wait_a_while(unsigned lost, unsigned salt, int64_t took_ms)
{
	unsigned times = lost < 5 ? 1u << lost : WAIT_TIMES;
	unsigned took = took_ms < WAIT_MAX_MS ? (unsigned)took_ms + 1 : WAIT_MAX_MS;
	unsigned bound = took * times < WAIT_MAX_MS ? took * times : WAIT_MAX_MS;
	struct timespec now;
	struct timespec pause = {0, 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	salt = (salt + (unsigned)now.tv_nsec) * 2654435761u;
	salt = (salt >> 8) % (bound * 1000u);
	pause.tv_sec = salt / 1000000u;
	pause.tv_nsec = (long)(salt % 1000000u) * 1000L;
	while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
		;
}

int tally__change_accept(struct store *store, const git_oid *old, const git_oid *next,
			 enum branch_outcome *outcome, struct tally_error *error)
{
	struct pack pack = {""};
	int status = tally__branch_begin(store, next, error);

	*outcome = BRANCH_STAYS;
	if (status != 0)
		return status;
	status = tally__pack_install(&pack, store, store->staging, error);
	if (status == 0)
		status = tally__store_accept(store, &pack, old, next, outcome, error);
	if (*outcome == BRANCH_MOVED)
		tally__pack_accept(&pack, store);
	else
		tally__pack_remove(&pack, store);
	tally__branch_end(store);
	return status;
}

int tally__change_make(struct store *store, const struct snapshot *base,
		       store_transaction *transaction, void *context,
		       const struct store_author *author, git_oid *commit,
		       struct tally_error *error)
{
	struct edits edits;
	git_oid tree;
	bool changed = false;
	int status;

	tally__edits_init(&edits);
	*commit = base->commit;
	status = transaction(context, base, &edits, error);
	if (status == 0)
		status = tally__edits_apply(&edits, store->staging, base, &tree, &changed, error);
	if (status == 0 && changed)
		status = tally__commit_write(store->staging, commit, &tree, &base->commit, author,
					     edits.message, error);
	tally__edits_release(&edits);
	if (status == 0 && changed)
		status = tally__staging_settle(store->staging, error);
	else
		tally__staging_clear(store->staging);
	return status;
}

static int try_once(struct attempt *attempt, struct tally_error *error)
{
	struct store *store = attempt->store;
	struct snapshot base;
	git_oid tip;
	int status = tally__store_refresh(store, error);

	attempt->outcome = BRANCH_STAYS;
	if (status == 0)
		status = tally__store_tip(store, &tip, error);
	if (status == 0 && !store->staging)
		status = tally__staging_new(&store->staging, store->repository, error);
	if (status != 0)
		return status;
	status = tally__snapshot_init(&base, store->repository, tally__staging_git(store->staging),
				      &tip, error);
	if (status != 0)
		return status;
	store->changing = true;
	status = tally__change_make(store, &base, attempt->transaction, attempt->context,
				    attempt->author, &attempt->commit, error);
	if (status == 0 && !git_oid_equal(&attempt->commit, &base.commit))
		status = tally__change_accept(store, &base.commit, &attempt->commit,
					      &attempt->outcome, error);
	store->changing = false;
	tally__snapshot_release(&base);
	if (attempt->outcome == BRANCH_MOVED)
		tally__staging_keep(store->staging);
	else
		tally__staging_reset(store->staging);
	return status;
}

int tally__change_lock(struct store *store, int *lock, struct tally_error *error)
{
	const unsigned patience_ms = store->upstream ? store->upstream->patience_ms : PATIENCE_MS;
	char file[FILE_BYTES];
	char queue[FILE_BYTES];
	int status = tally__store_file(file, store, WRITE_LOCK, "", error);

	if (status == 0)
		status = tally__store_file(queue, store, WRITE_QUEUE, "", error);
	if (status == 0)
		status = tally__store_mkdir(store, STAGE_DIR, error);
	if (status == 0)
		status = tally__file_lock_in_turn(lock, file, queue, patience_ms, error);
	if (status == 0)
		tally__branch_recover(store);
	return status;
}

void tally__change_unlock(struct store *store, int lock, bool moved)
{
	tally__store_rest(store);
	tally__file_unlock(lock);
	if (moved && store->commits++ % COMMITS_BEFORE_LOOKING == 0 && tally__rollup(store))
		store->tips_seen = TIPS_BEFORE_REOPENING;
}

static int try_locked(struct attempt *attempt, struct tally_error *error)
{
	int lock;
	int status = tally__change_lock(attempt->store, &lock, error);

	if (status != 0)
		return status;
	attempt->begun_ms = tally__time_monotonic_ms();
	status = try_once(attempt, error);
	tally__change_unlock(attempt->store, lock, attempt->outcome == BRANCH_MOVED);
	return status;
}

/* A change by itself.  Who has lost a race lets others of this machine go first: holding the lock
 * over all tries would have them wait for as long. */
static int commit_alone(struct attempt *attempt, struct tally_error *error)
{
	const struct upstream *upstream = attempt->store->upstream;
	unsigned tries = upstream ? upstream->tries : TRIES;

	for (unsigned lost = 0; lost < tries; lost++) {
		int status = try_locked(attempt, error);

		if (status != 0 || attempt->outcome != BRANCH_LOST)
			return status;
		wait_a_while(lost, attempt->commit.id[0],
			     tally__time_monotonic_ms() - attempt->begun_ms);
	}
	return tally__fail_at(error, TALLY_EBUSY, upstream ? upstream->place : attempt->store->path,
			      0, 0, "other writers were faster %u times%s", tries,
			      upstream ? "; try again later"
				       : ", or one left " STORE_BRANCH
					 ".lock behind: if no git process is working on the "
					 "repository, remove that file; then try again");
}

int tally__store_commit(struct store *store, store_transaction *transaction, void *context,
			const struct store_author *author, char id[STORE_ID_BYTES],
			struct tally_error *error)
{
	struct attempt attempt = {
		.store = store, .transaction = transaction, .context = context, .author = author};
	int status = store->group ? tally__group_commit(store, transaction, context, author,
							&attempt.commit, error)
				  : commit_alone(&attempt, error);

	if (status == 0 && id) {
		id[0] = '\0';
		if (!git_oid_is_zero(&attempt.commit))
			git_oid_tostr(id, STORE_ID_BYTES, &attempt.commit);
	}
	return status;
}
