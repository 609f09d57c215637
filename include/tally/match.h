/* tally/match.h - compares one actual request, response or message with an expected one.
 *
 * JSON, form, text and binary bodies are compared as what they are, by the rules of the expected
 * part.  XML and multipart bodies are compared byte by byte; with matching rules for them, which
 * are not supported yet, the result is a mismatch that says so.
 *
 * Ownership: the result belongs to the caller.  Threads: safe from any thread.
 */
#ifndef TALLY_MATCH_H
#define TALLY_MATCH_H

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is compared.  @since 0.1 */
enum tally_part { TALLY_PART_REQUEST, TALLY_PART_RESPONSE, TALLY_PART_MESSAGE };

/* Compares `actual` with `expected`, both in the shape that contract files of version `spec` use
 * for that part; `expected` may carry "matchingRules".  *mismatches is a JSON array of {"type",
 * "path", "pointer", "rule", "expected", "actual", "message"}, empty when they match; to be
 * released with cJSON_Delete.  TALLY_EINVAL (no such part or version, or one of the two
 * missing); TALLY_EPARSE names the side and the member; TALLY_ELIMIT;
 * TALLY_ENOMEM. Source: Pact specification, versions 1 to 4, "Request matching", "Response
 * matching".
 * @since 0.1 */
TALLY_API int tally_match(enum tally_part part, enum tally_spec spec, const cJSON *expected,
			  const cJSON *actual, cJSON **mismatches, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
