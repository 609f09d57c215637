/* verify_publish.c - the results of tally verify, for the broker. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

int verify_publish_find_provider(struct verify_run *run)
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

/* A Pact Broker takes whole contracts alone, and each by itself. */
static void tell_recorded(const struct tally_run *record, const cJSON *answer)
{
	const cJSON *item;
	size_t left_out = 0, all = 0;

	cJSON_ArrayForEach(item, json_get(answer, "results"))
	{
		bool is_left_out = cJSON_IsFalse(json_get(item, "published"));

		if (is_left_out)
			note("the results for %s %s are not recorded: %s",
			     json_text(item, "consumer"), json_text(item, "consumerVersion"),
			     json_text(item, "why"));
		left_out += is_left_out;
		all++;
	}
	if (answer && left_out < all)
		note("results recorded for %s %s", record->provider, record->version);
}

int verify_publish(struct verify_run *run)
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
	int status;

	/* Nobody wants the verdict on a part that chance has chosen. */
	if (cJSON_IsTrue(json_get(run->results, "interrupted"))) {
		note("the results are not recorded: the run was interrupted");
		return 0;
	}
	status = tally_broker_record_results(run->broker, &record,
					     json_get(run->results, "contracts"), &answer, &error);
	tell_recorded(&record, answer);
	/* What a Pact Broker took before the error is in the answer. */
	if (answer && !cJSON_AddItemToObject(run->results, "recorded", answer))
		out_of_memory();
	return status < 0 ? failed(&error) : 0;
}
