#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "matching/body.h"
#include "matching/match.h"
#include "matching/match_graphql.h"
#include "matching/parts.h"

struct matcher {
	const struct request *request; /* one of the three */
	const struct response *response;
	const struct message *message;
	struct rules rules;
	struct expected_body body;
	struct arena arena;
};

/* Takes `matcher`, which has its part; NULL when memory was short. */
static int prepare(struct matcher **out, struct matcher *matcher, const cJSON *matching_rules,
		   const struct body *body, const char *declared, struct tally_error *error)
{
	int status = 0;

	if (!matcher) {
		return tally__fail_nomem(error);
	}
	tally__arena_init(&matcher->arena, 0);
	status = tally__rules_compile(&matcher->rules, matching_rules, error);
	if (status == 0) {
		status = tally__expected_body_init(&matcher->body, &matcher->arena, body, declared,
						   &matcher->rules, error);
	}
	if (status == 0) {
		status = tally__graphql_add_rule(&matcher->rules, &matcher->body);
		status = status ? tally__fail_nomem(error) : 0;
	}
	if (status != 0) {
		tally__matcher_free(matcher);
		return status;
	}
	*out = matcher;
	return 0;
}

int tally__matcher_new_request(struct matcher **out, const struct request *expected,
			       struct tally_error *error)
{
	struct matcher *matcher = tally__calloc(1, sizeof *matcher);

	if (matcher) {
		matcher->request = expected;
	}
	return prepare(out, matcher, expected->matching_rules, &expected->body,
		       tally__header_content_type(&expected->headers), error);
}

int tally__matcher_new_response(struct matcher **out, const struct response *expected,
				struct tally_error *error)
{
	struct matcher *matcher = tally__calloc(1, sizeof *matcher);

	if (matcher) {
		matcher->response = expected;
	}
	return prepare(out, matcher, expected->matching_rules, &expected->body,
		       tally__header_content_type(&expected->headers), error);
}

int tally__matcher_new_message(struct matcher **out, const struct message *expected,
			       struct tally_error *error)
{
	struct matcher *matcher = tally__calloc(1, sizeof *matcher);

	if (matcher) {
		matcher->message = expected;
	}
	return prepare(out, matcher, expected->matching_rules, &expected->contents,
		       tally__metadata_content_type(expected->metadata), error);
}

const char *tally__matcher_invalid(const struct matcher *matcher)
{
	return matcher->rules.invalid;
}

void tally__matcher_free(struct matcher *matcher)
{
	if (!matcher) {
		return;
	}
	tally__expected_body_release(&matcher->body);
	tally__rules_release(&matcher->rules);
	tally__arena_release(&matcher->arena);
	tally__free(matcher);
}

/* What was found, in its final order. */
static int finish(struct walk *walk, struct mismatches *mismatches)
{
	int status = walk->status;

	tally__walk_release(walk);
	if (status == 0) {
		tally__mismatches_sort(mismatches);
	}
	return status;
}

static void compare_request(struct walk *walk, const struct matcher *matcher,
			    const struct request *actual)
{
	const struct request *expected = matcher->request;
	const struct parameters query = {.expected = &expected->query,
					 .actual = &actual->query,
					 .noun = "query parameter",
					 .kind = MISMATCH_QUERY,
					 .rules = &matcher->rules};

	tally__match_method(walk, &matcher->rules, expected->method, actual->method);
	tally__match_path(walk, &matcher->rules, expected->path, actual->path);
	tally__match_parameters(walk, &query);
	tally__match_headers(walk, &matcher->rules, &expected->headers, &actual->headers);
	tally__match_body(walk, &matcher->body, &actual->body,
			  tally__header_content_type(&actual->headers), false);
}

int tally__match_request(const struct matcher *matcher, const struct request *actual,
			 struct mismatches *mismatches, struct tally_error *error)
{
	struct walk walk;

	tally__walk_init(&walk, mismatches, true, error);
	compare_request(&walk, matcher, actual);
	return finish(&walk, mismatches);
}

/* Begins a comparison that ends with the first difference. */
static void begin_quiet(struct walk *walk, struct mismatches *none, struct tally_error *error)
{
	tally__mismatches_init(none);
	tally__walk_init(walk, none, true, error);
	walk->quiet = 1;
	walk->impatient = true;
}

static int end_quiet(struct walk *walk, struct mismatches *none, bool *matches)
{
	int status;

	*matches = walk->found == 0;
	status = finish(walk, none);
	tally__mismatches_release(none);
	return status;
}

int tally__matches_request(const struct matcher *matcher, const struct request *actual,
			   bool *matches, struct tally_error *error)
{
	struct mismatches none;
	struct walk walk;

	begin_quiet(&walk, &none, error);
	compare_request(&walk, matcher, actual);
	return end_quiet(&walk, &none, matches);
}

int tally__matches_path(const struct matcher *matcher, const char *path, bool *matches,
			struct tally_error *error)
{
	struct mismatches none;
	struct walk walk;

	begin_quiet(&walk, &none, error);
	tally__match_path(&walk, &matcher->rules, matcher->request->path, path);
	return end_quiet(&walk, &none, matches);
}

bool tally__matcher_has_path_rule(const struct matcher *matcher)
{
	return matcher->rules.path != NULL;
}

bool tally__matcher_has_query_rule(const struct matcher *matcher)
{
	return matcher->rules.query.count > 0;
}

struct body_key tally__matcher_body_key(const struct matcher *matcher)
{
	return tally__expected_body_key(&matcher->body);
}

size_t tally__matcher_path_prefix(const struct matcher *matcher, char *out, size_t size)
{
	const struct rule_list *list = matcher->rules.path;

	/* Of several that have to hold, any will do. */
	for (size_t i = 0; list && (list->count == 1 || !list->any) && i < list->count; i++)
		if (list->rules[i].regex)
			return tally__regex_prefix(list->rules[i].text, out, size);
	return 0;
}

bool tally__matcher_may_have_method(const struct matcher *matcher, const char *method)
{
	return matcher->rules.method || tally__text_equal_nocase(matcher->request->method, method);
}

bool tally__matcher_may_match(const struct matcher *matcher, const struct request *actual)
{
	return tally__matcher_may_have_method(matcher, actual->method) &&
	       (matcher->rules.path || strcmp(matcher->request->path, actual->path) == 0);
}

int tally__match_response(const struct matcher *matcher, const struct response *actual,
			  struct mismatches *mismatches, struct tally_error *error)
{
	const struct response *expected = matcher->response;
	struct walk walk;

	tally__walk_init(&walk, mismatches, false, error);
	tally__match_status(&walk, &matcher->rules, expected->status, actual->status);
	tally__match_headers(&walk, &matcher->rules, &expected->headers, &actual->headers);
	tally__match_body(&walk, &matcher->body, &actual->body,
			  tally__header_content_type(&actual->headers), false);
	return finish(&walk, mismatches);
}

static int match_message(const struct matcher *matcher, const struct message *actual, bool strict,
			 struct mismatches *mismatches, struct tally_error *error)
{
	const struct message *expected = matcher->message;
	struct walk walk;

	tally__walk_init(&walk, mismatches, strict, error);
	tally__match_metadata(&walk, &matcher->rules, expected->metadata, actual->metadata);
	tally__match_body(&walk, &matcher->body, &actual->contents,
			  tally__metadata_content_type(actual->metadata), true);
	return finish(&walk, mismatches);
}

int tally__match_message(const struct matcher *matcher, const struct message *actual,
			 struct mismatches *mismatches, struct tally_error *error)
{
	return match_message(matcher, actual, false, mismatches, error);
}

int tally__match_request_message(const struct matcher *matcher, const struct message *actual,
				 struct mismatches *mismatches, struct tally_error *error)
{
	return match_message(matcher, actual, true, mismatches, error);
}
