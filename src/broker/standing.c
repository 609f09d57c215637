/* How a contract stands with the provider: what passed before, what is new, what this version has
 * answered already, and what to tell people of it. */
#include "config.h"

#include <string.h>

#include "broker/pair.h"
#include "broker/selection.h"

/* What a contract's interactions add up to. */
struct standing {
	size_t total, fresh; /* interactions that count, and those that never passed */
	bool pending, wip;
};

static struct passed_question question_of(const struct selection *selection,
					  const struct record *publication, bool count_wip)
{
	return (struct passed_question){
		.provider = selection->provider,
		.consumer = tally__json_get_string(publication->json, "consumer"),
		.lines = selection->lines,
		.count_wip = count_wip,
	};
}

int tally__standing_is_new(struct selection *selection, const struct record *publication,
			   bool count_wip, bool *out, struct tally_error *error)
{
	struct passed_question question = question_of(selection, publication, count_wip);
	const cJSON *items = NULL, *item;
	int status = tally__record_array(publication, "interactions", &items, error);

	*out = false;
	cJSON_ArrayForEach(item, items)
	{
		struct claim claim;
		bool passed = true;

		if (status == 0)
			status = tally__claim_read(&claim, publication, item, error);
		if (status == 0 && !claim.pending)
			status = tally__passed_before(selection->records, &question, claim.digest,
						      &passed, error);
		if (status != 0)
			return status;
		if (!passed) {
			*out = true;
			return 0;
		}
	}
	return status;
}

/* The newest of the runs that say so. */
static const struct answer_run *evidence(const struct answer *answer)
{
	const struct answer_run *passed = answer->passed, *failed = answer->failed;

	if (passed == NULL || failed == NULL)
		return passed != NULL ? passed : failed;
	return strcmp(passed->name, failed->name) > 0 ? passed : failed;
}

/* What this provider version has answered.  An error is no answer: it has to be asked again. */
static int add_answer(cJSON *json, const struct selection *selection, const struct choice *choice,
		      const char *digest, struct tally_error *error)
{
	const struct answer_run *run;
	struct answer answer = {0};
	enum outcome outcome;
	const char *path;
	int failed, status = 0;

	if (selection->answers != NULL)
		status = tally__answers_get(selection->answers, choice->consumer, digest, &answer,
					    error);
	outcome = tally__answer_outcome(&answer);
	if (status != 0 || outcome == OUTCOME_WAITING || outcome == OUTCOME_ERROR)
		return status;
	run = evidence(&answer);
	status = tally__answers_path(selection->answers, run, &path, error);
	if (status != 0)
		return status;
	failed = tally__json_put_text(json, "outcome", tally__outcome_name(outcome));
	failed |= tally__json_put_text(json, "run", path);
	failed |= tally__json_put_text(json, "at", run->at);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int add_interaction(cJSON *list, struct standing *standing, struct selection *selection,
			   const struct choice *choice, const struct claim *claim,
			   const struct passed_question *question, struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject();
	bool passed = false;
	int failed = tally__json_append(list, json), status;

	failed |= tally__json_put(json, "digest", cJSON_CreateString(claim->digest));
	status = failed != 0 ? tally__fail_nomem(error)
			     : add_answer(json, selection, choice, claim->digest, error);
	if (status != 0)
		return status;
	if (!tally__records_are_derived(selection->records))
		return 0;
	status = tally__passed_before(selection->records, question, claim->digest, &passed, error);
	if (status == 0 && tally__json_put(json, "passedBefore", cJSON_CreateBool(passed)) != 0)
		status = tally__fail_nomem(error);
	if (!claim->pending) {
		standing->total++;
		standing->fresh += !passed;
	}
	return status;
}

/* Each digest once. */
static int add_interactions(cJSON *list, struct standing *standing, struct selection *selection,
			    const struct choice *choice, struct tally_error *error)
{
	struct passed_question question = question_of(selection, choice->publication, true);
	const cJSON *items = NULL, *item;
	struct map seen;
	int status = tally__record_array(choice->publication, "interactions", &items, error);

	tally__map_init(&seen);
	cJSON_ArrayForEach(item, items)
	{
		struct claim claim;

		if (status == 0)
			status = tally__claim_read(&claim, choice->publication, item, error);
		if (status != 0)
			break;
		if (tally__map_find(&seen, claim.digest, strlen(claim.digest)) != NULL)
			continue;
		if (tally__map_put(&seen, claim.digest, strlen(claim.digest), list) != 0)
			status = tally__fail_nomem(error);
		else
			status = add_interaction(list, standing, selection, choice, &claim,
						 &question, error);
	}
	tally__map_release(&seen);
	return status;
}

static int add_notice(cJSON *notices, const char *when, const char *text)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_append(notices, json);

	failed |= tally__json_put(json, "when", cJSON_CreateString(when));
	failed |= tally__json_put(json, "text", text != NULL ? cJSON_CreateString(text) : NULL);
	return failed;
}

/* "orders on branch main": whose passes count. */
static const char *name_provider(const struct selection *selection)
{
	struct arena *arena = &selection->records->arena;
	const struct lines *lines = &selection->lines;
	const char *name = selection->provider;

	for (size_t i = 0; name != NULL && i < lines->count; i++)
		name = tally__arena_printf(arena, "%s %s %s", name,
					   i > 0                    ? "and"
					   : lines->items[i].is_tag ? "with tag"
								    : "on branch",
					   lines->items[i].name);
	return name;
}

static const char *prospect(const struct selection *selection, const struct standing *standing,
			    const char *provider)
{
	struct arena *arena = &selection->records->arena;

	if (standing->wip)
		return tally__arena_printf(arena,
					   "it is work in progress, as %s has not passed all of it "
					   "yet: failures of what never passed do not fail this "
					   "build",
					   provider);
	if (standing->pending && standing->fresh == standing->total)
		return tally__arena_printf(arena,
					   "none of it ever passed with %s: failures of it do not "
					   "fail this build",
					   provider);
	if (standing->pending)
		return tally__arena_printf(
			arena,
			"%zu of its %zu interactions never passed with %s: their "
			"failures do not fail this build, those of the others do",
			standing->fresh, standing->total, provider);
	return tally__arena_printf(
		arena, "all of it passed before with %s: a failure fails this build", provider);
}

/* What to say afterwards, in Pact's words for when. */
static int add_outlook(cJSON *notices, const struct selection *selection, const char *provider)
{
	struct arena *arena = &selection->records->arena;
	const char *passed = tally__arena_printf(arena,
						 "it passed, but the result was not published: for "
						 "%s it stays pending",
						 provider);
	const char *counts = tally__arena_printf(arena,
						 "it passed, and the result is published: from now "
						 "on a failure with %s fails the build",
						 provider);
	const char *failed = tally__arena_printf(
		arena, "what never passed with %s stays pending until it does", provider);
	int status = add_notice(notices, "after_verification:success_true_published_false", passed);

	status |= add_notice(notices, "after_verification:success_false_published_false", failed);
	status |= add_notice(notices, "after_verification:success_true_published_true", counts);
	status |= add_notice(notices, "after_verification:success_false_published_true", failed);
	return status;
}

/* Why the contract was chosen stands beside them. */
static int add_notices(cJSON *json, const struct selection *selection,
		       const struct standing *standing, struct tally_error *error)
{
	const char *provider = name_provider(selection);
	cJSON *notices = cJSON_CreateArray();
	int failed = tally__json_put(json, "notices", notices);

	if (failed != 0 || provider == NULL)
		return tally__fail_nomem(error);
	if (selection->query->enable_pending || standing->wip)
		failed |= add_notice(notices, "before_verification",
				     prospect(selection, standing, provider));
	if (standing->pending)
		failed |= add_outlook(notices, selection, provider);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

int tally__standing_add(cJSON *json, struct selection *selection, const struct choice *choice,
			struct tally_error *error)
{
	struct standing standing = {.wip = choice->wip};
	cJSON *list = cJSON_CreateArray();
	int failed = tally__json_put(json, "interactions", list);
	int status = failed != 0 ? tally__fail_nomem(error)
				 : add_interactions(list, &standing, selection, choice, error);

	if (status != 0)
		return status;
	standing.pending = standing.wip || (selection->query->enable_pending && standing.fresh > 0);
	failed |= tally__json_put(json, "pending", cJSON_CreateBool(standing.pending));
	failed |= tally__json_put(json, "wip", cJSON_CreateBool(standing.wip));
	return failed != 0 ? tally__fail_nomem(error)
			   : add_notices(json, selection, &standing, error);
}
