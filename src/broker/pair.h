/* broker/pair.h - the verdict on one consumer version with one provider version. */
#ifndef TALLY_BROKER_PAIR_H
#define TALLY_BROKER_PAIR_H

#include "broker/answers.h"

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

enum outcome tally__answer_outcome(const struct answer *answer);

/* An interaction of a contract, and what became of it. */
struct judged {
	struct claim claim;
	enum outcome outcome;
	struct answer answer;
	const cJSON *messages; /* of one that failed, or could not be asked: texts; or NULL */
};

struct pair_counts {
	size_t total; /* of interactions that are not pending */
	size_t by_outcome[OUTCOME_WAITING + 1];
	size_t pending;
};

/* A run that a verdict rests on. */
struct evidence {
	const struct answer_run *run;
	const char *path;    /* its file */
	size_t interactions; /* of the contract, that it answered */
	bool carried;        /* it replayed another contract, or this one of another version */
};

/* Has everything passed that a contract asks for? */
int tally__pair_complete(struct answers *answers, const struct record *publication, bool *out,
			 struct tally_error *error);

/* Which side moved, when a pair is broken. */
enum moved { MOVED_UNKNOWN, MOVED_PROVIDER, MOVED_CONSUMER };

struct pair {
	const char *consumer, *consumer_version;
	const char *provider;
	const char *provider_version; /* NULL: it has none there */

	/* Filled by tally__pair_judge. */
	enum verdict verdict;
	struct record *publication;
	struct answers *answers;     /* of the provider version; NULL where there is none */
	struct judged *interactions; /* as the contract has them */
	size_t interaction_count;
	struct pair_counts counts;
	struct evidence *evidence; /* what the verdict rests on, the newest run first */
	size_t evidence_count;
	bool carried;                /* some of that is carried */
	const char *stuck;           /* why, for people */
	const char *provider_latest; /* absent: its newest version, or NULL */
	enum moved moved;
	const cJSON *worked; /* the last pair that worked: see worked.h; or NULL */
	bool ahead;          /* consumer moved: `worked` is with a later provider version */
	struct pair *next;
};

/* Looks up what is recorded and decides.  Everything lives as long as the working set. */
int tally__pair_judge(struct pair *pair, struct records *records, struct tally_error *error);

#endif
