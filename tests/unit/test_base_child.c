/* base/child. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/mem.h"
#include "base/time.h"

/* Long beyond anything that a test waits for: reaching it is a failure, not a delay. */
#define LONG_MS 60000

static struct child *start_with(const struct child_options *options)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct child *child = NULL;

	if (tally__child_start(&child, options, &error) != 0)
		fail_msg("%s", error.message);
	return child;
}

static struct child *run_with(const struct child_options *options)
{
	struct child *child = start_with(options);

	tally__child_run(child);
	return child;
}

static struct child *run(const char *command, const char *input)
{
	return run_with(&(struct child_options){.command = command,
						.input = input,
						.input_len = strlen(input),
						.max_output_bytes = 1 << 20,
						.timeout_ms = LONG_MS});
}

static void assert_failure(const struct child *child, int code, const char *message)
{
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally__child_check(child, "the command", &error), code);
	assert_string_equal(error.message, message);
}

static void assert_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void assert_output(const char *command, const char *input, const char *output)
{
	struct child *child = run(command, input);

	assert_int_equal(tally__child_check(child, "the command", NULL), 0);
	assert_int_equal(tally__child_end(child), CHILD_EXITED);
	assert_string_equal(tally__child_output(child)->bytes, output);
	tally__child_free(child);
	assert_no_children();
}

static void test_in_and_out(void **state)
{
	(void)state;
	assert_output("cat", "some text", "some text");
	assert_output("cat", "", "");
	assert_output("printf a; cat >&2; printf b", "x", "ab");
	assert_output("exit 0", "nobody reads this", "");
}

static void test_bytes_are_kept(void **state)
{
	static const char bytes[] = "\0\xff\n\0";
	struct child *child = run_with(&(struct child_options){.command = "cat",
							       .input = bytes,
							       .input_len = sizeof(bytes),
							       .max_output_bytes = 100});

	(void)state;
	assert_int_equal(tally__child_output(child)->len, sizeof(bytes));
	assert_memory_equal(tally__child_output(child)->bytes, bytes, sizeof(bytes));
	tally__child_free(child);
}

/* More than pipes hold, both ways at once. */
static void test_much_in_and_out(void **state)
{
	size_t len = 3 << 20;
	char *input = malloc(len);
	struct child *child;

	(void)state;
	assert_non_null(input);
	for (size_t i = 0; i < len; i++)
		input[i] = (char)(i * 7 + (i >> 8));
	child = run_with(&(struct child_options){
		.command = "cat", .input = input, .input_len = len, .max_output_bytes = len});
	assert_int_equal(tally__child_check(child, "the command", NULL), 0);
	assert_int_equal(tally__child_output(child)->len, len);
	assert_memory_equal(tally__child_output(child)->bytes, input, len);
	tally__child_free(child);
	/* Nobody reads: neither a deadlock nor a signal. */
	child = run_with(&(struct child_options){.command = "exec <&-; printf done",
						 .input = input,
						 .input_len = len,
						 .max_output_bytes = len});
	assert_string_equal(tally__child_output(child)->bytes, "done");
	tally__child_free(child);
	free(input);
}

static volatile sig_atomic_t pipe_signals;

static void count_signal(int number)
{
	(void)number;
	pipe_signals++;
}

static void test_sigpipe_is_the_callers(void **state)
{
	struct sigaction action = {.sa_handler = count_signal}, before;
	sigset_t pipe_set, mask, pending;
	char input[200000] = {0};
	const struct child_options options = {.command = "exec <&-; exit 0",
					      .input = input,
					      .input_len = sizeof(input),
					      .max_output_bytes = 10};

	(void)state;
	assert_int_equal(sigaction(SIGPIPE, &action, &before), 0);
	tally__child_free(run_with(&options));
	assert_int_equal(pipe_signals, 0);
	/* One of the program's own that is waiting is left to it. */
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &mask);
	raise(SIGPIPE);
	tally__child_free(run_with(&options));
	sigpending(&pending);
	assert_int_equal(sigismember(&pending, SIGPIPE), 1);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	assert_int_equal(pipe_signals, 1);
	sigaction(SIGPIPE, &before, NULL);
}

static void test_failures(void **state)
{
	struct child *child;

	(void)state;
	child = run("exit 3", "");
	assert_failure(child, TALLY_EIO, "the command exited with status 3, expected 0");
	assert_int_equal(tally__child_status(child), 3);
	tally__child_free(child);
	child = run("echo first >&2; printf 'no\\033 good\\n\\n' >&2; exit 1", "");
	assert_failure(child, TALLY_EIO,
		       "the command exited with status 1, expected 0; its standard error ends:\n"
		       "first\nno\\x1b good");
	tally__child_free(child);
	child = run("kill -9 $$", "");
	assert_failure(child, TALLY_EIO, "the command was ended by signal 9");
	assert_int_equal(tally__child_end(child), CHILD_KILLED);
	tally__child_free(child);
	child = run("/nonexistent/program", "");
	assert_int_equal(tally__child_status(child), 127);
	tally__child_free(child);
	assert_no_children();
}

static void test_long_errors(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct child *child = run("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); "
				  "done; exit 1",
				  "");

	(void)state;
	tally__child_check(child, "the command", &error);
	assert_non_null(strstr(error.message, "ends:\nline 19990\nline 19991\n"));
	assert_non_null(strstr(error.message, "\nline 19999"));
	tally__child_free(child);
	child = run("head -c 300000 /dev/zero >&2; printf end >&2; exit 1", "");
	error = (struct tally_error)TALLY_ERROR_INIT;
	tally__child_check(child, "the command", &error);
	assert_string_equal(error.message + strlen(error.message) - 4, " end");
	tally__child_free(child);
}

static void test_too_much_output(void **state)
{
	struct child *child = run_with(&(struct child_options){
		.command = "yes", .max_output_bytes = 1000, .timeout_ms = LONG_MS});

	(void)state;
	assert_failure(child, TALLY_ELIMIT,
		       "the command printed more than 1000 bytes and was stopped");
	tally__child_free(child);
	child = run_with(&(struct child_options){.command = "printf 12345", .max_output_bytes = 4});
	assert_int_equal(tally__child_end(child), CHILD_OVERFLOWED);
	tally__child_free(child);
	child = run_with(&(struct child_options){.command = "printf 1234", .max_output_bytes = 4});
	assert_int_equal(tally__child_end(child), CHILD_EXITED);
	tally__child_free(child);
	assert_no_children();
}

/* Reads what the command printed as a process, and says whether it is still there. */
static bool is_there(const char *pid)
{
	return kill((pid_t)strtol(pid, NULL, 10), 0) == 0;
}

/* A process that is nobody's child any more is reaped by another: soon, but not at once. */
static void assert_gone(const char *pid)
{
	int64_t end = tally__time_monotonic_ms() + LONG_MS;

	while (is_there(pid) && tally__time_monotonic_ms() < end)
		(void)poll(NULL, 0, 1);
	assert_false(is_there(pid));
}

/* Runs a command that does not end by itself with ever longer timeouts, until it has come as far as
 * to print something. */
static struct child *run_into_timeout(const char *command, unsigned *timeout_ms)
{
	for (*timeout_ms = 50;; *timeout_ms *= 2) {
		struct child *child = run_with(&(struct child_options){.command = command,
								       .max_output_bytes = 100,
								       .timeout_ms = *timeout_ms,
								       .grace_ms = 100});

		assert_int_equal(tally__child_end(child), CHILD_TIMED_OUT);
		if (strchr(tally__child_output(child)->bytes, '\n') != NULL)
			return child;
		tally__child_free(child);
		assert_true(*timeout_ms < LONG_MS);
	}
}

static void test_timeout(void **state)
{
	unsigned timeout_ms;
	struct child *child = run_into_timeout(
		"echo starting >&2; tail -f /dev/null & echo $!; wait", &timeout_ms);
	char expected[200];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "the command did not end within %u ms and was stopped; its standard error ends:\n"
		 "starting",
		 timeout_ms);
	assert_failure(child, TALLY_ETIMEOUT, expected);
	assert_gone(tally__child_output(child)->bytes);
	tally__child_free(child);
	assert_no_children();
}

static void test_signals_ignored(void **state)
{
	unsigned timeout_ms;
	struct child *child =
		run_into_timeout("trap '' TERM INT HUP; sh -c 'echo $$; exec tail -f /dev/null' & "
				 "while :; do tail -f /dev/null; done",
				 &timeout_ms);

	(void)state;
	assert_gone(tally__child_output(child)->bytes);
	tally__child_free(child);
	assert_no_children();
}

static void test_stopped(void **state)
{
	struct child *child = run_with(&(struct child_options){.command = "kill -STOP $$",
							       .max_output_bytes = 100,
							       .timeout_ms = 100,
							       .grace_ms = LONG_MS});

	(void)state;
	assert_int_equal(tally__child_end(child), CHILD_TIMED_OUT);
	tally__child_free(child);
	assert_no_children();
}

/* SIGTERM comes first, and there is time to take leave, also for those that the shell waits for. */
static void test_grace(void **state)
{
	struct child *child = start_with(
		&(struct child_options){.command = "(trap 'kill %1; printf bye; exit 0' TERM; tail "
						   "-f /dev/null & echo >&2; wait) "
						   "& wait",
					.max_output_bytes = 100,
					.grace_ms = LONG_MS});
	struct pollfd waits[CHILD_WAITS];
	struct tally_error error = TALLY_ERROR_INIT;
	int64_t until;

	(void)state;
	/* Until it has set its trap. */
	do {
		size_t count;

		assert_false(tally__child_step(child));
		count = tally__child_waits(child, waits, &until);
		(void)poll(waits, (nfds_t)count, 10);
		error = (struct tally_error)TALLY_ERROR_INIT;
		(void)tally__child_check(child, "the command", &error);
	} while (strstr(error.message, "standard error") == NULL);
	tally__child_give_up(child);
	tally__child_run(child);
	assert_int_equal(tally__child_end(child), CHILD_GIVEN_UP);
	assert_string_equal(tally__child_output(child)->bytes, "bye");
	tally__child_free(child);
	assert_no_children();
}

/* What stays in the background keeps the pipes open and is not waited for, nor ended. */
static void test_background(void **state)
{
	struct child *child = run("tail -f /dev/null & echo $!", "");
	pid_t pid = (pid_t)strtol(tally__child_output(child)->bytes, NULL, 10);

	(void)state;
	assert_int_equal(tally__child_check(child, "the command", NULL), 0);
	assert_int_equal(kill(pid, 0), 0);
	tally__child_free(child);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_no_children();
}

static void test_output_closed(void **state)
{
	(void)state;
	assert_output("printf x; exec >&- 2>&-; sleep 0.1", "", "x");
}

static void test_freed_early(void **state)
{
	struct child *child = start_with(&(struct child_options){
		.command = "trap '' TERM; while :; do tail -f /dev/null; done",
		.max_output_bytes = 100});

	(void)state;
	tally__child_step(child);
	tally__child_free(child);
	tally__child_free(NULL);
	assert_no_children();
}

static void test_environment(void **state)
{
	static const char *const variables[] = {"TALLY_TEST_B=new", "TALLY_TEST_C=a=b"};
	struct child *child;

	(void)state;
	setenv("TALLY_TEST_A", "kept", 1);
	setenv("TALLY_TEST_B", "old", 1);
	child = run_with(&(struct child_options){
		.command = "echo $TALLY_TEST_A $TALLY_TEST_B $TALLY_TEST_C; env | grep -c "
			   "^TALLY_TEST_B=",
		.variables = variables,
		.variable_count = 2,
		.max_output_bytes = 100});
	assert_string_equal(tally__child_output(child)->bytes, "kept new a=b\n1\n");
	tally__child_free(child);
}

/* Signals that this process blocks or ignores are the child's to take. */
static void test_signals_are_fresh(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	sigset_t all, mask;

	(void)state;
	sigaction(SIGTERM, &ignore, &before);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	assert_output("tail -f /dev/null & kill -TERM $!; wait $!; echo $?", "", "143\n");
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTERM, &before, NULL);
}

static void test_group_of_its_own(void **state)
{
	struct child *child = run("ps -o pgid= -p $$ | tr -d ' '; echo $$", "");
	char pid[16];
	size_t len = strcspn(tally__child_output(child)->bytes, "\n");

	(void)state;
	assert_in_range(len, 1, sizeof(pid) - 1);
	memcpy(pid, tally__child_output(child)->bytes, len);
	pid[len] = '\n';
	assert_memory_equal(tally__child_output(child)->bytes + len + 1, pid, len + 1);
	tally__child_free(child);
}

/* The pipes of one command are not another's. */
static void test_descriptors(void **state)
{
	char input[200000] = {0};
	struct child *other =
		start_with(&(struct child_options){.command = "exec tail -f /dev/null",
						   .input = input,
						   .input_len = sizeof(input),
						   .max_output_bytes = 1});
	struct pollfd waits[CHILD_WAITS];
	struct child *child;
	int64_t until;
	size_t count;
	char command[64];

	int inherited = dup(STDIN_FILENO); /* without FD_CLOEXEC, as some libraries open theirs */

	(void)state;
	assert_true(inherited >= 0);
	snprintf(command, sizeof(command), "[ ! -e /dev/fd/%d ]", inherited);
	child = run(command, "");
	assert_int_equal(tally__child_check(child, "the command", NULL), 0);
	tally__child_free(child);
	close(inherited);
	assert_false(tally__child_step(other));
	count = tally__child_waits(other, waits, &until);
	assert_in_range(count, 3, CHILD_WAITS);
	for (size_t i = 0; i < count; i++) {
		snprintf(command, sizeof(command), "[ ! -e /dev/fd/%d ]", waits[i].fd);
		child = run(command, "");
		assert_int_equal(tally__child_check(child, "the command", NULL), 0);
		tally__child_free(child);
	}
	tally__child_free(other);
	assert_no_children();
}

/* Where the three standard descriptors are closed, pipes get their numbers. */
static void test_without_standard_descriptors(void **state)
{
	int saved[3];
	struct child *child;

	(void)state;
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	child = run("cat; echo bad >&2; exit 1", "in");
	for (int i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	assert_string_equal(tally__child_output(child)->bytes, "in");
	assert_failure(
		child, TALLY_EIO,
		"the command exited with status 1, expected 0; its standard error ends:\nbad");
	tally__child_free(child);
}

static void test_sigchld_ignored(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct child *child;

	(void)state;
	sigaction(SIGCHLD, &ignore, &before);
	child = run("echo x", "");
	sigaction(SIGCHLD, &before, NULL);
	assert_int_equal(tally__child_end(child), CHILD_LOST);
	assert_string_equal(tally__child_output(child)->bytes, "x\n");
	assert_int_equal(tally__child_check(child, "the command", NULL), TALLY_EIO);
	tally__child_free(child);
	assert_no_children();
}

/* A start that fails leaves nothing open; also where no descriptor can tell of the end. */
static void test_few_descriptors(void **state)
{
	struct rlimit before, few;
	bool ran = false;
	int first = open("/dev/null", O_RDONLY);

	(void)state;
	close(first);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (int more = 0; more < 12 && !ran; more++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct child *child = NULL;
		int after;

		few = before;
		few.rlim_cur = (rlim_t)(first + more);
		setrlimit(RLIMIT_NOFILE, &few);
		if (tally__child_start(&child,
				       &(struct child_options){.command = "sleep 0.1; cat",
							       .input = "in",
							       .input_len = 2,
							       .max_output_bytes = 100},
				       &error) == 0) {
			tally__child_run(child);
			assert_string_equal(tally__child_output(child)->bytes, "in");
			tally__child_free(child);
			ran = true;
		} else {
			assert_int_equal(error.code, TALLY_EIO);
		}
		setrlimit(RLIMIT_NOFILE, &before);
		after = open("/dev/null", O_RDONLY);
		assert_int_equal(after, first);
		close(after);
	}
	assert_true(ran);
	assert_no_children();
}

#define MANY 40

static void test_many_at_once(void **state)
{
	struct child *children[MANY];
	char commands[MANY][64];
	size_t left = MANY;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(commands[i], sizeof(commands[i]), "cat; printf %zu; exit %zu", i, i % 2);
		children[i] = start_with(&(struct child_options){.command = commands[i],
								 .input = "n",
								 .input_len = 1,
								 .max_output_bytes = 100});
	}
	while (left > 0) {
		struct pollfd waits[MANY * CHILD_WAITS];
		size_t count = 0;

		left = 0;
		for (size_t i = 0; i < MANY; i++) {
			int64_t until;

			left += !tally__child_step(children[i]);
			count += tally__child_waits(children[i], waits + count, &until);
			assert_true(until < 0 || count > 0);
		}
		if (left > 0)
			(void)poll(waits, (nfds_t)count, 100);
	}
	for (size_t i = 0; i < MANY; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "n%zu", i);
		assert_string_equal(tally__child_output(children[i])->bytes, expected);
		assert_int_equal(tally__child_status(children[i]), i % 2);
		tally__child_free(children[i]);
	}
	assert_no_children();
}

static void *run_several(void *context)
{
	size_t *good = context;

	for (int i = 0; i < 20; i++) {
		struct child *child = NULL;

		if (tally__child_start(&child,
				       &(struct child_options){.command = "cat",
							       .input = "abc",
							       .input_len = 3,
							       .max_output_bytes = 3},
				       NULL) != 0)
			continue;
		tally__child_run(child);
		*good += strcmp(tally__child_output(child)->bytes, "abc") == 0;
		tally__child_free(child);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[4];
	size_t good[4] = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_several, &good[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(good[i], 20);
	}
	assert_no_children();
}

/* Each allocation fails in turn: the start does, or the command is stopped. */
static void test_memory_is_short(void **state)
{
	bool ran = false;

	(void)state;
	for (long i = 0; !ran; i++) {
		struct child *child = NULL;
		struct tally_error error = TALLY_ERROR_INIT;
		int status;

		assert_true(i < 100);
		tally__mem_fail_after(i);
		status = tally__child_start(
			&child,
			&(struct child_options){.command = "head -c 100000 /dev/zero",
						.max_output_bytes = 1 << 20,
						.timeout_ms = LONG_MS},
			&error);
		if (status == 0) {
			tally__child_run(child);
			status = tally__child_check(child, "the command", &error);
		}
		tally__mem_fail_after(-1);
		ran = status == 0;
		if (!ran)
			assert_int_equal(status, TALLY_ENOMEM);
		tally__child_free(child);
	}
	assert_no_children();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_bytes_are_kept),
		cmocka_unit_test(test_much_in_and_out),
		cmocka_unit_test(test_sigpipe_is_the_callers),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_long_errors),
		cmocka_unit_test(test_too_much_output),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_signals_ignored),
		cmocka_unit_test(test_grace),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_background),
		cmocka_unit_test(test_output_closed),
		cmocka_unit_test(test_freed_early),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_signals_are_fresh),
		cmocka_unit_test(test_group_of_its_own),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_without_standard_descriptors),
		cmocka_unit_test(test_sigchld_ignored),
		cmocka_unit_test(test_few_descriptors),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
