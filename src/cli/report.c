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

/* Texts, each a line. */
static void report_messages(const cJSON *messages)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, messages)
	{
		if (cJSON_IsString(item))
			out("      %s\n", item->valuestring);
	}
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

static void report_interaction(const cJSON *interaction)
{
	const char *outcome = json_text(interaction, "outcome");

	if (strcmp(outcome, "passed") == 0)
		return;
	out("    %s: %s\n", outcome, json_text(interaction, "description"));
	report_messages(json_get(interaction, "messages"));
}

static void print_pair(const cJSON *pair)
{
	const cJSON *consumer = json_get(pair, "consumer");
	const cJSON *provider = json_get(pair, "provider");
	const char *version = json_text(provider, "version");

	out("%s %s with %s%s%s\n", json_text(consumer, "name"), json_text(consumer, "version"),
	    json_text(provider, "name"), *version ? " " : "", version);
}

static void report_pair(const cJSON *pair)
{
	const cJSON *worked = json_get(pair, "lastWorked");
	const char *verdict = json_text(pair, "verdict");
	const char *moved = json_text(pair, "moved");
	const char *next = json_text(pair, "next");
	bool good = strcmp(verdict, "ok") == 0;
	const cJSON *interaction;

	out("  ");
	out_coloured(good, "%-8s", verdict);
	print_pair(pair);
	out("    %s\n", json_text(pair, "why"));
	if (*moved)
		out("    who moved: the %s (%s)\n", moved,
		    json_text(json_get(pair, moved), "name"));
	if (cJSON_IsObject(worked)) {
		out("    last worked: ");
		print_pair(worked);
	}
	cJSON_ArrayForEach(interaction, json_get(pair, "interactions"))
	{
		report_interaction(interaction);
	}
	if (*next)
		out("    next: %s\n", next);
}

/* Versions in question that do not exist. */
static void report_unknown(const cJSON *unknown)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, unknown)
	{
		out("\n  %s\n    next: %s\n", json_text(item, "why"), json_text(item, "next"));
	}
}

void report_verdict(const cJSON *answer, const char *at)
{
	const cJSON *question = json_get(answer, "question");
	const cJSON *pairs = json_get(answer, "pairs");
	const cJSON *selector = json_get(question, "selectors")->child;
	const cJSON *unknown = json_get(answer, "unknown");
	bool yes = strcmp(json_text(answer, "verdict"), "yes") == 0;
	const cJSON *pair;

	out_coloured(yes, "%s", yes ? "yes" : "no");
	out(": %s %s %s be deployed to %s", json_text(selector, "application"),
	    json_text(selector, "version"), yes ? "can" : "cannot",
	    json_text(question, "environment"));
	if (at)
		out(", as of %s (%.10s)", at, json_text(question, "at"));
	out("\n");
	/* Of a "no", each pair says its own part. */
	if (yes || (cJSON_GetArraySize(pairs) == 0 && !unknown))
		out("%s\n", json_text(json_get(answer, "summary"), "reason"));
	report_unknown(unknown);
	cJSON_ArrayForEach(pair, pairs)
	{
		out("\n");
		report_pair(pair);
	}
}
