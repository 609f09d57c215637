/* XML bodies: what cases in tests/cases/matching cannot show. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "tally/match.h"

static cJSON *expected;
static cJSON *actual;
static struct tally_error error;

static int tear_down(void **state)
{
	(void)state;
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	expected = NULL;
	actual = NULL;
	return 0;
}

static cJSON *part_of(const char *xml)
{
	cJSON *part = cJSON_CreateObject();
	cJSON *body = cJSON_AddObjectToObject(part, "body");

	cJSON_AddStringToObject(body, "contentType", "application/xml");
	cJSON_AddStringToObject(body, "content", xml);
	return part;
}

/* `rules`: JSON of the category, or NULL. */
static void set_up(const char *expected_xml, const char *rules, const char *actual_xml)
{
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	expected = part_of(expected_xml);
	actual = part_of(actual_xml);
	if (rules) {
		cJSON *all = cJSON_AddObjectToObject(expected, "matchingRules");

		cJSON_AddItemToObject(all, "body", cJSON_Parse(rules));
	}
}

static cJSON *compare(enum tally_part part, size_t *omitted)
{
	cJSON *mismatches = NULL;

	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(
		tally_match(part, TALLY_SPEC_V4, expected, actual, &mismatches, omitted, &error),
		0);
	return mismatches;
}

/* How many mismatches there are. */
static size_t found(enum tally_part part)
{
	size_t omitted = 0;
	cJSON *mismatches = compare(part, &omitted);
	size_t count = (size_t)cJSON_GetArraySize(mismatches) + omitted;

	cJSON_Delete(mismatches);
	return count;
}

static const char *text_of(const cJSON *mismatches, int index, const char *member)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(mismatches, index), member));
}

/* `count` times `part`, in which '#' is the number. */
static void add_many(struct buf *out, const char *part, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (const char *c = part; *c; c++) {
			if (*c == '#') {
				tally__buf_addf(out, "%zu", i);
			} else {
				tally__buf_addc(out, *c);
			}
		}
	}
}

static void set_up_many(const char *expected_part, size_t expected_count, const char *rules,
			const char *actual_part, size_t actual_count)
{
	struct buf texts[2];

	for (int i = 0; i < 2; i++) {
		tally__buf_init(&texts[i], (size_t)1 << 26);
		tally__buf_adds(&texts[i], "<a>");
		add_many(&texts[i], i == 0 ? expected_part : actual_part,
			 i == 0 ? expected_count : actual_count);
		tally__buf_adds(&texts[i], "</a>");
		assert_int_equal(texts[i].status, 0);
	}
	set_up(texts[0].bytes, rules, texts[1].bytes);
	tally__buf_release(&texts[0]);
	tally__buf_release(&texts[1]);
}

/* Were each child looked for among all, these would take minutes. */
static void many_children_are_found_in_one_pass(void **state)
{
	(void)state;
	set_up_many("<b x='#'/>", 50000, NULL, "<b x='#'/>", 50000);
	assert_int_equal(found(TALLY_PART_REQUEST), 0);
	set_up_many("<b#/>", 50000, NULL, "<b#/>", 50000);
	assert_int_equal(found(TALLY_PART_REQUEST), 0);
	set_up_many("<b#/>", 50000, NULL, "<c#/>", 50000);
	assert_int_equal(found(TALLY_PART_REQUEST), 100000);
	set_up_many("<b x='0'/>", 1,
		    "{\"$.a.b\":{\"matchers\":[{\"match\":\"type\",\"min\":50000}]}}", "<b x='#'/>",
		    50000);
	assert_int_equal(found(TALLY_PART_REQUEST), 0);
}

static void many_rules_are_walked_as_a_trie(void **state)
{
	struct buf rules;

	(void)state;
	tally__buf_init(&rules, (size_t)1 << 26);
	tally__buf_adds(&rules, "{\"$.a.b[0]\":{\"matchers\":[{\"match\":\"equality\"}]}");
	add_many(&rules, ",\"$.a.b[1#]\":{\"matchers\":[{\"match\":\"include\",\"value\":\"x\"}]}",
		 20000);
	tally__buf_adds(&rules, "}");
	assert_int_equal(rules.status, 0);
	set_up_many("<b>x</b>", 30000, rules.bytes, "<b>x</b>", 30000);
	assert_int_equal(found(TALLY_PART_RESPONSE), 0);
	tally__buf_release(&rules);
}

/* A repeated element is compared with the same example each time. */
static void work_that_multiplies_is_bounded(void **state)
{
	struct buf text;
	cJSON *mismatches = NULL;

	(void)state;
	tally__buf_init(&text, (size_t)1 << 26);
	tally__buf_adds(&text, "<a><b>");
	add_many(&text, "<c/>", 20000);
	tally__buf_adds(&text, "</b></a>");
	set_up_many("", 0, NULL, "<b/>", 20000);
	cJSON_Delete(expected);
	expected = part_of(text.bytes);
	cJSON_AddItemToObject(
		expected, "matchingRules",
		cJSON_Parse("{\"body\":{\"$\":{\"matchers\":[{\"match\":\"type\"}]}}}"));
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V4, expected, actual,
				     &mismatches, NULL, &error),
			 TALLY_ELIMIT);
	assert_null(mismatches);
	tally__buf_release(&text);
}

static void the_deepest_place_is_named(void **state)
{
	struct buf texts[2];
	cJSON *mismatches = NULL;
	const char *path = NULL;
	const char *pointer = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		tally__buf_init(&texts[i], 100000);
		add_many(&texts[i], "<d>", LIMIT_XML_DEPTH - 1);
		tally__buf_adds(&texts[i], i == 0 ? "<e f='1'/>" : "<e f='2'/>");
		add_many(&texts[i], "</d>", LIMIT_XML_DEPTH - 1);
	}
	set_up(texts[0].bytes, NULL, texts[1].bytes);
	mismatches = compare(TALLY_PART_REQUEST, NULL);
	path = text_of(mismatches, 0, "path");
	pointer = text_of(mismatches, 0, "pointer");
	assert_int_equal(strncmp(path, "$.d.d.d", 7), 0);
	assert_int_equal(strlen(path), 1 + 2 * (LIMIT_XML_DEPTH - 1) + strlen(".e['@f']"));
	assert_int_equal(strncmp(pointer, "/d/d/d", 6), 0);
	assert_string_equal(pointer + strlen(pointer) - 7, "/d/e/@f");
	cJSON_Delete(mismatches);
	tally__buf_release(&texts[0]);
	tally__buf_release(&texts[1]);
}

static void assert_pointer(const char *expected_xml, const char *actual_xml, const char *wanted)
{
	cJSON *mismatches = NULL;

	set_up(expected_xml, NULL, actual_xml);
	mismatches = compare(TALLY_PART_REQUEST, NULL);
	assert_string_equal(text_of(mismatches, 0, "pointer"), wanted);
	cJSON_Delete(mismatches);
}

static void literals_in_an_xpath_are_quoted(void **state)
{
	(void)state;
	assert_pointer("<a xmlns='it&apos;s' b='1'/>", "<a xmlns='it&apos;s' b='2'/>",
		       "/*[local-name()='a' and namespace-uri()=\"it's\"]/@b");
	assert_pointer("<a xmlns='&quot;' b='1'/>", "<a xmlns='&quot;' b='2'/>",
		       "/*[local-name()='a' and namespace-uri()='\"']/@b");
	/* XPath 1.0 has no way to write such a literal. */
	assert_pointer("<a xmlns='&quot;&apos;' b='1'/>", "<a xmlns='&quot;&apos;' b='2'/>",
		       "/*[local-name()='a']/@b");
}

static void mismatches_stand_in_the_order_of_the_document(void **state)
{
	static const char *const order[] = {"/r/@x",       "/r/@a",          "/r/text()",
					    "/r/z/text()", "/r/b[1]/text()", "/r/b[10]/text()"};
	cJSON *mismatches = NULL;

	(void)state;
	set_up("<r x='1' a='1'>1<z>1</z><b>1</b><b/><b/><b/><b/><b/><b/><b/><b/><b>1</b></r>", NULL,
	       "<r a='2' x='2'>2<z>2</z><b>2</b><b/><b/><b/><b/><b/><b/><b/><b/><b>2</b></r>");
	mismatches = compare(TALLY_PART_REQUEST, NULL);
	assert_int_equal(cJSON_GetArraySize(mismatches), 6);
	for (int i = 0; i < 6; i++) {
		assert_string_equal(text_of(mismatches, i, "pointer"), order[i]);
	}
	cJSON_Delete(mismatches);
}

/* The type of a message has to be the very same, and then XML is XML there too. */
static void messages_hold_xml(void **state)
{
	(void)state;
	expected = cJSON_Parse(
		"{\"contents\":{\"contentType\":\"text/xml\",\"content\":\"<a>1</a>\"}}");
	actual = cJSON_Parse(
		"{\"contents\":{\"contentType\":\"text/xml\",\"content\":\"<a> 1</a>\"}}");
	assert_int_equal(found(TALLY_PART_MESSAGE), 0);
	cJSON_Delete(actual);
	actual = cJSON_Parse(
		"{\"contents\":{\"contentType\":\"text/xml\",\"content\":\"<a>2</a>\"}}");
	assert_int_equal(found(TALLY_PART_MESSAGE), 1);
}

static void memory_may_be_short(void **state)
{
	int all = 0;

	(void)state;
	set_up("<p:a xmlns:p='urn:p' p:x='1'>one<b>1</b>two<c/><d><e/></d></p:a>",
	       "{\"$['p:a'].b\":{\"combine\":\"OR\",\"matchers\":[{\"match\":\"integer\"},{"
	       "\"match\":"
	       "\"regex\",\"regex\":\"x\"}]},\"$['p:a'][0]['@p:x']\":{\"matchers\":[{\"match\":"
	       "\"decimal\"}]},\"$['p:a'].d\":{\"matchers\":[{\"match\":\"type\",\"min\":2},{"
	       "\"match\":\"date\"}]}}",
	       "<p:a xmlns:p='urn:p' p:x='y' z='2'>one<b>z</b>three<d><e/></d><f/></p:a>");
	assert_true(found(TALLY_PART_REQUEST) > 0); /* loads the library */
	for (long n = 0; all == 0; n++) {
		cJSON *mismatches = NULL;
		int status = 0;

		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__mem_fail_after(n);
		status = tally_match(TALLY_PART_REQUEST, TALLY_SPEC_V4, expected, actual,
				     &mismatches, NULL, &error);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
		assert_int_equal(error.code, status);
		if (status == 0) {
			all = cJSON_GetArraySize(mismatches);
			assert_true(n > 50);
		}
		cJSON_Delete(mismatches);
	}
	/* the surplus attribute, @x, the text, b (two rules), c, d (two rules), what is in d, f */
	assert_int_equal(all, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define XML_TEST(name) cmocka_unit_test_teardown(name, tear_down)
		XML_TEST(many_children_are_found_in_one_pass),
		XML_TEST(many_rules_are_walked_as_a_trie),
		XML_TEST(work_that_multiplies_is_bounded),
		XML_TEST(the_deepest_place_is_named),
		XML_TEST(literals_in_an_xpath_are_quoted),
		XML_TEST(mismatches_stand_in_the_order_of_the_document),
		XML_TEST(messages_hold_xml),
		XML_TEST(memory_may_be_short),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
