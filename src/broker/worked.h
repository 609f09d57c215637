/* broker/worked.h - the memory of pairs that worked completely: what tells which side moved.
 *
 * apps/<provider>/consumers/<consumer>.json keeps, newest first and up to LIMIT_WORKED, one entry
 * for each content of the contract that passed as a whole: {"content": its digest, "first": …,
 * "last":
 * {"consumerVersion", "providerVersion", "providerSequence", "at"}}, the first and the last
 * provider version with which it did.
 */
#ifndef TALLY_BROKER_WORKED_H
#define TALLY_BROKER_WORKED_H

#include "broker/pair.h"

/* Records, if the contract of `publication` passed completely, that it works with this provider
 * version. */
int tally__worked_record(struct records *records, const struct record *publication,
			 const char *provider_version, int64_t now_unix, struct tally_error *error);

/* A new publication may be covered by answers that were given before: looks at the provider version
 * that worked last. */
int tally__worked_carry(struct records *records, const struct record *publication, int64_t now_unix,
			struct tally_error *error);

/* Decides for a broken pair which side moved, and against which pair that worked. */
int tally__worked_compare(struct pair *pair, struct records *records, struct tally_error *error);

/* Fills in the last pair that worked, whatever the versions. */
int tally__worked_newest(struct pair *pair, struct records *records, struct tally_error *error);

#endif
