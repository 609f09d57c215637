/* broker/departure.h - the parts of a removal (see removal.h): what is to be found before anything
 * is edited, and the edits. */
#ifndef TALLY_BROKER_DEPARTURE_H
#define TALLY_BROKER_DEPARTURE_H

#include "broker/removal.h"

/* A branch or a tag that loses its head. */
struct vacancy {
	struct line line;
	const struct record *heir; /* NULL: nobody is left on it */
};

/* A contract with a provider that another version is to stand for. */
struct need {
	const char *provider;
	const char *content; /* NULL: whatever it says */
	const struct record *heir;
};

/* A version that is to name another one before it (NULL: none). */
struct relink {
	struct record *version;
	const char *previous;
};

/* A pass that may be known from a run of a version that leaves. */
struct doubt {
	const char *consumer, *digest;
};

struct departure {
	struct records *records;
	const struct removal *removal;
	struct map leaving;      /* names of the versions -> struct record */
	struct map vacancies[2]; /* by is_tag and name */
	struct map needs, doubts;
	size_t open; /* vacancies and needs without an heir */
	struct relink *relinks;
	size_t relink_count, relink_capacity;
	struct record *newest; /* of those that stay */
};

bool tally__departure_has(const struct departure *departure, const char *version);

/* Walks over the versions that stay, until everything has an heir. */
int tally__departure_walk(struct departure *departure, struct tally_error *error);
/* An heir is needed; asking twice is asking once. */
int tally__departure_need(struct departure *departure, const char *provider, const char *content,
			  struct tally_error *error);
/* NULL: nobody is left. */
const struct record *tally__departure_heir(const struct departure *departure, const char *provider,
					   const char *content);

/* The lines of a version that this is about, their names kept in the arena. */
int tally__departure_lines(struct departure *departure, const struct record *version,
			   struct lines *lines, struct tally_error *error);
int tally__departure_publications(struct departure *departure, const struct record *version,
				  struct record ***out, size_t *count, struct tally_error *error);

/* Memory of what worked: which heirs it needs, and its edits. */
int tally__departure_find_worked(struct departure *departure, const struct record *marker,
				 const char *provider, struct tally_error *error);
int tally__departure_edit_worked(struct departure *departure, struct record *marker,
				 const char *provider, struct tally_error *error);
/* The same in the markers of the application's own consumers, where it is the provider. */
int tally__departure_edit_provided(struct departure *departure, struct tally_error *error);

/* What passed: which records are in doubt, and telling them anew, once the lists of branches and
 * tags are what they will be. */
int tally__departure_find_passed(struct departure *departure, const struct record *version,
				 struct tally_error *error);
int tally__departure_retell_passed(struct departure *departure, struct tally_error *error);

#endif
