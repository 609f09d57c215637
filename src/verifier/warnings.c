#include "config.h"

#include "verifier/outside.h"
#include "verifier/results.h"

static int put_warning(cJSON *list, size_t count, size_t total, const char *words)
{
	struct buf text;
	int status;

	if (count == 0)
		return 0;
	tally__buf_init(&text, TALLY_ERROR_MESSAGE_BYTES);
	tally__buf_addf(&text, "%zu of %zu %s", count, total, words);
	status = text.status != 0 ? TALLY_ENOMEM
				  : tally__json_append(list, cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	return status;
}

/* Values that could not be generated, in the order of the contracts. */
static int put_generation(cJSON *list, const struct run *run)
{
	int status = 0;

	for (size_t i = 0; i < run->count && status == 0; i++) {
		const cJSON *warning;

		cJSON_ArrayForEach(warning, run->tasks[i].warnings)
		{
			if (status == 0)
				status = tally__json_append(
					list, cJSON_CreateString(warning->valuestring));
		}
	}
	return status;
}

static int put_all(cJSON *list, const struct run *run)
{
	bool has_states = run->settings->has_states;
	size_t stateful = 0, answered_once = 0, empty = 0;

	for (size_t i = 0; i < run->contract_count; i++)
		empty += run->contracts[i].contract->interaction_count == 0;
	for (size_t i = 0; i < run->count; i++) {
		const struct interaction *interaction = run->tasks[i].interaction;

		if (!run->tasks[i].selected)
			continue;
		stateful += !has_states && interaction->state_count > 0;
		answered_once += interaction->response_count > 1;
	}
	if (put_warning(list, empty, run->contract_count,
			"contracts have no interactions: nothing of them was verified") != 0 ||
	    put_warning(list, stateful, run->selected_count,
			"interactions need a provider state, but no state-change URL or command "
			"was given: "
			"their states were not set up") != 0 ||
	    put_warning(list, answered_once, run->selected_count,
			"interactions expect several answers to one message, of which only the "
			"first is asked for over HTTP") != 0)
		return TALLY_ENOMEM;
	return put_generation(list, run);
}

int tally__results_put_warnings(cJSON *document, const struct run *run)
{
	cJSON *list = cJSON_CreateArray();

	if (list == NULL || put_all(list, run) != 0) {
		cJSON_Delete(list);
		return TALLY_ENOMEM;
	}
	if (list->child == NULL)
		cJSON_Delete(list);
	else if (tally__json_put(document, "warnings", list) != 0)
		return TALLY_ENOMEM;
	return run->has_generated ? tally__value_source_tell(&run->settings->source, document) : 0;
}
