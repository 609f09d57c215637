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

#include <signal.h>
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
	 * {"pending": bool, "wip": bool (work in progress), "interactions": [{"digest",
	 * "passedBefore": whether it passed on the provider's branch, ever, "outcome":
	 * "passed"|"failed"|"flaky", what this version of the provider has already; absent:
	 * none}]}. Further members go into the results as they are.  NULL: nothing is known, as of
	 * a contract file.  Lent until the call returns. */
	const cJSON *history;
};

/* Told of a run as it goes: in the beginning, and whenever an interaction is done.  `total` are
 * those that the provider is asked for; `failed` of those done make the run fail.  Called from
 * within tally_verify.  @since 0.1 */
typedef void tally_verify_progress(void *context, size_t done, size_t total, size_t failed);

/* The version of HTTP that the provider is asked in.  @since 0.1 */
enum tally_http_version {
	TALLY_HTTP_ANY, /* 1.1; over TLS 2 where the provider offers it */
	TALLY_HTTP_1_1,
	TALLY_HTTP_2 /* without TLS by prior knowledge */
};

/* All zero, but for provider_url, gives the defaults.  @since 0.1 */
struct tally_verify_options {
	const char *provider_url; /* base URL, http or https; its path goes before each request's */
	/* "NAME=URL": where interactions of this transport are asked for, in the place of
	 * provider_url.  "message", "async-message" and "sync-message" are those of messages that
	 * name no transport. */
	const char *const *transports;
	size_t transport_count;
	const char *state_change_url; /* NULL: provider states are not set up */
	bool state_change_teardown;   /* call it with action "teardown" too; a command always is */
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
	unsigned command_timeout_ms;         /* for each of them; 0: request_timeout_ms */
	const char *filter_description;      /* regular expression, searched for; NULL: all */
	const char *filter_state;            /* the same, over the names of provider states */
	bool filter_no_state;                /* only interactions without a provider state */
	const char *const *filter_consumers; /* names; none: all */
	size_t filter_consumer_count;
	const char *const *only_digests; /* of interactions; none: all */
	size_t only_digest_count;
	bool only_needed; /* don't ask for what has an outcome in its contract's history */
	unsigned request_timeout_ms; /* 0: 5000 */
	unsigned total_timeout_ms;   /* of the whole run; 0: none */
	/* Interactions at once.  0: 1 where provider states are set up and parallel_states is not
	 * given, and with exit_on_first_error; else 4.  Those that share a provider state, directly
	 * or over others, never run at once, and always in the order of the contracts. */
	unsigned jobs;
	bool parallel_states; /* the provider can be in several states at once */
	unsigned retries;     /* how often one that did not pass is tried again; up to 1000 */
	unsigned repeat;      /* how often each is replayed; 0: once; up to 1000 */
	/* TLS towards the provider; files in PEM. */
	bool insecure_tls;               /* accept any certificate */
	const char *ca_file;             /* whom to trust; NULL: SSL_CERT_FILE, else the system's */
	const char *client_cert;         /* NULL: none; PKCS #12 where it ends in .p12 or .pfx */
	const char *client_key;          /* NULL: with the certificate */
	const char *client_key_password; /* NULL: none */
	enum tally_http_version http_version;
	bool exit_on_first_error;
	/* Looked at while it runs, for a signal handler to set: from 1 on nothing new is begun,
	 * what is under way is broken off, and what was set up is torn down, in 5 seconds at most;
	 * from 2 on that is broken off, too.  NULL: none. */
	const volatile sig_atomic_t *interrupt;
	tally_verify_progress *progress; /* NULL: none */
	void *progress_context;
	/* More names of secrets: of headers, cookies, parameters, members.  Case, "-" and "_" don't
	 * count; "*" at an end stands for any text. */
	const char *const *masks;
	size_t mask_count;
	unsigned long seed; /* of generated values; 0: one is chosen, see the results */
	const char *now;    /* the time for them, "2026-11-21T09:14:16+01:00"; NULL: the clock */
};

/* Replays the interactions of `contracts`, in order, and compares the answers.
 *
 * *results is one JSON document, in the order of the contracts, whatever ran first:
 *
 *   {"success": bool, "provider": the one of all contracts, "startedAt": "2026-11-21T08:14:16Z",
 *    "durationMs", "interrupted": true when it was, "outOfTime": true when the total time was over,
 *    "counts": {"passed", "failed" (errors too), "flaky", "pending" (what did not pass, but may),
 *               "skipped"; and of all these "new", "regressed", "known"},
 *    "warnings": [texts; absent when there are none],
 *    "seed": that of generated values, absent when there were none, "seedChosen": true when none
 *    was given,
 *    "contracts": [{"consumer", "provider", "spec", "success", what the history says,
 *                   "interactions": [...]}]}
 *
 * and of each interaction
 *
 *   {"description", "digest", "key", "id", "providerStates": [names],
 *    "comments": those of the contract, absent when it has none, "pending": bool,
 *    "outcome": "passed"|"failed"|"error"|"flaky"|"skipped",
 *    "standing": of one that did not pass, by the history: "new" (it never passed on this branch,
 *    and is pending or of a contract that is pending or work in progress) or "regressed",
 *    "message": why it is an error, is flaky by the history, or has no verdict,
 *    "mismatches": [as in tally/match.h], "mismatchesOmitted": how many more,
 *    "request": {"method", "url", "curl": a command that repeats it, absent when it passed},
 *    "response": {"status", "headers": [{"name", "value"}], "bodyBytes", "body": as a text, when it
 *    is one, "cut": true when it is longer}, absent when it passed,
 *    "durationMs": how long the answer took,
 *    "attempts": [{"outcome", "durationMs"}], when there was more than one,
 *    "known": true when it was not asked for, but taken from the history, with what that has}
 *
 * "success" is false when an interaction failed that is not pending, or could not be reached in
 * time; a contract's is also false when nothing of it was verified.  Pending is what its consumer
 * calls so, and of a contract that is pending or work in progress what never passed on this branch:
 * the rest has regressed, and fails the run.  Flaky is what both passed and did not, in attempts or
 * in the history.  To be released with cJSON_Delete.
 *
 * An interaction that several contracts of one consumer have in common is asked once; what came of
 * it stands in each.
 *
 * There are no secrets in it: values of the names in doc/reports.md and of masks, user
 * information in URLs, tokens that are known by their form, and what was sent as one of these,
 * stand there as "***", and so they do in the messages of errors.
 *
 * A provider that answers wrongly, late or not at all is a result.  A provider state that cannot be
 * set up, or matching rules that cannot be understood, are an error of their interaction, and the
 * provider is not asked.  A teardown follows every set-up that was done or may have been, as when
 * its answer did not come.
 *
 * Errors: TALLY_EINVAL (an option), TALLY_EPARSE (no interaction that was selected has matching
 * rules that can be understood), TALLY_EUNREACHABLE (no connection to the provider could be made at
 * all, and nobody else was asked; a state-change URL with its scheme, host and port counts as the
 * provider), TALLY_ENOTHING (no interactions were selected), TALLY_ELIMIT (a filter's expression
 * takes too long), TALLY_EUNSUPPORTED (libcurl cannot be loaded), TALLY_ENOMEM, TALLY_EINTERNAL.
 * Where a header command runs once and fails: TALLY_EIO, TALLY_ETIMEOUT, TALLY_ELIMIT (it printed
 * too much), TALLY_EPARSE (something that is no header).
 * Source: Pact specification, "Response matching"; V3 "Provider states".  @since 0.1 */
TALLY_API int tally_verify(const struct tally_verify_contract *contracts, size_t count,
			   const struct tally_verify_options *options, cJSON **results,
			   struct tally_error *error);

/* The results of a run that has none, because of `why`: for reports, which say so, rather than to
 * leave those of an earlier run where they are looked for.  Of the members above there are
 * "success", which is false, "startedAt" (now), "counts", all 0, "contracts", which is empty, and
 *
 *   "error": {"code": "TALLY_EUNREACHABLE", "message", and "where", "line", "column" where they are
 *             known}
 *
 * A caller to whom nothing to verify is no failure sets "success".  Of `options`, which may be
 * NULL, the masks count; "code" of an error without one is "TALLY_EINTERNAL".
 * TALLY_EINVAL (`why` is NULL), TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_verify_failure(const struct tally_error *why,
				   const struct tally_verify_options *options, cJSON **results,
				   struct tally_error *error);

/* A text without the secrets that results would not show, either: *masked is to be released with
 * tally_free.  Of `options`, which may be NULL, the masks count; names that mask nothing are passed
 * over.  For what a caller adds to results, or says beside them, such as the URL of a contract.
 * TALLY_EINVAL (`text` is NULL), TALLY_ELIMIT (it is too long), TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_verify_mask(const char *text, const struct tally_verify_options *options,
				char **masked, struct tally_error *error);

/* How results are written as reports.  All zero gives the defaults.  @since 0.1 */
struct tally_verify_report_options {
	unsigned indent;  /* text: blanks in front of each line; at most 64 */
	bool colour;      /* text: with the escape sequences of terminals */
	unsigned in_full; /* text: how many interactions are told in full; 0: 20 */
	/* text: where the others are, "report.html"; NULL: says how to have that */
	const char *rest_in;
	/* github, gitlab: the folder that the paths of files are told from; NULL: as they are */
	const char *folder;
	/* github, gitlab: where in it those begin that are relative, "services/orders"; NULL: there
	 */
	const char *below;
};

/* Reports of results.  They show control characters and what turns the direction of text, they do
 * not contain them; results hold no secrets.  `options` may be NULL.  *text is to be released with
 * tally_free.
 *
 * text: for people, a line for each contract; of interactions that did not pass the states, the
 * mismatches, what came and a command that asks again, of so many in full.
 * junit: XML as CI systems read it, a suite for each contract; failures that are pending or new are
 * skipped cases with their reason.
 * html: one file that needs nothing else, not even scripts.
 * github: commands of a GitHub workflow, an annotation for each that did not pass.
 * gitlab: a code quality report, JSON.
 *
 * TALLY_EINVAL: not such results; TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
typedef int tally_verify_report(const cJSON *results,
				const struct tally_verify_report_options *options, char **text,
				struct tally_error *error);
TALLY_API int tally_verify_report_text(const cJSON *results,
				       const struct tally_verify_report_options *options,
				       char **text, struct tally_error *error);
TALLY_API int tally_verify_report_junit(const cJSON *results,
					const struct tally_verify_report_options *options,
					char **text, struct tally_error *error);
TALLY_API int tally_verify_report_html(const cJSON *results,
				       const struct tally_verify_report_options *options,
				       char **text, struct tally_error *error);
TALLY_API int tally_verify_report_github(const cJSON *results,
					 const struct tally_verify_report_options *options,
					 char **text, struct tally_error *error);
TALLY_API int tally_verify_report_gitlab(const cJSON *results,
					 const struct tally_verify_report_options *options,
					 char **text, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
