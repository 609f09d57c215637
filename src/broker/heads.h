/* broker/heads.h - the branches and tags of a consumer whose head has a contract with a provider,
 * newest contract first: where new work is found without looking at every branch there ever was.
 *
 * apps/<provider>/heads/<consumer>.json keeps up to LIMIT_HEADS of them.  It is a hint: whether the
 * version still is the head stands in the head's own record.
 */
#ifndef TALLY_BROKER_HEADS_H
#define TALLY_BROKER_HEADS_H

#include "broker/passed.h"

/* A version has a new publication: writes down the lines of which it is the head. */
int tally__heads_note(struct records *records, const struct record *version,
		      const struct record *publication, struct tally_error *error);

/* The same for an old one, where what is written down lacks it. */
int tally__heads_renew(struct records *records, const struct record *version,
		       const struct record *publication, struct tally_error *error);

/* The lines whose head may have published a contract at `since` or later, in order of their names.
 */
int tally__heads_since(struct lines *lines, struct records *records, const char *provider,
		       const char *consumer, const char *since, struct tally_error *error);
/* Every line of a consumer: its branches, or its tags, in order of their names. */
int tally__lines_of(struct lines *lines, struct records *records, const char *application,
		    bool tags, struct tally_error *error);

/* The version at its head; NULL when there is no such line. */
int tally__line_head(const char **version, struct records *records, const char *application,
		     const struct line *line, struct tally_error *error);

/* Lists a version with those that have the tag. */
int tally__tagged_note(struct records *records, const char *application, const char *tag,
		       const char *version, int64_t sequence, struct tally_error *error);

/* What a version brings with it that joins a branch or gets a tag after it has published or
 * answered: its contracts are that branch's now, and so are its passes. */
int tally__version_rejoin(struct records *records, const struct record *version,
			  struct tally_error *error);
/* Only its passes. */
int tally__version_rejoin_results(struct records *records, const struct record *version,
				  struct tally_error *error);

#endif
