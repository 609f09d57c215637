#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

static void test_first_error_wins(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	assert_int_equal(tally__fail_at(&error, TALLY_EPARSE, "a.json", 3, 4, "expected %s", "x"),
			 TALLY_EPARSE);
	assert_int_equal(tally__fail(&error, TALLY_EIO, "later"), TALLY_EIO);
	assert_int_equal(error.code, TALLY_EPARSE);
	assert_string_equal(error.where, "a.json");
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 4);
	assert_string_equal(error.message, "expected x");
}

static void test_null_error(void **state)
{
	(void)state;
	assert_int_equal(tally__fail(NULL, TALLY_EIO, "x"), TALLY_EIO);
	assert_int_equal(tally__fail_nomem(NULL), TALLY_ENOMEM);
	assert_int_equal(tally__fail_errno(NULL, TALLY_EIO, "x", ENOENT, "cannot"), TALLY_EIO);
	tally__error_where(NULL, "x");
	tally__error_within(NULL, "x");
}

static void test_outside_text_is_made_harmless(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	tally__fail_at(&error, TALLY_EPARSE, "a\nb", 0, 0, "%s",
		       "\x1b[31m\xff\t\xc2\x9bé\xe2\x80\xae");
	assert_string_equal(error.where, "a\\x0ab");
	assert_string_equal(error.message, "\\x1b[31m\\xff\\x09\\xc2\\x9bé\\xe2\\x80\\xae");
}

/* Whatever the length, the text is valid UTF-8 and no escape is cut. */
static void test_cut_at_a_character(void **state)
{
	char text[TALLY_ERROR_MESSAGE_BYTES + 64];
	size_t shift;

	(void)state;
	for (shift = 0; shift < 8; shift++) {
		struct tally_error error = TALLY_ERROR_INIT;
		size_t at = shift;

		memset(text, 'x', shift);
		for (; at + 3 < sizeof(text); at += 3)
			memcpy(text + at, "€", 3);
		text[at] = '\0';
		tally__fail_at(&error, TALLY_EPARSE, text, 0, 0, "%s", text);
		assert_in_range(strlen(error.message), TALLY_ERROR_MESSAGE_BYTES - 3,
				TALLY_ERROR_MESSAGE_BYTES - 1);
		assert_int_equal(tally__utf8_valid_len(error.message, strlen(error.message)),
				 strlen(error.message));
		assert_int_equal(strncmp(error.message, text, strlen(error.message)), 0);
		assert_int_equal(tally__utf8_valid_len(error.where, strlen(error.where)),
				 strlen(error.where));
	}
}

static void test_where_and_within(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	tally__error_where(&error, "not an error yet");
	assert_string_equal(error.where, "");
	tally__fail(&error, TALLY_EPARSE, "x");
	tally__error_within(&error, "inner");
	tally__error_where(&error, "ignored");
	tally__error_within(&error, "outer");
	assert_string_equal(error.where, "outer: inner");
}

static void test_within_cuts(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char prefix[TALLY_ERROR_WHERE_BYTES + 8];
	size_t len;

	(void)state;
	memset(prefix, 'p', sizeof(prefix));
	for (len = sizeof(prefix) - 1; len > TALLY_ERROR_WHERE_BYTES - 8; len--) {
		prefix[len] = '\0';
		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__fail_at(&error, TALLY_EPARSE, "inner", 0, 0, "x");
		tally__error_within(&error, prefix);
		assert_in_range(strlen(error.where), TALLY_ERROR_WHERE_BYTES - 8,
				TALLY_ERROR_WHERE_BYTES - 1);
	}
}

static void test_format(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char text[64];

	(void)state;
	tally__fail(&error, TALLY_EPARSE, "wrong");
	assert_int_equal(tally_error_format(&error, text, sizeof(text)), 5);
	assert_string_equal(text, "wrong");
	error.line = 2;
	error.column = 7;
	tally_error_format(&error, text, sizeof(text));
	assert_string_equal(text, "2:7: wrong");
	tally__error_where(&error, "a.json");
	tally_error_format(&error, text, sizeof(text));
	assert_string_equal(text, "a.json:2:7: wrong");
	assert_int_equal(tally_error_format(&error, NULL, 0), strlen(text));
	assert_int_equal(tally_error_format(&error, text, 4), 17);
	assert_string_equal(text, "a.j");
	error.line = 0;
	tally_error_format(&error, text, sizeof(text));
	assert_string_equal(text, "a.json: wrong");
	error.message[0] = '\0';
	tally_error_format(&error, text, sizeof(text));
	assert_string_equal(text, "a.json: malformed input");
}

static void test_format_cuts_at_a_character(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char text[4];

	(void)state;
	tally__fail(&error, TALLY_EPARSE, "a€b");
	assert_int_equal(tally_error_format(&error, text, sizeof(text)), 5);
	assert_string_equal(text, "a");
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tally_error_name(TALLY_OK), "TALLY_OK");
	assert_string_equal(tally_error_name(TALLY_EBUSY), "TALLY_EBUSY");
	assert_string_equal(tally_error_name(-1000), "unknown");
	assert_string_equal(tally_error_text(TALLY_ENOMEM), "out of memory");
	assert_int_equal(tally_error_exit_status(TALLY_OK), 0);
	assert_int_equal(tally_error_exit_status(TALLY_ENOTFOUND), 1);
	assert_int_equal(tally_error_exit_status(TALLY_EPARSE), 2);
	assert_int_equal(tally_error_exit_status(TALLY_ENOTHING), 3);
	assert_int_equal(tally_error_exit_status(TALLY_EUNREACHABLE), 4);
	assert_int_equal(tally_error_exit_status(12345), 70);
}

static void test_errno_text(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;

	(void)state;
	assert_int_equal(tally__fail_errno(&error, TALLY_EIO, "/x", ENOSPC, "cannot write"),
			 TALLY_EIO);
	assert_string_equal(error.where, "/x");
	assert_string_equal(error.message, "cannot write: No space left on device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_error_wins),
		cmocka_unit_test(test_null_error),
		cmocka_unit_test(test_outside_text_is_made_harmless),
		cmocka_unit_test(test_cut_at_a_character),
		cmocka_unit_test(test_where_and_within),
		cmocka_unit_test(test_within_cuts),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_cuts_at_a_character),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_errno_text),
	};

	return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
