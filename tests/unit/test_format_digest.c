#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "format/digest.h"
#include "format/libgit2.h"

static void test_is_what_git_hash_object_says(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *digest;
	} cases[] = {
		{NULL, 0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{"", 0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{"hello\n", 6, "ce013625030ba8dba906f756967f9e9ca394464a"},
		{"a\0b", 3, "20b5be91886d0b6f26dc98a225c0dac05fe2c86e"},
	};
	char text[DIGEST_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(text, 'x', sizeof text);
		assert_int_equal(tally__digest(text, cases[i].bytes, cases[i].len, NULL), 0);
		assert_string_equal(text, cases[i].digest);
	}
}

static void *digest_often(void *failures)
{
	char text[DIGEST_TEXT_BYTES];

	for (int i = 0; i < 200; i++)
		if ((i == 100 && tally__git2_load(NULL) != 0) ||
		    tally__digest(text, "hello\n", 6, NULL) != 0 ||
		    strcmp(text, "ce013625030ba8dba906f756967f9e9ca394464a") != 0)
			++*(int *)failures;
	return NULL;
}

static void test_from_several_threads(void **state)
{
	pthread_t threads[4];
	int failures[4] = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, digest_often, &failures[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(failures[i], 0);
	}
}

/* Every length around the ends of blocks, and bytes beyond ASCII. */
static void test_is_the_same_by_libgit2(void **state)
{
	static unsigned char bytes[300];
	static char digests[sizeof bytes][DIGEST_TEXT_BYTES];
	char text[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t i = 0; i < sizeof bytes; i++)
		assert_int_equal(tally__digest(digests[i], bytes, i, NULL), 0);
	assert_false(tally__git2_is_loaded());
	/* The threads race to load it. */
	test_from_several_threads(state);
	assert_true(tally__git2_is_loaded());
	for (size_t i = 0; i < sizeof bytes; i++) {
		assert_int_equal(tally__digest(text, bytes, i, NULL), 0);
		assert_string_equal(text, digests[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_what_git_hash_object_says),
		cmocka_unit_test(test_is_the_same_by_libgit2),
		/* From here on libgit2 makes them. */
		cmocka_unit_test(test_is_what_git_hash_object_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
