/* How a run ends before all is done: the caller interrupts it, or its time is over.  What is under
 * way is broken off, and what was set up is torn down, as long as that takes no time of its own. */
#include "config.h"

#include "base/limits.h"
#include "base/time.h"
#include "verifier/outside.h"

/* How often the caller's wish is looked for: it comes from a signal handler, which wakes nobody. */
#define INTERRUPT_POLL_MS 20

bool tally__run_is_interrupted(const struct run *run, int times)
{
	const volatile sig_atomic_t *interrupt = run->settings->options->interrupt;

	return interrupt != NULL && *interrupt >= times;
}

bool tally__run_breaks_off(struct run *run)
{
	if (run->end < RUN_INTERRUPTED && tally__run_is_interrupted(run, 1))
		run->end = RUN_INTERRUPTED;
	return run->end > RUN_FIRST_FAILURE;
}

void tally__run_add_end(const struct run *run, struct buf *out)
{
	switch (run->end) {
	case RUN_FIRST_FAILURE:
		tally__buf_adds(out, "the run ended with the first failure");
		break;
	case RUN_INTERRUPTED:
		tally__buf_adds(out, "the run was interrupted");
		break;
	case RUN_OUT_OF_TIME:
		tally__buf_addf(out, "the run's total time of %u ms was over",
				run->settings->options->total_timeout_ms);
		break;
	case RUN_GOES_ON:
	case RUN_FATAL:
		tally__buf_adds(out, "the run ended before");
		break;
	}
}

static void break_off_attempts(struct run *run)
{
	struct tally_error failure = TALLY_ERROR_INIT;
	struct buf why;

	tally__buf_init(&why, sizeof(failure.message));
	tally__run_add_end(run, &why);
	tally__fail(&failure, TALLY_ETIMEOUT, "broken off: %s",
		    why.status == 0 ? why.bytes : "the run ended");
	tally__buf_release(&why);
	if (run->active == 0)
		tally__commands_break_off(&run->commands, NULL, &failure);
	for (size_t i = 0; run->active > 0 && i < run->settings->jobs; i++) {
		struct attempt *attempt = &run->attempts[i];

		if (attempt->is_under_way && (run->is_hopeless || attempt->phase != PHASE_TEARDOWN))
			tally__outside_break_off(attempt, &failure);
	}
}

/* Looks whether the run is to end, and ends it. */
static void look(struct run *run)
{
	int64_t now_ms = tally__time_monotonic_ms();

	if (!tally__run_breaks_off(run) && run->deadline_ms != 0 && now_ms >= run->deadline_ms)
		run->end = RUN_OUT_OF_TIME;
	if (!tally__run_breaks_off(run))
		return;
	if (run->teardown_deadline_ms == 0) {
		run->teardown_deadline_ms = now_ms + LIMIT_TEARDOWN_MS;
		break_off_attempts(run);
	} else if (!run->is_hopeless &&
		   (now_ms >= run->teardown_deadline_ms || tally__run_is_interrupted(run, 2))) {
		run->is_hopeless = true;
		break_off_attempts(run);
	}
}

/* For interactions, or for the header command before them. */
static bool is_waiting(const struct run *run)
{
	return run->active > 0 || run->commands.first != NULL;
}

static void on_tick(void *context, unsigned events)
{
	struct run *run = context;
	struct tally_error error = TALLY_ERROR_INIT;

	if ((events & HTTP_DUE) == 0)
		return;
	look(run);
	if (is_waiting(run) && tally__run_watch(run, &error) != 0)
		tally__run_give_up(run, error.code, error.message);
}

int tally__run_watch(struct run *run, struct tally_error *error)
{
	const struct tally_verify_options *options = run->settings->options;
	int64_t now_ms = tally__time_monotonic_ms();
	int64_t next_ms = run->teardown_deadline_ms;

	tally__run_unwatch(run);
	/* All that can be broken off was. */
	if (run->is_hopeless)
		return 0;
	if (run->deadline_ms == 0 && options->total_timeout_ms > 0)
		run->deadline_ms = now_ms + options->total_timeout_ms;
	if (next_ms == 0)
		next_ms = run->deadline_ms;
	if (options->interrupt != NULL && (next_ms == 0 || next_ms > now_ms + INTERRUPT_POLL_MS))
		next_ms = now_ms + INTERRUPT_POLL_MS;
	if (next_ms == 0)
		return 0;
	return tally__http_client_at(run->client, next_ms, on_tick, run, error);
}

void tally__run_unwatch(struct run *run)
{
	tally__http_client_cancel(run->client, on_tick, run);
}
