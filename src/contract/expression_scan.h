/* contract/expression_scan.h - the words, strings and numbers of matching-definition expressions.
 * Private to contract/expression.c. */
#ifndef TALLY_CONTRACT_EXPRESSION_SCAN_H
#define TALLY_CONTRACT_EXPRESSION_SCAN_H

#include "base/arena.h"
#include "format/json.h"

struct scanner {
	const char *text;
	const char *at;
	struct arena *arena;
	unsigned depth;
	struct tally_error *error;
};

#define SCAN_PRIMITIVE                                                                             \
	"a string in single quotes, a number, true, false, null or fromProviderState(…)"

/* TALLY_EPARSE: `expected` was expected at `at`; shows the place. */
int tally__scan_fail(struct scanner *scanner, const char *at, const char *expected);

/* Passes white space over, and gives what is next then. */
const char *tally__scan_next(struct scanner *scanner);
/* Takes one character. */
int tally__scan_char(struct scanner *scanner, char c);
/* Takes letters, digits, "-" and "_"; their count. */
size_t tally__scan_word(struct scanner *scanner);
bool tally__word_is(const char *word, size_t len, const char *text);
/* Takes a string in single quotes; made in the arena. */
int tally__scan_string(struct scanner *scanner, const char **out);
/* Takes a number, written as in JSON; *out is to be released. */
int tally__scan_number(struct scanner *scanner, cJSON **out);
/* One level deeper: TALLY_ELIMIT.  The caller counts `depth` down again in every case. */
int tally__scan_nest(struct scanner *scanner);

#endif
