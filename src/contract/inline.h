/* contract/inline.h - matchers that stand inside values (Pact's integration JSON): taken out of a
 * value, they leave an example, and rules and generators in the category form. */
#ifndef TALLY_CONTRACT_INLINE_H
#define TALLY_CONTRACT_INLINE_H

#include "base/map.h"
#include "contract/contract.h"

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
	struct map places;    /* "category\npath" to its list of matchers */
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

/* Adds a segment to the pointer; undo with tally__buf_truncate to the length before. */
void tally__pointer_add(struct buf *pointer, const char *name);

/* TALLY_EPARSE at the present pointer, or at its member. */
int tally__extractor_fail(struct extractor *extractor, const char *member, const char *format, ...)
	TALLY_PRINTF(3, 4);

bool tally__is_inline(const cJSON *value);

/* Rules and generators out of the attributes of a matcher object.  *rule and *generator are to be
 * released; *generator stays NULL when the object names none. */
int tally__inline_rule(struct extractor *extractor, const cJSON *object, const char *name,
		       cJSON **rule);
int tally__inline_generator(struct extractor *extractor, const cJSON *object, cJSON **generator);
/* Whether `name` is a rule of the specification; the rules of plugins have other names. */
bool tally__rule_is_known(const char *name);
/* That nothing stands in a matcher object that neither its rules nor its generator know. */
int tally__inline_check(struct extractor *extractor, const cJSON *object);

#endif
