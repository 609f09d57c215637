#include "config.h"

#include <string.h>

#include "broker/passed.h"

int tally__line_find(struct line *line, struct records *records, const char *application,
		     bool is_tag, const char *name, struct tally_error *error)
{
	struct record *head;
	int status = tally__records_get(records, &head, is_tag ? PATH_TAG : PATH_BRANCH,
					NAMES(application, name), error);

	*line = (struct line){.is_tag = is_tag, .name = name};
	return status != 0 ? status
			   : tally__record_optional_text(head, "createdAt", &line->created, error);
}

static int add_lines(struct lines *lines, struct records *records, const char *application,
		     const cJSON *names, bool is_tag, struct tally_error *error)
{
	const cJSON *name;
	int status = 0;

	cJSON_ArrayForEach(name, names)
	{
		if (status == 0 && cJSON_IsString(name))
			status = tally__line_find(&lines->items[lines->count++], records,
						  application, is_tag, name->valuestring, error);
	}
	return status;
}

int tally__lines_of_version(struct lines *lines, struct records *records,
			    const struct record *version, struct tally_error *error)
{
	const cJSON *branches = NULL, *tags = NULL;
	const char *application;
	size_t count;
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_optional_array(version, "branches", &branches, error);
	if (status == 0)
		status = tally__record_optional_array(version, "tags", &tags, error);
	if (status != 0)
		return status;
	count = (size_t)cJSON_GetArraySize(branches) + (size_t)cJSON_GetArraySize(tags);
	lines->count = 0;
	lines->items = tally__arena_alloc_array(&records->arena, count + 1, sizeof *lines->items);
	if (lines->items == NULL)
		return tally__fail_nomem(error);
	status = add_lines(lines, records, application, branches, false, error);
	return status != 0 ? status : add_lines(lines, records, application, tags, true, error);
}

/* One entry of a record's "passes". */
struct entry {
	const char *at;
	const char *branch, *tag; /* neither: of a version without any */
	bool wip;
};

static int read_entry(struct entry *entry, const struct record *record, const cJSON *json,
		      struct tally_error *error)
{
	entry->at = tally__json_get_string(json, "at");
	entry->branch = tally__json_get_string(json, "branch");
	entry->tag = tally__json_get_string(json, "tag");
	entry->wip = tally__json_get_bool(json, "wip", false);
	return entry->at != NULL ? 0
				 : tally__record_damaged(record, "passes",
							 "a list of objects with \"at\"", error);
}

/* Instants are all written in one way, so their texts are in order of time.  Within one second
 * nobody knows; then it counts as before, because the stricter answer fails a build that a second
 * run clears, and the other hides a regression. */
static bool entry_covers(const struct entry *entry, const struct line *line, bool count_wip)
{
	const char *name = line->is_tag ? entry->tag : entry->branch;

	if (name == NULL || (entry->wip && !count_wip))
		return false;
	return strcmp(name, line->name) == 0 || line->created == NULL ||
	       strcmp(entry->at, line->created) <= 0;
}

/* `line` NULL: anybody. */
static int covers(const struct record *record, const struct line *line, bool count_wip, bool *out,
		  struct tally_error *error)
{
	const cJSON *passes = NULL, *item;
	int status =
		record->json == NULL ? 0 : tally__record_array(record, "passes", &passes, error);

	*out = false;
	if (status != 0)
		return status;
	cJSON_ArrayForEach(item, passes)
	{
		struct entry entry;

		status = read_entry(&entry, record, item, error);
		if (status != 0)
			return status;
		if (line != NULL ? entry_covers(&entry, line, count_wip)
				 : count_wip || !entry.wip) {
			*out = true;
			return 0;
		}
	}
	return 0;
}

static cJSON *make_entry(const struct pass *pass, const struct line *line)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, "at", cJSON_CreateString(pass->at));

	if (line != NULL)
		failed |= tally__json_put(json, line->is_tag ? "tag" : "branch",
					  cJSON_CreateString(line->name));
	if (pass->wip)
		failed |= tally__json_put(json, "wip", cJSON_CreateTrue());
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int identify(struct record *record, const struct pass *pass, struct tally_error *error)
{
	int status = tally__record_set_text(record, "provider", pass->provider, error);

	if (status == 0)
		status = tally__record_set_text(record, "consumer", pass->consumer, error);
	if (status == 0)
		status = tally__record_set_text(record, "digest", pass->digest, error);
	return status != 0 ? status
			   : tally__record_set(record, "passes", cJSON_CreateArray(), error);
}

static int add_entry(struct record *record, const struct pass *pass, const struct line *line,
		     struct tally_error *error)
{
	const cJSON *old;
	bool covered;
	cJSON *list;
	int status = covers(record, line, pass->wip, &covered, error);

	if (status != 0 || covered)
		return status;
	if (record->json == NULL)
		status = identify(record, pass, error);
	if (status == 0)
		status = tally__record_array(record, "passes", &old, error);
	if (status != 0)
		return status;
	list = tally__json_clone(old);
	if (tally__json_append(list, make_entry(pass, line)) != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	return tally__record_set(record, "passes", list, error);
}

int tally__passed_note(struct records *records, const struct pass *pass, const struct lines *lines,
		       struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_PASSED,
					NAMES(pass->provider, pass->consumer, pass->digest), error);

	if (status == 0 && lines->count == 0)
		status = add_entry(record, pass, NULL, error);
	for (size_t i = 0; status == 0 && i < lines->count; i++)
		status = add_entry(record, pass, &lines->items[i], error);
	return status;
}

int tally__passed_note_run(struct records *records, const struct record *run,
			   const struct lines *lines, struct tally_error *error)
{
	struct pass pass = {.wip = tally__json_get_bool(run->json, "wip", false)};
	const cJSON *items = NULL, *item;
	int status = tally__record_text(run, "provider", &pass.provider, error);

	if (status == 0)
		status = tally__record_text(run, "consumer", &pass.consumer, error);
	if (status == 0)
		status = tally__record_text(run, "at", &pass.at, error);
	if (status == 0)
		status = tally__record_array(run, "interactions", &items, error);
	cJSON_ArrayForEach(item, items)
	{
		const char *outcome = tally__json_get_string(item, "outcome");

		pass.digest = tally__json_get_string(item, "digest");
		if (status != 0)
			return status;
		if (outcome == NULL || pass.digest == NULL)
			return tally__record_damaged(run, "interactions",
						     "objects with \"digest\" and \"outcome\"",
						     error);
		if (strcmp(outcome, "passed") == 0)
			status = tally__passed_note(records, &pass, lines, error);
	}
	return status;
}

int tally__passed_before(struct records *records, const struct passed_question *question,
			 const char *digest, bool *out, struct tally_error *error)
{
	struct record *record;
	bool covered = true;
	int status =
		tally__records_get(records, &record, PATH_PASSED,
				   NAMES(question->provider, question->consumer, digest), error);

	if (status == 0 && question->lines.count == 0)
		status = covers(record, NULL, question->count_wip, &covered, error);
	for (size_t i = 0; status == 0 && covered && i < question->lines.count; i++)
		status = covers(record, &question->lines.items[i], question->count_wip, &covered,
				error);
	if (status == 0)
		*out = covered;
	return status;
}
