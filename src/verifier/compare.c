#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/command_output.h"
#include "verifier/outside.h"

/* The words for an interaction that could not be compared. */
static int set_error(struct attempt *attempt, const struct tally_error *problem,
		     struct tally_error *error)
{
	if (problem->code == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	attempt->outcome = INTERACTION_ERROR;
	tally__buf_addf(&attempt->message, "%s", problem->message);
	return tally__buf_status(&attempt->message, error);
}

static int add_headers(struct name_values_list *out, struct arena *arena,
		       const struct http_headers *headers)
{
	int status = 0;

	for (size_t i = 0; i < headers->count && status == 0; i++)
		status = tally__header_add(out, arena, headers->items[i].name,
					   headers->items[i].value);
	return status;
}

static struct body received_body(const struct http_response *response, const char *type)
{
	return (struct body){.state = response->body_len > 0 ? BODY_PRESENT : BODY_EMPTY,
			     .content_type = type,
			     .bytes = response->body,
			     .len = response->body_len};
}

static const struct body *expected_body(const struct interaction *interaction)
{
	switch (interaction->kind) {
	case INTERACTION_HTTP:
		return &interaction->response.body;
	case INTERACTION_ASYNC_MESSAGE:
		return &interaction->message.contents;
	case INTERACTION_SYNC_MESSAGE:
		break;
	}
	return interaction->response_count > 0 ? &interaction->responses[0].contents : NULL;
}

/* Whether there are secrets in it, or may be. */
static bool has_secrets(const struct attempt *attempt, const struct body *body)
{
	struct arena arena;
	struct buf shown;
	const char *bytes = NULL;
	size_t len = 0;
	bool found;

	if (body == NULL)
		return false;
	tally__arena_init(&arena, 0);
	tally__buf_init(&shown, 2 * (size_t)LIMIT_BODY_BYTES);
	found = tally__body_bytes(body, &arena, &bytes, &len, NULL) != 0 ||
		(len > 0 &&
		 tally__secrets_add_text(attempt->run->settings->secrets, &shown, bytes, len));
	tally__buf_release(&shown);
	tally__arena_release(&arena);
	return found;
}

/* Differences between long lines are stretches out of these: one may begin in the middle of a
 * secret, where nothing tells it any more.  Beside secrets they are left out. */
static void drop_cut_diffs(struct attempt *attempt, const struct body *actual)
{
	enum { UNKNOWN, SAFE, UNSAFE } state = UNKNOWN;
	cJSON *mismatch;

	cJSON_ArrayForEach(mismatch, attempt->mismatches)
	{
		const char *diff = tally__json_get_string(mismatch, "diff");

		if (diff == NULL || strstr(diff, "\xE2\x80\xA6") == NULL)
			continue;
		if (state == UNKNOWN)
			state = has_secrets(attempt, actual) ||
						has_secrets(
							attempt,
							expected_body(attempt->task->interaction))
					? UNSAFE
					: SAFE;
		if (state == UNSAFE)
			cJSON_DeleteItemFromObjectCaseSensitive(mismatch, "diff");
	}
}

/* Turns what the matcher found into the outcome. */
static int take_mismatches(struct attempt *attempt, struct mismatches *mismatches,
			   const struct body *actual, int match_status,
			   const struct tally_error *problem, struct tally_error *error)
{
	static const enum mismatch_side sides[] = {
		[INTERACTION_HTTP] = SIDE_RESPONSE,
		[INTERACTION_ASYNC_MESSAGE] = SIDE_MESSAGE,
		[INTERACTION_SYNC_MESSAGE] = SIDE_SYNC_RESPONSE,
	};

	if (match_status != 0)
		return set_error(attempt, problem, error);
	if (mismatches->count == 0) {
		attempt->outcome = INTERACTION_PASSED;
		return 0;
	}
	attempt->outcome = INTERACTION_FAILED;
	attempt->omitted_mismatches = mismatches->omitted;
	attempt->mismatches =
		tally__mismatches_to_json(mismatches, sides[attempt->task->interaction->kind]);
	if (attempt->mismatches == NULL)
		return tally__fail_nomem(error);
	drop_cut_diffs(attempt, actual);
	return 0;
}

static int compare_response(struct attempt *attempt, const struct http_response *response,
			    struct tally_error *error)
{
	struct response actual = {.status = response->status,
				  .body = received_body(response, NULL)};
	struct tally_error problem = TALLY_ERROR_INIT;
	struct mismatches mismatches;
	int status;

	if (add_headers(&actual.headers, &attempt->arena, &response->headers) != 0)
		return tally__fail_nomem(error);
	tally__mismatches_init(&mismatches);
	status = tally__match_response(attempt->matcher, &actual, &mismatches, &problem);
	status = take_mismatches(attempt, &mismatches, &actual.body, status, &problem, error);
	tally__mismatches_release(&mismatches);
	return status;
}

static int match_message(struct attempt *attempt, const struct message *actual,
			 struct tally_error *error)
{
	struct tally_error problem = TALLY_ERROR_INIT;
	struct mismatches mismatches;
	int status;

	if (attempt->matcher == NULL) {
		attempt->outcome = INTERACTION_PASSED;
		return 0;
	}
	tally__mismatches_init(&mismatches);
	status = tally__match_message(attempt->matcher, actual, &mismatches, &problem);
	status = take_mismatches(attempt, &mismatches, &actual->contents, status, &problem, error);
	tally__mismatches_release(&mismatches);
	return status;
}

/* A message as it comes over HTTP.  Whoever answers with an error has not produced it, whatever the
 * body is. */
static int compare_message(struct attempt *attempt, const struct http_response *response,
			   struct tally_error *error)
{
	const char *type = tally__http_header_get(&response->headers, "Content-Type");
	struct message actual = {.contents = received_body(response, type)};
	struct tally_error problem = TALLY_ERROR_INIT;
	cJSON *metadata = NULL;
	int status;

	if (response->status >= 400)
		tally__fail(&problem, TALLY_EIO,
			    "the provider answered %d when it was asked for this message; expected "
			    "the message with a status of 200",
			    response->status);
	else if (attempt->matcher != NULL)
		tally__read_metadata(&metadata,
				     tally__http_header_get(&response->headers, METADATA_HEADER),
				     type, &problem);
	if (problem.code != 0)
		return set_error(attempt, &problem, error);
	actual.metadata = metadata;
	status = match_message(attempt, &actual, error);
	cJSON_Delete(metadata);
	return status;
}

int tally__verifier_compare(struct attempt *attempt, const struct answer *answer,
			    struct tally_error *error)
{
	if (answer->message != NULL)
		return match_message(attempt, answer->message, error);
	if (attempt->task->interaction->kind == INTERACTION_HTTP)
		return compare_response(attempt, answer->response, error);
	return compare_message(attempt, answer->response, error);
}
