#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/json_number.h"
#include "matching/display.h"

/* Objects with more members than this show them in the order that they have. */
#define SORTED_MEMBERS 64

/* A text that is being cut: `limit` is the length of the buffer at which it ends. */
struct display {
	struct buf *out;
	size_t limit;
	unsigned depth;
	bool cut;
};

static struct display display_start(struct buf *out)
{
	return (struct display){.out = out, .limit = out->len + LIMIT_SHOWN_BYTES};
}

static void add(struct display *d, const char *text, size_t len)
{
	size_t room = 0;

	if (d->cut) {
		return;
	}
	room = d->limit > d->out->len ? d->limit - d->out->len : 0;
	if (len > room) {
		/* A cut in the middle of a character leaves its first part out. */
		len = tally__utf8_valid_len(text, room);
		d->cut = true;
	}
	tally__buf_add(d->out, text, len);
	if (d->cut) {
		tally__buf_adds(d->out, "…");
	}
}

static void adds(struct display *d, const char *text)
{
	add(d, text, strlen(text));
}

/* One JSON string; a long one is cut before it is escaped. */
static void add_json_string(struct display *d, const char *text)
{
	size_t len = strnlen(text, LIMIT_SHOWN_BYTES + 1);
	size_t valid = tally__utf8_valid_len(text, len);
	struct buf literal;

	if (d->cut) {
		return;
	}
	tally__buf_init(&literal, (size_t)LIMIT_SHOWN_BYTES * 8);
	tally__json_add_string(&literal, text, valid);
	if (literal.status != 0) {
		d->out->status = d->out->status ? d->out->status : literal.status;
	} else {
		add(d, literal.bytes, literal.len);
	}
	tally__buf_release(&literal);
}

static void add_json(struct display *d, const cJSON *value);

static int compare_names(const void *a, const void *b)
{
	const cJSON *const *left = a;
	const cJSON *const *right = b;

	return strcmp((*left)->string, (*right)->string);
}

static void add_member(struct display *d, const cJSON *member, bool first)
{
	if (!first) {
		adds(d, ",");
	}
	add_json_string(d, member->string ? member->string : "");
	adds(d, ":");
	add_json(d, member);
}

static void add_object(struct display *d, const cJSON *object)
{
	const cJSON *sorted[SORTED_MEMBERS];
	const cJSON *member = NULL;
	size_t count = 0;

	cJSON_ArrayForEach(member, object)
	{
		if (count == SORTED_MEMBERS || !member->string) {
			break;
		}
		sorted[count++] = member;
	}
	adds(d, "{");
	if (member) {
		cJSON_ArrayForEach(member, object)
		{
			if (d->cut) {
				break;
			}
			add_member(d, member, member == object->child);
		}
	} else {
		qsort(sorted, count, sizeof sorted[0], compare_names);
		for (size_t i = 0; i < count && !d->cut; i++) {
			add_member(d, sorted[i], i == 0);
		}
	}
	adds(d, "}");
}

static void add_array(struct display *d, const cJSON *array)
{
	const cJSON *item = NULL;

	adds(d, "[");
	cJSON_ArrayForEach(item, array)
	{
		if (d->cut) {
			return;
		}
		if (item != array->child) {
			adds(d, ",");
		}
		add_json(d, item);
	}
	adds(d, "]");
}

static void add_json(struct display *d, const cJSON *value)
{
	char scratch[JSON_NUMBER_BYTES];

	if (d->cut || ++d->depth > LIMIT_JSON_DEPTH) {
		return;
	}
	switch (tally__json_kind(value)) {
	case JSON_NULL:
		adds(d, "null");
		break;
	case JSON_BOOLEAN:
		adds(d, cJSON_IsTrue(value) ? "true" : "false");
		break;
	case JSON_INTEGER:
	case JSON_DECIMAL:
		adds(d, tally__json_number_text(value, scratch));
		break;
	case JSON_STRING:
		add_json_string(d, value->valuestring);
		break;
	case JSON_ARRAY:
		add_array(d, value);
		break;
	case JSON_OBJECT:
		add_object(d, value);
		break;
	}
	d->depth--;
}

void tally__display_json(struct buf *out, const cJSON *value)
{
	struct display d = display_start(out);

	add_json(&d, value);
}

static void add_text(struct display *d, const char *text, size_t len)
{
	/* No more than can be shown, with one character more, so that a cut is seen. */
	const size_t most = LIMIT_SHOWN_BYTES + 4;

	while (len > 0 && !d->cut) {
		size_t valid = tally__utf8_valid_len(text, strnlen(text, len < most ? len : most));

		if (valid > 0) {
			add(d, text, valid);
		} else {
			valid = 1;
			adds(d, "\xEF\xBF\xBD"); /* U+FFFD for a NUL and what is not UTF-8 */
		}
		text += valid;
		len -= valid;
	}
}

void tally__display_text(struct buf *out, const char *text, size_t len)
{
	struct display d = display_start(out);

	add_text(&d, text, len);
}

/* The closing quote stands even behind a text that was cut. */
static void add_quoted(struct display *d, const char *text, size_t len)
{
	if (!d->cut) {
		tally__buf_addc(d->out, '\'');
		d->limit++; /* the quote is no part of the value */
		add_text(d, text, len);
		tally__buf_addc(d->out, '\'');
	}
}

void tally__display_value(struct buf *out, const struct operand *value)
{
	struct display d = display_start(out);

	if (!value->json) {
		add_quoted(&d, value->text, value->len);
	} else if (cJSON_IsString(value->json)) {
		add_quoted(&d, value->json->valuestring, strlen(value->json->valuestring));
	} else {
		add_json(&d, value->json);
	}
}

void tally__display_kind(struct buf *out, const struct operand *value)
{
	tally__display_value(out, value);
	if (value->json) {
		tally__buf_addf(out, " (%s)", tally__json_kind_name(tally__json_kind(value->json)));
	}
}

void tally__display_items(struct buf *out, const cJSON *array)
{
	struct display d = display_start(out);
	const cJSON *item = NULL;

	if (!cJSON_IsArray(array)) {
		add_json(&d, array);
		return;
	}
	adds(&d, "[");
	cJSON_ArrayForEach(item, array)
	{
		if (d.cut) {
			return;
		}
		if (item != array->child) {
			adds(&d, ", ");
		}
		if (cJSON_IsString(item)) {
			add_quoted(&d, item->valuestring, strlen(item->valuestring));
		} else {
			add_json(&d, item);
		}
	}
	adds(&d, "]");
}

/* What a string would be, were it written without quotes: "number", "boolean", "null" or NULL. */
static const char *looks_like(const char *text)
{
	struct json_number_scan scan = {0};
	size_t len = strnlen(text, LIMIT_SHOWN_BYTES);

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		return "boolean";
	}
	if (strcmp(text, "null") == 0) {
		return "null";
	}
	if (!(*text >= '0' && *text <= '9') && *text != '-') {
		return NULL;
	}
	tally__json_number_scan(&scan, text, len);
	return !scan.wrong && scan.len == len ? "number" : NULL;
}

static const char *plain_kind(const cJSON *value)
{
	if (cJSON_IsNumber(value)) {
		return "number";
	}
	if (cJSON_IsBool(value)) {
		return "boolean";
	}
	return cJSON_IsNull(value) ? "null" : NULL;
}

/* Where `string` is one, and reads as `other` does. */
static void add_hint(struct buf *out, const cJSON *string, const cJSON *other)
{
	struct operand shown = {.json = string};
	const char *kind = plain_kind(other);
	const char *like = kind && cJSON_IsString(string) ? looks_like(string->valuestring) : NULL;

	if (like && strcmp(like, kind) == 0) {
		tally__buf_adds(out, "; ");
		tally__display_value(out, &shown);
		if (cJSON_IsNull(other)) {
			tally__buf_adds(out, " is a string, not null");
		} else {
			tally__buf_addf(out, " is a string that looks like a %s", like);
		}
	}
}

void tally__display_hint(struct buf *out, const struct operand *expected,
			 const struct operand *actual)
{
	if (expected->json && actual->json) {
		add_hint(out, actual->json, expected->json);
		add_hint(out, expected->json, actual->json);
	}
}

void tally__display_misspelling(struct buf *out, const char *found, const char *meant)
{
	struct operand a = {.text = found, .len = strlen(found)};
	struct operand b = {.text = meant, .len = strlen(meant)};

	tally__buf_adds(out, "; ");
	tally__display_value(out, &a);
	tally__buf_adds(out, " may be ");
	tally__display_value(out, &b);
	tally__buf_adds(out, " misspelt");
}
