/* Bodies and message contents, as each version writes them.  What is written here is read back by
 * read_body.c as the same content. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/reader.h"
#include "contract/writer.h"

static bool is_utf8_text(const char *bytes, size_t len)
{
	return tally__utf8_valid_len(bytes, len) == len && !memchr(bytes, '\0', len);
}

static cJSON *text_node(struct writer *writer, const char *bytes, size_t len)
{
	char *text = tally__arena_memdup(&writer->scratch, bytes, len);

	return text ? cJSON_CreateString(text) : NULL;
}

static cJSON *base64_node(const char *bytes, size_t len)
{
	struct buf encoded;
	cJSON *node = NULL;

	tally__buf_init(&encoded, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	tally__base64_encode(&encoded, bytes, len);
	if (encoded.status == 0)
		node = cJSON_CreateString(encoded.bytes);
	tally__buf_release(&encoded);
	return node;
}

static const char *type_text(struct writer *writer, const struct mime *type)
{
	struct buf text;
	const char *copy;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__mime_format(&text, type);
	copy = tally__arena_memdup(&writer->scratch, text.bytes, text.len);
	if (text.status != 0 || !copy) {
		tally__writer_nomem(writer);
		copy = "";
	}
	tally__buf_release(&text);
	return copy;
}

/* ---- Version 4 ---- */

static void write_json_content(struct writer *writer, cJSON *wrapped, const struct body *body,
			       const struct mime *type)
{
	/* An exact text that differs from the compact one is kept as text; a string needs it where
	 * the type would not say that it is JSON. */
	if (!writer->canonical && body->bytes && is_utf8_text(body->bytes, body->len)) {
		tally__writer_put(writer, wrapped, "content",
				  text_node(writer, body->bytes, body->len));
		tally__writer_put(writer, wrapped, "encoded", cJSON_CreateString("json"));
		return;
	}
	if (cJSON_IsString(body->json) &&
	    (!*body->json->valuestring || !tally__mime_is_json(type))) {
		const char *bytes;
		size_t len;

		if (tally__body_bytes(body, &writer->scratch, &bytes, &len, writer->error) != 0) {
			tally__writer_nomem(writer);
			return;
		}
		tally__writer_put(writer, wrapped, "content", text_node(writer, bytes, len));
		tally__writer_put(writer, wrapped, "encoded", cJSON_CreateString("json"));
		return;
	}
	if (cJSON_IsNull(body->json)) {
		tally__writer_put(writer, wrapped, "content", cJSON_CreateString("null"));
		tally__writer_put(writer, wrapped, "encoded", cJSON_CreateString("json"));
		return;
	}
	tally__writer_put(writer, wrapped, "content", tally__json_clone(body->json));
	tally__writer_put(writer, wrapped, "encoded", cJSON_CreateFalse());
}

static void write_byte_content(struct writer *writer, cJSON *wrapped, const struct body *body,
			       const struct mime *type)
{
	/* Under a JSON type a plain string would be read as a JSON string. */
	bool plain = !tally__mime_is_json(type) && is_utf8_text(body->bytes, body->len) &&
		     (writer->canonical || tally__mime_is_text(type));

	tally__writer_put(writer, wrapped, "content",
			  plain ? text_node(writer, body->bytes, body->len)
				: base64_node(body->bytes, body->len));
	tally__writer_put(writer, wrapped, "encoded",
			  plain ? cJSON_CreateFalse() : cJSON_CreateString("base64"));
}

static void write_v4(struct writer *writer, cJSON *object, const char *name,
		     const struct body *body, const char *declared)
{
	cJSON *wrapped = tally__writer_object(writer, object, name);
	struct mime type;

	if (!writer->canonical) {
		tally__writer_extra(writer, wrapped, body->extra, 0);
		tally__writer_string(writer, wrapped, "contentTypeHint", body->content_type_hint);
	}
	if (body->state != BODY_PRESENT) {
		if (!writer->canonical)
			tally__writer_string(writer, wrapped, "contentType", body->content_type);
		if (body->state != BODY_MISSING)
			tally__writer_put(writer, wrapped, "content",
					  body->state == BODY_NULL ? cJSON_CreateNull()
								   : cJSON_CreateString(""));
		return;
	}
	if (tally__body_type(&type, body, declared, &writer->scratch, writer->error) != 0) {
		tally__writer_nomem(writer);
		return;
	}
	if (!writer->canonical && body->content_type)
		tally__writer_string(writer, wrapped, "contentType", body->content_type);
	else
		tally__writer_string(writer, wrapped, "contentType", type_text(writer, &type));
	if (body->json && (!writer->canonical || tally__mime_is_json(&type))) {
		write_json_content(writer, wrapped, body, &type);
	} else {
		struct body flat = *body;

		if (tally__body_bytes(body, &writer->scratch, &flat.bytes, &flat.len,
				      writer->error) != 0)
			tally__writer_nomem(writer);
		else
			write_byte_content(writer, wrapped, &flat, &type);
	}
}

/* ---- Versions 2 and 3 ---- */

enum declared_type { DECLARED_NONE, DECLARED_JSON, DECLARED_TEXT, DECLARED_OTHER };

static enum declared_type declared_type(struct writer *writer, const char *declared)
{
	struct mime type;
	int status = declared ? tally__mime_parse(&type, &writer->scratch, declared, NULL)
			      : TALLY_EPARSE;

	if (status == TALLY_ENOMEM)
		tally__writer_nomem(writer);
	if (status != 0 || tally__mime_is_unknown(&type))
		return DECLARED_NONE;
	if (tally__mime_is_json(&type))
		return DECLARED_JSON;
	return tally__mime_is_text(&type) ? DECLARED_TEXT : DECLARED_OTHER;
}

/* Whether reading takes this text for what it says as JSON, quotes and all. */
static bool is_taken_as_json(struct writer *writer, const char *text)
{
	cJSON *value = NULL;
	int status = tally_json_parse(&value, text, strlen(text), NULL);
	bool taken = tally__starts_as_object(text) || (status == 0 && cJSON_IsString(value));

	if (status == TALLY_ENOMEM)
		tally__writer_nomem(writer);
	cJSON_Delete(value);
	return taken;
}

static cJSON *json_as_v3(struct writer *writer, const struct body *body, enum declared_type type)
{
	const char *bytes;
	size_t len;
	bool is_string = cJSON_IsString(body->json);

	if (body->bytes && type != DECLARED_TEXT && type != DECLARED_OTHER &&
	    is_utf8_text(body->bytes, body->len) && (is_string || cJSON_IsObject(body->json)))
		return text_node(writer, body->bytes, body->len);
	if (!is_string)
		return tally__json_clone(body->json);
	if (type == DECLARED_JSON && *body->json->valuestring &&
	    !is_taken_as_json(writer, body->json->valuestring))
		return tally__json_clone(body->json);
	if (tally__body_bytes(body, &writer->scratch, &bytes, &len, writer->error) != 0)
		return NULL;
	return text_node(writer, bytes, len);
}

static cJSON *bytes_as_v3(struct writer *writer, const struct body *body, enum declared_type type)
{
	bool is_text = is_utf8_text(body->bytes, body->len);
	struct buf decoded;
	bool is_base64;

	if (type == DECLARED_JSON && is_text && tally__starts_as_object(body->bytes))
		return text_node(writer, body->bytes, body->len);
	if (type == DECLARED_JSON || (type != DECLARED_OTHER && !is_text)) {
		tally__writer_refuse(writer,
				     "a body that is not %s cannot be written in version %s "
				     "without a Content-Type that says what it is: write version "
				     "4",
				     type == DECLARED_JSON ? "JSON" : "text",
				     tally_spec_text(writer->spec));
		return NULL;
	}
	if (type != DECLARED_OTHER)
		return text_node(writer, body->bytes, body->len);
	/* Text that cannot be mistaken for base64 may stand as it is. */
	tally__buf_init(&decoded, LIMIT_DOCUMENT_BYTES);
	is_base64 = is_text && tally__base64_decode(&decoded, body->bytes, body->len);
	if (decoded.status == TALLY_ENOMEM)
		tally__writer_nomem(writer);
	tally__buf_release(&decoded);
	return is_text && !is_base64 ? text_node(writer, body->bytes, body->len)
				     : base64_node(body->bytes, body->len);
}

static void write_v3(struct writer *writer, cJSON *object, const char *name,
		     const struct body *body, const char *declared)
{
	enum declared_type type = declared_type(writer, declared);
	cJSON *node;

	if (body->state == BODY_NULL)
		node = cJSON_CreateNull();
	else if (body->state == BODY_EMPTY)
		node = cJSON_CreateString("");
	else if (body->json)
		node = json_as_v3(writer, body, type);
	else
		node = bytes_as_v3(writer, body, type);
	tally__writer_put(writer, object, name, node);
}

void tally__writer_body(struct writer *writer, cJSON *object, const char *name,
			const struct body *body, const char *declared)
{
	bool is_v4 = writer->spec == TALLY_SPEC_V4;

	/* An object around nothing is kept for what stands in it. */
	if (body->state == BODY_MISSING &&
	    !(is_v4 && !writer->canonical &&
	      (body->content_type || body->content_type_hint || body->extra)))
		return;
	if (is_v4)
		write_v4(writer, object, name, body, declared);
	else
		write_v3(writer, object, name, body, declared);
}
