/* What there is to do: a task for each interaction, what the broker knows of it, and with which
 * others it shares a lane or its outcome. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "verifier/lanes.h"
#include "verifier/run.h"

static int fail_nothing(const struct settings *settings, size_t contracts, size_t interactions,
			struct tally_error *error)
{
	struct buf filters;
	int status;

	if (contracts == 0)
		return tally__fail(error, TALLY_ENOTHING,
				   "there are no contracts to verify: give at least one");
	if (interactions == 0)
		return tally__fail(error, TALLY_ENOTHING,
				   "the contracts hold no interactions: nothing was verified");
	tally__buf_init(&filters, TALLY_ERROR_MESSAGE_BYTES);
	tally__filter_describe(&settings->filter, &filters);
	status = tally__fail(error, TALLY_ENOTHING,
			     "none of the %zu interactions was selected by: %s; nothing was "
			     "verified",
			     interactions, filters.bytes);
	tally__buf_release(&filters);
	return status;
}

/* A contract's history, its interactions by their digests. */
struct history {
	const cJSON *json; /* NULL: nothing is known */
	struct map interactions;
};

static int read_history(struct history *history, const cJSON *json, struct tally_error *error)
{
	cJSON *item;

	history->json = json;
	cJSON_ArrayForEach(item, tally__json_get(json, "interactions"))
	{
		const char *digest = tally__json_get_string(item, "digest");

		if (digest != NULL &&
		    tally__map_put(&history->interactions, digest, strlen(digest), item) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* A failure is forgiven where the consumer asks for it, or where the contract is pending or work in
 * progress; but not there what this branch has honoured before: that is no news. */
static void set_standing(struct task *task, const struct history *history, const cJSON *past)
{
	bool passed_before = tally__json_get_bool(past, "passedBefore", false);
	bool is_new = !passed_before && (tally__json_get_bool(history->json, "pending", false) ||
					 tally__json_get_bool(history->json, "wip", false));

	task->pending = task->interaction->pending || is_new;
	if (history->json == NULL)
		return;
	if (passed_before)
		task->standing = "regressed";
	else if (task->pending)
		task->standing = "new";
}

static int add_task(struct run *run, const struct tally_contract *contract,
		    const struct interaction *interaction, const struct history *history,
		    struct tally_error *error)
{
	struct task *task = &run->tasks[run->count++];
	const cJSON *past;
	int status;

	task->contract = contract;
	task->interaction = interaction;
	status = tally__interaction_digest(interaction, task->digest, error);
	if (status == 0)
		status = tally__filter_select(&run->settings->filter, task, error);
	if (status != 0 || !task->selected)
		return status;
	run->selected_count++;
	past = tally__map_get(&history->interactions, task->digest, strlen(task->digest));
	set_standing(task, history, past);
	if (tally__task_past_outcome(past) != INTERACTION_SKIPPED)
		task->past = past;
	if (run->settings->options->only_needed && task->past != NULL) {
		task->known = past;
		task->outcome = tally__task_past_outcome(past);
	}
	return 0;
}

static int add_contract(struct run *run, const struct tally_verify_contract *from,
			struct tally_error *error)
{
	const struct tally_contract *contract = from->contract;
	struct history history;
	int status;

	tally__map_init(&history.interactions);
	status = read_history(&history, from->history, error);
	for (size_t i = 0; i < contract->interaction_count && status == 0; i++)
		status = add_task(run, contract, &contract->interactions[i], &history, error);
	tally__map_release(&history.interactions);
	return status;
}

/* What makes two interactions one question with one answer.  The digest does not hold the
 * description, by which messages are asked for and values generated, nor the transport. */
static int add_twin_key(struct buf *key, const struct task *task)
{
	const struct interaction *interaction = task->interaction;
	const char *transport = interaction->transport != NULL ? interaction->transport : "";
	const char *const parts[] = {task->digest, task->contract->consumer,
				     task->contract->provider, interaction->description, transport};

	tally__buf_addc(key, task->pending ? 'p' : '-');
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		tally__buf_add(key, parts[i], strlen(parts[i]) + 1);
	return key->status;
}

/* Versions of a consumer have most interactions in common: each is asked once.  What one contract
 * has twice is asked twice. */
static int find_twins(struct run *run, struct tally_error *error)
{
	struct arena keys;
	struct buf key;
	struct map first;
	int status = 0;

	tally__arena_init(&keys, 0);
	tally__buf_init(&key, 2 * (size_t)LIMIT_DOCUMENT_BYTES);
	tally__map_init(&first);
	for (size_t i = 0; i < run->count && status == 0; i++) {
		struct task *task = &run->tasks[i];
		const struct map_entry *entry = NULL;
		const char *kept;

		if (!task->selected || task->known != NULL)
			continue;
		tally__buf_clear(&key);
		status = add_twin_key(&key, task);
		kept = status == 0 ? tally__arena_memdup(&keys, key.bytes, key.len) : NULL;
		if (kept != NULL)
			entry = tally__map_add(&first, kept, key.len, task);
		if (entry == NULL) {
			status = TALLY_ENOMEM;
		} else if (((struct task *)entry->value)->contract != task->contract) {
			task->twin = entry->value;
			task->twin->has_twins = true;
		}
	}
	tally__map_release(&first);
	tally__buf_release(&key);
	tally__arena_release(&keys);
	return status == 0 ? 0 : tally__fail_nomem(error);
}

int tally__run_init(struct run *run, const struct settings *settings,
		    const struct tally_verify_contract *contracts, size_t count,
		    struct tally_error *error)
{
	size_t total = 0;
	int status = 0;

	*run = (struct run){.settings = settings, .contracts = contracts, .contract_count = count};
	tally__arena_init(&run->arena, 0);
	for (size_t i = 0; i < count; i++)
		total += contracts[i].contract->interaction_count;
	run->tasks = tally__calloc(total, sizeof(*run->tasks));
	if (run->tasks == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_contract(run, &contracts[i], error);
	if (status == 0 && run->selected_count == 0)
		status = fail_nothing(settings, count, total, error);
	if (status == 0 && count > 1)
		status = find_twins(run, error);
	for (size_t i = 0; i < run->count; i++)
		run->asked_count += tally__task_is_asked(&run->tasks[i]);
	if (status == 0)
		status = tally__lanes_init(&run->lanes, run->tasks, run->count, error);
	return status;
}

void tally__run_release(struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		tally__task_release(&run->tasks[i]);
	tally__free(run->tasks);
	tally__free(run->lanes);
	tally__arena_release(&run->arena);
}
