/* What a person reads on a terminal: a line where all is well, and of what went wrong enough to
 * mend it, but no more than can be read. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/report.h"

/* In front of what belongs to an interaction. */
#define INDENT 5

#define DEFAULT_IN_FULL 20
/* After those that are told in full, each has a line; after so many of these, only their number. */
#define MAX_LINES    100
#define REASON_CHARS 120
/* Why interactions were left out: there are few reasons. */
#define MAX_REASONS 8

struct writer {
	struct buf *out;
	const struct tally_verify_report_options *options;
	const cJSON *results;
	size_t in_full;
	size_t number; /* of the last interaction that was told */
	size_t untold; /* interactions without even a line */
};

static void begin_line(const struct writer *w)
{
	tally__buf_addf(w->out, "%*s", (int)w->options->indent, "");
}

static void begin_colour(const struct writer *w, enum report_class class)
{
	if (w->options->colour)
		tally__buf_adds(w->out, tally__report_fails(class) ? "\033[31m" : "\033[33m");
}

static void end_colour(const struct writer *w)
{
	if (w->options->colour)
		tally__buf_adds(w->out, "\033[0m");
}

static void add_summary(const struct writer *w, const cJSON *contract)
{
	struct report_counts counts = {0};

	tally__report_count(&counts, contract);
	begin_line(w);
	tally__report_add_contract(w->out, contract);
	tally__buf_adds(w->out, ": ");
	tally__report_add_counts(w->out, &counts);
	tally__buf_addc(w->out, '\n');
}

static void add_notices(const struct writer *w, const cJSON *contract)
{
	const cJSON *notice;

	cJSON_ArrayForEach(notice, tally__json_get(contract, "notices"))
	{
		const char *text = tally__report_notice(w->results, contract, notice);

		if (text == NULL)
			continue;
		begin_line(w);
		tally__buf_adds(w->out, "  broker: ");
		tally__report_add_shown(w->out, text, 0);
		tally__buf_addc(w->out, '\n');
	}
}

/* "skipped 3: not selected by …", a line for each reason. */
static void add_skipped(const struct writer *w, const cJSON *contract)
{
	struct {
		const char *why;
		size_t count;
	} reasons[MAX_REASONS] = {0};
	const cJSON *interaction;
	size_t used = 0;

	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		const char *why = tally__report_skip_reason(interaction);
		size_t i = 0;

		if (tally__report_class(interaction) != REPORT_SKIPPED)
			continue;
		while (i < used && strcmp(reasons[i].why, why) != 0)
			i++;
		if (i == MAX_REASONS)
			continue;
		reasons[i].why = why;
		reasons[i].count++;
		used = i == used ? used + 1 : used;
	}
	for (size_t i = 0; i < used; i++) {
		begin_line(w);
		tally__buf_addf(w->out, "  skipped %zu: ", reasons[i].count);
		tally__report_add_shown(w->out, reasons[i].why, 0);
		tally__buf_addc(w->out, '\n');
	}
}

static void add_heading(const struct writer *w, const cJSON *interaction)
{
	enum report_class class = tally__report_class(interaction);

	begin_line(w);
	tally__buf_addf(w->out, "  %zu) ", w->number);
	begin_colour(w, class);
	tally__buf_adds(w->out, tally__report_words(class)->label);
	end_colour(w);
	tally__buf_adds(w->out, ": ");
	tally__report_add_shown(w->out, tally__report_text(interaction, "description"), 0);
}

static void add_in_full(const struct writer *w, const cJSON *interaction)
{
	const struct tally_text_options inner = {.indent = w->options->indent + INDENT,
						 .colour = w->options->colour};

	tally__buf_addc(w->out, '\n');
	add_heading(w, interaction);
	tally__buf_addc(w->out, '\n');
	tally__report_add_details(w->out, interaction, &inner);
}

/* The first of them in full, more with a line each, and then only their number. */
static void add_interaction(struct writer *w, const cJSON *interaction)
{
	w->number++;
	if (w->number <= w->in_full) {
		add_in_full(w, interaction);
	} else if (w->number <= w->in_full + MAX_LINES) {
		if (w->number == w->in_full + 1)
			tally__buf_addc(w->out, '\n');
		add_heading(w, interaction);
		tally__buf_adds(w->out, " (");
		tally__report_add_reason(w->out, interaction, REASON_CHARS);
		tally__buf_adds(w->out, ")\n");
	} else {
		w->untold++;
	}
}

static void add_contract(struct writer *w, const cJSON *contract)
{
	size_t before = w->number;
	const cJSON *interaction;

	add_summary(w, contract);
	add_skipped(w, contract);
	add_notices(w, contract);
	cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
	{
		if (tally__report_has_details(tally__report_class(interaction)))
			add_interaction(w, interaction);
	}
	if (w->number > before)
		tally__buf_addc(w->out, '\n');
}

/* What is not here is somewhere, or can be. */
static void add_rest(const struct writer *w)
{
	const char *rest_in = w->options->rest_in;

	if (w->number <= w->in_full)
		return;
	begin_line(w);
	tally__buf_addf(w->out, "%zu more did not pass", w->number - w->in_full);
	if (w->untold > 0)
		tally__buf_addf(w->out, " (%zu of them not listed)", w->untold);
	tally__buf_adds(w->out, ": all are told in full ");
	if (rest_in != NULL) {
		tally__buf_adds(w->out, "in ");
		tally__report_add_shown(w->out, rest_in, 0);
	} else {
		tally__buf_adds(w->out, "with --html FILE");
	}
	tally__buf_addc(w->out, '\n');
}

static void add_total(const struct writer *w)
{
	const cJSON *contracts = tally__json_get(w->results, "contracts");
	struct report_counts counts = {0};
	const cJSON *contract;

	if (cJSON_GetArraySize(contracts) < 2)
		return;
	cJSON_ArrayForEach(contract, contracts)
	{
		tally__report_count(&counts, contract);
	}
	begin_line(w);
	tally__buf_addf(w->out, "%d contracts: ", cJSON_GetArraySize(contracts));
	tally__report_add_counts(w->out, &counts);
	tally__buf_addc(w->out, '\n');
}

static void add_notes(const struct writer *w)
{
	const char *cut_short = tally__report_cut_short(w->results);
	const cJSON *error = tally__report_error(w->results);
	const cJSON *warning;

	if (error != NULL) {
		begin_line(w);
		tally__buf_adds(w->out, "no results: ");
		tally__report_add_error(w->out, error, " ");
		tally__buf_addc(w->out, '\n');
	}
	cJSON_ArrayForEach(warning, tally__json_get(w->results, "warnings"))
	{
		begin_line(w);
		tally__buf_adds(w->out, "note: ");
		tally__report_add_shown(w->out, cJSON_IsString(warning) ? warning->valuestring : "",
					0);
		tally__buf_addc(w->out, '\n');
	}
	if (cut_short != NULL) {
		begin_line(w);
		tally__buf_addf(w->out, "note: %s\n", cut_short);
	}
	if (tally__json_get_bool(w->results, "seedChosen", false)) {
		begin_line(w);
		tally__buf_addf(w->out,
				"note: values were generated: seed %.0f makes the same again\n",
				tally__report_number(w->results, "seed"));
	}
}

int tally_verify_report_text(const cJSON *results,
			     const struct tally_verify_report_options *options, char **text,
			     struct tally_error *error)
{
	static const struct tally_verify_report_options defaults = {0};
	struct writer w = {.options = options != NULL ? options : &defaults, .results = results};
	int status = tally__report_check(results, error);
	const cJSON *contract;
	struct buf out;

	if (status != 0)
		return status;
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	w.out = &out;
	w.in_full = w.options->in_full != 0 ? w.options->in_full : DEFAULT_IN_FULL;
	cJSON_ArrayForEach(contract, tally__json_get(results, "contracts"))
	{
		add_contract(&w, contract);
	}
	add_rest(&w);
	add_total(&w);
	add_notes(&w);
	return tally__report_take(&out, text, error);
}
