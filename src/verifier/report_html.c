/* One page for people.  It needs no scripts and no network: what can be folded is, by the browser,
 * and the choice of what is shown is a matter of style.  Whatever comes from contracts, providers
 * and brokers goes through tally__report_add_escaped; the policy in the page's head forbids all but
 * the one style. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "verifier/report.h"
#include "verifier/report_html.h"

/* So many are unfolded from the beginning, and so many are listed at the top. */
#define UNFOLDED     20
#define LISTED       50
#define REASON_CHARS 200

struct page {
	struct buf *out;
	struct buf shown; /* a text on its way to be escaped */
	const cJSON *results;
	struct report_counts counts;
	bool success;
	size_t told; /* interactions with details so far */
};

static void add(struct page *page, const char *markup)
{
	tally__buf_adds(page->out, markup);
}

static void add_shown(struct page *page)
{
	tally__report_add_markup(page->out, &page->shown);
	tally__buf_clear(&page->shown);
}

static size_t failing(const struct report_counts *counts)
{
	size_t count = 0;

	for (size_t i = 0; i < REPORT_CLASSES; i++)
		count += tally__report_fails((enum report_class)i) ? counts->of[i] : 0;
	return count;
}

static size_t untroubled(const struct report_counts *counts)
{
	return counts->of[REPORT_PASSED] + counts->of[REPORT_SKIPPED];
}

/* ---- head ---- */

static void add_head(struct page *page)
{
	size_t bad = failing(&page->counts);

	add(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		  "style-src 'sha256-");
	add(page, tally__report_style_digest);
	add(page, "'; base-uri 'none'; form-action 'none'\">\n"
		  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		  "<meta name=\"referrer\" content=\"no-referrer\">\n");
	if (tally__report_error(page->results) != NULL)
		add(page, "<title>no results – tally verify</title>\n");
	else if (bad > 0)
		tally__buf_addf(page->out, "<title>%zu failed – tally verify</title>\n", bad);
	else
		tally__buf_addf(page->out, "<title>%zu passed – tally verify</title>\n",
				page->counts.of[REPORT_PASSED]);
	add(page, "<style>");
	for (const char *const *line = tally__report_style; *line != NULL; line++) {
		add(page, *line);
		tally__buf_addc(page->out, '\n');
	}
	add(page, "</style>\n</head>\n<body>\n");
}

/* ---- the top ---- */

static void add_bar(struct page *page)
{
	double x = 0;

	if (page->counts.total == 0)
		return;
	add(page, "<svg class=\"bar\" viewBox=\"0 0 1000 1\" preserveAspectRatio=\"none\" "
		  "aria-hidden=\"true\">");
	for (size_t i = 0; i < REPORT_CLASSES; i++) {
		double width = 1000 * (double)page->counts.of[i] / (double)page->counts.total;

		/* Whole numbers: a locale may write others with a comma. */
		if (page->counts.of[i] > 0)
			tally__buf_addf(
				page->out,
				"<rect class=\"%s\" x=\"%.0f\" width=\"%.0f\" height=\"1\"/>",
				tally__report_words((enum report_class)i)->name, x,
				width < 1 ? 1 : width);
		x += width;
	}
	add(page, "</svg>\n");
}

static void add_fact(struct page *page, const char *label, const char *value)
{
	if (*value == '\0')
		return;
	tally__buf_addf(page->out, "<div><dt>%s</dt><dd>", label);
	tally__report_add_escaped(page->out, value, 0);
	add(page, "</dd></div>\n");
}

/* A link only where it leads to a page; "javascript:" and the like are texts. */
static void add_build(struct page *page, const char *url)
{
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) {
		add_fact(page, "build", url);
		return;
	}
	add(page, "<div><dt>build</dt><dd><a rel=\"noreferrer\" href=\"");
	tally__report_add_escaped(page->out, url, 0);
	add(page, "\">");
	tally__report_add_escaped(page->out, url, 80);
	add(page, "</a></dd></div>\n");
}

static void add_facts(struct page *page)
{
	const cJSON *results = page->results;

	add(page, "<dl class=\"facts\">\n");
	add_fact(page, "version", tally__report_text(results, "providerVersion"));
	add_fact(page, "branch", tally__report_text(results, "providerBranch"));
	add_fact(page, "started", tally__report_text(results, "startedAt"));
	tally__buf_addf(page->out, "<div><dt>answers took</dt><dd>%.0f ms</dd></div>\n",
			page->counts.duration_ms);
	if (cJSON_IsNumber(tally__json_get(results, "seed")))
		tally__buf_addf(page->out, "<div><dt>seed</dt><dd>%.0f</dd></div>\n",
				tally__report_number(results, "seed"));
	if (*tally__report_text(results, "buildUrl") != '\0')
		add_build(page, tally__report_text(results, "buildUrl"));
	add(page, "</dl>\n");
}

/* The provider, when it is the same of all contracts. */
static const char *provider_of(const cJSON *results)
{
	const cJSON *contracts = tally__json_get(results, "contracts");
	const char *name = tally__report_text(cJSON_GetArrayItem(contracts, 0), "provider");
	const cJSON *contract;

	cJSON_ArrayForEach(contract, contracts)
	{
		if (strcmp(name, tally__report_text(contract, "provider")) != 0)
			return "";
	}
	return name;
}

static void add_title(struct page *page)
{
	const struct report_counts *counts = &page->counts;
	const char *provider = provider_of(page->results);
	size_t bad = failing(counts);

	if (tally__report_error(page->results) != NULL) {
		add(page, page->success ? "<h1>There was nothing to verify</h1>\n"
					: "<h1>There are no results</h1>\n");
		return;
	}
	add(page, "<h1>");
	tally__report_add_escaped(page->out, *provider != '\0' ? provider : "The provider", 0);
	if (bad > 0)
		tally__buf_addf(page->out, " breaks %zu of %zu interactions", bad,
				counts->total - counts->of[REPORT_SKIPPED]);
	else if (!page->success)
		add(page, " was not asked for everything");
	else if (counts->of[REPORT_PASSED] == 0)
		add(page, ": nothing passed, and nothing failed");
	else if (untroubled(counts) == counts->total)
		add(page, " honours its contracts");
	else
		add(page, " honours its contracts, but for what is new or pending");
	add(page, "</h1>\n<p>");
	tally__report_add_counts(&page->shown, counts);
	add_shown(page);
	add(page, "</p>\n");
}

static void add_warnings(struct page *page)
{
	const char *cut_short = tally__report_cut_short(page->results);
	const cJSON *error = tally__report_error(page->results);
	const cJSON *warning;

	if (error != NULL) {
		add(page, "<p class=\"note\">");
		tally__report_add_error(&page->shown, error, " ");
		add_shown(page);
		add(page, "</p>\n");
	}
	if (cut_short != NULL)
		tally__buf_addf(page->out, "<p class=\"note\">Note: %s.</p>\n", cut_short);
	cJSON_ArrayForEach(warning, tally__json_get(page->results, "warnings"))
	{
		add(page, "<p class=\"note\">");
		tally__report_add_escaped(page->out,
					  cJSON_IsString(warning) ? warning->valuestring : "", 0);
		add(page, "</p>\n");
	}
}

static void add_top(struct page *page)
{
	const struct report_counts *counts = &page->counts;
	const char *class = failing(counts) > 0 || !page->success ? "bad"
			    : counts->of[REPORT_PASSED] == 0      ? "none"
								  : "good";

	tally__buf_addf(page->out,
			"<header class=\"top %s\"><div>\n<p class=\"brand\">tally verify</p>\n",
			class);
	add_title(page);
	add_bar(page);
	add_facts(page);
	add_warnings(page);
	add(page, "</div></header>\n<main>\n");
}

/* ---- the filter ---- */

static void add_choice(struct page *page, const char *name, const char *label, size_t count,
		       bool checked)
{
	tally__buf_addf(page->out,
			"<label><input type=\"radio\" name=\"show\" id=\"only-%s\"%s> %s "
			"<span class=\"dim\">%zu</span></label>\n",
			name, checked ? " checked" : "", label, count);
}

static void add_filter(struct page *page)
{
	if (page->counts.total < 2)
		return;
	add(page, "<fieldset class=\"show\">\n<legend>Show interactions</legend>\n");
	add_choice(page, "all", "all", page->counts.total, true);
	for (size_t i = 0; i < REPORT_CLASSES; i++) {
		const struct report_words *words = tally__report_words((enum report_class)i);

		if (page->counts.of[i] > 0)
			add_choice(page, words->name, words->counted, page->counts.of[i], false);
	}
	add(page, "</fieldset>\n");
}

/* ---- what failed, in short ---- */

static void add_entry(struct page *page, const cJSON *interaction, size_t contract, size_t number)
{
	tally__buf_addf(page->out, "<li><a href=\"#c%zu-i%zu\">", contract, number);
	tally__report_add_escaped(page->out, tally__report_text(interaction, "description"), 0);
	add(page, "</a> <span class=\"why\">");
	tally__report_add_reason(&page->shown, interaction, REASON_CHARS);
	add_shown(page);
	add(page, "</span></li>\n");
}

static void add_short(struct page *page)
{
	size_t bad = failing(&page->counts);
	size_t listed = 0, c = 0;
	const cJSON *contract, *interaction;

	if (bad == 0)
		return;
	add(page, "<nav class=\"short\" aria-labelledby=\"short\">\n"
		  "<h2 id=\"short\">What failed</h2>\n<ol>\n");
	cJSON_ArrayForEach(contract, tally__json_get(page->results, "contracts"))
	{
		size_t i = 0;

		c++;
		cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
		{
			i++;
			if (tally__report_fails(tally__report_class(interaction)) &&
			    listed++ < LISTED)
				add_entry(page, interaction, c, i);
		}
	}
	add(page, "</ol>\n");
	if (listed > LISTED)
		tally__buf_addf(page->out, "<p class=\"dim\">… and %zu more, below</p>\n",
				listed - LISTED);
	add(page, "</nav>\n");
}

/* ---- contracts ---- */

/* What is on the line of an interaction, whether it folds or not. */
static void add_line(struct page *page, const cJSON *interaction, enum report_class class)
{
	const cJSON *took = tally__json_get(interaction, "durationMs");

	tally__buf_addf(page->out, "<span class=\"badge\">%s</span> <span class=\"name\">",
			tally__report_words(class)->name);
	tally__report_add_escaped(page->out, tally__report_text(interaction, "description"), 0);
	tally__report_add_states(&page->shown, interaction);
	if (class == REPORT_SKIPPED) {
		if (page->shown.len > 0)
			tally__buf_adds(&page->shown, "; ");
		tally__report_add_shown(&page->shown, tally__report_skip_reason(interaction),
					REASON_CHARS);
	}
	if (page->shown.len > 0) {
		add(page, " <span class=\"given\">");
		add_shown(page);
		add(page, "</span>");
	}
	add(page, "</span>");
	if (cJSON_IsNumber(took))
		tally__buf_addf(page->out, " <span class=\"took\">%.0f ms</span>",
				tally__report_number(interaction, "durationMs"));
}

static void add_interaction(struct page *page, const cJSON *interaction, size_t contract,
			    size_t number)
{
	enum report_class class = tally__report_class(interaction);

	tally__buf_addf(page->out, "<li class=\"item %s\">", tally__report_words(class)->name);
	if (tally__report_has_details(class)) {
		tally__buf_addf(page->out, "<details class=\"fold\"%s><summary>",
				page->told++ < UNFOLDED ? " open" : "");
		add_line(page, interaction, class);
		/* Inside: a browser unfolds what a link leads into. */
		tally__buf_addf(page->out, "</summary>\n<div class=\"tell\" id=\"c%zu-i%zu\">\n",
				contract, number);
		tally__report_add_html_details(page->out, interaction);
		add(page, "</div></details>");
	} else {
		tally__buf_addf(page->out, "<div class=\"row\" id=\"c%zu-i%zu\">", contract,
				number);
		add_line(page, interaction, class);
		add(page, "</div>");
	}
	tally__buf_addf(page->out,
			"<a class=\"anchor\" href=\"#c%zu-i%zu\" aria-label=\"Link to this "
			"interaction\">#</a></li>\n",
			contract, number);
}

static void add_contract_header(struct page *page, const cJSON *contract, size_t number)
{
	struct report_counts counts = {0};
	const char *version = tally__report_text(contract, "consumerVersion");

	const cJSON *notice;

	tally__report_count(&counts, contract);
	tally__buf_addf(page->out, "<header><h2 id=\"c%zu\">", number);
	tally__report_add_escaped(page->out, tally__report_text(contract, "consumer"), 0);
	if (*version != '\0') {
		add(page, " <span class=\"dim\">");
		tally__report_add_escaped(page->out, version, 0);
		add(page, "</span>");
	}
	add(page, " <span class=\"arrow\">→</span> ");
	tally__report_add_escaped(page->out, tally__report_text(contract, "provider"), 0);
	add(page, "</h2>\n<p class=\"dim\">");
	tally__report_add_counts(&page->shown, &counts);
	if (*tally__report_text(contract, "file") != '\0') {
		tally__buf_adds(&page->shown, " · ");
		tally__report_add_shown(&page->shown, tally__report_text(contract, "file"), 0);
	}
	add_shown(page);
	add(page, "</p>\n");
	tally__report_add_why(&page->shown, contract);
	if (page->shown.len > 0) {
		add(page, "<p class=\"dim\">Verified because: ");
		add_shown(page);
		add(page, "</p>\n");
	}
	cJSON_ArrayForEach(notice, tally__json_get(contract, "notices"))
	{
		const char *text = tally__report_notice(page->results, contract, notice);

		if (text == NULL)
			continue;
		add(page, "<p class=\"note\">");
		tally__report_add_escaped(page->out, text, 0);
		add(page, "</p>\n");
	}
	add(page, "</header>\n");
}

static void add_contracts(struct page *page)
{
	const cJSON *contract, *interaction;
	size_t c = 0;

	cJSON_ArrayForEach(contract, tally__json_get(page->results, "contracts"))
	{
		size_t i = 0;

		c++;
		tally__buf_addf(page->out,
				"<section class=\"contract\" aria-labelledby=\"c%zu\">\n", c);
		add_contract_header(page, contract, c);
		if (cJSON_GetArraySize(tally__json_get(contract, "interactions")) > 0)
			add(page, "<ul class=\"items\">\n");
		cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
		{
			add_interaction(page, interaction, c, ++i);
		}
		if (i > 0)
			add(page, "</ul>\n");
		add(page, "</section>\n");
	}
}

int tally_verify_report_html(const cJSON *results,
			     const struct tally_verify_report_options *options, char **text,
			     struct tally_error *error)
{
	struct page page = {.results = results};
	int status = tally__report_check(results, error);
	const cJSON *contract;
	struct buf out;

	(void)options;
	if (status != 0)
		return status;
	page.success = tally__json_get_bool(results, "success", false);
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	tally__buf_init(&page.shown, LIMIT_REPORT_BYTES);
	page.out = &out;
	cJSON_ArrayForEach(contract, tally__json_get(results, "contracts"))
	{
		tally__report_count(&page.counts, contract);
	}
	add_head(&page);
	add_top(&page);
	add_short(&page);
	add_filter(&page);
	add_contracts(&page);
	add(&page, "</main>\n<footer>Made by tally verify. Secrets are left out.</footer>\n"
		   "</body>\n</html>\n");
	tally__buf_release(&page.shown);
	return tally__report_take(&out, text, error);
}
