#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/inline.h"

void tally__extractor_init(struct extractor *extractor, struct arena *arena, const char *pointer,
			   struct tally_error *error)
{
	memset(extractor, 0, sizeof(*extractor));
	extractor->arena = arena;
	extractor->error = error;
	tally__buf_init(&extractor->path, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&extractor->pointer, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&extractor->pointer, pointer);
	tally__map_init(&extractor->places);
}

void tally__extractor_release(struct extractor *extractor)
{
	tally__buf_release(&extractor->path);
	tally__buf_release(&extractor->pointer);
	tally__map_release(&extractor->places);
	cJSON_Delete(extractor->rules);
	cJSON_Delete(extractor->generators);
}

int tally__extractor_begin(struct extractor *extractor, const char *category, const char *path)
{
	extractor->category = category;
	extractor->has_paths = strcmp(category, "body") == 0 || strcmp(category, "metadata") == 0;
	tally__buf_clear(&extractor->path);
	tally__buf_adds(&extractor->path, path);
	return tally__buf_status(&extractor->path, extractor->error);
}

int tally__extractor_fail(struct extractor *extractor, const char *member, const char *format, ...)
{
	size_t mark = extractor->pointer.len;
	struct buf message;
	va_list arguments;
	int status;

	tally__buf_init(&message, LIMIT_DOCUMENT_BYTES);
	va_start(arguments, format);
	tally__buf_addv(&message, format, arguments);
	va_end(arguments);
	if (member)
		tally__pointer_add(&extractor->pointer, member);
	status = tally__fail_at(extractor->error, TALLY_EPARSE, extractor->pointer.bytes, 0, 0,
				"%s", message.bytes);
	tally__buf_truncate(&extractor->pointer, mark);
	tally__buf_release(&message);
	return status;
}

int tally__extractor_replace(struct extractor *extractor, cJSON *object, const char *name,
			     cJSON *made)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
	return tally__json_put(object, name, made) ? tally__fail_nomem(extractor->error) : 0;
}

bool tally__is_inline(const cJSON *value)
{
	return tally__json_get(value, INLINE_MATCHER) || tally__json_get(value, INLINE_GENERATOR);
}

bool tally__has_inline(const cJSON *value)
{
	for (const cJSON *child = value ? value->child : NULL; child; child = child->next) {
		if (child->string && *child->string == 'p' &&
		    strncmp(child->string, "pact:", 5) == 0)
			return true;
		if (child->child && tally__has_inline(child))
			return true;
	}
	return false;
}

/* The object of the present category in `*all`, both made when missing; NULL: no memory. */
static cJSON *category_in(cJSON **all, const char *name)
{
	cJSON *category;

	if (!*all && !(*all = cJSON_CreateObject()))
		return NULL;
	category = tally__json_get(*all, name);
	if (category)
		return category;
	category = cJSON_CreateObject();
	return tally__json_put(*all, name, category) ? NULL : category;
}

/* Counts one more rule or generator. */
static int count_one(struct extractor *extractor)
{
	if (++extractor->count <= LIMIT_RULES)
		return 0;
	return tally__fail(extractor->error, TALLY_ELIMIT,
			   "more than %d matching rules in one part", LIMIT_RULES);
}

/* Keeps the text of a place.  Long paths with many matchers below them multiply: more than this
 * could not be written into a contract. */
static int keep_key(struct extractor *extractor, const struct buf *text, const char **out)
{
	if (extractor->arena->used_bytes + text->len > (size_t)LIMIT_DOCUMENT_BYTES * 3)
		return tally__fail_at(extractor->error, TALLY_ELIMIT, extractor->pointer.bytes, 0,
				      0,
				      "the paths of the matchers are longer than a contract of %d "
				      "bytes could hold: use shorter names, or fewer matchers",
				      LIMIT_DOCUMENT_BYTES);
	*out = tally__arena_memdup(extractor->arena, text->bytes, text->len);
	return *out ? 0 : tally__fail_nomem(extractor->error);
}

/* Looks for what is kept at the present place; *key is made when there is nothing yet. */
static int find_place(struct extractor *extractor, const char *prefix, const char **key,
		      void **found)
{
	struct buf text;
	int status;

	tally__buf_init(&text, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	tally__buf_adds(&text, prefix);
	tally__buf_adds(&text, extractor->category);
	tally__buf_addc(&text, '\n');
	tally__buf_add(&text, extractor->path.bytes, extractor->path.len);
	status = tally__buf_status(&text, extractor->error);
	if (status == 0)
		*found = tally__map_get(&extractor->places, text.bytes, text.len);
	if (status == 0 && !*found)
		status = keep_key(extractor, &text, key);
	tally__buf_release(&text);
	return status;
}

/* What the contract has at the present place, {"combine", "matchers"}, made when missing. */
static int rule_place(struct extractor *extractor, cJSON **out)
{
	const char *path = extractor->path.bytes;
	const char *key = NULL;
	void *found = NULL;
	cJSON *entry;
	int status = find_place(extractor, "", &key, &found);

	*out = found;
	if (status != 0 || found)
		return status;
	entry = category_in(&extractor->rules, extractor->category);
	if (entry && *path) {
		cJSON *category = entry;

		entry = cJSON_CreateObject();
		if (tally__json_put(category, path, entry) != 0)
			entry = NULL;
	}
	if (!entry || tally__json_put(entry, "combine", cJSON_CreateString("AND")) != 0 ||
	    tally__json_put(entry, "matchers", cJSON_CreateArray()) != 0 ||
	    tally__map_put(&extractor->places, key, strlen(key), entry) != 0)
		return tally__fail_nomem(extractor->error);
	*out = entry;
	return 0;
}

/* How many of the rules at a place a new one is compared with: enough to drop repetitions, few
 * enough to be quick whatever the input. */
enum { RULES_COMPARED = 32 };

static bool has_rule(const cJSON *list, const cJSON *rule)
{
	size_t seen = 0;

	for (const cJSON *other = list->child; other && seen < RULES_COMPARED;
	     other = other->next, seen++)
		if (tally__json_equal(other, rule))
			return true;
	return false;
}

/* Takes the rules of one matcher over: once, as the items of an example array say the same thing.
 * Several matchers at one place all have to be satisfied, which only AND can say. */
int tally__extractor_add_rules(struct extractor *extractor, cJSON *rules, bool any)
{
	cJSON *place = NULL;
	cJSON *list;
	bool is_new, is_any;
	int status = rule_place(extractor, &place);

	if (status != 0)
		return status;
	list = tally__json_get(place, "matchers");
	is_new = !list->child;
	is_any = strcmp(tally__json_get_string(place, "combine"), "OR") == 0;
	any = any && rules->child && rules->child->next;
	if (is_new && any && !cJSON_SetValuestring(tally__json_get(place, "combine"), "OR"))
		return tally__fail_nomem(extractor->error);
	while (status == 0 && rules->child) {
		cJSON *rule = cJSON_DetachItemViaPointer(rules, rules->child);

		status = count_one(extractor);
		if (status != 0 || has_rule(list, rule))
			cJSON_Delete(rule);
		else if (!is_new && (any || is_any)) {
			cJSON_Delete(rule);
			status = tally__extractor_fail(
				extractor, NULL,
				"several matchers at one place must all hold, and one of them says "
				"\"combine\": \"OR\": give all the same rules");
		} else if (tally__json_append(list, rule) != 0)
			status = tally__fail_nomem(extractor->error);
	}
	return status;
}

/* Adds a generator (taken in every case); the first one at a place stays. */
int tally__extractor_add_generator(struct extractor *extractor, cJSON *generator)
{
	const char *path = extractor->path.bytes;
	const char *key = NULL;
	void *found = NULL;
	cJSON *object = NULL;
	int status = count_one(extractor);

	if (status == 0)
		status = find_place(extractor, "generator\n", &key, &found);
	if (status != 0 || found) {
		cJSON_Delete(generator);
		return status;
	}
	if (*path) {
		object = category_in(&extractor->generators, extractor->category);
	} else {
		if (!extractor->generators)
			extractor->generators = cJSON_CreateObject();
		object = extractor->generators;
	}
	if (tally__json_put(object, *path ? path : extractor->category, generator) != 0 ||
	    tally__map_put(&extractor->places, key, strlen(key), generator) != 0)
		return tally__fail_nomem(extractor->error);
	return 0;
}

static int take_value(struct extractor *extractor, cJSON *value, enum inline_children children,
		      cJSON **example);

static int take_child(struct extractor *extractor, cJSON *child, const char *name, size_t index,
		      enum inline_children children, cJSON **example)
{
	size_t path_mark = extractor->path.len;
	size_t pointer_mark = extractor->pointer.len;
	int status;

	if (name) {
		tally__pointer_add(&extractor->pointer, name);
		if (extractor->has_paths && children == CHILDREN_WILDCARDS)
			tally__buf_adds(&extractor->path, ".*");
		else if (extractor->has_paths)
			tally__path_add_field(&extractor->path, name);
	} else {
		tally__pointer_add_index(&extractor->pointer, index);
		if (extractor->has_paths && children != CHILDREN_OWN)
			tally__buf_adds(&extractor->path, "[*]");
		else if (extractor->has_paths)
			tally__path_add_index(&extractor->path, index);
	}
	status = tally__buf_status(&extractor->path, extractor->error);
	if (status == 0)
		status = tally__buf_status(&extractor->pointer, extractor->error);
	if (status == 0)
		status = take_value(extractor, child, CHILDREN_OWN, example);
	else
		cJSON_Delete(child);
	tally__buf_truncate(&extractor->path, path_mark);
	tally__buf_truncate(&extractor->pointer, pointer_mark);
	return status;
}

static bool is_container(const cJSON *value)
{
	return cJSON_IsObject(value) || cJSON_IsArray(value);
}

/* Takes the name (NULL in arrays) off a node; one that is only lent to it is copied. */
static int take_name(struct extractor *extractor, cJSON *node, char **name)
{
	*name = node->string;
	if (*name && (node->type & cJSON_StringIsConst)) {
		*name = tally__strdup(*name);
		if (!*name)
			return tally__fail_nomem(extractor->error);
		node->type &= ~cJSON_StringIsConst;
	}
	node->string = NULL;
	return 0;
}

/* Gives a name (taken in every case) to what was made of the node that had it. */
static void give_name(cJSON *node, char *name)
{
	if (!(node->type & cJSON_StringIsConst))
		tally__free(node->string);
	node->type &= ~cJSON_StringIsConst;
	node->string = name;
}

/* Takes the detached child of a container (in every case); *taken has its name. */
static int take_item(struct extractor *extractor, cJSON *child, size_t index,
		     enum inline_children children, cJSON **taken)
{
	char *name = NULL;
	int status;

	if (child->string && strncmp(child->string, "pact:", 5) == 0)
		status = tally__extractor_fail(extractor, child->string,
					       "expected pact:matcher:type or pact:generator:type, "
					       "found \"%s\"",
					       child->string);
	else
		status = take_name(extractor, child, &name);
	if (status != 0) {
		cJSON_Delete(child);
		return status;
	}
	*taken = child;
	if (is_container(child))
		status = take_child(extractor, child, name, index, children, taken);
	if (status == 0)
		give_name(*taken, name);
	else
		tally__free(name);
	return status;
}

/* Moves the children through extraction into a container of the same kind. */
static int take_container(struct extractor *extractor, cJSON *value, enum inline_children children,
			  cJSON **example)
{
	bool is_object = cJSON_IsObject(value);
	cJSON *out = is_object ? cJSON_CreateObject() : cJSON_CreateArray();
	int status = out ? 0 : tally__fail_nomem(extractor->error);

	for (size_t index = 0; status == 0 && value->child; index++) {
		cJSON *taken = NULL;

		status = take_item(extractor, cJSON_DetachItemViaPointer(value, value->child),
				   index, children, &taken);
		if (status == 0) /* to an object, too: the name is there already */
			cJSON_AddItemToArray(out, taken);
	}
	cJSON_Delete(value);
	if (status != 0)
		cJSON_Delete(out);
	else
		*example = out;
	return status;
}

static int take_value(struct extractor *extractor, cJSON *value, enum inline_children children,
		      cJSON **example)
{
	if (cJSON_IsObject(value) && tally__is_inline(value))
		return tally__matcher_take(extractor, value, example);
	if (is_container(value))
		return take_container(extractor, value, children, example);
	*example = value;
	return 0;
}

int tally__extractor_take(struct extractor *extractor, cJSON *value, cJSON **example)
{
	return take_value(extractor, value, CHILDREN_OWN, example);
}

int tally__extractor_take_below(struct extractor *extractor, cJSON *value,
				enum inline_children children, cJSON **example)
{
	return take_value(extractor, value, children, example);
}
