/* format/graphql.h - GraphQL documents as rows of tokens (GraphQL specification, October 2021,
 * appendix B): what a document says, whatever blanks, commas and comments stand in it.
 *
 * Nothing is known here of how tokens may follow one another.
 */
#ifndef TALLY_FORMAT_GRAPHQL_H
#define TALLY_FORMAT_GRAPHQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum graphql_kind {
	GRAPHQL_END,
	GRAPHQL_WORD,   /* a name or number: two in a row have something between them */
	GRAPHQL_STRING, /* with its quotes, as it is written; block strings too */
	GRAPHQL_PUNCTUATOR
};

struct graphql_token {
	enum graphql_kind kind;
	const char *text; /* in the document */
	size_t len;
};

struct graphql_reader {
	const char *start;
	const char *at;
	const char *end;
	const char *wrong; /* NULL, or what was expected at `at` (static) */
};

void tally__graphql_init(struct graphql_reader *reader, const char *text, size_t len);

/* The next token, GRAPHQL_END behind the last; false when there is none, see reader->wrong. */
bool tally__graphql_next(struct graphql_reader *reader, struct graphql_token *token);

/* How two documents compare. */
struct graphql_comparison {
	bool equal;
	/* Where they differ, or where one of them is no GraphQL; `at` points into the second. */
	const char *wrong; /* NULL: the tokens differ */
	bool wrong_first;  /* it is the first document that is none */
	struct graphql_token first, second;
	size_t line, column; /* of the place: from 1, columns count bytes */
};

/* Whether two documents consist of the same tokens; takes linear time. */
bool tally__graphql_compare(struct graphql_comparison *out, const char *first, size_t first_len,
			    const char *second, size_t second_len);

/* Appends a regular expression, in what the dialects of Ruby, Java and PCRE have in common, that
 * matches the documents of the same tokens.  TALLY_EPARSE says where the text is no GraphQL; other
 * failures stick to `out`. */
int tally__graphql_to_regex(struct buf *out, const char *text, size_t len,
			    struct tally_error *error);

#endif
