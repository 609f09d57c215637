/* broker/passed.h - which interactions ever passed, and for whom: the memory that tells a new
 * failure from a regression.
 *
 * apps/<provider>/passed/<consumer>/<x>/<y>/<digest>.json has a list of passes of one interaction.
 * It holds no more than the questions need: a pass on a branch is left out when the branch came to
 * be after a pass elsewhere, because it counts as passed there anyway.  So branches that come and
 * go leave nothing behind, and a run that says what is known changes nothing.
 */
#ifndef TALLY_BROKER_PASSED_H
#define TALLY_BROKER_PASSED_H

#include "broker/records.h"

/* A branch, or a tag that is used like one. */
struct line {
	bool is_tag;
	const char *name;
	const char *created; /* the instant; NULL: there is none yet, or nobody wrote it down */
};

struct lines {
	struct line *items;
	size_t count;
};

int tally__line_find(struct line *line, struct records *records, const char *application,
		     bool is_tag, const char *name, struct tally_error *error);
/* The branches and tags of a version. */
int tally__lines_of_version(struct lines *lines, struct records *records,
			    const struct record *version, struct tally_error *error);

/* An interaction that passed. */
struct pass {
	const char *provider, *consumer, *digest;
	const char *at;
	bool wip; /* in a contract that was work in progress */
};

/* Writes down that a version on these lines passed it. */
int tally__passed_note(struct records *records, const struct pass *pass, const struct lines *lines,
		       struct tally_error *error);

/* What a run says, of a version on these lines. */
int tally__passed_note_run(struct records *records, const struct record *run,
			   const struct lines *lines, struct tally_error *error);

struct passed_question {
	const char *provider, *consumer;
	struct lines lines; /* none: whoever it was that passed it */
	bool count_wip;     /* passes as work in progress, too */
};

/* Did it pass on each of the lines, or elsewhere before the line came to be? */
int tally__passed_before(struct records *records, const struct passed_question *question,
			 const char *digest, bool *out, struct tally_error *error);

#endif
