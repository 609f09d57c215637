/* Prepares one interaction: what does not make sense is refused before anything is served. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "consumer/entry.h"
#include "consumer/response.h"
#include "consumer/search.h"
#include "contract/inline.h"
#include "matching/rules.h"

/* Where a part, or a member of it, stands. */
struct place {
	const struct interaction *interaction;
	const char *part; /* a JSON pointer */
	/* Rules, generators and examples were written as one, and have to agree.  Those of a
	 * contract are served as they are, whatever made it: lint speaks of them. */
	bool must_agree;
};

/* The error happened in a member of a part ("" is the part itself): says so by a JSON pointer. */
static int fail_part(const struct place *place, const char *member, int status,
		     struct tally_error *error)
{
	char pointer[TALLY_ERROR_WHERE_BYTES];

	/* One that is cut leads to something around what is meant. */
	(void)snprintf(pointer, sizeof(pointer), "%s%s", place->part, member);
	tally__error_within(error, pointer);
	return status;
}

/* Of 1xx the server could send none, so that the consumer would see another answer. */
static int check_status(const struct place *place, struct tally_error *error)
{
	int status = place->interaction->response.status;

	if (status >= 200 && status <= 999)
		return 0;
	tally__fail(error, TALLY_EINVAL,
		    "expected a status that can end a request, 200 to 999, found %d", status);
	return fail_part(place, "/status", TALLY_EINVAL, error);
}

/* A regular expression that is no such is a mismatch for who compares, but nothing to begin with.
 */
static int check_matcher(const struct place *place, const struct matcher *matcher,
			 struct tally_error *error)
{
	const char *invalid = tally__matcher_invalid(matcher);

	if (!invalid)
		return 0;
	tally__fail(error, TALLY_EPARSE, "%s", invalid);
	return fail_part(place, "", TALLY_EPARSE, error);
}

/* ---- examples ---- */

static int fail_example(const struct place *place, const struct mismatch *mismatch,
			struct tally_error *error)
{
	static const char *const members[] = {
		[MISMATCH_METHOD] = "/method",  [MISMATCH_PATH] = "/path",
		[MISMATCH_QUERY] = "/query",    [MISMATCH_STATUS] = "/status",
		[MISMATCH_HEADER] = "/headers", [MISMATCH_METADATA] = "/metadata",
		[MISMATCH_BODY_TYPE] = "/body", [MISMATCH_BODY] = "/body"};
	bool is_contents =
		place->interaction->kind != INTERACTION_HTTP &&
		(mismatch->kind == MISMATCH_BODY || mismatch->kind == MISMATCH_BODY_TYPE);
	struct buf member;
	int status;

	tally__buf_init(&member, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&member, is_contents ? "/contents" : members[mismatch->kind]);
	if (mismatch->pointer)
		tally__buf_adds(&member, mismatch->pointer);
	else if ((mismatch->kind == MISMATCH_QUERY || mismatch->kind == MISMATCH_HEADER) &&
		 mismatch->path)
		tally__pointer_add(&member, mismatch->path);
	status = tally__buf_status(&member, error);
	if (status == 0) {
		tally__fail(error, TALLY_EPARSE,
			    "the example does not match its own rule, so no answer that does "
			    "could be it: %s%s%s",
			    mismatch->path ? mismatch->path : "",
			    mismatch->path && *mismatch->path ? ": " : "", mismatch->message);
		status = fail_part(place, member.bytes, TALLY_EPARSE, error);
	}
	tally__buf_release(&member);
	return status;
}

/* Rules that only a plugin has say nothing here.  What is not even equal to itself cannot be
 * compared, though others may do it; so it is with a comparison that meets a limit. */
static int judge_example(const struct place *place, int status, const struct mismatches *mismatches,
			 struct tally_error *error)
{
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < mismatches->count; i++) {
		const struct mismatch *each = &mismatches->items[i];

		if (each->rule && strcmp(each->rule, "equality") != 0 &&
		    tally__rule_is_known(each->rule))
			return fail_example(place, each, error);
	}
	return 0;
}

static int check_request(const struct place *place, const struct matcher *matcher,
			 struct tally_error *error)
{
	const struct request *request = &place->interaction->request;
	struct mismatches mismatches;
	int status = 0;

	if (!place->must_agree || !request->matching_rules)
		return 0;
	tally__mismatches_init(&mismatches);
	status = tally__match_request(matcher, request, &mismatches, NULL);
	status = judge_example(place, status, &mismatches, error);
	tally__mismatches_release(&mismatches);
	return status;
}

/* The response is sent as it is: its rules are for the verifier, and must be of use there. */
static int compare_response(const struct place *place, const struct matcher *matcher,
			    struct tally_error *error)
{
	const struct response *response = &place->interaction->response;
	struct mismatches mismatches;
	int status;

	tally__mismatches_init(&mismatches);
	status = tally__match_response(matcher, response, &mismatches, NULL);
	status = judge_example(place, status, &mismatches, error);
	tally__mismatches_release(&mismatches);
	return status;
}

static int check_example(const struct place *place, struct tally_error *error)
{
	struct matcher *matcher = NULL;
	int status = tally__matcher_new_response(&matcher, &place->interaction->response, error);

	if (status != 0)
		return fail_part(place, "", status, error);
	status = compare_response(place, matcher, error);
	tally__matcher_free(matcher);
	return status;
}

static int check_response(const struct place *place, struct tally_error *error)
{
	const cJSON *matching_rules = place->interaction->response.matching_rules;
	struct rules rules;
	int status;

	if (!matching_rules)
		return 0;
	status = tally__rules_compile(&rules, matching_rules, error);
	if (status == 0 && rules.invalid)
		status = tally__fail(error, TALLY_EPARSE, "%s", rules.invalid);
	if (status != 0)
		status = fail_part(place, "", status, error);
	tally__rules_release(&rules);
	return status == 0 && place->must_agree ? check_example(place, error) : status;
}

/* ---- generators ---- */

/* Their definitions were given to this program: one that cannot be used is a mistake in them, while
 * an answer would go out with the example. */
static int check_generators(const struct place *place, const struct generators *generators,
			    struct tally_error *error)
{
	const char *category = "";
	const char *where = "";
	const char *invalid = tally__generators_invalid(generators, &category, &where);

	if (!place->must_agree || !invalid)
		return 0;
	tally__fail(error, TALLY_EPARSE, "the generator of the %s%s%s cannot be used: %s", category,
		    *where ? " at " : "", where, invalid);
	return fail_part(place, "", TALLY_EPARSE, error);
}

/* Those of one mode, which somebody else uses: here they are only looked at. */
static int check_generators_for(const struct place *place, enum generator_mode mode,
				const cJSON *json, const cJSON *rules, struct tally_error *error)
{
	struct generators *generators = NULL;
	int status = tally__generators_new(&generators, mode, json, rules, error);

	if (status != 0)
		return fail_part(place, "", status, error);
	status = check_generators(place, generators, error);
	tally__generators_free(generators);
	return status;
}

/* A verification uses those of a request. */
static int check_request_generators(const struct place *place, struct tally_error *error)
{
	const struct request *request = &place->interaction->request;

	return check_generators_for(place, GENERATOR_PROVIDER, request->generators,
				    request->matching_rules, error);
}

/* ---- messages ---- */

static int compare_message(const struct place *place, const struct message *message,
			   struct tally_error *error)
{
	struct matcher *matcher = NULL;
	struct mismatches mismatches;
	int status = tally__matcher_new_message(&matcher, message, error);

	if (status != 0)
		return fail_part(place, "", status, error);
	status = check_matcher(place, matcher, error);
	if (status == 0 && message->matching_rules) {
		tally__mismatches_init(&mismatches);
		status = tally__match_message(matcher, message, &mismatches, NULL);
		status = judge_example(place, status, &mismatches, error);
		tally__mismatches_release(&mismatches);
	}
	tally__matcher_free(matcher);
	return status;
}

static int check_message(const struct interaction *interaction, const char *part,
			 const struct message *message, struct tally_error *error)
{
	const struct place place = {interaction, part, true};
	int status = compare_message(&place, message, error);

	if (status == 0)
		status = check_generators_for(&place, GENERATOR_CONSUMER, message->generators,
					      message->matching_rules, error);
	if (status == 0)
		status = check_generators_for(&place, GENERATOR_PROVIDER, message->generators,
					      message->matching_rules, error);
	return status;
}

/* ---- the whole ---- */

static int prepare_response(struct responder_entry *entry, const struct place *place,
			    const struct responder_options *options, struct arena *arena,
			    struct tally_error *error)
{
	const struct response *response = &entry->interaction->response;
	int status = tally__response_prepare(&entry->response, arena, response, error);

	if (status != 0)
		return status == TALLY_EINVAL ? fail_part(place, "/headers", status, error)
					      : status;
	/* No room: who adds to a copy is given an array of his own. */
	entry->response.headers.capacity = entry->response.headers.count;
	status = tally__generators_new(&entry->generators, options->mode, response->generators,
				       response->matching_rules, error);
	return status ? fail_part(place, "", status, error)
		      : check_generators(place, entry->generators, error);
}

/* What the index and the first glance at a request need. */
static int prepare_index(struct responder_entry *entry, struct arena *arena,
			 struct tally_error *error)
{
	const struct request *request = &entry->interaction->request;
	char prefix[PATH_PREFIX_BYTES];

	entry->is_query_literal = !tally__matcher_has_query_rule(entry->matcher);
	entry->query_hash = tally__query_hash(&request->query);
	entry->body_key = tally__matcher_body_key(entry->matcher);
	entry->is_pattern = tally__matcher_has_path_rule(entry->matcher);
	if (entry->is_pattern) {
		entry->path_len =
			tally__matcher_path_prefix(entry->matcher, prefix, sizeof(prefix));
		entry->path = tally__arena_memdup(arena, prefix, entry->path_len);
	} else {
		entry->path_len = strlen(request->path);
		entry->path = request->path;
	}
	return entry->path ? 0 : tally__fail_nomem(error);
}

static int prepare_request(struct responder_entry *entry, const struct place *place,
			   const struct responder_options *options, struct arena *arena,
			   struct tally_error *error)
{
	int status =
		tally__matcher_new_request(&entry->matcher, &entry->interaction->request, error);

	if (status != 0)
		return fail_part(place, "", status, error);
	status = check_matcher(place, entry->matcher, error);
	if (status == 0)
		status = check_request(place, entry->matcher, error);
	if (status == 0 && !options->only_answers)
		status = check_request_generators(place, error);
	return status ? status : prepare_index(entry, arena, error);
}

static int prepare(struct responder_entry *entry, const struct place *request,
		   const struct place *response, const struct responder_options *options,
		   struct arena *arena, struct tally_error *error)
{
	int status = prepare_request(entry, request, options, arena, error);

	if (status == 0)
		status = check_status(response, error);
	if (status == 0 && !options->only_answers)
		status = check_response(response, error);
	if (status == 0)
		status = prepare_response(entry, response, options, arena, error);
	return status;
}

int tally__entry_prepare(struct responder_entry *entry, const struct tally_contract *contract,
			 size_t index, const struct responder_options *options, struct arena *arena,
			 struct tally_error *error)
{
	const struct interaction *interaction = &contract->interactions[index];
	char parts[2][64];
	const struct place request = {interaction, parts[0], contract->inline_matchers};
	const struct place response = {interaction, parts[1], contract->inline_matchers};

	/* What is prepared is HTTP, so all of it is in the list "interactions". */
	(void)snprintf(parts[0], sizeof(parts[0]), "/interactions/%zu/request", index);
	(void)snprintf(parts[1], sizeof(parts[1]), "/interactions/%zu/response", index);
	*entry = (struct responder_entry){
		.contract = contract, .interaction = interaction, .index = index};
	return prepare(entry, &request, &response, options, arena, error);
}

static int check_http(const struct interaction *interaction, struct tally_error *error)
{
	static const struct responder_options options = {.mode = GENERATOR_CONSUMER};
	const struct place request = {interaction, "/request", true};
	const struct place response = {interaction, "/response", true};
	struct responder_entry entry = {.interaction = interaction};
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = prepare(&entry, &request, &response, &options, &arena, error);
	tally__entry_release(&entry);
	tally__arena_release(&arena);
	return status;
}

int tally__interaction_check(const struct interaction *interaction, struct tally_error *error)
{
	char part[64];
	int status;

	if (interaction->kind == INTERACTION_HTTP)
		return check_http(interaction, error);
	if (interaction->kind == INTERACTION_ASYNC_MESSAGE)
		return check_message(interaction, "", &interaction->message, error);
	status = check_message(interaction, "/request", &interaction->message, error);
	for (size_t i = 0; i < interaction->response_count && status == 0; i++) {
		(void)snprintf(part, sizeof(part), "/response/%zu", i);
		status = check_message(interaction, part, &interaction->responses[i], error);
	}
	return status;
}

void tally__entry_release(struct responder_entry *entry)
{
	tally__matcher_free(entry->matcher);
	tally__generators_free(entry->generators);
}
