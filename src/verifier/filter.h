/* verifier/filter.h - which interactions a run is about. */
#ifndef TALLY_VERIFIER_FILTER_H
#define TALLY_VERIFIER_FILTER_H

#include "base/map.h"
#include "format/regex.h"
#include "tally/verify.h"
#include "verifier/task.h"

struct filter {
	const struct tally_verify_options *options; /* lent */
	struct regex *description;                  /* NULL: any */
	struct regex *state;                        /* NULL: any */
	struct map digests, consumers;              /* none: any */
};

/* Lets pass everything; to be released also after a failure of _init. */
void tally__filter_clear(struct filter *filter);
/* TALLY_EINVAL names the option; TALLY_ENOMEM. */
int tally__filter_init(struct filter *filter, const struct tally_verify_options *options,
		       struct tally_error *error);
void tally__filter_release(struct filter *filter);

/* Sets task->selected.  TALLY_ELIMIT: an expression takes too long; TALLY_ENOMEM. */
int tally__filter_select(const struct filter *filter, struct task *task, struct tally_error *error);

/* Appends the filters in words, such as "description ~ \"order\"", or "" without any. */
void tally__filter_describe(const struct filter *filter, struct buf *out);

#endif
