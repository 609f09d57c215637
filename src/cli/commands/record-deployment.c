/* record-deployment.c - tally record-deployment: what runs where from now on. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"

struct deployment_options {
	struct broker_access broker;
	const char *pacticipant;
	const char *version;
	const char *environment;
	const char *instance;
	int format;
};

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

static int record(struct call *call, const struct deployment_options *o,
		  const struct app_version *what)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status = broker_open_to_change(call, &o->broker, &broker);

	if (status != 0)
		return status;
	if (tally_broker_record_deployment(broker, what->app, what->version, o->environment,
					   o->instance, &answer, &error) < 0) {
		status = failed(&error);
	} else if (o->format == FORMAT_JSON) {
		status = print_answer(answer);
	} else {
		print_text(answer);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

static int run(struct call *call)
{
	struct deployment_options o = {0};
	struct app_version what;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = need(call, o.environment, "to", "the environment that it was deployed to");
	if (status == 0)
		status = app_version_get(call, o.pacticipant, o.version, &what);
	return status != 0 ? status : record(call, &o, &what);
}

static const struct option options[] = {
	COMMON_OPTION_ENVIRONMENT(struct deployment_options, environment),
	COMMON_OPTION_PACTICIPANT(struct deployment_options, pacticipant),
	COMMON_OPTION_VERSION(struct deployment_options, version),
	OPTION_TEXT(struct deployment_options, instance, .name = "application-instance",
		    .argument = "NAME", .aliases = "target",
		    .help = "which of several instances in that environment; without it, the "
			    "unnamed one"),
	COMMON_OPTIONS_BROKER(struct deployment_options, broker, 0),
	COMMON_OPTION_FORMAT(struct deployment_options, format),
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
	{EXIT_YES, "It was recorded."},
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
