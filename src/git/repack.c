/* Deltas are looked for among objects of the same name, so each is given the path that it has: the
 * history is walked, newest first, and of each commit what it changed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "git/open.h"
#include "git/pack.h"
#include "git/paths.h"
#include "git/repack.h"
#include "git/scan.h"

#define PATH_BYTES      ((size_t)PATH_DEPTH * (PATH_COMPONENT_BYTES + 1))
#define LOCK_TIMEOUT_MS 10000

struct repack {
	struct store *store;
	struct pack_scan scan;
	bool *chosen; /* of scan.packs */
	git_packbuilder *builder;
	git_odb *all; /* what is in the packs that were chosen */
	git_repository *chosen_git;
	struct buf path;
	const volatile sig_atomic_t *interrupt;
	struct tally_error *error;
};

static int git_failed(const struct repack *repack, const char *doing)
{
	return tally__git_fail(repack->error, repack->store->path, doing);
}

/* ---- which packs ---- */

static bool is_dense(const struct found_pack *pack)
{
	return pack->level == PACK_LEVELS;
}

/* All that have no deltas, and then, smallest first, those dense ones that are less than twice as
 * large as what was chosen so far.  False when that is one pack, dense already, or none. */
static bool choose(struct repack *repack)
{
	size_t objects = 0, count = 0;
	bool more = true;

	for (size_t i = 0; i < repack->scan.count; i++) {
		repack->chosen[i] = !is_dense(&repack->scan.packs[i]);
		objects += repack->chosen[i] ? repack->scan.packs[i].objects : 0;
		count += repack->chosen[i];
	}
	while (count > 0 && more) {
		more = false;
		for (size_t i = 0; i < repack->scan.count; i++) {
			if (repack->chosen[i] || repack->scan.packs[i].objects >= 2 * objects)
				continue;
			repack->chosen[i] = more = true;
			objects += repack->scan.packs[i].objects;
		}
	}
	return count > 0;
}

static void measure(const struct repack *repack, size_t *packs, uint64_t *bytes)
{
	*packs = repack->scan.count;
	*bytes = 0;
	for (size_t i = 0; i < repack->scan.count; i++)
		*bytes += repack->scan.packs[i].bytes;
}

/* ---- what goes in, under which name ---- */

static int check_interrupt(const struct repack *repack)
{
	if (repack->interrupt == NULL || *repack->interrupt == 0)
		return 0;
	return tally__fail(repack->error, TALLY_ETIMEOUT, "interrupted: nothing was packed");
}

static int insert(struct repack *repack, const git_oid *id, const char *path)
{
	return git_packbuilder_insert(repack->builder, id, path) < 0
		       ? git_failed(repack, "pack an object")
		       : 0;
}

/* NULL for what is no tree here, or none that can be read: what it holds is packed without names.
 */
static git_tree *lookup_tree(const struct repack *repack, const git_oid *id)
{
	struct repository *repository = repack->store->repository;
	git_object *tree = NULL;

	if (id == NULL || tally__object_lookup(&tree, repository, repository->git, id,
					       GIT_OBJECT_TREE, NULL) != 0)
		return NULL;
	return (git_tree *)tree;
}

static int insert_tree(struct repack *repack, const git_oid *id, const git_oid *before,
		       unsigned depth);

static int insert_entry(struct repack *repack, const git_tree_entry *entry,
			const git_tree_entry *before, unsigned depth)
{
	const git_oid *id = git_tree_entry_id(entry);
	size_t len = repack->path.len;
	int status;

	if (before != NULL && git_oid_equal(id, git_tree_entry_id(before)))
		return 0;
	if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT)
		return 0;
	tally__buf_adds(&repack->path, git_tree_entry_name(entry));
	status = tally__buf_status(&repack->path, repack->error);
	if (status == 0 && git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
		tally__buf_addc(&repack->path, '/');
		status = insert_tree(repack, id, before ? git_tree_entry_id(before) : NULL,
				     depth + 1);
	} else if (status == 0 && git_odb_exists(repack->all, id)) {
		status = insert(repack, id, repack->path.bytes);
	}
	tally__buf_truncate(&repack->path, len);
	return status;
}

/* What is new in a tree, or else, in one that is in other packs, nothing. */
static int insert_tree(struct repack *repack, const git_oid *id, const git_oid *before,
		       unsigned depth)
{
	git_tree *tree, *old;
	int status = 0;

	if (depth > PATH_DEPTH || !git_odb_exists(repack->all, id))
		return 0;
	tree = lookup_tree(repack, id);
	if (tree == NULL)
		return 0;
	old = lookup_tree(repack, before);
	status = insert(repack, id, repack->path.bytes);
	for (size_t i = 0; status == 0 && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		status = insert_entry(
			repack, entry,
			old ? git_tree_entry_byname(old, git_tree_entry_name(entry)) : NULL, depth);
	}
	git_tree_free(old);
	git_tree_free(tree);
	return status;
}

/* The commit's parent, or NULL. */
static git_object *parent_of(const struct repack *repack, git_object *commit)
{
	struct repository *repository = repack->store->repository;
	git_object *parent = NULL;

	if (git_commit_parentcount((git_commit *)commit) > 0)
		(void)tally__object_lookup(&parent, repository, repository->git,
					   git_commit_parent_id((git_commit *)commit, 0),
					   GIT_OBJECT_COMMIT, NULL);
	return parent;
}

/* The history, as far back as its commits are in the packs that were chosen. */
static int insert_history(struct repack *repack)
{
	struct repository *repository = repack->store->repository;
	git_object *commit = NULL;
	git_oid tip;
	int status = tally__repository_tip(repository, &tip, repack->error);

	if (status != 0 || git_oid_is_zero(&tip))
		return status;
	(void)tally__object_lookup(&commit, repository, repository->git, &tip, GIT_OBJECT_COMMIT,
				   NULL);
	while (status == 0 && commit && git_odb_exists(repack->all, git_object_id(commit))) {
		git_object *parent = parent_of(repack, commit);

		status = check_interrupt(repack);
		if (status == 0)
			status = insert(repack, git_object_id(commit), NULL);
		if (status == 0)
			status = insert_tree(
				repack, git_commit_tree_id((git_commit *)commit),
				parent ? git_commit_tree_id((git_commit *)parent) : NULL, 0);
		git_object_free(commit);
		commit = parent;
	}
	git_object_free(commit);
	return status;
}

static int index_of(char index[FILE_BYTES], const struct repack *repack, size_t i)
{
	char name[96];

	(void)snprintf(name, sizeof name, PACK_DIR "/%s", repack->scan.packs[i].name);
	return tally__store_file(index, repack->store, name, ".idx", repack->error);
}

/* Makes the packs known to `all`, or puts all their objects in that the history did not name. */
static int each_chosen(struct repack *repack, bool insert_all)
{
	char index[FILE_BYTES];
	int status = 0;

	for (size_t i = 0; status == 0 && i < repack->scan.count; i++) {
		git_odb_backend *backend = NULL;
		int git;

		if (!repack->chosen[i])
			continue;
		status = index_of(index, repack, i);
		if (status != 0)
			return status;
		if (insert_all) {
			git = tally__pack_insert(repack->builder, repack->all, index);
		} else {
			git = git_odb_backend_one_pack(&backend, index);
			if (git == 0 && (git = git_odb_add_backend(repack->all, backend, 1)) < 0)
				backend->free(backend);
		}
		if (git < 0)
			status = git_failed(repack, "read a pack");
	}
	return status;
}

static int on_progress(int stage, uint32_t current, uint32_t total, void *context)
{
	const struct repack *repack = context;

	(void)stage, (void)current, (void)total;
	return repack->interrupt != NULL && *repack->interrupt != 0 ? -1 : 0;
}

static int build(struct repack *repack, struct pack *pack)
{
	char folder[FILE_BYTES];
	int status = tally__store_file(folder, repack->store, ROLL_DIR, "", repack->error);

	if (status != 0)
		return status;
	if (git_odb_new(&repack->all) < 0 ||
	    git_repository_wrap_odb(&repack->chosen_git, repack->all) < 0 ||
	    git_packbuilder_new(&repack->builder, repack->chosen_git) < 0)
		return git_failed(repack, "begin a pack");
	/* The others have the machine, too. */
	git_packbuilder_set_threads(repack->builder, 1);
	(void)git_packbuilder_set_callbacks(repack->builder, on_progress, repack);
	status = each_chosen(repack, false);
	if (status == 0)
		status = insert_history(repack);
	if (status == 0)
		status = each_chosen(repack, true);
	if (status == 0 && git_packbuilder_write(repack->builder, folder, 0444, NULL, NULL) < 0)
		status = check_interrupt(repack) != 0 ? TALLY_ETIMEOUT
						      : git_failed(repack, "write a pack");
	if (status == 0)
		status = tally__pack_move(pack, repack->store, ROLL_DIR,
					  git_packbuilder_name(repack->builder), false,
					  repack->error);
	return status;
}

/* ---- what becomes of the others ---- */

/* The list of dense packs: those that stay, and the new one.  It comes before the others are
 * retired: a pack that is not in it would be rolled up, which takes long and does no harm. */
static bool write_dense(const struct repack *repack, const char *name)
{
	char file[FILE_BYTES];
	struct buf text;
	bool good;

	if (tally__store_file(file, repack->store, DENSE, "", NULL) != 0)
		return false;
	tally__buf_init(&text, LIMIT_ROLLED_BYTES);
	for (size_t i = 0; i < repack->scan.count; i++) {
		if (is_dense(&repack->scan.packs[i]) && !repack->chosen[i])
			tally__buf_addf(&text, "%s\n", repack->scan.packs[i].name);
	}
	tally__buf_addf(&text, "%s\n", name);
	good = tally__buf_status(&text, NULL) == 0 &&
	       tally__file_replace(file, text.bytes, text.len, NULL) == 0;
	tally__buf_release(&text);
	return good;
}

static void retire(struct repack *repack, const char *into, struct repacking *repacking)
{
	struct rolled *rolled = &repack->scan.rolled;
	bool good = write_dense(repack, into);

	for (size_t i = 0; i < repack->scan.count && good; i++) {
		const struct found_pack *pack = &repack->scan.packs[i];

		if (!repack->chosen[i] || strcmp(pack->name, into) == 0)
			continue;
		good = tally__rolled_add(rolled, pack->name, into);
		repacking->bytes_waiting += pack->bytes;
	}
	(void)tally__rolled_write(rolled, repack->store);
}

static void repack_release(struct repack *repack)
{
	git_packbuilder_free(repack->builder);
	git_repository_free(repack->chosen_git);
	git_odb_free(repack->all);
	tally__buf_release(&repack->path);
	tally__pack_scan_release(&repack->scan);
	tally__free(repack->chosen);
}

static int scan(struct repack *repack)
{
	tally__pack_scan_release(&repack->scan);
	if (!tally__packs_scan(&repack->scan, repack->store))
		return tally__fail_at(repack->error, TALLY_EIO, repack->store->path, 0, 0,
				      "cannot list the packs in " PACK_DIR);
	return 0;
}

/* With the lock. */
static int repack_locked(struct repack *repack, struct repacking *repacking)
{
	struct pack pack = {""};
	int status;

	tally__store_sweep(repack->store);
	tally__store_empty(repack->store, ROLL_DIR);
	status = scan(repack);
	if (status != 0)
		return status;
	/* What waited long enough goes now: without this, only a roll-up would do it. */
	tally__rolled_sweep(&repack->scan.rolled, repack->store);
	(void)tally__rolled_write(&repack->scan.rolled, repack->store);
	repack->chosen = tally__calloc(repack->scan.count + 1, sizeof *repack->chosen);
	if (repack->chosen == NULL)
		return tally__fail_nomem(repack->error);
	measure(repack, &repacking->packs_before, &repacking->bytes_before);
	repacking->packs_after = repacking->packs_before;
	repacking->bytes_after = repacking->bytes_before;
	if (!choose(repack))
		return 0;
	if (git_odb_refresh(repack->store->repository->odb) < 0)
		return git_failed(repack, "look for packs");
	status = build(repack, &pack);
	if (status != 0) {
		tally__store_empty(repack->store, ROLL_DIR);
		return status;
	}
	retire(repack, strrchr(pack.name, '/') + 1, repacking);
	repacking->done = true;
	status = scan(repack);
	measure(repack, &repacking->packs_after, &repacking->bytes_after);
	repack->store->tips_seen = TIPS_BEFORE_REOPENING;
	return status;
}

int tally__store_repack(struct store *store, bool look_only, const volatile sig_atomic_t *interrupt,
			struct repacking *repacking, struct tally_error *error)
{
	struct repack repack = {.store = store, .interrupt = interrupt, .error = error};
	char lock_file[FILE_BYTES];
	int status, lock;

	memset(repacking, 0, sizeof *repacking);
	tally__buf_init(&repack.path, PATH_BYTES);
	tally__buf_init(&repack.scan.dense, LIMIT_ROLLED_BYTES);
	if (look_only) {
		status = scan(&repack);
		measure(&repack, &repacking->packs_before, &repacking->bytes_before);
		repacking->packs_after = repacking->packs_before;
		repacking->bytes_after = repacking->bytes_before;
		goto out;
	}
	status = tally__store_file(lock_file, store, ROLL_LOCK, "", error);
	if (status == 0 && tally__gc_is_running(store))
		status = tally__fail_at(
			error, TALLY_EBUSY, store->path, 0, 0,
			"git gc is packing the repository: when it is done, try again");
	if (status == 0)
		status = tally__store_mkdir(store, ROLL_DIR, error);
	if (status == 0)
		status = tally__file_lock(&lock, lock_file, LOCK_TIMEOUT_MS, error);
	if (status != 0)
		goto out;
	status = repack_locked(&repack, repacking);
	tally__file_unlock(lock);
out:
	repack_release(&repack);
	return status;
}
