/* matching/lint.h - what the files that lint share.  Private to this folder. */
#ifndef TALLY_MATCHING_LINT_H
#define TALLY_MATCHING_LINT_H

#include "base/map.h"
#include "contract/contract.h"
#include "matching/lint_config.h"
#include "matching/lint_looks.h"
#include "matching/path.h"
#include "tally/lint.h"

struct lint {
	/* Of all contracts that are looked at together. */
	struct lint_config config;
	const char *const *paths; /* or NULL */
	cJSON *findings;
	size_t excepted;
	struct arena lasting;
	struct map states;       /* spellings: see lint_states.c */
	struct map applications; /* the same */
	size_t state_count;      /* different ones */
	int status;              /* sticks */

	/* Of the present contract. */
	const struct tally_contract *contract;
	size_t index;                          /* among all */
	const struct interaction *interaction; /* the present one, or NULL */
	const cJSON *source;                   /* that in the document, or NULL */
	struct arena arena;
	struct buf pointer; /* of the present part */
	size_t count;       /* of its findings, with those excepted */
	size_t steps;
	size_t variant_steps; /* the same, where all examples are looked into */
	struct map groups;    /* examples that stand for one another: see lint_variants.c */
	struct map variants;  /* places that were looked at in a group */
	struct map seen;      /* interactions by what they are: see lint_doubles.c */
	struct map given;     /* of the present interaction: see tally__lint_give */
};

/* Text of the contract for a finding, made in the lint's arena; notes when memory is short. */
const char *tally__lint_shown(struct lint *lint, const char *text, size_t max_chars);

/* Adds a finding, unless the rule is off here; `member` (may be NULL) is below the present pointer.
 */
void tally__lint_add(struct lint *lint, enum lint_rule rule, const char *member, const char *format,
		     ...) TALLY_PRINTF(4, 5);

/* Goes below the present pointer; undo with tally__buf_truncate to what this returns. */
size_t tally__lint_enter(struct lint *lint, const char *member);

/* What a part is among the parts of an interaction. */
enum lint_side {
	LINT_REQUEST,
	LINT_RESPONSE,
	LINT_MESSAGE,      /* that is sent without an answer */
	LINT_SYNC_REQUEST, /* that is answered by others */
	LINT_SYNC_RESPONSE
};

/* What a path selects in an example. */
struct lint_selection {
	struct lint *lint;
	size_t *steps; /* those of the lint that are counted */
	size_t nodes;
	const cJSON *first;   /* of these */
	size_t nulls;         /* of these */
	size_t empty_objects; /* the same */
	bool empty_array;     /* it ends at an empty array, or has to pass one */
	bool gave_up;
	bool done; /* set by `each`: no more is wanted */
	/* Is shown each node; NULL: none is. */
	void (*each)(struct lint_selection *selection, const cJSON *node);
};

/* False when `path` is none (or memory is short, which is noted). */
bool tally__lint_path(struct lint *lint, struct path_expression *out, const char *path);
void tally__lint_select(struct lint_selection *selection, const cJSON *example,
			const struct path_expression *path);
/* Counts steps; false when there are too many, and the search ends. */
bool tally__lint_step(struct lint_selection *selection, size_t count);

/* Gathers the examples of all interactions, for what follows. */
void tally__lint_gather(struct lint *lint);
/* What the rules of a body let be one way or another (null, absent, one of several rules): one
 * interaction can have only one of them in its example. */
void tally__lint_variants(struct lint *lint, enum lint_side side, const cJSON *entry,
			  const cJSON *example);

/* Rules and generators against the examples that they are about. */
struct lint_part {
	enum lint_side side;
	const cJSON *rules;
	const cJSON *generators;
	const struct name_values_list *query;   /* or NULL */
	const struct name_values_list *headers; /* or NULL */
	const struct body *body;
	const cJSON *metadata; /* or NULL */
};
void tally__lint_rules(struct lint *lint, const struct lint_part *part);
void tally__lint_generators(struct lint *lint, const struct lint_part *part);
/* The example of a body that is XML: that it is well-formed, and that its rules select in it. */
void tally__lint_xml(struct lint *lint, const struct lint_part *part);

/* Whether the rules of one place have one of this name. */
bool tally__lint_has_rule(const cJSON *entry, const char *name);
/* Whether they say of the members of an object what all of them are like. */
bool tally__lint_has_member_rule(const cJSON *entry);

/* Goes to the "matchingRules" or "generators" (`member`) of one category, and from there to those
 * of one place; in expectations, to the values that they stand in.  Undo as for tally__lint_enter.
 */
size_t tally__lint_enter_category(struct lint *lint, const struct lint_part *part,
				  const char *member, const char *category);
size_t tally__lint_enter_place(struct lint *lint, const char *place);
/* Whether rules and generators may be for it. */
bool tally__lint_is_category(const char *name);
/* The first value in the example that a path selects, or NULL. */
const cJSON *tally__lint_find(struct lint *lint, const cJSON *example, const char *path);

/* Rules that cannot be understood, and examples that do not match themselves. */
void tally__lint_request_example(struct lint *lint, const struct request *request);
void tally__lint_response_example(struct lint *lint, const struct response *response);
void tally__lint_message_example(struct lint *lint, const struct message *message);

/* What HTTP has to say of the present interaction. */
void tally__lint_http(struct lint *lint);
/* Requests that leave open which type of answer they want, in the whole contract. */
void tally__lint_accept(struct lint *lint);

/* The present interaction against those before it. */
void tally__lint_doubles(struct lint *lint);

/* Names of applications and provider states, against those of all contracts. */
void tally__lint_applications(struct lint *lint);
void tally__lint_states(struct lint *lint);

/* Notes what the present interaction gives to its provider, in its request and states: what a
 * response repeats of that is no value of its own. */
void tally__lint_give(struct lint *lint);
bool tally__lint_is_given(struct lint *lint, const char *text);
/* Whether the name of a provider state holds it. */
bool tally__lint_is_in_states(struct lint *lint, const char *text);

/* The values of a part: those that will be others next time, and those that nobody should see. */
void tally__lint_values(struct lint *lint, const struct lint_part *part);
void tally__lint_headers(struct lint *lint, const struct lint_part *part);
/* What the path and the query of the present interaction's request hold. */
void tally__lint_target(struct lint *lint);
/* `member` as for tally__lint_add; `label` stands in front of `place`. */
void tally__lint_add_volatile(struct lint *lint, const char *member, const char *label,
			      const char *place, const char *text, enum lint_look look);

#endif
