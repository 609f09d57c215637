#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "verifier/report.h"
#include "verifier/report_html.h"

static void add(struct buf *out, const char *markup)
{
	tally__buf_adds(out, markup);
}

/* <p class="…">text</p>, or nothing without a text. */
static void add_paragraph(struct buf *out, const char *class, const char *text)
{
	if (*text == '\0')
		return;
	tally__buf_addf(out, "<p class=\"%s\">", class);
	tally__report_add_escaped(out, text, 0);
	add(out, "</p>\n");
}

static void add_message(struct buf *out, const char *text)
{
	struct buf shown;

	if (*text == '\0')
		return;
	tally__buf_init(&shown, LIMIT_REPORT_BYTES);
	tally__report_add_message(&shown, text, 0, "\n");
	add(out, "<p class=\"error-text\">");
	tally__report_add_markup(out, &shown);
	add(out, "</p>\n");
	tally__buf_release(&shown);
}

static void add_value(struct buf *out, const char *label, const char *class, const char *value)
{
	tally__buf_addf(out, "<dt>%s</dt><dd><code class=\"%s\">", label, class);
	tally__report_add_escaped(out, value, 0);
	add(out, "</code></dd>\n");
}

/* The lines of a difference, of which "-" is expected and "+" came. */
static void add_diff(struct buf *out, const char *diff)
{
	struct buf shown;

	tally__buf_init(&shown, LIMIT_REPORT_BYTES);
	add(out, "<pre aria-label=\"Difference\">");
	while (*diff != '\0') {
		const char *element = *diff == '-' ? "del" : *diff == '+' ? "ins" : "span";
		const char *class = *diff == '@' ? " class=\"hunk\"" : " class=\"same\"";
		size_t len = strcspn(diff, "\n");

		tally__buf_clear(&shown);
		tally__buf_add(&shown, diff, len);
		tally__buf_addf(out, "<%s%s>", element, *element == 's' ? class : "");
		tally__report_add_escaped(out, shown.bytes, 0);
		/* An empty line has a height, too. */
		tally__buf_addf(out, "%s</%s>", len == 0 ? " " : "", element);
		if (shown.status != 0)
			out->status = shown.status;
		diff += len + (diff[len] == '\n');
	}
	add(out, "</pre>\n");
	tally__buf_release(&shown);
}

static void add_values(struct buf *out, const cJSON *mismatch)
{
	const char *expected = tally__json_get_string(mismatch, "expected");
	const char *actual = tally__json_get_string(mismatch, "actual");
	const char *rule = tally__report_text(mismatch, "rule");
	const char *diff = tally__report_text(mismatch, "diff");
	bool has_values = *diff == '\0' && (expected != NULL || actual != NULL);
	bool has_rule = *rule != '\0' && strcmp(rule, "equality") != 0;

	if (has_values || has_rule)
		add(out, "<dl class=\"values\">\n");
	if (has_values) {
		add_value(out, "expected", "want", expected != NULL ? expected : "(nothing)");
		add_value(out, "received", "got", actual != NULL ? actual : "(missing)");
	}
	if (has_rule)
		add_value(out, "rule", "", rule);
	if (has_values || has_rule)
		add(out, "</dl>\n");
	if (*diff != '\0')
		add_diff(out, diff);
}

static void add_mismatch(struct buf *out, const cJSON *mismatch)
{
	bool is_detail = tally__json_get_bool(mismatch, "detail", false);

	tally__buf_addf(out, "<div class=\"wrong%s\">\n<p class=\"place\"><code>",
			is_detail ? " more" : "");
	tally__report_add_escaped(out, tally__report_text(mismatch, "path"), 0);
	add(out, "</code><span class=\"dim\">");
	tally__report_add_escaped(out, tally__report_text(mismatch, "part"), 0);
	add(out, "</span></p>\n");
	add_paragraph(out, "says", tally__report_text(mismatch, "message"));
	add_values(out, mismatch);
	add(out, "</div>\n");
}

static void add_mismatches(struct buf *out, const cJSON *interaction)
{
	size_t omitted = tally__report_omitted(interaction);
	const cJSON *mismatch;

	cJSON_ArrayForEach(mismatch, tally__json_get(interaction, "mismatches"))
	{
		add_mismatch(out, mismatch);
	}
	if (omitted > 0)
		tally__buf_addf(out, "<p class=\"dim\">… and %zu more mismatch%s</p>\n", omitted,
				omitted > 1 ? "es" : "");
}

/* A text of several lines, each shown. */
static void add_block(struct buf *out, const char *text)
{
	struct buf line;

	tally__buf_init(&line, LIMIT_REPORT_BYTES);
	add(out, "<pre>");
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t end = len > 0 && text[len - 1] == '\r' ? len - 1 : len;

		tally__buf_clear(&line);
		for (size_t i = 0; i < end; i++) {
			if (text[i] == '\t')
				tally__buf_adds(&line, "    ");
			else
				tally__buf_addc(&line, text[i]);
		}
		tally__report_add_escaped(out, line.bytes, 0);
		if (line.status != 0)
			out->status = line.status;
		text += len;
		if (*text == '\n') {
			tally__buf_addc(out, '\n');
			text++;
		}
	}
	add(out, "</pre>\n");
	tally__buf_release(&line);
}

static void add_response(struct buf *out, const cJSON *interaction)
{
	const cJSON *response = tally__json_get(interaction, "response");
	const char *body = tally__report_text(response, "body");
	struct buf line;

	if (!cJSON_IsObject(response))
		return;
	tally__buf_init(&line, LIMIT_REPORT_BYTES);
	tally__report_add_response(&line, response);
	/* Open where the mismatches alone cannot be understood. */
	tally__buf_addf(out, "<details class=\"came\"%s><summary>What came: ",
			tally__report_response(interaction) != NULL ? " open" : "");
	tally__report_add_markup(out, &line);
	add(out, "</summary>\n");
	if (*body != '\0')
		add_block(out, body);
	add(out, "</details>\n");
	tally__buf_release(&line);
}

static void add_attempts(struct buf *out, const cJSON *interaction)
{
	size_t passed = 0;
	size_t count = tally__report_attempts(interaction, &passed);

	if (count > 0)
		tally__buf_addf(out, "<p>It passed %zu of %zu times.</p>\n", passed, count);
}

void tally__report_add_html_details(struct buf *out, const cJSON *interaction)
{
	const cJSON *request = tally__json_get(interaction, "request");
	const char *curl;

	if (request == NULL)
		request = tally__json_get(interaction, "request");
	curl = tally__report_text(request, "curl");
	add_attempts(out, interaction);
	if (tally__json_get_bool(interaction, "known", false))
		add_paragraph(out, "dim", "Known from an earlier run of this version.");
	add_message(out, tally__report_text(interaction, "message"));
	add_mismatches(out, interaction);
	add_response(out, interaction);
	if (*curl != '\0') {
		add(out, "<div><h3>Ask again</h3>\n");
		add_block(out, curl);
		add(out, "</div>\n");
	}
}
