#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "git/scan.h"

#define LEVEL_OBJECTS        256 /* most in a pack of the lowest level */
#define LEVEL_FACTOR         8
#define PACKS_MAX            4096 /* more are left for another time */
#define GC_PID_STALE_SECONDS 43200L

/* Of an index, version 2: what it holds besides 28 bytes for each object. */
#define INDEX_FIXED_BYTES  1072
#define INDEX_OBJECT_BYTES 28

static bool add_pack(struct pack_scan *scan, const char *name, const struct stat *index,
		     uint64_t pack_bytes)
{
	size_t objects = (size_t)(index->st_size - INDEX_FIXED_BYTES) / INDEX_OBJECT_BYTES;
	struct found_pack *pack =
		tally__mem_room(scan->packs, scan->count, &scan->capacity, 64, sizeof *pack);
	size_t level = 0;

	if (!pack)
		return false;
	scan->packs = pack;
	for (size_t most = LEVEL_OBJECTS; objects > most && level < PACK_LEVELS - 1; level++)
		most *= LEVEL_FACTOR;
	pack = &scan->packs[scan->count++];
	memcpy(pack->name, name, PACK_NAME_BYTES);
	pack->level = level;
	pack->objects = objects;
	pack->bytes = pack_bytes + (uint64_t)index->st_size;
	/* What was packed well is not to be rolled up with the rest, which would take long. */
	if (strstr(scan->dense.bytes, name) != NULL)
		pack->level = PACK_LEVELS;
	else
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

static bool consider(struct pack_scan *scan, int folder, const char *file)
{
	size_t len = strlen(file);
	struct stat info, pack;
	char name[PACK_NAME_BYTES], pack_file[80];

	if (len != sizeof name + 3 || strncmp(file, "pack-", 5) != 0 ||
	    strcmp(file + sizeof name - 1, ".idx") != 0 || scan->count >= PACKS_MAX)
		return true;
	memcpy(name, file, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	if (tally__rolled_has(&scan->rolled, name) || fstatat(folder, file, &info, 0) != 0 ||
	    info.st_size < INDEX_FIXED_BYTES || is_special(folder, name))
		return true;
	snprintf(pack_file, sizeof pack_file, "%s.pack", name);
	return add_pack(scan, name, &info,
			fstatat(folder, pack_file, &pack, 0) == 0 ? (uint64_t)pack.st_size : 0);
}

void tally__pack_scan_release(struct pack_scan *scan)
{
	tally__rolled_release(&scan->rolled);
	tally__buf_release(&scan->dense);
	tally__free(scan->packs);
	memset(scan, 0, sizeof *scan);
}

bool tally__packs_scan(struct pack_scan *scan, const struct store *store)
{
	char path[FILE_BYTES];
	struct dirent *entry;
	bool good = true;
	DIR *dir;

	memset(scan, 0, sizeof *scan);
	tally__buf_init(&scan->dense, LIMIT_ROLLED_BYTES);
	if (tally__store_file(path, store, DENSE, "", NULL) != 0)
		return false;
	/* Without the list, they are packs like others. */
	if (tally__file_read(&scan->dense, path, NULL) != 0)
		tally__buf_clear(&scan->dense);
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

/* While `git gc` works, it does what this would do. */
bool tally__gc_is_running(const struct store *store)
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
int tally__pack_insert(git_packbuilder *builder, git_odb *all, const char *index)
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
