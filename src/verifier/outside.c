#include "config.h"

#include "verifier/outside.h"

#include "verifier/header_command.h"
#include "verifier/outside_command.h"
#include "verifier/request.h"

bool tally__outside_has_states(const struct settings *settings,
			       const struct interaction *interaction)
{
	/* A command has nothing to do where there is no state; a URL is told so. */
	if (settings->options->state_command != NULL)
		return interaction->state_count > 0;
	return settings->options->state_change_url != NULL;
}

bool tally__outside_tears_down(const struct settings *settings)
{
	return settings->options->state_change_teardown || settings->options->state_command != NULL;
}

static bool is_asked_by_command(const struct settings *settings,
				const struct interaction *interaction)
{
	return interaction->kind != INTERACTION_HTTP && settings->options->message_command != NULL;
}

bool tally__outside_needs_provider(const struct settings *settings,
				   const struct interaction *interaction)
{
	const struct endpoint *endpoint;

	if (settings->one_server && tally__outside_has_states(settings, interaction))
		return true;
	if (is_asked_by_command(settings, interaction))
		return false;
	endpoint = tally__endpoint_of(&settings->endpoints, interaction);
	/* Another transport may be down, and the provider is not. */
	return endpoint != NULL && endpoint->name == NULL;
}

void tally__outside_failed(struct attempt *attempt, const struct tally_error *failure)
{
	if (attempt->phase == PHASE_REQUEST)
		tally__attempt_answered(attempt, NULL, failure);
	else
		tally__attempt_state_changed(attempt, NULL, false, failure);
}

/* The values in an answer, which is JSON or has none.  *out is to be deleted.  TALLY_ENOMEM. */
static int read_values(cJSON **out, const struct http_response *response, struct arena *arena)
{
	const char *declared = tally__http_header_get(&response->headers, "Content-Type");
	struct mime type;
	int status;

	if (response->body_len == 0 || declared == NULL)
		return 0;
	status = tally__mime_parse(&type, arena, declared, NULL);
	if (status == 0 && tally__mime_is_json(&type))
		status = tally_json_parse(out, response->body, response->body_len, NULL);
	return status == TALLY_ENOMEM ? status : 0;
}

void tally__outside_note(struct run *run, const struct tally_error *failure)
{
	if (failure != NULL && failure->code == TALLY_ENOMEM)
		tally__run_give_up(run, failure->code, failure->message);
}

/* When the run is over, nothing that fails says anything about the provider. */
static void note_connection(struct run *run, const struct tally_error *failure)
{
	if (failure == NULL || !tally__run_breaks_off(run))
		tally__run_note_connection(run, failure);
}

/* A handler that answered too late or not properly may have done its work all the same. */
static bool may_have_run(const struct tally_error *failure)
{
	return failure == NULL || failure->code == TALLY_ETIMEOUT || failure->code == TALLY_EIO ||
	       failure->code == TALLY_ELIMIT;
}

static void on_state_answer(void *context, const struct http_response *response,
			    const struct tally_error *failure)
{
	struct attempt *attempt = context;
	struct run *run = attempt->run;
	struct tally_error refusal = TALLY_ERROR_INIT;
	cJSON *values = NULL;

	tally__outside_note(run, failure);
	/* Where states have a server of their own, that one says nothing about the provider. */
	if (run->settings->one_server)
		note_connection(run, failure);
	if (response != NULL && (response->status < 200 || response->status > 299)) {
		tally__fail(&refusal, TALLY_EINVAL, "the handler answered %d, expected 2xx",
			    response->status);
		failure = &refusal;
	}
	if (failure == NULL && attempt->generators != NULL &&
	    read_values(&values, response, &attempt->arena) != 0)
		tally__run_give_up(run, TALLY_ENOMEM, "out of memory");
	tally__attempt_state_changed(attempt, values, may_have_run(failure), failure);
	cJSON_Delete(values);
}

int tally__outside_change_state(struct attempt *attempt, const struct provider_state *state,
				bool teardown, struct tally_error *error)
{
	const struct settings *settings = attempt->run->settings;
	int status;

	if (settings->options->state_command != NULL)
		return tally__state_command(attempt, state, teardown, error);
	status = tally__verifier_state_request(&attempt->sent, &attempt->arena, settings, state,
					       teardown, error);
	if (status == 0)
		status = tally__header_command_send(attempt, on_state_answer, error);
	return status;
}

static void on_provider_answer(void *context, const struct http_response *response,
			       const struct tally_error *failure)
{
	struct attempt *attempt = context;
	const struct answer answer = {.response = response};

	tally__outside_note(attempt->run, failure);
	/* Another transport may be down, and the provider is not. */
	if (tally__endpoint_of(&attempt->run->settings->endpoints, attempt->task->interaction)
		    ->name == NULL)
		note_connection(attempt->run, failure);
	tally__attempt_answered(attempt, &answer, failure);
}

int tally__outside_ask(struct attempt *attempt, const struct interaction *asked,
		       struct tally_error *error)
{
	const struct settings *settings = attempt->run->settings;
	int status;

	if (is_asked_by_command(settings, asked))
		return tally__message_command(attempt, asked, error);
	status = tally__verifier_request(&attempt->sent, &attempt->arena, settings, asked, error);
	if (status != 0)
		return status;
	attempt->method = tally__arena_strdup(&attempt->kept, attempt->sent.method);
	attempt->url =
		tally__verifier_shown_url(&attempt->kept, settings->secrets, attempt->sent.target);
	if (attempt->method == NULL || attempt->url == NULL)
		return tally__fail_nomem(error);
	return tally__header_command_send(attempt, on_provider_answer, error);
}

void tally__outside_break_off(struct attempt *attempt, const struct tally_error *failure)
{
	tally__commands_break_off(&attempt->run->commands, attempt, failure);
	tally__http_client_break_off(attempt->run->client, attempt, failure);
}
