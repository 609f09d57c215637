#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "verifier/results.h"

/* The task that was asked for this one: another, or it. */
static struct task *asked(struct task *task)
{
	return task->twin != NULL ? task->twin : task;
}

enum interaction_outcome tally__task_outcome(const struct task *task)
{
	return task->twin != NULL ? task->twin->outcome : task->outcome;
}

static int put_states(cJSON *object, const struct interaction *interaction)
{
	cJSON *states = tally__json_put_new(object, "providerStates", cJSON_CreateArray());
	int status = states != NULL ? 0 : TALLY_ENOMEM;

	for (size_t i = 0; i < interaction->state_count && status == 0; i++)
		status =
			tally__json_append(states, cJSON_CreateString(interaction->states[i].name));
	return status;
}

/* What the consumer wrote about it. */
static int put_comments(cJSON *object, const struct interaction *interaction)
{
	const cJSON *comments = interaction->comments;

	if (!cJSON_IsObject(comments) || comments->child == NULL)
		return 0;
	return tally__json_put(object, "comments", tally__json_clone(comments));
}

/* Why one that was selected has no verdict. */
static int put_reason(cJSON *object, const struct run *run, const struct task *task)
{
	struct buf text;
	int status;

	if (task->record != NULL && tally__json_get(task->record, "message") != NULL)
		return 0;
	tally__buf_init(&text, TALLY_ERROR_MESSAGE_BYTES);
	tally__buf_adds(&text, task->attempt_count > 0 ? "not finished: " : "not reached: ");
	tally__run_add_end(run, &text);
	status = text.status == 0 ? tally__json_put_text(object, "message", text.bytes)
				  : TALLY_ENOMEM;
	tally__buf_release(&text);
	return status;
}

/* Moves all members, or copies them for as long as others need them too. */
static int put_members(cJSON *object, cJSON *members, bool copy)
{
	cJSON *member = members->child;

	while (member != NULL) {
		cJSON *next = member->next;
		const char *name = member->string;
		cJSON *item = copy ? tally__json_clone(member)
				   : cJSON_DetachItemViaPointer(members, member);

		if (tally__json_put(object, name, item) != 0)
			return TALLY_ENOMEM;
		member = next;
	}
	return 0;
}

static int put_method(cJSON *request, const char *method, size_t len)
{
	char *copy = request != NULL ? tally__strndup(method, len) : NULL;
	int status = copy != NULL ? tally__json_put_text(request, "method", copy) : TALLY_ENOMEM;

	tally__free(copy);
	return status;
}

/* Of one that passed. */
static int put_request(cJSON *object, const struct task *task)
{
	const char *url;
	cJSON *request;
	int status;

	if (tally__json_put(object, "mismatches", cJSON_CreateArray()) != 0)
		return TALLY_ENOMEM;
	if (task->request != NULL) {
		url = strchr(task->request, ' ') + 1;
		request = tally__json_put_new(object, "request", cJSON_CreateObject());
		status = put_method(request, task->request, (size_t)(url - task->request) - 1);
		if (status != 0 || tally__json_put_text(request, "url", url) != 0)
			return TALLY_ENOMEM;
	}
	if (task->attempt_count == 0 || task->duration_ms < 0)
		return 0;
	return tally__results_put_number(object, "durationMs", (double)task->duration_ms);
}

static int put_record(cJSON *object, const struct task *task)
{
	if (task->record == NULL ? put_request(object, task) != 0
				 : put_members(object, task->record, task->has_twins) != 0)
		return TALLY_ENOMEM;
	return task->attempts == NULL
		       ? 0
		       : tally__json_put(object, "attempts", tally__json_clone(task->attempts));
}

/* What the broker has of it, where it was not asked again. */
static int put_known(cJSON *object, const cJSON *known)
{
	const cJSON *member;

	if (known == NULL)
		return 0;
	if (tally__results_put_bool(object, "known", true) != 0)
		return TALLY_ENOMEM;
	cJSON_ArrayForEach(member, known)
	{
		if (member->string == NULL || strcmp(member->string, "passedBefore") == 0 ||
		    tally__json_get(object, member->string) != NULL)
			continue;
		if (tally__json_put(object, member->string, tally__json_clone(member)) != 0)
			return TALLY_ENOMEM;
	}
	return 0;
}

/* Why one is flaky whose attempts agree: an earlier run of this version says otherwise. */
static int put_past(cJSON *object, const struct task *task)
{
	enum interaction_outcome past = tally__task_past_outcome(task->past);
	const char *at = tally__json_get_string(task->past, "at");
	struct buf text;
	int status;

	if (task->outcome != INTERACTION_FLAKY || past == INTERACTION_SKIPPED ||
	    task->known != NULL || tally__json_get(object, "message") != NULL)
		return 0;
	tally__buf_init(&text, LIMIT_REASON_BYTES);
	tally__buf_addf(&text, "in an earlier run%s%s%s this version %s", at != NULL ? ", of " : "",
			at != NULL ? at : "", at != NULL ? "," : "",
			past == INTERACTION_PASSED   ? "passed"
			: past == INTERACTION_FAILED ? "failed"
						     : "was flaky already");
	status = text.status == 0 ? tally__json_put_text(object, "message", text.bytes)
				  : TALLY_ENOMEM;
	tally__buf_release(&text);
	return status;
}

static int put_verdict(cJSON *object, const struct run *run, struct task *task)
{
	enum interaction_outcome outcome = tally__task_outcome(task);
	bool is_bad = outcome != INTERACTION_PASSED && outcome != INTERACTION_SKIPPED;

	if (tally__results_put_bool(object, "pending", task->pending) != 0 ||
	    tally__json_put_text(object, "outcome", tally__task_outcome_name(outcome)) != 0 ||
	    (is_bad && tally__json_put_text(object, "standing", task->standing) != 0) ||
	    (outcome == INTERACTION_SKIPPED && task->selected &&
	     put_reason(object, run, asked(task)) != 0) ||
	    put_record(object, asked(task)) != 0 || put_past(object, asked(task)) != 0)
		return TALLY_ENOMEM;
	return put_known(object, task->known);
}

int tally__results_put_task(cJSON *interactions, const struct run *run, struct task *task)
{
	const struct interaction *interaction = task->interaction;
	cJSON *object = tally__json_put_new(interactions, NULL, cJSON_CreateObject());

	if (object == NULL ||
	    tally__json_put_text(object, "description", interaction->description) != 0 ||
	    tally__json_put_text(object, "digest", task->digest) != 0 ||
	    tally__json_put_text(object, "key", interaction->key) != 0 ||
	    tally__json_put_text(object, "id", interaction->id) != 0 ||
	    put_states(object, interaction) != 0 || put_comments(object, interaction) != 0)
		return TALLY_ENOMEM;
	return put_verdict(object, run, task);
}
