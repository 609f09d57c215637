/* verifier/secret_values.h - the secrets that were sent, to be found where they come back.
 *
 * A tree by their beginnings: what it takes to add one or to find one does not grow with their
 * number, and none is ever forgotten. */
#ifndef TALLY_VERIFIER_SECRET_VALUES_H
#define TALLY_VERIFIER_SECRET_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct secret_node;

struct secret_values {
	struct arena arena;
	struct secret_node *roots[256]; /* by the first byte */
};

void tally__secret_values_init(struct secret_values *values);
void tally__secret_values_release(struct secret_values *values);

/* TALLY_ENOMEM. */
int tally__secret_values_add(struct secret_values *values, const char *text, size_t len);

struct secret_found {
	size_t whole; /* bytes of the longest value that the text begins with; 0: with none */
	size_t begun; /* and so far it goes on as a value does, which may not be there to its end */
};

struct secret_found tally__secret_values_find(const struct secret_values *values, const char *text,
					      size_t len);

#endif
