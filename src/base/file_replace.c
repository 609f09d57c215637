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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"

/* Names that are tried for a temporary file; each is random, so that one is enough in practice. */
#define TEMPORARY_TRIES 100
#define LINKS_MAX       40

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

char *tally__file_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return tally__strdup(".");
	if (slash == path)
		return tally__strdup("/");
	return tally__strndup(path, (size_t)(slash - path));
}

/* What is being replaced by what. */
struct replacing {
	const char *path;               /* no link */
	const struct stat *old;         /* its mode and owner are kept; NULL: there is nothing */
	const struct file_stamp *stamp; /* what must stand there still; NULL: anything may */
	bool locked;                    /* nobody else makes temporary files for this path */
};

/* Not mkstemp: its mode 0600 would have to be widened, and there is no reading the umask without
 * changing it for all threads. */
static int open_new(const char *name)
{
	return open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
}

/* Under a lock the name is always the same: what a process left that was killed is gone with the
 * next one. */
static int open_locked(const char *folder, const char *path, struct buf *name)
{
	static const uint64_t fixed_key[2] = {0, 0};
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	tally__buf_addf(name, "%s/.tally-%016llx.tmp", folder,
			(unsigned long long)tally__hash_seeded(fixed_key, base, strlen(base)));
	if (name->status != TALLY_OK) {
		errno = ENOMEM;
		return -1;
	}
	unlink(name->bytes);
	return open_new(name->bytes);
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
		file = open_new(name->bytes);
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

/* Gives a new file the owner and mode of the old one.  Only the mode is sure to be possible: who
 * may not give files away becomes the owner. */
static bool keep_owner(int file, const struct stat *old)
{
	struct stat info;

	if (fstat(file, &info) == 0 && (info.st_uid != old->st_uid || info.st_gid != old->st_gid) &&
	    fchown(file, old->st_uid, old->st_gid) != 0 &&
	    fchown(file, (uid_t)-1, old->st_gid) != 0)
		errno = 0;
	return fchmod(file, old->st_mode & 0777) == 0;
}

static bool is_unchanged(const struct replacing *replacing)
{
	struct file_stamp now;

	if (!replacing->stamp)
		return true;
	tally__file_stamp(&now, replacing->path);
	return tally__file_stamp_equal(&now, replacing->stamp);
}

/* The new file, complete and on disk, under the temporary `name`; false with errno set. */
static bool write_temporary(const struct replacing *replacing, const char *folder, struct buf *name,
			    const char *bytes, size_t len, const char **doing)
{
	bool ok;
	int failure;
	int file;

	*doing = "cannot make a file beside it";
	file = replacing->locked ? open_locked(folder, replacing->path, name)
				 : open_temporary(folder, name);
	if (file < 0) {
		tally__buf_clear(name);
		return false;
	}
	*doing = "cannot write";
	ok = (!replacing->old || keep_owner(file, replacing->old)) && write_all(file, bytes, len) &&
	     fsync(file) == 0;
	failure = errno;
	/* close() reports what a network file system could not write. */
	if (close(file) != 0 && ok)
		return false;
	errno = failure;
	return ok;
}

static int replace_regular(const struct replacing *replacing, const char *bytes, size_t len,
			   struct tally_error *error)
{
	const char *path = replacing->path;
	char *folder = tally__file_folder(path);
	const char *doing = "";
	struct buf name;
	int status = TALLY_EIO;

	tally__buf_init(&name, SIZE_MAX);
	if (folder == NULL) {
		status = tally__fail_nomem(error);
		goto out;
	}
	if (!write_temporary(replacing, folder, &name, bytes, len, &doing))
		goto fail;
	if (!is_unchanged(replacing)) {
		status = tally__fail_at(error, TALLY_EBUSY, path, 0, 0,
					"the file was changed meanwhile by something that does "
					"not take the lock");
		goto out;
	}
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
	status = replace_regular(&(struct replacing){.path = real, .old = old}, bytes, len, error);
	free(real);
	return status;
}

static int replace_missing(const char *path, const void *bytes, size_t len,
			   struct tally_error *error)
{
	char *folder = tally__file_folder(path);
	int status;

	if (folder == NULL)
		return tally__fail_nomem(error);
	status = tally__dir_make(folder, error);
	tally__free(folder);
	return status == TALLY_OK
		       ? replace_regular(&(struct replacing){.path = path}, bytes, len, error)
		       : status;
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

/* Where a path leads that nothing stands at: through links to nothing, what is to be made. */
static int resolve_absent(char **real, const char *path, struct tally_error *error)
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
	if (status == TALLY_OK && (*real = tally__strdup(path)) == NULL)
		status = tally__fail_nomem(error);
	tally__buf_release(&paths[0]);
	tally__buf_release(&paths[1]);
	return status;
}

int tally__file_resolve(char **real, const char *path, struct tally_error *error)
{
	char *found = realpath(path, NULL);

	if (found == NULL && (errno == ENOENT || errno == ENOTDIR))
		return resolve_absent(real, path, error);
	if (found == NULL)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot resolve");
	*real = tally__strdup(found);
	free(found);
	return *real ? TALLY_OK : tally__fail_nomem(error);
}

/* A link that leads to nothing stays a link, too: what it leads to is made. */
static int replace_absent(const char *path, const void *bytes, size_t len,
			  struct tally_error *error)
{
	char *real = NULL;
	int status = resolve_absent(&real, path, error);

	if (status == TALLY_OK)
		status = replace_missing(real, bytes, len, error);
	tally__free(real);
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

int tally__file_replace_locked(const char *real, const void *bytes, size_t len,
			       const struct file_stamp *stamp, struct tally_error *error)
{
	struct replacing replacing = {.path = real, .stamp = stamp, .locked = true};
	struct stat old;

	if (lstat(real, &old) == 0) {
		if (!S_ISREG(old.st_mode))
			return tally__fail_at(error, TALLY_EIO, real, 0, 0,
					      "expected a file to replace, found a folder, link, "
					      "pipe or device");
		replacing.old = &old;
	} else if (errno != ENOENT) {
		return tally__fail_errno(error, TALLY_EIO, real, errno, "cannot write");
	}
	return replace_regular(&replacing, bytes, len, error);
}

int tally__file_remove(const char *path, struct tally_error *error)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return TALLY_OK;
	return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot remove");
}

int tally__file_settle(const char *path, struct tally_error *error)
{
	char *folder = tally__file_folder(path);
	int file = -1;
	bool ok;

	if (folder == NULL)
		return tally__fail_nomem(error);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ok = file >= 0 && fsync(file) == 0;
	if (!ok || !flush_folder(folder)) {
		ok = false;
		tally__fail_errno(error, TALLY_EIO, path, errno, "cannot flush");
	}
	if (file >= 0)
		close(file);
	tally__free(folder);
	return ok ? TALLY_OK : TALLY_EIO;
}
