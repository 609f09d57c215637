#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "git_scratch.h"

struct fixture {
	char repo[SCRATCH_BYTES];
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

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

static void test_an_empty_branch(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot_entry *entries;
	struct snapshot *snapshot;
	struct arena arena;
	size_t count = 7;

	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, NULL, &error), 0);
	assert_string_equal(tally__snapshot_id(snapshot), "");
	tally__arena_init(&arena, 0);
	assert_int_equal(tally__snapshot_list(snapshot, "", &arena, &entries, &count, &error), 0);
	assert_int_equal(count, 0);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
	assert_file(fixture->store, "a/b", NULL);
	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, "2030-01-01", &error),
			 TALLY_ENOTFOUND);
	assert_int_equal(
		scratch_run(fixture->repo, 0,
			    "git -C $REPO fsck --strict && "
			    "test \"$(git -C $REPO symbolic-ref HEAD)\" = refs/heads/main"),
		0);
}

static void test_put_read_and_remove(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;

	assert_int_equal(scratch_put(store, "apps/web/app.json", "{}", "Add web", 1000), 0);
	assert_int_equal(scratch_put(store, "apps/web/versions/1.json", "", "Add 1", 1001), 0);
	assert_file(store, "apps/web/app.json", "{}");
	assert_file(store, "apps/web/versions/1.json", "");
	assert_int_equal(scratch_put(store, "apps/web/app.json", "{1}", "Change", 1002), 0);
	assert_file(store, "apps/web/app.json", "{1}");
	assert_int_equal(scratch_put(store, "apps/web/versions", NULL, "Remove all", 1003), 0);
	assert_file(store, "apps/web/versions/1.json", NULL);
	assert_int_equal(scratch_put(store, "apps", NULL, "Remove all", 1004), 0);
	assert_int_equal(scratch_put(store, "other", "x", NULL, 1005), 0);
	assert_int_equal(
		scratch_run(fixture->repo, 0,
			    "cd $REPO && git fsck --strict --no-dangling >fsck 2>&1 && cat fsck && "
			    "! grep . fsck && rm fsck && "
			    "test \"$(git log --format=%s | head -n 3 | tail -n 1)\" = "
			    "'Remove all' && test \"$(git rev-list --count main)\" = 6 && "
			    "test \"$(git log -1 --format=%an/%ae/%at)\" = "
			    "Ada/ada@example.org/1005"),
		0);
}

/* A folder's name counts as if a slash came after it: "a-" and "a.b" are before the folder "a", and
 * "a0" after it. */
static void test_names_are_in_gits_order(void **state)
{
	static const char *const steps[][2] = {
		{"a0", "1"},        {"a/x", "1"},   {"a-", "1"},       {"a.b", "1"},
		{"a.b0/y", "1"},    {"ab", "1"},    {"a/-", "1"},      {"a-0", "1"},
		{"a\xc3\xa4", "1"}, {"a.b0", NULL}, {"a.b0/y/z", "1"}, {"a-", NULL},
		{"a-/x", "1"},      {"a/x", NULL},  {"a/-", NULL},     {"a", "1"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		assert_int_equal(scratch_put(fixture->store, steps[i][0], steps[i][1], NULL,
					     1000 + (int64_t)i),
				 0);
		/* What git makes of the same entries is the same tree. */
		assert_int_equal(scratch_run(fixture->repo, 0,
					     "cd $REPO && git fsck --strict --no-dangling && "
					     "export GIT_INDEX_FILE=$REPO/index && "
					     "rm -f $REPO/index && git read-tree main && "
					     "test $(git write-tree) = $(git rev-parse main:)"),
				 0);
	}
	assert_file(fixture->store, "a", "1");
	assert_file(fixture->store, "a0", "1");
	assert_file(fixture->store, "a-/x", "1");
}

static void test_nothing_changed_makes_no_commit(void **state)
{
	struct fixture *fixture = *state;
	struct put same = {"a", "1", "again"};
	struct store_author author = {NULL, NULL, 5};
	char first[STORE_ID_BYTES];
	char second[STORE_ID_BYTES];

	assert_int_equal(
		tally__store_commit(fixture->store, put_transaction, &same, &author, first, NULL),
		0);
	assert_int_equal(strlen(first), 40);
	assert_int_equal(
		tally__store_commit(fixture->store, put_transaction, &same, &author, second, NULL),
		0);
	assert_string_equal(first, second);
	assert_int_equal(scratch_put(fixture->store, "never/there", NULL, NULL, 6), 0);
	assert_int_equal(scratch_put(fixture->store, "a/below/a/file", NULL, NULL, 6), 0);
	assert_int_equal(
		scratch_run(fixture->repo, 0, "test \"$(git -C $REPO rev-list --count main)\" = 1"),
		0);
}

static void test_a_snapshot_stays_what_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct snapshot *snapshot;
	struct arena arena;
	const char *bytes;
	size_t len;

	assert_int_equal(scratch_put(fixture->store, "d/a", "old", NULL, 1), 0);
	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, NULL, NULL), 0);
	/* Enough for the packs to be rolled up and the repository to be opened anew. */
	for (int i = 0; i < 100; i++) {
		char text[16];

		snprintf(text, sizeof text, "new %d", i);
		assert_int_equal(scratch_put(fixture->store, "d/a", text, NULL, 2), 0);
	}
	tally__arena_init(&arena, 0);
	assert_int_equal(tally__snapshot_read(snapshot, "d/a", &arena, &bytes, &len, NULL), 0);
	assert_string_equal(bytes, "old");
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
	assert_file(fixture->store, "d/a", "new 99");
}

static void test_lists_in_byte_order(void **state)
{
	struct fixture *fixture = *state;
	static const char *const paths[] = {"d/a/x", "d/a.json", "d/a-b", "d/z", "d/B/x"};
	static const char *const names[] = {"B", "a", "a-b", "a.json", "z"};
	struct snapshot_entry *entries;
	struct snapshot *snapshot;
	struct arena arena;
	size_t count;

	for (size_t i = 0; i < 5; i++)
		assert_int_equal(scratch_put(fixture->store, paths[i], "", NULL, 1), 0);
	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, NULL, NULL), 0);
	tally__arena_init(&arena, 0);
	assert_int_equal(tally__snapshot_list(snapshot, "d", &arena, &entries, &count, NULL), 0);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(entries[i].name, names[i]);
		assert_int_equal(entries[i].is_folder, i < 2);
	}
	assert_int_equal(tally__snapshot_list(snapshot, "no", &arena, &entries, &count, NULL), 0);
	assert_int_equal(count, 0);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
}

/* Something else where a file or a folder is looked for is not the same as nothing. */
static void test_the_wrong_kind_is_told_from_nothing(void **state)
{
	static const char *const not_files[] = {"folder", "file/x", "link",
						"link/x", "module", "module/x"};
	static const char *const not_folders[] = {"file", "file/x", "link", "module/x"};
	struct fixture *fixture = *state;
	struct snapshot_entry *entries;
	struct snapshot *snapshot;
	struct arena arena;
	const char *bytes;
	size_t count;

	assert_int_equal(scratch_put(fixture->store, "folder/a", "", NULL, 1), 0);
	assert_int_equal(scratch_put(fixture->store, "file", "", NULL, 1), 0);
	assert_int_equal(
		scratch_run(fixture->repo, 0,
			    "cd $REPO && export GIT_INDEX_FILE=$REPO.index && "
			    "git read-tree main && c=$(git rev-parse main) && "
			    "b=$(printf folder | git hash-object -w --stdin) && "
			    "git update-index --add --cacheinfo 120000,$b,link "
			    "--cacheinfo 160000,$c,module && "
			    "git update-ref refs/heads/main $(git -c user.name=a -c user.email=a "
			    "commit-tree -p $c -m x $(git write-tree))"),
		0);
	assert_int_equal(tally__snapshot_open(&snapshot, fixture->store, NULL, NULL), 0);
	tally__arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof not_files / sizeof *not_files; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		assert_int_equal(tally__snapshot_read(snapshot, not_files[i], &arena, &bytes,
						      &count, &error),
				 TALLY_EPARSE);
		assert_int_equal(strncmp(error.where, not_files[i], strlen(error.where)), 0);
		assert_true(error.where[0] != '\0');
	}
	for (size_t i = 0; i < sizeof not_folders / sizeof *not_folders; i++)
		assert_int_equal(tally__snapshot_list(snapshot, not_folders[i], &arena, &entries,
						      &count, NULL),
				 TALLY_EPARSE);
	assert_int_equal(tally__snapshot_list(snapshot, "folder", &arena, &entries, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
}

static void expect_at(struct store *store, const char *at, const char *bytes)
{
	struct snapshot *snapshot;
	struct arena arena;
	const char *found;
	size_t len;

	assert_int_equal(tally__snapshot_open(&snapshot, store, at, NULL), 0);
	tally__arena_init(&arena, 0);
	assert_int_equal(tally__snapshot_read(snapshot, "a", &arena, &found, &len, NULL), 0);
	assert_string_equal(found, bytes);
	tally__arena_release(&arena);
	tally__snapshot_close(snapshot);
}

static void test_at_an_instant_or_a_commit(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;
	struct snapshot *snapshot;
	char id[STORE_ID_BYTES];

	assert_int_equal(scratch_put(store, "a", "one", NULL, 1000), 0);
	assert_int_equal(tally__snapshot_open(&snapshot, store, NULL, NULL), 0);
	snprintf(id, sizeof id, "%s", tally__snapshot_id(snapshot));
	tally__snapshot_close(snapshot);
	assert_int_equal(scratch_put(store, "a", "two", NULL, 2000), 0);
	assert_int_equal(scratch_put(store, "a", "three", NULL, 3000), 0);
	expect_at(store, id, "one");
	id[10] = '\0';
	expect_at(store, id, "one");
	expect_at(store, "1970-01-01T00:16:40Z", "one");
	expect_at(store, "1970-01-01T00:33:19Z", "one");
	expect_at(store, "1970-01-01T00:33:20Z", "two");
	expect_at(store, "2021-01-01", "three");
	assert_int_equal(tally__snapshot_open(&snapshot, store, "1970-01-01T00:16:39Z", NULL),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally__snapshot_open(&snapshot, store, "0123456789", NULL),
			 TALLY_ENOTFOUND);
	assert_int_equal(tally__snapshot_open(&snapshot, store, "yesterday", NULL), TALLY_EINVAL);
	assert_int_equal(tally__snapshot_open(&snapshot, store, "", NULL), TALLY_EINVAL);
}

static int collect(void *context, const struct store_change *change)
{
	char *text = context;

	strncat(text, change->message, 60);
	strncat(text, change->author, 60);
	strncat(text, ";", 2);
	return strcmp(change->message, "stop") == 0 ? 42 : 0;
}

static void expect_log(struct store *store, const char *path, int status, const char *expected)
{
	const struct store_log_path paths[] = {{path, false}};
	char text[512] = "", next[STORE_ID_BYTES];
	const struct store_log log = {
		.paths = paths, .path_count = path ? 1 : 0, .visit = collect, .context = text};
	struct snapshot *snapshot;

	assert_int_equal(tally__snapshot_open(&snapshot, store, NULL, NULL), 0);
	assert_int_equal(tally__snapshot_log(snapshot, &log, next, NULL), status);
	assert_string_equal(text, expected);
	tally__snapshot_close(snapshot);
}

static void test_history_of_a_path(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;

	expect_log(store, NULL, 0, "");
	assert_int_equal(scratch_put(store, "d/a", "1", "one", 1), 0);
	assert_int_equal(scratch_put(store, "d/b", "1", "two", 2), 0);
	assert_int_equal(scratch_put(store, "d/a", "2", "three", 3), 0);
	assert_int_equal(scratch_put(store, "d/a", NULL, "four", 4), 0);
	assert_int_equal(scratch_put(store, "d/a/x", "1", "five\n\nbody", 5), 0);
	expect_log(store, NULL, 0, "five\n\nbodyAda;fourAda;threeAda;twoAda;oneAda;");
	expect_log(store, "d/a", 0, "five\n\nbodyAda;fourAda;threeAda;oneAda;");
	expect_log(store, "d/a/x", 0, "five\n\nbodyAda;");
	expect_log(store, "d/b", 0, "twoAda;");
	expect_log(store, "d/b/c", 0, "");
	expect_log(store, "none/at/all", 0, "");
	expect_log(store, "../x", TALLY_EINVAL, "");
	assert_int_equal(scratch_put(store, "d/b", "2", "stop", 6), 0);
	expect_log(store, NULL, 42, "stopAda;");
}

static int conflicting(void *context, const struct snapshot *snapshot, struct edits *edits,
		       struct tally_error *error)
{
	const char *const *paths = context;
	int status = 0;

	(void)snapshot;
	for (; status == 0 && *paths; paths++)
		status = **paths == '-'
				 ? tally__edits_remove(edits, *paths + 1, error)
				 : tally__edits_put(edits, *paths, *paths, strlen(*paths), error);
	return status;
}

static int commit_paths(struct store *store, const char *const *paths)
{
	struct store_author author = {NULL, NULL, 5};
	void *context;

	memcpy(&context, &paths, sizeof context);
	return tally__store_commit(store, conflicting, context, &author, NULL, NULL);
}

static void test_files_and_folders_conflict(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;
	const char *const both[] = {"x", "x/y", NULL};
	const char *const reverse[] = {"x/y", "x", NULL};
	const char *const below_file[] = {"file/x", NULL};
	const char *const over_folder[] = {"folder", NULL};
	const char *const replace_file[] = {"-file", "file/x", NULL};
	const char *const replace_folder[] = {"-folder", "folder", NULL};
	const char *const later_wins[] = {"w/1", "-w/1", "w/1", "w/2", "-w", "w/3", NULL};

	assert_int_equal(scratch_put(store, "file", "1", NULL, 1), 0);
	assert_int_equal(scratch_put(store, "folder/a", "1", NULL, 1), 0);
	assert_int_equal(commit_paths(store, both), TALLY_ECONFLICT);
	assert_int_equal(commit_paths(store, reverse), TALLY_ECONFLICT);
	assert_int_equal(commit_paths(store, below_file), TALLY_EPARSE);
	assert_int_equal(commit_paths(store, over_folder), TALLY_EPARSE);
	assert_int_equal(
		scratch_run(fixture->repo, 0, "test \"$(git -C $REPO rev-list --count main)\" = 2"),
		0);
	assert_int_equal(commit_paths(store, replace_file), 0);
	assert_int_equal(commit_paths(store, replace_folder), 0);
	assert_int_equal(commit_paths(store, later_wins), 0);
	assert_file(store, "file/x", "file/x");
	assert_file(store, "folder", "folder");
	assert_file(store, "w/1", NULL);
	assert_file(store, "w/2", NULL);
	assert_file(store, "w/3", "w/3");
}

static void test_bad_paths(void **state)
{
	struct fixture *fixture = *state;
	static const char *const bad[] = {"",     "/a",   "a/",      "a//b",       ".",
					  "../x", "a/..", "a/.git/", ".git/hooks", "a/./b"};
	char deep[80] = "";

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(scratch_put(fixture->store, bad[i], "x", NULL, 1), TALLY_EINVAL);
		assert_int_equal(scratch_put(fixture->store, bad[i], NULL, NULL, 1), TALLY_EINVAL);
	}
	for (size_t i = 0; i < 33; i++)
		memcpy(deep + 2 * i, "d/", 3);
	assert_int_equal(scratch_put(fixture->store, deep, "x", NULL, 1), TALLY_EINVAL);
	deep[65] = '\0';
	assert_int_equal(scratch_put(fixture->store, deep, "x", NULL, 1), TALLY_EINVAL);
	deep[63] = '\0';
	assert_int_equal(scratch_put(fixture->store, deep, "x", NULL, 1), 0);
}

static void test_damage_met_while_writing_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct store_author author = {NULL, NULL, 5};
	struct tally_error error = TALLY_ERROR_INIT;
	struct put put = {"apps/web/list", "x", NULL};

	assert_int_equal(scratch_put(fixture->store, "apps/web/list/a", "1", NULL, 1), 0);
	assert_int_equal(
		tally__store_commit(fixture->store, put_transaction, &put, &author, NULL, &error),
		TALLY_EPARSE);
	assert_string_equal(error.where, "apps/web/list");
}

static int refuse(void *context, const struct snapshot *snapshot, struct edits *edits,
		  struct tally_error *error)
{
	(void)context;
	(void)snapshot;
	assert_int_equal(tally__edits_put(edits, "a", "1", 1, error), 0);
	return tally__fail(error, TALLY_ECONFLICT, "no");
}

static void test_a_refused_change_leaves_no_trace(void **state)
{
	struct fixture *fixture = *state;
	struct store_author author = {NULL, NULL, 5};
	char id[STORE_ID_BYTES] = "untouched";

	assert_int_equal(tally__store_commit(fixture->store, refuse, NULL, &author, id, NULL),
			 TALLY_ECONFLICT);
	assert_string_equal(id, "untouched");
	assert_int_equal(scratch_run(fixture->repo, 0,
				     "cd $REPO && test -z \"$(ls objects/pack)\" && "
				     "test ! -e tally/next && test -z \"$(ls tally/stage)\" && "
				     "test -z \"$(git for-each-ref)\""),
			 0);
}

static void test_people_and_messages_are_made_fit(void **state)
{
	struct fixture *fixture = *state;
	struct put put = {"a", "1", "\r\n\n  Publish \x01web  \t\nbroken \xff utf-8\n\n\n"};
	struct store_author author = {" Eve <eve>\nfake\x7f ", "<>\n", -5};
	struct put none = {"a", "2", " \n \t"};

	assert_int_equal(
		tally__store_commit(fixture->store, put_transaction, &put, &author, NULL, NULL), 0);
	assert_int_equal(
		tally__store_commit(fixture->store, put_transaction, &none, &author, NULL, NULL),
		0);
	assert_int_equal(scratch_run(fixture->repo, 0,
				     "cd $REPO && git fsck --strict && "
				     "git cat-file commit main^ >../got && "
				     "printf 'author Eve evefake <tally@localhost> 0 +0000\\n"
				     "committer Eve evefake <tally@localhost> 0 +0000\\n\\n"
				     "  Publish web\\nbroken ? utf-8\\n' >../expected && "
				     "tail -n +2 ../got | cmp - ../expected && "
				     "test \"$(git log -1 --format=%s)\" = 'Change records'"),
			 0);
}

static void test_init_and_open_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	struct tally_error error = TALLY_ERROR_INIT;
	struct store *store = NULL;
	char path[SCRATCH_BYTES + 16];

	assert_int_equal(tally__store_init(fixture->repo, &error), TALLY_ECONFLICT);
	snprintf(path, sizeof path, "%s-2/new/deep", fixture->repo);
	assert_int_equal(tally__store_open(&store, path, NULL), TALLY_ENOFILE);
	assert_int_equal(tally__store_init(path, NULL), 0);
	assert_int_equal(tally__store_open(&store, path, NULL), 0);
	tally__store_close(store);
	snprintf(path, sizeof path, "%s-3", fixture->repo);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(tally__store_open(&store, path, NULL), TALLY_ENOFILE);
	assert_int_equal(tally__store_init(path, NULL), 0);
	snprintf(path, sizeof path, "%s/HEAD", fixture->repo);
	assert_int_equal(tally__store_init(path, NULL), TALLY_ECONFLICT);
	assert_int_not_equal(tally__store_open(&store, path, NULL), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_an_empty_branch),
		TEST(test_put_read_and_remove),
		TEST(test_names_are_in_gits_order),
		TEST(test_nothing_changed_makes_no_commit),
		TEST(test_a_snapshot_stays_what_it_was),
		TEST(test_lists_in_byte_order),
		TEST(test_damage_met_while_writing_is_named),
		TEST(test_the_wrong_kind_is_told_from_nothing),
		TEST(test_at_an_instant_or_a_commit),
		TEST(test_history_of_a_path),
		TEST(test_files_and_folders_conflict),
		TEST(test_bad_paths),
		TEST(test_a_refused_change_leaves_no_trace),
		TEST(test_people_and_messages_are_made_fit),
		TEST(test_init_and_open_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
