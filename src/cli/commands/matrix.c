/* matrix.c - tally matrix: which versions were verified with which. */
#include "config.h"

#include <string.h>

#define MATRIX_BRANCH_HELP "every version on BRANCH; with --latest, its head"
#include "cli/matrix.h"
#include "cli/output.h"

static const char *const by_choices[] = {"all", "cvp", "cvpv", "cp", NULL};

struct rows_options {
	struct matrix_options question;
	struct text_list only;
	int by;
	long limit;
};

static int get_kinds(const struct text_list *only, unsigned *out)
{
	static const struct {
		const char *name;
		unsigned kind;
	} kinds[] = {{"success", TALLY_ROWS_SUCCESS},
		     {"failed", TALLY_ROWS_FAILED},
		     {"unknown", TALLY_ROWS_UNKNOWN}};

	for (size_t i = 0; i < only->count; i++) {
		unsigned found = 0;

		for (size_t j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++)
			found |= strcmp(kinds[j].name, only->items[i]) == 0 ? kinds[j].kind : 0;
		if (found == 0)
			return wrong("--only: expected success or failed or unknown, found \"%s\"",
				     only->items[i]);
		*out |= found;
	}
	return 0;
}

/* Why there is nothing. */
static void note_nothing(const cJSON *answer)
{
	const cJSON *selector;
	bool known = true;

	cJSON_ArrayForEach(selector, json_get(json_get(answer, "question"), "selectors"))
	{
		const cJSON *versions = json_get(selector, "versions");

		if (cJSON_IsArray(versions) && cJSON_GetArraySize(versions) == 0) {
			known = false;
			note("nothing is known of %s", json_text(selector, "text"));
		}
	}
	if (known)
		note("none of these versions was verified with another yet, or no contract ties "
		     "them: tally version show APP@VERSION lists a version's contracts");
}

static int print(const struct rows_options *o, cJSON *answer)
{
	bool empty = cJSON_GetArraySize(json_get(answer, "pairs")) == 0;
	bool cut = cJSON_IsTrue(json_get(answer, "truncated"));
	int printed = 0;

	if (empty)
		note_nothing(answer);
	if (o->question.format == FORMAT_JSON) {
		printed = print_answer(answer);
	} else {
		report_matrix(answer);
		cJSON_Delete(answer);
	}
	if (cut)
		note("there may be more: the newest are shown; --limit 0 looks through all");
	return printed != 0 ? printed : empty ? EXIT_NOTHING : EXIT_YES;
}

static int run(struct call *call)
{
	struct rows_options o = {0};
	struct tally_matrix_query query = {.in_full = true};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = matrix_query_get(call, &o.question, MATRIX_ALL_VERSIONS, &query);
	if (status == 0)
		status = get_kinds(&o.only, &query.rows);
	if (status == 0)
		status = broker_open(call, &o.question.broker, &broker);
	if (status != 0)
		return status;
	query.limit = (size_t)o.limit;
	query.latest_by = (enum tally_latest_by)o.by;
	if (tally_broker_matrix(broker, &query, &answer, &error) < 0)
		status = failed_in_options(call, &error);
	else
		status = print(&o, answer);
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	MATRIX_OPTIONS(struct rows_options),
	OPTION_LIST(struct rows_options, only, .name = "only", .argument = "success|failed|unknown",
		    .help = "show rows of this outcome alone"),
	OPTION_CHOICE(struct rows_options, by, .name = "latest-by", .choices = by_choices,
		      .aliases = "latestby", .fallback = "all",
		      .help = "show the newest provider version alone: for each consumer version "
			      "and provider (cvp), or for each consumer and provider (cp)"),
	OPTION_NUMBER(struct rows_options, limit, .name = "limit", .argument = "N", .min = 0,
		      .max = 100000, .fallback = "100",
		      .help = "rows of histories that are looked through; 0: no limit"),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP[@VERSION]",
	 .help = "an application, or one version of it",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally matrix web-shop@1.4.0", "lists what that version was verified with"},
	{"tally matrix orders --latest", "lists the contracts that its newest version answered"},
	{"tally matrix web-shop orders --latest-by cvp",
	 "lists their contracts, each with the newest version that answered it"},
	{"tally matrix web-shop@1.4.0 --to production --format json",
	 "lists the rows that can-i-deploy rests on"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "There are rows."},
	{EXIT_NO, "An application or environment is not known."},
	{EXIT_NOTHING, "There are no rows."},
	{0, NULL},
};

const struct command command_matrix = {
	.name = "matrix",
	.group = GROUP_RELEASE,
	.summary = "list which versions were verified with which, and what came of it",
	.description =
		"A row is the contract of a consumer version with a provider version, and its "
		"verdict: ok, broken, waiting, stuck, absent or ignored.\n\n"
		"One version is listed with all that it was verified with; several are listed with "
		"one another; with a place to go to, versions are listed with what is there. An "
		"application alone means every version of it, the newest first.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
