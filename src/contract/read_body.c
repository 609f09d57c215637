/* Bodies and message contents, as versions 1 to 3 and as version 4 write them. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/reader.h"

/* TALLY_EPARSE and the unknown type are the same here: a type that nobody can read says nothing. */
static int parse_type(struct mime *out, bool *known, const char *text, struct arena *arena,
		      struct tally_error *error)
{
	int status;

	*known = false;
	if (!text)
		return 0;
	status = tally__mime_parse(out, arena, text, NULL);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	*known = status == 0 && !tally__mime_is_unknown(out);
	return 0;
}

int tally__body_bytes(const struct body *body, struct arena *arena, const char **bytes, size_t *len,
		      struct tally_error *error)
{
	struct buf text;
	int status;

	if (body->bytes || !body->json) {
		*bytes = body->bytes ? body->bytes : "";
		*len = body->bytes ? body->len : 0;
		return 0;
	}
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, body->json, TALLY_JSON_COMPACT);
	status = tally__buf_status(&text, error);
	if (status == 0) {
		const char *copy = tally__arena_memdup(arena, text.bytes, text.len);

		if (copy) {
			*bytes = copy;
			*len = text.len;
		} else {
			status = tally__fail_nomem(error);
		}
	}
	tally__buf_release(&text);
	return status;
}

int tally__body_type(struct mime *out, const struct body *body, const char *declared,
		     struct arena *arena, struct tally_error *error)
{
	static const struct mime unknown = {.main = "*", .sub = "*"};
	static const struct mime json = {.main = "application", .sub = "json"};
	bool known;
	const char *detected;
	int status = parse_type(out, &known, body->content_type, arena, error);

	if (status == 0 && !known)
		status = parse_type(out, &known, declared, arena, error);
	if (status != 0 || known)
		return status;
	if (body->json || body->state != BODY_PRESENT) {
		*out = body->json ? json : unknown;
		return 0;
	}
	detected = tally__mime_detect(body->bytes, body->len);
	if (detected)
		return tally__mime_parse(out, arena, detected, error);
	*out = unknown;
	return 0;
}

/* Takes `text` as JSON text: *made is its value (NULL when it is no JSON), and body->bytes stays
 * NULL when compact writing gives the text back. */
static int take_json_text(const struct reader *reader, struct body *body, const char *text,
			  size_t len, bool declared, cJSON **made)
{
	struct buf compact;
	int status = tally_json_parse(made, text, len, NULL);

	/* What is only guessed to be JSON may be too deep to be any. */
	if (status == TALLY_EPARSE || (status == TALLY_ELIMIT && !declared)) {
		*made = NULL;
		return 0;
	}
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(reader->error);
	if (status != 0)
		return tally__fail(reader->error, status,
				   "the JSON text of a body is too large or too deep");
	tally__buf_init(&compact, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&compact, *made, TALLY_JSON_COMPACT);
	status = compact.status;
	if (status == 0 && (compact.len != len || memcmp(compact.bytes, text, len) != 0)) {
		body->bytes = text;
		body->len = len;
	}
	tally__buf_release(&compact);
	if (status == 0)
		return 0;
	cJSON_Delete(*made);
	*made = NULL;
	return tally__fail(reader->error, status, "the JSON of a body cannot be written");
}

static int own_json(const struct reader *reader, cJSON *owner, cJSON *made, struct body *out)
{
	int status = tally__reader_own(reader, owner, made);

	if (status == 0)
		out->json = made;
	return status;
}

static int take_base64(const struct reader *reader, const char *text, struct body *out,
		       bool *decoded)
{
	struct buf bytes;
	int status = 0;

	tally__buf_init(&bytes, LIMIT_DOCUMENT_BYTES);
	*decoded = tally__base64_decode(&bytes, text, strlen(text));
	if (bytes.status == TALLY_ENOMEM)
		status = tally__fail_nomem(reader->error);
	if (status == 0 && *decoded) {
		out->bytes = tally__arena_memdup(reader->arena, bytes.bytes, bytes.len);
		out->len = bytes.len;
		if (!out->bytes)
			status = tally__fail_nomem(reader->error);
	}
	tally__buf_release(&bytes);
	return status;
}

static void take_text(struct body *out, const char *text)
{
	out->bytes = text;
	out->len = strlen(text);
}

bool tally__starts_as_object(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{';
}

/* A string where the type is JSON: JSON text of an object or a string means itself; anything else
 * is a JSON string whose quotes were left out. */
static int take_json_string(const struct reader *reader, cJSON *owner, const cJSON *string,
			    bool declared, struct body *out)
{
	const char *text = string->valuestring;
	cJSON *made = NULL;
	int status = take_json_text(reader, out, text, strlen(text), declared, &made);

	if (status != 0)
		return status;
	if (made && (cJSON_IsString(made) || cJSON_IsObject(made)))
		return own_json(reader, owner, made, out);
	cJSON_Delete(made);
	out->bytes = NULL;
	out->len = 0;
	if (made || (declared && !tally__starts_as_object(text)))
		out->json = string;
	else
		take_text(out, text); /* it only looks like JSON */
	return 0;
}

static bool looks_like_json(const char *bytes, size_t len)
{
	const char *detected = tally__mime_detect(bytes, len);

	return detected && strcmp(detected, "application/json") == 0;
}

static int take_string(const struct reader *reader, cJSON *owner, const cJSON *string,
		       const char *declared, struct body *out)
{
	const char *text = string->valuestring;
	struct mime type;
	bool known;
	bool decoded = false;
	int status = parse_type(&type, &known, declared, reader->arena, reader->error);

	if (status != 0)
		return status;
	if (known && !tally__mime_is_text(&type)) {
		status = take_base64(reader, text, out, &decoded);
		if (status == 0 && !decoded)
			take_text(out, text);
		return status;
	}
	if (known ? tally__mime_is_json(&type) : looks_like_json(text, strlen(text)))
		return take_json_string(reader, owner, string, known, out);
	take_text(out, text);
	return 0;
}

/* A body as versions 1 to 3 have it; also one of version 4 that is not wrapped in an object. */
static int read_plain(const struct reader *reader, cJSON *owner, const cJSON *value,
		      const char *declared, struct body *out)
{
	if (cJSON_IsNull(value)) {
		out->state = BODY_NULL;
		return 0;
	}
	if (cJSON_IsString(value) && !*value->valuestring) {
		out->state = BODY_EMPTY;
		return 0;
	}
	out->state = BODY_PRESENT;
	if (cJSON_IsString(value))
		return take_string(reader, owner, value, declared, out);
	out->json = value;
	return 0;
}

enum encoding { ENCODING_NONE, ENCODING_BASE64, ENCODING_JSON };

static int read_encoding(const struct reader *reader, const cJSON *object, enum encoding *out)
{
	const cJSON *encoded = tally__json_get(object, "encoded");

	*out = ENCODING_NONE;
	if (!encoded || cJSON_IsNull(encoded) || cJSON_IsBool(encoded))
		return 0;
	if (!cJSON_IsString(encoded))
		return tally__reader_fail(reader, "encoded", encoded,
					  "false, \"base64\" or \"json\"");
	if (tally__text_equal_nocase(encoded->valuestring, "base64"))
		*out = ENCODING_BASE64;
	else if (tally__text_equal_nocase(encoded->valuestring, "json"))
		*out = ENCODING_JSON;
	return 0;
}

static bool is_json_type(const struct body *body, const char *declared, bool *known,
			 const struct reader *reader, int *status)
{
	struct mime type;

	*status = parse_type(&type, known, body->content_type, reader->arena, reader->error);
	if (*status == 0 && !*known)
		*status = parse_type(&type, known, declared, reader->arena, reader->error);
	return *status == 0 && *known && tally__mime_is_json(&type);
}

/* Bytes that were encoded: their JSON is looked at when that is their type. */
static int finish_bytes(const struct reader *reader, cJSON *owner, bool is_json, bool declared,
			struct body *out)
{
	const char *bytes = out->bytes;
	size_t len = out->len;
	cJSON *made = NULL;
	int status;

	if (len == 0) {
		out->state = BODY_EMPTY;
		out->bytes = NULL;
		return 0;
	}
	if (!is_json)
		return 0;
	out->bytes = NULL;
	out->len = 0;
	status = take_json_text(reader, out, bytes, len, declared, &made);
	if (status != 0)
		return status;
	if (made)
		return own_json(reader, owner, made, out);
	out->bytes = bytes;
	out->len = len;
	return 0;
}

static int read_content_string(const struct reader *reader, cJSON *owner, const cJSON *content,
			       enum encoding encoding, const char *declared, struct body *out)
{
	bool known;
	bool decoded = false;
	int status;
	bool is_json = is_json_type(out, declared, &known, reader, &status);
	const char *type = out->content_type ? out->content_type : declared;

	if (status != 0)
		return status;
	if (encoding == ENCODING_BASE64) {
		status = take_base64(reader, content->valuestring, out, &decoded);
		if (status == 0 && !decoded)
			return tally__reader_fail(reader, "content", content, "base64 text");
		if (status == 0 && !known)
			is_json = looks_like_json(out->bytes, out->len);
		return status ? status : finish_bytes(reader, owner, is_json, known, out);
	}
	take_text(out, content->valuestring);
	if (encoding == ENCODING_JSON) {
		status = finish_bytes(reader, owner, true, true, out);
		if (status == 0 && !out->json)
			return tally__reader_fail(reader, "content", content, "JSON text");
		return status;
	}
	if (is_json) {
		out->json = content;
		out->bytes = NULL;
		out->len = 0;
		return 0;
	}
	if (known)
		return 0;
	out->bytes = NULL;
	out->len = 0;
	return take_string(reader, owner, content, type, out);
}

static int read_wrapped(const struct reader *reader, cJSON *object, const char *declared,
			struct body *out)
{
	cJSON *content = tally__json_get(object, "content");
	enum encoding encoding;
	int status = tally__reader_string(reader, object, "contentType", &out->content_type);

	if (status == 0)
		status = tally__reader_string(reader, object, "contentTypeHint",
					      &out->content_type_hint);
	if (status == 0)
		status = read_encoding(reader, object, &encoding);
	if (status == 0)
		status = tally__reader_extra(reader, object, tally__member_is_known, MEMBERS_BODY,
					     &out->extra);
	if (status != 0 || !content)
		return status;
	if (cJSON_IsNull(content)) {
		out->state = BODY_NULL;
		return 0;
	}
	if (cJSON_IsString(content) && !*content->valuestring) {
		out->state = BODY_EMPTY;
		return 0;
	}
	out->state = BODY_PRESENT;
	if (cJSON_IsString(content))
		return read_content_string(reader, object, content, encoding, declared, out);
	out->json = content;
	return 0;
}

/* An object that has no "content" but members of its own is itself the body. */
static bool is_bare_body(const cJSON *object)
{
	bool foreign = false;

	for (const cJSON *member = object->child; member; member = member->next) {
		if (strcmp(member->string, "content") == 0)
			return false;
		foreign = foreign || !tally__member_is_known(member->string, MEMBERS_BODY);
	}
	return foreign;
}

int tally__reader_body(const struct reader *reader, cJSON *owner, const char *member,
		       const char *declared, struct body *out)
{
	cJSON *value = tally__json_get(owner, member);
	struct body body = {.state = BODY_MISSING};
	int status = 0;

	if (value && reader->spec == TALLY_SPEC_V4 && cJSON_IsObject(value) &&
	    !is_bare_body(value)) {
		struct reader inner = *reader;

		inner.within = member;
		status = read_wrapped(&inner, value, declared, &body);
	} else if (value) {
		status = read_plain(reader, owner, value, declared, &body);
	}
	if (status == 0)
		*out = body;
	return status;
}
