/* broker/applications.h - applications as the broker lists them. */
#ifndef TALLY_BROKER_APPLICATIONS_H
#define TALLY_BROKER_APPLICATIONS_H

#include "broker/records.h"

/* Every application's record, by name whatever the case. */
int tally__applications_list(struct records *records, struct record ***out, size_t *count,
			     struct tally_error *error);
bool tally__application_has_label(const struct record *application, const char *label);

/* Says in "updatedAt" when a record was changed, if it was. */
int tally__record_stamp_update(struct record *record, int64_t now_unix, struct tally_error *error);

#endif
