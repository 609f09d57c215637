/* The reports of results: what each says, and that nothing in results can drive their readers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "format/json.h"
#include "format/xml.h"
#include "tally/verify.h"
#include "texts.h"

static tally_verify_report *const reports[] = {tally_verify_report_text, tally_verify_report_junit,
					       tally_verify_report_html, tally_verify_report_github,
					       tally_verify_report_gitlab};
#define REPORTS (sizeof(reports) / sizeof(*reports))

static char *make(tally_verify_report *report, const cJSON *results,
		  const struct tally_verify_report_options *options)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;

	if (report(results, options, &text, &error) != 0)
		fail_msg("%s", error.message);
	return text;
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		count++;
	return count;
}

static cJSON *parse(const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document = NULL;

	if (tally_json_parse(&document, text, strlen(text), &error) != 0)
		fail_msg("%s", error.message);
	return document;
}

/* Results with everything that there is; the fuzzers begin with it, too. */
static cJSON *sample(const char *name)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char path[4096];
	cJSON *document = NULL;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/report/%s", getenv("TALLY_SRCDIR"),
		 name);
	if (tally_json_read_file(&document, path, &error) != 0)
		fail_msg("%s: %s", path, error.message);
	return document;
}

/* So many interactions, which all failed in the same way. */
static cJSON *all_failed(int count)
{
	cJSON *results = parse("{\"contracts\":[{\"consumer\":\"web\",\"provider\":\"orders\","
			       "\"interactions\":[]}]}");
	cJSON *contract = cJSON_GetArrayItem(tally__json_get(results, "contracts"), 0);

	for (int i = 0; i < count; i++) {
		cJSON *interaction = parse(
			"{\"outcome\":\"failed\",\"mismatches\":[{\"type\":\"status\",\"path\":"
			"\"status\",\"message\":\"Expected status 200 but was 500\"}]}");
		char description[32];

		snprintf(description, sizeof(description), "request number %d.", i + 1);
		assert_int_equal(tally__json_put(interaction, "description",
						 cJSON_CreateString(description)),
				 0);
		assert_int_equal(
			tally__json_append(tally__json_get(contract, "interactions"), interaction),
			0);
	}
	return results;
}

/* ---- without results ---- */

static cJSON *failure(const struct tally_error *why, const struct tally_verify_options *options)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *results = NULL;

	if (tally_verify_failure(why, options, &results, &error) != 0)
		fail_msg("%s", error.message);
	return results;
}

static void failure_is_told_by_every_report(void **state)
{
	static const char *const said[] = {
		"no results: a b.json:2:7: it is <broken> \\x1b[31m and more\n",
		"tests=\"1\" failures=\"0\" errors=\"1\"",
		"<h1>There are no results</h1>",
		"::error title=tally verify::a b.json:2:7: it is <broken> \\x1b[31m%0Aand more\n",
		"\"no results: a b.json:2:7: it is <broken> \\\\x1b[31m and more\"",
	};
	const struct tally_error why = {
		TALLY_EPARSE, 2, 7, "a b.json", "it is <broken> \033[31m\nand more",
	};
	cJSON *results = failure(&why, NULL);

	(void)state;
	assert_true(cJSON_IsFalse(tally__json_get(results, "success")));
	assert_string_equal(tally__json_get_string(tally__json_get(results, "error"), "code"),
			    "TALLY_EPARSE");
	for (size_t i = 0; i < REPORTS; i++) {
		char *text = make(reports[i], results, NULL);

		assert_in(text, said[i]);
		assert_in(text, "a b.json:2:7: it is");
		assert_not_in(text, "\033");
		tally_free(text);
	}
	cJSON_Delete(results);
}

/* A caller may take nothing to verify for a success. */
static void failure_that_is_none(void **state)
{
	static const char *const said[] = {
		"no results: nothing is there\n",
		"<skipped message=\"nothing is there\"/>",
		"<h1>There was nothing to verify</h1>",
		"::notice title=tally verify::nothing is there\n",
		"[]",
	};
	const struct tally_error why = {TALLY_ENOTHING, 0, 0, "", "nothing is there"};
	cJSON *results = failure(&why, NULL);

	(void)state;
	assert_true(cJSON_ReplaceItemInObjectCaseSensitive(results, "success", cJSON_CreateTrue()));
	for (size_t i = 0; i < REPORTS; i++) {
		char *text = make(reports[i], results, NULL);

		assert_in(text, said[i]);
		tally_free(text);
	}
	cJSON_Delete(results);
}

static void failure_without_secrets(void **state)
{
	static const char *const names[] = {"tenant", "*"};
	const struct tally_error why = {TALLY_EIO, 0, 0, "http://h/c?token=planted-1",
					"no answer of http://me:planted-2@h/?tenant=planted-3"};
	struct tally_verify_options options = {.masks = names, .mask_count = 1};
	cJSON *results = failure(&why, &options);
	char *text = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_string_equal(
		text, "no results: http://h/c?token=***: no answer of http://***@h/?tenant=***\n");
	tally_free(text);
	cJSON_Delete(results);
	/* A name that cannot be used hides no error. */
	options.mask_count = 2;
	results = failure(&why, &options);
	assert_string_equal(tally__json_get_string(tally__json_get(results, "error"), "where"),
			    "http://h/c?token=***");
	cJSON_Delete(results);
}

static void failure_of_nothing(void **state)
{
	const struct tally_error none = TALLY_ERROR_INIT;
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *results = failure(&none, NULL);

	(void)state;
	assert_string_equal(tally__json_get_string(tally__json_get(results, "error"), "code"),
			    "TALLY_EINTERNAL");
	cJSON_Delete(results);
	results = NULL;
	assert_int_equal(tally_verify_failure(NULL, NULL, &results, &error), TALLY_EINVAL);
	assert_null(results);
}

/* Fails every allocation in turn. */
static void failure_memory(void **state)
{
	const struct tally_error why = {TALLY_EIO, 1, 1, "where?token=a", "it\nfailed"};
	int status = TALLY_ENOMEM;

	(void)state;
	tally__json_setup();
	for (long allowed = 0; status != 0; allowed++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *results = NULL;

		tally__mem_fail_after(allowed);
		status = tally_verify_failure(&why, NULL, &results, &error);
		tally__mem_fail_after(-1);
		assert_int_equal(status == 0 ? 0 : TALLY_ENOMEM, status);
		assert_int_equal(error.code, status);
		assert_true((status == 0) == (results != NULL));
		cJSON_Delete(results);
		assert_true(allowed < 1000);
	}
}

/* ---- notices ---- */

/* What is pending may fail, and has not passed for that. */
static void notices_are_those_of_what_happened(void **state)
{
	static const char *const outcomes[] = {"passed", "failed", "error", "flaky"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char text[1024];
		cJSON *results;
		char *report;

		snprintf(text, sizeof(text),
			 "{\"success\":true,\"contracts\":[{\"consumer\":\"web\",\"provider\":"
			 "\"orders\",\"success\":true,\"notices\":[{\"when\":\"after_verification:"
			 "success_true_published_false\",\"text\":\"it passed\"},{\"when\":"
			 "\"after_verification:success_false_published_false\",\"text\":\"it did "
			 "not\"}],\"interactions\":[{\"description\":\"d\",\"pending\":true,"
			 "\"outcome\":\"%s\"}]}]}",
			 outcomes[i]);
		results = parse(text);
		report = make(tally_verify_report_text, results, NULL);
		assert_in(report, i == 0 ? "broker: it passed" : "broker: it did not");
		assert_not_in(report, i == 0 ? "broker: it did not" : "broker: it passed");
		tally_free(report);
		cJSON_Delete(results);
	}
}

/* ---- text ---- */

static void text_is_short_when_all_is_well(void **state)
{
	cJSON *results = sample("well.json");
	char *text = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_string_equal(text, "web -> orders: 1 passed\n");
	tally_free(text);
	cJSON_Delete(results);
}

static void text_tells_what_went_wrong(void **state)
{
	cJSON *results = sample("all.json");
	char *text = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_in(text, "web-shop 2.1.0 -> orders: 1 passed, 1 failed, 1 regressed, 1 in error, 1 "
			"flaky\n");
	assert_in(text, "  broker: The contract at web-shop 2.1.0 is being verified");
	assert_in(text,
		  "\n  1) REGRESSED: a request for order 42\n     given order 42 exists\n"
		  "     and the user may see it\n     body:\n       $.total: Expected '59.80'");
	assert_in(text, "     ask again: curl -i -H 'Accept: application/json'");
	assert_in(text, "\n  2) ERROR: a request for <script>alert(1)</script>");
	/* A page in place of JSON cannot be understood from the mismatch alone. */
	assert_in(text, "\n     received: 500, text/html; charset=utf-8, 5120 bytes\n       | "
			"<!DOCTYPE html>\n       | <html>\n       |   <head>");
	assert_not_in(text, "received: 200");
	assert_in(text, "\n  4) FLAKY: a request for order lines\n     passed 2 of 3 times\n"
			"     body:\n       $.lines: Expected a list of 2 elements");
	assert_in(text, "\nmobile -> orders: 1 passed (1 known), 1 new and failing, 1 skipped\n"
			"  skipped 1: not selected by the filter on descriptions\n"
			"  broker: This contract would be done\n\n  5) NEW: a new thing\n");
	assert_in(text, "\n2 contracts: 2 passed (1 known), 1 failed, 1 regressed, 1 in error, 1 "
			"flaky, 1 new and failing, 1 skipped\n");
	assert_in(text, "\nnote: 1 of 4 interactions need a provider state");
	assert_in(text, "seed 7 makes the same again\n");
	/* Nothing was recorded: what is said for that case is not said. */
	assert_not_in(text, "This contract is done");
	tally_free(text);
	cJSON_Delete(results);
}

static void text_says_when_the_run_was_cut_short(void **state)
{
	cJSON *results = parse("{\"contracts\":[],\"interrupted\":true}");
	char *text = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_string_equal(text, "note: the run was interrupted: the results are not all\n");
	tally_free(text);
	cJSON_Delete(results);
}

static void text_says_what_was_skipped(void **state)
{
	cJSON *results = parse(
		"{\"contracts\":[{\"consumer\":\"web\",\"provider\":\"orders\",\"interactions\":["
		"{\"outcome\":\"skipped\"},{\"outcome\":\"passed\"},{\"outcome\":\"skipped\","
		"\"message\":\"not reached\"},{\"outcome\":\"skipped\"}]}]}");
	char *text = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_string_equal(text, "web -> orders: 1 passed, 3 skipped\n"
				  "  skipped 2: not chosen by the filters\n"
				  "  skipped 1: not reached\n");
	tally_free(text);
	text = make(tally_verify_report_junit, results, NULL);
	assert_int_equal(occurrences(text, "<skipped message=\"not chosen by the filters\"/>"), 2);
	tally_free(text);
	text = make(tally_verify_report_html, results, NULL);
	assert_int_equal(occurrences(text, "not chosen by the filters</span>"), 2);
	tally_free(text);
	cJSON_Delete(results);
}

static void text_has_nothing_to_scroll_through(void **state)
{
	const struct tally_verify_report_options options = {.in_full = 3, .rest_in = "all.html"};
	cJSON *results = all_failed(500);
	char *text = make(tally_verify_report_text, results, &options);

	(void)state;
	assert_in(text,
		  "web -> orders: 500 failed\n\n  1) FAILED: request number 1.\n     status: ");
	assert_in(text, "\n\n  3) FAILED: request number 3.\n     status: ");
	assert_in(text,
		  "\n\n  4) FAILED: request number 4. (Expected status 200 but was 500)\n  5) ");
	assert_in(text, "\n  103) FAILED: request number 103. (");
	assert_not_in(text, "request number 104.");
	assert_in(text, "\n497 more did not pass (397 of them not listed): all are told in full in "
			"all.html\n");
	assert_true(occurrences(text, "\n") < 130);
	tally_free(text);
	text = make(tally_verify_report_text, results, NULL);
	assert_in(text, "\n  20) FAILED: request number 20.\n");
	assert_in(text, "\n480 more did not pass (380 of them not listed): all are told in full "
			"with --html FILE\n");
	tally_free(text);
	cJSON_Delete(results);
}

static void text_has_colours_when_asked(void **state)
{
	const struct tally_verify_report_options options = {.colour = true, .indent = 2};
	cJSON *results = sample("all.json");
	char *text = make(tally_verify_report_text, results, &options);
	char *plain = make(tally_verify_report_text, results, NULL);

	(void)state;
	assert_in(text, "    1) \033[31mREGRESSED\033[0m: a request");
	assert_in(text, "    5) \033[33mNEW\033[0m: a new thing");
	assert_not_in(plain, "\033");
	tally_free(plain);
	tally_free(text);
	cJSON_Delete(results);
}

/* ---- junit ---- */

static const char *attribute(const struct xml_element *element, const char *name)
{
	for (const struct xml_attribute *a = element->attributes; a != NULL; a = a->next) {
		if (strcmp(a->name.local, name) == 0)
			return a->value;
	}
	return NULL;
}

/* The elements and attributes that the readers of CI systems know, in the order in which they may
 * stand. */
static const struct element_rule {
	const char *name;
	const char *required, *allowed; /* attributes, each between blanks */
	const char *children;
} element_rules[] = {
	{"testsuites", " ", " name tests failures errors time ", " testsuite "},
	{"testsuite", " name tests ", " name tests failures errors skipped time timestamp ",
	 " properties testcase "},
	{"properties", " ", " ", " property "},
	{"property", " name value ", " name value ", " "},
	{"testcase", " name classname time ", " name classname time file ",
	 " skipped error failure system-out "},
	{"skipped", " message ", " message ", " "},
	{"error", " message type ", " message type ", " "},
	{"failure", " message type ", " message type ", " "},
	{"system-out", " ", " ", " "},
};

static bool has_word(const char *words, const char *word)
{
	char between[64];

	snprintf(between, sizeof(between), " %s ", word);
	return strstr(words, between) != NULL;
}

static void check_attributes(const struct xml_element *element, const struct element_rule *rule)
{
	char words[128];
	char *save = NULL;

	for (const struct xml_attribute *a = element->attributes; a != NULL; a = a->next) {
		if (!has_word(rule->allowed, a->name.local))
			fail_msg("attribute %s of %s", a->name.local, rule->name);
	}
	snprintf(words, sizeof(words), "%s", rule->required);
	for (char *word = strtok_r(words, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		if (attribute(element, word) == NULL)
			fail_msg("%s has no %s", rule->name, word);
	}
}

static void check_element(const struct xml_element *element)
{
	const struct element_rule *rule = NULL;
	const char *last = NULL;

	for (size_t i = 0; i < sizeof(element_rules) / sizeof(*element_rules); i++) {
		if (strcmp(element_rules[i].name, element->name.local) == 0)
			rule = &element_rules[i];
	}
	if (rule == NULL)
		fail_msg("element %s", element->name.local);
	check_attributes(element, rule);
	for (const struct xml_node *child = element->first; child != NULL; child = child->next) {
		const char *at;

		if (child->element == NULL)
			continue;
		at = strstr(rule->children, child->element->name.local);
		if (at == NULL || !has_word(rule->children, child->element->name.local))
			fail_msg("%s in %s", child->element->name.local, rule->name);
		if (last != NULL && at < last)
			fail_msg("%s comes too late in %s", child->element->name.local, rule->name);
		last = at;
		check_element(child->element);
	}
}

static void check_junit(struct xml_document *document, const char *text)
{
	struct tally_error error = TALLY_ERROR_INIT;

	tally__xml_init(document);
	if (tally__xml_parse(document, text, strlen(text), &error) != 0)
		fail_msg("%s: %s", error.message, text);
	assert_string_equal(document->root->name.local, "testsuites");
	check_element(document->root);
}

static void junit_has_a_case_for_each_interaction(void **state)
{
	cJSON *results = sample("all.json");
	char *text = make(tally_verify_report_junit, results, NULL);
	struct xml_document document;

	(void)state;
	check_junit(&document, text);
	assert_string_equal(attribute(document.root, "tests"), "8");
	assert_string_equal(attribute(document.root, "failures"), "3");
	assert_string_equal(attribute(document.root, "errors"), "1");
	assert_int_equal(occurrences(text, "<testcase "), 8);
	assert_in(text,
		  "<testsuite name=\"web-shop 2.1.0 -&gt; orders\" tests=\"5\" failures=\"3\" "
		  "errors=\"1\" skipped=\"0\" time=\"0.054\" timestamp=\"2026-11-21T09:14:16\">");
	assert_in(text, "<property name=\"providerVersion\" value=\"1.4.0\"/>");
	assert_in(text, "<property name=\"seed\" value=\"7\"/>");
	assert_in(text, "<property name=\"why\" value=\"it is the head of its main branch; it is "
			"deployed to production\"/>");
	assert_in(text, "<testcase name=\"a request for all orders (given there are orders)\" "
			"classname=\"orders.web-shop\" time=\"0.003\"/>");
	assert_in(text, "<failure message=\"flaky: passed 2 of 3 times; $.lines: ");
	assert_in(text,
		  "<skipped message=\"new and failing, does not fail the run: Expected status "
		  "200 but was 404\"/>");
	assert_in(text, "<skipped message=\"not selected by the filter on descriptions\"/>");
	tally__xml_release(&document);
	tally_free(text);
	cJSON_Delete(results);
}

static void junit_names_have_two_levels(void **state)
{
	cJSON *results =
		parse("{\"contracts\":[{\"consumer\":\"a.b\",\"provider\":\"c.d.e\","
		      "\"interactions\":[{\"outcome\":\"passed\",\"durationMs\":61005}]}]}");
	char *text = make(tally_verify_report_junit, results, NULL);

	(void)state;
	assert_in(text, "classname=\"c_d_e.a_b\" time=\"61.005\"");
	tally_free(text);
	cJSON_Delete(results);
}

/* ---- html ---- */

static void html_is_one_page_without_scripts(void **state)
{
	cJSON *results = sample("all.json");
	char *text = make(tally_verify_report_html, results, NULL);

	(void)state;
	assert_in(text, "content=\"default-src 'none'; style-src 'sha256-");
	assert_not_in(text, "<script");
	assert_not_in(text, "style=\"");
	assert_not_in(text, "src=\"");
	assert_in(text, "<h1>orders breaks 4 of 7 interactions</h1>");
	assert_in(text, "a request for &lt;script&gt;alert(1)&lt;/script&gt; &quot;'&amp;");
	assert_in(text, "<a rel=\"noreferrer\" href=\"https://ci.example/builds/17\">");
	assert_in(text, "<a href=\"#c1-i2\">a request for order 42</a>");
	assert_int_equal(occurrences(text, "<li class=\"item "), 8);
	assert_int_equal(occurrences(text, "id=\"c2-i3\""), 1);
	assert_int_equal(occurrences(text, "<input type=\"radio\""), 8);
	tally_free(text);
	cJSON_Delete(results);
}

static void html_says_well_what_is_well(void **state)
{
	cJSON *results = sample("well.json");
	char *text = make(tally_verify_report_html, results, NULL);

	(void)state;
	assert_in(text, "<title>1 passed – tally verify</title>");
	assert_in(text, "<h1>orders honours its contracts</h1>");
	assert_not_in(text, "What failed");
	tally_free(text);
	cJSON_Delete(results);
}

static void html_is_not_well_when_something_was_not_asked(void **state)
{
	cJSON *results = parse("{\"success\":false,\"outOfTime\":true,\"contracts\":[{\"provider\":"
			       "\"orders\",\"interactions\":[{\"outcome\":\"passed\"},{\"outcome\":"
			       "\"skipped\"}]}]}");
	char *text = make(tally_verify_report_html, results, NULL);

	(void)state;
	assert_in(text, "<header class=\"top bad\">");
	assert_in(text, "orders was not asked for everything");
	assert_in(text, "the time for the run was over");
	tally_free(text);
	cJSON_Delete(results);
}

static void html_has_no_links_but_to_pages(void **state)
{
	cJSON *results = parse("{\"contracts\":[],\"buildUrl\":\"javascript:alert(1)\"}");
	char *text = make(tally_verify_report_html, results, NULL);

	(void)state;
	assert_in(text, "<dd>javascript:alert(1)</dd>");
	assert_not_in(text, "href=\"javascript");
	tally_free(text);
	cJSON_Delete(results);
}

static void html_unfolds_only_the_first(void **state)
{
	cJSON *results = all_failed(60);
	char *text = make(tally_verify_report_html, results, NULL);

	(void)state;
	assert_int_equal(occurrences(text, "<details class=\"fold\" open>"), 20);
	assert_int_equal(occurrences(text, "<details class=\"fold\">"), 40);
	assert_int_equal(occurrences(text, "<a href=\"#c1-i"), 50);
	assert_in(text, "… and 10 more, below");
	tally_free(text);
	cJSON_Delete(results);
}

/* ---- annotations ---- */

static void github_has_a_command_a_line(void **state)
{
	const struct tally_verify_report_options options = {.folder = "/ci/repo/"};
	cJSON *results = sample("all.json");
	cJSON *contract = cJSON_GetArrayItem(tally__json_get(results, "contracts"), 1);
	char *text;

	(void)state;
	cJSON_DeleteItemFromObject(contract, "file");
	assert_int_equal(tally__json_put(contract, "file",
					 cJSON_CreateString("/ci/repo/contracts/a,b:c.json")),
			 0);
	text = make(tally_verify_report_github, results, &options);
	assert_int_equal(occurrences(text, "\n"), 7);
	assert_int_equal(occurrences(text, "::error title="), 4);
	assert_in(text,
		  "::error title=REGRESSED%3A web-shop 2.1.0 -> orders%3A a request for order "
		  "42::given order 42 exists%0Aand the user may see it%0Abody:%0A  $.total: ");
	assert_in(text,
		  "\n::warning file=contracts/a%2Cb%3Ac.json,title=NEW%3A mobile -> orders%3A "
		  "a new thing::status: Expected");
	assert_in(text, "\n::notice title=tally verify::mobile -> orders: 1 passed (1 known), ");
	tally_free(text);
	cJSON_Delete(results);
}

/* "contracts/mobile-orders.json" and others, from working directories below the workspace. */
static void paths_are_told_from_the_workspace(void **state)
{
	static const struct {
		const char *below, *file, *told;
	} cases[] = {
		{"sub", "a.json", "sub/a.json"},       {"sub/", "./a.json", "sub/a.json"},
		{"a/b", "../c.json", "a/c.json"},      {"a/b", ".././/../c.json", "c.json"},
		{"a", "../../c.json", "../c.json"},    {"a", "/ci/repo/c.json", "c.json"},
		{"a", "/else/c.json", "/else/c.json"}, {NULL, "./c.json", "c.json"},
		{"", "../c.json", "../c.json"},        {"a", "..c.json", "a/..c.json"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct tally_verify_report_options options = {.folder = "/ci/repo",
								    .below = cases[i].below};
		cJSON *results = sample("all.json");
		cJSON *contract = cJSON_GetArrayItem(tally__json_get(results, "contracts"), 1);
		char github[64], gitlab[64], *text;

		cJSON_DeleteItemFromObject(contract, "file");
		assert_int_equal(
			tally__json_put(contract, "file", cJSON_CreateString(cases[i].file)), 0);
		snprintf(github, sizeof(github), "::warning file=%s,title=NEW", cases[i].told);
		snprintf(gitlab, sizeof(gitlab), "\"path\": \"%s\"", cases[i].told);
		text = make(tally_verify_report_github, results, &options);
		assert_in(text, github);
		tally_free(text);
		text = make(tally_verify_report_gitlab, results, &options);
		assert_in(text, gitlab);
		tally_free(text);
		cJSON_Delete(results);
	}
}

static void gitlab_is_a_code_quality_report(void **state)
{
	const struct tally_verify_report_options options = {.folder = "/elsewhere"};
	cJSON *results = sample("all.json");
	char *text = make(tally_verify_report_gitlab, results, &options);
	char *again = make(tally_verify_report_gitlab, results, NULL);
	cJSON *issues = parse(text);
	const cJSON *issue, *other;

	(void)state;
	assert_string_equal(text, again);
	assert_int_equal(cJSON_GetArraySize(issues), 5);
	cJSON_ArrayForEach(issue, issues)
	{
		const char *fingerprint = tally__json_get_string(issue, "fingerprint");
		const cJSON *location = tally__json_get(issue, "location");

		assert_non_null(tally__json_get_string(issue, "description"));
		assert_non_null(tally__json_get_string(location, "path"));
		assert_true(cJSON_IsNumber(
			tally__json_get(tally__json_get(location, "lines"), "begin")));
		for (other = issue->next; other != NULL; other = other->next)
			assert_string_not_equal(fingerprint,
						tally__json_get_string(other, "fingerprint"));
	}
	assert_in(text, "\"severity\": \"critical\"");
	assert_in(text, "\"severity\": \"info\"");
	assert_in(text, "\"path\": \"web-shop-orders.json\"");
	assert_in(text, "\"path\": \"contracts/mobile-orders.json\"");
	cJSON_Delete(issues);
	tally_free(again);
	tally_free(text);
	cJSON_Delete(results);
}

/* ---- all ---- */

/* Of a document as flat as this one, recursion is no danger. */
static void make_hostile(cJSON *item, const char *hostile)
{
	const char *name = item->string != NULL ? item->string : "";

	if (cJSON_IsString(item) && strcmp(name, "outcome") != 0 && strcmp(name, "standing") != 0)
		assert_non_null(cJSON_SetValuestring(item, hostile));
	for (cJSON *child = item->child; child != NULL; child = child->next)
		make_hostile(child, hostile);
}

/* Every byte, and characters that hide or turn text, in every text of the results. */
static cJSON *hostile_results(void)
{
	static const char *const extras =
		"\xe2\x80\xae\xef\xbf\xbe\xef\xbb\xbf\xf3\xa0\x81\x81]]>--><!--<script>alert(1)"
		"</script>\" onload=\"alert(1)' '%0A::error::x\n##[error]x\n::set-env name=a::b";
	cJSON *results = sample("all.json");
	char hostile[600];
	size_t len = 0;

	for (int c = 1; c < 256; c++)
		hostile[len++] = (char)c;
	snprintf(hostile + len, sizeof(hostile) - len, "%s", extras);
	make_hostile(results, hostile);
	return results;
}

static void nothing_drives_the_reader(void **state)
{
	cJSON *results = hostile_results();
	struct xml_document document;

	(void)state;
	for (size_t i = 0; i < REPORTS; i++) {
		char *text = make(reports[i], results, NULL);

		for (const char *c = text; *c != '\0'; c++) {
			if ((unsigned char)*c < ' ' && *c != '\n')
				fail_msg("report %zu has the byte %d", i, *c);
		}
		assert_not_in(text, "\xe2\x80\xae");
		assert_not_in(text, "\xef\xbf\xbe");
		assert_not_in(text, "\xf3\xa0\x81\x81");
		if (reports[i] == tally_verify_report_junit) {
			check_junit(&document, text);
			tally__xml_release(&document);
		}
		if (reports[i] == tally_verify_report_html) {
			assert_not_in(text, "<script");
			assert_not_in(text, "\" onload");
			assert_not_in(text, "<!--");
		}
		if (reports[i] == tally_verify_report_text) {
			assert_not_in(text, "\n##[");
			assert_not_in(text, "\n::");
		}
		if (reports[i] == tally_verify_report_github)
			assert_int_equal(occurrences(text, "\n"), occurrences(text, "\n::") + 1);
		tally_free(text);
	}
	cJSON_Delete(results);
}

static void what_is_no_results_is_refused(void **state)
{
	static const char *const texts[] = {"{}", "[]", "{\"contracts\":{}}"};
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < REPORTS; i++) {
		for (size_t j = 0; j < sizeof(texts) / sizeof(*texts); j++) {
			struct tally_error error = TALLY_ERROR_INIT;
			cJSON *document = parse(texts[j]);

			assert_int_equal(reports[i](document, NULL, &text, &error), TALLY_EINVAL);
			assert_in(error.message, "expected the results");
			cJSON_Delete(document);
		}
		assert_int_equal(reports[i](NULL, NULL, &text, NULL), TALLY_EINVAL);
		assert_null(text);
	}
}

static void what_is_odd_is_left_out(void **state)
{
	cJSON *results = sample("odd.json");

	(void)state;
	for (size_t i = 0; i < REPORTS; i++)
		tally_free(make(reports[i], results, NULL));
	cJSON_Delete(results);
}

/* Fails every allocation in turn. */
static void memory_may_run_out(void **state)
{
	cJSON *results = sample("all.json");

	(void)state;
	for (size_t i = 0; i < REPORTS; i++) {
		int status = TALLY_ENOMEM;

		for (long allowed = 0; status != 0; allowed++) {
			struct tally_error error = TALLY_ERROR_INIT;
			char *text = NULL;

			tally__mem_fail_after(allowed);
			status = reports[i](results, NULL, &text, &error);
			tally__mem_fail_after(-1);
			assert_true(status == 0 || status == TALLY_ENOMEM);
			assert_true((status == 0) == (text != NULL));
			tally_free(text);
			assert_true(allowed < 20000);
		}
	}
	cJSON_Delete(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure_is_told_by_every_report),
		cmocka_unit_test(notices_are_those_of_what_happened),
		cmocka_unit_test(failure_that_is_none),
		cmocka_unit_test(failure_without_secrets),
		cmocka_unit_test(failure_of_nothing),
		cmocka_unit_test(failure_memory),
		cmocka_unit_test(text_is_short_when_all_is_well),
		cmocka_unit_test(text_tells_what_went_wrong),
		cmocka_unit_test(text_says_when_the_run_was_cut_short),
		cmocka_unit_test(text_says_what_was_skipped),
		cmocka_unit_test(text_has_nothing_to_scroll_through),
		cmocka_unit_test(text_has_colours_when_asked),
		cmocka_unit_test(junit_has_a_case_for_each_interaction),
		cmocka_unit_test(junit_names_have_two_levels),
		cmocka_unit_test(html_is_one_page_without_scripts),
		cmocka_unit_test(html_says_well_what_is_well),
		cmocka_unit_test(html_is_not_well_when_something_was_not_asked),
		cmocka_unit_test(html_has_no_links_but_to_pages),
		cmocka_unit_test(html_unfolds_only_the_first),
		cmocka_unit_test(github_has_a_command_a_line),
		cmocka_unit_test(paths_are_told_from_the_workspace),
		cmocka_unit_test(gitlab_is_a_code_quality_report),
		cmocka_unit_test(nothing_drives_the_reader),
		cmocka_unit_test(what_is_no_results_is_refused),
		cmocka_unit_test(what_is_odd_is_left_out),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("verifier/reports", tests, NULL, NULL);
}
