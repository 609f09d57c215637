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

/* A body of one type, in a request and as a file describes it. */
static void expect_body(const char *type, cJSON *value, const char *described)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);
	char members[4096];

	OK(tally_interaction_set_body(it, TALLY_PART_REQUEST, type, value, &error));
	assert_true(snprintf(members, sizeof(members),
			     "{\"type\": \"Synchronous/HTTP\", \"description\": \"an "
			     "interaction\", \"request\": {\"headers\": {\"Content-Type\": "
			     "\"%s\"}, \"body\": %s}}",
			     type, described) < (int)sizeof(members));
	expect_file(expectations, "4.0", "interactions", members);
}

#define PNG      "\x89PNG\r\n\x1a\n"
#define PNG_BASE "iVBORw0KGgo="
#define PNG_BYTES                                                                                  \
	"{\"pact:matcher:type\": \"contentType\", \"value\": \"image/png\", "                      \
	"\"content\": \"" PNG_BASE "\"}"

static void bodies_of_all_types_are_as_read(void **state)
{
	(void)state;
	expect_body("application/json", tally_like(TALLY_JSON({"a" : [ 1.50, null, true ]})),
		    "{\"pact:matcher:type\": \"type\", \"value\": {\"a\": [1.50, null, true]}}");
	expect_body("application/hal+json; charset=utf-8", TALLY_JSON([ {"content" : 1} ]),
		    "[{\"content\": 1}]");
	expect_body("application/json", cJSON_CreateNull(), "{\"content\": null}");
	expect_body("application/json", tally_text(""), "\"\"");
	expect_body("application/json", tally_text("x"), "{\"content\": \"x\"}");
	expect_body("text/plain", tally_text("plain"), "\"plain\"");
	expect_body("application/xml", tally_text("<a><b/></a>"), "\"<a><b/></a>\"");
	expect_body("application/xml",
		    tally_object("root",
				 tally_object("name", tally_text("orders"), "children",
					      tally_array(1, tally_text("text")), NULL),
				 NULL),
		    "{\"root\": {\"name\": \"orders\", \"children\": [\"text\"]}}");
	expect_body("application/x-www-form-urlencoded",
		    tally_object("name", tally_like(tally_text("Ann B")), "tag",
				 tally_array(2, tally_text("a"), tally_text("b")), NULL),
		    "{\"name\": {\"pact:matcher:type\": \"type\", \"value\": \"Ann B\"}, "
		    "\"tag\": [\"a\", \"b\"]}");
	expect_body("multipart/form-data",
		    tally_array(3, tally_part("id", NULL, NULL, tally_regex("\\d+", "42")),
				tally_part("order", "order.json", "application/json",
					   tally_object("count", tally_integer(1), NULL)),
				tally_part("photo", "a.png", "image/png",
					   tally_bytes("image/png", PNG, sizeof(PNG) - 1))),
		    "[{\"name\": \"id\", \"body\": {\"pact:matcher:type\": \"regex\", \"regex\": "
		    "\"\\\\d+\", \"value\": \"42\"}}, {\"name\": \"order\", \"filename\": "
		    "\"order.json\", \"contentType\": \"application/json\", \"body\": {\"count\": "
		    "{\"pact:matcher:type\": \"integer\", \"value\": 1}}}, {\"name\": \"photo\", "
		    "\"filename\": \"a.png\", \"contentType\": \"image/png\", \"body\": " PNG_BYTES
		    "}]");
	expect_body("image/png", tally_bytes("image/png", PNG, sizeof(PNG) - 1), PNG_BYTES);
}

static void bytes_are_what_they_are(void **state)
{
	static const struct {
		const char *type, *bytes;
		size_t len;
		const char *described;
	} cases[] = {
		{"image/png", PNG, 8, "{\"content\": \"" PNG_BASE "\", \"encoded\": \"base64\"}"},
		{"text/plain", "plain", 5, "\"plain\""},
		{"text/plain", "a\0b", 3, "{\"content\": \"YQBi\", \"encoded\": \"base64\"}"},
		{"application/json", "{\"a\":  1}", 9,
		 "{\"content\": \"{\\\"a\\\":  1}\", \"encoded\": \"json\"}"},
		{"image/png", "", 0, "\"\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
		struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);
		char members[1024];

		OK(tally_interaction_set_bytes(it, TALLY_PART_RESPONSE, cases[i].type,
					       cases[i].bytes, cases[i].len, &error));
		assert_true(snprintf(members, sizeof(members),
				     "{\"type\": \"Synchronous/HTTP\", \"description\": \"an "
				     "interaction\", \"request\": {}, \"response\": {\"headers\": "
				     "{\"Content-Type\": \"%s\"}, \"body\": %s}}",
				     cases[i].type, cases[i].described) < (int)sizeof(members));
		expect_file(expectations, "4.0", "interactions", members);
	}
}

static void messages_are_as_read(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_ASYNC_MESSAGE);

	(void)state;
	OK(tally_interaction_set_metadata(it, TALLY_PART_MESSAGE, "topic",
					  tally_regex("o.*", "orders"), &error));
	OK(tally_interaction_set_body(it, TALLY_PART_MESSAGE, "application/json",
				      tally_object("id", tally_integer(42), NULL), &error));
	expect_file(
		expectations, "4.0", "interactions",
		"{\"type\": \"Asynchronous/Messages\", \"description\": \"an interaction\","
		" \"metadata\": {\"topic\": {\"pact:matcher:type\": \"regex\", \"regex\":"
		"  \"o.*\", \"value\": \"orders\"}, \"contentType\": \"application/json\"},"
		" \"contents\": {\"id\": {\"pact:matcher:type\": \"integer\", \"value\": 42}}}");

	expectations = new_expectations(TALLY_SPEC_V3);
	it = new_interaction(expectations, TALLY_ASYNC_MESSAGE);
	OK(tally_interaction_add_state(it, "paid", &error));
	OK(tally_interaction_set_body(it, TALLY_PART_MESSAGE, "text/plain",
				      tally_regex("p.*", "paid"), &error));
	expect_file(
		expectations, "3.0.0", "messages",
		"{\"description\": \"an interaction\", \"providerStates\": [{\"name\":"
		" \"paid\"}], \"metadata\": {\"contentType\": \"text/plain\"}, \"contents\":"
		" {\"pact:matcher:type\": \"regex\", \"regex\": \"p.*\", \"value\": \"paid\"}}");

	expectations = new_expectations(TALLY_SPEC_V4);
	it = new_interaction(expectations, TALLY_SYNC_MESSAGE);
	OK(tally_interaction_set_body(it, TALLY_PART_REQUEST, "text/plain", tally_text("ask"),
				      &error));
	OK(tally_interaction_set_body(it, TALLY_PART_RESPONSE, NULL, TALLY_JSON([1]), &error));
	OK(tally_interaction_add_response(it, &error));
	OK(tally_interaction_set_metadata(it, TALLY_PART_RESPONSE, "last", cJSON_CreateTrue(),
					  &error));
	expect_file(
		expectations, "4.0", "interactions",
		"{\"type\": \"Synchronous/Messages\", \"description\": \"an interaction\","
		" \"request\": {\"contents\": \"ask\", \"metadata\": {\"contentType\":"
		" \"text/plain\"}}, \"response\": [{\"contents\": [1]}, {\"metadata\": {\"last\":"
		" true}}]}");
}

static void old_versions_are_as_read(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V2);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);

	(void)state;
	OK(tally_interaction_add_state(it, "one", &error));
	OK(tally_interaction_set_query(it, "a", tally_text("1 2"), &error));
	OK(tally_interaction_set_body(it, TALLY_PART_RESPONSE, "application/json",
				      tally_object("a", tally_like(TALLY_JSON(1.0)), NULL),
				      &error));
	expect_file(expectations, "2.0.0", "interactions",
		    "{\"description\": \"an interaction\", \"providerState\": \"one\", \"request\":"
		    " {\"query\": \"a=1+2\"}, \"response\": {\"headers\": {\"Content-Type\":"
		    " \"application/json\"}, \"body\": {\"a\": {\"pact:matcher:type\": \"type\","
		    " \"value\": 1.0}}}}");
}

static void labels_are_as_read(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);

	(void)state;
	OK(tally_interaction_set_key(it, "k1", &error));
	OK(tally_interaction_set_pending(it, true, &error));
	OK(tally_interaction_set_transport(it, "https", &error));
	OK(tally_interaction_add_comment(it, "one", &error));
	OK(tally_interaction_add_comment(it, "two", &error));
	OK(tally_interaction_set_comment(it, "testname", tally_text("test_it"), &error));
	OK(tally_interaction_set_reference(it, "jira", "ticket", tally_text("A-1"), &error));
	OK(tally_interaction_set_reference(it, "jira", "epic", tally_text("A-2"), &error));
	expect_file(expectations, "4.0", "interactions",
		    "{\"type\": \"Synchronous/HTTP\", \"description\": \"an interaction\","
		    " \"key\": \"k1\", \"pending\": true, \"transport\": \"https\", \"comments\":"
		    " {\"text\": [\"one\", \"two\"], \"testname\": \"test_it\", \"references\":"
		    " {\"jira\": {\"ticket\": \"A-1\", \"epic\": \"A-2\"}}}, \"request\": {}}");
}

/* A whole interaction of integration JSON is the file's, and setters go on from there. */
static void whole_interactions_are_as_read(void **state)
{
	static const char json[] =
		"{\"type\": \"Synchronous/HTTP\", \"description\": \"an interaction\","
		" \"interactionMarkup\": {\"markup\": \"*b*\", \"markupType\": \"COMMON_MARK\"},"
		" \"request\": {\"path\": {\"pact:matcher:type\": \"regex\", \"regex\": \"/a.*\","
		" \"value\": \"/a\"}, \"headers\": {\"x-a\": \"1\"}, \"note\": 1},"
		" \"response\": {\"status\": 204, \"matchingRules\": {\"$.headers.X\":"
		" {\"match\": \"type\"}}}}";
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = NULL;
	char *built, *read;

	(void)state;
	OK(tally_interaction_new_json(&it, expectations, tally_json(json), &error));
	built = text_of(expectations);
	read = text_of_file("4.0", "interactions", json);
	assert_string_equal(built, read);
	tally_free(read);
	/* What it had goes with its rules. */
	OK(tally_interaction_set_path(it, tally_text("/b"), &error));
	OK(tally_interaction_set_header(it, TALLY_PART_REQUEST, "X-A", tally_text("2"), &error));
	read = text_of(expectations);
	assert_null(strstr(read, "/a.*"));
	assert_null(strstr(read, "x-a"));
	assert_non_null(strstr(read, "\"X-A\""));
	assert_non_null(strstr(read, "\"note\": 1"));
	OK(tally_interaction_set_path(it, tally_regex("/a.*", "/a"), &error));
	OK(tally_interaction_set_header(it, TALLY_PART_REQUEST, "x-a", tally_text("1"), &error));
	tally_free(read);
	read = text_of(expectations);
	assert_string_equal(built, read);
	tally_free(built);
	tally_free(read);
	tally_expectations_free(expectations);
}

/* ---- setting again -------------------------------------------------------------------------- */

/* What is set last counts, with its rules and without those before. */
static void the_last_one_counts(void **state)
{
	struct tally_expectations *once = new_expectations(TALLY_SPEC_V4);
	struct tally_expectations *twice = new_expectations(TALLY_SPEC_V4);
	struct tally_expectations *both[] = {once, twice};
	char *a, *b;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tally_interaction *http = new_interaction(both[i], TALLY_HTTP);
		struct tally_interaction *message = new_interaction(both[i], TALLY_ASYNC_MESSAGE);

		for (size_t last = 1 - i; last < 2; last++) {
			OK(tally_interaction_set_path(
				http, last ? tally_text("/b") : tally_regex("/.", "/a"), &error));
			OK(tally_interaction_set_query(
				http, "q",
				last ? tally_text("1")
				     : tally_generated("RandomInt",
						       tally_matcher("integer", tally_text("2"))),
				&error));
			OK(tally_interaction_set_header(
				http, TALLY_PART_RESPONSE, last ? "X-A" : "x-a",
				last ? tally_text("1") : tally_like(tally_text("2")), &error));
			OK(tally_interaction_set_body(
				http, TALLY_PART_RESPONSE, last ? "text/plain" : "multipart/mixed",
				last ? tally_text("1")
				     : tally_array(1, tally_part("a", NULL, NULL,
								 tally_like(tally_text("2")))),
				&error));
			OK(tally_interaction_set_metadata(
				message, TALLY_PART_MESSAGE, "a b",
				last ? TALLY_JSON({"c" : 1})
				     : TALLY_JSON(
					       {"c" : {"pact:matcher:type" : "type", "value" : 1}}),
				&error));
			OK(tally_interaction_set_metadata(message, TALLY_PART_MESSAGE, "a",
							  tally_like(TALLY_JSON(1)), &error));
			OK(tally_interaction_set_body(
				message, TALLY_PART_MESSAGE,
				last ? "text/plain" : "application/json",
				last ? tally_text("1") : tally_like(TALLY_JSON(2)), &error));
		}
	}
	a = text_of(once);
	b = text_of(twice);
	assert_string_equal(a, b);
	assert_non_null(strstr(a, "\"$.a\""));
	assert_null(strstr(a, "boundary"));
	tally_free(a);
	tally_free(b);
	tally_expectations_free(once);
	tally_expectations_free(twice);
}

static void a_contract_is_on_its_own(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);
	struct tally_contract *contract = NULL;
	char *before, *after;

	(void)state;
	OK(tally_expectations_set_metadata(expectations, "framework",
					   TALLY_JSON({"name" : "check"}), &error));
	OK(tally_expectations_contract(&contract, expectations, &error));
	before = contract_text(contract);
	assert_non_null(strstr(before, "\"framework\""));
	OK(tally_interaction_set_path(it, tally_text("/later"), &error));
	new_interaction(expectations, TALLY_HTTP);
	tally_expectations_free(expectations);
	after = contract_text(contract);
	assert_string_equal(before, after);
	assert_int_equal(tally_contract_interaction_count(contract), 1);
	tally_free(before);
	tally_free(after);
	tally_contract_free(contract);
}
/* cJSON can also lend a name to a member; nobody says for how long. */
static void names_that_were_lent_are_copied(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_HTTP);
	struct tally_contract *contract = NULL;
	cJSON *body = cJSON_CreateObject();
	char names[][6] = {"outer", "inner"};
	cJSON *outer = cJSON_CreateObject();
	char *text;

	(void)state;
	assert_true(cJSON_AddItemToObjectCS(outer, names[1], tally_like(tally_text("x"))));
	assert_true(cJSON_AddItemToObjectCS(body, names[0], outer));
	OK(tally_interaction_set_body(it, TALLY_PART_REQUEST, "application/json", body, &error));
	OK(tally_expectations_contract(&contract, expectations, &error));
	tally_expectations_free(expectations);
	memset(names, '?', sizeof(names) - 1);
	text = contract_text(contract);
	assert_non_null(strstr(text, "\"outer\""));
	assert_non_null(strstr(text, "\"inner\""));
	tally_free(text);
	tally_contract_free(contract);
}

/* ---- refusals ------------------------------------------------------------------------------ */

/* Something of each kind, with something set in it. */
struct site {
	struct tally_expectations *expectations, *old;
	struct tally_interaction *http, *message, *sync, *old_http;
};

static void site_make(struct site *site)
{
	site->expectations = new_expectations(TALLY_SPEC_V4);
	site->old = new_expectations(TALLY_SPEC_V2);
	site->http = new_interaction(site->expectations, TALLY_HTTP);
	site->message = new_interaction(site->expectations, TALLY_ASYNC_MESSAGE);
	site->sync = new_interaction(site->expectations, TALLY_SYNC_MESSAGE);
	site->old_http = new_interaction(site->old, TALLY_HTTP);
	OK(tally_interaction_add_state(site->old_http, "one", &error));
	OK(tally_interaction_set_path(site->http, tally_regex("/.*", "/a"), &error));
	OK(tally_interaction_set_body(site->http, TALLY_PART_REQUEST, "application/json",
				      tally_like(TALLY_JSON(1)), &error));
	OK(tally_interaction_set_body(site->http, TALLY_PART_RESPONSE, "multipart/mixed",
				      tally_array(1, tally_part("a", NULL, NULL, tally_text("x"))),
				      &error));
	OK(tally_interaction_set_comment(site->http, "references", tally_text("none"), &error));
	OK(tally_interaction_set_comment(site->http, "text", tally_text("none"), &error));
	OK(tally_interaction_set_body(site->message, TALLY_PART_MESSAGE, "text/plain",
				      tally_text("x"), &error));
}

static void site_release(struct site *site)
{
	tally_expectations_free(site->expectations);
	tally_expectations_free(site->old);
}

static cJSON *nested(size_t levels)
{
	cJSON *value = tally_array(0);

	while (--levels > 0)
		value = tally_array(1, value);
	return value;
}

/* A member in the object twice, which only a program can make. */
static cJSON *doubled(void)
{
	cJSON *object = tally_object("a", tally_text("1"), NULL);

	cJSON_AddItemToObject(object, "a", cJSON_CreateString("2"));
	return object;
}

#define REQUEST  TALLY_PART_REQUEST
#define RESPONSE TALLY_PART_RESPONSE
#define MESSAGE  TALLY_PART_MESSAGE
#define BAD_UTF8 "\xff"
#define PLACE    "interactions[0] \"an interaction\""

/* X(call, code, place, part of the message) */
#define REFUSALS(X)                                                                                \
	X(tally_interaction_new(NULL, NULL, TALLY_HTTP, "d", e), TALLY_EINVAL, "", "expectations") \
	X(tally_interaction_new(NULL, s->expectations, TALLY_HTTP, NULL, e), TALLY_EINVAL, "",     \
	  "description")                                                                           \
	X(tally_interaction_new(NULL, s->expectations, 7, "d", e), TALLY_EINVAL, "", "kind 7")     \
	X(tally_interaction_new(NULL, s->expectations, TALLY_HTTP, BAD_UTF8, e), TALLY_EINVAL,     \
	  "interactions[3]", "UTF-8")                                                              \
	X(tally_interaction_new(NULL, s->old, TALLY_ASYNC_MESSAGE, "d", e), TALLY_EINVAL, "",      \
	  "message")                                                                               \
	X(tally_interaction_new_json(NULL, s->expectations, NULL, e), TALLY_ENOMEM, "", "")        \
	X(tally_interaction_new_json(NULL, s->expectations, tally_json("[]"), e), TALLY_EPARSE,    \
	  "", "object")                                                                            \
	X(tally_interaction_new_json(NULL, s->expectations, tally_json("{\n\"a\" 1}"), e),         \
	  TALLY_EPARSE, "", "")                                                                    \
	X(tally_interaction_new_json(NULL, s->expectations, TALLY_JSON({"type" : "Else"}), e),     \
	  TALLY_EPARSE, "interactions[3]: type", "Synchronous/HTTP")                               \
	X(tally_interaction_new_json(                                                              \
		  NULL, s->old,                                                                    \
		  TALLY_JSON({"type" : "Synchronous/HTTP", "key" : "k", "request" : {}}), e),      \
	  TALLY_EINVAL, "interactions[1]", "key")                                                  \
	X(tally_interaction_add_state(NULL, "s", e), TALLY_EINVAL, "", "interaction")              \
	X(tally_interaction_add_state(s->http, NULL, e), TALLY_EINVAL, "", "state")                \
	X(tally_interaction_add_state(s->old_http, "two", e), TALLY_EINVAL, "", "one provider")    \
	X(tally_interaction_add_state_with(s->http, "s", tally_text("x"), e), TALLY_EPARSE, PLACE, \
	  "object")                                                                                \
	X(tally_interaction_add_state_with(s->http, "s", NULL, e), TALLY_ENOMEM, "", "")           \
	X(tally_interaction_set_key(s->old_http, "k", e), TALLY_EINVAL, "", "version 2")           \
	X(tally_interaction_set_key(s->http, NULL, e), TALLY_EINVAL, "", "key")                    \
	X(tally_interaction_set_pending(s->old_http, true, e), TALLY_EINVAL, "", "pending")        \
	X(tally_interaction_set_transport(s->http, BAD_UTF8, e), TALLY_EINVAL, PLACE, "UTF-8")     \
	X(tally_interaction_add_comment(s->http, "c", e), TALLY_EINVAL, "/comments/text", "array") \
	X(tally_interaction_set_comment(s->http, "c", tally_json("tru"), e), TALLY_EPARSE,         \
	  "/comments/c", "")                                                                       \
	X(tally_interaction_set_reference(s->http, "g", "n", tally_text("x"), e), TALLY_EINVAL,    \
	  "/comments", "object")                                                                   \
	X(tally_interaction_set_comment(s->old_http, "c", tally_text("x"), e), TALLY_EINVAL, "",   \
	  "comments")                                                                              \
	X(tally_interaction_set_method(s->http, tally_text("a b"), e), TALLY_EPARSE, PLACE,        \
	  "method")                                                                                \
	X(tally_interaction_set_method(s->message, tally_text("GET"), e), TALLY_EINVAL, "",        \
	  "method")                                                                                \
	X(tally_interaction_set_path(s->http, tally_regex("/b", "/a"), e), TALLY_EPARSE,           \
	  PLACE ": /request/path", "example")                                                      \
	X(tally_interaction_set_path(s->http, tally_regex("(", "/a"), e), TALLY_EPARSE,            \
	  PLACE ": /request", "")                                                                  \
	X(tally_interaction_set_path(s->http, tally_array(0), e), TALLY_EPARSE, PLACE, "string")   \
	X(tally_interaction_set_path(s->http, NULL, e), TALLY_ENOMEM, "", "")                      \
	X(tally_interaction_set_status(s->http, tally_text("200"), e), TALLY_EPARSE, PLACE,        \
	  "integer")                                                                               \
	X(tally_interaction_set_status(s->http, TALLY_JSON(101), e), TALLY_EINVAL,                 \
	  PLACE ": /response/status", "101")                                                       \
	X(tally_interaction_set_query(                                                             \
		  s->http, "q", tally_array(2, tally_like(tally_text("1")), tally_text("2")), e),  \
	  TALLY_EPARSE, PLACE ": /request/query/q", "share")                                       \
	X(tally_interaction_set_query(s->http, NULL, tally_text("1"), e), TALLY_EINVAL, "",        \
	  "name")                                                                                  \
	X(tally_interaction_set_query(s->message, "q", tally_text("1"), e), TALLY_EINVAL, "", "")  \
	X(tally_interaction_set_header(s->http, RESPONSE, "X", tally_text("a\r\nb"), e),           \
	  TALLY_EINVAL, PLACE ": /response/headers", "")                                           \
	X(tally_interaction_set_header(s->http, RESPONSE, "a b", tally_text("x"), e),              \
	  TALLY_EINVAL, PLACE ": /response/headers", "")                                           \
	X(tally_interaction_set_header(s->http, MESSAGE, "X", tally_text("x"), e), TALLY_EINVAL,   \
	  "", "TALLY_PART_MESSAGE")                                                                \
	X(tally_interaction_set_header(s->sync, REQUEST, "X", tally_text("x"), e), TALLY_EINVAL,   \
	  "", "metadata")                                                                          \
	X(tally_interaction_set_header(s->http, REQUEST, "content-type", tally_text("text/plain"), \
				       e),                                                         \
	  TALLY_EINVAL, "", "body")                                                                \
	X(tally_interaction_set_header(s->http, RESPONSE, "Content-Type",                          \
				       tally_text("multipart/mixed"), e),                          \
	  TALLY_EINVAL, "", "boundary")                                                            \
	X(tally_interaction_set_header(s->http, REQUEST, "X",                                      \
				       tally_matcher("nothing(", tally_text("x")), e),             \
	  TALLY_EPARSE, PLACE ": /request/headers/X", "")                                          \
	X(tally_interaction_set_header(s->http, REQUEST, "X",                                      \
				       tally_generated("Regex", tally_text("x")), e),              \
	  TALLY_EPARSE, PLACE ": /request/headers/X", "regex")                                     \
	X(tally_interaction_set_metadata(s->http, REQUEST, "m", tally_text("x"), e), TALLY_EINVAL, \
	  "", "headers")                                                                           \
	X(tally_interaction_set_metadata(s->message, REQUEST, "m", tally_text("x"), e),            \
	  TALLY_EINVAL, "", "TALLY_PART_MESSAGE")                                                  \
	X(tally_interaction_set_metadata(s->message, 9, "m", tally_text("x"), e), TALLY_EINVAL,    \
	  "", "expected")                                                                          \
	X(tally_interaction_set_metadata(s->message, MESSAGE, "pact:matcher:type",                 \
					 tally_text("type"), e),                                   \
	  TALLY_EINVAL, "/metadata", "pact:")                                                      \
	X(tally_interaction_set_metadata(s->message, MESSAGE, "contentType",                       \
					 tally_text("image/png"), e),                              \
	  TALLY_EINVAL, "", "another type")                                                        \
	X(tally_interaction_set_metadata(s->message, MESSAGE, "m",                                 \
					 tally_matcher("integer", tally_text("x")), e),            \
	  TALLY_EPARSE, "/metadata", "example")                                                    \
	X(tally_interaction_add_response(s->http, e), TALLY_EINVAL, "", "synchronous")             \
	X(tally_interaction_set_body(s->http, REQUEST, "json", TALLY_JSON(1), e), TALLY_EINVAL,    \
	  "", "content type")                                                                      \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, NULL, e), TALLY_ENOMEM, "", "")       \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, tally_json("{\"a\": }"), e),          \
	  TALLY_EPARSE, PLACE ": /request/body/content", "")                                       \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, tally_text(BAD_UTF8), e),             \
	  TALLY_EINVAL, PLACE, "UTF-8")                                                            \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, cJSON_CreateNumber(0.0 / zero), e),   \
	  TALLY_EINVAL, PLACE, "finite")                                                           \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, nested(LIMIT_JSON_DEPTH), e),         \
	  TALLY_ELIMIT, PLACE, "levels")                                                           \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, nested(LIMIT_JSON_DEPTH * 4), e),     \
	  TALLY_ELIMIT, PLACE, "levels")                                                           \
	X(tally_interaction_set_body(s->http, REQUEST, NULL, doubled(), e), TALLY_EPARSE, PLACE,   \
	  "a")                                                                                     \
	X(tally_interaction_set_body(s->http, REQUEST, "application/xml",                          \
				     TALLY_JSON({"root" : 1}), e),                                 \
	  TALLY_EPARSE, PLACE ": /request/body/content", "")                                       \
	X(tally_interaction_set_body(s->message, MESSAGE, "multipart/mixed",                       \
				     tally_array(1, tally_part("a", NULL, NULL, tally_text("x"))), \
				     e),                                                           \
	  TALLY_EPARSE, PLACE2, "multipart")                                                       \
	X(tally_interaction_set_body(s->sync, RESPONSE, "image/png",                               \
				     tally_bytes("image/png", "none", 4), e),                      \
	  TALLY_EPARSE, "/response/0/contents", "")                                                \
	X(tally_interaction_set_body(s->http, RESPONSE, NULL,                                      \
				     TALLY_JSON({"a" : {"pact:matcher:type" : "type", "x" : 1}}),  \
				     e),                                                           \
	  TALLY_EPARSE, PLACE ": /response/body", "")                                              \
	X(tally_interaction_set_bytes(s->http, REQUEST, "text/plain", NULL, 1, e), TALLY_EINVAL,   \
	  "", "bytes")                                                                             \
	X(tally_interaction_set_bytes(s->http, REQUEST, "a/b", "", (size_t)-1, e), TALLY_ELIMIT,   \
	  "", "")                                                                                  \
	X(tally_interaction_set_bytes(s->old_http, REQUEST, NULL, "\xff\0", 2, e), TALLY_EINVAL,   \
	  "", "version 2")                                                                         \
	X(tally_expectations_set_metadata(s->expectations, "tally", TALLY_JSON(1), e),             \
	  TALLY_EINVAL, "tally", "sets")                                                           \
	X(tally_expectations_set_metadata(s->expectations, "m", tally_json("?"), e), TALLY_EPARSE, \
	  "/metadata/m", "")                                                                       \
	X(tally_expectations_set_metadata(s->expectations, "m", nested(LIMIT_JSON_DEPTH - 1), e),  \
	  TALLY_ELIMIT, "", "levels")

#define PLACE2 "interactions[1] \"an interaction\""

static const double zero = 0;

#define REFUSAL_NUMBER(call, code, place, message) +1
enum { REFUSAL_COUNT = 0 REFUSALS(REFUSAL_NUMBER) };

static int refused_call(size_t number, const struct site *s, struct tally_error *e)
{
	size_t i = 0;

#define REFUSAL_CALL(call, code, place, message)                                                   \
	if (i++ == number)                                                                         \
		return call;
	REFUSALS(REFUSAL_CALL)
	return 0;
}

static const struct refusal {
	const char *call;
	int code;
	const char *place, *message;
} refusals[] = {
#define REFUSAL_ROW(call, code, place, message) {#call, code, place, message},
	REFUSALS(REFUSAL_ROW)};

static void expect_refusal(const struct site *site, size_t number)
{
	const struct refusal *refusal = &refusals[number];
	struct tally_error said = TALLY_ERROR_INIT;
	char *before = text_of(site->expectations);
	char *old_before = text_of(site->old);
	int status = refused_call(number, site, &said);
	char *after = text_of(site->expectations);
	char *old_after = text_of(site->old);

	if (status != refusal->code || said.code != status || said.message[0] == '\0' ||
	    !strstr(said.where, refusal->place) || !strstr(said.message, refusal->message))
		fail_msg("%s: gave %d at \"%s\": %s", refusal->call, status, said.where,
			 said.message);
	if (strcmp(before, after) != 0 || strcmp(old_before, old_after) != 0)
		fail_msg("%s: changed\n%s", refusal->call, after);
	tally_free(before);
	tally_free(after);
	tally_free(old_before);
	tally_free(old_after);
}

static void refusals_change_nothing_and_say_why(void **state)
{
	struct site site;

	(void)state;
	site_make(&site);
	for (size_t i = 0; i < REFUSAL_COUNT; i++)
		expect_refusal(&site, i);
	site_release(&site);
}

/* After an error each call releases what it takes, and changes nothing. */
static void nothing_happens_after_an_error(void **state)
{
	struct site site;
	struct tally_error earlier = {TALLY_EIO, 0, 0, "there", "something else"};
	struct tally_expectations *none = NULL;
	struct tally_contract *contract = NULL;
	struct tally_message *message = NULL;
	char *before, *after;

	(void)state;
	site_make(&site);
	before = text_of(site.expectations);
	for (size_t i = 0; i < REFUSAL_COUNT; i++)
		assert_int_equal(refused_call(i, &site, &earlier), TALLY_EIO);
	assert_int_equal(tally_interaction_set_path(site.http, tally_text("/b"), &earlier),
			 TALLY_EIO);
	assert_int_equal(tally_expectations_new(&none, "a", "b", TALLY_SPEC_V4, &earlier),
			 TALLY_EIO);
	assert_int_equal(tally_expectations_contract(&contract, site.expectations, &earlier),
			 TALLY_EIO);
	assert_int_equal(tally_message_new(&message, contract, 0, MESSAGE, 0, NULL, &earlier),
			 TALLY_EIO);
	assert_null(none);
	assert_null(contract);
	assert_string_equal(earlier.message, "something else");
	after = text_of(site.expectations);
	assert_string_equal(before, after);
	tally_free(before);
	tally_free(after);
	site_release(&site);
}

static void names_and_versions_are_checked(void **state)
{
	static const struct {
		const char *consumer, *provider;
		enum tally_spec spec;
		int code;
	} cases[] = {
		{NULL, "b", TALLY_SPEC_V4, TALLY_EINVAL},
		{"a", NULL, TALLY_SPEC_V4, TALLY_EINVAL},
		{"", "b", TALLY_SPEC_V4, TALLY_EINVAL},
		{BAD_UTF8, "b", TALLY_SPEC_V4, TALLY_EINVAL},
		{"a", "b", TALLY_SPEC_UNKNOWN, TALLY_EUNSUPPORTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_expectations *made = NULL;

		error = (struct tally_error)TALLY_ERROR_INIT;
		assert_int_equal(tally_expectations_new(&made, cases[i].consumer, cases[i].provider,
							cases[i].spec, &error),
				 cases[i].code);
		assert_null(made);
		assert_int_equal(error.code, cases[i].code);
	}
	tally_expectations_free(NULL);
}

static void counts_are_bounded(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_SYNC_MESSAGE);
	struct tally_interaction *many = NULL;
	cJSON *headers = cJSON_CreateObject();
	char name[32];

	(void)state;
	for (size_t i = 0; i < LIMIT_RESPONSES; i++)
		OK(tally_interaction_add_response(it, &error));
	assert_int_equal(tally_interaction_add_response(it, &error), TALLY_ELIMIT);
	error = (struct tally_error)TALLY_ERROR_INIT;
	for (size_t i = 0; i < LIMIT_PART_NAMES; i++) {
		(void)snprintf(name, sizeof(name), "X-%zu", i);
		assert_int_equal(tally__json_put(headers, name, tally_text("x")), 0);
	}
	OK(tally_interaction_new_json(&many, expectations,
				      tally_object("type", tally_text("Synchronous/HTTP"),
						   "request",
						   tally_object("headers", headers, NULL), NULL),
				      &error));
	OK(tally_interaction_set_header(many, REQUEST, "x-7", tally_text("y"), &error));
	assert_int_equal(tally_interaction_set_header(many, REQUEST, "Y", tally_text("y"), &error),
			 TALLY_ELIMIT);
	tally_expectations_free(expectations);
}

/* ---- memory --------------------------------------------------------------------------------- */

#define STEPS(X)                                                                                   \
	X(tally_interaction_new(NULL, s->expectations, TALLY_HTTP, "d", e))                        \
	X(tally_interaction_new_json(NULL, s->expectations,                                        \
				     TALLY_JSON({"type" : "Synchronous/HTTP", "request" : {}}),    \
				     e))                                                           \
	X(tally_interaction_add_state(s->http, "a", e))                                            \
	X(tally_interaction_add_state_with(s->http, "b", TALLY_JSON({"c" : 1}), e))                \
	X(tally_interaction_set_key(s->http, "k", e))                                              \
	X(tally_interaction_set_pending(s->http, true, e))                                         \
	X(tally_interaction_add_comment(s->message, "c", e))                                       \
	X(tally_interaction_add_comment(s->message, "d", e))                                       \
	X(tally_interaction_set_reference(s->message, "g", "n", tally_text("v"), e))               \
	X(tally_interaction_set_method(s->http, tally_text("put"), e))                             \
	X(tally_interaction_set_path(s->http, tally_expression("matching(regex, '/.', '/b')"), e)) \
	X(tally_interaction_set_query(s->http, "q", tally_like(tally_text("1")), e))               \
	X(tally_interaction_set_header(s->http, RESPONSE, "X",                                     \
				       tally_generated("Uuid", tally_text("1")), e))               \
	X(tally_interaction_set_metadata(s->sync, RESPONSE, "m", tally_like(TALLY_JSON([1])), e))  \
	X(tally_interaction_add_response(s->sync, e))                                              \
	X(tally_interaction_set_body(s->sync, RESPONSE, "text/plain", tally_text("x"), e))         \
	X(tally_interaction_set_body(                                                              \
		s->http, REQUEST, "application/json",                                              \
		tally_object("a", tally_each_like(tally_integer(1), 2), NULL), e))                 \
	X(tally_interaction_set_body(s->http, RESPONSE, "multipart/form-data",                     \
				     tally_array(1, tally_part("a", "f", "image/png",              \
							       tally_bytes("image/png", PNG, 8))), \
				     e))                                                           \
	X(tally_interaction_set_bytes(s->http, RESPONSE, "text/plain", "x", 1, e))                 \
	X(tally_expectations_set_metadata(s->expectations, "m", TALLY_JSON(1), e))

static int step_call(size_t number, const struct site *s, struct tally_error *e)
{
	size_t i = 0;

#define STEP_CALL(call)                                                                            \
	if (i++ == number)                                                                         \
		return call;
	STEPS(STEP_CALL)
	return 1;
}

/* Each allocation of each call fails in turn. */
static void short_memory_changes_nothing(void **state)
{
	struct site site;
	size_t count = 0;

	(void)state;
	site_make(&site);
	for (;; count++) {
		int status = TALLY_ENOMEM;

		for (long successes = 0; status == TALLY_ENOMEM; successes++) {
			char *before = text_of(site.expectations);
			char *after;

			error = (struct tally_error)TALLY_ERROR_INIT;
			tally__mem_fail_after(successes);
			status = step_call(count, &site, &error);
			tally__mem_fail_after(-1);
			if (status < 0 && (status != TALLY_ENOMEM || error.code != status))
				fail_msg("step %zu, after %ld: %d, %s", count, successes, status,
					 why());
			error = (struct tally_error)TALLY_ERROR_INIT;
			after = text_of(site.expectations);
			if (status < 0)
				assert_string_equal(before, after);
			tally_free(before);
			tally_free(after);
		}
		if (status == 1)
			break;
	}
	assert_int_equal(count, 20);
	site_release(&site);
}

static void short_memory_gives_no_contract(void **state)
{
	int status = TALLY_ENOMEM;
	struct site site;

	(void)state;
	site_make(&site);
	for (long successes = 0; status == TALLY_ENOMEM; successes++) {
		struct tally_expectations *made = NULL;
		struct tally_contract *contract = NULL;
		struct tally_contract *part = NULL;
		struct tally_message *message = NULL;
		const bool picked[] = {false, true, false};

		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__mem_fail_after(successes);
		status = tally_expectations_new(&made, "a", "b", TALLY_SPEC_V3, &error);
		if (status == 0)
			status = tally_expectations_contract(&contract, site.expectations, &error);
		if (status == 0)
			status = tally_contract_select(&part, contract, picked, &error);
		if (status == 0)
			status = tally_message_new(&message, part, 0, MESSAGE, 0, NULL, &error);
		tally__mem_fail_after(-1);
		assert_int_equal(error.code, status);
		tally_expectations_free(made);
		tally_contract_free(contract);
		tally_contract_free(part);
		tally_message_free(message);
	}
	assert_int_equal(status, 0);
	site_release(&site);
}

/* ---- messages in tests ---------------------------------------------------------------------- */

static void messages_are_handed_out(void **state)
{
	const struct tally_generate_options options = {.seed = 7};
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *it = new_interaction(expectations, TALLY_ASYNC_MESSAGE);
	struct tally_contract *contract = NULL;
	struct tally_message *message = NULL;
	const char *contents;
	size_t len = 0;

	(void)state;
	OK(tally_interaction_set_metadata(it, MESSAGE, "topic", tally_text("orders"), &error));
	OK(tally_interaction_set_body(
		it, MESSAGE, "application/json",
		tally_object("id",
			     tally_with(tally_generated("RandomInt", tally_integer(42)), "min",
					TALLY_JSON(100)),
			     NULL),
		&error));
	it = new_interaction(expectations, TALLY_SYNC_MESSAGE);
	OK(tally_interaction_add_response(it, &error));
	OK(tally_interaction_add_response(it, &error));
	OK(tally_interaction_set_bytes(it, RESPONSE, "image/png", "a\0b", 3, &error));
	OK(tally_expectations_contract(&contract, expectations, &error));

	OK(tally_message_new(&message, contract, 0, MESSAGE, 0, &options, &error));
	contents = tally_message_contents(message, &len);
	assert_int_equal(strlen(contents), len);
	assert_int_equal(strncmp(contents, "{\"id\":", 6), 0);
	assert_null(strstr(contents, "42"));
	assert_string_equal(tally_message_content_type(message), "application/json");
	assert_string_equal(tally__json_get_string(tally_message_metadata(message), "topic"),
			    "orders");
	assert_null(tally_message_warnings(message));
	tally_message_free(message);

	OK(tally_message_new(&message, contract, 1, RESPONSE, 1, NULL, &error));
	contents = tally_message_contents(message, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(contents, "a\0b", 3);
	assert_string_equal(tally_message_content_type(message), "image/png");
	tally_message_free(message);

	OK(tally_message_new(&message, contract, 1, REQUEST, 0, NULL, &error));
	assert_null(tally_message_contents(message, NULL));
	assert_null(tally_message_content_type(message));
	tally_message_free(message);
	tally_message_free(NULL);
	tally_contract_free(contract);
	tally_expectations_free(expectations);
}

static void messages_that_are_not_there_are_refused(void **state)
{
	static const struct {
		size_t index, number;
		enum tally_part part;
	} cases[] = {{0, 0, REQUEST}, {1, 0, REQUEST},  {1, 1, MESSAGE}, {2, 0, MESSAGE},
		     {2, 1, REQUEST}, {2, 0, RESPONSE}, {3, 0, MESSAGE}};
	struct tally_contract *contract = NULL;
	struct site site;

	(void)state;
	site_make(&site);
	OK(tally_expectations_contract(&contract, site.expectations, &error));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tally_message *message = NULL;

		error = (struct tally_error)TALLY_ERROR_INIT;
		assert_int_equal(tally_message_new(&message, contract, cases[i].index,
						   cases[i].part, cases[i].number, NULL, &error),
				 TALLY_EINVAL);
		assert_null(message);
	}
	tally_contract_free(contract);
	site_release(&site);
}

static void some_of_a_contract_can_be_taken(void **state)
{
	const bool picked[] = {false, true, false};
	struct tally_contract *contract = NULL;
	struct tally_contract *part = NULL;
	struct site site;

	(void)state;
	site_make(&site);
	OK(tally_expectations_contract(&contract, site.expectations, &error));
	OK(tally_contract_select(&part, contract, picked, &error));
	tally_contract_free(contract);
	assert_int_equal(tally_contract_interaction_count(part), 1);
	assert_int_equal(tally_contract_spec(part), TALLY_SPEC_V4);
	assert_string_equal(tally_contract_consumer(part), "shop");
	tally_contract_free(part);
	site_release(&site);
}

/* One name is for one interaction; nothing else is a conflict. */
static void doubles_are_a_conflict(void **state)
{
	struct tally_expectations *expectations = new_expectations(TALLY_SPEC_V4);
	struct tally_interaction *first = new_interaction(expectations, TALLY_HTTP);
	struct tally_interaction *second = new_interaction(expectations, TALLY_HTTP);
	struct tally_contract *contract = NULL;

	(void)state;
	OK(tally_expectations_contract(&contract, expectations, &error));
	tally_contract_free(contract);
	contract = NULL;
	OK(tally_interaction_set_path(second, tally_text("/other"), &error));
	assert_int_equal(tally_expectations_contract(&contract, expectations, &error),
			 TALLY_ECONFLICT);
	assert_null(contract);
	assert_non_null(strstr(error.message, "twice"));
	assert_non_null(strstr(error.message, "request.path"));
	assert_non_null(strstr(error.message, "\"/\""));
	assert_non_null(strstr(error.message, "\"/other\""));
	error = (struct tally_error)TALLY_ERROR_INIT;
	OK(tally_interaction_add_state(second, "a state", &error));
	OK(tally_expectations_contract(&contract, expectations, &error));
	tally_contract_free(contract);
	OK(tally_interaction_set_key(first, "k", &error));
	OK(tally_interaction_set_key(second, "k", &error));
	assert_int_equal(tally_expectations_contract(&contract, expectations, &error),
			 TALLY_ECONFLICT);
	tally_expectations_free(expectations);
}

/* What others wrote is read all the same; it is only not served as a mock, which writes it. */
static void doubles_of_others_are_read(void **state)
{
	static const char text[] =
		"{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},\"interactions\":["
		"{\"description\":\"d\",\"request\":{\"path\":\"/a\"},\"response\":{}},"
		"{\"description\":\"d\",\"request\":{\"path\":\"/b\"},\"response\":{}}]}";
	struct tally_contract *contract = NULL;
	struct tally_mock *mock = NULL;

	(void)state;
	error = (struct tally_error)TALLY_ERROR_INIT;
	OK(tally_contract_parse(&contract, text, sizeof(text) - 1, &error));
	tally_contract_free(contract);
	OK(tally_expectations_parse(&contract, text, sizeof(text) - 1, &error));
	assert_int_equal(tally_mock_check(contract, &error), TALLY_ECONFLICT);
	error = (struct tally_error)TALLY_ERROR_INIT;
	assert_int_equal(tally_mock_start(&mock, contract, NULL, &error), TALLY_ECONFLICT);
	assert_null(mock);
	tally_contract_free(contract);
}

/* ---- values --------------------------------------------------------------------------------- */

static void values_without_memory_are_none(void **state)
{
	(void)state;
	assert_null(tally_json(NULL));
	assert_null(tally_text(NULL));
	assert_null(tally_like(NULL));
	assert_null(tally_each_like(NULL, 3));
	assert_null(tally_regex("a", NULL));
	assert_null(tally_regex(NULL, "a"));
	assert_null(tally_matcher(NULL, tally_text("a")));
	assert_null(tally_generated("Uuid", NULL));
	assert_null(tally_generated(NULL, tally_text("a")));
	assert_null(tally_with(NULL, "a", tally_text("a")));
	assert_null(tally_object("a", tally_text("1"), "b", NULL, "c", tally_text("2"), NULL));
	assert_null(tally_array(3, tally_text("1"), NULL, tally_text("2")));
	assert_null(tally_bytes("a/b", NULL, 1));
	assert_null(tally_bytes(NULL, "a", 1));
	assert_null(tally_part(NULL, NULL, NULL, tally_text("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_with_matchers_is_as_read),
		cmocka_unit_test(bodies_of_all_types_are_as_read),
		cmocka_unit_test(bytes_are_what_they_are),
		cmocka_unit_test(messages_are_as_read),
		cmocka_unit_test(old_versions_are_as_read),
		cmocka_unit_test(labels_are_as_read),
		cmocka_unit_test(whole_interactions_are_as_read),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(a_contract_is_on_its_own),
		cmocka_unit_test(names_that_were_lent_are_copied),
		cmocka_unit_test(refusals_change_nothing_and_say_why),
		cmocka_unit_test(nothing_happens_after_an_error),
		cmocka_unit_test(names_and_versions_are_checked),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(short_memory_changes_nothing),
		cmocka_unit_test(short_memory_gives_no_contract),
		cmocka_unit_test(messages_are_handed_out),
		cmocka_unit_test(messages_that_are_not_there_are_refused),
		cmocka_unit_test(some_of_a_contract_can_be_taken),
		cmocka_unit_test(doubles_are_a_conflict),
		cmocka_unit_test(doubles_of_others_are_read),
		cmocka_unit_test(values_without_memory_are_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("consumer/expectations", tests, NULL, NULL);
}
