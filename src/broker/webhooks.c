#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/applications.h"
#include "broker/resources.h"
#include "broker/versions.h"
#include "broker/webhooks.h"

#define UUID_BYTES_MIN 16
#define UUID_BYTES_MAX 64

/* As a record is shown: with a description, and without secrets. */
static int show(const struct record *record, cJSON **out, struct tally_error *error)
{
	cJSON *json = tally__json_clone(record->json);
	cJSON *request = tally__json_get(json, "request");
	int status = json == NULL ? tally__fail_nomem(error) : 0;

	*out = json;
	if (status == 0 && !cJSON_IsObject(request))
		return tally__record_damaged(record, "request", "an object", error);
	if (status == 0 && tally__json_get_string(json, "description") == NULL)
		status = tally__webhook_describe(request, json, error);
	return status != 0 ? status : tally__webhook_mask(request, error);
}

/* One that must be known. */
static int find(struct records *records, const char *uuid, struct record **out,
		struct tally_error *error)
{
	struct record *record;
	int status = tally__name_check(uuid, "webhook's UUID", error);

	if (status == 0)
		status = tally__records_get(records, &record, PATH_WEBHOOK, NAMES(uuid), error);
	if (status == 0 && record->json == NULL)
		status = tally__fail(error, TALLY_ENOTFOUND,
				     "no webhook \"%s\" is known here: tally webhook list has them "
				     "all",
				     uuid);
	if (status == 0)
		*out = record;
	return status;
}

struct writing {
	const char *uuid;
	const cJSON *definition;
	bool create;
	int64_t now_unix;
};

/* An application that is named has to be there. */
static int check_side(struct records *records, const cJSON *read, const char *side,
		      struct tally_error *error)
{
	const char *name = tally__json_get_string(tally__json_get(read, side), "name");
	struct record *application;
	int status = name == NULL ? 0 : tally__application_find(records, name, &application, error);

	if (status == TALLY_ENOTFOUND)
		tally__error_where(error, side);
	return status;
}

static int set_members(struct record *record, const cJSON *read, struct tally_error *error)
{
	static const char *const members[] = {"description", "enabled", "consumer",
					      "provider",    "events",  "request"};
	int status = 0;

	for (size_t i = 0; status == 0 && i < sizeof members / sizeof *members; i++) {
		const cJSON *value = tally__json_get(read, members[i]);

		if (value == NULL)
			tally__record_unset(record, members[i]);
		else
			status = tally__record_set(record, members[i], tally__json_clone(value),
						   error);
	}
	return status;
}

static int stamp(struct record *record, const struct writing *writing, struct tally_error *error)
{
	char now[TIME_TEXT_BYTES];
	int status;

	if (!writing->create)
		return tally__record_stamp_update(record, writing->now_unix, error);
	tally__time_format(writing->now_unix, now);
	status = tally__record_set_text(record, "uuid", writing->uuid, error);
	return status != 0 ? status : tally__record_set_text(record, "createdAt", now, error);
}

static int find_place(struct records *records, const struct writing *writing, struct record **out,
		      struct tally_error *error)
{
	int status;

	if (!writing->create)
		return find(records, writing->uuid, out, error);
	status = tally__records_get(records, out, PATH_WEBHOOK, NAMES(writing->uuid), error);
	if (status == 0 && (*out)->json != NULL)
		status = tally__fail(error, TALLY_ECONFLICT,
				     "there is a webhook \"%s\" already: tally webhook update "
				     "changes it",
				     writing->uuid);
	return status;
}

/* The description that was made for want of one, and is given back, is none. */
static int drop_made_description(const struct record *record, cJSON *read,
				 struct tally_error *error)
{
	const char *given = tally__json_get_string(read, "description"), *made;
	cJSON *shown = cJSON_CreateObject();
	int status = shown == NULL ? tally__fail_nomem(error) : 0;

	if (status == 0 && given != NULL && record->json != NULL &&
	    tally__json_get(record->json, "description") == NULL) {
		status = tally__webhook_describe(tally__json_get(record->json, "request"), shown,
						 error);
		made = tally__json_get_string(shown, "description");
		if (status == 0 && strcmp(given, made) == 0)
			cJSON_DeleteItemFromObjectCaseSensitive(read, "description");
	}
	cJSON_Delete(shown);
	return status;
}

static int write_webhook(struct records *records, void *context, struct buf *message,
			 cJSON **answer, struct tally_error *error)
{
	const struct writing *writing = context;
	struct record *record = NULL;
	cJSON *read = NULL;
	int status = find_place(records, writing, &record, error);

	if (status == 0)
		status = tally__webhook_read(&read, writing->definition,
					     tally__json_get(record->json, "request"), error);
	if (status == 0)
		status = drop_made_description(record, read, error);
	if (status == 0)
		status = check_side(records, read, "consumer", error);
	if (status == 0)
		status = check_side(records, read, "provider", error);
	if (status == 0)
		status = set_members(record, read, error);
	if (status == 0)
		status = stamp(record, writing, error);
	cJSON_Delete(read);
	if (status == 0)
		status = show(record, answer, error);
	if (status == 0)
		tally__buf_addf(message, "%s webhook %s: %s\n",
				writing->create ? "create" : "update", writing->uuid,
				tally__json_get_string(*answer, "description"));
	return status;
}

static int check_uuid(const char *uuid, struct tally_error *error)
{
	size_t len = strspn(uuid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_-");

	if (uuid[len] == '\0' && len >= UUID_BYTES_MIN && len <= UUID_BYTES_MAX)
		return 0;
	return tally__fail_at(error, TALLY_EINVAL, "uuid", 0, 0,
			      "expected %d to %d letters, digits, \"_\" or \"-\", found \"%.80s\"",
			      UUID_BYTES_MIN, UUID_BYTES_MAX, uuid);
}

int tally__git_webhook_create(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error)
{
	char random[UUID_TEXT_BYTES];
	struct writing writing = {.uuid = uuid,
				  .definition = definition,
				  .create = true,
				  .now_unix = tally__time_now_unix()};
	int status = uuid != NULL ? check_uuid(uuid, error) : tally__uuid_random(random, error);

	if (uuid == NULL)
		writing.uuid = random;
	return status != 0 ? status
			   : tally__broker_change(broker, write_webhook, &writing, writing.now_unix,
						  answer, error);
}

int tally__git_webhook_update(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error)
{
	struct writing writing = {
		.uuid = uuid, .definition = definition, .now_unix = tally__time_now_unix()};

	return tally__broker_change(broker, write_webhook, &writing, writing.now_unix, answer,
				    error);
}

static int compare_created(const void *a, const void *b)
{
	const struct record *left = *(struct record *const *)a, *right = *(struct record *const *)b;
	int order = strcmp(tally__json_get_string(left->json, "createdAt"),
			   tally__json_get_string(right->json, "createdAt"));

	return order != 0 ? order : strcmp(left->path, right->path);
}

/* Oldest first. */
static int list_records(struct records *records, struct record ***out, size_t *count,
			struct tally_error *error)
{
	int status = tally__records_list(records, out, count, PATH_WEBHOOKS, NAMES(NULL), error);

	if (status == 0 && *count > 0)
		qsort(*out, *count, sizeof **out, compare_created);
	return status;
}

/* Whether a webhook is for an application (NULL: any will do) on this side. */
static bool is_for(const struct record *webhook, const char *side, const struct record *application)
{
	const cJSON *scope = tally__json_get(webhook->json, side);
	const char *name = tally__json_get_string(scope, "name");
	const char *label = tally__json_get_string(scope, "label");

	if (application == NULL || scope == NULL)
		return true;
	if (name != NULL)
		return strcmp(name, tally__json_get_string(application->json, "name")) == 0;
	return label != NULL && tally__application_has_label(application, label);
}

static int find_side(struct records *records, const char *name, struct record **out,
		     struct tally_error *error)
{
	*out = NULL;
	return name == NULL ? 0 : tally__application_find(records, name, out, error);
}

static int list(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	const struct tally_webhook_filter *filter = context;
	struct record **webhooks, *consumer, *provider;
	size_t count = 0;
	cJSON *array;
	int status = find_side(records, filter->consumer, &consumer, error);

	if (status == 0)
		status = find_side(records, filter->provider, &provider, error);
	if (status == 0)
		status = list_records(records, &webhooks, &count, error);
	*answer = cJSON_CreateObject();
	array = tally__json_put_new(*answer, "webhooks", cJSON_CreateArray());
	if (status == 0 && array == NULL)
		status = tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		cJSON *item = NULL;

		if (!is_for(webhooks[i], "consumer", consumer) ||
		    !is_for(webhooks[i], "provider", provider))
			continue;
		status = show(webhooks[i], &item, error);
		if (tally__json_append(array, item) != 0 && status == 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

int tally__git_webhook_list(struct tally_broker *broker, const struct tally_webhook_filter *filter,
			    cJSON **answer, struct tally_error *error)
{
	static const struct tally_webhook_filter none;

	return tally__broker_ask(broker, list, filter != NULL ? filter : &none, answer, error);
}

static int show_one(struct records *records, const void *context, cJSON **answer,
		    struct tally_error *error)
{
	struct record *record;
	int status = find(records, context, &record, error);

	return status != 0 ? status : show(record, answer, error);
}

int tally__git_webhook_show(struct tally_broker *broker, const char *uuid, cJSON **answer,
			    struct tally_error *error)
{
	return tally__broker_ask(broker, show_one, uuid, answer, error);
}

static int delete_one(struct records *records, void *context, struct buf *message, cJSON **answer,
		      struct tally_error *error)
{
	const struct writing *writing = context;
	struct record *record;
	cJSON *shown = NULL;
	int failed = 0, status = find(records, writing->uuid, &record, error);

	if (status == 0)
		status = show(record, &shown, error);
	if (status == 0) {
		const char *description = tally__json_get_string(shown, "description");

		*answer = cJSON_CreateObject();
		failed |= tally__json_put_text(*answer, "uuid", writing->uuid);
		failed |= tally__json_put_text(*answer, "description", description);
		tally__buf_addf(message, "delete webhook %s: %s\n", writing->uuid, description);
		tally__record_remove(record);
	}
	cJSON_Delete(shown);
	return status == 0 && failed != 0 ? tally__fail_nomem(error) : status;
}

int tally__git_webhook_delete(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error)
{
	struct writing writing = {.uuid = uuid};

	return tally__broker_change(broker, delete_one, &writing, tally__time_now_unix(), answer,
				    error);
}

static bool names(const struct record *webhook, const char *side, const char *application)
{
	const char *name = tally__json_get_string(tally__json_get(webhook->json, side), "name");

	return name != NULL && strcmp(name, application) == 0;
}

int tally__webhooks_delete_of(struct records *records, const char *application, cJSON *answer,
			      struct tally_error *error)
{
	cJSON *array = tally__json_put_new(answer, "webhooks", cJSON_CreateArray());
	struct record **webhooks;
	size_t count = 0;
	int failed = array == NULL, status = list_records(records, &webhooks, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		if (!names(webhooks[i], "consumer", application) &&
		    !names(webhooks[i], "provider", application))
			continue;
		failed |= tally__json_append(array, cJSON_CreateString(tally__json_get_string(
							    webhooks[i]->json, "uuid")));
		tally__record_remove(webhooks[i]);
	}
	return status == 0 && failed != 0 ? tally__fail_nomem(error) : status;
}
