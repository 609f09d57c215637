#include "config.h"

#include "verifier/attempt.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/time.h"
#include "verifier/outside.h"
#include "verifier/request.h"

static int compile_matcher(struct attempt *attempt, struct tally_error *error)
{
	const struct interaction *interaction = attempt->task->interaction;
	struct matcher **out = &attempt->matcher;

	switch (interaction->kind) {
	case INTERACTION_HTTP:
		return tally__matcher_new_response(out, &interaction->response, error);
	case INTERACTION_ASYNC_MESSAGE:
		return tally__matcher_new_message(out, &interaction->message, error);
	case INTERACTION_SYNC_MESSAGE:
		/* There is one answer: the first of those expected */
		if (interaction->response_count > 0)
			return tally__matcher_new_message(out, &interaction->responses[0], error);
		break;
	}
	return 0;
}

/* An asynchronous message asks nothing of the provider but that it is made. */
static int compile_generators(struct attempt *attempt, struct tally_error *error)
{
	const struct interaction *interaction = attempt->task->interaction;
	const struct request *request = &interaction->request;
	const struct message *message = &interaction->message;

	if (interaction->kind == INTERACTION_HTTP)
		return tally__generators_new(&attempt->generators, GENERATOR_PROVIDER,
					     request->generators, request->matching_rules, error);
	if (interaction->kind == INTERACTION_SYNC_MESSAGE)
		return tally__generators_new(&attempt->generators, GENERATOR_PROVIDER,
					     message->generators, message->matching_rules, error);
	return 0;
}

int tally__attempt_compile(struct attempt *attempt, struct tally_error *error)
{
	int status = compile_generators(attempt, error);

	if (status == 0)
		status = compile_matcher(attempt, error);
	if (status != 0 && error != NULL) {
		tally__error_within(error, attempt->task->interaction->description);
		tally__error_within(error, attempt->task->contract->consumer);
	}
	return status;
}

static size_t state_calls(const struct attempt *attempt)
{
	size_t count = attempt->task->interaction->state_count;

	return count > 0 ? count : 1;
}

/* NULL where the interaction has no state: the provider is told so with an empty name. */
static const struct provider_state *current_state(const struct attempt *attempt)
{
	if (attempt->task->interaction->state_count == 0)
		return NULL;
	return &attempt->task->interaction->states[attempt->state];
}

void tally__attempt_note_error(struct attempt *attempt, const char *message)
{
	attempt->outcome = INTERACTION_ERROR;
	if (attempt->message.len == 0)
		tally__buf_adds(&attempt->message, message);
	else
		tally__buf_addf(&attempt->message, "; %s", message);
	if (attempt->message.status == TALLY_ENOMEM)
		tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
}

static void note_state_failure(struct attempt *attempt, const char *reason)
{
	const struct provider_state *state = current_state(attempt);
	bool *said =
		attempt->phase == PHASE_SETUP ? &attempt->setup_failed : &attempt->teardown_failed;
	struct buf text;

	tally__buf_init(&text, (size_t)TALLY_ERROR_MESSAGE_BYTES * 2);
	if (!*said)
		tally__buf_addf(&text, "One or more of the %s state change handlers has failed: ",
				attempt->phase == PHASE_SETUP ? "setup" : "teardown");
	*said = true;
	if (state != NULL)
		tally__buf_addf(&text, "state \"%s\": %s", state->name, reason);
	else
		tally__buf_addf(&text, "no state: %s", reason);
	tally__attempt_note_error(attempt, text.bytes);
	tally__buf_release(&text);
}

/* Moves on to the next state that was set up; false when none is left. */
static bool find_teardown(struct attempt *attempt)
{
	while (attempt->state < state_calls(attempt) && !attempt->was_set_up[attempt->state])
		attempt->state++;
	return attempt->state < state_calls(attempt);
}

static bool begin_teardown(struct attempt *attempt)
{
	if (attempt->was_set_up == NULL || !tally__outside_tears_down(attempt->run->settings))
		return false;
	attempt->phase = PHASE_TEARDOWN;
	attempt->state = 0;
	return find_teardown(attempt);
}

/* The steps: each takes what came of one, and says whether there is another.
 *
 * All states are tried, also after one that failed; the provider is asked when none did. */
static bool after_setup(struct attempt *attempt, const cJSON *values,
			const struct tally_error *failure)
{
	if (failure != NULL)
		note_state_failure(attempt, failure->message);
	attempt->was_set_up[attempt->state] = failure == NULL;
	if (attempt->generators != NULL && tally__verifier_take_values(attempt, values) != 0)
		tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
	if (++attempt->state < state_calls(attempt))
		return true;
	if (attempt->setup_failed)
		return begin_teardown(attempt);
	attempt->phase = PHASE_REQUEST;
	return true;
}

static bool after_teardown(struct attempt *attempt, const struct tally_error *failure)
{
	if (failure != NULL)
		note_state_failure(attempt, failure->message);
	attempt->state++;
	return find_teardown(attempt);
}

static bool after_request(struct attempt *attempt, const struct answer *answer,
			  const struct tally_error *failure)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (attempt->asked_ms >= 0)
		attempt->duration_ms = tally__time_monotonic_ms() - attempt->asked_ms;
	if (failure != NULL)
		tally__attempt_note_error(attempt, failure->message);
	else if (tally__verifier_compare(attempt, answer, &error) != 0)
		tally__run_give_up(attempt->run, error.code, error.message);
	if (attempt->outcome != INTERACTION_PASSED && attempt->url != NULL) {
		attempt->curl = tally__verifier_curl(
			&attempt->kept, attempt->run->settings->secrets, &attempt->sent);
		if (attempt->curl == NULL)
			tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
	}
	return begin_teardown(attempt);
}

static bool after_failure(struct attempt *attempt, const struct tally_error *failure)
{
	switch (attempt->phase) {
	case PHASE_SETUP:
		return after_setup(attempt, NULL, failure);
	case PHASE_REQUEST:
		return after_request(attempt, NULL, failure);
	case PHASE_TEARDOWN:
		return after_teardown(attempt, failure);
	}
	return false;
}

static int ask(struct attempt *attempt, struct tally_error *error)
{
	struct interaction asked = *attempt->task->interaction;
	int status = tally__verifier_generate(attempt, &asked, error);

	if (status == 0)
		status = tally__outside_ask(attempt, &asked, error);
	return status;
}

/* Begins the step whose turn it is.  One that cannot be begun has failed like one that nobody
 * answered; then the next has its turn.  False: none is left. */
static bool begin_step(struct attempt *attempt)
{
	struct run *run = attempt->run;
	struct tally_error error;
	bool more = true;
	int status;

	while (more && !run->stop) {
		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__arena_clear(&attempt->arena);
		tally__generated_release(&attempt->made);
		if (attempt->phase == PHASE_REQUEST)
			status = ask(attempt, &error);
		else
			status = tally__outside_change_state(attempt, current_state(attempt),
							     attempt->phase == PHASE_TEARDOWN,
							     &error);
		if (status == 0)
			return true;
		if (status == TALLY_ENOMEM || status == TALLY_EUNSUPPORTED ||
		    status == TALLY_EINTERNAL)
			tally__run_give_up(run, status, error.message);
		more = after_failure(attempt, &error);
	}
	return false;
}

bool tally__attempt_begin(struct attempt *attempt)
{
	tally__attempt_clear(attempt);
	attempt->phase = PHASE_REQUEST;
	if (tally__outside_has_states(attempt->run->settings, attempt->task->interaction)) {
		attempt->phase = PHASE_SETUP;
		attempt->was_set_up = tally__arena_alloc_array(&attempt->kept, state_calls(attempt),
							       sizeof(*attempt->was_set_up));
		if (attempt->was_set_up == NULL) {
			tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
			return false;
		}
	}
	return begin_step(attempt);
}

void tally__attempt_state_changed(struct attempt *attempt, const cJSON *values,
				  const struct tally_error *failure)
{
	bool more = attempt->phase == PHASE_SETUP ? after_setup(attempt, values, failure)
						  : after_teardown(attempt, failure);

	if (!more || !begin_step(attempt))
		tally__run_go_on(attempt);
}

void tally__attempt_answered(struct attempt *attempt, const struct answer *answer,
			     const struct tally_error *failure)
{
	if (!after_request(attempt, answer, failure) || !begin_step(attempt))
		tally__run_go_on(attempt);
}

void tally__attempt_clear(struct attempt *attempt)
{
	tally__arena_clear(&attempt->kept);
	tally__arena_clear(&attempt->arena);
	tally__generated_release(&attempt->made);
	tally__buf_clear(&attempt->message);
	cJSON_Delete(attempt->state_values);
	cJSON_Delete(attempt->mismatches);
	attempt->state_values = attempt->mismatches = NULL;
	attempt->state = 0;
	attempt->was_set_up = NULL;
	attempt->setup_failed = attempt->teardown_failed = false;
	attempt->sent = (struct http_request){0};
	attempt->outcome = INTERACTION_SKIPPED;
	attempt->omitted_mismatches = 0;
	attempt->method = attempt->url = attempt->curl = NULL;
	attempt->asked_ms = attempt->duration_ms = -1;
}

void tally__attempt_end(struct attempt *attempt)
{
	tally__attempt_clear(attempt);
	tally__matcher_free(attempt->matcher);
	tally__generators_free(attempt->generators);
	attempt->matcher = NULL;
	attempt->generators = NULL;
}

void tally__attempt_release(struct attempt *attempt)
{
	tally__attempt_end(attempt);
	tally__arena_release(&attempt->kept);
	tally__arena_release(&attempt->arena);
	tally__buf_release(&attempt->message);
}
