/* record-release.c - tally record-release: which versions are in the hands of others. */
#include "config.h"

#include "cli/output.h"
#include "cli/placements.h"

static int record(struct tally_broker *broker, const struct record_options *o,
		  const struct app_version *what, cJSON **answer, struct tally_error *error)
{
	return tally_broker_record_release(broker, what->app, what->version, o->environment, answer,
					   error);
}

static void print_text(const cJSON *answer)
{
	out("%s %s is released in %s\n", json_text(answer, "application"),
	    json_text(answer, "version"), json_text(answer, "environment"));
}

static int run(struct call *call)
{
	return record_run(call, RECORD_VERSION_OF_ORIGIN, record, print_text);
}

static const struct option options[] = {
	COMMON_OPTION_ENVIRONMENT(struct record_options, environment),
	COMMON_OPTION_VERSION(struct record_options, version),
	RECORD_OPTIONS,
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "what was released; without \"@VERSION\", the commit that the CI system or git "
		 "names",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally record-release shop-app@3.1 --to production",
	 "records that people can use that version from now on"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was recorded, or was so already."},
	{EXIT_NO, "The environment or the version is not known; nothing was changed."},
	{0, NULL},
};

const struct command command_record_release = {
	.name = "record-release",
	.group = GROUP_RELEASE,
	.summary = "record that a version was released",
	.description =
		"Records that a version is in the hands of others: an app on phones, a library, a "
		"command. Unlike a deployment it does not take the place of another version: all "
		"count until their support ends, and what is deployed has to get along with each.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
