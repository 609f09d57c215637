/* Questions about deployments and releases, and ending one by its identifier. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "broker/environments.h"
#include "broker/live.h"
#include "broker/placements.h"
#include "broker/versions.h"
#include "tally/environment.h"

struct question {
	enum placement_kind kind;
	const struct tally_placement_query *query;
};

/* What is found, each with the instant at which it began. */
struct found {
	struct placement placement;
	const char *began;
	size_t order; /* in which it was found */
};

struct finds {
	struct records *records;
	const struct question *question;
	struct found *items;
	size_t count, capacity;
};

static int check_query(const struct question *question, struct tally_error *error)
{
	const struct tally_placement_query *query = question->query;

	if (query->version != NULL && query->application == NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "a version was given without its application");
	if (query->ended && query->version == NULL)
		return tally__fail(error, TALLY_EINVAL,
				   "what ended is known of one version: give application and "
				   "version");
	if (question->kind == PLACEMENT_RELEASE && (query->instance != NULL || query->unnamed))
		return tally__fail(error, TALLY_EINVAL,
				   "an application's instance was given, but releases have none");
	if (query->instance != NULL && query->unnamed)
		return tally__fail(error, TALLY_EINVAL,
				   "both a name of an instance and the unnamed one were asked for");
	return query->instance != NULL
		       ? tally__name_check(query->instance, "application's instance", error)
		       : 0;
}

/* What the question names has to be known: an empty list would look like an answer. */
static int check_names(struct records *records, const struct tally_placement_query *query,
		       struct tally_error *error)
{
	struct record *record;
	int status = 0;

	if (query->environment != NULL)
		status = tally__environment_find(records, query->environment, &record, error);
	if (status == 0 && query->version != NULL)
		return tally__version_find(records, query->application, query->version, &record,
					   error);
	if (status == 0 && query->application != NULL)
		status = tally__application_find(records, query->application, &record, error);
	return status;
}

static bool is_or_any(const char *wanted, const char *name)
{
	return wanted == NULL || (name != NULL && strcmp(wanted, name) == 0);
}

static bool is_asked_for(const struct tally_placement_query *query,
			 const struct placement *placement)
{
	return is_or_any(query->environment, placement->environment) &&
	       is_or_any(query->application, placement->application) &&
	       is_or_any(query->version, placement->version) &&
	       is_or_any(query->instance, placement->instance) &&
	       !(query->unnamed && placement->instance != NULL);
}

static int add(struct finds *finds, const struct placement *placement, struct record *record,
	       struct tally_error *error)
{
	struct found found = {.placement = *placement, .order = finds->count};
	int status;

	if (!is_asked_for(finds->question->query, placement))
		return 0;
	status = tally__record_text(
		record, placement->kind == PLACEMENT_RELEASE ? "releasedAt" : "deployedAt",
		&found.began, error);
	if (status != 0)
		return status;
	finds->items = tally__arena_room(&finds->records->arena, finds->items, finds->count,
					 &finds->capacity, 16, sizeof *finds->items);
	if (finds->items == NULL)
		return tally__fail_nomem(error);
	finds->items[finds->count++] = found;
	return 0;
}

static int add_of_version(struct finds *finds, struct tally_error *error)
{
	const struct tally_placement_query *query = finds->question->query;
	struct placement *placements;
	size_t count = 0;
	int status = tally__placements_of_version(finds->records, finds->question->kind,
						  query->application, query->version, &placements,
						  &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record *own;

		status = tally__placement_own(finds->records, &placements[i], &own, error);
		if (status == 0)
			status = add(finds, &placements[i], own, error);
	}
	return status;
}

static int add_of_environment(struct finds *finds, const char *environment,
			      struct tally_error *error)
{
	enum placement_kind kind = finds->question->kind;
	const char *application = finds->question->query->application;
	struct live_version *live;
	size_t count = 0;
	int status = application != NULL ? tally__live_list(finds->records, environment,
							    application, &live, &count, error)
					 : tally__live_everything(finds->records, environment,
								  &live, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct placement placement;

		if (live[i].released != (kind == PLACEMENT_RELEASE))
			continue;
		status = tally__placement_read(&placement, kind, live[i].record, error);
		if (status == 0)
			status = add(finds, &placement, live[i].record, error);
	}
	return status;
}

static int add_live(struct finds *finds, struct tally_error *error)
{
	struct record **environments;
	size_t count = 0;
	int status;

	if (finds->question->query->environment != NULL)
		return add_of_environment(finds, finds->question->query->environment, error);
	status = tally__environments_list(finds->records, &environments, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = add_of_environment(finds, name, error);
	}
	return status;
}

/* Instants of one form sort as texts. */
static int compare(const void *a, const void *b)
{
	const struct found *left = a, *right = b;
	int order = strcmp(right->began, left->began);

	return order != 0 ? order : left->order < right->order ? -1 : left->order > right->order;
}

static int list(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	const struct question *question = context;
	struct finds finds = {.records = records, .question = question};
	int status = check_names(records, question->query, error);
	cJSON *array;

	if (status == 0)
		status = question->query->ended ? add_of_version(&finds, error)
						: add_live(&finds, error);
	if (status != 0)
		return status;
	if (finds.count > 0)
		qsort(finds.items, finds.count, sizeof *finds.items, compare);
	*answer = cJSON_CreateObject();
	array = tally__json_put_new(
		*answer, question->kind == PLACEMENT_RELEASE ? "releases" : "deployments",
		cJSON_CreateArray());
	if (array == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < finds.count; i++) {
		cJSON *item = NULL;

		status = tally__placement_show(records, &finds.items[i].placement, &item, error);
		if (status == 0 && tally__json_append(array, item) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

static int ask_list(struct tally_broker *broker, enum placement_kind kind,
		    const struct tally_placement_query *query, cJSON **answer,
		    struct tally_error *error)
{
	const struct question question = {.kind = kind, .query = query};
	int status = check_query(&question, error);

	return status != 0 ? status : tally__broker_ask(broker, list, &question, answer, error);
}

int tally__git_broker_deployments(struct tally_broker *broker,
				  const struct tally_placement_query *query, cJSON **answer,
				  struct tally_error *error)
{
	return ask_list(broker, PLACEMENT_DEPLOYMENT, query, answer, error);
}

int tally__git_broker_releases(struct tally_broker *broker,
			       const struct tally_placement_query *query, cJSON **answer,
			       struct tally_error *error)
{
	return ask_list(broker, PLACEMENT_RELEASE, query, answer, error);
}

struct one {
	enum placement_kind kind;
	const char *uuid;
	int64_t now_unix;
};

static int show_one(struct records *records, const void *context, cJSON **answer,
		    struct tally_error *error)
{
	const struct one *one = context;
	struct placement placement;
	int status = tally__placement_find(records, one->kind, one->uuid, &placement, error);

	return status != 0 ? status : tally__placement_show(records, &placement, answer, error);
}

int tally__git_broker_deployment(struct tally_broker *broker, const char *uuid, cJSON **answer,
				 struct tally_error *error)
{
	const struct one one = {.kind = PLACEMENT_DEPLOYMENT, .uuid = uuid};

	return tally__broker_ask(broker, show_one, &one, answer, error);
}

int tally__git_broker_release(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error)
{
	const struct one one = {.kind = PLACEMENT_RELEASE, .uuid = uuid};

	return tally__broker_ask(broker, show_one, &one, answer, error);
}

static int end_one(struct records *records, void *context, struct buf *message, cJSON **answer,
		   struct tally_error *error)
{
	const struct one *one = context;
	bool is_release = one->kind == PLACEMENT_RELEASE;
	struct placement placement;
	int status = tally__placement_find(records, one->kind, one->uuid, &placement, error);

	if (status == 0)
		status = tally__placement_end(records, &placement, one->now_unix, error);
	if (status != 0)
		return status;
	tally__buf_adds(message, is_release ? "end support of " : "undeploy ");
	tally__placement_describe(&placement, is_release ? "in" : "from", message);
	tally__buf_addc(message, '\n');
	return tally__placement_show(records, &placement, answer, error);
}

static int end_by_uuid(struct tally_broker *broker, enum placement_kind kind, const char *uuid,
		       cJSON **answer, struct tally_error *error)
{
	struct one one = {.kind = kind, .uuid = uuid, .now_unix = tally__time_now_unix()};

	return tally__broker_change(broker, end_one, &one, one.now_unix, answer, error);
}

int tally__git_broker_deployment_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
				     struct tally_error *error)
{
	return end_by_uuid(broker, PLACEMENT_DEPLOYMENT, uuid, answer, error);
}

int tally__git_broker_release_end(struct tally_broker *broker, const char *uuid, cJSON **answer,
				  struct tally_error *error)
{
	return end_by_uuid(broker, PLACEMENT_RELEASE, uuid, answer, error);
}
