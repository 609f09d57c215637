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
#include "format/regex.h"

struct example {
	const char *pattern;
	const char *text;
	bool matches;
};

static bool matches(const char *pattern, enum regex_mode mode, const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex *regex = NULL;
	bool result = false;

	if (tally__regex_new(&regex, pattern, mode, &error) != 0) {
		print_message("# %s: %s\n", pattern, error.message);
		fail();
	}
	assert_int_equal(tally__regex_match(regex, text, strlen(text), &result, NULL), 0);
	tally__regex_free(regex);
	return result;
}

static void check(const struct example *examples, size_t count, enum regex_mode mode)
{
	for (size_t i = 0; i < count; i++) {
		if (matches(examples[i].pattern, mode, examples[i].text) != examples[i].matches) {
			print_message("# '%s' on '%s'\n", examples[i].pattern, examples[i].text);
			fail();
		}
	}
}

static void test_whole(void **state)
{
	static const struct example examples[] = {
		{"\\d", "abc9", false},   {"a|ab", "ab", true},
		{"^a|b$", "axxx", false}, {"^a|b$", "b", true},
		{"", "", true},           {"", "a", false},
		{"a*?", "aaa", true},     {"(?x) a # b\n", "a", true},
		{"/a/", "a", false},      {"(?<=b)a", "a", false},
		{"\\Aa\\z", "a", true},   {"a\n^b$", "a\nb", true},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], REGEX_WHOLE);
}

static void test_search(void **state)
{
	static const struct example examples[] = {
		{"b", "abc", true}, {"^b", "abc", false}, {"^b", "a\nb", true}, {"", "abc", true}};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], REGEX_SEARCH);
}

static void test_dialect(void **state)
{
	static const struct example examples[] = {
		{"\\h+", "c0FFee", true},
		{"\\h+", " ", false},
		{"\\H", "g", true},
		{"[\\h-]+", "a-f", true},
		{"[\\h]", "[", false},
		{"[^\\h]", "g", true},
		{"[\\H]", "a", false},
		{"(?m)a.b", "a\nb", true},
		{"(?m:.)b", "\nb", true},
		{"a.b", "a\nb", false},
		{"(?s)a.b", "a\nb", true},
		{"(?i)ABC", "abc", true},
		{"(?i-m)A.", "a\n", false},
		{"a{,2}", "", true},
		{"a{,2}", "aaa", false},
		{"a\\{,2}", "a{,2}", true},
		{"[{,2}]", ",", true},
		{"\\u00e9", "é", true},
		{"\\uD83C\\uDF89", "🎉", true},
		{"\\\\u0041", "\\u0041", true},
		{"[\\u0041-\\u0043]+", "ABC", true},
		{"\\p{Digit}+", "1", true},
		{"\\p{Digit}+", "a", false},
		{"\\p{digit}\\P{ALNUM}\\p{^Punct}", "1-a", true},
		{"[\\p{XDigit}_]+", "fF_0", true},
		{"[\\P{Word} ]+", "- ", true},
		{"[^\\p{Cntrl}\\p{Blank}]+", "a b", false},
		{"\\p{Graph}\\p{Print}", "a ", true},
		{"[\\p{Alnum}&&[^b]]", "b", false},
		{"\\x{1F389}", "🎉", true},
		{"\\p{L}+", "größe", true},
		{"\\w+\\d", "日本٣", true},
		{"(?<y>\\d{4})-\\k<y>", "2024-2024", true},
		{"(?P<n>a)b", "ab", true},
		{"a++b", "aab", true},
		{"(?>a+)b", "aab", true},
		{"\\R\\X", "\né", true},
		{"[]a]+", "]a", true},
		{"[[:alpha:]]+", "ab", true},
		{"(?=a)(?!b).", "a", true},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], REGEX_WHOLE);
}

/* Sets of characters in one another, as Ruby and Java have them. */
static void test_classes(void **state)
{
	static const struct example examples[] = {
		{"[a-z&&[^aeiou]]+", "xyz", true},
		{"[a-z&&[^aeiou]]+", "xaz", false},
		{"[a-z&&[^aeiou]]+", "XYZ", false},
		{"(?i)[a-z&&[^aeiou]]+", "XYZ", true},
		{"[a&&b]", "a", false},
		{"[a-c&&b-d]{2}", "bc", true},
		{"[a-c&&b-d&&c]", "b", false},
		{"[a-c&&b-d&&c]", "c", true},
		{"[^a-c&&b-d]", "a", true},
		{"[^a-c&&b-d]", "b", false},
		{"[^a-c&&b-d]", "\n", true},
		{"[&&a]", "a", false},
		{"[a&b]+", "a&b", true},
		{"[a[bc]]+", "abc", true},
		{"[a[bc]]", "]", false},
		{"[a[bc]]", "[", false},
		{"[a[^bc]]", "d", true},
		{"[a[^bc]]", "b", false},
		{"[^a[bc]]", "b", false},
		{"[^a[bc]]", "d", true},
		{"[[a-f][0-9]&&[^a5]]+", "bf4", true},
		{"[[a-f][0-9]&&[^a5]]+", "b5", false},
		{"[\\w&&[^\\d_]]+", "größe", true},
		{"[\\w&&[^\\d_]]+", "a1", false},
		{"[\\h&&[^0-9]]+", "aF", true},
		{"[[:alpha:]&&[^x]]+", "ab", true},
		{"[[:alpha:]&&[^x]]+", "ax", false},
		{"[\\u0041-\\u0043&&[^B]]", "C", true},
		{"[a\\]&&\\]]", "]", true},
		{"[]a&&]]", "]", false},
		{"(?<=[a-z&&[^b]])c|a(?<=[a-z&&[^b]])c", "ac", true},
		{"[[[[a]]]]", "a", true},
		/* Brackets that do not open a class, in dialects that know of none. */
		{"[^[\\]]+", "a", true},
		{"[^[\\]]+", "[", false},
		{"[()[{}]+", "[(", true},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], REGEX_WHOLE);
}

/* What only looks like what is translated: text in \Q...\E, and comments. */
static void test_as_it_is(void **state)
{
	static const struct example examples[] = {
		{"\\Q(?m)\\E", "(?m)", true},
		{"\\Q(?m)\\E", "(?s)", false},
		{"\\Qa{,3}\\E", "a{,3}", true},
		{"\\Qa{,3}\\E", "a{0,3}", false},
		{"\\Q[[a]]\\E", "[[a]]", true},
		{"\\Q[a&&b]\\E", "[a&&b]", true},
		{"\\Q\\h\\p{Digit}\\u0041\\E\\h", "\\h\\p{Digit}\\u0041f", true},
		{"\\Q[a", "[a", true},
		{"\\\\Q[a]", "\\Qa", true},
		{"[\\Qa&&b\\E]+", "&ba", true},
		{"[\\Q]\\E[x]]+", "]x", true},
		{"(?#[a&&b])a", "a", true},
		{"(?#{,3}\\h)a", "a", true},
		{"(?x) [a] # [b&&c]\n b # \\h", "ab", true},
		{"(?x:a # [&&\n)#[b]", "a#b", true},
		{"((?x)a # [&&\n)#[b]", "a#b", true},
		{"(?x)(?-x:#[b])", "#b", true},
		{"[[:]+[a:]", "[[a", true},
		{"[[:]+[a:]\\h", "[af", true},
	};

	(void)state;
	check(examples, sizeof examples / sizeof examples[0], REGEX_WHOLE);
}

/* Errors count in what was written, not in its translation. */
static void test_offsets(void **state)
{
	static const struct {
		const char *pattern;
		const char *place;
	} examples[] = {
		{"\\h\\h(", " at offset 5"},
		{"[a&&b]a)", " at offset 7"},
		{"\\h[z-a]\\h", " at offset 5"},
		{"a{2,1}", " at offset 5"},
		{"\\p{Digit}(?<n>a)(?<n>b)", " at offset 21"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct regex *regex = NULL;

		assert_int_equal(tally__regex_new(&regex, examples[i].pattern, REGEX_WHOLE, &error),
				 TALLY_EPARSE);
		if (!strstr(error.message, examples[i].place)) {
			print_message("# %s: %s\n", examples[i].pattern, error.message);
			fail();
		}
	}
}

/* Classes that never end, and classes in classes without end, cost no more than reading them. */
static void test_many_brackets(void **state)
{
	static const char *const pieces[] = {"[", "[a", "[[a]", "[^[a]&&", "[]", "[:"};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct regex *regex = NULL;
		size_t len = strlen(pieces[i]);
		char *pattern = malloc(LIMIT_REGEX_BYTES + 1);
		size_t at = 0;

		assert_non_null(pattern);
		for (; at + len <= LIMIT_REGEX_BYTES; at += len) {
			memcpy(pattern + at, pieces[i], len);
		}
		pattern[at] = '\0';
		tally__regex_new(&regex, pattern, REGEX_WHOLE, &error);
		tally__regex_free(regex);
		free(pattern);
	}
}

static void test_invalid(void **state)
{
	static const char *const patterns[] = {"(",   "[a",    "a{2,1}",     "*",
					       "\\",  "(?<n",  "\\uD800",    "(?<a>x)(?<a>y)",
					       "\\C", "[z-a]", "[a&&[z-a]]", "[a&&"};

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct regex *regex = NULL;

		assert_int_equal(tally__regex_new(&regex, patterns[i], REGEX_WHOLE, &error),
				 TALLY_EPARSE);
		assert_null(regex);
		assert_true(error.message[0] != '\0');
	}
}

/* What was too much is named: here memory, long before the steps are used up. */
static void test_memory_limit(void **state)
{
	const size_t len = 400000;
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex *regex = NULL;
	bool result = true;
	char *text = malloc(len + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	text[len] = '\0';
	assert_int_equal(tally__regex_new(&regex, "(?:(a)|b)*", REGEX_WHOLE, &error), 0);
	assert_int_equal(tally__regex_match(regex, text, len, &result, &error), TALLY_ELIMIT);
	assert_string_equal(error.message, "gave up after 20000 KiB for backtracking");
	tally__regex_free(regex);
	free(text);
}

static void test_limits(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex *regex = NULL;
	bool result = true;
	char *pattern = malloc(LIMIT_REGEX_BYTES + 2);
	char text[41];

	(void)state;
	assert_non_null(pattern);
	memset(pattern, 'a', LIMIT_REGEX_BYTES + 1);
	pattern[LIMIT_REGEX_BYTES + 1] = '\0';
	assert_int_equal(tally__regex_new(&regex, pattern, REGEX_WHOLE, &error), TALLY_ELIMIT);
	free(pattern);

	memset(text, 'a', 40);
	text[40] = '\0';
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__regex_new(&regex, "(a+)+b", REGEX_WHOLE, &error), 0);
	/* PCRE2 knows that a "b" has to come, and does not even start. */
	assert_int_equal(tally__regex_match(regex, text, 40, &result, &error), 0);
	assert_false(result);
	tally__regex_free(regex);

	assert_int_equal(tally__regex_new(&regex, "(a|a)*(a|a)*[bc]", REGEX_WHOLE, &error), 0);
	assert_int_equal(tally__regex_match(regex, text, 40, &result, &error), TALLY_ELIMIT);
	tally__regex_free(regex);
}

static void test_cost(void **state)
{
	struct regex *regex = NULL;
	bool result = false;
	size_t steps = 0;

	(void)state;
	assert_int_equal(tally__regex_new(&regex, "(x+x+)+y|.*z", REGEX_WHOLE, NULL), 0);
	assert_int_equal(tally__regex_match_counted(regex, "xz", 2, &result, &steps, NULL), 0);
	assert_true(result);
	assert_int_equal(steps, 1);
	result = false;
	assert_int_equal(
		tally__regex_match_counted(regex, "xxxxxxxxxxxxxxxxz", 17, &result, &steps, NULL),
		0);
	assert_true(result);
	assert_int_equal(steps, 20000);
	tally__regex_free(regex);
}

static void test_bytes(void **state)
{
	struct regex *regex = NULL;
	bool result = true;

	(void)state;
	assert_int_equal(tally__regex_new(&regex, "(?m).*", REGEX_WHOLE, NULL), 0);
	assert_int_equal(tally__regex_match(regex, "\xFF\xFE", 2, &result, NULL), 0);
	assert_false(result);
	assert_int_equal(tally__regex_match(regex, "a\0b", 3, &result, NULL), 0);
	assert_true(result);
	tally__regex_free(regex);
}

static void test_allocations(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct regex *regex = NULL;
		bool result = false;
		int status = 0;

		tally__mem_fail_after(n);
		status = tally__regex_new(&regex, "\\h(?m)[a-z]+|x{,3}|[^a[b]&&[c]]", REGEX_WHOLE,
					  &error);
		if (status == 0) {
			status = tally__regex_match(regex, "abc", 3, &result, &error);
		}
		tally__mem_fail_after(-1);
		tally__regex_free(regex);
		if (status == 0) {
			assert_true(result);
			assert_true(n > 3);
			return;
		}
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

/* What all matches begin with. */
static void test_prefix(void **state)
{
	static const struct {
		const char *pattern, *prefix;
	} examples[] = {
		{"/orders/[0-9]+", "/orders/"},
		{"^/orders/\\d+$", "/orders/"},
		{"\\/a\\/b\\.c", "/a/b.c"},
		{"/orders?", "/order"},
		{"/orders*", "/order"},
		{"/orders+", "/orders"},
		{"/a{2}", "/"},
		{"/caf\xc3\xa9?", "/caf"},
		{"/caf\xc3\xa9", "/caf\xc3\xa9"},
		{"/a|/b", ""},
		{"/a/(b|c)", "/a/"},
		{"/a/(?:b|c)/[|(]", "/a/"},
		{"/a/(b)|c", ""},
		{"/a[(]|b)", ""},
		{"/a[[(]|b[)]", ""},
		{"/a\\(|b", ""},
		{"/a\\Q(\\E|b)", ""},
		{"/a(?x)#(\n|b", ""},
		{"(?i)/a", ""},
		{"/a(?i)b", "/a"},
		{".*", ""},
		{"", ""},
		{"^", ""},
		{"/\\", "/"},
		{"0123456789abc", "0123456789"},
		{"012345678\xc3\xa9?x", "012345678"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		char found[11] = "";

		found[tally__regex_prefix(examples[i].pattern, found, 10)] = '\0';
		if (strcmp(found, examples[i].prefix) != 0)
			fail_msg("%s: \"%s\"", examples[i].pattern, found);
	}
}

/* Whether what the expression matches of these texts begins with its prefix; says of how many it
 * was to be seen. */
static size_t count_begun(const char *pattern, const char *const texts[], size_t count)
{
	struct regex *regex = NULL;
	char prefix[8];
	size_t len = tally__regex_prefix(pattern, prefix, sizeof(prefix));
	size_t begun = 0;

	if (len == 0 || tally__regex_new(&regex, pattern, REGEX_WHOLE, NULL) != 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t text_len = strlen(texts[i]);
		bool begins = text_len >= len && memcmp(texts[i], prefix, len) == 0;
		bool matches = false;

		assert_int_equal(tally__regex_match(regex, texts[i], text_len, &matches, NULL), 0);
		if (matches && !begins)
			fail_msg("%s matches %s", pattern, texts[i]);
		begun += matches;
	}
	tally__regex_free(regex);
	return begun;
}

/* Expressions put together from pieces. */
static void test_prefix_of_many(void **state)
{
	static const char *const pieces[] = {
		"a", "b", "\\/", "(",   ")",   "|",   "[ab]", "[|]", "[(a]", "?",
		"*", "+", "^",   "(?:", "\\d", "\\(", "[)]",  "\\|", "(?i)", "{2}"};
	static const char *const texts[] = {"a",  "b",  "ab", "ba", "aa",   "bb", "/",   "/a",
					    "a/", "",   "|",  "(",  "a|",   "(a", "a(b", "b)",
					    "A",  "a1", "1",  "bA", "ab/a", ")",  "aab", "a|b"};
	const size_t n = sizeof(pieces) / sizeof(*pieces);
	size_t begun = 0;

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		char pattern[32] = "";
		size_t at = 0;

		for (size_t k = i, left = 4; left > 0; left--, k /= n) {
			memcpy(pattern + at, pieces[k % n], strlen(pieces[k % n]));
			at += strlen(pieces[k % n]);
		}
		begun += count_begun(pattern, texts, sizeof(texts) / sizeof(*texts));
	}
	assert_true(begun > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),          cmocka_unit_test(test_search),
		cmocka_unit_test(test_dialect),        cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_classes),        cmocka_unit_test(test_many_brackets),
		cmocka_unit_test(test_as_it_is),       cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_cost),           cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory_limit),   cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_allocations),    cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_prefix_of_many),
	};

	return cmocka_run_group_tests_name("format/regex", tests, NULL, NULL);
}
