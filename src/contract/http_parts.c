/* Headers and query parameters: names with their values, from files and from the wire. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "contract/reader.h"
#include "format/uri.h"

/* Arrays in an arena have no capacity of their own: they are as large as the next power of two. */
static void *grow(struct arena *arena, void *items, size_t count, size_t item_bytes)
{
	void *grown;

	if (count & (count - 1))
		return items;
	grown = tally__arena_alloc_array(arena, count ? count * 2 : 1, item_bytes);
	if (grown && count)
		memcpy(grown, items, count * item_bytes);
	return grown;
}

static int add_value(struct name_values *item, struct arena *arena, const char *value)
{
	const char **values = grow(arena, (void *)item->values, item->value_count, sizeof(*values));

	if (!values)
		return TALLY_ENOMEM;
	item->values = values;
	item->values[item->value_count++] = value;
	return 0;
}

static struct name_values *add_item(struct name_values_list *list, struct arena *arena,
				    const char *name)
{
	struct name_values *items = grow(arena, list->items, list->count, sizeof(*items));
	struct name_values *item;

	if (!items)
		return NULL;
	list->items = items;
	item = &items[list->count++];
	memset(item, 0, sizeof(*item));
	item->name = name;
	return item;
}

const struct name_values *tally__header_find(const struct name_values_list *headers,
					     const char *name)
{
	for (size_t i = 0; i < headers->count; i++)
		if (tally__text_equal_nocase(headers->items[i].name, name))
			return &headers->items[i];
	return NULL;
}

const struct name_values *tally__query_find(const struct name_values_list *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->items[i].name, name) == 0)
			return &query->items[i];
	return NULL;
}

const char *tally__header_content_type(const struct name_values_list *headers)
{
	const struct name_values *found = tally__header_find(headers, "Content-Type");

	return found && found->value_count > 0 ? found->values[0] : NULL;
}

static int compare_names(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool tally__header_is_list(const char *name)
{
	static const char *const lists[] = {
		"accept",
		"accept-encoding",
		"accept-language",
		"access-control-allow-headers",
		"access-control-allow-methods",
		"access-control-expose-headers",
		"access-control-request-headers",
		"allow",
		"cache-control",
		"if-match",
		"if-none-match",
		"vary",
	};
	char lower[sizeof("access-control-request-headers")];
	size_t len = strlen(name);

	if (len >= sizeof(lower))
		return false;
	for (size_t i = 0; i <= len; i++)
		lower[i] = tally__text_lower(name[i]);
	return bsearch(lower, lists, sizeof(lists) / sizeof(*lists), sizeof(*lists),
		       compare_names) != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *trimmed(struct arena *arena, const char *text, size_t len)
{
	while (len > 0 && is_blank(*text)) {
		text++;
		len--;
	}
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return tally__arena_memdup(arena, text, len);
}

/* Adds a value as it stands in a header line: one value, or several where commas separate them. */
static int add_header_value(struct name_values *item, struct arena *arena, const char *value)
{
	bool is_list = strchr(value, ',') && tally__header_is_list(item->name);

	for (;;) {
		size_t len = is_list ? strcspn(value, ",") : strlen(value);
		const char *part = trimmed(arena, value, len);

		if (!part || add_value(item, arena, part) != 0)
			return TALLY_ENOMEM;
		if (!value[len])
			return 0;
		value += len + 1;
	}
}

int tally__header_add(struct name_values_list *headers, struct arena *arena, const char *name,
		      const char *value)
{
	struct name_values *item = NULL;

	for (size_t i = 0; i < headers->count && !item; i++)
		if (tally__text_equal_nocase(headers->items[i].name, name))
			item = &headers->items[i];
	if (!item) {
		const char *copy = tally__arena_strdup(arena, name);

		item = copy ? add_item(headers, arena, copy) : NULL;
	}
	return item ? add_header_value(item, arena, value) : TALLY_ENOMEM;
}

/* Up to so many names are looked for one by one. */
enum { LINEAR_NAMES = 8 };

/* A list being built: files and query strings may have very many names, which a map finds then. */
struct builder {
	struct arena *arena;
	struct name_values_list *list;
	struct map names; /* to index + 1; empty as long as there are few */
	bool ignore_case;
};

/* What the map knows a name by; NULL when memory is short. */
static char *builder_key(const struct builder *builder, const char *name)
{
	char *key = tally__arena_strdup(builder->arena, name);

	for (char *c = key; c && builder->ignore_case && *c; c++)
		*c = tally__text_lower(*c);
	return key;
}

static struct name_values *builder_add(struct builder *builder, const char *name)
{
	struct name_values_list *list = builder->list;
	char *copy = tally__arena_strdup(builder->arena, name);
	struct name_values *item = copy ? add_item(list, builder->arena, copy) : NULL;

	if (!item || list->count <= LINEAR_NAMES)
		return item;
	for (size_t i = builder->names.count; i < list->count; i++) {
		char *key = builder_key(builder, list->items[i].name);

		if (!key || tally__map_put(&builder->names, key, strlen(key),
					   (void *)(uintptr_t)(i + 1)) != 0)
			return NULL;
	}
	return item;
}

/* The item of a name, made when there is none yet; NULL when memory is short. */
static struct name_values *builder_item(struct builder *builder, const char *name)
{
	struct name_values *items = builder->list->items;
	uintptr_t number = 0; /* from 1 on */

	if (builder->names.count > 0) {
		char *key = builder_key(builder, name);

		if (!key)
			return NULL;
		number = (uintptr_t)tally__map_get(&builder->names, key, strlen(key));
	} else {
		for (size_t i = 0; i < builder->list->count && number == 0; i++)
			if (builder->ignore_case ? tally__text_equal_nocase(items[i].name, name)
						 : strcmp(items[i].name, name) == 0)
				number = i + 1;
	}
	return number > 0 ? &items[number - 1] : builder_add(builder, name);
}

static int add_parameter(void *context, const char *name, const char *value)
{
	struct builder *builder = context;
	struct name_values *item = builder_item(builder, name);
	char *copy = value ? tally__arena_strdup(builder->arena, value) : NULL;

	if (!item || (value && !copy))
		return TALLY_ENOMEM;
	return add_value(item, builder->arena, copy);
}

int tally__query_parse(struct name_values_list *query, struct arena *arena, const char *text)
{
	struct name_values_list list = {0};
	struct builder builder = {.arena = arena, .list = &list};
	int status = 0;

	if (text) {
		tally__map_init(&builder.names);
		status = tally__uri_query_each(text, strlen(text), add_parameter, &builder);
		tally__map_release(&builder.names);
	}
	if (status == 0)
		*query = list;
	return status;
}

/* One value of a member of "query" or "headers": a scalar; null is a name without "=". */
static int read_value(const struct reader *reader, const char *part, const cJSON *value,
		      const char **out)
{
	if (cJSON_IsObject(value) || cJSON_IsArray(value) ||
	    (cJSON_IsNull(value) && strcmp(part, "query") != 0)) {
		struct reader inner = *reader;

		inner.within = part;
		return tally__reader_fail(&inner, value->string ? value->string : "[]", value,
					  "a string or an array of strings");
	}
	*out = NULL;
	return cJSON_IsNull(value) ? 0 : tally__reader_text(reader, value, out);
}

static int read_member(struct builder *builder, const struct reader *reader, const char *part,
		       const cJSON *member)
{
	struct name_values *item = builder_item(builder, member->string);
	const char *value = NULL;
	int status = 0;

	if (!item)
		return tally__fail_nomem(reader->error);
	if (!cJSON_IsArray(member)) {
		status = read_value(reader, part, member, &value);
		if (status != 0)
			return status;
		if (builder->ignore_case && value)
			status = add_header_value(item, builder->arena, value);
		else
			status = add_value(item, builder->arena, value);
		return status ? tally__fail_nomem(reader->error) : 0;
	}
	for (const cJSON *each = member->child; each; each = each->next) {
		status = read_value(reader, part, each, &value);
		if (status != 0)
			return status;
		if (add_value(item, builder->arena, value) != 0)
			return tally__fail_nomem(reader->error);
	}
	return 0;
}

static int read_object(const struct reader *reader, const char *part, const cJSON *object,
		       struct name_values_list *out)
{
	struct name_values_list list = {0};
	struct builder builder = {
		.arena = reader->arena, .list = &list, .ignore_case = strcmp(part, "headers") == 0};
	int status = 0;

	tally__map_init(&builder.names);
	for (const cJSON *member = object->child; member && status == 0; member = member->next)
		status = read_member(&builder, reader, part, member);
	tally__map_release(&builder.names);
	if (status == 0)
		*out = list;
	return status;
}

int tally__reader_query(const struct reader *reader, const cJSON *value, struct request *out)
{
	int status;

	if (!value || cJSON_IsNull(value) || tally__reader_is_empty_array(value))
		return 0;
	if (cJSON_IsObject(value))
		return read_object(reader, "query", value, &out->query);
	if (!cJSON_IsString(value))
		return tally__reader_fail(reader, "query", value,
					  "a string such as \"a=1&b=2\" or an object");
	out->query_text = value->valuestring;
	status = tally__query_parse(&out->query, reader->arena, value->valuestring);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(reader->error);
	return status ? tally__fail(reader->error, status, "the query is too long") : 0;
}

int tally__reader_headers(const struct reader *reader, const cJSON *value,
			  struct name_values_list *out)
{
	if (!value || cJSON_IsNull(value) || tally__reader_is_empty_array(value))
		return 0;
	if (!cJSON_IsObject(value))
		return tally__reader_fail(reader, "headers", value, "an object");
	return read_object(reader, "headers", value, out);
}
