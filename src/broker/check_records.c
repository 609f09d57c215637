/* What records say of each other, kind by kind. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "broker/check.h"

/* Of a record that has the member, as those that were read do; "" for one that has not. */
static const char *text_of(const struct record *record, const char *member)
{
	const char *text = tally__json_get_string(record->json, member);

	return text != NULL ? text : "";
}

static int64_t number_of(const struct record *record, const char *member)
{
	int64_t number = 0;

	(void)tally__record_number(record, member, &number, NULL);
	return number;
}

static bool lists(const struct record *record, const char *member, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, tally__json_get(record->json, member))
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

/* Instants are compared as texts, so they have to be written in the one way. */
static int check_instant(struct check *check, const struct record *record, const char *member)
{
	const cJSON *json = tally__json_get(record->json, member);
	char canonical[TIME_TEXT_BYTES];
	int64_t instant;

	if (json == NULL)
		return 0;
	if (cJSON_IsString(json) && tally__time_parse(json->valuestring, &instant)) {
		tally__time_format(instant, canonical);
		if (strcmp(canonical, json->valuestring) == 0)
			return 0;
	}
	return tally__check_problem(check, false, record->path,
				    "\"%s\" should be an instant such as 2023-11-14T22:13:20Z",
				    member);
}

/* ---- versions ---- */

/* A version that a record names has to be there, with the number that the record gives. */
static int check_version_named(struct check *check, const struct record *record,
			       const char *application, struct record **version)
{
	int status = tally__check_named(check, version, record, PATH_VERSION,
					NAMES(application, text_of(record, "version")));

	if (status != 0 || *version == NULL ||
	    number_of(record, "sequence") == number_of(*version, "sequence"))
		return status;
	return tally__check_problem(check, false, record->path,
				    "it has the number %lld, and the version %s the number %lld",
				    (long long)number_of(record, "sequence"),
				    text_of(record, "version"),
				    (long long)number_of(*version, "sequence"));
}

/* The name of the application whose folder is being walked; NULL when its record cannot tell. */
static int application_of(struct check *check, const struct record *record, const char **name)
{
	const char *path = tally__arena_printf(&check->arena, "%s/app.json", check->folder);
	struct record *application;
	int status;

	*name = NULL;
	if (path == NULL)
		return tally__fail_nomem(check->error);
	status = tally__records_get_path(&check->records, &application, path, NULL);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(check->error);
	if (status != 0)
		return 0;
	if (application->json == NULL)
		return tally__check_problem(check, false, record->path,
					    "the record that belongs to it is missing: %s", path);
	*name = text_of(application, "name");
	return 0;
}

/* latest.json, and the heads of branches and tags: `list` is the version's member that has to hold
 * the line's name. */
static int check_head(struct check *check, const struct record *record, const char *member,
		      const char *list)
{
	struct record *version = NULL;
	const char *application;
	int status = application_of(check, record, &application);

	if (status == 0 && application != NULL)
		status = check_version_named(check, record, application, &version);
	if (status != 0 || version == NULL || member == NULL ||
	    lists(version, list, text_of(record, member)))
		return status;
	return tally__check_problem(check, false, record->path,
				    "its version %s does not have the %s \"%s\"",
				    text_of(record, "version"), member, text_of(record, member));
}

static int check_latest(struct check *check, struct record *record)
{
	return check_head(check, record, NULL, NULL);
}

static int check_branch(struct check *check, struct record *record)
{
	int status = check_instant(check, record, "createdAt");

	return status != 0 ? status : check_head(check, record, "branch", "branches");
}

static int check_tag(struct check *check, struct record *record)
{
	int status = check_instant(check, record, "createdAt");

	return status != 0 ? status : check_head(check, record, "tag", "tags");
}

static int check_tagged(struct check *check, struct record *record)
{
	struct record *head, *version;
	int status = check_head(check, record, "tag", "tags");

	if (status == 0)
		status = tally__check_named(
			check, &head, record, PATH_TAG,
			NAMES(text_of(record, "application"), text_of(record, "tag")));
	if (status != 0 || head == NULL)
		return status;
	if (number_of(head, "sequence") >= number_of(record, "sequence"))
		return 0;
	status = tally__check_named(
		check, &version, record, PATH_VERSION,
		NAMES(text_of(record, "application"), text_of(record, "version")));
	return status != 0 || version == NULL
		       ? status
		       : tally__check_problem(
				 check, false, head->path,
				 "the version %s has the tag too, and was created later",
				 text_of(record, "version"));
}

static int note_number(struct check *check, const struct record *record)
{
	const char *before = tally__json_get_string(record->json, "previous");
	struct record *previous = NULL;
	struct numbered *entry;
	int status = 0;

	check->versions = tally__arena_room(&check->arena, check->versions, check->version_count,
					    &check->version_capacity, 64, sizeof *check->versions);
	if (check->versions == NULL)
		return tally__fail_nomem(check->error);
	entry = &check->versions[check->version_count];
	memset(entry, 0, sizeof *entry);
	entry->path = tally__arena_strdup(&check->arena, record->path);
	if (entry->path == NULL)
		return tally__fail_nomem(check->error);
	check->version_count++;
	entry->sequence = number_of(record, "sequence");
	entry->is_oldest = tally__json_get_bool(record->json, "oldest", false);
	if (before != NULL)
		status = tally__check_named(check, &previous, record, PATH_VERSION,
					    NAMES(text_of(record, "application"), before));
	if (previous != NULL)
		entry->previous = number_of(previous, "sequence");
	return status;
}

static int check_version(struct check *check, struct record *record)
{
	struct record *named;
	int status = check_instant(check, record, "createdAt");

	if (status == 0)
		status = tally__check_named(check, &named, record, PATH_APP,
					    NAMES(text_of(record, "application")));
	return status != 0 ? status : note_number(check, record);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct numbered *left = a, *right = b;

	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static int check_order(struct check *check, const struct numbered *version,
		       const struct numbered *before)
{
	if (before != NULL && version->sequence == before->sequence)
		return tally__check_problem(check, false, version->path,
					    "it has the number %lld, and so has %s",
					    (long long)version->sequence, before->path);
	if (version->previous != 0 && (before == NULL || version->previous != before->sequence))
		return tally__check_problem(
			check, false, version->path,
			"the version that it names as the one before it has the number %lld, which "
			"is not the next one below %lld",
			(long long)version->previous, (long long)version->sequence);
	if (version->is_oldest && before != NULL)
		return tally__check_problem(check, false, version->path,
					    "it says that it is the oldest, and %s is older",
					    before->path);
	return 0;
}

int tally__check_numbers(struct check *check)
{
	size_t count = check->version_count;
	int status = 0;

	if (count == 0)
		return 0;
	qsort(check->versions, count, sizeof *check->versions, compare_numbers);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = check_order(check, &check->versions[i],
				     i > 0 ? &check->versions[i - 1] : NULL);
	return status;
}

/* ---- environments ---- */

static int check_environment(struct check *check, struct record *record)
{
	return check_instant(check, record, "createdAt");
}

/* What both records of a deployment, and a release, are about. */
static int check_whereabouts(struct check *check, const struct record *record)
{
	struct record *named;
	int status = tally__check_named(
		check, &named, record, PATH_VERSION,
		NAMES(text_of(record, "application"), text_of(record, "version")));

	return status != 0 ? status
			   : tally__check_named(check, &named, record, PATH_ENVIRONMENT,
						NAMES(text_of(record, "environment")));
}

static int check_deployment(struct check *check, struct record *record)
{
	struct record *named;
	int status = check_instant(check, record, "deployedAt");

	return status != 0 ? status
			   : tally__check_named(check, &named, record, PATH_VERSION,
						NAMES(text_of(record, "application"),
						      text_of(record, "version")));
}

/* A slot repeats what the version's folder keeps. */
static int check_slot(struct check *check, struct record *record)
{
	struct record *kept;
	int status = check_whereabouts(check, record);

	if (status == 0)
		status = check_instant(check, record, "deployedAt");
	if (status == 0)
		status = tally__check_named(check, &kept, record, PATH_DEPLOYMENT,
					    NAMES(text_of(record, "application"),
						  text_of(record, "version"),
						  text_of(record, "uuid")));
	return status;
}

static int check_release(struct check *check, struct record *record)
{
	int status = check_whereabouts(check, record);

	if (status == 0)
		status = check_instant(check, record, "releasedAt");
	return status != 0 ? status : check_instant(check, record, "supportEndedAt");
}

static int check_application(struct check *check, struct record *record)
{
	return check_instant(check, record, "createdAt");
}

/* ---- consumers ---- */

static bool is_point(const cJSON *point)
{
	int64_t instant;
	const char *at = tally__json_get_string(point, "at");

	return at != NULL && tally__time_parse(at, &instant) &&
	       tally__json_get_string(point, "consumerVersion") != NULL &&
	       tally__json_get_string(point, "providerVersion") != NULL &&
	       cJSON_IsNumber(tally__json_get(point, "providerSequence"));
}

static int check_consumer(struct check *check, struct record *record)
{
	const cJSON *entry;
	struct record *version;
	int status = check_version_named(check, record, text_of(record, "consumer"), &version);

	cJSON_ArrayForEach(entry, tally__json_get(record->json, "worked"))
	{
		if (status == 0 && (tally__json_get_string(entry, "content") == NULL ||
				    !is_point(tally__json_get(entry, "first")) ||
				    !is_point(tally__json_get(entry, "last"))))
			return tally__check_problem(
				check, false, record->path,
				"an entry of \"worked\" lacks \"content\", or "
				"its \"first\" or \"last\" is no pair of versions");
	}
	return status;
}

static int check_heads(struct check *check, struct record *record)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, tally__json_get(record->json, "heads"))
	{
		const char *line = tally__json_get_string(entry, "branch");

		if (line == NULL)
			line = tally__json_get_string(entry, "tag");
		if (line == NULL || tally__json_get_string(entry, "version") == NULL ||
		    tally__json_get_string(entry, "publishedAt") == NULL)
			return tally__check_problem(check, false, record->path,
						    "an entry of \"heads\" lacks its branch or "
						    "tag, \"version\" or \"publishedAt\"");
	}
	return check_instant(check, record, "omittedUntil");
}

static int check_passed(struct check *check, struct record *record)
{
	const cJSON *entry;
	int64_t instant;

	cJSON_ArrayForEach(entry, tally__json_get(record->json, "passes"))
	{
		const char *at = tally__json_get_string(entry, "at");

		if (at == NULL || !tally__time_parse(at, &instant))
			return tally__check_problem(check, false, record->path,
						    "an entry of \"passes\" lacks an instant "
						    "\"at\"");
	}
	return 0;
}

static int check_contract(struct check *check, struct record *record)
{
	struct record *publication;
	const char *path = record->path, *part = strstr(path, "/contracts/");
	const char *beside;
	int status;

	/* Names hold no slash, so that is the folder. */
	beside = tally__arena_printf(&check->records.arena, "%.*s/publications/%s",
				     (int)(part - path), path, part + strlen("/contracts/"));
	if (beside == NULL)
		return tally__fail_nomem(check->error);
	status = tally__records_get_path(&check->records, &publication, beside, NULL);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(check->error);
	return status != 0 || publication->json != NULL
		       ? 0
		       : tally__check_problem(check, false, path,
					      "the record that belongs to it is missing: %s",
					      beside);
}

int tally__check_record(struct check *check, struct record *record, const char *pattern)
{
	static const struct {
		const char *pattern;
		int (*rule)(struct check *check, struct record *record);
	} rules[] = {
		{PATH_APP, check_application},
		{PATH_LATEST, check_latest},
		{PATH_BRANCH, check_branch},
		{PATH_TAG, check_tag},
		{PATH_TAGGED_ONE, check_tagged},
		{PATH_VERSION, check_version},
		{PATH_CONTRACT, check_contract},
		{PATH_PUBLICATION, tally__check_publication},
		{PATH_RUN, tally__check_run},
		{PATH_PASSED, check_passed},
		{PATH_CONSUMER, check_consumer},
		{PATH_HEADS, check_heads},
		{PATH_DEPLOYMENT, check_deployment},
		{PATH_ENVIRONMENT, check_environment},
		{PATH_SLOT, check_slot},
		{PATH_SLOT_UNNAMED, check_slot},
		{PATH_RELEASE, check_release},
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].pattern, pattern) == 0)
			return rules[i].rule(check, record);
	}
	return 0;
}
