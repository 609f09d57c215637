/* Objects that are kept in memory: what others change is seen, what is damaged or gone is told. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "git/objects.h"
#include "git_scratch.h"

struct fixture {
	char repo[SCRATCH_BYTES];
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	scratch_init(fixture->repo);
	assert_int_equal(tally__store_init(fixture->repo, NULL), 0);
	assert_int_equal(tally__store_open(&fixture->store, fixture->repo, NULL), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	tally__store_close(fixture->store);
	scratch_release(fixture->repo);
	free(fixture);
	return 0;
}

static void expect(struct fixture *fixture, const char *command)
{
	assert_int_equal(scratch_run(fixture->repo, 0, command), 0);
}

/* What reading a file of the newest commit returns. */
static int try_read(struct store *store, const char *path, struct tally_error *error)
{
	struct snapshot *snapshot;
	struct arena arena;
	const char *bytes;
	size_t len;
	int status = tally__snapshot_open(&snapshot, store, NULL, error);

	if (status != 0)
		return status;
	tally__arena_init(&arena, 0);
	status = tally__snapshot_read(snapshot, path, &arena, &bytes, &len, error);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
	return status;
}

static void test_what_others_change_is_seen(void **state)
{
	struct fixture *fixture = *state;
	struct store *other;

	assert_int_equal(tally__store_open(&other, fixture->repo, NULL), 0);
	assert_int_equal(scratch_put(fixture->store, "d/a", "1", NULL, 1), 0);
	assert_file(fixture->store, "d/a", "1");
	assert_file(other, "d/a", "1");
	assert_int_equal(scratch_put(other, "d/a", "2", NULL, 2), 0);
	assert_file(fixture->store, "d/a", "2");
	assert_int_equal(scratch_put(other, "d", NULL, NULL, 3), 0);
	assert_file(fixture->store, "d/a", NULL);
	/* Back to a tree that was kept before. */
	assert_int_equal(scratch_put(other, "d/a", "1", NULL, 4), 0);
	assert_file(fixture->store, "d/a", "1");
	/* By git, and what it repacked. */
	expect(fixture, "git clone -q $REPO $REPO-clone && cd $REPO-clone && "
			"git config user.name a && git config user.email a@example.org && "
			"printf 3 >d/a && git commit -q -a -m three && git push -q origin "
			"HEAD:main && git -C $REPO gc -q --prune=now");
	assert_file(fixture->store, "d/a", "3");
	assert_file(other, "d/a", "3");
	tally__store_close(other);
}

static void test_a_repository_that_is_gone(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *fresh;

	assert_int_equal(scratch_put(fixture->store, "d/a", "1", NULL, 1), 0);
	assert_file(fixture->store, "d/a", "1");
	expect(fixture, "mv $REPO/objects $REPO/gone && mkdir $REPO/objects");
	/* What is kept is what it was: an object's id says what is in it. */
	assert_file(fixture->store, "d/a", "1");
	assert_int_equal(tally__store_open(&fresh, fixture->repo, NULL), 0);
	assert_int_equal(try_read(fresh, "d/a", &error), TALLY_EIO);
	assert_non_null(strstr(error.message, "missing or broken"));
	tally__store_close(fresh);
	/* The branch is read each time. */
	expect(fixture, "rm $REPO/refs/heads/main");
	assert_file(fixture->store, "d/a", NULL);
}

static void test_what_is_damaged_is_not_kept(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *fresh;

	assert_int_equal(scratch_put(fixture->store, "d/a", "some text of a file", NULL, 1), 0);
	expect(fixture, "cd $REPO/objects/pack && mv *.pack $REPO.pack && rm * && cd $REPO && "
			"git unpack-objects -q <$REPO.pack && "
			"id=$(git rev-parse main:d/a) && "
			"file=objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-) && "
			"cp $file $REPO.saved && chmod u+w $file && "
			"printf 'other text of a file' | git hash-object -w --stdin >$REPO.id && "
			"other=$(cat $REPO.id) && "
			"cp objects/$(echo $other | cut -c1-2)/$(echo $other | cut -c3-) $file && "
			"echo $PWD/$file >$REPO.name");
	assert_int_equal(tally__store_open(&fresh, fixture->repo, NULL), 0);
	/* Twice: the first time must not leave it behind. */
	assert_int_equal(try_read(fresh, "d/a", &error), TALLY_EIO);
	assert_int_equal(try_read(fresh, "d/a", NULL), TALLY_EIO);
	expect(fixture, "cp $REPO.saved $(cat $REPO.name)");
	assert_file(fresh, "d/a", "some text of a file");
	tally__store_close(fresh);
}

static void test_trees_that_are_damaged(void **state)
{
	struct fixture *fixture = *state;
	/* Cut in the id, no name, no mode, no end of a name, a mode of letters. */
	static const char *const trees[] = {"100644 a\\000abc",
					    "100644 \\00001234567890123456789",
					    " a\\00001234567890123456789",
					    "100644 a",
					    "1x0644 a\\00001234567890123456789",
					    "77777777777 a\\000"};

	assert_int_equal(scratch_put(fixture->store, "first", "1", NULL, 1), 0);
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		char command[512];

		snprintf(command, sizeof command,
			 "cd $REPO && tree=$(printf '%s' | git hash-object -t tree --literally -w "
			 "--stdin) && git update-ref refs/heads/main $(git -c user.name=a "
			 "-c user.email=a@example.org commit-tree -m x $tree)",
			 trees[i]);
		expect(fixture, command);
		assert_int_equal(try_read(fixture->store, "d/a", &error), TALLY_EIO);
		assert_non_null(strstr(error.message, "damaged"));
	}
}

static void test_more_than_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct object_cache *cache;
	char *bytes = calloc(1, 200000);
	size_t kept = 0;

	(void)fixture;
	assert_non_null(bytes);
	assert_int_equal(tally__object_cache_new(&cache, NULL), 0);
	/* 60 MB, each put in between reads of the first one, which therefore stays. */
	for (unsigned i = 0; i < 300; i++) {
		git_oid id = {{0}};
		size_t len;

		memcpy(id.id, &i, sizeof i);
		memcpy(bytes, &i, sizeof i);
		tally__object_cache_put(cache, &id, GIT_OBJECT_BLOB, bytes, 200000);
		memset(id.id, 0, sizeof id.id);
		assert_non_null(tally__object_cache_get(cache, &id, GIT_OBJECT_BLOB, &len));
		assert_int_equal(len, 200000);
	}
	for (unsigned i = 0; i < 300; i++) {
		git_oid id = {{0}};
		const char *found;
		size_t len;

		memcpy(id.id, &i, sizeof i);
		found = tally__object_cache_get(cache, &id, GIT_OBJECT_BLOB, &len);
		if (!found)
			continue;
		kept++;
		assert_memory_equal(found, &i, sizeof i);
		/* It is no tree. */
		assert_null(tally__object_cache_get(cache, &id, GIT_OBJECT_TREE, &len));
	}
	assert_true(kept > 80 && kept < 200);
	tally__object_cache_release(cache);
	free(bytes);
}

static void test_memory_failing_anywhere(void **state)
{
	struct fixture *fixture = *state;
	long failures = 0;

	assert_int_equal(scratch_put(fixture->store, "d/e/a", "1", NULL, 1), 0);
	for (;; failures++) {
		struct store *fresh = NULL;
		int status;

		tally__mem_fail_after(failures);
		status = tally__store_open(&fresh, fixture->repo, NULL);
		if (status == 0)
			status = try_read(fresh, "d/e/a", NULL);
		tally__mem_fail_after(-1);
		/* Short of memory nothing is kept, which is no failure. */
		if (status == 0)
			assert_file(fresh, "d/e/a", "1");
		tally__store_close(fresh);
		if (status == 0 && failures > 40)
			break;
		assert_true(status == 0 || status == TALLY_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_others_change_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_repository_that_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_damaged_is_not_kept, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_trees_that_are_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_more_than_is_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_memory_failing_anywhere, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
