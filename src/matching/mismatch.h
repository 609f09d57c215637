/* matching/mismatch.h - what a comparison found.  A mismatch is a result, not an error. */
#ifndef TALLY_MATCHING_MISMATCH_H
#define TALLY_MATCHING_MISMATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "format/json.h"

enum mismatch_kind {
	MISMATCH_METHOD,
	MISMATCH_PATH,
	MISMATCH_QUERY,
	MISMATCH_HEADER,
	MISMATCH_STATUS,
	MISMATCH_METADATA,
	MISMATCH_BODY_TYPE,
	MISMATCH_BODY
};

/* All texts belong to the list's arena; NULL where there is nothing to say. */
struct mismatch {
	enum mismatch_kind kind;
	const char *path;     /* for people: "$.orders[0].id", a header or parameter name, or "" */
	const char *pointer;  /* JSON pointer (RFC 6901) into the body, or NULL */
	const char *rule;     /* the rule as a word: "equality", "type", "regex" … */
	const char *expected; /* as text: JSON for body nodes */
	const char *actual;   /* NULL: missing */
	const char *message;  /* one sentence, in the words that Pact's users know */
};

struct mismatches {
	struct arena arena;
	struct mismatch *items;
	size_t count;
	size_t capacity;
	size_t omitted; /* found beyond LIMIT_MISMATCHES, counted only */
};

void tally__mismatches_init(struct mismatches *mismatches);
void tally__mismatches_release(struct mismatches *mismatches);

/* Puts them in order of part, path and message, and drops those that say the same: two rules of one
 * place may find the same fault. */
void tally__mismatches_sort(struct mismatches *mismatches);

/* As `tally match --format json` names it: "method", "path", "query", "header",
 * "status", "metadata", "body-type", "body". */
const char *tally__mismatch_kind_name(enum mismatch_kind kind);

/* [{"type", "path", "pointer", "rule", "expected", "actual", "message"}], absent members left out;
 * NULL when memory is short. */
cJSON *tally__mismatches_to_json(const struct mismatches *mismatches);

#endif
