#include "config.h"

#include "verifier/results.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "verifier/report.h"

struct counts {
	size_t passed, failed, flaky, pending, skipped;
	size_t unreached; /* of the skipped: they were selected */
	/* Of them, whichever they are: */
	size_t is_new, regressed, known;
};

static bool passed_or_skipped(enum interaction_outcome outcome)
{
	return outcome == INTERACTION_PASSED || outcome == INTERACTION_SKIPPED;
}

static void count_task(struct counts *counts, const struct task *task)
{
	enum interaction_outcome outcome = tally__task_outcome(task);

	if (outcome == INTERACTION_PASSED)
		counts->passed++;
	else if (outcome == INTERACTION_SKIPPED)
		counts->skipped++;
	else if (task->pending)
		counts->pending++;
	else if (outcome == INTERACTION_FLAKY)
		counts->flaky++;
	else
		counts->failed++;
	counts->unreached += outcome == INTERACTION_SKIPPED && task->selected;
	counts->known += task->known != NULL;
	if (passed_or_skipped(outcome) || task->standing == NULL)
		return;
	counts->is_new += strcmp(task->standing, "new") == 0;
	counts->regressed += strcmp(task->standing, "regressed") == 0;
}

static bool is_good(const struct counts *counts)
{
	return counts->failed == 0 && counts->flaky == 0 && counts->unreached == 0;
}

int tally__results_put_number(cJSON *object, const char *name, double number)
{
	return tally__json_put(object, name, cJSON_CreateNumber(number));
}

int tally__results_put_bool(cJSON *object, const char *name, bool value)
{
	return tally__json_put(object, name, cJSON_CreateBool(value));
}

static int put_counts(cJSON *object, const struct counts *counts)
{
	const struct {
		const char *name;
		size_t count;
	} members[] = {
		{"passed", counts->passed},       {"failed", counts->failed},
		{"flaky", counts->flaky},         {"pending", counts->pending},
		{"skipped", counts->skipped},     {"new", counts->is_new},
		{"regressed", counts->regressed}, {"known", counts->known},
	};
	cJSON *member = tally__json_put_new(object, "counts", cJSON_CreateObject());
	int status = member != NULL ? 0 : TALLY_ENOMEM;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && status == 0; i++)
		status = tally__results_put_number(member, members[i].name,
						   (double)members[i].count);
	return status;
}

/* What the broker said of the contract, but for what stands here already or in its interactions. */
static int put_history(cJSON *object, const cJSON *history)
{
	const cJSON *member;

	cJSON_ArrayForEach(member, history)
	{
		if (member->string == NULL || strcmp(member->string, "contract") == 0 ||
		    strcmp(member->string, "interactions") == 0 ||
		    tally__json_get(object, member->string) != NULL)
			continue;
		if (tally__json_put(object, member->string, tally__json_clone(member)) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

/* Adds a contract with its tasks, which begin at `first`.  One of which nothing was verified is no
 * success. */
static int put_contract(cJSON *list, struct run *run, const struct tally_verify_contract *from,
			size_t first)
{
	const struct tally_contract *contract = from->contract;
	cJSON *object = tally__json_put_new(list, NULL, cJSON_CreateObject());
	size_t end = first + contract->interaction_count;
	struct counts counts = {0};
	cJSON *interactions;
	int status = 0;

	for (size_t i = first; i < end; i++)
		count_task(&counts, &run->tasks[i]);
	if (object == NULL || tally__json_put_text(object, "consumer", contract->consumer) != 0 ||
	    tally__json_put_text(object, "provider", contract->provider) != 0 ||
	    tally__json_put_text(object, "spec", tally_spec_text(contract->spec)) != 0 ||
	    tally__results_put_bool(object, "success",
				    is_good(&counts) &&
					    counts.skipped < contract->interaction_count) != 0 ||
	    put_history(object, from->history) != 0)
		return TALLY_ENOMEM;
	interactions = tally__json_put_new(object, "interactions", cJSON_CreateArray());
	if (interactions == NULL)
		return TALLY_ENOMEM;
	for (size_t i = first; i < end && status == 0; i++)
		status = tally__results_put_task(interactions, run, &run->tasks[i]);
	return status;
}

static int put_contracts(cJSON *document, struct run *run)
{
	cJSON *list = tally__json_put_new(document, "contracts", cJSON_CreateArray());
	size_t first = 0;
	int status = list != NULL ? 0 : TALLY_ENOMEM;

	for (size_t i = 0; i < run->contract_count && status == 0; i++) {
		status = put_contract(list, run, &run->contracts[i], first);
		first += run->contracts[i].contract->interaction_count;
	}
	return status;
}

/* The provider that all contracts are with; NULL when they are not. */
static const char *common_provider(const struct run *run)
{
	const char *first = run->contracts[0].contract->provider;

	for (size_t i = 1; i < run->contract_count; i++) {
		if (strcmp(run->contracts[i].contract->provider, first) != 0)
			return NULL;
	}
	return first;
}

static int put_run(cJSON *document, const struct run *run)
{
	char started[TIME_TEXT_BYTES];

	tally__time_format(run->started_unix, started);
	if (tally__json_put_text(document, "provider", common_provider(run)) != 0 ||
	    tally__json_put_text(document, "startedAt", started) != 0 ||
	    tally__results_put_number(document, "durationMs",
				      (double)(run->ended_ms - run->started_ms)) != 0 ||
	    (run->end == RUN_INTERRUPTED &&
	     tally__results_put_bool(document, "interrupted", true) != 0) ||
	    (run->end == RUN_OUT_OF_TIME &&
	     tally__results_put_bool(document, "outOfTime", true) != 0))
		return TALLY_ENOMEM;
	return 0;
}

static int fill(cJSON *document, struct run *run)
{
	struct counts counts = {0};

	for (size_t i = 0; i < run->count; i++)
		count_task(&counts, &run->tasks[i]);
	if (document == NULL ||
	    tally__results_put_bool(document, "success", is_good(&counts)) != 0 ||
	    put_run(document, run) != 0 || put_counts(document, &counts) != 0 ||
	    tally__results_put_warnings(document, run) != 0)
		return TALLY_ENOMEM;
	return put_contracts(document, run);
}

int tally__run_results(struct run *run, cJSON **results, struct tally_error *error)
{
	cJSON *document;
	int status = 0;

	tally__json_setup();
	document = cJSON_CreateObject();
	if (fill(document, run) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = tally__secrets_mask_results(run->settings->secrets, document, error);
	if (status != 0) {
		cJSON_Delete(document);
		return status;
	}
	*results = document;
	return 0;
}

/* ---- none ---- */

/* As it is said: of what comes from elsewhere, only what shows. */
static int put_shown(cJSON *object, const char *name, const char *text)
{
	struct buf shown;
	int status;

	tally__buf_init(&shown, TALLY_ERROR_MESSAGE_BYTES * 4);
	tally__report_add_message(&shown, text, 0, "\n");
	status = shown.status != 0 ? shown.status : tally__json_put_text(object, name, shown.bytes);
	tally__buf_release(&shown);
	return status;
}

static int put_error(cJSON *document, const struct tally_error *why)
{
	cJSON *object = tally__json_put_new(document, "error", cJSON_CreateObject());
	int code = why->code != 0 ? why->code : TALLY_EINTERNAL;
	const char *message = why->message[0] != '\0' ? why->message : tally_error_text(code);

	if (object == NULL || tally__json_put_text(object, "code", tally_error_name(code)) != 0 ||
	    put_shown(object, "message", message) != 0 ||
	    (why->where[0] != '\0' && put_shown(object, "where", why->where) != 0) ||
	    (why->line > 0 && tally__results_put_number(object, "line", (double)why->line) != 0) ||
	    (why->column > 0 &&
	     tally__results_put_number(object, "column", (double)why->column) != 0))
		return TALLY_ENOMEM;
	return 0;
}

static int fill_failure(cJSON *document, const struct tally_error *why)
{
	static const struct counts none;
	char now[TIME_TEXT_BYTES];

	tally__time_format(tally__time_now_unix(), now);
	if (document == NULL || tally__results_put_bool(document, "success", false) != 0 ||
	    tally__json_put_text(document, "startedAt", now) != 0 ||
	    put_counts(document, &none) != 0 ||
	    tally__json_put_new(document, "contracts", cJSON_CreateArray()) == NULL)
		return TALLY_ENOMEM;
	return put_error(document, why);
}

/* Names that cannot be used may be the very error that is to be told. */
static int init_secrets(struct secrets *secrets, const struct tally_verify_options *options,
			struct tally_error *error)
{
	int status = tally__secrets_init(secrets, options != NULL ? options->masks : NULL,
					 options != NULL ? options->mask_count : 0, NULL);

	if (status == TALLY_EINVAL) {
		tally__secrets_release(secrets);
		status = tally__secrets_init(secrets, NULL, 0, NULL);
	}
	return status != 0 ? tally__fail_nomem(error) : 0;
}

int tally_verify_failure(const struct tally_error *why, const struct tally_verify_options *options,
			 cJSON **results, struct tally_error *error)
{
	struct secrets secrets;
	cJSON *document;
	int status = tally__call_check(why, "an error", error);

	if (status != 0)
		return status;
	tally__json_setup();
	status = init_secrets(&secrets, options, error);
	document = cJSON_CreateObject();
	if (status == 0 && fill_failure(document, why) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = tally__secrets_mask_results(&secrets, document, error);
	tally__secrets_release(&secrets);
	if (status != 0)
		cJSON_Delete(document);
	else
		*results = document;
	return status;
}

int tally_verify_mask(const char *text, const struct tally_verify_options *options, char **masked,
		      struct tally_error *error)
{
	struct secrets secrets;
	struct buf out;
	int status = tally__call_check(text, "a text", error);

	if (status != 0)
		return status;
	tally__buf_init(&out, LIMIT_DOCUMENT_BYTES);
	status = init_secrets(&secrets, options, error);
	if (status == 0) {
		tally__secrets_add_text(&secrets, &out, text, strlen(text));
		status = tally__report_take(&out, masked, error);
	}
	tally__secrets_release(&secrets);
	return status;
}
