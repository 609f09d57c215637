/* contract/written.h - contract files as the text that Tally writes: where each interaction stands
 * in it, and what tells it from the others, found without reading what they say.
 *
 * Merging one interaction into a file of a thousand touches one or two of them.  The others keep
 * their very bytes.  So a text counts as written only when it is, to the byte, laid out as the
 * writer does it: JSON without faults, with sorted members and interactions.  Any other text has to
 * be read as a contract.
 *
 * Only what names an interaction is understood.  What else it says is not looked at: in a file that
 * somebody changed by hand, and laid out as the writer does it, an interaction may stand that
 * cannot be read, or that the writer would say in a shorter way. */
#ifndef TALLY_CONTRACT_WRITTEN_H
#define TALLY_CONTRACT_WRITTEN_H

#include "contract/label.h"

struct written_entry {
	struct label_text text; /* from "{" to "}" */
	struct label label;
};

struct written {
	/* Around the entries: what stands up to "[" with it, and from "]" on.  Without entries,
	 * both brackets follow one another. */
	struct label_text head, tail;
	struct written_entry *entries;
	size_t count;
	bool is_messages; /* the list is called "messages" */
	size_t values;    /* JSON values in the file, at least */
	/* For tally__written_fits. */
	unsigned seen;
	size_t types;
};

/* Finds the parts of `text`, which is lent; labels that have escapes are made in `arena`.  *out is
 * filled when *is_written is set.  TALLY_ENOMEM. */
int tally__written_scan(struct written *out, bool *is_written, struct arena *arena,
			const char *text, size_t len, struct tally_error *error);

/* Whether the labels are what a reader of that version finds: what names an interaction in one
 * version is an unknown member in another. */
bool tally__written_fits(const struct written *written, enum tally_spec spec);

/* Appends a file: head, tail and the entries of `a`, with those entries of `b` among them, in their
 * order, that `taken` (by index) does not name.  A NULL `b` has none. */
void tally__written_join(struct buf *out, const struct written *a, const struct written *b,
			 const bool *taken);

#endif
