/* broker/selection.h - choosing the contracts that a provider has to verify: first versions are
 * chosen, consumer by consumer, then it is said of each contract how it stands. */
#ifndef TALLY_BROKER_SELECTION_H
#define TALLY_BROKER_SELECTION_H

#include "broker/answers.h"
#include "broker/passed.h"
#include "broker/selectors.h"

/* Why a version was chosen.  Sentences are shown in the order of Pact's lists: the newest, heads of
 * branches, tags, what is deployed, what is released. */
enum reason_rank {
	REASON_ASKED,
	REASON_NEWEST,
	REASON_BRANCH,
	REASON_TAG_NEWEST,
	REASON_TAG,
	REASON_DEPLOYED,
	REASON_DEPLOYED_PRODUCTION,
	REASON_RELEASED,
	REASON_RELEASED_PRODUCTION,
	REASON_WIP
};

struct reason {
	enum reason_rank rank;
	const char *text;
	struct reason *next;
};

/* Versions of one consumer with the same content are one choice, and the newest stands for all. */
struct choice {
	const char *consumer, *version;
	const struct record *publication;
	int64_t sequence; /* of the version */
	const char *content;
	bool wip;
	struct reason *reasons; /* in order */
	struct choice *next;
};

struct consumer {
	const char *name;
	const struct record *marker; /* its newest version with a contract */
	struct choice *first;
};

struct selection {
	struct records *records;
	const struct tally_verification_query *query;
	const char *provider;
	struct selectors selectors;
	struct consumer *consumers; /* that are in question, by name */
	size_t consumer_count;
	struct record **environments; /* NULL: not read yet */
	size_t environment_count;
	struct lines lines;      /* whose passes count: the provider's branch, or its tags */
	const char *wip_since;   /* an instant, or NULL */
	struct answers *answers; /* of the provider version, if one was given that is known */
	cJSON *contracts;        /* the answer's */
};

/* Reads the consumers: those that the selectors name or, when one may be for any, all. */
int tally__selection_begin(struct selection *selection, struct tally_error *error);
/* Whether it is one of those. */
bool tally__selection_knows(const struct selection *selection, const char *name);

/* Chooses a version, if it has a contract with the provider; `chosen` (may be NULL) is set to true
 * then, and left alone otherwise.  `text` is made in the arena: NULL is memory that is short. */
int tally__choose(struct selection *selection, struct consumer *consumer, const char *version,
		  enum reason_rank rank, const char *text, bool *chosen, struct tally_error *error);

/* All versions that the selectors (or, without any, the default) ask for. */
int tally__choose_all(struct selection *selection, struct tally_error *error);
/* And the contracts that are work in progress, if they are asked for. */
int tally__choose_wip(struct selection *selection, struct tally_error *error);

/* Says how a contract stands: "pending", "wip", "notices", "interactions". */
int tally__standing_add(cJSON *json, struct selection *selection, const struct choice *choice,
			struct tally_error *error);

/* Is there an interaction that did not pass yet? */
int tally__standing_is_new(struct selection *selection, const struct record *publication,
			   bool count_wip, bool *out, struct tally_error *error);

#endif
