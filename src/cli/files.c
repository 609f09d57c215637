/* files.c - standard input and output in the place of files. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/output.h"

static char *read_all(struct call *call, FILE *in, const char *name, size_t max_bytes, size_t *len,
		      struct tally_error *error)
{
	size_t space = 65536;
	size_t used = 0;
	char *text = scratch_array(&call->scratch, space, 1);

	for (;;) {
		char *larger;

		used += fread(text + used, 1, space - used, in);
		if (used < space)
			break;
		if (used > max_bytes) {
			set_error(error, TALLY_ELIMIT, name,
				  "expected at most %zu bytes, found more", max_bytes);
			return NULL;
		}
		larger = scratch_array(&call->scratch, space * 2, 1);
		memcpy(larger, text, used);
		text = larger;
		space *= 2;
	}
	if (ferror(in)) {
		set_error(error, TALLY_EIO, name, "reading failed: %s", strerror(errno));
		return NULL;
	}
	*len = used;
	return text;
}

char *read_standard_input(struct call *call, size_t max_bytes, size_t *len,
			  struct tally_error *error)
{
	return read_all(call, stdin, "standard input", max_bytes, len, error);
}

char *read_whole_file(struct call *call, const char *path, size_t max_bytes, size_t *len,
		      struct tally_error *error)
{
	FILE *in = fopen(path, "rb");
	char *text;

	if (!in) {
		set_error(error, TALLY_ENOFILE, path, "cannot open: %s", strerror(errno));
		return NULL;
	}
	text = read_all(call, in, path, max_bytes, len, error);
	(void)fclose(in);
	return text;
}

int read_json_input(struct call *call, const char *path, cJSON **out, struct tally_error *error)
{
	size_t len = 0;
	char *text;
	int code;

	if (strcmp(path, "-") != 0)
		return tally_json_read_file(out, path, error);
	text = read_standard_input(call, LIMIT_DOCUMENT_BYTES, &len, error);
	if (!text)
		return error->code;
	code = tally_json_parse(out, text, len, error);
	if (code < 0 && !error->where[0])
		(void)snprintf(error->where, sizeof(error->where), "standard input");
	return code;
}

/* The part of `path` in front of its last name: "." and "/" when there is none. */
static const char *folder_of(struct call *call, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	while (slash > path && slash[-1] == '/')
		slash--;
	return slash == path ? "/" : scratch_copy(&call->scratch, path, (size_t)(slash - path));
}

/* The path, or the first above it that there is. */
static const char *nearest_there(struct call *call, const char *path, struct stat *found)
{
	errno = 0;
	while (stat(path, found) != 0 && errno == ENOENT)
		path = folder_of(call, path);
	return path;
}

/* Whether a folder can be made in this one: not everywhere do its permissions tell. */
static bool can_hold_folder(struct call *call, const char *folder)
{
	char *trial = scratch_format(&call->scratch, "%s/.tally-XXXXXX", folder);

	return mkdtemp(trial) && rmdir(trial) == 0;
}

int check_output_folder(struct call *call, const char *path, struct tally_error *error)
{
	struct stat found = {0};
	const char *at = nearest_there(call, path, &found);

	if (S_ISDIR(found.st_mode) &&
	    (at == path ? access(at, W_OK | X_OK) == 0 : can_hold_folder(call, at)))
		return 0;
	return set_error(error, TALLY_EIO, path, "cannot be written into: %s",
			 strerror(errno ? errno : ENOTDIR));
}

int check_output_file(struct call *call, const char *path, struct tally_error *error)
{
	const char *at = path;
	struct stat found;

	errno = 0;
	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
		return set_error(error, TALLY_EIO, path,
				 "expected a file to write, found a folder");
	/* Devices and pipes are written to; regular files are replaced, folders that are missing
	 * made: in the first folder above that there is. */
	if (stat(path, &found) != 0 || S_ISREG(found.st_mode))
		at = nearest_there(call, folder_of(call, at), &found);
	if (access(at, W_OK) == 0 && (at == path || S_ISDIR(found.st_mode)))
		return 0;
	return set_error(error, TALLY_EIO, path, "cannot be written: %s",
			 strerror(errno ? errno : ENOTDIR));
}

int write_json_file(const char *path, const cJSON *value, struct tally_error *error)
{
	return strcmp(path, "-") == 0 ? out_json(value, error)
				      : tally_json_write_file(path, value, error);
}

int write_text_file(const char *path, const char *text, struct tally_error *error)
{
	if (strcmp(path, "-") != 0)
		return tally_text_write_file(path, text, strlen(text), error);
	out_report(text);
	return 0;
}
