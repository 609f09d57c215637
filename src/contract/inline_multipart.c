/* Multipart bodies: a list of {"name", "filename", "contentType", "body"}. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline_body.h"
#include "format/digest.h"

static const char default_boundary[] = "tally-boundary";

/* One part before it is written. */
struct part {
	const char *name;     /* or NULL */
	const char *filename; /* or NULL */
	const char *type;     /* as declared, or NULL */
	struct buf body;
};

static bool fits_quotes(const char *text)
{
	for (; *text; text++)
		if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ' || *text == 0x7F)
			return false;
	return true;
}

/* What stands between quotes in a header. */
static int take_name(struct extractor *extractor, const cJSON *object, const char *member,
		     const char **out)
{
	const cJSON *value = tally__json_get(object, member);

	if (!value)
		return 0;
	if (!cJSON_IsString(value) || !*value->valuestring || !fits_quotes(value->valuestring))
		return tally__extractor_fail(
			extractor, member,
			"expected a string without quotes, backslashes and control characters");
	*out = value->valuestring;
	return 0;
}

/* The type that says how the body is described; *declared is for the header. */
static int part_type(struct extractor *extractor, const cJSON *object, const cJSON *body,
		     struct mime *out, const char **declared)
{
	const cJSON *given = tally__json_get(object, "contentType");
	bool is_container = cJSON_IsArray(body) ||
			    (cJSON_IsObject(body) && !tally__is_inline(body)) ||
			    cJSON_IsObject(tally__json_get(body, "value")) ||
			    cJSON_IsArray(tally__json_get(body, "value"));
	const char *text = cJSON_IsString(given) ? given->valuestring : NULL;
	int status;

	if (given && (!text || !fits_quotes(text)))
		return tally__extractor_fail(extractor, "contentType", "expected a content type");
	if (!given && is_container)
		text = "application/json";
	else if (!given && tally__json_get(object, "filename"))
		text = "text/plain";
	status = tally__mime_parse(out, extractor->arena, text ? text : "text/plain", NULL);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(extractor->error);
	if (status != 0 || tally__mime_is_multipart(out))
		return tally__extractor_fail(extractor, "contentType",
					     "expected a content type such as image/png that is "
					     "not multipart itself");
	*declared = text;
	return 0;
}

static int add_content(struct extractor *extractor, const struct mime *type,
		       const struct inline_content *content, struct buf *out)
{
	const cJSON *example = content->example;
	const char *text = NULL;
	int status;

	if (tally__mime_is_json(type) ||
	    (tally__mime_is_graphql(type) && (cJSON_IsObject(example) || cJSON_IsArray(example)))) {
		tally__json_add(out, example, TALLY_JSON_COMPACT);
		return tally__buf_status(out, extractor->error);
	}
	status = tally__inline_scalar(extractor, example, &text);
	if (status != 0)
		return status;
	if (content->is_base64)
		(void)tally__base64_decode(out, text, strlen(text)); /* was checked */
	else
		tally__buf_adds(out, text);
	return tally__buf_status(out, extractor->error);
}

static int take_body(struct extractor *extractor, const struct mime *type, cJSON *body,
		     struct buf *out)
{
	struct inline_content content = {0};
	size_t mark = extractor->pointer.len;
	int status;

	tally__pointer_add(&extractor->pointer, "body");
	status = tally__inline_content_take(extractor, type, body, NULL, &content);
	if (status == 0)
		status = add_content(extractor, type, &content, out);
	tally__buf_truncate(&extractor->pointer, mark);
	cJSON_Delete(content.example);
	return status;
}

static int take_part(struct extractor *extractor, cJSON *object, bool is_form, size_t index,
		     struct part *part)
{
	static const char *const known[] = {"name", "filename", "contentType", "body", NULL};
	cJSON *body = tally__json_get(object, "body");
	size_t mark = extractor->path.len;
	struct mime type;
	int status;

	if (!cJSON_IsObject(object))
		return tally__extractor_fail(extractor, NULL,
					     "expected a part such as {\"name\": \"id\", "
					     "\"body\": \"1\"}");
	status = tally__inline_members(extractor, object, known, "a part of a multipart body");
	if (status == 0)
		status = take_name(extractor, object, "name", &part->name);
	if (status == 0)
		status = take_name(extractor, object, "filename", &part->filename);
	if (status == 0 && is_form && !part->name)
		status =
			tally__extractor_fail(extractor, NULL, "a part of a form needs a \"name\"");
	if (status == 0 && !body)
		status = tally__extractor_fail(extractor, NULL, "a part needs a \"body\"");
	if (status == 0)
		status = part_type(extractor, object, body, &type, &part->type);
	if (status != 0)
		return status;
	if (part->name)
		tally__path_add_field(&extractor->path, part->name);
	else
		tally__buf_addf(&extractor->path, "[%zu]", index);
	cJSON_DetachItemViaPointer(object, body);
	status = take_body(extractor, &type, body, &part->body);
	tally__buf_truncate(&extractor->path, mark);
	return status;
}

static int take_parts(struct extractor *extractor, const cJSON *list, bool is_form,
		      struct part *parts)
{
	size_t index = 0;
	int status = 0;

	for (cJSON *item = list->child; item && status == 0; item = item->next, index++) {
		size_t mark = extractor->pointer.len;

		tally__buf_addf(&extractor->pointer, "/%zu", index);
		status = take_part(extractor, item, is_form, index, &parts[index]);
		tally__buf_truncate(&extractor->pointer, mark);
	}
	return status;
}

static bool contains(const struct buf *bytes, const char *text)
{
	size_t len = strlen(text);
	const char *at = bytes->bytes;
	const char *end = bytes->bytes + bytes->len;

	while ((at = memchr(at, *text, (size_t)(end - at))) && (size_t)(end - at) >= len) {
		if (memcmp(at, text, len) == 0)
			return true;
		at++;
	}
	return false;
}

/* The same for the same parts.  Where the plain one occurs in them, their digest is added. */
static int choose_boundary(struct extractor *extractor, const struct part *parts, size_t count,
			   const char **boundary)
{
	char digest[DIGEST_TEXT_BYTES];
	struct buf all;
	int status = 0;
	bool occurs = false;

	for (size_t i = 0; i < count; i++)
		occurs = occurs ||
			 contains(&parts[i].body, *boundary ? *boundary : default_boundary);
	if (*boundary && occurs)
		return tally__extractor_fail(extractor, NULL,
					     "the boundary \"%s\" occurs in a part: leave it out, "
					     "and one is chosen",
					     tally__text_shown(extractor->arena, *boundary, 60));
	if (*boundary || !occurs) {
		*boundary = *boundary ? *boundary : default_boundary;
		return 0;
	}
	tally__buf_init(&all, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < count; i++)
		tally__buf_add(&all, parts[i].body.bytes, parts[i].body.len);
	status = tally__buf_status(&all, extractor->error);
	if (status == 0)
		status = tally__digest(digest, all.bytes, all.len, extractor->error);
	tally__buf_release(&all);
	if (status != 0)
		return status;
	*boundary = tally__arena_printf(extractor->arena, "%s-%s", default_boundary, digest);
	return *boundary ? 0 : tally__fail_nomem(extractor->error);
}

static void write_part(struct buf *out, const char *boundary, bool is_form, const struct part *part)
{
	tally__buf_addf(out, "--%s\r\n", boundary);
	if (part->name || part->filename) {
		tally__buf_addf(out, "Content-Disposition: %s",
				is_form ? "form-data" : "attachment");
		if (part->name)
			tally__buf_addf(out, "; name=\"%s\"", part->name);
		if (part->filename)
			tally__buf_addf(out, "; filename=\"%s\"", part->filename);
		tally__buf_adds(out, "\r\n");
	}
	if (part->type)
		tally__buf_addf(out, "Content-Type: %s\r\n", part->type);
	tally__buf_adds(out, "\r\n");
	tally__buf_add(out, part->body.bytes, part->body.len);
	tally__buf_adds(out, "\r\n");
}

int tally__inline_multipart_take(struct extractor *extractor, const struct mime *type, cJSON *value,
				 const char **boundary, struct buf *out)
{
	bool is_form = strcmp(type->sub, "form-data") == 0;
	size_t count = cJSON_IsArray(value) ? (size_t)cJSON_GetArraySize(value) : 0;
	struct part *parts = NULL;
	int status = 0;

	if (count == 0 || count > LIMIT_PARTS)
		status =
			tally__extractor_fail(extractor, NULL,
					      "expected a list of 1 to %d parts such as {\"name\": "
					      "\"id\", \"body\": \"1\"}, or a string",
					      LIMIT_PARTS);
	if (status == 0) {
		parts = tally__arena_alloc_array(extractor->arena, count, sizeof(*parts));
		if (!parts)
			status = tally__fail_nomem(extractor->error);
	}
	for (size_t i = 0; parts && i < count; i++)
		tally__buf_init(&parts[i].body, LIMIT_DOCUMENT_BYTES);
	if (status == 0)
		status = take_parts(extractor, value, is_form, parts);
	if (status == 0)
		status = choose_boundary(extractor, parts, count, boundary);
	for (size_t i = 0; i < count && status == 0; i++)
		write_part(out, *boundary, is_form, &parts[i]);
	if (status == 0) {
		tally__buf_addf(out, "--%s--\r\n", *boundary);
		status = tally__buf_status(out, extractor->error);
	}
	for (size_t i = 0; parts && i < count; i++)
		tally__buf_release(&parts[i].body);
	cJSON_Delete(value);
	return status;
}
