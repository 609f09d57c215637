#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/regex_dialect.h"
#include "format/regex_tree.h"

/* Classes in one another: more than anybody writes. */
#define CLASS_DEPTH 16

struct group_name {
	const char *text;
	size_t len;
	unsigned group;
	struct group_name *next;
};

struct parser {
	const char *at;
	const char *end;
	struct arena *arena;
	struct tally_error *error;
	int status; /* sticks */
	unsigned depth;
	unsigned groups;
	struct group_name *names;
	bool extended; /* (?x): white space and comments are nothing */
};

static struct regex_node *parse_choice(struct parser *p);

static struct regex_node *fail(struct parser *p, const char *what)
{
	if (p->status == 0) {
		p->status = tally__fail(p->error, TALLY_EUNSUPPORTED,
					"no text can be made for an expression with %s", what);
	}
	return NULL;
}

/* In the arena; NULL, and the status is set, when memory is short. */
static void *allocate(struct parser *p, size_t size)
{
	void *memory = p->status == 0 ? tally__arena_alloc(p->arena, size) : NULL;

	if (!memory && p->status == 0) {
		p->status = tally__fail_nomem(p->error);
	}
	return memory;
}

static struct regex_node *new_node(struct parser *p, enum regex_node_kind kind)
{
	struct regex_node *node = allocate(p, sizeof *node);

	if (node) {
		node->kind = kind;
	}
	return node;
}

static struct regex_node *char_node(struct parser *p, uint32_t character)
{
	struct regex_node *node = new_node(p, REGEX_NODE_CHAR);

	if (node) {
		node->character = character;
	}
	return node;
}

static struct regex_node *set_node(struct parser *p, const struct char_set *set)
{
	struct regex_node *node = new_node(p, REGEX_NODE_SET);
	struct char_set *copy = allocate(p, sizeof *copy);

	if (node && copy) {
		*copy = *set;
		node->set = copy;
	}
	return p->status == 0 ? node : NULL;
}

/* ---- characters ---- */

/* Up to so many hexadecimal digits. */
static uint32_t take_hex(struct parser *p, unsigned max_digits)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < max_digits && tally__text_hex(*p->at) >= 0; i++) {
		value = value * 16 + (uint32_t)tally__text_hex(*p->at++);
	}
	return value;
}

/* "41" of \x41 and "{41}" of \x{41}. */
static uint32_t take_x(struct parser *p)
{
	uint32_t value = 0;

	if (*p->at != '{') {
		return take_hex(p, 2);
	}
	p->at++;
	value = take_hex(p, 8);
	p->at += strcspn(p->at, "}");
	p->at += *p->at == '}';
	return value;
}

/* Behind \u; a pair of surrogates is one character. */
static uint32_t take_u(struct parser *p)
{
	uint32_t unit = take_hex(p, 4);

	if (unit >= 0xD800 && unit < 0xDC00 && p->at[0] == '\\' && p->at[1] == 'u') {
		p->at += 2;
		unit = 0x10000 + ((unit - 0xD800) << 10) + ((take_hex(p, 4) - 0xDC00) & 0x3FF);
	}
	return unit;
}

static uint32_t take_octal(struct parser *p)
{
	uint32_t value = 0;

	for (int i = 0; i < 3 && *p->at >= '0' && *p->at <= '7'; i++) {
		value = value * 8 + (uint32_t)(*p->at++ - '0');
	}
	return value;
}

/* The character that an escape stands for, behind its backslash. */
static uint32_t take_escaped(struct parser *p)
{
	char c = *p->at;
	size_t len = tally__utf8_char_len(p->at, (size_t)(p->end - p->at));
	uint32_t character = 0;

	if (c >= '0' && c <= '7') {
		return take_octal(p);
	}
	if (c == '\0') {
		return '\\';
	}
	character = len > 1 ? tally__utf8_code_point(p->at, len) : (unsigned char)c;
	p->at += len > 0 ? len : 1;
	switch (c) {
	case 'x':
		return take_x(p);
	case 'u':
		return take_u(p);
	case 'c':
		character = (unsigned char)*p->at & 0x1F;
		p->at += *p->at != '\0';
		return character;
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'f':
		return '\f';
	case 'e':
		return 0x1B;
	case 'a':
		return 0x07;
	default:
		return character;
	}
}

static uint32_t take_character(struct parser *p)
{
	size_t len = tally__utf8_char_len(p->at, (size_t)(p->end - p->at));
	uint32_t character = 0;

	if (*p->at == '\\') {
		p->at++;
		return take_escaped(p);
	}
	character = len > 1 ? tally__utf8_code_point(p->at, len) : (unsigned char)*p->at;
	p->at += len > 0 ? len : 1;
	return character;
}

/* \p{Name} and \pN, behind the letter. */
static void take_property(struct parser *p, struct char_set *set, bool inverted)
{
	const char *name = p->at;
	size_t len = 1;
	struct char_set named = {0};

	if (*name == '{') {
		name++;
		len = strcspn(name, "}");
		p->at = name + len + (name[len] == '}');
	} else {
		p->at += *name != '\0';
	}
	if (!tally__char_set_add_name(&named, name, len)) {
		fail(p, "a property of characters that is not known");
		return;
	}
	if (inverted) {
		tally__char_set_invert(&named);
	}
	tally__char_set_merge(set, &named);
}

/* A backslash that stands for a set; false, and nothing is taken, when it does not. */
static bool take_set_escape(struct parser *p, struct char_set *set)
{
	char letter = *p->at == '\\' ? p->at[1] : '\0';

	if (letter == 'p' || letter == 'P') {
		p->at += 2;
		take_property(p, set, letter == 'P');
		return true;
	}
	if (letter == '\0' || !tally__char_set_add_escape(set, letter)) {
		return false;
	}
	p->at += 2;
	return true;
}

/* "[:alpha:]" within a class. */
static bool take_posix(struct parser *p, struct char_set *set)
{
	const char *end = tally__regex_posix_end(p->at, p->end);

	if (!end) {
		return false;
	}
	if (!tally__char_set_add_name(set, p->at + 2, (size_t)(end - p->at) - 4)) {
		fail(p, "a class of characters that is not known");
	}
	p->at = end;
	return true;
}

/* \Q...\E within a class: each of its characters; false: there is none. */
static bool take_quoted(struct parser *p, struct char_set *set)
{
	if (strncmp(p->at, "\\Q", 2) != 0) {
		return false;
	}
	for (p->at += 2; *p->at != '\0' && strncmp(p->at, "\\E", 2) != 0;) {
		size_t len = tally__utf8_char_len(p->at, (size_t)(p->end - p->at));
		uint32_t character =
			len > 1 ? tally__utf8_code_point(p->at, len) : (unsigned char)*p->at;

		tally__char_set_add(set, character, character);
		p->at += len > 0 ? len : 1;
	}
	p->at += *p->at != '\0' ? 2 : 0;
	return true;
}

/* \b is a backspace here. */
static uint32_t take_class_character(struct parser *p)
{
	if (strncmp(p->at, "\\b", 2) != 0) {
		return take_character(p);
	}
	p->at += 2;
	return '\b';
}

static bool take_class(struct parser *p, struct char_set *out, bool nested, unsigned depth);

/* One character, range or set within a class; false: a class in it does not end. */
static bool take_item(struct parser *p, struct char_set *set, bool nested, unsigned depth)
{
	uint32_t from = 0;
	uint32_t to = 0;

	if (take_posix(p, set) || take_set_escape(p, set) || take_quoted(p, set)) {
		return true;
	}
	if (nested && *p->at == '[') {
		struct char_set inner = {0};

		if (depth >= CLASS_DEPTH || !take_class(p, &inner, true, depth + 1)) {
			return false;
		}
		tally__char_set_merge(set, &inner);
		return true;
	}
	from = to = take_class_character(p);
	if (p->at[0] == '-' && p->at[1] != ']' && p->at[1] != '\0') {
		p->at++;
		to = take_class_character(p);
	}
	tally__char_set_add(set, from, to);
	return true;
}

/* From the opening bracket to behind the closing one; false when there is none. */
static bool take_class(struct parser *p, struct char_set *out, bool nested, unsigned depth)
{
	struct char_set operand = {0};
	const char *start = ++p->at;
	bool inverted = *start == '^';
	bool first = true;

	p->at += inverted;
	start = p->at;
	while (*p->at != '\0' && (*p->at != ']' || p->at == start) && p->status == 0) {
		if (!nested || strncmp(p->at, "&&", 2) != 0) {
			if (!take_item(p, &operand, nested, depth)) {
				return false;
			}
			continue;
		}
		p->at += 2;
		if (first) {
			*out = operand;
		} else {
			tally__char_set_intersect(out, &operand);
		}
		first = false;
		operand = (struct char_set){0};
	}
	if (first) {
		*out = operand;
	} else {
		tally__char_set_intersect(out, &operand);
	}
	if (inverted) {
		tally__char_set_invert(out);
	}
	return *p->at == ']' && *p->at++;
}

/* Classes within a class; where these do not end, an opening bracket is a character. */
static struct regex_node *parse_class(struct parser *p)
{
	struct char_set set = {0};
	const char *start = p->at;

	if (!take_class(p, &set, true, 1)) {
		p->at = start;
		take_class(p, &set, false, 1);
	}
	return p->status == 0 ? set_node(p, &set) : NULL;
}

/* ---- groups ---- */

static unsigned find_name(const struct parser *p, const char *text, size_t len)
{
	for (const struct group_name *name = p->names; name; name = name->next) {
		if (name->len == len && memcmp(name->text, text, len) == 0) {
			return name->group;
		}
	}
	return 0;
}

static struct regex_node *backreference(struct parser *p, unsigned group)
{
	struct regex_node *node = NULL;

	if (group == 0 || group > p->groups || group > REGEX_GROUPS) {
		return fail(p, "a reference to a group that is not before it");
	}
	node = new_node(p, REGEX_NODE_BACKREFERENCE);
	if (node) {
		node->group = group;
	}
	return node;
}

/* \k<name>, \k'name', \k{name} and \g{1}, behind the letter. */
static struct regex_node *parse_reference(struct parser *p, char letter)
{
	const char *name = p->at + (*p->at != '\0');
	size_t len = strcspn(name, ">}')");
	unsigned group = 0;

	if (letter == 'g' && *p->at != '{' && !(*p->at >= '1' && *p->at <= '9')) {
		return fail(p, "a group that is called like a function");
	}
	if (*p->at >= '1' && *p->at <= '9') {
		name = p->at;
		len = 1;
		p->at += 1;
	} else {
		p->at = name + len + (name[len] != '\0');
	}
	if (len == 1 && *name >= '1' && *name <= '9') {
		group = (unsigned)(*name - '0');
	} else {
		group = find_name(p, name, len);
	}
	return backreference(p, group);
}

/* \Q...\E is text. */
static struct regex_node *parse_literal(struct parser *p)
{
	struct regex_node *sequence = new_node(p, REGEX_NODE_SEQUENCE);
	struct regex_node **last = sequence ? &sequence->child : NULL;

	while (last && *p->at != '\0' && strncmp(p->at, "\\E", 2) != 0) {
		size_t len = tally__utf8_char_len(p->at, (size_t)(p->end - p->at));

		*last = char_node(p, len > 1 ? tally__utf8_code_point(p->at, len)
					     : (unsigned char)*p->at);
		p->at += len > 0 ? len : 1;
		last = *last ? &(*last)->next : NULL;
	}
	p->at += *p->at != '\0' ? 2 : 0;
	return sequence;
}

static struct regex_node *parse_escape(struct parser *p)
{
	char letter = p->at[1];
	struct char_set set = {0};

	if (take_set_escape(p, &set)) {
		return set_node(p, &set);
	}
	p->at++;
	if (letter != '\0' && strchr("AzZbBGKE", letter)) {
		p->at++;
		return new_node(p, REGEX_NODE_EMPTY);
	}
	if (letter == 'Q') {
		p->at++;
		return parse_literal(p);
	}
	if (letter == 'k' || letter == 'g') {
		p->at++;
		return parse_reference(p, letter);
	}
	/* Three digits are a character by its octal number. */
	if (letter >= '1' && letter <= '9' && strspn(p->at, "01234567") < 3) {
		p->at++;
		return backreference(p, (unsigned)(letter - '0'));
	}
	return char_node(p, take_escaped(p));
}

/* Behind "(?": options up to ')' or ':'.  True when they are for what follows. */
static bool take_options(struct parser *p)
{
	bool on = true;

	while (*p->at != '\0' && *p->at != ')' && *p->at != ':') {
		if (*p->at == '-' || *p->at == '^') {
			on = *p->at == '^' ? on : false;
		} else if (*p->at == 'x') {
			p->extended = on;
		}
		p->at++;
	}
	if (*p->at == ')') {
		return true;
	}
	p->at += *p->at == ':';
	return false;
}

static struct regex_node *remember(struct parser *p, const char *name, size_t len)
{
	struct regex_node *node = new_node(p, REGEX_NODE_GROUP);

	if (!node) {
		return NULL;
	}
	node->group = ++p->groups;
	if (name) {
		struct group_name *entry = allocate(p, sizeof *entry);

		if (!entry) {
			return NULL;
		}
		*entry = (struct group_name){name, len, node->group, p->names};
		p->names = entry;
	}
	node->child = parse_choice(p);
	return node;
}

/* The inside of a group that is only looked at, thrown away. */
static struct regex_node *look_around(struct parser *p, size_t skip)
{
	p->at += skip;
	parse_choice(p);
	return new_node(p, REGEX_NODE_EMPTY);
}

static struct regex_node *named_group(struct parser *p, size_t skip)
{
	const char *name = p->at + skip;
	size_t len = strcspn(name, ">'");

	p->at = name + len + (name[len] != '\0');
	return remember(p, name, len);
}

/* Behind "(?". */
static struct regex_node *parse_special(struct parser *p)
{
	const char *at = p->at;

	if (at[0] == ':' || at[0] == '>') {
		p->at++;
		return parse_choice(p);
	}
	if (at[0] == '=' || at[0] == '!') {
		return look_around(p, 1);
	}
	if (at[0] == '<' && (at[1] == '=' || at[1] == '!')) {
		return look_around(p, 2);
	}
	if (at[0] == '<' || at[0] == '\'') {
		return named_group(p, 1);
	}
	if (at[0] == 'P' && at[1] == '<') {
		return named_group(p, 2);
	}
	if (at[0] == 'P' && at[1] == '=') {
		size_t len = strcspn(at + 2, ")");

		p->at += 2 + len;
		return backreference(p, find_name(p, at + 2, len));
	}
	if (at[0] == '#') {
		p->at += strcspn(at, ")");
		return new_node(p, REGEX_NODE_EMPTY);
	}
	if (at[0] == '\0' || !strchr("imsxnadujUJ^-", *at)) {
		return fail(p, "conditions, recursion or what is not known of groups");
	}
	return take_options(p) ? NULL : parse_choice(p);
}

static struct regex_node *parse_group(struct parser *p)
{
	struct regex_node *node = NULL;
	bool extended = p->extended;
	bool options = false;

	if (++p->depth > LIMIT_REGEX_DEPTH) {
		return fail(p, "so many groups inside one another");
	}
	p->at++;
	if (*p->at == '?') {
		p->at++;
		node = parse_special(p);
		options = !node && p->status == 0;
	} else if (*p->at == '*') {
		return fail(p, "verbs such as (*FAIL)");
	} else {
		node = remember(p, NULL, 0);
	}
	p->depth--;
	p->at += *p->at == ')';
	if (!options) {
		p->extended = extended;
		return node;
	}
	return new_node(p, REGEX_NODE_EMPTY);
}

/* ---- repeats ---- */

static unsigned take_number(const char **at)
{
	unsigned value = 0;

	while (**at >= '0' && **at <= '9') {
		value = value > 100000 ? value : value * 10 + (unsigned)(**at - '0');
		(*at)++;
	}
	return value;
}

/* "{3}", "{3,}", "{,3}", "{3,5}"; other braces are text. */
static bool take_braces(struct parser *p, unsigned *min, unsigned *max)
{
	const char *at = p->at + 1;
	bool has_min = *at >= '0' && *at <= '9';
	bool has_max = false;

	*min = take_number(&at);
	*max = *min;
	if (*at == ',') {
		at++;
		has_max = *at >= '0' && *at <= '9';
		*max = has_max ? take_number(&at) : UINT32_MAX;
	}
	if (*at != '}' || (!has_min && !has_max)) {
		return false;
	}
	p->at = at + 1;
	return true;
}

static bool take_repeat(struct parser *p, unsigned *min, unsigned *max)
{
	switch (*p->at) {
	case '*':
	case '+':
		*min = *p->at++ == '+';
		*max = UINT32_MAX;
		break;
	case '?':
		p->at++;
		*min = 0;
		*max = 1;
		break;
	case '{':
		if (!take_braces(p, min, max)) {
			return false;
		}
		break;
	default:
		return false;
	}
	/* Lazy, possessive: the texts are the same, or less. */
	p->at += *p->at == '?' || *p->at == '+';
	return true;
}

/* The node as often as it says behind it; a repeat of a repeat is not valid. */
static struct regex_node *parse_repeat(struct parser *p, struct regex_node *node)
{
	struct regex_node *repeat = NULL;
	unsigned min = 0;
	unsigned max = 0;

	if (!node || !take_repeat(p, &min, &max)) {
		return node;
	}
	repeat = new_node(p, REGEX_NODE_REPEAT);
	if (!repeat) {
		return NULL;
	}
	if (max == UINT32_MAX) {
		max = min > REGEX_UNBOUNDED_REPEATS ? min : REGEX_UNBOUNDED_REPEATS;
	}
	repeat->child = node;
	repeat->min = min;
	repeat->max = max;
	return repeat;
}

static struct regex_node *parse_atom(struct parser *p)
{
	struct char_set any = {0};

	switch (*p->at) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_class(p);
	case '\\':
		return parse_escape(p);
	case '^':
	case '$':
		p->at++;
		return new_node(p, REGEX_NODE_EMPTY);
	case '.':
		p->at++;
		tally__char_set_invert(&any);
		return set_node(p, &any);
	default:
		return char_node(p, take_character(p));
	}
}

static void skip_blanks(struct parser *p)
{
	while (p->extended && *p->at != '\0' && strchr(" \t\r\n\f\v#", *p->at)) {
		p->at += *p->at == '#' ? strcspn(p->at, "\n") : 1;
	}
}

static struct regex_node *parse_sequence(struct parser *p)
{
	struct regex_node *sequence = new_node(p, REGEX_NODE_SEQUENCE);
	struct regex_node **last = sequence ? &sequence->child : NULL;

	for (skip_blanks(p); *p->at != '\0' && *p->at != '|' && *p->at != ')' && p->status == 0;
	     skip_blanks(p)) {
		struct regex_node *node = parse_atom(p);

		skip_blanks(p);
		node = parse_repeat(p, node);
		if (!node || !last) {
			break;
		}
		*last = node;
		last = &node->next;
	}
	return p->status == 0 ? sequence : NULL;
}

static struct regex_node *parse_choice(struct parser *p)
{
	struct regex_node *choice = new_node(p, REGEX_NODE_CHOICE);
	struct regex_node **last = choice ? &choice->child : NULL;

	while (last && p->status == 0) {
		*last = parse_sequence(p);
		if (!*last || *p->at != '|') {
			break;
		}
		p->at++;
		last = &(*last)->next;
	}
	return p->status == 0 ? choice : NULL;
}

int tally__regex_tree(struct regex_node **out, struct arena *arena, const char *pattern,
		      struct tally_error *error)
{
	struct parser p = {
		.at = pattern, .end = pattern + strlen(pattern), .arena = arena, .error = error};
	struct regex_node *root = parse_choice(&p);

	if (p.status == 0 && *p.at != '\0') {
		fail(&p, "a bracket that is closed and was not opened");
	}
	if (p.status == 0) {
		*out = root;
	}
	return p.status;
}
