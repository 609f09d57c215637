#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/versions.h"

struct log_question {
	const char *application, *version; /* or NULL */
	size_t max_changes;                /* 0: all */
};

struct log {
	const struct log_question *question;
	cJSON *changes;
	size_t count;
};

/* What ends the visit early, and is no error. */
enum { LOG_FULL = 1 };

/* A message without the line end that closes it. */
static cJSON *make_message(const char *text)
{
	size_t len = strlen(text);
	char *copy;
	cJSON *json;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	copy = tally__strndup(text, len);
	json = copy == NULL ? NULL : cJSON_CreateString(copy);
	tally__free(copy);
	return json;
}

static int add_change(void *context, const struct store_change *change)
{
	struct log *log = context;
	char at[TIME_TEXT_BYTES];
	cJSON *json = cJSON_CreateObject();
	int failed;

	tally__time_format(change->unix_seconds, at);
	failed = tally__json_put(json, "commit", cJSON_CreateString(change->id));
	failed |= tally__json_put(json, "at", cJSON_CreateString(at));
	failed |= tally__json_put(json, "author", cJSON_CreateString(change->author));
	failed |= tally__json_put(json, "message", make_message(change->message));
	failed |= tally__json_append(log->changes, json);
	if (failed != 0)
		return TALLY_ENOMEM;
	return ++log->count == log->question->max_changes ? LOG_FULL : 0;
}

/* Everything about an application or version lies in its folder, but for what providers answered to
 * its contracts: that is with these. */
struct places {
	struct store_log_path *paths;
	size_t count;
};

static int add_place(struct places *places, const char *path, bool asks, struct tally_error *error)
{
	if (path == NULL)
		return tally__fail_nomem(error);
	places->paths[places->count++] = (struct store_log_path){path, asks};
	return 0;
}

/* The runs of one provider, if it has such a consumer; of a version they are read. */
static int add_provider(struct places *places, struct records *records,
			const struct log_question *question, const char *provider,
			struct tally_error *error)
{
	struct record *marker;
	const char *folder, *consumer;
	int status = tally__records_get(records, &marker, PATH_CONSUMER,
					NAMES(provider, question->application), error);

	if (status != 0 || marker->json == NULL)
		return status;
	status = tally__records_path(records, &folder, PATH_VERSIONS, NAMES(provider), error);
	if (status == 0)
		status = tally__records_path(records, &consumer, "{}", NAMES(question->application),
					     error);
	if (status != 0)
		return status;
	return add_place(places,
			 tally__arena_printf(&records->arena, "%s/*/*/*/results/%s%s", folder,
					     consumer, question->version != NULL ? "/*" : ""),
			 question->version != NULL, error);
}

static int find_places(struct places *places, struct records *records,
		       const struct log_question *question, struct tally_error *error)
{
	struct record **applications = NULL;
	const char *own;
	size_t count = 0;
	int status = tally__records_path(
		records, &own, question->version != NULL ? PATH_VERSION_DIR : PATH_APP_FOLDER,
		NAMES(question->application, question->version), error);

	if (status == 0)
		status = tally__records_list_folders(records, &applications, &count, PATH_APPS,
						     "app.json", error);
	if (status != 0)
		return status;
	places->paths = tally__arena_alloc_array(&records->arena, count + 1, sizeof *places->paths);
	if (places->paths == NULL)
		return tally__fail_nomem(error);
	status = add_place(places, own, false, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *provider;

		status = tally__record_text(applications[i], "name", &provider, error);
		if (status == 0)
			status = add_provider(places, records, question, provider, error);
	}
	return status;
}

/* Was that contract replayed?  A run that cannot be read says nothing here. */
static bool is_run_of_version(void *context, const char *bytes, size_t len)
{
	const struct log *log = context;
	const char *version;
	cJSON *run = NULL;
	bool is;

	if (tally_json_parse(&run, bytes, len, NULL) != 0)
		return false;
	version = tally__json_get_string(run, "consumerVersion");
	is = version != NULL && strcmp(version, log->question->version) == 0;
	cJSON_Delete(run);
	return is;
}

/* What was removed has a history still; what never was is not known. */
static int check_known(struct records *records, const struct log_question *question,
		       struct tally_error *error)
{
	struct record *record;

	return question->version != NULL
		       ? tally__version_find(records, question->application, question->version,
					     &record, error)
		       : tally__application_find(records, question->application, &record, error);
}

static int check_names(const struct log_question *question, struct tally_error *error)
{
	int status = tally__name_check(question->application, "application", error);

	return status != 0 || question->version == NULL
		       ? status
		       : tally__name_check(question->version, "application's version", error);
}

static int list_changes(struct records *records, const void *context, cJSON **answer,
			struct tally_error *error)
{
	const struct log_question *question = context;
	struct log log = {.question = question, .changes = cJSON_CreateArray()};
	struct store_log walk = {.max_commits = LIMIT_LOG_COMMITS,
				 .visit = add_change,
				 .concerns = is_run_of_version,
				 .context = &log};
	struct places places = {NULL, 0};
	char next[STORE_ID_BYTES];
	int status = 0;

	*answer = cJSON_CreateObject();
	if (tally__json_put(*answer, "changes", log.changes) != 0)
		return tally__fail_nomem(error);
	if (question->application != NULL)
		status = check_names(question, error);
	if (status == 0 && question->application != NULL)
		status = find_places(&places, records, question, error);
	if (status != 0)
		return status;
	walk.paths = places.paths;
	walk.path_count = places.count;
	status = tally__snapshot_log(records->snapshot, &walk, next, error);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	if (status < 0)
		return status;
	if (log.count == 0 && *next == '\0' && question->application != NULL)
		return check_known(records, question, error);
	return *next != '\0' && tally__json_put_text(*answer, "next", next) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

int tally__git_broker_log(struct tally_broker *broker, const char *application, const char *version,
			  size_t max_changes, cJSON **answer, struct tally_error *error)
{
	struct log_question question = {application, version, max_changes};

	if (application == NULL && version != NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "a version alone names nothing: give its application too");
	return tally__broker_ask(broker, list_changes, &question, answer, error);
}
