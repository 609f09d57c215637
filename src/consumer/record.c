/* What a mock remembers of requests that did not match: each problem once, however often a client
 * tries again. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/mock.h"
#include "consumer/problem.h"
#include "consumer/received.h"

/* What makes a problem another one.  Headers are no part of it, but for mismatches: some differ
 * with each request. */
static void add_identity(struct buf *out, const cJSON *problem)
{
	for (const cJSON *each = problem->child; each; each = each->next) {
		if (strcmp(each->string, "headers") == 0)
			continue;
		tally__buf_adds(out, each->string);
		if (strcmp(each->string, "request") == 0)
			add_identity(out, each);
		else
			tally__json_add(out, each, TALLY_JSON_COMPACT);
	}
}

/* And how large it is. */
static int hash_problem(uint64_t *hash, size_t *len, const cJSON *problem)
{
	struct buf text;
	int status;

	tally__buf_init(&text, (size_t)LIMIT_BODY_BYTES * 2);
	add_identity(&text, problem);
	/* One that is too large to be looked at as a whole is known by what fits. */
	status = text.status == TALLY_ENOMEM ? TALLY_ENOMEM : 0;
	*len = text.len;
	*hash = status == 0 ? tally__hash(text.bytes, text.len) : 0;
	tally__buf_release(&text);
	return status;
}

/* With the lock held. */
static bool is_repeated(struct tally_mock *mock, uint64_t hash)
{
	for (size_t i = 0; i < mock->problem_count; i++)
		if (mock->noted[i].hash == hash) {
			mock->noted[i].count++;
			return true;
		}
	return false;
}

/* With the lock held; takes the problem. */
static int keep(struct tally_mock *mock, cJSON *problem, uint64_t hash)
{
	struct mock_problem *noted = tally__mem_room(mock->noted, mock->problem_count,
						     &mock->problem_capacity, 16, sizeof(*noted));

	if (!noted) {
		cJSON_Delete(problem);
		return TALLY_ENOMEM;
	}
	mock->noted = noted;
	if (tally__json_append(mock->problems, problem) != 0)
		return TALLY_ENOMEM;
	noted[mock->problem_count++] = (struct mock_problem){.hash = hash, .count = 1};
	return 0;
}

int tally__mock_keep_problem(struct tally_mock *mock, cJSON *problem)
{
	uint64_t hash = 0;
	size_t len = 0;
	int status = problem ? hash_problem(&hash, &len, problem) : TALLY_ENOMEM;

	pthread_mutex_lock(&mock->lock);
	if (status != 0 || is_repeated(mock, hash)) {
		cJSON_Delete(problem);
	} else if (mock->problem_count < LIMIT_MOCK_PROBLEMS &&
		   len <= LIMIT_MOCK_PROBLEMS_BYTES - mock->problem_bytes) {
		mock->problem_bytes += len;
		status = keep(mock, problem, hash);
	} else {
		cJSON_Delete(problem);
		mock->omitted_count++;
	}
	/* Even without memory to say what it was, the run did not go well. */
	mock->omitted_count += status != 0;
	pthread_mutex_unlock(&mock->lock);
	return status;
}

void tally__mock_note_omitted(struct tally_mock *mock)
{
	pthread_mutex_lock(&mock->lock);
	mock->omitted_count++;
	pthread_mutex_unlock(&mock->lock);
}

void tally__mock_refused(void *context, const struct http_refusal *refusal)
{
	struct tally_mock *mock = context;
	struct arena arena;
	const char *method, *path;
	cJSON *problem = NULL;

	tally__arena_init(&arena, 0);
	method = tally__received_text(&arena, refusal->method, strlen(refusal->method));
	path = tally__received_text(&arena, refusal->target, strcspn(refusal->target, "?"));
	if (method && path)
		problem = tally__problem_refused(method, path, refusal);
	(void)tally__mock_keep_problem(mock, problem);
	tally__arena_release(&arena);
}
