/* tally/upkeep.h - keeping a broker's git repository in order.
 *
 * Ownership, threads and the errors that every function may have: see tally/broker.h.  A Pact
 * Broker is kept in order where it runs: TALLY_EUNSUPPORTED.
 */
#ifndef TALLY_UPKEEP_H
#define TALLY_UPKEEP_H

#include <stdbool.h>

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

#ifdef __cplusplus
}
#endif

#endif
