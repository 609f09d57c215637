#include "config.h"

#include <stdarg.h>

#include "base/limits.h"
#include "contract/reader.h"
#include "contract/writer.h"

void tally__writer_init(struct writer *writer, enum tally_spec spec, struct tally_error *error)
{
	writer->spec = spec;
	writer->canonical = false;
	writer->whole = false;
	writer->error = error;
	writer->status = 0;
	tally__arena_init(&writer->scratch, 0);
}

void tally__writer_release(struct writer *writer)
{
	tally__arena_release(&writer->scratch);
}

void tally__writer_refuse(struct writer *writer, const char *format, ...)
{
	struct buf message;
	va_list arguments;

	if (writer->status != 0)
		return;
	tally__buf_init(&message, LIMIT_DOCUMENT_BYTES);
	va_start(arguments, format);
	tally__buf_addv(&message, format, arguments);
	va_end(arguments);
	writer->status = tally__fail(writer->error, TALLY_EINVAL, "%s", message.bytes);
	tally__buf_release(&message);
}

void tally__writer_nomem(struct writer *writer)
{
	if (writer->status == 0)
		writer->status = tally__fail_nomem(writer->error);
}

void tally__writer_put(struct writer *writer, cJSON *object, const char *name, cJSON *item)
{
	if (writer->status != 0 || !object)
		cJSON_Delete(item);
	else if (tally__json_put(object, name, item) != 0)
		tally__writer_nomem(writer);
}

void tally__writer_append(struct writer *writer, cJSON *array, cJSON *item)
{
	if (writer->status != 0 || !array)
		cJSON_Delete(item);
	else if (tally__json_append(array, item) != 0)
		tally__writer_nomem(writer);
}

static cJSON *put_container(struct writer *writer, cJSON *object, const char *name, cJSON *made)
{
	tally__writer_put(writer, object, name, made);
	return writer->status == 0 && object ? made : NULL;
}

cJSON *tally__writer_object(struct writer *writer, cJSON *object, const char *name)
{
	return put_container(writer, object, name, cJSON_CreateObject());
}

cJSON *tally__writer_array(struct writer *writer, cJSON *object, const char *name)
{
	return put_container(writer, object, name, cJSON_CreateArray());
}

void tally__writer_string(struct writer *writer, cJSON *object, const char *name, const char *text)
{
	if (text)
		tally__writer_put(writer, object, name, cJSON_CreateString(text));
}

void tally__writer_copy(struct writer *writer, cJSON *object, const char *name, const cJSON *value)
{
	if (value && !(cJSON_IsObject(value) && !value->child))
		tally__writer_put(writer, object, name, tally__json_clone(value));
}

void tally__writer_extra(struct writer *writer, cJSON *object, const cJSON *extra, unsigned kinds)
{
	for (const cJSON *member = extra ? extra->child : NULL; member && writer->status == 0;
	     member = member->next)
		if (!tally__member_is_known(member->string, kinds))
			tally__writer_put(writer, object, member->string,
					  tally__json_clone(member));
}
