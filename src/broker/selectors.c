#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "broker/records.h"
#include "broker/selectors.h"

enum member_type {
	FLAG,   /* true or false */
	YES,    /* true alone */
	NAME,   /* a text that is not blank */
	BRANCH, /* such a text, or true */
};

/* Members choose by history or by what runs somewhere; the two do not mix. */
enum family { ANY, HISTORY, RUNNING };

enum member {
	CONSUMER,
	LATEST,
	TAG,
	FALLBACK_TAG,
	BRANCH_NAME,
	FALLBACK_BRANCH,
	MAIN_BRANCH,
	MATCHING_BRANCH,
	DEPLOYED,
	RELEASED,
	DEPLOYED_OR_RELEASED,
	ENVIRONMENT,
	MEMBERS
};

static const struct {
	const char *name;
	enum member_type type;
	enum family family;
} members[MEMBERS] = {
	[CONSUMER] = {"consumer", NAME, ANY},
	[LATEST] = {"latest", FLAG, HISTORY},
	[TAG] = {"tag", NAME, HISTORY},
	[FALLBACK_TAG] = {"fallbackTag", NAME, HISTORY},
	[BRANCH_NAME] = {"branch", BRANCH, HISTORY},
	[FALLBACK_BRANCH] = {"fallbackBranch", NAME, HISTORY},
	[MAIN_BRANCH] = {"mainBranch", YES, HISTORY},
	[MATCHING_BRANCH] = {"matchingBranch", YES, HISTORY},
	[DEPLOYED] = {"deployed", YES, RUNNING},
	[RELEASED] = {"released", YES, RUNNING},
	[DEPLOYED_OR_RELEASED] = {"deployedOrReleased", YES, RUNNING},
	[ENVIRONMENT] = {"environment", NAME, RUNNING},
};

/* A selector while it is read: its members by number, NULL those that are not there. */
struct reading {
	const char *where;
	const struct tally_verification_query *query;
	const cJSON *members[MEMBERS];
};

static bool has(const struct reading *reading, enum member member)
{
	return reading->members[member] != NULL;
}

static bool is_true(const struct reading *reading, enum member member)
{
	return cJSON_IsTrue(reading->members[member]);
}

static const char *text_of(const struct reading *reading, enum member member)
{
	return cJSON_IsString(reading->members[member]) ? reading->members[member]->valuestring
							: NULL;
}

static int refuse(const struct reading *reading, struct tally_error *error, const char *message)
{
	return tally__fail_at(error, TALLY_EINVAL, reading->where, 0, 0, "%s", message);
}

static bool is_name(const cJSON *json)
{
	return cJSON_IsString(json) &&
	       json->valuestring[strspn(json->valuestring, " \t\r\n")] != '\0';
}

static int check_type(const struct reading *reading, enum member member, struct tally_error *error)
{
	const cJSON *json = reading->members[member];
	const char *expected = NULL;
	int status = 0;

	switch (members[member].type) {
	case FLAG:
		expected = cJSON_IsBool(json) ? NULL : "true or false";
		break;
	case YES:
		expected = cJSON_IsTrue(json) ? NULL : "true (leave it out otherwise)";
		break;
	case NAME:
		expected = is_name(json) ? NULL : "a text that is not blank";
		break;
	case BRANCH:
		expected = is_name(json) || cJSON_IsTrue(json)
				   ? NULL
				   : "the name of a branch, or true for every branch";
		break;
	}
	if (expected != NULL)
		return tally__fail_at(error, TALLY_EINVAL, reading->where, 0, 0,
				      "\"%s\" should be %s", members[member].name, expected);
	if (cJSON_IsString(json))
		status = tally__name_check(json->valuestring, members[member].name, error);
	if (status != 0)
		tally__error_where(error, reading->where);
	return status;
}

static int take_member(struct reading *reading, const cJSON *json, struct tally_error *error)
{
	for (int member = 0; member < MEMBERS; member++) {
		if (strcmp(json->string, members[member].name) != 0)
			continue;
		reading->members[member] = json;
		return check_type(reading, (enum member)member, error);
	}
	return tally__fail_at(error, TALLY_EINVAL, reading->where, 0, 0,
			      "no selector has a member \"%.60s\": expected consumer, latest, tag, "
			      "fallbackTag, branch, fallbackBranch, mainBranch, matchingBranch, "
			      "deployed, released, deployedOrReleased or environment",
			      json->string);
}

static int take_members(struct reading *reading, const cJSON *json, struct tally_error *error)
{
	const cJSON *member;

	if (!cJSON_IsObject(json))
		return refuse(reading, error,
			      "a selector should be an object, such as {\"mainBranch\": true}");
	cJSON_ArrayForEach(member, json)
	{
		/* Clients write null for what they leave out. */
		int status = cJSON_IsNull(member) ? 0 : take_member(reading, member, error);

		if (status != 0)
			return status;
	}
	return 0;
}

/* The first member of that family, or MEMBERS. */
static enum member first_of(const struct reading *reading, enum family family)
{
	int member = 0;

	while (member < MEMBERS &&
	       (members[member].family != family || reading->members[member] == NULL))
		member++;
	return (enum member)member;
}

static int check_families(const struct reading *reading, struct tally_error *error)
{
	enum member history = first_of(reading, HISTORY), running = first_of(reading, RUNNING);

	if (history == MEMBERS || running == MEMBERS)
		return 0;
	return tally__fail_at(
		error, TALLY_EINVAL, reading->where, 0, 0,
		"\"%s\" and \"%s\" cannot stand in one selector: the first chooses by "
		"branches and tags, the second by what runs in environments; make two",
		members[history].name, members[running].name);
}

/* Whether a member stands beside others than `consumer` and one more. */
static bool stands_with_others(const struct reading *reading, enum member member, enum member also)
{
	for (int other = 0; other < MEMBERS; other++) {
		if (other != CONSUMER && other != (int)member && other != (int)also &&
		    reading->members[other] != NULL)
			return true;
	}
	return false;
}

static int check_branches(const struct reading *reading, struct tally_error *error)
{
	bool not_latest = cJSON_IsFalse(reading->members[LATEST]);

	if (has(reading, MAIN_BRANCH) &&
	    (not_latest || stands_with_others(reading, MAIN_BRANCH, LATEST)))
		return refuse(reading, error,
			      "\"mainBranch\" stands alone, or with \"consumer\" and \"latest\": "
			      "true; make another selector for the rest");
	if (has(reading, MATCHING_BRANCH) &&
	    stands_with_others(reading, MATCHING_BRANCH, MATCHING_BRANCH))
		return refuse(reading, error,
			      "\"matchingBranch\" stands alone, or with \"consumer\"; make another "
			      "selector for the rest");
	if (has(reading, MATCHING_BRANCH) && reading->query->provider_branch == NULL)
		return refuse(reading, error,
			      "\"matchingBranch\" needs the provider's branch: give it "
			      "(--provider-branch)");
	if (has(reading, TAG) && has(reading, BRANCH_NAME))
		return refuse(reading, error,
			      "\"tag\" and \"branch\" cannot stand in one selector; make two");
	if (has(reading, BRANCH_NAME) && not_latest)
		return refuse(reading, error,
			      "\"branch\" chooses the head of a branch: \"latest\": false cannot "
			      "stand beside it");
	return 0;
}

static int check_fallbacks(const struct reading *reading, struct tally_error *error)
{
	if (has(reading, FALLBACK_TAG) && (!has(reading, TAG) || !is_true(reading, LATEST)))
		return refuse(
			reading, error,
			"\"fallbackTag\" takes the place of a newest version with a tag: give "
			"\"tag\" and \"latest\": true, too");
	if (has(reading, FALLBACK_BRANCH) && text_of(reading, BRANCH_NAME) == NULL)
		return refuse(
			reading, error,
			"\"fallbackBranch\" takes the place of the head of a branch: give the "
			"name of a \"branch\", too");
	return 0;
}

static int check_running(const struct reading *reading, struct tally_error *error)
{
	if (has(reading, DEPLOYED) + has(reading, RELEASED) + has(reading, DEPLOYED_OR_RELEASED) >
	    1)
		return refuse(
			reading, error,
			"only one of \"deployed\", \"released\" and \"deployedOrReleased\" can "
			"stand in a selector: the last is for both");
	return 0;
}

static int check_something(const struct reading *reading, struct tally_error *error)
{
	if (has(reading, MAIN_BRANCH) || has(reading, TAG) || has(reading, BRANCH_NAME) ||
	    has(reading, MATCHING_BRANCH) || is_true(reading, LATEST) ||
	    first_of(reading, RUNNING) != MEMBERS)
		return 0;
	return refuse(reading, error,
		      "this selector chooses nothing: give one of mainBranch, matchingBranch, "
		      "branch, tag, deployed, released, deployedOrReleased, environment or "
		      "\"latest\": true");
}

static int check_together(const struct reading *reading, struct tally_error *error)
{
	int status = check_something(reading, error);

	if (status == 0)
		status = check_families(reading, error);
	if (status == 0)
		status = check_branches(reading, error);
	if (status == 0)
		status = check_fallbacks(reading, error);
	return status != 0 ? status : check_running(reading, error);
}

static void choose_kind(struct selector *selector, const struct reading *reading)
{
	bool both = has(reading, DEPLOYED_OR_RELEASED);

	if (first_of(reading, RUNNING) != MEMBERS) {
		selector->kind = SELECT_RUNNING;
		both |= !has(reading, DEPLOYED) && !has(reading, RELEASED);
		selector->deployed = both || has(reading, DEPLOYED);
		selector->released = both || has(reading, RELEASED);
	} else if (has(reading, MAIN_BRANCH)) {
		selector->kind = SELECT_MAIN_BRANCH;
	} else if (has(reading, MATCHING_BRANCH)) {
		selector->kind = SELECT_BRANCH;
		selector->branch = reading->query->provider_branch;
		selector->matching = true;
	} else if (has(reading, BRANCH_NAME)) {
		selector->kind = selector->branch != NULL ? SELECT_BRANCH : SELECT_EVERY_BRANCH;
	} else if (has(reading, TAG)) {
		selector->kind = is_true(reading, LATEST) ? SELECT_TAG_NEWEST : SELECT_TAG_ALL;
	} else {
		selector->kind = SELECT_NEWEST;
	}
}

static int read_selector(struct selector *selector, const char *where,
			 const struct tally_verification_query *query, const cJSON *json,
			 struct tally_error *error)
{
	struct reading reading = {.where = where, .query = query};
	int status = take_members(&reading, json, error);

	if (status == 0)
		status = check_together(&reading, error);
	if (status != 0)
		return status;
	*selector = (struct selector){
		.where = where,
		.consumer = text_of(&reading, CONSUMER),
		.branch = text_of(&reading, BRANCH_NAME),
		.tag = text_of(&reading, TAG),
		.environment = text_of(&reading, ENVIRONMENT),
	};
	selector->fallback = selector->branch != NULL ? text_of(&reading, FALLBACK_BRANCH)
						      : text_of(&reading, FALLBACK_TAG);
	choose_kind(selector, &reading);
	return 0;
}

int tally__selectors_read(struct selectors *selectors, struct arena *arena,
			  const struct tally_verification_query *query, struct tally_error *error)
{
	const cJSON *json;
	int count = cJSON_GetArraySize(query->selectors);

	*selectors = (struct selectors){0};
	if (query->selectors != NULL && !cJSON_IsArray(query->selectors))
		return tally__fail_at(error, TALLY_EINVAL, "selectors", 0, 0,
				      "selectors should be an array of objects, such as "
				      "[{\"mainBranch\": true}]");
	if (count > LIMIT_SELECTORS)
		return tally__fail_at(error, TALLY_ELIMIT, "selectors", 0, 0,
				      "%d selectors are more than the %d that one question may "
				      "have: join those that differ in \"consumer\" alone",
				      count, LIMIT_SELECTORS);
	selectors->items =
		tally__arena_alloc_array(arena, (size_t)count + 1, sizeof *selectors->items);
	if (selectors->items == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(json, query->selectors)
	{
		const char *where = tally__arena_printf(arena, "selectors[%zu]", selectors->count);
		int status = where == NULL ? tally__fail_nomem(error)
					   : read_selector(&selectors->items[selectors->count],
							   where, query, json, error);

		if (status != 0)
			return status;
		selectors->count++;
	}
	return 0;
}

static void describe_running(const struct selector *selector, struct buf *out)
{
	tally__buf_addf(out, "what is %s",
			!selector->released   ? "deployed"
			: !selector->deployed ? "released"
					      : "deployed or released");
	if (selector->environment != NULL)
		tally__buf_addf(out, " in %s", selector->environment);
	else
		tally__buf_adds(out, " anywhere");
}

void tally__selector_describe(const struct selector *selector, struct buf *out)
{
	switch (selector->kind) {
	case SELECT_NEWEST:
		tally__buf_adds(out, "the newest version with a contract");
		break;
	case SELECT_MAIN_BRANCH:
		tally__buf_adds(out, "the head of the main branch");
		break;
	case SELECT_BRANCH:
		tally__buf_addf(out, "the head of branch %s%s", selector->branch,
				selector->matching ? ", as the provider's" : "");
		break;
	case SELECT_EVERY_BRANCH:
		tally__buf_adds(out, "the head of every branch");
		break;
	case SELECT_TAG_NEWEST:
		tally__buf_addf(out, "the newest version with tag %s", selector->tag);
		break;
	case SELECT_TAG_ALL:
		tally__buf_addf(out, "every version with tag %s", selector->tag);
		break;
	case SELECT_RUNNING:
		describe_running(selector, out);
		break;
	}
	if (selector->fallback != NULL)
		tally__buf_addf(out, ", or else of %s %s",
				selector->kind == SELECT_BRANCH ? "branch" : "tag",
				selector->fallback);
	if (selector->consumer != NULL)
		tally__buf_addf(out, ", of %s", selector->consumer);
}
