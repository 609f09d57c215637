#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/environments.h"
#include "broker/git_broker.h"
#include "broker/live.h"

struct environment {
	const char *name;
	const char *display_name; /* or NULL */
	bool production;
	char uuid[UUID_TEXT_BYTES];
	int64_t now_unix;
};

static int create(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct environment *environment = context;
	char created[TIME_TEXT_BYTES];
	struct record *record;
	int status = tally__records_get(records, &record, PATH_ENVIRONMENT,
					NAMES(environment->name), error);

	(void)answer;
	if (status == 0 && record->json != NULL)
		status = tally__fail(error, TALLY_ECONFLICT,
				     "there is an environment \"%s\" already: tally environment "
				     "show says more",
				     environment->name);
	tally__time_format(environment->now_unix, created);
	if (status == 0)
		status = tally__record_set_text(record, "name", environment->name, error);
	if (status == 0 && environment->display_name != NULL)
		status = tally__record_set_text(record, "displayName", environment->display_name,
						error);
	if (status == 0)
		status = tally__record_set(record, "production",
					   cJSON_CreateBool(environment->production), error);
	if (status == 0)
		status = tally__record_set_text(record, "uuid", environment->uuid, error);
	if (status == 0)
		status = tally__record_set_text(record, "createdAt", created, error);
	tally__buf_addf(message, "create environment %s%s\n", environment->name,
			environment->production ? " (production)" : "");
	return status;
}

int tally__git_broker_environment_create(struct tally_broker *broker, const char *name,
					 const char *display_name, bool production,
					 struct tally_error *error)
{
	struct environment environment = {.name = name,
					  .display_name = display_name,
					  .production = production,
					  .now_unix = tally__time_now_unix()};
	int status = tally__name_check(name, "environment", error);

	if (status == 0 && display_name != NULL)
		status = tally__name_check(display_name, "environment's display name", error);
	if (status == 0)
		status = tally__uuid_random(environment.uuid, error);
	if (status == 0)
		status = tally__broker_change(broker, create, &environment, environment.now_unix,
					      NULL, error);
	return status;
}

int tally__environments_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error)
{
	return tally__records_list_folders(records, out, count, PATH_ENVIRONMENTS,
					   "environment.json", error);
}

static int not_found(struct records *records, const char *name, struct tally_error *error)
{
	struct record **environments;
	struct buf known;
	size_t count = 0;
	int status = tally__environments_list(records, &environments, &count, error);

	if (status != 0)
		return status;
	tally__buf_init(&known, LIMIT_HEADER_BYTES);
	for (size_t i = 0; i < count && i < 10; i++) {
		const char *other = tally__json_get_string(environments[i]->json, "name");

		tally__buf_addf(&known, "%s \"%s\"",
				i > 0 ? "," : " (known:", other != NULL ? other : "?");
	}
	tally__buf_adds(&known, count > 10 ? ", …)" : count > 0 ? ")" : "");
	status = tally__fail(error, TALLY_ENOTFOUND,
			     "no environment \"%s\" is known here%s: check its name; tally "
			     "environment create makes one",
			     name, known.status == 0 ? known.bytes : "");
	tally__buf_release(&known);
	return status;
}

int tally__environment_find(struct records *records, const char *name, struct record **out,
			    struct tally_error *error)
{
	struct record *found;
	int status = tally__name_check(name, "environment", error);

	if (status == 0)
		status = tally__records_get(records, &found, PATH_ENVIRONMENT, NAMES(name), error);
	if (status == 0 && found->json == NULL)
		status = not_found(records, name, error);
	if (status == 0)
		*out = found;
	return status;
}

/* As a record is shown: with the display name that was not given made from the name. */
static int show(const struct record *record, cJSON **out, struct tally_error *error)
{
	const char *name;
	int status = tally__record_text(record, "name", &name, error);
	cJSON *json;

	if (status != 0)
		return status;
	json = tally__json_clone(record->json);
	if (json == NULL || (tally__json_get(json, "displayName") == NULL &&
			     tally__json_put(json, "displayName", cJSON_CreateString(name)) != 0)) {
		cJSON_Delete(json);
		return tally__fail_nomem(error);
	}
	*out = json;
	return 0;
}

static int list(struct records *records, const void *question, cJSON **answer,
		struct tally_error *error)
{
	struct record **environments;
	cJSON *array = cJSON_CreateArray();
	size_t count = 0;
	int status = array == NULL ? tally__fail_nomem(error) : 0;

	(void)question;
	if (status == 0)
		status = tally__environments_list(records, &environments, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		cJSON *item = NULL;

		status = show(environments[i], &item, error);
		if (status == 0 && tally__json_append(array, item) != 0)
			status = tally__fail_nomem(error);
	}
	if (status != 0) {
		cJSON_Delete(array);
		return status;
	}
	*answer = cJSON_CreateObject();
	return tally__json_put(*answer, "environments", array) != 0 ? tally__fail_nomem(error) : 0;
}

int tally__git_broker_environment_list(struct tally_broker *broker, cJSON **answer,
				       struct tally_error *error)
{
	return tally__broker_ask(broker, list, NULL, answer, error);
}

/* An item of "deployed" or "released": the record without what the environment says itself. */
static int add_live(cJSON *list, const struct live_version *live, struct tally_error *error)
{
	cJSON *item = tally__json_clone(live->record->json);

	cJSON_DeleteItemFromObjectCaseSensitive(item, "environment");
	return tally__json_append(list, item) != 0 ? tally__fail_nomem(error) : 0;
}

static int show_one(struct records *records, const void *question, cJSON **answer,
		    struct tally_error *error)
{
	const char *name = question;
	struct live_version *live;
	struct record *record;
	cJSON *deployed, *released;
	size_t count = 0;
	int status = tally__environment_find(records, name, &record, error);

	if (status == 0)
		status = show(record, answer, error);
	if (status == 0)
		status = tally__live_everything(records, name, &live, &count, error);
	if (status != 0)
		return status;
	deployed = cJSON_CreateArray();
	if (tally__json_put(*answer, "deployed", deployed) != 0)
		return tally__fail_nomem(error);
	released = cJSON_CreateArray();
	if (tally__json_put(*answer, "released", released) != 0)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_live(live[i].released ? released : deployed, &live[i], error);
	return status;
}

int tally__git_broker_environment_show(struct tally_broker *broker, const char *name,
				       cJSON **answer, struct tally_error *error)
{
	return tally__broker_ask(broker, show_one, name, answer, error);
}
