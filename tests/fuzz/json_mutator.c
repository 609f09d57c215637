/* How libFuzzer changes JSON documents.  Bytes changed at random hardly ever put an array where an
 * object was without breaking the document, and what is no JSON is refused before anything that
 * reads contracts sees it.  So every other change is one of the document's values. */
#include "config.h"

#include <string.h>

#include "format/json.h"
#include "fuzz.h"
#include "json_exchange.h"

/* The names are libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static unsigned pick(unsigned *seed, size_t count)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (unsigned)((*seed >> 8) % count);
}

static size_t count_values(const cJSON *value)
{
	size_t count = 1;
	const cJSON *child = NULL;

	cJSON_ArrayForEach(child, value)
	{
		count += count_values(child);
	}
	return count;
}

/* The value `*index`, counted depth first; NULL: it is further on by the `*index` that is left. */
static cJSON *value_at(cJSON *value, size_t *index)
{
	cJSON *child = NULL;
	cJSON *found = NULL;

	if ((*index)-- == 0)
		return value;
	cJSON_ArrayForEach(child, value)
	{
		found = value_at(child, index);
		if (found)
			break;
	}
	return found;
}

static cJSON *any_value(cJSON *document, unsigned *seed)
{
	size_t index = pick(seed, count_values(document));

	return value_at(document, &index);
}

/* What another place has, or one of each kind, or an array of the value, or its first member. */
static cJSON *another_value(cJSON *document, const cJSON *value, unsigned *seed)
{
	cJSON *array;

	switch (pick(seed, 6)) {
	case 0:
		return cJSON_Duplicate(any_value(document, seed), true);
	case 1:
		array = cJSON_CreateArray();
		(void)tally__json_append(array, cJSON_Duplicate(value, true));
		return array;
	case 2:
		if (value->child)
			return cJSON_Duplicate(value->child, true);
		break;
	default:
		break;
	}
	return cJSON_Parse(exchange_kinds[pick(seed, EXCHANGE_KINDS)]);
}

static void change(cJSON *document, unsigned *seed)
{
	cJSON *value = any_value(document, seed);
	cJSON *other = another_value(document, value, seed);

	if (other)
		exchange_values(value, other);
	cJSON_Delete(other);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	cJSON *document = NULL;
	char *text = NULL;
	size_t len = 0;
	size_t out = 0;

	if (pick(&seed, 2) == 0 || tally_json_parse(&document, (const char *)data, size, NULL) != 0)
		return LLVMFuzzerMutate(data, size, max_size);
	change(document, &seed);
	if (tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, NULL) == 0 &&
	    len <= max_size) {
		memcpy(data, text, len);
		out = len;
	}
	tally_free(text);
	cJSON_Delete(document);
	return out > 0 ? out : LLVMFuzzerMutate(data, size, max_size);
}
