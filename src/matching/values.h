/* matching/values.h - lists of text values, as headers and query parameters have them: what the
 * comparisons of parts share. */
#ifndef TALLY_MATCHING_VALUES_H
#define TALLY_MATCHING_VALUES_H

#include "contract/contract.h"
#include "matching/walk.h"

/* A text as an operand; NULL is the empty text. */
struct operand tally__operand_text(const char *text);

/* "['a', 'b']", made in the walk's arena and cut where it is long; NULL when memory is short. */
const char *tally__values_text(struct walk *walk, const struct name_values *values);
/* The only value, or that text of several. */
struct operand tally__values_operand(struct walk *walk, const struct name_values *values);

/* What a rule does with a list, for texts: bounds and the like for the list, then the rules for
 * each actual value, whose example is the expected one at its place or else the first. */
void tally__values_apply(struct walk *walk, const struct place *place, const struct rule_list *list,
			 const struct name_values *expected, const struct name_values *actual);

/* "Expected 'actual' to be equal to 'expected'". */
void tally__values_report_unequal(struct walk *walk, const struct place *place,
				  const struct operand *expected, const struct operand *actual);

/* Whether one value of a header does, without a rule. */
bool tally__header_values_equal(const char *name, const char *expected, const char *actual);
/* "Expected header 'header' to have value …"; `at_index` is "" or says which of several. */
void tally__header_report(struct walk *walk, const struct place *place, const char *header,
			  const char *at_index, const struct operand *expected,
			  const struct operand *actual);

/* Accept and Content-Type: the first elements are equal, and each parameter expected is there; but
 * for the boundary of a multipart body. */
bool tally__header_equal_with_parameters(const char *expected, const char *actual);

#endif
