/* consumer/search.h - one search of a responder: what its files share. */
#ifndef TALLY_CONSUMER_SEARCH_H
#define TALLY_CONSUMER_SEARCH_H

#include "consumer/responder.h"

/* The best so far is in the verdict. */
struct search {
	const struct responder *responder;
	const struct responder_question *question;
	const struct request *actual; /* with its body parsed */
	struct responder_verdict *verdict;
	uint64_t query_hash; /* of the request */
	/* Of its body, of each kind as it was asked for last.  Most entries of a path ask alike. */
	struct asked_body_key {
		bool known;
		struct body_key asked, found;
	} body_keys[BODY_KEY_KINDS];
	long points;   /* of the best */
	size_t differ; /* how many mismatches it has */
};

/* The same for queries that are equal, whatever the order of their names. */
uint64_t tally__query_hash(const struct name_values_list *query);

bool tally__search_admits(const struct search *search, const struct responder_entry *entry);
/* How well a request fits an entry, from what differs: the more the better. */
long tally__search_points(const struct search *search, const struct responder_entry *entry,
			  const struct mismatches *mismatches);
/* Whether something of this part differs. */
bool tally__search_differs(const struct mismatches *mismatches, enum mismatch_kind kind);
/* Makes this entry the best so far; takes the mismatches. */
void tally__search_keep(struct search *search, const struct responder_entry *entry,
			struct mismatches *mismatches, enum responder_outcome outcome);

/* Finds what a request that nothing answers comes nearest to. */
int tally__search_nearest(struct search *search, struct tally_error *error);

#endif
