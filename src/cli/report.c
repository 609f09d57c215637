#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"

static void report_failed(const struct tally_error *error)
{
	if (error->code == TALLY_ENOMEM)
		out_of_memory();
	(void)failed(error);
}

void report_mismatches(const cJSON *mismatches, size_t omitted, unsigned indent)
{
	const struct tally_text_options options = {.indent = indent, .colour = out_has_colours()};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (!cJSON_IsArray(mismatches))
		return;
	if (tally_mismatches_text(mismatches, omitted, &options, &text, &error) < 0) {
		report_failed(&error);
		return;
	}
	out_report(text);
	tally_free(text);
}

void report_mock(const cJSON *report, const char *provider)
{
	const struct tally_text_options options = {.colour = out_has_colours()};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (provider)
		out("%s: ", provider);
	if (tally_mock_report_text(report, &options, &text, &error) < 0) {
		report_failed(&error);
		return;
	}
	out_report(text);
	tally_free(text);
}
