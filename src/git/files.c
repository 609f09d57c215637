#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/files.h"

int tally__store_file(char file[FILE_BYTES], const struct store *store, const char *name,
		      const char *end, struct tally_error *error)
{
	int len = snprintf(file, FILE_BYTES, "%s%s%s", store->path, name, end);

	if (len < 0 || len >= FILE_BYTES)
		return tally__fail_at(error, TALLY_ELIMIT, store->path, 0, 0,
				      "the path of the repository is too long: move it");
	return 0;
}

int tally__file_flush(const char *file, struct tally_error *error)
{
	int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int status = 0;

	if (descriptor < 0)
		return tally__errno_fail(error, errno, file, "open what was written");
	if (fsync(descriptor) != 0)
		status = tally__errno_fail(error, errno, file, "flush to disk");
	close(descriptor);
	return status;
}

void tally__store_unlink(const struct store *store, const char *name, const char *end)
{
	char file[FILE_BYTES];

	if (tally__store_file(file, store, name, end, NULL) == 0)
		unlink(file);
}

/* A symbolic link does not count as a folder of ours: what we make and remove there would be
 * somebody else's. */
static int make_folder(const char *file, struct tally_error *error)
{
	struct stat info;

	if (mkdir(file, 0777) == 0)
		return 0;
	if (errno == EEXIST && lstat(file, &info) == 0) {
		if (S_ISDIR(info.st_mode))
			return 0;
		return tally__fail_at(error, TALLY_EIO, file, 0, 0,
				      "expected a folder of tally's own, found %s: look what it "
				      "is, and remove it",
				      S_ISLNK(info.st_mode) ? "a symbolic link" : "a file");
	}
	return tally__errno_fail(error, errno, file, "make a folder");
}

int tally__store_mkdir(const struct store *store, const char *name, struct tally_error *error)
{
	char file[FILE_BYTES];
	int status = tally__store_file(file, store, OWN_DIR, "", error);

	if (status == 0)
		status = make_folder(file, error);
	if (status == 0)
		status = tally__store_file(file, store, name, "", error);
	return status == 0 ? make_folder(file, error) : status;
}

/* Opens a folder of ours, following no link below the repository; -1 when it cannot. */
static int open_folder(const struct store *store, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int repository = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int own = -1, folder = -1;

	if (repository >= 0)
		own = openat(repository, OWN_DIR, flags);
	if (own >= 0)
		folder = openat(own, *name != '\0' ? name : ".", flags);
	if (own >= 0)
		close(own);
	if (repository >= 0)
		close(repository);
	return folder;
}

static bool matches(const char *name, const char *prefix)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strncmp(name, prefix, strlen(prefix)) == 0;
}

static void remove_files(const struct store *store, const char *name, const char *prefix)
{
	struct dirent *entry;
	int folder = open_folder(store, name);
	DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;

	if (!dir) {
		if (folder >= 0)
			close(folder);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (matches(entry->d_name, prefix))
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}

void tally__store_sweep(const struct store *store)
{
	remove_files(store, "", ".tally-");
}

void tally__store_empty(const struct store *store, const char *name)
{
	remove_files(store, name + strlen(OWN_DIR "/"), "");
}
