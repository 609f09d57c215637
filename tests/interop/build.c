/* Builds a contract through the C library: build EXPECTATIONS SPEC FOLDER says each interaction of
 * the file, integration JSON as kinds.js prints it, to tally/consumer.h, and saves the contract. */
#include "config.h"

#include <stdio.h>

#include <tally.h>

static int add_all(struct tally_expectations *expectations, cJSON *list, struct tally_error *error)
{
	cJSON *item;

	while ((item = cJSON_DetachItemFromArray(list, 0)) != NULL)
		if (tally_interaction_new_json(NULL, expectations, item, error) != 0)
			return error->code;
	return 0;
}

static const char *name_of(const cJSON *document, const char *role)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(document, role), "name"));
}

static int build(cJSON *document, enum tally_spec spec, const char *folder,
		 struct tally_error *error)
{
	const struct tally_save_options save = {.spec = spec};
	struct tally_expectations *expectations = NULL;
	struct tally_contract *contract = NULL;
	int status = tally_expectations_new(&expectations, name_of(document, "consumer"),
					    name_of(document, "provider"), spec, error);

	if (status == 0)
		status = add_all(expectations,
				 cJSON_GetObjectItemCaseSensitive(document, "interactions"), error);
	if (status == 0)
		status = tally_expectations_contract(&contract, expectations, error);
	if (status == 0)
		status = tally_contract_save(contract, folder, &save, NULL, error);
	tally_contract_free(contract);
	tally_expectations_free(expectations);
	return status;
}

int main(int argc, char **argv)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document = NULL;
	int status;

	if (argc != 4) {
		fputs("usage: build EXPECTATIONS SPEC FOLDER\n", stderr);
		return 2;
	}
	status = tally_json_read_file(&document, argv[1], &error);
	if (status == 0)
		status = build(document, tally_spec_from_text(argv[2]), argv[3], &error);
	if (status != 0)
		fprintf(stderr, "%s: %s\n", error.where, error.message);
	cJSON_Delete(document);
	return status == 0 ? 0 : 1;
}
