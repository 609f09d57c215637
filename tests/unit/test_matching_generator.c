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
#include "base/time.h"
#include "matching/generator.h"
#include "tally/match.h"

/* JSON with ' for ", which C does not like in strings. */
static cJSON *json_of(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *copy = strdup(text);
	cJSON *value = NULL;

	assert_non_null(copy);
	for (char *at = copy; *at; at++) {
		*at = *at == '\'' ? '"' : *at == '`' ? '\'' : *at;
	}
	if (tally_json_parse(&value, copy, strlen(copy), &error) != 0) {
		print_message("# %s: %s\n", copy, error.message);
		fail();
	}
	free(copy);
	return value;
}

static struct generator_context context_of(struct random *random, uint64_t seed)
{
	int64_t seconds = 0;

	tally__random_init(random, seed);
	assert_true(tally__time_parse("2024-02-28T12:30:15Z", &seconds));
	return (struct generator_context){
		.mode = GENERATOR_CONSUMER,
		.random = random,
		.now = {.unix_ms = seconds * 1000 + 7, .offset_minutes = 60},
		.mock_server_url = "https://mock.example:4321"};
}

/* One made value, as compact JSON: `example` may be NULL. */
static char *value_of(const char *definition, const char *example,
		      const struct generator_context *context, struct tally_error *error)
{
	struct generator *generator = NULL;
	cJSON *json = json_of(definition);
	cJSON *replaced = example ? json_of(example) : NULL;
	cJSON *value = NULL;
	char *text = NULL;

	assert_int_equal(tally__generator_new(&generator, json, error), 0);
	if (tally__generator_value(generator, context, replaced, &value, error) == 0) {
		assert_int_equal(tally_json_write(&text, NULL, value, TALLY_JSON_COMPACT, error),
				 0);
	}
	cJSON_Delete(value);
	cJSON_Delete(replaced);
	cJSON_Delete(json);
	tally__generator_free(generator);
	return text;
}

/* ---- what is made ---- */

struct pair {
	const char *rule; /* NULL: none of the specification's rules says it */
	const char *generator;
	const char *example;
};

/* Every kind, with rules that it has to satisfy. */
static const struct pair pairs[] = {
	{"{'match': 'integer'}", "{'type': 'RandomInt'}", "1"},
	{"{'match': 'regex', 'regex': '\\\\d|10'}", "{'type': 'RandomInt'}", "1"},
	{"{'match': 'regex', 'regex': '\\\\d|10'}", "{'type': 'RandomInt'}", "'1'"},
	{"{'match': 'integer'}", "{'type': 'RandomInt', 'min': -3, 'max': '3'}", "1"},
	{"{'match': 'regex', 'regex': '-[123]|[0123]'}",
	 "{'type': 'RandomInt', 'min': -3, 'max': '3'}", "1"},
	{"{'match': 'number'}",
	 "{'type': 'RandomInt', 'min': -9223372036854775808, 'max': 9223372036854775807}", "1"},
	{"{'match': 'regex', 'regex': '9223372036854775807'}",
	 "{'type': 'RandomInt', 'min': 9223372036854775807, 'max': '9223372036854775807'}", "1"},
	{"{'match': 'regex', 'regex': '[23]\\\\d'}", "{'type': 'RandomInt', 'min': 20, 'max': 39}",
	 "20"},
	{"{'match': 'regex', 'regex': '2\\\\d|30'}", "{'type': 'RandomInt', 'min': 20}", "20"},
	{"{'match': 'regex', 'regex': '-(1\\\\d|5|6|7|8|9)'}", "{'type': 'RandomInt', 'max': -5}",
	 "20"},
	{"{'match': 'decimal'}", "{'type': 'RandomDecimal'}", "1.5"},
	{"{'match': 'decimal'}", "{'type': 'RandomDecimal', 'digits': 2}", "1.5"},
	{"{'match': 'regex', 'regex': '\\\\d\\\\.\\\\d'}", "{'type': 'RandomDecimal', 'digits': 2}",
	 "1.5"},
	{"{'match': 'regex', 'regex': '\\\\d'}", "{'type': 'RandomDecimal', 'digits': 1}", "1"},
	{"{'match': 'regex', 'regex': '\\\\d\\\\.\\\\d{2}'}",
	 "{'type': 'RandomDecimal', 'digits': '3'}", "'1.5'"},
	{"{'match': 'regex', 'regex': '(?=[\\\\d.]{6}$)(\\\\d|[1-9]\\\\d+)\\\\.\\\\d{2,}'}",
	 "{'type': 'RandomDecimal', 'digits': 5}", "'1.5'"},
	{"{'match': 'regex', 'regex': '(?=[\\\\d.]{41}$)(\\\\d|[1-9]\\\\d+)\\\\.\\\\d{2,}'}",
	 "{'type': 'RandomDecimal', 'digits': 40}", "1.5"},
	{"{'match': 'regex', 'regex': '[0-9A-F]{10}'}", "{'type': 'RandomHexadecimal'}", "'a'"},
	{"{'match': 'regex', 'regex': '[0-9A-F]{33}'}",
	 "{'type': 'RandomHexadecimal', 'digits': 33}", "'a'"},
	{"{'match': 'regex', 'regex': '[0-9A-Za-z]{10}'}", "{'type': 'RandomString'}", "'a'"},
	{"{'match': 'regex', 'regex': '[0-9A-Za-z]{3}'}", "{'type': 'RandomString', 'size': 3}",
	 "'a'"},
	{"{'match': 'type'}", "{'type': 'RandomString', 'size': 0}", "'a'"},
	{"{'match': 'boolean'}", "{'type': 'RandomBoolean'}", "true"},
	{"{'match': 'type'}", "{'type': 'RandomBoolean'}", "false"},
	{"{'match': 'regex', 'regex': '(red|green) \\\\d{1,3}(\\\\.\\\\d+)?'}",
	 "{'type': 'Regex', 'regex': '(red|green) \\\\d{1,3}(\\\\.\\\\d+)?'}", "'a'"},
	{"{'match': 'regex', 'regex': '^[^@]+@[a-z]+\\\\.com$'}",
	 "{'type': 'Regex', 'regex': '^[^@]+@[a-z]+\\\\.com$'}", "'a'"},
	{"{'match': 'regex', 'regex': '\\\\h{8}(-\\\\h{4}){3}-\\\\h{12}'}", "{'type': 'Uuid'}",
	 "'a'"},
	{"{'match': 'regex',"
	 " 'regex': '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'}",
	 "{'type': 'Uuid', 'format': 'lower-case-hyphenated'}", "'a'"},
	{"{'match': 'regex',"
	 " 'regex': '[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}'}",
	 "{'type': 'Uuid', 'format': 'upper-case-hyphenated'}", "'a'"},
	{"{'match': 'regex', 'regex': '[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}'}",
	 "{'type': 'Uuid', 'format': 'simple'}", "'a'"},
	{"{'match': 'regex',"
	 " 'regex': "
	 "'urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'}",
	 "{'type': 'Uuid', 'format': 'URN'}", "'a'"},
	{"{'match': 'date'}", "{'type': 'Date'}", "'2000-01-01'"},
	{"{'match': 'date', 'format': 'EEEE, d. MMMM yyyy'}",
	 "{'type': 'Date', 'format': 'EEEE, d. MMMM yyyy', 'expression': '+ 3 months'}",
	 "'Saturday, 1. January 2000'"},
	{"{'match': 'date', 'format': 'yyyyMMdd'}", "{'type': 'Date', 'format': 'yyyyMMdd'}",
	 "20240209"},
	{"{'match': 'time'}", "{'type': 'Time'}", "'10:00:00'"},
	{"{'match': 'time', 'format': 'hh:mm a'}",
	 "{'type': 'Time', 'format': 'hh:mm a', 'expression': 'noon - 1 minute'}", "'10:00 AM'"},
	{"{'match': 'datetime', 'format': 'yyyy-MM-dd`T`HH:mm:ss.SSSZ'}", "{'type': 'DateTime'}",
	 "'2000-01-01T10:00:00.000+0000'"},
	{"{'match': 'datetime'}", "{'type': 'DateTime', 'format': 'yyyy-MM-dd`T`HH:mm:ssXXX'}",
	 "'2000-01-01T10:00:00Z'"},
	{"{'match': 'timestamp', 'format': 'YYYY-`W`ww-e HH:mm[:ss] O'}",
	 "{'type': 'DateTime', 'format': 'YYYY-`W`ww-e HH:mm[:ss] O',"
	 " 'expression': 'next friday @ 3 o`clock pm'}",
	 "'2000-W01-1 10:00:00 GMT'"},
	{"{'match': 'regex', 'regex': 'https://mock\\\\.example:4321/orders/1'}",
	 "{'type': 'MockServerURL', 'example': 'http://localhost:80/orders/1',"
	 " 'regex': '.*(/orders/\\\\d+)$'}",
	 "'http://localhost:80/orders/1'"},
};

static void check_matches(const struct pair *pair, const char *value)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *expected = json_of("{'status': 200, 'headers': {'Content-Type': 'application/json'},"
				  " 'matchingRules': {'body': {'$.a': {'matchers': []}}},"
				  " 'body': {'content': {}}}");
	cJSON *actual = json_of("{'status': 200, 'headers': {'Content-Type': 'application/json'},"
				" 'body': {'content': {}}}");
	cJSON *rules = tally__json_get(tally__json_get(expected, "matchingRules"), "body");
	cJSON *made = NULL;
	cJSON *mismatches = NULL;

	assert_int_equal(tally_json_parse(&made, value, strlen(value), NULL), 0);
	assert_int_equal(
		tally__json_put(tally__json_get(tally__json_get(actual, "body"), "content"), "a",
				made),
		0);
	assert_int_equal(
		tally__json_put(tally__json_get(tally__json_get(expected, "body"), "content"), "a",
				json_of(pair->example)),
		0);
	assert_int_equal(
		tally__json_append(tally__json_get(tally__json_get(rules, "$.a"), "matchers"),
				   json_of(pair->rule)),
		0);
	if (tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V4, expected, actual, &mismatches, NULL,
			&error) != 0 ||
	    cJSON_GetArraySize(mismatches) != 0) {
		char *text = cJSON_PrintUnformatted(mismatches);

		print_message("# %s beside %s: %s: %s %s\n", pair->generator, pair->rule, value,
			      error.message, text ? text : "");
		fail();
	}
	cJSON_Delete(mismatches);
	cJSON_Delete(expected);
	cJSON_Delete(actual);
}

/* The generated value matches the rule beside it, and comes again with its seed. */
static void test_values_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct tally_error error = TALLY_ERROR_INIT;
			struct random random;
			struct generator_context context = context_of(&random, seed);
			char *first =
				value_of(pairs[i].generator, pairs[i].example, &context, &error);
			char *second = NULL;

			if (!first) {
				print_message("# %s: %s\n", pairs[i].generator, error.message);
			}
			assert_non_null(first);
			check_matches(&pairs[i], first);
			context = context_of(&random, seed);
			second = value_of(pairs[i].generator, pairs[i].example, &context, &error);
			assert_string_equal(first, second);
			tally_free(first);
			tally_free(second);
		}
	}
}

/* Instants and offsets of all kinds, not only the one of the other tests. */
static void test_dates_match(void **state)
{
	struct random instants;

	(void)state;
	tally__random_init(&instants, 5);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (!strstr(pairs[i].generator, "'Date") && !strstr(pairs[i].generator, "'Time")) {
			continue;
		}
		for (size_t n = 0; n < 200; n++) {
			struct random random;
			struct generator_context context = context_of(&random, 1);
			char *text = NULL;

			context.now.unix_ms = tally__random_between(
				&instants, INT64_C(-62000000000000), INT64_C(253000000000000));
			context.now.offset_minutes =
				15 * (int)tally__random_between(&instants, -48, 56);
			text = value_of(pairs[i].generator, pairs[i].example, &context, NULL);
			assert_non_null(text);
			check_matches(&pairs[i], text);
			tally_free(text);
		}
	}
}

struct fixed {
	const char *definition;
	const char *example;
	const char *expected; /* NULL: there is no value */
};

static void check_fixed(const struct fixed *examples, size_t count,
			const struct generator_context *context)
{
	for (size_t i = 0; i < count; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		char *text = value_of(examples[i].definition, examples[i].example, context, &error);

		if ((text == NULL) != (examples[i].expected == NULL) ||
		    (text && strcmp(text, examples[i].expected) != 0)) {
			print_message("# %s: %s%s\n", examples[i].definition, text ? text : "",
				      error.message);
			fail();
		}
		if (!text) {
			assert_true(error.message[0] != '\0');
		}
		tally_free(text);
	}
}

/* At 2024-02-28 13:30:15.007 +01:00. */
static void test_dates(void **state)
{
	static const struct fixed examples[] = {
		{"{'type': 'Date'}", NULL, "\"2024-02-28\""},
		{"{'type': 'Date', 'format': '', 'expression': ''}", NULL, "\"2024-02-28\""},
		{"{'type': 'Date', 'format': null, 'expression': null}", NULL, "\"2024-02-28\""},
		{"{'type': 'Date', 'expression': 'next monday'}", NULL, "\"2024-03-04\""},
		{"{'type': 'Time'}", NULL, "\"13:30:15\""},
		{"{'type': 'Time', 'expression': '+ 11 hours', 'format': 'HH:mm'}", NULL,
		 "\"00:30\""},
		{"{'type': 'DateTime'}", NULL, "\"2024-02-28T13:30:15.007+0100\""},
		{"{'type': 'DateTime', 'expression': '+ 1 day @ midnight'}", "5",
		 "\"2024-02-29T00:00:00.000+0100\""},
		{"{'type': 'Date', 'expression': 'tomorow'}", NULL, NULL},
		{"{'type': 'Date', 'expression': '+ 9000 years'}", NULL, NULL},
		{"{'type': 'Date', 'format': 'ff'}", NULL, NULL},
		{"{'type': 'Date', 'format': 7}", NULL, NULL},
		{"{'type': 'Date', 'format': 'Hm'}", NULL, "\"1330\""},
	};
	struct random random;
	const struct generator_context context = context_of(&random, 1);

	(void)state;
	check_fixed(examples, sizeof examples / sizeof examples[0], &context);
}

static void test_urls(void **state)
{
	static const struct fixed examples[] = {
		{"{'type': 'MockServerURL', 'example': 'http://x:80/a/b', 'regex': '.*(/a/b)$'}",
		 "'e'", "\"https://mock.example:4321/a/b\""},
		{"{'type': 'MockServerURL', 'example': '<http://x:80/a>', 'regex': 'http://x:80'}",
		 "'e'", "\"<https://mock.example:4321/a>\""},
		/* The first match; what is around it stays. */
		{"{'type': 'MockServerURL', 'example': 'see http://x/a, http://x/b',"
		 " 'regex': 'http://x(/.)'}",
		 "'e'", "\"see https://mock.example:4321/a, http://x/b\""},
		{"{'type': 'MockServerURL', 'example': 'http://x/a', 'regex': '(y)?http://x'}",
		 "'e'", "\"https://mock.example:4321/a\""},
		{"{'type': 'MockServerURL', 'example': 'http://x/a', 'regex': '.*(/b)$'}", "'e'",
		 "\"http://x/a\""},
		{"{'type': 'MockServerURL', 'example': 'http://x/a', 'regex': '('}", "'e'", NULL},
		{"{'type': 'MockServerURL', 'example': 'http://x/a'}", "'e'", NULL},
		{"{'type': 'MockServerURL', 'regex': '.*(/b)$'}", "'e'", NULL},
	};
	struct random random;
	struct generator_context context = context_of(&random, 1);

	(void)state;
	check_fixed(examples, sizeof examples / sizeof examples[0], &context);
	context.mock_server_url = "https://mock.example:4321/";
	check_fixed(examples, 1, &context);
	context.mock_server_url = NULL;
	assert_null(value_of(examples[0].definition, NULL, &context, NULL));
	context = context_of(&random, 1);
	context.mode = GENERATOR_PROVIDER;
	assert_null(value_of(examples[0].definition, NULL, &context, NULL));
}

static const char *const state_values =
	"{'id': 7, 'big': 12345678901234567890123, 'price': 12.50, 'exp': -12.9e1, 'huge': "
	"1e999999,"
	" 'tiny': 1e-400, 'name': 'Ann', 'digits': '007', 'signed': '-42', 'text': '4.25', 'yes': "
	"true,"
	" 'no': false, 'none': null, 'list': [1, '2'], 'object': {'a': 1}, 'truth': 'true',"
	" 'zero': 0.0e5, 'minus': -0.5, '': 'nameless'}";

static void test_states(void **state)
{
#define STATE(expression) "{'type': 'ProviderState', 'expression': '" expression "'}"
#define TYPED(expression, type)                                                                    \
	"{'type': 'ProviderState', 'dataType': '" type "', 'expression': '" expression "'}"
	static const struct fixed examples[] = {
		/* One part keeps its type and its digits. */
		{STATE("id"), NULL, "7"},
		{STATE("${id}"), NULL, "7"},
		{STATE("${id}"), "'1'", "7"},
		{STATE("${big}"), NULL, "12345678901234567890123"},
		{STATE("${price}"), NULL, "12.50"},
		{STATE("${list}"), NULL, "[1,\"2\"]"},
		{STATE("${none}"), NULL, "null"},
		{STATE("${}${id}"), NULL, "7"},
		{STATE("${}"), NULL, "\"\""},
		{STATE(""), NULL, "\"nameless\""},
		/* Several are text. */
		{STATE("/users/${id}"), NULL, "\"/users/7\""},
		{STATE("${id}${name}"), NULL, "\"7Ann\""},
		{STATE("${price}-${list}-${none}-${yes}"), NULL,
		 "\"12.50-[1,\\\"2\\\"]-null-true\""},
		{STATE("a${}"), NULL, "\"a\""},
		{STATE("$${id}}"), NULL, "\"$7}\""},
		{STATE("${nobody}"), NULL, NULL},
		{STATE("nobody"), NULL, NULL},
		{STATE("x${id"), NULL, NULL},
		{STATE("${ id }"), NULL, NULL},
		{"{'type': 'ProviderState'}", NULL, NULL},
		{"{'type': 'ProviderState', 'expression': 7}", NULL, NULL},
		{TYPED("id", "ROMAN"), NULL, NULL},
		{TYPED("id", "raw"), NULL, "7"},
		{TYPED("id", "STRING"), NULL, "\"7\""},
		{TYPED("price", "STRING"), NULL, "\"12.50\""},
		{TYPED("list", "STRING"), NULL, "\"[1,\\\"2\\\"]\""},
		{TYPED("none", "STRING"), NULL, "\"null\""},
		{TYPED("id", "INTEGER"), "'1'", "7"},
		{TYPED("big", "INTEGER"), NULL, "12345678901234567890123"},
		{TYPED("price", "INTEGER"), NULL, "12"},
		{TYPED("exp", "INTEGER"), NULL, "-129"},
		{TYPED("minus", "INTEGER"), NULL, "0"},
		{TYPED("tiny", "INTEGER"), NULL, "0"},
		{TYPED("zero", "INTEGER"), NULL, "0"},
		{TYPED("huge", "INTEGER"), NULL, NULL},
		{TYPED("digits", "INTEGER"), NULL, "7"},
		{TYPED("signed", "INTEGER"), NULL, "-42"},
		{TYPED("${id}${digits}", "INTEGER"), NULL, "7007"},
		{TYPED("text", "INTEGER"), NULL, NULL},
		{TYPED("name", "INTEGER"), NULL, NULL},
		{TYPED("yes", "INTEGER"), NULL, "1"},
		{TYPED("no", "INTEGER"), NULL, "0"},
		{TYPED("none", "INTEGER"), NULL, "0"},
		{TYPED("list", "INTEGER"), NULL, NULL},
		{TYPED("id", "DECIMAL"), NULL, "7.0"},
		{TYPED("big", "FLOAT"), NULL, "12345678901234567890123.0"},
		{TYPED("price", "DECIMAL"), NULL, "12.50"},
		{TYPED("exp", "DECIMAL"), NULL, "-12.9e1"},
		{TYPED("text", "DECIMAL"), NULL, "4.25"},
		{TYPED("digits", "DECIMAL"), NULL, "7.0"},
		{TYPED("name", "DECIMAL"), NULL, NULL},
		{TYPED("none", "DECIMAL"), NULL, "0.0"},
		{TYPED("object", "DECIMAL"), NULL, NULL},
		{TYPED("id", "BOOLEAN"), NULL, "true"},
		{TYPED("tiny", "BOOLEAN"), NULL, "true"},
		{TYPED("zero", "BOOLEAN"), NULL, "false"},
		{TYPED("minus", "BOOLEAN"), NULL, "false"},
		{TYPED("truth", "BOOLEAN"), NULL, "true"},
		{TYPED("none", "BOOLEAN"), NULL, "false"},
		{TYPED("no", "BOOLEAN"), NULL, "false"},
		{TYPED("name", "BOOLEAN"), NULL, NULL},
		{TYPED("list", "BOOLEAN"), NULL, NULL},
	};
	cJSON *values = json_of(state_values);
	struct random random;
	struct generator_context context = context_of(&random, 1);

	(void)state;
	context.mode = GENERATOR_PROVIDER;
	context.state_values = values;
	check_fixed(examples, sizeof examples / sizeof examples[0], &context);
	context.state_values = NULL;
	assert_null(value_of(examples[0].definition, NULL, &context, NULL));
	context.state_values = values;
	context.mode = GENERATOR_CONSUMER;
	assert_null(value_of(examples[0].definition, NULL, &context, NULL));
	cJSON_Delete(values);
}

/* As text, for a path or header. */
static void test_text(void **state)
{
	static const char *const examples[][2] = {{STATE("${name}"), "Ann"},
						  {STATE("${price}"), "12.50"},
						  {STATE("${list}"), "[1,\"2\"]"},
						  {TYPED("id", "DECIMAL"), "7.0"},
						  {"{'type': 'Date'}", "2024-02-28"}};
	cJSON *values = json_of(state_values);
	struct random random;
	struct generator_context context = context_of(&random, 1);

	(void)state;
	context.mode = GENERATOR_PROVIDER;
	context.state_values = values;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		cJSON *json = json_of(examples[i][0]);
		struct generator *generator = NULL;
		struct buf text;

		tally__buf_init(&text, 1000);
		assert_int_equal(tally__generator_new(&generator, json, NULL), 0);
		assert_int_equal(tally__generator_text(generator, &context, &text, NULL), 0);
		assert_string_equal(text.bytes, examples[i][1]);
		tally__generator_free(generator);
		tally__buf_release(&text);
		cJSON_Delete(json);
	}
	cJSON_Delete(values);
}

/* ---- definitions ---- */

static void test_invalid(void **state)
{
	static const char *const definitions[] = {
		"{'type': 'RandomInt', 'min': 2, 'max': 1}",
		"{'type': 'RandomInt', 'min': 1.5}",
		"{'type': 'RandomInt', 'min': '1x'}",
		"{'type': 'RandomInt', 'min': []}",
		"{'type': 'RandomInt', 'max': 9223372036854775808}",
		"{'type': 'RandomInt', 'min': -9223372036854775809}",
		"{'type': 'RandomInt', 'max': 1e400}",
		"{'type': 'RandomDecimal', 'digits': 0}",
		"{'type': 'RandomDecimal', 'digits': -1}",
		"{'type': 'RandomDecimal', 'digits': 70000}",
		"{'type': 'RandomHexadecimal', 'digits': -1}",
		"{'type': 'RandomString', 'size': 99999999999999999999}",
		"{'type': 'RandomString', 'size': 'many'}",
		"{'type': 'Regex'}",
		"{'type': 'Regex', 'regex': '('}",
		"{'type': 'Regex', 'regex': 7}",
		"{'type': 'Uuid', 'format': 7}",
		"{'type': 'Time', 'expression': 'tomorrow'}",
		"{'type': ''}",
		"{'type': 7}",
		"{}",
		"[]",
		"7",
	};
	struct random random;
	const struct generator_context context = context_of(&random, 1);

	(void)state;
	for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *json = json_of(definitions[i]);
		struct generator *generator = NULL;
		cJSON *value = NULL;

		assert_int_equal(tally__generator_new(&generator, json, NULL), 0);
		if (!tally__generator_invalid(generator)) {
			print_message("# %s\n", definitions[i]);
		}
		assert_non_null(tally__generator_invalid(generator));
		assert_true(tally__generator_value(generator, &context, NULL, &value, &error) < 0);
		assert_string_equal(error.message, tally__generator_invalid(generator));
		assert_null(value);
		tally__generator_free(generator);
		cJSON_Delete(json);
	}
}

static void test_kinds(void **state)
{
	static const struct {
		const char *definition;
		bool known, consumer, provider;
	} kinds[] = {
		{"{'type': 'RandomInt'}", true, true, true},
		{"{'type': 'ProviderState', 'expression': 'a'}", true, false, true},
		{"{'type': 'MockServerURL', 'regex': 'a', 'example': 'a'}", true, true, false},
		{"{'type': 'Plugin', 'x': 1}", false, false, false},
		/* Names are written as they are. */
		{"{'type': 'randomint'}", false, false, false},
	};
	struct random random;
	const struct generator_context context = context_of(&random, 1);

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		cJSON *json = json_of(kinds[i].definition);
		struct generator *generator = NULL;
		cJSON *value = NULL;

		assert_int_equal(tally__generator_new(&generator, json, NULL), 0);
		assert_string_equal(tally__generator_name(generator),
				    tally__json_get_string(json, "type"));
		assert_null(tally__generator_invalid(generator));
		assert_int_equal(tally__generator_is_known(generator), kinds[i].known);
		assert_int_equal(tally__generator_applies(generator, GENERATOR_CONSUMER),
				 kinds[i].consumer);
		assert_int_equal(tally__generator_applies(generator, GENERATOR_PROVIDER),
				 kinds[i].provider);
		if (!kinds[i].known) {
			assert_int_equal(
				tally__generator_value(generator, &context, NULL, &value, NULL),
				TALLY_EUNSUPPORTED);
		}
		tally__generator_free(generator);
		cJSON_Delete(json);
	}
	tally__generator_free(NULL);
}

/* ---- how often ---- */

static void test_bounds_are_reached(void **state)
{
	static const struct {
		const char *definition;
		const char *values[4];
	} sets[] = {
		{"{'type': 'RandomInt'}", {"0", "10", "5", NULL}},
		{"{'type': 'RandomInt', 'min': -1, 'max': 1}", {"-1", "0", "1", NULL}},
		{"{'type': 'RandomBoolean'}", {"true", "false", NULL, NULL}},
		{"{'type': 'RandomDecimal', 'digits': 1}", {"0", "9", NULL, NULL}},
		{"{'type': 'RandomHexadecimal', 'digits': 1}",
		 {"\"0\"", "\"9\"", "\"A\"", "\"F\""}},
		/* Digits come again. */
		{"{'type': 'RandomHexadecimal', 'digits': 2}", {"\"00\"", "\"FF\"", NULL, NULL}},
		{"{'type': 'RandomString', 'size': 1}", {"\"0\"", "\"9\"", "\"A\"", "\"z\""}},
		{"{'type': 'Regex', 'regex': 'a|[bc]'}", {"\"a\"", "\"b\"", "\"c\"", NULL}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		struct random random;
		const struct generator_context context = context_of(&random, 11);
		unsigned seen = 0;

		for (size_t n = 0; n < 3000; n++) {
			char *text = value_of(sets[i].definition, NULL, &context, NULL);

			for (size_t v = 0; v < 4 && sets[i].values[v]; v++) {
				seen |= strcmp(text, sets[i].values[v]) == 0 ? 1U << v : 0;
			}
			tally_free(text);
		}
		for (size_t v = 0; v < 4 && sets[i].values[v]; v++) {
			if (!(seen >> v & 1)) {
				print_message("# %s: %s\n", sets[i].definition, sets[i].values[v]);
			}
			assert_true(seen >> v & 1);
		}
	}
}

static void test_allocations(void **state)
{
	static const char *const definitions[] = {
		"{'type': 'RandomInt'}",
		"{'type': 'Regex', 'regex': '[a-z]{3,9}(-x)?'}",
		"{'type': 'Date', 'expression': '+ 1 day'}",
		"{'type': 'RandomInt', 'min': 'x'}",
		"{'type': 'MockServerURL', 'example': 'http://x/a', 'regex': '.*(/a)'}",
		TYPED("${id}${digits}", "INTEGER")};
	cJSON *values = json_of(state_values);

	(void)state;
	for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++) {
		cJSON *json = json_of(definitions[i]);
		int status = TALLY_ENOMEM;

		for (long n = 0; status == TALLY_ENOMEM; n++) {
			struct random random;
			struct generator_context context = context_of(&random, 1);
			struct generator *generator = NULL;
			cJSON *value = NULL;

			context.state_values = values;
			context.mode = i == 5 ? GENERATOR_PROVIDER : GENERATOR_CONSUMER;
			tally__mem_fail_after(n);
			status = tally__generator_new(&generator, json, NULL);
			if (status == 0) {
				status = tally__generator_value(generator, &context, NULL, &value,
								NULL);
			}
			tally__mem_fail_after(-1);
			assert_true(status == 0 || value == NULL);
			cJSON_Delete(value);
			tally__generator_free(generator);
			assert_true(n < 1000);
		}
		assert_int_equal(status, i == 3 ? TALLY_EINVAL : 0);
		cJSON_Delete(json);
	}
	cJSON_Delete(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_match),
		cmocka_unit_test(test_dates_match),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bounds_are_reached),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests_name("matching/generator", tests, NULL, NULL);
}
