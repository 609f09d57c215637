/* app-show.c - tally app show: one application. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	return tally_broker_application_show(broker, o->app, answer, error);
}

static int run(struct call *call)
{
	static const struct resource_command command = {
		.prepare = resource_app, .act = act, .print = resource_print_application};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_ASK,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally app show orders", "shows an application"},
	{"tally app show orders --at 2026-01-01", "shows it as it was"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was printed."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_app_show = {
	.name = "app show",
	.group = GROUP_RELEASE,
	.summary = "show an application",
	.description =
		"Prints what an application says of itself, its newest version and its labels.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
