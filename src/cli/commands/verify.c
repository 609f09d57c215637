/* verify.c - tally verify: contracts, replayed against the real provider. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/contracts.h"
#include "cli/origin.h"
#include "cli/output.h"

struct verify_options {
	const char *provider_url;
	const char *provider;
	const char *broker;
	const char *consumer_version;
	const char *provider_version;
	const char *provider_branch;
	const char *build_url;
	struct text_list provider_tags;
	bool publish;
	struct text_list headers;
	const char *filter_description;
	const char *filter_state;
	bool filter_no_state;
	struct text_list filter_consumers;
	const char *state_change_url;
	bool state_change_teardown;
	bool state_change_as_query;
	long request_timeout_ms;
	long jobs;
	bool exit_on_first_error;
	bool insecure_tls;
	long seed;
	const char *now;
	const char *json;
	int format;
};

struct verify_run {
	struct call *call;
	struct verify_options *options;
	struct tally_broker *broker;
	struct contract_files files;
	cJSON *from_broker; /* its answer, which lends the versions of the contracts */
	cJSON *results;
};

/* One sentence of all the reasons why a contract is to be verified. */
static const char *join_reasons(struct call *call, const cJSON *reasons)
{
	const char *joined = "";
	const cJSON *reason;

	cJSON_ArrayForEach(reason, reasons)
	{
		if (cJSON_IsString(reason))
			joined = scratch_format(&call->scratch, "%s%s%s", joined,
						*joined ? "; " : "", reason->valuestring);
	}
	return joined;
}

/* Asks for all contracts of the provider, or for that of one consumer version. */
static int ask_broker(struct verify_run *run, struct tally_error *error)
{
	const struct verify_options *o = run->options;
	struct app_version consumer;

	if (!o->consumer_version)
		return tally_broker_contracts_to_verify(run->broker, o->provider, &run->from_broker,
							error);
	app_version_split(run->call, o->consumer_version, &consumer);
	if (!consumer.version || !*consumer.version)
		return set_error(error, TALLY_EINVAL, "--consumer-version",
				 "expected APP@VERSION, found \"%s\"", o->consumer_version);
	return tally_broker_contract_of(run->broker, o->provider, consumer.app, consumer.version,
					&run->from_broker, error);
}

static int load_from_broker(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const cJSON *item;
	int status = need(run->call, run->options->provider, "provider",
			  "the name of the provider whose contracts the broker is asked for");

	if (status != 0)
		return status;
	if (ask_broker(run, &error) < 0)
		return failed(&error);
	cJSON_ArrayForEach(item, json_get(run->from_broker, "contracts"))
	{
		struct contract_file *file;

		if (contract_files_add(run->call, &run->files, json_get(item, "contract"), &error) <
		    0)
			return failed(&error);
		file = &run->files.items[run->files.count - 1];
		file->consumer_version = json_text(item, "consumerVersion");
		file->why = join_reasons(run->call, json_get(item, "why"));
	}
	return 0;
}

static int load(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	int status = 0;

	if (run->call->operand_count == 0 && !o->broker)
		return wrong("no contracts: expected FILE or DIR, or --broker; see tally verify "
			     "--help");
	if (run->call->operand_count > 0 && o->consumer_version)
		return wrong("--consumer-version is for contracts of the broker: leave it out, or "
			     "%s",
			     run->call->operands[0]);
	if (o->publish)
		status = broker_open_to_change(run->call, o->broker, &run->broker);
	else if (run->call->operand_count == 0)
		status = broker_open(run->call, o->broker, &run->broker);
	if (status != 0)
		return status;
	return run->call->operand_count > 0 ? contract_files_read(run->call, &run->files)
					    : load_from_broker(run);
}

static bool wanted(const struct verify_options *o, const struct tally_contract *contract)
{
	const struct text_list *consumers = &o->filter_consumers;

	if (o->provider && strcmp(o->provider, tally_contract_provider(contract)) != 0)
		return false;
	for (size_t i = 0; i < consumers->count; i++) {
		if (strcmp(consumers->items[i], tally_contract_consumer(contract)) == 0)
			return true;
	}
	return consumers->count == 0;
}

/* Says which contracts of the broker are replayed, and why. */
static void tell(const struct contract_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct contract_file *file = &files->items[i];

		if (file->consumer_version)
			note("replaying %s %s: %s", tally_contract_consumer(file->contract),
			     file->consumer_version, file->why);
	}
}

/* Leaves the contracts that were asked for, in their order: 0, or EXIT_NOTHING. */
static int choose(struct verify_run *run)
{
	struct contract_files *files = &run->files;
	size_t all = files->count;
	size_t kept = 0;

	for (size_t i = 0; i < all; i++) {
		struct contract_file file = files->items[i];

		if (!wanted(run->options, file.contract)) {
			tally_contract_free(file.contract);
			cJSON_Delete(file.document);
			continue;
		}
		files->items[kept++] = file;
	}
	files->count = kept;
	tell(files);
	if (kept > 0)
		return 0;
	note("nothing to verify: %zu contract%s read, none for %s%s", all, plural(all),
	     run->options->provider ? run->options->provider : "this provider",
	     run->options->filter_consumers.count > 0 ? " and the consumers of --filter-consumer"
						      : "");
	return EXIT_NOTHING;
}

static int replay(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	struct tally_verify_options options = {
		.provider_url = o->provider_url,
		.state_change_url = o->state_change_url,
		.state_change_teardown = o->state_change_teardown,
		.state_change_as_query = o->state_change_as_query,
		.headers = o->headers.items,
		.header_count = o->headers.count,
		.filter_description = o->filter_description,
		.filter_state = o->filter_state,
		.filter_no_state = o->filter_no_state,
		.request_timeout_ms = (unsigned)o->request_timeout_ms,
		.jobs = (unsigned)o->jobs,
		.insecure_tls = o->insecure_tls,
		.exit_on_first_error = o->exit_on_first_error,
		.seed = (unsigned long)o->seed,
		.now = o->now,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	const struct tally_contract **contracts =
		scratch_array(&run->call->scratch, run->files.count, sizeof(*contracts));

	for (size_t i = 0; i < run->files.count; i++)
		contracts[i] = run->files.items[i].contract;
	return tally_verify(contracts, run->files.count, &options, &run->results, &error) < 0
		       ? failed_in_options(run->call, &error)
		       : 0;
}

/* Says in the results where each contract came from; they are in the order of the files. */
static void add_sources(struct verify_run *run)
{
	cJSON *contract;
	size_t i = 0;

	cJSON_ArrayForEach(contract, json_get(run->results, "contracts"))
	{
		const struct contract_file *file = &run->files.items[i++];

		if (i > run->files.count)
			return;
		if ((*file->path &&
		     !cJSON_AddStringToObject(contract, "file",
					      valid_text(&run->call->scratch, file->path))) ||
		    (file->consumer_version && !cJSON_AddStringToObject(contract, "consumerVersion",
									file->consumer_version)) ||
		    (file->why && !cJSON_AddStringToObject(contract, "why", file->why)))
			out_of_memory();
	}
}

/* Results are recorded for one provider: the one that was named, or that of all contracts. */
static int find_provider(struct verify_run *run)
{
	struct verify_options *o = run->options;
	const char *first = tally_contract_provider(run->files.items[0].contract);

	if (!o->publish || o->provider)
		return 0;
	for (size_t i = 1; i < run->files.count; i++) {
		const char *other = tally_contract_provider(run->files.items[i].contract);

		if (strcmp(first, other) != 0)
			return wrong("--provider is missing: the contracts are of %s and %s, and "
				     "--publish needs one",
				     first, other);
	}
	o->provider = first;
	return 0;
}

/* Hands the results to the broker, in one change: 0, or an exit status. */
static int publish(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_run record = {
		.provider = o->provider,
		.version = o->provider_version,
		.branch = o->provider_branch,
		.build_url = o->build_url,
		.tags = o->provider_tags.items,
		.tag_count = o->provider_tags.count,
	};
	cJSON *answer = NULL;

	if (tally_broker_record_results(run->broker, &record, json_get(run->results, "contracts"),
					&answer, &error) < 0)
		return failed(&error);
	note("results recorded for %s %s", o->provider, o->provider_version);
	if (!cJSON_AddItemToObject(run->results, "recorded", answer))
		out_of_memory();
	return 0;
}

static int print(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const struct tally_text_options text_options = {.colour = out_has_colours()};
	const char *json = run->options->json;
	char *text = NULL;

	if (json && write_json_file(json, run->results, &error) < 0)
		return failed(&error);
	if (run->options->format == FORMAT_JSON)
		return out_json(run->results, &error) < 0 ? failed(&error) : 0;
	if (tally_verify_report_text(run->results, &text_options, &text, &error) < 0)
		return failed(&error);
	out_report(text);
	tally_free(text);
	return 0;
}

/* What can be known to be wrong before anything is asked. */
static int check(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct verify_options *o = run->options;
	struct origin origin = {.version = o->provider_version, .branch = o->provider_branch};
	int status = need(run->call, o->provider_url, "provider-url",
			  "the address of the running provider, such as http://127.0.0.1:8080");

	if (status == 0 && o->json && check_json_file(run->call, o->json, &error) < 0)
		status = failed(&error);
	if (status != 0 || !o->publish)
		return status;
	origin_find(run->call, &origin, ORIGIN_VERSION_AND_BRANCH);
	o->provider_version = origin.version;
	o->provider_branch = origin.branch;
	return need(run->call, o->provider_version, "provider-version",
		    "the provider's version (there is neither a CI variable nor a git commit to "
		    "take it from)");
}

static int verify(struct verify_run *run)
{
	int status = check(run);
	int printed;

	if (status == 0)
		status = load(run);
	if (status == 0)
		status = choose(run);
	if (status == 0)
		status = find_provider(run);
	if (status == 0)
		status = replay(run);
	if (status != 0)
		return status;
	add_sources(run);
	if (run->options->publish)
		status = publish(run);
	printed = print(run);
	status = status != 0 ? status : printed;
	if (status != 0)
		return status;
	return cJSON_IsTrue(json_get(run->results, "success")) ? EXIT_YES : EXIT_NO;
}

static int run(struct call *call)
{
	struct verify_options o = {0};
	struct verify_run run = {.call = call, .options = &o};
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = verify(&run);
	cJSON_Delete(run.results);
	cJSON_Delete(run.from_broker);
	contract_files_release(&run.files);
	tally_broker_close(run.broker);
	return status;
}

#define O struct verify_options

static const struct option options[] = {
	OPTION_TEXT(O, provider_url, .letter = 'u', .name = "provider-url", .argument = "URL",
		    .aliases = "provider-base-url",
		    .variables = "TALLY_PROVIDER_URL PACT_PROVIDER_BASE_URL",
		    .help = "where the provider answers; a path in it goes before each request's"),
	OPTION_TEXT(O, provider, .letter = 'n', .name = "provider", .argument = "NAME",
		    .aliases = "provider-name", .variables = "TALLY_PROVIDER PACT_PROVIDER_NAME",
		    .help = "the provider's name: only its contracts are replayed; needed with "
			    "--broker"),
	COMMON_OPTION_BROKER(O, broker),
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

static const struct operand operands[] = {
	{.name = "FILE|DIR",
	 .help = "contract files, or folders of them; without any, the contracts that the broker "
		 "says this provider has to honour",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally verify contracts --provider-url http://127.0.0.1:8080",
	 "replays the contracts of a folder"},
	{"tally verify --provider orders --provider-url http://127.0.0.1:8080 --publish",
	 "replays what the broker of TALLY_BROKER has and records the results, for the version "
	 "that the CI system or git names"},
	{"tally verify contracts --provider-url http://127.0.0.1:8080 --filter-state \"an order\" "
	 "--state-change-url http://127.0.0.1:8080/states",
	 "replays only the interactions that need such a state, and sets it up"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "The provider honours the contracts."},
	{EXIT_NO, "It does not, or that could not be found out for some interactions; the "
		  "mismatches and errors are on standard output."},
	{EXIT_NOTHING, "There was nothing to verify: no contracts, or no interactions chosen."},
	{0, NULL},
};

const struct command command_verify = {
	.name = "verify",
	.group = GROUP_PROVIDER,
	.summary = "replay contracts against the real provider",
	.description =
		"Sends the requests of contracts to a running provider and compares its answers "
		"with what the contracts expect. The contracts are files and folders, or, without "
		"any, those that the broker says the provider has to honour: of each consumer the "
		"head of its main branch and every version that is deployed.\n\n"
		"Where the request of an interaction has generators, it is sent with generated "
		"values: those of provider states are what the state-change URL answers, a JSON "
		"object of names and values, over the states' parameters.\n\n"
		"With --publish, the results are recorded in the broker per interaction, in one "
		"change; of a filtered run, those that ran, and of contract files, those of "
		"interactions "
		"that a consumer in the broker has, too. Failing interactions that are pending "
		"are shown and do not fail the run.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
