/* matching/generate.h - puts generated values into a request, response or message, at every place
 * that its "generators" name.
 *
 * Generators are compiled once and may then be used from several threads at once; each brings a
 * context of its own.  The time is linear in the size of the part, whatever the number of
 * generators; a part without any is handed on as it is.
 */
#ifndef TALLY_MATCHING_GENERATE_H
#define TALLY_MATCHING_GENERATE_H

#include "contract/contract.h"
#include "matching/generator.h"

struct generators;

/* Compiles the generators of one part: `json` in the category form, and those of the variants of
 * arrayContains rules in `matching_rules`, which are for the variants' examples.  Either may be
 * NULL; both must outlive the result.  Those that have nothing to do in this mode are left out:
 * *out is NULL when none is left.
 *
 * A generator that cannot be used is no error: its example will stay, with a warning.  TALLY_ELIMIT
 * (more than LIMIT_GENERATORS), TALLY_ENOMEM. */
int tally__generators_new(struct generators **out, enum generator_mode mode, const cJSON *json,
			  const cJSON *matching_rules, struct tally_error *error);
/* Why one of them cannot be used, the first as they are written, and where that stands; NULL when
 * all can. */
const char *tally__generators_invalid(const struct generators *generators, const char **category,
				      const char **place);
void tally__generators_free(struct generators *generators);

/* What a part with generated values is made of, beside what it lends from the part that it was
 * made from. */
struct generated {
	struct arena arena;
	cJSON *body;
	cJSON *metadata;
	cJSON *warnings; /* texts: which values could not be generated, and why; NULL: none */
	size_t count;    /* values that were generated */
};

void tally__generated_init(struct generated *made);
void tally__generated_release(struct generated *made);

/* Makes *out from `in`, which must outlive it as `made` must.  `generators` may be NULL, and are
 * those of this part, for the context's mode.
 *
 * Of several generators that select one value the one with the more specific path is applied; those
 * for what is below a value that was replaced are not.  Members that are not there are not made.
 * Values of headers, paths and queries are text; those of bodies and metadata follow what they
 * replace.  JSON, XML and form bodies are written anew when something in them was replaced; other
 * bodies stay as they are.  TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__generate_request(struct request *out, struct generated *made, const struct request *in,
			    const struct generators *generators,
			    const struct generator_context *context, struct tally_error *error);
int tally__generate_response(struct response *out, struct generated *made,
			     const struct response *in, const struct generators *generators,
			     const struct generator_context *context, struct tally_error *error);
int tally__generate_message(struct message *out, struct generated *made, const struct message *in,
			    const struct generators *generators,
			    const struct generator_context *context, struct tally_error *error);

#endif
