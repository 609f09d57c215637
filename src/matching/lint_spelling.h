/* matching/lint_spelling.h - names and sentences that are the same but for their spelling. */
#ifndef TALLY_MATCHING_LINT_SPELLING_H
#define TALLY_MATCHING_LINT_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends a sentence as its words in lower case with one blank between them: without punctuation,
 * quotation marks and articles. */
void tally__lint_fold(struct buf *out, const char *text);
/* Appends a name in lower case, without what separates its parts. */
void tally__lint_fold_name(struct buf *out, const char *name);

/* A word of a folded sentence. */
struct lint_word {
	const char *text;
	size_t len;
};

/* Whether two different words may be meant to be one: singular and plural, or a letter that is
 * wrong.  Words with digits never are. */
bool tally__lint_words_near(const struct lint_word *a, const struct lint_word *b);

#endif
