/* contract/expression.h - matching-definition expressions, such as "matching(integer, 1)" or
 * "eachKey(matching(regex, '\d+', '1')), atLeast(1)": rules with their example as one text.
 *
 *   definition := item (',' item)*
 *   item       := 'matching' '(' rule ')' | 'notEmpty' '(' primitive ')' | 'eachKey' '(' item ')'
 *               | 'eachValue' '(' item ')' | 'atLeast' '(' digits ')' | 'atMost' '(' digits ')'
 *               | 'arrayContains' '(' item (',' item)* ')'
 *   rule       := '$' string | 'equalTo' ',' primitive | 'type' ',' primitive
 *               | ('number' | 'integer' | 'decimal' | 'boolean' | 'semver' | 'include') ','
 * primitive | ('date' | 'time' | 'datetime' | 'timestamp' | 'regex' | 'contentType')
 *                 ',' string ',' primitive
 *               | plugin-rule ',' [string ','] primitive
 *   primitive  := string | number | 'true' | 'false' | 'null'
 *               | 'fromProviderState' '(' string ',' primitive ')'
 */
#ifndef TALLY_CONTRACT_EXPRESSION_H
#define TALLY_CONTRACT_EXPRESSION_H

#include "base/arena.h"
#include "format/json.h"

/* What is known of the values that an expression is about. */
enum expression_type {
	EXPRESSION_UNKNOWN,
	EXPRESSION_STRING,
	EXPRESSION_NUMBER,
	EXPRESSION_INTEGER,
	EXPRESSION_DECIMAL,
	EXPRESSION_BOOLEAN
};

struct expression {
	cJSON *rules;     /* an array of rules as contracts have them */
	cJSON *example;   /* NULL when the expression gives none */
	cJSON *generator; /* as contracts have it, or NULL */
	enum expression_type type;
	const char *reference; /* a name that a rule refers to ("$'name'"), or NULL */

	/* While it is read: what stands at both ends of eachKey and eachValue, and the rule that
	 * atLeast and atMost share (lent by `rules`). */
	cJSON *key_example;
	cJSON *value_example;
	cJSON *bounds;
};

/* Whether the text of a "pact:matcher:type" is an expression and no rule's name. */
bool tally__is_expression(const char *text);

/* Reads an expression; *out is to be released in every case.  TALLY_EPARSE with the column, and
 * with the place shown in two more lines of the message; TALLY_ELIMIT (length, depth);
 * TALLY_ENOMEM. */
int tally__expression_parse(struct expression *out, struct arena *arena, const char *text,
			    struct tally_error *error);
void tally__expression_release(struct expression *expression);

/* The type of values that two rules speak of. */
enum expression_type tally__expression_type_union(enum expression_type a, enum expression_type b);

#endif
