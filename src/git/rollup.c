/* Packs are sorted into levels by how many objects they hold, each level eight times the one below.
 * 32 packs of the lowest level, or eight of another, become one of a higher level.  So an object is
 * rewritten once a level, and there are never many packs.
 *
 * The packs that were rolled up stay for a while, for processes that are at work on them, and are
 * then removed.  (Git itself removes them at once.  Most of it copes: what is not found is looked
 * for again in the packs that are there by then.  But `git fsck` does not.) */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "git/join.h"
#include "git/pack.h"
#include "git/rollup.h"
#include "git/scan.h"

#define LOWEST_LEVEL_PACKS 32
#define LEVEL_PACKS        8
/* No command joins larger packs, which would take it seconds: that is for maintenance. */
#define LEVELS_JOINED 3

/* The lowest level that is full; PACK_LEVELS when there is none. */
static size_t full_level(const struct pack_scan *scan)
{
	for (size_t level = 0; level < LEVELS_JOINED; level++)
		if (scan->of_level[level] >= (level == 0 ? LOWEST_LEVEL_PACKS : LEVEL_PACKS))
			return level;
	return PACK_LEVELS;
}

static int insert_level(git_packbuilder *builder, git_odb *all, const struct store *store,
			const struct pack_scan *scan, size_t level)
{
	char index[FILE_BYTES];
	char name[96];
	int status = 0;

	for (size_t i = 0; i < scan->count && status == 0; i++) {
		if (scan->packs[i].level != level)
			continue;
		snprintf(name, sizeof name, PACK_DIR "/%s", scan->packs[i].name);
		status = tally__store_file(index, store, name, ".idx", NULL);
		if (status == 0)
			status = tally__pack_insert(builder, all, index);
	}
	return status;
}

/* By libgit2, which takes packs apart and puts them together again with deltas: for packs of git's
 * that have some, since it takes a thousand times as long. */
static int rebuild(struct pack *pack, const struct store *store, const struct pack_scan *scan,
		   size_t level)
{
	git_packbuilder *builder = NULL;
	git_repository *git = NULL;
	git_odb *all = NULL;
	char folder[FILE_BYTES];
	int status = tally__store_file(folder, store, ROLL_DIR, "", NULL);

	if (status != 0 || git_odb_new(&all) < 0 || git_repository_wrap_odb(&git, all) < 0 ||
	    git_packbuilder_new(&builder, git) < 0) {
		status = TALLY_EIO;
		goto out;
	}
	git_packbuilder_set_threads(builder, 1);
	if (insert_level(builder, all, store, scan, level) != 0 ||
	    git_packbuilder_write(builder, folder, 0444, NULL, NULL) < 0) {
		status = TALLY_EIO;
		goto out;
	}
	status =
		tally__pack_move(pack, store, ROLL_DIR, git_packbuilder_name(builder), false, NULL);
out:
	git_packbuilder_free(builder);
	git_repository_free(git);
	git_odb_free(all);
	return status;
}

/* Makes one pack of a level's. */
static int build(struct pack *pack, const struct store *store, const struct pack_scan *scan,
		 size_t level)
{
	const char **names = tally__calloc(scan->count + 1, sizeof *names);
	char folder[FILE_BYTES];
	char id[STORE_ID_BYTES];
	size_t count = 0;
	int status = names ? tally__store_file(folder, store, ROLL_DIR, "", NULL) : TALLY_ENOMEM;

	for (size_t i = 0; status == 0 && i < scan->count; i++)
		if (scan->packs[i].level == level)
			names[count++] = scan->packs[i].name;
	if (status == 0)
		status = tally__packs_join(id, store, names, count, folder, NULL);
	tally__free(names);
	if (status == TALLY_EUNSUPPORTED)
		return rebuild(pack, store, scan, level);
	return status != 0 ? status : tally__pack_move(pack, store, ROLL_DIR, id, false, NULL);
}

/* Enters the packs of a level that became the pack `into` in the list, and removes older ones. */
static void retire(struct pack_scan *scan, const struct store *store, size_t level,
		   const char *into)
{
	bool good = true;

	for (size_t i = 0; i < scan->count && good; i++)
		/* One of them may have held the others' objects already: then it has been made
		 * anew under its own name. */
		if (scan->packs[i].level == level && strcmp(scan->packs[i].name, into) != 0)
			good = tally__rolled_add(&scan->rolled, scan->packs[i].name, into);
	tally__rolled_sweep(&scan->rolled, store);
	/* Those that are not in the list are only rolled up once more. */
	tally__rolled_write(&scan->rolled, store);
}

static bool roll(const struct store *store, struct pack_scan *scan, size_t level)
{
	struct pack pack = {""};

	tally__store_sweep(store);
	tally__store_empty(store, ROLL_DIR);
	if (build(&pack, store, scan, level) != 0) {
		tally__store_empty(store, ROLL_DIR);
		return false;
	}
	retire(scan, store, level, strrchr(pack.name, '/') + 1);
	return true;
}

static bool is_due(const struct pack_scan *scan)
{
	return full_level(scan) < PACK_LEVELS || tally__rolled_is_due(&scan->rolled);
}

/* What was read is good while others are locked out. */
static bool tidy(const struct store *store, struct pack_scan *scan)
{
	if (full_level(scan) < PACK_LEVELS)
		return roll(store, scan, full_level(scan));
	tally__rolled_sweep(&scan->rolled, store);
	tally__rolled_write(&scan->rolled, store);
	return true;
}

bool tally__rollup(const struct store *store)
{
	char lock_file[FILE_BYTES];
	struct pack_scan scan;
	bool rolled = false;
	int lock;

	if (tally__store_file(lock_file, store, ROLL_LOCK, "", NULL) != 0)
		return false;
	if (tally__packs_scan(&scan, store) && is_due(&scan) && !tally__gc_is_running(store) &&
	    tally__store_mkdir(store, ROLL_DIR, NULL) == 0 &&
	    tally__file_lock(&lock, lock_file, 0, NULL) == 0) {
		/* Others may have done it meanwhile. */
		tally__pack_scan_release(&scan);
		if (tally__packs_scan(&scan, store) && is_due(&scan))
			rolled = tidy(store, &scan);
		tally__file_unlock(lock);
	}
	tally__pack_scan_release(&scan);
	return rolled;
}
