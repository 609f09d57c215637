/* Making environments, changing them, and taking them away. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/environments.h"
#include "tally/environment.h"

struct changing {
	const char *name; /* of the environment that is there */
	const struct tally_environment *wanted;
	unsigned members;
	char uuid[UUID_TEXT_BYTES];
	int64_t now_unix;
};

static int check_contact(const cJSON *contact, size_t index, struct tally_error *error)
{
	const cJSON *member;
	char where[32];
	int status = 0;

	(void)snprintf(where, sizeof where, "contacts[%zu]", index);
	if (!cJSON_IsObject(contact))
		return tally__fail_at(error, TALLY_EINVAL, where, 0, 0,
				      "expected an object with \"name\" and perhaps \"details\"");
	cJSON_ArrayForEach(member, contact)
	{
		bool is_name = strcmp(member->string, "name") == 0;

		if ((is_name && cJSON_IsString(member)) ||
		    (strcmp(member->string, "details") == 0 && cJSON_IsObject(member)))
			continue;
		return tally__fail_at(
			error, TALLY_EINVAL, where, 0, 0,
			"the member \"%s\" cannot be here: expected \"name\", a text, "
			"and perhaps \"details\", an object",
			member->string);
	}
	status =
		tally__name_check(tally__json_get_string(contact, "name"), "contact's name", error);
	if (status != 0)
		tally__error_where(error, where);
	return status;
}

static int check_contacts(const cJSON *contacts, struct tally_error *error)
{
	const cJSON *contact;
	struct buf text;
	size_t index = 0;
	int status;

	if (contacts == NULL)
		return 0;
	if (!cJSON_IsArray(contacts))
		return tally__fail_at(error, TALLY_EINVAL, "contacts", 0, 0, "expected an array");
	tally__buf_init(&text, LIMIT_CONTACTS_BYTES);
	status = tally__json_add(&text, contacts, TALLY_JSON_COMPACT);
	tally__buf_release(&text);
	if (status != 0)
		return tally__fail_at(
			error, status, "contacts", 0, 0,
			"these cannot be kept: %s; an environment's may have %d bytes",
			tally_error_text(status), LIMIT_CONTACTS_BYTES);
	cJSON_ArrayForEach(contact, contacts)
	{
		status = check_contact(contact, index++, error);
		if (status != 0)
			return status;
	}
	return 0;
}

static int check(const struct changing *changing, struct tally_error *error)
{
	const struct tally_environment *wanted = changing->wanted;
	int status = 0;

	if (changing->members & TALLY_ENVIRONMENT_NAME)
		status = tally__name_check(wanted->name, "environment", error);
	if (status == 0 && (changing->members & TALLY_ENVIRONMENT_DISPLAY_NAME) &&
	    wanted->display_name != NULL)
		status = tally__name_check(wanted->display_name, "environment's display name",
					   error);
	if (status == 0 && (changing->members & TALLY_ENVIRONMENT_CONTACTS))
		status = check_contacts(wanted->contacts, error);
	return status;
}

/* All but the name. */
static int write_members(struct record *record, const struct changing *changing,
			 struct tally_error *error)
{
	const struct tally_environment *wanted = changing->wanted;
	bool has_contacts = cJSON_GetArraySize(wanted->contacts) > 0;
	int status = 0;

	if (changing->members & TALLY_ENVIRONMENT_DISPLAY_NAME) {
		if (wanted->display_name != NULL)
			status = tally__record_set_text(record, "displayName", wanted->display_name,
							error);
		else
			tally__record_unset(record, "displayName");
	}
	if (status == 0 && (changing->members & TALLY_ENVIRONMENT_PRODUCTION))
		status = tally__record_set(record, "production",
					   cJSON_CreateBool(wanted->production), error);
	if (status == 0 && (changing->members & TALLY_ENVIRONMENT_CONTACTS)) {
		if (has_contacts)
			status = tally__record_set(record, "contacts",
						   tally__json_clone(wanted->contacts), error);
		else
			tally__record_unset(record, "contacts");
	}
	return status;
}

/* The place of an environment that is not there yet. */
static int find_free(struct records *records, const char *name, struct record **out,
		     struct tally_error *error)
{
	int status = tally__records_get(records, out, PATH_ENVIRONMENT, NAMES(name), error);

	if (status == 0 && (*out)->json != NULL)
		status = tally__fail(error, TALLY_ECONFLICT,
				     "there is an environment \"%s\" already: tally environment "
				     "show says more",
				     name);
	return status;
}

static int create(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct changing *changing = context;
	char now[TIME_TEXT_BYTES];
	struct record *record;
	int status = find_free(records, changing->wanted->name, &record, error);

	tally__time_format(changing->now_unix, now);
	if (status == 0)
		status = tally__record_set_text(record, "name", changing->wanted->name, error);
	if (status == 0)
		status = write_members(record, changing, error);
	if (status == 0)
		status = tally__record_set_text(record, "uuid", changing->uuid, error);
	if (status == 0)
		status = tally__record_set_text(record, "createdAt", now, error);
	if (status != 0)
		return status;
	tally__buf_addf(message, "create environment %s%s\n", changing->wanted->name,
			changing->wanted->production ? " (production)" : "");
	return tally__environment_show(record, answer, error);
}

int tally__git_broker_environment_create(struct tally_broker *broker,
					 const struct tally_environment *environment,
					 cJSON **answer, struct tally_error *error)
{
	struct changing changing = {.wanted = environment,
				    .members = TALLY_ENVIRONMENT_ALL,
				    .now_unix = tally__time_now_unix()};
	int status = check(&changing, error);

	if (status == 0)
		status = tally__uuid_random(changing.uuid, error);
	if (status == 0)
		status = tally__broker_change(broker, create, &changing, changing.now_unix, answer,
					      error);
	return status;
}

static int copy_members(struct record *to, const struct record *from, struct tally_error *error)
{
	const cJSON *member;

	cJSON_ArrayForEach(member, from->json)
	{
		int status =
			tally__record_set(to, member->string, tally__json_clone(member), error);

		if (status != 0)
			return status;
	}
	return 0;
}

/* A deployment or release that is live goes with its environment to the new name. */
static int move_placement(struct records *records, struct placement *placement, const char *name,
			  struct tally_error *error)
{
	struct placement moved = *placement;
	struct record *own, *from, *to;
	int status = tally__placement_place(records, placement, &from, error);

	moved.environment = name;
	if (status == 0)
		status = tally__placement_place(records, &moved, &to, error);
	if (status == 0)
		status = tally__placement_own(records, placement, &own, error);
	if (status == 0)
		status = copy_members(to, from, error);
	if (status == 0)
		status = tally__record_set_text(to, "environment", name, error);
	if (status == 0 && own->json != NULL)
		status = tally__record_set_text(own, "environment", name, error);
	if (status == 0)
		tally__record_remove(from);
	return status;
}

static int rename_environment(struct records *records, struct record *from, const char *name,
			      struct record **out, struct tally_error *error)
{
	struct placement *live;
	struct record *to;
	const char *old;
	size_t count = 0;
	int status = find_free(records, name, &to, error);

	if (status == 0)
		status = tally__record_text(from, "name", &old, error);
	if (status == 0)
		status = tally__placements_live(records, old, &live, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = move_placement(records, &live[i], name, error);
	if (status == 0)
		status = copy_members(to, from, error);
	if (status == 0)
		status = tally__record_set_text(to, "name", name, error);
	if (status == 0)
		tally__record_remove(from);
	*out = to;
	return status;
}

static int update(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	const struct changing *changing = context;
	const char *name = changing->name;
	char now[TIME_TEXT_BYTES];
	struct record *record;
	int status = tally__environment_find(records, name, &record, error);

	tally__time_format(changing->now_unix, now);
	tally__buf_addf(message, "update environment %s", name);
	if (status == 0 && (changing->members & TALLY_ENVIRONMENT_NAME) &&
	    strcmp(changing->wanted->name, name) != 0) {
		name = changing->wanted->name;
		tally__buf_addf(message, ", now %s", name);
		status = rename_environment(records, record, name, &record, error);
	}
	tally__buf_addc(message, '\n');
	if (status == 0)
		status = write_members(record, changing, error);
	if (status == 0 && record->changed)
		status = tally__record_set_text(record, "updatedAt", now, error);
	return status != 0 ? status : tally__environment_show(record, answer, error);
}

int tally__git_broker_environment_update(struct tally_broker *broker, const char *name,
					 const struct tally_environment *environment,
					 unsigned members, cJSON **answer,
					 struct tally_error *error)
{
	struct changing changing = {.name = name,
				    .wanted = environment,
				    .members = members,
				    .now_unix = tally__time_now_unix()};
	int status = check(&changing, error);

	return status != 0 ? status
			   : tally__broker_change(broker, update, &changing, changing.now_unix,
						  answer, error);
}

static int end_everything(struct records *records, struct placement *live, size_t count,
			  const struct changing *changing, struct buf *message,
			  struct tally_error *error)
{
	size_t releases = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		releases += live[i].kind == PLACEMENT_RELEASE;
		status = tally__placement_end(records, &live[i], changing->now_unix, error);
	}
	tally__buf_addf(message, "delete environment %s", changing->name);
	if (count > 0)
		tally__buf_addf(message,
				"\n\ndeployments that ended: %zu\nreleases that ended: %zu",
				count - releases, releases);
	tally__buf_addc(message, '\n');
	return status;
}

static int delete_environment(struct records *records, void *context, struct buf *message,
			      cJSON **answer, struct tally_error *error)
{
	const struct changing *changing = context;
	struct placement *live;
	struct record *record;
	size_t count = 0;
	int status = tally__environment_find(records, changing->name, &record, error);

	if (status == 0)
		status = tally__environment_show(record, answer, error);
	if (status == 0)
		status = tally__placements_live(records, changing->name, &live, &count, error);
	if (status == 0)
		status = end_everything(records, live, count, changing, message, error);
	if (status == 0)
		status = tally__environment_add_placements(records, live, count, *answer, error);
	if (status == 0)
		tally__record_remove(record);
	return status;
}

int tally__git_broker_environment_delete(struct tally_broker *broker, const char *name,
					 cJSON **answer, struct tally_error *error)
{
	struct changing changing = {.name = name, .now_unix = tally__time_now_unix()};

	return tally__broker_change(broker, delete_environment, &changing, changing.now_unix,
				    answer, error);
}
