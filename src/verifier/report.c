#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "matching/mismatch.h"
#include "verifier/report.h"

/* Of a body that came: enough to see what it is. */
#define BODY_LINES 8
#define BODY_CHARS 160

static const struct report_words class_words[REPORT_CLASSES] = {
	[REPORT_PASSED] = {"passed", "passed", "PASSED"},
	[REPORT_FAILED] = {"failed", "failed", "FAILED"},
	[REPORT_REGRESSED] = {"regressed", "regressed", "REGRESSED"},
	[REPORT_ERROR] = {"error", "in error", "ERROR"},
	[REPORT_FLAKY] = {"flaky", "flaky", "FLAKY"},
	[REPORT_NEW] = {"new", "new and failing", "NEW"},
	[REPORT_PENDING] = {"pending", "pending and failing", "PENDING"},
	[REPORT_SKIPPED] = {"skipped", "skipped", "SKIPPED"},
};

const char *tally__report_text(const cJSON *object, const char *name)
{
	const char *text = tally__json_get_string(object, name);

	return text != NULL ? text : "";
}

double tally__report_number(const cJSON *object, const char *name)
{
	const cJSON *number = tally__json_get(object, name);

	/* Not for NaN, either. */
	return cJSON_IsNumber(number) && number->valuedouble > 0 ? number->valuedouble : 0;
}

static bool is(const cJSON *object, const char *name, const char *word)
{
	return strcmp(tally__report_text(object, name), word) == 0;
}

/* ---- classes ---- */

enum report_class tally__report_class(const cJSON *interaction)
{
	if (is(interaction, "outcome", "passed"))
		return REPORT_PASSED;
	if (is(interaction, "outcome", "skipped"))
		return REPORT_SKIPPED;
	if (is(interaction, "standing", "new"))
		return REPORT_NEW;
	if (tally__json_get_bool(interaction, "pending", false))
		return REPORT_PENDING;
	if (is(interaction, "outcome", "flaky"))
		return REPORT_FLAKY;
	if (is(interaction, "outcome", "error"))
		return REPORT_ERROR;
	return is(interaction, "standing", "regressed") ? REPORT_REGRESSED : REPORT_FAILED;
}

const struct report_words *tally__report_words(enum report_class class)
{
	return &class_words[class];
}

bool tally__report_fails(enum report_class class)
{
	return class == REPORT_FAILED || class == REPORT_REGRESSED || class == REPORT_ERROR ||
	       class == REPORT_FLAKY;
}

bool tally__report_has_details(enum report_class class)
{
	return class != REPORT_PASSED && class != REPORT_SKIPPED;
}

void tally__report_count(struct report_counts *counts, const cJSON *contract)
{
	const cJSON *interaction;

	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		enum report_class class = tally__report_class(interaction);

		counts->of[class]++;
		counts->total++;
		counts->known +=
			class == REPORT_PASSED && tally__json_get_bool(interaction, "known", false);
		counts->duration_ms += tally__report_number(interaction, "durationMs");
	}
}

void tally__report_add_counts(struct buf *out, const struct report_counts *counts)
{
	bool any = false;

	for (size_t i = 0; i < REPORT_CLASSES; i++) {
		if (counts->of[i] == 0)
			continue;
		tally__buf_addf(out, "%s%zu %s", any ? ", " : "", counts->of[i],
				class_words[i].counted);
		if (i == REPORT_PASSED && counts->known > 0)
			tally__buf_addf(out, " (%zu known)", counts->known);
		any = true;
	}
	if (!any)
		tally__buf_adds(out, "no interactions");
}

/* ---- frame ---- */

int tally__report_check(const cJSON *results, struct tally_error *error)
{
	if (cJSON_IsArray(tally__json_get(results, "contracts")))
		return 0;
	return tally__fail(error, TALLY_EINVAL,
			   "expected the results of tally_verify, with a list \"contracts\"");
}

int tally__report_take(struct buf *out, char **text, struct tally_error *error)
{
	int status = tally__buf_status(out, error);
	char *taken = NULL;

	if (status == 0) {
		/* An empty report is a text, too. */
		tally__buf_reserve(out, 1);
		taken = tally__buf_take(out, NULL);
		if (taken == NULL)
			status = tally__fail_nomem(error);
		else
			*text = taken;
	}
	tally__buf_release(out);
	return status;
}

/* ---- parts ---- */

void tally__report_add_shown(struct buf *out, const char *text, size_t max_chars)
{
	tally__text_add_printable(out, text, strlen(text), max_chars);
}

void tally__report_add_message(struct buf *out, const char *text, size_t max_chars,
			       const char *between)
{
	size_t len = strcspn(text, "\n");

	tally__text_add_printable(out, text, len, max_chars);
	while (text[len] == '\n') {
		text += len + 1;
		len = strcspn(text, "\n");
		tally__buf_adds(out, between);
		tally__text_add_printable(out, text, len, max_chars);
	}
}

void tally__report_add_markup(struct buf *out, const struct buf *shown)
{
	if (shown->status != 0)
		out->status = shown->status;
	for (size_t i = 0; i < shown->len; i++) {
		switch (shown->bytes[i]) {
		case '&':
			tally__buf_adds(out, "&amp;");
			break;
		case '<':
			tally__buf_adds(out, "&lt;");
			break;
		case '>':
			tally__buf_adds(out, "&gt;");
			break;
		case '"':
			tally__buf_adds(out, "&quot;");
			break;
		default:
			tally__buf_addc(out, shown->bytes[i]);
		}
	}
}

void tally__report_add_escaped(struct buf *out, const char *text, size_t max_chars)
{
	struct buf shown;

	tally__buf_init(&shown, LIMIT_REPORT_BYTES);
	tally__report_add_shown(&shown, text, max_chars);
	tally__report_add_markup(out, &shown);
	tally__buf_release(&shown);
}

void tally__report_add_contract(struct buf *out, const cJSON *contract)
{
	const char *version = tally__report_text(contract, "consumerVersion");

	tally__report_add_shown(out, tally__report_text(contract, "consumer"), 0);
	if (*version != '\0') {
		tally__buf_addc(out, ' ');
		tally__report_add_shown(out, version, 0);
	}
	tally__buf_adds(out, " -> ");
	tally__report_add_shown(out, tally__report_text(contract, "provider"), 0);
}

void tally__report_add_states(struct buf *out, const cJSON *interaction)
{
	const cJSON *state;
	const char *word = "given ";

	cJSON_ArrayForEach(state, tally__json_get(interaction, "providerStates"))
	{
		tally__buf_adds(out, word);
		tally__report_add_shown(out, cJSON_IsString(state) ? state->valuestring : "", 0);
		word = " and ";
	}
}

void tally__report_add_why(struct buf *out, const cJSON *contract)
{
	const cJSON *why = tally__json_get(contract, "why");
	const char *separator = "";
	const cJSON *sentence;

	if (cJSON_IsString(why))
		tally__report_add_shown(out, why->valuestring, 0);
	if (!cJSON_IsArray(why))
		return;
	cJSON_ArrayForEach(sentence, why)
	{
		if (!cJSON_IsString(sentence))
			continue;
		tally__buf_adds(out, separator);
		tally__report_add_shown(out, sentence->valuestring, 0);
		separator = "; ";
	}
}

const cJSON *tally__report_error(const cJSON *results)
{
	const cJSON *error = tally__json_get(results, "error");

	return cJSON_IsObject(error) ? error : NULL;
}

void tally__report_add_error(struct buf *out, const cJSON *error, const char *between)
{
	const char *where = tally__report_text(error, "where");
	double line = tally__report_number(error, "line");
	double column = tally__report_number(error, "column");

	tally__report_add_shown(out, where, 0);
	if (line > 0)
		tally__buf_addf(out, *where != '\0' ? ":%.0f" : "%.0f", line);
	if (line > 0 && column > 0)
		tally__buf_addf(out, ":%.0f", column);
	if (*where != '\0' || line > 0)
		tally__buf_adds(out, ": ");
	tally__report_add_message(out, tally__report_text(error, "message"), 0, between);
}

const char *tally__report_cut_short(const cJSON *results)
{
	if (tally__json_get_bool(results, "interrupted", false))
		return "the run was interrupted: the results are not all";
	if (tally__json_get_bool(results, "outOfTime", false))
		return "the time for the run was over: the results are not all";
	return NULL;
}

const char *tally__report_skip_reason(const cJSON *interaction)
{
	const char *message = tally__report_text(interaction, "message");

	/* Where nothing went wrong there is no message. */
	return *message != '\0' ? message : "not chosen by the filters";
}

size_t tally__report_attempts(const cJSON *interaction, size_t *passed)
{
	const cJSON *attempt;
	size_t count = 0;

	*passed = 0;
	cJSON_ArrayForEach(attempt, tally__json_get(interaction, "attempts"))
	{
		count++;
		*passed += is(attempt, "outcome", "passed");
	}
	return count > 1 ? count : 0;
}

size_t tally__report_omitted(const cJSON *attempt)
{
	double omitted = tally__report_number(attempt, "mismatchesOmitted");

	return omitted < (double)(SIZE_MAX / 2) ? (size_t)omitted : SIZE_MAX / 2;
}

void tally__report_add_reason(struct buf *out, const cJSON *interaction, size_t max_chars)
{
	const cJSON *first = cJSON_GetArrayItem(tally__json_get(interaction, "mismatches"), 0);
	const char *message = tally__report_text(interaction, "message");
	const char *path = tally__report_text(first, "path");
	size_t passed = 0;
	size_t attempts = tally__report_attempts(interaction, &passed);

	if (attempts > 0 && is(interaction, "outcome", "flaky"))
		tally__buf_addf(out, "passed %zu of %zu times; ", passed, attempts);
	if (*message != '\0') {
		tally__report_add_message(out, message, max_chars, " ");
		return;
	}
	if (first == NULL) {
		tally__buf_adds(out, tally__json_get_bool(interaction, "known", false)
					     ? "known from an earlier run"
					     : "no reason is given");
		return;
	}
	if (*path == '$') {
		tally__report_add_shown(out, path, max_chars);
		tally__buf_adds(out, ": ");
	}
	tally__report_add_shown(out, tally__report_text(first, "message"), max_chars);
}

/* ---- what came ---- */

static const char *header_of(const cJSON *headers, const char *name)
{
	const cJSON *header;

	cJSON_ArrayForEach(header, headers)
	{
		const char *header_name = cJSON_IsArray(headers)
						  ? tally__report_text(header, "name")
						  : header->string;
		const cJSON *value =
			cJSON_IsArray(headers) ? tally__json_get(header, "value") : header;

		if (header_name == NULL || !tally__text_equal_nocase(header_name, name))
			continue;
		if (cJSON_IsArray(value))
			value = cJSON_GetArrayItem(value, 0);
		return cJSON_IsString(value) ? value->valuestring : "";
	}
	return "";
}

const cJSON *tally__report_response(const cJSON *interaction)
{
	const cJSON *response = tally__json_get(interaction, "response");
	const cJSON *mismatch;
	bool is_other = *tally__report_text(interaction, "message") != '\0';

	cJSON_ArrayForEach(mismatch, tally__json_get(interaction, "mismatches"))
	{
		is_other = is_other || is(mismatch, "type", "status") ||
			   is(mismatch, "type", "body-type");
	}
	return is_other && cJSON_IsObject(response) ? response : NULL;
}

void tally__report_add_response(struct buf *out, const cJSON *response)
{
	const char *type = header_of(tally__json_get(response, "headers"), "Content-Type");
	double bytes = tally__report_number(response, "bodyBytes");

	tally__buf_addf(out, "%.0f", tally__report_number(response, "status"));
	if (*type != '\0') {
		tally__buf_adds(out, ", ");
		tally__report_add_shown(out, type, 80);
	}
	if (bytes > 0)
		tally__buf_addf(out, ", %.0f byte%s", bytes, bytes > 1 ? "s" : "");
	else
		tally__buf_adds(out, ", no body");
}

/* ---- lines ---- */

struct lines {
	struct buf *out;
	unsigned indent;
};

static void begin_line(const struct lines *lines)
{
	tally__buf_addf(lines->out, "%*s", (int)lines->indent, "");
}

static void add_line(const struct lines *lines, const char *label, const char *text)
{
	if (*text == '\0')
		return;
	begin_line(lines);
	tally__buf_adds(lines->out, label);
	tally__report_add_shown(lines->out, text, 0);
	tally__buf_addc(lines->out, '\n');
}

static void add_message(const struct lines *lines, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		begin_line(lines);
		tally__text_add_printable(lines->out, text, len, 0);
		tally__buf_addc(lines->out, '\n');
		text += len + (text[len] == '\n');
	}
}

static void add_state_lines(const struct lines *lines, const cJSON *interaction)
{
	const cJSON *state;
	const char *word = "given ";

	cJSON_ArrayForEach(state, tally__json_get(interaction, "providerStates"))
	{
		add_line(lines, word, cJSON_IsString(state) ? state->valuestring : "");
		word = "and ";
	}
}

/* References stand in groups: {"jira": {"story": "A-1"}}. */
static void add_reference_lines(const struct lines *lines, const cJSON *references)
{
	const cJSON *group;
	const cJSON *reference;

	cJSON_ArrayForEach(group, references)
	{
		cJSON_ArrayForEach(reference, group)
		{
			if (!cJSON_IsString(reference) || reference->string == NULL)
				continue;
			begin_line(lines);
			tally__report_add_shown(lines->out, group->string, 0);
			tally__buf_addc(lines->out, ' ');
			tally__report_add_shown(lines->out, reference->string, 0);
			tally__buf_adds(lines->out, ": ");
			tally__report_add_shown(lines->out, reference->valuestring, 0);
			tally__buf_addc(lines->out, '\n');
		}
	}
}

/* What the consumer's team says of it: version 4 names these members. */
static void add_comment_lines(const struct lines *lines, const cJSON *interaction)
{
	const cJSON *comments = tally__json_get(interaction, "comments");
	const cJSON *text = tally__json_get(comments, "text");
	const cJSON *line;

	add_line(lines, "test: ", tally__report_text(comments, "testname"));
	add_line(lines, "comment: ", tally__report_text(comments, "text"));
	if (cJSON_IsArray(text)) {
		cJSON_ArrayForEach(line, text)
			add_line(lines, "comment: ", cJSON_IsString(line) ? line->valuestring : "");
	}
	if (cJSON_IsObject(tally__json_get(comments, "references")))
		add_reference_lines(lines, tally__json_get(comments, "references"));
}

static void add_attempts_line(const struct lines *lines, const cJSON *interaction)
{
	size_t passed = 0;
	size_t count = tally__report_attempts(interaction, &passed);

	if (count == 0)
		return;
	begin_line(lines);
	tally__buf_addf(lines->out, "passed %zu of %zu times\n", passed, count);
}

/* Tabs are blanks here: "\x09" would be no help. */
static void add_body_line(struct buf *out, const char *text, size_t len)
{
	size_t shown = 0;

	while (shown < len && shown < BODY_CHARS) {
		size_t part = 0;

		while (shown + part < len && text[shown + part] != '\t')
			part++;
		tally__text_add_printable(out, text + shown, part, BODY_CHARS - shown);
		shown += part;
		if (shown < len && text[shown] == '\t') {
			tally__buf_adds(out, "  ");
			shown++;
		}
	}
}

static void add_body_lines(const struct lines *lines, const cJSON *response)
{
	const char *body = tally__report_text(response, "body");
	size_t count = 0;

	while (*body != '\0' && count < BODY_LINES) {
		size_t len = strcspn(body, "\r\n");

		if (strspn(body, " \t") < len) {
			begin_line(lines);
			tally__buf_adds(lines->out, "  | ");
			add_body_line(lines->out, body, len);
			tally__buf_addc(lines->out, '\n');
			count++;
		}
		body += len;
		body += strspn(body, "\r\n");
	}
	if (*body != '\0') {
		begin_line(lines);
		tally__buf_adds(lines->out, "  | …\n");
	}
}

static void add_response_lines(const struct lines *lines, const cJSON *interaction)
{
	const cJSON *response = tally__report_response(interaction);

	if (response == NULL)
		return;
	begin_line(lines);
	tally__buf_adds(lines->out, "received: ");
	tally__report_add_response(lines->out, response);
	tally__buf_addc(lines->out, '\n');
	add_body_lines(lines, response);
}

void tally__report_add_details(struct buf *out, const cJSON *interaction,
			       const struct tally_text_options *options)
{
	const cJSON *request = tally__json_get(interaction, "request");
	const struct lines lines = {out, options->indent};

	if (request == NULL)
		request = tally__json_get(interaction, "request");
	add_state_lines(&lines, interaction);
	add_comment_lines(&lines, interaction);
	add_attempts_line(&lines, interaction);
	if (tally__json_get_bool(interaction, "known", false))
		add_line(&lines, "", "known from an earlier run of this version");
	add_message(&lines, tally__report_text(interaction, "message"));
	tally__mismatches_add_text(out, tally__json_get(interaction, "mismatches"),
				   tally__report_omitted(interaction), options);
	add_response_lines(&lines, interaction);
	add_line(&lines, "ask again: ", tally__report_text(request, "curl"));
}

/* ---- notices ---- */

static bool has_passed(const cJSON *contract)
{
	const cJSON *interaction;

	/* What may fail does not fail the run, and has not passed either. */
	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		if (tally__report_has_details(tally__report_class(interaction)))
			return false;
	}
	return tally__json_get_bool(contract, "success", false);
}

const char *tally__report_notice(const cJSON *results, const cJSON *contract, const cJSON *notice)
{
	static const char after[] = "after_verification:success_";
	const char *when = tally__report_text(notice, "when");
	const char *text = tally__json_get_string(notice, "text");
	bool success = has_passed(contract);
	bool published = tally__json_get(results, "recorded") != NULL;
	const char *rest;

	if (text == NULL || *text == '\0' || strncmp(when, after, sizeof(after) - 1) != 0)
		return text;
	rest = when + sizeof(after) - 1;
	if (strncmp(rest, success ? "true" : "false", success ? 4 : 5) != 0)
		return NULL;
	rest = strstr(rest, "published_");
	return rest == NULL || strcmp(rest + 10, published ? "true" : "false") == 0 ? text : NULL;
}
