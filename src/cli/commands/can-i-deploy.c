/* can-i-deploy.c - tally can-i-deploy: whether versions can go somewhere, and why. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define MATRIX_BRANCH_HELP "the head of BRANCH"
#include "cli/matrix.h"
#include "cli/output.h"

struct deploy_options {
	struct matrix_options question;
	long retries, interval;
	bool dry_run;
};

/* The broker is opened for each try: what others have recorded since is seen however it is kept. */
static int ask(struct call *call, const struct broker_access *access,
	       const struct tally_matrix_query *query, cJSON **answer)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	int status = broker_open(call, access, &broker);

	if (status != 0)
		return status;
	if (tally_broker_can_i_deploy(broker, query, answer, &error) < 0)
		status = failed_in_options(call, &error);
	tally_broker_close(broker);
	return status;
}

/* Can results that are still to come make it a yes?  Not once something is broken. */
static bool is_worth_waiting(const cJSON *answer)
{
	const cJSON *summary = json_get(answer, "summary");

	return json_number(summary, "unknown") > 0 && json_number(summary, "failed") == 0 &&
	       !json_get(answer, "unknown");
}

static void wait_for(long seconds)
{
	struct timespec left = {.tv_sec = seconds};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static int ask_until_known(struct call *call, const struct deploy_options *o,
			   const struct tally_matrix_query *query, cJSON **answer)
{
	int status = ask(call, &o->question.broker, query, answer);

	for (long i = 1; status == 0 && i <= o->retries && is_worth_waiting(*answer); i++) {
		size_t unknown = (size_t)json_number(json_get(*answer, "summary"), "unknown");

		note("%zu result%s not known yet: asking again in %zu second%s (%zu of %zu)",
		     unknown, unknown == 1 ? " is" : "s are", (size_t)o->interval,
		     plural((size_t)o->interval), (size_t)i, (size_t)o->retries);
		wait_for(o->interval);
		cJSON_Delete(*answer);
		*answer = NULL;
		status = ask(call, &o->question.broker, query, answer);
	}
	return status;
}

static int print(const struct deploy_options *o, cJSON *answer)
{
	bool yes = strcmp(json_text(answer, "verdict"), "yes") == 0;
	int status = yes ? EXIT_YES : EXIT_NO;
	int printed = 0;

	if (o->question.format == FORMAT_JSON) {
		printed = print_answer(answer);
	} else {
		report_verdict(answer, o->question.broker.at);
		cJSON_Delete(answer);
	}
	if (printed != 0)
		return printed;
	if (o->dry_run && !yes) {
		note("a dry run: the exit status is 0, and would be %d", status);
		return EXIT_YES;
	}
	return status;
}

static int run(struct call *call)
{
	struct deploy_options o = {0};
	struct tally_matrix_query query = {0};
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = matrix_query_get(call, &o.question, MATRIX_ONE_VERSION, &query);
	if (status == 0 && query.selector_count == 1 && !query.to && !query.to_environment &&
	    !query.to_latest)
		status = need(call, NULL, "to", "the environment that it is to be deployed to");
	query.in_full = o.question.format == FORMAT_JSON;
	if (status == 0)
		status = ask_until_known(call, &o, &query, &answer);
	return status != 0 ? status : print(&o, answer);
}

static const struct option options[] = {
	MATRIX_OPTIONS(struct deploy_options),
	OPTION_NUMBER(struct deploy_options, retries, .name = "retry-while-unknown",
		      .argument = "N", .min = 0, .max = 100000, .fallback = "0",
		      .help = "ask up to N times more while results are missing and nothing is "
			      "broken"),
	OPTION_NUMBER(struct deploy_options, interval, .name = "retry-interval",
		      .argument = "SECONDS", .min = 0, .max = 86400, .fallback = "10",
		      .help = "wait that long before each time"),
	OPTION_FLAG(struct deploy_options, dry_run, .name = "dry-run",
		    .variables = "PACT_BROKER_CAN_I_DEPLOY_DRY_RUN",
		    .help = "print the verdict, and leave with 0 also when it is no"),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "APP@VERSION",
	 .help = "what is to be deployed, together; without \"@VERSION\", of one application the "
		 "commit that the CI system or git names",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally can-i-deploy web-shop@1.4.0 --to production", "asks, and says why"},
	{"tally can-i-deploy --pacticipant web-shop --version 1.4.0 --to-environment production "
	 "--format json",
	 "asks in Pact's words, for a program"},
	{"tally can-i-deploy web-shop@1.4.0 orders@2.1.0 --to production",
	 "asks for two that go together"},
	{"tally can-i-deploy web-shop@1.4.0 --to production --assume \"orders@2.1.0 deployed\"",
	 "asks what the answer would be"},
	{"tally can-i-deploy web-shop@1.4.0 --to production --retry-while-unknown 30",
	 "waits for results that are on their way"},
	{"tally can-i-deploy web-shop@1.4.0 --to production --at 2026-01-31T12:00:00Z",
	 "asks what the answer was then"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "Yes."},
	{EXIT_NO, "No; or the application or the environment is not known."},
	{0, NULL},
};

const struct command command_can_i_deploy = {
	.name = "can-i-deploy",
	.group = GROUP_RELEASE,
	.summary = "say whether versions can be deployed to an environment, and why",
	.description =
		"Looks at every application that the version works with and that is deployed or "
		"released in the environment, and prints the verdict, then for each pair its own "
		"verdict, the reason, and the next command to run. A pair is ok, broken (an "
		"interaction failed), waiting (a verification is due), stuck (no verification can "
		"answer as things stand), absent (the other side is not there) or ignored. For a "
		"broken pair it also says which side moved, and which versions last worked.\n\n"
		"Several versions are asked for as if they were deployed together: they count with "
		"one another instead of what is deployed there. Releases that are supported and "
		"instances with a name stay, and count too. Without a place to go to they are only "
		"compared with one another.\n\n"
		"The version follows the last \"@\"; for a name that holds an \"@\" of its own, "
		"use --pacticipant and --version. With --format json the answer has the members of "
		"Pact's broker and more.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
