/* record-deployment.c - tally record-deployment: what runs where from now on. */
#include "config.h"

#include "cli/output.h"
#include "cli/placements.h"

static int record(struct tally_broker *broker, const struct record_options *o,
		  const struct app_version *what, cJSON **answer, struct tally_error *error)
{
	return tally_broker_record_deployment(broker, what->app, what->version, o->environment,
					      o->instance, answer, error);
}

static void print_text(const cJSON *answer)
{
	const char *instance = json_text(answer, "instance");
	const char *replaced = json_text(answer, "replaced");

	out("%s %s runs in %s", json_text(answer, "application"), json_text(answer, "version"),
	    json_text(answer, "environment"));
	if (*instance)
		out(", instance %s", instance);
	if (*replaced)
		out(", in place of %s", replaced);
	out("\n");
}

static int run(struct call *call)
{
	return record_run(call, RECORD_VERSION_OF_ORIGIN, record, print_text);
}

static const struct option options[] = {
	COMMON_OPTION_ENVIRONMENT(struct record_options, environment),
	RECORD_OPTION_INSTANCE,
	COMMON_OPTION_VERSION(struct record_options, version),
	RECORD_OPTIONS,
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "what was deployed; without \"@VERSION\", the commit that the CI system or git "
		 "names",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally record-deployment orders@1.4.0 --to production", "records a deployment"},
	{"tally record-deployment orders@1.4.0 --to shops --application-instance berlin",
	 "records it for one of several instances"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It was recorded, or was so already."},
	{EXIT_NO, "The environment or the version is not known; nothing was changed."},
	{0, NULL},
};

const struct command command_record_deployment = {
	.name = "record-deployment",
	.group = GROUP_RELEASE,
	.summary = "record that a version runs in an environment",
	.description =
		"Records that a version of an application runs in an environment from now on, in "
		"place of the one that did. The version follows the last \"@\"; for a name that "
		"holds an \"@\" of its own, use --pacticipant and --version.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
