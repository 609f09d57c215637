/* verify_sources.c - where tally verify has its contracts from: files, folders, the broker. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

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
	const struct tally_verification_query query = {.provider = o->provider};
	struct app_version consumer;

	if (!o->consumer_version)
		return tally_broker_contracts_to_verify(run->broker, &query, &run->from_broker,
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

	if (run->call->operand_count == 0 && !o->broker.location)
		return wrong("no contracts: expected FILE or DIR, or --broker; see tally verify "
			     "--help");
	if (run->call->operand_count > 0 && o->consumer_version)
		return wrong("--consumer-version is for contracts of the broker: leave it out, or "
			     "%s",
			     run->call->operands[0]);
	if (o->publish)
		status = broker_open_to_change(run->call, &o->broker, &run->broker);
	else if (run->call->operand_count == 0)
		status = broker_open(run->call, &o->broker, &run->broker);
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

/* Leaves the contracts that were asked for, in their order. */
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

int verify_sources_load(struct verify_run *run)
{
	int status = load(run);

	return status == 0 ? choose(run) : status;
}

/* The results are in the order of the files. */
void verify_sources_tell(struct verify_run *run)
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
