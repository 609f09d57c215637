/* Bringing a store of an older format to this one, and one that was edited by hand to what it says:
 * what changes keep up is derived anew, from everything that is there. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "broker/derive.h"
#include "broker/git_broker.h"
#include "broker/passed.h"
#include "broker/versions.h"

/* Called for each version of an application, oldest first. */
typedef int version_step(struct records *records, const struct record *version,
			 struct tally_error *error);
typedef int application_step(struct records *records, const char *application,
			     struct tally_error *error);

/* Nobody wrote down when a branch came to be: not later than its first version. */
static int date_lines(struct records *records, const struct record *version,
		      struct tally_error *error)
{
	const char *application, *created;
	struct lines lines = {0};
	int status = tally__record_text(version, "application", &application, error);

	if (status == 0)
		status = tally__record_text(version, "createdAt", &created, error);
	if (status == 0)
		status = tally__lines_of_version(&lines, records, version, error);
	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const struct line *line = &lines.items[i];
		struct record *head;

		if (line->created != NULL)
			continue;
		status = tally__records_get(records, &head, line->is_tag ? PATH_TAG : PATH_BRANCH,
					    NAMES(application, line->name), error);
		if (status == 0 && head->json != NULL)
			status = tally__record_set_text(head, "createdAt", created, error);
	}
	return status;
}

static int each_version(struct records *records, const char *application, version_step *step,
			struct tally_error *error)
{
	struct record **versions = NULL;
	size_t count = 0;
	int status = tally__versions_list(records, application, &versions, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = step(records, versions[i], error);
	return status;
}

static int date_lines_of(struct records *records, const char *application,
			 struct tally_error *error)
{
	return each_version(records, application, date_lines, error);
}

static int derive(struct records *records, const char *application, struct tally_error *error)
{
	int status = tally__versions_link(records, application, error);

	return status != 0 ? status
			   : each_version(records, application, tally__derive_version, error);
}

static int each_application(struct records *records, application_step *step,
			    struct tally_error *error)
{
	struct snapshot_entry *entries;
	size_t count = 0;
	int status = tally__snapshot_list(records->snapshot, PATH_APPS, &records->arena, &entries,
					  &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path = tally__arena_printf(&records->arena, PATH_APPS "/%s/app.json",
						       entries[i].name);
		struct record *application;
		const char *name;

		status = path == NULL ? tally__fail_nomem(error)
				      : tally__records_get_path(records, &application, path, error);
		if (status == 0)
			status = tally__record_text(application, "name", &name, error);
		if (status == 0)
			status = step(records, name, error);
	}
	return status;
}

static size_t count_changed(const struct records *records)
{
	size_t count = 0;

	for (size_t i = 0; i < records->by_path.count; i++)
		count += ((const struct record *)records->by_path.entries[i].value)->changed;
	return count;
}

static int raise_format(struct records *records, struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_BROKER, NAMES(NULL), error);

	records->format = RECORD_FORMAT;
	return status != 0 ? status
			   : tally__record_set_number(record, "format", RECORD_FORMAT, error);
}

static int answer_upgrade(const struct records *records, int64_t from, struct buf *message,
			  cJSON **answer, struct tally_error *error)
{
	size_t changed = count_changed(records);
	int failed;

	if (from < RECORD_FORMAT)
		tally__buf_addf(message, "upgrade the store from format %lld to %d\n",
				(long long)from, RECORD_FORMAT);
	else
		tally__buf_addf(message, "derive %zu records anew\n", changed);
	*answer = cJSON_CreateObject();
	failed = tally__json_put(*answer, "from", cJSON_CreateNumber((double)from));
	failed |= tally__json_put(*answer, "format", cJSON_CreateNumber(RECORD_FORMAT));
	failed |= tally__json_put(*answer, "changed", cJSON_CreateNumber((double)changed));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int upgrade(struct records *records, void *context, struct buf *message, cJSON **answer,
		   struct tally_error *error)
{
	int64_t from = records->format;
	int status = 0;

	(void)context;
	if (from < RECORD_FORMAT)
		status = raise_format(records, error);
	if (status == 0 && from < RECORD_FORMAT_DERIVED)
		status = each_application(records, date_lines_of, error);
	if (status == 0)
		status = each_application(records, derive, error);
	return status != 0 ? status : answer_upgrade(records, from, message, answer, error);
}

int tally__git_broker_upgrade(struct tally_broker *broker, cJSON **answer,
			      struct tally_error *error)
{
	return tally__broker_change(broker, upgrade, NULL, tally__time_now_unix(), answer, error);
}
