#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"

static const char matcher_key[] = "pact:matcher:type";
static const char generator_key[] = "pact:generator:type";

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

void tally__pointer_add(struct buf *pointer, const char *name)
{
	tally__buf_addc(pointer, '/');
	for (; *name; name++) {
		if (*name == '~')
			tally__buf_adds(pointer, "~0");
		else if (*name == '/')
			tally__buf_adds(pointer, "~1");
		else
			tally__buf_addc(pointer, *name);
	}
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

bool tally__is_inline(const cJSON *value)
{
	return tally__json_get(value, matcher_key) || tally__json_get(value, generator_key);
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

static int count_one(struct extractor *extractor)
{
	if (++extractor->count <= LIMIT_RULES)
		return 0;
	return tally__fail(extractor->error, TALLY_ELIMIT,
			   "more than %d matching rules in one part", LIMIT_RULES);
}

/* The list of matchers at the present place, made when missing. */
static int rule_list(struct extractor *extractor, cJSON **out)
{
	const char *path = extractor->path.bytes;
	char *key = tally__arena_printf(extractor->arena, "%s\n%s", extractor->category, path);
	cJSON *entry;

	if (!key)
		return tally__fail_nomem(extractor->error);
	*out = tally__map_get(&extractor->places, key, strlen(key));
	if (*out)
		return 0;
	entry = category_in(&extractor->rules, extractor->category);
	if (entry && *path) {
		cJSON *category = entry;

		entry = cJSON_CreateObject();
		if (tally__json_put(category, path, entry) != 0)
			entry = NULL;
	}
	if (!entry || tally__json_put(entry, "combine", cJSON_CreateString("AND")) != 0)
		return tally__fail_nomem(extractor->error);
	*out = cJSON_CreateArray();
	if (tally__json_put(entry, "matchers", *out) != 0 ||
	    tally__map_put(&extractor->places, key, strlen(key), *out) != 0)
		return tally__fail_nomem(extractor->error);
	return 0;
}

/* How many of the rules at a place a new one is compared with: enough to drop repetitions, few
 * enough to be quick whatever the input. */
enum { RULES_COMPARED = 32 };

/* Adds a rule (taken in every case), once: the items of an example array say the same thing. */
static int add_rule(struct extractor *extractor, cJSON *rule)
{
	cJSON *list = NULL;
	size_t seen = 0;
	int status = count_one(extractor);

	if (status == 0)
		status = rule_list(extractor, &list);
	if (status != 0) {
		cJSON_Delete(rule);
		return status;
	}
	for (const cJSON *other = list->child; other && seen < RULES_COMPARED;
	     other = other->next, seen++) {
		if (tally__json_equal(other, rule)) {
			cJSON_Delete(rule);
			return 0;
		}
	}
	return tally__json_append(list, rule) ? tally__fail_nomem(extractor->error) : 0;
}

/* Adds a generator (taken in every case); the first one at a place stays. */
static int add_generator(struct extractor *extractor, cJSON *generator)
{
	const char *path = extractor->path.bytes;
	char *key = tally__arena_printf(extractor->arena, "generator\n%s\n%s", extractor->category,
					path);
	cJSON *object = NULL;
	int status;

	if (!key) {
		cJSON_Delete(generator);
		return tally__fail_nomem(extractor->error);
	}
	status = count_one(extractor);
	if (status != 0 || tally__map_get(&extractor->places, key, strlen(key))) {
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

/* How the children of a value extend its path. */
enum children {
	CHILDREN_OWN,       /* ".name" and "[0]" */
	CHILDREN_ITEMS,     /* ".name" and "[*]": below a matcher all items share their rules */
	CHILDREN_WILDCARDS, /* ".*" and "[*]": the rule is about each of them */
};

static int take_value(struct extractor *extractor, cJSON *value, enum children children,
		      cJSON **example);

static int take_child(struct extractor *extractor, cJSON *child, const char *name, size_t index,
		      enum children children, cJSON **example)
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
		tally__buf_addf(&extractor->pointer, "/%zu", index);
		if (extractor->has_paths && children != CHILDREN_OWN)
			tally__buf_adds(&extractor->path, "[*]");
		else if (extractor->has_paths)
			tally__buf_addf(&extractor->path, "[%zu]", index);
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

/* Moves the children through extraction into a container of the same kind. */
static int take_container(struct extractor *extractor, cJSON *value, enum children children,
			  cJSON **example)
{
	bool is_object = cJSON_IsObject(value);
	cJSON *out = is_object ? cJSON_CreateObject() : cJSON_CreateArray();
	int status = out ? 0 : tally__fail_nomem(extractor->error);

	for (size_t index = 0; status == 0 && value->child; index++) {
		cJSON *child = cJSON_DetachItemViaPointer(value, value->child);
		char *name =
			is_object ? tally__arena_strdup(extractor->arena, child->string) : NULL;
		cJSON *taken = NULL;

		if (is_object && !name) {
			cJSON_Delete(child);
			status = tally__fail_nomem(extractor->error);
		} else if (name && strncmp(name, "pact:", 5) == 0) {
			cJSON_Delete(child);
			status = tally__extractor_fail(extractor, name,
						       "expected pact:matcher:type or "
						       "pact:generator:type, found \"%s\"",
						       name);
		} else {
			status = take_child(extractor, child, name, index, children, &taken);
		}
		if (status != 0)
			break;
		if ((is_object ? tally__json_put(out, name, taken)
			       : tally__json_append(out, taken)) != 0)
			status = tally__fail_nomem(extractor->error);
	}
	cJSON_Delete(value);
	if (status != 0)
		cJSON_Delete(out);
	else
		*example = out;
	return status;
}

/* ---- Matcher objects ---- */

static bool is_name(const cJSON *type, const char *a, const char *b)
{
	return cJSON_IsString(type) &&
	       (strcmp(type->valuestring, a) == 0 || strcmp(type->valuestring, b) == 0);
}

static int add_named_rule(struct extractor *extractor, const cJSON *object, const cJSON *type)
{
	cJSON *rule = NULL;
	int status;

	if (!cJSON_IsString(type) || !*type->valuestring)
		return tally__extractor_fail(extractor, matcher_key,
					     "expected the name of a matching rule, such as "
					     "\"type\"");
	if (strchr(type->valuestring, '('))
		return tally__extractor_fail(
			extractor, matcher_key,
			"expected the name of a matching rule, found the expression \"%s\", "
			"which is not supported here: write it as "
			"{\"pact:matcher:type\": \"type\", \"value\": …}",
			tally__text_shown(extractor->arena, type->valuestring, 60));
	status = tally__inline_rule(extractor, object, type->valuestring, &rule);
	return status ? status : add_rule(extractor, rule);
}

static int add_rules(struct extractor *extractor, const cJSON *object)
{
	const cJSON *type = tally__json_get(object, matcher_key);
	size_t mark = extractor->pointer.len;
	size_t index = 0;
	int status = 0;

	if (!type)
		return 0;
	if (!cJSON_IsArray(type))
		return add_named_rule(extractor, object, type);
	if (!type->child)
		return tally__extractor_fail(extractor, matcher_key,
					     "expected a list with at least one rule");
	tally__pointer_add(&extractor->pointer, matcher_key);
	for (const cJSON *each = type->child; each && status == 0; each = each->next, index++) {
		size_t inner = extractor->pointer.len;

		tally__buf_addf(&extractor->pointer, "/%zu", index);
		if (cJSON_IsObject(each)) {
			status = tally__inline_check(extractor, each);
			if (status == 0)
				status = add_named_rule(extractor, each,
							tally__json_get(each, matcher_key));
		} else {
			status = tally__extractor_fail(extractor, NULL,
						       "expected a rule: an object with "
						       "\"pact:matcher:type\"");
		}
		tally__buf_truncate(&extractor->pointer, inner);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

/* One variant of arrayContains has rules of its own, with paths that start at the variant. */
static int take_variant(struct extractor *extractor, cJSON *value, size_t index, cJSON *variants,
			cJSON *examples)
{
	struct extractor inner;
	cJSON *variant = cJSON_CreateObject();
	cJSON *example = NULL;
	cJSON *rules;
	cJSON *generators;
	int status;

	tally__extractor_init(&inner, extractor->arena, extractor->pointer.bytes, extractor->error);
	tally__pointer_add(&inner.pointer, "variants");
	tally__buf_addf(&inner.pointer, "/%zu", index);
	status = tally__extractor_begin(&inner, "body", "$");
	if (status == 0)
		status = tally__extractor_take(&inner, value, &example);
	else
		cJSON_Delete(value);
	if (status != 0)
		goto out;
	status = tally__json_append(examples, example);
	rules = cJSON_DetachItemFromObjectCaseSensitive(inner.rules, "body");
	if (tally__json_put(variant, "rules", rules ? rules : cJSON_CreateObject()) != 0)
		status = TALLY_ENOMEM;
	generators = cJSON_DetachItemFromObjectCaseSensitive(inner.generators, "body");
	if (generators && tally__json_put(variant, "generators", generators) != 0)
		status = TALLY_ENOMEM;
	if (status != 0 ||
	    tally__json_put(variant, "index", cJSON_CreateNumber((double)index)) != 0)
		status = tally__fail_nomem(extractor->error);
out:
	tally__extractor_release(&inner);
	if (status != 0) {
		cJSON_Delete(variant);
		return status;
	}
	return tally__json_append(variants, variant) ? tally__fail_nomem(extractor->error) : 0;
}

static int take_array_contains(struct extractor *extractor, cJSON *object, cJSON **example)
{
	cJSON *given = tally__json_get(object, "variants");
	cJSON *examples = cJSON_CreateArray();
	cJSON *variants = cJSON_CreateArray();
	cJSON *rule = cJSON_CreateObject();
	int status = 0;

	if (!examples || !variants || !rule ||
	    tally__json_put(rule, "match", cJSON_CreateString("arrayContains")) != 0)
		status = tally__fail_nomem(extractor->error);
	else if (!cJSON_IsArray(given) || !given->child)
		status = tally__extractor_fail(extractor, "variants",
					       "expected an array with at least one variant");
	for (size_t index = 0; status == 0 && given->child; index++)
		status = take_variant(extractor, cJSON_DetachItemViaPointer(given, given->child),
				      index, variants, examples);
	if (status == 0) {
		status = tally__json_put(rule, "variants", variants);
		variants = NULL;
		if (status != 0)
			status = tally__fail_nomem(extractor->error);
	}
	if (status == 0) {
		status = add_rule(extractor, rule);
		rule = NULL;
	}
	cJSON_Delete(variants);
	cJSON_Delete(rule);
	if (status != 0)
		cJSON_Delete(examples);
	else
		*example = examples;
	return status;
}

static int take_example(struct extractor *extractor, cJSON *object, cJSON **example)
{
	const cJSON *type = tally__json_get(object, matcher_key);
	cJSON *value = tally__json_get(object, "value");
	size_t mark = extractor->pointer.len;
	bool about_children =
		is_name(type, "values", "values") || is_name(type, "eachValue", "each-value");
	int status;

	if (!value) {
		if (!extractor->has_paths && !is_name(type, "null", "null"))
			return tally__extractor_fail(extractor, NULL,
						     "expected an example as \"value\"");
		*example = cJSON_CreateNull();
		return *example ? 0 : tally__fail_nomem(extractor->error);
	}
	cJSON_DetachItemViaPointer(object, value);
	tally__pointer_add(&extractor->pointer, "value");
	status = take_value(extractor, value, about_children ? CHILDREN_WILDCARDS : CHILDREN_ITEMS,
			    example);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

static int take_matcher(struct extractor *extractor, cJSON *object, cJSON **example)
{
	const cJSON *type = tally__json_get(object, matcher_key);
	cJSON *generator = NULL;
	cJSON *taken = NULL;
	int status = tally__inline_check(extractor, object);

	if (status == 0)
		status = tally__inline_generator(extractor, object, &generator);
	if (status == 0 && generator)
		status = add_generator(extractor, generator);
	if (status == 0 && is_name(type, "arrayContains", "array-contains")) {
		status = take_array_contains(extractor, object, &taken);
	} else if (status == 0) {
		status = add_rules(extractor, object);
		if (status == 0)
			status = take_example(extractor, object, &taken);
	}
	cJSON_Delete(object);
	if (status == 0)
		*example = taken;
	return status;
}

static int take_value(struct extractor *extractor, cJSON *value, enum children children,
		      cJSON **example)
{
	if (cJSON_IsObject(value) && tally__is_inline(value))
		return take_matcher(extractor, value, example);
	if (cJSON_IsObject(value) || cJSON_IsArray(value))
		return take_container(extractor, value, children, example);
	*example = value;
	return 0;
}

int tally__extractor_take(struct extractor *extractor, cJSON *value, cJSON **example)
{
	return take_value(extractor, value, CHILDREN_OWN, example);
}
