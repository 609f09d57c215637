/* A copy is a bare repository like a broker's own.  Beside its folder lies a lock, held while the
 * folder is made or replaced; within it, in tally/, a file whose time tells when the copy was last
 * up to date and whose text says of what it is one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "format/digest.h"
#include "git/cache.h"
#include "git/files.h"

#define LOCK_TIMEOUT_MS 60000
/* Of the URL, in the folder's name, for people. */
#define NAME_BYTES 60
/* Of its digest, which keeps them apart. */
#define DIGEST_BYTES 16
#define OPEN_FILES   16

static bool add_base(struct buf *out, const char *cache_dir)
{
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache_dir)
		tally__buf_adds(out, cache_dir);
	else if (xdg && *xdg == '/')
		tally__buf_addf(out, "%s/tally/git", xdg);
	else if (home && *home == '/')
		tally__buf_addf(out, "%s/.cache/tally/git", home);
	return out->len > 0;
}

/* "https://example.org/team/x.git" is "example.org-team-x.git-1234567890abcdef". */
static void add_name(struct buf *out, const char *url, const char *digest)
{
	const char *scheme = strstr(url, "://");
	size_t len = 0;

	for (const char *at = scheme ? scheme + 3 : url; *at && len < NAME_BYTES; at++, len++)
		tally__buf_addc(out, strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					    "0123456789._",
					    *at)
					     ? *at
					     : '-');
	tally__buf_addf(out, "-%.*s", DIGEST_BYTES, digest);
}

int tally__cache_folder(char **out, const char *cache_dir, const char *url,
			struct tally_error *error)
{
	char digest[DIGEST_TEXT_BYTES];
	struct buf folder;
	int status = tally__digest(digest, url, strlen(url), error);

	if (status != 0)
		return status;
	tally__buf_init(&folder, FILE_BYTES);
	if (!add_base(&folder, cache_dir)) {
		status = tally__fail(error, TALLY_EINVAL,
				     "there is no place for the copy of %s: expected the path of a "
				     "folder in XDG_CACHE_HOME, or of yours in HOME",
				     url);
	} else {
		tally__buf_addc(&folder, '/');
		add_name(&folder, url, digest);
		status = tally__buf_status(&folder, error);
	}
	if (status == 0)
		*out = tally__buf_take(&folder, NULL);
	tally__buf_release(&folder);
	return status;
}

static int path_of(char path[FILE_BYTES], const char *folder, const char *end,
		   struct tally_error *error)
{
	int len = snprintf(path, FILE_BYTES, "%s%s", folder, end);

	return len >= 0 && len < FILE_BYTES
		       ? 0
		       : tally__fail_at(error, TALLY_ELIMIT, folder, 0, 0,
					"the path is too long: use a shorter one");
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info, (void)kind, (void)place;
	(void)remove(path);
	return 0;
}

/* Out of the way first: nobody finds half of it. */
static int remove_folder(const char *folder, struct tally_error *error)
{
	char aside[FILE_BYTES], end[32];
	int status;

	(void)snprintf(end, sizeof end, ".old-%ld", (long)getpid());
	status = path_of(aside, folder, end, error);
	if (status != 0)
		return status;
	if (rename(folder, aside) != 0 && errno != ENOENT)
		return tally__errno_fail(error, errno, folder, "replace a damaged copy");
	(void)nftw(aside, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static int write_note(const char *folder, const char *url, struct tally_error *error)
{
	char path[FILE_BYTES];
	int status = path_of(path, folder, "/" OWN_DIR "/updated", error);
	struct timespec never[2] = {{.tv_sec = 0}, {.tv_sec = 0}};
	char text[8300];
	int len = snprintf(text, sizeof text, "%s\n", url);

	if (status == 0)
		status = tally__file_replace(path, text, (size_t)len, error);
	if (status == 0 && utimensat(AT_FDCWD, path, never, 0) != 0)
		status = tally__errno_fail(error, errno, path, "write");
	return status;
}

/* With the lock held.  Others of this machine may not look into it: contracts may be private. */
static int make(const char *folder, const char *url, struct tally_error *error)
{
	int status = remove_folder(folder, error);

	if (status == 0 && mkdir(folder, 0700) != 0)
		status = tally__errno_fail(error, errno, folder, "make a folder");
	if (status == 0)
		status = tally__store_init(folder, error);
	if (status == 0)
		status = write_note(folder, url, error);
	return status;
}

static int lock_folder(int *lock, const char *folder, struct tally_error *error)
{
	char path[FILE_BYTES];
	char *above = tally__file_folder(folder);
	int status = above ? tally__dir_make(above, error) : tally__fail_nomem(error);

	tally__free(above);
	if (status == 0)
		status = path_of(path, folder, ".lock", error);
	return status == 0 ? tally__file_lock(lock, path, LOCK_TIMEOUT_MS, error) : status;
}

int tally__cache_renew(const char *folder, const char *url, struct tally_error *error)
{
	int lock;
	int status = lock_folder(&lock, folder, error);

	if (status != 0)
		return status;
	status = make(folder, url, error);
	tally__file_unlock(lock);
	return status;
}

/* A repository whose branch can be read; NULL otherwise. */
static struct store *open_sound(const char *folder)
{
	struct snapshot *snapshot = NULL;
	struct store *store = NULL;
	int status = tally__store_open(&store, folder, NULL);

	if (status == 0)
		status = tally__snapshot_open(&snapshot, store, NULL, NULL);
	tally__snapshot_close(snapshot);
	if (status == 0 && tally__cache_updated_unix(folder) >= 0)
		return store;
	if (status == 0 || store)
		tally__store_close(store);
	return NULL;
}

int tally__cache_open(struct store **out, const char *folder, const char *url, bool make_it,
		      struct tally_error *error)
{
	int lock;
	int status;

	*out = open_sound(folder);
	if (*out)
		return 0;
	if (!make_it)
		return tally__fail_at(error, TALLY_ENOFILE, url, 0, 0,
				      "there is no copy of it yet to answer from: ask once without "
				      "--offline");
	status = lock_folder(&lock, folder, error);
	if (status != 0)
		return status;
	/* Another process may have made it meanwhile. */
	*out = open_sound(folder);
	if (!*out)
		status = make(folder, url, error);
	if (status == 0 && !*out)
		status = tally__store_open(out, folder, error);
	tally__file_unlock(lock);
	return status;
}

void tally__cache_touch(const char *folder)
{
	char path[FILE_BYTES];

	if (path_of(path, folder, "/" OWN_DIR "/updated", NULL) == 0)
		(void)utimensat(AT_FDCWD, path, NULL, 0);
}

int64_t tally__cache_updated_unix(const char *folder)
{
	char path[FILE_BYTES];
	struct stat info;

	if (path_of(path, folder, "/" OWN_DIR "/updated", NULL) != 0 || stat(path, &info) != 0)
		return -1;
	return (int64_t)info.st_mtim.tv_sec;
}
