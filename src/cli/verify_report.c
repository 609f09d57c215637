/* verify_report.c - what tally verify found, on standard output and in files. */
#include "config.h"

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

int verify_report_check(struct verify_run *run)
{
	const char *json = run->options->json;
	struct tally_error error = TALLY_ERROR_INIT;

	if (json && check_json_file(run->call, json, &error) < 0)
		return failed(&error);
	return 0;
}

int verify_report(struct verify_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const struct tally_text_options text_options = {.colour = out_has_colours() &&
								  !run->options->no_colour};
	const char *json = run->options->json;
	char *text = NULL;

	if (json && write_json_file(json, run->results, &error) < 0)
		return failed(&error);
	if (run->options->format == FORMAT_JSON)
		return out_json(run->results, &error) < 0 ? failed(&error) : 0;
	if (tally_verify_report_text(run->results, &text_options, &text, &error) < 0)
		return failed(&error);
	out_report(text);
	tally_free(text);
	return 0;
}
