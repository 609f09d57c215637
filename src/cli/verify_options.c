/* verify_options.c - the options of tally verify. */
#include "config.h"

#include "cli/common.h"
#include "cli/origin.h"
#include "cli/output.h"
#include "cli/verify.h"

static int check_provider(struct verify_run *run)
{
	return need(run->call, run->options->provider_url, "provider-url",
		    "the address of the running provider, such as http://127.0.0.1:8080");
}

/* Results are of one version, and should be of a branch. */
static int find_version(struct verify_run *run)
{
	struct verify_options *o = run->options;
	struct origin origin = {.version = o->provider_version, .branch = o->provider_branch};

	origin_find(run->call, &origin, ORIGIN_VERSION_AND_BRANCH);
	o->provider_version = origin.version;
	o->provider_branch = origin.branch;
	return need(run->call, o->provider_version, "provider-version",
		    "the provider's version (there is neither a CI variable nor a git commit to "
		    "take it from)");
}

int verify_options_check(struct verify_run *run)
{
	int status = check_provider(run);

	if (status == 0)
		status = verify_report_check(run);
	if (status == 0 && run->options->publish)
		status = find_version(run);
	return status;
}

#define O struct verify_options

const struct option verify_option_table[] = {
	OPTION_TEXT(O, provider_url, .letter = 'u', .name = "provider-url", .argument = "URL",
		    .aliases = "provider-base-url",
		    .variables = "TALLY_PROVIDER_URL PACT_PROVIDER_BASE_URL",
		    .help = "where the provider answers; a path in it goes before each request's"),
	OPTION_TEXT(O, provider, .letter = 'n', .name = "provider", .argument = "NAME",
		    .aliases = "provider-name", .variables = "TALLY_PROVIDER PACT_PROVIDER_NAME",
		    .help = "the provider's name: only its contracts are replayed; needed with "
			    "--broker"),
	COMMON_OPTIONS_BROKER(O, broker, 't'),
	OPTION_TEXT(O, consumer_version, .name = "consumer-version", .argument = "APP@VERSION",
		    .help = "replay the broker's contract of this consumer version, wherever it "
			    "is, and no other"),
	OPTION_FLAG(O, publish, .letter = 'r', .name = "publish",
		    .aliases = "publish-verification-results",
		    .variables = "TALLY_PUBLISH PACT_PUBLISH_VERIFICATION_RESULTS",
		    .help = "record the results in the broker"),
	OPTION_TEXT(O, provider_version, .letter = 'a', .name = "provider-version",
		    .argument = "VERSION", .aliases = "provider-app-version",
		    .variables = "TALLY_PROVIDER_VERSION PACT_PROVIDER_VERSION",
		    .help = "the provider's version, to record; without it, the commit that the CI "
			    "system or git names"),
	OPTION_TEXT(O, provider_branch, .name = "provider-branch", .argument = "BRANCH",
		    .aliases = "provider-version-branch",
		    .variables = "TALLY_PROVIDER_BRANCH PACT_PROVIDER_BRANCH",
		    .help = "its branch; without it, the one that the CI system or git names"),
	OPTION_LIST(O, provider_tags, .name = "provider-tag", .argument = "TAG",
		    .aliases = "provider-version-tag", .variables = "PACT_PROVIDER_TAGS",
		    .help = "a tag for the provider's version"),
	OPTION_TEXT(O, build_url, .name = "build-url", .argument = "URL",
		    .variables = "TALLY_BUILD_URL BUILD_URL BUILDKITE_BUILD_URL CI_JOB_URL "
				 "CIRCLE_BUILD_URL TRAVIS_BUILD_WEB_URL",
		    .help = "the CI run that verifies"),
	OPTION_LIST(O, headers, .letter = 'H', .name = "header", .argument = "HEADER",
		    .aliases = "custom-provider-header",
		    .help = "a header \"Name: value\" to put into every request"),
	OPTION_TEXT(O, filter_description, .name = "filter-description", .argument = "REGEX",
		    .variables = "TALLY_FILTER_DESCRIPTION PACT_DESCRIPTION",
		    .help = "replay only interactions whose description matches"),
	OPTION_TEXT(O, filter_state, .name = "filter-state", .argument = "REGEX",
		    .variables = "TALLY_FILTER_STATE PACT_PROVIDER_STATE",
		    .help = "replay only interactions with a provider state that matches"),
	OPTION_FLAG(O, filter_no_state, .name = "filter-no-state",
		    .variables = "TALLY_FILTER_NO_STATE PACT_PROVIDER_NO_STATE",
		    .help = "replay only interactions without a provider state"),
	OPTION_LIST(O, filter_consumers, .letter = 'c', .name = "filter-consumer",
		    .argument = "NAME", .help = "replay only this consumer's contracts"),
	OPTION_TEXT(O, state_change_url, .letter = 's', .name = "state-change-url",
		    .argument = "URL", .aliases = "provider-states-setup-url",
		    .variables = "TALLY_STATE_CHANGE_URL PACT_PROVIDER_STATE_CHANGE_URL",
		    .help = "where provider states are set up, by a POST before each interaction"),
	OPTION_FLAG(O, state_change_teardown, .name = "state-change-teardown",
		    .variables = "TALLY_STATE_CHANGE_TEARDOWN PACT_PROVIDER_STATE_CHANGE_TEARDOWN",
		    .help = "call it after each interaction too, with the action teardown"),
	OPTION_FLAG(O, state_change_as_query, .name = "state-change-as-query",
		    .variables = "TALLY_STATE_CHANGE_AS_QUERY PACT_PROVIDER_STATE_CHANGE_AS_QUERY",
		    .help = "put state and parameters into its query in place of a JSON body"),
	OPTION_NUMBER(O, request_timeout_ms, .name = "request-timeout", .argument = "MS", .min = 1,
		      .max = 3600000, .fallback = "5000",
		      .variables = "TALLY_REQUEST_TIMEOUT PACT_PROVIDER_REQUEST_TIMEOUT",
		      .help = "how long an answer may take, in milliseconds"),
	OPTION_NUMBER(O, jobs, .name = "jobs", .argument = "N", .min = 0, .max = 256,
		      .fallback = "0", .variables = "TALLY_JOBS",
		      .help = "how many interactions are replayed at once; 0 chooses a safe value"),
	OPTION_FLAG(O, exit_on_first_error, .name = "exit-on-first-error", .aliases = "fail-fast",
		    .help = "stop at the first interaction that fails"),
	OPTION_FLAG(O, insecure_tls, .name = "disable-ssl-verification", .aliases = "insecure-tls",
		    .help = "accept any certificate of the provider"),
	COMMON_OPTION_SEED(O, seed),
	COMMON_OPTION_NOW(O, now),
	OPTION_TEXT(O, json, .letter = 'j', .name = "json", .argument = "FILE",
		    .variables = "TALLY_JSON_REPORT PACT_VERIFIER_JSON_REPORT",
		    .help = "write the results to this file, too, as JSON"),
	COMMON_OPTION_FORMAT(O, format),
	OPTION_END,
};
