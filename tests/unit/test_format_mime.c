#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/mime.h"

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

static struct mime parsed(const char *text)
{
	struct mime mime = {0};

	assert_int_equal(tally__mime_parse(&mime, &arena, text, NULL), 0);
	return mime;
}

static void assert_format(const char *text, const char *expected)
{
	struct mime mime = parsed(text);
	struct buf buf;

	tally__buf_init(&buf, 1000);
	tally__mime_format(&buf, &mime);
	assert_string_equal(buf.bytes, expected);
	tally__buf_release(&buf);
}

static void takes_types_apart(void **state)
{
	struct mime mime = parsed(" Application/HAL+Json ; v = 1;Charset=\"utf-8\" ");

	(void)state;
	assert_string_equal(mime.main, "application");
	assert_string_equal(mime.sub, "hal");
	assert_string_equal(mime.suffix, "json");
	assert_int_equal(mime.param_count, 2);
	assert_format("multipart/form-data; boundary=x", "multipart/form-data;boundary=x");
	assert_format("a/b;z=1; a=\"q\\\"s\";;", "a/b;a=q\"s;z=1");
	assert_format("*/*", "*/*");
}

static void refuses_what_is_no_type(void **state)
{
	static const char *const bad[] = {"",    "json", "application/",   "/json",     "a/b c",
					  "a b", "a/b;", "a/b;charset; x", "a/b;=utf-8"};
	struct mime mime;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		int expected = strcmp(bad[i], "a/b;") == 0 ? 0 : TALLY_EPARSE;

		assert_int_equal(tally__mime_parse(&mime, &arena, bad[i], &error), expected);
	}
}

static void knows_kinds(void **state)
{
	struct mime mime;

	(void)state;
	mime = parsed("application/vnd.api+json");
	assert_true(tally__mime_is_json(&mime));
	mime = parsed("application/json-rpc");
	assert_true(tally__mime_is_json(&mime));
	mime = parsed("text/json");
	assert_false(tally__mime_is_json(&mime));
	assert_true(tally__mime_is_text(&mime));
	mime = parsed("image/svg+xml");
	assert_false(tally__mime_is_xml(&mime));
	assert_true(tally__mime_is_binary(&mime));
	mime = parsed("application/soap+xml");
	assert_true(tally__mime_is_xml(&mime));
	mime = parsed("*/*");
	assert_false(tally__mime_is_text(&mime));
	assert_false(tally__mime_is_binary(&mime));
	mime = parsed("application/octet-stream");
	assert_true(tally__mime_is_binary(&mime));
}

static bool equivalent(const char *expected, const char *actual)
{
	struct mime left = parsed(expected);
	struct mime right = parsed(actual);

	return tally__mime_equivalent(&left, &right);
}

static void compares_parameters_only_when_expected(void **state)
{
	struct mime hal = parsed("application/hal+json;v=1");
	struct mime base = tally__mime_base(&hal);

	(void)state;
	assert_true(equivalent("text/plain", "text/plain;charset=utf-8"));
	assert_false(equivalent("text/plain;charset=utf-8", "text/plain"));
	assert_true(equivalent("text/plain;charset=utf-8", "text/plain; charset=UTF-8"));
	assert_false(equivalent("a/b;boundary=x", "a/b;boundary=X"));
	assert_true(equivalent("multipart/mixed;boundary=x", "multipart/mixed;boundary=X"));
	assert_true(equivalent("multipart/mixed;boundary=x", "multipart/mixed"));
	assert_true(equivalent("multipart/related;boundary=x;type=a",
			       "multipart/related;boundary=y;type=a"));
	assert_false(
		equivalent("multipart/related;boundary=x;type=a", "multipart/related;boundary=x"));
	assert_false(equivalent("multipart/mixed;a=1", "multipart/mixed;a=1;z=2;boundary=x"));
	assert_true(equivalent("application/xml", "text/xml;charset=utf-8"));
	assert_false(equivalent("application/hal+json", "application/json"));
	assert_false(equivalent("application/hal+json", "application/hal+xml"));
	assert_string_equal(base.sub, "json");
	assert_null(base.suffix);
	assert_int_equal(base.param_count, 0);
}

/* Each quoted value may take what it needs, not what is left of the text. */
static void takes_linear_memory(void **state)
{
	const char piece[] = ";a=\"\"";
	const size_t count = 20000;
	struct mime mime;
	struct buf text;

	(void)state;
	tally__buf_init(&text, 1 << 20);
	tally__buf_adds(&text, "a/b");
	for (size_t i = 0; i < count; i++)
		tally__buf_adds(&text, piece);
	mime = parsed(text.bytes);
	assert_int_equal(mime.param_count, count);
	assert_true(arena.used_bytes < count * 200);
	tally__buf_release(&text);
}

static void keeps_backslashes_of_paths(void **state)
{
	(void)state;
	assert_format("a/b;name=\"C:\\dir\\file\\\"x\"", "a/b;name=C:\\dir\\file\"x");
	assert_format("a/b;name=\"a\\", "a/b;name=a\\");
}

static void assert_detected(const char *bytes, size_t len, const char *expected)
{
	const char *found = tally__mime_detect(bytes, len);

	if (!expected)
		assert_null(found);
	else
		assert_string_equal(found, expected);
}

static void detects_by_content(void **state)
{
	static const struct {
		const char *text;
		const char *type;
	} cases[] = {{"  <?xml version='1.0'?><a/>", "application/xml"},
		     {"<!DOCTYPE html>", "text/html"},
		     {"<HTML>", "text/html"},
		     {"<a>", "application/xml"},
		     {"< a", "text/plain"},
		     {"{}", "application/json"},
		     {"{ \n\"a\": 1}", "application/json"},
		     {"{a}", "text/plain"},
		     {"[1, 2]", "application/json"},
		     {"[draft", "text/plain"},
		     {"true", "application/json"},
		     {"true story", "text/plain"},
		     {"-12.5e3\n", "application/json"},
		     {"12 monkeys", "text/plain"},
		     {"-", "text/plain"},
		     {"\"a\"", "application/json"},
		     {"\"a\" said", "text/plain"},
		     {"", "text/plain"},
		     {"Gr\xc3\xbc\xc3\x9f Gott", "text/plain"},
		     {"\xff\xd8\xff\xe0", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_detected(cases[i].text, strlen(cases[i].text), cases[i].type);
	assert_detected("a\0b", 3, NULL);
	/* A character that the 32nd byte cuts is no reason to call it binary. */
	assert_detected("0123456789012345678901234567890\xc3\xbc", 33, "text/plain");
	assert_detected("0123456789012345678901234567890\xc3", 32, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_types_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compares_parameters_only_when_expected, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(takes_linear_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_backslashes_of_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(detects_by_content, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
