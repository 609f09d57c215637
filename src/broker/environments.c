#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "broker/environments.h"
#include "broker/git_broker.h"

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

int tally__environment_show(const struct record *record, cJSON **out, struct tally_error *error)
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

static int compare_texts(const char *a, const char *b)
{
	for (; *a != '\0' && tally__text_lower(*a) == tally__text_lower(*b); a++, b++)
		continue;
	return (unsigned char)tally__text_lower(*a) - (unsigned char)tally__text_lower(*b);
}

static const char *shown_name(const struct record *environment)
{
	const char *name = tally__json_get_string(environment->json, "displayName");

	return name != NULL ? name : tally__json_get_string(environment->json, "name");
}

/* What people call them decides; where that is the same, the name. */
static int compare_environments(const void *a, const void *b)
{
	const struct record *left = *(struct record *const *)a;
	const struct record *right = *(struct record *const *)b;
	int order = compare_texts(shown_name(left), shown_name(right));

	return order != 0 ? order
			  : strcmp(tally__json_get_string(left->json, "name"),
				   tally__json_get_string(right->json, "name"));
}

static int list(struct records *records, const void *question, cJSON **answer,
		struct tally_error *error)
{
	struct record **environments;
	size_t count = 0;
	int status = tally__environments_list(records, &environments, &count, error);
	cJSON *array;

	(void)question;
	if (status != 0)
		return status;
	if (count > 0)
		qsort(environments, count, sizeof(struct record *), compare_environments);
	*answer = cJSON_CreateObject();
	array = tally__json_put_new(*answer, "environments", cJSON_CreateArray());
	if (array == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		cJSON *item = NULL;

		status = tally__environment_show(environments[i], &item, error);
		if (status == 0 && tally__json_append(array, item) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

int tally__git_broker_environment_list(struct tally_broker *broker, cJSON **answer,
				       struct tally_error *error)
{
	return tally__broker_ask(broker, list, NULL, answer, error);
}

int tally__environment_add_placements(struct records *records, const struct placement *placements,
				      size_t count, cJSON *answer, struct tally_error *error)
{
	cJSON *deployed = tally__json_put_new(answer, "deployed", cJSON_CreateArray());
	cJSON *released = tally__json_put_new(answer, "released", cJSON_CreateArray());
	int status = deployed == NULL || released == NULL ? tally__fail_nomem(error) : 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		bool is_release = placements[i].kind == PLACEMENT_RELEASE;
		cJSON *item = NULL;

		status = tally__placement_show(records, &placements[i], &item, error);
		if (status == 0 && tally__json_append(is_release ? released : deployed, item) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

static int show_with_live(struct records *records, const struct record *environment, cJSON **answer,
			  struct tally_error *error)
{
	struct placement *placements;
	const char *name;
	size_t count = 0;
	int status = tally__record_text(environment, "name", &name, error);

	if (status == 0)
		status = tally__environment_show(environment, answer, error);
	if (status == 0)
		status = tally__placements_live(records, name, &placements, &count, error);
	return status != 0 ? status
			   : tally__environment_add_placements(records, placements, count, *answer,
							       error);
}

static int show_by_name(struct records *records, const void *question, cJSON **answer,
			struct tally_error *error)
{
	struct record *environment;
	int status = tally__environment_find(records, question, &environment, error);

	return status != 0 ? status : show_with_live(records, environment, answer, error);
}

int tally__git_broker_environment_show(struct tally_broker *broker, const char *name,
				       cJSON **answer, struct tally_error *error)
{
	return tally__broker_ask(broker, show_by_name, name, answer, error);
}

static int show_by_uuid(struct records *records, const void *question, cJSON **answer,
			struct tally_error *error)
{
	const char *wanted = question, *uuid;
	struct record **environments;
	size_t count = 0;
	int status = tally__name_check(wanted, "environment's identifier", error);

	if (status == 0)
		status = tally__environments_list(records, &environments, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		status = tally__record_text(environments[i], "uuid", &uuid, error);
		if (status == 0 && strcmp(uuid, wanted) == 0)
			return show_with_live(records, environments[i], answer, error);
	}
	return status != 0 ? status
			   : tally__fail(error, TALLY_ENOTFOUND,
					 "no environment with the identifier \"%s\" is known here: "
					 "tally environment list shows those that are",
					 wanted);
}

int tally__git_broker_environment_by_uuid(struct tally_broker *broker, const char *uuid,
					  cJSON **answer, struct tally_error *error)
{
	return tally__broker_ask(broker, show_by_uuid, uuid, answer, error);
}
