/* Expectations: a contract file with matchers inside its values.  They are taken out, then the rest
 * is read as the contract that it is. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "contract/inline.h"
#include "contract/inline_body.h"
#include "contract/reader.h"

/* Replaces the member `name` of `object` by `made`, which it takes in every case. */
static int replace(struct extractor *extractor, cJSON *object, const char *name, cJSON *made)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
	return tally__json_put(object, name, made) ? tally__fail_nomem(extractor->error) : 0;
}

/* Takes the matchers out of a member of `object`, which stays where it is. */
static int take_member(struct extractor *extractor, cJSON *object, const char *name,
		       const char *category, const char *path)
{
	cJSON *value = tally__json_get(object, name);
	size_t mark = extractor->pointer.len;
	cJSON *example = NULL;
	int status;

	if (!value)
		return 0;
	tally__pointer_add(&extractor->pointer, name);
	status = tally__extractor_begin(extractor, category, path);
	if (status == 0)
		status = tally__extractor_take(extractor, cJSON_DetachItemViaPointer(object, value),
					       &example);
	if (status == 0)
		status = replace(extractor, object, name, example);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

/* 1 when both are the same but for their examples, 0 when not, or TALLY_ENOMEM. */
static int same_rules(const cJSON *a, const cJSON *b)
{
	cJSON *left, *right;
	int same = TALLY_ENOMEM;

	if (!tally__is_inline(a) || !tally__is_inline(b))
		return tally__is_inline(a) == tally__is_inline(b);
	left = tally__json_clone(a);
	right = tally__json_clone(b);
	if (left && right) {
		cJSON_DeleteItemFromObjectCaseSensitive(left, "value");
		cJSON_DeleteItemFromObjectCaseSensitive(right, "value");
		same = tally__json_equal(left, right);
	}
	cJSON_Delete(left);
	cJSON_Delete(right);
	return same;
}

/* A contract has one set of rules for a name, which each of its values has to satisfy. */
static int check_values(struct extractor *extractor, const cJSON *values)
{
	const cJSON *value;

	if (!cJSON_IsArray(values))
		return 0;
	cJSON_ArrayForEach(value, values)
	{
		int same = same_rules(values->child, value);

		if (same < 0)
			return tally__fail_nomem(extractor->error);
		if (same == 0)
			return tally__extractor_fail(
				extractor, NULL,
				"the values of one name share their rules: give all of them the "
				"same matcher, or put one matcher around the list");
	}
	return 0;
}

/* Members that have a name each, whose rules go under that name. */
static int take_named(struct extractor *extractor, cJSON *part, const char *member,
		      const char *category)
{
	cJSON *values = tally__json_get(part, member);
	size_t mark = extractor->pointer.len;
	cJSON *taken;
	int status = 0;

	if (!cJSON_IsObject(values))
		return 0;
	taken = cJSON_CreateObject();
	if (!taken)
		return tally__fail_nomem(extractor->error);
	tally__pointer_add(&extractor->pointer, member);
	while (status == 0 && values->child) {
		cJSON *value = cJSON_DetachItemViaPointer(values, values->child);
		char *name = tally__arena_strdup(extractor->arena, value->string);
		cJSON *example = NULL;
		size_t inner = extractor->pointer.len;

		if (!name) {
			cJSON_Delete(value);
			status = tally__fail_nomem(extractor->error);
			break;
		}
		tally__pointer_add(&extractor->pointer, name);
		status = check_values(extractor, value);
		if (status == 0)
			status = tally__extractor_begin(extractor, category, name);
		if (status == 0)
			status = tally__extractor_take(extractor, value, &example);
		else
			cJSON_Delete(value);
		if (status == 0 && tally__json_put(taken, name, example) != 0)
			status = tally__fail_nomem(extractor->error);
		tally__buf_truncate(&extractor->pointer, inner);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	if (status != 0) {
		cJSON_Delete(taken);
		return status;
	}
	return replace(extractor, part, member, taken);
}

/* The type that a body is described by: its own, or that of the part's header or metadata. */
static int body_type(struct extractor *extractor, const cJSON *part, const char *own,
		     struct mime *out)
{
	static const struct mime unknown = {.main = "*", .sub = "*"};
	struct name_values_list headers = {0};
	struct reader reader = {.arena = extractor->arena, .part = "", .error = extractor->error};
	const char *declared = own;
	int status = 0;

	if (!declared)
		status = tally__reader_headers(&reader, tally__json_get(part, "headers"), &headers);
	if (status != 0)
		return status;
	if (!declared)
		declared = tally__header_content_type(&headers);
	if (!declared)
		declared = tally__metadata_content_type(tally__json_get(part, "metadata"));
	*out = unknown;
	status = declared ? tally__mime_parse(out, extractor->arena, declared, NULL) : 0;
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(extractor->error);
	if (status != 0)
		*out = unknown;
	return 0;
}

/* The header Content-Type of a part; NULL when there is none. */
static cJSON *content_type_header(const cJSON *part)
{
	const cJSON *headers = tally__json_get(part, "headers");
	cJSON *header = NULL;

	cJSON_ArrayForEach(header, headers)
	{
		if (tally__text_equal_nocase(header->string, "Content-Type"))
			return header;
	}
	return NULL;
}

/* Nobody else would choose the boundary that the example has: a rule takes any. */
static int add_boundary_rule(struct extractor *extractor, const struct mime *type,
			     const char *header)
{
	cJSON *rules = cJSON_CreateArray();
	cJSON *rule = cJSON_CreateObject();
	char *regex =
		tally__arena_printf(extractor->arena, "%s/%s;(\\s*charset=[^;]*;)?\\s*boundary=.*",
				    type->main, type->sub);
	int status = 0;

	if (tally__json_append(rules, rule) != 0 || !regex ||
	    tally__json_put(rule, "match", cJSON_CreateString("regex")) != 0 ||
	    tally__json_put(rule, "regex", cJSON_CreateString(regex)) != 0)
		status = tally__fail_nomem(extractor->error);
	if (status == 0)
		status = tally__extractor_begin(extractor, "header", header);
	if (status == 0)
		status = tally__extractor_add_rules(extractor, rules, false);
	cJSON_Delete(rules);
	return status;
}

/* The header says the boundary that was chosen; its own rules stay when it has some. */
static int declare_boundary(struct extractor *extractor, const cJSON *part, const struct mime *type,
			    const char *boundary)
{
	cJSON *header = content_type_header(part);
	cJSON *value = cJSON_IsArray(header) ? header->child : header;
	const cJSON *rules = tally__json_get(extractor->rules, "header");
	char *text;

	if (!cJSON_IsString(value))
		return tally__extractor_fail(extractor, NULL,
					     "expected the header Content-Type for a multipart "
					     "body: only requests and responses can have one");
	if (!tally__mime_param(type, "boundary")) {
		text = tally__arena_printf(extractor->arena, "%s; boundary=%s", value->valuestring,
					   boundary);
		if (!text || !cJSON_SetValuestring(value, text))
			return tally__fail_nomem(extractor->error);
	}
	return tally__json_get(rules, header->string)
		       ? 0
		       : add_boundary_rule(extractor, type, header->string);
}

/* Takes the member `name` of `owner` apart, which is the body of `part`. */
static int take_content(struct extractor *extractor, cJSON *part, cJSON *owner, const char *name,
			const struct mime *type, bool *is_base64)
{
	cJSON *value = tally__json_get(owner, name);
	const char *boundary = tally__mime_param(type, "boundary");
	struct inline_content content;
	size_t mark = extractor->pointer.len;
	int status = tally__extractor_begin(extractor, "body", "$");

	tally__pointer_add(&extractor->pointer, name);
	if (status == 0)
		status = tally__inline_content_take(extractor, type,
						    cJSON_DetachItemViaPointer(owner, value),
						    &boundary, &content);
	if (status == 0) {
		*is_base64 = content.is_base64;
		status = replace(extractor, owner, name, content.example);
	}
	if (status == 0 && tally__mime_is_multipart(type) && *is_base64)
		status = declare_boundary(extractor, part, type, boundary);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

/* What version 4 puts around a body. */
static bool is_wrapper(const cJSON *body)
{
	return cJSON_IsObject(body) && !tally__is_inline(body) && tally__json_get(body, "content");
}

/* An example may look like the object that version 4 puts around a body. */
static int wrap(struct extractor *extractor, cJSON *part, const char *member, cJSON **wrapper)
{
	cJSON *body = cJSON_DetachItemFromObjectCaseSensitive(part, member);

	*wrapper = cJSON_CreateObject();
	if (tally__json_put(part, member, *wrapper) != 0) {
		cJSON_Delete(body);
		return tally__fail_nomem(extractor->error);
	}
	return tally__json_put(*wrapper, "content", body) ? tally__fail_nomem(extractor->error) : 0;
}

static int take_body(struct extractor *extractor, enum tally_spec spec, cJSON *part,
		     const char *member)
{
	cJSON *body = tally__json_get(part, member);
	bool is_wrapped = spec == TALLY_SPEC_V4 && is_wrapper(body);
	const cJSON *value = is_wrapped ? tally__json_get(body, "content") : body;
	bool is_base64 = false;
	size_t mark = extractor->pointer.len;
	struct mime type;
	int status;

	if (!cJSON_IsObject(value) && !cJSON_IsArray(value))
		return 0;
	status = body_type(extractor, part,
			   is_wrapped ? tally__json_get_string(body, "contentType") : NULL, &type);
	if (status != 0 || !tally__inline_describes(&type, value))
		return status;
	if (is_wrapped)
		tally__pointer_add(&extractor->pointer, member);
	status = take_content(extractor, part, is_wrapped ? body : part,
			      is_wrapped ? "content" : member, &type, &is_base64);
	tally__buf_truncate(&extractor->pointer, mark);
	if (status != 0 || spec != TALLY_SPEC_V4)
		return status;
	if (!is_wrapped)
		status = wrap(extractor, part, member, &body);
	if (status == 0 && is_base64)
		status = replace(extractor, body, "encoded", cJSON_CreateString("base64"));
	return status;
}

/* Moves what was collected into the part's own member; where both have a category, that is
 * refused. */
static int give(struct extractor *extractor, cJSON *part, const char *member, cJSON **collected)
{
	cJSON *own = tally__json_get(part, member);
	cJSON *made = *collected;

	if (!made)
		return 0;
	*collected = NULL;
	if (!cJSON_IsObject(own) || !own->child)
		return replace(extractor, part, member, made);
	while (made->child) {
		cJSON *category = cJSON_DetachItemViaPointer(made, made->child);

		if (*own->child->string == '$' || tally__json_get(own, category->string)) {
			int status = tally__extractor_fail(
				extractor, member,
				"\"%s\" is given here and inside the values: keep one of them",
				category->string);

			cJSON_Delete(category);
			cJSON_Delete(made);
			return status;
		}
		cJSON_AddItemToArray(own, category); /* keeps the category's name */
	}
	cJSON_Delete(made);
	return 0;
}

static int take_part(cJSON *part, enum tally_spec spec, struct arena *arena, const char *pointer,
		     struct tally_error *error)
{
	struct extractor extractor;
	int status;

	if (!cJSON_IsObject(part))
		return 0;
	tally__extractor_init(&extractor, arena, pointer, error);
	status = take_member(&extractor, part, "method", "method", "");
	if (status == 0)
		status = take_member(&extractor, part, "path", "path", "");
	if (status == 0)
		status = take_member(&extractor, part, "status", "status", "");
	if (status == 0)
		status = take_named(&extractor, part, "query", "query");
	if (status == 0)
		status = take_named(&extractor, part, "headers", "header");
	if (status == 0)
		status = take_member(&extractor, part, "metadata", "metadata", "$");
	if (status == 0)
		status = take_body(&extractor, spec, part, "body");
	if (status == 0)
		status = take_body(&extractor, spec, part, "contents");
	if (status == 0)
		status = give(&extractor, part, "matchingRules", &extractor.rules);
	if (status == 0)
		status = give(&extractor, part, "generators", &extractor.generators);
	tally__extractor_release(&extractor);
	return status;
}

/* A message is a part itself; requests and responses are parts below their interaction. */
static int take_interaction(cJSON *interaction, enum tally_spec spec, struct arena *arena,
			    const char *list, size_t index, struct tally_error *error)
{
	static const char *const names[] = {"request", "response"};
	char *pointer = tally__arena_printf(arena, "/%s/%zu", list, index);
	int status = 0;

	if (!pointer)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < 2 && status == 0; i++) {
		cJSON *part = tally__json_get(interaction, names[i]);
		bool is_list = cJSON_IsArray(part);
		size_t number = 0;

		for (part = is_list ? part->child : part; part && status == 0;
		     part = is_list ? part->next : NULL) {
			char *place =
				is_list ? tally__arena_printf(arena, "%s/%s/%zu", pointer, names[i],
							      number++)
					: tally__arena_printf(arena, "%s/%s", pointer, names[i]);

			status = place ? take_part(part, spec, arena, place, error)
				       : tally__fail_nomem(error);
		}
	}
	if (status == 0 && tally__json_get(interaction, "contents"))
		status = take_part(interaction, spec, arena, pointer, error);
	return status;
}

static int take_list(const cJSON *document, const char *name, enum tally_spec spec,
		     struct arena *arena, struct tally_error *error)
{
	const cJSON *list = tally__json_get(document, name);
	size_t index = 0;
	int status = 0;

	if (!cJSON_IsArray(list))
		return 0;
	for (cJSON *item = list->child; item && status == 0; item = item->next)
		status = take_interaction(item, spec, arena, name, index++, error);
	return status;
}

/* Takes `document` in every case. */
static int read_document(struct tally_contract **out, cJSON *document, struct tally_error *error)
{
	enum tally_spec spec = TALLY_SPEC_UNKNOWN;
	struct arena arena;
	struct reader reader = {.arena = &arena, .part = "", .error = error};
	int status;

	tally__arena_init(&arena, 0);
	status = tally__reader_spec(&reader, document, &spec);
	if (status == 0)
		status = take_list(document, "interactions", spec, &arena, error);
	if (status == 0)
		status = take_list(document, "messages", spec, &arena, error);
	tally__arena_release(&arena);
	if (status == 0)
		return tally__contract_take(out, document, error);
	cJSON_Delete(document);
	return status;
}

int tally_expectations_parse(struct tally_contract **out, const char *text, size_t len,
			     struct tally_error *error)
{
	cJSON *document;
	int status = tally_json_parse(&document, text, len, error);

	return status ? status : read_document(out, document, error);
}

int tally_expectations_read_file(struct tally_contract **out, const char *path,
				 struct tally_error *error)
{
	cJSON *document;
	int status = tally_json_read_file(&document, path, error);

	if (status != 0)
		return status;
	status = read_document(out, document, error);
	if (status != 0)
		tally__error_within(error, path);
	return status;
}
