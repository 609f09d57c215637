#include "config.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "verifier/attempt.h"
#include "verifier/header_command.h"
#include "verifier/outside.h"

void tally__run_give_up(struct run *run, int code, const char *message)
{
	tally__fail(&run->fatal, code, "%s", message);
	run->end = RUN_FATAL;
}

void tally__run_note_connection(struct run *run, const struct tally_error *failure)
{
	if (failure == NULL || failure->code != TALLY_EUNREACHABLE)
		run->connected = true;
	else if (run->unreachable.code == 0)
		run->unreachable = *failure;
}

static bool may_begin(struct run *run)
{
	return !tally__run_breaks_off(run) && run->end == RUN_GOES_ON;
}

static bool needs_provider(const struct run *run, const struct task *task)
{
	return tally__outside_needs_provider(run->settings, task->interaction);
}

/* While the provider has never answered and a connection to it failed, no more is asked of it: one
 * that is down need not be asked for each. */
static bool has_to_wait(const struct run *run, const struct task *task)
{
	return !run->connected && run->unreachable.code != 0 && needs_provider(run, task);
}

static void hold(struct run *run, struct task *task)
{
	task->next_waiting = NULL;
	if (run->first_held != NULL)
		run->last_held->next_waiting = task;
	else
		run->first_held = task;
	run->last_held = task;
}

static struct task *take_held(struct run *run)
{
	struct task *task = run->first_held;

	run->first_held = task->next_waiting;
	return task;
}

static void tell_progress(const struct run *run)
{
	const struct tally_verify_options *options = run->settings->options;

	if (options->progress != NULL)
		options->progress(options->progress_context, run->done, run->asked_count,
				  run->done_badly);
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

/* Each is repeated as often as the caller wants; one that never passed is then tried again. */
static bool wants_another(const struct task *task, const struct settings *settings)
{
	size_t count = settings->repeat;

	if (task->passed_count == 0)
		count += settings->options->retries;
	return task->attempt_count < count;
}

/* Notes in the task what came of one attempt. */
static void keep_attempt(struct attempt *attempt)
{
	if (tally__task_take_attempt(attempt->task, attempt) != 0)
		tally__run_give_up(attempt->run, TALLY_ENOMEM, "out of memory");
}

static void end_task(struct attempt *attempt)
{
	struct run *run = attempt->run;
	struct task *task = attempt->task;
	bool passed;

	tally__task_conclude(task, wants_another(task, run->settings));
	passed = task->outcome == INTERACTION_PASSED || task->outcome == INTERACTION_SKIPPED;
	run->done++;
	run->done_badly += !passed && !task->pending;
	if (!passed && !task->pending && run->settings->options->exit_on_first_error &&
	    run->end == RUN_GOES_ON)
		run->end = RUN_FIRST_FAILURE;
	tally__attempt_end(attempt);
	attempt->next_idle = run->idle;
	run->idle = attempt;
	run->active--;
	tell_progress(run);
}

/* Replays until the task needs no more or one is under way. */
static bool replay(struct attempt *attempt)
{
	do {
		if (tally__attempt_begin(attempt))
			return true;
		keep_attempt(attempt);
	} while (wants_another(attempt->task, attempt->run->settings) && may_begin(attempt->run));
	return false;
}

static struct attempt *take_attempt(struct run *run, struct task *task)
{
	struct attempt *attempt = run->idle;

	run->idle = attempt->next_idle;
	run->active++;
	attempt->task = task;
	return attempt;
}

/* Says whether the task is under way; otherwise it has ended. */
static bool begin_task(struct run *run, struct task *task)
{
	struct attempt *attempt = take_attempt(run, task);

	run->asked_elsewhere = run->asked_elsewhere || !needs_provider(run, task);
	if (!compile(attempt))
		keep_attempt(attempt);
	else if (replay(attempt))
		return true;
	end_task(attempt);
	return false;
}

/* Begins the task, or those that wait for it in its lane when it has ended at once. */
static void begin_in_lane(struct run *run, struct task *task)
{
	while (task != NULL && may_begin(run)) {
		if (has_to_wait(run, task)) {
			hold(run, task);
			return;
		}
		if (begin_task(run, task))
			return;
		task = tally__lane_leave(task);
	}
}

/* NULL: none may begin now. */
static struct task *take_task(struct run *run)
{
	if (run->first_held != NULL && !has_to_wait(run, run->first_held))
		return take_held(run);
	while (run->next < run->count) {
		struct task *task = &run->tasks[run->next++];

		if (tally__task_is_asked(task) && tally__lane_enter(task))
			return task;
	}
	return NULL;
}

/* Nobody is under way any more who could still reach the provider.  Where nobody else was asked
 * either, that is told of the whole run. */
static void fail_held(struct run *run)
{
	while (run->first_held != NULL && run->active == 0 && run->asked_elsewhere &&
	       may_begin(run)) {
		struct task *task = take_held(run);
		struct attempt *attempt = take_attempt(run, task);

		tally__attempt_clear(attempt);
		tally__attempt_note_error(attempt, run->unreachable.message);
		keep_attempt(attempt);
		end_task(attempt);
		begin_in_lane(run, tally__lane_leave(task));
	}
}

/* Keeps as many interactions under way as are allowed. */
static void begin_tasks(struct run *run)
{
	struct task *task;

	while (run->idle != NULL && may_begin(run) && (task = take_task(run)) != NULL)
		begin_in_lane(run, task);
	fail_held(run);
}

void tally__run_go_on(struct attempt *attempt)
{
	struct run *run = attempt->run;
	struct task *task = attempt->task;

	keep_attempt(attempt);
	if (!wants_another(task, run->settings) || !may_begin(run) || !replay(attempt)) {
		end_task(attempt);
		begin_in_lane(run, tally__lane_leave(task));
		begin_tasks(run);
	}
	if (run->active == 0)
		tally__run_unwatch(run);
}

static int make_attempts(struct run *run, struct tally_error *error)
{
	size_t count = run->settings->jobs;

	run->attempts = tally__calloc(count, sizeof(*run->attempts));
	if (run->attempts == NULL)
		return tally__fail_nomem(error);
	for (size_t i = count; i-- > 0;) {
		struct attempt *attempt = &run->attempts[i];

		tally__attempt_init(attempt, run);
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
	if (!run->connected && !run->asked_elsewhere && run->unreachable.code != 0)
		return tally__fail(error, TALLY_EUNREACHABLE,
				   "the provider cannot be reached, nothing was verified: %s",
				   run->unreachable.message);
	return 0;
}

/* When the run is broken off meanwhile, that is told by its results. */
static int ask_for_headers(struct run *run, struct tally_error *error)
{
	struct tally_error problem = TALLY_ERROR_INIT;
	int status = tally__header_command_once(run, &problem);

	if (status == 0 || tally__run_breaks_off(run))
		return 0;
	if (error != NULL)
		*error = problem;
	return status;
}

static int replay_tasks(struct run *run, struct tally_error *error)
{
	int status = tally__run_watch(run, error);

	if (status != 0)
		return status;
	tell_progress(run);
	begin_tasks(run);
	if (run->active == 0)
		tally__run_unwatch(run);
	return tally__http_client_run(run->client, NULL, error);
}

static int new_client(struct run *run, struct tally_error *error)
{
	static const enum http_client_version versions[] = {
		[TALLY_HTTP_ANY] = HTTP_CLIENT_ANY,
		[TALLY_HTTP_1_1] = HTTP_CLIENT_HTTP_1_1,
		[TALLY_HTTP_2] = HTTP_CLIENT_HTTP_2,
	};
	const struct settings *settings = run->settings;
	const struct tally_verify_options *options = settings->options;
	const struct http_client_options client_options = {
		.connect_timeout_ms = settings->timeout_ms,
		.timeout_ms = settings->timeout_ms,
		.max_parallel = settings->jobs,
		.version = versions[options->http_version],
		.decode = true,
		.insecure_tls = options->insecure_tls,
		.ca_file = options->ca_file,
		.client_cert = options->client_cert,
		.client_key = options->client_key,
		.client_key_password = options->client_key_password,
	};

	return tally__http_client_new(&run->client, &client_options, error);
}

static int replay_all(struct run *run, struct tally_error *error)
{
	int status = new_client(run, error);

	run->commands.client = run->client;
	if (status == 0)
		status = make_attempts(run, error);
	if (status == 0)
		status = tally__run_watch(run, error);
	if (status == 0)
		status = ask_for_headers(run, error);
	if (status == 0)
		status = replay_tasks(run, error);
	tally__commands_release(&run->commands);
	tally__http_client_free(run->client);
	run->client = NULL;
	free_attempts(run);
	return status == 0 ? conclude(run, error) : status;
}

int tally__run_all(struct run *run, struct tally_error *error)
{
	int status = 0;

	run->started_unix = tally__time_now_unix();
	run->started_ms = tally__time_monotonic_ms();
	if (run->asked_count > 0)
		status = replay_all(run, error);
	run->ended_ms = tally__time_monotonic_ms();
	return status;
}
