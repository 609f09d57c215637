#include "config.h"

#include "contract/expression.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/expression_scan.h"
#include "contract/inline.h"

/* What a rule's name is followed by. */
enum form {
	FORM_ANY,       /* any primitive */
	FORM_NUMBER,    /* a number */
	FORM_INTEGER,   /* a number without fraction and exponent */
	FORM_DECIMAL,   /* a number with one of them */
	FORM_BOOLEAN,   /* true or false */
	FORM_STRING,    /* a string */
	FORM_INCLUDE,   /* a string, which is the rule's attribute as well as the example */
	FORM_ATTRIBUTE, /* a string for the rule's attribute, then a string */
	FORM_DATE       /* the same, and a generator */
};

static const struct rule_form {
	const char *name;
	const char *written; /* in the contract */
	enum form form;
	const char *attribute; /* the member that the first string goes to */
	const char *generator;
} rule_forms[] = {
	{"boolean", "boolean", FORM_BOOLEAN, NULL, NULL},
	{"contentType", "contentType", FORM_ATTRIBUTE, "value", NULL},
	{"date", "date", FORM_DATE, "format", "Date"},
	{"datetime", "datetime", FORM_DATE, "format", "DateTime"},
	{"decimal", "decimal", FORM_DECIMAL, NULL, NULL},
	{"equalTo", "equality", FORM_ANY, NULL, NULL},
	{"include", "include", FORM_INCLUDE, "value", NULL},
	{"integer", "integer", FORM_INTEGER, NULL, NULL},
	{"number", "number", FORM_NUMBER, NULL, NULL},
	{"regex", "regex", FORM_ATTRIBUTE, "regex", NULL},
	{"semver", "semver", FORM_STRING, NULL, NULL},
	{"time", "time", FORM_DATE, "format", "Time"},
	{"timestamp", "datetime", FORM_DATE, "format", "DateTime"},
	{"type", "type", FORM_ANY, NULL, NULL},
};

bool tally__is_expression(const char *text)
{
	return strchr(text, '(') != NULL;
}

void tally__expression_release(struct expression *expression)
{
	cJSON_Delete(expression->rules);
	cJSON_Delete(expression->example);
	cJSON_Delete(expression->generator);
	cJSON_Delete(expression->key_example);
	cJSON_Delete(expression->value_example);
	*expression = (struct expression){0};
}

enum expression_type tally__expression_type_union(enum expression_type a, enum expression_type b)
{
	if (a == b || b == EXPRESSION_UNKNOWN)
		return a;
	if (a == EXPRESSION_UNKNOWN)
		return b;
	if (a == EXPRESSION_NUMBER && (b == EXPRESSION_INTEGER || b == EXPRESSION_DECIMAL))
		return b;
	if (b == EXPRESSION_NUMBER && (a == EXPRESSION_INTEGER || a == EXPRESSION_DECIMAL))
		return a;
	return EXPRESSION_UNKNOWN;
}

static int begin(struct scanner *scanner, struct expression *out)
{
	*out = (struct expression){.rules = cJSON_CreateArray()};
	return out->rules ? 0 : tally__fail_nomem(scanner->error);
}

static int put_text(struct scanner *scanner, cJSON *object, const char *name, const char *text)
{
	return tally__json_put(object, name, cJSON_CreateString(text))
		       ? tally__fail_nomem(scanner->error)
		       : 0;
}

/* Adds {`label`: `name`} to the rules; *out is lent. */
static int add_rule(struct scanner *scanner, struct expression *to, const char *label,
		    const char *name, cJSON **out)
{
	cJSON *rule = cJSON_CreateObject();

	if (tally__json_append(to->rules, rule) != 0)
		return tally__fail_nomem(scanner->error);
	*out = rule;
	return put_text(scanner, rule, label, name);
}

/* ---- primitives ---- */

static const char *data_type(enum expression_type type)
{
	switch (type) {
	case EXPRESSION_STRING:
		return "STRING";
	case EXPRESSION_INTEGER:
		return "INTEGER";
	case EXPRESSION_NUMBER:
	case EXPRESSION_DECIMAL:
		return "DECIMAL";
	case EXPRESSION_BOOLEAN:
		return "BOOLEAN";
	case EXPRESSION_UNKNOWN:
		break;
	}
	return NULL;
}

static int make_generator(struct scanner *scanner, struct expression *out, const char *type,
			  const char *member, const char *text)
{
	out->generator = cJSON_CreateObject();
	if (!out->generator)
		return tally__fail_nomem(scanner->error);
	int status = put_text(scanner, out->generator, "type", type);

	return status ? status : put_text(scanner, out->generator, member, text);
}

static int take_primitive(struct scanner *scanner, struct expression *out);

/* "fromProviderState('expression', example)", after its name. */
static int take_provider_state(struct scanner *scanner, struct expression *out)
{
	const char *expression = NULL;
	const char *start;
	int status = tally__scan_char(scanner, '(');

	if (status == 0)
		status = tally__scan_string(scanner, &expression);
	if (status == 0)
		status = tally__scan_char(scanner, ',');
	if (status != 0)
		return status;
	start = tally__scan_next(scanner);
	status = tally__scan_nest(scanner);
	if (status == 0)
		status = take_primitive(scanner, out);
	scanner->depth--;
	if (status == 0 && out->generator)
		return tally__scan_fail(scanner, start, "an example in fromProviderState");
	if (status == 0)
		status = tally__scan_char(scanner, ')');
	if (status == 0)
		status = make_generator(scanner, out, "ProviderState", "expression", expression);
	if (status == 0 && data_type(out->type))
		status = put_text(scanner, out->generator, "dataType", data_type(out->type));
	return status;
}

static int take_word(struct scanner *scanner, struct expression *out)
{
	const char *start = tally__scan_next(scanner);
	size_t len = tally__scan_word(scanner);

	if (tally__word_is(start, len, "fromProviderState"))
		return take_provider_state(scanner, out);
	if (tally__word_is(start, len, "null")) {
		out->example = cJSON_CreateNull();
	} else if (tally__word_is(start, len, "true") || tally__word_is(start, len, "false")) {
		out->type = EXPRESSION_BOOLEAN;
		out->example = cJSON_CreateBool(*start == 't');
	} else {
		return tally__scan_fail(scanner, start, SCAN_PRIMITIVE);
	}
	return out->example ? 0 : tally__fail_nomem(scanner->error);
}

/* Fills example and type, and the generator when there is one. */
static int take_primitive(struct scanner *scanner, struct expression *out)
{
	char first = *tally__scan_next(scanner);
	const char *text = NULL;
	int status;

	if (first == '-' || (first >= '0' && first <= '9')) {
		status = tally__scan_number(scanner, &out->example);
		if (status == 0)
			out->type = tally__json_kind(out->example) == JSON_INTEGER
					    ? EXPRESSION_INTEGER
					    : EXPRESSION_DECIMAL;
		return status;
	}
	if (first != '\'')
		return take_word(scanner, out);
	status = tally__scan_string(scanner, &text);
	if (status != 0)
		return status;
	out->type = EXPRESSION_STRING;
	out->example = cJSON_CreateString(text);
	return out->example ? 0 : tally__fail_nomem(scanner->error);
}

/* ---- matching(…) ---- */

static const char *wanted_by(enum form form, const cJSON *example)
{
	enum json_kind kind = tally__json_kind(example);

	switch (form) {
	case FORM_ANY:
		return NULL;
	case FORM_NUMBER:
		return cJSON_IsNumber(example) ? NULL : "a number";
	case FORM_INTEGER:
		return kind == JSON_INTEGER ? NULL : "a number without a fraction";
	case FORM_DECIMAL:
		return kind == JSON_DECIMAL ? NULL : "a number with a fraction";
	case FORM_BOOLEAN:
		return cJSON_IsBool(example) ? NULL : "true or false";
	case FORM_STRING:
	case FORM_INCLUDE:
	case FORM_ATTRIBUTE:
	case FORM_DATE:
		break;
	}
	return cJSON_IsString(example) ? NULL : "a string in single quotes";
}

static int take_example(struct scanner *scanner, struct expression *out, enum form form)
{
	const char *start = tally__scan_next(scanner);
	int status = take_primitive(scanner, out);
	const char *wanted = status ? NULL : wanted_by(form, out->example);

	if (wanted)
		return tally__scan_fail(scanner, start, wanted);
	if (form == FORM_NUMBER)
		out->type = EXPRESSION_NUMBER;
	return status;
}

static int take_known_rule(struct scanner *scanner, struct expression *out,
			   const struct rule_form *form)
{
	const char *attribute = NULL;
	cJSON *rule;
	int status = add_rule(scanner, out, "match", form->written, &rule);

	if (status == 0)
		status = tally__scan_char(scanner, ',');
	if (status == 0 && (form->form == FORM_ATTRIBUTE || form->form == FORM_DATE)) {
		status = tally__scan_string(scanner, &attribute);
		if (status == 0)
			status = tally__scan_char(scanner, ',');
	}
	if (status == 0)
		status = take_example(scanner, out, form->form);
	if (status == 0 && form->form == FORM_INCLUDE)
		attribute = out->example->valuestring;
	if (status == 0 && attribute)
		status = put_text(scanner, rule, form->attribute, attribute);
	if (status == 0 && form->generator && !out->generator)
		status = make_generator(scanner, out, form->generator, "format", attribute);
	return status;
}

/* The rule of a plugin: `name, example` or `name, 'configuration', example`. */
static int take_plugin_rule(struct scanner *scanner, struct expression *out, const char *name)
{
	struct expression first = {0};
	cJSON *rule;
	int status = add_rule(scanner, out, "match", name, &rule);

	if (status == 0)
		status = tally__scan_char(scanner, ',');
	if (status == 0)
		status = take_primitive(scanner, &first);
	if (status == 0 && cJSON_IsString(first.example) && *tally__scan_next(scanner) == ',') {
		status = put_text(scanner, rule, "config", first.example->valuestring);
		if (status == 0)
			status = tally__scan_char(scanner, ',');
		if (status == 0)
			status = take_primitive(scanner, out);
	} else if (status == 0) {
		out->example = first.example;
		out->generator = first.generator;
		out->type = first.type;
		return 0;
	}
	tally__expression_release(&first);
	return status;
}

static int take_reference(struct scanner *scanner, struct expression *out)
{
	const char *name = NULL;
	cJSON *rule;
	int status;

	scanner->at++;
	status = tally__scan_string(scanner, &name);
	if (status == 0)
		status = add_rule(scanner, out, "pact:matcher:reference", name, &rule);
	out->reference = name;
	return status;
}

static const struct rule_form *find_form(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(rule_forms) / sizeof(*rule_forms); i++)
		if (tally__word_is(word, len, rule_forms[i].name))
			return &rule_forms[i];
	return NULL;
}

static int take_matching(struct scanner *scanner, struct expression *out)
{
	const char *start = tally__scan_next(scanner);
	const struct rule_form *form;
	const char *name;
	size_t len;

	if (*start == '$')
		return take_reference(scanner, out);
	len = tally__scan_word(scanner);
	form = find_form(start, len);
	if (form)
		return take_known_rule(scanner, out, form);
	if (len == 0)
		return tally__scan_fail(scanner, start, "the name of a rule, such as type");
	name = tally__arena_memdup(scanner->arena, start, len);
	if (!name)
		return tally__fail_nomem(scanner->error);
	if (tally__rule_is_known(name))
		return tally__scan_fail(scanner, start,
					"a rule that matching(…) can name (for sizes write "
					"atLeast(1) or atMost(5))");
	return take_plugin_rule(scanner, out, name);
}

/* ---- the other items ---- */

static int take_not_empty(struct scanner *scanner, struct expression *out)
{
	cJSON *rule;
	int status = add_rule(scanner, out, "match", "notEmpty", &rule);

	return status ? status : take_primitive(scanner, out);
}

static int take_bound(struct scanner *scanner, struct expression *out, const char *bound)
{
	const char *start = tally__scan_next(scanner);
	cJSON *number = NULL;
	int status = tally__scan_number(scanner, &number);

	if (status != 0)
		return status;
	if (tally__json_kind(number) != JSON_INTEGER || *start == '-' ||
	    number->valuedouble > LIMIT_JSON_VALUES) {
		cJSON_Delete(number);
		return tally__scan_fail(scanner, start, "a size: a whole number, 0 or more");
	}
	status = add_rule(scanner, out, "match", "type", &out->bounds);
	if (status != 0)
		cJSON_Delete(number);
	else if (tally__json_put(out->bounds, bound, number) != 0)
		status = tally__fail_nomem(scanner->error);
	return status;
}

static int take_at_least(struct scanner *scanner, struct expression *out)
{
	return take_bound(scanner, out, "min");
}

static int take_at_most(struct scanner *scanner, struct expression *out)
{
	return take_bound(scanner, out, "max");
}

static int take_item(struct scanner *scanner, struct expression *out);

/* "value" of the rule is its example as text; nothing is compared with it. */
static int put_example_text(struct scanner *scanner, cJSON *rule, const cJSON *example)
{
	struct buf text;
	int status;

	if (cJSON_IsString(example))
		return put_text(scanner, rule, "value", example->valuestring);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, example, TALLY_JSON_COMPACT);
	status = tally__buf_status(&text, scanner->error);
	if (status == 0)
		status = put_text(scanner, rule, "value", text.bytes);
	tally__buf_release(&text);
	return status;
}

static int take_each(struct scanner *scanner, struct expression *out, const char *name,
		     cJSON **example)
{
	struct expression inner = {0};
	cJSON *rule;
	int status = add_rule(scanner, out, "match", name, &rule);

	if (status == 0)
		status = take_item(scanner, &inner);
	if (status == 0) {
		cJSON *rules = inner.rules;

		inner.rules = NULL;
		if (tally__json_put(rule, "rules", rules) != 0)
			status = tally__fail_nomem(scanner->error);
	}
	if (status == 0 && inner.example)
		status = put_example_text(scanner, rule, inner.example);
	if (status == 0 && inner.generator) {
		cJSON *generator = inner.generator;

		inner.generator = NULL;
		if (tally__json_put(rule, "generator", generator) != 0)
			status = tally__fail_nomem(scanner->error);
	}
	out->reference = inner.reference;
	*example = inner.example;
	inner.example = NULL;
	tally__expression_release(&inner);
	return status;
}

static int take_each_key(struct scanner *scanner, struct expression *out)
{
	return take_each(scanner, out, "eachKey", &out->key_example);
}

static int take_each_value(struct scanner *scanner, struct expression *out)
{
	return take_each(scanner, out, "eachValue", &out->value_example);
}

/* {"index", "rules": {"$": …}, "generators": {"$": …}}; takes what it needs out of `item`. */
static cJSON *make_variant(struct expression *item, size_t index)
{
	cJSON *variant = cJSON_CreateObject();
	cJSON *rules = cJSON_CreateObject();
	cJSON *place = cJSON_CreateObject();
	cJSON *generators = item->generator ? cJSON_CreateObject() : NULL;
	cJSON *list = item->rules;
	cJSON *generator = item->generator;
	int status = tally__json_put(place, "combine", cJSON_CreateString("AND"));

	item->rules = NULL;
	item->generator = NULL;
	status |= tally__json_put(place, "matchers", list);
	status |= tally__json_put(rules, "$", place);
	status |= tally__json_put(variant, "rules", rules);
	status |= tally__json_put(variant, "index", cJSON_CreateNumber((double)index));
	if (generator) {
		status |= tally__json_put(generators, "$", generator);
		status |= tally__json_put(variant, "generators", generators);
	}
	if (status == 0)
		return variant;
	cJSON_Delete(variant);
	return NULL;
}

static int take_variant(struct scanner *scanner, struct expression *out, cJSON *variants,
			size_t index)
{
	const char *start = tally__scan_next(scanner);
	struct expression item = {0};
	cJSON *example;
	int status = take_item(scanner, &item);

	if (status == 0 && item.reference)
		out->reference = item.reference;
	else if (status == 0 && !item.example)
		status = tally__scan_fail(scanner, start, "a variant with an example");
	if (status == 0) {
		example = item.example ? item.example : cJSON_CreateNull();
		item.example = NULL;
		if (tally__json_append(out->example, example) != 0 ||
		    tally__json_append(variants, make_variant(&item, index)) != 0)
			status = tally__fail_nomem(scanner->error);
	}
	tally__expression_release(&item);
	return status;
}

static int take_array_contains(struct scanner *scanner, struct expression *out)
{
	cJSON *variants = cJSON_CreateArray();
	cJSON *rule = NULL;
	size_t index = 0;
	int status = add_rule(scanner, out, "match", "arrayContains", &rule);

	out->example = cJSON_CreateArray();
	if (status != 0)
		cJSON_Delete(variants);
	else if (tally__json_put(rule, "variants", variants) != 0 || !out->example)
		status = tally__fail_nomem(scanner->error);
	if (status == 0)
		status = take_variant(scanner, out, variants, index++);
	while (status == 0 && *tally__scan_next(scanner) == ',') {
		scanner->at++;
		status = take_variant(scanner, out, variants, index++);
	}
	return status;
}

static const struct {
	const char *name;
	int (*take)(struct scanner *scanner, struct expression *out);
} items[] = {
	{"arrayContains", take_array_contains},
	{"atLeast", take_at_least},
	{"atMost", take_at_most},
	{"eachKey", take_each_key},
	{"eachValue", take_each_value},
	{"matching", take_matching},
	{"notEmpty", take_not_empty},
};

/* `out` is to be released in every case. */
static int take_item(struct scanner *scanner, struct expression *out)
{
	const char *start = tally__scan_next(scanner);
	size_t len = tally__scan_word(scanner);
	int status = begin(scanner, out);

	for (size_t i = 0; i < sizeof(items) / sizeof(*items) && status == 0; i++) {
		if (!tally__word_is(start, len, items[i].name))
			continue;
		status = tally__scan_nest(scanner);
		if (status == 0)
			status = tally__scan_char(scanner, '(');
		if (status == 0)
			status = items[i].take(scanner, out);
		scanner->depth--;
		return status ? status : tally__scan_char(scanner, ')');
	}
	return status ? status
		      : tally__scan_fail(scanner, start,
					 "matching(…), notEmpty(…), eachKey(…), eachValue(…), "
					 "atLeast(…), atMost(…) or arrayContains(…)");
}

/* ---- lists of items ---- */

/* atLeast and atMost make one rule; *done: `item` has become a part of the one that is there. */
static int merge_bounds(struct scanner *scanner, struct expression *into, struct expression *item,
			const char *start, bool *done)
{
	static const char *const names[] = {"min", "max"};

	*done = false;
	if (!item->bounds)
		return 0;
	if (!into->bounds) {
		into->bounds = item->bounds;
		return 0;
	}
	for (size_t i = 0; i < 2; i++) {
		cJSON *bound = tally__json_get(item->bounds, names[i]);

		if (!bound)
			continue;
		if (tally__json_get(into->bounds, names[i]))
			return tally__scan_fail(scanner, start, "atLeast and atMost once each");
		cJSON_DetachItemViaPointer(item->bounds, bound);
		if (tally__json_put(into->bounds, names[i], bound) != 0)
			return tally__fail_nomem(scanner->error);
	}
	*done = true;
	if (tally__json_get(into->bounds, "min")->valuedouble >
	    tally__json_get(into->bounds, "max")->valuedouble)
		return tally__scan_fail(scanner, start,
					"a size in atMost that is not below that in atLeast");
	return 0;
}

static void give(cJSON **to, cJSON **from)
{
	if (*to)
		return;
	*to = *from;
	*from = NULL;
}

/* The first example and the first generator stay. */
static int merge(struct scanner *scanner, struct expression *into, struct expression *item,
		 const char *start)
{
	bool done;
	int status = merge_bounds(scanner, into, item, start, &done);

	if (status != 0)
		return status;
	while (!done && item->rules->child)
		cJSON_AddItemToArray(into->rules,
				     cJSON_DetachItemViaPointer(item->rules, item->rules->child));
	give(&into->example, &item->example);
	give(&into->generator, &item->generator);
	give(&into->key_example, &item->key_example);
	give(&into->value_example, &item->value_example);
	into->type = tally__expression_type_union(into->type, item->type);
	if (!into->reference)
		into->reference = item->reference;
	return 0;
}

/* Rules for each key and each value give an example together. */
static int derive_example(struct scanner *scanner, struct expression *out)
{
	if (out->example || !cJSON_IsString(out->key_example) || !out->value_example)
		return 0;
	out->example = cJSON_CreateObject();
	if (tally__json_put(out->example, out->key_example->valuestring, out->value_example) != 0) {
		out->value_example = NULL;
		return tally__fail_nomem(scanner->error);
	}
	out->value_example = NULL;
	return 0;
}

int tally__expression_parse(struct expression *out, struct arena *arena, const char *text,
			    struct tally_error *error)
{
	struct scanner scanner = {.text = text, .at = text, .arena = arena, .error = error};
	int status = begin(&scanner, out);

	if (status == 0 && strlen(text) > LIMIT_EXPRESSION_BYTES)
		return tally__fail(error, TALLY_ELIMIT,
				   "a matching expression is longer than %d bytes",
				   LIMIT_EXPRESSION_BYTES);
	while (status == 0) {
		const char *start = tally__scan_next(&scanner);
		struct expression item = {0};

		status = take_item(&scanner, &item);
		if (status == 0)
			status = merge(&scanner, out, &item, start);
		tally__expression_release(&item);
		if (status != 0 || *tally__scan_next(&scanner) != ',')
			break;
		scanner.at++;
	}
	if (status == 0 && *scanner.at)
		status = tally__scan_fail(&scanner, scanner.at, "',' or the end");
	return status ? status : derive_example(&scanner, out);
}
