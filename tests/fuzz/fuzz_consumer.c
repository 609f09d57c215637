/* Bytes drive a sequence of setters: what was refused changed nothing, and the contract that comes
 * of the others can be written, read back, and is the same. */
#include "config.h"

#include <string.h>

#include "format/json.h"
#include "fuzz.h"
#include "tally/consumer.h"

enum { MAX_CALLS = 64, MAX_TEXT = 512 };

/* What is left of the input. */
struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned next(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

/* Up to the next NUL. */
static const char *text(struct input *input, char out[MAX_TEXT])
{
	size_t len = 0;
	unsigned byte;

	while (input->size > 0 && len + 1 < MAX_TEXT && (byte = next(input)) != 0)
		out[len++] = (char)byte;
	out[len] = '\0';
	return out;
}

/* Each part of the input is read by a statement of its own: compilers differ in the order in which
 * they evaluate arguments. */
static cJSON *value(struct input *input, unsigned levels)
{
	char one[MAX_TEXT], two[MAX_TEXT];
	unsigned kind = next(input) % (levels > 0 ? 12 : 4);
	cJSON *inner = NULL;

	text(input, one);
	if (kind == 6)
		text(input, two);
	if (kind > 3 && kind != 6 && kind != 8)
		inner = value(input, levels - 1);
	switch (kind) {
	case 0:
	case 1:
		return tally_json(one);
	case 2:
		return tally_text(one);
	case 3:
		return tally_integer((long long)strlen(one) - 2);
	case 4:
		return tally_like(inner);
	case 5:
		return tally_each_like(inner, (unsigned)strlen(one) % 4);
	case 6:
		return tally_regex(one, two);
	case 7:
		return tally_matcher(one, inner);
	case 8:
		return tally_expression(one);
	case 9:
		return tally_generated(one, inner);
	case 10:
		return tally_object(one, inner, NULL);
	default:
		return tally_array(1, inner);
	}
}

static const char *const types[] = {"application/json",
				    "application/xml",
				    "text/plain",
				    "multipart/form-data",
				    "image/png",
				    NULL,
				    "application/x-www-form-urlencoded",
				    "a/b; c=d"};

static cJSON *body(struct input *input, const char *type, const char *name)
{
	const char *inner;

	if (type && strcmp(type, "image/png") == 0)
		return tally_bytes(type, "\x89PNG\r\n\x1a\n", next(input) % 9);
	if (!type || strcmp(type, "multipart/form-data") != 0)
		return value(input, 4);
	inner = types[next(input) % 8];
	return tally_array(1, tally_part(name, NULL, inner, value(input, 3)));
}

/* What needs a kind of value of its own. */
static int other_call(struct input *input, unsigned what, const char *name,
		      struct tally_expectations *expectations, struct tally_interaction **it,
		      struct tally_error *error)
{
	enum tally_part part = (enum tally_part)(what >> 6);
	unsigned choice = next(input);
	const char *type = types[choice % 8];
	char other[MAX_TEXT];

	switch (what % 18) {
	case 0:
		return tally_interaction_new(
			it, expectations, (enum tally_interaction_kind)(choice % 4), name, error);
	case 1:
		return tally_interaction_add_state(*it, name, error);
	case 2:
		return tally_interaction_set_key(*it, name, error);
	case 3:
		return tally_interaction_set_pending(*it, choice & 1, error);
	case 4:
		return tally_interaction_add_comment(*it, name, error);
	case 5:
		text(input, other);
		return tally_interaction_set_reference(*it, name, other, value(input, 2), error);
	case 6:
		return tally_interaction_add_response(*it, error);
	case 7:
		return tally_interaction_set_body(*it, part, type, body(input, type, name), error);
	default:
		return tally_interaction_set_bytes(*it, part, type, name, strlen(name), error);
	}
}

static int call(struct input *input, struct tally_expectations *expectations,
		struct tally_interaction **it, struct tally_error *error)
{
	unsigned what = next(input);
	enum tally_part part = (enum tally_part)(what >> 6);
	char name[MAX_TEXT];

	text(input, name);
	switch (what % 18) {
	case 9:
		return tally_interaction_new_json(it, expectations, value(input, 4), error);
	case 10:
		return tally_interaction_add_state_with(*it, name, value(input, 2), error);
	case 11:
		return tally_interaction_set_comment(*it, name, value(input, 2), error);
	case 12:
		return tally_interaction_set_method(*it, value(input, 2), error);
	case 13:
		return tally_interaction_set_path(*it, value(input, 2), error);
	case 14:
		return tally_interaction_set_status(*it, value(input, 2), error);
	case 15:
		return tally_interaction_set_query(*it, name, value(input, 3), error);
	case 16:
		return tally_interaction_set_header(*it, part, name, value(input, 3), error);
	case 17:
		return tally_interaction_set_metadata(*it, part, name, value(input, 3), error);
	default:
		return other_call(input, what, name, expectations, it, error);
	}
}

/* As the contract file of version 4 has it, which says everything. */
static char *written(const struct tally_contract *contract)
{
	cJSON *json = NULL;
	char *out = NULL;

	FUZZ_REQUIRE(tally_contract_write(contract, TALLY_SPEC_V4, &json, NULL) == 0);
	FUZZ_REQUIRE(tally_json_write(&out, NULL, json, TALLY_JSON_PRETTY, NULL) == 0);
	cJSON_Delete(json);
	return out;
}

static char *state_of(const struct tally_expectations *expectations,
		      struct tally_contract **contract)
{
	FUZZ_REQUIRE(tally_expectations_contract(contract, expectations, NULL) == 0);
	return written(*contract);
}

static void check_contract(const struct tally_expectations *expectations)
{
	struct tally_contract *contract = NULL;
	struct tally_contract *again = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *own = NULL;
	char *text_before = state_of(expectations, &contract);
	char *text_after;

	/* The version that was asked for can say it. */
	FUZZ_REQUIRE(tally_contract_write(contract, tally_contract_spec(contract), &own, &error) ==
		     0);
	FUZZ_REQUIRE(tally_contract_parse(&again, text_before, strlen(text_before), &error) == 0);
	text_after = written(again);
	FUZZ_REQUIRE(strcmp(text_before, text_after) == 0);
	tally_free(text_before);
	tally_free(text_after);
	cJSON_Delete(own);
	tally_contract_free(contract);
	tally_contract_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum tally_spec specs[] = {TALLY_SPEC_V4, TALLY_SPEC_V4, TALLY_SPEC_V3,
						TALLY_SPEC_V2};
	struct input input = {data, size};
	struct tally_expectations *expectations = NULL;
	struct tally_interaction *it = NULL;

	FUZZ_REQUIRE(tally_expectations_new(&expectations, "a", "b", specs[next(&input) % 4],
					    NULL) == 0);
	for (size_t i = 0; i < MAX_CALLS && input.size > 0; i++) {
		struct tally_contract *contract = NULL;
		struct tally_error error = TALLY_ERROR_INIT;
		char *before = state_of(expectations, &contract);
		char *after;
		int status = call(&input, expectations, &it, &error);

		tally_contract_free(contract);
		contract = NULL;
		after = state_of(expectations, &contract);
		if (status != 0) {
			FUZZ_REQUIRE(error.code == status && error.message[0] != '\0');
			FUZZ_REQUIRE(strcmp(before, after) == 0);
		}
		tally_contract_free(contract);
		tally_free(before);
		tally_free(after);
	}
	check_contract(expectations);
	tally_expectations_free(expectations);
	return 0;
}
