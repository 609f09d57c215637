/* verify_replay.c - the run itself: its options, how far it is, and signals. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/verify.h"

static void show_progress(void *context, size_t done, size_t total, size_t failed)
{
	progress_show(context, done, total, failed);
}

static struct tally_verify_options make_options(const struct verify_run *run)
{
	const struct verify_options *o = run->options;

	return (struct tally_verify_options){
		.provider_url = o->provider_url,
		.state_change_url = o->state_change_url,
		.state_change_teardown = o->state_change_teardown,
		.state_change_as_query = o->state_change_as_query,
		.state_command = o->state_command,
		.message_command = o->message_command,
		.header_command = o->header_command,
		.header_command_each = o->header_command_each,
		.command_timeout_ms = (unsigned)o->command_timeout_ms,
		.headers = o->headers.items,
		.header_count = o->headers.count,
		.filter_description = o->filter_description,
		.filter_state = o->filter_state,
		.filter_no_state = o->filter_no_state,
		.only_digests = run->only.items,
		.only_digest_count = run->only.count,
		.only_needed = o->only_needed,
		.request_timeout_ms = (unsigned)o->request_timeout_ms,
		.total_timeout_ms = (unsigned)o->total_timeout_ms,
		.jobs = (unsigned)o->jobs,
		.parallel_states = o->parallel_states,
		.retries = (unsigned)o->retries,
		.repeat = (unsigned)o->repeat,
		.transports = o->transports.items,
		.transport_count = o->transports.count,
		.insecure_tls = o->insecure_tls,
		.masks = o->masks.items,
		.mask_count = o->masks.count,
		.ca_file = o->ca_file,
		.client_cert = o->client_cert,
		.client_key = o->client_key,
		.client_key_password = o->client_key_password,
		.http_version = (enum tally_http_version)o->http_version,
		.exit_on_first_error = o->exit_on_first_error,
		.seed = (unsigned long)o->seed,
		.now = o->now,
	};
}

static int ask(struct verify_run *run, const struct tally_verify_options *options,
	       struct tally_error *error)
{
	struct tally_verify_contract *contracts =
		scratch_array(&run->call->scratch, run->files.count, sizeof(*contracts));

	for (size_t i = 0; i < run->files.count; i++)
		contracts[i] = (struct tally_verify_contract){
			.contract = run->files.items[i].contract,
			.history = run->files.items[i].history,
		};
	return tally_verify(contracts, run->files.count, options, &run->results, error);
}

static int replay(struct verify_run *run, const volatile sig_atomic_t *interrupt)
{
	struct tally_verify_options options = make_options(run);
	struct tally_error error = TALLY_ERROR_INIT;
	struct progress progress;
	int code;

	progress_begin(&progress);
	options.progress = show_progress;
	options.progress_context = &progress;
	options.interrupt = interrupt;
	code = ask(run, &options, &error);
	progress_clear(&progress);
	if (code == TALLY_ENOTHING && run->only.count > 0) {
		note("none of what failed last time is in these contracts, as they are chosen: all "
		     "interactions are replayed");
		options.only_digest_count = 0;
		error = (struct tally_error)TALLY_ERROR_INIT;
		code = ask(run, &options, &error);
		progress_clear(&progress);
	}
	return code < 0 ? failed_in_options(run->call, &error) : 0;
}

int verify_replay(struct verify_run *run)
{
	const volatile sig_atomic_t *interrupt = signals_watch();
	int status = verify_provider_start(run, interrupt);

	if (status == 0)
		status = replay(run, interrupt);
	verify_provider_stop(run, status == 0 && cJSON_IsTrue(json_get(run->results, "success")));
	signals_watch_end();
	if (signals_watched() != 0)
		note("interrupted by %s", signals_watched() == SIGINT    ? "SIGINT"
					  : signals_watched() == SIGTERM ? "SIGTERM"
									 : "SIGHUP");
	return status;
}

void verify_replay_end(void)
{
	if (signals_watched() == 0)
		return;
	(void)out_finish(EXIT_NO);
	signals_die(signals_watched());
}
