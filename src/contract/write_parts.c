/* Headers and query parameters, as each version writes them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/writer.h"
#include "format/uri.h"

static cJSON *values_node(struct writer *writer, const struct name_values *item)
{
	cJSON *array = cJSON_CreateArray();

	if (!array)
		tally__writer_nomem(writer);
	for (size_t i = 0; i < item->value_count; i++)
		tally__writer_append(writer, array,
				     item->values[i] ? cJSON_CreateString(item->values[i])
						     : cJSON_CreateNull());
	return array;
}

/* The values as one header line, where reading that line gives the same values; else NULL. */
static char *joined(struct writer *writer, const struct name_values *item)
{
	struct name_values_list again = {0};
	struct buf line;
	char *copy = NULL;

	tally__buf_init(&line, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < item->value_count; i++)
		tally__buf_addf(&line, "%s%s", i ? ", " : "", item->values[i]);
	if (line.status != 0 ||
	    tally__header_add(&again, &writer->scratch, item->name, line.bytes) != 0) {
		tally__writer_nomem(writer);
		goto out;
	}
	if (again.items[0].value_count != item->value_count)
		goto out;
	for (size_t i = 0; i < item->value_count; i++)
		if (strcmp(again.items[0].values[i], item->values[i]) != 0)
			goto out;
	copy = tally__arena_memdup(&writer->scratch, line.bytes, line.len);
	if (!copy)
		tally__writer_nomem(writer);
out:
	tally__buf_release(&line);
	return copy;
}

void tally__writer_headers(struct writer *writer, cJSON *object,
			   const struct name_values_list *headers)
{
	cJSON *out;

	if (headers->count == 0)
		return;
	out = tally__writer_object(writer, object, "headers");
	for (size_t i = 0; i < headers->count && writer->status == 0; i++) {
		const struct name_values *item = &headers->items[i];
		const char *line = writer->spec == TALLY_SPEC_V4 ? NULL : joined(writer, item);
		char *name = tally__arena_strdup(&writer->scratch, item->name);

		if (!name) {
			tally__writer_nomem(writer);
			return;
		}
		/* The case of a name says nothing, so it makes no difference to a digest. */
		for (char *c = name; writer->canonical && *c; c++)
			*c = tally__text_lower(*c);
		tally__writer_put(writer, out, name,
				  line ? cJSON_CreateString(line) : values_node(writer, item));
	}
}

/* Names are written as they are, but for what would take the query apart. */
static void add_name(struct buf *out, const char *name)
{
	for (; *name; name++) {
		if (strchr("&=+%# ", *name) || (unsigned char)*name < ' ')
			tally__uri_encode(out, name, 1);
		else
			tally__buf_addc(out, *name);
	}
}

static int compare_items(const void *a, const void *b)
{
	const struct name_values *const *left = a;
	const struct name_values *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static void write_query_text(struct writer *writer, cJSON *object,
			     const struct name_values_list *query)
{
	const struct name_values **sorted =
		tally__arena_alloc_array(&writer->scratch, query->count, sizeof(*sorted));
	struct buf text;

	if (!sorted) {
		tally__writer_nomem(writer);
		return;
	}
	for (size_t i = 0; i < query->count; i++)
		sorted[i] = &query->items[i];
	qsort(sorted, query->count, sizeof(*sorted), compare_items);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < query->count; i++) {
		for (size_t j = 0; j < sorted[i]->value_count; j++) {
			const char *value = sorted[i]->values[j];

			if (text.len > 0)
				tally__buf_addc(&text, '&');
			add_name(&text, sorted[i]->name);
			if (!value)
				continue;
			tally__buf_addc(&text, '=');
			tally__uri_encode_query(&text, value, strlen(value));
		}
	}
	if (text.status != 0)
		tally__writer_nomem(writer);
	else
		tally__writer_string(writer, object, "query", text.bytes);
	tally__buf_release(&text);
}

void tally__writer_query(struct writer *writer, cJSON *object, const struct name_values_list *query)
{
	cJSON *out;

	if (query->count == 0)
		return;
	if (writer->spec < TALLY_SPEC_V3) {
		write_query_text(writer, object, query);
		return;
	}
	out = tally__writer_object(writer, object, "query");
	for (size_t i = 0; i < query->count && writer->status == 0; i++)
		tally__writer_put(writer, out, query->items[i].name,
				  values_node(writer, &query->items[i]));
}
