/* contract/label.h - what tells one interaction of a contract from another: its kind, description,
 * provider states' names, and key.  Merging, sorting and linting all go by it. */
#ifndef TALLY_CONTRACT_LABEL_H
#define TALLY_CONTRACT_LABEL_H

#include "contract/contract.h"

struct label_text {
	const char *bytes; /* NULL: none */
	size_t len;
};

struct label {
	enum interaction_kind kind;
	struct label_text description;
	struct label_text key;
	struct label_text *states;
	size_t state_count;
};

/* The label lends the interaction's texts; its array is made in `arena`.  TALLY_ENOMEM. */
int tally__label_of(struct label *out, struct arena *arena, const struct interaction *interaction);

/* The order of interactions in a file: by description, states, kind, key.  It is the same in
 * whatever order they were added. */
int tally__label_compare(const struct label *a, const struct label *b);

/* Appends what makes two interactions without keys one and the same: kind, description, states. */
void tally__label_add_identity(struct buf *out, const struct label *label);

/* The same as a text of an interaction, made in `arena`; NULL when memory is short. */
const char *tally__interaction_identity(struct arena *arena, const struct interaction *interaction);

#endif
