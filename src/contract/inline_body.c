#include "config.h"

#include "contract/inline_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

enum shape { SHAPE_JSON, SHAPE_XML, SHAPE_FORM, SHAPE_MULTIPART, SHAPE_TEXT, SHAPE_BINARY };

static enum shape shape_of(const struct mime *type)
{
	/* GraphQL may stand in a JSON object, and as a text it has no members. */
	if (tally__mime_is_json(type) || tally__mime_is_unknown(type) ||
	    tally__mime_is_graphql(type))
		return SHAPE_JSON;
	if (tally__mime_is_xml(type))
		return SHAPE_XML;
	if (tally__mime_is_form(type))
		return SHAPE_FORM;
	if (tally__mime_is_multipart(type))
		return SHAPE_MULTIPART;
	return tally__mime_is_text(type) ? SHAPE_TEXT : SHAPE_BINARY;
}

bool tally__inline_describes(const struct mime *type, const cJSON *value)
{
	bool is_container = cJSON_IsObject(value) || cJSON_IsArray(value);

	switch (shape_of(type)) {
	case SHAPE_JSON:
	case SHAPE_TEXT:
	case SHAPE_BINARY:
		return tally__has_inline(value);
	case SHAPE_XML:
	case SHAPE_FORM:
	case SHAPE_MULTIPART:
		break;
	}
	return is_container;
}

int tally__inline_members(struct extractor *extractor, const cJSON *object,
			  const char *const known[], const char *what)
{
	for (const cJSON *member = object->child; member; member = member->next) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], member->string) != 0)
			i++;
		if (!known[i])
			return tally__extractor_fail(
				extractor, member->string, "\"%s\" is no member of %s",
				tally__text_shown(extractor->arena, member->string, 60), what);
	}
	return 0;
}

int tally__inline_scalar(struct extractor *extractor, const cJSON *value, const char **out)
{
	char scratch[JSON_NUMBER_BYTES];

	if (cJSON_IsString(value))
		*out = tally__arena_strdup(extractor->arena, value->valuestring);
	else if (cJSON_IsNumber(value))
		*out = tally__arena_strdup(extractor->arena,
					   tally__json_number_text(value, scratch));
	else if (cJSON_IsBool(value))
		*out = cJSON_IsTrue(value) ? "true" : "false";
	else
		return tally__extractor_fail(extractor, NULL,
					     "expected a string, a number, true or false, found %s",
					     tally__json_kind_name(tally__json_kind(value)));
	return *out ? 0 : tally__fail_nomem(extractor->error);
}

static int compare_names(const void *a, const void *b)
{
	const cJSON *const *left = a;
	const cJSON *const *right = b;

	return strcmp((*left)->string, (*right)->string);
}

int tally__inline_sorted(struct extractor *extractor, const cJSON *object, cJSON ***out,
			 size_t *count)
{
	size_t size = (size_t)cJSON_GetArraySize(object);
	cJSON **members = tally__realloc_array(NULL, size + 1, sizeof(cJSON *));

	if (!members)
		return tally__fail_nomem(extractor->error);
	size = 0;
	for (cJSON *member = object ? object->child : NULL; member; member = member->next)
		members[size++] = member;
	qsort(members, size, sizeof(cJSON *), compare_names);
	*out = members;
	*count = size;
	return 0;
}

int tally__inline_text_take(struct extractor *extractor, cJSON *value, const char **out)
{
	cJSON *example = NULL;
	int status = tally__extractor_take(extractor, value, &example);

	if (status == 0)
		status = tally__inline_scalar(extractor, example, out);
	cJSON_Delete(example);
	return status;
}

/* ---- kinds of content ---- */

static int take_json(struct extractor *extractor, cJSON *value, struct inline_content *out)
{
	return tally__extractor_take(extractor, value, &out->example);
}

static int take_text(struct extractor *extractor, cJSON *value, struct inline_content *out)
{
	int status = tally__extractor_take(extractor, value, &out->example);

	if (status == 0 && (cJSON_IsObject(out->example) || cJSON_IsArray(out->example)))
		return tally__extractor_fail(
			extractor, NULL,
			"expected a string or one matcher with a string, as the body's type is "
			"text");
	return status;
}

static int check_base64(struct extractor *extractor, const cJSON *content)
{
	struct buf bytes;
	bool is_base64;
	int status;

	if (!cJSON_IsString(content))
		return tally__extractor_fail(extractor, NULL,
					     "expected the body's bytes as base64, a string");
	tally__buf_init(&bytes, LIMIT_DOCUMENT_BYTES);
	is_base64 =
		tally__base64_decode(&bytes, content->valuestring, strlen(content->valuestring));
	status = tally__buf_status(&bytes, extractor->error);
	tally__buf_release(&bytes);
	if (status != 0 || is_base64)
		return status;
	return tally__extractor_fail(extractor, NULL,
				     "expected the body's bytes as base64, found other text");
}

/* {"pact:matcher:type": "contentType", "value": the type, "content": the bytes as base64}: the
 * value of this rule is no example. */
static int take_binary(struct extractor *extractor, cJSON *value, struct inline_content *out)
{
	cJSON *content = cJSON_DetachItemFromObjectCaseSensitive(value, "content");
	size_t mark = extractor->pointer.len;
	cJSON *ignored = NULL;
	int status = 0;

	if (cJSON_IsObject(value) && !content) {
		status = tally__extractor_fail(extractor, NULL,
					       "expected \"content\", the body's bytes as base64, "
					       "beside the matcher");
		cJSON_Delete(value);
		return status;
	}
	if (!content) {
		content = value;
		value = NULL;
	} else {
		tally__pointer_add(&extractor->pointer, "content");
	}
	status = check_base64(extractor, content);
	tally__buf_truncate(&extractor->pointer, mark);
	if (status == 0 && value)
		status = tally__extractor_take(extractor, value, &ignored);
	else
		cJSON_Delete(value);
	cJSON_Delete(ignored);
	if (status != 0) {
		cJSON_Delete(content);
		return status;
	}
	out->example = content;
	out->is_base64 = true;
	return 0;
}

/* A string that holds `bytes`, as base64 where they are no text of one line or more. */
static int make_string(struct extractor *extractor, const struct buf *bytes, bool as_base64,
		       struct inline_content *out)
{
	struct buf text;
	int status = tally__buf_status(bytes, extractor->error);

	if (status != 0)
		return status;
	out->is_base64 = as_base64;
	if (as_base64) {
		tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
		tally__base64_encode(&text, bytes->bytes, bytes->len);
		status = tally__buf_status(&text, extractor->error);
		if (status == 0)
			out->example = cJSON_CreateString(text.bytes);
		tally__buf_release(&text);
	} else {
		out->example = cJSON_CreateString(bytes->bytes);
	}
	return status != 0 || out->example ? status : tally__fail_nomem(extractor->error);
}

static int take_described(struct extractor *extractor, enum shape shape, const struct mime *type,
			  cJSON *value, const char **boundary, struct inline_content *out)
{
	struct buf bytes;
	int status;

	tally__buf_init(&bytes, LIMIT_DOCUMENT_BYTES);
	if (shape == SHAPE_XML)
		status = tally__inline_xml_take(extractor, value, &bytes);
	else if (shape == SHAPE_FORM)
		status = tally__inline_form_take(extractor, value, &bytes);
	else
		status = tally__inline_multipart_take(extractor, type, value, boundary, &bytes);
	if (status == 0)
		status = make_string(extractor, &bytes, shape == SHAPE_MULTIPART, out);
	tally__buf_release(&bytes);
	return status;
}

int tally__inline_content_take(struct extractor *extractor, const struct mime *type, cJSON *value,
			       const char **boundary, struct inline_content *out)
{
	enum shape shape = shape_of(type);
	bool is_whole = tally__is_inline(value) || !(cJSON_IsObject(value) || cJSON_IsArray(value));
	int status;

	*out = (struct inline_content){0};
	if (shape == SHAPE_JSON)
		status = take_json(extractor, value, out);
	else if (shape == SHAPE_BINARY)
		status = take_binary(extractor, value, out);
	else if (shape == SHAPE_TEXT || is_whole)
		status = take_text(extractor, value, out);
	else
		status = take_described(extractor, shape, type, value, boundary, out);
	if (status != 0) {
		cJSON_Delete(out->example);
		out->example = NULL;
	}
	return status;
}
