/* JUnit's XML, as Jenkins, GitLab and others read it: a suite for each contract, a case for each
 * interaction.  There is no standard; members and their order are those that the schema of Jenkins'
 * xUnit plugin allows, and attributes the ones that all readers know. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "verifier/report.h"

#define MESSAGE_CHARS 300

struct writer {
	struct buf *out;
	struct buf shown; /* a text on its way to be escaped */
	const cJSON *results;
};

struct tests {
	size_t total, failures, errors, skipped;
};

static struct tests tests_of(const struct report_counts *counts)
{
	return (struct tests){
		.total = counts->total,
		.failures = counts->of[REPORT_FAILED] + counts->of[REPORT_REGRESSED] +
			    counts->of[REPORT_FLAKY],
		.errors = counts->of[REPORT_ERROR],
		.skipped = counts->of[REPORT_SKIPPED] + counts->of[REPORT_PENDING] +
			   counts->of[REPORT_NEW],
	};
}

/* Appends what is in `shown`, and empties it. */
static void add_shown(struct writer *w)
{
	tally__report_add_markup(w->out, &w->shown);
	tally__buf_clear(&w->shown);
}

/* Seconds, with a point in any locale. */
static void add_time(struct writer *w, double duration_ms)
{
	uint64_t ms = duration_ms < 1e12 ? (uint64_t)duration_ms : UINT64_C(1000000000000);

	tally__buf_addf(w->out, " time=\"%" PRIu64 ".%03" PRIu64 "\"", ms / 1000, ms % 1000);
}

static void add_property(struct writer *w, const char *name, const char *value)
{
	if (*value == '\0')
		return;
	tally__buf_addf(w->out, "      <property name=\"%s\" value=\"", name);
	tally__report_add_escaped(w->out, value, 0);
	tally__buf_adds(w->out, "\"/>\n");
}

static void add_properties(struct writer *w, const cJSON *contract)
{
	static const char *const of_results[] = {"providerVersion", "providerBranch", "buildUrl"};
	static const char *const of_contract[] = {"consumer", "consumerVersion", "provider", "spec",
						  "file"};

	tally__buf_adds(w->out, "    <properties>\n");
	for (size_t i = 0; i < sizeof(of_contract) / sizeof(*of_contract); i++)
		add_property(w, of_contract[i], tally__report_text(contract, of_contract[i]));
	tally__report_add_why(&w->shown, contract);
	if (w->shown.len > 0) {
		tally__buf_adds(w->out, "      <property name=\"why\" value=\"");
		add_shown(w);
		tally__buf_adds(w->out, "\"/>\n");
	}
	for (size_t i = 0; i < sizeof(of_results) / sizeof(*of_results); i++)
		add_property(w, of_results[i], tally__report_text(w->results, of_results[i]));
	if (cJSON_IsNumber(tally__json_get(w->results, "seed")))
		tally__buf_addf(w->out, "      <property name=\"seed\" value=\"%.0f\"/>\n",
				tally__report_number(w->results, "seed"));
	if (tally__report_cut_short(w->results) != NULL)
		add_property(w, "note", tally__report_cut_short(w->results));
	tally__buf_adds(w->out, "    </properties>\n");
}

/* "a request for order 42 (given order 42 exists)". */
static void add_name(struct writer *w, const cJSON *interaction)
{
	size_t before;

	tally__report_add_shown(&w->shown, tally__report_text(interaction, "description"), 0);
	before = w->shown.len;
	tally__buf_adds(&w->shown, " (");
	tally__report_add_states(&w->shown, interaction);
	if (w->shown.len == before + 2)
		tally__buf_truncate(&w->shown, before);
	else
		tally__buf_addc(&w->shown, ')');
	add_shown(w);
}

/* Readers take dots for levels of packages: here there are two, provider and consumer. */
static void add_class_part(struct writer *w, const char *name)
{
	size_t from = w->shown.len;

	tally__report_add_shown(&w->shown, name, 0);
	for (size_t i = from; i < w->shown.len; i++) {
		if (w->shown.bytes[i] == '.')
			w->shown.bytes[i] = '_';
	}
}

static void add_class(struct writer *w, const cJSON *contract)
{
	add_class_part(w, tally__report_text(contract, "provider"));
	tally__buf_addc(&w->shown, '.');
	add_class_part(w, tally__report_text(contract, "consumer"));
	add_shown(w);
}

static void add_details(struct writer *w, const cJSON *interaction)
{
	static const struct tally_text_options plain = {0};

	tally__report_add_details(&w->shown, interaction, &plain);
	add_shown(w);
}

static void open_with_message(struct writer *w, const char *element, const cJSON *interaction,
			      const char *prefix)
{
	tally__buf_addf(w->out, "      <%s message=\"", element);
	tally__buf_adds(&w->shown, prefix);
	tally__report_add_reason(&w->shown, interaction, MESSAGE_CHARS);
	add_shown(w);
	tally__buf_addc(w->out, '"');
}

static void add_failure(struct writer *w, const cJSON *interaction, enum report_class class)
{
	const char *element = class == REPORT_ERROR ? "error" : "failure";
	const char *prefix = class == REPORT_FLAKY       ? "flaky: "
			     : class == REPORT_REGRESSED ? "regressed: "
							 : "";

	open_with_message(w, element, interaction, prefix);
	tally__buf_addf(w->out, " type=\"%s\">\n", tally__report_words(class)->name);
	add_details(w, interaction);
	tally__buf_addf(w->out, "</%s>\n", element);
}

static void add_skipped(struct writer *w, const cJSON *interaction, enum report_class class)
{
	if (class != REPORT_SKIPPED) {
		open_with_message(w, "skipped", interaction,
				  class == REPORT_NEW
					  ? "new and failing, does not fail the run: "
					  : "pending and failing, does not fail the run: ");
		tally__buf_adds(w->out, "/>\n      <system-out>");
		add_details(w, interaction);
		tally__buf_adds(w->out, "</system-out>\n");
		return;
	}
	tally__buf_adds(w->out, "      <skipped message=\"");
	tally__report_add_escaped(w->out, tally__report_skip_reason(interaction), MESSAGE_CHARS);
	tally__buf_adds(w->out, "\"/>\n");
}

static void add_case(struct writer *w, const cJSON *contract, const cJSON *interaction)
{
	enum report_class class = tally__report_class(interaction);

	tally__buf_adds(w->out, "    <testcase name=\"");
	add_name(w, interaction);
	tally__buf_adds(w->out, "\" classname=\"");
	add_class(w, contract);
	tally__buf_addc(w->out, '"');
	add_time(w, tally__report_number(interaction, "durationMs"));
	if (*tally__report_text(contract, "file") != '\0') {
		tally__buf_adds(w->out, " file=\"");
		tally__report_add_escaped(w->out, tally__report_text(contract, "file"), 0);
		tally__buf_addc(w->out, '"');
	}
	if (class == REPORT_PASSED) {
		tally__buf_adds(w->out, "/>\n");
		return;
	}
	tally__buf_adds(w->out, ">\n");
	if (tally__report_fails(class))
		add_failure(w, interaction, class);
	else
		add_skipped(w, interaction, class);
	tally__buf_adds(w->out, "    </testcase>\n");
}

/* "2026-11-21T09:14:16", without a zone, as readers want it. */
static void add_timestamp(struct writer *w)
{
	const char *at = tally__report_text(w->results, "startedAt");

	if (strlen(at) < 19 || strspn(at, "0123456789-:T") < 19)
		return;
	tally__buf_adds(w->out, " timestamp=\"");
	tally__buf_add(w->out, at, 19);
	tally__buf_addc(w->out, '"');
}

static void add_suite(struct writer *w, const cJSON *contract)
{
	struct report_counts counts = {0};
	const cJSON *interaction;
	struct tests tests;

	tally__report_count(&counts, contract);
	tests = tests_of(&counts);
	tally__buf_adds(w->out, "  <testsuite name=\"");
	tally__report_add_contract(&w->shown, contract);
	add_shown(w);
	tally__buf_addf(w->out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
			tests.total, tests.failures, tests.errors, tests.skipped);
	add_time(w, counts.duration_ms);
	add_timestamp(w);
	tally__buf_adds(w->out, ">\n");
	add_properties(w, contract);
	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		add_case(w, contract, interaction);
	}
	tally__buf_adds(w->out, "  </testsuite>\n");
}

/* Without results, one case that says why: readers take a file without any for a broken one. */
static struct tests tests_of_error(bool success)
{
	return (struct tests){.total = 1, .errors = !success, .skipped = success};
}

static void add_error(struct writer *w, const cJSON *error, bool success)
{
	const struct tests tests = tests_of_error(success);
	const char *element = success ? "skipped" : "error";

	tally__buf_addf(w->out,
			"  <testsuite name=\"tally verify\" tests=\"%zu\" failures=\"0\" "
			"errors=\"%zu\" skipped=\"%zu\" time=\"0.000\"",
			tests.total, tests.errors, tests.skipped);
	add_timestamp(w);
	tally__buf_addf(w->out,
			">\n    <testcase name=\"verification\" classname=\"tally.verify\" "
			"time=\"0.000\">\n      <%s message=\"",
			element);
	tally__report_add_error(&w->shown, error, " ");
	add_shown(w);
	tally__buf_addc(w->out, '"');
	if (!success) {
		tally__buf_adds(w->out, " type=\"");
		tally__report_add_escaped(w->out, tally__report_text(error, "code"), 0);
		tally__buf_addc(w->out, '"');
	}
	tally__buf_adds(w->out, "/>\n    </testcase>\n  </testsuite>\n");
}

static void add_suites(struct writer *w)
{
	const cJSON *contracts = tally__json_get(w->results, "contracts");
	const cJSON *error = tally__report_error(w->results);
	bool success = tally__json_get_bool(w->results, "success", false);
	struct report_counts counts = {0};
	const cJSON *contract;
	struct tests tests;

	cJSON_ArrayForEach(contract, contracts)
	{
		tally__report_count(&counts, contract);
	}
	tests = tests_of(&counts);
	if (error != NULL)
		tests = tests_of_error(success);
	tally__buf_addf(w->out,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<testsuites name=\"tally verify\" tests=\"%zu\" failures=\"%zu\" "
			"errors=\"%zu\"",
			tests.total, tests.failures, tests.errors);
	add_time(w, counts.duration_ms);
	tally__buf_adds(w->out, ">\n");
	if (error != NULL)
		add_error(w, error, success);
	else
		cJSON_ArrayForEach(contract, contracts)
		{
			add_suite(w, contract);
		}
	tally__buf_adds(w->out, "</testsuites>\n");
}

int tally_verify_report_junit(const cJSON *results,
			      const struct tally_verify_report_options *options, char **text,
			      struct tally_error *error)
{
	struct writer w = {.results = results};
	int status = tally__report_check(results, error);
	struct buf out;

	(void)options;
	if (status != 0)
		return status;
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	tally__buf_init(&w.shown, LIMIT_REPORT_BYTES);
	w.out = &out;
	add_suites(&w);
	tally__buf_release(&w.shown);
	return tally__report_take(&out, text, error);
}
