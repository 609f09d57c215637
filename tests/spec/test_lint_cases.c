/* Runs the cases of tests/cases/lint; dropping in a file adds tests.
 *
 * A file is named after a rule and is a list of cases, some of which the rule finds something in
 * and some of which it does not.  A case is {"comment", "contracts", "config", "paths", "findings":
 * [rule and JSON pointer of each finding, with its contract in front where there are several],
 * "messages": [what has to stand in them]}.
 *
 * In place of "contracts" a case may have "interactions", of one contract of version "spec" ("3").
 * What an interaction does not say is a GET of "/" that is answered with 200, and JSON where there
 * is a body. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match_case.h"
#include "tally/lint.h"

enum { MAX_CONTRACTS = 8 };

static size_t root_len;
static cJSON *rules_seen; /* names of files */

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name, const char *otherwise)
{
	const char *text = cJSON_GetStringValue(member(object, name));

	return text ? text : otherwise;
}

/* ---- contracts ---- */

/* The member, made when it is missing. */
static cJSON *object_in(cJSON *object, const char *name)
{
	cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);

	return found ? found : cJSON_AddObjectToObject(object, name);
}

static void complete_http(cJSON *interaction)
{
	cJSON *request = object_in(interaction, "request");
	cJSON *response = object_in(interaction, "response");

	if (!member(request, "method"))
		cJSON_AddStringToObject(request, "method", "GET");
	if (!member(request, "path"))
		cJSON_AddStringToObject(request, "path", "/");
	if (!member(response, "status"))
		cJSON_AddNumberToObject(response, "status", 200);
	if (member(request, "body") && !member(request, "headers"))
		cJSON_AddStringToObject(object_in(request, "headers"), "Content-Type",
					"application/json");
	if (member(response, "body") && !member(response, "headers"))
		cJSON_AddStringToObject(object_in(response, "headers"), "Content-Type",
					"application/json");
}

static cJSON *contract_of(const cJSON *interactions, const char *spec)
{
	cJSON *contract = cJSON_CreateObject();
	cJSON *list = cJSON_Duplicate(interactions, true);
	int number = 0;

	for (cJSON *each = list->child; each; each = each->next) {
		char description[32];

		snprintf(description, sizeof description, "interaction %d", ++number);
		if (!member(each, "description"))
			cJSON_AddStringToObject(each, "description", description);
		if (!member(each, "type") && !member(each, "contents"))
			complete_http(each);
	}
	cJSON_AddStringToObject(object_in(contract, "consumer"), "name", "shop");
	cJSON_AddStringToObject(object_in(contract, "provider"), "name", "orders");
	cJSON_AddItemToObject(contract, "interactions", list);
	cJSON_AddStringToObject(object_in(object_in(contract, "metadata"), "pactSpecification"),
				"version", spec);
	return contract;
}

static struct tally_contract *read_contract(const cJSON *json)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract = NULL;
	char *text = NULL;
	size_t len = 0;

	if (tally_json_write(&text, &len, json, TALLY_JSON_COMPACT, &error) != 0 ||
	    tally_expectations_parse(&contract, text, len, &error) != 0)
		printf("# cannot read: %s: %s\n", error.where, error.message);
	tally_free(text);
	return contract;
}

/* What is looked at. */
struct input {
	struct tally_contract *contracts[MAX_CONTRACTS];
	const char *paths[MAX_CONTRACTS];
	size_t count;
	struct tally_lint_options options;
};

static int read_input(const cJSON *test, struct input *out)
{
	const cJSON *given = member(test, "contracts");
	const cJSON *paths = member(test, "paths");
	cJSON *made = given ? NULL
			    : contract_of(member(test, "interactions"), text_of(test, "spec", "3"));
	int good = 1;

	for (const cJSON *each = made ? made : given->child; each && out->count < MAX_CONTRACTS;
	     each = made ? NULL : each->next) {
		out->paths[out->count] =
			cJSON_GetStringValue(cJSON_GetArrayItem(paths, (int)out->count));
		out->contracts[out->count] = read_contract(each);
		good = good && out->contracts[out->count];
		out->count++;
	}
	out->options.config = member(test, "config");
	out->options.paths = out->paths;
	cJSON_Delete(made);
	return good;
}

static int lint(const struct input *input, cJSON **findings, struct tally_error *error)
{
	return tally_lint(&input->options, (const struct tally_contract *const *)input->contracts,
			  input->count, findings, NULL, error);
}

/* ---- checks ---- */

/* "no-minimum /interactions/0", as the case has it. */
static void finding_text(char *out, size_t size, const struct input *input, const cJSON *finding)
{
	const cJSON *index = member(finding, "contract");
	char prefix[16] = "";

	if (input->count > 1 && index)
		snprintf(prefix, sizeof prefix, "%d ", index->valueint);
	snprintf(out, size, "%s%s %s", prefix, text_of(finding, "rule", "?"),
		 text_of(finding, "pointer", "?"));
}

static int is_expected(const struct input *input, const cJSON *test, const cJSON *findings)
{
	const cJSON *wanted = member(test, "findings");
	const cJSON *want = wanted ? wanted->child : NULL;
	int good = 1;

	for (const cJSON *each = findings->child; each; each = each->next) {
		char text[1000];

		finding_text(text, sizeof text, input, each);
		if (!want || strcmp(want->valuestring, text) != 0)
			good = 0;
		if (!good)
			printf("# found %s: %s\n", text, text_of(each, "message", "?"));
		want = want ? want->next : NULL;
	}
	for (; want; want = want->next) {
		printf("# expected %s\n", want->valuestring);
		good = 0;
	}
	return good;
}

static int has_messages(const cJSON *test, const cJSON *findings)
{
	const cJSON *wanted = member(test, "messages");
	int good = 1;

	for (const cJSON *want = wanted ? wanted->child : NULL; want; want = want->next) {
		const cJSON *each = findings->child;

		while (each && !strstr(text_of(each, "message", ""), want->valuestring))
			each = each->next;
		if (!each) {
			printf("# expected a message with \"%s\"\n", want->valuestring);
			good = 0;
		}
	}
	for (const cJSON *each = findings->child; each && !good; each = each->next)
		printf("# found %s\n", text_of(each, "message", "?"));
	return good;
}

/* No finding shows a secret: what "hidden" lists stands in none. */
static int hides(const cJSON *test, const cJSON *findings)
{
	const cJSON *hidden = member(test, "hidden");
	int good = 1;

	for (const cJSON *each = hidden ? hidden->child : NULL; each; each = each->next) {
		for (const cJSON *found = findings->child; found; found = found->next) {
			if (strstr(text_of(found, "message", ""), each->valuestring)) {
				printf("# shown: %s\n", text_of(found, "message", "?"));
				good = 0;
			}
		}
	}
	return good;
}

/* Lets each allocation fail in turn: short memory is said, and takes no finding away. */
static int survives_lack_of_memory(const struct input *input, const cJSON *wanted)
{
	int failed = 1;
	int good = 1;

	for (size_t passes = 0; failed && good; passes++) {
		cJSON *findings = NULL;
		int status = 0;

		tally__mem_fail_after((long)passes);
		status = lint(input, &findings, NULL);
		failed = tally__mem_fail_after(-1) > passes;
		good = status == 0 ? cJSON_Compare(findings, wanted, true)
				   : status == TALLY_ENOMEM && !findings;
		if (!good)
			printf("# status %d after %zu allocations\n", status, passes);
		cJSON_Delete(findings);
	}
	return good;
}

static int found_rule(const cJSON *findings, const char *rule)
{
	for (const cJSON *each = findings->child; each; each = each->next)
		if (strcmp(text_of(each, "rule", ""), rule) == 0)
			return 1;
	return 0;
}

/* Counts the case for its rule: found[1] or found[0]. */
static int check(const cJSON *test, const char *rule, int found[2])
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct input input = {.count = 0};
	cJSON *findings = NULL;
	int good = read_input(test, &input);

	if (good && lint(&input, &findings, &error) != 0) {
		printf("# cannot lint: %s: %s\n", error.where, error.message);
		good = 0;
	}
	if (good) {
		good = is_expected(&input, test, findings);
		good = has_messages(test, findings) && good;
		good = hides(test, findings) && good;
		good = survives_lack_of_memory(&input, findings) && good;
		found[found_rule(findings, rule)]++;
	}
	cJSON_Delete(findings);
	for (size_t i = 0; i < input.count; i++)
		tally_contract_free(input.contracts[i]);
	return good;
}

static void visit(const char *path, struct tap *tap)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const char *name = path + root_len + 1;
	char rule[100];
	char title[300];
	int found[2] = {0, 0};
	cJSON *tests = NULL;

	snprintf(rule, sizeof rule, "%.*s", (int)(strlen(name) - strlen(".json")), name);
	if (tally_json_read_file(&tests, path, &error) != 0)
		printf("# %s: %s\n", path, error.message);
	for (const cJSON *each = tests ? tests->child : NULL; each; each = each->next) {
		int good = check(each, rule, found);

		snprintf(title, sizeof title, "%s: %s", rule, text_of(each, "comment", "?"));
		tap_result(tap, good, title, "");
	}
	snprintf(title, sizeof title, "%s: is found in some cases and not in others", rule);
	tap_result(tap, found[0] > 0 && found[1] > 0, title, "");
	cJSON_AddItemToArray(rules_seen, cJSON_CreateString(rule));
	cJSON_Delete(tests);
}

/* What the program finds itself, and what takes too long to be a case, have tests of their own. */
static int is_tested_elsewhere(const char *rule)
{
	return strcmp(rule, "readable") == 0 || strcmp(rule, "too-large") == 0;
}

static void check_rules(struct tap *tap)
{
	cJSON *rules = NULL;
	int good = tally_lint_rules(NULL, &rules, NULL) == 0;

	for (const cJSON *each = rules ? rules->child : NULL; each; each = each->next) {
		const char *rule = text_of(each, "rule", "?");
		const cJSON *seen = rules_seen->child;

		while (seen && strcmp(seen->valuestring, rule) != 0)
			seen = seen->next;
		if (!seen && !is_tested_elsewhere(rule)) {
			printf("# %s has no cases\n", rule);
			good = 0;
		}
	}
	tap_result(tap, good, "every rule has cases", "");
	cJSON_Delete(rules);
}

int main(void)
{
	const char *source = getenv("TALLY_SRCDIR");
	struct tap tap = {0};
	char root[4096];

	snprintf(root, sizeof root, "%s/tests/cases/lint", source ? source : ".");
	root_len = strlen(root);
	rules_seen = cJSON_CreateArray();
	case_walk(root, visit, &tap);
	check_rules(&tap);
	cJSON_Delete(rules_seen);
	return tap_end(&tap);
}
