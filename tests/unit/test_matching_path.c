#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "matching/path.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	tally__arena_init(&arena, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tally__arena_release(&arena);
	return 0;
}

static struct path_expression parse(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct path_expression path = {0};

	if (tally__path_parse(&path, &arena, text, &error) != 0) {
		print_message("# %s\n", error.message);
		fail();
	}
	return path;
}

/* Tokens as "$|name|*|[*]". */
static void assert_tokens(const char *text, const char *tokens)
{
	struct path_expression path = parse(text);
	struct buf found;

	tally__buf_init(&found, 4096);
	for (size_t i = 0; i < path.count; i++) {
		const struct path_token *token = &path.tokens[i];

		tally__buf_adds(&found, i > 0 ? "|" : "");
		if (token->kind == PATH_EXACT) {
			tally__buf_add(&found, token->text, token->len);
		} else {
			tally__buf_adds(&found, token->kind == PATH_STAR ? "*" : "[*]");
		}
	}
	assert_string_equal(found.bytes, tokens);
	tally__buf_release(&found);
}

static void test_tokens(void **state)
{
	(void)state;
	assert_tokens("", "");
	assert_tokens("$", "$");
	assert_tokens("$.a.b", "$|a|b");
	assert_tokens("$.a[0][12].*[*]", "$|a|0|12|*|[*]");
	assert_tokens("$['a b']['c.d']", "$|a b|c.d");
	assert_tokens("$[\"a'b\"]", "$|a'b");
	assert_tokens("$['it\\'s']['a\\\\b']['c\\d']", "$|it's|a\\b|c\\d");
	assert_tokens("name.x", "$|name|x");
	assert_tokens(".a", "$|a");
	assert_tokens("[0]", "$|0");
	assert_tokens("$[007]", "$|7");
	assert_tokens("$[0]", "$|0");
	assert_tokens("$.100", "$|100");
	assert_tokens("$.a-b.c_d.@id.#text.n:m.größe", "$|a-b|c_d|@id|#text|n:m|größe");
}

static void test_malformed(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} paths[] = {{"$.", "at column 3"},   {"$a", "found 'a'"},   {"$..a", "column 3"},
		     {"$[", "found its end"}, {"$['a'", "']'"},      {"$['']", "between"},
		     {"$['a]", "its end"},    {"$[a]", "found 'a'"}, {"$.a b", "found ' '"},
		     {"$[1", "']'"},          {"$[*", "']'"},        {"$[-1]", "found '-'"},
		     {"$.a]", "'.' or '['"},  {" $", "found ' '"},   {"$.a.", "its end"}};

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		struct path_expression path = {.count = 77};

		assert_int_equal(tally__path_parse(&path, &arena, paths[i].text, &error),
				 TALLY_EPARSE);
		assert_int_equal(path.count, 77);
		if (!strstr(error.message, paths[i].said)) {
			print_message("# %s\n", error.message);
			fail();
		}
	}
}

static void test_too_long(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct path_expression path = {0};
	char text[LIMIT_PATH_TOKENS * 2 + 4] = "$";

	(void)state;
	for (size_t i = 0; i < LIMIT_PATH_TOKENS; i++) {
		memcpy(text + 1 + i * 2, ".a", 3);
	}
	assert_int_equal(tally__path_parse(&path, &arena, text, &error), TALLY_ELIMIT);
	text[strlen(text) - 2] = '\0';
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally__path_parse(&path, &arena, text, &error), 0);
	assert_int_equal(path.count, LIMIT_PATH_TOKENS);
}

static unsigned long long product(const char *text)
{
	struct path_expression path = parse(text);

	return 1ULL << path.exact;
}

/* The numbers that the specification of version 2 works out for $.body.item1.level[1].id. */
static void test_products_of_version_2(void **state)
{
	(void)state;
	assert_int_equal(product("$"), 2);
	assert_int_equal(product("$.body"), 4);
	assert_int_equal(product("$.body.item1"), 8);
	assert_int_equal(product("$.body.item1.level"), 16);
	assert_int_equal(product("$.body.item1.level[1]"), 32);
	assert_int_equal(product("$.body.item1.level[1].id"), 64);
	assert_int_equal(product("$.body.item1.level[*].id"), 32);
	assert_int_equal(product("$.body.*.level[*].id"), 16);
}

static void assert_better(const char *better, const char *worse)
{
	struct path_expression a = parse(better);
	struct path_expression b = parse(worse);

	if (tally__path_compare(&a, &b) >= 0 || tally__path_compare(&b, &a) <= 0) {
		print_message("# %s before %s\n", better, worse);
		fail();
	}
	assert_int_equal(tally__path_compare(&a, &a), 0);
}

static void test_order(void **state)
{
	(void)state;
	assert_better("$.a", "$.*.*");         /* 4 * 2, 2 * 3 */
	assert_better("$.a[*].b", "$.a.*");    /* 8 * 4, 4 * 3 */
	assert_better("$.a[0].b", "$.a[*].b"); /* 16 * 4, 8 * 4 */
	assert_better("$.*.*.*", "$.a");       /* 2 * 4 = 4 * 2: the longer one */
	assert_better("$.a.*", "$.*.b");       /* the same: exact earlier */
	assert_better("$.a.*", "$.a[*]");      /* the same: by text */
	assert_better("$.a.b.c", "$.a.b");
}

static void test_order_of_long_paths(void **state)
{
	char exact[600] = "$";
	char wild[600] = "$";

	(void)state;
	for (int i = 0; i < 200; i++) {
		strncat(exact, ".a", sizeof exact - strlen(exact) - 1);
		strncat(wild, ".*", sizeof wild - strlen(wild) - 1);
	}
	assert_better(exact, wild);
	assert_better("$.a.a.a.a.a.a.a.a", wild); /* 2^9 * 9, 2 * 201 */
	assert_better(wild, "$.a.a.a.a.a");       /* 2 * 201, 2^6 * 6 = 384 */
}

static void test_fragments(void **state)
{
	static const char *const fragments[][2] = {
		{"a", ".a"},        {"_x1", "._x1"},        {"0", "[0]"},
		{"a-b", "['a-b']"}, {"it's", "['it\\'s']"}, {"a\\b", "['a\\\\b']"},
		{"", "['']"},       {"1a", "['1a']"},       {"ä", "['ä']"}};

	(void)state;
	for (size_t i = 0; i < sizeof fragments / sizeof fragments[0]; i++) {
		struct buf out;

		tally__buf_init(&out, 100);
		tally__path_add_fragment(&out, fragments[i][0], strlen(fragments[i][0]));
		assert_string_equal(out.bytes, fragments[i][1]);
		tally__buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tokens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_malformed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_products_of_version_2, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_order_of_long_paths, set_up, tear_down),
		cmocka_unit_test(test_fragments),
	};

	return cmocka_run_group_tests_name("matching/path", tests, NULL, NULL);
}
