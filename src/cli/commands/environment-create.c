/* environment-create.c - tally environment create: a place where applications run. */
#include "config.h"

#include "cli/environments.h"
#include "cli/output.h"

struct create_options {
	struct broker_access broker;
	struct contact_options contact;
	const char *name;
	const char *display_name;
	bool production;
	int format;
};

static void print_text(const cJSON *answer)
{
	out("environment made: ");
	print_environment(answer);
}

static int run(struct call *call)
{
	struct create_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	struct tally_environment environment;
	cJSON *contacts = NULL, *answer = NULL;
	int result, status;

	if (!call_parse(call, &o))
		return call->status;
	if (o.name && call->operand_count > 0)
		return wrong("give the environment's name once: as NAME or with --name");
	if (!o.name && call->operand_count == 0)
		return wrong("NAME is missing: the environment's; see tally %s --help",
			     call->command->name);
	status = contacts_make(&o.contact, &contacts);
	if (status == 0)
		status = broker_open_to_change(call, &o.broker, &broker);
	if (status == 0) {
		environment = (struct tally_environment){
			.name = o.name ? o.name : call->operands[0],
			.display_name = o.display_name,
			.production = o.production,
			.contacts = contacts,
		};
		result = tally_broker_environment_create(broker, &environment, &answer, &error);
		status = broker_finish(broker, result, &error, answer, o.format, print_text);
	}
	cJSON_Delete(contacts);
	return status;
}

static const struct option options[] = {
	OPTION_TEXT(struct create_options, name, .name = "name", .argument = "NAME",
		    .help = "the same as the operand"),
	OPTION_TEXT(struct create_options, display_name, .name = "display-name", .argument = "TEXT",
		    .help = "what people call it"),
	OPTION_FLAG(struct create_options, production, .name = "production",
		    .help = "real users are served there"),
	OPTIONS_CONTACT(struct create_options, contact),
	COMMON_OPTIONS_BROKER(struct create_options, broker, 0),
	COMMON_OPTION_FORMAT(struct create_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "NAME", .help = "the environment's name, such as production", .optional = true},
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
		       "production, that deployments and releases are recorded for.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
