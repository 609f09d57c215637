/* The examples of doc/expectations.md and doc/optional-members.md hold.
 *
 * A comment line before a block of JSON says what the block is:
 *   <!-- expectation request -->  a part of expectations; or response
 *   <!-- gives -->                members that the part made of it has in the contract
 *   <!-- contract response -->    a part of a contract
 * Lines "- matches: `body`" and "- refused: `body`" are compared with the part before them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "format/json.h"
#include "linted.h"
#include "tally/contract.h"
#include "tally/match.h"

static const char request_label[] = "request";
static const char response_label[] = "response";

struct page {
	cJSON *part;      /* of a contract: the last that was given or made */
	const char *name; /* of the part: one of the two above */
	size_t made;      /* how many examples of each kind there were */
	size_t compared;
};

static cJSON *parse(const char *text, size_t len)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;

	if (tally_json_parse(&json, text, len, &error) != 0)
		fail_msg("%s in: %.*s", error.message, (int)len, text);
	return json;
}

static char *written(const cJSON *json)
{
	char *text = NULL;

	assert_int_equal(tally_json_write(&text, NULL, json, TALLY_JSON_PRETTY, NULL), 0);
	return text;
}

/* A document of version 3 with one interaction that has this part. */
static char *document(const char *name, const char *part, size_t len)
{
	char *text = NULL;
	cJSON *json;
	struct buf all;

	tally__buf_init(&all, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(
		&all,
		"{\"consumer\":{\"name\":\"a\"},\"provider\":{\"name\":\"b\"},\"metadata\":{"
		"\"pactSpecification\":{\"version\":\"3.0.0\"}},\"interactions\":[{"
		"\"description\":\"d\",\"%s\":{},\"%s\":%.*s}]}",
		name == request_label ? response_label : request_label, name, (int)len, part);
	assert_int_equal(all.status, 0);
	json = parse(all.bytes, all.len);
	text = written(json);
	cJSON_Delete(json);
	tally__buf_release(&all);
	return text;
}

/* No example may fail the rules that stand beside it. */
static void lint(const struct tally_contract *contract)
{
	cJSON *findings = NULL;
	const cJSON *finding = NULL;

	assert_int_equal(tally_lint(NULL, LINTED(contract), 1, &findings, NULL, NULL), 0);
	cJSON_ArrayForEach(finding, findings)
	{
		if (strcmp(tally__json_get_string(finding, "level"), "error") == 0)
			fail_msg("%s", tally__json_get_string(finding, "message"));
	}
	cJSON_Delete(findings);
}

static void set_part(struct page *page, const char *kind, const char *name, const char *text,
		     size_t len)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract = NULL;
	char *all = document(name, text, len);
	cJSON *json = NULL;
	int status = strcmp(kind, "contract") == 0
			     ? tally_contract_parse(&contract, all, strlen(all), &error)
			     : tally_expectations_parse(&contract, all, strlen(all), &error);

	if (status != 0)
		fail_msg("%s: %s in %.*s", error.where, error.message, (int)len, text);
	lint(contract);
	assert_int_equal(tally_contract_write(contract, TALLY_SPEC_V3, &json, &error), 0);
	cJSON_Delete(page->part);
	page->name = name;
	page->part = cJSON_DetachItemFromObjectCaseSensitive(
		tally__json_get(json, "interactions")->child, name);
	assert_non_null(page->part);
	cJSON_Delete(json);
	tally_contract_free(contract);
	tally_free(all);
}

static void assert_gives(struct page *page, const char *text, size_t len)
{
	cJSON *expected = parse(text, len);
	const cJSON *member = NULL;

	cJSON_ArrayForEach(member, expected)
	{
		const cJSON *found = tally__json_get(page->part, member->string);
		char *left = found ? written(found) : NULL;
		char *right = written(member);

		if (!left || strcmp(left, right) != 0)
			fail_msg("%s: the page says\n%s\nand it gives\n%s", member->string, right,
				 left ? left : "nothing");
		tally_free(left);
		tally_free(right);
	}
	page->made++;
	cJSON_Delete(expected);
}

/* A block: the line of its comment, and the text up to the fence. */
static void take_block(struct page *page, const char *comment, const char *text, size_t len)
{
	const char *name = strstr(comment, " request -->") ? request_label : response_label;

	if (strncmp(comment, "<!-- expectation ", 17) == 0)
		set_part(page, "expectation", name, text, len);
	else if (strncmp(comment, "<!-- contract ", 14) == 0)
		set_part(page, "contract", name, text, len);
	else if (strncmp(comment, "<!-- gives -->", 14) == 0)
		assert_gives(page, text, len);
	else
		fail_msg("what is this block? %s", comment);
}

static void compare(struct page *page, const char *text, size_t len, bool matches)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *actual = tally__json_clone(page->part);
	cJSON *mismatches = NULL;

	cJSON_DeleteItemFromObjectCaseSensitive(actual, "matchingRules");
	cJSON_DeleteItemFromObjectCaseSensitive(actual, "body");
	assert_int_equal(tally__json_put(actual, "body", parse(text, len)), 0);
	if (tally_match(page->name == request_label ? TALLY_PART_REQUEST : TALLY_PART_RESPONSE,
			TALLY_SPEC_V3, page->part, actual, &mismatches, NULL, &error) != 0)
		fail_msg("%s", error.message);
	if ((cJSON_GetArraySize(mismatches) == 0) != matches)
		fail_msg("%.*s: the page says that it %s", (int)len, text,
			 matches ? "matches" : "is refused");
	page->compared++;
	cJSON_Delete(mismatches);
	cJSON_Delete(actual);
}

static void take_line(struct page *page, const char *line)
{
	bool matches = strncmp(line, "- matches: `", 12) == 0;

	if (matches || strncmp(line, "- refused: `", 12) == 0)
		compare(page, line + 12, strcspn(line + 12, "`\n"), matches);
}

static void read_page(struct page *page, const char *name)
{
	static const char fence[] = "```json\n";
	const char *source = getenv("TALLY_SRCDIR");
	const char *comment = "";
	char path[4096];
	struct buf text;

	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/doc/%s", source, name);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	assert_int_equal(tally__file_read(&text, path, NULL), 0);
	for (const char *line = text.bytes; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncmp(line, "<!-- ", 5) == 0)
			comment = line;
		take_line(page, line);
		if (strncmp(line, fence, strlen(fence)) == 0) {
			const char *block = line + strlen(fence);
			const char *end = strstr(block, "\n```");

			assert_non_null(end);
			take_block(page, comment, block, (size_t)(end - block));
			line = end + 1;
			comment = "";
		}
	}
	cJSON_Delete(page->part);
	tally__buf_release(&text);
}

static void expectations(void **state)
{
	struct page page = {0};

	(void)state;
	read_page(&page, "expectations.md");
	assert_int_equal(page.made, 8);
	assert_int_equal(page.compared, 3);
}

static void optional_members(void **state)
{
	struct page page = {0};

	(void)state;
	read_page(&page, "optional-members.md");
	assert_int_equal(page.made, 2);
	assert_int_equal(page.compared, 34);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expectations),
		cmocka_unit_test(optional_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
