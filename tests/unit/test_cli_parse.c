#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"
#include "cli/output.h"

struct values {
	bool flag;
	bool other;
	const char *text;
	const char *plain;
	struct text_list list;
	long number;
	int choice;
};

#define O struct values

static const char *const choices[] = {"red", "green", NULL};

static const struct option options[] = {
	OPTION_FLAG(O, flag, .letter = 'f', .name = "flag", .variables = "TEST_FLAG", .help = "f"),
	OPTION_FLAG(O, other, .letter = 'g', .name = "other", .help = "g"),
	OPTION_TEXT(O, text, .letter = 't', .name = "text", .argument = "TEXT",
		    .aliases = "words phrase", .variables = "TEST_FIRST TEST_SECOND",
		    .fallback = "default", .help = "t"),
	OPTION_TEXT(O, plain, .name = "plain", .argument = "TEXT", .help = "p"),
	OPTION_LIST(O, list, .letter = 'l', .name = "list", .argument = "ITEM",
		    .variables = "TEST_LIST", .help = "l"),
	OPTION_NUMBER(O, number, .letter = 'n', .name = "number", .argument = "N", .min = 1,
		      .max = 10, .fallback = "5", .variables = "TEST_NUMBER", .help = "n"),
	OPTION_CHOICE(O, choice, .name = "choice", .choices = choices, .fallback = "green",
		      .help = "c"),
	OPTION_END,
};

static const char *const kinds[] = {"one", "two", NULL};

static const struct operand operands[] = {
	{.name = "KIND", .choices = kinds, .optional = true, .help = "k"},
	{.name = "FILE", .optional = true, .repeated = true, .help = "f"},
	OPERAND_END,
};

static const struct command command = {
	.name = "test",
	.operands = operands,
	.options = options,
};

static const struct command trailing_command = {
	.name = "test",
	.operands = operands,
	.options = options,
	.trailing = "COMMAND",
};

static struct call call;
static struct values values;

/* The words of the command line, up to eight; closed by NULL. */
static bool parse(const struct command *what, const char *words[])
{
	static char storage[8][64];
	static char *arguments[9];
	size_t count = 0;

	scratch_release(&call.scratch);
	memset(&values, 0, sizeof(values));
	for (; words[count]; count++) {
		assert_true(count < 8 && strlen(words[count]) < sizeof(storage[0]));
		memcpy(storage[count], words[count], strlen(words[count]) + 1);
		arguments[count] = storage[count];
	}
	arguments[count] = NULL;
	call = (struct call){.command = what, .arguments = arguments};
	return call_parse(&call, &values);
}

#define WORDS(...)         ((const char *[]){__VA_ARGS__, NULL})
#define assert_parsed(...) assert_true(parse(&command, WORDS(__VA_ARGS__)))
#define assert_refused(...)                                                                        \
	do {                                                                                       \
		assert_false(parse(&command, WORDS(__VA_ARGS__)));                                 \
		assert_int_equal(call.status, EXIT_WRONG);                                         \
	} while (0)

static int clear(void **state)
{
	static const char *const names[] = {"TEST_FLAG", "TEST_FIRST", "TEST_SECOND", "TEST_LIST",
					    "TEST_NUMBER"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	scratch_release(&call.scratch);
	return 0;
}

static void defaults_where_nothing_is_said(void **state)
{
	(void)state;
	assert_true(parse(&command, (const char *[]){NULL}));
	assert_false(values.flag);
	assert_string_equal(values.text, "default");
	assert_null(values.plain);
	assert_int_equal(values.list.count, 0);
	assert_int_equal(values.number, 5);
	assert_int_equal(values.choice, 1);
	assert_int_equal(call.operand_count, 0);
}

static void takes_every_spelling(void **state)
{
	(void)state;
	assert_parsed("--text=a", "--number", "7", "--choice", "red", "--flag");
	assert_string_equal(values.text, "a");
	assert_int_equal(values.number, 7);
	assert_int_equal(values.choice, 0);
	assert_true(values.flag);
	assert_parsed("-ta", "-n", "7", "-fg");
	assert_string_equal(values.text, "a");
	assert_int_equal(values.number, 7);
	assert_true(values.flag && values.other);
	assert_parsed("-fn10", "--phrase", "b=c");
	assert_true(values.flag);
	assert_int_equal(values.number, 10);
	assert_string_equal(values.text, "b=c");
	assert_parsed("--words=x", "--words=y", "--flag=no");
	assert_string_equal(values.text, "y");
	assert_false(values.flag);
	/* A value may look like an option. */
	assert_parsed("--text", "--flag");
	assert_string_equal(values.text, "--flag");
	assert_false(values.flag);
}

static void collects_lists_in_order(void **state)
{
	(void)state;
	assert_parsed("-l", "a", "--list=b,c", "-ld");
	assert_int_equal(values.list.count, 3);
	assert_string_equal(values.list.items[0], "a");
	assert_string_equal(values.list.items[1], "b,c");
	assert_string_equal(values.list.items[2], "d");
}

static void asks_the_environment_in_order(void **state)
{
	(void)state;
	assert_int_equal(setenv("TEST_SECOND", "second", 1), 0);
	assert_int_equal(setenv("TEST_LIST", "a,,b", 1), 0);
	assert_int_equal(setenv("TEST_FLAG", "yes", 1), 0);
	assert_true(parse(&command, (const char *[]){NULL}));
	assert_string_equal(values.text, "second");
	assert_true(values.flag);
	assert_int_equal(values.list.count, 2);
	assert_string_equal(values.list.items[1], "b");
	assert_int_equal(setenv("TEST_FIRST", "first", 1), 0);
	assert_true(parse(&command, (const char *[]){NULL}));
	assert_string_equal(values.text, "first");
	/* What is empty is not set. */
	assert_int_equal(setenv("TEST_FIRST", "", 1), 0);
	assert_true(parse(&command, (const char *[]){NULL}));
	assert_string_equal(values.text, "second");
	assert_parsed("--text=typed", "--flag=false", "--list=c");
	assert_string_equal(values.text, "typed");
	assert_false(values.flag);
	assert_int_equal(values.list.count, 1);
	assert_int_equal(setenv("TEST_NUMBER", "11", 1), 0);
	assert_false(parse(&command, (const char *[]){NULL}));
	assert_int_equal(call.status, EXIT_WRONG);
	assert_parsed("--number=3");
}

static void refuses_what_it_does_not_know(void **state)
{
	(void)state;
	assert_refused("--unknown");
	assert_refused("--fla");
	assert_refused("-x");
	assert_refused("-fx");
	assert_refused("--=x");
	assert_refused("--text");
	assert_refused("-t");
	assert_refused("--text=");
	assert_refused("--flag=perhaps");
	assert_refused("--choice=blue");
	assert_refused("--choice=");
	assert_refused("three");
}

static void keeps_numbers_in_their_range(void **state)
{
	static const char *const wrong_numbers[] = {"0",  "11",  "-1",  "+1",
						    " 1", "1 ",  "",    "x",
						    "1x", "0x1", "1.0", "99999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong_numbers) / sizeof(wrong_numbers[0]); i++)
		assert_refused("--number", wrong_numbers[i]);
	assert_parsed("--number", "010");
	assert_int_equal(values.number, 10);
}

static void parts_operands_from_options(void **state)
{
	(void)state;
	assert_parsed("one", "a", "-f", "-", "--", "-g", "--");
	assert_true(values.flag);
	assert_false(values.other);
	assert_int_equal(call.operand_count, 5);
	assert_string_equal(call.operands[2], "-");
	assert_string_equal(call.operands[3], "-g");
	assert_string_equal(call.operands[4], "--");
	assert_null(call.trailing);
	assert_true(parse(&trailing_command, WORDS("two", "--", "run", "-f", "--")));
	assert_int_equal(call.operand_count, 1);
	assert_false(values.flag);
	assert_string_equal(call.trailing[0], "run");
	assert_string_equal(call.trailing[2], "--");
	assert_null(call.trailing[3]);
}

static void suggests_what_is_near(void **state)
{
	(void)state;
	assert_string_equal(option_nearest(options, "nubmer", 6), "number");
	assert_string_equal(option_nearest(options, "num", 3), "number");
	assert_null(option_nearest(options, "elephant", 8));
	assert_null(option_nearest(options, "", 0));
	assert_string_equal(command_nearest("lnit"), "lint");
	assert_null(command_nearest("elephant"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(defaults_where_nothing_is_said, clear),
		cmocka_unit_test_teardown(takes_every_spelling, clear),
		cmocka_unit_test_teardown(collects_lists_in_order, clear),
		cmocka_unit_test_teardown(asks_the_environment_in_order, clear),
		cmocka_unit_test_teardown(refuses_what_it_does_not_know, clear),
		cmocka_unit_test_teardown(keeps_numbers_in_their_range, clear),
		cmocka_unit_test_teardown(parts_operands_from_options, clear),
		cmocka_unit_test_teardown(suggests_what_is_near, clear),
	};

	return cmocka_run_group_tests(tests, clear, NULL);
}
