/* tally/verify.h - replays contracts against a real provider.
 *
 * Each interaction is set up (provider states), asked for, compared, and torn down.  HTTP requests
 * go out as the contract has them, behind the path of the provider's URL; messages are asked for by
 * a POST to that URL that names them, and come back as its answer, with their metadata in the
 * header Pact-Message-Metadata (Pact's convention).  Where a request has generators, it is sent
 * with generated values: those of provider states come from what the state-change URL answers (a
 * JSON object of names and values), laid over the states' parameters.
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
#include <tally/match.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A contract to verify, and what is known of it.  @since 0.1 */
struct tally_verify_contract {
	const struct tally_contract *contract;
	/* What a broker said of it, as tally_broker_contracts_to_verify (tally/broker.h) answers:
	 * an object; members that are not understood are passed through.  NULL: nothing is known,
	 * as of a contract file.  Lent until the call returns. */
	const cJSON *history;
};

/* All zero, but for provider_url, gives the defaults.  @since 0.1 */
struct tally_verify_options {
	const char *provider_url; /* base URL, http or https; its path goes before each request's */
	const char *state_change_url; /* NULL: provider states are not set up */
	bool state_change_teardown;   /* call it with action "teardown" too */
	bool state_change_as_query;   /* state and parameters in the query, not in a JSON body */
	const char *const *headers;   /* "Name: value", put into every request */
	size_t header_count;
	/* Commands for the shell (doc/verify.md says what they are given and print).  One that sets
	 * up and tears down provider states, in the place of state_change_url; one that makes
	 * messages, in the place of a POST to provider_url, which is not needed where there are
	 * only messages; and one that prints header lines for every request, which replace others
	 * of their names: run once, or for each request. */
	const char *state_command;
	const char *message_command;
	const char *header_command;
	bool header_command_each;
	unsigned command_timeout_ms;    /* for each of them; 0: request_timeout_ms */
	const char *filter_description; /* regular expression, searched for; NULL: all */
	const char *filter_state;       /* the same, over the names of provider states */
	bool filter_no_state;           /* only interactions without a provider state */
	unsigned request_timeout_ms;    /* 0: 5000 */
	unsigned jobs; /* interactions at once; 0: 1 where states are set up, else 4 */
	bool insecure_tls;
	bool exit_on_first_error;
	/* More names of secrets: of headers, cookies, parameters, members.  Case, "-" and "_" don't
	 * count; "*" at an end stands for any text. */
	const char *const *secret_names;
	size_t secret_name_count;
	unsigned long seed; /* of generated values; 0: one is chosen, see the results */
	const char *now;    /* the time for them, "2026-11-21T09:14:16+01:00"; NULL: the clock */
};

/* Replays the interactions of `contracts`, in order, and compares the answers.
 *
 * *results is one JSON document: {"success": bool, "counts": {"passed", "failed", "pending",
 * "skipped"}, "warnings": [texts; absent when there are none], "seed": that of generated
 * values, absent when there were none, "seedChosen": true when none was given, "contracts":
 * [{"consumer", "provider", "spec", "success", "interactions": [{"description", "digest", "key",
 * "id", "providerStates": [names], "pending": bool, "outcome": "passed"|"failed"|"error"|"skipped",
 * "message": why it is an error, "mismatches": [as in tally/match.h], "mismatchesOmitted": how many
 * more, "request": {"method", "url", "curl": a command that repeats it, without secrets; absent
 * when it passed}, "durationMs"}]}]}.  Everything is in the order of the contracts, whatever ran
 * first.  "failed" counts errors too; "pending" counts what failed but was pending, which does not
 * make "success" false.  To be released with cJSON_Delete.
 *
 * There are no secrets in it: values of the names in doc/reports.md and of secret_names, user
 * information in URLs, tokens that are known by their form, and what was sent as one of these,
 * stand there as "***", and so they do in the messages of errors.
 *
 * A provider that answers wrongly, late or not at all is a result.  A provider state that cannot be
 * set up, or matching rules that cannot be understood, are an error of their interaction, and the
 * provider is not asked; a teardown follows every set-up that succeeded.
 *
 * Errors: TALLY_EINVAL (an option), TALLY_EPARSE (no interaction that was selected has matching
 * rules that can be understood), TALLY_EUNREACHABLE (no connection to the provider could be made at
 * all; a state-change URL with its scheme, host and port counts as the provider), TALLY_ENOTHING
 * (no interactions were selected), TALLY_ELIMIT (a filter's expression takes too long),
 * TALLY_EUNSUPPORTED (libcurl cannot be loaded), TALLY_ENOMEM.
 * Source: Pact specification, "Response matching"; V3 "Provider states".  @since 0.1 */
TALLY_API int tally_verify(const struct tally_verify_contract *contracts, size_t count,
			   const struct tally_verify_options *options, cJSON **results,
			   struct tally_error *error);

/* What people read of results: a line for each contract, and for each interaction that did not pass
 * its states, its mismatches and a command that asks again.  Control characters are shown, not
 * sent.  `options` (tally/match.h) may be NULL.  *text is to be released with tally_free.
 * TALLY_EINVAL: not such results; TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_verify_report_text(const cJSON *results,
				       const struct tally_text_options *options, char **text,
				       struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
