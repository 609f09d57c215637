/* Sets of characters, of which texts for regular expressions are made. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "format/regex_tree.h"

#define ASCII_END 0x80

void tally__char_set_add(struct char_set *set, uint32_t from, uint32_t to)
{
	for (; from <= to && from < ASCII_END; from++) {
		set->ascii[from / 64] |= UINT64_C(1) << from % 64;
	}
	/* More than fit are left out: a text needs only some of them. */
	if (from <= to && set->count < CHAR_SET_RANGES) {
		set->ranges[set->count++] = (struct char_range){from, to};
	}
}

void tally__char_set_merge(struct char_set *set, const struct char_set *other)
{
	set->ascii[0] |= other->ascii[0];
	set->ascii[1] |= other->ascii[1];
	set->wide = set->wide || other->wide;
	for (size_t i = 0; i < other->count; i++) {
		tally__char_set_add(set, other->ranges[i].from, other->ranges[i].to);
	}
}

void tally__char_set_intersect(struct char_set *set, const struct char_set *other)
{
	struct char_set both = {
		.ascii = {set->ascii[0] & other->ascii[0], set->ascii[1] & other->ascii[1]},
		.wide = set->wide && other->wide};

	for (size_t i = 0; i < set->count; i++) {
		for (size_t n = 0; n < other->count; n++) {
			const struct char_range *a = &set->ranges[i];
			const struct char_range *b = &other->ranges[n];

			tally__char_set_add(&both, a->from > b->from ? a->from : b->from,
					    a->to < b->to ? a->to : b->to);
		}
	}
	*set = both;
}

static bool has_ascii(const struct char_set *set)
{
	return set->ascii[0] != 0 || set->ascii[1] != 0;
}

void tally__char_set_invert(struct char_set *set)
{
	struct char_set rest = {.wide = true};

	for (uint32_t c = ' '; c <= '~'; c++) {
		if (!(set->ascii[c / 64] >> c % 64 & 1)) {
			tally__char_set_add(&rest, c, c);
		}
	}
	if (!has_ascii(&rest)) {
		/* Letters of Europe, and white space that is no blank. */
		tally__char_set_add(&rest, 0xC0, 0xD6);
		tally__char_set_add(&rest, '\t', '\n');
	}
	*set = rest;
}

static const struct {
	const char *names; /* between blanks */
	struct char_range ranges[4];
} classes[] = {
	{"d Nd N Digit digit", {{'0', '9'}}},
	{"w Word word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	{"s Space space", {{' ', ' '}}},
	{"Z Zs blank Blank", {{' ', ' '}}},
	{"h XDigit xdigit AHex Hex_Digit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
	{"v R", {{'\n', '\n'}}},
	{"X Any print Print", {{' ', '~'}}},
	{"Graph graph", {{'!', '~'}}},
	{"L L& LC Letter Alpha Alphabetic alpha Latin", {{'A', 'Z'}, {'a', 'z'}}},
	{"Lu Uppercase Upper upper Uppercase_Letter", {{'A', 'Z'}}},
	{"Ll Lowercase Lower lower Lowercase_Letter", {{'a', 'z'}}},
	{"Xan Alnum alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
	{"P Po Punct punct Punctuation", {{'!', '#'}, {'%', '\''}, {'*', '*'}, {',', ','}}},
	{"Pd", {{'-', '-'}}},
	{"Ps", {{'(', '('}}},
	{"Pe", {{')', ')'}}},
	{"Pc", {{'_', '_'}}},
	{"S Sm", {{'+', '+'}, {'<', '>'}}},
	{"Sc", {{'$', '$'}}},
	{"Cc Cntrl cntrl", {{'\t', '\n'}}},
	{"ASCII ascii", {{' ', '~'}}},
	{"Greek", {{0x3B1, 0x3C9}}},
	{"Cyrillic", {{0x430, 0x44F}}},
	{"Hebrew", {{0x5D0, 0x5EA}}},
	{"Arabic", {{0x627, 0x63A}}},
	{"Han", {{0x4E00, 0x4E50}}},
	{"Hiragana", {{0x3042, 0x3093}}},
	{"Katakana", {{0x30A2, 0x30F3}}},
	{"Hangul", {{0xAC00, 0xAC50}}},
};

static bool is_among(const char *names, const char *name, size_t len)
{
	for (const char *at = names; *at; at += strspn(at, " ")) {
		size_t name_len = strcspn(at, " ");

		if (name_len == len && memcmp(at, name, len) == 0) {
			return true;
		}
		at += name_len;
	}
	return false;
}

bool tally__char_set_add_name(struct char_set *set, const char *name, size_t len)
{
	struct char_set named = {0};
	bool inverted = len > 0 && *name == '^';

	name += inverted;
	len -= inverted;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (!is_among(classes[i].names, name, len)) {
			continue;
		}
		for (size_t n = 0; n < 4 && classes[i].ranges[n].to > 0; n++) {
			tally__char_set_add(&named, classes[i].ranges[n].from,
					    classes[i].ranges[n].to);
		}
		if (inverted) {
			tally__char_set_invert(&named);
		}
		tally__char_set_merge(set, &named);
		return true;
	}
	return false;
}

bool tally__char_set_add_escape(struct char_set *set, char letter)
{
	char name[] = {'^', tally__text_lower(letter)};

	if (letter == '\0' || !strchr("dDwWsShHvVRXN", letter)) {
		return false;
	}
	if (strchr("RXN", letter)) {
		return tally__char_set_add_name(set, &letter, 1);
	}
	return letter == name[1] ? tally__char_set_add_name(set, name + 1, 1)
				 : tally__char_set_add_name(set, name, 2);
}
