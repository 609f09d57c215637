/* broker/placements.h - what deployments and releases have in common: a version that came to an
 * environment, and may leave it again.  Each stands in its version's folder, where it stays; while
 * it counts it stands in the environment's folder too (live.h lists those); and it is found by its
 * identifier. */
#ifndef TALLY_BROKER_PLACEMENTS_H
#define TALLY_BROKER_PLACEMENTS_H

#include "broker/git_broker.h"

enum placement_kind { PLACEMENT_DEPLOYMENT, PLACEMENT_RELEASE };

struct placement {
	enum placement_kind kind;
	const char *application, *version, *environment;
	const char *instance; /* of a deployment; NULL: the unnamed one */
	const char *uuid;
};

/* What a record of the version or of the environment says; texts are the record's. */
int tally__placement_read(struct placement *out, enum placement_kind kind,
			  const struct record *record, struct tally_error *error);

/* The record in the version's folder. */
int tally__placement_own(struct records *records, const struct placement *placement,
			 struct record **out, struct tally_error *error);
/* The place in the environment's folder, whatever is in it now. */
int tally__placement_place(struct records *records, const struct placement *placement,
			   struct record **out, struct tally_error *error);

/* Writes it to all three places.  One whose support ended is written anew. */
int tally__placement_begin(struct records *records, const struct placement *placement,
			   int64_t now_unix, struct tally_error *error);
/* Ends it: nothing changes when it ended before.  Afterwards the texts are those of the version's
 * record. */
int tally__placement_end(struct records *records, struct placement *placement, int64_t now_unix,
			 struct tally_error *error);

/* Every one of a version, live or not, in byte order of the identifiers; of environments that are
 * gone too. */
int tally__placements_of_version(struct records *records, enum placement_kind kind,
				 const char *application, const char *version,
				 struct placement **out, size_t *count, struct tally_error *error);

/* All that is live in an environment: see tally__live_everything. */
int tally__placements_live(struct records *records, const char *environment, struct placement **out,
			   size_t *count, struct tally_error *error);

/* The one with that identifier: TALLY_ENOTFOUND. */
int tally__placement_find(struct records *records, enum placement_kind kind, const char *uuid,
			  struct placement *out, struct tally_error *error);

/* As answers show it; see tally/environment.h. */
int tally__placement_show(struct records *records, const struct placement *placement, cJSON **out,
			  struct tally_error *error);

/* "orders 1.4.0 to production (instance blue)". */
void tally__placement_describe(const struct placement *placement, const char *preposition,
			       struct buf *out);

#endif
