/* app-update.c - tally app update: properties of an application. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_application application = resource_application(o);

	return tally_broker_application_update(broker, &application, answer, error);
}

static int run(struct call *call)
{
	static const struct resource_command command = {.changes = true,
							.prepare = resource_app_clear,
							.act = act,
							.print = resource_print_application};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_PROPERTIES,
	OPTION_LIST(struct resource_options, clear, .name = "clear", .argument = "PROPERTY",
		    .help = "take a property away, named as its option is, such as repository-url; "
			    "may be given several times"),
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally app update orders --main-branch trunk", "says which branch is the main one"},
	{"tally app update orders --clear repository-url", "takes a property away"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was changed, or was so already."},
	{EXIT_NO, "There is no such application."},
	{0, NULL},
};

const struct command command_app_update = {
	.name = "app update",
	.group = GROUP_RELEASE,
	.summary = "change an application",
	.description =
		"Changes what an application says of itself. What is not given stays as it is.\n\n"
		"The main branch is set by itself when "
		"the first version comes to a branch (or gets a tag) called develop, main or "
		"master, and never changed by itself after that.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
