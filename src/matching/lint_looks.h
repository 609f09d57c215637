/* matching/lint_looks.h - what a text or number looks like: something that is made anew each time,
 * or something that nobody should see. */
#ifndef TALLY_MATCHING_LINT_LOOKS_H
#define TALLY_MATCHING_LINT_LOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum lint_look {
	LOOK_PLAIN,
	LOOK_DATE,
	LOOK_DATE_TIME,
	LOOK_HTTP_DATE,
	LOOK_UUID,
	LOOK_ID, /* of another kind: ULID, ObjectId */
	LOOK_JWT,
	LOOK_TOKEN, /* a long text without sense */
	LOOK_EPOCH  /* seconds or milliseconds */
};

/* What a text looks like; the whole of it has to. */
enum lint_look tally__lint_look(const char *text, size_t len);
/* Whether the text of an integer is a time of these years, in seconds or milliseconds. */
bool tally__lint_looks_like_epoch(const char *text);
/* Whether a member of this name tells a time ("createdAt", "exp"). */
bool tally__lint_is_time_name(const char *name);

/* The look in words: "a date"; and the rule that frees it: "a date rule". */
const char *tally__lint_look_name(enum lint_look look);
const char *tally__lint_look_rule(enum lint_look look);

/* ---- secrets ---- */

/* A credential of a form that only real ones have, anywhere in a text: what it is called, and where
 * it starts; NULL when there is none. */
const char *tally__lint_find_secret(const char *text, size_t len, size_t *at, size_t *secret_len);

/* Whether a text where a credential belongs looks like a real one, and no stand-in ("secret",
 * "test-token", "xxx"). */
bool tally__lint_looks_secret(const char *text, size_t len);
/* The same for a password, which may be shorter. */
bool tally__lint_looks_like_password(const char *text, size_t len);

/* Appends how a secret starts, and how long it is. */
void tally__lint_add_veiled(struct buf *out, const char *text, size_t len);

#endif
