/* Matching rules and generators: the flat form of version 2 is lifted to the categories of versions
 * 3 and 4, and the spellings of these are made one. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/rules_lift.h"

static const struct {
	const char *spelling;
	const char *name;
	enum category_form form;
} categories[] = {
	{"body", "body", FORM_PATHS},      {"content", "body", FORM_PATHS},
	{"contents", "body", FORM_PATHS},  {"header", "header", FORM_NAMES},
	{"headers", "header", FORM_NAMES}, {"metadata", "metadata", FORM_PATHS},
	{"method", "method", FORM_SINGLE}, {"path", "path", FORM_SINGLE},
	{"query", "query", FORM_NAMES},    {"status", "status", FORM_SINGLE},
};

/* A category that is not known keeps its name: lint speaks of it, matching leaves it alone. */
const char *tally__category_name(const char *spelling, enum category_form *form)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(*categories); i++) {
		if (tally__text_equal_nocase(categories[i].spelling, spelling)) {
			*form = categories[i].form;
			return categories[i].name;
		}
	}
	*form = FORM_PATHS;
	return spelling;
}

/* The first member tells the flat form from categories: one with this name would be written as
 * something that cannot be read again. */
int tally__lifter_refuse_category(const struct lifter *lifter, const char *where, const char *name)
{
	return tally__reader_failf(lifter->reader, where,
				   "expected a category such as body, header, query or path, found "
				   "\"%s\"",
				   tally__text_shown(lifter->reader->arena, name, 60));
}

static int check_category_count(struct lifter *lifter)
{
	if (++lifter->category_count <= LIMIT_RULE_CATEGORIES)
		return 0;
	return tally__fail(lifter->reader->error, TALLY_ELIMIT,
			   "more than %d categories of matching rules in one part",
			   LIMIT_RULE_CATEGORIES);
}

int tally__lifter_count(struct lifter *lifter)
{
	if (++lifter->count <= LIMIT_RULES)
		return 0;
	return tally__fail(lifter->reader->error, TALLY_ELIMIT,
			   "more than %d matching rules in one part", LIMIT_RULES);
}

static int put(const struct reader *reader, cJSON *object, const char *name, cJSON *item)
{
	return tally__json_put(object, name, item) ? tally__fail_nomem(reader->error) : 0;
}

/* {"combine": "AND", "matchers": []}, with the (lent) list in *matchers. */
cJSON *tally__rule_entry_new(cJSON **matchers)
{
	cJSON *entry = cJSON_CreateObject();

	*matchers = cJSON_CreateArray();
	if (!entry || tally__json_put(entry, "combine", cJSON_CreateString("AND")) != 0) {
		cJSON_Delete(*matchers);
		cJSON_Delete(entry);
		return NULL;
	}
	if (tally__json_put(entry, "matchers", *matchers) != 0) {
		cJSON_Delete(entry);
		return NULL;
	}
	return entry;
}

/* The object of a category in the result, made when it is not there; NULL with the error filled. */
cJSON *tally__lifter_category(struct lifter *lifter, const char *name)
{
	cJSON *category = tally__json_get(lifter->out, name);

	if (category)
		return category;
	if (check_category_count(lifter) != 0)
		return NULL;
	category = cJSON_CreateObject();
	if (tally__json_put(lifter->out, name, category) == 0)
		return category;
	tally__fail_nomem(lifter->reader->error);
	return NULL;
}

int tally__lifter_category_failure(const struct lifter *lifter)
{
	return lifter->category_count > LIMIT_RULE_CATEGORIES ? TALLY_ELIMIT : TALLY_ENOMEM;
}

/* ---- The category form ---- */

static bool is_rule(const cJSON *object)
{
	static const char *const names[] = {"match", "regex",     "min",  "max",
					    "date",  "timestamp", "time", "datetime"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (tally__json_get(object, names[i]))
			return true;
	return false;
}

/* Something is wrong with the entry `name` of a category, or with the category's own (NULL). */
static int fail_entry(const struct lifter *lifter, const char *category, const char *name,
		      const cJSON *found, const char *expected)
{
	const char *where =
		name ? tally__arena_printf(lifter->reader->arena, "%s[\"%s\"]", category, name)
		     : category;

	return where ? tally__reader_fail(lifter->reader, where, found, expected)
		     : tally__fail_nomem(lifter->reader->error);
}

/* Moves an entry (detached; taken in every case) into `target`, under `own_name` when it has one,
 * else under its own; a bare rule is put into a list. */
static int take_entry(struct lifter *lifter, cJSON *target, const char *category,
		      const char *own_name, cJSON *entry)
{
	const char *name = own_name ? NULL : entry->string;
	cJSON *matchers = cJSON_IsObject(entry) ? tally__json_get(entry, "matchers") : NULL;
	bool has_list = matchers && cJSON_IsArray(matchers);
	/* An entry without rules counts as one, so that there are not too many of these either. */
	int status = has_list && matchers->child ? 0 : tally__lifter_count(lifter);

	if (status != 0)
		goto out;
	if (has_list) {
		for (const cJSON *rule = matchers->child; rule && status == 0; rule = rule->next) {
			status = tally__lifter_count(lifter);
			if (status == 0 && !cJSON_IsObject(rule))
				status = fail_entry(lifter, category, name, rule,
						    "a list of rules (objects)");
		}
		if (status == 0 && !tally__json_get(entry, "combine"))
			status = put(lifter->reader, entry, "combine", cJSON_CreateString("AND"));
	} else if (cJSON_IsObject(entry) && !matchers && is_rule(entry)) {
		cJSON *wrapped = tally__rule_entry_new(&matchers);

		if (wrapped) {
			cJSON_AddItemToArray(matchers, entry);
			entry = wrapped;
		} else {
			status = tally__fail_nomem(lifter->reader->error);
		}
	} else {
		status = fail_entry(lifter, category, name, entry,
				    "an object with a list of \"matchers\"");
	}
out:
	if (status != 0) {
		cJSON_Delete(entry);
		return status;
	}
	if (own_name || !entry->string || (entry->type & cJSON_StringIsConst))
		return put(lifter->reader, target, own_name ? own_name : name, entry);
	cJSON_AddItemToArray(target, entry); /* keeps its name */
	return 0;
}

/* A category without names holds its entry itself, or below "" or "$". */
static int lift_single(struct lifter *lifter, const char *name, cJSON *value)
{
	cJSON *entry = tally__json_get(value, "$");

	if (!entry)
		entry = tally__json_get(value, "");
	if (entry) {
		cJSON_DetachItemViaPointer(value, entry);
		cJSON_Delete(value);
	} else {
		entry = value;
	}
	return take_entry(lifter, lifter->out, name, name, entry);
}

static int lift_named(struct lifter *lifter, const char *name, enum category_form form,
		      cJSON *value)
{
	cJSON *category = tally__lifter_category(lifter, name);
	int status = category ? 0 : tally__lifter_category_failure(lifter);

	if (status == 0 && cJSON_IsArray(tally__json_get(value, "matchers")))
		return take_entry(lifter, category, name, form == FORM_PATHS ? "$" : "", value);
	while (status == 0 && value->child)
		status = take_entry(lifter, category, name, NULL,
				    cJSON_DetachItemViaPointer(value, value->child));
	cJSON_Delete(value);
	return status;
}

static int lift_categories(struct lifter *lifter, cJSON *rules)
{
	while (rules->child) {
		cJSON *value = rules->child;
		enum category_form form;
		const char *spelling = tally__arena_strdup(lifter->reader->arena, value->string);
		const char *name = spelling ? tally__category_name(spelling, &form) : NULL;
		int status;

		if (!name)
			return tally__fail_nomem(lifter->reader->error);
		if (*name == '$')
			return tally__lifter_refuse_category(lifter, name, name);
		if (!cJSON_IsObject(value))
			return tally__reader_fail(lifter->reader, name, value, "an object");
		if (tally__json_get(lifter->out, name))
			return tally__reader_failf(lifter->reader, spelling,
						   "the rules of \"%s\" stand there twice, under "
						   "two spellings: keep one",
						   name);
		cJSON_DetachItemViaPointer(rules, value);
		/* A category without rules says nothing, and should make no difference. */
		if (!value->child) {
			cJSON_Delete(value);
			continue;
		}
		status = form == FORM_SINGLE ? lift_single(lifter, name, value)
					     : lift_named(lifter, name, form, value);
		if (status != 0)
			return status;
	}
	return 0;
}

int tally__reader_rules(const struct reader *reader, cJSON *owner, const cJSON **out)
{
	cJSON *rules = NULL;
	struct reader inner = *reader;
	struct lifter lifter = {.reader = &inner};
	int status = tally__reader_object(reader, owner, "matchingRules", &rules);

	if (status != 0 || !rules || !rules->child)
		return status;
	inner.within = "matchingRules";
	lifter.out = cJSON_CreateObject();
	if (!lifter.out)
		return tally__fail_nomem(reader->error);
	tally__map_init(&lifter.lists);
	status = *rules->child->string == '$' ? tally__lifter_take_flat(&lifter, rules)
					      : lift_categories(&lifter, rules);
	tally__map_release(&lifter.lists);
	if (status != 0) {
		cJSON_Delete(lifter.out);
		return status;
	}
	status = tally__reader_own(reader, owner, lifter.out);
	if (status == 0 && lifter.out->child)
		*out = lifter.out;
	return status;
}

/* Puts one category (taken in every case) under its name. */
static int lift_generators(const struct reader *reader, cJSON *lifted, cJSON *value)
{
	enum category_form form;
	const char *spelling = tally__arena_strdup(reader->arena, value->string);
	const char *name;

	if (!spelling || (cJSON_IsObject(value) && !value->child)) {
		cJSON_Delete(value);
		return spelling ? 0 : tally__fail_nomem(reader->error);
	}
	name = tally__category_name(spelling, &form);
	if (!tally__json_get(lifted, name))
		return put(reader, lifted, name, value);
	cJSON_Delete(value);
	return tally__reader_failf(reader, "generators",
				   "the generators of \"%s\" stand there twice, under two "
				   "spellings: keep one",
				   name);
}

int tally__reader_generators(const struct reader *reader, cJSON *owner, const cJSON **out)
{
	cJSON *generators = NULL;
	cJSON *lifted;
	size_t count = 0;
	int status = tally__reader_object(reader, owner, "generators", &generators);

	if (status != 0 || !generators || !generators->child)
		return status;
	lifted = cJSON_CreateObject();
	if (!lifted)
		return tally__fail_nomem(reader->error);
	while (status == 0 && generators->child) {
		if (++count > LIMIT_RULE_CATEGORIES)
			status = tally__fail(reader->error, TALLY_ELIMIT,
					     "more than %d categories of generators in one part",
					     LIMIT_RULE_CATEGORIES);
		else
			status = lift_generators(
				reader, lifted,
				cJSON_DetachItemViaPointer(generators, generators->child));
	}
	if (status != 0) {
		cJSON_Delete(lifted);
		return status;
	}
	status = tally__reader_own(reader, owner, lifted);
	if (status == 0 && lifted->child)
		*out = lifted;
	return status;
}
