/* Changes that become visible together. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "git_scratch.h"

struct fixture {
	char repo[SCRATCH_BYTES];
	struct store *store;
	struct store *other; /* another handle on the same repository */
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	scratch_init(fixture->repo);
	assert_int_equal(tally__store_init(fixture->repo, NULL), 0);
	assert_int_equal(tally__store_open(&fixture->store, fixture->repo, NULL), 0);
	assert_int_equal(tally__store_open(&fixture->other, fixture->repo, NULL), 0);
	assert_int_equal(scratch_put(fixture->store, "first", "1", "first", 1), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	tally__store_close(fixture->store);
	tally__store_close(fixture->other);
	scratch_release(fixture->repo);
	free(fixture);
	return 0;
}

static void expect(struct fixture *fixture, const char *command)
{
	assert_int_equal(scratch_run(fixture->repo, 0, command), 0);
}

static void expect_commits(struct fixture *fixture, int count)
{
	char command[128];

	snprintf(command, sizeof command,
		 "test \"$(git -C $REPO rev-list --first-parent --count main)\" = %d", count);
	expect(fixture, command);
}

/* Nothing is left of a commit that was being made, and no pack that nothing points to. */
static void expect_sound(struct fixture *fixture)
{
	expect(fixture, "git -C $REPO fsck --strict --unreachable >$REPO.fsck && "
			"! grep . $REPO.fsck && test ! -e $REPO/tally/next && "
			"test -z \"$(ls $REPO/tally/stage)\" && "
			"test -z \"$(ls $REPO/objects/pack | grep '[.]keep$')\"");
}

static void begin(struct fixture *fixture)
{
	assert_false(tally__store_is_in_group(fixture->store));
	assert_int_equal(tally__store_begin(fixture->store, NULL), 0);
	assert_true(tally__store_is_in_group(fixture->store));
}

static void test_all_at_once(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "d/a", "1", "a", 2), 0);
	assert_int_equal(scratch_put(fixture->store, "d/b", "2", "b", 3), 0);
	assert_int_equal(scratch_put(fixture->store, "d/a", "3", "a again", 4), 0);
	/* Seen within, and nowhere else. */
	assert_file(fixture->store, "d/a", "3");
	assert_file(fixture->store, "d/b", "2");
	assert_file(fixture->store, "first", "1");
	assert_file(fixture->other, "d/a", NULL);
	expect_commits(fixture, 1);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	assert_false(tally__store_is_in_group(fixture->store));
	assert_file(fixture->other, "d/a", "3");
	assert_file(fixture->store, "d/b", "2");
	expect_commits(fixture, 4);
	expect(fixture, "cd $REPO && git log --format=%s main >log && "
			"printf 'a again\\nb\\na\\nfirst\\n' | cmp - log && rm log && "
			"test \"$(git show main~1:d/a)\" = 1 && "
			"test $(ls objects/pack | grep -c 'pack$') = 2");
	expect_sound(fixture);
	assert_int_equal(scratch_put(fixture->store, "after", "1", NULL, 5), 0);
	expect_commits(fixture, 5);
}

static void test_the_first_commits_of_a_repository(void **state)
{
	struct fixture *fixture = *state;
	char repo[SCRATCH_BYTES];
	struct store *store;

	scratch_init(repo);
	assert_int_equal(tally__store_init(repo, NULL), 0);
	assert_int_equal(tally__store_open(&store, repo, NULL), 0);
	assert_int_equal(tally__store_begin(store, NULL), 0);
	assert_int_equal(scratch_put(store, "a", "1", NULL, 1), 0);
	assert_int_equal(scratch_put(store, "b", "2", NULL, 2), 0);
	assert_int_equal(tally__store_finish(store, NULL), 0);
	assert_file(store, "a", "1");
	assert_int_equal(scratch_run(repo, 0,
				     "git -C $REPO fsck --strict && "
				     "test \"$(git -C $REPO rev-list --count main)\" = 2"),
			 0);
	tally__store_close(store);
	scratch_release(repo);
	setenv("REPO", fixture->repo, 1);
}

static void test_a_group_of_nothing(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "first", "1", "the same", 2), 0);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	expect_commits(fixture, 1);
	expect_sound(fixture);
}

static void test_what_is_cancelled_is_gone(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "d/a", "1", "a", 2), 0);
	tally__store_cancel(fixture->store);
	tally__store_cancel(fixture->store);
	assert_file(fixture->store, "d/a", NULL);
	expect_commits(fixture, 1);
	/* The lock is free. */
	assert_int_equal(scratch_put(fixture->other, "o", "1", NULL, 3), 0);
	assert_int_equal(scratch_put(fixture->store, "d/b", "1", NULL, 4), 0);
	assert_file(fixture->other, "d/a", NULL);
	expect_commits(fixture, 3);
	expect_sound(fixture);
}

static void test_begin_and_finish_come_in_turn(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;

	assert_int_equal(tally__store_finish(fixture->store, &error), TALLY_EINVAL);
	assert_non_null(strstr(error.message, "begin one first"));
	begin(fixture);
	memset(&error, 0, sizeof error);
	assert_int_equal(tally__store_begin(fixture->store, &error), TALLY_EINVAL);
	assert_non_null(strstr(error.message, "finish or cancel"));
	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 2), 0);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	assert_file(fixture->other, "a", "1");
}

static int fail_after_a_put(void *context, const struct snapshot *snapshot, struct edits *edits,
			    struct tally_error *error)
{
	(void)context, (void)snapshot;
	assert_int_equal(tally__edits_put(edits, "d/bad", "x", 1, error), 0);
	return TALLY_ENOTFOUND;
}

static int put_below_a_file(void *context, const struct snapshot *snapshot, struct edits *edits,
			    struct tally_error *error)
{
	(void)context, (void)snapshot;
	assert_int_equal(tally__edits_put(edits, "d/large", "large", 5, error), 0);
	return tally__edits_put(edits, "first/below", "x", 1, error);
}

static void test_a_change_that_fails_leaves_the_group(void **state)
{
	struct fixture *fixture = *state;
	struct store_author author = {NULL, NULL, 3};
	struct tally_error error = TALLY_ERROR_INIT;

	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "d/a", "1", "a", 2), 0);
	assert_int_equal(
		tally__store_commit(fixture->store, fail_after_a_put, NULL, &author, NULL, &error),
		TALLY_ENOTFOUND);
	assert_int_equal(
		tally__store_commit(fixture->store, put_below_a_file, NULL, &author, NULL, &error),
		TALLY_EPARSE);
	assert_file(fixture->store, "d/bad", NULL);
	assert_file(fixture->store, "d/large", NULL);
	assert_int_equal(scratch_put(fixture->store, "d/b", "2", "b", 4), 0);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	assert_file(fixture->other, "d/a", "1");
	assert_file(fixture->other, "d/b", "2");
	assert_file(fixture->other, "d/bad", NULL);
	expect_commits(fixture, 3);
	expect_sound(fixture);
}

static void test_a_push_in_between(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;

	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "ours", "1", NULL, 2), 0);
	expect(fixture, "git clone -q $REPO $REPO-clone && cd $REPO-clone && "
			"git config user.name a && git config user.email a@example.org && "
			"echo theirs >theirs && git add theirs && git commit -q -m theirs && "
			"git push -q origin main");
	assert_int_equal(tally__store_finish(fixture->store, &error), TALLY_EBUSY);
	assert_non_null(strstr(error.message, "again"));
	assert_file(fixture->store, "ours", NULL);
	assert_file(fixture->store, "theirs", "theirs\n");
	expect_sound(fixture);
	/* Made again, it is there. */
	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "ours", "1", NULL, 3), 0);
	assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	assert_file(fixture->other, "ours", "1");
	expect_commits(fixture, 3);
}

static void test_closing_cancels(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture);
	assert_int_equal(scratch_put(fixture->store, "a", "1", NULL, 2), 0);
	tally__store_close(fixture->store);
	fixture->store = NULL;
	assert_file(fixture->other, "a", NULL);
	assert_int_equal(scratch_put(fixture->other, "b", "1", NULL, 3), 0);
	expect_commits(fixture, 2);
}

static void test_a_writer_killed_in_a_group(void **state)
{
	struct fixture *fixture = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct store *store;

		if (tally__store_open(&store, fixture->repo, NULL) != 0 ||
		    tally__store_begin(store, NULL) != 0 ||
		    scratch_put(store, "killed", "1", NULL, 2) != 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_file(fixture->store, "killed", NULL);
	assert_int_equal(scratch_put(fixture->store, "b", "1", NULL, 3), 0);
	expect_commits(fixture, 2);
	expect_sound(fixture);
}

static void test_a_group_of_many(void **state)
{
	struct fixture *fixture = *state;

	/* More than what makes the repository be opened anew, and packs be rolled up. */
	for (int round = 0; round < 40; round++) {
		begin(fixture);
		for (int i = 0; i < 8; i++) {
			char path[32], text[32];

			snprintf(path, sizeof path, "d/%d", i);
			snprintf(text, sizeof text, "%d %d", round, i);
			assert_int_equal(scratch_put(fixture->store, path, text, NULL, 2), 0);
			assert_file(fixture->store, path, text);
		}
		assert_int_equal(tally__store_finish(fixture->store, NULL), 0);
	}
	assert_file(fixture->other, "d/7", "39 7");
	expect_commits(fixture, 321);
	expect_sound(fixture);
}

static void test_memory_failing_anywhere(void **state)
{
	struct fixture *fixture = *state;
	int failures = 0;

	for (long i = 0;; i++) {
		struct put put = {"d/x", "x", NULL};
		struct store_author author = {NULL, NULL, 3};
		int status, made = 0;

		tally__mem_fail_after(i);
		status = tally__store_begin(fixture->store, NULL);
		if (status == 0) {
			made = tally__store_commit(fixture->store, put_transaction, &put, &author,
						   NULL, NULL);
			put.path = "d/y";
			if (made == 0)
				made = tally__store_commit(fixture->store, put_transaction, &put,
							   &author, NULL, NULL);
			status = tally__store_finish(fixture->store, NULL);
		}
		tally__mem_fail_after(-1);
		assert_false(tally__store_is_in_group(fixture->store));
		if (status == 0 && made == 0)
			break;
		failures++;
		assert_true(status == 0 || status == TALLY_ENOMEM);
		assert_true(made == 0 || made == TALLY_ENOMEM);
		assert_int_equal(scratch_put(fixture->store, "d", NULL, NULL, 4), 0);
	}
	assert_true(failures > 4);
	assert_file(fixture->other, "d/x", "x");
	assert_file(fixture->other, "d/y", "x");
	expect(fixture, "git -C $REPO fsck --strict --no-dangling");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_first_commits_of_a_repository, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_group_of_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_cancelled_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_begin_and_finish_come_in_turn, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_change_that_fails_leaves_the_group, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_push_in_between, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_closing_cancels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_writer_killed_in_a_group, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_group_of_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_memory_failing_anywhere, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
