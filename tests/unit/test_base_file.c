#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

/* Each test runs in an empty folder of its own. */
static char scratch[] = "/tmp/tally-test-XXXXXX";

static int make_scratch(void **state)
{
	(void)state;
	memcpy(scratch + sizeof(scratch) - 7, "XXXXXX", 6);
	return mkdtemp(scratch) == NULL || chdir(scratch) != 0;
}

static int remove_scratch(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	return chdir("/") != 0 || system(command) != 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *path, const char *expected)
{
	struct buf text;

	tally__buf_init(&text, 1 << 20);
	assert_int_equal(tally__file_read(&text, path, NULL), 0);
	assert_string_equal(text.bytes, expected);
	tally__buf_release(&text);
}

static int count_entry(void *context, const char *path, struct tally_error *error)
{
	struct buf *seen = context;

	(void)error;
	tally__buf_adds(seen, path);
	tally__buf_addc(seen, ' ');
	return 0;
}

static void assert_entries(const char *folder, const char *suffix, const char *expected)
{
	struct buf seen;

	tally__buf_init(&seen, 1 << 20);
	assert_int_equal(tally__dir_each(folder, suffix, count_entry, &seen, NULL), 0);
	assert_string_equal(seen.bytes, expected);
	tally__buf_release(&seen);
}

static void test_read(void **state)
{
	struct buf text;

	(void)state;
	write_file("a", "hello");
	tally__buf_init(&text, 100);
	tally__buf_adds(&text, "> ");
	assert_int_equal(tally__file_read(&text, "a", NULL), 0);
	assert_string_equal(text.bytes, "> hello");
	tally__buf_release(&text);
	tally__buf_init(&text, 5);
	assert_int_equal(tally__file_read(&text, "a", NULL), 0);
	tally__buf_release(&text);
}

static void test_read_limit(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;

	(void)state;
	write_file("a", "hello");
	tally__buf_init(&text, 4);
	assert_int_equal(tally__file_read(&text, "a", &error), TALLY_ELIMIT);
	assert_string_equal(error.where, "a");
	assert_string_equal(error.message, "larger than the limit of 4 bytes");
	assert_int_equal(text.len, 0);
	tally__buf_release(&text);
}

static void test_read_what_is_no_file(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;

	(void)state;
	tally__buf_init(&text, 100);
	assert_int_equal(tally__file_read(&text, "missing", &error), TALLY_ENOFILE);
	assert_string_equal(error.message, "cannot open: No such file or directory");
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__file_read(&text, ".", &error), TALLY_ENOFILE);
	assert_string_equal(error.message, "expected a file, found a folder");
	tally__buf_release(&text);
}

static void test_read_pipe(void **state)
{
	struct buf text;
	int ends[2];
	pid_t child;
	int status;
	char path[32];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int i;

		close(ends[0]);
		for (i = 0; i < 5000; i++) {
			if (write(ends[1], "0123456789", 10) != 10)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	tally__buf_init(&text, 50000);
	assert_int_equal(tally__file_read(&text, path, NULL), 0);
	assert_int_equal(text.len, 50000);
	assert_memory_equal(text.bytes + 49990, "0123456789", 10);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	tally__buf_release(&text);
}

static void test_replace(void **state)
{
	struct stat info;

	(void)state;
	umask(027);
	assert_int_equal(tally__file_replace("x/y/a", "one", 3, NULL), 0);
	assert_content("x/y/a", "one");
	assert_int_equal(stat("x/y/a", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	assert_int_equal(chmod("x/y/a", 0600), 0);
	assert_int_equal(tally__file_replace("x/y/a", "", 0, NULL), 0);
	assert_content("x/y/a", "");
	assert_int_equal(stat("x/y/a", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_entries("x/y", "", "x/y/a ");
	umask(022);
}

static void test_replace_through_a_link(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	write_file("d/a", "old");
	assert_int_equal(symlink("d/a", "link"), 0);
	assert_int_equal(tally__file_replace("link", "new", 3, NULL), 0);
	assert_content("d/a", "new");
	assert_int_equal(lstat("link", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	/* Also one that leads to nothing yet, by way of another. */
	assert_int_equal(mkdir("e", 0777), 0);
	assert_int_equal(symlink("second", "e/first"), 0);
	assert_int_equal(symlink("../f/new", "e/second"), 0);
	assert_int_equal(tally__file_replace("e/first", "made", 4, NULL), 0);
	assert_content("f/new", "made");
	assert_int_equal(lstat("e/first", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_int_equal(lstat("e/second", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
}

static void test_replace_does_not_rename_over_devices(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(tally__file_replace("/dev/null", "x", 1, NULL), 0);
	assert_int_equal(stat("/dev/null", &info), 0);
	assert_true(S_ISCHR(info.st_mode));
}

static void test_replace_failures(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char name[300];

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(tally__file_replace("d", "x", 1, &error), TALLY_EIO);
	assert_string_equal(error.message, "expected a file to replace, found a folder");
	write_file("a", "old");
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__file_replace("a/b", "x", 1, &error), TALLY_EIO);
	assert_string_equal(error.where, "a/b");
	assert_string_equal(error.message, "cannot write: Not a directory");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(tally__file_replace(name, "x", 1, NULL), TALLY_EIO);
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__file_replace("/dev/full", "x", 1, &error), TALLY_EIO);
	assert_string_equal(error.message, "cannot write: No space left on device");
	assert_entries(".", "", "./a ");
	assert_content("a", "old");
}

/* A file that may not grow stands for a full disk. */
static void test_replace_leaves_nothing_behind(void **state)
{
	static char large[100000];
	pid_t child;
	int status;

	(void)state;
	write_file("a", "old");
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit limit = {4096, 4096};
		struct tally_error error = TALLY_ERROR_INIT;

		if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(2);
		_exit(tally__file_replace("a", large, sizeof(large), &error) != TALLY_EIO ||
		      strcmp(error.message, "cannot write: File too large") != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_content("a", "old");
	assert_entries(".", "", "./a ");
}

static void test_replace_without_memory(void **state)
{
	long i;
	int status = TALLY_ENOMEM;

	(void)state;
	for (i = 0; status != TALLY_OK; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_in_range(i, 0, 50);
		tally__mem_fail_after(i);
		status = tally__file_replace("new/a", "x", 1, &error);
		tally__mem_fail_after(-1);
		assert_int_equal(status, error.code);
	}
	assert_true(i > 1);
	assert_entries("new", "", "new/a ");
}

static void test_dir_make(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct stat info;

	(void)state;
	assert_int_equal(tally__dir_make("a/b//c/", NULL), 0);
	assert_int_equal(stat("a/b/c", &info), 0);
	assert_int_equal(tally__dir_make("a/b/c", NULL), 0);
	assert_int_equal(tally__dir_make("/", NULL), 0);
	assert_int_equal(tally__dir_make(".", NULL), 0);
	write_file("f", "");
	assert_int_equal(tally__dir_make("f", &error), TALLY_EIO);
	assert_string_equal(error.message, "cannot make the folder: Not a directory");
	assert_int_equal(tally__dir_make("f/g/h", NULL), TALLY_EIO);
}

static int stop_at_second(void *context, const char *path, struct tally_error *error)
{
	int *calls = context;

	(void)path;
	return ++*calls == 2 ? tally__fail(error, TALLY_EPARSE, "enough") : 0;
}

static void test_dir_each(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int calls = 0;

	(void)state;
	write_file("b.json", "");
	write_file("a.json", "");
	write_file("Z.json", "");
	write_file("a.txt", "");
	write_file("json", "");
	assert_int_equal(mkdir("d.json", 0777), 0);
	assert_int_equal(symlink("a.txt", "link.json"), 0);
	assert_int_equal(symlink("missing", "dangling.json"), 0);
	assert_entries(".", ".json", "./Z.json ./a.json ./b.json ./link.json ");
	assert_entries("./", ".txt", "./a.txt ");
	assert_entries("d.json", ".json", "");
	assert_int_equal(tally__dir_each(".", ".json", stop_at_second, &calls, &error),
			 TALLY_EPARSE);
	assert_int_equal(calls, 2);
	assert_string_equal(error.message, "enough");
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__dir_each("missing", "", count_entry, NULL, &error), TALLY_ENOFILE);
	assert_string_equal(error.where, "missing");
	assert_int_equal(tally__dir_each("a.txt", "", count_entry, NULL, NULL), TALLY_ENOFILE);
}

static void test_lock_excludes(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int first;
	int second;

	(void)state;
	assert_int_equal(tally__file_lock(&first, "lock", 0, NULL), 0);
	assert_int_equal(tally__file_lock(&second, "lock", 20, &error), TALLY_EBUSY);
	assert_string_equal(error.where, "lock");
	tally__file_unlock(first);
	assert_int_equal(tally__file_lock(&second, "lock", 0, NULL), 0);
	tally__file_unlock(second);
	assert_int_equal(tally__file_lock(&first, "missing/lock", 0, NULL), TALLY_EIO);
}

/* A holder that ends lets go, and a waiter gets it before its time is over. */
static void test_lock_of_a_process_that_ends(void **state)
{
	int held[2];
	int release[2];
	pid_t child;
	char byte;
	int lock;
	int status;

	(void)state;
	assert_int_equal(pipe(held), 0);
	assert_int_equal(pipe(release), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(release[1]);
		if (tally__file_lock(&lock, "lock", 0, NULL) != 0 || write(held[1], "x", 1) != 1)
			_exit(1);
		_exit(read(release[0], &byte, 1) != 1);
	}
	assert_int_equal(read(held[0], &byte, 1), 1);
	assert_int_equal(tally__file_lock(&lock, "lock", 0, NULL), TALLY_EBUSY);
	assert_int_equal(write(release[1], "x", 1), 1);
	assert_int_equal(tally__file_lock(&lock, "lock", 60000, NULL), 0);
	tally__file_unlock(lock);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(held[0]);
	close(held[1]);
	close(release[0]);
	close(release[1]);
}

#define HOG_TURNS 60
#define QUEUERS   8

static int lock_in_turn(int *lock, unsigned patience_ms)
{
	return tally__file_lock_in_turn(lock, "lock", "queue", patience_ms, NULL);
}

static void hold(int lock, long milliseconds)
{
	const struct timespec pause = {.tv_nsec = milliseconds * 1000000};

	nanosleep(&pause, NULL);
	tally__file_unlock(lock);
}

static void expect_ended_well(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Who lets go of it and takes it at once has to wait for who came before. */
static void test_lock_goes_round(void **state)
{
	struct stat done;
	pid_t child;
	int lock;

	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		for (int i = 0; i < HOG_TURNS; i++) {
			if (lock_in_turn(&lock, 60000) != 0)
				_exit(1);
			hold(lock, 30);
		}
		_exit(mkdir("done", 0777) != 0);
	}
	/* Until it has begun. */
	while (lock_in_turn(&lock, 0) == 0)
		tally__file_unlock(lock);
	assert_int_equal(lock_in_turn(&lock, 60000), 0);
	assert_int_not_equal(stat("done", &done), 0);
	tally__file_unlock(lock);
	expect_ended_well(child);
}

/* All of them together take longer than any of them would wait for one. */
static void test_lock_waits_while_others_get_it(void **state)
{
	pid_t children[QUEUERS];
	int lock;

	(void)state;
	for (int i = 0; i < QUEUERS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] > 0)
			continue;
		if (lock_in_turn(&lock, 1000) != 0)
			_exit(1);
		hold(lock, 200);
		_exit(0);
	}
	for (int i = 0; i < QUEUERS; i++)
		expect_ended_well(children[i]);
}

static void test_lock_that_does_not_move(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int first, second;

	(void)state;
	assert_int_equal(lock_in_turn(&first, 0), 0);
	assert_int_equal(tally__file_lock_in_turn(&second, "lock", "queue", 150, &error),
			 TALLY_EBUSY);
	assert_string_equal(error.where, "lock");
	assert_non_null(strstr(error.message, "for 150 ms"));
	tally__file_unlock(first);
	/* Without a queue there is no order, and it excludes all the same. */
	assert_int_equal(tally__file_lock_in_turn(&first, "lock", "no/queue", 0, NULL), 0);
	assert_int_equal(lock_in_turn(&second, 0), TALLY_EBUSY);
	tally__file_unlock(first);
	assert_int_equal(tally__file_lock_in_turn(&first, "no/lock", "queue", 0, NULL), TALLY_EIO);
}

#define SCRATCH_TEST(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_read),
		SCRATCH_TEST(test_read_limit),
		SCRATCH_TEST(test_read_what_is_no_file),
		SCRATCH_TEST(test_read_pipe),
		SCRATCH_TEST(test_replace),
		SCRATCH_TEST(test_replace_through_a_link),
		SCRATCH_TEST(test_replace_does_not_rename_over_devices),
		SCRATCH_TEST(test_replace_failures),
		SCRATCH_TEST(test_replace_leaves_nothing_behind),
		SCRATCH_TEST(test_replace_without_memory),
		SCRATCH_TEST(test_dir_make),
		SCRATCH_TEST(test_dir_each),
		SCRATCH_TEST(test_lock_excludes),
		SCRATCH_TEST(test_lock_of_a_process_that_ends),
		SCRATCH_TEST(test_lock_goes_round),
		SCRATCH_TEST(test_lock_waits_while_others_get_it),
		SCRATCH_TEST(test_lock_that_does_not_move),
	};

	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
