/* consumer/entry.h - making one entry of a responder, with the checks that belong to it. */
#ifndef TALLY_CONSUMER_ENTRY_H
#define TALLY_CONSUMER_ENTRY_H

#include "consumer/responder.h"

/* Prepares the interaction of this index; bytes and headers are made in `arena`.  To be released in
 * every case.  Errors as for tally__responder_add. */
int tally__entry_prepare(struct responder_entry *entry, const struct tally_contract *contract,
			 size_t index, const struct responder_options *options, struct arena *arena,
			 struct tally_error *error);
void tally__entry_release(struct responder_entry *entry);

/* The same checks for an interaction of any kind whose examples, rules and generators were written
 * as one and have to agree.  `error` has the place as a JSON pointer into the interaction. */
int tally__interaction_check(const struct interaction *interaction, struct tally_error *error);

#endif
