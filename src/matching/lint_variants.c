/* What rules let be one way or another: each has to be exercised by some interaction. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "matching/lint.h"
#include "matching/match.h"

/* What a comparison of one value costs at least, in steps. */
enum { COMPARISON_STEPS = 100 };

/* How many names of members a finding shows. */
enum { SHOWN_MEMBERS = 5 };

static const char *const side_names[] = {"request", "response", "message", "request message",
					 "response message"};

/* The example of one part. */
struct example {
	const cJSON *json;
	const cJSON *rules; /* of the whole part, or NULL */
	struct example *next;
};

/* The examples that stand for one another: of the same side, for HTTP with the same method. */
struct group {
	struct example *first;
	struct example **end;
};

/* One rule, looked at in a whole group. */
struct search {
	struct lint_selection found; /* the first member: what is handed around */
	const struct group *group;
	struct path_expression path;
	const char *text; /* the path as written */
	const char *what; /* "GET response" */
};

/* ---- examples in groups ---- */

static const char *group_name(struct lint *lint, enum lint_side side,
			      const struct interaction *interaction)
{
	const bool is_http = side == LINT_REQUEST || side == LINT_RESPONSE;
	const char *name =
		is_http ? tally__arena_printf(&lint->arena, "%s %s", interaction->request.method,
					      side_names[side])
			: side_names[side];

	if (!name)
		lint->status = TALLY_ENOMEM;
	return name;
}

static void add_example(struct lint *lint, enum lint_side side,
			const struct interaction *interaction, const struct body *body,
			const cJSON *rules)
{
	const char *name = body->json ? group_name(lint, side, interaction) : NULL;
	struct group *group = name ? tally__map_get(&lint->groups, name, strlen(name)) : NULL;
	struct example *example;

	if (!name || lint->status != 0)
		return;
	example = tally__arena_alloc(&lint->arena, sizeof(*example));
	if (example && !group) {
		group = tally__arena_alloc(&lint->arena, sizeof(*group));
		if (group)
			group->end = &group->first;
		if (group && tally__map_put(&lint->groups, name, strlen(name), group) != 0)
			group = NULL;
	}
	if (!example || !group) {
		lint->status = TALLY_ENOMEM;
		return;
	}
	*example = (struct example){.json = body->json, .rules = rules};
	*group->end = example;
	group->end = &example->next;
}

static void add_message(struct lint *lint, enum lint_side side,
			const struct interaction *interaction, const struct message *message)
{
	add_example(lint, side, interaction, &message->contents, message->matching_rules);
}

void tally__lint_gather(struct lint *lint)
{
	for (size_t i = 0; i < lint->contract->interaction_count; i++) {
		const struct interaction *each = &lint->contract->interactions[i];

		switch (each->kind) {
		case INTERACTION_HTTP:
			add_example(lint, LINT_REQUEST, each, &each->request.body,
				    each->request.matching_rules);
			add_example(lint, LINT_RESPONSE, each, &each->response.body,
				    each->response.matching_rules);
			break;
		case INTERACTION_ASYNC_MESSAGE:
			add_message(lint, LINT_MESSAGE, each, &each->message);
			break;
		case INTERACTION_SYNC_MESSAGE:
			add_message(lint, LINT_SYNC_REQUEST, each, &each->message);
			for (size_t j = 0; j < each->response_count; j++)
				add_message(lint, LINT_SYNC_RESPONSE, each, &each->responses[j]);
			break;
		}
	}
}

/* ---- searches ---- */

/* Whether this is the first of its kind at its place; interactions that share it are looked at
 * once. */
static bool is_first(struct search *search, const char *kind)
{
	struct lint *lint = search->found.lint;
	char *key =
		tally__arena_printf(&lint->arena, "%s\n%s\n%s", search->what, search->text, kind);

	if (!key) {
		lint->status = TALLY_ENOMEM;
		return false;
	}
	if (tally__map_find(&lint->variants, key, strlen(key)))
		return false;
	lint->status = tally__map_put(&lint->variants, key, strlen(key), lint);
	return lint->status == 0;
}

static void search_all(struct search *search)
{
	for (const struct example *each = search->group->first;
	     each && !search->found.done && !search->found.gave_up; each = each->next)
		tally__lint_select(&search->found, each->json, &search->path);
}

static const char *shown_path(const struct search *search)
{
	return tally__lint_shown(search->found.lint, search->text, 100);
}

/* ---- null ---- */

static void lint_nullable(struct search search)
{
	struct lint_selection *found = &search.found;
	bool no_null;

	if (!is_first(&search, "null"))
		return;
	search_all(&search);
	no_null = found->nulls == 0;
	if (found->gave_up || found->nodes == 0 || (!no_null && found->nulls < found->nodes))
		return;
	tally__lint_add(
		found->lint, LINT_VARIANT_NOT_EXERCISED, NULL,
		no_null ? "%s may be null, but in no example of a %s it is: add an "
			  "interaction with null there, so that both sides are tested with it"
			: "%s may be other than null, but is null in each example of a %s, "
			  "and is compared with that: add an interaction with a value there",
		shown_path(&search), search.what);
}

/* ---- absent members ---- */

/* A member of the objects at a place. */
struct member {
	size_t count;     /* of the objects that have it */
	bool is_optional; /* it stands in one whose rules let it be absent */
	bool is_required; /* in one whose rules do not */
};

struct absence {
	struct search search;
	struct map members;
	size_t objects;
	bool lets_be_absent; /* the rules of the present example */
};

/* As doc/optional-members.md says; where values have a rule in common, keys are data. */
static bool lets_be_absent(const cJSON *entry)
{
	return tally__lint_has_rule(entry, "type") && tally__lint_has_rule(entry, "eachKey") &&
	       !tally__lint_has_member_rule(entry);
}

static void count_member(struct absence *absence, const char *name)
{
	struct lint *lint = absence->search.found.lint;
	struct member *member = tally__map_get(&absence->members, name, strlen(name));

	if (!member) {
		member = tally__arena_alloc(&lint->arena, sizeof(*member));
		if (!member || tally__map_put(&absence->members, name, strlen(name), member) != 0) {
			lint->status = TALLY_ENOMEM;
			return;
		}
	}
	member->count++;
	if (absence->lets_be_absent)
		member->is_optional = true;
	else
		member->is_required = true;
}

static void count_members(struct lint_selection *selection, const cJSON *node)
{
	/* The selection is the first member of the search, and that of the absence. */
	struct absence *absence = (void *)selection;

	if (!cJSON_IsObject(node))
		return;
	absence->objects++;
	for (const cJSON *child = node->child; child && selection->lint->status == 0;
	     child = child->next) {
		if (!tally__lint_step(selection, 1))
			return;
		count_member(absence, child->string);
	}
}

/* The rules of an example at the place, as it is written. */
static const cJSON *entry_of(struct search *search, const struct example *example)
{
	const cJSON *body = tally__json_get(example->rules, "body");

	for (const cJSON *entry = body ? body->child : NULL; entry; entry = entry->next) {
		if (!tally__lint_step(&search->found, 1))
			return NULL;
		if (strcmp(entry->string, search->text) == 0)
			return entry;
	}
	return NULL;
}

static void report_present(struct absence *absence)
{
	struct lint *lint = absence->search.found.lint;
	const struct map *members = &absence->members;
	size_t shown = 0;
	struct buf names;

	tally__buf_init(&names, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = members->entries[i].value;

		if (!member->is_optional || member->is_required || member->count < absence->objects)
			continue;
		if (shown++ < SHOWN_MEMBERS)
			tally__buf_addf(&names, "%s\"%s\"", shown > 1 ? ", " : "",
					tally__lint_shown(lint, members->entries[i].key, 60));
	}
	if (shown > SHOWN_MEMBERS)
		tally__buf_adds(&names, ", …");
	if (names.status != 0)
		lint->status = TALLY_ENOMEM;
	else if (shown > 0)
		tally__lint_add(
			lint, LINT_VARIANT_NOT_EXERCISED, NULL,
			"at %s members may be absent (eachKey lets all of them be), but each "
			"example of a %s has %s: add an interaction without; what has to be there "
			"belongs into one without eachKey",
			shown_path(&absence->search), absence->search.what, names.bytes);
	tally__buf_release(&names);
}

static void lint_absent(const struct search *search)
{
	struct absence absence = {.search = *search};
	struct lint_selection *found = &absence.search.found;

	if (!is_first(&absence.search, "absent"))
		return;
	found->each = count_members;
	tally__map_init(&absence.members);
	for (const struct example *each = search->group->first;
	     each && !found->gave_up && found->lint->status == 0; each = each->next) {
		absence.lets_be_absent = lets_be_absent(entry_of(&absence.search, each));
		tally__lint_select(found, each->json, &absence.search.path);
	}
	if (!found->gave_up && found->lint->status == 0)
		report_present(&absence);
	tally__map_release(&absence.members);
}

/* ---- one of several rules ---- */

struct alternative {
	struct search search;
	struct matcher *matcher;
};

/* The depth is that of an example. */
static size_t size_of(const cJSON *node)
{
	size_t size = 1;

	for (const cJSON *child = node->child; child; child = child->next)
		size += size_of(child);
	return size;
}

static void try_node(struct lint_selection *selection, const cJSON *node)
{
	/* The selection is the first member of the search, and that of the alternative. */
	const struct alternative *alternative = (void *)selection;
	const struct response actual = {
		.status = 200,
		.body = {.state = BODY_PRESENT, .content_type = "application/json", .json = node}};
	struct mismatches mismatches;
	int status;

	if (selection->done || !tally__lint_step(selection, COMPARISON_STEPS + size_of(node)))
		return;
	tally__mismatches_init(&mismatches);
	status = tally__match_response(alternative->matcher, &actual, &mismatches, NULL);
	if (status == TALLY_ENOMEM)
		selection->lint->status = status;
	/* What cannot be compared is told of elsewhere. */
	selection->done = status != 0 || mismatches.count == 0;
	tally__mismatches_release(&mismatches);
}

/* {"body": {"$": {"matchers": [rule]}}} */
static cJSON *rules_of(const cJSON *rule)
{
	cJSON *rules = cJSON_CreateObject();
	cJSON *body = cJSON_CreateObject();
	cJSON *entry = cJSON_CreateObject();
	cJSON *matchers = cJSON_CreateArray();
	int status = tally__json_append(matchers, tally__json_clone(rule));

	/* Each is taken in every case, so that what failed is not handed on. */
	if (tally__json_put(entry, "matchers", matchers) != 0 || status != 0)
		status = TALLY_ENOMEM;
	if (tally__json_put(body, "$", entry) != 0 || status != 0)
		status = TALLY_ENOMEM;
	if (tally__json_put(rules, "body", body) != 0 || status != 0) {
		cJSON_Delete(rules);
		return NULL;
	}
	return rules;
}

static void search_alternative(struct alternative *alternative, const cJSON *rule,
			       const cJSON *rules, const cJSON *own)
{
	const struct response expected = {
		.status = 200,
		.body = {.state = BODY_PRESENT, .content_type = "application/json", .json = own},
		.matching_rules = rules};
	struct lint_selection *found = &alternative->search.found;
	struct lint *lint = found->lint;
	int status = tally__matcher_new_response(&alternative->matcher, &expected, NULL);

	if (status == TALLY_ENOMEM)
		lint->status = status;
	/* Rules that cannot be used are told of elsewhere. */
	if (status == 0 && !tally__matcher_invalid(alternative->matcher)) {
		found->each = try_node;
		search_all(&alternative->search);
		if (!found->done && !found->gave_up && lint->status == 0)
			tally__lint_add(
				lint, LINT_VARIANT_NOT_EXERCISED, NULL,
				"one of several rules is enough at %s, but no example of a "
				"%s satisfies \"%s\": add an interaction with such a value",
				shown_path(&alternative->search), alternative->search.what,
				tally__lint_shown(lint, tally__json_get_string(rule, "match"), 60));
	}
	tally__matcher_free(alternative->matcher);
}

static void lint_alternative(const struct search *search, const cJSON *rule, const cJSON *own)
{
	struct alternative alternative = {.search = *search};
	struct lint *lint = search->found.lint;
	const char *name = tally__json_get_string(rule, "match");
	cJSON *rules;
	struct buf key;
	bool first;

	if (!name || !tally__rule_is_known(name) || strcmp(name, "null") == 0)
		return;
	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	if (tally__json_add(&key, rule, TALLY_JSON_COMPACT) == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	first = key.status == 0 && is_first(&alternative.search, key.bytes);
	tally__buf_release(&key);
	if (!first || lint->status != 0)
		return;
	rules = rules_of(rule);
	if (rules)
		search_alternative(&alternative, rule, rules, own);
	else
		lint->status = TALLY_ENOMEM;
	cJSON_Delete(rules);
}

/* Those that are no null; where all examples are null, that is said already. */
static void lint_alternatives(const struct search *search, const cJSON *matchers,
			      const cJSON *example)
{
	struct lint_selection own = {.lint = search->found.lint, .steps = search->found.steps};

	if (!matchers->child || !matchers->child->next)
		return;
	tally__lint_select(&own, example, &search->path);
	if (own.nodes == own.nulls)
		return;
	for (const cJSON *rule = matchers->child; rule && own.lint->status == 0; rule = rule->next)
		lint_alternative(search, rule, own.first);
}

void tally__lint_variants(struct lint *lint, enum lint_side side, const cJSON *entry,
			  const cJSON *example)
{
	const char *combine = tally__json_get_string(entry, "combine");
	const cJSON *matchers = tally__json_get(entry, "matchers");
	const bool is_or = combine && tally__text_equal_nocase(combine, "OR");
	struct search search = {.found = {.lint = lint, .steps = &lint->variant_steps},
				.text = entry->string};

	if (*entry->string != '$' || (!is_or && !lets_be_absent(entry)) || lint->status != 0 ||
	    !tally__lint_path(lint, &search.path, entry->string))
		return;
	search.what = group_name(lint, side, lint->interaction);
	if (search.what)
		search.group = tally__map_get(&lint->groups, search.what, strlen(search.what));
	if (!search.group)
		return;
	if (is_or && tally__lint_has_rule(entry, "null"))
		lint_nullable(search);
	if (is_or && matchers && lint->status == 0)
		lint_alternatives(&search, matchers, example);
	if (lets_be_absent(entry) && lint->status == 0)
		lint_absent(&search);
}
