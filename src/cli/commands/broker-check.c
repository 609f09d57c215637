/* broker-check.c - tally broker check: whether a broker's repository is sound. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

struct check_options {
	struct broker_access broker;
	bool history;
	int format;
};

static void print_problem(const cJSON *problem)
{
	const char *next = json_text(problem, "next");

	out("%s: ", json_text(problem, "where"));
	out_coloured(false, "%s", json_text(problem, "severity"));
	out(": %s\n", json_text(problem, "problem"));
	if (*next)
		out("    next: %s\n", next);
}

static void print_text(const cJSON *answer)
{
	const cJSON *problems = json_get(answer, "problems");
	size_t errors = (size_t)json_number(answer, "errors");
	size_t warnings = (size_t)json_number(answer, "warnings");
	size_t listed = (size_t)cJSON_GetArraySize(problems);
	const cJSON *problem;

	cJSON_ArrayForEach(problem, problems)
	{
		print_problem(problem);
	}
	if (errors + warnings > listed)
		out("and %zu more\n", errors + warnings - listed);
	out_coloured(errors == 0, "%s", errors == 0 ? "sound" : "damaged");
	out(": %zu records, %zu commits and %zu objects read; %zu error%s, %zu warning%s\n",
	    (size_t)json_number(answer, "records"), (size_t)json_number(answer, "commits"),
	    (size_t)json_number(answer, "objects"), errors, plural(errors), warnings,
	    plural(warnings));
}

static int run(struct call *call)
{
	struct check_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status, printed = 0;

	if (!call_parse(call, &o))
		return call->status;
	broker_operand(call, &o.broker);
	status = broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (tally_broker_check(broker, o.history, &answer, &error) < 0) {
		status = failed(&error);
	} else {
		status = json_number(answer, "errors") > 0 ? EXIT_NO : EXIT_YES;
		if (o.format == FORMAT_JSON) {
			printed = print_answer(answer);
		} else {
			print_text(answer);
			cJSON_Delete(answer);
		}
	}
	tally_broker_close(broker);
	return printed != 0 ? printed : status;
}

static const struct option options[] = {
	OPTION_FLAG(struct check_options, history, .name = "history",
		    .help = "read every object of every older commit, too; that takes as long as "
			    "the history is"),
	COMMON_OPTION_AT(struct check_options, broker),
	COMMON_OPTIONS_BROKER(struct check_options, broker, 0),
	COMMON_OPTION_FORMAT(struct check_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "BROKER", .help = "its repository, in place of --broker", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally broker check /srv/contracts.git", "reads every record, and says what is wrong"},
	{"tally broker check --history --format json",
	 "the same of all that ever was, for a program"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It is sound; there may be warnings."},
	{EXIT_NO, "Something is wrong; what, was printed."},
	{0, NULL},
};

const struct command command_broker_check = {
	.name = "broker check",
	.group = GROUP_BROKER,
	.summary = "say whether a broker's repository is sound",
	.description =
		"Reads every record of a broker's repository: whether it is what the store's "
		"format says, lies where it is looked for, and agrees with those that it names "
		"and is derived from. Then it reads every commit, and compares each of git's "
		"objects with its name. Nothing is changed, and others may write meanwhile.\n\n"
		"Each problem is printed with its place, and what to do. An error makes an answer "
		"wrong or stops it; a warning does neither.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
