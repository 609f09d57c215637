#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 16384

static int read_all(struct buf *out, int file, const char *path, struct tally_error *error)
{
	char chunk[READ_BYTES];

	for (;;) {
		ssize_t count = read(file, chunk, sizeof(chunk));

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot read");
		if (count == 0)
			return TALLY_OK;
		tally__buf_add(out, chunk, (size_t)count);
		if (out->status == TALLY_ELIMIT)
			return tally__fail_at(error, TALLY_ELIMIT, path, 0, 0,
					      "larger than the limit of %zu bytes", out->max_bytes);
		if (out->status != TALLY_OK)
			return tally__buf_status(out, error);
	}
}

static void set_stamp(struct file_stamp *stamp, const struct stat *info)
{
	*stamp = (struct file_stamp){.exists = true,
				     .device = info->st_dev,
				     .inode = info->st_ino,
				     .size = info->st_size,
				     .modified = info->st_mtim,
				     .changed = info->st_ctim};
}

void tally__file_stamp(struct file_stamp *stamp, const char *path)
{
	struct stat info;

	*stamp = (struct file_stamp){0};
	if (stat(path, &info) == 0)
		set_stamp(stamp, &info);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool tally__file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->exists == b->exists && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && same_time(&a->modified, &b->modified) &&
	       same_time(&a->changed, &b->changed);
}

/* Room for the whole file at once, where its size is known. */
static void make_room(struct buf *out, const struct stat *info)
{
	if (S_ISREG(info->st_mode) && info->st_size > 0 && (uintmax_t)info->st_size < SIZE_MAX)
		tally__buf_reserve(out, (size_t)info->st_size);
}

/* What tells one kind of reading from another. */
struct reading {
	bool regular;             /* nothing but a regular file will do */
	struct file_stamp *stamp; /* filled; and a file that is not there is fine.  May be NULL */
};

static int read_file(struct buf *out, const char *path, struct reading reading,
		     struct tally_error *error)
{
	/* Opening a pipe that nobody writes to would wait for a writer. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (reading.regular ? O_NONBLOCK : 0);
	size_t start = out->len;
	struct stat info = {0};
	int status;
	int file;

	do
		file = open(path, flags);
	while (file < 0 && errno == EINTR);
	if (file < 0 && errno == ENOENT && reading.stamp)
		return TALLY_OK;
	if (file < 0)
		return tally__fail_errno(error, TALLY_ENOFILE, path, errno, "cannot open");
	if (fstat(file, &info) == 0 && S_ISDIR(info.st_mode))
		status = tally__fail_at(error, TALLY_ENOFILE, path, 0, 0,
					"expected a file, found a folder");
	else if (reading.regular && !S_ISREG(info.st_mode))
		status = tally__fail_at(error, TALLY_ENOFILE, path, 0, 0,
					"expected a file, found a pipe, socket or device");
	else {
		/* Before the first byte: what is written later makes another stamp. */
		if (reading.stamp)
			set_stamp(reading.stamp, &info);
		make_room(out, &info);
		status = read_all(out, file, path, error);
	}
	if (status != TALLY_OK)
		tally__buf_truncate(out, start);
	close(file);
	return status;
}

int tally__file_read(struct buf *out, const char *path, struct tally_error *error)
{
	return read_file(out, path, (struct reading){0}, error);
}

int tally__file_read_regular(struct buf *out, const char *path, struct tally_error *error)
{
	return read_file(out, path, (struct reading){.regular = true}, error);
}

int tally__file_read_stamped(struct buf *out, const char *path, struct file_stamp *stamp,
			     struct tally_error *error)
{
	*stamp = (struct file_stamp){0};
	return read_file(out, path, (struct reading){.regular = true, .stamp = stamp}, error);
}
