/* Values that say an example and what else would do.  Each function takes the values that it is
 * given in every case; one that is NULL makes the result NULL. */
#include "config.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "consumer/expectations.h"
#include "contract/inline.h"

/* A list with more examples than this says nothing more. */
enum { MAX_EXAMPLES = 1000 };

cJSON *tally_json(const char *text)
{
	tally__json_setup();
	return text ? cJSON_CreateRaw(text) : NULL;
}

cJSON *tally_text(const char *text)
{
	tally__json_setup();
	return text ? cJSON_CreateString(text) : NULL;
}

cJSON *tally_with(cJSON *object, const char *name, cJSON *value)
{
	if (object && name && value) {
		cJSON_DeleteItemFromObjectCaseSensitive(object, name);
		if (tally__json_put(object, name, value) == 0)
			return object;
	} else {
		cJSON_Delete(value);
	}
	cJSON_Delete(object);
	return NULL;
}

cJSON *tally_object(const char *name, ...)
{
	cJSON *object;
	va_list members;

	tally__json_setup();
	object = cJSON_CreateObject();
	va_start(members, name);
	/* Also after a failure: all values are taken. */
	for (; name; name = va_arg(members, const char *))
		object = tally_with(object, name, va_arg(members, cJSON *));
	va_end(members);
	return object;
}

static cJSON *append(cJSON *array, cJSON *item)
{
	if (!array)
		cJSON_Delete(item);
	else if (tally__json_append(array, item) == 0)
		return array;
	cJSON_Delete(array);
	return NULL;
}

cJSON *tally_array(size_t count, ...)
{
	cJSON *array;
	va_list items;

	tally__json_setup();
	array = cJSON_CreateArray();
	va_start(items, count);
	while (count-- > 0)
		array = append(array, va_arg(items, cJSON *));
	va_end(items);
	return array;
}

/* ---- matchers ---- */

cJSON *tally_expression(const char *expression)
{
	return tally_object(INLINE_MATCHER, tally_text(expression), NULL);
}

cJSON *tally_matcher(const char *rule, cJSON *example)
{
	return tally_with(tally_expression(rule), "value", example);
}

cJSON *tally_generated(const char *generator, cJSON *value)
{
	if (!value)
		return NULL;
	if (!tally__is_inline(value))
		value = tally_object("value", value, NULL);
	return tally_with(value, INLINE_GENERATOR, tally_text(generator));
}

cJSON *tally_like(cJSON *example)
{
	return tally_matcher("type", example);
}

cJSON *tally_each_like(cJSON *example, unsigned min)
{
	unsigned count = min > 1 && min <= MAX_EXAMPLES ? min : 1;
	cJSON *examples = tally_array(0);

	/* The example has to match its own rule: as many as it asks for. */
	while (example && --count > 0)
		examples = append(examples, tally__json_clone(example));
	return tally_with(tally_like(append(examples, example)), "min",
			  cJSON_CreateNumber((double)min));
}

cJSON *tally_regex(const char *regex, const char *example)
{
	return tally_with(tally_matcher("regex", tally_text(example)), "regex", tally_text(regex));
}

cJSON *tally_integer(long long example)
{
	char digits[sizeof(example) * CHAR_BIT / 3 + 3];

	/* As text, which keeps what a double could not. */
	(void)snprintf(digits, sizeof(digits), "%lld", example);
	return tally_matcher("integer", tally_json(digits));
}

/* ---- bodies ---- */

cJSON *tally_bytes(const char *content_type, const void *bytes, size_t len)
{
	struct buf text;
	cJSON *content = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (bytes || len == 0)
		tally__base64_encode(&text, bytes, len);
	if ((bytes || len == 0) && text.status == 0)
		content = tally_text(text.bytes);
	tally__buf_release(&text);
	return tally_with(tally_matcher("contentType", tally_text(content_type)), "content",
			  content);
}

cJSON *tally_part(const char *name, const char *filename, const char *content_type, cJSON *body)
{
	cJSON *part = tally_object("name", tally_text(name), "body", body, NULL);

	if (filename)
		part = tally_with(part, "filename", tally_text(filename));
	if (content_type)
		part = tally_with(part, "contentType", tally_text(content_type));
	return part;
}
