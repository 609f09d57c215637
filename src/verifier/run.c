#include "config.h"

#include <stdio.h>

#include "base/time.h"
#include "verifier/run.h"

static void on_done(void *context, const struct http_response *response,
		    const struct tally_error *failure);

/* Ends the whole run: what is under way is broken off. */
static void give_up(struct run *run, int code, const char *message)
{
	tally__fail(&run->fatal, code, "%s", message);
	run->stop = true;
}

static size_t state_calls(const struct task *task)
{
	return task->interaction->state_count > 0 ? task->interaction->state_count : 1;
}

/* NULL where the interaction has no state: the provider is told so with an empty name. */
static const struct provider_state *current_state(const struct task *task)
{
	if (task->interaction->state_count == 0)
		return NULL;
	return &task->interaction->states[task->state];
}

static void end_task(struct task *task)
{
	struct run *run = task->run;

	tally__arena_release(&task->arena);
	tally__generated_release(&task->made);
	run->active--;
	if (task->outcome != INTERACTION_PASSED && !task->interaction->pending &&
	    run->settings->options->exit_on_first_error)
		run->ended = true;
}

/* Notes why an interaction could not be verified; the first reason wins, and an error outweighs
 * mismatches that were found before. */
static void note_error(struct task *task, const char *message)
{
	task->outcome = INTERACTION_ERROR;
	if (task->message.len == 0)
		tally__buf_adds(&task->message, message);
	else
		tally__buf_addf(&task->message, "; %s", message);
	if (task->message.status == TALLY_ENOMEM)
		give_up(task->run, TALLY_ENOMEM, "out of memory");
}

static void note_state_failure(struct task *task, const char *reason)
{
	const struct provider_state *state = current_state(task);
	bool *said = task->phase == PHASE_SETUP ? &task->setup_failed : &task->teardown_failed;
	struct buf text;

	tally__buf_init(&text, (size_t)TALLY_ERROR_MESSAGE_BYTES * 2);
	if (!*said)
		tally__buf_addf(&text, "One or more of the %s state change handlers has failed: ",
				task->phase == PHASE_SETUP ? "setup" : "teardown");
	*said = true;
	if (state != NULL)
		tally__buf_addf(&text, "state \"%s\": %s", state->name, reason);
	else
		tally__buf_addf(&text, "no state: %s", reason);
	note_error(task, text.bytes);
	tally__buf_release(&text);
}

/* Moves on to the next state that was set up; false when none is left. */
static bool find_teardown(struct task *task)
{
	while (task->state < state_calls(task) && !task->was_set_up[task->state])
		task->state++;
	return task->state < state_calls(task);
}

static bool begin_teardown(struct task *task)
{
	const struct tally_verify_options *options = task->run->settings->options;

	if (options->state_change_url == NULL || !options->state_change_teardown)
		return false;
	task->phase = PHASE_TEARDOWN;
	task->state = 0;
	return find_teardown(task);
}

static bool state_changed(struct task *task, const struct http_response *response,
			  const struct tally_error *failure)
{
	char reason[64];

	if (response == NULL) {
		note_state_failure(task, failure->message);
		return false;
	}
	if (response->status >= 200 && response->status <= 299)
		return true;
	snprintf(reason, sizeof(reason), "the handler answered %d, expected 2xx", response->status);
	note_state_failure(task, reason);
	return false;
}

/* All states are tried, also after one that failed; the provider is asked when none did. */
static bool take_setup_answer(struct task *task, const struct http_response *response,
			      const struct tally_error *failure)
{
	task->was_set_up[task->state] = state_changed(task, response, failure);
	if (task->was_set_up[task->state] && task->generators != NULL &&
	    tally__verifier_take_values(task, response) != 0)
		give_up(task->run, TALLY_ENOMEM, "out of memory");
	if (++task->state < state_calls(task))
		return true;
	if (task->setup_failed)
		return begin_teardown(task);
	task->phase = PHASE_REQUEST;
	return true;
}

static bool take_teardown_answer(struct task *task, const struct http_response *response,
				 const struct tally_error *failure)
{
	state_changed(task, response, failure);
	task->state++;
	return find_teardown(task);
}

static void note_mismatches(struct task *task, const struct http_response *response)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally__verifier_compare(task, response, &error) != 0)
		give_up(task->run, error.code, error.message);
}

static bool take_provider_answer(struct task *task, const struct http_response *response,
				 const struct tally_error *failure)
{
	task->duration_ms = tally__time_monotonic_ms() - task->sent_ms;
	if (response == NULL)
		note_error(task, failure->message);
	else
		note_mismatches(task, response);
	if (task->outcome != INTERACTION_PASSED && task->url != NULL) {
		task->curl = tally__verifier_curl(&task->run->arena, &task->request, task->url);
		if (task->curl == NULL)
			give_up(task->run, TALLY_ENOMEM, "out of memory");
	}
	return begin_teardown(task);
}

/* Says whether the task has another request to send; if not, it has ended. */
static bool take_answer(struct task *task, const struct http_response *response,
			const struct tally_error *failure)
{
	bool more = false;

	switch (task->phase) {
	case PHASE_SETUP:
		more = take_setup_answer(task, response, failure);
		break;
	case PHASE_REQUEST:
		more = take_provider_answer(task, response, failure);
		break;
	case PHASE_TEARDOWN:
		more = take_teardown_answer(task, response, failure);
		break;
	}
	tally__arena_release(&task->arena);
	tally__generated_release(&task->made);
	if (!more)
		end_task(task);
	return more;
}

static int make_request(struct task *task, struct tally_error *error)
{
	const struct settings *settings = task->run->settings;
	struct arena *kept = &task->run->arena;
	struct interaction asked = *task->interaction;
	int status;

	if (task->phase != PHASE_REQUEST)
		return tally__verifier_state_request(&task->request, &task->arena, settings,
						     current_state(task),
						     task->phase == PHASE_TEARDOWN, error);
	status = tally__verifier_generate(task, &asked, error);
	if (status == 0)
		status = tally__verifier_request(&task->request, &task->arena, settings, &asked,
						 error);
	if (status != 0)
		return status;
	task->method = tally__arena_strdup(kept, task->request.method);
	task->url = tally__verifier_shown_url(kept, task->request.target);
	return task->method != NULL && task->url != NULL ? 0 : tally__fail_nomem(error);
}

/* Sends the request whose turn it is.  One that cannot be made is its interaction's error, like one
 * that nobody answered; then the next has its turn. */
static void send_request(struct task *task)
{
	struct run *run = task->run;
	struct tally_error error;
	int status;

	do {
		error = (struct tally_error)TALLY_ERROR_INIT;
		status = make_request(task, &error);
		task->sent_ms = tally__time_monotonic_ms();
		if (status == 0)
			status = tally__http_client_submit(run->client, &task->request, on_done,
							   task, &error);
		if (status == TALLY_ENOMEM || status == TALLY_EUNSUPPORTED ||
		    status == TALLY_EINTERNAL)
			give_up(run, status, error.message);
	} while (status != 0 && !run->stop && take_answer(task, NULL, &error));
}

/* Says whether the matching rules can be used.  Rules that cannot are their interaction's error. */
static bool compile(struct task *task)
{
	struct run *run = task->run;
	struct tally_error error = TALLY_ERROR_INIT;
	char text[TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES];
	int status = tally__task_compile(task, &error);

	if (status == 0)
		return true;
	if (status == TALLY_ENOMEM) {
		give_up(run, status, error.message);
		return false;
	}
	if (run->unusable_count++ == 0)
		run->unusable = error;
	tally_error_format(&error, text, sizeof(text));
	note_error(task, text);
	return false;
}

static void begin_task(struct task *task)
{
	struct run *run = task->run;

	run->active++;
	if (!compile(task)) {
		end_task(task);
		return;
	}
	task->phase = PHASE_REQUEST;
	if (run->settings->options->state_change_url != NULL) {
		task->phase = PHASE_SETUP;
		task->was_set_up = tally__arena_alloc_array(&run->arena, state_calls(task),
							    sizeof(*task->was_set_up));
		if (task->was_set_up == NULL) {
			give_up(run, TALLY_ENOMEM, "out of memory");
			return;
		}
	}
	send_request(task);
}

/* Keeps as many interactions under way as are allowed.  While the provider has never answered and a
 * connection to it failed, no more are started: one that is down need not be asked for each. */
static void start_tasks(struct run *run)
{
	while (run->active < run->settings->jobs && run->next < run->count && !run->ended &&
	       !run->stop && (run->connected || run->unreachable.code == 0)) {
		struct task *task = &run->tasks[run->next++];

		if (!task->selected)
			continue;
		begin_task(task);
	}
}

static void note_connection(struct run *run, const struct tally_error *failure)
{
	if (failure == NULL || failure->code != TALLY_EUNREACHABLE)
		run->connected = true;
	else if (run->unreachable.code == 0)
		run->unreachable = *failure;
}

static void on_done(void *context, const struct http_response *response,
		    const struct tally_error *failure)
{
	struct task *task = context;
	struct run *run = task->run;

	if (failure != NULL && failure->code == TALLY_ENOMEM)
		give_up(run, failure->code, failure->message);
	/* The run is over: nothing that ends now says anything about the provider. */
	if (run->stop)
		return;
	/* Where states have a server of their own, that one says nothing about the provider. */
	if (task->phase == PHASE_REQUEST || run->settings->one_server)
		note_connection(run, failure);
	if (take_answer(task, response, failure))
		send_request(task);
	start_tasks(run);
}

int tally__run_all(struct run *run, struct tally_error *error)
{
	const struct tally_verify_options *options = run->settings->options;
	const struct http_client_options client_options = {.connect_timeout_ms =
								   run->settings->timeout_ms,
							   .timeout_ms = run->settings->timeout_ms,
							   .max_parallel = run->settings->jobs,
							   .insecure_tls = options->insecure_tls};
	int status = tally__http_client_new(&run->client, &client_options, error);

	if (status != 0)
		return status;
	start_tasks(run);
	status = tally__http_client_run(run->client, &run->stop, error);
	if (status == 0 && run->fatal.code != 0)
		status = tally__fail(error, run->fatal.code, "%s", run->fatal.message);
	if (status == 0 && run->unusable_count == run->selected_count)
		status = tally__fail_at(error, run->unusable.code, run->unusable.where,
					run->unusable.line, run->unusable.column, "%s",
					run->unusable.message);
	if (status == 0 && !run->connected && run->unreachable.code != 0)
		status = tally__fail(error, TALLY_EUNREACHABLE,
				     "the provider cannot be reached, nothing was verified: %s",
				     run->unreachable.message);
	return status;
}
