/* matching/generators.h - the generators of one part at their places, and one application of them:
 * what the files that generate share.
 *
 * Places are kept as those of matching rules are: in tries of path tokens, which a walk over a
 * document carries down with it (matching/rules.h, matching/walk.h).
 */
#ifndef TALLY_MATCHING_GENERATORS_H
#define TALLY_MATCHING_GENERATORS_H

#include "matching/generate.h"
#include "matching/walk.h"

/* A generator at its place. */
struct placed_generator {
	/* What a trie holds.  It has no rules; its rank says which of two generators is for a value
	 * that both select. */
	struct rule_list list;
	struct generator *generator; /* owned */
	const char *category;        /* "body" … */
	const char *place;           /* the path or name as written, or "" */
	size_t index;                /* among all of the part */
	struct placed_generator *next;
};

/* A generator without a place that could be used, and why. */
struct misplaced_generator {
	const char *category;
	const char *place;
	const char *why;
	struct misplaced_generator *next;
};

struct generators {
	struct rules tries; /* those for body and metadata, and the memory of all */
	struct rule_node *query;
	struct rule_node *headers; /* names in lower case */
	struct placed_generator *method;
	struct placed_generator *path;
	struct placed_generator *status;
	struct placed_generator *all;
	struct misplaced_generator *misplaced;
	size_t count;
};

/* One application to one part. */
struct generation {
	const struct generators *generators;
	const struct generator_context *context;
	struct generated *made;
	struct walk walk; /* where it is, and which generators are in reach */
	struct buf text;
	bool *failed;  /* for each generator: it was tried and told of, and is not tried again */
	size_t weight; /* of the values made so far */
	struct tally_error *error;
};

/* The generator that a list in a trie stands for. */
const struct placed_generator *tally__placed_generator(const struct rule_list *list);

/* Makes a value for the place of `example`; *out stays NULL when there is none, of which a warning
 * was made.  TALLY_ENOMEM. */
int tally__generation_value(struct generation *g, const struct placed_generator *placed,
			    const cJSON *example, cJSON **out);
/* The same as text, in g->text; false: there is none, or memory was short (g->walk.status). */
bool tally__generation_text(struct generation *g, const struct placed_generator *placed);
/* Says that a value cannot be put in its place; g->walk.status when memory is short. */
void tally__generation_warn(struct generation *g, const struct placed_generator *placed,
			    const char *format, ...) TALLY_PRINTF(3, 4);

/* Says what is wrong with a whole category or a place of it. */
void tally__generation_note(struct generation *g, const char *category, const char *place,
			    const char *why);

/* Replaces what generators select below and at `node`. */
void tally__generate_json(struct generation *g, const struct rule_node *root, cJSON *node);

/* How the values of names are replaced. */
enum generated_values {
	GENERATED_EACH, /* each value by one of its own: queries, forms */
	GENERATED_ONE   /* all values by one: headers */
};

/* Replaces values; what changes is copied.  Sets *changed. */
void tally__generate_values(struct generation *g, const struct rule_node *root,
			    enum generated_values how, struct name_values_list *list,
			    bool *changed);

/* Replaces values in the XML document `bytes`, which `body` is; `body` stays as it is when nothing
 * was replaced.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__generate_xml(struct generation *g, struct body *body, const char *bytes, size_t len);

/* Replaces values in a body whose type `declared` names, or else its content. */
int tally__generate_body(struct generation *g, struct body *body, const char *declared);

#endif
