/* environment-update.c - tally environment update: its name, who looks after it, and so on. */
#include "config.h"

#include "cli/environments.h"
#include "cli/output.h"

struct update_options {
	struct broker_access broker;
	struct contact_options contact;
	const char *uuid;
	const char *name;
	const char *display_name;
	bool production, no_production;
	int format;
};

static void print_text(const cJSON *answer)
{
	out("environment is now: ");
	print_environment(answer);
}

/* Which members the options name. */
static unsigned members_of(const struct update_options *o)
{
	unsigned members = 0;

	if (o->name)
		members |= TALLY_ENVIRONMENT_NAME;
	if (o->display_name)
		members |= TALLY_ENVIRONMENT_DISPLAY_NAME;
	if (o->production || o->no_production)
		members |= TALLY_ENVIRONMENT_PRODUCTION;
	if (o->contact.name)
		members |= TALLY_ENVIRONMENT_CONTACTS;
	return members;
}

static int update(struct call *call, const struct update_options *o, const cJSON *contacts)
{
	struct tally_environment environment = {.name = o->name,
						.display_name = o->display_name,
						.production = o->production,
						.contacts = contacts};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	const char *name = NULL;
	cJSON *answer = NULL;
	int result, status = broker_open_to_change(call, &o->broker, &broker);

	if (status != 0)
		return status;
	status = environment_name(call, broker, o->uuid, &name);
	if (status != 0) {
		tally_broker_close(broker);
		return status;
	}
	result = tally_broker_environment_update(broker, name, &environment, members_of(o), &answer,
						 &error);
	return broker_finish(broker, result, &error, answer, o->format, print_text);
}

static int run(struct call *call)
{
	struct update_options o = {0};
	cJSON *contacts = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	if (o.production && o.no_production)
		return wrong("give --production or --no-production, not both");
	status = contacts_make(&o.contact, &contacts);
	if (status == 0 && members_of(&o) == 0)
		status = wrong("nothing to change was given; see tally %s --help",
			       call->command->name);
	if (status == 0)
		status = update(call, &o, contacts);
	cJSON_Delete(contacts);
	return status;
}

static const struct option options[] = {
	OPTION_ENVIRONMENT_UUID(struct update_options, uuid),
	OPTION_TEXT(struct update_options, name, .name = "name", .argument = "NAME",
		    .help = "its new name"),
	OPTION_TEXT(struct update_options, display_name, .name = "display-name", .argument = "TEXT",
		    .help = "what people call it"),
	OPTION_FLAG(struct update_options, production, .name = "production",
		    .help = "real users are served there"),
	OPTION_FLAG(struct update_options, no_production, .name = "no-production",
		    .help = "no real users are served there"),
	OPTIONS_CONTACT(struct update_options, contact),
	COMMON_OPTIONS_BROKER(struct update_options, broker, 0),
	COMMON_OPTION_FORMAT(struct update_options, format),
	OPTION_END,
};

static const struct operand operands[] = {OPERANDS_ENVIRONMENT};

static const struct example examples[] = {
	{"tally environment update test --display-name \"Test system\"",
	 "changes what people call it, and nothing else"},
	{"tally environment update test --name staging", "gives it another name"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It is as was asked for."},
	{EXIT_NO, "There is no such environment, or the new name is another's; nothing was "
		  "changed."},
	{0, NULL},
};

const struct command command_environment_update = {
	.name = "environment update",
	.group = GROUP_RELEASE,
	.summary = "change an environment",
	.description = "Changes what the options name, and leaves the rest. A new name goes to all "
		       "that is live there; what was recorded as ended before keeps the old one.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
