/* contract/rules_lift.h - lifting matching rules into the category form.  Private to this folder.
 */
#ifndef TALLY_CONTRACT_RULES_LIFT_H
#define TALLY_CONTRACT_RULES_LIFT_H

#include "base/map.h"
#include "contract/reader.h"

/* A category with one entry and no name ("path"), with names ("header"), or with paths ("body"). */
enum category_form { FORM_SINGLE, FORM_NAMES, FORM_PATHS };

struct lifter {
	const struct reader *reader; /* within the member "matchingRules" */
	cJSON *out;                  /* the category form being built */
	struct map lists;            /* "category\0name" to its list of matchers (flat form) */
	size_t count;
	size_t category_count;
};

/* The name of a category, whatever its spelling.  One that is not known keeps its name: lint speaks
 * of it, matching leaves it alone. */
const char *tally__category_name(const char *spelling, enum category_form *form);
/* TALLY_EPARSE for a category whose name starts with "$". */
int tally__lifter_refuse_category(const struct lifter *lifter, const char *where, const char *name);
/* Counts one more rule: TALLY_ELIMIT. */
int tally__lifter_count(struct lifter *lifter);
/* The object of a category in the result, made when it is not there.  NULL with the error filled;
 * tally__lifter_category_failure is its code then. */
cJSON *tally__lifter_category(struct lifter *lifter, const char *name);
int tally__lifter_category_failure(const struct lifter *lifter);
/* {"combine": "AND", "matchers": []}, with the (lent) list in *matchers; NULL: no memory. */
cJSON *tally__rule_entry_new(cJSON **matchers);

/* Moves the rules of a flat object into the result. */
int tally__lifter_take_flat(struct lifter *lifter, cJSON *rules);

#endif
