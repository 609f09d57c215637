#include "config.h"

#include <string.h>

#include "format/graphql.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_char(char c)
{
	return is_name_start(c) || is_digit(c);
}

static size_t left(const struct graphql_reader *r)
{
	return (size_t)(r->end - r->at);
}

static bool starts_with(const struct graphql_reader *r, const char *text)
{
	size_t len = strlen(text);

	return left(r) >= len && memcmp(r->at, text, len) == 0;
}

static bool fail(struct graphql_reader *r, const char *expected)
{
	r->wrong = expected;
	return false;
}

void tally__graphql_init(struct graphql_reader *reader, const char *text, size_t len)
{
	*reader = (struct graphql_reader){.start = text, .at = text, .end = text + len};
}

/* Blanks, line ends, commas, comments, byte order marks. */
static void skip_ignored(struct graphql_reader *r)
{
	while (r->at < r->end) {
		if (*r->at == '#') {
			while (r->at < r->end && *r->at != '\n' && *r->at != '\r') {
				r->at++;
			}
		} else if (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r' ||
			   *r->at == ',') {
			r->at++;
		} else if (starts_with(r, BYTE_ORDER_MARK)) {
			r->at += strlen(BYTE_ORDER_MARK);
		} else {
			return;
		}
	}
}

static bool read_digits(struct graphql_reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && is_digit(*r->at)) {
		r->at++;
	}
	return r->at > start;
}

/* An integer or float; no name and no further number may follow at once. */
static bool read_number(struct graphql_reader *r)
{
	const char *first = NULL;

	r->at += *r->at == '-';
	first = r->at;
	if (!read_digits(r)) {
		return fail(r, "a digit");
	}
	if (*first == '0' && r->at - first > 1) {
		r->at = first + 1;
		return fail(r, "no digit behind a leading 0");
	}
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!read_digits(r)) {
			return fail(r, "a digit behind the point");
		}
	}
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
		r->at++;
		r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
		if (!read_digits(r)) {
			return fail(r, "a digit of the exponent");
		}
	}
	if (r->at < r->end && (is_name_char(*r->at) || *r->at == '.')) {
		return fail(r, "something between a number and what follows");
	}
	return true;
}

/* """ up to the next """ that has no backslash in front. */
static bool read_block_string(struct graphql_reader *r)
{
	r->at += 3;
	while (r->at < r->end) {
		if (starts_with(r, "\"\"\"")) {
			r->at += 3;
			return true;
		}
		r->at += starts_with(r, "\\\"\"\"") ? 4 : 1;
	}
	return fail(r, "\"\"\" at the end of a block string");
}

static bool read_string(struct graphql_reader *r)
{
	if (starts_with(r, "\"\"\"")) {
		return read_block_string(r);
	}
	for (r->at++; r->at < r->end && *r->at != '\n' && *r->at != '\r'; r->at++) {
		if (*r->at == '"') {
			r->at++;
			return true;
		}
		if (*r->at == '\\' && left(r) > 1 && r->at[1] != '\n' && r->at[1] != '\r') {
			r->at++;
		}
	}
	return fail(r, "\" at the end of a string, on its line");
}

static bool read_punctuator(struct graphql_reader *r)
{
	if (starts_with(r, "...")) {
		r->at += 3;
		return true;
	}
	if (*r->at == '\0' || !strchr("!$&():=@[]{|}", *r->at)) {
		return fail(r, "a name, a number, a string or punctuation of GraphQL");
	}
	r->at++;
	return true;
}

bool tally__graphql_next(struct graphql_reader *r, struct graphql_token *token)
{
	bool found = true;

	skip_ignored(r);
	*token = (struct graphql_token){.kind = GRAPHQL_END, .text = r->at};
	if (r->wrong || r->at == r->end) {
		return !r->wrong;
	}
	if (is_name_start(*r->at)) {
		token->kind = GRAPHQL_WORD;
		while (r->at < r->end && is_name_char(*r->at)) {
			r->at++;
		}
	} else if (is_digit(*r->at) || *r->at == '-') {
		token->kind = GRAPHQL_WORD;
		found = read_number(r);
	} else if (*r->at == '"') {
		token->kind = GRAPHQL_STRING;
		found = read_string(r);
	} else {
		token->kind = GRAPHQL_PUNCTUATOR;
		found = read_punctuator(r);
	}
	token->len = (size_t)(r->at - token->text);
	return found;
}

static bool same_token(const struct graphql_token *a, const struct graphql_token *b)
{
	return a->kind == b->kind && a->len == b->len &&
	       (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

/* Lines end in LF, CR LF or CR. */
static void locate(const char *start, const char *at, const char *end, size_t *line, size_t *column)
{
	*line = 1;
	*column = 1;
	for (const char *c = start; c < at; c++) {
		bool pair = *c == '\r' && c + 1 < end && c[1] == '\n';

		if (*c == '\n' || (*c == '\r' && !pair)) {
			(*line)++;
			*column = 1;
		} else {
			(*column)++;
		}
	}
}

static void note_place(struct graphql_comparison *out, const struct graphql_reader *r,
		       const char *at)
{
	locate(r->start, at, r->end, &out->line, &out->column);
}

bool tally__graphql_compare(struct graphql_comparison *out, const char *first, size_t first_len,
			    const char *second, size_t second_len)
{
	struct graphql_reader a;
	struct graphql_reader b;

	*out = (struct graphql_comparison){.equal = false};
	tally__graphql_init(&a, first, first_len);
	tally__graphql_init(&b, second, second_len);
	for (;;) {
		if (!tally__graphql_next(&a, &out->first)) {
			out->wrong = a.wrong;
			out->wrong_first = true;
			note_place(out, &a, a.at);
			return false;
		}
		if (!tally__graphql_next(&b, &out->second)) {
			out->wrong = b.wrong;
			note_place(out, &b, b.at);
			return false;
		}
		if (!same_token(&out->first, &out->second)) {
			note_place(out, &b, out->second.text);
			return false;
		}
		if (out->first.kind == GRAPHQL_END) {
			out->equal = true;
			return true;
		}
	}
}

/* ---- as a regular expression ---- */

/* Possessive, so that a text that does not match is given up at once. */
#define IGNORED      "(?:[\\s,\\uFEFF]|#[^\\r\\n]*+)"
#define IGNORED_ANY  IGNORED "*+"
#define IGNORED_SOME IGNORED "++"

static void add_literal(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			tally__buf_adds(out, "\\n");
		} else if (text[i] == '\r') {
			tally__buf_adds(out, "\\r");
		} else {
			if (text[i] != '\0' && strchr("\\^$.|?*+()[]{}/#-&~ ", text[i])) {
				tally__buf_addc(out, '\\');
			}
			tally__buf_addc(out, text[i]);
		}
	}
}

int tally__graphql_to_regex(struct buf *out, const char *text, size_t len,
			    struct tally_error *error)
{
	struct graphql_reader r;
	struct graphql_token token;
	enum graphql_kind before = GRAPHQL_PUNCTUATOR;
	bool apart = false;
	size_t line = 0;
	size_t column = 0;

	tally__graphql_init(&r, text, len);
	for (;;) {
		if (!tally__graphql_next(&r, &token)) {
			locate(r.start, r.at, r.end, &line, &column);
			return tally__fail(error, TALLY_EPARSE,
					   "no GraphQL at line %zu, column %zu: expected %s", line,
					   column, r.wrong);
		}
		apart = token.kind == before && token.kind != GRAPHQL_PUNCTUATOR;
		tally__buf_adds(out, apart ? IGNORED_SOME : IGNORED_ANY);
		if (token.kind == GRAPHQL_END) {
			return 0;
		}
		add_literal(out, token.text, token.len);
		before = token.kind;
	}
}
