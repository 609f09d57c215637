#include "config.h"

#include "verifier/outside_command.h"

#include "base/limits.h"
#include "base/time.h"
#include "verifier/command_output.h"
#include "verifier/outside.h"
#include "verifier/request.h"

/* Starts a command that is given `request`'s body, and these variables. */
static int start(struct attempt *attempt, const char *command, const char *what,
		 const char *const variables[2], const struct http_request *request,
		 command_done *done, struct tally_error *error)
{
	struct run *run = attempt->run;
	const struct child_options options = {.command = command,
					      .variables = variables,
					      .variable_count = 2,
					      .input = request->body,
					      .input_len = request->body_len,
					      .max_output_bytes = LIMIT_BODY_BYTES,
					      .timeout_ms = run->settings->command_timeout_ms};

	if (variables[0] == NULL || variables[1] == NULL)
		return tally__fail_nomem(error);
	return tally__command_start(&run->commands, what, &options, done, attempt, error);
}

static void on_state(void *context, const struct buf *output, const struct tally_error *failure)
{
	struct attempt *attempt = context;
	struct tally_error error = TALLY_ERROR_INIT;
	/* One that says itself that it failed is believed: there is nothing to tear down. */
	bool ran = failure == NULL || output == NULL;
	cJSON *values = NULL;

	tally__outside_note(attempt->run, failure);
	/* What is printed by a teardown is nobody's business. */
	if (failure == NULL && attempt->phase == PHASE_SETUP &&
	    tally__command_values(&values, output, &error) != 0)
		failure = &error;
	tally__outside_note(attempt->run, &error);
	tally__attempt_state_changed(attempt, values, ran, failure);
	cJSON_Delete(values);
}

int tally__state_command(struct attempt *attempt, const struct provider_state *state, bool teardown,
			 struct tally_error *error)
{
	const char *action = teardown ? "teardown" : "setup";
	struct arena *arena = &attempt->arena;
	struct http_request request = {0};
	int status = tally__verifier_state_body(&request, arena, state, action, error);
	const char *const variables[] = {
		tally__arena_printf(arena, "TALLY_ACTION=%s", action),
		tally__arena_printf(arena, "TALLY_STATE=%s", state->name),
	};

	if (status != 0)
		return status;
	return start(attempt, attempt->run->settings->options->state_command, "the state command",
		     variables, &request, on_state, error);
}

static void on_message(void *context, const struct buf *output, const struct tally_error *failure)
{
	struct attempt *attempt = context;
	struct tally_error error = TALLY_ERROR_INIT;
	struct message message = {0};
	const struct answer answer = {.message = &message};
	cJSON *metadata = NULL;

	tally__outside_note(attempt->run, failure);
	if (failure == NULL &&
	    tally__command_message(&message, &metadata, &attempt->arena, output, &error) != 0)
		failure = &error;
	tally__outside_note(attempt->run, &error);
	tally__attempt_answered(attempt, failure == NULL ? &answer : NULL, failure);
	cJSON_Delete(metadata);
}

int tally__message_command(struct attempt *attempt, const struct interaction *asked,
			   struct tally_error *error)
{
	struct arena *arena = &attempt->arena;
	struct http_request request = {0};
	int status = tally__verifier_message_body(&request, arena, asked, error);
	const char *const variables[] = {
		"TALLY_ACTION=message",
		tally__arena_printf(arena, "TALLY_DESCRIPTION=%s", asked->description),
	};

	if (status != 0)
		return status;
	attempt->asked_ms = tally__time_monotonic_ms();
	return start(attempt, attempt->run->settings->options->message_command,
		     "the message command", variables, &request, on_message, error);
}
