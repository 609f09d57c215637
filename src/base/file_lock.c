#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"

#define LOCK_WAIT_MIN_MS 1
#define LOCK_WAIT_MAX_MS 64

static void sleep_ms(long milliseconds)
{
	struct timespec pause = {.tv_sec = milliseconds / 1000,
				 .tv_nsec = milliseconds % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

/* Where folders cannot be locked (on network file systems a lock needs a file that was opened for
 * writing), a hidden file in the folder is locked instead. */
static bool cannot_lock_folders(int failure)
{
	return failure == EBADF || failure == EINVAL || failure == ENOLCK || failure == ENOSYS ||
	       failure == EOPNOTSUPP || failure == EISDIR;
}

/* A descriptor of what is locked, or -1 with errno set. */
static int open_lock(const char *path, bool *is_folder)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	*is_folder = file < 0 && errno == EISDIR;
	return *is_folder ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : file;
}

/* The file that stands for a folder, in place of its descriptor; -1 with errno set. */
static int open_substitute(int folder)
{
	int file = openat(folder, ".tally.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	int failure = errno;

	close(folder);
	errno = failure;
	return file;
}

int tally__file_lock(int *lock, const char *path, unsigned timeout_ms, struct tally_error *error)
{
	int64_t deadline = tally__time_monotonic_ms() + (int64_t)timeout_ms;
	long wait = LOCK_WAIT_MIN_MS;
	bool is_folder;
	int status;
	int file = open_lock(path, &is_folder);

	if (file < 0)
		return tally__fail_errno(error, TALLY_EIO, path, errno, "cannot open the lock");
	/* Asked again and again rather than waited for: flock has no timeout. */
	while (flock(file, LOCK_EX | LOCK_NB) != 0) {
		int64_t left = deadline - tally__time_monotonic_ms();

		if (is_folder && cannot_lock_folders(errno)) {
			is_folder = false;
			file = open_substitute(file);
			if (file < 0)
				return tally__fail_errno(error, TALLY_EIO, path, errno,
							 "cannot open .tally.lock in it");
			continue;
		}
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
