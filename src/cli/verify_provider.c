/* verify_provider.c - the provider that tally verify starts itself. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

int verify_provider_check(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	const char *alone = o->ready_url              ? "--ready-url"
			    : o->start_log            ? "--start-log"
			    : o->start_timeout_ms > 0 ? "--start-timeout"
			    : o->stop_timeout_ms > 0  ? "--stop-timeout"
						      : NULL;

	if (!o->start && alone)
		return wrong("%s is about the provider that --start starts, which was not given",
			     alone);
	if (o->start && !o->provider_url && !o->ready_url)
		return wrong("--start needs --provider-url or --ready-url, to know when the "
			     "provider is ready");
	if (o->start && !o->start[strspn(o->start, " \t\n")])
		return wrong("--start is empty: expected a command for the shell");
	return 0;
}

int verify_provider_start(struct verify_run *run, const volatile sig_atomic_t *interrupt)
{
	const struct verify_options *o = run->options;
	const struct tally_provider_options options = {
		.command = o->start,
		.url = o->provider_url,
		.ready_url = o->ready_url,
		.start_timeout_ms = (unsigned)o->start_timeout_ms,
		.stop_timeout_ms = (unsigned)o->stop_timeout_ms,
		.log_file = o->start_log,
		.interrupt = interrupt,
	};
	struct tally_error error = TALLY_ERROR_INIT;

	if (!o->start)
		return 0;
	return tally_provider_start(&run->provider, &options, &error) < 0
		       ? failed_in_options(run->call, &error)
		       : 0;
}

void verify_provider_stop(struct verify_run *run, bool well)
{
	struct tally_error error = TALLY_ERROR_INIT;

	if (!run->provider)
		return;
	if (tally_provider_check(run->provider, &error) < 0) {
		(void)failed(&error);
		well = false;
	} else if (!well && !run->options->start_log) {
		note("the provider's output is in %s", tally_provider_log(run->provider));
	}
	tally_provider_stop(run->provider, !well);
	run->provider = NULL;
}
