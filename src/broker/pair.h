/* broker/pair.h - the verdict on one consumer version with one provider version. */
#ifndef TALLY_BROKER_PAIR_H
#define TALLY_BROKER_PAIR_H

#include "broker/results.h"

enum verdict {
	VERDICT_OK,      /* every interaction passed */
	VERDICT_BROKEN,  /* at least one failed */
	VERDICT_WAITING, /* no result yet for some */
	VERDICT_STUCK,   /* no run can ever answer as things stand */
	VERDICT_ABSENT   /* the other side is not there */
};

const char *tally__verdict_name(enum verdict verdict);

/* One interaction that a published contract asks for. */
struct claim {
	const char *digest;
	const char *description;
	bool pending; /* may fail or go without an answer */
};

/* Reads an item of a publication's "interactions". */
int tally__claim_read(struct claim *claim, const struct record *publication, const cJSON *item,
		      struct tally_error *error);

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_FLAKY, OUTCOME_ERROR, OUTCOME_WAITING };

const char *tally__outcome_name(enum outcome outcome);

/* `answer` may be NULL. */
enum outcome tally__answer_outcome(const struct answer *answer);

struct pair_counts {
	size_t total; /* of interactions that are not pending */
	size_t by_outcome[OUTCOME_WAITING + 1];
	size_t pending;
	const struct record *last_run; /* the newest that says something about them, or NULL */
};

/* Counts a contract's interactions by what the answers say. */
int tally__pair_count(struct pair_counts *counts, const struct record *publication,
		      const struct answers *answers, struct tally_error *error);
bool tally__pair_complete(const struct pair_counts *counts);

/* Which side moved, when a pair is broken. */
enum moved { MOVED_UNKNOWN, MOVED_PROVIDER, MOVED_CONSUMER };

struct pair {
	const char *consumer, *consumer_version;
	const char *provider;
	const char *provider_version; /* NULL: it has none there */

	/* Filled by tally__pair_judge. */
	enum verdict verdict;
	struct record *publication;
	struct answers answers;
	struct pair_counts counts;
	const char *stuck;           /* why, for people */
	const char *provider_latest; /* absent: its newest version, or NULL */
	enum moved moved;
	const cJSON *worked; /* the last pair that worked: see worked.h; or NULL */
	bool ahead;          /* consumer moved: `worked` is with a later provider version */
	struct pair *next;
};

void tally__pair_release(struct pair *pair);

/* Looks up what is recorded and decides. */
int tally__pair_judge(struct pair *pair, struct records *records, struct tally_error *error);

#endif
