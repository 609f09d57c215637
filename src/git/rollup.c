/* Packs are sorted into levels by how many objects they hold, each level eight times the one below.
 * 32 packs of the lowest level, or eight of another, become one of a higher level.  So an object is
 * rewritten once a level, and there are never many packs.
 *
 * The packs that were rolled up stay for a while, for processes that are at work on them, and are
 * then removed.  (Git itself removes them at once.  Most of it copes: what is not found is looked
 * for again in the packs that are there by then.  But `git fsck` does not.) */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "git/join.h"
#include "git/pack.h"
#include "git/rolled.h"
#include "git/rollup.h"

#define LEVELS               8
#define LEVEL_OBJECTS        256 /* most in a pack of the lowest level */
#define LEVEL_FACTOR         8
#define LOWEST_LEVEL_PACKS   32
#define LEVEL_PACKS          8
#define PACKS_MAX            4096 /* more are left for another time */
#define GC_PID_STALE_SECONDS 43200L

/* Of an index, version 2: what it holds besides 28 bytes for each object. */
#define INDEX_FIXED_BYTES  1072
#define INDEX_OBJECT_BYTES 28

struct found {
	char name[PACK_NAME_BYTES];
	size_t level;
};

struct scan {
	struct rolled rolled; /* packs that are not to be counted */
	struct found *packs;
	size_t count, capacity;
	size_t of_level[LEVELS];
};

static bool add_pack(struct scan *scan, const char *name, size_t objects)
{
	struct found *pack =
		tally__mem_room(scan->packs, scan->count, &scan->capacity, 64, sizeof *pack);
	size_t level = 0;

	if (!pack)
		return false;
	scan->packs = pack;
	for (size_t most = LEVEL_OBJECTS; objects > most && level < LEVELS - 1; level++)
		most *= LEVEL_FACTOR;
	pack = &scan->packs[scan->count++];
	memcpy(pack->name, name, PACK_NAME_BYTES);
	pack->level = level;
	scan->of_level[level]++;
	return true;
}

static bool has(int folder, const char *name, const char *end)
{
	char file[80];

	snprintf(file, sizeof file, "%s%s", name, end);
	return faccessat(folder, file, F_OK, 0) == 0;
}

/* Packs that git treats in a special way stay as they are. */
static bool is_special(int folder, const char *name)
{
	return has(folder, name, ".keep") || has(folder, name, ".promisor") ||
	       has(folder, name, ".mtimes") || has(folder, name, ".bitmap");
}

static bool consider(struct scan *scan, int folder, const char *file)
{
	size_t len = strlen(file);
	struct stat info;
	char name[PACK_NAME_BYTES];

	if (len != sizeof name + 3 || strncmp(file, "pack-", 5) != 0 ||
	    strcmp(file + sizeof name - 1, ".idx") != 0 || scan->count >= PACKS_MAX)
		return true;
	memcpy(name, file, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	if (tally__rolled_has(&scan->rolled, name) || fstatat(folder, file, &info, 0) != 0 ||
	    info.st_size < INDEX_FIXED_BYTES || is_special(folder, name))
		return true;
	return add_pack(scan, name,
			(size_t)(info.st_size - INDEX_FIXED_BYTES) / INDEX_OBJECT_BYTES);
}

static void scan_release(struct scan *scan)
{
	tally__rolled_release(&scan->rolled);
	tally__free(scan->packs);
	memset(scan, 0, sizeof *scan);
}

static bool scan_packs(struct scan *scan, const struct store *store)
{
	char path[FILE_BYTES];
	struct dirent *entry;
	bool good = true;
	DIR *dir;

	memset(scan, 0, sizeof *scan);
	if (tally__store_file(path, store, PACK_DIR, "", NULL) != 0 ||
	    !tally__rolled_read(&scan->rolled, store))
		return false;
	dir = opendir(path);
	if (!dir)
		return false;
	while (good && (entry = readdir(dir)) != NULL)
		good = consider(scan, dirfd(dir), entry->d_name);
	closedir(dir);
	return good;
}

/* The lowest level that is full; LEVELS when there is none. */
static size_t full_level(const struct scan *scan)
{
	for (size_t level = 0; level < LEVELS; level++)
		if (scan->of_level[level] >= (level == 0 ? LOWEST_LEVEL_PACKS : LEVEL_PACKS))
			return level;
	return LEVELS;
}

/* While `git gc` works, it does what this would do. */
static bool gc_is_running(const struct store *store)
{
	char file[FILE_BYTES];
	struct stat info;

	return tally__store_file(file, store, "gc.pid", "", NULL) == 0 && stat(file, &info) == 0 &&
	       time(NULL) - info.st_mtime < GC_PID_STALE_SECONDS;
}

static int insert(const git_oid *id, void *builder)
{
	return git_packbuilder_insert(builder, id, NULL);
}

/* Puts every object of one pack into the builder; the pack is added to what `all` can read. */
static int insert_pack(git_packbuilder *builder, git_odb *all, const char *index)
{
	git_odb_backend *backend = NULL;
	git_odb *one = NULL;
	int git = git_odb_backend_one_pack(&backend, index);

	if (git == 0 && (git = git_odb_add_backend(all, backend, 1)) < 0)
		backend->free(backend);
	if (git == 0)
		git = git_odb_new(&one);
	if (git == 0)
		git = git_odb_backend_one_pack(&backend, index);
	if (git == 0 && (git = git_odb_add_backend(one, backend, 1)) < 0)
		backend->free(backend);
	if (git == 0)
		git = git_odb_foreach(one, insert, builder);
	git_odb_free(one);
	return git;
}

static int insert_level(git_packbuilder *builder, git_odb *all, const struct store *store,
			const struct scan *scan, size_t level)
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
			status = insert_pack(builder, all, index);
	}
	return status;
}

/* By libgit2, which takes packs apart and puts them together again with deltas: for packs of git's
 * that have some, since it takes a thousand times as long. */
static int rebuild(struct pack *pack, const struct store *store, const struct scan *scan,
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
static int build(struct pack *pack, const struct store *store, const struct scan *scan,
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
static void retire(struct scan *scan, const struct store *store, size_t level, const char *into)
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

static bool roll(const struct store *store, struct scan *scan, size_t level)
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

bool tally__rollup(const struct store *store)
{
	char lock_file[FILE_BYTES];
	struct scan scan;
	bool rolled = false;
	int lock;

	if (tally__store_file(lock_file, store, ROLL_LOCK, "", NULL) != 0)
		return false;
	if (scan_packs(&scan, store) && full_level(&scan) < LEVELS && !gc_is_running(store) &&
	    tally__store_mkdir(store, ROLL_DIR, NULL) == 0 &&
	    tally__file_lock(&lock, lock_file, 0, NULL) == 0) {
		/* Others may have done it meanwhile. */
		scan_release(&scan);
		if (scan_packs(&scan, store) && full_level(&scan) < LEVELS)
			rolled = roll(store, &scan, full_level(&scan));
		tally__file_unlock(lock);
	}
	scan_release(&scan);
	return rolled;
}
