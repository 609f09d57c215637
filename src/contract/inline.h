/* contract/inline.h - matchers that stand inside values (Pact's integration JSON): taken out of a
 * value, they leave an example, and rules and generators in the category form. */
#ifndef TALLY_CONTRACT_INLINE_H
#define TALLY_CONTRACT_INLINE_H

#include "base/map.h"
#include "contract/contract.h"
#include "format/path_text.h"

#define INLINE_MATCHER   "pact:matcher:type"
#define INLINE_GENERATOR "pact:generator:type"

/* Collects the rules and generators of one part. */
struct extractor {
	struct arena *arena;
	struct tally_error *error;
	const char *category; /* of the value being taken: "body", "header" … */
	bool has_paths;       /* false: all of a value has one place (a name, or none) */
	struct buf path;      /* "$.items[0]", the name, or "" */
	struct buf pointer;   /* of the value in the document, for errors */
	cJSON *rules;         /* owned; NULL when there are none */
	cJSON *generators;    /* the same */
	struct map places;    /* "category\npath" to its rules, as the contract has them */
	size_t count;         /* rules and generators so far */
};

void tally__extractor_init(struct extractor *extractor, struct arena *arena, const char *pointer,
			   struct tally_error *error);
void tally__extractor_release(struct extractor *extractor);

/* Says what comes next: a category, and the path or name that its value starts at. */
int tally__extractor_begin(struct extractor *extractor, const char *category, const char *path);

/* Takes `value` (in every case) apart; *example is to be released by the caller.  TALLY_EPARSE with
 * a JSON pointer as its place, TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__extractor_take(struct extractor *extractor, cJSON *value, cJSON **example);

/* TALLY_EPARSE at the present pointer, or at its member. */
int tally__extractor_fail(struct extractor *extractor, const char *member, const char *format, ...)
	TALLY_PRINTF(3, 4);

/* Replaces the member `name` of `object` by `made`, which it takes in every case. */
int tally__extractor_replace(struct extractor *extractor, cJSON *object, const char *name,
			     cJSON *made);

/* Calls `visit` for each request, response and message of a contract file, with its JSON pointer
 * (lent for the call), until it returns other than 0. */
typedef int part_visitor(cJSON *part, enum tally_spec spec, struct arena *arena,
			 const char *pointer, struct tally_error *error);
int tally__parts_each(const cJSON *document, enum tally_spec spec, struct arena *arena,
		      part_visitor *visit, struct tally_error *error);
/* The same for one interaction, which stands at `pointer`; that is the same again afterwards. */
int tally__interaction_parts_each(cJSON *interaction, enum tally_spec spec, struct arena *arena,
				  struct buf *pointer, part_visitor *visit,
				  struct tally_error *error);

/* That no matcher stands inside a value of a contract file: TALLY_EPARSE at the first. */
int tally__inline_refuse(const cJSON *document, struct tally_error *error);

/* Whether a value is a matcher or names a generator; whether anything in it does. */
bool tally__is_inline(const cJSON *value);
bool tally__has_inline(const cJSON *value);

/* ---- for the files that take matchers apart ---- */

/* How the children of a value extend its path. */
enum inline_children {
	CHILDREN_OWN,       /* ".name" and "[0]" */
	CHILDREN_ITEMS,     /* ".name" and "[*]": below a matcher all items share their rules */
	CHILDREN_WILDCARDS, /* ".*" and "[*]": the rule is about each of them */
};

/* As tally__extractor_take, for the example of a matcher. */
int tally__extractor_take_below(struct extractor *extractor, cJSON *value,
				enum inline_children children, cJSON **example);

/* What one matcher object says. */
struct inline_rules {
	cJSON *rules;     /* an array */
	cJSON *example;   /* of an expression, or NULL */
	cJSON *generator; /* or NULL */
	bool any;         /* "combine": "OR" */
	bool is_expression;
};

/* Reads all but the example; `out` is to be released in every case. */
int tally__matcher_read(struct extractor *extractor, const cJSON *object, struct inline_rules *out);
void tally__matcher_release(struct inline_rules *rules);

/* Takes a matcher object (in every case) apart. */
int tally__matcher_take(struct extractor *extractor, cJSON *object, cJSON **example);

/* Adds rules at the present place and empties their array; `any`: one of them is enough. */
int tally__extractor_add_rules(struct extractor *extractor, cJSON *rules, bool any);
/* Adds a generator (taken in every case); the first one at a place stays. */
int tally__extractor_add_generator(struct extractor *extractor, cJSON *generator);

/* What the "pact:matcher:type" `text` of `object` says, name or expression.  Appends to `rules`.
 * *example and *generator are to be released, and stay NULL when an expression gives none. */
int tally__inline_rules(struct extractor *extractor, const cJSON *object, const char *text,
			cJSON *rules, cJSON **example, cJSON **generator);
/* The generator that a matcher object names; *generator is to be released, and stays NULL when it
 * names none. */
int tally__inline_generator(struct extractor *extractor, const cJSON *object, cJSON **generator);
/* Whether `name` is a rule of the specification; the rules of plugins have other names. */
bool tally__rule_is_known(const char *name);
/* The rule or generator that a misspelt name may be for, or NULL. */
const char *tally__rule_nearest(const char *name);
const char *tally__generator_nearest(const char *name);
/* The same for a member of a rule; NULL for those that the rule has. */
const char *tally__rule_attribute_nearest(const char *rule, const char *attribute);
/* That nothing stands in a matcher object that neither its rules nor its generator know. */
int tally__inline_check(struct extractor *extractor, const cJSON *object);
/* The same for a rule in a list. */
int tally__inline_check_listed(struct extractor *extractor, const cJSON *object);

#endif
