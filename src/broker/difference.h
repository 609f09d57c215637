/* broker/difference.h - how a contract that is offered differs from the one that is recorded. */
#ifndef TALLY_BROKER_DIFFERENCE_H
#define TALLY_BROKER_DIFFERENCE_H

#include "base/buf.h"
#include "contract/contract.h"

/* Appends lines: each interaction that both have and that says something else, with the places and
 * what each has there; then the names of those that only one has.  Nothing when the interactions
 * ask for the same. */
int tally__difference_add(struct buf *out, const struct tally_contract *recorded,
			  const struct tally_contract *offered, struct tally_error *error);

#endif
