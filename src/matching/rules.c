#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "matching/rules.h"

struct builder {
	struct rules *rules;
	struct tally_error *error;
	unsigned depth;
	const char *category; /* of the present rules */
	const char *place;    /* their path or name in it, or "" */
};

/* The expressions of one trie while they are gathered. */
struct entry {
	struct path_expression path;
	struct rule_list *list;
	size_t order;
};

struct entries {
	struct entry *items;
	size_t count;
	size_t capacity;
};

static int compile_trie(struct builder *b, const cJSON *category, bool names,
			struct rule_node **out);

/* ---- one rule ---- */

/* The rule's name, or what its attributes say when it has none. */
static const char *rule_name(const cJSON *json)
{
	static const char *const inferred[][2] = {
		{"regex", "regex"},        {"min", "type"},          {"max", "type"},
		{"timestamp", "datetime"}, {"datetime", "datetime"}, {"date", "date"},
		{"time", "time"}};
	const char *name = tally__json_get_string(json, "match");

	if (!name) {
		name = tally__json_get_string(json, "pact:matcher:type");
	}
	if (name) {
		return name;
	}
	if (tally__json_get(json, "pact:matcher:reference")) {
		return "pact:matcher:reference";
	}
	for (size_t i = 0; i < sizeof inferred / sizeof inferred[0]; i++) {
		if (tally__json_get(json, inferred[i][0])) {
			return inferred[i][1];
		}
	}
	return NULL;
}

static int compile_rules(struct builder *b, struct rule_list *list, const cJSON *array);

static int compile_variant(struct builder *b, struct rule_variant *variant, const cJSON *json,
			   size_t position)
{
	const cJSON *index = tally__json_get(json, "index");

	variant->index = position;
	if (index) {
		if (!cJSON_IsNumber(index) || index->valuedouble < 0 ||
		    index->valuedouble > LIMIT_JSON_VALUES) {
			return tally__fail(b->error, TALLY_EPARSE,
					   "expected \"index\" of variant %zu to be a position in "
					   "the expected list",
					   position);
		}
		variant->index = (size_t)index->valuedouble;
	}
	return compile_trie(b, tally__json_get(json, "rules"), false, &variant->rules);
}

static int compile_variants(struct builder *b, struct rule *rule, const cJSON *json)
{
	const cJSON *variants = tally__json_get(json, "variants");
	const cJSON *variant = NULL;
	size_t count = 0;

	if (!variants) {
		return 0;
	}
	if (!cJSON_IsArray(variants)) {
		return tally__fail(b->error, TALLY_EPARSE,
				   "expected \"variants\" of a matching rule to be an array");
	}
	count = (size_t)cJSON_GetArraySize(variants);
	rule->variants = tally__arena_alloc_array(&b->rules->arena, count, sizeof *rule->variants);
	if (!rule->variants) {
		return tally__fail_nomem(b->error);
	}
	cJSON_ArrayForEach(variant, variants)
	{
		int status = compile_variant(b, &rule->variants[rule->variant_count], variant,
					     rule->variant_count);

		if (status != 0) {
			return status;
		}
		rule->variant_count++;
	}
	return 0;
}

static int compile_rule(struct builder *b, struct rule *rule, const cJSON *json)
{
	int status = 0;

	if (!cJSON_IsObject(json)) {
		return tally__fail(b->error, TALLY_EPARSE,
				   "expected a matching rule, an object such as {\"match\": "
				   "\"type\"}, found %s",
				   tally__json_kind_name(tally__json_kind(json)));
	}
	if (++b->rules->rule_count > LIMIT_RULES) {
		return tally__fail(b->error, TALLY_ELIMIT, "more than %d matching rules",
				   (int)LIMIT_RULES);
	}
	rule->name = rule_name(json);
	if (!rule->name || rule->name[0] == '\0') {
		return tally__fail(b->error, TALLY_EPARSE,
				   "a matching rule has no name: expected the member \"match\", a "
				   "string such as \"type\"");
	}
	rule->kind = tally__rule_kind_find(rule->name);
	if (rule->kind->compile) {
		status = rule->kind->compile(rule, json, &b->rules->arena, b->error);
	}
	if (rule->invalid && !b->rules->invalid) {
		const char *shown = tally__text_printable(&b->rules->arena, rule->text, 60);
		const char *place = tally__text_printable(&b->rules->arena, b->place, 100);
		const char *category = tally__text_printable(&b->rules->arena, b->category, 60);

		if (shown && place && category)
			b->rules->invalid = tally__arena_printf(
				&b->rules->arena,
				"%s%s%s: the regular expression \"%s\" is invalid: %s", category,
				*place ? " " : "", place, shown, rule->invalid);
		status = b->rules->invalid ? status : tally__fail_nomem(b->error);
	}
	if (rule->regex) {
		rule->next_compiled = b->rules->all_compiled;
		b->rules->all_compiled = rule;
	}
	if (status == 0 && (rule->kind->members == MEMBERS_EACH_KEY ||
			    rule->kind->members == MEMBERS_EACH_VALUE)) {
		status = compile_rules(b, &rule->sub, tally__json_get(json, "rules"));
	}
	if (status == 0 && rule->kind->members == MEMBERS_ARRAY_CONTAINS) {
		status = compile_variants(b, rule, json);
	}
	return status;
}

static int compile_rules(struct builder *b, struct rule_list *list, const cJSON *array)
{
	const cJSON *item = NULL;
	size_t count = 0;
	int status = 0;

	if (!array) {
		return 0;
	}
	if (!cJSON_IsArray(array)) {
		return tally__fail(b->error, TALLY_EPARSE,
				   "expected an array of matching rules, found %s",
				   tally__json_kind_name(tally__json_kind(array)));
	}
	if (b->depth >= LIMIT_JSON_DEPTH) {
		return tally__fail(b->error, TALLY_ELIMIT,
				   "matching rules nest deeper than %d levels",
				   (int)LIMIT_JSON_DEPTH);
	}
	count = (size_t)cJSON_GetArraySize(array);
	list->rules = tally__arena_alloc_array(&b->rules->arena, count, sizeof *list->rules);
	if (!list->rules) {
		return tally__fail_nomem(b->error);
	}
	b->depth++;
	cJSON_ArrayForEach(item, array)
	{
		status = compile_rule(b, &list->rules[list->count], item);
		if (status != 0) {
			break;
		}
		list->cascading += list->rules[list->count].kind->cascades;
		list->count++;
	}
	b->depth--;
	return status;
}

/* ---- one place: {"combine": …, "matchers": […]} ---- */

static int compile_single(struct builder *b, struct rule_list *list, const cJSON *json)
{
	list->rules = tally__arena_alloc(&b->rules->arena, sizeof *list->rules);
	if (!list->rules) {
		return tally__fail_nomem(b->error);
	}
	list->count = 1;
	int status = compile_rule(b, list->rules, json);

	list->cascading = status == 0 && list->rules->kind->cascades;
	return status;
}

/* *out is NULL when there are no rules, which is as if the place were not named. */
static int compile_place(struct builder *b, const cJSON *json, struct rule_list **out)
{
	struct rule_list *list = tally__arena_alloc(&b->rules->arena, sizeof *list);
	const cJSON *matchers = tally__json_get(json, "matchers");
	const char *combine = tally__json_get_string(json, "combine");
	int status = 0;

	if (!list) {
		return tally__fail_nomem(b->error);
	}
	if (matchers || cJSON_IsArray(json)) {
		status = compile_rules(b, list, matchers ? matchers : json);
	} else if (cJSON_IsObject(json) && rule_name(json)) {
		status = compile_single(b, list, json);
	} else if (!cJSON_IsObject(json)) {
		status = tally__fail(b->error, TALLY_EPARSE,
				     "expected {\"matchers\": [...]}, found %s",
				     tally__json_kind_name(tally__json_kind(json)));
	}
	list->any = combine && tally__text_equal_nocase(combine, "or");
	*out = list->count > 0 ? list : NULL;
	return status;
}

/* ---- the trie ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = tally__path_compare(&left->path, &right->path);

	if (order != 0) {
		return order;
	}
	return left->order < right->order ? -1 : left->order > right->order;
}

static int gather(struct builder *b, struct entries *entries, const char *path, bool name,
		  const cJSON *json)
{
	struct entry entry = {.order = entries->count};
	struct entry *items = tally__mem_room(entries->items, entries->count, &entries->capacity,
					      16, sizeof *items);
	int status = 0;

	if (!items) {
		return tally__fail_nomem(b->error);
	}
	entries->items = items;
	if (name && path[0] != '$') {
		struct path_token *tokens =
			tally__arena_alloc_array(&b->rules->arena, 2, sizeof *tokens);

		if (!tokens) {
			return tally__fail_nomem(b->error);
		}
		tokens[0] = (struct path_token){PATH_EXACT, "$", 1};
		tokens[1] = (struct path_token){PATH_EXACT, path, strlen(path)};
		entry.path = (struct path_expression){path, tokens, 2, 2};
	} else {
		status = tally__path_parse(&entry.path, &b->rules->arena, *path ? path : "$",
					   b->error);
	}
	if (b->depth == 0) {
		b->place = path;
	}
	if (status == 0) {
		status = compile_place(b, json, &entry.list);
	}
	if (status == 0 && entry.list) {
		entries->items[entries->count++] = entry;
	}
	if (status != 0) {
		tally__error_within(b->error, path);
	}
	return status;
}

/* `names`: keys without "$" are names, not path expressions. */
static int gather_category(struct builder *b, struct entries *entries, const cJSON *category,
			   bool names)
{
	const cJSON *place = NULL;

	if (tally__json_get(category, "matchers")) {
		return gather(b, entries, "$", names, category);
	}
	cJSON_ArrayForEach(place, category)
	{
		int status = gather(b, entries, place->string ? place->string : "$", names, place);

		if (status != 0) {
			return status;
		}
	}
	return 0;
}

static int build_trie(struct builder *b, struct entries *entries, struct rule_node **out)
{
	struct rule_node *root = tally__rule_node_new(b->rules);

	if (!root) {
		return tally__fail_nomem(b->error);
	}
	if (entries->count > 0) {
		qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
	}
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->items[i];

		entry->list->rank = (unsigned)(entries->count - i);
		entry->list->tokens = entry->path.count;
		if (!tally__rule_node_insert(root, b->rules, &entry->path, entry->list)) {
			return tally__fail_nomem(b->error);
		}
	}
	*out = root;
	return 0;
}

static int compile_trie(struct builder *b, const cJSON *category, bool names,
			struct rule_node **out)
{
	struct entries entries = {0};
	int status = 0;

	if (b->depth >= LIMIT_JSON_DEPTH) {
		return tally__fail(b->error, TALLY_ELIMIT,
				   "matching rules nest deeper than %d levels",
				   (int)LIMIT_JSON_DEPTH);
	}
	b->depth++;
	status = gather_category(b, &entries, category, names);
	if (status == 0) {
		status = build_trie(b, &entries, out);
	}
	b->depth--;
	tally__free(entries.items);
	return status;
}

/* ---- headers, query parameters, and the parts that have one value ---- */

/* "$.X-Y", "$['X-Y']" and "q[0]" name X-Y and q too; otherwise the name itself.  NULL when memory
 * is short. */
static const char *bare_name(struct builder *b, const char *name)
{
	struct path_expression path = {0};
	struct tally_error ignored = TALLY_ERROR_INIT;
	size_t len = tally__path_len_before_index(name);
	int status = TALLY_EPARSE;

	if (name[0] == '$') {
		status = tally__path_parse(&path, &b->rules->arena, name, &ignored);
	}
	if (status == TALLY_ENOMEM) {
		return NULL;
	}
	if (status == 0 && path.count > 1 && path.tokens[1].kind == PATH_EXACT) {
		return tally__arena_memdup(&b->rules->arena, path.tokens[1].text,
					   path.tokens[1].len);
	}
	return len > 0 ? tally__arena_memdup(&b->rules->arena, name, len) : name;
}

static int compile_named_place(struct builder *b, struct named_rules_list *out, const cJSON *place)
{
	const char *name = place->string ? place->string : "";
	struct rule_list *list = NULL;
	const char *bare = NULL;
	int status = 0;

	b->place = name;
	status = compile_place(b, place, &list);
	if (status != 0 || !list) {
		return status;
	}
	bare = bare_name(b, name);
	if (!bare) {
		return tally__fail_nomem(b->error);
	}
	out->names[out->count] = (struct named_rules){name, out->count, list};
	out->bare[out->count] = (struct named_rules){bare, out->count, list};
	out->count++;
	return 0;
}

/* The same array with room for `more`; NULL when memory is short. */
static struct named_rules *extend(struct builder *b, const struct named_rules *items, size_t count,
				  size_t more)
{
	struct named_rules *longer =
		tally__arena_alloc_array(&b->rules->arena, count + more, sizeof *longer);

	if (longer && count > 0) {
		memcpy(longer, items, count * sizeof *longer);
	}
	return longer;
}

static int compile_named(struct builder *b, struct named_rules_list *out, const cJSON *category,
			 int (*compare)(const void *a, const void *b))
{
	size_t more = (size_t)cJSON_GetArraySize(category);
	const cJSON *place = NULL;

	if (tally__json_get(category, "matchers")) {
		return 0; /* rules for no name at all */
	}
	out->names = extend(b, out->names, out->count, more);
	out->bare = extend(b, out->bare, out->count, more);
	if (!out->names || !out->bare) {
		return tally__fail_nomem(b->error);
	}
	cJSON_ArrayForEach(place, category)
	{
		int status = compile_named_place(b, out, place);

		if (status != 0) {
			tally__error_within(b->error, place->string ? place->string : "");
			return status;
		}
	}
	qsort(out->names, out->count, sizeof *out->names, compare);
	qsort(out->bare, out->count, sizeof *out->bare, compare);
	return 0;
}

static int compare_nocase(const char *a, const char *b)
{
	while (*a && tally__text_lower(*a) == tally__text_lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)tally__text_lower(*a) - (unsigned char)tally__text_lower(*b);
}

static int compare_orders(int order, const struct named_rules *a, const struct named_rules *b)
{
	return order != 0 ? order : a->order < b->order ? -1 : a->order > b->order;
}

static int compare_parameters(const void *a, const void *b)
{
	const struct named_rules *left = a;
	const struct named_rules *right = b;

	return compare_orders(strcmp(left->name, right->name), left, right);
}

static int compare_headers(const void *a, const void *b)
{
	const struct named_rules *left = a;
	const struct named_rules *right = b;

	return compare_orders(compare_nocase(left->name, right->name), left, right);
}

/* Of several entries of one name, the first in the file. */
static const struct rule_list *search(const struct named_rules *items, size_t count,
				      const char *name,
				      int (*compare)(const char *a, const char *b))
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(items[middle].name, name) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < count && compare(items[low].name, name) == 0 ? items[low].list : NULL;
}

static const struct rule_list *find_named(const struct named_rules_list *list, const char *name,
					  int (*compare)(const char *a, const char *b))
{
	const struct rule_list *found = search(list->names, list->count, name, compare);

	return found ? found : search(list->bare, list->count, name, compare);
}

const struct rule_list *tally__rules_find_query(const struct rules *rules, const char *name)
{
	return find_named(&rules->query, name, strcmp);
}

const struct rule_list *tally__rules_find_header(const struct rules *rules, const char *name)
{
	return find_named(&rules->headers, name, compare_nocase);
}

/* {"matchers": […]}, or the same one level further down, under "" or "$". */
static int compile_one(struct builder *b, const cJSON *category, const struct rule_list **out)
{
	struct rule_list *list = NULL;
	const cJSON *place = category;
	int status = 0;

	if (tally__json_get(category, "")) {
		place = tally__json_get(category, "");
	} else if (tally__json_get(category, "$")) {
		place = tally__json_get(category, "$");
	}
	status = compile_place(b, place, &list);
	if (status == 0 && list) {
		*out = list;
	}
	return status;
}

/* ---- all categories ---- */

/* Bodies have many names: "body", "content", "contents", and what nobody knows. */
struct gathered {
	struct entries body;
	struct entries metadata;
};

static int compile_category(struct builder *b, struct gathered *gathered, const cJSON *category)
{
	const char *name = category->string ? category->string : "";
	struct rules *rules = b->rules;

	if (!cJSON_IsObject(category)) {
		return tally__fail(b->error, TALLY_EPARSE, "expected an object, found %s",
				   tally__json_kind_name(tally__json_kind(category)));
	}
	b->category = name;
	b->place = "";
	if (tally__text_equal_nocase(name, "method")) {
		return compile_one(b, category, &rules->method);
	}
	if (tally__text_equal_nocase(name, "path")) {
		return compile_one(b, category, &rules->path);
	}
	if (tally__text_equal_nocase(name, "status")) {
		return compile_one(b, category, &rules->status);
	}
	if (tally__text_equal_nocase(name, "query")) {
		return compile_named(b, &rules->query, category, compare_parameters);
	}
	if (tally__text_equal_nocase(name, "header") || tally__text_equal_nocase(name, "headers")) {
		return compile_named(b, &rules->headers, category, compare_headers);
	}
	if (tally__text_equal_nocase(name, "metadata")) {
		return gather_category(b, &gathered->metadata, category, true);
	}
	return gather_category(b, &gathered->body, category, false);
}

int tally__rules_compile(struct rules *out, const cJSON *json, struct tally_error *error)
{
	struct builder b = {.rules = out, .error = error};
	struct gathered gathered = {0};
	const cJSON *category = NULL;
	int status = 0;

	*out = (struct rules){0};
	tally__arena_init(&out->arena, 0);
	cJSON_ArrayForEach(category, json)
	{
		status = compile_category(&b, &gathered, category);
		if (status != 0) {
			tally__error_within(error, category->string ? category->string : "");
			tally__error_within(error, "matchingRules");
			goto out;
		}
	}
	status = build_trie(&b, &gathered.body, &out->body);
	if (status == 0) {
		status = build_trie(&b, &gathered.metadata, &out->metadata);
	}
out:
	tally__free(gathered.body.items);
	tally__free(gathered.metadata.items);
	return status;
}

void tally__rules_release(struct rules *rules)
{
	for (struct rule_node *node = rules->all_nodes; node; node = node->next) {
		tally__map_release(&node->index);
	}
	for (struct rule *rule = rules->all_compiled; rule; rule = rule->next_compiled) {
		tally__regex_free(rule->regex);
	}
	tally__arena_release(&rules->arena);
	*rules = (struct rules){0};
}
