#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/applications.h"
#include "broker/resources.h"
#include "broker/versions.h"

static int compare_texts(const void *a, const void *b)
{
	const struct map_entry *left = a, *right = b;

	return strcmp(left->key, right->key);
}

/* Every label that an application has, each once. */
static int gather(struct records *records, struct map *labels, struct tally_error *error)
{
	struct record **applications;
	size_t count = 0;
	int status = tally__applications_list(records, &applications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const cJSON *item;

		cJSON_ArrayForEach(item, tally__json_get(applications[i]->json, "labels"))
		{
			const char *name = tally__json_get_string(item, "name");

			if (name != NULL && tally__map_put(labels, name, strlen(name), labels) != 0)
				return tally__fail_nomem(error);
		}
	}
	return status;
}

static int list(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	struct pager pager = {.page = context};
	cJSON *array = cJSON_CreateArray();
	struct map labels;
	int failed = 0, status;

	*answer = cJSON_CreateObject();
	if (tally__json_put(*answer, "labels", array) != 0)
		return tally__fail_nomem(error);
	tally__map_init(&labels);
	status = gather(records, &labels, error);
	if (status == 0 && labels.count > 0)
		qsort(labels.entries, labels.count, sizeof *labels.entries, compare_texts);
	for (size_t i = 0; status == 0 && i < labels.count && !pager.more; i++) {
		const char *name = labels.entries[i].key;

		if (tally__pager_take(&pager, name))
			failed |= tally__json_append(array, cJSON_CreateString(name));
	}
	tally__map_release(&labels);
	failed |= tally__json_put(*answer, "more", cJSON_CreateBool(pager.more));
	return status == 0 && failed != 0 ? tally__fail_nomem(error) : status;
}

int tally__git_label_list(struct tally_broker *broker, const struct tally_page *page,
			  cJSON **answer, struct tally_error *error)
{
	return tally__broker_ask(broker, list, page, answer, error);
}

struct labelling {
	const char *application, *label;
	int64_t now_unix;
};

/* The labels without the one, and that. */
static int split(const struct record *application, const char *label, cJSON **others, cJSON **found,
		 struct tally_error *error)
{
	const cJSON *labels = NULL, *item;
	int failed = 0,
	    status = tally__record_optional_array(application, "labels", &labels, error);

	*found = NULL;
	*others = cJSON_CreateArray();
	cJSON_ArrayForEach(item, labels)
	{
		const char *name = tally__json_get_string(item, "name");
		cJSON *copy = tally__json_clone(item);

		if (name == NULL || strcmp(name, label) != 0) {
			failed |= tally__json_append(*others, copy);
		} else {
			cJSON_Delete(*found);
			*found = copy;
			failed |= copy == NULL;
		}
	}
	if (status == 0 && (failed != 0 || *others == NULL))
		status = tally__fail_nomem(error);
	return status;
}

static int answer_label(const struct labelling *labelling, const cJSON *label, cJSON **answer,
			struct tally_error *error)
{
	cJSON *json = label != NULL ? tally__json_clone(label) : cJSON_CreateObject();
	int failed = 0;

	*answer = json;
	if (label == NULL)
		failed |= tally__json_put_text(json, "name", labelling->label);
	failed |= tally__json_put_text(json, "application", labelling->application);
	return json == NULL || failed != 0 ? tally__fail_nomem(error) : 0;
}

static int append_label(struct record *application, const struct labelling *labelling,
			cJSON *others, cJSON **label, struct tally_error *error)
{
	char now[TIME_TEXT_BYTES];

	if (cJSON_GetArraySize(others) >= LIMIT_LABELS)
		return tally__fail(error, TALLY_ELIMIT,
				   "the application \"%s\" has %d labels: remove one first",
				   labelling->application, LIMIT_LABELS);
	tally__time_format(labelling->now_unix, now);
	*label = cJSON_CreateObject();
	if (tally__json_put_text(*label, "name", labelling->label) != 0 ||
	    tally__json_put_text(*label, "createdAt", now) != 0 ||
	    tally__json_append(others, tally__json_clone(*label)) != 0)
		return tally__fail_nomem(error);
	return tally__record_set(application, "labels", tally__json_clone(others), error);
}

static int add(struct records *records, void *context, struct buf *message, cJSON **answer,
	       struct tally_error *error)
{
	const struct labelling *labelling = context;
	cJSON *others = NULL, *label = NULL;
	struct record *application;
	bool added = false;
	int status = tally__application_find(records, labelling->application, &application, error);

	if (status == 0)
		status = split(application, labelling->label, &others, &label, error);
	if (status == 0 && label == NULL) {
		added = true;
		status = append_label(application, labelling, others, &label, error);
	}
	if (status == 0)
		status = answer_label(labelling, label, answer, error);
	if (status == 0 && tally__json_put(*answer, "added", cJSON_CreateBool(added)) != 0)
		status = tally__fail_nomem(error);
	tally__buf_addf(message, "label application %s: %s\n", labelling->application,
			labelling->label);
	cJSON_Delete(others);
	cJSON_Delete(label);
	return status;
}

static int drop(struct records *records, void *context, struct buf *message, cJSON **answer,
		struct tally_error *error)
{
	const struct labelling *labelling = context;
	cJSON *others = NULL, *label = NULL;
	struct record *application;
	int status = tally__application_find(records, labelling->application, &application, error);

	if (status == 0)
		status = split(application, labelling->label, &others, &label, error);
	if (status == 0 && label == NULL)
		status = tally__fail(error, TALLY_ENOTFOUND,
				     "the application \"%s\" has no label \"%s\": tally app show "
				     "lists those that it has",
				     labelling->application, labelling->label);
	if (status == 0 && cJSON_GetArraySize(others) == 0)
		tally__record_unset(application, "labels");
	else if (status == 0)
		status = tally__record_set(application, "labels", tally__json_clone(others), error);
	if (status == 0)
		status = answer_label(labelling, NULL, answer, error);
	tally__buf_addf(message, "remove a label of application %s: %s\n", labelling->application,
			labelling->label);
	cJSON_Delete(others);
	cJSON_Delete(label);
	return status;
}

static int change(struct tally_broker *broker, broker_change *how, const char *application,
		  const char *label, cJSON **answer, struct tally_error *error)
{
	struct labelling labelling = {
		.application = application, .label = label, .now_unix = tally__time_now_unix()};
	int status = tally__name_check(label, "label", error);

	return status != 0 ? status
			   : tally__broker_change(broker, how, &labelling, labelling.now_unix,
						  answer, error);
}

int tally__git_label_add(struct tally_broker *broker, const char *application, const char *label,
			 cJSON **answer, struct tally_error *error)
{
	return change(broker, add, application, label, answer, error);
}

int tally__git_label_remove(struct tally_broker *broker, const char *application, const char *label,
			    cJSON **answer, struct tally_error *error)
{
	return change(broker, drop, application, label, answer, error);
}
