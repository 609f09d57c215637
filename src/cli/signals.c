#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "cli/signals.h"

/* Two signals within this time are one. */
enum { SAME_MS = 1000 };

static const int ending_numbers[] = {SIGINT, SIGTERM, SIGHUP};

/* For the handlers: when the first signal came. */
static struct timespec first_at;

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void ending_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	/* Shells ignore SIGINT for what runs in the background: who sends it means it. */
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	if (!is_ignored(SIGHUP))
		(void)sigaddset(set, SIGHUP);
}

void signals_hold(struct signals *signals)
{
	sigset_t set;

	signals->taken = 0;
	ending_signals(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &signals->before);
}

int signals_next(bool *sender)
{
	siginfo_t info;
	sigset_t set;
	int number;

	ending_signals(&set);
	(void)sigaddset(&set, SIGCHLD);
	do
		number = sigwaitinfo(&set, &info);
	while (number < 0);
	/* The kernel's own are those of the terminal; all others come from a process. */
	*sender = info.si_code <= 0;
	return number;
}

void signals_wait(struct signals *signals)
{
	bool sender;
	int number;

	do
		number = signals_next(&sender);
	while (number == SIGCHLD);
	(void)signals_take(signals, number);
}

static void end_at_once(int number)
{
	(void)number;
	_exit(0);
}

void signals_let_pass(struct signals_passing *before)
{
	struct sigaction action = {.sa_handler = end_at_once};
	sigset_t set;

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, &before->interrupt);
	(void)sigaction(SIGTERM, &action, &before->terminate);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, &before->blocked);
}

void signals_stop_passing(const struct signals_passing *before)
{
	(void)pthread_sigmask(SIG_SETMASK, &before->blocked, NULL);
	(void)sigaction(SIGINT, &before->interrupt, NULL);
	(void)sigaction(SIGTERM, &before->terminate, NULL);
}

/* Async-signal-safe. */
static bool is_later(const struct timespec *first)
{
	struct timespec now = {0};
	long long ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (long long)(now.tv_sec - first->tv_sec) * 1000 +
	     (now.tv_nsec - first->tv_nsec) / 1000000;
	return ms >= SAME_MS;
}

bool signals_take(struct signals *signals, int number)
{
	if (signals->taken != 0)
		return is_later(&signals->at);
	signals->taken = number;
	(void)clock_gettime(CLOCK_MONOTONIC, &signals->at);
	return false;
}

static void on_another(int number)
{
	int before = errno;

	if (is_later(&first_at)) {
		/* Ends the program when this returns. */
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	}
	errno = before;
}

void signals_release(const struct signals *signals)
{
	struct sigaction action = {.sa_handler = on_another, .sa_flags = SA_RESTART};

	(void)sigemptyset(&action.sa_mask);
	first_at = signals->at;
	for (size_t i = 0; i < sizeof(ending_numbers) / sizeof(ending_numbers[0]); i++) {
		if (signals->taken != 0 && !is_ignored(ending_numbers[i]))
			(void)sigaction(ending_numbers[i], &action, NULL);
	}
	(void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

/* ---- counted signals ---- */

static volatile sig_atomic_t watched_count, watched_first, watched_limit;

static void count_signal(int number)
{
	int before = errno;

	if (watched_count == 0 || is_later(&first_at)) {
		if (watched_count == 0)
			watched_first = number;
		(void)clock_gettime(CLOCK_MONOTONIC, &first_at);
		watched_count++;
	}
	if (watched_count >= watched_limit) {
		/* Ends the program when this returns. */
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	}
	errno = before;
}

const volatile sig_atomic_t *signals_watch(void)
{
	struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
	sigset_t set;

	watched_count = watched_first = 0;
	watched_limit = 3;
	ending_signals(&set);
	action.sa_mask = set;
	for (size_t i = 0; i < sizeof(ending_numbers) / sizeof(ending_numbers[0]); i++) {
		if (sigismember(&set, ending_numbers[i]) == 1)
			(void)sigaction(ending_numbers[i], &action, NULL);
	}
	return &watched_count;
}

const volatile sig_atomic_t *signals_count(void)
{
	return &watched_count;
}

void signals_watch_end(void)
{
	watched_limit = 2;
}

int signals_watched(void)
{
	return watched_first;
}

void signals_die(int number)
{
	sigset_t set;

	(void)signal(number, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(number);
}
