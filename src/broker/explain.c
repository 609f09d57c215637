/* What a verdict means, in sentences. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "broker/matrix.h"

/* Characters of a description or message that are shown. */
#define SHOWN_CHARS 120

static void add_quoted(struct buf *out, const char *text)
{
	tally__buf_addc(out, '"');
	tally__text_add_printable(out, text, strlen(text), SHOWN_CHARS);
	tally__buf_addc(out, '"');
}

static void add_interactions_of(struct buf *out, const struct pair *pair, size_t count)
{
	tally__buf_addf(out, "%zu of %zu interaction%s of %s %s", count, pair->counts.total,
			pair->counts.total == 1 ? "" : "s", pair->consumer, pair->consumer_version);
}

/* Nothing was verified, and that is to be said: the contract may not be meant so. */
static void explain_empty(struct buf *out, const struct pair *pair)
{
	size_t pending = pair->counts.pending;

	tally__buf_addf(out, "nothing had to pass, and so nothing shows that they work together: ");
	if (pending == 0)
		tally__buf_addf(out, "the contract of %s %s with %s has no interactions",
				pair->consumer, pair->consumer_version, pair->provider);
	else
		tally__buf_addf(out, "%s of the contract of %s %s with %s is pending",
				pending == 1 ? "the only interaction" : "every interaction",
				pair->consumer, pair->consumer_version, pair->provider);
}

/* Whose contracts were replayed when these answers were given, if not this one's. */
static void add_carried(struct buf *out, const struct pair *pair)
{
	const struct answer_run *shown = NULL;
	size_t others = 0;

	for (size_t i = 0; i < pair->evidence_count; i++) {
		const struct evidence *evidence = &pair->evidence[i];

		if (!evidence->carried)
			continue;
		others += shown != NULL;
		if (shown == NULL)
			shown = evidence->run;
	}
	if (shown == NULL)
		return;
	tally__buf_addf(out, "; %s were answered for %s%s%s",
			pair->evidence_count == others + 1 ? "they" : "some", shown->consumer,
			shown->consumer_version != NULL ? " " : "",
			shown->consumer_version != NULL ? shown->consumer_version : "");
	if (others > 0)
		tally__buf_addf(out, " and in %zu other run%s", others, others == 1 ? "" : "s");
}

static void explain_ok(struct buf *out, const struct pair *pair)
{
	size_t total = pair->counts.total;

	if (total == 0)
		explain_empty(out, pair);
	else if (total == 1)
		tally__buf_addf(out, "%s %s passed the only interaction of %s %s", pair->provider,
				pair->provider_version, pair->consumer, pair->consumer_version);
	else
		tally__buf_addf(out, "%s %s passed all %zu interactions of %s %s", pair->provider,
				pair->provider_version, total, pair->consumer,
				pair->consumer_version);
	if (pair->counts.pending > 0 && total > 0)
		tally__buf_addf(out, " (%zu more pending)", pair->counts.pending);
	add_carried(out, pair);
}

/* The first interaction with that outcome, and the first thing that was wrong. */
static void add_example(struct buf *out, const struct pair *pair, enum outcome outcome)
{
	for (size_t i = 0; i < pair->interaction_count; i++) {
		const struct judged *judged = &pair->interactions[i];
		const cJSON *message;

		if (judged->claim.pending || judged->outcome != outcome)
			continue;
		tally__buf_adds(out, ": ");
		add_quoted(out, judged->claim.description);
		message = cJSON_GetArrayItem(judged->messages, 0);
		if (cJSON_IsString(message)) {
			tally__buf_adds(out, " (");
			tally__text_add_printable(out, message->valuestring,
						  strlen(message->valuestring), SHOWN_CHARS);
			tally__buf_addc(out, ')');
		}
		return;
	}
}

static void explain_moved(struct buf *out, const struct pair *pair)
{
	const char *consumer_version = tally__json_get_string(pair->worked, "consumerVersion");
	const char *provider_version = tally__json_get_string(pair->worked, "providerVersion");

	if (pair->moved == MOVED_UNKNOWN || consumer_version == NULL || provider_version == NULL)
		return;
	if (pair->moved == MOVED_PROVIDER)
		tally__buf_addf(
			out, ". The provider moved: what fails now passed with %s %s (for %s %s)",
			pair->provider, provider_version, pair->consumer, consumer_version);
	else if (pair->ahead)
		tally__buf_addf(out,
				". The consumer moved: it needs what %s has since %s (passed for "
				"%s %s)",
				pair->provider, provider_version, pair->consumer, consumer_version);
	else
		tally__buf_addf(out,
				". The consumer moved: what fails is new or changed since %s %s "
				"worked with %s %s",
				pair->consumer, consumer_version, pair->provider, provider_version);
}

static void explain_broken(struct buf *out, const struct pair *pair)
{
	size_t failed = pair->counts.by_outcome[OUTCOME_FAILED];
	size_t flaky = pair->counts.by_outcome[OUTCOME_FLAKY];

	if (failed > 0) {
		tally__buf_addf(out, "%s %s fails ", pair->provider, pair->provider_version);
		add_interactions_of(out, pair, failed);
		add_example(out, pair, OUTCOME_FAILED);
	}
	if (flaky > 0) {
		tally__buf_addf(out, "%s%s %s is flaky: it both passed and failed ",
				failed > 0 ? ". " : "", pair->provider, pair->provider_version);
		add_interactions_of(out, pair, flaky);
		add_example(out, pair, OUTCOME_FLAKY);
		tally__buf_addf(out,
				"; another run of it cannot settle that: find out why its answers "
				"differ, and verify a new version of %s",
				pair->provider);
	}
	explain_moved(out, pair);
}

static void explain_waiting(struct buf *out, const struct row *row)
{
	const struct pair *pair = &row->pair;
	const size_t *by_outcome = pair->counts.by_outcome;

	if (row->unjoined) {
		tally__buf_addf(out, "none of the versions of %s in question has answered %s %s",
				pair->provider, pair->consumer, pair->consumer_version);
		return;
	}
	tally__buf_addf(out, "%s %s has not answered ", pair->provider, pair->provider_version);
	add_interactions_of(out, pair, by_outcome[OUTCOME_WAITING] + by_outcome[OUTCOME_ERROR]);
	if (by_outcome[OUTCOME_ERROR] > 0) {
		tally__buf_adds(out, "; the last attempt ended with an error");
		add_example(out, pair, OUTCOME_ERROR);
	}
}

static void explain_absent(struct buf *out, const struct row *row, const struct matrix *matrix)
{
	const struct pair *pair = &row->pair;

	tally__buf_addf(out, "%s %s needs %s, and ", pair->consumer, pair->consumer_version,
			pair->provider);
	if (row->provider->specified) {
		tally__buf_addf(out, "there is no such version of it");
	} else if (matrix->inferring) {
		tally__buf_addf(out, "no version of it is ");
		tally__target_describe_place(out, matrix);
	} else {
		tally__buf_adds(out, "no version of it was ever verified");
	}
}

static void explain_verdict(struct buf *out, const struct row *row, const struct matrix *matrix)
{
	switch (row->pair.verdict) {
	case VERDICT_OK:
		explain_ok(out, &row->pair);
		break;
	case VERDICT_BROKEN:
		explain_broken(out, &row->pair);
		break;
	case VERDICT_WAITING:
		explain_waiting(out, row);
		break;
	case VERDICT_STUCK:
		tally__buf_addf(out, "no run can answer this: %s", row->pair.stuck);
		break;
	case VERDICT_ABSENT:
		explain_absent(out, row, matrix);
		break;
	}
	tally__buf_addc(out, '.');
}

void tally__row_explain(struct buf *out, const struct row *row, const struct matrix *matrix)
{
	if (row->ignored != NULL) {
		tally__buf_adds(out, "left out on purpose, as the question ignores ");
		if (row->ignored->every)
			tally__buf_adds(out, row->ignored->application);
		else
			tally__selected_describe(out, row->ignored);
		tally__buf_adds(out, ". Otherwise: ");
	}
	explain_verdict(out, row, matrix);
}
