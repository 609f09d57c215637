#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/diff.h"

static void expect_diff(const char *expected, const char *actual, const char *wanted)
{
	struct buf out;

	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	tally__diff_add(&out, expected, strlen(expected), actual, strlen(actual));
	assert_int_equal(out.status, 0);
	assert_string_equal(out.bytes, wanted);
	tally__buf_release(&out);
}

static void test_equal(void **state)
{
	(void)state;
	expect_diff("", "", "");
	expect_diff("a\nb", "a\nb", "");
}

static void test_one_line(void **state)
{
	(void)state;
	expect_diff("the red fox", "the rad fox",
		    "@@ character 6 @@\n-the red fox\n+the rad fox\n      ^");
	expect_diff("", "x", "@@ character 1 @@\n-\n+x\n ^");
	expect_diff("ab", "abc", "@@ character 3 @@\n-ab\n+abc\n   ^");
	/* Characters are counted, and escapes are as wide as they are shown. */
	expect_diff("\xC3\xA4\xC3\xB6\xC3\xBC", "\xC3\xA4\xC3\xB6u",
		    "@@ character 3 @@\n-\xC3\xA4\xC3\xB6\xC3\xBC\n+\xC3\xA4\xC3\xB6u\n   ^");
	expect_diff("\tab", "\tac", "@@ character 3 @@\n-\\tab\n+\\tac\n    ^");
}

static void test_one_line_cut(void **state)
{
	char expected[1001];
	char actual[1001];

	(void)state;
	memset(expected, 'a', 1000);
	memset(actual, 'a', 1000);
	expected[1000] = actual[1000] = '\0';
	actual[500] = 'b';
	expect_diff(
		expected, actual,
		"@@ character 501 @@\n"
		"-…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaa…\n"
		"+…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaa…\n"
		"                                ^");
}

static void test_invisible(void **state)
{
	(void)state;
	expect_diff("a", "a ", "@@ character 2 @@\n-a\n+a\\x20\n  ^");
	expect_diff("a b",
		    "a\xC2\xA0"
		    "b",
		    "@@ character 2 @@\n-a b\n+a\\xc2\\xa0b\n  ^");
	expect_diff("a", "a\x1b[31m", "@@ character 2 @@\n-a\n+a\\x1b[31m\n  ^");
	expect_diff("a", "a\xFF", "@@ character 2 @@\n-a\n+a\\xff\n  ^");
	expect_diff("a", "a\xE2\x80\xAE", "@@ character 2 @@\n-a\n+a\\xe2\\x80\\xae\n  ^");
	expect_diff("a\nb\n", "a\r\nb\r\n", "@@ -1,2 +1,2 @@\n-a\n-b\n+a\\r\n+b\\r");
}

static void test_lines(void **state)
{
	(void)state;
	expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n",
		    "@@ -3,5 +3,5 @@\n 3\n 4\n-5\n+x\n 6\n 7");
	expect_diff("1\n2\n", "1\nnew\n2\n", "@@ -1,2 +1,3 @@\n 1\n+new\n 2");
	expect_diff("1\nold\n2\n", "1\n2\n", "@@ -1,3 +1,2 @@\n 1\n-old\n 2");
	expect_diff("", "1\n2\n", "@@ -0,0 +1,2 @@\n+1\n+2");
	expect_diff("1\n2\n", "", "@@ -1,2 +0,0 @@\n-1\n-2");
	expect_diff("a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ no line end\n+b");
}

static void test_two_hunks(void **state)
{
	(void)state;
	expect_diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		    "@@ -1,3 +1,3 @@\n-a\n+A\n 1\n 2\n@@ -6,3 +6,3 @@\n 5\n 6\n-b\n+B");
	expect_diff("a\n1\n2\n3\n4\nb\n", "A\n1\n2\n3\n4\nB\n",
		    "@@ -1,6 +1,6 @@\n-a\n+A\n 1\n 2\n 3\n 4\n-b\n+B");
}

/* `count` lines that begin with this letter. */
static void add_lines(struct buf *out, char letter, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tally__buf_addf(out, "%c%zu\n", letter, i);
	}
}

static void expect_bounded(size_t count, const char *last)
{
	struct buf expected, actual, out;
	size_t lines = 1;

	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&actual, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	add_lines(&expected, 'e', count);
	add_lines(&actual, 'a', count);
	tally__diff_add(&out, expected.bytes, expected.len, actual.bytes, actual.len);
	assert_int_equal(out.status, 0);
	for (size_t i = 0; i < out.len; i++) {
		lines += out.bytes[i] == '\n';
	}
	assert_true(lines <= LIMIT_DIFF_LINES + 2);
	assert_string_equal(out.bytes + out.len - strlen(last), last);
	tally__buf_release(&expected);
	tally__buf_release(&actual);
	tally__buf_release(&out);
}

static void test_bounds(void **state)
{
	(void)state;
	expect_bounded(100, "\n… 160 more lines differ");
	expect_bounded(LIMIT_DIFF_TABLE, "\n… 472 more lines differ");
	expect_bounded(LIMIT_DIFF_TABLE + 1, "\n… 474 more lines differ");
	expect_bounded(500000, "\n… 999960 more lines differ");
}

/* A wide line is cut around what differs. */
static void test_wide_lines(void **state)
{
	struct buf expected, actual, out;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&actual, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < 1000; i++) {
		tally__buf_adds(&expected, "0123456789");
		tally__buf_adds(&actual, i == 700 ? "01234x6789" : "0123456789");
	}
	tally__buf_adds(&expected, "\n");
	tally__buf_adds(&actual, "\n");
	tally__diff_add(&out, expected.bytes, expected.len, actual.bytes, actual.len);
	assert_int_equal(out.status, 0);
	assert_true(out.len < 300);
	assert_non_null(strstr(out.bytes, "\n+…"));
	assert_non_null(strstr(out.bytes, "01234x6789"));
	tally__buf_release(&expected);
	tally__buf_release(&actual);
	tally__buf_release(&out);
}

/* A text of a few lines of one or two letters; how many lines it has. */
static size_t make_text(struct buf *out, uint32_t *seed)
{
	size_t lines = 0;

	tally__buf_clear(out);
	for (*seed = *seed * 1664525 + 1013904223; (*seed >> 16) % 8 > 0 && lines < 30; lines++) {
		*seed = *seed * 1664525 + 1013904223;
		tally__buf_addf(out, "%c%s\n", "abc"[(*seed >> 16) % 3],
				(*seed >> 20) % 4 == 0 ? "\t" : "");
	}
	return lines;
}

/* Lines that begin with this sign. */
static long count_signs(const char *diff, char sign)
{
	long count = *diff == sign;

	for (; *diff; diff++) {
		count += *diff == '\n' && diff[1] == sign;
	}
	return count;
}

/* What is taken away and added is what the texts differ by. */
static void test_many_texts(void **state)
{
	struct buf expected, actual, out;
	uint32_t seed = 1;

	(void)state;
	tally__buf_init(&expected, 1000);
	tally__buf_init(&actual, 1000);
	tally__buf_init(&out, 100000);
	for (int i = 0; i < 3000; i++) {
		long expected_lines = (long)make_text(&expected, &seed);
		long actual_lines = (long)make_text(&actual, &seed);
		bool same = expected.len == actual.len &&
			    memcmp(expected.bytes, actual.bytes, actual.len) == 0;

		tally__buf_clear(&out);
		tally__diff_add(&out, expected.bytes, expected.len, actual.bytes, actual.len);
		assert_int_equal(out.status, 0);
		assert_int_equal(same, out.len == 0);
		if (!strstr(out.bytes, "more lines differ")) {
			assert_int_equal(count_signs(out.bytes, '-') - count_signs(out.bytes, '+'),
					 expected_lines - actual_lines);
		}
	}
	tally__buf_release(&expected);
	tally__buf_release(&actual);
	tally__buf_release(&out);
}

static void test_allocations(void **state)
{
	int status = TALLY_ENOMEM;

	(void)state;
	for (size_t n = 0; status != 0 && n < 100; n++) {
		struct buf out;

		tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
		tally__mem_fail_after((long)n);
		tally__diff_add(&out, "a\nb\nc\n", 6, "a\nx\nc\n", 6);
		tally__mem_fail_after(-1);
		status = out.status;
		assert_true(status == 0 || status == TALLY_ENOMEM);
		tally__buf_release(&out);
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),        cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_one_line_cut), cmocka_unit_test(test_invisible),
		cmocka_unit_test(test_lines),        cmocka_unit_test(test_two_hunks),
		cmocka_unit_test(test_bounds),       cmocka_unit_test(test_wide_lines),
		cmocka_unit_test(test_allocations),  cmocka_unit_test(test_many_texts),
	};

	return cmocka_run_group_tests_name("format/diff", tests, NULL, NULL);
}
