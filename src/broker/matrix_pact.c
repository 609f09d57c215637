/* Pact's part of the answer: its rows. */
#include "config.h"

#include <string.h>

#include "broker/environments.h"
#include "broker/matrix.h"

/* One version in a row, and what is known of it. */
struct portrait {
	struct matrix *matrix;
	const char *application, *version;
	const struct record *record;
};

static int put_list(cJSON *json, const char *name, const cJSON *list)
{
	return tally__json_put(json, name,
			       list != NULL ? tally__json_clone(list) : cJSON_CreateArray());
}

/* {"name", "latest": it is the head} of each branch or tag. */
static int put_heads(cJSON *json, const char *name, const struct portrait *portrait,
		     const cJSON *lines, const char *pattern, struct tally_error *error)
{
	cJSON *list = tally__json_put_new(json, name, cJSON_CreateArray());
	const cJSON *line;

	if (list == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(line, lines)
	{
		const char *line_name = cJSON_GetStringValue(line), *head_version = NULL;
		struct record *head;
		cJSON *item;
		int failed, status = 0;

		if (line_name == NULL)
			return tally__record_damaged(portrait->record, name, "a list of names",
						     error);
		status = tally__records_get(portrait->matrix->records, &head, pattern,
					    NAMES(portrait->application, line_name), error);
		if (status == 0)
			status = tally__record_optional_text(head, "version", &head_version, error);
		if (status != 0)
			return status;
		item = cJSON_CreateObject();
		failed = tally__json_put_text(item, "name", line_name);
		failed |= tally__json_put(
			item, "latest",
			cJSON_CreateBool(head_version != NULL &&
					 strcmp(head_version, portrait->version) == 0));
		if (tally__json_append(list, item) != 0 || failed != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

static int is_live_in(const struct portrait *portrait, const char *environment, bool *out,
		      struct tally_error *error)
{
	struct selected_version *live;
	size_t count = 0;
	int status = tally__select_live(portrait->matrix, environment, portrait->application, &live,
					&count, error);

	*out = false;
	for (size_t i = 0; status == 0 && i < count; i++)
		*out |= strcmp(live[i].version, portrait->version) == 0;
	return status;
}

static int put_environments(cJSON *json, const struct portrait *portrait, struct tally_error *error)
{
	cJSON *list = tally__json_put_new(json, "environments", cJSON_CreateArray());
	struct record **environments;
	size_t count = 0;
	int status = list == NULL ? tally__fail_nomem(error)
				  : tally__environments_list(portrait->matrix->records,
							     &environments, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;
		bool live = false;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = is_live_in(portrait, name, &live, error);
		if (status == 0 && live &&
		    tally__json_append(list, tally__json_clone(environments[i]->json)) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

static int fill_in(cJSON *json, const struct portrait *portrait, const cJSON *branches,
		   const cJSON *tags, struct tally_error *error)
{
	int status = put_heads(json, "branches", portrait, branches, PATH_BRANCH, error);

	if (status == 0)
		status = put_heads(json, "branchVersions", portrait, branches, PATH_BRANCH, error);
	if (status == 0)
		status = put_heads(json, "tags", portrait, tags, PATH_TAG, error);
	return status == 0 ? put_environments(json, portrait, error) : status;
}

/* "branch" is the one that the version joined last. */
static int put_version(cJSON *side, const struct portrait *portrait, struct tally_error *error)
{
	const cJSON *branches = NULL, *tags = NULL, *last;
	cJSON *json = tally__json_put_new(side, "version", cJSON_CreateObject());
	int failed, status = 0;

	if (json == NULL)
		return tally__fail_nomem(error);
	if (portrait->record->json != NULL) {
		status = tally__record_optional_array(portrait->record, "branches", &branches,
						      error);
		if (status == 0)
			status = tally__record_optional_array(portrait->record, "tags", &tags,
							      error);
	}
	if (status != 0)
		return status;
	last = branches != NULL && branches->child != NULL ? branches->child->prev : NULL;
	failed = tally__json_put_text(json, "number", portrait->version);
	failed |= tally__json_put(json, "branch",
				  last != NULL ? tally__json_clone(last) : cJSON_CreateNull());
	if (failed == 0 && portrait->matrix->query->in_full)
		return fill_in(json, portrait, branches, tags, error);
	failed |= put_list(json, "branches", branches);
	failed |= put_list(json, "tags", tags);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int put_side(cJSON *row, const char *role, const struct portrait *portrait,
		    struct tally_error *error)
{
	cJSON *side = tally__json_put_new(row, role, cJSON_CreateObject());

	if (side == NULL || tally__json_put_text(side, "name", portrait->application) != 0)
		return tally__fail_nomem(error);
	if (portrait->record == NULL)
		return tally__json_put(side, "version", cJSON_CreateNull()) != 0
			       ? tally__fail_nomem(error)
			       : 0;
	return put_version(side, portrait, error);
}

/* Parts of an answer are none to Pact, which knows only whole ones. */
static cJSON *show_result(const struct row *row)
{
	const struct pair *pair = &row->pair;
	cJSON *json;
	int failed;

	if (pair->verdict != VERDICT_OK && pair->verdict != VERDICT_BROKEN)
		return cJSON_CreateNull();
	json = cJSON_CreateObject();
	failed = tally__json_put(json, "success", cJSON_CreateBool(pair->verdict == VERDICT_OK));
	if (pair->evidence_count > 0)
		failed |= tally__json_put_text(json, "verifiedAt", pair->evidence[0].run->at);
	else /* nothing had to be verified */
		failed |= tally__json_put(json, "verifiedAt", cJSON_CreateNull());
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static cJSON *show_pact(const struct row *row)
{
	const struct record *publication = row->pair.publication;
	cJSON *json = cJSON_CreateObject();

	if (publication != NULL && publication->json != NULL &&
	    tally__json_put_text(json, "createdAt",
				 tally__json_get_string(publication->json, "publishedAt")) != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

int tally__matrix_add_pact_row(cJSON *list, struct matrix *matrix, const struct row *row,
			       struct tally_error *error)
{
	const struct selected_version *provider = row->unjoined ? NULL : row->provider_version;
	const struct portrait sides[] = {
		{matrix, row->pair.consumer, row->pair.consumer_version,
		 row->consumer_version->record},
		{matrix, row->pair.provider, row->pair.provider_version,
		 provider != NULL ? provider->record : NULL},
	};
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_append(list, json);
	int status;

	if (failed != 0)
		return tally__fail_nomem(error);
	status = put_side(json, "consumer", &sides[0], error);
	if (status == 0)
		status = put_side(json, "provider", &sides[1], error);
	if (status != 0)
		return status;
	failed |= tally__json_put(json, "pact", show_pact(row));
	failed |= tally__json_put(json, "verificationResult", show_result(row));
	if (row->ignored != NULL)
		failed |= tally__json_put(json, "ignored", cJSON_CreateTrue());
	return failed != 0 ? tally__fail_nomem(error) : 0;
}
