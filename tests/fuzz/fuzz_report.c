/* Whatever has a list of contracts is made into every report; what has not is refused.  Reports are
 * text without control characters, JUnit's are XML, GitLab's JSON, pages have no elements but ours,
 * and what was masked once has no more to mask. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "format/xml.h"
#include "fuzz.h"
#include "tally/verify.h"
#include "verifier/secrets.h"

static char *make(tally_verify_report *report, const cJSON *results)
{
	const struct tally_verify_report_options options = {.in_full = 1, .folder = "contracts"};
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	int status = report(results, &options, &text, &error);

	FUZZ_REQUIRE((status == 0) == (text != NULL));
	FUZZ_REQUIRE(status == 0 || status == TALLY_EINVAL || status == TALLY_ELIMIT);
	FUZZ_REQUIRE(status == 0 || error.message[0] != '\0');
	if (text != NULL) {
		FUZZ_REQUIRE(tally__utf8_valid_len(text, strlen(text)) == strlen(text));
		for (const char *c = text; *c != '\0'; c++)
			FUZZ_REQUIRE((unsigned char)*c >= ' ' || *c == '\n');
	}
	return text;
}

static void check_junit(const cJSON *results)
{
	char *text = make(tally_verify_report_junit, results);
	struct tally_error error = TALLY_ERROR_INIT;
	struct xml_document document;

	if (text == NULL)
		return;
	tally__xml_init(&document);
	if (tally__xml_parse(&document, text, strlen(text), &error) != 0)
		FUZZ_REQUIRE(error.code == TALLY_ELIMIT || error.code == TALLY_EUNSUPPORTED);
	tally__xml_release(&document);
	tally_free(text);
}

/* Every "<" of a page begins one of our elements. */
static void check_html(const cJSON *results)
{
	static const char *const names[] = {"!DOCTYPE html>",
					    "html",
					    "head",
					    "meta",
					    "title",
					    "style",
					    "body",
					    "header",
					    "div",
					    "p",
					    "h1",
					    "h2",
					    "h3",
					    "svg",
					    "rect",
					    "dl",
					    "dt",
					    "dd",
					    "a",
					    "main",
					    "nav",
					    "ol",
					    "li",
					    "ul",
					    "span",
					    "fieldset",
					    "legend",
					    "label",
					    "input",
					    "section",
					    "details",
					    "summary",
					    "code",
					    "pre",
					    "ins",
					    "del",
					    "footer"};
	char *text = make(tally_verify_report_html, results);

	for (const char *at = text; at != NULL && (at = strchr(at, '<')) != NULL; at++) {
		const char *name = at + 1 + (at[1] == '/');
		size_t len = strcspn(name, " >/");
		size_t i = 0;

		while (i < sizeof(names) / sizeof(*names) &&
		       (strncmp(names[i], name, len) != 0 ||
			(names[i][len] != '\0' && *name != '!')))
			i++;
		FUZZ_REQUIRE(i < sizeof(names) / sizeof(*names));
	}
	tally_free(text);
}

static void check_github(const cJSON *results)
{
	char *text = make(tally_verify_report_github, results);

	for (const char *line = text; line != NULL && *line != '\0';) {
		FUZZ_REQUIRE(strncmp(line, "::", 2) == 0);
		line = strchr(line, '\n');
		FUZZ_REQUIRE(line != NULL);
		line++;
	}
	tally_free(text);
}

static void check_gitlab(const cJSON *results)
{
	char *text = make(tally_verify_report_gitlab, results);
	cJSON *issues = NULL;

	if (text == NULL)
		return;
	FUZZ_REQUIRE(tally_json_parse(&issues, text, strlen(text), NULL) == 0);
	FUZZ_REQUIRE(cJSON_IsArray(issues));
	cJSON_Delete(issues);
	tally_free(text);
}

static char *written(const cJSON *results)
{
	char *text = NULL;

	FUZZ_REQUIRE(tally_json_write(&text, NULL, results, TALLY_JSON_COMPACT, NULL) == 0);
	return text;
}

static void check_masking(cJSON *results)
{
	static const char *const names[] = {"total*"};
	struct secrets secrets;
	char *once, *twice;

	FUZZ_REQUIRE(tally__secrets_init(&secrets, names, 1, NULL) == 0);
	FUZZ_REQUIRE(tally__secrets_mask_results(&secrets, results, NULL) == 0);
	once = written(results);
	tally_free(make(tally_verify_report_text, results));
	FUZZ_REQUIRE(tally__secrets_mask_results(&secrets, results, NULL) == 0);
	twice = written(results);
	FUZZ_REQUIRE(strlen(twice) <= strlen(once));
	tally_free(once);
	tally_free(twice);
	tally__secrets_release(&secrets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *results = NULL;

	if (tally_json_parse(&results, (const char *)data, size, NULL) != 0)
		return 0;
	tally_free(make(tally_verify_report_text, results));
	check_junit(results);
	check_html(results);
	check_github(results);
	check_gitlab(results);
	check_masking(results);
	cJSON_Delete(results);
	return 0;
}
