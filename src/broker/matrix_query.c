/* Is it a question that can be answered? */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "broker/environments.h"
#include "broker/matrix.h"
#include "broker/versions.h"

static int fail_in(const char *list, size_t i, const char *trouble, struct tally_error *error)
{
	char where[64];

	(void)snprintf(where, sizeof where, "%s[%zu]", list, i);
	return tally__fail_at(error, TALLY_EINVAL, where, 0, 0, "%s", trouble);
}

static int check_names(const struct tally_version_selector *selector, struct tally_error *error)
{
	const struct {
		const char *name, *what;
	} names[] = {
		{selector->version, "application's version"},
		{selector->branch, "branch"},
		{selector->tag, "tag"},
		{selector->environment, "environment"},
	};
	int status = selector->application == NULL
			     ? tally__fail(error, TALLY_EINVAL,
					   "a selector of versions names no application")
			     : tally__name_check(selector->application, "application", error);

	for (size_t i = 0; status == 0 && i < sizeof names / sizeof *names; i++) {
		if (names[i].name != NULL)
			status = tally__name_check(names[i].name, names[i].what, error);
	}
	return status;
}

static int check_selectors(const struct tally_version_selector *selectors, size_t count,
			   const char *list, struct tally_error *error)
{
	if (count > LIMIT_SELECTORS)
		return tally__fail(error, TALLY_ELIMIT,
				   "a question has %zu %s: expected at most %d", count, list,
				   LIMIT_SELECTORS);
	for (size_t i = 0; i < count; i++) {
		int status = check_names(&selectors[i], error);

		if (status != 0)
			return status;
		if (selectors[i].version != NULL && selectors[i].latest)
			return fail_in(list, i,
				       "a version and the latest one cannot be asked for together: "
				       "leave one of them out",
				       error);
	}
	return 0;
}

static int set_target(struct matrix *matrix, struct tally_error *error)
{
	const struct tally_matrix_query *query = matrix->query;
	const struct {
		const char *name, *what;
	} names[] = {
		{query->to, "environment"},
		{query->to_environment, "environment"},
		{query->to_tag, "tag"},
		{query->to_branch, "branch"},
	};
	int given = query->to_main_branch;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int status = names[i].name == NULL
				     ? 0
				     : tally__name_check(names[i].name, names[i].what, error);

		if (status != 0)
			return status;
		given += names[i].name != NULL;
	}
	if (given > 1)
		return tally__fail(error, TALLY_EINVAL,
				   "versions can go to one place alone: expected one of an "
				   "environment, a tag, a branch and the main branch");
	if (query->to_latest && (query->to != NULL || query->to_environment != NULL))
		return tally__fail(error, TALLY_EINVAL,
				   "all that is in an environment counts: the latest alone cannot "
				   "be asked for");
	matrix->target = (struct tally_version_selector){.environment = query->to_environment,
							 .tag = query->to_tag,
							 .branch = query->to_branch,
							 .main_branch = query->to_main_branch,
							 .latest = query->to_latest};
	matrix->inferring = given > 0 || query->to_latest;
	return 0;
}

static int check_assumptions(const struct matrix *matrix, struct tally_error *error)
{
	const struct tally_matrix_query *query = matrix->query;

	if (query->assumption_count > LIMIT_SELECTORS)
		return tally__fail(error, TALLY_ELIMIT,
				   "a question has %zu assumptions: expected at most %d",
				   query->assumption_count, LIMIT_SELECTORS);
	for (size_t i = 0; i < query->assumption_count; i++) {
		const struct tally_assumption *item = &query->assumptions[i];
		const struct tally_version_selector names = {.application = item->application,
							     .version = item->version,
							     .environment = item->environment};
		int status = check_names(&names, error);

		if (status == 0 && item->instance != NULL)
			status = tally__name_check(item->instance, "application's instance", error);
		if (status != 0)
			return status;
		if (item->environment == NULL && !matrix->inferring)
			return fail_in("assumptions", i,
				       "it says not where the version is assumed to be: expected "
				       "an environment, in it or in the question",
				       error);
		if (item->released && item->instance != NULL)
			return fail_in("assumptions", i,
				       "a release has no instances: leave the instance out, or "
				       "assume a deployment",
				       error);
	}
	return 0;
}

int tally__matrix_check(struct matrix *matrix, struct tally_error *error)
{
	const struct tally_matrix_query *query = matrix->query;
	int status;

	if (query->selector_count == 0)
		return tally__fail(error, TALLY_EINVAL,
				   "no version is in question: expected an application at least");
	status = check_selectors(query->selectors, query->selector_count, "selectors", error);
	if (status == 0)
		status = check_selectors(query->ignored, query->ignored_count, "ignored", error);
	if (status == 0)
		status = set_target(matrix, error);
	return status == 0 ? check_assumptions(matrix, error) : status;
}

/* Does any application have that tag? */
static int is_tag(struct records *records, const char *tag, bool *out, struct tally_error *error)
{
	struct snapshot_entry *entries;
	size_t count = 0;
	int status = tally__snapshot_list(records->snapshot, PATH_APPS, &records->arena, &entries,
					  &count, error);

	*out = false;
	for (size_t i = 0; status == 0 && !*out && i < count; i++) {
		const char *path = tally__arena_printf(&records->arena, "%s/%s/app.json", PATH_APPS,
						       entries[i].name);
		struct record *app, *head;
		const char *name;

		if (path == NULL)
			return tally__fail_nomem(error);
		status = tally__records_get_path(records, &app, path, error);
		if (status != 0 || app->json == NULL)
			continue;
		status = tally__record_text(app, "name", &name, error);
		if (status == 0)
			status = tally__records_get(records, &head, PATH_TAG, NAMES(name, tag),
						    error);
		*out = status == 0 && head->json != NULL;
	}
	return status;
}

/* An environment's name comes first; only where there is none it may be a tag, as Pact's programs
 * mean it, and then of the newest version that has it. */
static int settle_target(struct matrix *matrix, struct tally_error *error)
{
	const char *to = matrix->query->to;
	struct record *environment;
	bool tag = false;
	int status;

	if (to == NULL)
		return 0;
	status = tally__records_get(matrix->records, &environment, PATH_ENVIRONMENT, NAMES(to),
				    error);
	if (status == 0 && environment->json == NULL)
		status = is_tag(matrix->records, to, &tag, error);
	if (status == 0 && tag) {
		matrix->target.tag = to;
		matrix->target.latest = true;
	} else if (status == 0) {
		matrix->target.environment = to;
	}
	return status;
}

static int find_target(struct matrix *matrix, struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct record *record;
	int status = tally__environment_find(matrix->records, matrix->target.environment, &record,
					     &trouble);

	if (status == TALLY_ENOTFOUND && matrix->query->to != NULL)
		return tally__fail(error, status, "%s; no version has a tag of that name either",
				   trouble.message);
	if (status != 0 && error != NULL)
		*error = trouble;
	return status;
}

int tally__matrix_check_known(struct matrix *matrix, struct tally_error *error)
{
	const struct tally_matrix_query *query = matrix->query;
	struct record *record;
	int status = settle_target(matrix, error);

	if (status == 0 && matrix->target.environment != NULL)
		status = find_target(matrix, error);
	for (size_t i = 0; status == 0 && i < query->selector_count; i++) {
		status = tally__application_find(matrix->records, query->selectors[i].application,
						 &record, error);
		if (status == 0 && query->selectors[i].environment != NULL)
			status = tally__environment_find(
				matrix->records, query->selectors[i].environment, &record, error);
	}
	for (size_t i = 0; status == 0 && i < query->assumption_count; i++) {
		const struct tally_assumption *item = &query->assumptions[i];

		status = item->version != NULL
				 ? tally__version_find(matrix->records, item->application,
						       item->version, &record, error)
				 : tally__application_find(matrix->records, item->application,
							   &record, error);
		if (status == 0 && item->environment != NULL)
			status = tally__environment_find(matrix->records, item->environment,
							 &record, error);
	}
	return status;
}
