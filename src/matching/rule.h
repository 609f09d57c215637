/* matching/rule.h - one matching rule, compiled: what it is, its attributes, and its tests.
 *
 * The table in rule_table.c has one row for each rule of the specification; adding a rule is a row,
 * and a test and a wording for what is new in it.
 */
#ifndef TALLY_MATCHING_RULE_H
#define TALLY_MATCHING_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "format/regex.h"

/* A value that a rule is applied to: a JSON node, or, when `json` is NULL, plain text (a header, a
 * query parameter, a path, a text body). */
struct operand {
	const cJSON *json;
	const char *text;
	size_t len;
};

struct rule;

/* One application of a rule.  Tests set `reason` when there is more to say than that it failed. */
struct application {
	const struct rule *rule;
	struct operand expected;
	struct operand actual;
	struct buf *scratch; /* for the texts of JSON values */
	const char *reason;  /* static or the rule's */
	size_t reason_at;    /* where in the text that is; of dates; SIZE_MAX: nowhere */
	size_t steps;        /* that it may take yet: values visited in lists and maps */
	bool costly;         /* a regular expression gave up */
	int status;          /* TALLY_ENOMEM: the test could not be made */
};

/* What a rule does with a list or a map as a whole; their elements are compared on their own. */
enum container_rule {
	CONTAINER_PASS,   /* nothing to check */
	CONTAINER_BOUNDS, /* "min" and "max" against the size; not when cascaded */
	CONTAINER_EQUAL,  /* the rule's test; not when cascaded, what is above has seen to it */
	CONTAINER_TEST,   /* the rule's test */
	CONTAINER_UNABLE  /* the rule makes no sense here: a mismatch */
};

/* What a rule says about the members below the node that it stands at. */
enum member_rule {
	MEMBERS_PLAIN,
	MEMBERS_VALUES,        /* "values": keys are free */
	MEMBERS_EACH_VALUE,    /* "eachValue": keys are free, values follow the rule's rules */
	MEMBERS_EACH_KEY,      /* "eachKey": keys follow the rule's rules */
	MEMBERS_ARRAY_CONTAINS /* "arrayContains": lists only */
};

struct rule_kind {
	const char *name;
	const char
		*aliases; /* other spellings, between blanks; compared without case and hyphens */
	bool cascades;    /* applies to descendants too */
	enum container_rule on_list;
	enum container_rule on_map;
	enum member_rule members;
	/* Reads the attributes; NULL: there are none. */
	int (*compile)(struct rule *rule, const cJSON *json, struct arena *arena,
		       struct tally_error *error);
	/* Whether a scalar or text satisfies the rule. */
	bool (*test)(struct application *application);
	/* The sentence for a failed test. */
	void (*describe)(struct buf *out, const struct application *application);
};

/* The rules of one place, with how they combine. */
struct rule_list {
	struct rule *rules;
	size_t count;
	size_t cascading; /* how many of them cascade */
	bool any;         /* OR: one that passes is enough */
	unsigned rank;    /* among the lists of one category: the higher, the better */
	size_t tokens;    /* of its path expression */
};

/* One way in which an element of an arrayContains list may look. */
struct rule_variant {
	size_t index; /* into the expected list */
	struct rule_node *rules;
};

struct rule {
	const struct rule_kind *kind;
	const char *name; /* as written */
	bool has_min, has_max;
	size_t min, max;
	const char *text; /* regex, include, format or value */
	struct regex *regex;
	const char *invalid; /* why the regex cannot be used, or NULL */
	long *codes;         /* statusCode: those allowed, when they are listed */
	size_t code_count;
	const char *codes_text;
	long code_from, code_to;
	struct rule_list sub; /* eachKey, eachValue */
	struct rule_variant *variants;
	size_t variant_count;
	struct rule *next_compiled; /* all that own a regex, for their release */
};

/* The row for a name; never NULL: unknown names have a row whose test always fails. */
const struct rule_kind *tally__rule_kind_find(const char *name);

/* The text that text rules see: strings as they are, other JSON values as compact JSON (made in
 * application->scratch).  False when memory is short. */
bool tally__application_text(struct application *application, const struct operand *operand,
			     const char **text, size_t *len);

/* "Unable to match …", for rules at nodes where they make no sense. */
void tally__rule_describe_unable(struct buf *out, const struct application *application);

#endif
