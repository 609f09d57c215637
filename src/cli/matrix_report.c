/* matrix_report.c - verdicts and rows as text for people. */
#include "config.h"

#include <string.h>

#include "cli/matrix.h"
#include "cli/output.h"

/* Pairs that are well are told in a line each where there are more of them. */
#define TALKATIVE_PAIRS 5

static void report_interaction(const cJSON *interaction)
{
	const char *outcome = json_text(interaction, "outcome");
	const cJSON *message;

	if (strcmp(outcome, "passed") == 0)
		return;
	out("    %s%s: %s\n", outcome,
	    cJSON_IsTrue(json_get(interaction, "pending")) ? " (pending)" : "",
	    json_text(interaction, "description"));
	cJSON_ArrayForEach(message, json_get(interaction, "messages"))
	{
		if (cJSON_IsString(message))
			out("      %s\n", message->valuestring);
	}
}

static void print_pair(const cJSON *pair)
{
	const cJSON *consumer = json_get(pair, "consumer");
	const cJSON *provider = json_get(pair, "provider");
	const char *version = json_text(provider, "version");

	out("%s %s with %s%s%s\n", json_text(consumer, "name"), json_text(consumer, "version"),
	    json_text(provider, "name"), *version ? " " : "", version);
}

static void report_details(const cJSON *pair)
{
	const cJSON *worked = json_get(pair, "lastWorked");
	const char *moved = json_text(pair, "moved");
	const cJSON *interaction;

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
}

static bool is_good(const char *verdict)
{
	return strcmp(verdict, "ok") == 0 || strcmp(verdict, "ignored") == 0;
}

static void report_pair(const cJSON *pair, bool shortly)
{
	const char *verdict = json_text(pair, "verdict");
	const char *next = json_text(pair, "next");
	bool good = is_good(verdict);
	bool brief = shortly && good && !json_get(pair, "empty");

	if (!brief)
		out("\n");
	out("  ");
	out_coloured(good, "%-7s", verdict);
	out(" ");
	print_pair(pair);
	if (brief)
		return;
	out("    %s\n", json_text(pair, "why"));
	if (!good)
		report_details(pair);
	if (*next)
		out("    next: %s\n", next);
}

/* What stands in the way comes first. */
static void report_pairs(const cJSON *pairs)
{
	static const char *const order[] = {"broken", "stuck", "waiting",
					    "absent", "ok",    "ignored"};
	bool shortly = cJSON_GetArraySize(pairs) > TALKATIVE_PAIRS;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool first = true;
		const cJSON *pair;

		cJSON_ArrayForEach(pair, pairs)
		{
			if (strcmp(json_text(pair, "verdict"), order[i]) != 0)
				continue;
			if (first && shortly && is_good(order[i]))
				out("\n");
			first = false;
			report_pair(pair, shortly);
		}
	}
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

static void report_subject(const cJSON *selectors)
{
	const cJSON *selector;
	bool first = true;

	cJSON_ArrayForEach(selector, selectors)
	{
		const char *version = json_text(selector, "version");

		out("%s", first ? "" : selector->next ? ", " : " and ");
		if (*version)
			out("%s %s", json_text(selector, "application"), version);
		else
			out("%s", json_text(selector, "text"));
		first = false;
	}
}

static void report_heading(const cJSON *answer, const char *at, bool yes)
{
	const cJSON *question = json_get(answer, "question");
	const char *to = json_text(question, "to");
	const cJSON *assumed;

	out_coloured(yes, "%s", yes ? "yes" : "no");
	out(": ");
	report_subject(json_get(question, "selectors"));
	if (*to)
		out(" %s be deployed %s", yes ? "can" : "cannot", to);
	else
		out(" %s", yes ? "work together" : "do not work together");
	cJSON_ArrayForEach(assumed, json_get(question, "assumed"))
	{
		out("%s%s", assumed->prev->next ? ", and that " : ", assuming that ",
		    assumed->valuestring);
	}
	if (at)
		out(", as of %s", at);
	/* A date says not which commit that is. */
	if (at && strncmp(at, json_text(question, "at"), strlen(at)) != 0)
		out(" (%.10s)", json_text(question, "at"));
	out("\n");
}

static bool is_said_by_pair(const cJSON *pairs, const char *text)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, pairs)
	{
		if (strcmp(json_text(pair, "why"), text) == 0)
			return true;
	}
	return false;
}

/* Pact's warnings begin with a word of their own. */
static void report_warnings(const cJSON *answer)
{
	static const char mark[] = "WARN: ";
	const cJSON *notice;

	cJSON_ArrayForEach(notice, json_get(answer, "notices"))
	{
		const char *text = json_text(notice, "text");

		if (strcmp(json_text(notice, "type"), "warning") != 0)
			continue;
		if (strncmp(text, mark, sizeof(mark) - 1) == 0)
			text += sizeof(mark) - 1;
		if (!is_said_by_pair(json_get(answer, "pairs"), text))
			out("warning: %s\n", text);
	}
}

static void report_outcome(const cJSON *answer)
{
	const cJSON *notice;

	cJSON_ArrayForEach(notice, json_get(answer, "notices"))
	{
		if (strcmp(json_text(notice, "type"), "success") == 0)
			out("%s\n", json_text(notice, "text"));
	}
}

void report_verdict(const cJSON *answer, const char *at)
{
	bool yes = strcmp(json_text(answer, "verdict"), "yes") == 0;

	report_heading(answer, at, yes);
	report_warnings(answer);
	/* Of a "no", each pair says its own part. */
	if (yes)
		report_outcome(answer);
	report_unknown(json_get(answer, "unknown"));
	report_pairs(json_get(answer, "pairs"));
	/* What was a yes then is no advice for today. */
	if (!at && *json_text(answer, "next"))
		out("\nnext: %s\n", json_text(answer, "next"));
}

enum { COLUMNS = 6 };

static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void get_row(const cJSON *pair, const char *cells[COLUMNS])
{
	const char *version = json_text(json_get(pair, "provider"), "version");
	const cJSON *evidence = json_get(pair, "evidence");

	if (cJSON_IsArray(evidence))
		evidence = evidence->child;
	cells[0] = json_text(json_get(pair, "consumer"), "name");
	cells[1] = json_text(json_get(pair, "consumer"), "version");
	cells[2] = json_text(json_get(pair, "provider"), "name");
	cells[3] = *version ? version : "-";
	cells[4] = json_text(pair, "verdict");
	cells[5] = json_text(evidence, "at");
	if (!*cells[5])
		cells[5] = "-";
}

static void print_row(const char *const cells[COLUMNS], const size_t widths[COLUMNS])
{
	for (size_t i = 0; i + 1 < COLUMNS; i++)
		out("%s%*s", cells[i], (int)(widths[i] - width_of(cells[i]) + 2), "");
	out("%s\n", cells[COLUMNS - 1]);
}

void report_matrix(const cJSON *answer)
{
	static const char *const heads[COLUMNS] = {"CONSUMER", "VERSION", "PROVIDER",
						   "VERSION",  "VERDICT", "ANSWERED"};
	const cJSON *pairs = json_get(answer, "pairs"), *pair;
	const char *cells[COLUMNS];
	size_t widths[COLUMNS];

	if (cJSON_GetArraySize(pairs) == 0)
		return;
	for (size_t i = 0; i < COLUMNS; i++)
		widths[i] = width_of(heads[i]);
	cJSON_ArrayForEach(pair, pairs)
	{
		get_row(pair, cells);
		for (size_t i = 0; i < COLUMNS; i++)
			widths[i] = width_of(cells[i]) > widths[i] ? width_of(cells[i]) : widths[i];
	}
	print_row(heads, widths);
	cJSON_ArrayForEach(pair, pairs)
	{
		get_row(pair, cells);
		print_row(cells, widths);
	}
}
