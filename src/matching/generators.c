/* The generators of one part, put at their places. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "matching/generators.h"

/* A generator whose place is a path, while those of one trie are gathered. */
struct entry {
	struct path_expression path;
	struct placed_generator *placed;
};

struct entries {
	struct entry *items;
	size_t count;
	size_t capacity;
};

struct builder {
	struct generators *out;
	struct arena *arena;
	enum generator_mode mode;
	const char *category;
	struct tally_error *error;
};

/* The tokens of a path, as a list of stretches from the last up to the root. */
struct stretch {
	const struct stretch *above;
	const struct path_token *tokens;
	size_t count;
};

const struct placed_generator *tally__placed_generator(const struct rule_list *list)
{
	/* The list is the first member of what it stands for. */
	return (const void *)list;
}

/* ---- one generator ---- */

/* *out stays NULL when the generator has nothing to do. */
static int compile(struct builder *b, const char *place, const cJSON *json,
		   struct placed_generator **out)
{
	struct generators *all = b->out;
	struct placed_generator *placed = NULL;
	struct generator *generator = NULL;
	int status = tally__generator_new(&generator, json, b->error);

	if (status != 0) {
		return status;
	}
	if (tally__generator_is_known(generator) && !tally__generator_applies(generator, b->mode)) {
		tally__generator_free(generator);
		return 0;
	}
	placed =
		all->count < LIMIT_GENERATORS ? tally__arena_alloc(b->arena, sizeof *placed) : NULL;
	if (!placed) {
		tally__generator_free(generator);
		return all->count < LIMIT_GENERATORS
			       ? tally__fail_nomem(b->error)
			       : tally__fail(b->error, TALLY_ELIMIT,
					     "more than %d generators in one part",
					     (int)LIMIT_GENERATORS);
	}
	placed->generator = generator;
	placed->category = b->category;
	placed->place = place;
	placed->index = all->count++;
	placed->next = all->all;
	all->all = placed;
	*out = placed;
	return 0;
}

/* Notes why a place is none; takes TALLY_ENOMEM as what it is. */
static int misplace(struct builder *b, const char *place, int status, const struct tally_error *why)
{
	struct misplaced_generator *misplaced = NULL;

	if (status != TALLY_ENOMEM) {
		misplaced = tally__arena_alloc(b->arena, sizeof *misplaced);
	}
	if (misplaced) {
		misplaced->why = tally__arena_strdup(b->arena, why->message);
	}
	if (!misplaced || !misplaced->why) {
		return tally__fail_nomem(b->error);
	}
	misplaced->category = b->category;
	misplaced->place = place;
	misplaced->next = b->out->misplaced;
	b->out->misplaced = misplaced;
	return 0;
}

/* ---- places that are paths ---- */

static int add_entry(struct builder *b, struct entries *entries, const struct path_expression *path,
		     struct placed_generator *placed)
{
	struct entry *items = tally__mem_room(entries->items, entries->count, &entries->capacity,
					      16, sizeof *items);

	if (!items) {
		return tally__fail_nomem(b->error);
	}
	entries->items = items;
	entries->items[entries->count++] = (struct entry){*path, placed};
	return 0;
}

static int add_placed(struct builder *b, struct entries *entries,
		      const struct path_expression *path, const char *place, const cJSON *json)
{
	struct placed_generator *placed = NULL;
	int status = compile(b, place, json, &placed);

	return status != 0 || !placed ? status : add_entry(b, entries, path, placed);
}

/* "$.name" without a look at what the name is made of. */
static int name_path(struct builder *b, struct path_expression *out, const char *name)
{
	struct path_token *tokens = tally__arena_alloc_array(b->arena, 2, sizeof *tokens);

	if (!tokens) {
		return tally__fail_nomem(b->error);
	}
	tokens[0] = (struct path_token){PATH_EXACT, "$", 1};
	tokens[1] = (struct path_token){PATH_EXACT, name, strlen(name)};
	*out = (struct path_expression){name, tokens, 2, 2};
	return 0;
}

/* A category whose keys are paths, or (`names`) names unless they begin with "$". */
static int gather_paths(struct builder *b, struct entries *entries, const cJSON *category,
			bool names)
{
	const cJSON *item = NULL;

	cJSON_ArrayForEach(item, category)
	{
		const char *place = item->string ? item->string : "$";
		struct tally_error why = TALLY_ERROR_INIT;
		struct path_expression path = {0};
		int status = 0;

		if (names && *place != '$') {
			status = name_path(b, &path, place);
		} else {
			status = tally__path_parse(&path, b->arena, *place ? place : "$", &why);
			if (status != 0) {
				status = misplace(b, place, status, &why);
				if (status != 0) {
					return status;
				}
				continue;
			}
		}
		if (status == 0) {
			status = add_placed(b, entries, &path, place, item);
		}
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

/* ---- the variants of arrayContains rules ---- */

/* The whole path that ends with `last`; TALLY_ELIMIT when it has too many tokens. */
static int join(struct builder *b, const struct stretch *last, struct path_expression *out,
		struct tally_error *why)
{
	struct path_expression path = {0};
	size_t at = 0;
	struct buf text;

	for (const struct stretch *s = last; s; s = s->above) {
		path.count += s->count;
	}
	if (path.count > LIMIT_PATH_TOKENS) {
		return tally__fail(why, TALLY_ELIMIT,
				   "the generators of a variant stand deeper than %d levels",
				   (int)LIMIT_PATH_TOKENS);
	}
	path.tokens = tally__arena_alloc_array(b->arena, path.count, sizeof *path.tokens);
	if (!path.tokens) {
		return tally__fail_nomem(b->error);
	}
	at = path.count;
	for (const struct stretch *s = last; s; s = s->above) {
		at -= s->count;
		memcpy(path.tokens + at, s->tokens, s->count * sizeof *path.tokens);
	}
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&text, "$");
	for (size_t i = 0; i < path.count; i++) {
		const struct path_token *token = &path.tokens[i];

		path.exact += token->kind == PATH_EXACT;
		if (i > 0 && token->kind == PATH_EXACT) {
			tally__path_add_fragment(&text, token->text, token->len);
		} else if (i > 0) {
			tally__buf_adds(&text, token->kind == PATH_STAR ? ".*" : "[*]");
		}
	}
	path.source = text.status == 0 ? tally__arena_memdup(b->arena, text.bytes, text.len) : NULL;
	tally__buf_release(&text);
	*out = path;
	return path.source ? 0 : tally__fail_nomem(b->error);
}

static int gather_rules(struct builder *b, struct entries *entries, const struct stretch *at,
			const cJSON *rules);

/* The generators of one variant, whose element is `at`. */
static int gather_variant_generators(struct builder *b, struct entries *entries,
				     const struct stretch *at, const cJSON *generators)
{
	const cJSON *item = NULL;

	cJSON_ArrayForEach(item, generators)
	{
		const char *place = item->string ? item->string : "$";
		struct tally_error why = TALLY_ERROR_INIT;
		struct path_expression below = {0};
		struct path_expression path = {0};
		struct stretch last = {.above = at};
		int status = tally__path_parse(&below, b->arena, *place ? place : "$", &why);

		if (status != 0) {
			status = misplace(b, place, status, &why);
		} else {
			last.tokens = below.tokens + 1;
			last.count = below.count - 1;
			status = join(b, &last, &path, &why);
			if (status == 0) {
				status = add_placed(b, entries, &path, path.source, item);
			} else {
				status = misplace(b, place, status, &why);
			}
		}
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

/* The rules of one place of a category: {"matchers": […]}, or the list itself. */
static const cJSON *matchers_of(const cJSON *place)
{
	const cJSON *matchers = tally__json_get(place, "matchers");

	return matchers ? matchers : place;
}

/* A rule's own rules by paths from `at` on: "$.a": {"matchers": […]}. */
static int gather_places(struct builder *b, struct entries *entries, const struct stretch *at,
			 const cJSON *category)
{
	const cJSON *place = NULL;

	cJSON_ArrayForEach(place, category)
	{
		struct tally_error ignored = TALLY_ERROR_INIT;
		struct path_expression path = {0};
		struct stretch below = {.above = at};
		const char *text = place->string && *place->string ? place->string : "$";
		int status = tally__path_parse(&path, b->arena, text, &ignored);

		if (status == TALLY_ENOMEM) {
			return tally__fail_nomem(b->error);
		}
		if (status != 0) {
			continue; /* the matcher says what is wrong with it */
		}
		below.tokens = at ? path.tokens + 1 : path.tokens;
		below.count = at ? path.count - 1 : path.count;
		status = gather_rules(b, entries, &below, matchers_of(place));
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

static int gather_variant(struct builder *b, struct entries *entries, const struct stretch *at,
			  const cJSON *variant, size_t position)
{
	const cJSON *index = tally__json_get(variant, "index");
	struct path_token token = {.kind = PATH_EXACT};
	struct stretch element = {.above = at, .tokens = &token, .count = 1};
	int status = 0;

	if (cJSON_IsNumber(index) && index->valuedouble >= 0 &&
	    index->valuedouble <= LIMIT_JSON_VALUES) {
		position = (size_t)index->valuedouble;
	}
	token.text = tally__arena_printf(b->arena, "%zu", position);
	if (!token.text) {
		return tally__fail_nomem(b->error);
	}
	token.len = strlen(token.text);
	status = gather_variant_generators(b, entries, &element,
					   tally__json_get(variant, "generators"));
	return status ? status
		      : gather_places(b, entries, &element, tally__json_get(variant, "rules"));
}

/* Rules at `at`: those of arrayContains have variants, those of eachValue may have such rules for
 * what is below.  JSON documents are not so deep that this could run away. */
static int gather_rules(struct builder *b, struct entries *entries, const struct stretch *at,
			const cJSON *rules)
{
	static const struct path_token star = {.kind = PATH_STAR};
	const struct stretch each = {.above = at, .tokens = &star, .count = 1};
	const cJSON *rule = NULL;

	cJSON_ArrayForEach(rule, rules)
	{
		const char *name = tally__json_get_string(rule, "match");
		enum member_rule members =
			name ? tally__rule_kind_find(name)->members : MEMBERS_PLAIN;
		const cJSON *variant = NULL;
		size_t position = 0;
		int status = 0;

		if (members == MEMBERS_EACH_VALUE) {
			status = gather_rules(b, entries, &each, tally__json_get(rule, "rules"));
		}
		if (members == MEMBERS_ARRAY_CONTAINS) {
			cJSON_ArrayForEach(variant, tally__json_get(rule, "variants"))
			{
				status = gather_variant(b, entries, at, variant, position++);
				if (status != 0) {
					return status;
				}
			}
		}
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

/* ---- places that are names ---- */

/* A second reading of a name: "q[0]" may mean the first value of q, "$.q" and "$['q'][0]" are
 * written as paths.  path->count is 0 when there is none. */
static int second_reading(struct builder *b, struct path_expression *path, const char *name)
{
	size_t len = tally__path_len_before_index(name);
	struct tally_error ignored = TALLY_ERROR_INIT;
	struct path_token *tokens = NULL;
	int status = 0;

	path->count = 0;
	if (*name == '$') {
		status = tally__path_parse(path, b->arena, name, &ignored);
		if (status == TALLY_ENOMEM) {
			return tally__fail_nomem(b->error);
		}
		if (status != 0 || path->count < 2) {
			path->count = 0;
		}
		return 0;
	}
	if (len == 0) {
		return 0;
	}
	tokens = tally__arena_alloc_array(b->arena, 3, sizeof *tokens);
	if (!tokens) {
		return tally__fail_nomem(b->error);
	}
	tokens[0] = (struct path_token){PATH_EXACT, "$", 1};
	tokens[1] = (struct path_token){PATH_EXACT, name, len};
	tokens[2] = (struct path_token){PATH_EXACT, name + len + 1, strlen(name + len) - 2};
	if (*tokens[2].text == '*') {
		tokens[2].kind = PATH_STAR_INDEX;
	}
	*path = (struct path_expression){name, tokens, 3, tokens[2].kind == PATH_EXACT ? 3 : 2};
	return 0;
}

static const char *lowered(struct builder *b, const char *name)
{
	char *copy = tally__arena_strdup(b->arena, name);

	for (char *c = copy; c && *c; c++) {
		*c = tally__text_lower(*c);
	}
	return copy;
}

static int gather_names(struct builder *b, struct entries *entries, const cJSON *category,
			bool ignore_case)
{
	const cJSON *item = NULL;

	cJSON_ArrayForEach(item, category)
	{
		const char *place = item->string ? item->string : "";
		const char *name = ignore_case ? lowered(b, place) : place;
		struct path_expression path = {0};
		struct path_expression second = {0};
		struct placed_generator *placed = NULL;
		int status = name ? compile(b, place, item, &placed) : tally__fail_nomem(b->error);

		if (status == 0 && placed) {
			status = name_path(b, &path, name);
		}
		if (status == 0 && placed) {
			status = add_entry(b, entries, &path, placed);
		}
		if (status == 0 && placed) {
			status = second_reading(b, &second, name);
		}
		if (status == 0 && second.count > 0) {
			status = add_entry(b, entries, &second, placed);
		}
		if (status != 0) {
			return status;
		}
	}
	return 0;
}

/* ---- tries ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = tally__path_compare(&left->path, &right->path);

	if (order != 0) {
		return order;
	}
	return left->placed->index < right->placed->index
		       ? -1
		       : left->placed->index > right->placed->index;
}

/* The best one is given the highest rank; one that stands at two places has that of its better. */
static int build_trie(struct builder *b, struct entries *entries, struct rule_node **out)
{
	struct rule_node *root = tally__rule_node_new(&b->out->tries);

	if (!root) {
		return tally__fail_nomem(b->error);
	}
	if (entries->count > 1) {
		qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
	}
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->items[i];
		struct rule_list *list = &entry->placed->list;

		if (list->rank == 0) {
			list->rank = (unsigned)(entries->count - i);
		}
		if (!tally__rule_node_insert(root, &b->out->tries, &entry->path, list)) {
			return tally__fail_nomem(b->error);
		}
	}
	*out = root;
	return 0;
}

/* ---- all categories ---- */

/* The generator itself, or one level further down, under "" or "$". */
static int compile_one(struct builder *b, const cJSON *category, struct placed_generator **out)
{
	const cJSON *inner = tally__json_get(category, "");

	if (!inner) {
		inner = tally__json_get(category, "$");
	}
	return compile(b, "", inner ? inner : category, out);
}

/* What becomes tries. */
struct gathered {
	struct entries body, metadata, query, headers;
};

static int compile_category(struct builder *b, struct gathered *gathered, const cJSON *category)
{
	struct generators *out = b->out;

	b->category = category->string ? category->string : "";
	if (strcmp(b->category, "method") == 0) {
		return compile_one(b, category, &out->method);
	}
	if (strcmp(b->category, "path") == 0) {
		return compile_one(b, category, &out->path);
	}
	if (strcmp(b->category, "status") == 0) {
		return compile_one(b, category, &out->status);
	}
	if (strcmp(b->category, "query") == 0) {
		return gather_names(b, &gathered->query, category, false);
	}
	if (strcmp(b->category, "header") == 0) {
		return gather_names(b, &gathered->headers, category, true);
	}
	if (strcmp(b->category, "metadata") == 0) {
		return gather_paths(b, &gathered->metadata, category, true);
	}
	if (strcmp(b->category, "body") == 0) {
		return gather_paths(b, &gathered->body, category, false);
	}
	return 0; /* nothing in a part has such a name: see lint */
}

static int compile_all(struct builder *b, const cJSON *json, const cJSON *matching_rules)
{
	struct generators *out = b->out;
	struct gathered gathered = {0};
	const cJSON *category = NULL;
	int status = 0;

	cJSON_ArrayForEach(category, json)
	{
		status = compile_category(b, &gathered, category);
		if (status != 0) {
			goto out;
		}
	}
	b->category = "body";
	status = gather_places(b, &gathered.body, NULL, tally__json_get(matching_rules, "body"));
	if (status == 0 && (out->count > 0 || out->misplaced)) {
		if ((status = build_trie(b, &gathered.body, &out->tries.body)) == 0 &&
		    (status = build_trie(b, &gathered.metadata, &out->tries.metadata)) == 0 &&
		    (status = build_trie(b, &gathered.query, &out->query)) == 0) {
			status = build_trie(b, &gathered.headers, &out->headers);
		}
	}
out:
	tally__free(gathered.body.items);
	tally__free(gathered.metadata.items);
	tally__free(gathered.query.items);
	tally__free(gathered.headers.items);
	return status;
}

int tally__generators_new(struct generators **out, enum generator_mode mode, const cJSON *json,
			  const cJSON *matching_rules, struct tally_error *error)
{
	struct generators *made = NULL;
	struct builder b = {.mode = mode, .category = "", .error = error};
	int status = 0;

	*out = NULL;
	if (!json && !tally__json_get(matching_rules, "body")) {
		return 0;
	}
	made = tally__calloc(1, sizeof *made);
	if (!made) {
		return tally__fail_nomem(error);
	}
	tally__arena_init(&made->tries.arena, 0);
	b.out = made;
	b.arena = &made->tries.arena;
	status = compile_all(&b, json, matching_rules);
	if (status != 0) {
		tally__error_within(error, "generators");
	}
	if (status != 0 || (made->count == 0 && !made->misplaced)) {
		tally__generators_free(made);
		return status;
	}
	*out = made;
	return 0;
}

const char *tally__generators_invalid(const struct generators *generators, const char **category,
				      const char **place)
{
	const char *why = NULL;

	/* The last comes first. */
	for (const struct placed_generator *each = generators ? generators->all : NULL; each;
	     each = each->next) {
		const char *invalid = tally__generator_invalid(each->generator);

		if (invalid) {
			why = invalid;
			*category = each->category;
			*place = each->place;
		}
	}
	return why;
}

void tally__generators_free(struct generators *generators)
{
	if (!generators) {
		return;
	}
	for (struct placed_generator *placed = generators->all; placed; placed = placed->next) {
		tally__generator_free(placed->generator);
	}
	tally__rules_release(&generators->tries);
	tally__free(generators);
}
