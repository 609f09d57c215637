/* Interactions: what they are called, and what is said about them. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/expectations.h"

static enum tally_interaction_kind kind_of(const cJSON *written)
{
	const char *type = tally__json_get_string(written, "type");

	for (enum tally_interaction_kind kind = TALLY_HTTP; kind < TALLY_SYNC_MESSAGE; kind++)
		if (strcmp(type, tally__kind_text(kind)) == 0)
			return kind;
	return TALLY_SYNC_MESSAGE;
}

/* One file has them both from version 4 on. */
static int check_kind(const struct tally_expectations *expectations,
		      enum tally_interaction_kind kind, struct tally_error *error)
{
	if (expectations->spec >= TALLY_SPEC_V4 || expectations->count == 0 ||
	    (expectations->items[0]->kind == TALLY_HTTP) == (kind == TALLY_HTTP))
		return 0;
	return tally__fail(error, TALLY_EINVAL,
			   "a contract of version %s has HTTP interactions or messages, not both: "
			   "take version 4, or two contracts",
			   tally_spec_text(expectations->spec));
}

/* Takes `json` in every case. */
static int add(struct tally_interaction **out, struct tally_expectations *expectations, cJSON *json,
	       struct tally_error *error)
{
	struct tally_interaction *made = tally__calloc(1, sizeof(*made));
	struct tally_interaction **items = NULL;
	int status = made ? tally__interaction_try(expectations->spec, expectations->count, json,
						   &made->json, error)
			  : tally__fail_nomem(error);

	if (!made)
		cJSON_Delete(json);
	if (status == 0) {
		made->owner = expectations;
		made->index = expectations->count;
		made->kind = kind_of(made->json);
		status = check_kind(expectations, made->kind, error);
	}
	if (status == 0) {
		items = tally__mem_room(expectations->items, expectations->count,
					&expectations->capacity, 8,
					sizeof(struct tally_interaction *));
		status = items ? 0 : tally__fail_nomem(error);
	}
	if (status != 0) {
		if (made)
			cJSON_Delete(made->json);
		tally__free(made);
		return status;
	}
	expectations->items = items;
	expectations->items[expectations->count++] = made;
	if (out)
		*out = made;
	return 0;
}

static int begin(const struct tally_expectations *expectations, struct tally_error *error)
{
	if (error && error->code != 0)
		return error->code;
	if (!expectations)
		return tally__fail(error, TALLY_EINVAL, "expected expectations, found NULL");
	if (expectations->count >= LIMIT_INTERACTIONS)
		return tally__fail(error, TALLY_ELIMIT, "expected at most %d interactions",
				   LIMIT_INTERACTIONS);
	return 0;
}

int tally_interaction_new(struct tally_interaction **out, struct tally_expectations *expectations,
			  enum tally_interaction_kind kind, const char *description,
			  struct tally_error *error)
{
	cJSON *json;
	int status = begin(expectations, error);

	if (status == 0)
		status = tally__call_check(description, "a description", error);
	if (status == 0 &&
	    (kind != TALLY_HTTP && kind != TALLY_ASYNC_MESSAGE && kind != TALLY_SYNC_MESSAGE))
		status = tally__fail(error, TALLY_EINVAL, "there is no kind %d of interactions",
				     (int)kind);
	if (status != 0)
		return status;
	json = tally__object_of("type", cJSON_CreateString(tally__kind_text(kind)));
	if (tally__json_put(json, "description", cJSON_CreateString(description)) != 0 ||
	    (kind != TALLY_ASYNC_MESSAGE &&
	     tally__json_put(json, "request", cJSON_CreateObject()) != 0)) {
		cJSON_Delete(json);
		return tally__fail_nomem(error);
	}
	return add(out, expectations, json, error);
}

int tally_interaction_new_json(struct tally_interaction **out,
			       struct tally_expectations *expectations, cJSON *json,
			       struct tally_error *error)
{
	int status = begin(expectations, error);

	if (status == 0)
		return add(out, expectations, json, error);
	cJSON_Delete(json);
	return status;
}

/* ---- members of the interaction itself ---- */

/* Sets the member at the end of a path; takes `members`, the object around it, in every case. */
static int set_members(struct tally_interaction *interaction, cJSON *members,
		       const char *const path[], struct tally_error *error)
{
	cJSON *written = NULL;
	int status = tally__interaction_try_members(interaction, members, &written, error);

	if (status == 0)
		tally__graft(interaction->json, written, path);
	cJSON_Delete(written);
	return status;
}

static int set_text(struct tally_interaction *interaction, const char *name, const char *text,
		    const char *what, struct tally_error *error)
{
	const char *const path[] = {name, NULL};
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(text, what, error);
	return status ? status
		      : set_members(interaction, tally__object_of(name, cJSON_CreateString(text)),
				    path, error);
}

int tally_interaction_set_key(struct tally_interaction *interaction, const char *key,
			      struct tally_error *error)
{
	return set_text(interaction, "key", key, "a key", error);
}

int tally_interaction_set_transport(struct tally_interaction *interaction, const char *transport,
				    struct tally_error *error)
{
	return set_text(interaction, "transport", transport, "a transport", error);
}

int tally_interaction_set_pending(struct tally_interaction *interaction, bool pending,
				  struct tally_error *error)
{
	static const char *const path[] = {"pending", NULL};
	int status = tally__call_begin(interaction, error);

	return status ? status
		      : set_members(interaction,
				    tally__object_of("pending", cJSON_CreateBool(pending)), path,
				    error);
}

/* ---- provider states ---- */

/* Version 2 has one: there, those before have to be tried with it. */
static cJSON *states_with(const struct tally_interaction *interaction, cJSON *state)
{
	const cJSON *there = tally__json_get(interaction->json, "providerStates");
	cJSON *list = cJSON_CreateArray();
	int status = list ? 0 : TALLY_ENOMEM;

	if (status == 0 && there && interaction->owner->spec < TALLY_SPEC_V3)
		status = tally__json_append(list, tally__json_clone(there->child));
	if (tally__json_append(list, state) == 0 && status == 0)
		return tally__object_of("providerStates", list);
	cJSON_Delete(list);
	return NULL;
}

/* Takes `state` in every case. */
static int add_state(struct tally_interaction *interaction, cJSON *state, struct tally_error *error)
{
	static const char *const path[] = {"providerStates", NULL};
	cJSON *there = tally__json_get(interaction->json, "providerStates");
	cJSON *written = NULL;
	cJSON *list;
	int status = tally__interaction_try_members(interaction, states_with(interaction, state),
						    &written, error);

	list = tally__json_get(written, "providerStates");
	if (status == 0 && there && list)
		cJSON_AddItemToArray(there, cJSON_DetachItemViaPointer(list, list->child->prev));
	else if (status == 0)
		tally__graft(interaction->json, written, path);
	cJSON_Delete(written);
	return status;
}

int tally_interaction_add_state(struct tally_interaction *interaction, const char *name,
				struct tally_error *error)
{
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(name, "the name of a provider state", error);
	return status ? status
		      : add_state(interaction, tally__object_of("name", cJSON_CreateString(name)),
				  error);
}

int tally_interaction_add_state_with(struct tally_interaction *interaction, const char *name,
				     cJSON *params, struct tally_error *error)
{
	cJSON *state;
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(name, "the name of a provider state", error);
	if (status != 0) {
		cJSON_Delete(params);
		return status;
	}
	state = tally__object_of("params", params);
	if (tally__json_put(state, "name", cJSON_CreateString(name)) != 0) {
		cJSON_Delete(state);
		state = NULL;
	}
	return add_state(interaction, state, error);
}

/* ---- comments ---- */

/* That all on the way to what is set is what it has to be: files may have anything there. */
static int check_way(const struct tally_interaction *interaction, const char *const path[],
		     struct tally_error *error)
{
	const cJSON *at = interaction->json;

	for (; path[1]; path++) {
		at = tally__json_get(at, *path);
		if (at && !cJSON_IsObject(at))
			return tally__call_fail(interaction, error, TALLY_EINVAL, "/comments",
						"expected an object to add to, found another "
						"comment: set that one anew");
	}
	return 0;
}

/* Sets the comment at the end of a path; takes `value` in every case. */
static int set_comment(struct tally_interaction *interaction, const char *const path[],
		       size_t levels, cJSON *value, struct tally_error *error)
{
	int status = check_way(interaction, path, error);

	if (status != 0) {
		cJSON_Delete(value);
		return status;
	}
	while (levels-- > 0)
		value = tally__object_of(path[levels], value);
	return set_members(interaction, value, path, error);
}

int tally_interaction_set_comment(struct tally_interaction *interaction, const char *name,
				  cJSON *value, struct tally_error *error)
{
	const char *const path[] = {"comments", name, NULL};
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(name, "the name of a comment", error);
	if (status == 0)
		return set_comment(interaction, path, 2, value, error);
	cJSON_Delete(value);
	return status;
}

int tally_interaction_set_reference(struct tally_interaction *interaction, const char *group,
				    const char *name, cJSON *value, struct tally_error *error)
{
	const char *const path[] = {"comments", "references", group, name, NULL};
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(group, "a group of references", error);
	if (status == 0)
		status = tally__call_check(name, "the name of a reference", error);
	if (status == 0)
		return set_comment(interaction, path, 4, value, error);
	cJSON_Delete(value);
	return status;
}

int tally_interaction_add_comment(struct tally_interaction *interaction, const char *text,
				  struct tally_error *error)
{
	static const char *const path[] = {"comments", "text", NULL};
	cJSON *there, *list;
	cJSON *written = NULL;
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_check(text, "a comment", error);
	if (status == 0)
		status = check_way(interaction, path, error);
	if (status != 0)
		return status;
	there = tally__json_get(tally__json_get(interaction->json, "comments"), "text");
	if (there && !cJSON_IsArray(there))
		return tally__call_fail(interaction, error, TALLY_EINVAL, "/comments/text",
					"expected an array to add to: set this comment anew");
	list = cJSON_CreateArray();
	if (tally__json_append(list, cJSON_CreateString(text)) != 0) {
		cJSON_Delete(list);
		list = NULL;
	}
	if (!there)
		return set_comment(interaction, path, 2, list, error);
	status = tally__interaction_try_members(
		interaction, tally__object_of("comments", tally__object_of("text", list)), &written,
		error);
	list = tally__json_get(tally__json_get(written, "comments"), "text");
	if (status == 0)
		cJSON_AddItemToArray(there, cJSON_DetachItemViaPointer(list, list->child));
	cJSON_Delete(written);
	return status;
}
