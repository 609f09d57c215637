/* app-create.c - tally app create: an application that is made known. */
#include "config.h"

#include "cli/output.h"
#include "cli/resources.h"

static int act(struct tally_broker *broker, const struct resource_options *o, cJSON **answer,
	       struct tally_error *error)
{
	const struct tally_application application = resource_application(o);

	return tally_broker_application_create(broker, &application, answer, error);
}

static int run(struct call *call)
{
	static const struct resource_command command = {.changes = true,
							.prepare = resource_app,
							.act = act,
							.print = resource_print_application};

	return resource_run(call, &command);
}

static const struct option options[] = {
	RESOURCE_OPTION_APP,
	RESOURCE_OPTIONS_PROPERTIES,
	RESOURCE_OPTIONS_CHANGE,
};

static const struct operand operands[] = {
	{.name = "APP", .help = "the application", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally app create orders --main-branch main", "makes an application"},
	{"tally app create web-shop --display-name \"Web shop\"", "gives it a name for people"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was made."},
	{EXIT_NO, "There is one of that name already; nothing was changed."},
	{0, NULL},
};

const struct command command_app_create = {
	.name = "app create",
	.group = GROUP_RELEASE,
	.summary = "make an application",
	.description =
		"Makes an application known before anything is published. Publishing a contract "
		"or the results of a verification does that by itself; this is for saying first "
		"what it is called, and which is its main branch.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
