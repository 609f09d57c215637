/* Expectations give a contract without matchers in its values, or an error that says where. */
#include "config.h"

#include <string.h>

#include "contract/contract.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_contract *contract = NULL;
	struct tally_contract *again = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;
	char *text = NULL;
	size_t len = 0;
	int status = tally_expectations_parse(&contract, (const char *)data, size, &error);

	if (status != 0) {
		FUZZ_REQUIRE(contract == NULL && error.code == status);
		FUZZ_REQUIRE(status == TALLY_EPARSE || status == TALLY_ELIMIT);
		FUZZ_REQUIRE(error.message[0] != '\0');
		return 0;
	}
	FUZZ_REQUIRE(tally_contract_write(contract, TALLY_SPEC_V4, &json, &error) == 0);
	FUZZ_REQUIRE(tally_json_write(&text, &len, json, TALLY_JSON_PRETTY, &error) == 0);
	FUZZ_REQUIRE(tally_contract_parse(&again, text, len, &error) == 0);
	FUZZ_REQUIRE(tally_contract_interaction_count(again) ==
		     tally_contract_interaction_count(contract));
	tally_free(text);
	cJSON_Delete(json);
	tally_contract_free(again);
	tally_contract_free(contract);
	return 0;
}
