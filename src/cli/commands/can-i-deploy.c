/* can-i-deploy.c - tally can-i-deploy: whether a version can go to an environment, and why. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"

struct question_options {
	struct broker_access broker;
	const char *pacticipant;
	const char *version;
	const char *environment;
	int format;
};

static int ask(struct call *call, const struct question_options *o, const struct app_version *what)
{
	const struct tally_version_selector selector = {.application = what->app,
							.version = what->version};
	const struct tally_matrix_query query = {
		.selectors = &selector, .selector_count = 1, .to_environment = o->environment};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int printed = 0;
	int status = broker_open(call, &o->broker, &broker);

	if (status != 0)
		return status;
	if (tally_broker_can_i_deploy(broker, &query, &answer, &error) < 0) {
		status = failed(&error);
		goto out;
	}
	status = strcmp(json_text(answer, "verdict"), "yes") == 0 ? EXIT_YES : EXIT_NO;
	if (o->format == FORMAT_JSON) {
		printed = print_answer(answer);
		answer = NULL;
	} else {
		report_verdict(answer, o->broker.at);
	}
out:
	cJSON_Delete(answer);
	tally_broker_close(broker);
	return printed != 0 ? printed : status;
}

static int run(struct call *call)
{
	struct question_options o = {0};
	struct app_version what;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = need(call, o.environment, "to", "the environment that it is to be deployed to");
	if (status == 0)
		status = app_version_get(call, o.pacticipant, o.version, &what);
	return status != 0 ? status : ask(call, &o, &what);
}

static const struct option options[] = {
	COMMON_OPTION_ENVIRONMENT(struct question_options, environment),
	COMMON_OPTION_PACTICIPANT(struct question_options, pacticipant),
	COMMON_OPTION_VERSION(struct question_options, version),
	COMMON_OPTION_AT(struct question_options, broker),
	COMMON_OPTIONS_BROKER(struct question_options, broker, 0),
	COMMON_OPTION_FORMAT(struct question_options, format),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "what is to be deployed; without \"@VERSION\", the commit that the CI system or "
		 "git names",
	 .optional = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally can-i-deploy web-shop@1.4.0 --to production", "asks, and says why"},
	{"tally can-i-deploy --pacticipant web-shop --version 1.4.0 --to-environment production "
	 "--format json",
	 "asks in Pact's words, for a program"},
	{"tally can-i-deploy web-shop@1.4.0 --to production --at 2026-01-31T12:00:00Z",
	 "asks what the answer was then"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "Yes."},
	{EXIT_NO, "No; or the version or the environment is not known."},
	{0, NULL},
};

const struct command command_can_i_deploy = {
	.name = "can-i-deploy",
	.group = GROUP_RELEASE,
	.summary = "say whether a version can be deployed to an environment, and why",
	.description =
		"Looks at every application that the version works with and that runs in the "
		"environment, and prints the verdict, then for each pair its own verdict, the "
		"reason, and the next command to run. A pair is ok, broken (an interaction "
		"failed), waiting (a verification is due), stuck (no verification can answer as "
		"things stand) or absent (the other side is not there). For a broken "
		"pair it also says which side moved, and which versions last worked.\n\n"
		"The version follows the last \"@\"; for a name that holds an \"@\" of its own, "
		"use --pacticipant and --version. With --format json the answer has the members of "
		"Pact's broker and more.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
