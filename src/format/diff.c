#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/diff.h"

/* Equal lines that are shown around a change. */
#define CONTEXT_LINES 2
/* Bytes of a line that are shown before and after the first difference. */
#define BEFORE_BYTES 30
#define AFTER_BYTES  60
#define LINE_BYTES   120

struct line {
	const char *text;
	size_t len; /* with its line end */
};

/* A text without what both have in front and at the end. */
struct side {
	const char *text;
	size_t len;
	size_t start;       /* of the first line that differs, in bytes */
	size_t end;         /* of the last one */
	size_t first;       /* lines in front of `start` */
	size_t total;       /* lines between the two */
	struct line *lines; /* up to LIMIT_DIFF_TABLE of those */
	size_t count;
};

/* A line of the script: kept, taken away or added. */
struct step {
	char sign;
	struct line line;
};

struct script {
	struct step *steps;
	size_t count;
};

/* ---- what is shown of a line ---- */

/* Appends `text` with everything visible that is not. */
static void add_visible(struct buf *out, const char *text, size_t len)
{
	size_t shown = 0;

	for (size_t i = 0; i < len; i++) {
		const char *escape = text[i] == '\t' ? "\\t" : text[i] == '\r' ? "\\r" : NULL;

		/* U+00A0, which looks like a blank. */
		if (!escape && text[i] == '\xC2' && i + 1 < len && text[i + 1] == '\xA0') {
			escape = "\\xc2\\xa0";
		}
		if (escape) {
			tally__text_add_printable(out, text + shown, i - shown, 0);
			tally__buf_adds(out, escape);
			i += text[i] == '\xC2';
			shown = i + 1;
		}
	}
	tally__text_add_printable(out, text + shown, len - shown, 0);
}

/* Moves `at` back to where a character begins. */
static size_t char_start(const char *text, size_t at)
{
	size_t back = 0;

	while (at > 0 && back++ < 3 && ((unsigned char)text[at] & 0xC0) == 0x80) {
		at--;
	}
	return at;
}

/* A stretch of a line, with "…" where more of it stands. */
static void add_stretch(struct buf *out, const char *line, size_t len, size_t from, size_t to)
{
	size_t blanks = 0;

	from = char_start(line, from);
	to = to < len ? char_start(line, to) : len;
	while (to == len && blanks < to - from && line[to - 1 - blanks] == ' ') {
		blanks++;
	}
	tally__buf_adds(out, from > 0 ? "…" : "");
	add_visible(out, line + from, to - from - blanks);
	while (blanks-- > 0) {
		tally__buf_adds(out, "\\x20");
	}
	tally__buf_adds(out, to < len ? "…" : "");
}

/* The line's length without its "\n". */
static size_t visible_len(const struct line *line)
{
	return line->len > 0 && line->text[line->len - 1] == '\n' ? line->len - 1 : line->len;
}

static size_t common_prefix(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t most = a_len < b_len ? a_len : b_len;
	size_t len = 0;

	/* Long equal stretches are passed over by the page. */
	while (most - len >= 4096 && memcmp(a + len, b + len, 4096) == 0) {
		len += 4096;
	}
	while (len < most && a[len] == b[len]) {
		len++;
	}
	return len;
}

static size_t common_suffix(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t most = a_len < b_len ? a_len : b_len;
	size_t len = 0;

	while (len < most && a[a_len - 1 - len] == b[b_len - 1 - len]) {
		len++;
	}
	return len;
}

/* ---- texts of one line ---- */

static size_t count_chars(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	}
	return count;
}

static void add_one_line(struct buf *out, const char *expected, size_t expected_len,
			 const char *actual, size_t actual_len)
{
	size_t at = common_prefix(expected, expected_len, actual, actual_len);
	size_t from = 0;
	size_t start = 0;

	at = at < expected_len ? char_start(expected, at) : char_start(actual, at);
	from = at > BEFORE_BYTES ? char_start(expected, at - BEFORE_BYTES) : 0;
	tally__buf_addf(out, "@@ character %zu @@\n-", count_chars(expected, at) + 1);
	start = out->len;
	/* How wide the stretch before the difference becomes: it stands in both lines. */
	tally__buf_adds(out, from > 0 ? "…" : "");
	add_visible(out, expected + from, at - from);
	start = out->status == 0 ? count_chars(out->bytes + start, out->len - start) : 0;
	add_stretch(out, expected + at, expected_len - at, 0, AFTER_BYTES);
	tally__buf_adds(out, from > 0 ? "\n+…" : "\n+");
	add_visible(out, actual + from, at - from);
	add_stretch(out, actual + at, actual_len - at, 0, AFTER_BYTES);
	tally__buf_adds(out, "\n ");
	for (size_t i = 0; i < start; i++) {
		tally__buf_addc(out, ' ');
	}
	tally__buf_addc(out, '^');
}

/* ---- texts of several lines ---- */

static size_t count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	size_t count = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		text = newline ? newline + 1 : end;
		count++;
	}
	return count;
}

static struct line next_line(const char *text, size_t len)
{
	const char *newline = len > 0 ? memchr(text, '\n', len) : NULL;

	return (struct line){.text = text, .len = newline ? (size_t)(newline - text) + 1 : len};
}

static bool starts_line(const char *text, size_t at)
{
	return at == 0 || text[at - 1] == '\n';
}

/* Leaves out the lines that both have in front and at the end. */
static void trim(struct side *e, struct side *a)
{
	size_t prefix = common_prefix(e->text, e->len, a->text, a->len);
	size_t suffix = 0;

	while (!starts_line(e->text, prefix)) {
		prefix--;
	}
	suffix =
		common_suffix(e->text + prefix, e->len - prefix, a->text + prefix, a->len - prefix);
	while (suffix > 0 &&
	       (!starts_line(e->text, e->len - suffix) || !starts_line(a->text, a->len - suffix))) {
		suffix--;
	}
	e->start = a->start = prefix;
	e->end = e->len - suffix;
	a->end = a->len - suffix;
}

static bool split(struct side *side)
{
	size_t at = side->start;

	side->first = count_lines(side->text, side->start);
	side->total = count_lines(side->text + side->start, side->end - side->start);
	side->count = side->total < LIMIT_DIFF_TABLE ? side->total : LIMIT_DIFF_TABLE;
	side->lines = tally__realloc_array(NULL, side->count + 1, sizeof *side->lines);
	if (!side->lines) {
		return false;
	}
	for (size_t i = 0; i < side->count; i++) {
		side->lines[i] = next_line(side->text + at, side->end - at);
		at += side->lines[i].len;
	}
	return true;
}

static bool equal_lines(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void push(struct script *script, char sign, struct line line)
{
	script->steps[script->count++] = (struct step){.sign = sign, .line = line};
}

/* The lines of the two that stay are those of a longest common subsequence: lengths[i][j] is how
 * long it is from line i of one and line j of the other on. */
static bool align(struct script *script, const struct side *e, const struct side *a)
{
	size_t width = a->count + 1;
	uint16_t *lengths = tally__realloc_array(NULL, (e->count + 1) * width, sizeof *lengths);
	size_t i = 0;
	size_t j = 0;

	if (!lengths) {
		return false;
	}
	memset(lengths, 0, (e->count + 1) * width * sizeof *lengths);
	for (i = e->count; i-- > 0;) {
		for (j = a->count; j-- > 0;) {
			uint16_t below = lengths[(i + 1) * width + j];
			uint16_t right = lengths[i * width + j + 1];

			lengths[i * width + j] =
				equal_lines(&e->lines[i], &a->lines[j])
					? (uint16_t)(lengths[(i + 1) * width + j + 1] + 1)
					: (below > right ? below : right);
		}
	}
	for (i = j = 0; i < e->count || j < a->count;) {
		if (i < e->count && j < a->count && equal_lines(&e->lines[i], &a->lines[j])) {
			push(script, ' ', e->lines[i++]);
			j++;
		} else if (i < e->count && (j == a->count || lengths[(i + 1) * width + j] >=
								     lengths[i * width + j + 1])) {
			push(script, '-', e->lines[i++]);
		} else {
			push(script, '+', a->lines[j++]);
		}
	}
	tally__free(lengths);
	return true;
}

/* The stretches are too long to be aligned: the one is replaced by the other, and of each as much
 * is shown as there is room for. */
static void replace(struct script *script, const struct side *e, const struct side *a)
{
	const size_t half = LIMIT_DIFF_LINES / 2;

	for (size_t i = 0; i < e->count && i < half; i++) {
		push(script, '-', e->lines[i]);
	}
	for (size_t i = 0; i < a->count && i < half; i++) {
		push(script, '+', a->lines[i]);
	}
}

/* The lines in front of and behind the stretch that differs. */
static void push_context(struct script *script, const struct side *side, bool before)
{
	size_t at = before ? side->start : side->end;
	size_t count = 0;

	while (before && count < CONTEXT_LINES && at > 0) {
		do {
			at--;
		} while (!starts_line(side->text, at));
		count++;
	}
	for (size_t i = 0; i < (before ? count : CONTEXT_LINES); i++) {
		struct line line = next_line(side->text + at, side->len - at);

		if (line.len == 0) {
			break;
		}
		push(script, ' ', line);
		at += line.len;
	}
}

/* Where a long line and the one that takes its place begin to differ. */
static size_t find_difference(const struct script *script, size_t at)
{
	const struct step *step = &script->steps[at];
	const struct step *other = NULL;

	if (step->sign == '-' && at + 1 < script->count && step[1].sign == '+') {
		other = step + 1;
	} else if (step->sign == '+' && at > 0 && step[-1].sign == '-') {
		other = step - 1;
	}
	return other ? common_prefix(step->line.text, step->line.len, other->line.text,
				     other->line.len)
		     : 0;
}

static void add_step(struct buf *out, const struct script *script, size_t at)
{
	const struct step *step = &script->steps[at];
	size_t len = visible_len(&step->line);
	size_t from = 0;

	if (len > LINE_BYTES) {
		size_t differs = find_difference(script, at);

		from = differs > BEFORE_BYTES && differs <= len ? differs - BEFORE_BYTES : 0;
	}
	tally__buf_addc(out, '\n');
	tally__buf_addc(out, step->sign);
	add_stretch(out, step->line.text, len, from, from + LINE_BYTES);
	if (step->sign != ' ' && len == step->line.len) {
		tally__buf_adds(out, "\n\\ no line end");
	}
}

/* How far the hunk goes that starts at `at`: equal lines between two changes stay when they are
 * few. */
static size_t hunk_end(const struct script *script, size_t at)
{
	size_t end = at;
	size_t equal = 0;

	for (size_t i = at; i < script->count; i++) {
		equal = script->steps[i].sign == ' ' ? equal + 1 : 0;
		if (equal <= CONTEXT_LINES) {
			end = i + 1;
		}
		if (equal > (size_t)2 * CONTEXT_LINES) {
			break;
		}
	}
	return end;
}

static void add_hunk(struct buf *out, const struct script *script, size_t from, size_t to,
		     const size_t lines[2])
{
	size_t counts[2] = {0, 0};

	for (size_t i = from; i < to; i++) {
		counts[0] += script->steps[i].sign != '+';
		counts[1] += script->steps[i].sign != '-';
	}
	tally__buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@", lines[0] + (counts[0] > 0), counts[0],
			lines[1] + (counts[1] > 0), counts[1]);
	for (size_t i = from; i < to; i++) {
		add_step(out, script, i);
	}
}

/* Hunk after hunk; `hidden` lines that differ are not in the script. */
static void add_script(struct buf *out, const struct script *script, size_t first_line,
		       size_t hidden)
{
	size_t lines[2] = {first_line, first_line};
	size_t shown = 0;
	size_t at = 0;

	while (at < script->count && shown < LIMIT_DIFF_LINES) {
		size_t skip = at;
		size_t end = 0;

		/* Equal lines further away than the context of the next change. */
		while (skip < script->count && script->steps[skip].sign == ' ') {
			skip++;
		}
		if (skip == script->count) {
			break;
		}
		skip = skip - at > CONTEXT_LINES ? skip - CONTEXT_LINES : at;
		lines[0] += skip - at;
		lines[1] += skip - at;
		end = hunk_end(script, skip);
		if (end - skip > LIMIT_DIFF_LINES - shown) {
			end = skip + LIMIT_DIFF_LINES - shown;
		}
		tally__buf_adds(out, shown > 0 ? "\n" : "");
		add_hunk(out, script, skip, end, lines);
		shown += end - skip;
		for (at = skip; at < end; at++) {
			lines[0] += script->steps[at].sign != '+';
			lines[1] += script->steps[at].sign != '-';
		}
	}
	for (; at < script->count; at++) {
		hidden += script->steps[at].sign != ' ';
	}
	if (hidden > 0) {
		tally__buf_addf(out, "\n… %zu more lines differ", hidden);
	}
}

static void add_lines(struct buf *out, struct side *e, struct side *a)
{
	struct script script = {0};
	size_t context = 0;
	size_t pushed = 0;
	bool aligned = e->total <= LIMIT_DIFF_TABLE && a->total <= LIMIT_DIFF_TABLE;

	script.steps = tally__realloc_array(NULL, e->count + a->count + (size_t)2 * CONTEXT_LINES,
					    sizeof *script.steps);
	if (!script.steps) {
		out->status = out->status ? out->status : TALLY_ENOMEM;
		return;
	}
	push_context(&script, e, true);
	context = script.count;
	if (!aligned) {
		replace(&script, e, a);
	} else if (!align(&script, e, a)) {
		out->status = out->status ? out->status : TALLY_ENOMEM;
	}
	pushed = script.count - context;
	if (aligned || pushed == e->total + a->total) {
		push_context(&script, e, false);
	}
	add_script(out, &script, e->first - context, aligned ? 0 : e->total + a->total - pushed);
	tally__free(script.steps);
}

void tally__diff_add(struct buf *out, const char *expected, size_t expected_len, const char *actual,
		     size_t actual_len)
{
	struct side e = {.text = expected, .len = expected_len};
	struct side a = {.text = actual, .len = actual_len};

	if (expected_len == actual_len &&
	    (expected_len == 0 || memcmp(expected, actual, expected_len) == 0)) {
		return;
	}
	if ((expected_len == 0 || !memchr(expected, '\n', expected_len)) &&
	    (actual_len == 0 || !memchr(actual, '\n', actual_len))) {
		add_one_line(out, expected, expected_len, actual, actual_len);
		return;
	}
	trim(&e, &a);
	if (split(&e) && split(&a)) {
		add_lines(out, &e, &a);
	} else {
		out->status = out->status ? out->status : TALLY_ENOMEM;
	}
	tally__free(e.lines);
	tally__free(a.lines);
}
