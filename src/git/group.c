/* A group of changes: commits on top of each other in memory, accepted as one.  The write lock is
 * held from the beginning to the end, so that only `git push` can come in between; and since the
 * callers were given their answers, changes that lost that race are theirs to make again. */
#include "config.h"

#include "base/limits.h"
#include "base/mem.h"
#include "git/accept.h"
#include "git/change.h"
#include "git/group.h"
#include "git/open.h"

int tally__store_begin(struct store *store, struct tally_error *error)
{
	struct group *group;
	git_oid tip;
	int status;

	if (store->group)
		return tally__fail(error, TALLY_EINVAL,
				   "a group of changes is under way: finish or cancel it first");
	group = tally__calloc(1, sizeof *group);
	if (!group)
		return tally__fail_nomem(error);
	status = tally__change_lock(store, &group->lock, error);
	if (status != 0)
		goto out;
	status = tally__store_refresh(store, error);
	if (status == 0)
		status = tally__store_tip(store, &tip, error);
	if (status == 0 && !store->staging)
		status = tally__staging_new(&store->staging, store->repository, error);
	if (status != 0) {
		tally__change_unlock(store, group->lock, false);
		goto out;
	}
	group->base = group->tip = tip;
	store->group = group;
	group = NULL;
out:
	tally__free(group);
	return status;
}

bool tally__store_is_in_group(const struct store *store)
{
	return store->group != NULL;
}

int tally__group_commit(struct store *store, store_transaction *transaction, void *context,
			const struct store_author *author, git_oid *commit,
			struct tally_error *error)
{
	struct group *group = store->group;
	struct snapshot base;
	int status;

	if (tally__staging_bytes(store->staging) > LIMIT_GROUP_BYTES)
		return tally__fail(error, TALLY_ELIMIT,
				   "a group of changes may hold %d bytes: finish it, and begin "
				   "another one",
				   LIMIT_GROUP_BYTES);
	status = tally__snapshot_init(&base, store->repository, tally__staging_git(store->staging),
				      &group->tip, error);
	if (status != 0)
		return status;
	status = tally__change_make(store, &base, transaction, context, author, commit, error);
	tally__snapshot_release(&base);
	if (status == 0)
		group->tip = *commit;
	return status;
}

static void end(struct store *store, bool moved)
{
	struct group *group = store->group;

	store->group = NULL;
	if (moved)
		tally__staging_keep(store->staging);
	else
		tally__staging_reset(store->staging);
	tally__change_unlock(store, group->lock, moved);
	tally__free(group);
}

int tally__store_finish(struct store *store, struct tally_error *error)
{
	enum branch_outcome outcome = BRANCH_STAYS;
	const struct group *group = store->group;
	int status = 0;

	if (!group)
		return tally__fail(error, TALLY_EINVAL,
				   "no group of changes is under way: begin one first");
	if (!git_oid_equal(&group->base, &group->tip))
		status = tally__change_accept(store, &group->base, &group->tip, &outcome, error);
	end(store, outcome == BRANCH_MOVED);
	if (status == 0 && outcome == BRANCH_LOST)
		status = tally__fail_at(error, TALLY_EBUSY, store->path, 0, 0,
					"the repository was changed from elsewhere meanwhile, and "
					"nothing of the group was recorded: make its changes "
					"again");
	return status;
}

void tally__store_cancel(struct store *store)
{
	if (store->group)
		end(store, false);
}
