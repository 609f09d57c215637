#include "config.h"

#include "base/limits.h"
#include "base/mem.h"
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
	tally__settings_describe(settings, &filters);
	status = tally__fail(error, TALLY_ENOTHING,
			     "none of the %zu interactions was selected by: %s; nothing was "
			     "verified",
			     interactions, filters.bytes);
	tally__buf_release(&filters);
	return status;
}

static int add_task(struct run *run, const struct tally_contract *contract,
		    const struct interaction *interaction, struct tally_error *error)
{
	struct task *task = &run->tasks[run->count++];
	int status;

	task->contract = contract;
	task->interaction = interaction;
	status = tally__interaction_digest(interaction, task->digest, error);
	if (status == 0)
		status = tally__settings_select(run->settings, interaction, &task->selected, error);
	run->selected_count += task->selected;
	return status;
}

int tally__run_init(struct run *run, const struct settings *settings,
		    const struct tally_verify_contract *contracts, size_t count,
		    struct tally_error *error)
{
	size_t total = 0;
	int status = 0;

	*run = (struct run){.settings = settings};
	tally__arena_init(&run->arena, 0);
	for (size_t i = 0; i < count; i++)
		total += contracts[i].contract->interaction_count;
	run->tasks = tally__calloc(total, sizeof(*run->tasks));
	if (run->tasks == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < count && status == 0; i++) {
		const struct tally_contract *contract = contracts[i].contract;

		for (size_t j = 0; j < contract->interaction_count && status == 0; j++)
			status = add_task(run, contract, &contract->interactions[j], error);
	}
	if (status == 0 && run->selected_count == 0)
		status = fail_nothing(settings, count, total, error);
	return status;
}

void tally__run_release(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		cJSON_Delete(run->tasks[i].record);
		cJSON_Delete(run->tasks[i].warnings);
	}
	tally__free(run->tasks);
	tally__arena_release(&run->arena);
}
