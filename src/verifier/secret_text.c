/* Finds secrets in texts of any kind.  Nothing is parsed: bodies may be cut, broken or of no type
 * at all.  Where ":", "=" or ">" follows a name, what comes after it is the value. */
#include "config.h"

#include <string.h>

#include "base/letters.h"
#include "base/limits.h"
#include "base/text.h"
#include "matching/lint_looks.h"
#include "verifier/secrets.h"

/* How far to look for the beginning of a tag, for the end of a part's header. */
#define NEAR_BYTES 512

struct range {
	size_t from, to;
};

struct scan {
	const struct secrets *secrets;
	struct buf *out;
	const char *text;
	size_t len;
	size_t done;              /* so much of the text was appended, or left out */
	struct secrets *learning; /* gets what is left out; NULL: nobody does */
	int status;               /* of that */
	size_t tag_ends;          /* until here an attribute "value" or "content" is a secret */
	bool masked;
};

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static bool is_letter(char c)
{
	return tally__is_lower(c) || tally__is_upper(c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_name_byte(char c)
{
	return tally__is_lower(c) || tally__is_upper(c) || tally__is_digit(c) ||
	       (unsigned char)c >= 0x80 || is_one_of(c, "_-.%[]$@+");
}

/* The position of `part` in text[from .. to); `to` when it is not there. */
static size_t find(const char *text, size_t from, size_t to, const char *part, size_t part_len)
{
	for (size_t i = from; i + part_len <= to; i++) {
		if (text[i] == *part && memcmp(text + i, part, part_len) == 0)
			return i;
	}
	return to;
}

static size_t find_any(const char *text, size_t from, size_t to, const char *set)
{
	while (from < to && !is_one_of(text[from], set))
		from++;
	return from;
}

/* ---- plain text: values that are known, and credentials by their form ---- */

/* So much of a value is taken for it, wherever it stands, and so much where the text is cut. */
#define BEGUN_BYTES     16
#define BEGUN_CUT_BYTES SECRET_LEARNT_BYTES

static bool is_cut(const struct scan *s, size_t at)
{
	return at == s->len || (s->len - at >= 3 && memcmp(s->text + at, "…", 3) == 0);
}

/* The bytes from text[at] on that are a value which was learnt, or the beginning of one. */
static size_t learnt_len(const struct scan *s, size_t at, size_t to)
{
	struct secret_found found =
		tally__secret_values_find(&s->secrets->values, s->text + at, to - at);

	if (found.begun > found.whole &&
	    (found.begun >= BEGUN_BYTES ||
	     (found.begun >= BEGUN_CUT_BYTES && is_cut(s, at + found.begun))))
		return found.begun;
	return found.whole;
}

static size_t web_token_len(const char *text, size_t len)
{
	size_t used = 0;

	if (len < 3 || memcmp(text, "eyJ", 3) != 0)
		return 0;
	while (used < len && (tally__is_lower(text[used]) || tally__is_upper(text[used]) ||
			      tally__is_digit(text[used]) || is_one_of(text[used], "-_.=")))
		used++;
	return tally__lint_look(text, used) == LOOK_JWT ? used : 0;
}

/* The next credential that can be told by its form; at the end when there is none. */
static struct range find_form(const char *text, size_t from, size_t to)
{
	size_t at = 0;
	size_t len = 0;

	if (from >= to || tally__lint_find_secret(text + from, to - from, &at, &len) == NULL)
		return (struct range){to, to};
	return (struct range){from + at, from + at + len};
}

/* Appends text[done .. to). */
static void add_plain(struct scan *s, size_t to)
{
	struct range form;
	size_t i = s->done;

	if (s->out == NULL) {
		s->done = to;
		return;
	}
	form = find_form(s->text, i, to);
	while (i < to) {
		size_t secret = i == form.from ? form.to - form.from : learnt_len(s, i, to);

		if (secret == 0)
			secret = web_token_len(s->text + i, to - i);
		if (secret == 0) {
			i++;
			continue;
		}
		tally__buf_add(s->out, s->text + s->done, i - s->done);
		tally__buf_adds(s->out, SECRET_MASK);
		s->masked = true;
		i += secret;
		s->done = i;
		if (form.from < i)
			form = find_form(s->text, i, to);
	}
	tally__buf_add(s->out, s->text + s->done, to - s->done);
	s->done = to;
}

/* A value as it stands, and what it means in a query or form. */
static int learn_value(struct secrets *secrets, const char *text, size_t len)
{
	int status = tally__secrets_learn_value(secrets, text, len);
	struct buf decoded;

	if (status != 0 || (memchr(text, '%', len) == NULL && memchr(text, '+', len) == NULL))
		return status;
	tally__buf_init(&decoded, LIMIT_HEADER_BYTES);
	for (size_t i = 0; i < len; i++) {
		bool escaped = text[i] == '%' && i + 2 < len && tally__text_hex(text[i + 1]) >= 0 &&
			       tally__text_hex(text[i + 2]) >= 0;

		if (escaped)
			tally__buf_addc(&decoded, (char)(tally__text_hex(text[i + 1]) * 16 +
							 tally__text_hex(text[i + 2])));
		else
			tally__buf_addc(&decoded, text[i] == '+' ? ' ' : text[i]);
		i += escaped ? 2 : 0;
	}
	if (decoded.status == 0)
		status = tally__secrets_learn_value(secrets, decoded.bytes, decoded.len);
	else if (decoded.status == TALLY_ENOMEM)
		status = TALLY_ENOMEM;
	tally__buf_release(&decoded);
	return status;
}

static void mask(struct scan *s, struct range value)
{
	if (value.from >= value.to || value.from < s->done)
		return;
	if (s->learning != NULL && s->status == 0)
		s->status = learn_value(s->learning, s->text + value.from, value.to - value.from);
	add_plain(s, value.from);
	if (s->out != NULL)
		tally__buf_adds(s->out, SECRET_MASK);
	s->done = value.to;
	s->masked = true;
}

/* ---- names ---- */

struct name {
	const char *text;
	size_t len;
	bool begins_line;  /* as the names of headers do */
	bool follows_word; /* as in prose */
};

/* The name that ends in front of text[end]: a word, or what is in quotes. */
static struct name name_before(const struct scan *s, size_t end)
{
	const char *text = s->text;
	struct name name = {text, 0, false, false};
	size_t first = end;
	size_t least;

	while (first > 0 && end - first < 8 && is_blank(text[first - 1]))
		first--;
	end = first;
	if (end > 0 && is_quote(text[end - 1])) {
		char quote = text[--end];

		while (end > 0 && text[end - 1] == '\\')
			end--;
		first = end;
		least = end > SECRET_NAME_BYTES ? end - SECRET_NAME_BYTES : 0;
		while (first > least && text[first - 1] != quote && text[first - 1] != '\n')
			first--;
	} else {
		least = end > SECRET_NAME_BYTES ? end - SECRET_NAME_BYTES : 0;
		while (first > least && is_name_byte(text[first - 1]))
			first--;
		name.begins_line = first == 0 || text[first - 1] == '\n' ||
				   text[first - 1] == '\r' || is_quote(text[first - 1]);
		name.follows_word =
			first > 1 && text[first - 1] == ' ' && is_letter(text[first - 2]);
	}
	name.text = text + first;
	name.len = end - first;
	return name;
}

static enum secret_reach reach_of(const struct scan *s, const struct name *name)
{
	char decoded[SECRET_NAME_BYTES];
	size_t len = 0;

	if (name->len > sizeof(decoded) || memchr(name->text, '%', name->len) == NULL)
		return tally__secrets_reach(s->secrets, name->text, name->len);
	for (size_t i = 0; i < name->len; i++) {
		bool escaped = name->text[i] == '%' && i + 2 < name->len &&
			       tally__text_hex(name->text[i + 1]) >= 0 &&
			       tally__text_hex(name->text[i + 2]) >= 0;

		decoded[len++] = escaped ? (char)(tally__text_hex(name->text[i + 1]) * 16 +
						  tally__text_hex(name->text[i + 2]))
					 : name->text[i];
		i += escaped ? 2 : 0;
	}
	return tally__secrets_reach(s->secrets, decoded, len);
}

static bool name_is(const struct name *name, const char *word)
{
	size_t len = strlen(word);

	if (name->len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (tally__text_lower(name->text[i]) != word[i])
			return false;
	}
	return true;
}

/* ---- values ---- */

/* What is inside quotes that open at text[from], which may be escaped themselves. */
static bool quoted(const struct scan *s, size_t from, struct range *out)
{
	const char *text = s->text;
	size_t quote = from;
	size_t escapes;

	while (quote < s->len && text[quote] == '\\')
		quote++;
	escapes = quote - from;
	if (quote >= s->len || !is_quote(text[quote]))
		return false;
	out->from = quote + 1;
	for (size_t i = quote + 1, before = 0; i < s->len; i++) {
		if (text[i] == text[quote] && before == escapes) {
			out->to = i - escapes;
			return true;
		}
		before = text[i] == '\\' ? before + 1 : 0;
		/* Outside of escaped text, "\\" is a backslash and escapes nothing. */
		if (escapes == 0 && before == 2)
			before = 0;
	}
	out->to = s->len;
	return true;
}

/* An object or array of JSON from bracket to bracket. */
static size_t bracketed_end(const struct scan *s, size_t from)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = from; i < s->len; i++) {
		char c = s->text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']') && --depth == 0)
			return i + 1;
	}
	return s->len;
}

/* Neither tells anything. */
static bool is_literal(const char *text, size_t len)
{
	static const char *const words[] = {"null", "true", "false", SECRET_MASK};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i]) == len && memcmp(text, words[i], len) == 0)
			return true;
	}
	return false;
}

static bool is_scheme(const char *text, size_t len)
{
	const struct name name = {text, len, false, false};

	return name_is(&name, "bearer") || name_is(&name, "basic") || name_is(&name, "token") ||
	       name_is(&name, "digest");
}

/* ---- prose: "invalid token: expired" ---- */

/* The longest word in messages: "misconfiguration", "unauthenticated". */
#define PROSE_BYTES 18

/* A word as sentences have them, in small letters, perhaps after a capital. */
static bool is_plain_word(const char *text, size_t len)
{
	if (len > 1 && is_one_of(text[len - 1], ".!?"))
		len--;
	for (size_t i = 1; i < len; i++) {
		if (!tally__is_lower(text[i]))
			return false;
	}
	return len > 0 && len <= PROSE_BYTES && is_letter(*text);
}

/* What messages say of passwords, which may be any other word. */
static bool is_said_of_passwords(const char *text, size_t len)
{
	static const char *const words[] = {
		"a",        "an",      "at",  "blank",     "cannot",  "does",  "empty",
		"expected", "expired", "has", "incorrect", "invalid", "is",    "mismatch",
		"missing",  "must",    "no",  "not",       "only",    "reset", "required",
		"should",   "the",     "too", "unknown",   "was",     "weak",  "wrong"};
	struct name word = {text, len, false, false};

	word.len -= len > 1 && is_one_of(text[len - 1], ".!?");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (name_is(&word, words[i]))
			return true;
	}
	return false;
}

/* Whether a word after a name and a colon, in the middle of a sentence, goes on with the sentence.
 * What credentials are made of looks otherwise, but for passwords; names that the caller gave
 * always mean what they say. */
static bool is_prose(const struct range *value, const char *text, const struct name *name)
{
	char copy[SECRET_NAME_BYTES];
	const char *word = text + value->from;
	size_t len = value->to - value->from;

	if (!name->follows_word || name->len >= sizeof(copy) ||
	    tally__secret_name_reach(name->text, name->len) == SECRET_REACH_NONE)
		return false;
	memcpy(copy, name->text, name->len);
	copy[name->len] = '\0';
	if (tally__secret_name_kind(copy) == SECRET_PASSWORD)
		return is_said_of_passwords(word, len);
	return is_plain_word(word, len);
}

/* A value without quotes: the rest of a header line, or one word. */
static struct range bare(const struct scan *s, size_t from, const struct name *name, char separator)
{
	static const char ends[] = " \t\r\n\"'`,;&<>(){}[]\\";
	size_t end;

	if (separator == ':' && name->begins_line)
		return (struct range){from, find_any(s->text, from, s->len, "\r\n\"'`")};
	end = find_any(s->text, from, s->len, ends);
	if (end < s->len && is_blank(s->text[end]) && is_scheme(s->text + from, end - from))
		end = find_any(s->text, end + 1, s->len, ends);
	return (struct range){from, end};
}

/* Masks the value that begins at or after text[from]. */
static void mask_value(struct scan *s, size_t from, const struct name *name, char separator,
		       enum secret_reach reach)
{
	size_t first = from;
	struct range value;

	while (first < s->len && first - from < 8 && is_blank(s->text[first]))
		first++;
	if (first >= s->len)
		return;
	if (quoted(s, first, &value)) {
		mask(s, value);
	} else if (s->text[first] == '{' || s->text[first] == '[') {
		if (reach == SECRET_REACH_ALL)
			mask(s, (struct range){first, bracketed_end(s, first)});
	} else {
		value = bare(s, first, name, separator);
		if (!is_literal(s->text + first, value.to - first) &&
		    !(separator == ':' && first > from && is_prose(&value, s->text, name)))
			mask(s, value);
	}
}

/* ---- what stands in front of a value ---- */

/* "https://user:password@host/". */
static void mask_user_info(struct scan *s, size_t authority)
{
	size_t end = find_any(s->text, authority, s->len, "/?# \t\r\n\"'`<>");
	size_t at = end;

	while (at > authority && s->text[at - 1] != '@')
		at--;
	if (at > authority)
		mask(s, (struct range){authority, at - 1});
}

/* What is called by a value: name="csrf-token" content="…" in a tag, or a part of a form. */
static void note_naming(struct scan *s, size_t from)
{
	struct range value;
	struct name name;
	size_t near, blank;

	if (!quoted(s, from, &value))
		return;
	name = (struct name){s->text + value.from, value.to - value.from, false, false};
	if (reach_of(s, &name) == SECRET_REACH_NONE)
		return;
	near = s->len - value.to > NEAR_BYTES ? value.to + NEAR_BYTES : s->len;
	blank = find(s->text, value.to, near, "\r\n\r\n", 4);
	if (blank < near) {
		mask(s, (struct range){blank + 4, find(s->text, blank + 4, s->len, "\r\n--", 4)});
		return;
	}
	s->tag_ends = find_any(s->text, value.to, s->len, "<>");
}

static void after_equals(struct scan *s, size_t at)
{
	struct name name = name_before(s, at);
	enum secret_reach reach = name.len > 0 ? reach_of(s, &name) : SECRET_REACH_NONE;
	size_t from = at + 1;

	/* "==" and "=>" */
	while (from < s->len && is_one_of(s->text[from], "=>"))
		from++;
	if (reach == SECRET_REACH_NONE && at < s->tag_ends &&
	    (name_is(&name, "value") || name_is(&name, "content")))
		reach = SECRET_REACH_VALUE;
	if (reach != SECRET_REACH_NONE)
		mask_value(s, from, &name, '=', reach);
	else if (name_is(&name, "name") || name_is(&name, "id") || name_is(&name, "property"))
		note_naming(s, from);
}

static void after_colon(struct scan *s, size_t at)
{
	struct name name;
	enum secret_reach reach;

	if (s->len - at > 2 && s->text[at + 1] == '/' && s->text[at + 2] == '/') {
		mask_user_info(s, at + 3);
		return;
	}
	name = name_before(s, at);
	reach = name.len > 0 ? reach_of(s, &name) : SECRET_REACH_NONE;
	if (reach != SECRET_REACH_NONE)
		mask_value(s, at + 1, &name, ':', reach);
}

/* <password>…</password>, with a prefix or without. */
static void after_tag(struct scan *s, size_t at)
{
	size_t least = at > NEAR_BYTES ? at - NEAR_BYTES : 0;
	size_t first = at;
	size_t end;
	struct name name;
	enum secret_reach reach;

	while (first > least && s->text[first - 1] != '<' && s->text[first - 1] != '>')
		first--;
	if (first == 0 || s->text[first - 1] != '<' || !is_name_byte(s->text[first]) ||
	    s->text[at - 1] == '/')
		return;
	end = find_any(s->text, first, at, " \t\r\n");
	name = (struct name){s->text + first, end - first, false, false};
	reach = reach_of(s, &name);
	if (reach == SECRET_REACH_NONE)
		return;
	end = find(s->text, at + 1, s->len, "</", 2);
	while (reach == SECRET_REACH_ALL && end + 2 + name.len <= s->len &&
	       memcmp(s->text + end + 2, name.text, name.len) != 0)
		end = find(s->text, end + 2, s->len, "</", 2);
	if (reach == SECRET_REACH_VALUE)
		end = find(s->text, at + 1, s->len, "<", 1);
	mask(s, (struct range){at + 1, end});
}

static void scan(struct scan *s)
{
	for (size_t i = 0; i < s->len; i++) {
		if (s->text[i] == '=')
			after_equals(s, i);
		else if (s->text[i] == ':')
			after_colon(s, i);
		else if (s->text[i] == '>' && i > 0)
			after_tag(s, i);
		if (s->done > i + 1)
			i = s->done - 1;
	}
	add_plain(s, s->len);
}

bool tally__secrets_add_text(const struct secrets *secrets, struct buf *out, const char *text,
			     size_t len)
{
	struct scan s = {.secrets = secrets, .out = out, .text = text, .len = len};

	scan(&s);
	return s.masked;
}

int tally__secrets_learn_text(struct secrets *secrets, const char *text, size_t len)
{
	struct scan s = {.secrets = secrets, .learning = secrets, .text = text, .len = len};

	scan(&s);
	return s.status;
}

void tally__secrets_add_header(const struct secrets *secrets, struct buf *out, const char *name,
			       const char *value)
{
	if (*value != '\0' &&
	    tally__secrets_reach(secrets, name, strlen(name)) != SECRET_REACH_NONE)
		tally__buf_adds(out, SECRET_MASK);
	else
		tally__secrets_add_text(secrets, out, value, strlen(value));
}
