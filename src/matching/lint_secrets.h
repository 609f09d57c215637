/* matching/lint_secrets.h - credentials in contracts, which many can read and which last. */
#ifndef TALLY_MATCHING_LINT_SECRETS_H
#define TALLY_MATCHING_LINT_SECRETS_H

#include "matching/lint.h"

/* One that was found in a text. */
struct lint_secret {
	enum lint_rule rule; /* LINT_SECRET or LINT_POSSIBLE_SECRET */
	const char *what;    /* "a GitHub token" */
	const char *text;
	size_t len;
};

/* Whether the value of a member, header or parameter of this name (NULL: it has none) holds a
 * credential. */
bool tally__lint_secret_of(struct lint_secret *out, const char *name, const char *text, size_t len);

/* Says so, and never shows more of it than how it begins. */
void tally__lint_add_secret(struct lint *lint, const struct lint_secret *secret, const char *member,
			    const char *label, const char *place);

/* Those in a body that is no JSON. */
void tally__lint_text_secrets(struct lint *lint, const struct body *body, const struct mime *type);
/* Those in the header `name`. */
void tally__lint_header_secrets(struct lint *lint, const struct name_values *header);
/* Those in the parameters of a provider state. */
void tally__lint_state_secrets(struct lint *lint);

#endif
