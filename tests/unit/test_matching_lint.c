/* What the linter takes for one word. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matching/lint_spelling.h"

/* Words stand at the end of memory of their own, so that reading on is seen. */
static bool are_near(const char *one, const char *other)
{
	struct lint_word a = {strdup(one), strlen(one)};
	struct lint_word b = {NULL, strlen(other)};
	char *bytes = malloc(b.len ? b.len : 1);
	bool near;

	assert_non_null(a.text);
	assert_non_null(bytes);
	memcpy(bytes, other, b.len);
	b.text = bytes;
	near = tally__lint_words_near(&a, &b);
	assert_int_equal(tally__lint_words_near(&b, &a), near);
	free((void *)(uintptr_t)a.text);
	free(bytes);
	return near;
}

static void test_plurals(void **state)
{
	(void)state;
	assert_true(are_near("order", "orders"));
	assert_true(are_near("box", "boxes"));
	assert_true(are_near("entry", "entries"));
	assert_false(are_near("box", "boxers"));
	assert_false(are_near("bus", "busy"));
}

static void test_other_lengths(void **state)
{
	char word[200];

	(void)state;
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_false(are_near(word, "aaa"));
	assert_false(are_near(word, "a"));
	assert_false(are_near(word, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plurals),
		cmocka_unit_test(test_other_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
