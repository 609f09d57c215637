/* Which commit a snapshot pins. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "git/open.h"
#include "git/staging.h"

#define ABBREVIATION_MIN 4

/* The last commit, from `tip` back along first parents, that is not after `instant`. */
static int find_instant(git_oid *commit, struct repository *repository, const git_oid *tip,
			int64_t instant, const char *at, struct tally_error *error)
{
	git_object *object = NULL;
	git_oid next = *tip;
	bool found = false;
	bool end = git_oid_is_zero(&next);
	int status = 0;

	while (!found && !end) {
		const git_commit *walked;

		*commit = next;
		status = tally__object_lookup(&object, repository, repository->git, commit,
					      GIT_OBJECT_COMMIT, error);
		if (status != 0)
			return status;
		walked = (const git_commit *)object;
		found = git_commit_time(walked) <= instant;
		end = git_commit_parentcount(walked) == 0;
		if (!end)
			next = *git_commit_parent_id(walked, 0);
		git_object_free(object);
	}
	if (!found)
		return tally__fail(error, TALLY_ENOTFOUND, "nothing was recorded by %s yet", at);
	return 0;
}

static int find_id(git_oid *commit, struct repository *repository, const char *at,
		   struct tally_error *error)
{
	size_t len = strlen(at);
	git_object *object = NULL;
	git_oid prefix;
	int git;

	if (len < ABBREVIATION_MIN || len > GIT_OID_HEXSZ ||
	    strspn(at, "0123456789abcdefABCDEF") != len || git_oid_fromstrn(&prefix, at, len) < 0)
		return tally__fail(
			error, TALLY_EINVAL,
			"\"%.100s\" is neither a commit (%d to %d hexadecimal digits) nor "
			"an instant (2021-09-01 or 2021-09-01T00:07:21Z)",
			at, ABBREVIATION_MIN, GIT_OID_HEXSZ);
	git = git_object_lookup_prefix(&object, repository->git, &prefix, len, GIT_OBJECT_COMMIT);
	if (git == GIT_EAMBIGUOUS)
		return tally__fail(error, TALLY_EINVAL,
				   "several commits begin with %s: give more digits", at);
	if (git == GIT_ENOTFOUND)
		return tally__fail(error, TALLY_ENOTFOUND,
				   "no commit %s in the store; `tally log` lists them", at);
	if (git < 0)
		return tally__git_fail(error, git_repository_path(repository->git),
				       "look a commit up");
	*commit = *git_object_id(object);
	git_object_free(object);
	return 0;
}

static int open_commit(struct snapshot **out, struct store *store, git_repository *git,
		       const git_oid *commit, struct tally_error *error)
{
	struct snapshot *snapshot = tally__malloc(sizeof *snapshot);
	int status;

	if (!snapshot)
		return tally__fail_nomem(error);
	status = tally__snapshot_init(snapshot, store->repository, git, commit, error);
	if (status == 0)
		*out = snapshot;
	else
		tally__free(snapshot);
	return status;
}

int tally__snapshot_open(struct snapshot **out, struct store *store, const char *at,
			 struct tally_error *error)
{
	git_oid commit;
	git_oid tip;
	int64_t instant;
	int status;

	if (!at && store->group)
		return open_commit(out, store, tally__staging_git(store->staging),
				   &store->group->tip, error);
	status = tally__store_tip(store, &tip, error);
	if (status != 0)
		return status;
	if (!at)
		commit = tip;
	else if (tally__time_parse(at, &instant))
		status = find_instant(&commit, store->repository, &tip, instant, at, error);
	else
		status = find_id(&commit, store->repository, at, error);
	if (status != 0)
		return status;
	return open_commit(out, store, store->repository->git, &commit, error);
}
