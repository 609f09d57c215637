/* tally/verify.h - replays contracts against a real provider.
 *
 * Ownership: results belong to the caller.  Threads: one call uses one thread; several calls may
 * run at once.
 */
#ifndef TALLY_VERIFY_H
#define TALLY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/contract.h>
#include <tally/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero, but for provider_url, gives the defaults.  @since 0.1 */
struct tally_verify_options {
	const char *provider_url; /* base URL, http or https; its path goes before each request's */
	const char *state_change_url; /* NULL: provider states are not set up */
	bool state_change_teardown;   /* call it with action "teardown" too */
	bool state_change_as_query;   /* state and parameters in the query, not in a JSON body */
	const char *const *headers;   /* "Name: value", put into every request */
	size_t header_count;
	const char *filter_description; /* regular expression, searched for; NULL: all */
	const char *filter_state;       /* the same, over the names of provider states */
	bool filter_no_state;           /* only interactions without a provider state */
	unsigned request_timeout_ms;    /* 0: 5000 */
	unsigned jobs;                  /* interactions at once; 0: a safe value */
	bool insecure_tls;
	bool exit_on_first_error;
};

/* Replays the interactions of `contracts`, in order, and compares the answers.
 *
 * *results is one JSON document: {"success": bool, "counts": {"passed", "failed", "pending",
 * "skipped"}, "contracts": [{"consumer", "provider", "spec", "success", "interactions":
 * [{"description", "digest", "key", "id", "providerStates": [names], "pending": bool, "outcome":
 * "passed"|"failed"|"error"|"skipped", "message": why it is an error, "mismatches": [as in
 * tally/match.h], "request": {"method", "url"}, "durationMs"}]}]}.  To be released with
 * cJSON_Delete. A failing pending interaction does not make "success" false.
 *
 * A provider that answers wrongly is a result.  Errors: TALLY_EINVAL (an option), TALLY_EPARSE
 * (matching rules), TALLY_EUNREACHABLE (no connection to the provider could be made at all),
 * TALLY_ENOTHING (no interactions were selected), TALLY_EUNSUPPORTED, TALLY_ENOMEM.
 * Source: Pact specification, "Response matching"; V3 "Provider states".  @since 0.1 */
TALLY_API int tally_verify(const struct tally_contract *const *contracts, size_t count,
			   const struct tally_verify_options *options, cJSON **results,
			   struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
