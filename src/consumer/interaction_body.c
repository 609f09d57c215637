#include "config.h"

#include "consumer/interaction_body.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* Where a part says its content type, and where its body stands. */
struct body_place {
	const struct named_member *member;
	const char *name;
	const char *body;
};

static const struct body_place http_place = {&tally__member_headers, "Content-Type", "body"};
static const struct body_place message_place = {&tally__member_metadata, "contentType", "contents"};

static const struct body_place *place_of(const struct tally_interaction *interaction)
{
	return interaction->kind == TALLY_HTTP ? &http_place : &message_place;
}

/* The type that a part declares, as reading finds it; NULL when it declares none. */
static const char *declared_type(const struct body_place *place, const cJSON *part)
{
	const cJSON *value;

	if (place == &message_place)
		return tally__metadata_content_type(tally__json_get(part, "metadata"));
	value = tally__named_get(part, place->member, place->name);
	if (cJSON_IsArray(value))
		value = value->child;
	return cJSON_IsString(value) ? value->valuestring : NULL;
}

/* ---- types ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether a body of the one type is one of the other: parameters make no difference, but for what
 * stands between the parts of a multipart body. */
static bool same_type(const struct mime *a, const struct mime *b)
{
	return same_text(a->main, b->main) && same_text(a->sub, b->sub) &&
	       same_text(a->suffix, b->suffix);
}

/* The types of a part, taken apart. */
struct types {
	struct mime given, there;
	bool has_given, has_there; /* what cannot be read says nothing */
};

static int parse_type(struct mime *out, bool *has, struct arena *arena, const char *text,
		      struct tally_error *error)
{
	int status = text ? tally__mime_parse(out, arena, text, NULL) : TALLY_EPARSE;

	*has = status == 0 && !tally__mime_is_unknown(out);
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : 0;
}

static int parse_types(struct types *types, struct arena *arena, const char *given,
		       const char *there, struct tally_error *error)
{
	int status = parse_type(&types->given, &types->has_given, arena, given, error);

	return status ? status : parse_type(&types->there, &types->has_there, arena, there, error);
}

/* Whether there is a body that can be of a type. */
static bool has_content(const cJSON *part, const struct body_place *place)
{
	const cJSON *content = tally__json_get(tally__json_get(part, place->body), "content");

	return content && !cJSON_IsNull(content) &&
	       !(cJSON_IsString(content) && !*content->valuestring);
}

static int check_type(const struct types *types, const struct tally_interaction *interaction,
		      struct tally_error *error)
{
	if (!types->has_there)
		return 0;
	if (!types->has_given || !same_type(&types->given, &types->there))
		return tally__call_fail(interaction, error, TALLY_EINVAL, "",
					"the body is of another type: set it again with the new "
					"one, which sets this as well");
	if (tally__mime_is_multipart(&types->there) &&
	    !same_text(tally__mime_param(&types->given, "boundary"),
		       tally__mime_param(&types->there, "boundary")))
		return tally__call_fail(interaction, error, TALLY_EINVAL, "",
					"the body was made with another boundary: set this first");
	return 0;
}

bool tally__is_content_type(const struct tally_interaction *interaction,
			    const struct named_member *member, const char *name)
{
	const struct body_place *place = place_of(interaction);

	return member == place->member && (tally__text_equal_nocase(name, place->name) ||
					   tally__text_equal_nocase(name, "content-type"));
}

int tally__content_type_check(const struct tally_interaction *interaction, enum tally_part part,
			      const cJSON *made, struct tally_error *error)
{
	const struct body_place *place = place_of(interaction);
	const cJSON *there = tally__part_of(interaction->kind, interaction->json, part);
	const char *type =
		tally__json_get_string(tally__json_get(there, place->body), "contentType");
	struct types types;
	struct arena arena;
	int status;

	if (!has_content(there, place))
		return 0;
	if (!type)
		type = declared_type(place, there);
	tally__arena_init(&arena, 0);
	status = parse_types(&types, &arena, declared_type(place, made), type, error);
	if (status == 0)
		status = check_type(&types, interaction, error);
	tally__arena_release(&arena);
	return status;
}

/* ---- parts ---- */

int tally__part_graft(struct tally_interaction *interaction, enum tally_part part, cJSON *made,
		      const struct graft_step *steps, size_t count, struct tally_error *error)
{
	cJSON *there = tally__part_of(interaction->kind, interaction->json, part);
	cJSON *list = tally__json_get(interaction->json, "response");
	int status;

	if (there)
		return tally__graft_all(there, made, steps, count, error);
	there = cJSON_CreateObject();
	if (tally__json_append(list, there) != 0)
		return tally__fail_nomem(error);
	status = tally__graft_all(there, made, steps, count, error);
	if (status != 0)
		cJSON_Delete(cJSON_DetachItemViaPointer(list, there));
	return status;
}

void tally__content_type_declared(struct tally_interaction *interaction, enum tally_part part)
{
	const struct body_place *place = place_of(interaction);
	const cJSON *there = tally__part_of(interaction->kind, interaction->json, part);

	if (declared_type(place, there))
		cJSON_DeleteItemFromObjectCaseSensitive(tally__json_get(there, place->body),
							"contentType");
}

/* ---- bodies ---- */

/* What a body is set with. */
struct setting {
	struct tally_interaction *interaction;
	enum tally_part part;
	const struct body_place *place;
	const char *given; /* the type, or NULL */
	char name[16];     /* of the header or metadata that declares it */
	bool is_fresh;     /* this is not there yet, or of another type */
	bool is_multipart; /* the body brings a boundary */
	struct tally_error *error;
};

/* The name that the type of a part has there, in its own spelling. */
static const char *spelling(const struct body_place *place, const cJSON *part)
{
	const cJSON *each = NULL;

	cJSON_ArrayForEach(each, tally__json_get(part, place->member->name))
	{
		if (tally__text_equal_nocase(each->string, place->name) ||
		    tally__text_equal_nocase(each->string, "content-type"))
			return each->string;
	}
	return place->name;
}

static int fail_type(const struct setting *setting)
{
	return tally__call_fail(setting->interaction, setting->error, TALLY_EINVAL, "",
				"expected a content type such as \"application/json\"");
}

/* Finds out what is declared, and whether that may stay. */
static int compare_types(struct setting *setting, const cJSON *there)
{
	const char *declared = declared_type(setting->place, there);
	struct types types;
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = parse_types(&types, &arena, setting->given, declared, setting->error);
	if (status == 0 && setting->given && !types.has_given)
		status = fail_type(setting);
	if (status == 0) {
		const struct mime *type = setting->given ? &types.given : &types.there;
		bool has_type = setting->given || types.has_there;

		setting->is_fresh = setting->given &&
				    (!types.has_there || !same_type(&types.given, &types.there));
		setting->is_multipart = has_type && tally__mime_is_multipart(type);
		/* One without a boundary is for parts that nobody has seen yet. */
		if (setting->is_multipart && types.has_there &&
		    !tally__mime_param(&types.there, "boundary"))
			setting->is_fresh = true;
	}
	tally__arena_release(&arena);
	return status;
}

/* The body, and the type that says what it is; takes `body` in every case.  NULL when memory is
 * short. */
static cJSON *members_for(const struct setting *setting, const cJSON *there, cJSON *body)
{
	const char *declared = declared_type(setting->place, there);
	const char *type = setting->is_fresh && setting->given ? setting->given : declared;
	cJSON *members = tally__object_of(setting->place->body, body);
	cJSON *types;

	if (!type || !members)
		return members;
	types = tally__object_of(setting->name, cJSON_CreateString(type));
	if (tally__json_put(members, setting->place->member->name, types) == 0)
		return members;
	cJSON_Delete(members);
	return NULL;
}

/* Takes `body`, as version 4 has it, in every case. */
static int set_body(struct setting *setting, cJSON *body)
{
	struct tally_interaction *interaction = setting->interaction;
	cJSON *there = tally__part_of(interaction->kind, interaction->json, setting->part);
	cJSON *written = NULL;
	cJSON *made;
	int status = compare_types(setting, there);
	struct graft_step steps[2];

	/* What it is taken from may go. */
	(void)snprintf(setting->name, sizeof(setting->name), "%s", spelling(setting->place, there));
	if (status != 0) {
		cJSON_Delete(body);
		return status;
	}
	status = tally__interaction_try_part(interaction, setting->part,
					     members_for(setting, there, body), &written,
					     setting->error);
	made = tally__part_of(interaction->kind, written, setting->part);
	steps[0] = (struct graft_step){.name = setting->place->body, .category = "body"};
	steps[1] = (struct graft_step){.name = setting->name,
				       .named = setting->place->member,
				       .keeps_rules = !setting->is_fresh};
	if (status == 0)
		status = tally__part_graft(interaction, setting->part, made, steps,
					   setting->is_fresh || setting->is_multipart ? 2 : 1,
					   setting->error);
	if (status == 0)
		tally__content_type_declared(interaction, setting->part);
	cJSON_Delete(written);
	return status;
}

static int begin(struct setting *setting, struct tally_interaction *interaction,
		 enum tally_part part, const char *content_type, struct tally_error *error)
{
	int status = tally__call_begin(interaction, error);

	if (status == 0)
		status = tally__call_part(interaction, part, NULL, error);
	if (status == 0)
		*setting = (struct setting){.interaction = interaction,
					    .part = part,
					    .place = place_of(interaction),
					    .given = content_type,
					    .error = error};
	return status;
}

int tally_interaction_set_body(struct tally_interaction *interaction, enum tally_part part,
			       const char *content_type, cJSON *value, struct tally_error *error)
{
	struct setting setting;
	int status = begin(&setting, interaction, part, content_type, error);

	if (status == 0)
		return set_body(&setting, tally__object_of("content", value));
	cJSON_Delete(value);
	return status;
}

/* NULL when memory is short. */
static cJSON *encoded(const void *bytes, size_t len)
{
	struct buf text;
	cJSON *body = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__base64_encode(&text, bytes, len);
	if (text.status == 0)
		body = tally__object_of("content", cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	if (tally__json_put(body, "encoded", cJSON_CreateString("base64")) == 0)
		return body;
	cJSON_Delete(body);
	return NULL;
}

int tally_interaction_set_bytes(struct tally_interaction *interaction, enum tally_part part,
				const char *content_type, const void *bytes, size_t len,
				struct tally_error *error)
{
	struct setting setting;
	int status = begin(&setting, interaction, part, content_type, error);

	if (status == 0 && !bytes && len > 0)
		status = tally__call_check(NULL, "bytes", error);
	if (status == 0 && len > LIMIT_DOCUMENT_BYTES / 4 * 3 - 3)
		status = tally__call_fail(interaction, error, TALLY_ELIMIT, "",
					  "the bytes are more than a contract can hold");
	return status ? status : set_body(&setting, encoded(bytes, len));
}
