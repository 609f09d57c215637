/* broker/selectors.h - which consumer versions a provider wants to verify: Pact's selectors, read
 * and checked. */
#ifndef TALLY_BROKER_SELECTORS_H
#define TALLY_BROKER_SELECTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tally/broker.h"

enum selector_kind {
	SELECT_NEWEST,       /* the newest version that has a contract */
	SELECT_MAIN_BRANCH,  /* the head of the consumer's own main branch */
	SELECT_BRANCH,       /* the head of `branch` */
	SELECT_EVERY_BRANCH, /* the head of each */
	SELECT_TAG_NEWEST,   /* the newest version with `tag` */
	SELECT_TAG_ALL,      /* every version with it */
	SELECT_RUNNING       /* what is deployed, or released, in environments */
};

struct selector {
	enum selector_kind kind;
	const char *where;        /* "selectors[2]" */
	const char *consumer;     /* or NULL: all */
	const char *branch, *tag; /* of these kinds */
	const char *fallback;     /* another branch or tag, when there is none; or NULL */
	bool matching;            /* `branch` is the provider's */
	bool deployed, released;  /* SELECT_RUNNING: one or both */
	const char *environment;  /* SELECT_RUNNING: this one, or NULL: all */
	bool matched;             /* found something: set by who selects */
};

struct selectors {
	struct selector *items;
	size_t count;
};

/* Texts are lent by the query.  TALLY_EINVAL says which selector, what is wrong and what to do;
 * TALLY_ELIMIT. */
int tally__selectors_read(struct selectors *selectors, struct arena *arena,
			  const struct tally_verification_query *query, struct tally_error *error);

/* "the head of branch main of every consumer": what it asks for. */
void tally__selector_describe(const struct selector *selector, struct buf *out);

#endif
