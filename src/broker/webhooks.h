/* broker/webhooks.h - definitions of webhooks as records, and what makes one valid. */
#ifndef TALLY_BROKER_WEBHOOKS_H
#define TALLY_BROKER_WEBHOOKS_H

#include "broker/records.h"

/* Reads a definition as it comes from outside: *out is what is kept of it, with defaults filled in
 * and names of headers in small letters.  `stored` (or NULL) is the request before, from which
 * masked secrets are taken.  TALLY_EINVAL, with the member as `where`; TALLY_ELIMIT. */
int tally__webhook_read(cJSON **out, const cJSON *definition, const cJSON *stored,
			struct tally_error *error);

/* Masks what must not be shown of a definition's request, in place. */
int tally__webhook_mask(cJSON *request, struct tally_error *error);

/* "POST ci.example.org": what a webhook without a description is called. */
int tally__webhook_describe(const cJSON *request, cJSON *json, struct tally_error *error);

/* Deletes those that name the application, and lists them in "webhooks" of `answer`. */
int tally__webhooks_delete_of(struct records *records, const char *application, cJSON *answer,
			      struct tally_error *error);

#endif
