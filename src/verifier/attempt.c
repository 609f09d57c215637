#include "config.h"

#include "verifier/attempt.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "verifier/outside.h"
#include "verifier/request.h"

/* Of a provider state's name, in a message. */
#define SHOWN_NAME_BYTES ((size_t)400)

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

/* The provider is told the parameters of its states, and generators put them anywhere. */
static int learn_params(const struct attempt *attempt, struct tally_error *error)
{
	const struct interaction *interaction = attempt->task->interaction;
	int status = 0;

	for (size_t i = 0; i < interaction->state_count && status == 0; i++)
		status = tally__secrets_learn_members(attempt->run->settings->secrets,
						      interaction->states[i].params);
	return status != 0 ? tally__fail_nomem(error) : 0;
}

int tally__attempt_compile(struct attempt *attempt, struct tally_error *error)
{
	int status = learn_params(attempt, error);

	if (status == 0)
		status = compile_generators(attempt, error);
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
	if (!attempt->broken_off)
		attempt->outcome = INTERACTION_ERROR;
	if (attempt->message.len == 0)
		tally__buf_adds(&attempt->message, message);
	else
		tally__buf_addf(&attempt->message, "; %s", message);
	if (attempt->message.status == TALLY_ENOMEM)
		tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
}

/* As much of a name as leaves room for what is said about it. */
static int shown_len(const char *name)
{
	size_t len = strnlen(name, SHOWN_NAME_BYTES);

	return (int)(len < SHOWN_NAME_BYTES ? len : tally__utf8_valid_len(name, len));
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
		tally__buf_addf(&text, "state \"%.*s\": %s", shown_len(state->name), state->name,
				reason);
	else
		tally__buf_addf(&text, "no state: %s", reason);
	tally__attempt_note_error(attempt, text.bytes);
	tally__buf_release(&text);
}

/* The run has no time for the rest of it: no verdict, whatever came so far. */
static void note_break_off(struct attempt *attempt)
{
	struct buf text;

	if (attempt->broken_off)
		return;
	attempt->broken_off = true;
	tally__buf_init(&text, TALLY_ERROR_MESSAGE_BYTES);
	tally__buf_adds(&text, "broken off: ");
	tally__run_add_end(attempt->run, &text);
	tally__attempt_note_error(attempt, text.status == 0 ? text.bytes : "broken off");
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
 * All states are tried, also after one that failed; the provider is asked when none did.  `ran`:
 * the handler has, or may have, done what it was asked, so that it is to be undone. */
static bool after_setup(struct attempt *attempt, const cJSON *values, bool ran,
			const struct tally_error *failure)
{
	attempt->was_set_up[attempt->state] = ran;
	if (tally__run_breaks_off(attempt->run)) {
		note_break_off(attempt);
		return begin_teardown(attempt);
	}
	if (failure != NULL)
		note_state_failure(attempt, failure->message);
	if (tally__secrets_learn_members(attempt->run->settings->secrets, values) != 0 ||
	    (attempt->generators != NULL && tally__verifier_take_values(attempt, values) != 0))
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

/* What did not pass is shown with what was sent and what came. */
static int keep_exchange(struct attempt *attempt, const struct answer *answer)
{
	const struct secrets *secrets = attempt->run->settings->secrets;

	if (attempt->url != NULL) {
		attempt->curl = tally__verifier_curl(&attempt->kept, secrets, &attempt->sent);
		if (attempt->curl == NULL)
			return TALLY_ENOMEM;
	}
	return answer == NULL ? 0 : tally__answer_show(&attempt->response, answer);
}

static bool after_request(struct attempt *attempt, const struct answer *answer,
			  const struct tally_error *failure)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (attempt->asked_ms >= 0)
		attempt->duration_ms = tally__time_monotonic_ms() - attempt->asked_ms;
	if (failure != NULL && tally__run_breaks_off(attempt->run))
		note_break_off(attempt);
	else if (failure != NULL)
		tally__attempt_note_error(attempt, failure->message);
	else if (tally__verifier_compare(attempt, answer, &error) != 0)
		tally__run_give_up(attempt->run, error.code, error.message);
	if (attempt->outcome != INTERACTION_PASSED &&
	    keep_exchange(attempt, failure == NULL ? answer : NULL) != 0)
		tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
	return begin_teardown(attempt);
}

/* Of a step that could not be begun. */
static bool after_failure(struct attempt *attempt, const struct tally_error *failure)
{
	switch (attempt->phase) {
	case PHASE_SETUP:
		return after_setup(attempt, NULL, false, failure);
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

static int ask_outside(struct attempt *attempt, struct tally_error *error)
{
	tally__arena_clear(&attempt->arena);
	tally__generated_release(&attempt->made);
	if (attempt->run->is_hopeless)
		return tally__fail(error, TALLY_ETIMEOUT, "there was no time left for it");
	if (attempt->phase == PHASE_REQUEST)
		return ask(attempt, error);
	return tally__outside_change_state(attempt, current_state(attempt),
					   attempt->phase == PHASE_TEARDOWN, error);
}

/* Begins the step whose turn it is.  One that cannot be begun has failed like one that nobody
 * answered; then the next has its turn.  False: none is left. */
static bool begin_step(struct attempt *attempt)
{
	struct tally_error error;
	bool more = true;
	int status;

	while (more) {
		error = (struct tally_error)TALLY_ERROR_INIT;
		status = ask_outside(attempt, &error);
		attempt->is_under_way = status == 0;
		if (attempt->is_under_way)
			return true;
		if (status == TALLY_ENOMEM || status == TALLY_EUNSUPPORTED ||
		    status == TALLY_EINTERNAL)
			tally__run_give_up(attempt->run, status, error.message);
		more = after_failure(attempt, &error);
	}
	return false;
}

/* What ends a step that was begun. */
static void go_on(struct attempt *attempt, bool more)
{
	if (!more || !begin_step(attempt))
		tally__run_go_on(attempt);
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

void tally__attempt_state_changed(struct attempt *attempt, const cJSON *values, bool ran,
				  const struct tally_error *failure)
{
	attempt->is_under_way = false;
	if (attempt->phase == PHASE_SETUP)
		go_on(attempt, after_setup(attempt, values, ran, failure));
	else
		go_on(attempt, after_teardown(attempt, failure));
}

void tally__attempt_answered(struct attempt *attempt, const struct answer *answer,
			     const struct tally_error *failure)
{
	attempt->is_under_way = false;
	go_on(attempt, after_request(attempt, answer, failure));
}

void tally__attempt_init(struct attempt *attempt, struct run *run)
{
	*attempt = (struct attempt){.run = run};
	tally__arena_init(&attempt->kept, 0);
	tally__arena_init(&attempt->arena, 0);
	tally__generated_init(&attempt->made);
	tally__buf_init(&attempt->message, LIMIT_REASON_BYTES);
	tally__attempt_clear(attempt);
}

void tally__attempt_clear(struct attempt *attempt)
{
	tally__arena_clear(&attempt->kept);
	tally__arena_clear(&attempt->arena);
	tally__generated_release(&attempt->made);
	tally__buf_clear(&attempt->message);
	cJSON_Delete(attempt->state_values);
	cJSON_Delete(attempt->mismatches);
	cJSON_Delete(attempt->response);
	attempt->state_values = attempt->mismatches = attempt->response = NULL;
	attempt->state = 0;
	attempt->was_set_up = NULL;
	attempt->setup_failed = attempt->teardown_failed = false;
	attempt->is_under_way = attempt->broken_off = false;
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
