/* environment-create.c - tally environment create: a place where applications run. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"

struct create_options {
	struct broker_access broker;
	const char *display_name;
	bool production;
};

static int run(struct call *call)
{
	struct create_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	struct tally_environment environment;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = broker_open_to_change(call, &o.broker, &broker);
	if (status != 0)
		return status;
	environment = (struct tally_environment){.name = call->operands[0],
						 .display_name = o.display_name,
						 .production = o.production};
	if (tally_broker_environment_create(broker, &environment, NULL, &error) < 0)
		status = failed(&error);
	else
		out("environment made: %s%s\n", call->operands[0],
		    o.production ? " (production)" : "");
	tally_broker_close(broker);
	return status;
}

static const struct option options[] = {
	COMMON_OPTIONS_BROKER(struct create_options, broker, 0),
	OPTION_TEXT(struct create_options, display_name, .name = "display-name", .argument = "TEXT",
		    .help = "what people call it"),
	OPTION_FLAG(struct create_options, production, .name = "production",
		    .help = "real users are served there"),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "NAME", .help = "the environment's name, such as production"},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally environment create production --production", "makes a production environment"},
	{"tally environment create test --display-name \"Test system\"", "makes another"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was made."},
	{EXIT_NO, "There is one of that name already; nothing was changed."},
	{0, NULL},
};

const struct command command_environment_create = {
	.name = "environment create",
	.group = GROUP_RELEASE,
	.summary = "make an environment",
	.description = "Makes an environment: a place where versions of applications run, such as "
		       "production, that deployments are recorded for.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
