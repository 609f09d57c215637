/* tally/upkeep.h - keeping a broker's git repository in order.
 *
 * Ownership, threads and the errors that every function may have: see tally/broker.h.  A Pact
 * Broker is kept in order where it runs: TALLY_EUNSUPPORTED.
 */
#ifndef TALLY_UPKEEP_H
#define TALLY_UPKEEP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <tally/broker.h>
#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads every record, as of where the broker is pinned, and whether they are what they should be,
 * each by itself and together; then every commit, and whether git's objects are whole.  With
 * `history` also all objects that older commits have, which takes as long as the history is.  Other
 * processes may write meanwhile; nothing is changed.
 *
 * *answer: {"commit", "format", "records": n, "commits": n, "objects": n (read and whole),
 * "errors": n, "warnings": n, "problems": [{"severity": "error"|"warning", "where": a path in the
 * tree or in the repository, an object or a commit, "problem": a sentence, "next": what to do}]}.
 * The list ends after 1000 of them; the numbers count all.  A warning loses nothing and
 * makes no answer wrong.  What is wrong is an answer, and no error of this function.  @since 0.1 */
TALLY_API int tally_broker_check(struct tally_broker *broker, bool history, cJSON **answer,
				 struct tally_error *error);

/* All zero packs and lets nothing go.  Lent for the time of the call. */
struct tally_maintenance {
	/* Which versions stay: "latest=N" (the N newest of each application), "days=N" (created in
	 * the last N days), "branch=NAME", "tag=NAME" (on it; "*" at the end stands for anything).
	 * One rule that keeps a version is enough.  Without rules all stay. */
	const char *const *keep;
	size_t keep_count;
	bool dry_run; /* change nothing, and say what would go */
	/* May be NULL: once the number is not 0, as a signal's handler may set it, the work ends
	 * between two commits or while packing, with TALLY_ETIMEOUT. */
	const volatile sig_atomic_t *interrupt;
};

/* Lets go of versions that no rule keeps, with their contracts and results, and packs the
 * repository.  Always kept is what is deployed, or released and supported; the head of every branch
 * and tag; the newest version of each application, and the newest of each consumer that has a
 * contract with a provider; and the versions that explain what changed, those of the last pairs
 * that worked.  What interactions passed before is remembered.
 *
 * Versions go from the newest state, in commits of up to 1000: answers as of an earlier commit stay
 * what they were, and so does what the history takes on disk.  Other processes may write meanwhile:
 * each commit decides anew.  A process that is killed leaves the commits that were made.
 *
 * *answer: {"dryRun", "versions": n, "kept": n, "removed": [{"application", "versions": [names,
 * oldest first]}], "commit": the last that was made, "packs": {"done": bool, "before": n, "after":
 * n, "bytesBefore": n, "bytesAfter": n, "bytesWaiting": n: of packs that are removed a minute
 * later}}.  When something fails after versions were let go, that is no error of this function: the
 * answer has what went, no "packs", and "trouble": {"error": "TALLY_E…", "text": a sentence}.
 * TALLY_EINVAL for a rule that is none (`where` says which: "keep[1]"), and when the broker is
 * pinned or within a group.  @since 0.1 */
TALLY_API int tally_broker_maintain(struct tally_broker *broker,
				    const struct tally_maintenance *maintenance, cJSON **answer,
				    struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
