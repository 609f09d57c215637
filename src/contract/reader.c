#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "contract/reader.h"

/* Longest part of a text of the file that an error repeats, in characters. */
enum { SHOWN_CHARS = 40, MESSAGE_MAX_BYTES = TALLY_ERROR_MESSAGE_BYTES };

static void add_found(struct buf *out, const cJSON *found)
{
	char scratch[JSON_NUMBER_BYTES];

	if (!found) {
		tally__buf_adds(out, "nothing");
		return;
	}
	switch (tally__json_kind(found)) {
	case JSON_STRING:
		tally__buf_adds(out, "the string \"");
		tally__text_add_printable(out, found->valuestring, strlen(found->valuestring),
					  SHOWN_CHARS);
		tally__buf_addc(out, '"');
		break;
	case JSON_INTEGER:
	case JSON_DECIMAL: {
		const char *text = tally__json_number_text(found, scratch);

		tally__buf_adds(out, "the number ");
		tally__text_add_printable(out, text, strlen(text), SHOWN_CHARS);
		break;
	}
	case JSON_BOOLEAN:
		tally__buf_adds(out, cJSON_IsTrue(found) ? "true" : "false");
		break;
	case JSON_NULL:
		tally__buf_adds(out, "null");
		break;
	case JSON_ARRAY:
		tally__buf_adds(out, "an array");
		break;
	case JSON_OBJECT:
		tally__buf_adds(out, "an object");
		break;
	}
}

static int fail_at_member(const struct reader *reader, const char *member, const char *message)
{
	struct buf where;
	int status;

	tally__buf_init(&where, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&where, reader->part);
	if (reader->within)
		tally__buf_addf(&where, "%s%s", where.len > 0 ? "." : "", reader->within);
	if (reader->number > 0)
		tally__buf_addf(&where, "[%zu]", reader->number - 1);
	if (where.len > 0 && *member && *member != '[')
		tally__buf_addc(&where, '.');
	tally__text_add_printable(&where, member, strlen(member), 200);
	status = tally__fail_at(reader->error, TALLY_EPARSE, where.bytes, 0, 0, "%s", message);
	tally__buf_release(&where);
	return status;
}

int tally__reader_fail(const struct reader *reader, const char *member, const cJSON *found,
		       const char *expected)
{
	struct buf message;
	int status;

	tally__buf_init(&message, MESSAGE_MAX_BYTES);
	tally__buf_addf(&message, "expected %s, found ", expected);
	add_found(&message, found);
	status = fail_at_member(reader, member, message.bytes);
	tally__buf_release(&message);
	return status;
}

int tally__reader_failf(const struct reader *reader, const char *member, const char *format, ...)
{
	struct buf message;
	va_list arguments;
	int status;

	tally__buf_init(&message, LIMIT_DOCUMENT_BYTES);
	va_start(arguments, format);
	tally__buf_addv(&message, format, arguments);
	va_end(arguments);
	status = fail_at_member(reader, member, message.bytes);
	tally__buf_release(&message);
	return status;
}

/* NULL for absent members and for null, which older writers use for "none". */
static cJSON *present(const cJSON *object, const char *name)
{
	cJSON *value = tally__json_get(object, name);

	return cJSON_IsNull(value) ? NULL : value;
}

bool tally__reader_is_empty_array(const cJSON *value)
{
	return cJSON_IsArray(value) && !value->child;
}

int tally__reader_string(const struct reader *reader, const cJSON *object, const char *name,
			 const char **out)
{
	const cJSON *value = present(object, name);

	if (!value)
		return 0;
	if (!cJSON_IsString(value))
		return tally__reader_fail(reader, name, value, "a string");
	*out = value->valuestring;
	return 0;
}

int tally__reader_bool(const struct reader *reader, const cJSON *object, const char *name,
		       bool *out)
{
	const cJSON *value = present(object, name);

	if (!value)
		return 0;
	if (!cJSON_IsBool(value))
		return tally__reader_fail(reader, name, value, "true or false");
	*out = cJSON_IsTrue(value);
	return 0;
}

int tally__reader_object(const struct reader *reader, const cJSON *object, const char *name,
			 cJSON **out)
{
	cJSON *value = present(object, name);

	if (!value || tally__reader_is_empty_array(value))
		return 0;
	if (!cJSON_IsObject(value))
		return tally__reader_fail(reader, name, value, "an object");
	*out = value;
	return 0;
}

int tally__reader_array(const struct reader *reader, const cJSON *object, const char *name,
			cJSON **out)
{
	cJSON *value = present(object, name);

	if (!value)
		return 0;
	if (!cJSON_IsArray(value))
		return tally__reader_fail(reader, name, value, "an array");
	*out = value;
	return 0;
}

int tally__reader_text(const struct reader *reader, const cJSON *value, const char **out)
{
	struct buf text;
	int status;

	if (cJSON_IsString(value)) {
		*out = value->valuestring;
		return 0;
	}
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, value, TALLY_JSON_COMPACT);
	status = tally__buf_status(&text, reader->error);
	if (status == 0) {
		const char *copy = tally__arena_memdup(reader->arena, text.bytes, text.len);

		if (copy)
			*out = copy;
		else
			status = tally__fail_nomem(reader->error);
	}
	tally__buf_release(&text);
	return status;
}

int tally__reader_own(const struct reader *reader, cJSON *owner, cJSON *made)
{
	/* The name only has to be there: the object has been read, and is never written. */
	return tally__json_put(owner, "(made by reading)", made) ? tally__fail_nomem(reader->error)
								 : 0;
}

int tally__reader_extra(const struct reader *reader, cJSON *object, member_is_known *is_known,
			unsigned kind, const cJSON **extra)
{
	cJSON *found = NULL;
	cJSON *next;
	int status = 0;

	for (cJSON *member = object->child; member; member = next) {
		next = member->next;
		if (is_known(member->string, kind))
			continue;
		if (!found && !(found = cJSON_CreateObject()))
			return tally__fail_nomem(reader->error);
		cJSON_DetachItemViaPointer(object, member);
		cJSON_AddItemToArray(found, member); /* keeps the member's name */
	}
	if (found) {
		status = tally__reader_own(reader, object, found);
		if (status == 0)
			*extra = found;
	}
	return status;
}

static const struct {
	const char *name;
	unsigned kinds;
} members[] = {
	{"_id",
	 MEMBERS_OLD_HTTP | MEMBERS_OLD_MESSAGE | MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"body", MEMBERS_REQUEST | MEMBERS_RESPONSE},
	{"comments", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"consumer", MEMBERS_TOP | MEMBERS_TOP_MESSAGES},
	{"content", MEMBERS_BODY},
	{"contentType", MEMBERS_BODY},
	{"contentTypeHint", MEMBERS_BODY},
	{"contents", MEMBERS_OLD_MESSAGE | MEMBERS_ASYNC | MEMBERS_MESSAGE},
	{"description",
	 MEMBERS_OLD_HTTP | MEMBERS_OLD_MESSAGE | MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"encoded", MEMBERS_BODY},
	{"generators", MEMBERS_OLD_MESSAGE | MEMBERS_ASYNC | MEMBERS_REQUEST | MEMBERS_RESPONSE |
			       MEMBERS_MESSAGE},
	{"headers", MEMBERS_REQUEST | MEMBERS_RESPONSE},
	{"interactionMarkup", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"interactions", MEMBERS_TOP | MEMBERS_TOP_MESSAGES},
	{"key", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"matchingRules", MEMBERS_OLD_MESSAGE | MEMBERS_ASYNC | MEMBERS_REQUEST | MEMBERS_RESPONSE |
				  MEMBERS_MESSAGE},
	{"messages", MEMBERS_TOP_MESSAGES},
	{"metaData", MEMBERS_OLD_MESSAGE | MEMBERS_ASYNC | MEMBERS_MESSAGE},
	{"metadata", MEMBERS_OLD_MESSAGE | MEMBERS_ASYNC | MEMBERS_MESSAGE | MEMBERS_TOP |
			     MEMBERS_TOP_MESSAGES},
	{"method", MEMBERS_REQUEST},
	{"name", MEMBERS_STATE | MEMBERS_APPLICATION},
	{"params", MEMBERS_STATE},
	{"path", MEMBERS_REQUEST},
	{"pending", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"pluginConfiguration", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"provider", MEMBERS_TOP | MEMBERS_TOP_MESSAGES},
	{"providerState",
	 MEMBERS_OLD_HTTP | MEMBERS_OLD_MESSAGE | MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"providerStates",
	 MEMBERS_OLD_HTTP | MEMBERS_OLD_MESSAGE | MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"provider_state",
	 MEMBERS_OLD_HTTP | MEMBERS_OLD_MESSAGE | MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"query", MEMBERS_REQUEST},
	{"request", MEMBERS_OLD_HTTP | MEMBERS_HTTP | MEMBERS_SYNC},
	{"requestMatchingRules", MEMBERS_OLD_HTTP},
	{"response", MEMBERS_OLD_HTTP | MEMBERS_HTTP | MEMBERS_SYNC},
	{"responseMatchingRules", MEMBERS_OLD_HTTP},
	{"status", MEMBERS_RESPONSE},
	{"transport", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
	{"type", MEMBERS_HTTP | MEMBERS_ASYNC | MEMBERS_SYNC},
};

bool tally__member_is_known(const char *name, unsigned kind)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if ((members[i].kinds & kind) != 0 && *members[i].name == *name &&
		    strcmp(members[i].name, name) == 0)
			return true;
	return false;
}

const char *tally__member_nearest(const char *name)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (tally__names_near(members[i].name, name))
			return members[i].name;
	return NULL;
}
