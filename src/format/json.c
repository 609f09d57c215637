#include "config.h"

#include "format/json.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/json_build.h"
#include "format/json_number.h"

/* Up to so many members a linear search is faster than hashing. */
#define LINEAR_MEMBERS 8

static void install_hooks(void)
{
	cJSON_Hooks hooks = {.malloc_fn = tally__malloc, .free_fn = tally__free};

	cJSON_InitHooks(&hooks);
}

void tally__json_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_hooks);
}

void tally_free(void *pointer)
{
	tally__free(pointer);
}

int tally_json_parse(cJSON **out, const char *text, size_t len, struct tally_error *error)
{
	static const char byte_order_mark[] = "\xEF\xBB\xBF";

	/* No bytes may come without a pointer to them. */
	if (len == 0)
		text = "";
	if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		len -= 3;
	}
	tally__json_setup();
	return tally__json_build(out, text, len, error);
}

int tally_json_read_file(cJSON **out, const char *path, struct tally_error *error)
{
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__file_read(&text, path, error);
	if (status == TALLY_OK)
		status = tally_json_parse(out, text.bytes, text.len, error);
	tally__error_where(error, path);
	tally__buf_release(&text);
	return status;
}

int tally_json_write_file(const char *path, const cJSON *value, struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int status = tally_json_write(&text, &len, value, TALLY_JSON_PRETTY, error);

	if (status != TALLY_OK)
		return status;
	/* The closing NUL gives its place to the newline: a file has none. */
	text[len] = '\n';
	status = tally__file_replace(path, text, len + 1, error);
	tally_free(text);
	return status;
}

int tally_text_write_file(const char *path, const char *text, size_t len, struct tally_error *error)
{
	return tally__file_replace(path, text, len, error);
}

/* Whether nothing is nested deeper than what may be parsed, so that recursion ends. */
bool tally__json_is_shallow(const cJSON *value, unsigned levels)
{
	const cJSON *child;

	if (!cJSON_IsArray(value) && !cJSON_IsObject(value))
		return true;
	if (levels == 0)
		return false;
	for (child = value->child; child != NULL; child = child->next) {
		if (!tally__json_is_shallow(child, levels - 1))
			return false;
	}
	return true;
}

cJSON *tally__json_clone(const cJSON *value)
{
	tally__json_setup();
	if (!tally__json_is_shallow(value, LIMIT_JSON_DEPTH))
		return NULL;
	return cJSON_Duplicate(value, true);
}

cJSON *tally__json_get(const cJSON *object, const char *name)
{
	cJSON *member;

	if (!cJSON_IsObject(object))
		return NULL;
	/* Most names differ in their first byte, and are not worth a call. */
	for (member = object->child; member != NULL; member = member->next) {
		if (member->string != NULL && *member->string == *name &&
		    strcmp(member->string, name) == 0)
			return member;
	}
	return NULL;
}

const char *tally__json_get_string(const cJSON *object, const char *name)
{
	const cJSON *member = tally__json_get(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

bool tally__json_get_bool(const cJSON *object, const char *name, bool otherwise)
{
	const cJSON *member = tally__json_get(object, name);

	return cJSON_IsBool(member) ? cJSON_IsTrue(member) : otherwise;
}

int tally__json_index_init(struct json_index *index, const cJSON *object)
{
	size_t count = 0;
	cJSON *member;

	*index = (struct json_index){.object = object};
	tally__map_init(&index->map);
	if (!cJSON_IsObject(object))
		return TALLY_OK;
	for (member = object->child; member != NULL; member = member->next)
		count++;
	if (count <= LINEAR_MEMBERS)
		return TALLY_OK;
	if (tally__map_reserve(&index->map, count) != TALLY_OK) {
		tally__map_release(&index->map);
		return TALLY_ENOMEM;
	}
	for (member = object->child; member != NULL; member = member->next) {
		if (member->string == NULL)
			continue;
		/* The first of a name wins, as in the linear search. */
		if (tally__map_add(&index->map, member->string, strlen(member->string), member) ==
		    NULL) {
			tally__map_release(&index->map);
			return TALLY_ENOMEM;
		}
	}
	index->hashed = true;
	return TALLY_OK;
}

void tally__json_index_release(struct json_index *index)
{
	tally__map_release(&index->map);
	*index = (struct json_index){0};
}

cJSON *tally__json_index_get(const struct json_index *index, const char *name)
{
	if (index->hashed)
		return tally__map_get(&index->map, name, strlen(name));
	return tally__json_get(index->object, name);
}

int tally__json_put(cJSON *object, const char *name, cJSON *item)
{
	if (cJSON_AddItemToObject(object, name, item))
		return TALLY_OK;
	cJSON_Delete(item);
	return TALLY_ENOMEM;
}

int tally__json_append(cJSON *array, cJSON *item)
{
	if (cJSON_AddItemToArray(array, item))
		return TALLY_OK;
	cJSON_Delete(item);
	return TALLY_ENOMEM;
}

int tally__json_put_text(cJSON *object, const char *name, const char *text)
{
	return text == NULL ? 0 : tally__json_put(object, name, cJSON_CreateString(text));
}

cJSON *tally__json_put_new(cJSON *parent, const char *name, cJSON *item)
{
	int status = name != NULL ? tally__json_put(parent, name, item)
				  : tally__json_append(parent, item);

	return status == 0 ? item : NULL;
}

/* Two values that are compared, and what it may take. */
struct equality {
	size_t left; /* values in them that may be visited */
	unsigned levels;
};

static bool equal_values(struct equality *e, const cJSON *a, const cJSON *b);

static bool equal_children(struct equality *e, const cJSON *a, const cJSON *b)
{
	if (e->left == 0)
		return false;
	e->left--;
	return equal_values(e, a, b);
}

static bool equal_arrays(struct equality *e, const cJSON *a, const cJSON *b)
{
	const cJSON *a_item = a->child;
	const cJSON *b_item = b->child;

	while (a_item != NULL && b_item != NULL && equal_children(e, a_item, b_item)) {
		a_item = a_item->next;
		b_item = b_item->next;
	}
	return a_item == NULL && b_item == NULL;
}

static bool same_name(const cJSON *a, const cJSON *b)
{
	return a->string != NULL && b->string != NULL && strcmp(a->string, b->string) == 0;
}

/* Compares what two objects hold from two members on, whatever their order. */
static bool equal_unordered(struct equality *e, const cJSON *a_member, const cJSON *b)
{
	struct json_index index;
	bool equal = true;

	/* When memory is short the index searches linearly: slow, and right. */
	if (tally__json_index_init(&index, b) != TALLY_OK)
		index = (struct json_index){.object = b};
	for (; a_member != NULL && equal; a_member = a_member->next) {
		const cJSON *b_member = a_member->string == NULL
						? NULL
						: tally__json_index_get(&index, a_member->string);

		equal = b_member != NULL && equal_children(e, a_member, b_member);
	}
	tally__json_index_release(&index);
	return equal;
}

static bool equal_objects(struct equality *e, const cJSON *a, const cJSON *b)
{
	const cJSON *a_member = a->child;
	const cJSON *b_member = b->child;

	if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
		return false;
	/* Mostly both have one order. */
	while (a_member != NULL && same_name(a_member, b_member)) {
		if (!equal_children(e, a_member, b_member))
			return false;
		a_member = a_member->next;
		b_member = b_member->next;
	}
	return a_member == NULL || equal_unordered(e, a_member, b);
}

static bool equal_containers(struct equality *e, const cJSON *a, const cJSON *b)
{
	bool equal;

	if (e->levels == 0)
		return false;
	e->levels--;
	equal = cJSON_IsArray(a) ? equal_arrays(e, a, b) : equal_objects(e, a, b);
	e->levels++;
	return equal;
}

static bool equal_values(struct equality *e, const cJSON *a, const cJSON *b)
{
	enum json_kind kind = tally__json_kind(a);

	if (kind != tally__json_kind(b))
		return false;
	switch (kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOLEAN:
		return cJSON_IsTrue(a) == cJSON_IsTrue(b);
	case JSON_INTEGER:
	case JSON_DECIMAL:
		return tally__json_number_equal(a, b);
	case JSON_STRING:
		return a->valuestring != NULL && b->valuestring != NULL &&
		       strcmp(a->valuestring, b->valuestring) == 0;
	default:
		return equal_containers(e, a, b);
	}
}

bool tally__json_equal_within(const cJSON *a, const cJSON *b, size_t *left)
{
	/* A tree deeper than any that can be parsed equals nothing. */
	struct equality e = {.left = *left, .levels = LIMIT_JSON_DEPTH};
	bool equal = a != NULL && b != NULL && equal_values(&e, a, b);

	*left = e.left;
	return equal;
}

bool tally__json_equal(const cJSON *a, const cJSON *b)
{
	size_t left = SIZE_MAX;

	return tally__json_equal_within(a, b, &left);
}
