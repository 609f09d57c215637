/* matching/parts.h - the comparisons of everything but bodies. */
#ifndef TALLY_MATCHING_PARTS_H
#define TALLY_MATCHING_PARTS_H

#include "contract/contract.h"
#include "matching/walk.h"

void tally__match_method(struct walk *walk, const struct rules *rules, const char *expected,
			 const char *actual);
void tally__match_path(struct walk *walk, const struct rules *rules, const char *expected,
		       const char *actual);
void tally__match_status(struct walk *walk, const struct rules *rules, int expected, int actual);
void tally__match_headers(struct walk *walk, const struct rules *rules,
			  const struct name_values_list *expected,
			  const struct name_values_list *actual);
void tally__match_metadata(struct walk *walk, const struct rules *rules, const cJSON *expected,
			   const cJSON *actual);

struct bodies;

/* Query parameters and, in the same way, the fields of a form. */
struct parameters {
	const struct name_values_list *expected;
	const struct name_values_list *actual;
	const char *noun; /* "query parameter" */
	enum mismatch_kind kind;
	const struct rules *rules; /* of the query */
	const struct bodies *form; /* or the bodies whose rules, at "$.name", are theirs */
};

void tally__match_parameters(struct walk *walk, const struct parameters *parameters);

/* Whether one value of a Content-Type header does where `expected` is asked for, by rule. */
bool tally__match_header_rule(struct walk *walk, const struct rules *rules, const char *name,
			      const char *expected, const char *actual);

#endif
