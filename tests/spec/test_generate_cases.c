/* Runs the cases of tests/cases/generate; dropping in a file adds a test.
 *
 * A case is {"comment", "part" ("request"), "spec" ("3"), "mode" ("provider"), "seed" (1), "now",
 * "context", "input", "output", "warnings" (none)}: what tally_generate makes of `input`.  Where
 * the input has matching rules, what was generated has to match them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match_case.h"

static size_t root_len;

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name, const char *otherwise)
{
	const char *text = cJSON_GetStringValue(member(object, name));

	return text ? text : otherwise;
}

static enum tally_part part_of(const cJSON *test)
{
	const char *part = text_of(test, "part", "request");

	return strcmp(part, "request") == 0    ? TALLY_PART_REQUEST
	       : strcmp(part, "response") == 0 ? TALLY_PART_RESPONSE
					       : TALLY_PART_MESSAGE;
}

/* Compares texts, so that 1 is not 1.0; says what differs. */
static int is_same(const char *what, const cJSON *found, const cJSON *wanted)
{
	static const cJSON none = {.type = cJSON_NULL};
	char *found_text = NULL;
	char *wanted_text = NULL;
	int same = 0;

	if (tally_json_write(&found_text, NULL, found ? found : &none, TALLY_JSON_CANONICAL,
			     NULL) == 0 &&
	    tally_json_write(&wanted_text, NULL, wanted ? wanted : &none, TALLY_JSON_CANONICAL,
			     NULL) == 0) {
		same = strcmp(found_text, wanted_text) == 0;
	}
	if (!same) {
		printf("# %s: expected %s\n# found %s\n", what, wanted_text ? wanted_text : "?",
		       found_text ? found_text : "?");
	}
	tally_free(found_text);
	tally_free(wanted_text);
	return same;
}

static int matches(const cJSON *test, enum tally_part part, enum tally_spec spec,
		   const cJSON *actual)
{
	const cJSON *input = member(test, "input");
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	int good = 1;

	if (!member(input, "matchingRules")) {
		return 1;
	}
	if (tally_match(part, spec, input, actual, &mismatches, NULL, &error) != 0) {
		printf("# cannot match: %s\n", error.message);
		return 0;
	}
	good = cJSON_GetArraySize(mismatches) == 0;
	if (!good) {
		printf("# %s\n", text_of(cJSON_GetArrayItem(mismatches, 0), "message", ""));
	}
	cJSON_Delete(mismatches);
	return good;
}

/* Lets each allocation fail in turn: short memory is said, and never taken for a value that cannot
 * be generated. */
static int survives_lack_of_memory(enum tally_part part, enum tally_spec spec, const cJSON *input,
				   const struct tally_generate_options *options,
				   const cJSON *wanted)
{
	int failed = 1;
	int good = 1;

	/* Once fewer are asked for than are let pass, none has failed. */
	for (size_t passes = 0; failed && good; passes++) {
		cJSON *result = NULL;
		int status = 0;

		tally__mem_fail_after((long)passes);
		status = tally_generate(part, spec, input, options, &result, NULL);
		failed = tally__mem_fail_after(-1) > passes;
		good = status == 0 ? is_same("short of memory", result, wanted)
				   : status == TALLY_ENOMEM && !result;
		if (!good) {
			printf("# status %d after %zu allocations\n", status, passes);
		}
		cJSON_Delete(result);
	}
	return good;
}

static int check(const cJSON *test)
{
	const cJSON *seed = member(test, "seed");
	const struct tally_generate_options options = {
		.for_provider = strcmp(text_of(test, "mode", "provider"), "provider") == 0,
		.seed = seed ? (unsigned long)seed->valuedouble : 1,
		.now = text_of(test, "now", "2026-11-21T09:14:16+01:00"),
		.context = member(test, "context")};
	enum tally_part part = part_of(test);
	enum tally_spec spec = tally_spec_from_text(text_of(test, "spec", "3"));
	const cJSON *input = member(test, "input");
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *result = NULL;
	cJSON *again = NULL;
	int good = 0;

	if (tally_generate(part, spec, input, &options, &result, &error) != 0 ||
	    tally_generate(part, spec, input, &options, &again, &error) != 0) {
		printf("# cannot generate: %s: %s\n", error.where, error.message);
	} else {
		good = is_same("output", member(result, "part"), member(test, "output"));
		good = is_same("warnings", member(result, "warnings"), member(test, "warnings")) &&
		       good;
		good = is_same("the same seed", again, result) && good;
		good = matches(test, part, spec, member(result, "part")) && good;
		good = survives_lack_of_memory(part, spec, input, &options, result) && good;
	}
	cJSON_Delete(result);
	cJSON_Delete(again);
	return good;
}

static void visit(const char *path, struct tap *tap)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *test = NULL;
	int good = 0;

	if (tally_json_read_file(&test, path, &error) == 0) {
		good = check(test);
	} else {
		printf("# %s: %s\n", path, error.message);
	}
	tap_result(tap, good, path + root_len + 1, "");
	cJSON_Delete(test);
}

int main(void)
{
	const char *source = getenv("TALLY_SRCDIR");
	struct tap tap = {0};
	char root[4096];

	snprintf(root, sizeof root, "%s/tests/cases/generate", source ? source : ".");
	root_len = strlen(root);
	case_walk(root, visit, &tap);
	if (tap.count == 0) {
		tap_result(&tap, 0, "there are cases in $TALLY_SRCDIR/tests/cases/generate", "");
	}
	return tap_end(&tap);
}
