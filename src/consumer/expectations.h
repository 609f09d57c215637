/* consumer/expectations.h - what the files that build expectations share.
 *
 * An interaction is kept as a contract file of version 4 has it: inline matchers are taken out when
 * they come.  So what was accepted once stays valid whatever is set beside it, and a contract is
 * made by putting the interactions together.
 *
 * Each setter makes a trial: an interaction that has nothing but the new member, which is read,
 * checked and written as one from a file is.  What the trial gives takes the place of what the
 * interaction has; only pointers move then, so that nothing fails any more.  A call costs what its
 * value costs.
 */
#ifndef TALLY_CONSUMER_EXPECTATIONS_H
#define TALLY_CONSUMER_EXPECTATIONS_H

#include "contract/contract.h"
#include "tally/consumer.h"

struct tally_expectations {
	enum tally_spec spec;
	cJSON *top; /* a contract file without "interactions" */
	struct tally_interaction **items;
	size_t count, capacity;
};

struct tally_interaction {
	struct tally_expectations *owner;
	size_t index;
	enum tally_interaction_kind kind;
	cJSON *json;
};

/* ---- trials ---- */

/* Makes what a file would have given of a value: raw items in it are read in place, and all is
 * checked as files are.  *settled is a new tree.  TALLY_EINVAL for one that is no JSON; otherwise
 * the place is a JSON pointer. */
int tally__value_settle(cJSON *value, cJSON **settled, struct tally_error *error);

/* Takes `json`, an interaction, in every case: *written is the same as version 4 writes it.  Errors
 * have the interaction and the place in it as their place. */
int tally__interaction_try(enum tally_spec spec, size_t index, cJSON *json, cJSON **written,
			   struct tally_error *error);
/* A trial with nothing but `members`, which are taken in every case; NULL means that memory was
 * short when they were made. */
int tally__interaction_try_members(const struct tally_interaction *interaction, cJSON *members,
				   cJSON **written, struct tally_error *error);
/* The same with the members in one part. */
int tally__interaction_try_part(const struct tally_interaction *interaction, enum tally_part part,
				cJSON *members, cJSON **written, struct tally_error *error);

/* ---- what an interaction has ---- */

/* How files name a kind: "Synchronous/HTTP". */
const char *tally__kind_text(enum tally_interaction_kind kind);
/* A part of an interaction, or of what a trial has written; the last response of several.  NULL
 * when there is none. */
cJSON *tally__part_of(enum tally_interaction_kind kind, cJSON *json, enum tally_part part);

/* A member whose values have names, and where their rules and generators are. */
struct named_member {
	const char *name;
	const char *category;
	enum { NAMES_EXACT, NAMES_WITHOUT_CASE, NAMES_IN_PATHS } names;
};
extern const struct named_member tally__member_headers, tally__member_query, tally__member_metadata;

/* The value of a name; NULL when there is none. */
cJSON *tally__named_get(const cJSON *part, const struct named_member *member, const char *name);

/* ---- what was tried out comes in ---- */

/* Moves what is at a place in `from` to the same place in `to`.  The place is given by names, NULL
 * at the end; all but the last are objects in `to`, or not there.  `from` has nothing else. */
void tally__graft(cJSON *to, cJSON *from, const char *const names[]);

/* One member of a part, or one name in a member, with its rules and generators. */
struct graft_step {
	const char *name;
	const char *category;             /* of a member */
	const struct named_member *named; /* of a name; NULL: a member */
	bool keeps_rules;                 /* those that it has, when it has some */
};
/* Moves them from part to part, for what is there.  TALLY_ENOMEM: nothing has changed. */
int tally__graft_all(cJSON *to, cJSON *from, const struct graft_step *steps, size_t count,
		     struct tally_error *error);

/* ---- calls ---- */

/* Whether a call has to be made at all: an earlier error is handed back, and no interaction is
 * TALLY_EINVAL. */
int tally__call_begin(const struct tally_interaction *interaction, struct tally_error *error);
/* Whether this kind of interaction has such a part, and this part such a member. */
int tally__call_part(const struct tally_interaction *interaction, enum tally_part part,
		     const struct named_member *member, struct tally_error *error);
/* An error at a JSON pointer in the interaction. */
int tally__call_fail(const struct tally_interaction *interaction, struct tally_error *error,
		     int code, const char *pointer, const char *message);

/* An object with one member; takes the value in every case.  NULL when memory is short. */
cJSON *tally__object_of(const char *name, cJSON *value);

#endif
