/* report-verify.c - the results of tally verify as text. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/report.h"

/* "an order exists, the shop is open" after " given ". */
static void print_states(const cJSON *states)
{
	const cJSON *state;
	const char *joint = ", given ";

	cJSON_ArrayForEach(state, states)
	{
		if (cJSON_IsString(state))
			out("%s%s", joint, state->valuestring);
		joint = ", ";
	}
}

static void print_interaction(const cJSON *interaction)
{
	const char *outcome = json_text(interaction, "outcome");
	const cJSON *request = json_get(interaction, "request");
	const char *message = json_text(interaction, "message");
	bool pending = cJSON_IsTrue(json_get(interaction, "pending"));
	bool good = strcmp(outcome, "passed") == 0 || strcmp(outcome, "skipped") == 0;

	if (strcmp(outcome, "skipped") == 0)
		return;
	out("  ");
	out_coloured(good, "%-7s", outcome);
	out(" %s", json_text(interaction, "description"));
	print_states(json_get(interaction, "providerStates"));
	out("%s\n", pending && !good ? " (pending: does not count)" : "");
	if (!good && cJSON_IsObject(request))
		out("    asked: %s %s\n", json_text(request, "method"), json_text(request, "url"));
	if (*message)
		out("    %s\n", message);
	report_mismatches(json_get(interaction, "mismatches"), 4);
}

static void print_contract(const cJSON *contract)
{
	const char *file = json_text(contract, "file");
	const char *version = json_text(contract, "consumerVersion");
	const char *why = json_text(contract, "why");
	const cJSON *interaction;

	out("%s", json_text(contract, "consumer"));
	if (*version)
		out(" %s", version);
	out(" needs of %s", json_text(contract, "provider"));
	if (*file)
		out(" (%s)", file);
	out(":\n");
	if (*why)
		out("  why: %s\n", why);
	cJSON_ArrayForEach(interaction, json_get(contract, "interactions"))
		print_interaction(interaction);
	out("\n");
}

static void print_count(const cJSON *counts, const char *name, const char *joint)
{
	double count = json_number(counts, name);

	out("%s%.0f %s", joint, count < 0 ? 0 : count, name);
}

void report_verification(const cJSON *results)
{
	const cJSON *counts = json_get(results, "counts");
	bool success = cJSON_IsTrue(json_get(results, "success"));
	const cJSON *contract;
	const cJSON *recorded;

	cJSON_ArrayForEach(contract, json_get(results, "contracts")) print_contract(contract);
	cJSON_ArrayForEach(recorded, json_get(json_get(results, "recorded"), "results"))
		out("recorded: %.0f result%s for %s %s\n", json_number(recorded, "recorded"),
		    plural((size_t)json_number(recorded, "recorded")),
		    json_text(recorded, "consumer"), json_text(recorded, "consumerVersion"));
	out_coloured(success, "%s", success ? "passed" : "failed");
	print_count(counts, "passed", ": ");
	print_count(counts, "failed", ", ");
	print_count(counts, "pending", ", ");
	print_count(counts, "skipped", ", ");
	out("\n");
}
