#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

/* 0 when `path` is a folder now, otherwise an errno. */
static int make_one(const char *path)
{
	struct stat info;
	int failure;

	/* Mostly it is there. */
	if (stat(path, &info) == 0)
		return S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
	if (mkdir(path, 0777) == 0)
		return 0;
	failure = errno;
	/* Someone may have made it in between. */
	if (stat(path, &info) == 0)
		return S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
	return failure;
}

int tally__dir_make(const char *path, struct tally_error *error)
{
	char *copy = tally__strdup(path);
	char *slash;
	int failure;

	if (copy == NULL)
		return tally__fail_nomem(error);
	failure = make_one(copy);
	if (failure == ENOENT) {
		/* From the top down. */
		failure = 0;
		slash = copy[0] == '/' ? strchr(copy + 1, '/') : strchr(copy, '/');
		for (; slash != NULL && failure == 0; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			failure = make_one(copy);
			*slash = '/';
		}
		if (failure == 0)
			failure = make_one(copy);
	}
	tally__free(copy);
	if (failure != 0)
		return tally__fail_errno(error, TALLY_EIO, path, failure, "cannot make the folder");
	return TALLY_OK;
}

struct name_list {
	char **names;
	size_t count;
	size_t capacity;
};

static bool ends_with(const char *text, const char *suffix)
{
	size_t text_len = strlen(text);
	size_t suffix_len = strlen(suffix);

	return text_len >= suffix_len && strcmp(text + text_len - suffix_len, suffix) == 0;
}

static int list_add(struct name_list *list, const char *path, const char *name,
		    struct tally_error *error)
{
	char **names;

	if (list->count == LIMIT_DIR_FILES)
		return tally__fail_at(error, TALLY_ELIMIT, path, 0, 0,
				      "more than the limit of %d files in this folder",
				      (int)LIMIT_DIR_FILES);
	names = tally__mem_room(list->names, list->count, &list->capacity, 16, sizeof(*names));
	if (names == NULL)
		return tally__fail_nomem(error);
	list->names = names;
	list->names[list->count] = tally__strdup(name);
	if (list->names[list->count] == NULL)
		return tally__fail_nomem(error);
	list->count++;
	return TALLY_OK;
}

static int list_read(struct name_list *list, const char *path, const char *suffix,
		     struct tally_error *error)
{
	DIR *folder = opendir(path);
	int status = TALLY_OK;

	if (folder == NULL)
		return tally__fail_errno(error, TALLY_ENOFILE, path, errno,
					 "cannot open the folder");
	while (status == TALLY_OK) {
		const struct dirent *entry;
		struct stat info;

		errno = 0;
		entry = readdir(folder);
		if (entry == NULL) {
			if (errno != 0)
				status = tally__fail_errno(error, TALLY_EIO, path, errno,
							   "cannot read the folder");
			break;
		}
		if (!ends_with(entry->d_name, suffix) ||
		    fstatat(dirfd(folder), entry->d_name, &info, 0) != 0 || !S_ISREG(info.st_mode))
			continue;
		status = list_add(list, path, entry->d_name, error);
	}
	closedir(folder);
	return status;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tally__dir_each(const char *path, const char *suffix,
		    int (*visit)(void *context, const char *path, struct tally_error *error),
		    void *context, struct tally_error *error)
{
	struct name_list list = {0};
	struct buf full;
	int status;
	size_t i;

	tally__buf_init(&full, SIZE_MAX);
	status = list_read(&list, path, suffix, error);
	if (status == TALLY_OK && list.count > 0)
		qsort(list.names, list.count, sizeof(*list.names), compare_names);
	for (i = 0; i < list.count && status == TALLY_OK; i++) {
		tally__buf_clear(&full);
		tally__buf_addf(&full, "%s%s%s", path, ends_with(path, "/") ? "" : "/",
				list.names[i]);
		status = tally__buf_status(&full, error);
		if (status == TALLY_OK)
			status = visit(context, full.bytes, error);
	}
	for (i = 0; i < list.count; i++)
		tally__free(list.names[i]);
	tally__free(list.names);
	tally__buf_release(&full);
	return status;
}
