/* matching/generator.h - the generators of the specification: values made anew for each exchange.
 *
 * A definition ({"type": "RandomInt", "min": 1}) is compiled once and may then be used from several
 * threads; each brings its own context.  A generator that cannot give a value says why, and the
 * example stays as it is: no exchange fails for a generator.
 */
#ifndef TALLY_MATCHING_GENERATOR_H
#define TALLY_MATCHING_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/random.h"
#include "format/date_format.h"
#include "format/json.h"

enum generator_mode {
	GENERATOR_CONSUMER = 1, /* what a consumer's test is given: responses, messages */
	GENERATOR_PROVIDER = 2  /* what a provider is sent by a verification */
};

struct generator_context {
	enum generator_mode mode;
	struct random *random;
	struct date_instant now;
	const cJSON *state_values;   /* an object, what the provider states gave; or NULL */
	const char *mock_server_url; /* such as "http://127.0.0.1:4321"; or NULL */
};

struct generator;

/* Compiles a definition, which must outlive the result.  One that is not valid is compiled too, and
 * will give no value: see tally__generator_invalid.  TALLY_ENOMEM alone. */
int tally__generator_new(struct generator **out, const cJSON *json, struct tally_error *error);
void tally__generator_free(struct generator *generator);

/* The "type" as written; "" when there is none. */
const char *tally__generator_name(const struct generator *generator);
/* Whether the specification has a generator of this name; a plugin may have others. */
bool tally__generator_is_known(const struct generator *generator);
/* Why the definition cannot be used, or NULL. */
const char *tally__generator_invalid(const struct generator *generator);
/* Whether there is something to do in this mode: ProviderState is for providers alone,
 * MockServerURL for consumers.  False for those that are not known. */
bool tally__generator_applies(const struct generator *generator, enum generator_mode mode);

/* Makes a value to put in the place of `example` (NULL: there is none), which decides between a
 * number and a string of digits.  *out is to be released.  TALLY_EINVAL, TALLY_EPARSE,
 * TALLY_ELIMIT, TALLY_EUNSUPPORTED (not known, or not for this mode): there is no value, `error`
 * says why, the example stays.  TALLY_ENOMEM. */
int tally__generator_value(const struct generator *generator,
			   const struct generator_context *context, const cJSON *example,
			   cJSON **out, struct tally_error *error);

/* The same as text, for a path, a header, a query parameter, XML: appends to `out` strings as they
 * are and other values as compact JSON. */
int tally__generator_text(const struct generator *generator,
			  const struct generator_context *context, struct buf *out,
			  struct tally_error *error);

#endif
