/* What is parsed as JSON is the tree that cJSON makes of it, and can be written in every style,
 * parsed again, and is the same. */
#include "config.h"

#include <string.h>

#include "format/json.h"
#include "fuzz.h"
#include "same_tree.h"

static void check_error(const struct tally_error *error, int status, size_t size)
{
	FUZZ_REQUIRE(status == error->code);
	FUZZ_REQUIRE(status == TALLY_EPARSE || status == TALLY_ELIMIT);
	FUZZ_REQUIRE(error->message[0] != '\0');
	FUZZ_REQUIRE(error->line >= 1 && error->column >= 1);
	FUZZ_REQUIRE(error->line - 1 + error->column - 1 <= size);
}

static void check_style(const cJSON *value, enum tally_json_style style)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *again = NULL;
	char *first = NULL;
	char *second = NULL;
	size_t first_len = 0;
	size_t second_len = 0;

	FUZZ_REQUIRE(tally_json_write(&first, &first_len, value, style, &error) == 0);
	FUZZ_REQUIRE(strlen(first) == first_len);
	FUZZ_REQUIRE(tally_json_parse(&again, first, first_len, &error) == 0);
	FUZZ_REQUIRE(tally__json_equal(value, again));
	FUZZ_REQUIRE(tally_json_write(&second, &second_len, again, style, &error) == 0);
	FUZZ_REQUIRE(first_len == second_len && memcmp(first, second, first_len) == 0);
	tally_free(first);
	tally_free(second);
	cJSON_Delete(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;
	cJSON *copy;
	int status = tally_json_parse(&value, (const char *)data, size, &error);

	if (status != TALLY_OK) {
		FUZZ_REQUIRE(value == NULL);
		check_error(&error, status, size);
		return 0;
	}
	FUZZ_REQUIRE(same_as_cjson(value, (const char *)data, size));
	check_style(value, TALLY_JSON_COMPACT);
	check_style(value, TALLY_JSON_PRETTY);
	check_style(value, TALLY_JSON_CANONICAL);
	copy = tally__json_clone(value);
	FUZZ_REQUIRE(copy != NULL && tally__json_equal(copy, value));
	cJSON_Delete(copy);
	cJSON_Delete(value);
	return 0;
}
