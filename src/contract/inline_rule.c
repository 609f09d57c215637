/* Rules and generators out of the attributes of a matcher object. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "contract/expression.h"
#include "contract/inline.h"
#include "format/graphql.h"
#include "format/regex.h"

/* Most attributes that a rule or generator has. */
enum { MAX_ATTRIBUTES = 3 };

struct kind {
	const char *name;
	const char *written; /* in the contract */
	const char *attributes[MAX_ATTRIBUTES];
	const char *required; /* NULL: none */
};

static const struct kind rule_kinds[] = {
	{"arrayContains", "arrayContains", {"variants"}, "variants"},
	{"boolean", "boolean", {NULL}, NULL},
	{"contentType", "contentType", {"value"}, "value"},
	{"date", "date", {"format", "date"}, NULL},
	{"datetime", "datetime", {"format", "datetime"}, NULL},
	{"decimal", "decimal", {NULL}, NULL},
	{"eachKey", "eachKey", {"rules", "generator"}, "rules"},
	{"eachValue", "eachValue", {"rules", "generator"}, "rules"},
	{"equality", "equality", {NULL}, NULL},
	{"graphql", "regex", {NULL}, "value"},
	{"include", "include", {"value"}, "value"},
	{"integer", "integer", {NULL}, NULL},
	{"max", "type", {"max"}, "max"},
	{"max-type", "type", {"max"}, "max"},
	{"min", "type", {"min"}, "min"},
	{"min-type", "type", {"min"}, "min"},
	{"minmax", "type", {"min", "max"}, NULL},
	{"minmax-type", "type", {"min", "max"}, NULL},
	{"notEmpty", "notEmpty", {NULL}, NULL},
	{"null", "null", {NULL}, NULL},
	{"number", "number", {NULL}, NULL},
	{"regex", "regex", {"regex"}, "regex"},
	{"semver", "semver", {NULL}, NULL},
	{"statusCode", "statusCode", {"status"}, NULL},
	{"time", "time", {"format", "time"}, NULL},
	{"timestamp", "timestamp", {"format", "timestamp"}, NULL},
	{"type", "type", {"min", "max"}, NULL},
	{"values", "values", {NULL}, NULL},
};

static const struct kind generator_kinds[] = {
	{"Date", "Date", {"format", "expression"}, NULL},
	{"DateTime", "DateTime", {"format", "expression"}, NULL},
	{"MockServerURL", "MockServerURL", {"example", "regex"}, "regex"},
	{"ProviderState", "ProviderState", {"expression", "dataType"}, "expression"},
	{"RandomBoolean", "RandomBoolean", {NULL}, NULL},
	{"RandomDecimal", "RandomDecimal", {"digits"}, NULL},
	{"RandomHexadecimal", "RandomHexadecimal", {"digits"}, NULL},
	{"RandomInt", "RandomInt", {"min", "max"}, NULL},
	{"RandomString", "RandomString", {"size"}, NULL},
	{"Regex", "Regex", {"regex"}, "regex"},
	{"Time", "Time", {"format", "expression"}, NULL},
	{"Uuid", "Uuid", {"format"}, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *skip_joints(const char *name)
{
	while (*name == '-' || *name == '_')
		name++;
	return name;
}

/* Without case, hyphens and underscores, as matching compares them. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip_joints(a);
		b = skip_joints(b);
		if (tally__text_lower(*a) != tally__text_lower(*b))
			return false;
		if (!*a)
			return true;
	}
}

static const struct kind *find_kind(const struct kind *kinds, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (same_name(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

bool tally__rule_is_known(const char *name)
{
	return find_kind(rule_kinds, COUNT(rule_kinds), name) != NULL;
}

static const char *find_nearest(const struct kind *kinds, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (tally__names_near(kinds[i].name, name))
			return kinds[i].name;
	return NULL;
}

const char *tally__rule_nearest(const char *name)
{
	return find_nearest(rule_kinds, COUNT(rule_kinds), name);
}

const char *tally__generator_nearest(const char *name)
{
	return find_nearest(generator_kinds, COUNT(generator_kinds), name);
}

static bool has_attribute(const struct kind *kind, const char *name)
{
	for (size_t i = 0; kind && i < MAX_ATTRIBUTES && kind->attributes[i]; i++)
		if (strcmp(kind->attributes[i], name) == 0)
			return true;
	return false;
}

const char *tally__rule_attribute_nearest(const char *rule, const char *attribute)
{
	const struct kind *kind = find_kind(rule_kinds, COUNT(rule_kinds), rule);

	if (!kind || strcmp(attribute, "match") == 0 || strcmp(attribute, "value") == 0 ||
	    has_attribute(kind, attribute))
		return NULL;
	for (size_t i = 0; i < MAX_ATTRIBUTES && kind->attributes[i]; i++)
		if (tally__names_near(kind->attributes[i], attribute))
			return kind->attributes[i];
	return NULL;
}

/* What a matcher object says, for what may stand in it beside that. */
struct said {
	const char *matcher, *generator; /* names, or NULL */
	const struct kind *rule, *made;  /* those that are known */
	bool is_expression, is_list;
};

static bool may_stand(const struct said *said, const char *name)
{
	bool is_plugins = (said->matcher && !said->rule && !said->is_expression) ||
			  (said->generator && !said->made);

	/* The rules of plugins have attributes that nobody else knows. */
	return is_plugins || strcmp(name, "value") == 0 || has_attribute(said->rule, name) ||
	       has_attribute(said->made, name) || (said->is_list && strcmp(name, "combine") == 0);
}

static int refuse_member(struct extractor *extractor, const struct said *said, const char *name)
{
	const char *what = "rule";
	const char *whose = "list";

	if (strncmp(name, "pact:", 5) == 0)
		return tally__extractor_fail(extractor, name,
					     "expected pact:matcher:type or pact:generator:type, "
					     "found \"%s\"",
					     name);
	if (said->is_expression)
		what = "expression";
	else if (!said->matcher && said->generator)
		what = "generator";
	if (said->matcher)
		whose = said->matcher;
	else if (said->generator)
		whose = said->generator;
	return tally__extractor_fail(extractor, name, "\"%s\" is no attribute of the %s \"%s\"",
				     tally__text_shown(extractor->arena, name, 60), what,
				     tally__text_shown(extractor->arena, whose, 60));
}

/* A name that is none, but nearly: no plugin has it.  Only a request would show that nothing
 * matches; a response would get into the contract. */
static int refuse_misspelt(struct extractor *extractor, const struct said *said)
{
	const char *nearest = NULL;

	if (said->matcher && !said->rule && !said->is_expression)
		nearest = tally__rule_nearest(said->matcher);
	if (nearest)
		return tally__extractor_fail(
			extractor, INLINE_MATCHER, "there is no rule \"%s\": did you mean \"%s\"?",
			tally__text_shown(extractor->arena, said->matcher, 60), nearest);
	if (said->generator && !said->made)
		nearest = tally__generator_nearest(said->generator);
	if (nearest)
		return tally__extractor_fail(
			extractor, INLINE_GENERATOR,
			"there is no generator \"%s\": did you mean \"%s\"?",
			tally__text_shown(extractor->arena, said->generator, 60), nearest);
	return 0;
}

int tally__inline_check(struct extractor *extractor, const cJSON *object)
{
	struct said said = {.matcher = tally__json_get_string(object, INLINE_MATCHER),
			    .generator = tally__json_get_string(object, INLINE_GENERATOR),
			    .is_list = cJSON_IsArray(tally__json_get(object, INLINE_MATCHER))};

	if (said.matcher)
		said.rule = find_kind(rule_kinds, COUNT(rule_kinds), said.matcher);
	if (said.generator)
		said.made = find_kind(generator_kinds, COUNT(generator_kinds), said.generator);
	said.is_expression = said.matcher && tally__is_expression(said.matcher);
	for (const cJSON *member = object->child; member; member = member->next) {
		const char *name = member->string;

		if (strcmp(name, INLINE_MATCHER) == 0 || strcmp(name, INLINE_GENERATOR) == 0)
			continue;
		if (strncmp(name, "pact:", 5) == 0 || !may_stand(&said, name))
			return refuse_member(extractor, &said, name);
	}
	return refuse_misspelt(extractor, &said);
}

int tally__inline_check_listed(struct extractor *extractor, const cJSON *object)
{
	const char *name = tally__json_get_string(object, INLINE_MATCHER);
	const struct kind *kind = name ? find_kind(rule_kinds, COUNT(rule_kinds), name) : NULL;

	if (has_attribute(kind, "variants"))
		return tally__extractor_fail(extractor, INLINE_MATCHER,
					     "arrayContains takes its example from \"variants\", "
					     "so it stands on its own and in no list of rules");
	return tally__inline_check(extractor, object);
}

static int copy_attribute(struct extractor *extractor, cJSON *out, const cJSON *value)
{
	return tally__json_put(out, value->string, tally__json_clone(value))
		       ? tally__fail_nomem(extractor->error)
		       : 0;
}

static int append_rules(struct extractor *extractor, cJSON *list, const cJSON *each,
			cJSON **generator)
{
	const char *type = tally__json_get_string(each, INLINE_MATCHER);
	cJSON *example = NULL;
	cJSON *named = NULL;
	int status;

	if (!type && tally__json_get_string(each, "match"))
		return tally__json_append(list, tally__json_clone(each))
			       ? tally__fail_nomem(extractor->error)
			       : 0;
	if (!type)
		return tally__extractor_fail(
			extractor, NULL, "expected a rule: an object with \"%s\"", INLINE_MATCHER);
	status = tally__inline_check_listed(extractor, each);
	if (status == 0)
		status = tally__inline_generator(extractor, each, &named);
	if (status == 0)
		status = tally__inline_rules(extractor, each, type, list, &example,
					     named || *generator ? NULL : generator);
	if (status == 0 && named && !*generator) {
		*generator = named;
		named = NULL;
	}
	cJSON_Delete(named);
	cJSON_Delete(example);
	return status;
}

/* "rules" of eachKey and eachValue: a list of matcher objects, or of rules as contracts have
 * them.  A generator that one of them names is for the keys or values. */
static int copy_rules(struct extractor *extractor, cJSON *out, const cJSON *given)
{
	cJSON *list = cJSON_CreateArray();
	cJSON *generator = NULL;
	size_t mark = extractor->pointer.len;
	size_t index = 0;
	int status = 0;

	if (tally__json_put(out, "rules", list) != 0)
		return tally__fail_nomem(extractor->error);
	if (!cJSON_IsArray(given) || !given->child)
		return tally__extractor_fail(extractor, "rules",
					     "expected an array with at least one rule");
	for (const cJSON *each = given->child; each && status == 0; each = each->next) {
		tally__buf_addf(&extractor->pointer, "/rules/%zu", index++);
		status = append_rules(extractor, list, each, &generator);
		tally__buf_truncate(&extractor->pointer, mark);
	}
	if (status == 0 && generator) {
		if (tally__json_put(out, "generator", generator) != 0)
			status = tally__fail_nomem(extractor->error);
		generator = NULL;
	}
	cJSON_Delete(generator);
	return status;
}

/* "generator" of eachKey and eachValue, as contracts have it. */
static int copy_generator(struct extractor *extractor, cJSON *out, const cJSON *given)
{
	const char *type = tally__json_get_string(given, "type");

	if (!type || !*type)
		return tally__extractor_fail(extractor, "generator",
					     "expected a generator such as {\"type\": \"Uuid\"}");
	cJSON_DeleteItemFromObjectCaseSensitive(out, "generator");
	return copy_attribute(extractor, out, given);
}

static int check_attribute(struct extractor *extractor, const cJSON *value)
{
	const char *name = value->string;
	bool is_bound = strcmp(name, "min") == 0 || strcmp(name, "max") == 0 ||
			strcmp(name, "digits") == 0 || strcmp(name, "size") == 0;
	bool is_text = strcmp(name, "regex") == 0 || strcmp(name, "format") == 0 ||
		       strcmp(name, "expression") == 0;

	if (is_bound && !cJSON_IsNumber(value) && !cJSON_IsString(value))
		return tally__extractor_fail(extractor, name, "expected a number");
	if (is_text && !cJSON_IsString(value))
		return tally__extractor_fail(extractor, name, "expected a string");
	return 0;
}

static int copy_known(struct extractor *extractor, cJSON *out, const cJSON *object,
		      const struct kind *kind)
{
	int status = 0;

	if (kind->required && !tally__json_get(object, kind->required))
		return tally__extractor_fail(extractor, NULL, "\"%s\" needs \"%s\"", kind->name,
					     kind->required);
	for (size_t i = 0; i < MAX_ATTRIBUTES && kind->attributes[i] && status == 0; i++) {
		const cJSON *value = tally__json_get(object, kind->attributes[i]);

		/* Variants are values, and taken apart as such. */
		if (!value || strcmp(kind->attributes[i], "variants") == 0)
			continue;
		if (strcmp(kind->attributes[i], "rules") == 0) {
			status = copy_rules(extractor, out, value);
			continue;
		}
		if (strcmp(kind->attributes[i], "generator") == 0) {
			status = copy_generator(extractor, out, value);
			continue;
		}
		status = check_attribute(extractor, value);
		if (status == 0)
			status = copy_attribute(extractor, out, value);
	}
	return status;
}

static int copy_all(struct extractor *extractor, cJSON *out, const cJSON *object)
{
	int status = 0;

	for (const cJSON *member = object->child; member && status == 0; member = member->next)
		if (strncmp(member->string, "pact:", 5) != 0 &&
		    strcmp(member->string, "value") != 0)
			status = copy_attribute(extractor, out, member);
	return status;
}

/* A query in any layout, as a rule that every tool knows: the regular expression that its tokens
 * give. */
static int put_query_regex(struct extractor *extractor, cJSON *out, const cJSON *object)
{
	const char *query = tally__json_get_string(object, "value");
	struct tally_error why = TALLY_ERROR_INIT;
	struct buf regex;
	int status = 0;

	if (!query)
		return tally__extractor_fail(extractor, "value",
					     "expected the text of a GraphQL document");
	tally__buf_init(&regex, LIMIT_REGEX_BYTES);
	if (tally__graphql_to_regex(&regex, query, strlen(query), &why) != 0)
		status = tally__extractor_fail(extractor, "value", "%s", why.message);
	else if (regex.status == TALLY_ELIMIT)
		status = tally__extractor_fail(extractor, "value",
					       "the query is too long for a regular expression of "
					       "%d bytes, which is how a contract says that its "
					       "layout is free",
					       (int)LIMIT_REGEX_BYTES);
	else if (regex.status != 0 ||
		 tally__json_put(out, "regex", cJSON_CreateString(regex.bytes)) != 0)
		status = tally__fail_nomem(extractor->error);
	tally__buf_release(&regex);
	return status;
}

/* A number in a rule is a number, or the text of one: matching reads both. */
static bool read_bound(const cJSON *rule, const char *name, uint64_t *out)
{
	const cJSON *value = tally__json_get(rule, name);
	char scratch[JSON_NUMBER_BYTES];

	if (cJSON_IsNumber(value))
		return tally__text_to_u64(tally__json_number_text(value, scratch), out);
	return cJSON_IsString(value) && tally__text_to_u64(value->valuestring, out);
}

static int check_bounds(struct extractor *extractor, const cJSON *rule, const char *member)
{
	static const char *const names[] = {"min", "max"};
	uint64_t bounds[2] = {0, UINT64_MAX};

	for (size_t i = 0; i < 2; i++)
		if (tally__json_get(rule, names[i]) && !read_bound(rule, names[i], &bounds[i]))
			return tally__extractor_fail(extractor, member ? member : names[i],
						     "expected \"%s\" to be a whole number, 0 or "
						     "more",
						     names[i]);
	if (bounds[0] <= bounds[1])
		return 0;
	return tally__extractor_fail(extractor, member ? member : "min",
				     "expected \"min\" not to be above \"max\": no value has at "
				     "least %" PRIu64 " and at most %" PRIu64 " elements",
				     bounds[0], bounds[1]);
}

static int check_regex(struct extractor *extractor, const char *text, const char *member)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct regex *regex = NULL;
	int status = tally__regex_new(&regex, text, REGEX_WHOLE, &why);

	tally__regex_free(regex);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(extractor->error);
	if (status == 0)
		return 0;
	return tally__extractor_fail(extractor, member,
				     "the regular expression \"%s\" is invalid: %s",
				     tally__text_shown(extractor->arena, text, 200), why.message);
}

/* That a rule of the specification can hold for some value, as far as that shows without one.
 * Errors are at `member`, or at the rule's own where that is NULL. */
static int check_rule(struct extractor *extractor, const cJSON *rule, const char *member)
{
	const char *name = tally__json_get_string(rule, "match");
	const char *regex = tally__json_get_string(rule, "regex");
	const cJSON *inner = tally__json_get(rule, "rules");
	int status = 0;

	if (name && strcmp(name, "type") == 0)
		status = check_bounds(extractor, rule, member);
	if (name && strcmp(name, "regex") == 0 && regex)
		status = check_regex(extractor, regex, member ? member : "regex");
	for (const cJSON *each = cJSON_IsArray(inner) ? inner->child : NULL; each && status == 0;
	     each = each->next)
		status = check_rule(extractor, each, member ? member : "rules");
	return status;
}

/* {`label`: the name as contracts write it, and the attributes}. */
static int make(struct extractor *extractor, const cJSON *object, const char *label,
		const char *name, const struct kind *kind, cJSON **out)
{
	cJSON *made = cJSON_CreateObject();
	int status = 0;

	if (!made ||
	    tally__json_put(made, label, cJSON_CreateString(kind ? kind->written : name)) != 0)
		status = tally__fail_nomem(extractor->error);
	if (status == 0)
		status = kind ? copy_known(extractor, made, object, kind)
			      : copy_all(extractor, made, object);
	if (status == 0 && kind && strcmp(kind->name, "graphql") == 0)
		status = put_query_regex(extractor, made, object);
	if (status != 0)
		cJSON_Delete(made);
	else
		*out = made;
	return status;
}

/* Moves what an expression gives to where it is wanted. */
static int take_expression(struct extractor *extractor, const char *text, cJSON *rules,
			   cJSON **example, cJSON **generator)
{
	struct expression expression;
	size_t mark = extractor->pointer.len;
	int status = tally__expression_parse(&expression, extractor->arena, text, extractor->error);

	tally__pointer_add(&extractor->pointer, INLINE_MATCHER);
	if (status == TALLY_EPARSE || status == TALLY_ELIMIT)
		tally__error_where(extractor->error, extractor->pointer.bytes);
	tally__buf_truncate(&extractor->pointer, mark);
	if (status == 0 && expression.reference)
		status = tally__extractor_fail(
			extractor, INLINE_MATCHER,
			"expected the rules themselves, found a reference to \"%s\": only "
			"plugins know what it names; write its matcher into \"value\"",
			tally__text_shown(extractor->arena, expression.reference, 60));
	for (const cJSON *rule = status == 0 ? expression.rules->child : NULL; rule && status == 0;
	     rule = rule->next)
		status = check_rule(extractor, rule, INLINE_MATCHER);
	while (status == 0 && expression.rules->child)
		cJSON_AddItemToArray(rules, cJSON_DetachItemViaPointer(expression.rules,
								       expression.rules->child));
	if (status == 0) {
		*example = expression.example;
		expression.example = NULL;
	}
	if (status == 0 && generator) {
		*generator = expression.generator;
		expression.generator = NULL;
	}
	tally__expression_release(&expression);
	return status;
}

int tally__inline_rules(struct extractor *extractor, const cJSON *object, const char *text,
			cJSON *rules, cJSON **example, cJSON **generator)
{
	cJSON *rule = NULL;
	int status;

	if (tally__is_expression(text))
		return take_expression(extractor, text, rules, example, generator);
	status = make(extractor, object, "match", text,
		      find_kind(rule_kinds, COUNT(rule_kinds), text), &rule);
	if (status == 0)
		status = check_rule(extractor, rule, NULL);
	if (status != 0) {
		cJSON_Delete(rule);
		return status;
	}
	return tally__json_append(rules, rule) ? tally__fail_nomem(extractor->error) : 0;
}

int tally__inline_generator(struct extractor *extractor, const cJSON *object, cJSON **generator)
{
	const cJSON *name = tally__json_get(object, INLINE_GENERATOR);

	if (!name)
		return 0;
	if (!cJSON_IsString(name) || !*name->valuestring)
		return tally__extractor_fail(extractor, INLINE_GENERATOR,
					     "expected the name of a generator, such as \"Uuid\"");
	return make(extractor, object, "type", name->valuestring,
		    find_kind(generator_kinds, COUNT(generator_kinds), name->valuestring),
		    generator);
}
