#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/time.h"

#define READ_BYTES 16384
/* Names that are tried for a temporary file; each is random, so that one is enough in practice. */
#define TEMPORARY_TRIES  100
#define LINKS_MAX        40
#define LOCK_WAIT_MIN_MS 1
#define LOCK_WAIT_MAX_MS 64

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

static int read_file(struct buf *out, const char *path, bool regular, struct tally_error *error)
{
	/* Opening a pipe that nobody writes to would wait for a writer. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (regular ? O_NONBLOCK : 0);
	size_t start = out->len;
	struct stat info = {0};
	int status;
	int file;

	do
		file = open(path, flags);
	while (file < 0 && errno == EINTR);
	if (file < 0)
		return tally__fail_errno(error, TALLY_ENOFILE, path, errno, "cannot open");
	if (fstat(file, &info) == 0 && S_ISDIR(info.st_mode))
		status = tally__fail_at(error, TALLY_ENOFILE, path, 0, 0,
					"expected a file, found a folder");
	else if (regular && !S_ISREG(info.st_mode))
		status = tally__fail_at(error, TALLY_ENOFILE, path, 0, 0,
					"expected a file, found a pipe, socket or device");
	else
		status = read_all(out, file, path, error);
	if (status != TALLY_OK)
		tally__buf_truncate(out, start);
	close(file);
	return status;
}

int tally__file_read(struct buf *out, const char *path, struct tally_error *error)
{
	return read_file(out, path, false, error);
}

int tally__file_read_regular(struct buf *out, const char *path, struct tally_error *error)
{
	return read_file(out, path, true, error);
}

/* write() until all is written; false with errno set. */
static bool write_all(int file, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t count = write(file, bytes, len < SSIZE_MAX ? len : SSIZE_MAX);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return false;
		bytes += count;
		len -= (size_t)count;
	}
	return true;
}

/* Devices and pipes (-o /dev/stdout) are written to; they must never be renamed over. */
static int write_special(const char *path, const char *bytes, size_t len, struct tally_error *error)
{
	int file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool ok;

	if (file < 0)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot open for writing");
	ok = write_all(file, bytes, len);
	if (!ok)
		tally__fail_errno(error, TALLY_EIO, path, errno, "cannot write");
	if (close(file) != 0 && ok) {
		ok = false;
		tally__fail_errno(error, TALLY_EIO, path, errno, "cannot write");
	}
	return ok ? TALLY_OK : TALLY_EIO;
}

/* The folder part of a path, "." when it has none; to be freed. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return tally__strdup(".");
	if (slash == path)
		return tally__strdup("/");
	return tally__strndup(path, (size_t)(slash - path));
}

/* Makes a new file in `folder`; its descriptor, and its path in `name`; -1 with errno set. */
static int open_temporary(const char *folder, struct buf *name)
{
	int tries;

	for (tries = 0; tries < TEMPORARY_TRIES; tries++) {
		struct timespec now = {0};
		struct {
			int64_t seconds, nanoseconds, pid, tries;
		} mark;
		int file;

		clock_gettime(CLOCK_REALTIME, &now);
		mark.seconds = (int64_t)now.tv_sec;
		mark.nanoseconds = (int64_t)now.tv_nsec;
		mark.pid = (int64_t)getpid();
		mark.tries = tries;
		tally__buf_clear(name);
		tally__buf_addf(name, "%s/.tally-%016llx.tmp", folder,
				(unsigned long long)tally__hash(&mark, sizeof(mark)));
		if (name->status != TALLY_OK) {
			errno = name->status == TALLY_ENOMEM ? ENOMEM : ENAMETOOLONG;
			return -1;
		}
		/* Not mkstemp: its mode 0600 would have to be widened, and there is no reading the
		 * umask without changing it for all threads. */
		file = open(name->bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (file >= 0 || errno != EEXIST)
			return file;
	}
	return -1;
}

/* Flushes a folder, so that a rename in it survives a crash; false with errno set. */
static bool flush_folder(const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (file < 0)
		return false;
	/* Some file systems cannot flush folders, and say so with EINVAL. */
	ok = fsync(file) == 0 || errno == EINVAL;
	close(file);
	return ok;
}

/* `old` is what stands at `path` now; its mode is kept.  NULL: nothing. */
static int replace_regular(const char *path, const struct stat *old, const char *bytes, size_t len,
			   struct tally_error *error)
{
	const char *doing = "cannot make a file beside it";
	char *folder = folder_of(path);
	struct buf name;
	int status = TALLY_EIO;
	int file = -1;

	tally__buf_init(&name, SIZE_MAX);
	if (folder == NULL) {
		status = tally__fail_nomem(error);
		goto out;
	}
	file = open_temporary(folder, &name);
	if (file < 0)
		goto fail;
	doing = "cannot write";
	if (old != NULL && fchmod(file, old->st_mode & 0777) != 0)
		goto fail;
	if (!write_all(file, bytes, len) || fsync(file) != 0)
		goto fail;
	/* close() reports what a network file system could not write. */
	if (close(file) != 0) {
		file = -1;
		goto fail;
	}
	file = -1;
	doing = "cannot replace";
	if (rename(name.bytes, path) != 0)
		goto fail;
	tally__buf_clear(&name);
	doing = "cannot flush its folder";
	if (!flush_folder(folder))
		goto fail;
	status = TALLY_OK;
	goto out;
fail:
	tally__fail_errno(error, TALLY_EIO, path, errno, doing);
out:
	if (file >= 0)
		close(file);
	if (status != TALLY_OK && name.len > 0)
		unlink(name.bytes);
	tally__buf_release(&name);
	tally__free(folder);
	return status;
}

/* A link stays a link: what it leads to is replaced. */
static int replace_existing(const char *path, const struct stat *old, const char *bytes, size_t len,
			    struct tally_error *error)
{
	char *real;
	int status;

	if (S_ISDIR(old->st_mode))
		return tally__fail_at(error, TALLY_EIO, path, 0, 0,
				      "expected a file to replace, found a folder");
	if (!S_ISREG(old->st_mode))
		return write_special(path, bytes, len, error);
	real = realpath(path, NULL);
	if (real == NULL)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot resolve");
	status = replace_regular(real, old, bytes, len, error);
	free(real);
	return status;
}

static int replace_missing(const char *path, const void *bytes, size_t len,
			   struct tally_error *error)
{
	char *folder = folder_of(path);
	int status;

	if (folder == NULL)
		return tally__fail_nomem(error);
	status = tally__dir_make(folder, error);
	tally__free(folder);
	return status == TALLY_OK ? replace_regular(path, NULL, bytes, len, error) : status;
}

/* Reads the link at *path into `target`, as a path that can be opened from here.  False when there
 * is no link. */
static bool follow_link(struct buf *target, const char *path)
{
	char text[PATH_MAX];
	ssize_t len = readlink(path, text, sizeof(text));
	const char *slash = strrchr(path, '/');

	tally__buf_clear(target);
	if (len < 0 || (size_t)len >= sizeof(text))
		return false;
	if (text[0] != '/' && slash != NULL)
		tally__buf_add(target, path, (size_t)(slash - path) + 1);
	tally__buf_add(target, text, (size_t)len);
	return true;
}

/* A link that leads to nothing stays a link, too: what it leads to is made. */
static int replace_absent(const char *path, const void *bytes, size_t len,
			  struct tally_error *error)
{
	struct buf paths[2];
	struct stat info;
	int status = TALLY_OK;

	tally__buf_init(&paths[0], (size_t)PATH_MAX * 2);
	tally__buf_init(&paths[1], (size_t)PATH_MAX * 2);
	/* stat() has followed them all, so that they form no circle; they may change meanwhile. */
	for (int links = 0; links < LINKS_MAX && status == TALLY_OK; links++) {
		struct buf *target = &paths[links % 2];

		if (lstat(path, &info) != 0 || !S_ISLNK(info.st_mode) || !follow_link(target, path))
			break;
		status = tally__buf_status(target, error);
		path = target->bytes;
	}
	if (status == TALLY_OK)
		status = replace_missing(path, bytes, len, error);
	tally__buf_release(&paths[0]);
	tally__buf_release(&paths[1]);
	return status;
}

int tally__file_replace(const char *path, const void *bytes, size_t len, struct tally_error *error)
{
	struct stat old;

	if (stat(path, &old) == 0)
		return replace_existing(path, &old, bytes, len, error);
	if (errno != ENOENT)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot write");
	return replace_absent(path, bytes, len, error);
}

static void sleep_ms(long milliseconds)
{
	struct timespec pause = {.tv_sec = milliseconds / 1000,
				 .tv_nsec = milliseconds % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

int tally__file_lock(int *lock, const char *path, unsigned timeout_ms, struct tally_error *error)
{
	int64_t deadline = tally__time_monotonic_ms() + (int64_t)timeout_ms;
	long wait = LOCK_WAIT_MIN_MS;
	int status;
	int file;

	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (file < 0 && errno == EISDIR)
		file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot open the lock");
	/* Asked again and again rather than waited for: flock has no timeout. */
	while (flock(file, LOCK_EX | LOCK_NB) != 0) {
		int64_t left = deadline - tally__time_monotonic_ms();

		if (errno != EWOULDBLOCK && errno != EINTR) {
			status = tally__fail_errno(error, TALLY_EIO, path, errno, "cannot lock");
			close(file);
			return status;
		}
		if (left <= 0) {
			close(file);
			return tally__fail_at(error, TALLY_EBUSY, path, 0, 0,
					      "another process has held the lock for %u ms; try "
					      "again, or find out what it is doing",
					      timeout_ms);
		}
		sleep_ms(wait < left ? wait : (long)left);
		wait = wait < LOCK_WAIT_MAX_MS ? wait * 2 : wait;
	}
	*lock = file;
	return TALLY_OK;
}

void tally__file_unlock(int lock)
{
	/* Closing releases, as no other process has this descriptor (O_CLOEXEC). */
	close(lock);
}
