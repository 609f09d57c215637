/* matching/walk.h - the state of one comparison: where it is, which rules are in reach, what it has
 * found.  One thread, one comparison. */
#ifndef TALLY_MATCHING_WALK_H
#define TALLY_MATCHING_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "matching/mismatch.h"
#include "matching/rules.h"

struct xml_step;

/* The position in a document, as a list from the node up to the root.  Lives on the C stack. */
struct frame {
	const struct frame *parent;  /* NULL: the root */
	const char *key;             /* NULL: an element of an array */
	size_t index;                /* among its siblings, in document order */
	size_t depth;                /* fragments of the path; the root has 1 */
	const struct xml_step *step; /* in an XML document, in place of the key; otherwise NULL */
};

/* The rules in reach at a position: the trie nodes that its path leads to (a stretch of the walk's
 * stack), and the best list among those completed on the way. */
struct reach {
	size_t first;
	size_t count;
	const struct rule_list *best;
	size_t best_depth; /* at which the list was completed */
};

struct walk {
	struct mismatches *mismatches;
	enum mismatch_kind kind;
	bool strict;    /* what is unexpected is a mismatch */
	size_t quiet;   /* > 0: only whether something is found counts, not what */
	size_t found;   /* mismatches so far, recorded or not */
	bool impatient; /* quiet, and the first mismatch after `quiet_base` decides */
	size_t quiet_base;
	size_t steps;  /* nodes visited */
	size_t costly; /* regular expressions given up */
	/* Looking for what comes nearest to what was not found: steps are counted apart, and when
	 * they are used up the search ends, but not the comparison. */
	bool hinting;
	size_t step_limit;
	size_t hint_steps;
	size_t hint_costly;
	size_t distance; /* how far what was compared while hinting is from what was expected */
	size_t distance_plain; /* of these, found by equality; others are by a rule of another name
				*/
	size_t distance_limit; /* beyond it nobody wants to know how far; SIZE_MAX: no limit */
	const struct frame *detail_of; /* mismatches are details of one at this place */
	/* See matching/visits.h. */
	struct map visits;
	size_t repeats;   /* nodes above whose members are compared more than once */
	size_t documents; /* walks over JSON begun */
	size_t document;  /* the one it is in */
	size_t rewinds;   /* how often recorded mismatches were undone */
	const struct rule_node **active;
	size_t active_count;
	size_t active_capacity;
	struct buf scratch; /* texts of JSON values for rules */
	struct buf text;    /* a mismatch's text while it is made */
	struct arena arena; /* parsed bodies and other things of this comparison */
	int status;         /* sticky: TALLY_ENOMEM, TALLY_ELIMIT */
	struct tally_error *error;
};

/* How a mismatch is placed and introduced. */
struct place {
	enum mismatch_kind kind;
	const struct frame *frame; /* a node of the body, or NULL */
	const char *name;          /* otherwise: a header, a parameter; "" */
	const char *prefix;        /* in front of the message */
	const char *suffix;        /* behind it */
	bool opaque;               /* a diff of the values would tell nothing */
};

void tally__walk_init(struct walk *walk, struct mismatches *mismatches, bool strict,
		      struct tally_error *error);
void tally__walk_release(struct walk *walk);

/* Records why the comparison cannot go on; the first reason stays.  Returns false. */
bool tally__walk_fail(struct walk *walk, int status);
/* Fails: there were too many steps. */
bool tally__walk_too_long(struct walk *walk);

/* Counts one step; false when the comparison has to end, or may: its outcome is known. */
static inline bool tally__walk_step(struct walk *walk)
{
	if (walk->status != 0 || walk->distance > walk->distance_limit ||
	    (walk->impatient && walk->found > walk->quiet_base)) {
		return false;
	}
	return ++walk->steps <= walk->step_limit || tally__walk_too_long(walk);
}

/* Counts several; false when there were too many. */
static inline bool tally__walk_steps(struct walk *walk, size_t count)
{
	walk->steps += count;
	return walk->steps <= walk->step_limit || tally__walk_too_long(walk);
}

/* ---- mismatches ---- */

/* Undoes what was found since a mark: an alternative that was tried. */
struct mark {
	size_t count;
	size_t omitted;
	size_t found;
	size_t distance;
	size_t distance_plain;
};

struct mark tally__walk_mark(const struct walk *walk);
void tally__walk_rewind(struct walk *walk, struct mark mark);

/* Records a mismatch with this message, made in walk->text by the caller (or from `format`).
 * `expected` and `actual` may be NULL. */
void tally__walk_report(struct walk *walk, const struct place *place, const char *rule,
			const struct operand *expected, const struct operand *actual,
			const char *format, ...) TALLY_PRINTF(6, 7);
/* The same with the message that stands in walk->text. */
void tally__walk_report_text(struct walk *walk, const struct place *place, const char *rule,
			     const struct operand *expected, const struct operand *actual);

/* The buffer for a message, with the place's prefix in it; NULL when no text is wanted. */
struct buf *tally__walk_message(struct walk *walk, const struct place *place);

/* A name or type as messages show it, made in walk->arena. */
const char *tally__walk_shown(struct walk *walk, const char *text);

/* ---- rules in reach ---- */

/* At the root of a document whose rules are `root`. */
bool tally__reach_root(struct walk *walk, const struct rule_node *root, struct reach *out);
/* At a child of a position of depth `depth`: the child's fragment is `text`, or none of the exact
 * ones when `text` is NULL.  False when the walk has failed.  Undo with tally__reach_leave. */
bool tally__reach_child(struct walk *walk, const struct reach *from, size_t depth, const char *text,
			size_t len, bool is_index, struct reach *out);
/* At a child whose parent has an eachValue rule: that rule's rules take the place of those that
 * stand at the child; those for what is deeper stay. */
void tally__reach_each_value(struct reach *reach, const struct rule_list *list, size_t depth);
/* The names that one element or attribute of an XML document has in path expressions. */
struct reach_names {
	const char *text[2];
	size_t len[2];
	size_t count;
	bool is_element;
	size_t position; /* of an element among its siblings of this name */
	/* An index that names another position is for that alone; otherwise it is for any element
	 * whose own position no path names. */
	bool is_position_exact;
};

/* At the root of an XML document, the elements and attributes in it, for which indexes in paths
 * lead nowhere further.  False when the walk has failed. */
bool tally__reach_document(struct walk *walk, const struct reach *from, size_t depth,
			   struct reach *out);
bool tally__reach_names(struct walk *walk, const struct reach *from, size_t depth,
			const struct reach_names *names, struct reach *out);
void tally__reach_leave(struct walk *walk, const struct reach *reach);
/* Whether exact fragments matter for the children of this position. */
bool tally__reach_has_exact(const struct walk *walk, const struct reach *reach);

/* The list that applies at depth `depth`, or NULL; sets *cascaded. */
const struct rule_list *tally__reach_select(const struct reach *reach, size_t depth,
					    bool *cascaded);

/* ---- rules on values ---- */

/* Applies a list to one scalar or text and reports what fails. */
void tally__walk_apply(struct walk *walk, const struct place *place, const struct rule_list *list,
		       bool cascaded, const struct operand *expected, const struct operand *actual);
/* Applies one rule to a container as a whole: `size` and `shown` are its own. */
bool tally__walk_apply_container(struct walk *walk, const struct place *place,
				 const struct rule *rule, enum container_rule how, bool cascaded,
				 const struct operand *expected, const struct operand *actual,
				 size_t size);

#endif
