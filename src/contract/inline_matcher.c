/* Matcher objects: an example with the rules and the generator that go with it. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "contract/expression.h"
#include "contract/inline.h"

void tally__matcher_release(struct inline_rules *parts)
{
	cJSON_Delete(parts->rules);
	cJSON_Delete(parts->example);
	cJSON_Delete(parts->generator);
}

/* Adds what one type (a name or an expression) of `object` says. */
static int read_type(struct extractor *extractor, const cJSON *object, struct inline_rules *parts)
{
	const cJSON *type = tally__json_get(object, INLINE_MATCHER);
	const cJSON *last = parts->rules->child ? parts->rules->child->prev : NULL;
	const cJSON *added;
	cJSON *example = NULL;
	cJSON *generator = NULL;
	int status;

	if (!cJSON_IsString(type) || !*type->valuestring)
		return tally__extractor_fail(extractor, INLINE_MATCHER,
					     "expected the name of a matching rule, such as "
					     "\"type\"");
	parts->is_expression |= tally__is_expression(type->valuestring);
	status = tally__inline_rules(extractor, object, type->valuestring, parts->rules, &example,
				     &generator);
	added = last ? last->next : parts->rules->child;
	if (status == 0 && parts->any && added && added->next)
		status = tally__extractor_fail(
			extractor, INLINE_MATCHER,
			"expected one rule, as one of the list has to hold: found an expression "
			"with several");
	if (status == 0 && !parts->example) {
		parts->example = example;
		example = NULL;
	}
	if (status == 0 && !parts->generator) {
		parts->generator = generator;
		generator = NULL;
	}
	cJSON_Delete(example);
	cJSON_Delete(generator);
	return status;
}

static int read_own_generator(struct extractor *extractor, const cJSON *object,
			      struct inline_rules *parts)
{
	cJSON *generator = NULL;
	int status = tally__inline_generator(extractor, object, &generator);

	if (status == 0 && generator) {
		cJSON_Delete(parts->generator);
		parts->generator = generator;
	}
	return status;
}

static int read_combine(struct extractor *extractor, const cJSON *object,
			struct inline_rules *parts)
{
	const cJSON *combine = tally__json_get(object, "combine");
	bool any = cJSON_IsString(combine) && tally__text_equal_nocase(combine->valuestring, "OR");

	if (combine && !any &&
	    !(cJSON_IsString(combine) && tally__text_equal_nocase(combine->valuestring, "AND")))
		return tally__extractor_fail(extractor, "combine", "expected \"AND\" or \"OR\"");
	parts->any = any;
	return 0;
}

static int read_listed(struct extractor *extractor, const cJSON *each, struct inline_rules *parts)
{
	int status;

	if (!cJSON_IsObject(each) || !tally__json_get(each, INLINE_MATCHER))
		return tally__extractor_fail(
			extractor, NULL, "expected a rule: an object with \"%s\"", INLINE_MATCHER);
	status = tally__inline_check_listed(extractor, each);
	if (status == 0)
		status = read_type(extractor, each, parts);
	return status ? status : read_own_generator(extractor, each, parts);
}

static int read_list(struct extractor *extractor, const cJSON *object, const cJSON *list,
		     struct inline_rules *parts)
{
	size_t mark = extractor->pointer.len;
	size_t index = 0;
	int status = read_combine(extractor, object, parts);

	if (status == 0 && !list->child)
		return tally__extractor_fail(extractor, INLINE_MATCHER,
					     "expected a list with at least one rule");
	tally__pointer_add(&extractor->pointer, INLINE_MATCHER);
	for (const cJSON *each = list->child; each && status == 0; each = each->next, index++) {
		size_t inner = extractor->pointer.len;

		tally__buf_addf(&extractor->pointer, "/%zu", index);
		status = read_listed(extractor, each, parts);
		tally__buf_truncate(&extractor->pointer, inner);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

int tally__matcher_read(struct extractor *extractor, const cJSON *object,
			struct inline_rules *parts)
{
	const cJSON *type = tally__json_get(object, INLINE_MATCHER);
	int status = tally__inline_check(extractor, object);

	*parts = (struct inline_rules){.rules = cJSON_CreateArray()};
	if (!parts->rules)
		return tally__fail_nomem(extractor->error);
	if (status == 0 && cJSON_IsArray(type))
		status = read_list(extractor, object, type, parts);
	else if (status == 0 && type)
		status = read_type(extractor, object, parts);
	return status ? status : read_own_generator(extractor, object, parts);
}

/* ---- arrayContains by its name, with "variants" ---- */

/* One variant has rules of its own, with paths that start at the variant. */
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
	inner.count = extractor->count;
	tally__pointer_add(&inner.pointer, "variants");
	tally__buf_addf(&inner.pointer, "/%zu", index);
	status = tally__extractor_begin(&inner, "body", "$");
	if (status == 0)
		status = tally__extractor_take(&inner, value, &example);
	else
		cJSON_Delete(value);
	extractor->count = inner.count;
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

/* The rule gets its variants; *example is the list of theirs. */
static int take_variants(struct extractor *extractor, cJSON *object, cJSON *rule, cJSON **example)
{
	cJSON *given = tally__json_get(object, "variants");
	cJSON *examples = cJSON_CreateArray();
	cJSON *variants = cJSON_CreateArray();
	int status = examples ? 0 : tally__fail_nomem(extractor->error);

	if (tally__json_put(rule, "variants", variants) != 0)
		status = tally__fail_nomem(extractor->error);
	if (status == 0 && (!cJSON_IsArray(given) || !given->child))
		status = tally__extractor_fail(extractor, "variants",
					       "expected an array with at least one variant");
	for (size_t index = 0; status == 0 && given->child; index++)
		status = take_variant(extractor, cJSON_DetachItemViaPointer(given, given->child),
				      index, variants, examples);
	if (status != 0)
		cJSON_Delete(examples);
	else
		*example = examples;
	return status;
}

/* ---- examples ---- */

static const cJSON *find_rule(const cJSON *rules, const char *name)
{
	for (const cJSON *rule = rules->child; rule; rule = rule->next)
		if (strcmp(tally__json_get_string(rule, "match"), name) == 0)
			return rule;
	return NULL;
}

/* The variants of an expression are positions in the example; one given beside has to have them. */
static int check_variants(struct extractor *extractor, const cJSON *rules, const cJSON *value)
{
	const cJSON *rule = find_rule(rules, "arrayContains");
	int count = cJSON_GetArraySize(tally__json_get(rule, "variants"));

	if (!rule || (cJSON_IsArray(value) && cJSON_GetArraySize(value) >= count))
		return 0;
	return tally__extractor_fail(extractor, "value",
				     "expected an array with an example for each of the %d "
				     "variants in their order",
				     count);
}

static int take_value_member(struct extractor *extractor, cJSON *object, cJSON *value,
			     enum inline_children children, cJSON **example)
{
	size_t mark = extractor->pointer.len;
	int status;

	cJSON_DetachItemViaPointer(object, value);
	tally__pointer_add(&extractor->pointer, "value");
	status = tally__extractor_take_below(extractor, value, children, example);
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

/* The rules of a matcher, then those inside its example: outer ones come first. */
static int take_rules_and_example(struct extractor *extractor, cJSON *object,
				  struct inline_rules *parts, cJSON **example)
{
	cJSON *value = tally__json_get(object, "value");
	bool about_children =
		find_rule(parts->rules, "values") || find_rule(parts->rules, "eachValue");
	bool about_null = find_rule(parts->rules, "null");
	int status = value ? check_variants(extractor, parts->rules, value) : 0;

	if (status == 0 && parts->rules->child)
		status = tally__extractor_add_rules(extractor, parts->rules, parts->any);
	if (status != 0)
		return status;
	if (value)
		return take_value_member(extractor, object, value,
					 about_children ? CHILDREN_WILDCARDS : CHILDREN_ITEMS,
					 example);
	if (parts->example) {
		*example = parts->example;
		parts->example = NULL;
		return 0;
	}
	/* Below a path, null is as good an example as any: the reference has it so. */
	if ((!extractor->has_paths && !about_null) || parts->is_expression)
		return tally__extractor_fail(extractor, NULL, "expected an example as \"value\"");
	*example = cJSON_CreateNull();
	return *example ? 0 : tally__fail_nomem(extractor->error);
}

/* arrayContains by its name: an expression has variants of its own. */
static bool has_variants(const cJSON *object, const struct inline_rules *parts)
{
	return !parts->is_expression && cJSON_IsString(tally__json_get(object, INLINE_MATCHER)) &&
	       find_rule(parts->rules, "arrayContains");
}

int tally__matcher_take(struct extractor *extractor, cJSON *object, cJSON **example)
{
	struct inline_rules parts;
	cJSON *taken = NULL;
	int status = tally__matcher_read(extractor, object, &parts);

	if (status == 0 && parts.generator) {
		status = tally__extractor_add_generator(extractor, parts.generator);
		parts.generator = NULL;
	}
	if (status == 0 && has_variants(object, &parts)) {
		status = take_variants(extractor, object, parts.rules->child, &taken);
		if (status == 0)
			status = tally__extractor_add_rules(extractor, parts.rules, false);
	} else if (status == 0) {
		status = take_rules_and_example(extractor, object, &parts, &taken);
	}
	tally__matcher_release(&parts);
	cJSON_Delete(object);
	if (status != 0)
		cJSON_Delete(taken);
	else
		*example = taken;
	return status;
}
