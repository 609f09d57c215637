/* tally/mock.h - a mock provider: answers a consumer's requests as its expectations say, and tells
 * afterwards what was exercised, what was missing and what was unexpected.
 *
 * Ownership: a mock lends from the contract it was started with, which must outlive it.  Threads:
 * the mock serves in threads of its own; its functions may be called from any one thread at a time.
 */
#ifndef TALLY_MOCK_H
#define TALLY_MOCK_H

#include <stdbool.h>

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/match.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tally_mock;

/* All zero gives the defaults.  @since 0.1 */
struct tally_mock_options {
	const char *host;    /* NULL: 127.0.0.1 */
	unsigned short port; /* 0: any free one */
	/* Serve messages too, at an address of their own on this port (0: any free one): a test
	 * fetches them as a verification does, POST {"description", "providerStates"} (a
	 * synchronous one also {"request": {"contents", "metadata"}}) to its path "/".  False:
	 * messages are left out. */
	bool messages;
	unsigned short messages_port;
	bool cors;          /* answer CORS pre-flights that no expectation covers */
	bool tls;           /* https, with a certificate made on the spot: see tally_mock_ca */
	unsigned long seed; /* of generated values; 0: one is chosen, see the report */
	const char *now;    /* the time for them, "2026-11-21T09:14:16+01:00"; NULL: the clock */
};

/* What tally_mock_start would refuse in a contract: 0, or the error.  @since 0.1 */
TALLY_API int tally_mock_check(const struct tally_contract *contract, struct tally_error *error);

/* Starts serving the HTTP interactions of `contract`.  Responses go out as they are written: no
 * header is added, but for CORS when `cors` is set or the request names an Origin; where there are
 * generators, each answer has new values in place of the examples.  With one seed (and time), the
 * n-th answer to an interaction is the same in every run.  What does not match gets status 500 and
 * JSON that says what differs: the object of the report, with "error" (as Pact's mock servers say
 * it), "message" (which interaction comes nearest) and "differences" (a sentence each).
 * TALLY_EINVAL (host; now; a header that cannot be sent), TALLY_ECONFLICT (two interactions of one
 * description and list of states, or one key, that say different things), TALLY_EUNREACHABLE (the
 * address is in use), TALLY_EPARSE (matching rules; in expectations with inline matchers also an
 * example that its own matcher refuses, and a generator that cannot be used), TALLY_ELIMIT (too
 * many rules, or too large), TALLY_EUNSUPPORTED, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_mock_start(struct tally_mock **out, const struct tally_contract *contract,
			       const struct tally_mock_options *options, struct tally_error *error);

/* "http://127.0.0.1:34567", with TLS "https://…"; NULL when the contract has only messages, and
 * they are served.  Valid until the mock is stopped.  @since 0.1 */
TALLY_API const char *tally_mock_url(const struct tally_mock *mock);
/* The same for messages; NULL when there are none, or they are not served.  @since 0.1 */
TALLY_API const char *tally_mock_messages_url(const struct tally_mock *mock);

/* With TLS, the certificate authorities that a client has to trust, one for each address, as PEM
 * text: they were made for this mock alone, and signed one certificate each, for localhost,
 * 127.0.0.1, ::1 and the host of the options.  NULL without TLS.  Valid until the mock is stopped.
 * @since 0.1 */
TALLY_API const char *tally_mock_ca(const struct tally_mock *mock);

/* What happened so far: {"success": bool, "matched": [description…], "mismatches": [one object for
 * each request that did not match and each interaction that was not exercised, in the shape that
 * Pact's mock servers use: "type" is request-mismatch, request-not-found, missing-request or
 * request-refused (one that is no HTTP, or too large; with a "reason"), with "method", "path",
 * "request", the interaction's "description" and "providerStates", and a "count" where it occurred
 * several times (headers that no expectation names do not make it another one); a request-mismatch
 * has the "mismatches" in Pact's words ("type", "path", "parameter" or "key", "expected", "actual",
 * "mismatch") and with the "part", "message", "pointer", "rule", "diff" and "detail" of
 * tally/match.h, and in "mismatchesOmitted" how many more there are; a request-not-found has the
 * "nearest" expectation with the same; of messages they are message-mismatch, message-not-found and
 * missing-message, with the "description", and "mismatches" or a "reason"], "omitted": requests
 * beyond a bound that are only counted, when there are any, "seed": that of generated values, when
 * there were some, "seedChosen": true when none was given, "warnings": texts about values that
 * could not be generated, when there are any}.  A request that came close to an interaction, but
 * did not match, is reported once, as a mismatch.  Of a received body beyond 64 KiB the "request"
 * has the beginning, and "bodyBytes", its length.  OPTIONS requests that no expectation covers are
 * left out; of CORS pre-flights of browsers "preflightsRefused" says how many there were, when
 * there were any.  To be released with cJSON_Delete.  TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_mock_report(const struct tally_mock *mock, cJSON **report,
				struct tally_error *error);

/* Whether all that was expected was asked, and nothing else: the report's "success".  False, too,
 * when memory is short.  @since 0.1 */
TALLY_API bool tally_mock_ok(const struct tally_mock *mock);

/* What people read of a report of tally_mock_report: "ok: 3 interactions exercised", or what was
 * missing, unexpected or different.  `options` may be NULL.  *text is to be released with
 * tally_free.  TALLY_EINVAL (no report), TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_mock_report_text(const cJSON *report, const struct tally_text_options *options,
				     char **text, struct tally_error *error);

/* Lets running answers end, of HTTP and of messages, then stops; for clients that do not read their
 * answers it waits five seconds.  NULL is fine.  @since 0.1 */
TALLY_API void tally_mock_stop(struct tally_mock *mock);

/* Lets tally_mock_stop wait for no client, whether it runs already or is yet to be called.  May be
 * called from any thread and any handler of signals, also while tally_mock_stop waits; the mock is
 * freed last, and no call may be under way then.  NULL is fine.  @since 0.1 */
TALLY_API void tally_mock_hurry(struct tally_mock *mock);

#ifdef __cplusplus
}
#endif

#endif
