#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/regex.h"
#include "format/regex_sample.h"
#include "format/regex_tree.h"

struct regex_sampler {
	struct arena arena;
	struct regex_node *root;
	struct regex *regex;
};

/* How a text is made.  What the simplest one does not match, others may. */
enum style {
	STYLE_PLAIN = 0,
	STYLE_SYMBOLS = 1, /* wide sets give more than letters and digits */
	STYLE_SHORT = 2    /* as few repeats as there may be, or one more */
};

struct sample {
	struct random *random;
	struct buf *out;
	size_t start;
	unsigned style;
	size_t steps; /* left, for all texts */
	bool too_long;
	struct {
		size_t start;
		size_t len;
	} groups[REGEX_GROUPS + 1];
};

/* ---- characters ---- */

static const uint64_t printable[2] = {UINT64_C(0xFFFFFFFF00000000), UINT64_C(0x7FFFFFFFFFFFFFFF)};
static const uint64_t alphanumeric[2] = {UINT64_C(0x03FF000000000000),
					 UINT64_C(0x07FFFFFE07FFFFFE)};

/* Leaves what both have; false, and nothing is changed, where that is nothing. */
static bool narrow(uint64_t bits[2], const uint64_t mask[2])
{
	if ((bits[0] & mask[0]) == 0 && (bits[1] & mask[1]) == 0) {
		return false;
	}
	bits[0] &= mask[0];
	bits[1] &= mask[1];
	return true;
}

static uint32_t nth_bit(const uint64_t bits[2], uint64_t n)
{
	for (uint32_t c = 0; c < 128; c++) {
		if (bits[c / 64] >> c % 64 & 1 && n-- == 0) {
			return c;
		}
	}
	return '?';
}

/* Large ranges are whole alphabets: some of their first characters will do. */
static uint32_t range_size(const struct char_range *range)
{
	uint32_t size = range->to - range->from + 1;

	return size > 0 && size < 256 ? size : 256;
}

static void add_character(struct sample *s, uint32_t code)
{
	char bytes[UTF8_CHAR_BYTES];

	/* Text has neither; the expression will say whether another character will do. */
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
		code = '?';
	}
	tally__buf_add(s->out, bytes, tally__utf8_encode(bytes, code));
}

static void add_from_set(struct sample *s, const struct char_set *set)
{
	uint64_t bits[2] = {set->ascii[0], set->ascii[1]};
	bool ascii = narrow(bits, printable);
	uint64_t count = 0;
	uint64_t others = 0;
	uint64_t n = 0;

	if (set->wide && !(s->style & STYLE_SYMBOLS)) {
		narrow(bits, alphanumeric);
	}
	count = (uint64_t)__builtin_popcountll(bits[0]) + (uint64_t)__builtin_popcountll(bits[1]);
	for (size_t i = 0; i < set->count; i++) {
		/* Beside ASCII, whole alphabets are left alone. */
		if (!ascii || set->ranges[i].to - set->ranges[i].from < 256) {
			others += range_size(&set->ranges[i]);
		}
	}
	if (count + others == 0) {
		return;
	}
	n = tally__random_below(s->random, count + others);
	if (n < count) {
		add_character(s, nth_bit(bits, n));
		return;
	}
	n -= count;
	for (size_t i = 0; i < set->count; i++) {
		uint32_t size = range_size(&set->ranges[i]);

		if (ascii && set->ranges[i].to - set->ranges[i].from >= 256) {
			continue;
		}
		if (n < size) {
			add_character(s, set->ranges[i].from + (uint32_t)n);
			return;
		}
		n -= size;
	}
}

/* ---- nodes ---- */

static void add_node(struct sample *s, const struct regex_node *node);

static void add_choice(struct sample *s, const struct regex_node *node)
{
	const struct regex_node *child = node->child;
	uint64_t count = 0;
	uint64_t n = 0;

	for (; child; child = child->next) {
		count++;
	}
	n = count > 1 ? tally__random_below(s->random, count) : 0;
	child = node->child;
	for (; n > 0; n--) {
		child = child->next;
	}
	if (child) {
		add_node(s, child);
	}
}

static void add_repeat(struct sample *s, const struct regex_node *node)
{
	unsigned max = node->max;
	int64_t count = 0;

	if (s->style & STYLE_SHORT && max > node->min) {
		max = node->min + 1;
	}
	/* {3,2} is refused before. */
	count = max > node->min ? tally__random_between(s->random, node->min, max) : node->min;
	for (; count > 0 && !s->too_long; count--) {
		add_node(s, node->child);
	}
}

static void add_backreference(struct sample *s, const struct regex_node *node)
{
	size_t start = s->groups[node->group].start;
	size_t len = s->groups[node->group].len;

	if (len == 0) {
		return;
	}
	/* The bytes may move while they are copied. */
	tally__buf_reserve(s->out, len);
	if (s->out->status == 0) {
		tally__buf_add(s->out, s->out->bytes + start, len);
	}
}

/* The depth is that of the expression, which is bounded. */
static void add_node(struct sample *s, const struct regex_node *node)
{
	if (s->steps == 0 || s->out->len - s->start > LIMIT_GENERATED_BYTES) {
		s->too_long = true;
	}
	if (s->too_long) {
		return;
	}
	s->steps--;
	switch (node->kind) {
	case REGEX_NODE_EMPTY:
		break;
	case REGEX_NODE_CHAR:
		add_character(s, node->character);
		break;
	case REGEX_NODE_SET:
		add_from_set(s, node->set);
		break;
	case REGEX_NODE_SEQUENCE:
		for (node = node->child; node; node = node->next) {
			add_node(s, node);
		}
		break;
	case REGEX_NODE_CHOICE:
		add_choice(s, node);
		break;
	case REGEX_NODE_REPEAT:
		add_repeat(s, node);
		break;
	case REGEX_NODE_GROUP: {
		size_t start = s->out->len;

		add_node(s, node->child);
		if (node->group <= REGEX_GROUPS) {
			s->groups[node->group].start = start;
			s->groups[node->group].len = s->out->len - start;
		}
		break;
	}
	case REGEX_NODE_BACKREFERENCE:
		add_backreference(s, node);
		break;
	}
}

/* ---- the sampler ---- */

int tally__regex_sampler_new(struct regex_sampler **out, const char *pattern,
			     struct tally_error *error)
{
	struct regex_sampler *sampler = tally__calloc(1, sizeof *sampler);
	int status = 0;

	if (!sampler) {
		return tally__fail_nomem(error);
	}
	tally__arena_init(&sampler->arena, 0);
	status = tally__regex_new(&sampler->regex, pattern, REGEX_WHOLE, error);
	if (status == 0) {
		status = tally__regex_tree(&sampler->root, &sampler->arena, pattern, error);
	}
	if (status != 0) {
		tally__regex_sampler_free(sampler);
		return status;
	}
	*out = sampler;
	return 0;
}

void tally__regex_sampler_free(struct regex_sampler *sampler)
{
	if (!sampler) {
		return;
	}
	tally__regex_free(sampler->regex);
	tally__arena_release(&sampler->arena);
	tally__free(sampler);
}

/* Makes one text; whether it is one that matches. */
static int attempt(const struct regex_sampler *sampler, struct sample *s, bool *matches,
		   struct tally_error *error)
{
	*matches = false;
	s->too_long = false;
	memset(s->groups, 0, sizeof s->groups);
	add_node(s, sampler->root);
	if (s->out->status != 0) {
		return tally__buf_status(s->out, error);
	}
	if (s->too_long || s->out->len - s->start > LIMIT_GENERATED_BYTES) {
		s->too_long = true;
		return 0;
	}
	return tally__regex_match(sampler->regex, s->out->bytes + s->start, s->out->len - s->start,
				  matches, error);
}

int tally__regex_sample(const struct regex_sampler *sampler, struct random *random, struct buf *out,
			struct tally_error *error)
{
	struct sample s = {
		.random = random, .out = out, .start = out->len, .steps = LIMIT_REGEX_SAMPLE_STEPS};
	bool all_too_long = true;

	for (unsigned i = 0; i < LIMIT_REGEX_SAMPLES && s.steps > 0; i++) {
		bool matches = false;
		int status = 0;

		s.style = i % 4;
		status = attempt(sampler, &s, &matches, error);
		if (status == 0 && matches) {
			return 0;
		}
		if (out->status == 0) {
			tally__buf_truncate(out, s.start);
		}
		if (status != 0) {
			return status;
		}
		all_too_long = all_too_long && s.too_long;
	}
	if (all_too_long) {
		return tally__fail(error, TALLY_ELIMIT,
				   "what the regular expression matches is longer than the %d "
				   "bytes that are made",
				   (int)LIMIT_GENERATED_BYTES);
	}
	return tally__fail(error, TALLY_EUNSUPPORTED,
			   "no text was found that the regular expression matches, in %d tries",
			   (int)LIMIT_REGEX_SAMPLES);
}
