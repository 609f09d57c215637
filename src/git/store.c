#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "git/accept.h"
#include "git/files.h"
#include "git/objects.h"
#include "git/open.h"
#include "git/staging.h"

/* 0 when there is nothing at `path`, or an empty folder. */
static int check_vacant(const char *path, struct tally_error *error)
{
	struct dirent *entry;
	bool vacant = true;
	DIR *dir = opendir(path);

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir && errno != ENOTDIR)
		return tally__errno_fail(error, errno, path, "look into it");
	while (dir && vacant && (entry = readdir(dir)) != NULL)
		vacant = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (dir)
		closedir(dir);
	if (!dir || !vacant)
		return tally__fail_at(error, TALLY_ECONFLICT, path, 0, 0,
				      "there is something already; name a new or empty folder");
	return 0;
}

/* What makes a repository one; the first commit flushes the rest. */
static int flush(const char *path, struct tally_error *error)
{
	static const char *const names[] = {"HEAD",         "config",  "refs/heads", "refs",
					    "objects/pack", "objects", "",           ".."};
	int status = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names && status == 0; i++) {
		char file[FILE_BYTES];
		int len = snprintf(file, sizeof file, "%s/%s", path, names[i]);

		if (len < 0 || (size_t)len >= sizeof file)
			return tally__fail_at(error, TALLY_ELIMIT, path, 0, 0,
					      "the path is too long: use a shorter one");
		status = tally__file_flush(file, error);
	}
	return status;
}

int tally__store_init(const char *path, struct tally_error *error)
{
	git_repository_init_options options = {.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION};
	git_repository *repository = NULL;
	int status = tally__git2_load(error);

	if (status == 0)
		status = check_vacant(path, error);
	if (status == 0)
		status = tally__dir_make(path, error);
	if (status != 0)
		return status;
	options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT;
	options.initial_head = "main";
	options.description = "Contracts kept by Tally; see doc/store-format.md there.\n";
	if (git_repository_init_ext(&repository, path, &options) < 0)
		return tally__git_fail(error, path, "make a repository");
	git_repository_free(repository);
	return flush(path, error);
}

/* No entries but those two; what cannot be read counts as holding something. */
static bool holds_only(const char *path, const char *name, const char *first, const char *second)
{
	char folder[FILE_BYTES];
	int len = snprintf(folder, sizeof folder, "%s%s", path, name);
	struct dirent *entry;
	bool only = true;
	DIR *dir;

	if (len < 0 || (size_t)len >= sizeof folder)
		return false;
	dir = opendir(folder);
	if (!dir)
		return errno == ENOENT;
	while (only && (entry = readdir(dir)) != NULL)
		only = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		       strcmp(entry->d_name, first) == 0 || strcmp(entry->d_name, second) == 0;
	closedir(dir);
	return only;
}

/* Files like "packed-refs" are no folder, and so hold something. */
static bool is_unused(const char *path)
{
	return holds_only(path, "objects", "info", "pack") && holds_only(path, PACK_DIR, "", "") &&
	       holds_only(path, "objects/info", "", "") &&
	       holds_only(path, "refs", "heads", "tags") &&
	       holds_only(path, "refs/heads", "", "") && holds_only(path, "refs/tags", "", "") &&
	       holds_only(path, "packed-refs", "", "") && holds_only(path, OWN_DIR, "", "");
}

bool tally__store_is_unused(const struct store *store)
{
	return is_unused(store->path);
}

bool tally__snapshot_is_of_unused(const struct snapshot *snapshot)
{
	return is_unused(git_repository_path(snapshot->repository->git));
}

int tally__store_open(struct store **out, const char *path, struct tally_error *error)
{
	struct store *store;
	int status = tally__git2_load(error);

	if (status != 0)
		return status;
	store = tally__calloc(1, sizeof *store);
	if (!store)
		return tally__fail_nomem(error);
	status = tally__repository_open(&store->repository, path, error);
	if (status == 0)
		status = tally__object_cache_new(&store->repository->cache, error);
	if (status != 0)
		goto out;
	/* The whole path, ending in a slash: the folder may be changed later. */
	store->path = tally__strdup(git_repository_path(store->repository->git));
	if (!store->path) {
		status = tally__fail_nomem(error);
		goto out;
	}
	*out = store;
	store = NULL;
out:
	tally__store_close(store);
	return status;
}

void tally__store_close(struct store *store)
{
	if (!store)
		return;
	tally__store_cancel(store);
	if (store->upstream)
		store->upstream->free(store->upstream);
	tally__staging_free(store->staging);
	tally__repository_release(store->repository);
	tally__free(store->path);
	tally__free(store);
}

int tally__store_reopen(struct store *store, struct tally_error *error)
{
	struct repository *repository;
	int status = tally__repository_open(&repository, store->path, error);

	if (status != 0)
		return status;
	repository->cache = tally__object_cache_share(store->repository->cache);
	tally__staging_free(store->staging);
	store->staging = NULL;
	tally__repository_release(store->repository);
	store->repository = repository;
	store->tips_seen = 0;
	return 0;
}

int tally__store_tip(struct store *store, git_oid *tip, struct tally_error *error)
{
	int status = tally__repository_tip(store->repository, tip, error);

	if (status != 0 || git_oid_equal(tip, &store->tip))
		return status;
	store->tip = *tip;
	return ++store->tips_seen > TIPS_BEFORE_REOPENING && !store->group && !store->changing
		       ? tally__store_reopen(store, error)
		       : 0;
}
