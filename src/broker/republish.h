/* broker/republish.h - a version that has published a contract already, and publishes another one.
 */
#ifndef TALLY_BROKER_REPUBLISH_H
#define TALLY_BROKER_REPUBLISH_H

#include "broker/offers.h"
#include "broker/records.h"

/* Refuses it: TALLY_ECONFLICT, with what differs. */
int tally__republish_refuse(struct records *records, const struct offer *offer, const char *version,
			    struct tally_error *error);

/* The union of what is recorded and what is offered, as the one offer of `united` (initialised).
 * TALLY_ECONFLICT shows an interaction that both have with different content; TALLY_ELIMIT. */
int tally__republish_unite(struct records *records, const struct offer *offer, const char *version,
			   struct offers *united, struct tally_error *error);

#endif
