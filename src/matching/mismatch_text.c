/* Mismatches as people read them.  This is the one place that lays them out: for the results of a
 * comparison, of a verification and of a mock provider, the words of whose members are Pact's. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "matching/mismatch.h"

/* What is wider is cut: the whole of it is in the results as JSON. */
#define MESSAGE_CHARS             900
#define MESSAGE_CHARS_BESIDE_DIFF 120
#define PLACE_CHARS               300
#define VALUE_CHARS               100

/* Objects and lists from this width on are no help beside a sentence that says what is wrong. */
#define DUMP_CHARS 60

#define MAX_INDENT 64

#define BOLD  "\033[1m"
#define GREEN "\033[32m"
#define RED   "\033[31m"
#define CYAN  "\033[36m"

/* A part of a request, response or message, by both names that mismatches have for it. */
static const struct part {
	const char *type;
	const char *pact_type;
	const char *heading;
	bool has_places; /* several things may be wrong in it */
} parts[] = {
	{"method", "MethodMismatch", "method", false},
	{"path", "PathMismatch", "path", false},
	{"query", "QueryMismatch", "query", true},
	{"status", "StatusMismatch", "status", false},
	{"header", "HeaderMismatch", "headers", true},
	{"metadata", "MetadataMismatch", "metadata", true},
	{"body-type", "BodyTypeMismatch", "content type", false},
	{"body", "BodyMismatch", "body", true},
};

static const struct part other_part = {"", "", "other", true};

struct layout {
	struct buf *out;
	unsigned indent;
	bool colour;
};

static const char *text_of(const cJSON *mismatch, const char *name, const char *pact_name)
{
	const char *text = tally__json_get_string(mismatch, name);

	if (!text && pact_name) {
		text = tally__json_get_string(mismatch, pact_name);
	}
	return text;
}

static const struct part *part_of(const cJSON *mismatch)
{
	const char *type = text_of(mismatch, "type", NULL);

	for (size_t i = 0; type && i < sizeof parts / sizeof parts[0]; i++) {
		if (strcmp(type, parts[i].type) == 0 || strcmp(type, parts[i].pact_type) == 0) {
			return &parts[i];
		}
	}
	return &other_part;
}

/* "$.items[2].price", or the name of a header or parameter; "" for what has no place of its own. */
static const char *place_of(const cJSON *mismatch)
{
	const char *place = text_of(mismatch, "path", "parameter");

	place = place ? place : text_of(mismatch, "key", NULL);
	return place ? place : "";
}

static void start_line(const struct layout *layout, unsigned indent)
{
	tally__buf_addf(layout->out, "%*s", (int)(layout->indent + indent), "");
}

static void add_shown(const struct layout *layout, const char *text, size_t max_chars,
		      const char *colour)
{
	tally__buf_adds(layout->out, layout->colour ? colour : "");
	tally__text_add_printable(layout->out, text, strlen(text), max_chars);
	tally__buf_adds(layout->out, layout->colour && *colour ? "\033[0m" : "");
}

/* "expected: …", under the sentence. */
static void add_member(const struct layout *layout, unsigned indent, const char *label,
		       const char *value, const char *colour)
{
	start_line(layout, indent);
	tally__buf_addf(layout->out, "%-10s", label);
	add_shown(layout, value, VALUE_CHARS, colour);
	tally__buf_addc(layout->out, '\n');
}

static const char *diff_colour(char first)
{
	switch (first) {
	case '-':
		return GREEN; /* as what is expected */
	case '+':
		return RED;
	case '@':
		return CYAN;
	default:
		return "";
	}
}

static void add_diff(const struct layout *layout, unsigned indent, const char *diff)
{
	start_line(layout, indent);
	tally__buf_adds(layout->out, "diff (- expected, + actual):\n");
	while (*diff) {
		size_t len = strcspn(diff, "\n");
		const char *colour = layout->colour ? diff_colour(*diff) : "";

		start_line(layout, indent + 2);
		tally__buf_adds(layout->out, colour);
		tally__text_add_printable(layout->out, diff, len, 0);
		tally__buf_adds(layout->out, *colour ? "\033[0m\n" : "\n");
		diff += len + (diff[len] == '\n');
	}
}

static bool is_container(const char *json)
{
	return json && (*json == '{' || *json == '[');
}

static bool is_dump(const char *expected, const char *actual)
{
	return is_container(expected) && is_container(actual) &&
	       (strlen(expected) > DUMP_CHARS || strlen(actual) > DUMP_CHARS);
}

/* What the sentence does not say, or says less clearly. */
static void add_members(const struct layout *layout, unsigned indent, const cJSON *mismatch)
{
	const char *rule = text_of(mismatch, "rule", NULL);
	const char *expected = text_of(mismatch, "expected", NULL);
	const char *actual = text_of(mismatch, "actual", NULL);
	const char *diff = text_of(mismatch, "diff", NULL);

	if (rule && strcmp(rule, "equality") != 0) {
		add_member(layout, indent, "rule:", rule, "");
	}
	if (diff) {
		add_diff(layout, indent, diff);
	} else if ((expected || actual) && !is_dump(expected, actual)) {
		add_member(layout, indent, "expected:", expected ? expected : "(nothing)",
			   expected ? GREEN : "");
		add_member(layout, indent, "actual:", actual ? actual : "(missing)",
			   actual ? RED : "");
	}
}

static void add_mismatch(const struct layout *layout, const cJSON *mismatch,
			 const struct part *part, bool first)
{
	const char *place = part->has_places ? place_of(mismatch) : part->heading;
	const char *message = text_of(mismatch, "message", "mismatch");
	const char *diff = text_of(mismatch, "diff", NULL);
	unsigned indent = part->has_places ? 2 : 0;

	if (first && part->has_places) {
		start_line(layout, 0);
		tally__buf_addf(layout->out, "%s:\n", part->heading);
	}
	if (tally__json_get_bool(mismatch, "detail", false)) {
		indent += 4;
	}
	start_line(layout, indent);
	if (*place) {
		add_shown(layout, place, PLACE_CHARS, BOLD);
		tally__buf_adds(layout->out, ": ");
	}
	add_shown(layout, message ? message : "a mismatch",
		  diff ? MESSAGE_CHARS_BESIDE_DIFF : MESSAGE_CHARS, "");
	tally__buf_addc(layout->out, '\n');
	if (part->has_places) {
		add_members(layout, indent + 4, mismatch);
	} else if (diff) {
		add_diff(layout, indent + 4, diff);
	}
}

void tally__mismatches_add_text(struct buf *out, const cJSON *mismatches, size_t omitted,
				const struct tally_text_options *options)
{
	const struct layout layout = {.out = out,
				      .indent = options->indent < MAX_INDENT ? options->indent
									     : MAX_INDENT,
				      .colour = options->colour};
	const struct part *last = NULL;
	const cJSON *mismatch = NULL;

	cJSON_ArrayForEach(mismatch, mismatches)
	{
		const struct part *part = part_of(mismatch);

		add_mismatch(&layout, mismatch, part, part != last);
		last = part;
	}
	if (omitted > 0) {
		start_line(&layout, 0);
		tally__buf_addf(out, "… and %zu more mismatch%s\n", omitted,
				omitted == 1 ? "" : "es");
	}
}

int tally_mismatches_text(const cJSON *mismatches, size_t omitted,
			  const struct tally_text_options *options, char **text,
			  struct tally_error *error)
{
	static const struct tally_text_options defaults = {0};
	struct buf out;
	int status = 0;

	if (!cJSON_IsArray(mismatches)) {
		return tally__fail(error, TALLY_EINVAL, "expected an array of mismatches");
	}
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	tally__mismatches_add_text(&out, mismatches, omitted, options ? options : &defaults);
	status = tally__buf_status(&out, error);
	if (status == 0) {
		*text = tally__buf_take(&out, NULL);
		status = *text ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&out);
	return status;
}
