/* match.c - tally match: one actual against one expected. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"

struct match_options {
	int spec;
	int format;
};

/* {"match": bool, "mismatches": […], "mismatchesOmitted": how many more}, taking the mismatches. */
static int print_json(cJSON *mismatches, size_t omitted)
{
	cJSON *answer = cJSON_CreateObject();

	if (!answer ||
	    !cJSON_AddBoolToObject(answer, "match", cJSON_GetArraySize(mismatches) == 0) ||
	    !cJSON_AddItemToObject(answer, "mismatches", mismatches) ||
	    (omitted > 0 && !cJSON_AddNumberToObject(answer, "mismatchesOmitted", (double)omitted)))
		out_of_memory();
	return print_answer(answer);
}

/* The error names the side first; a person knows it as a file. */
static void name_file(struct call *call, struct tally_error *error)
{
	static const char *const sides[] = {NULL, "expected", "actual"};

	for (size_t i = 1; i <= 2; i++) {
		size_t len = strlen(sides[i]);
		const char *rest = error->where + len;

		if (strncmp(error->where, sides[i], len) == 0) {
			(void)snprintf(
				error->where, sizeof(error->where), "%s",
				scratch_format(&call->scratch, "%s%s", call->operands[i], rest));
			return;
		}
	}
}

static int compare(struct call *call, const struct match_options *o)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *expected = NULL;
	cJSON *actual = NULL;
	cJSON *mismatches = NULL;
	size_t omitted = 0;
	int status = EXIT_YES;

	if (strcmp(call->operands[1], "-") == 0 && strcmp(call->operands[2], "-") == 0)
		return wrong("only one of EXPECTED and ACTUAL can come from standard input");
	if (read_json_input(call, call->operands[1], &expected, &error) < 0 ||
	    read_json_input(call, call->operands[2], &actual, &error) < 0) {
		status = failed(&error);
		goto out;
	}
	if (tally_match(part_of_word(call->operands[0]), spec_of_choice(o->spec), expected, actual,
			&mismatches, &omitted, &error) < 0) {
		name_file(call, &error);
		status = failed(&error);
		goto out;
	}
	status = cJSON_GetArraySize(mismatches) == 0 ? EXIT_YES : EXIT_NO;
	if (o->format == FORMAT_JSON) {
		int printed = print_json(mismatches, omitted);

		mismatches = NULL;
		status = printed == 0 ? status : printed;
	} else {
		report_mismatches(mismatches, omitted, 0);
	}
out:
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	cJSON_Delete(mismatches);
	return status;
}

static int run(struct call *call)
{
	struct match_options o = {0};

	if (!call_parse(call, &o))
		return call->status;
	return compare(call, &o);
}

static const struct option options[] = {
	COMMON_OPTION_SPEC(struct match_options, spec, .fallback = "4",
			   .help = "the version of the Pact specification that both files follow"),
	COMMON_OPTION_FORMAT(struct match_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "request|response|message", .choices = part_choices, .help = "what is compared"},
	{.name = "EXPECTED",
	 .help = "a JSON file in the shape that contract files use; it may hold matchingRules"},
	{.name = "ACTUAL", .help = "a JSON file of the same shape"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally match response expected.json actual.json", "compares two responses"},
	{"tally match request --spec 2 --format json expected.json -",
	 "reads the actual request from standard input, by the rules of version 2"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "They match."},
	{EXIT_NO, "They do not match; the mismatches are on standard output."},
	{0, NULL},
};

const struct command command_match = {
	.name = "match",
	.group = GROUP_PROVIDER,
	.summary = "compare one actual request, response or message with an expected one",
	.description =
		"Compares two JSON files by the matching rules of the Pact specification and "
		"prints each mismatch: where it is, and a sentence that says what was expected "
		"and what was found. One of the two files can be \"-\" for standard input.\n\n"
		"Mismatches are grouped by part and stand in the order of the document. For an "
		"arrayContains rule the element that comes nearest is told; texts that have "
		"lines, or are long, show a small diff. At most 100 are kept, and the rest is "
		"counted. On a terminal there is colour, unless NO_COLOR is set.\n\n"
		"With --format json the answer is one object with the members match and "
		"mismatches, and mismatchesOmitted where some are not kept; each mismatch has "
		"type, part, path, pointer, rule, expected, actual and message, and where they "
		"help diff and "
		"detail.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
