/* broker/identity.h - when two contract documents say the same. */
#ifndef TALLY_BROKER_IDENTITY_H
#define TALLY_BROKER_IDENTITY_H

#include "format/digest.h"
#include "format/json.h"

/* The digest of a document's content: interactions and messages, in any order, and the version of
 * the specification.  Not part of it: names of the applications, other metadata, the order of
 * members, identifiers that a broker put in ("_id"), and how a decimal number is spelt (1.10 and
 * 1.1, 1e2 and 100.0; but 1 is not 1.0).  TALLY_ENOMEM, TALLY_ELIMIT, TALLY_EUNSUPPORTED. */
int tally__content_identity(const cJSON *document, char digest[DIGEST_TEXT_BYTES],
			    struct tally_error *error);

#endif
