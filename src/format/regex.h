/* format/regex.h - regular expressions as contract files hold them, on PCRE2.
 *
 * Contracts come from every language, and the reference implementation reads their expressions in
 * Ruby's dialect; so that dialect is translated where PCRE2 differs:
 * \h and \H are hexadecimal digits, (?m) lets the dot match newlines, ^ and $ match at lines,
 * {,n} is {0,n}, \uXXXX is a character, \p{Digit} is [[:digit:]] as the others of POSIX are;
 * classes may have others in them, [a[bc]], and be intersections, [a-z&&[^aeiou]].  What only PCRE2
 * knows is accepted too, such as \Q...\E for text.
 *
 * A compiled expression may be used from several threads at once.
 */
#ifndef TALLY_FORMAT_REGEX_H
#define TALLY_FORMAT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct regex;

enum regex_mode {
	REGEX_WHOLE, /* the whole text must match: matching rules */
	REGEX_SEARCH /* some part of the text must match: filters */
};

/* TALLY_EPARSE: not a valid expression (the message says why, and only that); TALLY_ELIMIT: longer
 * than LIMIT_REGEX_BYTES; TALLY_ENOMEM. */
int tally__regex_new(struct regex **out, const char *pattern, enum regex_mode mode,
		     struct tally_error *error);
void tally__regex_free(struct regex *regex);

/* Sets *matches.  A text that is not UTF-8 does not match.  TALLY_ELIMIT: gave up after
 * LIMIT_REGEX_STEPS or LIMIT_REGEX_HEAP_KIB; TALLY_ENOMEM. */
int tally__regex_match(const struct regex *regex, const char *text, size_t len, bool *matches,
		       struct tally_error *error);

/* The same, and in *steps roughly what it cost: 1 for most, and more than LIMIT_REGEX_QUICK_STEPS
 * where so many did not do, so that the sum over many texts can be bounded. */
int tally__regex_match_counted(const struct regex *regex, const char *text, size_t len,
			       bool *matches, size_t *steps, struct tally_error *error);

/* A part of a text that was searched. */
struct regex_span {
	bool found;
	size_t start;
	size_t len;
};

/* The leftmost match of an expression made for REGEX_SEARCH in spans[0], its groups behind it; for
 * more than there are, or that took no part, `found` is false.  Codes as above. */
int tally__regex_find(const struct regex *regex, const char *text, size_t len,
		      struct regex_span spans[], size_t count, struct tally_error *error);

/* The text that all begin with which the expression matches as a whole, as far as that is plain to
 * see: up to `size` bytes of it, not ended by a NUL; the result says how many. */
size_t tally__regex_prefix(const char *pattern, char *out, size_t size);

#endif
