#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "git_scratch.h"

#define COMPONENT_MAX 240

static const char *component_of(struct buf *out, const char *name)
{
	tally__buf_clear(out);
	assert_int_equal(tally__path_component(out, name, NULL), 0);
	return out->bytes;
}

static void test_how_names_are_written(void **state)
{
	static const struct {
		const char *name, *component;
	} cases[] = {
		{"web", "web"},
		{"order-service_2.0+b=1,x@y", "order-service_2.0+b=1,x@y"},
		{"Order Service", "^order%20^service"},
		{"feature/ABC-12", "feature%2f^a^b^c-12"},
		{".", "%2e"},
		{"..", "%2e%2e"},
		{"...", "%2e.%2e"},
		{".git", "%2egit"},
		{".GIT", "%2e^g^i^t"},
		{"git~1", "git%7e1"},
		{".git.", "%2egit%2e"},
		{"../../x", "%2e.%2f..%2fx"},
		{"a.", "a%2e"},
		{"a ", "a%20"},
		{"-rf", "%2drf"},
		{"CON", "%43^o^n"},
		{"con", "%63on"},
		{"con.txt", "%63on.txt"},
		{"COM1", "%43^o^m1"},
		{"lpt\xc2\xb9.x", "%6cpt\xc2\xb9.x"},
		{"console", "console"},
		{"com10", "com10"},
		{"a\\b:c*d?e\"f<g>h|i", "a%5cb%3ac%2ad%3fe%22f%3cg%3eh%7ci"},
		{"100%", "100%25"},
		{"^a", "%5ea"},
		{"tab\tnewline\ndelete\x7f", "tab%09newline%0adelete%7f"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"\xe6\xb3\xa8\xe6\x96\x87", "\xe6\xb3\xa8\xe6\x96\x87"},
		{"\xf0\x9f\x8d\x8e", "\xf0\x9f\x8d\x8e"},
		{"broken\xff\xc3", "broken%ff%c3"},
		{"\xe2\x80\x8c.git", "%e2%80%8c.git"}, /* HFS+ does not see a zero-width joiner */
		{"right\xe2\x80\xaeleft", "right%e2%80%aeleft"},
	};
	struct buf out, back;

	(void)state;
	tally__buf_init(&out, 4096);
	tally__buf_init(&back, 4096);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(component_of(&out, cases[i].name), cases[i].component);
		tally__buf_clear(&back);
		assert_int_equal(tally__path_component_decode(&back, out.bytes, NULL), 0);
		assert_string_equal(back.bytes, cases[i].name);
	}
	tally__buf_release(&out);
	tally__buf_release(&back);
}

static void test_names_that_are_no_names(void **state)
{
	char name[LIMIT_NAME_BYTES + 2];
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf out;

	(void)state;
	tally__buf_init(&out, 4096);
	assert_int_equal(tally__path_component(&out, "", &error), TALLY_EINVAL);
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(tally__path_component(&out, name, NULL), TALLY_EINVAL);
	assert_int_equal(out.len, 0);
	name[sizeof name - 2] = '\0';
	assert_int_equal(tally__path_component(&out, name, NULL), 0);
	tally__buf_release(&out);
}

static void test_long_names_are_shortened(void **state)
{
	char name[LIMIT_NAME_BYTES + 1];
	char other[LIMIT_NAME_BYTES + 1];
	struct buf first, second, back;

	(void)state;
	tally__buf_init(&first, 4096);
	tally__buf_init(&second, 4096);
	tally__buf_init(&back, 4096);
	memset(name, 'x', sizeof name);
	name[COMPONENT_MAX] = '\0';
	assert_string_equal(component_of(&first, name), name);
	assert_int_equal(tally__path_component_decode(&back, first.bytes, NULL), 0);
	name[COMPONENT_MAX] = 'x';
	name[sizeof name - 1] = '\0';
	memcpy(other, name, sizeof other);
	other[sizeof other - 2] = 'y';
	component_of(&first, name);
	component_of(&second, other);
	assert_int_equal(first.len, COMPONENT_MAX);
	assert_string_not_equal(first.bytes, second.bytes);
	assert_int_equal(tally__path_component_decode(&back, first.bytes, NULL), TALLY_ENOTFOUND);
	/* Cut between characters: 80 of three bytes fill what there is, 66 stay. */
	for (size_t i = 0; i < 100; i++)
		memcpy(name + 3 * i, "\xe6\xb3\xa8", 4);
	component_of(&first, name);
	assert_int_equal(tally__utf8_valid_len(first.bytes, first.len), first.len);
	assert_int_equal(first.len, 66 * 3 + 42);
	tally__buf_release(&first);
	tally__buf_release(&second);
	tally__buf_release(&back);
}

static void test_what_is_no_component(void **state)
{
	static const char *const bad[] = {
		"",     ".",     "..",   "a/b",  "A",     "%",    "%2",       "%2E", "%zz",
		"%61",  "%00",   "^",    "^A",   "^1",    "a ",   "a.",       "-a",  "con",
		"con.", "%63om", "\xff", "a%-x", "a\x01", "%%25", "caf%c3%a9"};
	struct tally_error error;
	struct buf out;
	char long_one[300];

	(void)state;
	tally__buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(&error, 0, sizeof error);
		assert_int_equal(tally__path_component_decode(&out, bad[i], &error), TALLY_EPARSE);
		assert_int_equal(error.code, TALLY_EPARSE);
	}
	memset(long_one, 'a', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(tally__path_component_decode(&out, long_one, NULL), TALLY_EPARSE);
	assert_int_equal(out.len, 0);
	tally__buf_release(&out);
}

/* Pieces that are likely to meet in bad ways. */
static void make_name(char *name, size_t bytes, uint64_t *random)
{
	static const char *const pieces[] = {".",
					     "..",
					     "/",
					     "\\",
					     "git",
					     "GIT",
					     "~1",
					     "con",
					     "COM1",
					     "aux",
					     " ",
					     "%",
					     "%2e",
					     "^",
					     "^a",
					     "a",
					     "A",
					     "-",
					     ":",
					     "\xc3\xa9",
					     "\xcc\x81",
					     "\xff",
					     "\xe2\x80\x8d",
					     "\xf0\x9f\x8d\x8e",
					     "\x01",
					     "\n",
					     "%-",
					     "0",
					     "_",
					     "'",
					     "$"};
	size_t len = 0;
	size_t count;

	*random = *random * 6364136223846793005u + 1442695040888963407u;
	count = 1 + (*random >> 33) % 9;
	name[0] = '\0';
	while (count-- > 0) {
		const char *piece;

		*random = *random * 6364136223846793005u + 1442695040888963407u;
		piece = pieces[(*random >> 33) % (sizeof pieces / sizeof *pieces)];
		if (len + strlen(piece) >= bytes)
			break;
		memcpy(name + len, piece, strlen(piece) + 1);
		len += strlen(piece);
	}
}

static bool is_safe(const char *component)
{
	size_t len = strlen(component);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)component[i] <= ' ' || component[i] == 0x7f ||
		    (component[i] >= 'A' && component[i] <= 'Z') ||
		    strchr("/\\:*?\"<>|~'$&;`(){}[]!#", component[i]))
			return false;
	return len > 0 && len <= COMPONENT_MAX && component[0] != '.' && component[0] != '-' &&
	       component[len - 1] != '.' && tally__utf8_valid_len(component, len) == len;
}

static void test_reversible_and_one_for_each(void **state)
{
	uint64_t random = 42;
	struct buf out, back;
	struct arena arena;
	struct map seen;

	(void)state;
	tally__buf_init(&out, 4096);
	tally__buf_init(&back, 4096);
	tally__arena_init(&arena, 0);
	tally__map_init(&seen);
	for (int i = 0; i < 20000; i++) {
		char name[128];
		const char *same;

		make_name(name, sizeof name, &random);
		component_of(&out, name);
		assert_true(is_safe(out.bytes));
		tally__buf_clear(&back);
		assert_int_equal(tally__path_component_decode(&back, out.bytes, NULL), 0);
		assert_string_equal(back.bytes, name);
		same = tally__map_get(&seen, out.bytes, out.len);
		if (same)
			assert_string_equal(same, name);
		else
			assert_int_equal(tally__map_put(&seen,
							tally__arena_strdup(&arena, out.bytes),
							out.len, tally__arena_strdup(&arena, name)),
					 0);
	}
	tally__map_release(&seen);
	tally__arena_release(&arena);
	tally__buf_release(&out);
	tally__buf_release(&back);
}

static int put_names(void *context, const struct snapshot *snapshot, struct edits *edits,
		     struct tally_error *error)
{
	uint64_t random = 7;
	struct buf path;
	int status = 0;

	(void)context;
	(void)snapshot;
	tally__buf_init(&path, 4096);
	for (int i = 0; i < 2000 && status == 0; i++) {
		char name[128];

		make_name(name, sizeof name, &random);
		tally__buf_clear(&path);
		tally__buf_adds(&path, "d/");
		status = tally__path_component(&path, name, error);
		if (status == 0)
			status = tally__edits_put(edits, path.bytes, name, strlen(name), error);
	}
	tally__buf_release(&path);
	return status;
}

static void test_git_takes_every_component(void **state)
{
	struct store_author author = {NULL, NULL, 1};
	struct tally_error error = TALLY_ERROR_INIT;
	char repo[SCRATCH_BYTES];
	struct store *store;

	(void)state;
	scratch_init(repo);
	assert_int_equal(tally__store_init(repo, NULL), 0);
	assert_int_equal(tally__store_open(&store, repo, NULL), 0);
	assert_int_equal(tally__store_commit(store, put_names, NULL, &author, NULL, &error), 0);
	tally__store_close(store);
	/* As Windows and macOS would have it, too. */
	assert_int_equal(
		scratch_run(
			repo, 0,
			"git -C $REPO fsck --strict && "
			"git -c core.protectHFS=true -c core.protectNTFS=true clone -q $REPO "
			"$REPO-clone && "
			"test \"$(ls $REPO-clone/d | tr A-Z a-z | sort | uniq -d | wc -l)\" = 0 && "
			"test \"$(ls $REPO-clone/d | wc -l)\" -gt 1000"),
		0);
	scratch_release(repo);
}

/* Every allocation fails in turn, until none is left to fail. */
static void sweep(int (*convert)(struct buf *, const char *, struct tally_error *),
		  const char *text)
{
	int status = TALLY_ENOMEM;

	for (long i = 0; status != 0; i++) {
		struct buf out;

		assert_true(i < 100);
		tally__buf_init(&out, 4096);
		tally__mem_fail_after(i);
		status = convert(&out, text, NULL);
		tally__mem_fail_after(-1);
		if (status != 0) {
			assert_int_equal(status, TALLY_ENOMEM);
			assert_int_equal(out.len, 0);
		}
		tally__buf_release(&out);
	}
}

static void test_when_memory_is_short(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	sweep(tally__path_component, "x y");
	sweep(tally__path_component, name);
	sweep(tally__path_component_decode, "x%20y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_names_are_written),
		cmocka_unit_test(test_names_that_are_no_names),
		cmocka_unit_test(test_long_names_are_shortened),
		cmocka_unit_test(test_what_is_no_component),
		cmocka_unit_test(test_reversible_and_one_for_each),
		cmocka_unit_test(test_git_takes_every_component),
		cmocka_unit_test(test_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
