/* Versions as the broker lists and shows them, and making them on purpose. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/live.h"
#include "broker/removal.h"
#include "broker/resources.h"
#include "broker/version_list.h"
#include "broker/versions.h"

/* [{"name", "latest"}] of a version's branches or tags. */
static int add_lines(struct records *records, const char *application, const char *version,
		     const cJSON *names, bool tags, cJSON *json, struct tally_error *error)
{
	cJSON *array = tally__json_put_new(json, tags ? "tags" : "branches", cJSON_CreateArray());
	const cJSON *name;
	int status = array == NULL ? tally__fail_nomem(error) : 0;

	cJSON_ArrayForEach(name, names)
	{
		struct line line = {.is_tag = tags, .name = cJSON_GetStringValue(name)};
		const char *head = NULL;
		cJSON *item;

		if (status != 0 || line.name == NULL)
			continue;
		status = tally__line_head(&head, records, application, &line, error);
		item = tally__json_put_new(array, NULL, cJSON_CreateObject());
		if (status == 0 &&
		    (tally__json_put_text(item, "name", line.name) != 0 ||
		     tally__json_put(
			     item, "latest",
			     cJSON_CreateBool(head != NULL && strcmp(head, version) == 0)) != 0))
			status = tally__fail_nomem(error);
	}
	return status;
}

static int show_version(struct records *records, const struct record *record, cJSON **out,
			struct tally_error *error)
{
	static const char *const members[] = {"version", "sequence", "createdAt", "buildUrl"};
	const char *application, *version;
	cJSON *json = cJSON_CreateObject();
	int failed = json == NULL,
	    status = tally__record_text(record, "application", &application, error);

	*out = json;
	if (status == 0)
		status = tally__record_text(record, "version", &version, error);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *value = tally__json_get(record->json, members[i]);

		if (value != NULL)
			failed |= tally__json_put(json, members[i], tally__json_clone(value));
	}
	if (status == 0 && failed != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = add_lines(records, application, version,
				   tally__json_get(record->json, "branches"), false, json, error);
	if (status == 0)
		status = add_lines(records, application, version,
				   tally__json_get(record->json, "tags"), true, json, error);
	return status;
}

struct version_listing {
	struct records *records;
	const struct tally_version_list *list;
	cJSON *array;
	size_t count;
	bool more;
};

/* Whether the listing goes on. */
static int add_version(struct version_listing *listing, const struct record *version, bool *go_on,
		       struct tally_error *error)
{
	cJSON *item = NULL;
	int status;

	if (listing->list->limit > 0 && listing->count == listing->list->limit) {
		listing->more = true;
		*go_on = false;
		return 0;
	}
	listing->count++;
	status = show_version(listing->records, version, &item, error);
	if (tally__json_append(listing->array, item) != 0 && status == 0)
		status = tally__fail_nomem(error);
	return status;
}

static bool is_wanted(const struct record *version, const struct tally_version_list *list)
{
	const struct line branch = {.name = list->branch},
			  tag = {.is_tag = true, .name = list->tag};

	return (list->branch == NULL || tally__version_is_on(version, &branch)) &&
	       (list->tag == NULL || tally__version_is_on(version, &tag));
}

static int list_all(struct version_listing *listing, struct tally_error *error)
{
	const struct tally_version_list *list = listing->list;
	struct version_walk walk;
	struct record *version;
	bool go_on = true;
	int status = tally__version_walk_begin(&walk, listing->records, list->application,
					       list->before, error);

	while (status == 0 && go_on) {
		status = tally__version_walk_next(&walk, &version, error);
		if (status != 0 || version == NULL)
			break;
		if (is_wanted(version, list))
			status = add_version(listing, version, &go_on, error);
	}
	return status;
}

static int compare_sequences(const void *a, const void *b)
{
	int64_t left = 0, right = 0;

	(void)tally__record_number(*(struct record *const *)a, "sequence", &left, NULL);
	(void)tally__record_number(*(struct record *const *)b, "sequence", &right, NULL);
	return left > right ? -1 : left < right;
}

/* The versions with a tag have a list of their own. */
static int list_tagged(struct version_listing *listing, struct tally_error *error)
{
	const struct tally_version_list *list = listing->list;
	struct record **tagged, *version;
	int64_t sequence, below = INT64_MAX;
	size_t count = 0;
	bool go_on = true;
	int status = 0;

	if (list->before != NULL) {
		status = tally__version_find(listing->records, list->application, list->before,
					     &version, error);
		if (status == 0)
			status = tally__record_number(version, "sequence", &below, error);
	}
	if (status == 0)
		status = tally__records_list_spread(listing->records, &tagged, &count, PATH_TAGGED,
						    NAMES(list->application, list->tag), NULL,
						    error);
	if (status == 0 && count > 0)
		qsort(tagged, count, sizeof *tagged, compare_sequences);
	for (size_t i = 0; status == 0 && go_on && i < count; i++) {
		status = tally__record_number(tagged[i], "sequence", &sequence, error);
		if (status != 0 || sequence >= below)
			continue;
		status = tally__version_find(listing->records, list->application,
					     tally__json_get_string(tagged[i]->json, "version"),
					     &version, error);
		if (status == 0 && is_wanted(version, list))
			status = add_version(listing, version, &go_on, error);
	}
	return status;
}

/* Without reading them. */
static int count_versions(struct records *records, const char *application, size_t *out,
			  struct tally_error *error)
{
	const char *folder;
	int status =
		tally__records_path(records, &folder, PATH_VERSIONS, NAMES(application), error);

	return status != 0 ? status : tally__records_count_spread(records, folder, 3, out, error);
}

static int list(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	const struct tally_version_list *list = context;
	struct version_listing listing = {.records = records, .list = list};
	struct record *application;
	size_t total = 0;
	int failed = 0,
	    status = tally__application_find(records, list->application, &application, error);

	*answer = cJSON_CreateObject();
	listing.array = tally__json_put_new(*answer, "versions", cJSON_CreateArray());
	if (status == 0 && listing.array == NULL)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = list->tag != NULL && tally__records_are_derived(records)
				 ? list_tagged(&listing, error)
				 : list_all(&listing, error);
	if (status == 0 && list->count)
		status = count_versions(records, list->application, &total, error);
	if (status != 0)
		return status;
	failed |= tally__json_put(*answer, "more", cJSON_CreateBool(listing.more));
	if (list->count)
		failed |= tally__json_put(*answer, "total", cJSON_CreateNumber((double)total));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

int tally__git_version_list(struct tally_broker *broker, const struct tally_version_list *query,
			    cJSON **answer, struct tally_error *error)
{
	int status = tally__name_check(query->application, "application", error);

	if (status == 0 && query->branch != NULL)
		status = tally__name_check(query->branch, "branch", error);
	if (status == 0 && query->tag != NULL)
		status = tally__name_check(query->tag, "tag", error);
	return status != 0 ? status : tally__broker_ask(broker, list, query, answer, error);
}

/* What an answer takes over of a record. */
static int add_copy(cJSON *array, const struct record *record, const char *const *members,
		    struct tally_error *error)
{
	cJSON *item = tally__json_put_new(array, NULL, cJSON_CreateObject());
	int failed = item == NULL;

	for (; *members != NULL && failed == 0; members++) {
		const cJSON *value = tally__json_get(record->json, *members);

		if (value != NULL)
			failed |= tally__json_put(item, *members, tally__json_clone(value));
	}
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int add_contracts(struct records *records, const char *application, const char *version,
			 cJSON *json, struct tally_error *error)
{
	static const char *const members[] = {"provider", "publishedAt", "specification", "content",
					      NULL};
	cJSON *array = tally__json_put_new(json, "contracts", cJSON_CreateArray());
	struct record **publications;
	size_t count = 0;
	int status = array == NULL ? tally__fail_nomem(error) : 0;

	if (status == 0)
		status = tally__records_list(records, &publications, &count, PATH_PUBLICATIONS,
					     NAMES(application, version), error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_copy(array, publications[i], members, error);
	return status;
}

static int add_live(struct records *records, const char *environment, const char *application,
		    const char *version, cJSON *deployed, cJSON *released,
		    struct tally_error *error)
{
	static const char *const members[] = {"environment", "version", "instance", "deployedAt",
					      "releasedAt",  "uuid",    NULL};
	struct live_version *live;
	size_t count = 0;
	int status = tally__live_list(records, environment, application, &live, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		if (version == NULL || strcmp(live[i].version, version) == 0)
			status = add_copy(live[i].released ? released : deployed, live[i].record,
					  members, error);
	}
	return status;
}

int tally__whereabouts(struct records *records, const char *application, const char *version,
		       cJSON *json, struct tally_error *error)
{
	cJSON *deployed = tally__json_put_new(json, "deployed", cJSON_CreateArray());
	cJSON *released = tally__json_put_new(json, "released", cJSON_CreateArray());
	struct record **environments;
	size_t count = 0;
	int status = deployed == NULL || released == NULL ? tally__fail_nomem(error) : 0;

	if (status == 0)
		status = tally__environments_list(records, &environments, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = add_live(records, name, application, version, deployed, released,
					  error);
	}
	return status;
}

static int show_whole(struct records *records, const struct record *version, cJSON **out,
		      struct tally_error *error)
{
	const char *application, *number;
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_text(version, "version", &number, error);
	if (status == 0)
		status = show_version(records, version, out, error);
	if (status == 0 && tally__json_put_text(*out, "application", application) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = add_contracts(records, application, number, *out, error);
	return status != 0 ? status : tally__whereabouts(records, application, number, *out, error);
}

struct version_question {
	const char *application, *version;
	struct line line; /* its head; name NULL: the version, or the newest one */
};

static int find_head(struct records *records, const struct version_question *question,
		     const char **version, struct tally_error *error)
{
	const struct line *line = &question->line;
	struct record *latest;
	int status;

	*version = NULL;
	if (line->name != NULL) {
		status = tally__line_head(version, records, question->application, line, error);
		return status != 0 || *version != NULL
			       ? status
			       : tally__fail(
					 error, TALLY_ENOTFOUND,
					 "no version of \"%s\" %s \"%s\": check its name; tally "
					 "%s list has them all",
					 question->application,
					 line->is_tag ? "has the tag" : "is on the branch",
					 line->name, line->is_tag ? "tag" : "branch");
	}
	status = tally__records_get(records, &latest, PATH_LATEST, NAMES(question->application),
				    error);
	if (status == 0 && latest->json == NULL)
		return tally__fail(error, TALLY_ENOTFOUND, "the application \"%s\" has no versions",
				   question->application);
	return status != 0 ? status : tally__record_text(latest, "version", version, error);
}

static int show_one(struct records *records, const void *context, cJSON **answer,
		    struct tally_error *error)
{
	const struct version_question *question = context;
	const char *version = question->version;
	struct record *record;
	int status = tally__application_find(records, question->application, &record, error);

	if (status == 0 && version == NULL)
		status = find_head(records, question, &version, error);
	if (status == 0)
		status = tally__version_find(records, question->application, version, &record,
					     error);
	return status != 0 ? status : show_whole(records, record, answer, error);
}

int tally__git_version_show(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, const char *tag,
			    cJSON **answer, struct tally_error *error)
{
	struct version_question question = {
		.application = application,
		.version = version,
		.line = {.is_tag = tag != NULL, .name = tag != NULL ? tag : branch}};
	int status = 0;

	if ((version != NULL) + (branch != NULL) + (tag != NULL) > 1)
		return tally__fail(error, TALLY_EINVAL,
				   "a version, a branch and a tag are three ways to say which "
				   "version is meant: give one of them");
	if (question.line.name != NULL)
		status = tally__name_check(question.line.name, tag != NULL ? "tag" : "branch",
					   error);
	return status != 0 ? status : tally__broker_ask(broker, show_one, &question, answer, error);
}

struct version_noting {
	struct version_note note;
	const struct tally_version_note *wish;
};

static void describe(const struct tally_version_note *wish, bool created, struct buf *message)
{
	tally__buf_addf(message, "%s %s %s", created ? "create version" : "update version",
			wish->application, wish->version);
	if (wish->branch != NULL)
		tally__buf_addf(message, " (branch %s)", wish->branch);
	for (size_t i = 0; i < wish->tag_count; i++)
		tally__buf_addf(message, "%s %s", i == 0 ? ": tag" : ",", wish->tags[i]);
	tally__buf_addc(message, '\n');
}

static int note(struct records *records, void *context, struct buf *message, cJSON **answer,
		struct tally_error *error)
{
	const struct version_noting *noting = context;
	const struct tally_version_note *wish = noting->wish;
	struct record *version;
	bool created;
	int status = tally__records_get(records, &version, PATH_VERSION,
					NAMES(wish->application, wish->version), error);

	if (status != 0)
		return status;
	created = version->json == NULL;
	if (created && wish->must_exist)
		return tally__version_find(records, wish->application, wish->version, &version,
					   error);
	status = tally__version_ensure(records, &noting->note, &version, error);
	if (status == 0 && wish->build_url != NULL && *wish->build_url == '\0')
		tally__record_unset(version, "buildUrl");
	describe(wish, created, message);
	if (status == 0)
		status = show_whole(records, version, answer, error);
	if (status == 0 && tally__json_put(*answer, "created", cJSON_CreateBool(created)) != 0)
		status = tally__fail_nomem(error);
	return status;
}

int tally__git_version_note(struct tally_broker *broker, const struct tally_version_note *wish,
			    cJSON **answer, struct tally_error *error)
{
	bool has_url = wish->build_url != NULL && *wish->build_url != '\0';
	struct version_noting noting = {.note = {.application = wish->application,
						 .version = wish->version,
						 .branch = wish->branch,
						 .build_url = has_url ? wish->build_url : NULL,
						 .tags = wish->tags,
						 .tag_count = wish->tag_count,
						 .now_unix = tally__time_now_unix()},
					.wish = wish};
	int status = tally__version_note_check(&noting.note, error);

	return status != 0 ? status
			   : tally__broker_change(broker, note, &noting, noting.note.now_unix,
						  answer, error);
}
