/* Expectations built by calls are those that a file would have given; what is refused changes
 * nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "tally/consumer.h"

static struct tally_error error;

/* The text of an error, for a failing test. */
static const char *why(void)
{
	static char text[2048];

	tally_error_format(&error, text, sizeof(text));
	return text;
}

static void expect_ok(int status, int line)
{
	if (status != 0 || error.code != 0)
		fail_msg("line %d: %s", line, why());
}
#define OK(call) expect_ok(call, __LINE__)

static struct tally_expectations *new_expectations(enum tally_spec spec)
{
	struct tally_expectations *made = NULL;

	error = (struct tally_error)TALLY_ERROR_INIT;
	OK(tally_expectations_new(&made, "shop", "orders", spec, &error));
	return made;
}

static struct tally_interaction *new_interaction(struct tally_expectations *expectations,
						 enum tally_interaction_kind kind)
{
	struct tally_interaction *made = NULL;

	OK(tally_interaction_new(&made, expectations, kind, "an interaction", &error));
	return made;
}

/* What the contract file would be; to be released with tally_free. */
static char *contract_text(const struct tally_contract *contract)
{
	cJSON *json = NULL;
	char *text = NULL;

	OK(tally_contract_write(contract, tally_contract_spec(contract), &json, &error));
	OK(tally_json_write(&text, NULL, json, TALLY_JSON_PRETTY, &error));
	cJSON_Delete(json);
	return text;
}

static char *text_of(const struct tally_expectations *expectations)
{
	struct tally_contract *contract = NULL;
	char *text;

	OK(tally_expectations_contract(&contract, expectations, &error));
	text = contract_text(contract);
	tally_contract_free(contract);
	return text;
}

/* The same from a file with one interaction, which `members` describe. */
static char *text_of_file(const char *spec, const char *list, const char *members)
{
	struct tally_contract *contract = NULL;
	char file[8192];
	char *text;

	assert_true(snprintf(file, sizeof(file),
			     "{\"consumer\": {\"name\": \"shop\"}, \"provider\": {\"name\": "
			     "\"orders\"}, \"metadata\": {\"pactSpecification\": {\"version\": "
			     "\"%s\"}}, \"%s\": [%s]}",
			     spec, list, members) < (int)sizeof(file));
	OK(tally_expectations_parse(&contract, file, strlen(file), &error));
	text = contract_text(contract);
	tally_contract_free(contract);
	return text;
}

/* Takes the expectations. */
static void expect_file(struct tally_expectations *expectations, const char *spec, const char *list,
			const char *members)
{
	char *built = text_of(expectations);
	char *read = text_of_file(spec, list, members);

	assert_string_equal(built, read);
	tally_free(built);
	tally_free(read);
	tally_expectations_free(expectations);
}

/* ---- what is built is what is read --------------------------------------------------------- */

static void http_with_matchers_is_as_read(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);

	(void)state;
	OK(tally_interaction_add_state(it, "order 42 exists", &error));
	OK(tally_interaction_add_state_with(it, "a user", tally_json("{\"name\": \"Ann\"}"),
					    &error));
	OK(tally_interaction_set_method(it, tally_text("post"), &error));
	OK(tally_interaction_set_path(it, tally_regex("/orders/\\d+", "/orders/42"), &error));
	OK(tally_interaction_set_query(it, "page", tally_matcher("integer", tally_text("1")),
				       &error));
	OK(tally_interaction_set_query(it, "tag", tally_json("[\"a\", \"b\", null]"), &error));
	OK(tally_interaction_set_header(it, TALLY_PART_REQUEST, "X-Trace",
					tally_generated("Uuid", tally_like(tally_text("abc"))),
					&error));
	OK(tally_interaction_set_body(
		it, TALLY_PART_REQUEST, "application/json",
		tally_object(
			"items",
			tally_each_like(tally_object("sku", tally_regex("[A-Z]+-[SML]", "TS-M"),
						     "count", tally_integer(1), "price",
						     tally_json("59.80"), NULL),
					2),
			NULL),
		&error));
	OK(tally_interaction_set_status(it,
					tally_with(tally_matcher("statusCode", tally_json("201")),
						   "status", tally_text("success")),
					&error));
	OK(tally_interaction_set_body(it, TALLY_PART_RESPONSE, "text/plain",
				      tally_regex("[a-z]+", "created"), &error));
	expect_file(
		expectations, "4.0", "interactions",
		"{\"type\": \"Synchronous/HTTP\", \"description\": \"an interaction\","
		" \"providerStates\": [{\"name\": \"order 42 exists\"}, {\"name\": \"a user\","
		"  \"params\": {\"name\": \"Ann\"}}],"
		" \"request\": {\"method\": \"POST\", \"path\": {\"pact:matcher:type\": \"regex\","
		"  \"regex\": \"/orders/\\\\d+\", \"value\": \"/orders/42\"},"
		"  \"query\": {\"page\": {\"pact:matcher:type\": \"integer\", \"value\": \"1\"},"
		"   \"tag\": [\"a\", \"b\", null]},"
		"  \"headers\": {\"Content-Type\": \"application/json\", \"X-Trace\":"
		"   {\"pact:matcher:type\": \"type\", \"pact:generator:type\": \"Uuid\","
		"    \"value\": \"abc\"}},"
		"  \"body\": {\"items\": {\"pact:matcher:type\": \"type\", \"min\": 2, \"value\": ["
		"   {\"sku\": {\"pact:matcher:type\": \"regex\", \"regex\": \"[A-Z]+-[SML]\","
		"    \"value\": \"TS-M\"}, \"count\": {\"pact:matcher:type\": \"integer\","
		"    \"value\": 1}, \"price\": 59.80},"
		"   {\"sku\": {\"pact:matcher:type\": \"regex\", \"regex\": \"[A-Z]+-[SML]\","
		"    \"value\": \"TS-M\"}, \"count\": {\"pact:matcher:type\": \"integer\","
		"    \"value\": 1}, \"price\": 59.80}]}}},"
		" \"response\": {\"status\": {\"pact:matcher:type\": \"statusCode\", \"status\":"
		"  \"success\", \"value\": 201}, \"headers\": {\"Content-Type\": \"text/plain\"},"
		"  \"body\": {\"pact:matcher:type\": \"regex\", \"regex\": \"[a-z]+\", \"value\":"
		"   \"created\"}}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_with_matchers_is_as_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("consumer/expectations", tests, NULL, NULL);
}
