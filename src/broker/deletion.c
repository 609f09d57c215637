/* Deleting versions, branches and applications on purpose: what has to be said first, and what goes
 * along. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/applications.h"
#include "broker/removal.h"
#include "broker/resources.h"
#include "broker/version_list.h"
#include "broker/versions.h"
#include "broker/webhooks.h"

/* How many things an error lists. */
#define THINGS_SHOWN 5

struct task;

/* Deletes in the working set, and says in the answer what went. */
typedef int delete_task(struct records *records, const struct task *task, struct buf *message,
			cJSON **answer, struct tally_error *error);

struct task {
	delete_task *run;
	const char *application;
	const char *name; /* of the version or the branch */
	struct tally_deletion how;
};

static int change(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct task *task = context;

	return task->run(records, task, message, answer, error);
}

/* The same in a working set that is thrown away. */
static int rehearse(struct records *records, const void *context, cJSON **answer,
		    struct tally_error *error)
{
	const struct task *task = context;
	struct buf message;
	int status;

	records->cache = NULL; /* what is edited must be this working set's own */
	tally__buf_init(&message, LIMIT_DOCUMENT_BYTES);
	status = task->run(records, task, &message, answer, error);
	tally__buf_release(&message);
	return status;
}

static int perform(struct tally_broker *broker, struct task *task,
		   const struct tally_deletion *deletion, cJSON **answer, struct tally_error *error)
{
	if (deletion != NULL)
		task->how = *deletion;
	if (task->how.rehearse)
		return tally__broker_ask(broker, rehearse, task, answer, error);
	return tally__broker_change(broker, change, task, tally__time_now_unix(), answer, error);
}

static void add_places(struct buf *text, const cJSON *places, const char *verb, bool versions,
		       size_t *shown)
{
	const cJSON *place;

	cJSON_ArrayForEach(place, places)
	{
		const char *version = tally__json_get_string(place, "version");
		const char *environment = tally__json_get_string(place, "environment");

		if ((*shown)++ >= THINGS_SHOWN || environment == NULL || version == NULL)
			continue;
		tally__buf_addf(text, "%s %s%s%s to %s", *shown > 1 ? "," : "",
				versions ? version : "", versions ? " is " : "", verb, environment);
	}
}

/* Where something is that is to be deleted, and who depends on it, needs a word of its own. */
static int refuse(const char *subject, const cJSON *answer, bool versions,
		  struct tally_error *error)
{
	const cJSON *consumers = tally__json_get(answer, "consumers"), *consumer;
	struct buf text;
	size_t shown = 0;
	int status;

	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	add_places(&text, tally__json_get(answer, "deployed"), "deployed", versions, &shown);
	add_places(&text, tally__json_get(answer, "released"), "released", versions, &shown);
	cJSON_ArrayForEach(consumer, consumers)
	{
		if (shown++ < THINGS_SHOWN)
			tally__buf_addf(&text, "%s \"%s\" has contracts with it",
					shown > 1 ? "," : "", cJSON_GetStringValue(consumer));
	}
	if (shown > THINGS_SHOWN)
		tally__buf_addf(&text, ", and %zu more", shown - THINGS_SHOWN);
	status = shown == 0 ? 0
			    : tally__fail(error, TALLY_ECONFLICT,
					  "%s is in use:%s; --force deletes it all the same, "
					  "--dry-run shows what would go along",
					  subject,
					  text.status == 0 ? text.bytes : " (too long a list)");
	tally__buf_release(&text);
	return status;
}

static cJSON *copy_or_empty(const cJSON *array)
{
	return array != NULL ? tally__json_clone(array) : cJSON_CreateArray();
}

/* The names of a folder's files without their extension are not names: they come from records. */
static int add_providers(struct records *records, const struct task *task, cJSON *answer,
			 struct tally_error *error)
{
	cJSON *contracts = tally__json_put_new(answer, "contracts", cJSON_CreateArray());
	struct record **publications;
	size_t count = 0;
	int failed = contracts == NULL,
	    status = tally__records_list(records, &publications, &count, PATH_PUBLICATIONS,
					 NAMES(task->application, task->name), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *provider;

		status = tally__record_text(publications[i], "provider", &provider, error);
		if (status == 0)
			failed |= tally__json_append(contracts, cJSON_CreateString(provider));
	}
	return status == 0 && failed != 0 ? tally__fail_nomem(error) : status;
}

/* Who asked a version, by the first run of each. */
static int add_consumers(struct records *records, const struct task *task, cJSON *answer,
			 struct tally_error *error)
{
	cJSON *results = tally__json_put_new(answer, "results", cJSON_CreateArray());
	struct snapshot_entry *folders;
	const char *folder;
	size_t count = 0;
	int status = tally__records_path(records, &folder, PATH_RESULTS,
					 NAMES(task->application, task->name), error);

	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena, &folders,
					      &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, folders[i].name);
		const char *consumer;
		struct record **runs;
		size_t run_count = 0;

		status = path == NULL ? tally__fail_nomem(error)
				      : tally__records_list_path(records, &runs, &run_count, path,
								 error);
		if (status != 0 || run_count == 0)
			continue;
		status = tally__record_text(runs[0], "consumer", &consumer, error);
		if (status == 0 && tally__json_append(results, cJSON_CreateString(consumer)) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

static int answer_version(struct records *records, const struct task *task,
			  const struct record *version, cJSON **answer, struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject();
	int failed = tally__json_put_text(json, "application", task->application), status;

	*answer = json;
	failed |= tally__json_put_text(json, "version", task->name);
	failed |= tally__json_put(json, "branches",
				  copy_or_empty(tally__json_get(version->json, "branches")));
	failed |= tally__json_put(json, "tags",
				  copy_or_empty(tally__json_get(version->json, "tags")));
	if (json == NULL || failed != 0)
		return tally__fail_nomem(error);
	status = tally__whereabouts(records, task->application, task->name, json, error);
	if (status == 0)
		status = add_providers(records, task, json, error);
	return status != 0 ? status : add_consumers(records, task, json, error);
}

static int delete_version(struct records *records, const struct task *task, struct buf *message,
			  cJSON **answer, struct tally_error *error)
{
	struct removal removal = {.application = task->application, .count = 1};
	struct record *version;
	struct buf subject;
	int status = tally__version_find(records, task->application, task->name, &version, error);

	if (status == 0)
		status = answer_version(records, task, version, answer, error);
	if (status != 0)
		return status;
	if (!task->how.force && !task->how.rehearse) {
		tally__buf_init(&subject, LIMIT_HEADER_BYTES);
		tally__buf_addf(&subject, "%s %s", task->application, task->name);
		status = subject.status != 0 ? tally__fail_nomem(error)
					     : refuse(subject.bytes, *answer, false, error);
		tally__buf_release(&subject);
	}
	removal.versions = &version;
	if (status == 0)
		status = tally__versions_remove(records, &removal, error);
	tally__buf_addf(message, "delete version %s %s\n", task->application, task->name);
	return status;
}

int tally__git_version_delete(struct tally_broker *broker, const char *application,
			      const char *version, const struct tally_deletion *deletion,
			      cJSON **answer, struct tally_error *error)
{
	struct task task = {.run = delete_version, .application = application, .name = version};

	return perform(broker, &task, deletion, answer, error);
}

static int check_main_branch(const struct record *application, const struct task *task,
			     struct tally_error *error)
{
	const char *main_branch;
	int status = tally__record_optional_text(application, "mainBranch", &main_branch, error);

	if (status != 0 || task->how.force || task->how.rehearse || main_branch == NULL ||
	    strcmp(main_branch, task->name) != 0)
		return status;
	return tally__fail(error, TALLY_ECONFLICT,
			   "\"%s\" is the main branch of \"%s\": tally app update --main-branch "
			   "makes another one that; --force deletes it all the same",
			   task->name, task->application);
}

static int delete_branch(struct records *records, const struct task *task, struct buf *message,
			 cJSON **answer, struct tally_error *error)
{
	struct line line = {.name = task->name};
	struct removal removal = {.application = task->application, .line = &line};
	struct record *application, *head;
	int failed,
		status = tally__application_find(records, task->application, &application, error);

	if (status == 0)
		status = tally__branch_find(records, task->application, task->name, &head, error);
	if (status == 0)
		status = check_main_branch(application, task, error);
	if (status == 0)
		status = tally__line_members(records, task->application, &line, &removal.versions,
					     &removal.count, error);
	if (status == 0)
		status = tally__versions_remove(records, &removal, error);
	if (status != 0)
		return status;
	tally__buf_addf(message, "delete branch %s of %s\n", task->name, task->application);
	*answer = cJSON_CreateObject();
	failed = tally__json_put_text(*answer, "application", task->application);
	failed |= tally__json_put_text(*answer, "branch", task->name);
	failed |= tally__json_put(*answer, "versions", cJSON_CreateNumber((double)removal.count));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

int tally__git_branch_delete(struct tally_broker *broker, const char *application,
			     const char *branch, const struct tally_deletion *deletion,
			     cJSON **answer, struct tally_error *error)
{
	struct task task = {.run = delete_branch, .application = application, .name = branch};

	return perform(broker, &task, deletion, answer, error);
}

/* The contracts of one consumer with the application: how many there were. */
static int delete_contracts(struct records *records, const struct task *task, const char *consumer,
			    size_t *contracts, struct tally_error *error)
{
	struct version_walk walk;
	struct record *version, *publication;
	int status = tally__version_walk_begin(&walk, records, consumer, NULL, error);

	while (status == 0) {
		const char *number;

		status = tally__version_walk_next(&walk, &version, error);
		if (status != 0 || version == NULL)
			break;
		status = tally__record_text(version, "version", &number, error);
		if (status == 0)
			status = tally__records_get(records, &publication, PATH_PUBLICATION,
						    NAMES(consumer, number, task->application),
						    error);
		if (status != 0 || publication->json == NULL)
			continue;
		(*contracts)++;
		tally__record_remove(publication);
		status = tally__records_remove_folder(
			records, PATH_CONTRACT, NAMES(consumer, number, task->application), error);
	}
	return status;
}

/* Others that have contracts with the application, and these contracts. */
static int delete_as_provider(struct records *records, const struct task *task, cJSON *answer,
			      struct tally_error *error)
{
	cJSON *consumers = tally__json_put_new(answer, "consumers", cJSON_CreateArray());
	struct record **markers;
	size_t count = 0, contracts = 0;
	int status = tally__records_list(records, &markers, &count, PATH_CONSUMERS,
					 NAMES(task->application), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *consumer;

		status = tally__record_text(markers[i], "consumer", &consumer, error);
		if (status != 0 || strcmp(consumer, task->application) == 0)
			continue;
		if (tally__json_append(consumers, cJSON_CreateString(consumer)) != 0)
			return tally__fail_nomem(error);
		status = delete_contracts(records, task, consumer, &contracts, error);
	}
	if (status == 0 &&
	    tally__json_put(answer, "contracts", cJSON_CreateNumber((double)contracts)) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* What providers note of the application as their consumer; their runs stay. */
static int delete_as_consumer(struct records *records, const struct task *task,
			      struct tally_error *error)
{
	struct record **applications;
	size_t count = 0;
	int status = tally__applications_list(records, &applications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record *marker, *hints;
		const char *provider;

		status = tally__record_text(applications[i], "name", &provider, error);
		if (status == 0)
			status = tally__records_get(records, &marker, PATH_CONSUMER,
						    NAMES(provider, task->application), error);
		if (status == 0)
			status = tally__records_get(records, &hints, PATH_HEADS,
						    NAMES(provider, task->application), error);
		if (status != 0)
			return status;
		tally__record_remove(marker);
		tally__record_remove(hints);
	}
	return status;
}

static int delete_from_environments(struct records *records, const struct task *task,
				    struct tally_error *error)
{
	struct record **environments;
	size_t count = 0;
	int status = tally__records_list_folders(records, &environments, &count, PATH_ENVIRONMENTS,
						 "environment.json", error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = tally__records_remove_folder(
				records, PATH_SLOTS, NAMES(name, task->application), error);
		if (status == 0)
			status = tally__records_remove_folder(
				records, PATH_RELEASED, NAMES(name, task->application), error);
	}
	return status;
}

static int forget_placements(struct records *records, const struct task *task,
			     struct tally_error *error)
{
	struct version_walk walk;
	struct record *version;
	int status = tally__version_walk_begin(&walk, records, task->application, NULL, error);

	while (status == 0) {
		const char *number;

		status = tally__version_walk_next(&walk, &version, error);
		if (status != 0 || version == NULL)
			break;
		status = tally__record_text(version, "version", &number, error);
		if (status == 0)
			status = tally__version_forget_placements(records, task->application,
								  number, error);
	}
	return status;
}

static int begin_answer(struct records *records, const struct task *task, cJSON **answer,
			struct tally_error *error)
{
	const char *folder;
	size_t versions = 0;
	int failed, status = tally__records_path(records, &folder, PATH_VERSIONS,
						 NAMES(task->application), error);

	if (status == 0)
		status = tally__records_count_spread(records, folder, 3, &versions, error);
	if (status != 0)
		return status;
	*answer = cJSON_CreateObject();
	failed = tally__json_put_text(*answer, "application", task->application);
	failed |= tally__json_put(*answer, "versions", cJSON_CreateNumber((double)versions));
	return failed != 0 ? tally__fail_nomem(error)
			   : tally__whereabouts(records, task->application, NULL, *answer, error);
}

static int delete_application(struct records *records, const struct task *task, struct buf *message,
			      cJSON **answer, struct tally_error *error)
{
	struct record *application;
	int status = tally__application_find(records, task->application, &application, error);

	if (status == 0)
		status = begin_answer(records, task, answer, error);
	if (status == 0)
		status = delete_as_provider(records, task, *answer, error);
	if (status == 0 && !task->how.force && !task->how.rehearse)
		status = refuse(task->application, *answer, true, error);
	if (status == 0)
		status = tally__webhooks_delete_of(records, task->application, *answer, error);
	if (status == 0)
		status = delete_as_consumer(records, task, error);
	if (status == 0)
		status = forget_placements(records, task, error);
	if (status == 0)
		status = delete_from_environments(records, task, error);
	if (status == 0)
		status = tally__records_remove_folder(records, PATH_APP_FOLDER,
						      NAMES(task->application), error);
	tally__buf_addf(message, "delete application %s\n", task->application);
	return status;
}

int tally__git_application_delete(struct tally_broker *broker, const char *name,
				  const struct tally_deletion *deletion, cJSON **answer,
				  struct tally_error *error)
{
	struct task task = {.run = delete_application, .application = name};

	return perform(broker, &task, deletion, answer, error);
}
