/* label-add.c - tally label add: a label for an application. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_label_add(broker, o->app, o->label, answer, error);
}

static void print(const struct resource_options *o, const cJSON *answer)
{
	(void)answer;
	out("%s has the label %s\n", o->app, o->label);
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
	{"tally label add web-shop frontend", "labels an application"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It has the label."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_label_add = {
	.name = "label add",
	.group = GROUP_RELEASE,
	.summary = "give an application a label",
	.description =
		"Gives an application a label. Labels group applications: tally app list and "
		"webhooks choose by them.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
