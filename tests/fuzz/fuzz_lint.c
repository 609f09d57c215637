/* Whatever is read as expectations can be linted, beside itself and by the configuration that its
 * member "lint" is; findings are whole, and the same each time. */
#include "config.h"

#include <string.h>

#include "format/json.h"
#include "fuzz.h"
#include "tally/lint.h"

static int lint(const struct tally_contract *contract, const cJSON *config, cJSON **findings)
{
	const struct tally_contract *const both[] = {contract, contract};
	const char *const paths[] = {"contracts/a.json", NULL};
	const struct tally_lint_options options = {.config = config, .paths = paths};
	struct tally_error error = TALLY_ERROR_INIT;
	int status = tally_lint(&options, both, 2, findings, NULL, &error);

	if (status != 0) {
		FUZZ_REQUIRE(config && (status == TALLY_EPARSE || status == TALLY_ELIMIT));
		FUZZ_REQUIRE(*findings == NULL && error.code == status && error.message[0] != '\0');
	}
	return status;
}

static void check_finding(const cJSON *finding)
{
	const char *level = tally__json_get_string(finding, "level");
	const char *rule = tally__json_get_string(finding, "rule");
	const char *pointer = tally__json_get_string(finding, "pointer");
	const char *message = tally__json_get_string(finding, "message");

	FUZZ_REQUIRE(level && (strcmp(level, "error") == 0 || strcmp(level, "warning") == 0));
	FUZZ_REQUIRE(rule && *rule && message && *message);
	FUZZ_REQUIRE(pointer && (*pointer == '\0' || *pointer == '/'));
}

static void check(const struct tally_contract *contract, const cJSON *config)
{
	cJSON *findings = NULL;
	cJSON *again = NULL;
	char *text = NULL;

	if (lint(contract, config, &findings) != 0)
		return;
	for (const cJSON *each = findings->child; each; each = each->next)
		check_finding(each);
	/* UTF-8, among other things. */
	FUZZ_REQUIRE(tally_json_write(&text, NULL, findings, TALLY_JSON_COMPACT, NULL) == 0);
	FUZZ_REQUIRE(lint(contract, config, &again) == 0);
	FUZZ_REQUIRE(tally__json_equal(findings, again));
	tally_free(text);
	cJSON_Delete(findings);
	cJSON_Delete(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_contract *contract = NULL;
	cJSON *document = NULL;

	if (tally_expectations_parse(&contract, (const char *)data, size, NULL) != 0)
		return 0;
	FUZZ_REQUIRE(tally_json_parse(&document, (const char *)data, size, NULL) == 0);
	check(contract, NULL);
	if (tally__json_get(document, "lint"))
		check(contract, tally__json_get(document, "lint"));
	cJSON_Delete(document);
	tally_contract_free(contract);
	return 0;
}
