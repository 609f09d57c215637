/* verify_sources.c - where tally verify has its contracts from: files, folders, URLs, the broker.
 *
 * What cannot be read is said, all of it, and then nothing is asked: half of the contracts are no
 * answer. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

/* So many sources that cannot be read are said one by one. */
enum { SAID_MAX = 20 };

struct reading {
	struct verify_run *run;
	size_t bad_count;
	int status; /* of the first that could not be read, or EXIT_WRONG when one is wrong */
};

static bool is_url(const char *source)
{
	return strncasecmp(source, "http://", 7) == 0 || strncasecmp(source, "https://", 8) == 0;
}

static void refuse(struct reading *reading, const struct tally_error *error)
{
	int status = tally_error_exit_status(error->code);

	if (reading->bad_count++ < SAID_MAX)
		(void)failed(error);
	if (reading->status == 0 || status == EXIT_WRONG)
		reading->status = status;
}

/* ---- files and folders ---- */

static void read_path(struct reading *reading, const char *path)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct text_list paths = {0};

	if (contract_paths_add(reading->run->call, &paths, path, &error) < 0) {
		refuse(reading, &error);
		return;
	}
	if (paths.count == 0)
		note("%s: expected contract files (*.json) in it, found none", path);
	for (size_t i = 0; i < paths.count; i++) {
		struct tally_error why = TALLY_ERROR_INIT;

		if (verify_report_keep_off(reading->run, paths.items[i]) != 0) {
			reading->status = EXIT_WRONG;
			reading->bad_count++;
		} else if (contract_files_add_file(reading->run->call, &reading->run->files,
						   paths.items[i], &why) < 0)
			refuse(reading, &why);
	}
}

/* ---- the broker ---- */

/* What the broker has to say beside the contracts. */
static void tell_remarks(const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "unmatched"))
	{
		if (cJSON_IsString(item))
			note("%s", item->valuestring);
	}
	cJSON_ArrayForEach(item, json_get(answer, "notices"))
	{
		if (*json_text(item, "text"))
			note("%s", json_text(item, "text"));
	}
}

/* Takes the answer over in every case. */
static int take_from_broker(struct verify_run *run, cJSON *answer)
{
	const cJSON *item;

	if (!cJSON_AddItemToArray(run->from_broker, answer)) {
		cJSON_Delete(answer);
		out_of_memory();
	}
	cJSON_ArrayForEach(item, json_get(answer, "contracts"))
	{
		struct tally_error error = TALLY_ERROR_INIT;
		struct contract_file *file;

		if (contract_files_add(run->call, &run->files, json_get(item, "contract"), &error) <
		    0)
			return failed(&error);
		file = &run->files.items[run->files.count - 1];
		file->history = item;
		file->consumer_version = json_text(item, "consumerVersion");
	}
	tell_remarks(answer);
	return 0;
}

/* ---- URLs ---- */

/* "https://broker.test:8080" of a URL: its length. */
static size_t origin_len(const char *url)
{
	const char *authority = strstr(url, "://") + 3;

	return (size_t)(authority - url) + strcspn(authority, "/?#");
}

/* The name and token are the broker's: no other server is told them. */
static bool may_know_credentials(const struct broker_access *broker, const char *url)
{
	size_t len = origin_len(url);

	/* Without a broker they can only be meant for this URL. */
	if (!broker->location)
		return true;
	if (!is_url(broker->location))
		return false;
	return origin_len(broker->location) == len && strncasecmp(broker->location, url, len) == 0;
}

/* A text that may be shown: without names, passwords and tokens. */
static const char *shown(const struct verify_run *run, const char *text)
{
	const struct tally_verify_options options = {
		.masks = run->options->masks.items,
		.mask_count = run->options->masks.count,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	char *masked = NULL;
	const char *copy;

	if (tally_verify_mask(text, &options, &masked, &error) < 0)
		out_of_memory();
	copy = scratch_format(&run->call->scratch, "%s", masked);
	tally_free(masked);
	return copy;
}

/* What a URL is called: without a name and password, and its parameters without secrets. */
static const char *url_name(const struct verify_run *run, const char *url)
{
	const char *authority = strstr(url, "://") + 3;
	size_t len = strcspn(authority, "/?#");

	while (len > 0 && authority[len - 1] != '@')
		len--;
	return shown(run, scratch_format(&run->call->scratch, "%.*s%s", (int)(authority - url), url,
					 authority + len));
}

/* The same of an error about a URL. */
static void refuse_url(struct reading *reading, struct tally_error *error)
{
	(void)snprintf(error->where, sizeof(error->where), "%s", shown(reading->run, error->where));
	(void)snprintf(error->message, sizeof(error->message), "%s",
		       shown(reading->run, error->message));
	refuse(reading, error);
}

static void read_url(struct reading *reading, const char *url)
{
	struct call *call = reading->run->call;
	const struct verify_options *o = reading->run->options;
	bool may_know = may_know_credentials(&o->broker, url);
	const struct tally_fetch_options options = {
		.user = may_know ? broker_user(call, &o->broker) : NULL,
		.token = may_know ? o->broker.token : NULL,
		.insecure_tls = o->insecure_tls,
		.ca_file = o->ca_file,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;
	int code = tally_fetch(&text, &len, url, &options, &error);

	if (code == 0)
		code = contract_files_add_text(call, &reading->run->files,
					       url_name(reading->run, url), text, len, &error);
	if (code < 0)
		refuse_url(reading, &error);
	tally_free(text);
}

static bool has_web_broker(const struct verify_run *run)
{
	const char *broker = run->options->broker.location;

	return broker && is_url(broker);
}

/* A contract that a Pact Broker has: it comes with links for its results, which a plain document
 * from anywhere is not believed. */
static void read_from_web_broker(struct reading *reading, const char *url)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int status;

	if (tally_broker_contract_at(reading->run->broker, url, &answer, &error) < 0) {
		refuse_url(reading, &error);
		return;
	}
	status = take_from_broker(reading->run, answer);
	if (status != 0 && reading->status == 0)
		reading->status = status;
}

static void read_webhook_url(struct reading *reading)
{
	const char *url = reading->run->options->webhook_url;

	if (url && has_web_broker(reading->run))
		read_from_web_broker(reading, url);
	else if (url)
		read_url(reading, url);
}

static void read_sources(struct reading *reading, const struct text_list *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		const char *url = sources->items[i];

		if (is_url(url) && reading->run->broker && has_web_broker(reading->run) &&
		    may_know_credentials(&reading->run->options->broker, url))
			read_from_web_broker(reading, url);
		else if (is_url(url))
			read_url(reading, url);
		else
			read_path(reading, sources->items[i]);
	}
}

static int load_from_broker(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	const struct tally_verification_query query = {
		.provider = o->provider,
		.provider_version = o->provider_version,
		.provider_branch = o->provider_branch,
		.provider_tags = o->provider_tags.items,
		.provider_tag_count = o->provider_tags.count,
		.selectors = run->selectors,
		.enable_pending = o->enable_pending,
		.include_wip_since = o->include_wip_since,
	};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	int code;
	int status = need(run->call, o->provider, "provider",
			  "the name of the provider whose contracts the broker is asked for");

	if (status != 0)
		return status;
	code = broker_ask_contracts(run->call, run->broker, &query, o->consumer_version, &answer,
				    &error);
	/* Beside other sources, none is no reason to stop. */
	if (code == TALLY_ENOTHING && run->files.count > 0) {
		note("%s", error.message);
		return 0;
	}
	return code < 0 ? failed_in_options(run->call, &error) : take_from_broker(run, answer);
}

/* ---- all ---- */

static size_t count_given(const struct verify_run *run)
{
	const struct verify_options *o = run->options;

	return run->call->operand_count + o->files.count + o->dirs.count + o->urls.count +
	       (o->webhook_url != NULL);
}

bool verify_sources_ask_broker(const struct verify_run *run)
{
	const struct verify_options *o = run->options;

	/* With files, a broker may be there to record the results alone. */
	return count_given(run) == 0 ||
	       (o->broker.location &&
		(run->selectors || o->include_wip_since || o->consumer_version));
}

static int check_sources(const struct verify_run *run)
{
	const struct verify_options *o = run->options;

	if (count_given(run) == 0 && !o->broker.location)
		return wrong("no contracts: expected FILE, DIR or URL, or --broker; see tally "
			     "verify --help");
	if (o->consumer_version && count_given(run) > 0)
		return wrong("--consumer-version is for contracts of the broker: leave it out, or "
			     "%s",
			     run->call->operand_count > 0 ? run->call->operands[0]
							  : "the other sources");
	if (o->consumer_version && run->selectors)
		return wrong("--consumer-version names one contract: leave it out, or "
			     "--consumer-version-selectors");
	if (o->broker.at && o->publish)
		return wrong("--at asks the broker as it was, where nothing can be recorded: leave "
			     "it out, or --publish");
	if (o->broker.at && !verify_sources_ask_broker(run))
		return wrong("--at is for contracts of the broker: leave it out, or %s",
			     run->call->operand_count > 0 ? run->call->operands[0]
							  : "the other sources");
	if (run->selectors && !o->broker.location)
		return wrong("--consumer-version-selectors and --consumer-version-tags choose "
			     "from what a broker has, and --broker is missing");
	return 0;
}

static int open_broker(struct verify_run *run)
{
	const struct broker_access *access = &run->options->broker;

	if (run->options->publish)
		return broker_open_to_change(run->call, access, &run->broker);
	if (verify_sources_ask_broker(run) || (run->options->webhook_url && has_web_broker(run)))
		return broker_open(run->call, access, &run->broker);
	return 0;
}

static int read_given(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	const struct text_list operands = {run->call->operands, run->call->operand_count};
	struct reading reading = {.run = run};

	read_sources(&reading, &operands);
	read_sources(&reading, &o->files);
	read_sources(&reading, &o->dirs);
	read_sources(&reading, &o->urls);
	read_webhook_url(&reading);
	if (reading.bad_count > SAID_MAX)
		note("and %zu more", reading.bad_count - SAID_MAX);
	if (reading.bad_count > 0 && reading.bad_count + run->files.count > 1)
		note("nothing was asked: %zu of %zu contracts cannot be read", reading.bad_count,
		     reading.bad_count + run->files.count);
	return reading.status;
}

/* Its results are of contracts: what one interaction was answered with, it does not know. */
static void tell_of_history(const struct verify_run *run)
{
	if (run->options->only_needed && has_web_broker(run))
		note("--only-needed: a Pact Broker keeps results of whole contracts, not of "
		     "interactions: everything is replayed");
}

int verify_sources_load(struct verify_run *run)
{
	int status = check_sources(run);

	if (status == 0)
		status = open_broker(run);
	if (status == 0)
		status = read_given(run);
	if (status == 0 && verify_sources_ask_broker(run))
		status = load_from_broker(run);
	if (status == 0)
		tell_of_history(run);
	return status;
}
