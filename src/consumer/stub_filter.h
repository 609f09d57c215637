/* consumer/stub_filter.h - which contracts and which interactions a stand-in serves. */
#ifndef TALLY_CONSUMER_STUB_FILTER_H
#define TALLY_CONSUMER_STUB_FILTER_H

#include "contract/contract.h"
#include "format/regex.h"
#include "tally/stub.h"

/* A name as it is, or an expression that finds something in it. */
struct stub_name {
	char *text;
	struct regex *regex; /* NULL: as it is */
};

struct stub_names {
	struct stub_name *items;
	size_t count;
};

/* To be released in every case.  `member` is what errors call it.  TALLY_EINVAL, TALLY_ENOMEM. */
int tally__stub_names_init(struct stub_names *names, const struct tally_stub_texts *texts,
			   const char *member, struct tally_error *error);
void tally__stub_names_release(struct stub_names *names);
/* Whether `name` is one of them, or there are none.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__stub_names_have(const struct stub_names *names, const char *name, bool *have,
			   struct tally_error *error);

/* Provider states that are asked for. */
struct stub_states {
	struct regex *regex; /* NULL: any */
	bool or_none;        /* interactions without any, too */
};

/* To be released with tally__regex_free(states->regex).  TALLY_EINVAL, TALLY_ENOMEM. */
int tally__stub_states_init(struct stub_states *states, const char *pattern, bool or_none,
			    struct tally_error *error);
/* Whether an interaction needs one of them.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__stub_states_admit(const struct stub_states *states,
			     const struct interaction *interaction, bool *admitted,
			     struct tally_error *error);

#endif
