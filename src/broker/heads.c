#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "broker/heads.h"

int tally__line_head(const char **version, struct records *records, const char *application,
		     const struct line *line, struct tally_error *error)
{
	struct record *head;
	int status = tally__records_get(records, &head, line->is_tag ? PATH_TAG : PATH_BRANCH,
					NAMES(application, line->name), error);

	return status != 0 ? status : tally__record_optional_text(head, "version", version, error);
}

static const char *member_of(const struct line *line)
{
	return line->is_tag ? "tag" : "branch";
}

static bool is_of(const cJSON *item, const struct line *line)
{
	const char *name = tally__json_get_string(item, member_of(line));

	return name != NULL && strcmp(name, line->name) == 0;
}

static cJSON *make_head(const struct line *line, const char *version, const char *published)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put(json, member_of(line), cJSON_CreateString(line->name));

	failed |= tally__json_put(json, "version", cJSON_CreateString(version));
	failed |= tally__json_put(json, "publishedAt", cJSON_CreateString(published));
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

/* What falls out of the list is told by the newest of its instants. */
static int drop(struct record *record, const cJSON *item, struct tally_error *error)
{
	const char *published = tally__json_get_string(item, "publishedAt"), *until;
	int status = tally__record_optional_text(record, "omittedUntil", &until, error);

	if (status == 0 && published == NULL)
		return tally__record_damaged(record, "heads", "objects with \"publishedAt\"",
					     error);
	if (status != 0 || (until != NULL && strcmp(until, published) >= 0))
		return status;
	return tally__record_set_text(record, "omittedUntil", published, error);
}

static int put_in_front(struct record *record, const struct line *line, cJSON *head,
			struct tally_error *error)
{
	const cJSON *old = NULL, *item;
	cJSON *list = cJSON_CreateArray();
	int failed = tally__json_append(list, head), count = 1;
	int status = tally__record_optional_array(record, "heads", &old, error);

	cJSON_ArrayForEach(item, old)
	{
		if (status != 0 || failed != 0 || is_of(item, line))
			continue;
		if (count++ < LIMIT_HEADS)
			failed |= tally__json_append(list, tally__json_clone(item));
		else
			status = drop(record, item, error);
	}
	if (status == 0 && failed != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		return tally__record_set(record, "heads", list, error);
	cJSON_Delete(list);
	return status;
}

static int note_line(struct records *records, const struct record *publication,
		     const struct line *line, struct tally_error *error)
{
	const char *provider, *consumer, *version, *published;
	struct record *record = NULL;
	int status = tally__record_text(publication, "provider", &provider, error);

	if (status == 0)
		status = tally__record_text(publication, "consumer", &consumer, error);
	if (status == 0)
		status = tally__record_text(publication, "version", &version, error);
	if (status == 0)
		status = tally__record_text(publication, "publishedAt", &published, error);
	if (status == 0)
		status = tally__records_get(records, &record, PATH_HEADS, NAMES(provider, consumer),
					    error);
	if (status == 0)
		status = tally__record_set_text(record, "provider", provider, error);
	if (status == 0)
		status = tally__record_set_text(record, "consumer", consumer, error);
	return status != 0 ? status
			   : put_in_front(record, line, make_head(line, version, published), error);
}

typedef int line_step(struct records *records, const struct record *publication,
		      const struct line *line, struct tally_error *error);

/* Every line of which the version is the head. */
static int each_line(struct records *records, const struct record *version,
		     const struct record *publication, line_step *step, struct tally_error *error)
{
	const char *application, *number;
	struct lines lines = {0};
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_text(version, "version", &number, error);
	if (status == 0)
		status = tally__lines_of_version(&lines, records, version, error);
	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const char *head = NULL;

		status = tally__line_head(&head, records, application, &lines.items[i], error);
		if (status == 0 && head != NULL && strcmp(head, number) == 0)
			status = step(records, publication, &lines.items[i], error);
	}
	return status;
}

int tally__heads_note(struct records *records, const struct record *version,
		      const struct record *publication, struct tally_error *error)
{
	return each_line(records, version, publication, note_line, error);
}

/* Whether the line's head is listed with this publication, or fell out of the list. */
static int is_listed(bool *out, const struct record *record, const struct line *line,
		     const struct record *publication, struct tally_error *error)
{
	const char *version, *published, *until = NULL;
	const cJSON *heads = NULL, *item;
	int status = tally__record_text(publication, "version", &version, error);

	*out = false;
	if (status == 0)
		status = tally__record_text(publication, "publishedAt", &published, error);
	if (status == 0)
		status = tally__record_optional_array(record, "heads", &heads, error);
	if (status == 0)
		status = tally__record_optional_text(record, "omittedUntil", &until, error);
	if (status != 0)
		return status;
	*out = until != NULL && strcmp(until, published) >= 0;
	cJSON_ArrayForEach(item, heads)
	{
		const char *other = tally__json_get_string(item, "version");
		const char *at = tally__json_get_string(item, "publishedAt");

		if (is_of(item, line))
			*out = other != NULL && at != NULL && strcmp(other, version) == 0 &&
			       strcmp(at, published) == 0;
	}
	return 0;
}

/* Only what the list lacks: the order of the others tells when they came. */
static int renew_line(struct records *records, const struct record *publication,
		      const struct line *line, struct tally_error *error)
{
	const char *provider, *consumer;
	struct record *record = NULL;
	bool listed = false;
	int status = tally__record_text(publication, "provider", &provider, error);

	if (status == 0)
		status = tally__record_text(publication, "consumer", &consumer, error);
	if (status == 0)
		status = tally__records_get(records, &record, PATH_HEADS, NAMES(provider, consumer),
					    error);
	if (status == 0)
		status = is_listed(&listed, record, line, publication, error);
	return status != 0 || listed ? status : note_line(records, publication, line, error);
}

int tally__heads_renew(struct records *records, const struct record *version,
		       const struct record *publication, struct tally_error *error)
{
	return each_line(records, version, publication, renew_line, error);
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	if (left->is_tag != right->is_tag)
		return left->is_tag ? 1 : -1;
	return strcmp(left->name, right->name);
}

int tally__lines_of(struct lines *lines, struct records *records, const char *application,
		    bool tags, struct tally_error *error)
{
	struct record **heads;
	size_t count = 0, at = lines->count;
	struct line *items;
	int status = tally__records_list_spread(records, &heads, &count,
						tags ? PATH_TAGS : PATH_BRANCHES,
						NAMES(application), NULL, error);

	if (status != 0)
		return status;
	items = tally__arena_alloc_array(&records->arena, at + count + 1, sizeof *items);
	if (items == NULL)
		return tally__fail_nomem(error);
	if (at > 0)
		memcpy(items, lines->items, at * sizeof *items);
	for (size_t i = 0; status == 0 && i < count; i++) {
		items[at + i].is_tag = tags;
		status = tally__record_text(heads[i], tags ? "tag" : "branch", &items[at + i].name,
					    error);
	}
	if (status != 0)
		return status;
	qsort(items, at + count, sizeof *items, compare_lines);
	lines->items = items;
	lines->count = at + count;
	return 0;
}

static int read_heads(struct lines *lines, struct records *records, const struct record *record,
		      const char *since, struct tally_error *error)
{
	const cJSON *heads = NULL, *item;
	int status = tally__record_array(record, "heads", &heads, error);

	if (status != 0)
		return status;
	lines->items = tally__arena_alloc_array(
		&records->arena, (size_t)cJSON_GetArraySize(heads) + 1, sizeof *lines->items);
	if (lines->items == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(item, heads)
	{
		const char *branch = tally__json_get_string(item, "branch");
		const char *name = branch != NULL ? branch : tally__json_get_string(item, "tag");
		const char *published = tally__json_get_string(item, "publishedAt");

		if (name == NULL || published == NULL)
			return tally__record_damaged(
				record, "heads", "objects with \"publishedAt\" and a branch or tag",
				error);
		if (strcmp(published, since) >= 0)
			lines->items[lines->count++] =
				(struct line){.is_tag = branch == NULL, .name = name};
	}
	qsort(lines->items, lines->count, sizeof *lines->items, compare_lines);
	return 0;
}

int tally__heads_since(struct lines *lines, struct records *records, const char *provider,
		       const char *consumer, const char *since, struct tally_error *error)
{
	const char *omitted;
	struct record *record;
	int status =
		tally__records_get(records, &record, PATH_HEADS, NAMES(provider, consumer), error);

	*lines = (struct lines){0};
	if (status == 0)
		status = tally__record_optional_text(record, "omittedUntil", &omitted, error);
	if (status != 0 || record->json == NULL)
		return status;
	/* So far back the list does not go: every line has to be looked at. */
	if (omitted != NULL && strcmp(omitted, since) >= 0) {
		status = tally__lines_of(lines, records, consumer, false, error);
		return status != 0 ? status
				   : tally__lines_of(lines, records, consumer, true, error);
	}
	return read_heads(lines, records, record, since, error);
}

int tally__tagged_note(struct records *records, const char *application, const char *tag,
		       const char *version, int64_t sequence, struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_TAGGED_ONE,
					NAMES(application, tag, version), error);

	if (status == 0)
		status = tally__record_set_text(record, "application", application, error);
	if (status == 0)
		status = tally__record_set_text(record, "tag", tag, error);
	if (status == 0)
		status = tally__record_set_text(record, "version", version, error);
	return status != 0 ? status : tally__record_set_number(record, "sequence", sequence, error);
}

static int rejoin_contracts(struct records *records, const struct record *version,
			    const char *application, const char *number, struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status = tally__records_list(records, &publications, &count, PATH_PUBLICATIONS,
					 NAMES(application, number), error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__heads_note(records, version, publications[i], error);
	return status;
}

static int rejoin_runs(struct records *records, const char *folder, const struct lines *lines,
		       struct tally_error *error)
{
	struct record **runs;
	size_t count = 0;
	int status = tally__records_list_path(records, &runs, &count, folder, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__passed_note_run(records, runs[i], lines, error);
	return status;
}

int tally__version_rejoin_results(struct records *records, const struct record *version,
				  struct tally_error *error)
{
	const char *application, *number, *folder;
	struct snapshot_entry *consumers;
	struct lines lines;
	size_t count = 0;
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_text(version, "version", &number, error);
	if (status == 0)
		status = tally__lines_of_version(&lines, records, version, error);
	if (status == 0)
		status = tally__records_path(records, &folder, PATH_RESULTS,
					     NAMES(application, number), error);
	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena,
					      &consumers, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, consumers[i].name);

		status = path == NULL ? tally__fail_nomem(error)
				      : rejoin_runs(records, path, &lines, error);
	}
	return status;
}

int tally__version_rejoin(struct records *records, const struct record *version,
			  struct tally_error *error)
{
	const char *application, *number;
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_text(version, "version", &number, error);
	if (status == 0)
		status = rejoin_contracts(records, version, application, number, error);
	return status != 0 ? status : tally__version_rejoin_results(records, version, error);
}
