/* Input: {"part", "spec", "expected", "actual"}.  A comparison ends, says why when it fails, and
 * gives the same result twice; and what has no rules matches itself. */
#include "config.h"

#include <string.h>

#include "format/json.h"
#include "fuzz.h"
#include "tally/match.h"

static enum tally_part part_of(const cJSON *test)
{
	const char *part = tally__json_get_string(test, "part");

	if (part && strcmp(part, "request") == 0)
		return TALLY_PART_REQUEST;
	return part && strcmp(part, "message") == 0 ? TALLY_PART_MESSAGE : TALLY_PART_RESPONSE;
}

static cJSON *compare(enum tally_part part, enum tally_spec spec, const cJSON *expected,
		      const cJSON *actual)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	int status = tally_match(part, spec, expected, actual, &mismatches, NULL, &error);

	FUZZ_REQUIRE((status == 0) == (mismatches != NULL));
	FUZZ_REQUIRE(status == 0 || (error.code == status && error.message[0] != '\0'));
	FUZZ_REQUIRE(status == 0 || status == TALLY_EPARSE || status == TALLY_ELIMIT ||
		     status == TALLY_EINVAL || status == TALLY_EUNSUPPORTED);
	return mismatches;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *test = NULL;
	cJSON *first;
	cJSON *second;
	const cJSON *expected;
	const cJSON *actual;
	const char *spec_text;
	enum tally_spec spec;

	if (tally_json_parse(&test, (const char *)data, size, NULL) != 0)
		return 0;
	expected = tally__json_get(test, "expected");
	actual = tally__json_get(test, "actual");
	spec_text = tally__json_get_string(test, "spec");
	spec = spec_text ? tally_spec_from_text(spec_text) : TALLY_SPEC_V4;
	if (expected && actual) {
		first = compare(part_of(test), spec, expected, actual);
		second = compare(part_of(test), spec, expected, actual);
		FUZZ_REQUIRE((first == NULL) == (second == NULL));
		FUZZ_REQUIRE(first == NULL || tally__json_equal(first, second));
		cJSON_Delete(first);
		cJSON_Delete(second);
		if (!tally__json_get(actual, "matchingRules")) {
			first = compare(part_of(test), spec, actual, actual);
			FUZZ_REQUIRE(first == NULL || first->child == NULL ||
				     strstr(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
						    first->child, "message")),
					    "Failed to parse") != NULL);
			cJSON_Delete(first);
		}
	}
	cJSON_Delete(test);
	return 0;
}
