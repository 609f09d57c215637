#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "broker/environments.h"
#include "broker/heads.h"
#include "broker/live.h"
#include "broker/retention.h"
#include "broker/versions.h"

#define DAY_SECONDS 86400
/* More days than this are for ever. */
#define DAYS_MAX 1000000

/* ---- rules ---- */

static int bad_rule(const char *text, size_t index, struct tally_error *error)
{
	char where[40];

	(void)snprintf(where, sizeof where, "keep[%zu]", index);
	return tally__fail_at(error, TALLY_EINVAL, where, 0, 0,
			      "\"%.100s\" is no rule: expected latest=N, days=N, branch=NAME or "
			      "tag=NAME, where NAME may end in \"*\"",
			      text);
}

int tally__keep_rule_parse(struct keep_rule *rule, const char *text, size_t index,
			   struct tally_error *error)
{
	static const char *const words[] = {[KEEP_LATEST] = "latest=",
					    [KEEP_DAYS] = "days=",
					    [KEEP_BRANCH] = "branch=",
					    [KEEP_TAG] = "tag="};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *value = text + strlen(words[i]);

		if (strncmp(text, words[i], strlen(words[i])) != 0)
			continue;
		*rule = (struct keep_rule){.kind = (enum keep_kind)i, .name = value};
		if (i == KEEP_BRANCH || i == KEEP_TAG)
			return *value != '\0' ? 0 : bad_rule(text, index, error);
		return tally__text_to_u64(value, &rule->number) && rule->number > 0
			       ? 0
			       : bad_rule(text, index, error);
	}
	return bad_rule(text, index, error);
}

static bool fits(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return strncmp(pattern, name, len - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static bool any_fits(const cJSON *names, const char *pattern)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, names)
	{
		if (cJSON_IsString(name) && fits(pattern, name->valuestring))
			return true;
	}
	return false;
}

/* A version whose instant cannot be told is young. */
static int is_young(const struct record *version, const struct keep_rule *rule, int64_t now_unix,
		    bool *young, struct tally_error *error)
{
	const char *created;
	int64_t instant;
	int status = tally__record_text(version, "createdAt", &created, error);

	if (status != 0)
		return status;
	if (!tally__time_parse(created, &instant))
		return tally__record_damaged(version, "createdAt", "an instant", error);
	*young =
		rule->number > DAYS_MAX || instant > now_unix - (int64_t)rule->number * DAY_SECONDS;
	return 0;
}

int tally__retention_keeps(const struct retention *retention, const struct record *version,
			   size_t rank, bool *keeps, struct tally_error *error)
{
	int status = 0;

	*keeps = false;
	for (size_t i = 0; status == 0 && !*keeps && i < retention->rule_count; i++) {
		const struct keep_rule *rule = &retention->rules[i];

		switch (rule->kind) {
		case KEEP_LATEST:
			*keeps = rank < rule->number;
			break;
		case KEEP_DAYS:
			status = is_young(version, rule, retention->now_unix, keeps, error);
			break;
		case KEEP_BRANCH:
			*keeps = any_fits(tally__json_get(version->json, "branches"), rule->name);
			break;
		case KEEP_TAG:
			*keeps = any_fits(tally__json_get(version->json, "tags"), rule->name);
			break;
		}
	}
	return status;
}

/* ---- what is kept in any case ---- */

void tally__protection_init(struct protection *protection)
{
	tally__arena_init(&protection->arena, 0);
	tally__map_init(&protection->versions);
}

void tally__protection_release(struct protection *protection)
{
	tally__map_release(&protection->versions);
	tally__arena_release(&protection->arena);
}

/* Names hold no line end. */
static const char *key_of(struct arena *arena, const char *application, const char *version)
{
	return tally__arena_printf(arena, "%s\n%s", application, version);
}

static int protect(struct protection *protection, const char *application, const char *version,
		   struct tally_error *error)
{
	const char *key = key_of(&protection->arena, application, version);

	if (key == NULL || tally__map_put(&protection->versions, key, strlen(key), protection) != 0)
		return tally__fail_nomem(error);
	return 0;
}

bool tally__protection_has(const struct protection *protection, const char *application,
			   const char *version)
{
	struct arena arena;
	const char *key;
	bool has;

	tally__arena_init(&arena, 0);
	key = key_of(&arena, application, version);
	/* What cannot be looked up is kept. */
	has = key == NULL || tally__map_find(&protection->versions, key, strlen(key)) != NULL;
	tally__arena_release(&arena);
	return has;
}

static int protect_live(struct protection *protection, struct records *records,
			struct tally_error *error)
{
	struct record **environments;
	size_t count = 0;
	int status = tally__environments_list(records, &environments, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct live_version *live;
		size_t live_count = 0;
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = tally__live_everything(records, name, &live, &live_count, error);
		for (size_t j = 0; status == 0 && j < live_count; j++)
			status = protect(protection, live[j].application, live[j].version, error);
	}
	return status;
}

static int protect_heads(struct protection *protection, struct records *records,
			 const char *application, bool tags, struct tally_error *error)
{
	struct lines lines = {0};
	int status = tally__lines_of(&lines, records, application, tags, error);

	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const char *version = NULL;

		status = tally__line_head(&version, records, application, &lines.items[i], error);
		if (status == 0 && version != NULL)
			status = protect(protection, application, version, error);
	}
	return status;
}

static int protect_latest(struct protection *protection, struct records *records,
			  const char *application, struct tally_error *error)
{
	struct record *latest;
	const char *version;
	int status = tally__records_get(records, &latest, PATH_LATEST, NAMES(application), error);

	if (status != 0 || latest->json == NULL)
		return status;
	status = tally__record_text(latest, "version", &version, error);
	return status != 0 ? status : protect(protection, application, version, error);
}

/* One end of what worked: which two versions an explanation names. */
static int protect_point(struct protection *protection, const char *consumer, const char *provider,
			 const cJSON *point, struct tally_error *error)
{
	const char *consumer_version = tally__json_get_string(point, "consumerVersion");
	const char *provider_version = tally__json_get_string(point, "providerVersion");
	int status = 0;

	if (consumer_version != NULL)
		status = protect(protection, consumer, consumer_version, error);
	if (status == 0 && provider_version != NULL)
		status = protect(protection, provider, provider_version, error);
	return status;
}

static int protect_consumer(struct protection *protection, const struct record *marker,
			    const char *provider, struct tally_error *error)
{
	const char *consumer, *version;
	const cJSON *worked = NULL, *entry;
	int status = tally__record_text(marker, "consumer", &consumer, error);

	if (status == 0)
		status = tally__record_text(marker, "version", &version, error);
	if (status == 0)
		status = protect(protection, consumer, version, error);
	if (status == 0)
		status = tally__record_optional_array(marker, "worked", &worked, error);
	cJSON_ArrayForEach(entry, worked)
	{
		if (status == 0)
			status = protect_point(protection, consumer, provider,
					       tally__json_get(entry, "first"), error);
		if (status == 0)
			status = protect_point(protection, consumer, provider,
					       tally__json_get(entry, "last"), error);
	}
	return status;
}

static int protect_application(struct protection *protection, struct records *records,
			       const char *application, struct tally_error *error)
{
	struct record **consumers;
	size_t count = 0;
	int status = protect_latest(protection, records, application, error);

	if (status == 0)
		status = protect_heads(protection, records, application, false, error);
	if (status == 0)
		status = protect_heads(protection, records, application, true, error);
	if (status == 0)
		status = tally__records_list(records, &consumers, &count, PATH_CONSUMERS,
					     NAMES(application), error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = protect_consumer(protection, consumers[i], application, error);
	return status;
}

int tally__protection_load(struct protection *protection, const struct snapshot *snapshot,
			   int64_t format, struct tally_error *error)
{
	struct record **applications;
	struct records records;
	size_t count = 0;
	int status;

	tally__protection_release(protection);
	tally__protection_init(protection);
	tally__records_init(&records, snapshot);
	records.format = format;
	status = protect_live(protection, &records, error);
	if (status == 0)
		status = tally__records_list_folders(&records, &applications, &count, PATH_APPS,
						     "app.json", error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;

		status = tally__record_text(applications[i], "name", &name, error);
		if (status == 0)
			status = protect_application(protection, &records, name, error);
	}
	tally__records_release(&records);
	return status;
}
