/* tally/match.h - compares one actual request, response or message with an expected one.
 *
 * JSON, XML, form, text, binary and multipart bodies are compared as what they are, by the rules of
 * the expected part.
 *
 * Ownership: the result belongs to the caller.  Threads: safe from any thread.
 */
#ifndef TALLY_MATCH_H
#define TALLY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is compared.  @since 0.1 */
enum tally_part { TALLY_PART_REQUEST, TALLY_PART_RESPONSE, TALLY_PART_MESSAGE };

/* Compares `actual` with `expected`, both in the shape that contract files of version `spec` use
 * for that part; `expected` may carry "matchingRules".
 *
 * *mismatches is a JSON array, empty when they match; to be released with cJSON_Delete.  It stands
 * in the order of the document: method, path, query, status, headers, metadata, content type, body,
 * and in each as the expected part has it.  The same fault found by two rules is there once.  At
 * most 100 are kept (LIMIT_MISMATCHES); *omitted is how many more were found, where a fault counts
 * once for each rule that finds it, and may be NULL when nobody asks.  Each is an object of texts;
 * those that say nothing are left out:
 *
 *	"type"      "method", "path", "query", "status", "header", "metadata", "body-type" or "body"
 *	"part"      where in an interaction, a JSON pointer: "/request/headers/Accept",
 *	            "/response/status", "/response/body"; "/contents" and "/metadata/key" of
 *messages "path"      where in that, as a person says it: "$.items[2].price"; the name of a header,
 *	            parameter or metadata key; the type for the others
 *	"pointer"   the same place in the body: a JSON pointer (RFC 6901); for XML an XPath 1.0
 *	            expression such as "/orders/order[3]/@id", which names what is in a namespace
 *	            by local-name() and namespace-uri() and so needs no prefixes
 *	"rule"      the matching rule that applied, as it is written; "equality" where there is none
 *	"expected"  the example: JSON for nodes of a body, otherwise text; cut after 400 bytes
 *	"actual"    what came, in the same way; absent when it is missing
 *	"message"   one sentence; its first words are those of Pact's own tools
 *	"diff"      how two texts differ, where they are long or have lines: as a unified
 *	            diff, "-" for the expected text and "+" for the actual one; texts of one
 *	            line with a caret below the first difference
 *	"detail"    true (no text) when it says how the nearest element of a list differs
 *	            from what the mismatch before it looked for
 *
 * TALLY_EINVAL (no such part or version, or one of the two missing); TALLY_EPARSE names the side
 * and the member; TALLY_ELIMIT; TALLY_ENOMEM.
 * Source: Pact specification, versions 1 to 4, "Request matching", "Response matching".
 * @since 0.1 */
TALLY_API int tally_match(enum tally_part part, enum tally_spec spec, const cJSON *expected,
			  const cJSON *actual, cJSON **mismatches, size_t *omitted,
			  struct tally_error *error);

/* How results are written for people.  All zero gives the defaults.  @since 0.1 */
struct tally_text_options {
	unsigned indent; /* blanks in front of each line; at most 64 */
	bool colour;     /* with the escape sequences of terminals */
};

/* What people read of mismatches: those of tally_match, of tally_verify's interactions or of
 * tally_mock_report, and how many were omitted.  Lines end with "\n"; wide values are cut; control
 * characters are shown, not sent.  `options` may be NULL.  *text is to be released with tally_free.
 * TALLY_EINVAL (no array), TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_mismatches_text(const cJSON *mismatches, size_t omitted,
				    const struct tally_text_options *options, char **text,
				    struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
