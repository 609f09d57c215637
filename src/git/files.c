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

int tally__store_mkdir(const struct store *store, const char *name, struct tally_error *error)
{
	char file[FILE_BYTES];
	char *slash;
	int status = tally__store_file(file, store, name, "", error);

	if (status != 0)
		return status;
	if (mkdir(file, 0777) == 0 || errno == EEXIST)
		return 0;
	slash = strrchr(file, '/');
	if (errno == ENOENT && slash) {
		*slash = '\0';
		if (mkdir(file, 0777) != 0 && errno != EEXIST)
			return tally__errno_fail(error, errno, file, "make a folder");
		*slash = '/';
		if (mkdir(file, 0777) == 0 || errno == EEXIST)
			return 0;
	}
	return tally__errno_fail(error, errno, file, "make a folder");
}

void tally__store_empty(const struct store *store, const char *name)
{
	char folder[FILE_BYTES];
	struct dirent *entry;
	DIR *dir;

	if (tally__store_file(folder, store, name, "", NULL) != 0)
		return;
	dir = opendir(folder);
	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}
