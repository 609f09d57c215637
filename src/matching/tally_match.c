#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "format/uri.h"
#include "matching/match.h"
#include "matching/walk.h"
#include "tally/match.h"

/* Version 1.0 compares the query's text as it stands, percent codes apart; all later versions
 * compare parameters. */
static int match_query_text(const cJSON *expected, const cJSON *actual,
			    struct mismatches *mismatches, struct tally_error *error)
{
	const char *e_text = tally__json_get_string(expected, "query");
	const char *a_text = tally__json_get_string(actual, "query");
	struct place place = {.kind = MISMATCH_QUERY, .name = ""};
	struct operand e = {0};
	struct operand a = {0};
	struct walk walk;
	int status = 0;

	if (!e_text || !a_text) {
		return 0;
	}
	tally__walk_init(&walk, mismatches, true, error);
	tally__uri_decode(&walk.scratch, e_text, strlen(e_text), false);
	e.text = tally__arena_memdup(&walk.arena, walk.scratch.bytes, walk.scratch.len);
	tally__buf_clear(&walk.scratch);
	tally__uri_decode(&walk.scratch, a_text, strlen(a_text), false);
	a.text = tally__arena_memdup(&walk.arena, walk.scratch.bytes, walk.scratch.len);
	if (!e.text || !a.text || walk.scratch.status != 0) {
		tally__walk_fail(&walk, TALLY_ENOMEM);
	} else if (strcmp(e.text, a.text) != 0) {
		e.len = strlen(e.text);
		a.len = strlen(a.text);
		tally__walk_report(&walk, &place, "equality", &e, &a,
				   "Expected query '%s' but received '%s' (version 1.0 compares "
				   "the text)",
				   tally__walk_shown(&walk, e.text),
				   tally__walk_shown(&walk, a.text));
	}
	status = walk.status;
	tally__walk_release(&walk);
	return status;
}

/* Reads both sides of one kind of part into `arena`, compares them. */
#define MATCH_PART(part)                                                                           \
	static int match_##part(struct arena *arena, enum tally_spec spec, cJSON *expected_json,   \
				cJSON *actual_json, struct mismatches *mismatches,                 \
				struct tally_error *error)                                         \
	{                                                                                          \
		struct part expected = {0};                                                        \
		struct part actual = {0};                                                          \
		struct matcher *matcher = NULL;                                                    \
		int status = tally__##part##_read(&expected, arena, expected_json, spec, error);   \
                                                                                                   \
		if (status == 0) {                                                                 \
			status = tally__matcher_new_##part(&matcher, &expected, error);            \
		}                                                                                  \
		if (status != 0) {                                                                 \
			tally__error_within(error, "expected");                                    \
			return status;                                                             \
		}                                                                                  \
		status = tally__##part##_read(&actual, arena, actual_json, spec, error);           \
		if (status == 0) {                                                                 \
			status = tally__match_##part(matcher, &actual, mismatches, error);         \
		}                                                                                  \
		if (status != 0) {                                                                 \
			tally__error_within(error, "actual");                                      \
		}                                                                                  \
		tally__matcher_free(matcher);                                                      \
		return status;                                                                     \
	}

MATCH_PART(request)
MATCH_PART(response)
MATCH_PART(message)

/* The reader may take members out of what it is given, hence copies. */
static int match_copies(enum tally_part part, enum tally_spec spec, cJSON *expected, cJSON *actual,
			struct mismatches *mismatches, struct tally_error *error)
{
	struct arena arena;
	int status = 0;

	tally__arena_init(&arena, 0);
	switch (part) {
	case TALLY_PART_REQUEST:
		status = match_request(&arena, spec, expected, actual, mismatches, error);
		if (status == 0 && spec == TALLY_SPEC_V1) {
			status = match_query_text(expected, actual, mismatches, error);
		}
		break;
	case TALLY_PART_RESPONSE:
		status = match_response(&arena, spec, expected, actual, mismatches, error);
		break;
	case TALLY_PART_MESSAGE:
		status = match_message(&arena, spec, expected, actual, mismatches, error);
		break;
	default:
		status = tally__fail(error, TALLY_EINVAL, "there is no part %d", (int)part);
	}
	tally__arena_release(&arena);
	return status;
}

int tally_match(enum tally_part part, enum tally_spec spec, const cJSON *expected,
		const cJSON *actual, cJSON **mismatches, size_t *omitted, struct tally_error *error)
{
	static const enum mismatch_side sides[] = {
		[TALLY_PART_REQUEST] = SIDE_REQUEST,
		[TALLY_PART_RESPONSE] = SIDE_RESPONSE,
		[TALLY_PART_MESSAGE] = SIDE_MESSAGE,
	};
	struct mismatches found;
	cJSON *expected_copy = NULL;
	cJSON *actual_copy = NULL;
	cJSON *list = NULL;
	int status = 0;

	if (!expected || !actual) {
		return tally__fail(error, TALLY_EINVAL, "there is no %s part to compare",
				   expected ? "actual" : "expected");
	}
	if (tally_spec_from_text(tally_spec_text(spec)) == TALLY_SPEC_UNKNOWN) {
		return tally__fail(error, TALLY_EINVAL,
				   "there is no version %d of the Pact specification", (int)spec);
	}
	tally__json_setup();
	tally__mismatches_init(&found);
	expected_copy = tally__json_clone(expected);
	actual_copy = tally__json_clone(actual);
	if (!expected_copy || !actual_copy) {
		status = tally__fail_nomem(error);
		goto out;
	}
	status = match_copies(part, spec, expected_copy, actual_copy, &found, error);
	if (status == 0) {
		list = tally__mismatches_to_json(&found, sides[part]);
		status = list ? 0 : tally__fail_nomem(error);
	}
	if (status == 0) {
		*mismatches = list;
		if (omitted) {
			*omitted = found.omitted;
		}
	}
out:
	tally__mismatches_release(&found);
	cJSON_Delete(expected_copy);
	cJSON_Delete(actual_copy);
	return status;
}
