/* What is read as a contract can be written as version 4, read again, and says the same. */
#include "config.h"

#include <string.h>

#include "contract/contract.h"
#include "fuzz.h"
#include "tally/lint.h"

static cJSON *write_v4(const struct tally_contract *contract)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;

	FUZZ_REQUIRE(tally_contract_write(contract, TALLY_SPEC_V4, &json, &error) == 0);
	return json;
}

static struct tally_contract *read_again(const cJSON *json)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	FUZZ_REQUIRE(tally_json_write(&text, &len, json, TALLY_JSON_PRETTY, &error) == 0);
	FUZZ_REQUIRE(tally_contract_parse(&contract, text, len, &error) == 0);
	tally_free(text);
	return contract;
}

/* Versions that cannot say something refuse it with a message. */
static void check_older(const struct tally_contract *contract, enum tally_spec spec)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;
	int status = tally_contract_write(contract, spec, &json, &error);

	if (status != 0) {
		FUZZ_REQUIRE(status == TALLY_EINVAL && error.code == status);
		FUZZ_REQUIRE(error.message[0] != '\0' && json == NULL);
		return;
	}
	tally_contract_free(read_again(json));
	cJSON_Delete(json);
}

static void check_lint(const struct tally_contract *contract)
{
	cJSON *findings = NULL;

	FUZZ_REQUIRE(tally_lint(NULL, &contract, 1, &findings, NULL, NULL) == 0);
	FUZZ_REQUIRE(cJSON_IsArray(findings));
	cJSON_Delete(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_contract *contract = NULL;
	struct tally_contract *again;
	struct tally_error error = TALLY_ERROR_INIT;
	int status = tally_contract_parse(&contract, (const char *)data, size, &error);
	cJSON *first;
	cJSON *second;

	if (status != 0) {
		FUZZ_REQUIRE(contract == NULL && error.code == status);
		FUZZ_REQUIRE(status == TALLY_EPARSE || status == TALLY_ELIMIT);
		FUZZ_REQUIRE(error.message[0] != '\0');
		return 0;
	}
	first = write_v4(contract);
	again = read_again(first);
	second = write_v4(again);
	FUZZ_REQUIRE(tally__json_equal(first, second));
	check_older(contract, TALLY_SPEC_V2);
	check_older(contract, TALLY_SPEC_V3);
	check_lint(contract);
	cJSON_Delete(first);
	cJSON_Delete(second);
	tally_contract_free(again);
	tally_contract_free(contract);
	return 0;
}
