#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/supervisor_process.h"
#include "base/time.h"

#ifndef NSIG
#define NSIG 65
#endif

/* Between two rounds of SIGKILL: what was killed hands its children on to us. */
#define ROUND_MS 5
/* What even SIGKILL does not end hangs in the kernel: nobody is to wait for that. */
#define LAST_MS 5000
/* Once it runs, it has the link there, and no other descriptor. */
#define LINK STDIN_FILENO

struct watch {
	pid_t leader;
	bool leader_has_ended;
	bool group_is_gone; /* from then on its number may be a stranger's */
	bool is_stopping;
	int64_t kill_ms; /* when the grace is over */
};

static void tell(int event, int value)
{
	const struct supervisor_note note = {event, value};
	ssize_t sent;

	do
		sent = send(LINK, &note, sizeof(note), MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
}

static void on_child(int number)
{
	(void)number;
}

/* Whoever ends our parent's group by a signal does not end us with it. */
static void set_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &action, NULL);
	action.sa_handler = on_child;
	(void)sigaction(SIGCHLD, &action, NULL);
}

/* As a new login has them. */
static void reset_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &action, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_parent_of_orphans(void)
{
#ifdef PR_SET_CHILD_SUBREAPER
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

/* Should the watching process be killed, nobody else would end the server. */
static void die_with(pid_t parent)
{
#ifdef PR_SET_PDEATHSIG
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
	if (getppid() != parent)
		_exit(127);
}

static _Noreturn void run_server(const struct supervisor_plan *plan, pid_t parent)
{
	(void)setpgid(0, 0);
	die_with(parent);
	reset_signals();
	if (dup2(plan->input_fd, STDIN_FILENO) < 0 || dup2(plan->output_fd, STDOUT_FILENO) < 0 ||
	    dup2(plan->output_fd, STDERR_FILENO) < 0)
		_exit(127);
	(void)execve("/bin/sh", plan->arguments, plan->environment);
	_exit(127);
}

/* So that nobody waits for the end of a pipe, or of a connection, that is open here alone. */
static void close_all_from(int first)
{
	struct rlimit limit;
	int end = 65536;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)end)
		end = (int)limit.rlim_cur;
	for (int fd = first; fd < end; fd++)
		(void)close(fd);
}

static void keep_link_alone(const struct supervisor_plan *plan)
{
	(void)dup2(plan->link, LINK);
	(void)dup2(plan->input_fd, STDOUT_FILENO);
	(void)dup2(plan->input_fd, STDERR_FILENO);
	close_all_from(STDERR_FILENO + 1);
}

/* Sends a signal to all that have no other parent.  Others get one once they are orphans. */
static void signal_children(int number)
{
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	char bytes[1024];
	ssize_t count;
	pid_t pid = 0;

	while (fd >= 0 && (count = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < count; i++) {
			bool is_digit = bytes[i] >= '0' && bytes[i] <= '9';

			if (is_digit && pid < INT_MAX / 10 - 1)
				pid = pid * 10 + (bytes[i] - '0');
			if (!is_digit && pid > 0)
				(void)kill(pid, number);
			if (!is_digit)
				pid = 0;
		}
	}
	if (fd >= 0)
		(void)close(fd);
}

static void signal_all(struct watch *watch, int number)
{
	if (!watch->group_is_gone)
		(void)kill(-watch->leader, number);
	signal_children(number);
}

static void note_group(struct watch *watch)
{
	if (watch->leader_has_ended && !watch->group_is_gone && kill(-watch->leader, 0) != 0 &&
	    errno == ESRCH)
		watch->group_is_gone = true;
}

/* Takes in what has ended; false when nothing is left. */
static bool reap(struct watch *watch)
{
	bool has_children;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == watch->leader) {
			watch->leader_has_ended = true;
			tell(SUPERVISOR_ENDED, status);
		}
		note_group(watch);
	}
	has_children = pid == 0 || errno != ECHILD;
	note_group(watch);
	return has_children || !watch->group_is_gone;
}

static void begin_stop(struct watch *watch, unsigned grace_ms)
{
	watch->is_stopping = true;
	watch->kill_ms = tally__time_monotonic_ms() + grace_ms;
	signal_all(watch, SIGTERM);
	signal_all(watch, SIGCONT); /* a stopped process takes its signals when it goes on */
}

/* Waits for the end of a child, for the link, for a time (negative: none); true: the link speaks.
 */
static bool wait_for_any(bool link, int64_t wait_ms)
{
	struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
	sigset_t none;
	fd_set fds;

	FD_ZERO(&fds);
	if (link)
		FD_SET(LINK, &fds);
	(void)sigemptyset(&none);
	return pselect(LINK + 1, &fds, NULL, NULL, wait_ms >= 0 ? &wait : NULL, &none) > 0;
}

static void watch_over(struct watch *watch, unsigned grace_ms)
{
	while (reap(watch)) {
		int64_t left_ms = -1;

		if (watch->is_stopping) {
			left_ms = watch->kill_ms - tally__time_monotonic_ms();
			if (left_ms <= -LAST_MS)
				return;
			if (left_ms <= 0) {
				signal_all(watch, SIGKILL);
				left_ms = ROUND_MS;
			}
		}
		if (wait_for_any(!watch->is_stopping, left_ms) && !watch->is_stopping)
			begin_stop(watch, grace_ms);
	}
}

_Noreturn void tally__supervisor_process(const struct supervisor_plan *plan)
{
	struct watch watch = {0};
	pid_t self = getpid();
	int code;

	(void)setsid();
	set_signals();
	become_parent_of_orphans();
	watch.leader = fork();
	code = errno;
	if (watch.leader == 0)
		run_server(plan, self);
	if (watch.leader > 0)
		(void)setpgid(watch.leader, watch.leader);
	keep_link_alone(plan);
	if (watch.leader < 0) {
		tell(SUPERVISOR_FAILED, code);
		_exit(1);
	}
	tell(SUPERVISOR_STARTED, watch.leader);
	watch_over(&watch, plan->grace_ms);
	tell(SUPERVISOR_GONE, 0);
	_exit(0);
}
