/* branch-show.c - tally branch show: one branch. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_branch_show(broker, o->app, o->branch, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	(void)o;
	out("%s%s\n", json_text(answer, "name"),
	    cJSON_IsTrue(json_get(answer, "main")) ? " (main branch)" : "");
	out("  head: %s\n", json_text(answer, "version"));
	if (*json_text(answer, "createdAt"))
		out("  known since: %s\n", json_text(answer, "createdAt"));
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_branch, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_BRANCH,
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	{.name = "BRANCH", .help = "the branch", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally branch show orders main", "shows a branch"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was printed."},
	{EXIT_NO, "There is no such branch."},
	{0, NULL},
};

const struct command command_branch_show = {
	.name = "branch show",
	.group = GROUP_RELEASE,
	.summary = "show a branch",
	.description = "Prints a branch of an application and its head.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
