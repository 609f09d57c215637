/* matching/mismatch.h - what a comparison found.  A mismatch is a result, not an error. */
#ifndef TALLY_MATCHING_MISMATCH_H
#define TALLY_MATCHING_MISMATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "tally/match.h"

enum mismatch_kind {
	MISMATCH_METHOD,
	MISMATCH_PATH,
	MISMATCH_QUERY,
	MISMATCH_STATUS,
	MISMATCH_HEADER,
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
	const char *diff;     /* how two long texts differ (format/diff.h), or NULL */
	/* It belongs to the mismatch before it, and says how the nearest element differs from what
	 * that one looked for. */
	bool detail;
	/* Where it stands in the document: the position at each level from the root down. */
	const size_t *position;
	size_t position_len;
	size_t sequence; /* in which it was found */
};

struct mismatches {
	struct arena arena;
	struct mismatch *items;
	size_t count;
	size_t capacity;
	/* Found beyond LIMIT_MISMATCHES, and counted only: no text of them is made, so a fault that
	 * two rules find counts twice. */
	size_t omitted;
};

void tally__mismatches_init(struct mismatches *mismatches);
void tally__mismatches_release(struct mismatches *mismatches);

/* Puts them in order of part and of their places in the document. */
void tally__mismatches_sort(struct mismatches *mismatches);

/* Whether this very mismatch is there: two rules of one place may find the same fault. */
bool tally__mismatches_have(const struct mismatches *mismatches, const struct mismatch *mismatch);

/* As `tally match --format json` names it: "method", "path", "query", "header",
 * "status", "metadata", "body-type", "body". */
const char *tally__mismatch_kind_name(enum mismatch_kind kind);

/* What of an interaction was compared. */
enum mismatch_side {
	SIDE_REQUEST,
	SIDE_RESPONSE,
	SIDE_MESSAGE,      /* asynchronous */
	SIDE_SYNC_REQUEST, /* of a synchronous message */
	SIDE_SYNC_RESPONSE /* the first of its answers */
};

/* Puts "part", the place in the interaction: a JSON pointer such as "/request/headers/Accept".  0
 * or TALLY_ENOMEM. */
int tally__mismatch_put_part(cJSON *object, const struct mismatch *mismatch,
			     enum mismatch_side side);

/* As tally/match.h documents them, absent members left out; NULL when memory is short. */
cJSON *tally__mismatches_to_json(const struct mismatches *mismatches, enum mismatch_side side);

/* Appends what tally_mismatches_text says of them. */
void tally__mismatches_add_text(struct buf *out, const cJSON *mismatches, size_t omitted,
				const struct tally_text_options *options);

#endif
