#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "matching/display.h"

/* `len` bytes and no byte behind them, so that reading on is seen. */
static char *exact(size_t len, const char *end)
{
	size_t end_len = strlen(end);
	char *text = tally__malloc(len);

	assert_non_null(text);
	assert_true(end_len <= len);
	memset(text, 'a', len);
	memcpy(text + len - end_len, end, end_len);
	return text;
}

/* The text ends with `end`; `kept` of its bytes are shown. */
static void assert_shown(size_t len, const char *end, size_t kept)
{
	char *text = exact(len, end);
	struct operand operand = {.text = text, .len = len};
	struct buf wanted;
	struct buf shown;

	tally__buf_init(&wanted, 4096);
	tally__buf_init(&shown, 4096);
	tally__buf_add(&wanted, text, kept);
	if (kept < len) {
		tally__buf_adds(&wanted, "…");
	}
	tally__display_text(&shown, text, len);
	assert_string_equal(shown.bytes, wanted.bytes);
	tally__buf_clear(&shown);
	tally__display_value(&shown, &operand);
	assert_int_equal(shown.bytes[0], '\'');
	assert_memory_equal(shown.bytes + 1, wanted.bytes, wanted.len);
	assert_string_equal(shown.bytes + 1 + wanted.len, "'");
	tally__buf_release(&wanted);
	tally__buf_release(&shown);
	tally__free(text);
}

static void test_lengths_about_the_limit(void **state)
{
	(void)state;
	for (size_t len = LIMIT_SHOWN_BYTES - 4; len <= LIMIT_SHOWN_BYTES + 5; len++) {
		assert_shown(len, "", len <= LIMIT_SHOWN_BYTES ? len : LIMIT_SHOWN_BYTES);
	}
}

static void test_characters_about_the_limit(void **state)
{
	static const char *const ends[] = {"é", "€", "𝄞"};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t end_len = strlen(ends[i]);

		assert_shown(LIMIT_SHOWN_BYTES, ends[i], LIMIT_SHOWN_BYTES);
		for (size_t more = 1; more < end_len; more++) {
			assert_shown(LIMIT_SHOWN_BYTES + more, ends[i],
				     LIMIT_SHOWN_BYTES + more - end_len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths_about_the_limit),
		cmocka_unit_test(test_characters_about_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
