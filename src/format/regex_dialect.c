#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "format/regex_dialect.h"

/* Character classes in one another beyond this are taken as PCRE2 takes them. */
#define CLASS_DEPTH 16

/* Groups in one another: one more than PCRE2 compiles. */
#define GROUP_DEPTH 251

/* An expression on its way. */
struct translation {
	const char *at;
	const char *end;
	struct buf *out;
	unsigned class_depth; /* 0: outside [...] */
	unsigned depth;       /* of groups */
	/* (?x), for each group that is open: white space and comments are nothing. */
	bool extended[GROUP_DEPTH + 1];
};

/* The code unit of "\uXXXX" at `at`, or -1. */
static long unicode_escape(const char *at, const char *end)
{
	long unit = 0;

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u') {
		return -1;
	}
	for (int i = 2; i < 6; i++) {
		int digit = tally__text_hex(at[i]);

		if (digit < 0) {
			return -1;
		}
		unit = unit * 16 + digit;
	}
	return unit;
}

/* \uXXXX, also as a surrogate pair; false when it is not one. */
static bool translate_unicode(struct translation *t)
{
	long unit = unicode_escape(t->at, t->end);

	if (unit < 0) {
		return false;
	}
	t->at += 6;
	if (unit >= 0xD800 && unit < 0xDC00) {
		long low = unicode_escape(t->at, t->end);

		if (low >= 0xDC00 && low < 0xE000) {
			unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
			t->at += 6;
		}
	}
	tally__buf_addf(t->out, "\\x{%lX}", (unsigned long)unit);
	return true;
}

/* Takes what goes on up to `stop`, or to the end of the expression, as it is. */
static void copy_through(struct translation *t, const char *stop)
{
	size_t len = strlen(stop);

	while (t->at < t->end && strncmp(t->at, stop, len) != 0) {
		tally__buf_addc(t->out, *t->at++);
	}
	if (t->at < t->end) {
		tally__buf_add(t->out, t->at, len);
		t->at += len;
	}
}

/* The names of POSIX that PCRE2 knows as classes alone.  Case, '-', '_' and blanks do not count in
 * the names of properties. */
static const char *posix_name(const char *name, size_t len)
{
	static const char *const names[] = {"alnum", "blank", "cntrl", "digit", "graph",
					    "print", "punct", "word",  "xdigit"};
	char plain[8];
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		if (name[i] == '-' || name[i] == '_' || name[i] == ' ') {
			continue;
		}
		if (count == sizeof plain - 1) {
			return NULL;
		}
		plain[count++] = tally__text_lower(name[i]);
	}
	plain[count] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(plain, names[i]) == 0) {
			return names[i];
		}
	}
	return NULL;
}

/* "\p{Digit}", "\P{Digit}" and "\p{^Digit}"; false for the properties that PCRE2 knows. */
static bool translate_property(struct translation *t)
{
	bool negated = t->at[1] == 'P';
	const char *name = t->at + 3;
	const char *close = NULL;
	const char *known = NULL;

	if (t->end - t->at < 4 || (t->at[1] != 'p' && t->at[1] != 'P') || t->at[2] != '{') {
		return false;
	}
	if (*name == '^') {
		negated = !negated;
		name++;
	}
	close = memchr(name, '}', (size_t)(t->end - name));
	known = close ? posix_name(name, (size_t)(close - name)) : NULL;
	if (!known) {
		return false;
	}
	tally__buf_addf(t->out, t->class_depth > 0 ? "[:%s%s:]" : "[[:%s%s:]]", negated ? "^" : "",
			known);
	t->at = close + 1;
	return true;
}

static void translate_escape(struct translation *t)
{
	bool in_class = t->class_depth > 0;

	if (t->end - t->at < 2) {
		tally__buf_addc(t->out, *t->at++);
	} else if (t->at[1] == 'Q') {
		copy_through(t, "\\E");
	} else if (translate_property(t)) {
		return;
	} else if (t->at[1] == 'h' || t->at[1] == 'H') {
		tally__buf_addf(t->out, in_class ? "[:%sxdigit:]" : "[[:%sxdigit:]]",
				t->at[1] == 'H' ? "^" : "");
		t->at += 2;
	} else if (!translate_unicode(t)) {
		tally__buf_add(t->out, t->at, 2);
		t->at += 2;
	}
}

static void open_group(struct translation *t)
{
	bool extended = t->extended[t->depth];

	t->depth += t->depth < GROUP_DEPTH;
	t->extended[t->depth] = extended;
}

/* "(?imx-imx)" and "(?imx-imx:": Ruby's m is what the others call s. */
static bool translate_options(struct translation *t)
{
	const char *letter = t->at + 2;
	bool extended = t->extended[t->depth];
	bool on = true;

	if (t->end - t->at < 3 || t->at[1] != '?') {
		return false;
	}
	while (letter < t->end && strchr("imxsunadUJ-", *letter) && *letter) {
		letter++;
	}
	if (letter == t->at + 2 || letter == t->end || (*letter != ')' && *letter != ':')) {
		return false;
	}
	for (; t->at < letter; t->at++) {
		on = on && *t->at != '-';
		extended = *t->at == 'x' ? on : extended;
		/* u, a, d choose an encoding in Ruby, which here is always UTF-8. */
		if (*t->at != 'u' && *t->at != 'a' && *t->at != 'd') {
			tally__buf_addc(t->out, *t->at == 'm' ? 's' : *t->at);
		}
	}
	/* Behind ')' they hold for what follows in the group around them, else for their own. */
	if (*t->at == ':') {
		open_group(t);
	}
	t->extended[t->depth] = extended;
	tally__buf_addc(t->out, *t->at++);
	return true;
}

/* "{,3}", which PCRE2 before 10.43 takes as text. */
static bool translate_repeat(struct translation *t)
{
	const char *digit = t->at + 2;

	if (t->end - t->at < 4 || t->at[1] != ',') {
		return false;
	}
	while (digit < t->end && *digit >= '0' && *digit <= '9') {
		digit++;
	}
	if (digit == t->at + 2 || digit == t->end || *digit != '}') {
		return false;
	}
	tally__buf_adds(t->out, "{0");
	t->at += 1;
	return true;
}

const char *tally__regex_posix_end(const char *at, const char *end)
{
	const char *name = at + 2;

	if (end - at < 4 || at[0] != '[' || at[1] != ':') {
		return NULL;
	}
	while (name < end && !strchr(":[]\\", *name)) {
		name++;
	}
	return end - name > 1 && name[0] == ':' && name[1] == ']' ? name + 2 : NULL;
}

/* ---- classes with classes in them, and intersections ---- */

/* What stands between "[" or "&&" and the next "&&" or "]": plain items, which PCRE2 knows, and
 * classes, as alternatives. */
struct operand {
	struct buf plain;
	struct buf classes;
};

static bool translate_set(struct translation *t, unsigned depth, struct buf *out);

static void operand_init(struct operand *operand)
{
	tally__buf_init(&operand->plain, REGEX_TRANSLATED_BYTES);
	tally__buf_init(&operand->classes, REGEX_TRANSLATED_BYTES);
}

static void operand_release(struct operand *operand)
{
	tally__buf_release(&operand->plain);
	tally__buf_release(&operand->classes);
}

/* Appends what matches one character of the operand. */
static void add_operand(struct buf *out, const struct operand *operand)
{
	const struct buf *plain = &operand->plain;
	const struct buf *classes = &operand->classes;

	if (plain->status != 0 || classes->status != 0) {
		out->status = plain->status ? plain->status : classes->status;
	} else if (plain->len == 0 && classes->len == 0) {
		tally__buf_adds(out, "(?!)");
	} else if (classes->len == 0) {
		tally__buf_addf(out, "[%s]", plain->bytes);
	} else if (plain->len == 0) {
		tally__buf_addf(out, "(?:%s)", classes->bytes);
	} else {
		tally__buf_addf(out, "(?:[%s]|%s)", plain->bytes, classes->bytes);
	}
}

/* One item of an operand; false when a class in it does not end. */
static bool translate_item(struct translation *t, unsigned depth, struct operand *operand)
{
	const char *posix_end = tally__regex_posix_end(t->at, t->end);
	struct buf *outer = t->out;

	if (posix_end) {
		tally__buf_add(&operand->plain, t->at, (size_t)(posix_end - t->at));
		t->at = posix_end;
	} else if (*t->at == '[') {
		if (operand->classes.len > 0) {
			tally__buf_addc(&operand->classes, '|');
		}
		return translate_set(t, depth + 1, &operand->classes);
	} else if (*t->at == '\\') {
		t->out = &operand->plain;
		translate_escape(t);
		t->out = outer;
	} else {
		tally__buf_addc(&operand->plain, *t->at++);
	}
	return true;
}

/* Up to "&&" or "]", which *last tells apart; false when neither comes. */
static bool translate_operand(struct translation *t, unsigned depth, struct operand *operand,
			      bool *last)
{
	while (t->at < t->end) {
		*last = *t->at == ']';
		if (*last || (*t->at == '&' && t->end - t->at > 1 && t->at[1] == '&')) {
			t->at += *last ? 1 : 2;
			return true;
		}
		if (!translate_item(t, depth, operand)) {
			return false;
		}
	}
	return false;
}

/* The operands of a set: all but the last as look-aheads.  *plain: it is one of plain items. */
static bool translate_operands(struct translation *t, unsigned depth, struct buf *set, bool *plain)
{
	bool last = false;
	bool first = true;

	while (!last) {
		struct operand operand;
		bool complete = false;

		operand_init(&operand);
		if (first && t->at < t->end && *t->at == ']') {
			tally__buf_adds(&operand.plain, "\\]");
			t->at++;
		}
		complete = translate_operand(t, depth, &operand, &last);
		*plain = first && last && operand.classes.len == 0;
		first = false;
		if (complete) {
			tally__buf_adds(set, last ? "" : "(?=");
			add_operand(set, &operand);
			tally__buf_adds(set, last ? "" : ")");
		}
		operand_release(&operand);
		if (!complete) {
			return false;
		}
	}
	return true;
}

/* The set at t->at as something that matches one character; false, with nothing appended, when it
 * does not end. */
static bool translate_set(struct translation *t, unsigned depth, struct buf *out)
{
	bool negated = t->end - t->at > 1 && t->at[1] == '^';
	struct buf set;
	bool plain = false;
	bool complete = false;

	if (depth > CLASS_DEPTH) {
		return false;
	}
	t->at += negated ? 2 : 1;
	tally__buf_init(&set, REGEX_TRANSLATED_BYTES);
	complete = translate_operands(t, depth, &set, &plain);
	if (set.status != 0) {
		out->status = set.status;
	} else if (complete && plain && set.bytes[0] == '[') {
		tally__buf_addf(out, "[%s%s", negated ? "^" : "", set.bytes + 1);
	} else if (complete) {
		tally__buf_addf(out, negated ? "(?:(?!%s)(?s:.))" : "(?:%s)", set.bytes);
	}
	tally__buf_release(&set);
	return complete;
}

/* ---- classes as PCRE2 has them, where a bracket is a character ---- */

static void translate_class_start(struct translation *t)
{
	t->class_depth = 1;
	tally__buf_addc(t->out, *t->at++);
	if (t->at < t->end && *t->at == '^') {
		tally__buf_addc(t->out, *t->at++);
	}
	if (t->at < t->end && *t->at == ']') {
		tally__buf_adds(t->out, "\\]");
		t->at++;
	}
}

static void translate_in_class(struct translation *t)
{
	const char *posix_end = tally__regex_posix_end(t->at, t->end);

	if (posix_end) {
		tally__buf_add(t->out, t->at, (size_t)(posix_end - t->at));
		t->at = posix_end;
		return;
	}
	if (*t->at == ']') {
		t->class_depth = 0;
	}
	tally__buf_addc(t->out, *t->at++);
}

/* A class, also one with classes in it.  Where these do not end, the expression comes from a
 * dialect that has none: an opening bracket is a character there. */
static void translate_class(struct translation *t)
{
	const char *start = t->at;

	t->class_depth = 1;
	if (translate_set(t, 1, t->out)) {
		t->class_depth = 0;
		return;
	}
	t->at = start;
	translate_class_start(t);
}

/* What stands outside classes and is written as it is, but for groups and comments. */
static void translate_plain(struct translation *t)
{
	if (t->end - t->at >= 3 && strncmp(t->at, "(?#", 3) == 0) {
		copy_through(t, ")");
		return;
	}
	if (*t->at == '#' && t->extended[t->depth]) {
		copy_through(t, "\n");
		return;
	}
	if (*t->at == '(') {
		open_group(t);
	} else if (*t->at == ')' && t->depth > 0) {
		t->depth--;
	}
	tally__buf_addc(t->out, *t->at++);
}

static void translate_next(struct translation *t)
{
	if (*t->at == '\\') {
		translate_escape(t);
	} else if (t->class_depth > 0) {
		translate_in_class(t);
	} else if (*t->at == '[') {
		translate_class(t);
	} else if ((*t->at != '(' || !translate_options(t)) &&
		   (*t->at != '{' || !translate_repeat(t))) {
		translate_plain(t);
	}
}

void tally__regex_translate(struct buf *out, const char *pattern, size_t len)
{
	struct translation state = {.at = pattern, .end = pattern + len, .out = out};

	while (state.at < state.end) {
		translate_next(&state);
	}
}

size_t tally__regex_source_offset(const char *pattern, size_t len, size_t offset)
{
	struct buf out;
	struct translation state = {.at = pattern, .end = pattern + len, .out = &out};
	size_t source = len;

	tally__buf_init(&out, REGEX_TRANSLATED_BYTES);
	while (state.at < state.end) {
		const char *start = state.at;
		size_t before = out.len;

		translate_next(&state);
		if (out.status != 0) {
			break;
		}
		if (offset < out.len) {
			size_t taken = (size_t)(state.at - start);
			bool same = out.len - before == taken &&
				    memcmp(out.bytes + before, start, taken) == 0;

			source = (size_t)(start - pattern) + (same ? offset - before : 0);
			break;
		}
	}
	tally__buf_release(&out);
	return source;
}
