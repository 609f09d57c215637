/* broker/retention.h - which versions a store may let go of. */
#ifndef TALLY_BROKER_RETENTION_H
#define TALLY_BROKER_RETENTION_H

#include "broker/records.h"

enum keep_kind { KEEP_LATEST, KEEP_DAYS, KEEP_BRANCH, KEEP_TAG };

struct keep_rule {
	enum keep_kind kind;
	uint64_t number;  /* of versions or days */
	const char *name; /* of branches or tags, lent; "*" at the end stands for anything */
};

/* "latest=N", "days=N", "branch=NAME", "tag=NAME".  TALLY_EINVAL, at "keep[index]". */
int tally__keep_rule_parse(struct keep_rule *rule, const char *text, size_t index,
			   struct tally_error *error);

/* What is kept in one state of the store, whatever the rules say. */
struct protection {
	struct arena arena;
	struct map versions; /* of all applications, by "APPLICATION\nVERSION" */
};

void tally__protection_init(struct protection *protection);
void tally__protection_release(struct protection *protection);
/* Finds all of it; looks at every environment, branch, tag and consumer, and at no version. */
int tally__protection_load(struct protection *protection, const struct snapshot *snapshot,
			   int64_t format, struct tally_error *error);
bool tally__protection_has(const struct protection *protection, const char *application,
			   const char *version);

struct retention {
	const struct keep_rule *rules;
	size_t rule_count;
	int64_t now_unix;
};

/* Does a rule keep this version?  `rank` is its place among its application's, 0 the newest. */
int tally__retention_keeps(const struct retention *retention, const struct record *version,
			   size_t rank, bool *keeps, struct tally_error *error);

#endif
