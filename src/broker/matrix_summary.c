/* Pact's part of the answer: what it comes to, and why. */
#include "config.h"

#include <string.h>

#include "broker/matrix.h"

struct notices {
	struct matrix *matrix;
	struct summary summary;
	cJSON *list;
	struct buf reason;
	struct map seen; /* texts: each is said once */
	int failed;
};

static void say(struct notices *notices, const char *type, struct buf *text)
{
	cJSON *notice;
	const char *kept;

	notices->failed |= text->status;
	if (notices->failed != 0 || tally__map_find(&notices->seen, text->bytes, text->len) != NULL)
		return;
	kept = tally__arena_memdup(&notices->matrix->records->arena, text->bytes, text->len);
	if (kept == NULL || tally__map_put(&notices->seen, kept, text->len, NULL) != 0) {
		notices->failed = TALLY_ENOMEM;
		return;
	}
	notice = cJSON_CreateObject();
	notices->failed |= tally__json_put_text(notice, "type", type);
	notices->failed |= tally__json_put_text(notice, "text", kept);
	notices->failed |= tally__json_append(notices->list, notice);
	if (notices->reason.len > 0)
		tally__buf_addc(&notices->reason, '\n');
	tally__buf_add(&notices->reason, kept, text->len);
}

static void say_text(struct notices *notices, const char *type, const char *sentence)
{
	struct buf text;

	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__buf_adds(&text, sentence);
	say(notices, type, &text);
	tally__buf_release(&text);
}

/* A selector, between two pieces of a sentence. */
static void say_of(struct notices *notices, const char *type, const char *before,
		   const struct selected *selected, const char *after)
{
	struct buf text;

	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__buf_adds(&text, before);
	tally__selected_describe(&text, selected);
	tally__buf_adds(&text, after);
	say(notices, type, &text);
	tally__buf_release(&text);
}

/* Is something other than whole applications in question, and nothing by its number? */
static bool is_moving(const struct matrix *matrix)
{
	bool moving = false;

	for (size_t i = 0; i < matrix->specified_count; i++) {
		if (matrix->specified[i].selector->version != NULL)
			return false;
		moving |= !matrix->specified[i].every;
	}
	return moving;
}

static void warn(struct notices *notices)
{
	struct matrix *matrix = notices->matrix;
	const struct tally_version_selector *target = &matrix->target;
	size_t resolved = 0;

	for (size_t i = 0; i < matrix->ignored_count; i++) {
		const struct selected *ignored = &matrix->ignored[i];

		if (!ignored->every && ignored->count == 0)
			say_of(notices, "warning", "WARN: there is nothing to ignore in ", ignored,
			       "");
	}
	for (size_t i = 0; i < matrix->specified_count; i++)
		resolved += matrix->specified[i].count > 0 ? matrix->specified[i].count : 1;
	if (resolved == 1 && target->tag == NULL && target->environment == NULL &&
	    !target->main_branch)
		say_text(notices, "warning",
			 "WARN: the answer says nothing of what is deployed where: name the "
			 "environment that the version is to go to");
	if (is_moving(matrix))
		say_text(notices, "warning",
			 "WARN: another version may be the newest of its branch or tag by the time "
			 "of the deployment: name the version itself");
	if (matrix->passed_over > 0 && matrix->row_count > 0 && !matrix->alone)
		say_text(notices, "warning",
			 "WARN: some of these versions were never verified with each other, and do "
			 "not count: name a version, or ask for the newest, where one is meant");
	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct row *row = matrix->rows[i];
		struct buf text;

		if (row->ignored != NULL || row->pair.verdict != VERDICT_OK ||
		    row->pair.counts.total > 0)
			continue;
		tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
		tally__buf_adds(&text, "WARN: ");
		tally__row_explain(&text, row, matrix);
		say(notices, "warning", &text);
		tally__buf_release(&text);
	}
}

static void say_rows(struct notices *notices, bool broken)
{
	const struct matrix *matrix = notices->matrix;

	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct row *row = matrix->rows[i];
		enum verdict verdict = row->pair.verdict;
		struct buf text;

		if (row->ignored != NULL || verdict == VERDICT_OK ||
		    (verdict == VERDICT_BROKEN) != broken)
			continue;
		tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
		tally__row_explain(&text, row, matrix);
		say(notices, "error", &text);
		tally__buf_release(&text);
	}
}

static void say_success(struct notices *notices)
{
	const struct summary *summary = &notices->summary;

	if (summary->success == 0 && summary->ignored > 0)
		say_text(notices, "success",
			 "nothing that is needed is missing, as all that is needed is ignored");
	else if (summary->success == 0)
		say_text(notices, "success",
			 "nothing that is needed is missing: no contract ties these versions to "
			 "what they are compared with");
	else if (summary->empty == summary->success)
		say_text(notices, "success",
			 "the contracts that matter ask nothing that has to pass");
	else if (summary->empty > 0)
		say_text(notices, "success",
			 "every contract that matters passed completely, or asks nothing that has "
			 "to pass");
	else
		say_text(notices, "success", "every contract that matters passed completely");
}

/* Of versions that do not exist, nothing else matters. */
static void say_outcome(struct notices *notices)
{
	const struct summary *summary = &notices->summary;
	const struct matrix *matrix = notices->matrix;

	for (size_t i = 0; i < matrix->specified_count; i++) {
		if (tally__selected_is_missing(matrix, &matrix->specified[i]))
			say_of(notices, "error", "nothing is known of ", &matrix->specified[i], "");
	}
	if (summary->missing > 0)
		return;
	say_rows(notices, true);
	say_rows(notices, false);
	if (summary->failed + summary->unknown > 0)
		return;
	if (matrix->truncated)
		say_text(notices, "error",
			 "not all that matters was looked at: ask without a limit");
	else
		say_success(notices);
}

/* A failure beside an unknown is null, as Pact has it: what is not known may matter more.  So it is
 * with what was not looked at. */
static cJSON *deployable(const struct matrix *matrix, const struct summary *summary)
{
	if (summary->missing > 0)
		return cJSON_CreateFalse();
	if (summary->unknown > 0 || matrix->truncated)
		return cJSON_CreateNull();
	return cJSON_CreateBool(summary->failed == 0);
}

static void put_counts(cJSON *answer, struct notices *notices)
{
	const struct summary *summary = &notices->summary;
	cJSON *json = tally__json_put_new(answer, "summary", cJSON_CreateObject());
	bool yes = summary->missing + summary->failed + summary->unknown == 0 &&
		   !notices->matrix->hiding && !notices->matrix->truncated;

	notices->failed |=
		tally__json_put(json, "deployable", deployable(notices->matrix, summary));
	notices->failed |= tally__json_put_text(json, "reason", notices->reason.bytes);
	notices->failed |=
		tally__json_put(json, "success", cJSON_CreateNumber((double)summary->success));
	notices->failed |=
		tally__json_put(json, "failed", cJSON_CreateNumber((double)summary->failed));
	notices->failed |=
		tally__json_put(json, "unknown", cJSON_CreateNumber((double)summary->unknown));
	if (notices->matrix->ignored_count > 0)
		notices->failed |= tally__json_put(json, "ignored",
						   cJSON_CreateNumber((double)summary->ignored));
	notices->failed |= tally__json_put_text(answer, "verdict", yes ? "yes" : "no");
}

int tally__matrix_put_summary(cJSON *answer, struct matrix *matrix, struct tally_error *error)
{
	struct notices notices = {.matrix = matrix, .list = cJSON_CreateArray()};

	tally__buf_init(&notices.reason, LIMIT_DOCUMENT_BYTES);
	tally__map_init(&notices.seen);
	tally__matrix_summarise(&notices.summary, matrix);
	notices.failed = tally__json_put(answer, "notices", notices.list);
	if (notices.failed == 0) {
		warn(&notices);
		say_outcome(&notices);
	}
	notices.failed |= notices.reason.status;
	if (notices.failed == 0)
		put_counts(answer, &notices);
	tally__map_release(&notices.seen);
	tally__buf_release(&notices.reason);
	return notices.failed != 0 ? tally__fail_nomem(error) : 0;
}
