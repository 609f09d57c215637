/* Writes the contracts of tests/cases/contract: rewrite FOLDER CASE... reads the input of each
 * case, as the unit test does, and saves it in every version of the specification that can say it,
 * as FOLDER/<case>-<version>/<consumer>-<provider>.json.  Cases of bad input have no contract. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <tally.h>

static const enum tally_spec specs[] = {TALLY_SPEC_V1, TALLY_SPEC_V1_1, TALLY_SPEC_V2,
					TALLY_SPEC_V3, TALLY_SPEC_V4};

static int read_input(struct tally_contract **out, const cJSON *test, struct tally_error *error)
{
	const cJSON *input = cJSON_GetObjectItemCaseSensitive(test, "input");
	char *text = NULL;
	size_t len = 0;
	int status = tally_json_write(&text, &len, input, TALLY_JSON_PRETTY, error);

	if (status == 0 && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(test, "expectations")))
		status = tally_expectations_parse(out, text, len, error);
	else if (status == 0)
		status = tally_contract_parse(out, text, len, error);
	tally_free(text);
	return status;
}

/* A version that cannot say it is no error, as long as there is one that can. */
static int save_all(const struct tally_contract *contract, const char *folder, const char *name,
		    struct tally_error *error)
{
	size_t saved = 0;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		const struct tally_save_options save = {.spec = specs[i]};
		struct tally_error refused = TALLY_ERROR_INIT;
		char path[4096];
		int status;

		snprintf(path, sizeof(path), "%s/%.*s-%s", folder, (int)strcspn(name, "."), name,
			 tally_spec_text(specs[i]));
		status = tally_contract_save(contract, path, &save, NULL, &refused);
		if (status == 0)
			saved++;
		else if (status != TALLY_EINVAL || (saved == 0 && specs[i] == TALLY_SPEC_V4)) {
			*error = refused;
			return status;
		}
	}
	return 0;
}

static int rewrite(const char *folder, const char *path, struct tally_error *error)
{
	const char *slash = strrchr(path, '/');
	struct tally_contract *contract = NULL;
	cJSON *test = NULL;
	int status = tally_json_read_file(&test, path, error);

	if (status == 0 && !cJSON_HasObjectItem(test, "error")) {
		status = read_input(&contract, test, error);
		if (status == 0)
			status = save_all(contract, folder, slash ? slash + 1 : path, error);
	}
	tally_contract_free(contract);
	cJSON_Delete(test);
	return status;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 3) {
		fputs("usage: rewrite FOLDER CASE...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct tally_error error = TALLY_ERROR_INIT;

		if (rewrite(argv[1], argv[i], &error) != 0) {
			fprintf(stderr, "%s: %s: %s\n", argv[i], error.where, error.message);
			failed = 1;
		}
	}
	return failed;
}
