#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "format/regex_dialect.h"

/* Character classes in one another beyond this are taken as PCRE2 takes them. */
#define CLASS_DEPTH 16

/* An expression on its way. */
struct translation {
	const char *at;
	const char *end;
	struct buf *out;
	unsigned class_depth; /* 0: outside [...] */
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of "\uXXXX" at `at`, or -1. */
static long unicode_escape(const char *at, const char *end)
{
	long unit = 0;

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u') {
		return -1;
	}
	for (int i = 2; i < 6; i++) {
		int digit = hex_value(at[i]);

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

static void translate_escape(struct translation *t)
{
	bool in_class = t->class_depth > 0;

	if (t->end - t->at < 2) {
		tally__buf_addc(t->out, *t->at++);
	} else if (t->at[1] == 'h' || t->at[1] == 'H') {
		tally__buf_addf(t->out, in_class ? "[:%sxdigit:]" : "[[:%sxdigit:]]",
				t->at[1] == 'H' ? "^" : "");
		t->at += 2;
	} else if (!translate_unicode(t)) {
		tally__buf_add(t->out, t->at, 2);
		t->at += 2;
	}
}

/* "(?imx-imx)" and "(?imx-imx:": Ruby's m is what the others call s. */
static bool translate_options(struct translation *t)
{
	const char *letter = t->at + 2;

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
		/* u, a, d choose an encoding in Ruby, which here is always UTF-8. */
		if (*t->at != 'u' && *t->at != 'a' && *t->at != 'd') {
			tally__buf_addc(t->out, *t->at == 'm' ? 's' : *t->at);
		}
	}
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

/* The end of "[:name:]" at `at`, or NULL. */
static const char *posix_class_end(const char *at, const char *end)
{
	const char *close = NULL;

	if (end - at < 4 || at[0] != '[' || at[1] != ':') {
		return NULL;
	}
	close = memchr(at + 2, ':', (size_t)(end - at - 2));
	return close && close + 1 < end && close[1] == ']' ? close + 2 : NULL;
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
	tally__buf_init(&operand->plain, (size_t)LIMIT_REGEX_BYTES * 8);
	tally__buf_init(&operand->classes, (size_t)LIMIT_REGEX_BYTES * 8);
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
	const char *posix_end = posix_class_end(t->at, t->end);
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
	tally__buf_init(&set, (size_t)LIMIT_REGEX_BYTES * 8);
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
	const char *posix_end = posix_class_end(t->at, t->end);

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

void tally__regex_translate(struct buf *out, const char *pattern, size_t len)
{
	struct translation state = {.at = pattern, .end = pattern + len, .out = out};
	struct translation *t = &state;

	while (t->at < t->end) {
		if (*t->at == '\\') {
			translate_escape(t);
		} else if (t->class_depth > 0) {
			translate_in_class(t);
		} else if (*t->at == '[') {
			translate_class(t);
		} else if ((*t->at == '(' && translate_options(t)) ||
			   (*t->at == '{' && translate_repeat(t))) {
			continue;
		} else {
			tally__buf_addc(t->out, *t->at++);
		}
	}
}
