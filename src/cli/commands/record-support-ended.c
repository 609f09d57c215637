/* record-support-ended.c - tally record-support-ended: which released versions count no more. */
#include "config.h"

#include "cli/output.h"
#include "cli/placements.h"

static int record(struct tally_broker *broker, const struct record_options *o,
		  const struct app_version *what, cJSON **answer, struct tally_error *error)
{
	return tally_broker_record_support_ended(broker, what->app, what->version, o->environment,
						 answer, error);
}

static void print_text(const cJSON *answer)
{
	out("%s %s is not supported in %s any more\n", json_text(answer, "application"),
	    json_text(answer, "version"), json_text(answer, "environment"));
}

static int run(struct call *call)
{
	return record_run(call, RECORD_VERSION_NEEDED, record, print_text);
}

static const struct option options[] = {
	OPTION_TEXT(struct record_options, environment, .name = "to", .argument = "ENVIRONMENT",
		    .aliases = "in to-environment environment", .help = "the environment"),
	OPTION_TEXT(struct record_options, version, .letter = 'e', .name = "version",
		    .argument = "VERSION", .help = "its version"),
	RECORD_OPTIONS,
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION", .help = "what is not supported any more", .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally record-support-ended shop-app@3.0 --in production",
	 "records that nobody has to get along with it any more"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was recorded."},
	{EXIT_NO, "It was not released there, its support had ended, or it is not known; nothing "
		  "was changed."},
	{0, NULL},
};

const struct command command_record_support_ended = {
	.name = "record-support-ended",
	.group = GROUP_RELEASE,
	.summary = "record that a released version is not supported any more",
	.description = "Records that a version that was released does not count in an environment "
		       "any more.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
