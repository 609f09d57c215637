#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/child_start.h"
#include "base/mem.h"
#include "base/time.h"

#define DEFAULT_GRACE_MS 1000
/* How often the end is looked for where no descriptor tells of it. */
#define LOOK_MS    10
#define READ_BYTES ((size_t)16384)
/* In one step; together more than a pipe ever holds, so that what was written before the end is
 * read in the step that sees it, whoever else is writing. */
#define READS 128
/* What of its standard error is kept. */
#define KEPT_BYTES ((size_t)4096)

struct child {
	pid_t pid; /* of the shell and of its group; 0: reaped */
	int input_fd, output_fd, errors_fd;
	int end_fd; /* readable when the shell has ended; -1: there is none */
	const char *input;
	size_t input_len, input_sent;
	struct buf output;
	char errors[2 * KEPT_BYTES];
	size_t errors_len;
	int64_t deadline_ms; /* -1: none */
	unsigned timeout_ms, grace_ms;
	enum child_end end; /* how it ended, or why it is being ended */
	int status;
	bool has_ended; /* the shell has, and is not reaped before it is over */
	bool is_over;
	bool is_killed; /* SIGKILL was sent */
	int64_t kill_ms;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* The group keeps its number while its first process is not reaped: no stranger is hit. */
static void signal_group(const struct child *child, int number)
{
	if (child->pid > 0)
		(void)kill(-child->pid, number);
}

static void begin_end(struct child *child, enum child_end why)
{
	if (child->end != CHILD_RUNNING)
		return;
	child->end = why;
	child->kill_ms = tally__time_monotonic_ms() + child->grace_ms;
	signal_group(child, SIGTERM);
	signal_group(child, SIGCONT); /* a stopped process takes its signals when it goes on */
}

static int open_end_fd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : errno;
}

/* Makes the three pipes; *ours and *theirs are -1 where there is none. */
static int make_pipes(int ours[3], int theirs[3])
{
	int code = 0;

	for (int i = 0; i < 3; i++)
		ours[i] = theirs[i] = -1;
	for (int i = 0; i < 3 && code == 0; i++) {
		int ends[2];

		code = tally__child_pipe(ends);
		ours[i] = i == STDIN_FILENO ? ends[1] : ends[0];
		theirs[i] = i == STDIN_FILENO ? ends[0] : ends[1];
		if (code == 0)
			code = set_nonblocking(ours[i]);
	}
	return code;
}

static int start(struct child *child, const struct child_options *options,
		 struct tally_error *error)
{
	char **environment = tally__child_environment(options->variables, options->variable_count);
	int ours[3], theirs[3];
	pid_t pid = 0;
	int code;

	if (environment == NULL)
		return tally__fail_nomem(error);
	code = make_pipes(ours, theirs);
	if (code == 0)
		code = tally__child_spawn(&pid, options->command, environment, theirs);
	tally__free(environment);
	for (int i = 0; i < 3; i++) {
		close_fd(&theirs[i]);
		if (code != 0)
			close_fd(&ours[i]);
	}
	if (code != 0)
		return tally__fail_errno(error, TALLY_EIO, "/bin/sh", code, "cannot be started");
	child->pid = pid;
	child->input_fd = ours[0];
	child->output_fd = ours[1];
	child->errors_fd = ours[2];
	child->end_fd = open_end_fd(pid);
	return 0;
}

int tally__child_start(struct child **out, const struct child_options *options,
		       struct tally_error *error)
{
	struct child *child = tally__calloc(1, sizeof(*child));
	int status;

	if (child == NULL)
		return tally__fail_nomem(error);
	child->input = options->input;
	child->input_len = options->input_len;
	child->timeout_ms = options->timeout_ms;
	child->grace_ms = options->grace_ms > 0 ? options->grace_ms : DEFAULT_GRACE_MS;
	child->deadline_ms =
		options->timeout_ms > 0 ? tally__time_monotonic_ms() + options->timeout_ms : -1;
	tally__buf_init(&child->output, options->max_output_bytes);
	status = start(child, options, error);
	if (status != 0) {
		tally__free(child);
		return status;
	}
	*out = child;
	return 0;
}

/* Writes without raising SIGPIPE, which is the program's own business: it is blocked in this thread
 * meanwhile, and taken back where this write raised it. */
static ssize_t write_quietly(int fd, const char *bytes, size_t len)
{
	const struct timespec at_once = {0};
	sigset_t pipe_set, before, pending;
	ssize_t written;
	int code;

	(void)sigemptyset(&pipe_set);
	(void)sigaddset(&pipe_set, SIGPIPE);
	(void)sigemptyset(&pending);
	(void)sigpending(&pending);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	written = write(fd, bytes, len);
	code = errno;
	if (written < 0 && code == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
		while (sigtimedwait(&pipe_set, NULL, &at_once) < 0 && errno == EINTR)
			;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = code;
	return written;
}

/* A command need not read what it is given: its end of the pipe may be closed. */
static void feed(struct child *child)
{
	while (child->input_fd >= 0) {
		size_t left = child->input_len - child->input_sent;
		ssize_t written;

		if (left == 0) {
			close_fd(&child->input_fd);
			return;
		}
		written = write_quietly(child->input_fd, child->input + child->input_sent, left);
		if (written > 0)
			child->input_sent += (size_t)written;
		else if (written < 0 && errno == EAGAIN)
			return;
		else if (written < 0 && errno != EINTR)
			close_fd(&child->input_fd);
	}
}

/* Output beyond the limit is a failure also when the shell has ended with it. */
static void take_output(struct child *child, const char *bytes, size_t len)
{
	enum child_end why;

	tally__buf_add(&child->output, bytes, len);
	if (child->output.status == 0)
		return;
	why = child->output.status == TALLY_ELIMIT ? CHILD_OVERFLOWED : CHILD_NO_MEMORY;
	if (child->end < CHILD_TIMED_OUT && child->end != CHILD_RUNNING)
		child->end = why;
	begin_end(child, why);
	close_fd(&child->output_fd);
}

static void take_errors(struct child *child, const char *bytes, size_t len)
{
	if (len > KEPT_BYTES) {
		bytes += len - KEPT_BYTES;
		len = KEPT_BYTES;
	}
	if (child->errors_len + len > sizeof(child->errors)) {
		memmove(child->errors, child->errors + child->errors_len - KEPT_BYTES, KEPT_BYTES);
		child->errors_len = KEPT_BYTES;
	}
	memcpy(child->errors + child->errors_len, bytes, len);
	child->errors_len += len;
}

static void listen_to(struct child *child, int *fd,
		      void (*take)(struct child *child, const char *bytes, size_t len))
{
	char bytes[READ_BYTES];

	for (int i = 0; i < READS && *fd >= 0; i++) {
		ssize_t count = read(*fd, bytes, sizeof(bytes));

		if (count > 0)
			take(child, bytes, (size_t)count);
		else if (count < 0 && errno == EAGAIN)
			return;
		else if (count == 0 || errno != EINTR)
			close_fd(fd);
	}
}

/* Looks whether the shell has ended, and leaves it unreaped. */
static void look_for_end(struct child *child)
{
	siginfo_t info = {0};
	int code;

	if (child->has_ended)
		return;
	do {
		info.si_pid = 0;
		code = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	} while (code != 0 && errno == EINTR);
	if (code == 0 && info.si_pid == 0)
		return;
	child->has_ended = true;
	if (code != 0) {
		/* Somebody else has reaped it: from now on the number is a stranger's. */
		child->pid = 0;
		if (child->end == CHILD_RUNNING)
			child->end = CHILD_LOST;
	} else if (child->end == CHILD_RUNNING) {
		child->end = info.si_code == CLD_EXITED ? CHILD_EXITED : CHILD_KILLED;
		child->status = info.si_status;
	}
}

static void reap(struct child *child)
{
	int status;

	while (child->pid > 0 && waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	close_fd(&child->input_fd);
	close_fd(&child->output_fd);
	close_fd(&child->errors_fd);
	close_fd(&child->end_fd);
	child->is_over = true;
}

static bool ends_from_here(const struct child *child)
{
	return child->end >= CHILD_TIMED_OUT;
}

/* Of what is being ended, what holds the pipes open is not gone yet. */
static bool is_quiet(const struct child *child)
{
	return child->output_fd < 0 && child->errors_fd < 0;
}

bool tally__child_step(struct child *child)
{
	int64_t now = tally__time_monotonic_ms();

	if (child->is_over)
		return true;
	look_for_end(child);
	feed(child);
	listen_to(child, &child->output_fd, take_output);
	listen_to(child, &child->errors_fd, take_errors);
	if (!child->has_ended && child->deadline_ms >= 0 && now >= child->deadline_ms)
		begin_end(child, CHILD_TIMED_OUT);
	if (!ends_from_here(child)) {
		if (child->has_ended)
			reap(child);
		return child->is_over;
	}
	if (now >= child->kill_ms || (child->has_ended && is_quiet(child))) {
		signal_group(child, SIGKILL);
		child->is_killed = true;
	}
	if (child->has_ended && child->is_killed)
		reap(child);
	return child->is_over;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a >= 0 && a < b ? a : b;
}

size_t tally__child_waits(const struct child *child, struct pollfd waits[CHILD_WAITS],
			  int64_t *until_ms)
{
	int64_t now = tally__time_monotonic_ms();
	size_t count = 0;

	*until_ms = -1;
	if (child->is_over)
		return 0;
	if (child->input_fd >= 0)
		waits[count++] = (struct pollfd){.fd = child->input_fd, .events = POLLOUT};
	if (child->output_fd >= 0)
		waits[count++] = (struct pollfd){.fd = child->output_fd, .events = POLLIN};
	if (child->errors_fd >= 0)
		waits[count++] = (struct pollfd){.fd = child->errors_fd, .events = POLLIN};
	if (child->end_fd >= 0 && !child->has_ended)
		waits[count++] = (struct pollfd){.fd = child->end_fd, .events = POLLIN};
	if (!ends_from_here(child))
		*until_ms = child->deadline_ms;
	else if (!child->is_killed)
		*until_ms = child->kill_ms;
	if (child->end_fd < 0 && !child->has_ended)
		*until_ms = earlier(*until_ms, now + LOOK_MS);
	return count;
}

void tally__child_give_up(struct child *child)
{
	begin_end(child, CHILD_GIVEN_UP);
}

void tally__child_run(struct child *child)
{
	while (!tally__child_step(child)) {
		struct pollfd waits[CHILD_WAITS];
		int64_t until, left = -1;
		size_t count = tally__child_waits(child, waits, &until);

		if (until >= 0) {
			left = until - tally__time_monotonic_ms();
			left = left < 0 ? 0 : left;
		}
		(void)poll(waits, (nfds_t)count, left > 60000 ? 60000 : (int)left);
	}
}

void tally__child_free(struct child *child)
{
	if (child == NULL)
		return;
	if (!child->is_over) {
		signal_group(child, SIGKILL);
		reap(child);
	}
	tally__buf_release(&child->output);
	tally__free(child);
}

enum child_end tally__child_end(const struct child *child)
{
	return child->end;
}

int tally__child_status(const struct child *child)
{
	return child->status;
}

const struct buf *tally__child_output(const struct child *child)
{
	return &child->output;
}

void tally__child_add_errors(const struct child *child, struct tally_error *error)
{
	tally__error_add_last_lines(error, child->errors, child->errors_len);
}

/* Records why it is no success. */
static int fail(const struct child *child, const char *what, struct tally_error *error)
{
	const char *more = child->errors_len > 0 ? "; its standard error ends:" : "";

	switch (child->end) {
	case CHILD_EXITED:
		return tally__fail(error, TALLY_EIO, "%s exited with status %d, expected 0%s", what,
				   child->status, more);
	case CHILD_KILLED:
		return tally__fail(error, TALLY_EIO, "%s was ended by signal %d%s", what,
				   child->status, more);
	case CHILD_LOST:
		return tally__fail(error, TALLY_EIO,
				   "how %s ended is not known, because the program around it "
				   "ignores SIGCHLD or waits for all its children%s",
				   what, more);
	case CHILD_TIMED_OUT:
		return tally__fail(error, TALLY_ETIMEOUT,
				   "%s did not end within %u ms and was stopped%s", what,
				   child->timeout_ms, more);
	case CHILD_OVERFLOWED:
		return tally__fail(error, TALLY_ELIMIT,
				   "%s printed more than %zu bytes and was stopped%s", what,
				   child->output.max_bytes, more);
	case CHILD_NO_MEMORY:
		return tally__fail_nomem(error);
	case CHILD_RUNNING:
	case CHILD_GIVEN_UP:
		break;
	}
	return tally__fail(error, TALLY_EIO, "%s was stopped before its end%s", what, more);
}

int tally__child_check(const struct child *child, const char *what, struct tally_error *error)
{
	int status;

	if (child->end == CHILD_EXITED && child->status == 0)
		return 0;
	status = fail(child, what, error);
	if (status != TALLY_ENOMEM)
		tally__child_add_errors(child, error);
	return status;
}
