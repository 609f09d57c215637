/* The bodies of expectations: which description each has, and where what it gives goes. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline_body.h"
#include "contract/reader.h"

/* The one value of the header Content-Type, when all headers are texts, so that nothing is wrong
 * with any; NULL when that takes reading them. */
static const char *plain_content_type(const cJSON *headers)
{
	const char *found = NULL;

	if (!cJSON_IsObject(headers))
		return NULL;
	for (const cJSON *header = headers->child; header; header = header->next) {
		if (!cJSON_IsString(header))
			return NULL;
		if (!found && tally__text_equal_nocase(header->string, "Content-Type"))
			found = header->valuestring;
	}
	return found;
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
		declared = plain_content_type(tally__json_get(part, "headers"));
	if (!declared)
		status = tally__reader_headers(&reader, tally__json_get(part, "headers"), &headers);
	if (status != 0)
		return status;
	if (!declared)
		declared = tally__header_content_type(&headers);
	if (!declared)
		declared = tally__metadata_content_type(
			tally__json_get(part, tally__metadata_member(part)));
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

/* Whether there are parameters that the rule has to let through beside charset and boundary. */
static bool has_other_params(const struct mime *type)
{
	for (size_t i = 0; i < type->param_count; i++)
		if (!tally__text_equal_nocase(type->params[i].name, "charset") &&
		    !tally__text_equal_nocase(type->params[i].name, "boundary"))
			return true;
	return false;
}

/* The type as it is written, and a boundary; other parameters may stand before and behind it.  NULL
 * when memory is short. */
static char *boundary_regex(struct extractor *extractor, const struct mime *type, const char *value)
{
	const char *start = value + strspn(value, " \t");
	size_t len = strcspn(start, ";");
	struct buf text;
	char *regex = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (strchr(".+*?^$|\\()[]{}", start[i]))
			tally__buf_add(&text, "\\", 1);
		tally__buf_add(&text, start + i, 1);
	}
	if (start[len] == ' ' || start[len] == '\t')
		tally__buf_adds(&text, "\\s*");
	tally__buf_adds(&text, has_other_params(type) ? ";(.*;)?\\s*boundary=.*"
						      : ";(\\s*charset=[^;]*;)?\\s*boundary=.*");
	if (text.status == 0)
		regex = tally__arena_memdup(extractor->arena, text.bytes, text.len);
	tally__buf_release(&text);
	return regex;
}

/* Nobody else would choose the boundary that the example has: a rule takes any. */
static int add_boundary_rule(struct extractor *extractor, const struct mime *type,
			     const char *value, const char *header)
{
	cJSON *rules = cJSON_CreateArray();
	cJSON *rule = cJSON_CreateObject();
	char *regex = boundary_regex(extractor, type, value);
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
		       : add_boundary_rule(extractor, type, value->valuestring, header->string);
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
		status = tally__extractor_replace(extractor, owner, name, content.example);
	}
	if (status == 0 && tally__mime_is_multipart(type) && *is_base64)
		status = declare_boundary(extractor, part, type, boundary);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

cJSON *tally__part_body_value(enum tally_spec spec, cJSON *body, bool *wrapped)
{
	cJSON *content = spec == TALLY_SPEC_V4 && cJSON_IsObject(body) && !tally__is_inline(body)
				 ? tally__json_get(body, "content")
				 : NULL;

	*wrapped = content != NULL;
	return content ? content : body;
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

int tally__part_body_take(struct extractor *extractor, enum tally_spec spec, cJSON *part,
			  const char *member)
{
	cJSON *body = tally__json_get(part, member);
	bool is_wrapped;
	const cJSON *value = tally__part_body_value(spec, body, &is_wrapped);
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
		status = tally__extractor_replace(extractor, body, "encoded",
						  cJSON_CreateString("base64"));
	return status;
}
