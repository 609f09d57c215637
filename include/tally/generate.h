/* tally/generate.h - puts generated values into one request, response or message, as a mock
 * provider does for each answer and a verification for each request.
 *
 * Ownership: the result belongs to the caller.  Threads: safe from any thread.
 */
#ifndef TALLY_GENERATE_H
#define TALLY_GENERATE_H

#include <stdbool.h>

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/json.h>
#include <tally/match.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero gives the defaults.  @since 0.1 */
struct tally_generate_options {
	bool for_provider;  /* what a provider is sent; else what a consumer's tests are given */
	unsigned long seed; /* 0: one is chosen, see the result */
	const char *now;    /* the time, "2026-11-21T09:14:16+01:00"; NULL: the clock */
	/* An object of what generators may ask for, or NULL: "providerState", an object of the
	 * names and values that provider states gave, and "mockServer", an object with the "url" of
	 * a mock provider. */
	const cJSON *context;
};

/* Generates from `part_json`, which has the shape that contract files of version `spec` use for the
 * part, with its "generators" (and the "matchingRules" whose variants have some).
 *
 * *result is {"part": the same without generators and rules, "generated": how many values,
 * "seed": that of the values, "seedChosen": true when none was given, "warnings": [texts about
 * values that could not be generated; absent when there are none]}; to be released with
 * cJSON_Delete.
 *
 * TALLY_EINVAL (no such part or version; the context or time), TALLY_EPARSE names the member;
 * TALLY_ELIMIT; TALLY_ENOMEM.  Source: Pact specification, versions 3 and 4, "Generators".
 * @since 0.1 */
TALLY_API int tally_generate(enum tally_part part, enum tally_spec spec, const cJSON *part_json,
			     const struct tally_generate_options *options, cJSON **result,
			     struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
