#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/json.h"
#include "format/json_number.h"

struct writer {
	struct buf *out;
	enum tally_json_style style;
	unsigned depth;
	/* The members of all objects that are being written, each object's sorted. */
	const cJSON **members;
	size_t member_count;
	size_t member_capacity;
	const char *wrong; /* why the tree is no JSON */
};

static int write_value(struct writer *writer, const cJSON *value);

static int refuse(struct writer *writer, const char *wrong)
{
	writer->wrong = wrong;
	return TALLY_EINVAL;
}

static void add_escape(struct buf *out, char c)
{
	static const char controls[] = "\b\f\n\r\t";
	static const char letters[] = "bfnrt";
	const char *found = c == '\0' ? NULL : strchr(controls, c);
	char escape[2] = {'\\', c};

	if (found != NULL)
		escape[1] = letters[found - controls];
	if (found != NULL || c == '"' || c == '\\')
		tally__buf_add(out, escape, sizeof(escape));
	else
		tally__buf_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

void tally__json_add_string(struct buf *out, const char *text, size_t len)
{
	size_t plain = 0; /* where the bytes begin that were not yet added */
	size_t at;

	tally__buf_addc(out, '"');
	for (at = 0; at < len; at++) {
		unsigned char c = (unsigned char)text[at];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		tally__buf_add(out, text + plain, at - plain);
		add_escape(out, text[at]);
		plain = at + 1;
	}
	tally__buf_add(out, text + plain, len - plain);
	tally__buf_addc(out, '"');
}

static int write_string(struct writer *writer, const char *text)
{
	size_t len;

	if (text == NULL)
		return refuse(writer, "a string or member without its text");
	len = strlen(text);
	if (tally__utf8_valid_len(text, len) != len)
		return refuse(writer, "a string that is not UTF-8");
	tally__json_add_string(writer->out, text, len);
	return TALLY_OK;
}

static int write_number(struct writer *writer, const cJSON *number)
{
	char scratch[JSON_NUMBER_BYTES];
	const char *text = number->valuestring;
	struct json_number_scan scan;
	size_t len;

	if (text == NULL) {
		if (!isfinite(number->valuedouble))
			return refuse(writer, "a number that is not finite");
		tally__buf_adds(writer->out, tally__json_number_text(number, scratch));
		return TALLY_OK;
	}
	len = strlen(text);
	tally__json_number_scan(&scan, text, len);
	if (scan.wrong != NULL || scan.len != len)
		return refuse(writer, "a number whose text is not a number");
	tally__buf_add(writer->out, text, len);
	return TALLY_OK;
}

/* Begins a line of its own in the pretty style. */
static void start_line(struct writer *writer)
{
	unsigned i;

	if (writer->style != TALLY_JSON_PRETTY)
		return;
	tally__buf_addc(writer->out, '\n');
	for (i = 0; i < writer->depth; i++)
		tally__buf_add(writer->out, "  ", 2);
}

static int write_array(struct writer *writer, const cJSON *array)
{
	const cJSON *item;

	for (item = array->child; item != NULL; item = item->next) {
		int status;

		if (item != array->child)
			tally__buf_addc(writer->out, ',');
		start_line(writer);
		status = write_value(writer, item);
		if (status != TALLY_OK)
			return status;
	}
	return TALLY_OK;
}

static int write_member(struct writer *writer, const cJSON *member, bool first)
{
	int status;

	if (!first)
		tally__buf_addc(writer->out, ',');
	start_line(writer);
	status = write_string(writer, member->string);
	if (status != TALLY_OK)
		return status;
	if (writer->style == TALLY_JSON_PRETTY)
		tally__buf_add(writer->out, ": ", 2);
	else
		tally__buf_addc(writer->out, ':');
	return write_value(writer, member);
}

static int compare_members(const void *a, const void *b)
{
	const cJSON *a_member = *(const cJSON *const *)a;
	const cJSON *b_member = *(const cJSON *const *)b;

	return strcmp(a_member->string, b_member->string);
}

static int push_member(struct writer *writer, const cJSON *member)
{
	const cJSON **members;

	if (member->string == NULL)
		return refuse(writer, "a member without a name");
	members = tally__mem_room(writer->members, writer->member_count, &writer->member_capacity,
				  32, sizeof(*members));
	if (members == NULL)
		return TALLY_ENOMEM;
	writer->members = members;
	writer->members[writer->member_count++] = member;
	return TALLY_OK;
}

/* Puts the members of an object on the writer's stack, sorted. */
static int push_sorted(struct writer *writer, const cJSON *object)
{
	size_t base = writer->member_count;
	bool sorted = true;
	const cJSON *member;
	size_t i;

	for (member = object->child; member != NULL; member = member->next) {
		int status = push_member(writer, member);

		if (status != TALLY_OK)
			return status;
		if (member != object->child && strcmp(member->prev->string, member->string) >= 0)
			sorted = false;
	}
	if (sorted)
		return TALLY_OK;
	qsort(writer->members + base, writer->member_count - base, sizeof(*writer->members),
	      compare_members);
	for (i = base + 1; i < writer->member_count; i++) {
		if (compare_members(&writer->members[i - 1], &writer->members[i]) == 0)
			return refuse(writer, "an object with two members of one name");
	}
	return TALLY_OK;
}

static int write_object(struct writer *writer, const cJSON *object)
{
	size_t base = writer->member_count;
	const cJSON *member;
	int status;
	size_t i;

	if (writer->style == TALLY_JSON_COMPACT) {
		for (member = object->child; member != NULL; member = member->next) {
			status = write_member(writer, member, member == object->child);
			if (status != TALLY_OK)
				return status;
		}
		return TALLY_OK;
	}
	status = push_sorted(writer, object);
	/* By index: writing a member may move the stack. */
	for (i = base; i < writer->member_count && status == TALLY_OK; i++)
		status = write_member(writer, writer->members[i], i == base);
	writer->member_count = base;
	return status;
}

static int write_container(struct writer *writer, const cJSON *container)
{
	bool object = cJSON_IsObject(container);
	int status;

	if (writer->depth == LIMIT_JSON_DEPTH)
		return TALLY_ELIMIT;
	tally__buf_addc(writer->out, object ? '{' : '[');
	if (container->child != NULL) {
		writer->depth++;
		status = object ? write_object(writer, container) : write_array(writer, container);
		writer->depth--;
		if (status != TALLY_OK)
			return status;
		start_line(writer);
	}
	tally__buf_addc(writer->out, object ? '}' : ']');
	/* A full buffer ends the work here, not after the whole tree. */
	return writer->out->status;
}

static int write_value(struct writer *writer, const cJSON *value)
{
	switch (value->type & 0xFF) {
	case cJSON_NULL:
		tally__buf_add(writer->out, "null", 4);
		return TALLY_OK;
	case cJSON_False:
		tally__buf_add(writer->out, "false", 5);
		return TALLY_OK;
	case cJSON_True:
		tally__buf_add(writer->out, "true", 4);
		return TALLY_OK;
	case cJSON_Number:
		return write_number(writer, value);
	case cJSON_String:
		return write_string(writer, value->valuestring);
	case cJSON_Array:
	case cJSON_Object:
		return write_container(writer, value);
	default:
		return refuse(writer, "a value of no JSON type");
	}
}

/* `wrong` says why when the tree is no JSON. */
static int add_value(struct buf *out, const cJSON *value, enum tally_json_style style,
		     const char **wrong)
{
	struct writer writer = {.out = out, .style = style};
	int status;

	if (value == NULL)
		status = refuse(&writer, "no value");
	else
		status = write_value(&writer, value);
	if (status == TALLY_OK)
		status = out->status;
	else if (out->status == TALLY_OK && status != TALLY_EINVAL)
		out->status = status;
	tally__free(writer.members);
	*wrong = writer.wrong;
	return status;
}

int tally__json_add(struct buf *out, const cJSON *value, enum tally_json_style style)
{
	const char *wrong;

	return add_value(out, value, style, &wrong);
}

int tally_json_write(char **out, size_t *len, const cJSON *value, enum tally_json_style style,
		     struct tally_error *error)
{
	const char *wrong;
	struct buf text;
	char *taken = NULL;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = add_value(&text, value, style, &wrong);
	if (status == TALLY_OK) {
		taken = tally__buf_take(&text, len);
		if (taken == NULL)
			status = TALLY_ENOMEM;
	}
	if (status == TALLY_OK)
		*out = taken;
	else if (status == TALLY_EINVAL)
		tally__fail(error, status, "cannot be written as JSON: %s", wrong);
	else if (status == TALLY_ELIMIT)
		tally__fail(error, status,
			    "cannot be written as JSON: more than %d levels or %d bytes",
			    (int)LIMIT_JSON_DEPTH, (int)LIMIT_DOCUMENT_BYTES);
	else
		tally__fail_nomem(error);
	tally__buf_release(&text);
	return status;
}
