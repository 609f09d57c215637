/* broker/removal.h - versions that leave a branch or lose a tag, or go altogether, and everything
 * that was derived from them: it is as if they had never been on that line, or never been.
 *
 * Heads of branches and tags pass to the newest version that is left, and so do the markers of
 * consumers; a line without versions is no more.  What passed is told anew from the runs that are
 * left.  Runs of providers that replayed a contract of a version which goes stay with the
 * providers: the same interaction may be another version's, or another consumer's.
 */
#ifndef TALLY_BROKER_REMOVAL_H
#define TALLY_BROKER_REMOVAL_H

#include "broker/heads.h"

struct removal {
	const char *application;
	const struct line *line; /* what they leave; NULL: they go */
	struct record **versions;
	size_t count;
	/* Memory of what passed and worked stays, as after retention: a failure of what was proven
	 * once is no news. */
	bool remember;
};

/* Edits the working set.  What the records of versions that go lent is no more afterwards. */
int tally__versions_remove(struct records *records, const struct removal *removal,
			   struct tally_error *error);

/* Deployments and releases of a version are no longer found by their identifiers. */
int tally__version_forget_placements(struct records *records, const char *application,
				     const char *version, struct tally_error *error);

/* The versions of an application on a line, newest first.  Looks at the whole history. */
int tally__line_members(struct records *records, const char *application, const struct line *line,
			struct record ***out, size_t *count, struct tally_error *error);
/* Whether a version is on it. */
bool tally__version_is_on(const struct record *version, const struct line *line);

/* A branch that must be known: TALLY_ENOTFOUND says what to do. */
int tally__branch_find(struct records *records, const char *application, const char *branch,
		       struct record **out, struct tally_error *error);

#endif
