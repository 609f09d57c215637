/* branch-list.c - tally branch list: the branches of an application. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_page page = resource_page(o);

	return tally_broker_branch_list(broker, o->app, &page, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *item;

	(void)o;
	cJSON_ArrayForEach(item, json_get(answer, "branches"))
	{
		out("%s: %s%s\n", json_text(item, "name"), json_text(item, "version"),
		    cJSON_IsTrue(json_get(item, "main")) ? " (main branch)" : "");
	}
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_app, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_PAGE,
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally branch list orders", "lists branches"},
	{"tally branch list orders --match feature/", "lists some of them"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The list was printed; it may be empty."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_branch_list = {
	.name = "branch list",
	.group = GROUP_RELEASE,
	.summary = "list the branches of an application",
	.description =
		"Prints an application's branches with their heads, those with the newest head "
		"first.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
