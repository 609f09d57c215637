/* verifier/secrets.h - keeps secrets out of what a run tells.
 *
 * Reports are passed around, so results are made without secrets: no report has to think of them.
 * A value is a secret by its name (base/secret_name.h, and the names that the caller gives), by
 * its form (tokens that only real credentials look like), or because the provider was sent it as
 * one.  Descriptions, provider states and names of applications stay: they are identities. */
#ifndef TALLY_VERIFIER_SECRETS_H
#define TALLY_VERIFIER_SECRETS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret_name.h"
#include "format/json.h"
#include "http/http.h"
#include "verifier/secret_values.h"

/* A value that was sent is looked for from so many bytes on: what is shorter stands in texts by
 * chance. */
#define SECRET_LEARNT_BYTES 8

/* In the place of a secret. */
#define SECRET_MASK "***"

struct secrets {
	struct arena arena;
	const char **names; /* squeezed; with "*" at an end for any text there */
	size_t name_count, name_capacity;
	struct secret_values values; /* what was sent as a secret */
};

/* `names`: of more secrets, whatever their case, "-" and "_"; "*" at an end stands for any text.
 * TALLY_EINVAL: a name with nothing to compare; TALLY_ENOMEM.  To be released also after a
 * failure. */
int tally__secrets_init(struct secrets *secrets, const char *const *names, size_t count,
			struct tally_error *error);
void tally__secrets_release(struct secrets *secrets);

/* What is not to be shown of a value with this name. */
enum secret_reach tally__secrets_reach(const struct secrets *secrets, const char *name, size_t len);

/* One more name, of a header that is a secret whatever it is called.  TALLY_ENOMEM. */
int tally__secrets_learn_name(struct secrets *secrets, const char *name);

/* Remembers the values of secret headers and of the URL's user information, so that they are found
 * where the provider repeats them.  TALLY_ENOMEM. */
int tally__secrets_learn_header(struct secrets *secrets, const char *name, const char *value);
int tally__secrets_learn_url(struct secrets *secrets, const char *url);
int tally__secrets_learn_request(struct secrets *secrets, const struct http_request *request);
/* The same for the members of an object, and what is inside: parameters of provider states, values
 * that their handlers gave.  Requests may hold them anywhere. */
int tally__secrets_learn_members(struct secrets *secrets, const cJSON *object);

/* The same of the values that tally__secrets_add_text would leave out by their names: in a query, a
 * form, a body of JSON.  TALLY_ENOMEM. */
int tally__secrets_learn_text(struct secrets *secrets, const char *text, size_t len);
/* Of one value.  TALLY_ENOMEM. */
int tally__secrets_learn_value(struct secrets *secrets, const char *value, size_t len);

/* Appends a text of any kind without its secrets: values of JSON, XML, forms, URLs, header lines
 * and cookies by their names, user information in URLs, credentials by their form, values that were
 * learnt, and their beginnings where they are cut.  The text may be cut anywhere.  Says whether it
 * left something out. */
bool tally__secrets_add_text(const struct secrets *secrets, struct buf *out, const char *text,
			     size_t len);
/* Appends the value of a header. */
void tally__secrets_add_header(const struct secrets *secrets, struct buf *out, const char *name,
			       const char *value);

/* Takes the secrets out of a results document (tally/verify.h), or a part of it.  What has none any
 * more stays as it is.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__secrets_mask_results(const struct secrets *secrets, cJSON *document,
				struct tally_error *error);
/* The same for an error's message. */
void tally__secrets_mask_error(const struct secrets *secrets, struct tally_error *error);

#endif
