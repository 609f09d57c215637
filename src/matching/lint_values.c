/* The values of a part, each with what rules and generators say of it: the walk that comes by all
 * of them, and what is compared to the letter although it will be another next time. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "format/path_text.h"
#include "matching/lint.h"
#include "matching/lint_looks.h"
#include "matching/lint_secrets.h"
#include "matching/walk.h"

/* A text this long is more than what a consumer looks for in it. */
enum { LONG_TEXT_CHARS = 300 };

struct values {
	struct lint *lint;
	const struct lint_part *part;
	const char *label;   /* in front of paths */
	struct walk walk;    /* the places that it has reached */
	struct buf path;     /* with "[*]" for every index */
	struct map reported; /* paths, by what was found there */
	bool has_rules;      /* false: the rules cannot be used, and nothing is known */
	bool has_places;     /* false: the file has the document as one text */
};

/* ---- findings ---- */

static bool is_given_to_consumer(enum lint_side side)
{
	return side == LINT_RESPONSE || side == LINT_SYNC_RESPONSE || side == LINT_MESSAGE;
}

/* Whether nothing of the kind was said of this place yet; items of one list share theirs. */
static bool is_news(struct values *v, enum lint_rule rule)
{
	struct lint *lint = v->lint;
	char *key = tally__arena_printf(&lint->arena, "%d %s", (int)rule, v->path.bytes);

	if (!key || v->path.status != 0) {
		lint->status = TALLY_ENOMEM;
		return false;
	}
	if (tally__map_find(&v->reported, key, strlen(key)))
		return false;
	if (tally__map_put(&v->reported, key, strlen(key), v) != 0)
		lint->status = TALLY_ENOMEM;
	return lint->status == 0;
}

void tally__lint_add_volatile(struct lint *lint, const char *member, const char *label,
			      const char *place, const char *text, enum lint_look look)
{
	struct buf shown;

	tally__buf_init(&shown, LIMIT_DOCUMENT_BYTES);
	if (look == LOOK_TOKEN || look == LOOK_JWT)
		tally__lint_add_veiled(&shown, text, strlen(text));
	else
		tally__buf_addf(&shown, "\"%s\"", tally__lint_shown(lint, text, 60));
	if (shown.status != 0)
		lint->status = TALLY_ENOMEM;
	else
		tally__lint_add(lint, LINT_VOLATILE_VALUE, member,
				"%s%s must be %s to the letter, and that looks like %s, which will "
				"be another next time: give it %s",
				label, place, shown.bytes, tally__lint_look_name(look),
				tally__lint_look_rule(look));
	tally__buf_release(&shown);
}

/* The id of what a request has just made: the provider chooses it. */
static bool is_new_id(const struct values *v)
{
	const struct interaction *interaction = v->lint->interaction;

	return v->part->side == LINT_RESPONSE && interaction->response.status == 201 &&
	       strcmp(interaction->request.method, "POST") == 0 &&
	       (strcmp(v->path.bytes, "$.id") == 0 || strcmp(v->path.bytes, "$._id") == 0);
}

static void check_exact(struct values *v, const char *name, const cJSON *json)
{
	char scratch[JSON_NUMBER_BYTES];
	const bool is_text = cJSON_IsString(json);
	const char *text = is_text ? json->valuestring : tally__json_number_text(json, scratch);
	enum lint_look look = LOOK_PLAIN;

	if (is_text)
		look = tally__lint_look(text, strlen(text));
	else if (name && tally__lint_is_time_name(name) && tally__lint_looks_like_epoch(text))
		look = LOOK_EPOCH;
	if (look != LOOK_PLAIN) {
		if (!tally__lint_is_given(v->lint, text) && is_news(v, LINT_VOLATILE_VALUE))
			tally__lint_add_volatile(v->lint, NULL, v->label, v->path.bytes, text,
						 look);
	} else if (is_new_id(v)) {
		if (!tally__lint_is_given(v->lint, text))
			tally__lint_add(v->lint, LINT_VOLATILE_VALUE, NULL,
					"%s must be %s to the letter, but the provider chooses the "
					"id of what it has just made: give it %s",
					v->path.bytes, tally__lint_shown(v->lint, text, 60),
					is_text ? "a type rule" : "an integer rule");
	} else if (is_text && strlen(text) > LONG_TEXT_CHARS && is_news(v, LINT_LONG_TEXT)) {
		tally__lint_add(v->lint, LINT_LONG_TEXT, NULL,
				"%s%s must be the same %zu bytes to the letter: give it a type "
				"rule, or a regex or include rule for what the consumer looks for",
				v->label, v->path.bytes, strlen(text));
	}
}

static void check_scalar(struct values *v, const char *name, const cJSON *json, bool is_ruled,
			 bool is_generated)
{
	struct lint_secret secret;

	if (cJSON_IsString(json) &&
	    tally__lint_secret_of(&secret, name, json->valuestring, strlen(json->valuestring)) &&
	    is_news(v, secret.rule))
		tally__lint_add_secret(v->lint, &secret, NULL, v->label, v->path.bytes);
	if (!v->has_rules || is_ruled || !is_given_to_consumer(v->part->side) ||
	    (!cJSON_IsString(json) && !cJSON_IsNumber(json)))
		return;
	if (!is_generated)
		check_exact(v, name, json);
	else if (is_news(v, LINT_GENERATOR_WITHOUT_RULE))
		tally__lint_add(v->lint, LINT_GENERATOR_WITHOUT_RULE, NULL,
				"%s%s is generated for the consumer, but has no matching rule: the "
				"provider would have to answer with the example to the letter; "
				"give it one, such as type",
				v->label, v->path.bytes);
}

/* ---- the walk ---- */

/* The rules and the generators in reach. */
struct in_reach {
	struct reach rules;
	struct reach generators;
};

static void walk_value(struct values *v, const struct in_reach *reach, size_t depth,
		       const char *name, const cJSON *json);

/* Whether one of them lets the value be another. */
static bool is_freed(const struct rule_list *list, bool cascaded)
{
	for (size_t i = 0; list && i < list->count; i++) {
		const struct rule_kind *kind = list->rules[i].kind;

		if ((!cascaded || kind->cascades) && strcmp(kind->name, "equality") != 0 &&
		    strcmp(kind->name, "values") != 0)
			return true;
	}
	return false;
}

static const struct rule *find_member_rule(const struct rule_list *list, enum member_rule members)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (list->rules[i].kind->members == members)
			return &list->rules[i];
	return NULL;
}

static bool reach_child(struct values *v, const struct in_reach *from, size_t depth,
			const char *text, bool is_index, struct in_reach *out)
{
	size_t len = strlen(text);

	return tally__reach_child(&v->walk, &from->rules, depth, text, len, is_index,
				  &out->rules) &&
	       tally__reach_child(&v->walk, &from->generators, depth, text, len, is_index,
				  &out->generators);
}

static void leave_child(struct values *v, const struct in_reach *reach)
{
	tally__reach_leave(&v->walk, &reach->rules);
}

/* One member or item; `each` is an eachValue rule of the container, or NULL. */
static void walk_child(struct values *v, const struct in_reach *reach, size_t depth,
		       const struct rule *each, const char *name, const cJSON *json, size_t index)
{
	struct lint *lint = v->lint;
	size_t path_mark = v->path.len;
	size_t mark = lint->pointer.len;
	struct in_reach child = {0};
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%zu", index);
	if (json->string) {
		tally__path_add_field(&v->path, json->string);
	} else {
		tally__buf_adds(&v->path, "[*]");
	}
	if (v->has_places)
		tally__pointer_add(&lint->pointer, json->string ? json->string : digits);
	if (reach_child(v, reach, depth, json->string ? json->string : digits,
			!json->string || tally__path_is_index(json->string, strlen(json->string)),
			&child)) {
		if (each)
			tally__reach_each_value(&child.rules, &each->sub, depth + 1);
		walk_value(v, &child, depth + 1, json->string ? json->string : name, json);
		leave_child(v, &child);
	}
	tally__buf_truncate(&lint->pointer, mark);
	tally__buf_truncate(&v->path, path_mark);
}

/* An item that arrayContains looks for, by the rules of its variant, whose paths begin there. */
static void walk_variant(struct values *v, const struct rule *rule, const char *name,
			 const cJSON *json, size_t index)
{
	struct in_reach root = {.rules = {.first = v->walk.active_count},
				.generators = {.first = v->walk.active_count}};
	size_t mark = v->lint->pointer.len;
	size_t path_mark = v->path.len;
	const struct rule_variant *variant = NULL;

	for (size_t i = 0; i < rule->variant_count && !variant; i++)
		if (rule->variants[i].index == index)
			variant = &rule->variants[i];
	if (rule->variant_count > 0 && !variant)
		return;
	if (v->has_places)
		tally__buf_addf(&v->lint->pointer, "/%zu", index);
	tally__buf_addf(&v->path, "[%zu]", index);
	if (!variant || !variant->rules ||
	    tally__reach_root(&v->walk, variant->rules, &root.rules)) {
		root.generators.first = v->walk.active_count;
		walk_value(v, &root, 1, name, json);
		leave_child(v, &root);
	}
	tally__buf_truncate(&v->lint->pointer, mark);
	tally__buf_truncate(&v->path, path_mark);
}

static void walk_container(struct values *v, const struct in_reach *reach, size_t depth,
			   const char *name, const cJSON *json, const struct rule_list *own)
{
	const struct rule *each = find_member_rule(own, MEMBERS_EACH_VALUE);
	const struct rule *contains =
		cJSON_IsArray(json) ? find_member_rule(own, MEMBERS_ARRAY_CONTAINS) : NULL;
	size_t index = 0;

	for (const cJSON *child = json->child; child; child = child->next, index++) {
		if (v->lint->status != 0 || v->walk.status != 0 ||
		    v->lint->steps > LIMIT_LINT_STEPS)
			return;
		if (contains) {
			v->lint->steps += contains->variant_count;
			walk_variant(v, contains, name, child, index);
		} else {
			walk_child(v, reach, depth, each, name, child, index);
		}
	}
}

static bool is_named(const struct rule *rule, const char *name)
{
	return strcmp(rule->kind->name, name) == 0;
}

/* A list that has items, and rules that accept it without any.  A rule for what stands above it
 * frees its length, and bounds nothing. */
static void check_list(struct values *v, const struct rule_list *list, bool cascaded)
{
	bool is_typed = false;
	bool is_bounded = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct rule *rule = &list->rules[i];

		is_typed = is_typed || is_named(rule, "type");
		is_bounded = is_bounded || rule->has_min || is_named(rule, "notEmpty") ||
			     is_named(rule, "arrayContains");
	}
	if (!is_typed || !v->has_rules)
		return;
	if (!cascaded && !is_bounded && is_news(v, LINT_NO_MINIMUM))
		tally__lint_add(v->lint, LINT_NO_MINIMUM, NULL,
				"the type rule at %s%s accepts an empty list: add \"min\": 1, or "
				"\"min\": 0 if it may be empty",
				v->label, v->path.bytes);
	if (cascaded && is_given_to_consumer(v->part->side) && is_news(v, LINT_NO_MINIMUM))
		tally__lint_add(v->lint, LINT_NO_MINIMUM, NULL,
				"the type rule above %s%s lets this list be empty: give it a type "
				"rule of its own with \"min\": 1, or \"min\": 0 if it may be",
				v->label, v->path.bytes);
}

/* A rule for the items of a list does not free the list's length: a rule for the list does, or one
 * above it. */
static void check_length(struct values *v, const struct in_reach *reach)
{
	bool has_item_rules = false;

	for (size_t i = 0; i < reach->rules.count; i++)
		has_item_rules =
			has_item_rules || v->walk.active[reach->rules.first + i]->star_index;
	if (has_item_rules && is_news(v, LINT_FIXED_LENGTH))
		tally__lint_add(v->lint, LINT_FIXED_LENGTH, NULL,
				"there are rules for the items of %s%s, but none for that list, so "
				"its length must be that of the example: add a type rule there",
				v->label, v->path.bytes);
}

/* The depth is that of a document. */
static void walk_value(struct values *v, const struct in_reach *reach, size_t depth,
		       const char *name, const cJSON *json)
{
	bool cascaded = false;
	const struct rule_list *list = tally__reach_select(&reach->rules, depth, &cascaded);

	if (++v->lint->steps > LIMIT_LINT_STEPS)
		return;
	if (cJSON_IsArray(json) && json->child && list)
		check_list(v, list, cascaded);
	else if (cJSON_IsArray(json) && json->child)
		check_length(v, reach);
	if (json->child)
		walk_container(v, reach, depth, name, json, cascaded ? NULL : list);
	else if (!cJSON_IsObject(json) && !cJSON_IsArray(json))
		check_scalar(v, name, json, is_freed(list, cascaded),
			     reach->generators.best && reach->generators.best_depth == depth);
}

/* Generators in the form of rules, to find what is below them in the same way. */
static cJSON *as_rules(const cJSON *generators, const char *category)
{
	static const char type[] = "{\"matchers\":[{\"match\":\"type\"}]}";
	const cJSON *from = tally__json_get(generators, category);
	cJSON *rules = cJSON_CreateObject();
	cJSON *to = cJSON_CreateObject();
	int status = 0;

	for (const cJSON *each = cJSON_IsObject(from) ? from->child : NULL; each && status == 0;
	     each = each->next) {
		cJSON *rule = NULL;

		if (*each->string != '$' && strcmp(category, "body") == 0)
			continue;
		status = tally_json_parse(&rule, type, sizeof(type) - 1, NULL);
		if (status == 0)
			status = tally__json_put(to, each->string, rule);
	}
	if (status != 0 || !rules) {
		cJSON_Delete(to);
		cJSON_Delete(rules);
		return NULL;
	}
	if (tally__json_put(rules, category, to) != 0) {
		cJSON_Delete(rules);
		return NULL;
	}
	return rules;
}

/* The document is walked once, with the rules and the generators of its category. */
static void walk_document(struct values *v, const char *category, const cJSON *json)
{
	const bool is_body = strcmp(category, "body") == 0;
	cJSON *generators = as_rules(v->part->generators, category);
	struct mismatches none;
	struct rules rules;
	struct rules made;
	struct in_reach root = {0};
	int status = tally__rules_compile(&rules, v->part->rules, NULL);
	int made_status = tally__rules_compile(&made, generators, NULL);

	if (!generators || status == TALLY_ENOMEM || made_status == TALLY_ENOMEM)
		v->lint->status = TALLY_ENOMEM;
	v->has_rules = status == 0 && made_status == 0;
	tally__mismatches_init(&none);
	tally__walk_init(&v->walk, &none, false, NULL);
	if (v->lint->status == 0 &&
	    (!v->has_rules ||
	     (tally__reach_root(&v->walk, is_body ? rules.body : rules.metadata, &root.rules) &&
	      tally__reach_root(&v->walk, is_body ? made.body : made.metadata, &root.generators))))
		walk_value(v, &root, 1, NULL, json);
	if (v->walk.status == TALLY_ENOMEM)
		v->lint->status = TALLY_ENOMEM;
	else if (v->walk.status != 0)
		v->lint->steps = (size_t)LIMIT_LINT_STEPS + 1;
	tally__walk_release(&v->walk);
	tally__mismatches_release(&none);
	tally__rules_release(&made);
	tally__rules_release(&rules);
	cJSON_Delete(generators);
}

/* Goes to where the file has the body. */
static void enter_body(struct values *v, const cJSON *json)
{
	struct lint *lint = v->lint;
	const enum lint_side side = v->part->side;
	const bool is_http = side == LINT_REQUEST || side == LINT_RESPONSE;
	const cJSON *body = NULL;

	tally__pointer_add(&lint->pointer, is_http ? "body" : "contents");
	if (is_http)
		body = tally__json_get(tally__json_get(lint->source, side == LINT_REQUEST
									     ? "request"
									     : "response"),
				       "body");
	if (lint->contract->spec == TALLY_SPEC_V4) {
		tally__pointer_add(&lint->pointer, "content");
		body = tally__json_get(body, "content");
	}
	v->has_places = !body || cJSON_IsString(json) || !cJSON_IsString(body);
}

static void walk_part(struct lint *lint, const struct lint_part *part, const char *category,
		      const cJSON *json)
{
	struct values v = {.lint = lint, .part = part, .has_places = true};
	const bool is_body = strcmp(category, "body") == 0;
	size_t mark = lint->pointer.len;

	if (is_body)
		enter_body(&v, json);
	else
		tally__pointer_add(&lint->pointer, category);
	v.label = is_body ? "" : "metadata ";
	tally__buf_init(&v.path, LIMIT_DOCUMENT_BYTES);
	tally__map_init(&v.reported);
	tally__buf_addc(&v.path, '$');
	walk_document(&v, category, json);
	if (v.path.status != 0)
		lint->status = v.path.status;
	tally__map_release(&v.reported);
	tally__buf_release(&v.path);
	tally__buf_truncate(&lint->pointer, mark);
}

/* ---- bodies that are no JSON ---- */

static bool has_category(const struct lint_part *part, const char *category)
{
	const cJSON *rules = tally__json_get(part->rules, category);

	return rules && rules->child;
}

static void lint_text(struct lint *lint, const struct lint_part *part)
{
	const char *declared = part->headers ? tally__header_content_type(part->headers)
					     : tally__metadata_content_type(part->metadata);
	const struct body *body = part->body;
	struct mime type;
	int status = tally__body_type(&type, body, declared, &lint->arena, NULL);

	if (status == TALLY_ENOMEM)
		lint->status = status;
	if (status != 0 || !body->bytes)
		return;
	tally__lint_text_secrets(lint, body, &type);
	if (is_given_to_consumer(part->side) && strcmp(type.main, "text") == 0 &&
	    !tally__mime_is_xml(&type) && body->len > LONG_TEXT_CHARS &&
	    !has_category(part, "body"))
		tally__lint_add(lint, LINT_LONG_TEXT, NULL,
				"the body must be the same %zu bytes of %s/%s to the letter: give "
				"it a regex or include rule at $ for what the consumer looks for",
				body->len, type.main, type.sub);
}

void tally__lint_values(struct lint *lint, const struct lint_part *part)
{
	size_t mark = lint->pointer.len;

	if (lint->status == 0 && part->body->json) {
		walk_part(lint, part, "body", part->body->json);
	} else if (lint->status == 0 && part->body->state == BODY_PRESENT) {
		tally__pointer_add(&lint->pointer,
				   part->side == LINT_REQUEST || part->side == LINT_RESPONSE
					   ? "body"
					   : "contents");
		lint_text(lint, part);
		tally__buf_truncate(&lint->pointer, mark);
	}
	if (lint->status == 0 && part->metadata)
		walk_part(lint, part, "metadata", part->metadata);
	if (lint->status == 0)
		tally__lint_headers(lint, part);
}
