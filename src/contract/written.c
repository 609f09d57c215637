#include "config.h"

#include "contract/written.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/json_number.h"

/* Levels of nesting, which are indented by two blanks each: the interactions stand in the list, the
 * list in the file. */
enum { INDENT = 2, LIST_LEVEL = 1, ENTRY_LEVEL = 2, STATE_LEVEL = 4 };

/* Members of interactions that only some versions of the specification know. */
enum { SEEN_KEY = 1, SEEN_STATE = 2, SEEN_STATES = 4 };

/* Goes over the text once.  Whatever is not as expected ends it: `at` is NULL then. */
struct scan {
	const char *at;
	const char *end;
	struct arena *arena;
	size_t values;
	size_t types;
	unsigned seen;
	bool no_memory;
};

static void give_up(struct scan *scan)
{
	scan->at = NULL;
}

static bool take(struct scan *scan, const char *text, size_t len)
{
	if (!scan->at || (size_t)(scan->end - scan->at) < len || memcmp(scan->at, text, len) != 0) {
		give_up(scan);
		return false;
	}
	scan->at += len;
	return true;
}

static bool next_is(const struct scan *scan, char c)
{
	return scan->at && scan->at < scan->end && *scan->at == c;
}

/* A line end and the indentation of a level. */
static bool take_line(struct scan *scan, unsigned level)
{
	static const char blanks[] =
		"\n                                                              ";
	size_t len = 1 + (size_t)level * INDENT;

	if (len < sizeof(blanks))
		return take(scan, blanks, len);
	if (!take(scan, blanks, 1))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!take(scan, " ", 1))
			return false;
	return true;
}

/* ---- Scalars ---- */

/* What may follow a backslash: the writer escapes what it must, each character in one way. */
static bool take_escape(struct scan *scan)
{
	static const char short_ones[] = "\b\f\n\r\t";
	static const char hex[] = "0123456789abcdef";
	const char *at = scan->at;
	size_t left = (size_t)(scan->end - at);

	if (left >= 2 && strchr("\"\\bfnrt", at[1]) && at[1]) {
		scan->at += 2;
		return true;
	}
	if (left >= 6 && memcmp(at, "\\u00", 4) == 0 && (at[4] == '0' || at[4] == '1')) {
		const char *low = at[5] ? strchr(hex, at[5]) : NULL;
		int code = low ? (at[4] - '0') * 16 + (int)(low - hex) : 0;

		if (code > 0 && !strchr(short_ones, code)) {
			scan->at += 6;
			return true;
		}
	}
	return false;
}

/* Whether one of eight bytes ends a run of plain text: a quote, a backslash or a control
 * character. */
static bool has_special(uint64_t bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = ones << 7;
	const uint64_t quotes = bytes ^ ones * '"';
	const uint64_t slashes = bytes ^ ones * '\\';

	return ((((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes) |
		 ((bytes - ones * 0x20) & ~bytes)) &
		highs) != 0;
}

/* Goes over plain text, eight bytes at a time; what is left of it goes byte by byte. */
static void skip_plain(struct scan *scan, unsigned char *all)
{
	uint64_t bytes;

	while ((size_t)(scan->end - scan->at) >= sizeof(bytes)) {
		memcpy(&bytes, scan->at, sizeof(bytes));
		if (has_special(bytes))
			return;
		if (bytes & UINT64_C(0x8080808080808080))
			*all |= 0x80;
		scan->at += sizeof(bytes);
	}
}

/* A string, quotes included; *escaped says whether there are escapes in it. */
static struct label_text take_string(struct scan *scan, bool *escaped)
{
	const char *start = scan->at;
	unsigned char all = 0;

	*escaped = false;
	if (!take(scan, "\"", 1))
		return (struct label_text){0};
	skip_plain(scan, &all);
	while (scan->at < scan->end && *scan->at != '"') {
		unsigned char c = (unsigned char)*scan->at;

		all |= c;
		if (c < 0x20 || (c == '\\' && !take_escape(scan))) {
			give_up(scan);
			return (struct label_text){0};
		}
		*escaped = *escaped || c == '\\';
		scan->at += c != '\\';
	}
	if (all >= 0x80 &&
	    tally__utf8_valid_len(start, (size_t)(scan->at - start)) != (size_t)(scan->at - start))
		give_up(scan);
	take(scan, "\"", 1);
	return (struct label_text){start, scan->at ? (size_t)(scan->at - start) : 0};
}

static void take_number(struct scan *scan)
{
	struct json_number_scan number;

	tally__json_number_scan(&number, scan->at, (size_t)(scan->end - scan->at));
	if (number.wrong || number.len == 0)
		give_up(scan);
	else
		scan->at += number.len;
}

/* The text of a string without quotes and escapes: lent, or made in the arena. */
static struct label_text plain_text(struct scan *scan, struct label_text raw, bool escaped)
{
	cJSON *value = NULL;
	struct label_text text = {NULL, 0};

	if (!scan->at)
		return text;
	if (!escaped)
		return (struct label_text){raw.bytes + 1, raw.len - 2};
	if (tally_json_parse(&value, raw.bytes, raw.len, NULL) == 0 && cJSON_IsString(value)) {
		text.len = strlen(value->valuestring);
		text.bytes = tally__arena_memdup(scan->arena, value->valuestring, text.len);
	}
	cJSON_Delete(value);
	if (!text.bytes) {
		scan->no_memory = true;
		give_up(scan);
	}
	return text;
}

static struct label_text take_text(struct scan *scan)
{
	bool escaped;
	struct label_text raw = take_string(scan, &escaped);

	return plain_text(scan, raw, escaped);
}

/* ---- Values ---- */

static void take_value(struct scan *scan, unsigned level);

/* The name of the next member of an object, with what stands around it; false after the last one.
 * `last` is the name before (none: NULL bytes), and becomes this one. */
static bool take_name(struct scan *scan, unsigned level, struct label_text *last)
{
	struct label_text name;
	bool escaped;
	size_t len;
	int order;

	if (last->bytes && !next_is(scan, ',')) {
		take_line(scan, level - 1);
		take(scan, "}", 1);
		return false;
	}
	if (last->bytes)
		take(scan, ",", 1);
	take_line(scan, level);
	if (!scan->at)
		return false;
	name = take_string(scan, &escaped);
	take(scan, ": ", 2);
	/* Sorted by what they say; few names have escapes, which sort differently. */
	if (!scan->at || escaped)
		goto no;
	len = name.len < last->len ? name.len : last->len;
	order = last->bytes ? memcmp(last->bytes, name.bytes, len - 1) : -1;
	if (order > 0 || (order == 0 && last->len >= name.len))
		goto no;
	*last = name;
	return true;
no:
	give_up(scan);
	return false;
}

static void take_object(struct scan *scan, unsigned level)
{
	struct label_text name = {NULL, 0};

	take(scan, "{", 1);
	if (next_is(scan, '}')) {
		take(scan, "}", 1);
		return;
	}
	while (scan->at && take_name(scan, level + 1, &name))
		take_value(scan, level + 1);
}

static void take_array(struct scan *scan, unsigned level)
{
	take(scan, "[", 1);
	if (next_is(scan, ']')) {
		take(scan, "]", 1);
		return;
	}
	do {
		take_line(scan, level + 1);
		take_value(scan, level + 1);
	} while (next_is(scan, ',') && take(scan, ",", 1));
	take_line(scan, level);
	take(scan, "]", 1);
}

/* `level` is that of the container that the value stands in or, at the top, 0. */
static void take_value(struct scan *scan, unsigned level)
{
	bool escaped;

	if (!scan->at || scan->at == scan->end || level >= LIMIT_JSON_DEPTH) {
		give_up(scan);
		return;
	}
	scan->values++;
	switch (*scan->at) {
	case '{':
		take_object(scan, level);
		break;
	case '[':
		take_array(scan, level);
		break;
	case '"':
		take_string(scan, &escaped);
		break;
	case 't':
		take(scan, "true", 4);
		break;
	case 'f':
		take(scan, "false", 5);
		break;
	case 'n':
		take(scan, "null", 4);
		break;
	default:
		take_number(scan);
		break;
	}
}

/* ---- Interactions ---- */

static bool is_name(const struct label_text *name, const char *text)
{
	/* With its quotes. */
	return name->len == strlen(text) + 2 && memcmp(name->bytes + 1, text, name->len - 2) == 0;
}

static void add_state(struct scan *scan, struct label *label, size_t *capacity,
		      struct label_text name)
{
	struct label_text *states = tally__arena_room(
		scan->arena, label->states, label->state_count, capacity, 2, sizeof(*states));

	if (!states) {
		scan->no_memory = true;
		give_up(scan);
		return;
	}
	label->states = states;
	states[label->state_count++] = name;
}

/* The names of a list of states. */
static void take_states(struct scan *scan, struct label *label)
{
	size_t capacity = 0;

	take(scan, "[", 1);
	do {
		struct label_text member = {NULL, 0};
		struct label_text name = {NULL, 0};

		take_line(scan, STATE_LEVEL);
		take(scan, "{", 1);
		while (scan->at && take_name(scan, STATE_LEVEL + 1, &member)) {
			if (is_name(&member, "name"))
				name = take_text(scan);
			else
				take_value(scan, STATE_LEVEL + 1);
		}
		if (!name.bytes)
			give_up(scan);
		else
			add_state(scan, label, &capacity, name);
	} while (next_is(scan, ',') && take(scan, ",", 1));
	take_line(scan, STATE_LEVEL - 1);
	take(scan, "]", 1);
}

static bool kind_of_type(const struct label_text *type, enum interaction_kind *kind)
{
	for (int i = INTERACTION_HTTP; i <= INTERACTION_SYNC_MESSAGE; i++) {
		const char *text = tally__interaction_type((enum interaction_kind)i);

		if (strlen(text) == type->len && memcmp(text, type->bytes, type->len) == 0) {
			*kind = (enum interaction_kind)i;
			return true;
		}
	}
	return false;
}

/* A member of an interaction that its label is made of; false for the others. */
static bool take_label(struct scan *scan, const struct label_text *name, struct label *label)
{
	struct label_text type;
	size_t capacity = 0;

	if (is_name(name, "description")) {
		label->description = take_text(scan);
	} else if (is_name(name, "key") && next_is(scan, '"')) {
		scan->seen |= SEEN_KEY;
		label->key = take_text(scan);
	} else if (is_name(name, "providerStates") && next_is(scan, '[')) {
		scan->seen |= SEEN_STATES;
		take_states(scan, label);
	} else if (is_name(name, "providerState") && next_is(scan, '"')) {
		struct label_text state = take_text(scan);

		/* An empty one is no state to who reads it, and is never written. */
		scan->seen |= SEEN_STATE;
		if (state.len == 0)
			give_up(scan);
		else
			add_state(scan, label, &capacity, state);
	} else if (is_name(name, "type") && next_is(scan, '"')) {
		scan->types++;
		type = take_text(scan);
		if (!scan->at || !kind_of_type(&type, &label->kind))
			give_up(scan);
	} else {
		return false;
	}
	return true;
}

static void take_entry(struct scan *scan, struct written_entry *entry)
{
	struct label_text name = {NULL, 0};
	const char *start = scan->at;

	take(scan, "{", 1);
	while (scan->at && take_name(scan, ENTRY_LEVEL + 1, &name)) {
		/* What a broker put there is never written. */
		if (is_name(&name, "_id"))
			give_up(scan);
		else if (!take_label(scan, &name, &entry->label))
			take_value(scan, ENTRY_LEVEL + 1);
	}
	if (!entry->label.description.bytes)
		give_up(scan);
	if (scan->at)
		entry->text = (struct label_text){start, (size_t)(scan->at - start)};
}

static bool in_order(const struct written_entry *a, const struct written_entry *b)
{
	size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	int order = tally__label_compare(&a->label, &b->label);

	if (order == 0)
		order = memcmp(a->text.bytes, b->text.bytes, len);
	return order < 0 || (order == 0 && a->text.len <= b->text.len);
}

static void take_entries(struct scan *scan, struct written *out)
{
	size_t capacity = 0;

	do {
		struct written_entry *entries = tally__arena_room(
			scan->arena, out->entries, out->count, &capacity, 64, sizeof(*entries));

		if (!entries) {
			scan->no_memory = true;
			give_up(scan);
			return;
		}
		out->entries = entries;
		entries += out->count++;
		*entries = (struct written_entry){.label.kind = out->is_messages
									? INTERACTION_ASYNC_MESSAGE
									: INTERACTION_HTTP};
		take_line(scan, ENTRY_LEVEL);
		take_entry(scan, entries);
		if (scan->at && out->count > 1 && !in_order(entries - 1, entries))
			give_up(scan);
	} while (next_is(scan, ',') && take(scan, ",", 1));
	take_line(scan, LIST_LEVEL);
}

static void take_list(struct scan *scan, struct written *out, const char *text)
{
	/* There is one list; or the file mixes what the writer never mixes. */
	if (out->head.bytes)
		give_up(scan);
	if (!take(scan, "[", 1))
		return;
	out->head = (struct label_text){text, (size_t)(scan->at - text)};
	if (!next_is(scan, ']'))
		take_entries(scan, out);
	if (!scan->at)
		return;
	out->tail = (struct label_text){scan->at, (size_t)(scan->end - scan->at)};
	take(scan, "]", 1);
}

static void take_file(struct scan *scan, struct written *out)
{
	const char *text = scan->at;
	struct label_text name = {NULL, 0};

	take(scan, "{", 1);
	while (scan->at && take_name(scan, 1, &name)) {
		bool is_messages = is_name(&name, "messages");

		if ((is_messages || is_name(&name, "interactions")) && next_is(scan, '[')) {
			out->is_messages = is_messages;
			take_list(scan, out, text);
		} else {
			take_value(scan, 1);
		}
	}
	take(scan, "\n", 1);
	if (scan->at != scan->end || !out->head.bytes)
		give_up(scan);
}

int tally__written_scan(struct written *out, bool *is_written, struct arena *arena,
			const char *text, size_t len, struct tally_error *error)
{
	struct scan scan = {.at = text, .end = text + len, .arena = arena};

	*out = (struct written){0};
	take_file(&scan, out);
	if (scan.no_memory)
		return tally__fail_nomem(error);
	out->seen = scan.seen;
	out->types = scan.types;
	out->values = scan.values + out->count;
	*is_written = scan.at != NULL;
	return 0;
}

bool tally__written_fits(const struct written *written, enum tally_spec spec)
{
	if (spec == TALLY_SPEC_V4)
		return !(written->seen & SEEN_STATE) && written->types == written->count;
	return !(written->seen & (spec < TALLY_SPEC_V3 ? SEEN_STATES : SEEN_STATE)) &&
	       !(written->seen & SEEN_KEY) && written->types == 0;
}

static void add_entry(struct buf *out, const struct written_entry *entry, size_t *count)
{
	tally__buf_adds(out, *count > 0 ? ",\n    " : "\n    ");
	tally__buf_add(out, entry->text.bytes, entry->text.len);
	++*count;
}

void tally__written_join(struct buf *out, const struct written *a, const struct written *b,
			 const bool *taken)
{
	size_t count = 0;
	size_t at = 0;

	tally__buf_add(out, a->head.bytes, a->head.len);
	for (size_t i = 0; b && i < b->count; i++) {
		if (taken[i])
			continue;
		for (; at < a->count && in_order(&a->entries[at], &b->entries[i]); at++)
			add_entry(out, &a->entries[at], &count);
		add_entry(out, &b->entries[i], &count);
	}
	for (; at < a->count; at++)
		add_entry(out, &a->entries[at], &count);
	if (count > 0)
		tally__buf_adds(out, "\n  ");
	tally__buf_add(out, a->tail.bytes, a->tail.len);
}
