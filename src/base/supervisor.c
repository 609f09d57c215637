#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/child_start.h"
#include "base/mem.h"
#include "base/supervisor.h"
#include "base/supervisor_process.h"
#include "base/time.h"

struct supervisor {
	pid_t pid; /* of the process that watches */
	int link;
	pid_t server;         /* 0: not known yet */
	int failure;          /* the errno why it did not start */
	bool shell_has_ended; /* with `status`, as from waitpid */
	int status;
	bool is_gone; /* nothing is left of it */
	bool is_lost; /* nobody watches any more */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Forks with all signals blocked: a handler of this program is not to run in the other process. */
static int fork_off(pid_t *pid, const struct supervisor_plan *plan)
{
	sigset_t all, before;
	int code;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	*pid = fork();
	code = errno;
	if (*pid == 0)
		tally__supervisor_process(plan);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return *pid < 0 ? code : 0;
}

/* Two sockets that carry notes whole, beyond standard input, output and error. */
static int make_link(int ends[2])
{
	int made[2];
	int code = 0;

	ends[0] = ends[1] = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, made) != 0)
		return errno;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (ends[i] < 0)
			code = errno;
		(void)close(made[i]);
	}
	return code;
}

static int start(struct supervisor *supervisor, const struct supervisor_options *options,
		 struct tally_error *error)
{
	const char *const words[] = {"sh", "-c", options->command, NULL};
	char *arguments[sizeof(words) / sizeof(words[0])];
	struct supervisor_plan plan = {.arguments = arguments, .grace_ms = options->grace_ms};
	char **environment = tally__child_environment(options->variables, options->variable_count);
	int ends[2] = {-1, -1};
	int code;

	if (environment == NULL)
		return tally__fail_nomem(error);
	memcpy(arguments, words, sizeof(words));
	plan.environment = environment;
	/* The one for input serves as the other process's output too. */
	plan.input_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	plan.output_fd = fcntl(options->output_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	code = plan.input_fd < 0 || plan.output_fd < 0 ? errno : make_link(ends);
	plan.link = ends[1];
	supervisor->link = ends[0];
	if (code == 0)
		code = fork_off(&supervisor->pid, &plan);
	close_fd(&ends[1]);
	close_fd(&plan.input_fd);
	close_fd(&plan.output_fd);
	tally__free(environment);
	if (code == 0)
		return 0;
	close_fd(&supervisor->link);
	return tally__fail_errno(error, TALLY_EIO, "/bin/sh", code, "cannot be started");
}

int tally__supervisor_start(struct supervisor **out, const struct supervisor_options *options,
			    struct tally_error *error)
{
	struct supervisor *supervisor = tally__calloc(1, sizeof(*supervisor));
	int status;

	if (supervisor == NULL)
		return tally__fail_nomem(error);
	status = start(supervisor, options, error);
	if (status != 0) {
		tally__free(supervisor);
		return status;
	}
	*out = supervisor;
	return 0;
}

static void take_note(struct supervisor *supervisor, const struct supervisor_note *note)
{
	switch (note->event) {
	case SUPERVISOR_STARTED:
		supervisor->server = note->value;
		break;
	case SUPERVISOR_FAILED:
		supervisor->failure = note->value;
		supervisor->is_gone = true;
		break;
	case SUPERVISOR_ENDED:
		supervisor->shell_has_ended = true;
		supervisor->status = note->value;
		break;
	case SUPERVISOR_GONE:
		supervisor->is_gone = true;
		break;
	default:
		break;
	}
}

/* Reads a note, waiting up to wait_ms (negative: for ever); false when none came. */
static bool read_note(struct supervisor *supervisor, int wait_ms)
{
	struct pollfd polled = {.fd = supervisor->link, .events = POLLIN};
	struct supervisor_note note;
	ssize_t count;

	if (supervisor->is_gone || supervisor->is_lost || poll(&polled, 1, wait_ms) <= 0)
		return false;
	count = recv(supervisor->link, &note, sizeof(note), MSG_DONTWAIT);
	if (count == (ssize_t)sizeof(note))
		take_note(supervisor, &note);
	else if (count >= 0 || (errno != EAGAIN && errno != EINTR))
		supervisor->is_lost = true;
	return true;
}

static bool is_known_to_have_ended(const struct supervisor *supervisor)
{
	return supervisor->is_gone || supervisor->is_lost ||
	       (supervisor->shell_has_ended && supervisor->status != 0);
}

bool tally__supervisor_has_ended(struct supervisor *supervisor, int wait_ms)
{
	int64_t until = tally__time_monotonic_ms() + wait_ms;

	while (!is_known_to_have_ended(supervisor)) {
		int64_t left = until - tally__time_monotonic_ms();

		if (!read_note(supervisor, left > 0 ? (int)left : 0) && left <= 0)
			return false;
	}
	return true;
}

void tally__supervisor_describe(const struct supervisor *supervisor, struct buf *out)
{
	if (supervisor->failure != 0)
		tally__buf_addf(out, "could not be started: %s", strerror(supervisor->failure));
	else if (!supervisor->shell_has_ended)
		tally__buf_adds(out, "is not watched any more, and was ended");
	else if (WIFEXITED(supervisor->status))
		tally__buf_addf(out, "exited with status %d", WEXITSTATUS(supervisor->status));
	else
		tally__buf_addf(out, "was ended by signal %d", WTERMSIG(supervisor->status));
}

void tally__supervisor_stop(struct supervisor *supervisor)
{
	int status;

	if (supervisor == NULL)
		return;
	/* A word, not only the end of the link, which another process may hold open. */
	(void)send(supervisor->link, "", 1, MSG_NOSIGNAL);
	while (!supervisor->is_gone && !supervisor->is_lost)
		(void)read_note(supervisor, -1);
	/* Who should have ended it was killed. */
	if (!supervisor->is_gone && supervisor->server > 0)
		(void)kill(-supervisor->server, SIGKILL);
	close_fd(&supervisor->link);
	while (waitpid(supervisor->pid, &status, 0) < 0 && errno == EINTR)
		;
	tally__free(supervisor);
}
