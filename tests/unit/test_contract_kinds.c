/* Whatever kind of JSON stands in any place of a contract or of expectations, reading gives a
 * contract that can be written and looked at, or says what is wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/json.h"
#include "json_exchange.h"
#include "linted.h"
#include "tally/contract.h"

typedef int parse(struct tally_contract **out, const char *text, size_t len,
		  struct tally_error *error);

static cJSON *document;
/* What stands in a place for a moment, for a debugger. */
static char *tried;

static void use(const struct tally_contract *contract)
{
	static const enum tally_spec versions[] = {TALLY_SPEC_V1, TALLY_SPEC_V2, TALLY_SPEC_V3,
						   TALLY_SPEC_V4};
	cJSON *json = NULL;

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		int status = tally_contract_write(contract, versions[i], &json, &error);

		if (status != 0)
			assert_true(status == TALLY_EINVAL && *error.message);
		cJSON_Delete(json);
		json = NULL;
	}
	assert_int_equal(tally_lint(NULL, LINTED(contract), 1, &json, NULL, NULL), 0);
	cJSON_Delete(json);
}

static void read_by(parse *read, const char *text)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;
	int status = read(&contract, text, strlen(text), &error);

	if (status == 0) {
		use(contract);
		tally_contract_free(contract);
		return;
	}
	if ((status != TALLY_EPARSE && status != TALLY_ELIMIT) || error.code != status ||
	    !*error.message)
		fail_msg("status %d, \"%s\" for %s", status, error.message, text);
	assert_null(contract);
}

static void read_both(void)
{
	size_t len = 0;

	assert_int_equal(tally_json_write(&tried, &len, document, TALLY_JSON_COMPACT, NULL), 0);
	read_by(tally_contract_parse, tried);
	read_by(tally_expectations_parse, tried);
	tally_free(tried);
	tried = NULL;
}

/* Depth first; what is put in is not entered. */
static void try_below(cJSON *node)
{
	cJSON *child = NULL;

	for (size_t i = 0; i < EXCHANGE_KINDS; i++) {
		cJSON *other = cJSON_Parse(exchange_kinds[i]);

		assert_non_null(other);
		exchange_values(node, other);
		read_both();
		exchange_values(node, other);
		cJSON_Delete(other);
	}
	cJSON_ArrayForEach(child, node)
	{
		try_below(child);
	}
}

static void try_file(const char *name)
{
	const char *source = getenv("TALLY_SRCDIR");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", source ? source : ".", name);
	assert_int_equal(tally_json_read_file(&document, path, NULL), 0);
	read_both();
	try_below(document);
	cJSON_Delete(document);
}

static void test_contracts(void **state)
{
	(void)state;
	try_file("contract/every-part-v1.json");
	try_file("contract/every-part-v2.json");
	try_file("contract/every-part-v3.json");
	try_file("contract/every-part-v4.json");
	try_file("contract/generators-in-an-array.json");
}

static void test_expectations(void **state)
{
	(void)state;
	try_file("expectations/every-part.json");
	try_file("expectations/every-part-older.json");
	try_file("expectations/expectations-xml.json");
	try_file("expectations/expectations-multipart.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contracts),
		cmocka_unit_test(test_expectations),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
