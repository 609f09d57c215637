/* verify.c - tally verify: contracts, replayed against the real provider. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

static int find_results(struct verify_run *run)
{
	int status = verify_options_check(run);

	if (status == 0)
		status = verify_sources_load(run);
	if (status == 0)
		status = verify_choose(run);
	if (status == 0 && run->options->explain)
		return 0;
	if (status == 0)
		status = verify_publish_find_provider(run);
	if (status == 0) {
		verify_last_find(run);
		status = verify_replay(run);
	}
	return status;
}

static int verify(struct verify_run *run)
{
	int status = find_results(run);
	int printed;

	if (status != 0)
		return verify_report_failure(run, status);
	if (run->options->explain) {
		verify_choose_explain(run);
		return EXIT_YES;
	}
	verify_choose_tell(run);
	verify_last_keep(run);
	if (run->options->publish)
		status = verify_publish(run);
	printed = verify_report(run);
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
	run.from_broker = cJSON_CreateArray();
	status = verify(&run);
	verify_replay_end();
	cJSON_Delete(run.results);
	cJSON_Delete(run.from_broker);
	cJSON_Delete(run.selectors);
	contract_files_release(&run.files);
	tally_broker_close(run.broker);
	return status;
}

static const struct operand operands[] = {
	{.name = "FILE|DIR|URL",
	 .help = "contract files, folders of them, URLs; without any, the contracts that the "
		 "broker says this provider has to honour",
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
	{"tally verify contracts --provider-url http://127.0.0.1:8080 --start \"./server --port "
	 "8080\"",
	 "starts the provider, replays when it answers, and ends it"},
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
		"with what the contracts expect. The contracts are files, folders and URLs, or, "
		"without any, those that the broker says the provider has to honour: of each "
		"consumer the head of its main branch and every version that is deployed. With "
		"selectors, or work in progress, the broker's contracts are replayed beside the "
		"others. A contract that comes twice is replayed once, and the order is that of "
		"the names of consumers. When one cannot be read, nothing is asked.\n\n"
		"Where the request of an interaction has generators, it is sent with generated "
		"values: those of provider states are what the state-change URL answers, a JSON "
		"object of names and values, over the states' parameters.\n\n"
		"With --publish, the results are recorded in the broker per interaction, in one "
		"change; of a filtered run, those that ran, and of contract files, those of "
		"interactions "
		"that a consumer in the broker has, too. Failing interactions that are pending "
		"are shown and do not fail the run.",
	.operands = operands,
	.options = verify_option_table,
	.examples = examples,
	.exits = exits,
	.run = run,
};
