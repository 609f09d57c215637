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
#include "format/regex_sample.h"

static struct regex_sampler *sampler_of(const char *pattern)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex_sampler *sampler = NULL;

	if (tally__regex_sampler_new(&sampler, pattern, &error) != 0) {
		print_message("# %s: %s\n", pattern, error.message);
		fail();
	}
	return sampler;
}

static const char *const patterns[] = {
	"",
	"abc",
	"a|ab|abc",
	"\\d+",
	"\\d{4}-\\d{2}-\\d{2}",
	"^[A-Z]{3}[0-9]{1,5}$",
	"^(GET|POST|PUT)$",
	"(red|green|blue)(, (red|green|blue))*",
	"[^0-9]+",
	"[^a-zA-Z0-9]{3}",
	"[\\w.%+-]+@[a-z0-9.-]+\\.[a-z]{2,6}",
	"\\h{8}-\\h{4}-\\h{4}-\\h{4}-\\h{12}",
	"[\\h-]{4}",
	"\\H+\\D\\W\\S\\s",
	"\\p{Lu}\\p{Ll}+\\P{L}",
	"\\p{Greek}{3}\\p{Han}",
	"\\pL\\PL",
	"[[:alpha:][:digit:]_]{5}",
	"[[:^alpha:]]",
	"[]a]+[^]a]",
	"[a\\]-]+",
	"[\\x41-\\x43\\u0044]+",
	"\\u00e9\\x{1F389}\\uD83C\\uDF89\\t\\n\\x41\\101",
	"[äöü]{2}",
	"[\\u4e00-\\u9fff]{3}",
	"größe",
	"(?i)Straße",
	"(?<y>\\d{4})/\\k<y>/\\1",
	"(?P<n>a|b)(?P=n)",
	"(?'q'x|y)\\k'q'\\g{1}",
	"(a)(b)(c)\\3\\2\\1",
	"((a)|b)\\1",
	"a*?b++c{2,3}?",
	"(?>a+)b",
	"a{,3}b{2,}c{3}",
	"a{x}{,}",
	"(?x) a b # a comment\n c \\  d",
	"(?x: a b ) c d",
	"a(?#note)b",
	"(?m).+",
	".*",
	"\\Aabc\\z",
	"\\bword\\b \\w+",
	"\\Q.*+\\E",
	"/api/v[12]/users/\\d+(\\?page=\\d)?",
	".*(/path)$",
	"(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,20}",
	"(?!000)\\d{3}",
	"\\d(?<!7)",
	"\\R\\X\\N",
	"[\\n\\t]{3}",
	"[^ -~]",
	"^https?://[^/]+(:\\d+)?(/.*)?$",
	"\\{\\}\\[\\]\\(\\)\\.\\^\\$\\|\\*\\+\\?\\\\",
	"\\d{1,3}(\\.\\d{1,3}){3}",
	"[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?",
	"(|a)(b|)",
	"([a-z]+[0-9]+){1,4}",
	"\\p{^L}\\p{Nd}\\p{Sc}\\p{P}",
	"[a-c[:digit:]\\-\\s]{6}",
	"a\nb",
	"[a[bc]]{4}",
	"[a-z&&[^aeiou]]+",
	"[\\w&&[^\\d_]&&[A-M]]{3}",
	"[^a[bc]]{4}",
	"[ä-ü&&[é-ö]]",
	"[[a]+",
	"[[:]+[a:]",
	"[\\Qa]&&ä\\E]{3}",
	"\\p{Digit}\\P{Alnum}\\p{Punct}\\p{XDigit}\\p{Graph}\\p{Print}\\p{Blank}\\p{Word}\\p{"
	"Cntrl}",
	"\\w{0,1000}",
};

/* Every text matches; the same seed gives the same ones. */
static void test_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct regex_sampler *sampler = sampler_of(patterns[i]);
		struct regex *regex = NULL;

		assert_int_equal(tally__regex_new(&regex, patterns[i], REGEX_WHOLE, NULL), 0);
		for (uint64_t seed = 0; seed < 150; seed++) {
			struct tally_error error = TALLY_ERROR_INIT;
			struct random random;
			struct buf text;
			struct buf again;
			bool matches = false;

			tally__buf_init(&text, 100000);
			tally__buf_init(&again, 100000);
			tally__random_init(&random, seed);
			if (tally__regex_sample(sampler, &random, &text, &error) != 0) {
				print_message("# %s: %s\n", patterns[i], error.message);
				fail();
			}
			assert_int_equal(
				tally__regex_match(regex, text.bytes, text.len, &matches, NULL), 0);
			assert_true(matches);
			assert_true(strlen(text.bytes) == text.len);
			tally__random_init(&random, seed);
			assert_int_equal(tally__regex_sample(sampler, &random, &again, NULL), 0);
			assert_string_equal(text.bytes, again.bytes);
			tally__buf_release(&text);
			tally__buf_release(&again);
		}
		tally__regex_free(regex);
		tally__regex_sampler_free(sampler);
	}
}

/* How many of some texts come up among many. */
static size_t count_seen(const char *pattern, const char *const texts[], size_t count)
{
	struct regex_sampler *sampler = sampler_of(pattern);
	unsigned seen = 0;
	size_t found = 0;
	struct random random;

	tally__random_init(&random, 3);
	for (size_t n = 0; n < 2000; n++) {
		struct buf text;

		tally__buf_init(&text, 100000);
		assert_int_equal(tally__regex_sample(sampler, &random, &text, NULL), 0);
		for (size_t i = 0; i < count; i++) {
			seen |= strcmp(texts[i], text.bytes) == 0 ? 1U << i : 0;
		}
		tally__buf_release(&text);
	}
	tally__regex_sampler_free(sampler);
	for (size_t i = 0; i < count; i++) {
		found += seen >> i & 1;
	}
	return found;
}

static void test_distribution(void **state)
{
	static const char *const choices[] = {"a", "b", "c"};
	static const char *const digits[] = {"0", "9", "00", "99", "999", "000"};
	static const char *const lengths[] = {"", "x", "xx", "xxx", "xxxxxxxxxxxxxxxxxxxx"};

	(void)state;
	assert_int_equal(count_seen("a|b|c", choices, 3), 3);
	assert_int_equal(count_seen("[a-c]", choices, 3), 3);
	assert_int_equal(count_seen("[09]{1,3}", digits, 6), 6);
	/* Without end: 20 times. */
	assert_int_equal(count_seen("x*", lengths, 5), 5);
}

static int sample_status(const char *pattern, struct tally_error *error)
{
	struct regex_sampler *sampler = NULL;
	struct random random;
	struct buf text;
	int status = tally__regex_sampler_new(&sampler, pattern, error);

	tally__random_init(&random, 1);
	tally__buf_init(&text, LIMIT_GENERATED_BYTES * 4);
	tally__buf_adds(&text, "before");
	if (status == 0) {
		status = tally__regex_sample(sampler, &random, &text, error);
		assert_string_equal(text.bytes, "before");
	}
	tally__buf_release(&text);
	tally__regex_sampler_free(sampler);
	return status;
}

/* What cannot be made is an error, in bounded time. */
static void test_failures(void **state)
{
	static const struct {
		const char *pattern;
		int status;
	} failures[] = {
		{"(", TALLY_EPARSE},
		{"[a&&b]", TALLY_EUNSUPPORTED},
		{"(?:a{1000}){1000}", TALLY_ELIMIT},
		{"(?:(?:x{999}){30}y){30}", TALLY_ELIMIT},
		{"(a{60000})\\1\\1\\1\\1", TALLY_ELIMIT},
		{"a(?<=b)", TALLY_EUNSUPPORTED},
		{"(?!)", TALLY_EUNSUPPORTED},
		{"a^b", TALLY_EUNSUPPORTED},
		{"(?(1)a|b)(c)", TALLY_EUNSUPPORTED},
		{"(?<r>a(?&r)?)", TALLY_EUNSUPPORTED},
		{"(a(?1)?)", TALLY_EUNSUPPORTED},
		{"(?|(a)|(b))\\1", TALLY_EUNSUPPORTED},
		{"a(*FAIL)", TALLY_EUNSUPPORTED},
		{"\\p{Mongolian}", TALLY_EUNSUPPORTED},
		{"\\x00", TALLY_EUNSUPPORTED},
		{"[\\x00]", TALLY_EUNSUPPORTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		int status = sample_status(failures[i].pattern, &error);

		if (status != failures[i].status) {
			print_message("# %s: %d %s\n", failures[i].pattern, status, error.message);
			fail();
		}
		assert_true(error.message[0] != '\0');
	}
}

static void test_depth(void **state)
{
	char pattern[2 * LIMIT_REGEX_DEPTH + 10];
	struct tally_error error = TALLY_ERROR_INIT;
	size_t n = LIMIT_REGEX_DEPTH + 1;

	(void)state;
	memset(pattern, '(', n);
	memset(pattern + n, ')', n);
	pattern[2 * n] = '\0';
	assert_int_equal(sample_status(pattern, &error), TALLY_EUNSUPPORTED);
	pattern[2 * n - 1] = '\0';
	tally__regex_sampler_free(sampler_of(pattern + 1));
}

static void test_allocations(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct regex_sampler *sampler = NULL;
		struct random random;
		struct buf text;
		int status = 0;

		tally__random_init(&random, 1);
		tally__buf_init(&text, 1000);
		tally__mem_fail_after(n);
		status = tally__regex_sampler_new(&sampler, "(?<a>[a-z]{40}|\\Qx\\E)\\k<a>", NULL);
		if (status == 0) {
			status = tally__regex_sample(sampler, &random, &text, NULL);
		}
		tally__mem_fail_after(-1);
		tally__regex_sampler_free(sampler);
		tally__buf_release(&text);
		if (status == 0) {
			assert_true(n > 5);
			return;
		}
		assert_int_equal(status, TALLY_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),     cmocka_unit_test(test_distribution),
		cmocka_unit_test(test_failures),    cmocka_unit_test(test_depth),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("format/regex_sample", tests, NULL, NULL);
}
