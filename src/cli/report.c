#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"

void report_mismatches(const cJSON *mismatches, size_t omitted, unsigned indent)
{
	const struct tally_text_options options = {.indent = indent, .colour = out_has_colours()};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (!cJSON_IsArray(mismatches))
		return;
	if (tally_mismatches_text(mismatches, omitted, &options, &text, &error) < 0) {
		if (error.code == TALLY_ENOMEM)
			out_of_memory();
		(void)failed(&error);
		return;
	}
	out_report(text);
	tally_free(text);
}

/* The list of an object, and how many more there are. */
static void report_mismatches_of(const cJSON *object, unsigned indent)
{
	const cJSON *omitted = json_get(object, "omitted");

	report_mismatches(json_get(object, "mismatches"),
			  cJSON_IsNumber(omitted) ? (size_t)omitted->valuedouble : 0, indent);
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

/* The states that an interaction is for: given "a" and "b". */
static void report_states(const cJSON *interaction)
{
	const cJSON *states = json_get(interaction, "providerStates");
	const cJSON *state;

	cJSON_ArrayForEach(state, states)
	{
		out("%s \"%s\"", state == states->child ? ", given" : " and",
		    json_text(state, "name"));
	}
}

static void report_unmatched(const cJSON *item)
{
	const cJSON *count = json_get(item, "count");
	const char *type = json_text(item, "type");
	const char *description = json_text(item, "description");
	const char *method = json_text(item, "method");
	const char *path = json_text(item, "path");
	const cJSON *nearest = json_get(item, "nearest");

	if (strcmp(type, "request-mismatch") == 0)
		out("  %s %s was asked, but not as expected", method, path);
	else if (strcmp(type, "missing-request") == 0)
		out("  %s %s was expected, but never asked", method, path);
	else if (strcmp(type, "request-not-found") == 0)
		out("  %s %s was asked, but nothing like it is expected", method, path);
	else if (strcmp(type, "request-refused") == 0)
		out("  %s%s%s was refused: %s", *method ? method : "a request", *path ? " " : "",
		    path, json_text(item, "reason"));
	else if (strcmp(type, "message-mismatch") == 0)
		out("  the message \"%s\" was asked for, but its request is not as expected",
		    description);
	else if (strcmp(type, "missing-message") == 0)
		out("  the message \"%s\" was expected, but never fetched", description);
	else if (strcmp(type, "message-not-found") == 0)
		out("  the message \"%s\" was asked for, but is not expected", description);
	else
		out("  %s", type);
	if (*description && *method)
		out(" (%s)", description);
	report_states(item);
	if (cJSON_IsNumber(count))
		out(", %zu times", (size_t)count->valuedouble);
	if (strncmp(type, "message-", 8) == 0 && *json_text(item, "reason"))
		out(": %s", json_text(item, "reason"));
	out("\n");
	report_mismatches_of(item, 4);
	if (cJSON_IsObject(nearest)) {
		out("    nearest: %s (%s %s)", json_text(nearest, "description"),
		    json_text(nearest, "method"), json_text(nearest, "path"));
		report_states(nearest);
		out("\n");
		report_mismatches_of(nearest, 6);
	}
}

void report_mock(const cJSON *report, const char *provider)
{
	const cJSON *mismatches = json_get(report, "mismatches");
	size_t matched = (size_t)cJSON_GetArraySize(json_get(report, "matched"));
	size_t wrong_count = (size_t)cJSON_GetArraySize(mismatches);
	bool success = cJSON_IsTrue(json_get(report, "success"));
	const cJSON *item;

	if (provider)
		out("%s: ", provider);
	if (success) {
		out_coloured(true, "ok");
		out(": %zu interaction%s exercised\n", matched, plural(matched));
		return;
	}
	out_coloured(false, "failed");
	out(": %zu interaction%s exercised, %zu problem%s\n", matched, plural(matched), wrong_count,
	    plural(wrong_count));
	cJSON_ArrayForEach(item, mismatches)
	{
		report_unmatched(item);
	}
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

void report_verdict(const cJSON *answer, const char *at)
{
	const cJSON *question = json_get(answer, "question");
	const cJSON *pairs = json_get(answer, "pairs");
	bool yes = strcmp(json_text(answer, "verdict"), "yes") == 0;
	const cJSON *pair;

	out_coloured(yes, "%s", yes ? "yes" : "no");
	out(": %s %s %s be deployed to %s", json_text(question, "application"),
	    json_text(question, "version"), yes ? "can" : "cannot",
	    json_text(question, "environment"));
	if (at)
		out(", as of %s (%.10s)", at, json_text(question, "at"));
	out("\n");
	/* Of a "no", each pair says its own part. */
	if (yes || cJSON_GetArraySize(pairs) == 0)
		out("%s\n", json_text(json_get(answer, "summary"), "reason"));
	cJSON_ArrayForEach(pair, pairs)
	{
		out("\n");
		report_pair(pair);
	}
}
