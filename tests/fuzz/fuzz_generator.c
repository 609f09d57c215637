/* Generators and what they are made of.  The first byte says what the rest is: 'p' a date pattern,
 * 'd', 't' and '@' expressions for dates, times and both, 'r' a regular expression; anything else
 * begins the JSON of a definition.  What is made can be read again, is within its limits, and comes
 * again with the same seed. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/date.h"
#include "format/date_expression.h"
#include "format/regex.h"
#include "format/regex_sample.h"
#include "fuzz.h"
#include "matching/generator.h"

static const int64_t instants[] = {INT64_C(0),
				   INT64_C(-1),
				   INT64_C(1709123456789),
				   INT64_C(253402300799999),
				   INT64_C(-62135596800000),
				   INT64_MAX};

static void check_pattern(const char *pattern)
{
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		const struct date_instant instant = {.unix_ms = instants[i],
						     .offset_minutes = 45 * ((int)i - 2)};
		struct tally_error error = TALLY_ERROR_INIT;
		const char *reason = NULL;
		size_t at = 0;
		struct buf out;

		tally__buf_init(&out, LIMIT_GENERATED_BYTES);
		if (tally__date_format(&out, pattern, instant, &error) != 0) {
			FUZZ_REQUIRE(error.message[0] != '\0');
			FUZZ_REQUIRE(out.len == 0 || out.status != 0);
		} else {
			FUZZ_REQUIRE(
				tally__date_matches(pattern, out.bytes, out.len, &reason, &at));
		}
		tally__buf_release(&out);
	}
}

static void check_expression(const char *expression, enum date_expression_kind kind)
{
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		const struct date_instant before = {.unix_ms = instants[i], .offset_minutes = -90};
		struct date_instant instant = before;
		struct tally_error error = TALLY_ERROR_INIT;
		int status = tally__date_expression_apply(&instant, expression, kind, &error);
		struct buf out;

		if (status != 0) {
			FUZZ_REQUIRE(status == TALLY_EPARSE || status == TALLY_ELIMIT);
			FUZZ_REQUIRE(instant.unix_ms == before.unix_ms);
			FUZZ_REQUIRE(error.message[0] != '\0');
			FUZZ_REQUIRE(status == TALLY_ELIMIT ||
				     (error.column >= 1 && error.column <= strlen(expression) + 1));
			continue;
		}
		tally__buf_init(&out, 100);
		FUZZ_REQUIRE(tally__date_format(&out, "yyyy-MM-dd HH:mm:ss.SSS", instant, NULL) ==
			     0);
		tally__buf_release(&out);
	}
}

static void check_regex(const char *pattern)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct regex_sampler *sampler = NULL;
	struct regex *regex = NULL;

	if (tally__regex_sampler_new(&sampler, pattern, &error) != 0) {
		FUZZ_REQUIRE(error.message[0] != '\0');
		return;
	}
	FUZZ_REQUIRE(tally__regex_new(&regex, pattern, REGEX_WHOLE, NULL) == 0);
	for (uint64_t seed = 0; seed < 2; seed++) {
		struct random random;
		struct buf text;
		bool matches = false;

		tally__random_init(&random, seed);
		tally__buf_init(&text, LIMIT_BODY_BYTES);
		error = (struct tally_error)TALLY_ERROR_INIT;
		if (tally__regex_sample(sampler, &random, &text, &error) != 0) {
			FUZZ_REQUIRE(error.message[0] != '\0' && text.len == 0);
		} else {
			FUZZ_REQUIRE(text.len <= LIMIT_GENERATED_BYTES &&
				     strlen(text.bytes) == text.len);
			FUZZ_REQUIRE(tally__utf8_valid_len(text.bytes, text.len) == text.len);
			FUZZ_REQUIRE(tally__regex_match(regex, text.bytes, text.len, &matches,
							NULL) == 0);
			FUZZ_REQUIRE(matches);
		}
		tally__buf_release(&text);
	}
	tally__regex_free(regex);
	tally__regex_sampler_free(sampler);
}

static char *make(const struct generator *generator, enum generator_mode mode, const cJSON *json)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct random random;
	const struct generator_context context = {.mode = mode,
						  .random = &random,
						  .now = {.unix_ms = instants[2]},
						  .state_values = json,
						  .mock_server_url = "http://127.0.0.1:1/"};
	cJSON *value = NULL;
	char *text = NULL;

	tally__random_init(&random, 9);
	if (tally__generator_value(generator, &context, NULL, &value, &error) != 0) {
		FUZZ_REQUIRE(error.message[0] != '\0' && !value);
		return NULL;
	}
	FUZZ_REQUIRE(tally_json_write(&text, NULL, value, TALLY_JSON_COMPACT, NULL) == 0);
	cJSON_Delete(value);
	return text;
}

/* The definition gives the values of the provider states, too. */
static void check_definition(const char *text, size_t len)
{
	cJSON *json = NULL;
	struct generator *generator = NULL;

	if (tally_json_parse(&json, text, len, NULL) != 0) {
		return;
	}
	FUZZ_REQUIRE(tally__generator_new(&generator, json, NULL) == 0);
	for (int mode = GENERATOR_CONSUMER; mode <= GENERATOR_PROVIDER; mode++) {
		char *first = make(generator, (enum generator_mode)mode, json);
		char *second = make(generator, (enum generator_mode)mode, json);

		FUZZ_REQUIRE(!first == !second);
		FUZZ_REQUIRE(!first || strcmp(first, second) == 0);
		tally_free(first);
		tally_free(second);
	}
	tally__generator_free(generator);
	cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	char *text = NULL;

	if (size == 0 || size > 8192) {
		return 0;
	}
	tally__arena_init(&arena, 0);
	text = tally__arena_memdup(&arena, data, size);
	FUZZ_REQUIRE(text != NULL);
	switch (text[0]) {
	case 'p':
		check_pattern(text + 1);
		break;
	case 'd':
		check_expression(text + 1, DATE_EXPRESSION_DATE);
		break;
	case 't':
		check_expression(text + 1, DATE_EXPRESSION_TIME);
		break;
	case '@':
		check_expression(text + 1, DATE_EXPRESSION_DATETIME);
		break;
	case 'r':
		check_regex(text + 1);
		break;
	default:
		check_definition(text, size);
	}
	tally__arena_release(&arena);
	return 0;
}
