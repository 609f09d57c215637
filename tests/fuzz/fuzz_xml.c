/* Input: a line of JSON, the body rules; a document; "\n---\n" and another document, or the first
 * again.  What is read can be written and read again; a comparison ends, says why when it fails and
 * gives the same result twice; and a document matches itself, without rules and when the rules of
 * all paths are "equality".  (By "type" it need not: each of several elements of one name is then
 * compared with the first.) */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "format/xml.h"
#include "fuzz.h"
#include "tally/match.h"

struct text {
	const char *bytes;
	size_t len;
};

static void check_status(int status, const struct tally_error *error)
{
	FUZZ_REQUIRE(status == 0 || (error->code == status && error->message[0] != '\0'));
	FUZZ_REQUIRE(status == 0 || status == TALLY_EPARSE || status == TALLY_ELIMIT);
}

static void write_again(const struct xml_document *document, struct buf *out)
{
	tally__buf_init(out, (size_t)1 << 26);
	FUZZ_REQUIRE(tally__xml_write(out, document, NULL) == 0);
}

/* Whether it is a document; then its text stays the same when it is read and written again. */
static int read_and_write(struct text text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct xml_document document;
	struct buf first;
	struct buf second;
	int status = tally__xml_parse(&document, text.bytes, text.len, &error);

	check_status(status, &error);
	if (status == 0) {
		write_again(&document, &first);
		tally__xml_release(&document);
		status = tally__xml_parse(&document, first.bytes, first.len, &error);
		FUZZ_REQUIRE(status == 0);
		write_again(&document, &second);
		FUZZ_REQUIRE(first.len == second.len &&
			     memcmp(first.bytes, second.bytes, first.len) == 0);
		tally__buf_release(&first);
		tally__buf_release(&second);
	}
	tally__xml_release(&document);
	return status == 0;
}

/* {"body": {"contentType", "content", "encoded"}} and, when given, the rules. */
static cJSON *part_of(struct text text, const cJSON *rules)
{
	cJSON *part = cJSON_CreateObject();
	cJSON *body = cJSON_AddObjectToObject(part, "body");
	struct buf encoded;

	tally__buf_init(&encoded, (size_t)1 << 26);
	tally__base64_encode(&encoded, text.bytes, text.len);
	cJSON_AddStringToObject(body, "contentType", "application/xml");
	cJSON_AddStringToObject(body, "content", encoded.bytes);
	cJSON_AddStringToObject(body, "encoded", "base64");
	tally__buf_release(&encoded);
	if (rules) {
		cJSON *all = cJSON_AddObjectToObject(part, "matchingRules");

		cJSON_AddItemToObject(all, "body", cJSON_Duplicate(rules, 1));
	}
	return part;
}

static cJSON *compare(enum tally_part part, struct text expected, struct text actual,
		      const cJSON *rules)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *e = part_of(expected, rules);
	cJSON *a = part_of(actual, NULL);
	cJSON *mismatches = NULL;
	int status = tally_match(part, TALLY_SPEC_V4, e, a, &mismatches, NULL, &error);

	check_status(status, &error);
	FUZZ_REQUIRE((status == 0) == (mismatches != NULL));
	cJSON_Delete(e);
	cJSON_Delete(a);
	return mismatches;
}

static void compare_twice(enum tally_part part, struct text expected, struct text actual,
			  const cJSON *rules)
{
	cJSON *first = compare(part, expected, actual, rules);
	cJSON *second = compare(part, expected, actual, rules);

	FUZZ_REQUIRE((first == NULL) == (second == NULL));
	FUZZ_REQUIRE(first == NULL || tally__json_equal(first, second));
	cJSON_Delete(first);
	cJSON_Delete(second);
}

static void match_itself(struct text text, const cJSON *rules)
{
	cJSON *equal = cJSON_CreateObject();
	cJSON *mismatches = compare(TALLY_PART_REQUEST, text, text, NULL);
	const cJSON *place = NULL;

	FUZZ_REQUIRE(mismatches && !mismatches->child);
	cJSON_Delete(mismatches);
	cJSON_ArrayForEach(place, rules)
	{
		cJSON *matchers = cJSON_CreateArray();
		cJSON *rule = cJSON_CreateObject();

		cJSON_AddStringToObject(rule, "match", "equality");
		cJSON_AddItemToArray(matchers, rule);
		cJSON_AddItemToObject(cJSON_AddObjectToObject(equal, place->string), "matchers",
				      matchers);
	}
	mismatches = compare(TALLY_PART_REQUEST, text, text, equal);
	FUZZ_REQUIRE(!mismatches || !mismatches->child);
	cJSON_Delete(mismatches);
	cJSON_Delete(equal);
}

static struct text take(const char **at, const char *end, const char *separator)
{
	size_t len = strlen(separator);
	struct text text = {*at, 0};

	while (*at < end && ((size_t)(end - *at) < len || memcmp(*at, separator, len) != 0))
		(*at)++;
	text.len = (size_t)(*at - text.bytes);
	*at = (size_t)(end - *at) >= len ? *at + len : end;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	const char *end = at + size;
	struct text line = take(&at, end, "\n");
	struct text expected = take(&at, end, "\n---\n");
	struct text actual = {at, (size_t)(end - at)};
	cJSON *rules = NULL;

	if (actual.len == 0)
		actual = expected;
	if (tally_json_parse(&rules, line.bytes, line.len, NULL) != 0 || !cJSON_IsObject(rules)) {
		cJSON_Delete(rules);
		return 0;
	}
	read_and_write(actual);
	if (read_and_write(expected))
		match_itself(expected, rules);
	if (expected.len > 0) {
		compare_twice(TALLY_PART_REQUEST, expected, actual, rules);
		compare_twice(TALLY_PART_RESPONSE, expected, actual, rules);
	}
	cJSON_Delete(rules);
	return 0;
}
