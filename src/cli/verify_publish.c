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

	/* Nobody wants the verdict on a part that chance has chosen. */
	if (cJSON_IsTrue(json_get(run->results, "interrupted"))) {
		note("the results are not recorded: the run was interrupted");
		return 0;
	}
	if (tally_broker_record_results(run->broker, &record, json_get(run->results, "contracts"),
					&answer, &error) < 0)
		return failed(&error);
	note("results recorded for %s %s", o->provider, o->provider_version);
	if (!cJSON_AddItemToObject(run->results, "recorded", answer))
		out_of_memory();
	return 0;
}
