/* record-undeployment.c - tally record-undeployment: what does not run somewhere any more. */
#include "config.h"

#include "cli/output.h"
#include "cli/placements.h"

static int record(struct tally_broker *broker, const struct record_options *o,
		  const struct app_version *what, cJSON **answer, struct tally_error *error)
{
	return tally_broker_record_undeployment(broker, what->app, what->version, o->environment,
						o->instance, answer, error);
}

static void print_text(const cJSON *answer)
{
	const char *instance = json_text(answer, "instance");

	out("%s %s does not run in %s any more", json_text(answer, "application"),
	    json_text(answer, "version"), json_text(answer, "environment"));
	if (*instance)
		out(", instance %s", instance);
	out("\n");
}

static int run(struct call *call)
{
	return record_run(call, RECORD_VERSION_OPTIONAL, record, print_text);
}

static const struct option options[] = {
	OPTION_TEXT(struct record_options, environment, .name = "to", .argument = "ENVIRONMENT",
		    .aliases = "from to-environment environment", .help = "the environment"),
	RECORD_OPTION_INSTANCE,
	OPTION_TEXT(struct record_options, version, .letter = 'e', .name = "version",
		    .argument = "VERSION", .help = "the version that has to be the one"),
	RECORD_OPTIONS,
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP[@VERSION]",
	 .help = "what was undeployed; with a version, only if it is the one that runs there",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally record-undeployment orders --from production",
	 "records that orders does not run there any more"},
	{"tally record-undeployment orders --from shops --application-instance berlin",
	 "records it of one of several instances"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was recorded."},
	{EXIT_NO, "It did not run there, or the application or the environment is not known; "
		  "nothing was changed."},
	{0, NULL},
};

const struct command command_record_undeployment = {
	.name = "record-undeployment",
	.group = GROUP_RELEASE,
	.summary = "record that an application does not run in an environment any more",
	.description =
		"Records that an application does not run in an environment any more: its instance "
		"of that name, or the unnamed one.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
