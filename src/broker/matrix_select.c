/* Which versions a selector means. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "broker/matrix.h"
#include "broker/versions.h"

/* What is looked for, and what was found so far. */
struct search {
	struct matrix *matrix;
	const struct tally_version_selector *selector;
	const char *main_branch; /* of the application, when it is asked for; NULL: it has none */
	struct selected *out;
	size_t capacity;
};

static bool has_text(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

static int is_live(struct search *search, const char *version, bool *out, struct tally_error *error)
{
	struct selected_version *live;
	size_t count = 0;
	int status = tally__select_live(search->matrix, search->selector->environment,
					search->selector->application, &live, &count, error);

	*out = false;
	for (size_t i = 0; i < count; i++)
		*out |= strcmp(live[i].version, version) == 0;
	return status;
}

/* Does all hold that the selector asks for?  A version that is live without a record has no branch
 * and no tag. */
static int holds(struct search *search, const char *version, const struct record *record, bool *out,
		 struct tally_error *error)
{
	const struct tally_version_selector *selector = search->selector;
	const cJSON *branches = NULL, *tags = NULL;
	int status = 0;

	*out = false;
	if (record->json != NULL)
		status = tally__record_optional_array(record, "branches", &branches, error);
	if (status == 0 && record->json != NULL)
		status = tally__record_optional_array(record, "tags", &tags, error);
	if (status != 0 || (selector->version != NULL && strcmp(selector->version, version) != 0) ||
	    (selector->branch != NULL && !has_text(branches, selector->branch)) ||
	    (selector->tag != NULL && !has_text(tags, selector->tag)) ||
	    (selector->main_branch &&
	     (search->main_branch == NULL || !has_text(branches, search->main_branch))))
		return status;
	if (selector->environment != NULL)
		return is_live(search, version, out, error);
	*out = true;
	return 0;
}

static int add(struct search *search, const struct selected_version *version,
	       struct tally_error *error)
{
	struct selected *out = search->out;
	struct selected_version *versions =
		tally__arena_room(&search->matrix->records->arena, out->versions, out->count,
				  &search->capacity, 8, sizeof *versions);

	if (versions == NULL)
		return tally__fail_nomem(error);
	out->versions = versions;
	versions[out->count++] = *version;
	return 0;
}

static int consider(struct search *search, const struct selected_version *version,
		    struct tally_error *error)
{
	bool held;
	int status = holds(search, version->version, version->record, &held, error);

	return status == 0 && held ? add(search, version, error) : status;
}

/* A version by its number; NULL and one that is not there are fine. */
static int consider_number(struct search *search, const char *number, struct tally_error *error)
{
	struct selected_version version = {.version = number};
	struct record *record;
	int status;

	if (number == NULL)
		return 0;
	status = tally__records_get(search->matrix->records, &record, PATH_VERSION,
				    NAMES(search->selector->application, number), error);
	if (status != 0 || record->json == NULL)
		return status;
	version.record = record;
	status = tally__record_number(record, "sequence", &version.sequence, error);
	return status != 0 ? status : consider(search, &version, error);
}

/* The head of a branch, the newest version with a tag, the newest of all. */
static int consider_newest(struct search *search, const char *pattern, const char *name,
			   struct tally_error *error)
{
	const char *number = NULL;
	struct record *head;
	int status = tally__records_get(search->matrix->records, &head, pattern,
					NAMES(search->selector->application, name), error);

	if (status == 0)
		status = tally__record_optional_text(head, "version", &number, error);
	return status != 0 ? status : consider_number(search, number, error);
}

static int consider_tagged(struct search *search, struct tally_error *error)
{
	struct records *records = search->matrix->records;
	struct record **tagged;
	size_t count = 0;
	int status = tally__records_need_derived(records, "every version that has a tag", error);

	if (status == 0)
		status = tally__records_list_spread(
			records, &tagged, &count, PATH_TAGGED,
			NAMES(search->selector->application, search->selector->tag), NULL, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *number;

		status = tally__record_text(tagged[i], "version", &number, error);
		if (status == 0)
			status = consider_number(search, number, error);
	}
	return status;
}

static int consider_live(struct search *search, struct tally_error *error)
{
	struct selected_version *live;
	size_t count = 0;
	int status = tally__select_live(search->matrix, search->selector->environment,
					search->selector->application, &live, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = consider(search, &live[i], error);
	return status;
}

static int compare_newest_first(const void *a, const void *b)
{
	const struct selected_version *left = a, *right = b;

	return left->sequence > right->sequence ? -1 : left->sequence < right->sequence;
}

int tally__select_every(struct matrix *matrix, const char *application,
			struct selected_version **out, size_t *count, struct tally_error *error)
{
	struct selected_version *versions;
	struct record **records;
	size_t found = 0;
	int status = tally__versions_list(matrix->records, application, &records, &found, error);

	if (status != 0)
		return status;
	versions = tally__arena_alloc_array(&matrix->records->arena, found + 1, sizeof *versions);
	if (versions == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < found; i++) {
		const struct record *record = records[found - 1 - i];

		versions[i].record = record;
		status = tally__record_text(record, "version", &versions[i].version, error);
		if (status == 0)
			status = tally__record_number(record, "sequence", &versions[i].sequence,
						      error);
	}
	*out = versions;
	*count = found;
	return status;
}

static int consider_every(struct search *search, struct tally_error *error)
{
	struct selected_version *versions;
	size_t count = 0;
	int status = tally__select_every(search->matrix, search->selector->application, &versions,
					 &count, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = consider(search, &versions[i], error);
	return status;
}

/* Looks where there is least to look through. */
static int consider_all(struct search *search, struct tally_error *error)
{
	const struct tally_version_selector *selector = search->selector;

	if (selector->version != NULL)
		return selector->environment != NULL
			       ? consider_live(search, error)
			       : consider_number(search, selector->version, error);
	if (selector->latest && selector->branch != NULL)
		return consider_newest(search, PATH_BRANCH, selector->branch, error);
	if (selector->latest && selector->main_branch)
		return search->main_branch == NULL
			       ? 0
			       : consider_newest(search, PATH_BRANCH, search->main_branch, error);
	if (selector->environment != NULL)
		return consider_live(search, error);
	if (selector->latest && selector->tag != NULL)
		return consider_newest(search, PATH_TAG, selector->tag, error);
	if (selector->tag != NULL)
		return consider_tagged(search, error);
	if (selector->latest)
		return consider_newest(search, PATH_LATEST, NULL, error);
	return consider_every(search, error);
}

static int find_application(struct search *search, struct tally_error *error)
{
	struct record *app;
	int status = tally__records_get(search->matrix->records, &app, PATH_APP,
					NAMES(search->selector->application), error);

	if (status != 0)
		return status;
	search->out->known = app->json != NULL;
	return search->selector->main_branch
		       ? tally__record_optional_text(app, "mainBranch", &search->main_branch, error)
		       : 0;
}

static bool is_name_alone(const struct tally_version_selector *selector)
{
	return selector->version == NULL && selector->branch == NULL && selector->tag == NULL &&
	       selector->environment == NULL && !selector->main_branch && !selector->latest;
}

int tally__select(struct matrix *matrix, const struct tally_version_selector *selector,
		  struct selected *out, struct tally_error *error)
{
	struct search search = {.matrix = matrix, .selector = selector, .out = out};
	int status;

	*out = (struct selected){.application = selector->application, .selector = selector};
	status = find_application(&search, error);
	if (status != 0 || !out->known)
		return status;
	out->every = is_name_alone(selector);
	if (out->every)
		return 0;
	out->either =
		selector->version == NULL && selector->environment == NULL && !selector->latest;
	status = consider_all(&search, error);
	if (status != 0 || out->count == 0)
		return status;
	qsort(out->versions, out->count, sizeof *out->versions, compare_newest_first);
	if (selector->latest)
		out->count = 1;
	return 0;
}
