#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/applications.h"
#include "broker/resources.h"
#include "broker/versions.h"

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; strlen(text) >= len; text++) {
		if (strncasecmp(text, part, len) == 0)
			return true;
		if (*text == '\0')
			break;
	}
	return false;
}

bool tally__pager_matches(const struct pager *pager, const char *name)
{
	return pager->page == NULL || pager->page->match == NULL ||
	       contains(name, pager->page->match);
}

bool tally__pager_take(struct pager *pager, const char *name)
{
	const struct tally_page *page = pager->page;

	if (page == NULL)
		return true;
	if (!tally__pager_matches(pager, name))
		return false;
	if (pager->seen++ < page->skip)
		return false;
	if (page->limit > 0 && pager->taken == page->limit) {
		pager->more = true;
		return false;
	}
	pager->taken++;
	return true;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* "fooBar_service" is "Foo Bar Service". */
static int add_display_name(cJSON *json, const char *name)
{
	struct buf text;
	bool begins = true;
	int failed;

	tally__buf_init(&text, 2 * LIMIT_NAME_BYTES + 1);
	for (size_t i = 0; name[i] != '\0'; i++) {
		char c = name[i];

		if (c == '_' || c == '-' || c == ' ') {
			begins = true;
			continue;
		}
		if (i > 0 && is_upper(c) && !is_upper(name[i - 1]))
			begins = true;
		if (begins && text.len > 0)
			tally__buf_addc(&text, ' ');
		tally__buf_addc(&text, begins && is_lower(c) ? (char)(c - 'a' + 'A') : c);
		begins = false;
	}
	failed = text.status != 0 ||
		 tally__json_put(json, "displayName",
				 cJSON_CreateString(text.len > 0 ? text.bytes : name)) != 0;
	tally__buf_release(&text);
	return failed ? TALLY_ENOMEM : 0;
}

/* What the record of the newest version says; nothing when there is none. */
static int add_latest(struct records *records, const char *application, cJSON *json,
		      struct tally_error *error)
{
	struct record *latest, *version;
	const char *number;
	cJSON *item;
	int status = tally__records_get(records, &latest, PATH_LATEST, NAMES(application), error);

	if (status != 0 || latest->json == NULL)
		return status;
	status = tally__record_text(latest, "version", &number, error);
	if (status == 0)
		status = tally__version_find(records, application, number, &version, error);
	if (status != 0)
		return status;
	item = tally__json_put_new(json, "latestVersion", tally__json_clone(latest->json));
	return tally__json_put_text(item, "createdAt",
				    tally__json_get_string(version->json, "createdAt")) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

/* As a record is shown. */
static int show(struct records *records, const struct record *record, cJSON **out,
		struct tally_error *error)
{
	const cJSON *labels;
	const char *name;
	cJSON *json;
	int failed = 0, status = tally__record_text(record, "name", &name, error);

	if (status == 0)
		status = tally__record_optional_array(record, "labels", &labels, error);
	if (status != 0)
		return status;
	json = tally__json_clone(record->json);
	*out = json;
	if (tally__json_get_string(json, "displayName") == NULL)
		failed = add_display_name(json, name);
	if (labels == NULL)
		failed |= tally__json_put(json, "labels", cJSON_CreateArray());
	return failed != 0 ? tally__fail_nomem(error) : add_latest(records, name, json, error);
}

static int compare_names(const void *a, const void *b)
{
	/* Their records were checked when they were read. */
	const char *left = tally__json_get_string((*(struct record *const *)a)->json, "name");
	const char *right = tally__json_get_string((*(struct record *const *)b)->json, "name");
	int order = strcasecmp(left, right);

	return order != 0 ? order : strcmp(left, right);
}

int tally__applications_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error)
{
	int status = tally__records_list_folders(records, out, count, PATH_APPS, "app.json", error);

	if (status == 0 && *count > 0)
		qsort(*out, *count, sizeof **out, compare_names);
	return status;
}

bool tally__application_has_label(const struct record *application, const char *label)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, tally__json_get(application->json, "labels"))
	{
		const char *name = tally__json_get_string(item, "name");

		if (name != NULL && strcmp(name, label) == 0)
			return true;
	}
	return false;
}

struct listing {
	const char *label; /* or NULL */
	const struct tally_page *page;
};

static int list(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	const struct listing *listing = context;
	struct pager pager = {.page = listing->page};
	struct record **applications;
	cJSON *array = cJSON_CreateArray();
	size_t count = 0;
	int status;

	*answer = cJSON_CreateObject();
	if (tally__json_put(*answer, "applications", array) != 0)
		return tally__fail_nomem(error);
	status = tally__applications_list(records, &applications, &count, error);
	for (size_t i = 0; status == 0 && i < count && !pager.more; i++) {
		const char *name = tally__json_get_string(applications[i]->json, "name");
		cJSON *item = NULL;

		if (listing->label != NULL &&
		    !tally__application_has_label(applications[i], listing->label))
			continue;
		if (!tally__pager_take(&pager, name))
			continue;
		status = show(records, applications[i], &item, error);
		if (tally__json_append(array, item) != 0 && status == 0)
			status = tally__fail_nomem(error);
	}
	if (status == 0 && tally__json_put(*answer, "more", cJSON_CreateBool(pager.more)) != 0)
		status = tally__fail_nomem(error);
	return status;
}

int tally__git_application_list(struct tally_broker *broker, const char *label,
				const struct tally_page *page, cJSON **answer,
				struct tally_error *error)
{
	struct listing listing = {.label = label, .page = page};
	int status = label != NULL ? tally__name_check(label, "label", error) : 0;

	return status != 0 ? status : tally__broker_ask(broker, list, &listing, answer, error);
}

static int show_one(struct records *records, const void *context, cJSON **answer,
		    struct tally_error *error)
{
	struct record *application;
	int status = tally__application_find(records, context, &application, error);

	return status != 0 ? status : show(records, application, answer, error);
}

int tally__git_application_show(struct tally_broker *broker, const char *name, cJSON **answer,
				struct tally_error *error)
{
	return tally__broker_ask(broker, show_one, name, answer, error);
}

struct property {
	const char *member, *what;
	size_t offset;
};

#define PROPERTY(name, member, what)                                                               \
	{                                                                                          \
		(name), (what), offsetof(struct tally_application, member)                         \
	}

static const struct property properties[] = {
	PROPERTY("displayName", display_name, "display name"),
	PROPERTY("mainBranch", main_branch, "main branch"),
	PROPERTY("repositoryUrl", repository_url, "repository's URL"),
	PROPERTY("repositoryName", repository_name, "repository's name"),
	PROPERTY("repositoryNamespace", repository_namespace, "repository's namespace"),
};

#define PROPERTY_COUNT (sizeof properties / sizeof *properties)

static const char *value_of(const struct tally_application *application,
			    const struct property *property)
{
	const char *value;

	memcpy(&value, (const char *)application + property->offset, sizeof value);
	return value;
}

static int check(const struct tally_application *application, struct tally_error *error)
{
	int status = tally__name_check(application->name, "application", error);

	for (size_t i = 0; status == 0 && i < PROPERTY_COUNT; i++) {
		const char *value = value_of(application, &properties[i]);

		if (value != NULL && *value != '\0')
			status = tally__name_check(value, properties[i].what, error);
	}
	return status;
}

static int set_properties(struct record *record, const struct tally_application *application,
			  struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < PROPERTY_COUNT; i++) {
		const char *value = value_of(application, &properties[i]);

		if (value == NULL)
			continue;
		if (*value == '\0')
			tally__record_unset(record, properties[i].member);
		else
			status = tally__record_set_text(record, properties[i].member, value, error);
	}
	return status;
}

struct noting {
	const struct tally_application *application;
	bool create;
	int64_t now_unix;
};

static int create(struct records *records, const struct noting *noting, struct record **out,
		  struct tally_error *error)
{
	const char *name = noting->application->name;
	struct record *record;
	int status = tally__records_get(records, &record, PATH_APP, NAMES(name), error);

	if (status == 0 && record->json != NULL)
		status = tally__fail(error, TALLY_ECONFLICT,
				     "there is an application \"%s\" already: tally app show says "
				     "more, tally app update changes it",
				     name);
	if (status == 0)
		status = tally__application_ensure(records, name, noting->now_unix, error);
	if (status == 0)
		*out = record;
	return status;
}

int tally__record_stamp_update(struct record *record, int64_t now_unix, struct tally_error *error)
{
	char now[TIME_TEXT_BYTES];

	tally__time_format(now_unix, now);
	return record->changed ? tally__record_set_text(record, "updatedAt", now, error) : 0;
}

static int note(struct records *records, void *context, struct buf *message, cJSON **answer,
		struct tally_error *error)
{
	const struct noting *noting = context;
	const char *name = noting->application->name;
	struct record *record;
	int status = noting->create ? create(records, noting, &record, error)
				    : tally__application_find(records, name, &record, error);

	if (status == 0)
		status = set_properties(record, noting->application, error);
	if (status == 0 && !noting->create)
		status = tally__record_stamp_update(record, noting->now_unix, error);
	tally__buf_addf(message, "%s application %s\n", noting->create ? "create" : "update", name);
	return status != 0 ? status : show(records, record, answer, error);
}

static int note_application(struct tally_broker *broker,
			    const struct tally_application *application, bool is_new,
			    cJSON **answer, struct tally_error *error)
{
	struct noting noting = {
		.application = application, .create = is_new, .now_unix = tally__time_now_unix()};
	int status = check(application, error);

	return status != 0 ? status
			   : tally__broker_change(broker, note, &noting, noting.now_unix, answer,
						  error);
}

int tally__git_application_create(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error)
{
	return note_application(broker, application, true, answer, error);
}

int tally__git_application_update(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error)
{
	return note_application(broker, application, false, answer, error);
}
