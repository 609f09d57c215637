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

static int compile_matcher(struct task *task, struct tally_error *error)
{
	const struct interaction *interaction = task->interaction;
	int status = 0;

	switch (interaction->kind) {
	case INTERACTION_HTTP:
		status = tally__matcher_new_response(&task->matcher, &interaction->response, error);
		break;
	case INTERACTION_ASYNC_MESSAGE:
		status = tally__matcher_new_message(&task->matcher, &interaction->message, error);
		break;
	case INTERACTION_SYNC_MESSAGE:
		/* Over HTTP there is one answer: the first of those expected */
		if (interaction->response_count > 0)
			status = tally__matcher_new_message(&task->matcher,
							    &interaction->responses[0], error);
		break;
	}
	return status;
}

/* An asynchronous message asks nothing of the provider but that it is made. */
static int compile_generators(struct task *task, struct tally_error *error)
{
	const struct interaction *interaction = task->interaction;
	const struct request *request = &interaction->request;
	const struct message *message = &interaction->message;

	if (interaction->kind == INTERACTION_HTTP)
		return tally__generators_new(&task->generators, GENERATOR_PROVIDER,
					     request->generators, request->matching_rules, error);
	if (interaction->kind == INTERACTION_SYNC_MESSAGE)
		return tally__generators_new(&task->generators, GENERATOR_PROVIDER,
					     message->generators, message->matching_rules, error);
	return 0;
}

int tally__task_compile(struct task *task, struct tally_error *error)
{
	const struct interaction *interaction = task->interaction;
	int status = compile_generators(task, error);

	if (status == 0)
		status = compile_matcher(task, error);
	if (status != 0 && error != NULL) {
		tally__error_within(error, interaction->description);
		tally__error_within(error, task->contract->consumer);
	}
	return status;
}

static int add_task(struct run *run, const struct tally_contract *contract,
		    const struct interaction *interaction, struct tally_error *error)
{
	struct task *task = &run->tasks[run->count++];
	int status;

	task->run = run;
	task->contract = contract;
	task->interaction = interaction;
	tally__arena_init(&task->arena, 0);
	tally__generated_init(&task->made);
	tally__buf_init(&task->message, LIMIT_REASON_BYTES);
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
	tally__http_client_free(run->client);
	for (size_t i = 0; i < run->count; i++) {
		struct task *task = &run->tasks[i];

		tally__matcher_free(task->matcher);
		tally__generators_free(task->generators);
		tally__generated_release(&task->made);
		tally__arena_release(&task->arena);
		tally__buf_release(&task->message);
		cJSON_Delete(task->mismatches);
		cJSON_Delete(task->warnings);
		cJSON_Delete(task->state_values);
	}
	tally__free(run->tasks);
	tally__arena_release(&run->arena);
}
