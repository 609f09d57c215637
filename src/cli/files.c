/* files.c - standard input, and files written as a whole. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/output.h"

char *read_standard_input(struct call *call, size_t max_bytes, size_t *len,
			  struct tally_error *error)
{
	size_t space = 65536;
	size_t used = 0;
	char *text = scratch_array(&call->scratch, space, 1);

	for (;;) {
		char *larger;

		used += fread(text + used, 1, space - used, stdin);
		if (used < space)
			break;
		if (used > max_bytes) {
			set_error(error, TALLY_ELIMIT, "standard input",
				  "expected at most %zu bytes, found more", max_bytes);
			return NULL;
		}
		larger = scratch_array(&call->scratch, space * 2, 1);
		memcpy(larger, text, used);
		text = larger;
		space *= 2;
	}
	if (ferror(stdin)) {
		set_error(error, TALLY_EIO, "standard input", "reading failed: %s",
			  strerror(errno));
		return NULL;
	}
	*len = used;
	return text;
}

static int write_stream(FILE *stream, const char *path, const char *text, struct tally_error *error)
{
	bool ok;

	errno = 0;
	ok = fputs(text, stream) >= 0 && fflush(stream) == 0;
	if (ok && fsync(fileno(stream)) != 0 && errno != EINVAL && errno != ENOTSUP)
		ok = false;
	if (!ok)
		set_error(error, TALLY_EIO, path, "writing failed: %s", strerror(errno));
	if (fclose(stream) != 0 && ok)
		return set_error(error, TALLY_EIO, path, "writing failed: %s", strerror(errno));
	return ok ? 0 : TALLY_EIO;
}

/* A device or a pipe is written as it is. */
static int write_in_place(const char *path, const char *text, struct tally_error *error)
{
	FILE *stream = fopen(path, "we");

	if (!stream)
		return set_error(error, TALLY_ENOFILE, path, "cannot be opened for writing: %s",
				 strerror(errno));
	return write_stream(stream, path, text, error);
}

static int write_and_rename(struct call *call, const char *path, mode_t mode, const char *text,
			    struct tally_error *error)
{
	char *part = scratch_format(&call->scratch, "%s.XXXXXX", path);
	int fd = mkstemp(part);
	FILE *stream = fd < 0 || fchmod(fd, mode) != 0 ? NULL : fdopen(fd, "w");
	int code;

	if (!stream) {
		code = set_error(error, TALLY_ENOFILE, path, "cannot be written: %s",
				 strerror(errno));
		if (fd >= 0) {
			(void)close(fd);
			(void)unlink(part);
		}
		return code;
	}
	code = write_stream(stream, path, text, error);
	if (code == 0 && rename(part, path) != 0)
		code = set_error(error, TALLY_EIO, path, "writing failed: %s", strerror(errno));
	if (code < 0)
		(void)unlink(part);
	return code;
}

/* The permissions of a new file. */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return 0666 & ~mask;
}

int write_file(struct call *call, const char *path, const char *text, struct tally_error *error)
{
	struct stat info;

	if (strcmp(path, "-") == 0) {
		out("%s", text);
		return 0;
	}
	if (stat(path, &info) != 0)
		return write_and_rename(call, path, new_mode(), text, error);
	if (S_ISDIR(info.st_mode))
		return set_error(error, TALLY_ENOFILE, path, "expected a file, found a folder");
	if (!S_ISREG(info.st_mode))
		return write_in_place(path, text, error);
	return write_and_rename(call, path, info.st_mode & 07777, text, error);
}

int write_json_file(struct call *call, const char *path, const cJSON *value,
		    struct tally_error *error)
{
	char *text = NULL;
	int code = tally_json_write(&text, NULL, value, TALLY_JSON_PRETTY, error);

	if (code < 0)
		return code;
	code = write_file(call, path, scratch_format(&call->scratch, "%s\n", text), error);
	tally_free(text);
	return code;
}
