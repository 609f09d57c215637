#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "format/graphql.h"
#include "format/regex.h"

/* The tokens of a document with "|" between them, or what is wrong with it. */
static void add_tokens(struct buf *out, const char *text, size_t len)
{
	struct graphql_reader reader;
	struct graphql_token token;

	tally__graphql_init(&reader, text, len);
	while (tally__graphql_next(&reader, &token)) {
		if (token.kind == GRAPHQL_END) {
			return;
		}
		tally__buf_addf(out, "%s%c", out->len > 0 ? "|" : "",
				token.kind == GRAPHQL_WORD     ? 'w'
				: token.kind == GRAPHQL_STRING ? 's'
							       : 'p');
		tally__buf_add(out, token.text, token.len);
	}
	tally__buf_addf(out, " ! %s", reader.wrong);
}

static void test_tokens(void **state)
{
	static const struct {
		const char *text;
		const char *tokens;
	} examples[] = {
		{"", ""},
		{"\xEF\xBB\xBF \t\r\n,,# all of it\n#", ""},
		{"query Q($a:Int!=-1){a...on B@c(d:[1.5e-3,2E9])}",
		 "wquery|wQ|p(|p$|wa|p:|wInt|p!|p=|w-1|p)|p{|wa|p...|won|wB|p@|wc|p(|wd|p:|p[|w1."
		 "5e-3|w2E9|p]|p)|p}"},
		{"a&b|_c1", "wa|p&|wb|p||w_c1"},
		{"\"\" \"a\\\"b # , \\\\\" c", "s\"\"|s\"a\\\"b # , \\\\\"|wc"},
		{"\"\"\"block \" \"\" \\\"\"\" \n\"\"\"a",
		 "s\"\"\"block \" \"\" \\\"\"\" \n\"\"\"|wa"},
		{"a#c\rb#c\r\nc", "wa|wb|wc"},
		{"0 -0 0.0", "w0|w-0|w0.0"},
		{"\"open", " ! \" at the end of a string, on its line"},
		{"\"open\\\"", " ! \" at the end of a string, on its line"},
		{"\"open\\", " ! \" at the end of a string, on its line"},
		{"\"two\nlines\"", " ! \" at the end of a string, on its line"},
		{"\"\"\"open\\\"\"\"", " ! \"\"\" at the end of a block string"},
		{"a 01", "wa ! no digit behind a leading 0"},
		{"1.", " ! a digit behind the point"},
		{"1e", " ! a digit of the exponent"},
		{"-", " ! a digit"},
		{"1a", " ! something between a number and what follows"},
		{"1.2.3", " ! something between a number and what follows"},
		{"..", " ! a name, a number, a string or punctuation of GraphQL"},
		{"a ? b", "wa ! a name, a number, a string or punctuation of GraphQL"},
		{"\xC3\xA9", " ! a name, a number, a string or punctuation of GraphQL"},
	};
	struct buf found;

	(void)state;
	tally__buf_init(&found, 1000);
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		tally__buf_clear(&found);
		add_tokens(&found, examples[i].text, strlen(examples[i].text));
		assert_string_equal(found.bytes, examples[i].tokens);
	}
	tally__buf_clear(&found);
	add_tokens(&found, "a\0b", 3);
	assert_string_equal(found.bytes,
			    "wa ! a name, a number, a string or punctuation of GraphQL");
	tally__buf_release(&found);
}

static bool same(const char *a, const char *b)
{
	struct graphql_comparison comparison;
	bool equal = tally__graphql_compare(&comparison, a, strlen(a), b, strlen(b));

	assert_int_equal(equal, comparison.equal);
	return equal;
}

static bool regex_matches(const char *document, const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex *regex = NULL;
	struct buf pattern;
	bool matches = false;

	tally__buf_init(&pattern, LIMIT_REGEX_BYTES);
	assert_int_equal(tally__graphql_to_regex(&pattern, document, strlen(document), &error), 0);
	assert_int_equal(pattern.status, 0);
	if (tally__regex_new(&regex, pattern.bytes, REGEX_WHOLE, &error) != 0) {
		print_message("# %s: %s\n", pattern.bytes, error.message);
		fail();
	}
	assert_int_equal(tally__regex_match(regex, text, strlen(text), &matches, &error), 0);
	tally__regex_free(regex);
	tally__buf_release(&pattern);
	return matches;
}

/* What compares as equal is what the regular expression matches. */
static void test_layouts(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} examples[] = {
		{"{a b}", "{ a, b }", true},
		{"{a b}", "{ab}", false},
		{"{a}", "\xEF\xBB\xBF\n{\r\na#c\n}\n#", true},
		{"{a}", "{a#}", false},
		{"{a}", "{a#\r}", true},
		{"{a(s:\"x  # y\")}", "{ a ( s : \"x  # y\" ) }", true},
		{"{a(s:\"x\")}", "{a(s:\"x \")}", false},
		{"{a(s:\"\"\"b\n c\"\"\")}", "{a(s:\n\"\"\"b\n c\"\"\")}", true},
		{"{a(s:\"(.*)[a-z]^$|\\\\n+?/&&~\")}", "{a( s:\"(.*)[a-z]^$|\\\\n+?/&&~\")}", true},
		{"{a(s:\"\" \"\")}", "{a(s:\"\"\"\")}", false},
		{"{...on A{b}}", "{ ... on A { b } }", true},
		{"{a(x:1 y:2)}", "{a(x:1,y:2)}", true},
		{"{a(x:1.0)}", "{a(x:1)}", false},
		{"", " ", true},
		{"{\xC3\xBC}", "", false},
		{"{a(s:\"\xC3\xBC \xF0\x9F\x8E\x89\")}", "{a(s: \"\xC3\xBC \xF0\x9F\x8E\x89\")}",
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		bool is_graphql = same(examples[i].a, examples[i].a);

		if (same(examples[i].a, examples[i].b) != examples[i].equal ||
		    same(examples[i].b, examples[i].a) != examples[i].equal ||
		    (is_graphql &&
		     regex_matches(examples[i].a, examples[i].b) != examples[i].equal)) {
			print_message("# '%s' and '%s'\n", examples[i].a, examples[i].b);
			fail();
		}
	}
}

static void test_places(void **state)
{
	struct graphql_comparison c;

	(void)state;
	assert_false(tally__graphql_compare(&c, "{ a }", 5, "{\r\n\r b }", 8));
	assert_null(c.wrong);
	assert_int_equal(c.line, 3);
	assert_int_equal(c.column, 2);
	assert_int_equal(c.second.len, 1);
	assert_false(tally__graphql_compare(&c, "{\n ? }", 6, "{ b }", 5));
	assert_non_null(c.wrong);
	assert_true(c.wrong_first);
	assert_int_equal(c.line, 2);
	assert_int_equal(c.column, 2);
}

static void test_no_regex(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf pattern;

	(void)state;
	tally__buf_init(&pattern, 1000);
	assert_int_equal(tally__graphql_to_regex(&pattern, "{ a\n ? }", 8, &error), TALLY_EPARSE);
	assert_string_equal(error.message, "no GraphQL at line 2, column 2: expected a name, a "
					   "number, a string or punctuation of GraphQL");
	tally__buf_release(&pattern);
}

/* What does not match at its end is not tried in all ways to read its comments. */
static void test_comments_are_read_once(void **state)
{
	char text[4002];

	(void)state;
	memset(text, '#', sizeof text);
	text[4000] = '\n';
	text[4001] = '\0';
	assert_false(regex_matches("{a}", text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_no_regex),
		cmocka_unit_test(test_comments_are_read_once),
	};

	return cmocka_run_group_tests_name("format/graphql", tests, NULL, NULL);
}
