/* label-remove.c - tally label remove: a label that an application had. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_label_remove(broker, o->app, o->label, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	(void)answer;
	out("%s does not have the label %s any more\n", o->app, o->label);
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.changes = true, .prepare = resource_label, .act = act, .print = print};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTION_LABEL,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	{.name = "LABEL", .help = "the label", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally label remove web-shop frontend", "takes a label away"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It does not have the label any more."},
	{EXIT_NO, "There is no such application, or it has no such label."},
	{0, NULL},
};

const struct command command_label_remove = {
	.name = "label remove",
	.group = GROUP_RELEASE,
	.summary = "take a label from an application",
	.description = "Takes a label from an application.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
