#include "config.h"

#include "verifier/run.h"

struct counts {
	size_t passed, failed, pending, skipped;
};

static void count_task(struct counts *counts, const struct task *task)
{
	if (task->outcome == INTERACTION_PASSED)
		counts->passed++;
	else if (task->outcome == INTERACTION_SKIPPED)
		counts->skipped++;
	else if (task->interaction->pending)
		counts->pending++;
	else
		counts->failed++;
}

static int put_number(cJSON *object, const char *name, double number)
{
	return tally__json_put(object, name, cJSON_CreateNumber(number));
}

static int put_bool(cJSON *object, const char *name, bool value)
{
	return tally__json_put(object, name, cJSON_CreateBool(value));
}

static int put_states(cJSON *object, const struct interaction *interaction)
{
	cJSON *states = tally__json_put_new(object, "providerStates", cJSON_CreateArray());
	int status = states != NULL ? 0 : TALLY_ENOMEM;

	for (size_t i = 0; i < interaction->state_count && status == 0; i++)
		status =
			tally__json_append(states, cJSON_CreateString(interaction->states[i].name));
	return status;
}

/* Moves what came of the deciding attempt into an interaction. */
static int put_record(cJSON *object, struct task *task)
{
	cJSON *member;

	if (task->record == NULL) {
		if (tally__json_put_text(object, "outcome",
					 tally__task_outcome_name(task->outcome)) != 0)
			return TALLY_ENOMEM;
		return tally__json_put(object, "mismatches", cJSON_CreateArray());
	}
	while ((member = cJSON_DetachItemViaPointer(task->record, task->record->child)) != NULL) {
		if (!cJSON_AddItemToObject(object, member->string, member)) {
			cJSON_Delete(member);
			return TALLY_ENOMEM;
		}
	}
	return 0;
}

static int put_task(cJSON *interactions, struct task *task, struct tally_error *error)
{
	const struct interaction *interaction = task->interaction;
	cJSON *object = tally__json_put_new(interactions, NULL, cJSON_CreateObject());

	if (object == NULL ||
	    tally__json_put_text(object, "description", interaction->description) != 0 ||
	    tally__json_put_text(object, "digest", task->digest) != 0 ||
	    tally__json_put_text(object, "key", interaction->key) != 0 ||
	    tally__json_put_text(object, "id", interaction->id) != 0 ||
	    put_states(object, interaction) != 0 ||
	    put_bool(object, "pending", interaction->pending) != 0 || put_record(object, task) != 0)
		return tally__fail_nomem(error);
	return 0;
}

static int put_counts(cJSON *object, const struct counts *counts)
{
	cJSON *member = tally__json_put_new(object, "counts", cJSON_CreateObject());

	if (member == NULL || put_number(member, "passed", (double)counts->passed) != 0 ||
	    put_number(member, "failed", (double)counts->failed) != 0 ||
	    put_number(member, "pending", (double)counts->pending) != 0)
		return TALLY_ENOMEM;
	return put_number(member, "skipped", (double)counts->skipped);
}

/* Adds a contract with its tasks, which begin at *next; moves *next on. */
static int put_contract(cJSON *list, struct run *run, const struct tally_contract *contract,
			size_t *next, struct tally_error *error)
{
	cJSON *object = tally__json_put_new(list, NULL, cJSON_CreateObject());
	size_t first = *next;
	struct counts counts = {0};
	cJSON *interactions;
	int status = 0;

	*next += contract->interaction_count;
	for (size_t i = first; i < *next; i++)
		count_task(&counts, &run->tasks[i]);
	if (object == NULL || tally__json_put_text(object, "consumer", contract->consumer) != 0 ||
	    tally__json_put_text(object, "provider", contract->provider) != 0 ||
	    tally__json_put_text(object, "spec", tally_spec_text(contract->spec)) != 0 ||
	    put_bool(object, "success", counts.failed == 0) != 0)
		return tally__fail_nomem(error);
	interactions = tally__json_put_new(object, "interactions", cJSON_CreateArray());
	if (interactions == NULL)
		return tally__fail_nomem(error);
	for (size_t i = first; i < *next && status == 0; i++)
		status = put_task(interactions, &run->tasks[i], error);
	return status;
}

static int put_warning(cJSON **list, cJSON *document, size_t count, size_t total, const char *words)
{
	struct buf text;
	int status = TALLY_ENOMEM;

	if (count == 0)
		return 0;
	if (*list == NULL)
		*list = tally__json_put_new(document, "warnings", cJSON_CreateArray());
	tally__buf_init(&text, TALLY_ERROR_MESSAGE_BYTES);
	tally__buf_addf(&text, "%zu of %zu interactions %s", count, total, words);
	if (*list != NULL && text.status == 0)
		status = tally__json_append(*list, cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	return status;
}

/* Of generated values: which could not be made, and how all come out the same again. */
static int put_generation(cJSON **list, cJSON *document, struct run *run)
{
	int status = 0;

	for (size_t i = 0; i < run->count && status == 0; i++) {
		const cJSON *warning;

		if (run->tasks[i].warnings != NULL && *list == NULL)
			*list = tally__json_put_new(document, "warnings", cJSON_CreateArray());
		cJSON_ArrayForEach(warning, run->tasks[i].warnings)
		{
			if (status == 0)
				status = tally__json_append(
					*list, cJSON_CreateString(warning->valuestring));
		}
	}
	if (status != 0 || !run->has_generated)
		return status;
	return tally__value_source_tell(&run->settings->source, document);
}

/* What a run leaves out is told, rather than left to be guessed from failures. */
static int put_warnings(cJSON *document, struct run *run, struct tally_error *error)
{
	const struct tally_verify_options *options = run->settings->options;
	bool has_states = options->state_change_url != NULL || options->state_command != NULL;
	size_t stateful = 0, answered_once = 0;
	size_t total = run->selected_count;
	cJSON *list = NULL;

	for (size_t i = 0; i < run->count; i++) {
		const struct interaction *interaction = run->tasks[i].interaction;

		if (!run->tasks[i].selected)
			continue;
		stateful += !has_states && interaction->state_count > 0;
		answered_once += interaction->response_count > 1;
	}
	if (put_warning(&list, document, stateful, total,
			"need a provider state, but no state-change URL or command was given: "
			"their states were not set up") != 0 ||
	    put_warning(
		    &list, document, answered_once, total,
		    "expect several answers to one message, of which only the first is asked for "
		    "over HTTP") != 0 ||
	    put_generation(&list, document, run) != 0)
		return tally__fail_nomem(error);
	return 0;
}

int tally__run_results(struct run *run, const struct tally_verify_contract *contracts, size_t count,
		       cJSON **results, struct tally_error *error)
{
	struct counts counts = {0};
	size_t next = 0;
	cJSON *document, *list;
	int status = 0;

	tally__json_setup();
	document = cJSON_CreateObject();
	for (size_t i = 0; i < run->count; i++)
		count_task(&counts, &run->tasks[i]);
	if (document == NULL || put_bool(document, "success", counts.failed == 0) != 0 ||
	    put_counts(document, &counts) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = put_warnings(document, run, error);
	list = status == 0 ? tally__json_put_new(document, "contracts", cJSON_CreateArray()) : NULL;
	if (status == 0 && list == NULL)
		status = tally__fail_nomem(error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = put_contract(list, run, contracts[i].contract, &next, error);
	if (status == 0)
		status = tally__secrets_mask_results(run->settings->secrets, document, error);
	if (status != 0) {
		cJSON_Delete(document);
		return status;
	}
	*results = document;
	return 0;
}
