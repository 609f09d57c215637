/* What happened at a mock provider, for people. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/json.h"
#include "matching/mismatch.h"
#include "tally/mock.h"

/* As tally/match.h says of the option. */
enum { MAX_INDENT = 64 };

#define GREEN "\033[32m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

struct text {
	struct buf *out;
	struct tally_text_options options;
};

/* A text of the report; "" when it is not there. */
static const char *text_of(const cJSON *object, const char *name)
{
	const char *text = tally__json_get_string(object, name);

	return text ? text : "";
}

static void start_line(const struct text *text, unsigned indent)
{
	tally__buf_addf(text->out, "%*s", (int)(text->options.indent + indent), "");
}

/* Paths and descriptions come from outside. */
static void add(const struct text *text, const char *value)
{
	tally__text_add_printable(text->out, value, strlen(value), 0);
}

static void add_verdict(const struct text *text, bool good)
{
	start_line(text, 0);
	tally__buf_addf(text->out, "%s%s%s", text->options.colour ? good ? GREEN : RED : "",
			good ? "ok" : "failed", text->options.colour ? PLAIN : "");
}

static void add_mismatches(const struct text *text, const cJSON *object, unsigned indent)
{
	const cJSON *omitted = tally__json_get(object, "mismatchesOmitted");
	struct tally_text_options options = text->options;

	options.indent += indent;
	tally__mismatches_add_text(text->out, tally__json_get(object, "mismatches"),
				   cJSON_IsNumber(omitted) ? (size_t)omitted->valuedouble : 0,
				   &options);
}

static void add_quoted(const struct text *text, const char *value)
{
	tally__buf_addc(text->out, '"');
	add(text, value);
	tally__buf_addc(text->out, '"');
}

/* "POST /orders was asked, but not as expected (an order is placed)"; "the message "paid" was
 * expected, but never fetched". */
static void add_sentence(const struct text *text, const cJSON *problem)
{
	static const struct {
		const char *type;
		bool is_message;
		const char *sentence;
	} sentences[] = {
		{"request-mismatch", false, " was asked, but not as expected"},
		{"missing-request", false, " was expected, but never asked"},
		{"request-not-found", false, " was asked, but nothing like it is expected"},
		{"request-refused", false, " was refused"},
		{"message-mismatch", true, " was asked for, but its request is not as expected"},
		{"missing-message", true, " was expected, but never fetched"},
		{"message-not-found", true, " was asked for, but is not expected"},
	};
	const char *type = text_of(problem, "type");
	const char *method = text_of(problem, "method");
	const char *path = text_of(problem, "path");

	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
		if (strcmp(type, sentences[i].type) != 0)
			continue;
		if (sentences[i].is_message) {
			tally__buf_adds(text->out, "the message ");
			add_quoted(text, text_of(problem, "description"));
		} else {
			add(text, *method ? method : "a request");
			tally__buf_adds(text->out, *path ? " " : "");
			add(text, path);
		}
		tally__buf_adds(text->out, sentences[i].sentence);
		return;
	}
	add(text, type);
}

/* Those that an interaction is for: given "a" and "b". */
static void add_states(const struct text *text, const cJSON *problem)
{
	const cJSON *states = tally__json_get(problem, "providerStates");
	const cJSON *state = NULL;

	cJSON_ArrayForEach(state, states)
	{
		tally__buf_adds(text->out, state == states->child ? ", given " : " and ");
		add_quoted(text, text_of(state, "name"));
	}
}

static void add_nearest(const struct text *text, const cJSON *nearest)
{
	start_line(text, 4);
	tally__buf_adds(text->out, "nearest: ");
	add(text, text_of(nearest, "description"));
	tally__buf_adds(text->out, " (");
	add(text, text_of(nearest, "method"));
	tally__buf_addc(text->out, ' ');
	add(text, text_of(nearest, "path"));
	tally__buf_addc(text->out, ')');
	add_states(text, nearest);
	tally__buf_addc(text->out, '\n');
	add_mismatches(text, nearest, 6);
}

static void add_problem(const struct text *text, const cJSON *problem)
{
	const char *description = text_of(problem, "description");
	const char *reason = text_of(problem, "reason");
	const cJSON *count = tally__json_get(problem, "count");
	const cJSON *nearest = tally__json_get(problem, "nearest");

	start_line(text, 2);
	add_sentence(text, problem);
	/* A message has it in the sentence. */
	if (*description && *text_of(problem, "method")) {
		tally__buf_adds(text->out, " (");
		add(text, description);
		tally__buf_addc(text->out, ')');
	}
	add_states(text, problem);
	if (cJSON_IsNumber(count))
		tally__buf_addf(text->out, ", %.0f times", count->valuedouble);
	if (*reason) {
		tally__buf_adds(text->out, ": ");
		add(text, reason);
	}
	tally__buf_addc(text->out, '\n');
	add_mismatches(text, problem, 4);
	if (cJSON_IsObject(nearest))
		add_nearest(text, nearest);
}

/* What keeps a browser from asking for what is expected. */
static void add_preflights(const struct text *text, const cJSON *count)
{
	if (!cJSON_IsNumber(count))
		return;
	start_line(text, 2);
	tally__buf_addf(text->out,
			"%.0f CORS pre-flight request%s refused: --cors (the option \"cors\" in C) "
			"answers them\n",
			count->valuedouble, count->valuedouble > 1 ? "s were" : " was");
}

static void add_report(const struct text *text, const cJSON *report)
{
	const cJSON *problems = tally__json_get(report, "mismatches");
	int matched = cJSON_GetArraySize(tally__json_get(report, "matched"));
	int wrong = cJSON_GetArraySize(problems);
	bool success = tally__json_get_bool(report, "success", false);
	const cJSON *each = NULL;

	add_verdict(text, success);
	tally__buf_addf(text->out, ": %d interaction%s exercised", matched,
			matched == 1 ? "" : "s");
	if (!success)
		tally__buf_addf(text->out, ", %d problem%s", wrong, wrong == 1 ? "" : "s");
	tally__buf_adds(text->out, "\n");
	cJSON_ArrayForEach(each, problems)
	{
		add_problem(text, each);
	}
	if (!success)
		add_preflights(text, tally__json_get(report, "preflightsRefused"));
}

int tally_mock_report_text(const cJSON *report, const struct tally_text_options *options,
			   char **text, struct tally_error *error)
{
	struct buf out;
	struct text made = {.out = &out};
	int status = tally__call_check(report, "a report of tally_mock_report", error);

	if (status != 0)
		return status;
	if (!cJSON_IsArray(tally__json_get(report, "mismatches")))
		return tally__fail(error, TALLY_EINVAL, "expected a report of tally_mock_report");
	if (options)
		made.options = *options;
	if (made.options.indent > MAX_INDENT)
		made.options.indent = MAX_INDENT;
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	add_report(&made, report);
	status = tally__buf_status(&out, error);
	if (status == 0) {
		*text = tally__buf_take(&out, NULL);
		status = *text ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&out);
	return status;
}

bool tally_mock_ok(const struct tally_mock *mock)
{
	cJSON *report = NULL;
	bool ok = tally_mock_report(mock, &report, NULL) == 0 &&
		  tally__json_get_bool(report, "success", false);

	cJSON_Delete(report);
	return ok;
}
