#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/json.h"
#include "matching/mismatch.h"
#include "tally/verify.h"

/* In front of what belongs to an interaction. */
#define INDENT 5

static void add_printable(struct buf *out, const char *text, size_t max_chars)
{
	if (text != NULL)
		tally__text_add_printable(out, text, strlen(text), max_chars);
}

static const char *text_of(const cJSON *object, const char *name)
{
	const char *text = tally__json_get_string(object, name);

	return text != NULL ? text : "";
}

enum verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_ERROR, VERDICT_PENDING, VERDICT_SKIPPED };
#define VERDICT_COUNT 5

static enum verdict verdict_of(const cJSON *interaction)
{
	const char *outcome = text_of(interaction, "outcome");

	if (strcmp(outcome, "passed") == 0)
		return VERDICT_PASSED;
	if (strcmp(outcome, "skipped") == 0)
		return VERDICT_SKIPPED;
	if (tally__json_get_bool(interaction, "pending", false))
		return VERDICT_PENDING;
	return strcmp(outcome, "error") == 0 ? VERDICT_ERROR : VERDICT_FAILED;
}

/* "orders-web -> orders: 11 passed, 1 failed". */
static void add_summary(struct buf *out, const cJSON *contract)
{
	static const char *const words[VERDICT_COUNT] = {"passed", "failed", "in error",
							 "pending and failing", "skipped"};
	size_t counts[VERDICT_COUNT] = {0};
	const cJSON *interaction;
	bool any = false;

	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		counts[verdict_of(interaction)]++;
	}
	add_printable(out, text_of(contract, "consumer"), 0);
	tally__buf_adds(out, " -> ");
	add_printable(out, text_of(contract, "provider"), 0);
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		tally__buf_addf(out, "%s%zu %s", any ? ", " : ": ", counts[i], words[i]);
		any = true;
	}
	tally__buf_adds(out, any ? "\n" : ": no interactions\n");
}

static void add_states(struct buf *out, const cJSON *interaction)
{
	const cJSON *state;
	const char *word = "given";

	cJSON_ArrayForEach(state, tally__json_get(interaction, "providerStates"))
	{
		tally__buf_addf(out, "     %s ", word);
		add_printable(out, cJSON_IsString(state) ? state->valuestring : "", 0);
		tally__buf_addc(out, '\n');
		word = "and";
	}
}

static void add_failure(struct buf *out, const cJSON *interaction, size_t number,
			const struct tally_text_options *options)
{
	static const char *const words[VERDICT_COUNT] = {"", "FAILED", "ERROR", "PENDING", ""};
	const char *message = tally__json_get_string(interaction, "message");
	const char *curl = tally__json_get_string(tally__json_get(interaction, "request"), "curl");
	const cJSON *omitted = tally__json_get(interaction, "mismatchesOmitted");
	size_t more = cJSON_IsNumber(omitted) ? (size_t)omitted->valuedouble : 0;
	struct tally_text_options inner = {.indent = options->indent + INDENT,
					   .colour = options->colour};

	tally__buf_addf(out, "\n  %zu) %s: ", number, words[verdict_of(interaction)]);
	add_printable(out, text_of(interaction, "description"), 0);
	tally__buf_addc(out, '\n');
	add_states(out, interaction);
	if (message != NULL) {
		tally__buf_adds(out, "     ");
		add_printable(out, message, 0);
		tally__buf_addc(out, '\n');
	}
	tally__mismatches_add_text(out, tally__json_get(interaction, "mismatches"), more, &inner);
	if (curl != NULL && *curl != '\0') {
		tally__buf_adds(out, "     ask again: ");
		add_printable(out, curl, 0);
		tally__buf_addc(out, '\n');
	}
}

static void add_contract(struct buf *out, const cJSON *contract,
			 const struct tally_text_options *options)
{
	const cJSON *interaction;
	size_t failures = 0;

	add_summary(out, contract);
	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		enum verdict verdict = verdict_of(interaction);

		if (verdict != VERDICT_PASSED && verdict != VERDICT_SKIPPED)
			add_failure(out, interaction, ++failures, options);
	}
	if (failures > 0)
		tally__buf_addc(out, '\n');
}

int tally_verify_report_text(const cJSON *results, const struct tally_text_options *options,
			     char **text, struct tally_error *error)
{
	static const struct tally_text_options defaults = {0};
	const cJSON *contracts = tally__json_get(results, "contracts");
	const cJSON *item;
	struct buf out;
	int status;

	if (!cJSON_IsArray(contracts))
		return tally__fail(error, TALLY_EINVAL,
				   "expected the results of tally_verify, with a list "
				   "\"contracts\"");
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	cJSON_ArrayForEach(item, contracts)
	{
		add_contract(&out, item, options ? options : &defaults);
	}
	cJSON_ArrayForEach(item, tally__json_get(results, "warnings"))
	{
		tally__buf_adds(&out, "note: ");
		add_printable(&out, cJSON_IsString(item) ? item->valuestring : "", 0);
		tally__buf_addc(&out, '\n');
	}
	if (tally__json_get_bool(results, "seedChosen", false))
		tally__buf_addf(&out,
				"note: values were generated: seed %.0f makes the same again\n",
				cJSON_GetNumberValue(tally__json_get(results, "seed")));
	status = tally__buf_status(&out, error);
	if (status == 0)
		*text = tally__buf_take(&out, NULL);
	tally__buf_release(&out);
	return status;
}
