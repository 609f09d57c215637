#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/uri.h"

static void assert_decoded(const char *text, const char *expected)
{
	struct buf buf;

	tally__buf_init(&buf, 1000);
	tally__uri_decode(&buf, text, strlen(text), true);
	assert_string_equal(buf.bytes, expected);
	tally__buf_release(&buf);
}

static void decodes_what_is_well_formed(void **state)
{
	(void)state;
	assert_decoded("a%20b+c", "a b c");
	assert_decoded("%C3%bc", "\xc3\xbc");
	assert_decoded("100%", "100%");
	assert_decoded("%4", "%4");
	assert_decoded("%zz", "%zz");
	assert_decoded("a%ff+b", "a%ff+b");
	assert_decoded("a%00b", "a%00b");
	assert_decoded("", "");
}

static void encodes(void **state)
{
	struct buf buf;

	(void)state;
	tally__buf_init(&buf, 1000);
	tally__uri_encode(&buf, "a/b c~\xc3\xbc", 8);
	assert_string_equal(buf.bytes, "a%2Fb%20c~%C3%BC");
	tally__buf_clear(&buf);
	tally__uri_encode_query(&buf, "a b-c~&", 7);
	assert_string_equal(buf.bytes, "a+b-c%7E%26");
	tally__buf_release(&buf);
}

static int note(void *context, const char *name, const char *value)
{
	struct buf *seen = context;

	tally__buf_addf(seen, "<%s|%s>", name, value ? value : "(none)");
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

static void assert_query(const char *text, const char *expected, int status)
{
	struct buf seen;

	tally__buf_init(&seen, 1000);
	assert_int_equal(tally__uri_query_each(text, strlen(text), note, &seen), status);
	assert_string_equal(seen.bytes, expected);
	tally__buf_release(&seen);
}

static void takes_queries_apart(void **state)
{
	(void)state;
	assert_query("", "", 0);
	assert_query("a=1&b=2&a=3", "<a|1><b|2><a|3>", 0);
	assert_query("&&a&b=&=c&", "<a|(none)><b|><|c>", 0);
	assert_query("a[]=x%3Dy=z", "<a[]|x=y=z>", 0);
	assert_query("stop&a", "<stop|(none)>", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_what_is_well_formed),
		cmocka_unit_test(encodes),
		cmocka_unit_test(takes_queries_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
