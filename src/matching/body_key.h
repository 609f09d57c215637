/* matching/body_key.h - what all bodies have in common that an expectation lets pass: a number made
 * of all that no rule judges, so that of many expectations hardly more than the right one is
 * compared with.  A body that has another number is not as expected; one that has the same may
 * still differ.
 */
#ifndef TALLY_MATCHING_BODY_KEY_H
#define TALLY_MATCHING_BODY_KEY_H

#include <stdint.h>

#include "contract/contract.h"

struct expected_body;
struct rule_node;

/* How an expected body is compared. */
enum body_key_kind {
	BODY_KEY_NONE, /* in another way, or all by rules: nothing can be said beforehand */
	BODY_KEY_JSON, /* member by member, in any order */
	BODY_KEY_XML   /* element by element, those of different names in any order */
};
enum { BODY_KEY_KINDS = BODY_KEY_XML + 1 };

struct body_key {
	enum body_key_kind kind; /* BODY_KEY_NONE: there is no number */
	uint64_t hash;
	/* Of JSON: the members at the top that rules judge, and that the number leaves out, are the
	 * edges of this node of the rules; NULL: there are none. */
	const struct rule_node *judged;
};

struct body_key tally__expected_body_key(const struct expected_body *expected);

/* The number of an actual body, made as that of the expected one is; none where a comparison has to
 * tell.  TALLY_ENOMEM. */
int tally__actual_body_key(struct body_key *out, const struct body_key *expected,
			   const struct body *actual, struct tally_error *error);
/* Whether the numbers of both are made in the same way. */
bool tally__body_key_is_alike(const struct body_key *a, const struct body_key *b);

#endif
