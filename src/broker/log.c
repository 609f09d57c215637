#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/versions.h"

struct log_question {
	const char *application, *version; /* or NULL */
	size_t max_changes;                /* 0: all */
};

struct log {
	cJSON *changes;
	size_t count, max_changes;
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
	return ++log->count == log->max_changes ? LOG_FULL : 0;
}

/* The folder whose history is asked for: everything about an application or version lies in its
 * own. NULL: the whole tree. */
static int find_folder(struct records *records, const struct log_question *question,
		       const char **path, struct tally_error *error)
{
	struct record *record;
	int status;

	*path = NULL;
	if (question->application == NULL)
		return 0;
	if (question->version == NULL) {
		status = tally__application_find(records, question->application, &record, error);
		if (status == 0)
			status = tally__records_path(records, path, PATH_APP_FOLDER,
						     NAMES(question->application), error);
		return status;
	}
	status = tally__version_find(records, question->application, question->version, &record,
				     error);
	if (status == 0)
		status =
			tally__records_path(records, path, PATH_VERSION_DIR,
					    NAMES(question->application, question->version), error);
	return status;
}

static int list_changes(struct records *records, const void *context, cJSON **answer,
			struct tally_error *error)
{
	const struct log_question *question = context;
	struct log log = {.changes = cJSON_CreateArray(), .max_changes = question->max_changes};
	const char *path;
	int status;

	*answer = cJSON_CreateObject();
	if (tally__json_put(*answer, "changes", log.changes) != 0)
		return tally__fail_nomem(error);
	status = find_folder(records, question, &path, error);
	if (status != 0)
		return status;
	status = tally__snapshot_log(records->snapshot, path, add_change, &log, error);
	if (status == LOG_FULL)
		return 0;
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : status;
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
