/* format/regex_tree.h - a regular expression taken apart: private to the files of regex_sample.h.
 * The expression is known to be valid; what is not understood may be taken apart wrongly. */
#ifndef TALLY_FORMAT_REGEX_TREE_H
#define TALLY_FORMAT_REGEX_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum regex_node_kind {
	REGEX_NODE_EMPTY, /* anchors, look-around */
	REGEX_NODE_CHAR,
	REGEX_NODE_SET,
	REGEX_NODE_SEQUENCE, /* of its children */
	REGEX_NODE_CHOICE,   /* one of its children */
	REGEX_NODE_REPEAT,   /* its child, min to max times */
	REGEX_NODE_GROUP,    /* its child, which is remembered */
	REGEX_NODE_BACKREFERENCE
};

struct char_range {
	uint32_t from, to;
};

enum { CHAR_SET_RANGES = 64 };

/* Characters: those of ASCII as bits, the others as ranges. */
struct char_set {
	uint64_t ascii[2];
	size_t count;
	bool wide; /* what is left when others are taken away */
	struct char_range ranges[CHAR_SET_RANGES];
};

void tally__char_set_add(struct char_set *set, uint32_t from, uint32_t to);
/* Adds what a letter behind a backslash stands for (d D w W s S h H v R X N); false: nothing. */
bool tally__char_set_add_escape(struct char_set *set, char letter);
/* Adds a POSIX class or a Unicode property by its name; false: it is not known. */
bool tally__char_set_add_name(struct char_set *set, const char *name, size_t len);
/* Leaves the characters that were not in the set, of those that can be seen. */
void tally__char_set_invert(struct char_set *set);
void tally__char_set_merge(struct char_set *set, const struct char_set *other);
/* Leaves what both have. */
void tally__char_set_intersect(struct char_set *set, const struct char_set *other);

/* Most groups that are remembered. */
enum { REGEX_GROUPS = 100 };

struct regex_node {
	enum regex_node_kind kind;
	uint32_t character;
	const struct char_set *set;
	unsigned min, max;
	unsigned group; /* from 1 */
	struct regex_node *child;
	struct regex_node *next;
};

/* How often something is repeated that may be repeated without end. */
enum { REGEX_UNBOUNDED_REPEATS = 20 };

/* TALLY_EUNSUPPORTED: what no text can be made for, also too much of it; TALLY_ENOMEM. */
int tally__regex_tree(struct regex_node **out, struct arena *arena, const char *pattern,
		      struct tally_error *error);

#endif
