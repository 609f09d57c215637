/* broker/offers.h - the contracts of one publication, read and made ready before the transaction,
 * which may run more than once. */
#ifndef TALLY_BROKER_OFFERS_H
#define TALLY_BROKER_OFFERS_H

#include "base/arena.h"
#include "format/digest.h"
#include "format/json.h"
#include "tally/broker.h"

struct offer {
	const char *consumer, *provider;
	char *text; /* the document, as it is stored */
	size_t text_len;
	char content[DIGEST_TEXT_BYTES]; /* see identity.h */
	cJSON *interactions;             /* of the publication's record */
	const char *specification;
	const char *status; /* what the transaction did: a word of the answer */
};

struct offers {
	struct arena arena;
	struct offer *items; /* by consumer, then provider; each pair once */
	size_t count;
};

void tally__offers_init(struct offers *offers);
void tally__offers_release(struct offers *offers);

/* TALLY_EINVAL (none, names, two of one pair), TALLY_EPARSE and TALLY_ELIMIT (which of them, and
 * where in it), TALLY_ENOMEM, TALLY_EUNSUPPORTED. */
int tally__offers_read(struct offers *offers, const cJSON *const *contracts, size_t count,
		       struct tally_error *error);

#endif
