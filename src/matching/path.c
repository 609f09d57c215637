#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "format/path_text.h"
#include "matching/path.h"

struct parser {
	const char *text;
	const char *at;
	struct arena *arena;
	struct path_expression *out;
	size_t capacity;
	struct tally_error *error;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters and digits of every script: any byte of a longer UTF-8 sequence passes. */
static bool is_identifier(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
	       c == '-' || c == ':' || c == '#' || c == '@' || (unsigned char)c >= 0x80;
}

bool tally__path_is_index(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i])) {
			return false;
		}
	}
	return len > 0;
}

static int fail(const struct parser *p, const char *at, const char *expected)
{
	size_t column = (size_t)(at - p->text) + 1;

	if (*at == '\0') {
		return tally__fail(p->error, TALLY_EPARSE,
				   "path expression '%s': expected %s at column %zu, found its end",
				   p->text, expected, column);
	}
	return tally__fail(p->error, TALLY_EPARSE,
			   "path expression '%s': expected %s at column %zu, found '%c'", p->text,
			   expected, column, (unsigned char)*at < 0x80 ? *at : '?');
}

static int add_token(struct parser *p, enum path_token_kind kind, const char *text, size_t len)
{
	struct path_expression *out = p->out;
	struct path_token *tokens = NULL;

	if (out->count == LIMIT_PATH_TOKENS) {
		return tally__fail(p->error, TALLY_ELIMIT,
				   "a path expression has more than %d tokens",
				   (int)LIMIT_PATH_TOKENS);
	}
	tokens = tally__arena_room(p->arena, out->tokens, out->count, &p->capacity, 8,
				   sizeof *tokens);
	if (!tokens) {
		return tally__fail_nomem(p->error);
	}
	out->tokens = tokens;
	out->tokens[out->count++] = (struct path_token){.kind = kind, .text = text, .len = len};
	out->exact += kind == PATH_EXACT;
	return 0;
}

static int parse_identifier(struct parser *p)
{
	const char *start = p->at;
	const char *name = NULL;

	while (is_identifier(*p->at)) {
		p->at++;
	}
	if (p->at == start) {
		return fail(p, p->at, "a name or '*'");
	}
	name = tally__arena_memdup(p->arena, start, (size_t)(p->at - start));
	if (!name) {
		return tally__fail_nomem(p->error);
	}
	return add_token(p, PATH_EXACT, name, (size_t)(p->at - start));
}

/* The rest of "['name']" after the opening quote.  A backslash stands for itself, except before a
 * quote or another backslash, which is how names are written that hold these. */
static int parse_quoted(struct parser *p)
{
	char quote = *p->at++;
	char *name = NULL;
	size_t len = 0;

	name = tally__arena_alloc(p->arena, strlen(p->at) + 1);
	if (!name) {
		return tally__fail_nomem(p->error);
	}
	while (*p->at && *p->at != quote) {
		if (p->at[0] == '\\' && (p->at[1] == quote || p->at[1] == '\\')) {
			p->at++;
		}
		name[len++] = *p->at++;
	}
	if (*p->at != quote) {
		return fail(p, p->at, quote == '"' ? "'\"'" : "a single quote");
	}
	if (len == 0) {
		return fail(p, p->at, "a name between the quotes");
	}
	p->at++;
	return add_token(p, PATH_EXACT, name, len);
}

static int parse_index(struct parser *p)
{
	const char *start = p->at;
	const char *digits = NULL;

	while (is_digit(*p->at)) {
		p->at++;
	}
	while (*start == '0' && start + 1 < p->at) {
		start++;
	}
	digits = tally__arena_memdup(p->arena, start, (size_t)(p->at - start));
	if (!digits) {
		return tally__fail_nomem(p->error);
	}
	return add_token(p, PATH_EXACT, digits, (size_t)(p->at - start));
}

static int parse_bracket(struct parser *p)
{
	int status = 0;

	p->at++;
	if (*p->at == '\'' || *p->at == '"') {
		status = parse_quoted(p);
	} else if (*p->at == '*') {
		p->at++;
		status = add_token(p, PATH_STAR_INDEX, NULL, 0);
	} else if (is_digit(*p->at)) {
		status = parse_index(p);
	} else {
		return fail(p, p->at, "a quote, digits or '*'");
	}
	if (status == 0 && *p->at != ']') {
		return fail(p, p->at, "']'");
	}
	p->at++;
	return status;
}

static int parse_segment(struct parser *p)
{
	if (*p->at == '[') {
		return parse_bracket(p);
	}
	if (*p->at != '.') {
		return fail(p, p->at, "'.' or '['");
	}
	p->at++;
	if (*p->at == '*') {
		p->at++;
		return add_token(p, PATH_STAR, NULL, 0);
	}
	return parse_identifier(p);
}

int tally__path_parse(struct path_expression *out, struct arena *arena, const char *text,
		      struct tally_error *error)
{
	struct path_expression path = {.source = text};
	struct parser p = {.text = text, .at = text, .arena = arena, .out = &path, .error = error};
	int status = 0;

	if (*text == '\0') {
		*out = path;
		return 0;
	}
	status = add_token(&p, PATH_EXACT, "$", 1);
	if (*p.at == '$') {
		p.at++;
	} else if (status == 0 && *p.at != '.' && *p.at != '[') {
		status = parse_identifier(&p);
	}
	while (status == 0 && *p.at) {
		status = parse_segment(&p);
	}
	if (status == 0) {
		*out = path;
	}
	return status;
}

/* Compares 2^exact * count without computing powers: counts have at most 9 bits. */
static int compare_weights(const struct path_expression *a, const struct path_expression *b)
{
	size_t common = a->exact < b->exact ? a->exact : b->exact;
	size_t more_a = a->exact - common;
	size_t more_b = b->exact - common;
	unsigned long long weight_a = 0;
	unsigned long long weight_b = 0;

	_Static_assert(LIMIT_PATH_TOKENS < 1 << 16, "weights must fit");
	if (more_a > 32 || more_b > 32) {
		return more_a > more_b ? -1 : 1;
	}
	weight_a = (unsigned long long)a->count << more_a;
	weight_b = (unsigned long long)b->count << more_b;
	return weight_a > weight_b ? -1 : weight_a < weight_b;
}

int tally__path_compare(const struct path_expression *a, const struct path_expression *b)
{
	int order = compare_weights(a, b);

	if (order != 0) {
		return order;
	}
	if (a->count != b->count) {
		return a->count > b->count ? -1 : 1;
	}
	for (size_t i = 0; i < a->count; i++) {
		bool exact_a = a->tokens[i].kind == PATH_EXACT;
		bool exact_b = b->tokens[i].kind == PATH_EXACT;

		if (exact_a != exact_b) {
			return exact_a ? -1 : 1;
		}
	}
	return strcmp(a->source, b->source);
}

void tally__path_add_fragment(struct buf *out, const char *text, size_t len)
{
	if (!tally__path_is_index(text, len)) {
		tally__path_add_name(out, text, len);
		return;
	}
	tally__buf_addc(out, '[');
	tally__buf_add(out, text, len);
	tally__buf_addc(out, ']');
}

size_t tally__path_len_before_index(const char *name)
{
	const char *bracket = strrchr(name, '[');
	size_t len = bracket ? strlen(bracket + 1) : 0;

	if (len < 2 || bracket[len] != ']' ||
	    (!tally__path_is_index(bracket + 1, len - 1) && strcmp(bracket, "[*]") != 0)) {
		return 0;
	}
	return (size_t)(bracket - name);
}
