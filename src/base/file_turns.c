/* Whoever has waited for a while takes a place in a queue: the byte of a second file at the instant
 * of coming is locked.  Others let those go first that came before, so that nobody can take the
 * lock again and again just because it is awake when it lets go of it.  The places of processes
 * that were killed are gone with them.  Where there are no such locks there is no order, and all is
 * as without it: what excludes is the lock alone. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"

/* So long there is no order: most locks are held for less. */
#define IMPATIENT_MS 100
/* Who is first in the queue and does not come so long may be stopped; others try their luck. */
#define STALLED_MS  5000
#define WAIT_MAX_MS 64
/* Waits in the queue, and of who is first in it. */
#define WAIT_QUEUED_MS 16
#define WAIT_FIRST_MS  2
#define PLACE_TRIES    100

struct turns {
	int file;         /* -1: no order */
	off_t place;      /* -1: none yet */
	off_t first;      /* in the queue, before us; -1: nobody is */
	int64_t moved_ms; /* when that last changed */
};

#ifdef F_OFD_SETLK
static struct flock bytes(off_t start, off_t len)
{
	return (struct flock){
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
}

/* The lowest place that somebody else has, below `end` (0: anywhere). */
static off_t find_first(int file, off_t end)
{
	struct flock range = bytes(0, end);
	off_t first = -1;

	while (first != 0 && fcntl(file, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK) {
		first = range.l_start;
		range = bytes(0, first);
	}
	return first;
}

static void take_place(struct turns *turns)
{
	struct timespec now = {0, 0};
	off_t place;

	if (turns->file < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	place = (off_t)now.tv_sec * 1000000000 + now.tv_nsec + 1;
	for (int i = 0; i < PLACE_TRIES && turns->place < 0; i++, place++) {
		struct flock range = bytes(place, 1);

		if (fcntl(turns->file, F_OFD_SETLK, &range) == 0)
			turns->place = place;
		else if (errno != EAGAIN && errno != EACCES)
			return;
	}
}
#else
static off_t find_first(int file, off_t end)
{
	(void)file, (void)end;
	return -1;
}

static void take_place(struct turns *turns)
{
	(void)turns;
}
#endif

static void turns_open(struct turns *turns, const char *path)
{
	*turns = (struct turns){.file = -1, .place = -1, .first = -1};
	turns->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0666);
	turns->moved_ms = tally__time_monotonic_ms();
}

/* Whether to try: nobody was before us. */
static bool is_our_turn(struct turns *turns, int64_t now)
{
	off_t first =
		turns->file < 0 ? -1 : find_first(turns->file, turns->place < 0 ? 0 : turns->place);

	if (first != turns->first)
		turns->moved_ms = now;
	turns->first = first;
	return first < 0 || now - turns->moved_ms >= STALLED_MS;
}

static void pause_for(long milliseconds)
{
	struct timespec pause = {.tv_nsec = milliseconds * 1000000};

	nanosleep(&pause, NULL);
}

static long next_wait(const struct turns *turns, long wait)
{
	if (turns->place >= 0)
		return turns->first < 0 ? WAIT_FIRST_MS : WAIT_QUEUED_MS;
	return wait < WAIT_MAX_MS ? wait * 2 : wait;
}

int tally__file_lock_in_turn(int *lock, const char *path, const char *queue, unsigned patience_ms,
			     struct tally_error *error)
{
	const int64_t begun = tally__time_monotonic_ms();
	struct tally_error why;
	struct turns turns;
	long wait = 1;
	int status;

	turns_open(&turns, queue);
	for (;;) {
		int64_t now = tally__time_monotonic_ms();

		why = (struct tally_error)TALLY_ERROR_INIT;
		status = is_our_turn(&turns, now) ? tally__file_lock(lock, path, 0, &why)
						  : TALLY_EBUSY;
		if (status != TALLY_EBUSY)
			break;
		if (now - turns.moved_ms >= (int64_t)patience_ms) {
			why = (struct tally_error)TALLY_ERROR_INIT;
			tally__fail_at(&why, TALLY_EBUSY, path, 0, 0,
				       "another process has held the lock for %u ms; try again, or "
				       "find out what it is doing",
				       patience_ms);
			break;
		}
		if (turns.place < 0 && now - begun >= IMPATIENT_MS)
			take_place(&turns);
		pause_for(wait);
		wait = next_wait(&turns, wait);
	}
	if (turns.file >= 0)
		close(turns.file);
	if (status != 0 && error && error->code == 0)
		*error = why;
	return status;
}
