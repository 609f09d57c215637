/* Members of requests, responses and messages, but for bodies. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/expectations.h"
#include "consumer/interaction_body.h"

/* ---- members ---- */

/* Takes `value` in every case. */
static int set_member(struct tally_interaction *interaction, enum tally_part part, const char *name,
		      cJSON *value, struct tally_error *error)
{
	const struct graft_step step = {.name = name, .category = name};
	cJSON *written = NULL;
	int status = tally__call_begin(interaction, error);

	if (status == 0 && interaction->kind != TALLY_HTTP)
		status = tally__call_fail(interaction, error, TALLY_EINVAL, "",
					  "a message has no method, path or status");
	if (status != 0) {
		cJSON_Delete(value);
		return status;
	}
	status = tally__interaction_try_part(interaction, part, tally__object_of(name, value),
					     &written, error);
	if (status == 0)
		status = tally__graft_all(
			tally__part_of(interaction->kind, interaction->json, part),
			tally__part_of(interaction->kind, written, part), &step, 1, error);
	cJSON_Delete(written);
	return status;
}

int tally_interaction_set_method(struct tally_interaction *interaction, cJSON *method,
				 struct tally_error *error)
{
	return set_member(interaction, TALLY_PART_REQUEST, "method", method, error);
}

int tally_interaction_set_path(struct tally_interaction *interaction, cJSON *path,
			       struct tally_error *error)
{
	return set_member(interaction, TALLY_PART_REQUEST, "path", path, error);
}

int tally_interaction_set_status(struct tally_interaction *interaction, cJSON *status,
				 struct tally_error *error)
{
	return set_member(interaction, TALLY_PART_RESPONSE, "status", status, error);
}

/* ---- names ---- */

/* Keeps what a call costs independent of what is there, as far as it matters. */
static int check_count(const struct tally_interaction *interaction, enum tally_part part,
		       const struct named_member *member, const char *name,
		       struct tally_error *error)
{
	const cJSON *there = tally__part_of(interaction->kind, interaction->json, part);
	int count = cJSON_GetArraySize(tally__json_get(there, member->name));

	if (count < LIMIT_PART_NAMES || tally__named_get(there, member, name))
		return 0;
	return tally__call_fail(interaction, error, TALLY_ELIMIT, "",
				"too many headers, parameters or metadata in one part");
}

static int check_named(const struct tally_interaction *interaction, enum tally_part part,
		       const struct named_member *member, const char *name,
		       struct tally_error *error)
{
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(name, "a name", error);
	if (status == 0)
		status = tally__call_part(interaction, part, member, error);
	/* In the object of all metadata, this would be a matcher for the whole. */
	if (status == 0 && member == &tally__member_metadata && strncmp(name, "pact:", 5) == 0)
		status = tally__call_fail(interaction, error, TALLY_EINVAL, "/metadata",
					  "the names of metadata do not begin with \"pact:\"");
	return status ? status : check_count(interaction, part, member, name, error);
}

/* Takes `value` in every case. */
static int set_named(struct tally_interaction *interaction, enum tally_part part,
		     const struct named_member *member, const char *name, cJSON *value,
		     struct tally_error *error)
{
	const struct graft_step step = {.name = name, .named = member};
	cJSON *written = NULL;
	cJSON *made;
	bool is_type;
	int status = check_named(interaction, part, member, name, error);

	if (status != 0) {
		cJSON_Delete(value);
		return status;
	}
	status = tally__interaction_try_part(
		interaction, part, tally__object_of(member->name, tally__object_of(name, value)),
		&written, error);
	made = tally__part_of(interaction->kind, written, part);
	is_type = tally__is_content_type(interaction, member, name);
	if (status == 0 && is_type)
		status = tally__content_type_check(interaction, part, made, error);
	if (status == 0)
		status = tally__part_graft(interaction, part, made, &step, 1, error);
	if (status == 0 && is_type)
		tally__content_type_declared(interaction, part);
	cJSON_Delete(written);
	return status;
}

int tally_interaction_set_query(struct tally_interaction *interaction, const char *name,
				cJSON *value, struct tally_error *error)
{
	return set_named(interaction, TALLY_PART_REQUEST, &tally__member_query, name, value, error);
}

int tally_interaction_set_header(struct tally_interaction *interaction, enum tally_part part,
				 const char *name, cJSON *value, struct tally_error *error)
{
	return set_named(interaction, part, &tally__member_headers, name, value, error);
}

int tally_interaction_set_metadata(struct tally_interaction *interaction, enum tally_part part,
				   const char *name, cJSON *value, struct tally_error *error)
{
	return set_named(interaction, part, &tally__member_metadata, name, value, error);
}

int tally_interaction_add_response(struct tally_interaction *interaction, struct tally_error *error)
{
	cJSON *list;
	int status = tally__call_begin(interaction, error);

	if (status != 0)
		return status;
	if (interaction->kind != TALLY_SYNC_MESSAGE)
		return tally__call_fail(interaction, error, TALLY_EINVAL, "",
					"only synchronous messages have several responses");
	list = tally__json_get(interaction->json, "response");
	if (cJSON_GetArraySize(list) >= LIMIT_RESPONSES)
		return tally__call_fail(interaction, error, TALLY_ELIMIT, "/response",
					"too many responses to one message");
	return tally__json_append(list, cJSON_CreateObject()) ? tally__fail_nomem(error) : 0;
}
