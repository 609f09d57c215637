/* Branches and tags: lists of them, and versions that come to them or leave. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/removal.h"
#include "broker/resources.h"
#include "broker/versions.h"

/* A line's record as it is shown: its name in "name", whichever kind it is. */
static int show_line(const struct record *head, bool tags, const char *main_branch, cJSON **out,
		     struct tally_error *error)
{
	const char *name;
	cJSON *json;
	int failed = 0, status = tally__record_text(head, tags ? "tag" : "branch", &name, error);

	if (status != 0)
		return status;
	json = tally__json_clone(head->json);
	*out = json;
	cJSON_DeleteItemFromObjectCaseSensitive(json, tags ? "tag" : "branch");
	failed |= json == NULL || tally__json_put_text(json, "name", name) != 0;
	if (!tags)
		failed |= tally__json_put(
			json, "main",
			cJSON_CreateBool(main_branch != NULL && strcmp(main_branch, name) == 0));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int main_branch_of(struct records *records, const char *application, const char **out,
			  struct tally_error *error)
{
	struct record *record;
	int status = tally__application_find(records, application, &record, error);

	return status != 0 ? status : tally__record_optional_text(record, "mainBranch", out, error);
}

struct line_listing {
	const char *application;
	bool tags;
	const struct tally_page *page;
};

/* The newest head first; of equal ones by name. */
static int compare_heads(const void *a, const void *b)
{
	const struct record *left = *(struct record *const *)a, *right = *(struct record *const *)b;
	int64_t left_sequence = 0, right_sequence = 0;

	(void)tally__record_number(left, "sequence", &left_sequence, NULL);
	(void)tally__record_number(right, "sequence", &right_sequence, NULL);
	if (left_sequence != right_sequence)
		return left_sequence > right_sequence ? -1 : 1;
	return strcmp(left->path, right->path);
}

static int fill_list(struct record **heads, size_t count, const struct line_listing *listing,
		     const char *main_branch, cJSON *answer, struct tally_error *error)
{
	cJSON *array = tally__json_put_new(answer, listing->tags ? "tags" : "branches",
					   cJSON_CreateArray());
	struct pager pager = {.page = listing->page};
	size_t total = 0;
	int failed = array == NULL, status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;
		cJSON *item = NULL;

		status = tally__record_text(heads[i], listing->tags ? "tag" : "branch", &name,
					    error);
		if (status != 0)
			break;
		total += tally__pager_matches(&pager, name);
		if (!tally__pager_take(&pager, name))
			continue;
		status = show_line(heads[i], listing->tags, main_branch, &item, error);
		failed |= tally__json_append(array, item);
	}
	failed |= tally__json_put(answer, "more", cJSON_CreateBool(pager.more));
	failed |= tally__json_put(answer, "total", cJSON_CreateNumber((double)total));
	return status == 0 && failed != 0 ? tally__fail_nomem(error) : status;
}

static int list_lines(struct records *records, const void *context, cJSON **answer,
		      struct tally_error *error)
{
	const struct line_listing *listing = context;
	struct record **heads;
	const char *main_branch;
	size_t count = 0;
	int status = main_branch_of(records, listing->application, &main_branch, error);

	if (status == 0)
		status = tally__records_list_spread(records, &heads, &count,
						    listing->tags ? PATH_TAGS : PATH_BRANCHES,
						    NAMES(listing->application), NULL, error);
	if (status != 0)
		return status;
	if (count > 0)
		qsort(heads, count, sizeof *heads, compare_heads);
	*answer = cJSON_CreateObject();
	return fill_list(heads, count, listing, main_branch, *answer, error);
}

int tally__git_branch_list(struct tally_broker *broker, const char *application,
			   const struct tally_page *page, cJSON **answer, struct tally_error *error)
{
	struct line_listing listing = {.application = application, .page = page};

	return tally__broker_ask(broker, list_lines, &listing, answer, error);
}

int tally__git_tag_list(struct tally_broker *broker, const char *application,
			const struct tally_page *page, cJSON **answer, struct tally_error *error)
{
	struct line_listing listing = {.application = application, .tags = true, .page = page};

	return tally__broker_ask(broker, list_lines, &listing, answer, error);
}

int tally__branch_find(struct records *records, const char *application, const char *branch,
		       struct record **out, struct tally_error *error)
{
	struct record *head;
	int status = tally__name_check(branch, "branch", error);

	if (status == 0)
		status = tally__records_get(records, &head, PATH_BRANCH, NAMES(application, branch),
					    error);
	if (status == 0 && head->json == NULL)
		status =
			tally__fail(error, TALLY_ENOTFOUND,
				    "no version of \"%s\" is on the branch \"%s\": check its name; "
				    "tally branch list has them all",
				    application, branch);
	if (status == 0)
		*out = head;
	return status;
}

static int show_branch(struct records *records, const char *application, const char *branch,
		       cJSON **answer, struct tally_error *error)
{
	const char *main_branch;
	struct record *head;
	int status = main_branch_of(records, application, &main_branch, error);

	if (status == 0)
		status = tally__branch_find(records, application, branch, &head, error);
	if (status == 0)
		status = show_line(head, false, main_branch, answer, error);
	if (status == 0 && tally__json_put_text(*answer, "application", application) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* A version and a branch or tag of it. */
struct membership {
	const char *application, *version; /* NULL, of a question: none */
	struct line line;
	bool make_version;
	int64_t now_unix;
};

static int ask_branch(struct records *records, const void *context, cJSON **answer,
		      struct tally_error *error)
{
	const struct membership *membership = context;

	return show_branch(records, membership->application, membership->line.name, answer, error);
}

int tally__git_branch_show(struct tally_broker *broker, const char *application, const char *branch,
			   cJSON **answer, struct tally_error *error)
{
	struct membership membership = {.application = application, .line = {.name = branch}};

	return tally__broker_ask(broker, ask_branch, &membership, answer, error);
}

/* A version comes to a line: *joined says whether it was not there. */
static int come(struct records *records, const struct membership *membership, bool *joined,
		struct tally_error *error)
{
	const struct line *line = &membership->line;
	struct version_note note = {.application = membership->application,
				    .version = membership->version,
				    .branch = line->is_tag ? NULL : line->name,
				    .tags = &line->name,
				    .tag_count = line->is_tag,
				    .now_unix = membership->now_unix};
	struct record *version;
	int status = tally__version_note_check(&note, error);

	if (status == 0 && !membership->make_version)
		status = tally__version_find(records, note.application, note.version, &version,
					     error);
	if (status == 0)
		status = tally__records_get(records, &version, PATH_VERSION,
					    NAMES(note.application, note.version), error);
	if (status != 0)
		return status;
	*joined = !tally__version_is_on(version, line);
	return tally__version_ensure(records, &note, &version, error);
}

static int join(struct records *records, void *context, struct buf *message, cJSON **answer,
		struct tally_error *error)
{
	const struct membership *membership = context;
	bool joined;
	int status = come(records, membership, &joined, error);

	tally__buf_addf(message, "put %s %s on branch %s\n", membership->application,
			membership->version, membership->line.name);
	if (status == 0)
		status = show_branch(records, membership->application, membership->line.name,
				     answer, error);
	if (status == 0 && tally__json_put(*answer, "joined", cJSON_CreateBool(joined)) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* {"application", "version", "branch" or "tag"}. */
static cJSON *make_answer(const struct membership *membership)
{
	const struct line *line = &membership->line;
	cJSON *json = cJSON_CreateObject();
	int failed = json == NULL;

	failed |= tally__json_put_text(json, "application", membership->application);
	failed |= tally__json_put_text(json, "version", membership->version);
	failed |= tally__json_put_text(json, line->is_tag ? "tag" : "branch", line->name);
	if (failed != 0) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

static int tag(struct records *records, void *context, struct buf *message, cJSON **answer,
	       struct tally_error *error)
{
	const struct membership *membership = context;
	const char *head = NULL;
	struct record *environment;
	bool added;
	int failed, status = come(records, membership, &added, error);

	tally__buf_addf(message, "tag %s %s: %s\n", membership->application, membership->version,
			membership->line.name);
	if (status == 0)
		status = tally__line_head(&head, records, membership->application,
					  &membership->line, error);
	if (status == 0)
		status = tally__records_get(records, &environment, PATH_ENVIRONMENT,
					    NAMES(membership->line.name), error);
	if (status != 0)
		return status;
	*answer = make_answer(membership);
	failed = tally__json_put(*answer, "added", cJSON_CreateBool(added));
	failed |= tally__json_put(
		*answer, "head",
		cJSON_CreateBool(head != NULL && strcmp(head, membership->version) == 0));
	if (environment->json != NULL)
		failed |= tally__json_put(*answer, "environment", cJSON_CreateTrue());
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* A version leaves a line that it has to be on. */
static int leave(struct records *records, void *context, struct buf *message, cJSON **answer,
		 struct tally_error *error)
{
	struct membership *membership = context;
	const struct line *line = &membership->line;
	struct removal removal = {.application = membership->application, .line = line, .count = 1};
	struct record *version;
	const char *head = NULL;
	int status = tally__name_check(line->name, line->is_tag ? "tag" : "branch", error);

	if (status == 0)
		status = tally__version_find(records, membership->application, membership->version,
					     &version, error);
	if (status == 0 && !tally__version_is_on(version, line))
		status =
			tally__fail(error, TALLY_ENOTFOUND,
				    "the version \"%s\" of \"%s\" %s \"%s\": tally version show "
				    "lists its branches and tags",
				    membership->version, membership->application,
				    line->is_tag ? "does not have the tag" : "is not on the branch",
				    line->name);
	if (status != 0)
		return status;
	removal.versions = &version;
	status = tally__versions_remove(records, &removal, error);
	if (status == 0)
		status = tally__line_head(&head, records, membership->application, line, error);
	if (status != 0)
		return status;
	tally__buf_addf(message,
			line->is_tag ? "remove a tag of %s %s: %s\n" : "take %s %s off branch %s\n",
			membership->application, membership->version, line->name);
	*answer = make_answer(membership);
	return *answer == NULL || tally__json_put_text(*answer, "head", head) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

static int change(struct tally_broker *broker, broker_change *how, struct membership *membership,
		  cJSON **answer, struct tally_error *error)
{
	membership->now_unix = tally__time_now_unix();
	return tally__broker_change(broker, how, membership, membership->now_unix, answer, error);
}

int tally__git_branch_join(struct tally_broker *broker, const char *application,
			   const char *version, const char *branch, cJSON **answer,
			   struct tally_error *error)
{
	struct membership membership = {
		.application = application, .version = version, .line = {.name = branch}};
	int status = tally__name_check(branch, "branch", error);

	return status != 0 ? status : change(broker, join, &membership, answer, error);
}

int tally__git_branch_leave(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, cJSON **answer,
			    struct tally_error *error)
{
	struct membership membership = {
		.application = application, .version = version, .line = {.name = branch}};

	return change(broker, leave, &membership, answer, error);
}

int tally__git_tag_create(struct tally_broker *broker, const char *application, const char *version,
			  const char *name, bool make_version, cJSON **answer,
			  struct tally_error *error)
{
	struct membership membership = {.application = application,
					.version = version,
					.line = {.is_tag = true, .name = name},
					.make_version = make_version};
	int status = tally__name_check(name, "tag", error);

	return status != 0 ? status : change(broker, tag, &membership, answer, error);
}

int tally__git_tag_delete(struct tally_broker *broker, const char *application, const char *version,
			  const char *name, cJSON **answer, struct tally_error *error)
{
	struct membership membership = {.application = application,
					.version = version,
					.line = {.is_tag = true, .name = name}};

	return change(broker, leave, &membership, answer, error);
}
