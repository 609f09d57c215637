/* tally/matrix.h - which versions work together, and what may be deployed: the matrix of consumer
 * versions, provider versions and what came of their verification, and the verdict that follows.
 *
 * One question serves both: the versions that are meant, where they are to go, what is left out and
 * what is assumed.  Everything in a question is lent for the time of the call; all zero is fine but
 * for one selector with its application.  Answers are as tally/broker.h says.
 */
#ifndef TALLY_MATRIX_H
#define TALLY_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/broker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The versions of one application for which everything holds that is given.  The application alone
 * is every version of it.
 *
 * A version by its number, the latest of something, and all that is in an environment count each by
 * itself.  Of every version on a branch, with a tag, or at all, those of a provider count that were
 * verified with the consumer's version in question; only when none was does the newest wait.  Ask
 * for the latest of a branch or tag where one version is meant.  @since 0.1 */
struct tally_version_selector {
	const char *application; /* required */
	const char *version;
	const char *branch;
	const char *tag;
	const char *environment; /* deployed or released there now */
	bool main_branch;        /* on the application's own main branch */
	bool latest;             /* the newest of them; of a branch, its head; not with a version */
};

/* "If this version were there": a question is answered as though it had been recorded.
 * @since 0.1 */
struct tally_assumption {
	const char *application; /* required */
	const char *version;     /* NULL: none of the application is there any more */
	const char *environment; /* NULL: where the question's versions are to go */
	const char *instance;    /* that is deployed; NULL: the unnamed one */
	bool released;           /* beside what is there, and not in its place */
};

/* Which rows stand for others, Pact's "latestby": of those that agree in what is named, the one
 * with the newest provider version.  What is in an environment or was asked for by its number is
 * never left out for another.  @since 0.1 */
enum tally_latest_by {
	TALLY_LATEST_BY_NONE,             /* every row */
	TALLY_LATEST_BY_CONSUMER_VERSION, /* "cvp": consumer version and provider */
	TALLY_LATEST_BY_BOTH_VERSIONS,    /* "cvpv": there never are two of these */
	TALLY_LATEST_BY_CONSUMER          /* "cp": consumer and provider */
};

/* Rows by what came of their verification.  @since 0.1 */
#define TALLY_ROWS_SUCCESS 1u
#define TALLY_ROWS_FAILED  2u
#define TALLY_ROWS_UNKNOWN 4u

/* @since 0.1 */
struct tally_matrix_query {
	const struct tally_version_selector *selectors; /* what is in question; at least one */
	size_t selector_count;

	/* Where these are to go: one of the first five at most.  Whatever they work with is then
	 * looked for there.  Without any, several selectors are compared with one another, and the
	 * versions of one with all that they were ever verified with, also in part. */
	const char *to;             /* an environment or, if none has that name, a tag */
	const char *to_environment; /* what is deployed or released there */
	const char *to_tag;         /* versions with it; with to_latest, the newest */
	const char *to_branch;      /* versions on it; with to_latest, its head */
	bool to_main_branch;        /* the same of each application's own main branch */
	bool to_latest;             /* alone: the newest version of each application */

	const struct tally_version_selector *ignored; /* rows with one of these do not count */
	size_t ignored_count;
	const struct tally_assumption *assumptions;
	size_t assumption_count;

	unsigned rows; /* TALLY_ROWS_…: these alone are looked at; 0: all */
	enum tally_latest_by latest_by;
	size_t limit; /* rows of histories that are looked through, newest first; 0: no limit */
	bool in_full; /* rows say all of their versions: environments, heads of branches, tags */
};

/* Can these versions be deployed?  As a consumer, each needs every provider of its contracts: all
 * versions of it that are where it is to go have to honour its contract, and there must be one.  As
 * a provider, each has to honour the contract of every consumer version that is there.  An
 * application in question counts with the version in question, also towards itself and the others,
 * in place of what is deployed there without an instance's name.  Its other versions that are in
 * the environment, released and supported or deployed as an instance, stay and count too.
 *
 * *answer has Pact's own members and ours:
 * {"summary": {"deployable": true|false|null, "reason", "success", "failed", "unknown",
 *              "ignored": n (only when something is to be ignored)},
 *  "notices": [{"type": "warning"|"error"|"success", "text"}],
 *  "matrix": [{"consumer": VERSION, "provider": VERSION, "pact": {"createdAt"},
 *              "verificationResult": {"success", "verifiedAt"} or null, "ignored": true (only
 *              then)}],
 *  "verdict": "yes"|"no",
 *  "question": {"selectors": [{"application", "version" …: as given, "text": in words,
 *               "versions": [those found]}], "to": in words, "environment", "tag", "branch",
 *               "application" and "version" (only when there is one version), "assumed": [words],
 *               "at": the commit},
 *  "pairs": [{"consumer": {"name", "version", "because": why this version, "instances": [names],
 *              "deployed", "released", "assumed": true where so}, "provider": the same or "version"
 *              null, "verdict": "ok"|"broken"|"waiting"|"stuck"|"absent"|"ignored",
 *             "otherwise": what an ignored pair would be, "why": a sentence,
 *             "empty": true when nothing had to pass,
 *             "moved": "provider"|"consumer" (broken only, where known), "lastWorked":
 *             {"consumer": {"name", "version"}, "provider": {"name", "version"}, "at"} or absent,
 *             "interactions": [{"description", "digest", "outcome":
 *             "passed"|"failed"|"flaky"|"error"|"waiting", "pending", "messages": […]}],
 *             "evidence": [{"run": a file of the repository, "at", "consumer", "consumerVersion",
 *             "buildUrl", "interactions": how many it answered, "carried": true when it replayed
 *             another contract or version}, the newest first],
 *             "next": a command for a shell, absent when there is nothing to do}],
 *  "unknown": [{"text": a selector in words, "why", "next"}] (versions that do not exist),
 *  "warnings": [sentences], "next": a command, when the answer is yes,
 *  "truncated": true (when `limit` left something out)}.
 * VERSION: {"name", "version": {"number", "branch" (the one it joined last) or null,
 * "branches": [names], "tags": [names]}}, or null for a version that is not there; with `in_full`,
 * "branches" and "tags" are [{"name", "latest"}], "branchVersions" is "branches" again and
 * "environments" is [{"uuid", "name", "displayName", "production", "createdAt"}].
 * Both lists are ordered by consumer, newest version first, then by provider likewise; what is
 * ignored comes last.
 *
 * "deployable" is false when a version in question does not exist, else null when anything is not
 * known or `limit` left something out, else whether all succeeded.  "verdict" is yes when it is
 * true and `rows` left nothing out that speaks against it ("deployable", as Pact has it, is of the
 * rows that were asked for).
 *
 * TALLY_ENOTFOUND for an application or environment that is not known, and for an assumed version;
 * TALLY_EINVAL for a question that contradicts itself (`where` says which part); TALLY_ELIMIT for
 * one that looks at too much; TALLY_EUNSUPPORTED when the repository's format is too old for it.
 * Source: the verdicts of doc/architecture.md; Pact Broker, "Matrix".  @since 0.1 */
TALLY_API int tally_broker_can_i_deploy(struct tally_broker *broker,
					const struct tally_matrix_query *query, cJSON **answer,
					struct tally_error *error);

/* The rows of the same question, without a verdict: {"question", "pairs", "matrix", "truncated"} as
 * above.  @since 0.1 */
TALLY_API int tally_broker_matrix(struct tally_broker *broker,
				  const struct tally_matrix_query *query, cJSON **answer,
				  struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
