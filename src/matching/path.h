/* matching/path.h - path expressions, "$.orders[*].id": which nodes of a document a matching rule
 * is for (Pact specification, version 2, "Matching rules").
 *
 * A document's own path is the list of its fragments from the root on; an index and a key made of
 * digits are the same fragment, so that "$.a.100", "$.a['100']" and "$.a[100]" all mean key "100"
 * of an object and element 100 of an array.  So an expression's tokens are either such a fragment
 * or one of two wildcards.
 */
#ifndef TALLY_MATCHING_PATH_H
#define TALLY_MATCHING_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum path_token_kind {
	PATH_EXACT,     /* ".name", "['name']", "[0]", and the root, "$" */
	PATH_STAR,      /* ".*": any key or index */
	PATH_STAR_INDEX /* "[*]": any index, and keys made of digits */
};

struct path_token {
	enum path_token_kind kind;
	const char *text; /* the fragment, when exact */
	size_t len;
};

struct path_expression {
	const char *source; /* as it was written; lent */
	struct path_token *tokens;
	size_t count; /* the root is the first; 0 only for the empty text */
	size_t exact; /* how many of them are exact */
};

/* Takes an expression apart; tokens and names are made in `arena`.  "name…" stands for "$.name…".
 * TALLY_EPARSE with the column; TALLY_ELIMIT beyond LIMIT_PATH_TOKENS; TALLY_ENOMEM. */
int tally__path_parse(struct path_expression *out, struct arena *arena, const char *text,
		      struct tally_error *error);

/* Which of two expressions that both select a node comes first: negative when `a` is the better
 * one.  By weight (2 for each exact token, 1 for each wildcard, multiplied; times the number of
 * tokens); the specification leaves ties open, here the longer expression wins, then the one whose
 * exact tokens come earlier, then the order of the texts. */
int tally__path_compare(const struct path_expression *a, const struct path_expression *b);

/* Appends one fragment as people read it: ".name", "[0]" for digits, "['odd name']". */
void tally__path_add_fragment(struct buf *out, const char *text, size_t len);

/* True for one or more digits. */
bool tally__path_is_index(const char *text, size_t len);

/* The length of "q" in "q[0]" and "q[*]"; 0 when there is no index at the end. */
size_t tally__path_len_before_index(const char *name);

#endif
