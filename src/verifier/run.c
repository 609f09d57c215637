#include "config.h"

#include "base/limits.h"
#include "base/mem.h"
#include "verifier/attempt.h"
#include "verifier/header_command.h"

void tally__run_give_up(struct run *run, int code, const char *message)
{
	tally__fail(&run->fatal, code, "%s", message);
	run->stop = true;
}

void tally__run_note_connection(struct run *run, const struct tally_error *failure)
{
	if (failure == NULL || failure->code != TALLY_EUNREACHABLE)
		run->connected = true;
	else if (run->unreachable.code == 0)
		run->unreachable = *failure;
}

/* Makes what the attempts need.  Rules that cannot be used are their interaction's error. */
static bool compile(struct attempt *attempt)
{
	struct run *run = attempt->run;
	struct tally_error error = TALLY_ERROR_INIT;
	char text[TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES];
	int status = tally__attempt_compile(attempt, &error);

	if (status == 0)
		return true;
	if (status == TALLY_ENOMEM) {
		tally__run_give_up(run, status, error.message);
		return false;
	}
	if (run->unusable_count++ == 0)
		run->unusable = error;
	tally_error_format(&error, text, sizeof(text));
	tally__attempt_note_error(attempt, text);
	return false;
}

/* Keeps what came of a task, and has the attempt wait for another. */
static void end_task(struct attempt *attempt)
{
	struct run *run = attempt->run;
	struct task *task = attempt->task;

	task->outcome = attempt->outcome;
	task->record = tally__attempt_record(attempt);
	if (task->record == NULL)
		tally__run_give_up(run, TALLY_ENOMEM, "out of memory");
	if (task->outcome != INTERACTION_PASSED && !task->interaction->pending &&
	    run->settings->options->exit_on_first_error)
		run->ended = true;
	tally__attempt_end(attempt);
	attempt->next_idle = run->idle;
	run->idle = attempt;
}

static void begin_task(struct attempt *attempt, struct task *task)
{
	attempt->task = task;
	if (!compile(attempt) || !tally__attempt_begin(attempt))
		end_task(attempt);
}

/* Keeps as many interactions under way as are allowed.  While the provider has never answered and a
 * connection to it failed, no more are started: one that is down need not be asked for each. */
static void start_tasks(struct run *run)
{
	while (run->idle != NULL && run->next < run->count && !run->ended && !run->stop &&
	       (run->connected || run->unreachable.code == 0)) {
		struct task *task = &run->tasks[run->next++];
		struct attempt *attempt = run->idle;

		if (!task->selected)
			continue;
		run->idle = attempt->next_idle;
		begin_task(attempt, task);
	}
}

void tally__run_go_on(struct attempt *attempt)
{
	struct run *run = attempt->run;

	end_task(attempt);
	start_tasks(run);
}

static int make_attempts(struct run *run, struct tally_error *error)
{
	size_t count = run->settings->jobs;

	run->attempts = tally__calloc(count, sizeof(*run->attempts));
	if (run->attempts == NULL)
		return tally__fail_nomem(error);
	for (size_t i = count; i-- > 0;) {
		struct attempt *attempt = &run->attempts[i];

		attempt->run = run;
		tally__arena_init(&attempt->kept, 0);
		tally__arena_init(&attempt->arena, 0);
		tally__generated_init(&attempt->made);
		tally__buf_init(&attempt->message, LIMIT_REASON_BYTES);
		tally__attempt_clear(attempt);
		attempt->next_idle = run->idle;
		run->idle = attempt;
	}
	return 0;
}

static void free_attempts(struct run *run)
{
	for (size_t i = 0; run->attempts != NULL && i < run->settings->jobs; i++)
		tally__attempt_release(&run->attempts[i]);
	tally__free(run->attempts);
	run->attempts = run->idle = NULL;
}

/* What the run as a whole failed with. */
static int conclude(const struct run *run, struct tally_error *error)
{
	if (run->fatal.code != 0)
		return tally__fail(error, run->fatal.code, "%s", run->fatal.message);
	if (run->unusable_count == run->selected_count)
		return tally__fail_at(error, run->unusable.code, run->unusable.where,
				      run->unusable.line, run->unusable.column, "%s",
				      run->unusable.message);
	if (!run->connected && run->unreachable.code != 0)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "the provider cannot be reached, nothing was verified: %s",
				   run->unreachable.message);
	return 0;
}

int tally__run_all(struct run *run, struct tally_error *error)
{
	const struct tally_verify_options *options = run->settings->options;
	const struct http_client_options client_options = {.connect_timeout_ms =
								   run->settings->timeout_ms,
							   .timeout_ms = run->settings->timeout_ms,
							   .max_parallel = run->settings->jobs,
							   .decode = true,
							   .insecure_tls = options->insecure_tls};
	int status = tally__http_client_new(&run->client, &client_options, error);

	run->commands.client = run->client;
	if (status == 0)
		status = tally__header_command_once(run, error);
	if (status == 0)
		status = make_attempts(run, error);
	if (status == 0) {
		start_tasks(run);
		status = tally__http_client_run(run->client, &run->stop, error);
	}
	tally__commands_release(&run->commands);
	tally__http_client_free(run->client);
	run->client = NULL;
	free_attempts(run);
	return status == 0 ? conclude(run, error) : status;
}
