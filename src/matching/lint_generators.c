/* Generators that cannot be used, and those whose values the rules beside them refuse. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "contract/inline.h"
#include "matching/generator.h"
#include "matching/lint.h"
#include "tally/match.h"

/* Texts are tried as the value of a header "x", whose mismatches begin like this. */
#define TRIED_HEADER "Mismatch with header 'x': "

/* Values that are made of a generator to be shown to the rule beside it. */
enum { SAMPLES = 16 };

/* What a comparison of one value costs, in the steps that linting may take. */
enum { SAMPLE_STEPS = 200 };

/* The generators of one category, and what stands at the same places. */
struct group {
	struct lint *lint;
	unsigned modes;
	const cJSON *rules;   /* the category's rules, or NULL */
	const cJSON *example; /* a tree, or NULL */
	bool is_text;         /* values are compared as text: headers, queries, paths */
	bool is_tree;         /* places are paths into the example */
};

/* ---- a value against the rule beside it ---- */

/* {"headers": {"x": value}} or {"body": {"content": value}}: takes `value`. */
static cJSON *part_of(cJSON *value, bool is_text)
{
	cJSON *part = cJSON_CreateObject();
	cJSON *inner = cJSON_CreateObject();
	int status = tally__json_put(inner, is_text ? "x" : "content", value);

	if (status == 0 && !is_text)
		status = tally__json_put(inner, "contentType",
					 cJSON_CreateString("application/json"));
	if (status != 0) {
		cJSON_Delete(inner);
		inner = NULL;
	}
	if (tally__json_put(part, is_text ? "headers" : "body", inner) != 0) {
		cJSON_Delete(part);
		return NULL;
	}
	return part;
}

/* The same with the rule that is to be tried. */
static cJSON *expected_of(cJSON *value, const cJSON *entry, bool is_text)
{
	cJSON *part = part_of(value, is_text);
	cJSON *rules = cJSON_CreateObject();
	cJSON *category = cJSON_CreateObject();
	int status = tally__json_put(category, is_text ? "x" : "$", tally__json_clone(entry));

	if (status != 0) {
		cJSON_Delete(category);
		category = NULL;
	}
	status = tally__json_put(rules, is_text ? "header" : "body", category);
	if (status != 0) {
		cJSON_Delete(rules);
		rules = NULL;
	}
	if (!part || tally__json_put(part, "matchingRules", rules) != 0) {
		if (!part)
			cJSON_Delete(rules);
		cJSON_Delete(part);
		return NULL;
	}
	return part;
}

/* Headers are texts, JSON or not. */
static cJSON *shown_value(const cJSON *value, bool is_text)
{
	cJSON *copy = NULL;
	struct buf text;

	if (!is_text || cJSON_IsString(value))
		return tally__json_clone(value);
	tally__buf_init(&text, LIMIT_BODY_BYTES);
	if (tally__json_add(&text, value, TALLY_JSON_COMPACT) == 0)
		copy = cJSON_CreateString(text.bytes);
	tally__buf_release(&text);
	return copy;
}

/* Whether the rule refuses the value; *message is then why.  Rules that cannot be used are found
 * elsewhere. */
static bool is_refused(struct group *group, const cJSON *entry, const cJSON *example,
		       const cJSON *value, const char **message)
{
	cJSON *expected = expected_of(shown_value(example ? example : value, group->is_text), entry,
				      group->is_text);
	cJSON *actual = part_of(shown_value(value, group->is_text), group->is_text);
	cJSON *mismatches = NULL;
	int status = TALLY_ENOMEM;
	bool refused = false;

	if (expected && actual)
		status = tally_match(TALLY_PART_RESPONSE, TALLY_SPEC_V4, expected, actual,
				     &mismatches, NULL, NULL);
	if (status == TALLY_ENOMEM)
		group->lint->status = TALLY_ENOMEM;
	if (status == 0 && mismatches->child) {
		const char *why = tally__json_get_string(mismatches->child, "message");

		refused = true;
		why = why ? why : "";
		/* Its place is told of beside it. */
		if (strncmp(why, TRIED_HEADER, strlen(TRIED_HEADER)) == 0)
			why += strlen(TRIED_HEADER);
		*message = tally__lint_shown(group->lint, why, 300);
	}
	cJSON_Delete(mismatches);
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	return refused;
}

static void check_values(struct group *group, const char *place, const struct generator *generator,
			 const cJSON *entry, const cJSON *example)
{
	struct lint *lint = group->lint;
	struct random random;
	struct generator_context context = {.random = &random,
					    .mock_server_url = "http://127.0.0.1:8080"};
	bool done = false;

	context.mode = group->modes & GENERATOR_CONSUMER ? GENERATOR_CONSUMER : GENERATOR_PROVIDER;
	tally__random_init(&random, 1);
	for (int i = 0; i < SAMPLES && !done && lint->status == 0; i++) {
		struct tally_error error = TALLY_ERROR_INIT;
		const char *why = NULL;
		cJSON *value = NULL;
		int status = 0;

		if ((lint->steps += SAMPLE_STEPS) > LIMIT_LINT_STEPS)
			return;
		/* From 2000 to 2033. */
		context.now.unix_ms = tally__random_between(&random, INT64_C(946684800000),
							    INT64_C(2000000000000));
		status = tally__generator_value(generator, &context, example, &value, &error);
		if (status == TALLY_ENOMEM) {
			lint->status = status;
		} else if (status != 0) {
			tally__lint_add(lint, LINT_ODD_GENERATOR, NULL,
					"the generator %s at %s gives no value: %s",
					tally__generator_name(generator), place, error.message);
			done = true;
		} else if (entry && is_refused(group, entry, example, value, &why)) {
			tally__lint_add(lint, LINT_GENERATOR_AGAINST_RULE, NULL,
					"the generator %s at %s gives values that the rule there "
					"refuses: %s",
					tally__generator_name(generator), place, why);
			done = true;
		}
		cJSON_Delete(value);
	}
}

/* ---- definitions ---- */

static void lint_mode(struct group *group, const char *place, const struct generator *generator)
{
	if (tally__generator_applies(generator, GENERATOR_CONSUMER))
		tally__lint_add(group->lint, LINT_UNUSED_GENERATOR, NULL,
				"the generator %s at %s is for what a consumer is given, and this "
				"is sent to a provider: it is never used",
				tally__generator_name(generator), place);
	else
		tally__lint_add(group->lint, LINT_UNUSED_GENERATOR, NULL,
				"the generator %s at %s is for what a provider is sent, and this "
				"is given to a consumer: it is never used",
				tally__generator_name(generator), place);
}

static bool applies(const struct group *group, const struct generator *generator)
{
	return (group->modes & GENERATOR_CONSUMER &&
		tally__generator_applies(generator, GENERATOR_CONSUMER)) ||
	       (group->modes & GENERATOR_PROVIDER &&
		tally__generator_applies(generator, GENERATOR_PROVIDER));
}

static void lint_uuid(struct lint *lint, const char *place, const cJSON *json)
{
	static const char *const formats[] = {"simple", "lower-case-hyphenated",
					      "upper-case-hyphenated", "URN"};
	const char *format = tally__json_get_string(json, "format");

	for (size_t i = 0; format && i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(format, formats[i]) == 0)
			return;
	if (format)
		tally__lint_add(lint, LINT_ODD_GENERATOR, NULL,
				"the generator Uuid at %s has the format \"%s\", which is taken "
				"for lower-case-hyphenated: write simple, lower-case-hyphenated, "
				"upper-case-hyphenated or URN",
				place, tally__lint_shown(lint, format, 60));
}

static void lint_compiled(struct group *group, const char *place, const cJSON *json,
			  const struct generator *generator, const cJSON *entry,
			  const cJSON *example)
{
	struct lint *lint = group->lint;
	const char *name = tally__generator_name(generator);

	if (tally__generator_invalid(generator)) {
		tally__lint_add(lint, LINT_BAD_GENERATOR, NULL,
				"the generator at %s cannot be used: %s", place,
				tally__generator_invalid(generator));
	} else if (!tally__generator_is_known(generator) && tally__generator_nearest(name)) {
		tally__lint_add(lint, LINT_MISSPELT_GENERATOR, NULL,
				"the specification has no generator \"%s\" (at %s): did you mean "
				"\"%s\"? The example stays as it is",
				tally__lint_shown(lint, name, 60), place,
				tally__generator_nearest(name));
	} else if (!tally__generator_is_known(generator)) {
		tally__lint_add(lint, LINT_UNKNOWN_GENERATOR, NULL,
				"the specification has no generator \"%s\" (at %s): the example "
				"stays as it is",
				tally__lint_shown(lint, name, 60), place);
	} else if (!applies(group, generator)) {
		lint_mode(group, place, generator);
	} else if (strcmp(name, "ProviderState") != 0) {
		if (strcmp(name, "Uuid") == 0)
			lint_uuid(lint, place, json);
		check_values(group, place, generator, entry, example);
	}
}

/* One definition, with the rule and the example at its place (each may be NULL). */
static void lint_definition(struct group *group, const char *place, const cJSON *json,
			    const cJSON *entry, const cJSON *example)
{
	struct generator *generator = NULL;

	if (group->lint->status != 0)
		return;
	if (tally__generator_new(&generator, json, NULL) != 0) {
		group->lint->status = TALLY_ENOMEM;
		return;
	}
	lint_compiled(group, tally__lint_shown(group->lint, place, 100), json, generator, entry,
		      example);
	tally__generator_free(generator);
}

static void lint_group(struct group *group, const cJSON *category)
{
	struct json_index index;

	if (tally__json_index_init(&index, group->rules) != 0) {
		group->lint->status = TALLY_ENOMEM;
		return;
	}
	for (const cJSON *json = category->child; json && group->lint->status == 0;
	     json = json->next) {
		const char *place = json->string ? json->string : "";
		size_t mark = tally__lint_enter_place(group->lint, place);
		const cJSON *example =
			group->example && group->is_tree
				? tally__lint_find(group->lint, group->example, place)
				: NULL;

		if (group->example && group->is_tree && *place == '$' && !example &&
		    group->lint->steps <= LIMIT_LINT_STEPS)
			tally__lint_add(group->lint, LINT_GENERATOR_WITHOUT_EXAMPLE, NULL,
					"nothing in the example is at %s: the generator is never "
					"used",
					tally__lint_shown(group->lint, place, 100));
		lint_definition(group, place, json, tally__json_index_get(&index, place), example);
		tally__buf_truncate(&group->lint->pointer, mark);
	}
	tally__json_index_release(&index);
}

/* In which modes the values of a part are made. */
static unsigned modes_of(enum lint_side side)
{
	switch (side) {
	case LINT_REQUEST:
	case LINT_SYNC_REQUEST:
		return GENERATOR_PROVIDER;
	case LINT_RESPONSE:
	case LINT_SYNC_RESPONSE:
		return GENERATOR_CONSUMER;
	default:
		return GENERATOR_CONSUMER | GENERATOR_PROVIDER;
	}
}

static void lint_category(struct lint *lint, const struct lint_part *part, const cJSON *category)
{
	const char *name = category->string;
	struct group group = {.lint = lint,
			      .modes = modes_of(part->side),
			      .rules = tally__json_get(part->rules, name)};

	if (strcmp(name, "body") == 0) {
		group.is_tree = true;
		group.example = part->body->json;
	} else if (strcmp(name, "metadata") != 0) {
		group.is_text = true;
	}
	if (cJSON_IsString(tally__json_get(category, "type")))
		/* A status is no text; rules for it have tests of their own. */
		lint_definition(&group, name, category,
				strcmp(name, "status") == 0 ? NULL : group.rules, NULL);
	else
		lint_group(&group, category);
}

/* Generators stand at places, and are applied to what is there. */
static void lint_each(struct lint *lint, const char *place, const cJSON *rule)
{
	const char *name = tally__json_get_string(rule, "match");

	if (name && tally__json_get(rule, "generator"))
		tally__lint_add(lint, LINT_UNUSED_GENERATOR, NULL,
				"the generator inside the rule %s at %s is never used: give the "
				"values one of their own in \"generators\", with a path such as "
				"$.map.*",
				tally__lint_shown(lint, name, 60),
				tally__lint_shown(lint, place, 100));
}

/* Those of the variants of arrayContains, whose paths begin at the variant. */
static void lint_variants(struct lint *lint, const struct lint_part *part, const cJSON *entry)
{
	const cJSON *matchers = tally__json_get(entry, "matchers");

	for (const cJSON *rule = matchers ? matchers->child : NULL; rule; rule = rule->next) {
		const cJSON *variants = tally__json_get(rule, "variants");

		lint_each(lint, entry->string ? entry->string : "", rule);
		for (const cJSON *variant = variants ? variants->child : NULL; variant;
		     variant = variant->next) {
			const cJSON *generators = tally__json_get(variant, "generators");
			struct group group = {.lint = lint,
					      .modes = modes_of(part->side),
					      .is_tree = true,
					      .rules = tally__json_get(variant, "rules")};

			if (generators)
				lint_group(&group, generators);
		}
	}
}

void tally__lint_generators(struct lint *lint, const struct lint_part *part)
{
	const cJSON *body = tally__json_get(part->rules, "body");

	for (const cJSON *entry = body ? body->child : NULL; entry; entry = entry->next)
		lint_variants(lint, part, entry);
	for (const cJSON *category = part->generators ? part->generators->child : NULL; category;
	     category = category->next) {
		size_t mark =
			tally__lint_enter_category(lint, part, "generators", category->string);

		if (tally__lint_is_category(category->string))
			lint_category(lint, part, category);
		else
			tally__lint_add(lint, LINT_UNKNOWN_CATEGORY, NULL,
					"the specification has no category \"%s\" of generators",
					tally__lint_shown(lint, category->string, 60));
		tally__buf_truncate(&lint->pointer, mark);
	}
}
