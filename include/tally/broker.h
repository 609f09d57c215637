/* tally/broker.h - the broker: a library over a git repository that versions contracts, records
 * what each provider version answered and what runs where, and says what can be deployed.
 *
 * Answers to questions are JSON documents (released with cJSON_Delete): the same that the program
 * prints with --format json.
 *
 * Names of applications, versions, branches, tags and environments are any single-line UTF-8 text
 * of 1 to 1024 bytes without control characters; TALLY_EINVAL otherwise.
 *
 * Every change is one commit: a function has returned 0 only once it is on disk.  After an error
 * nothing has changed.
 *
 * Threads: a struct tally_broker belongs to one thread at a time; any number of processes may work
 * on one repository.
 *
 * Errors of every function that touches the store: TALLY_EIO, TALLY_EBUSY, TALLY_ENOMEM,
 * TALLY_EUNSUPPORTED (libgit2 cannot be loaded; a newer store format).
 */
#ifndef TALLY_BROKER_H
#define TALLY_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tally_broker;

/* Makes a broker repository at `path`.  TALLY_ECONFLICT when something is there.  @since 0.1 */
TALLY_API int tally_broker_init(const char *path, struct tally_error *error);

/* Opens the broker at `location`: a path or a file:// URL.  TALLY_ENOFILE, TALLY_EPARSE (no broker
 * repository), TALLY_EUNSUPPORTED (other kinds of URL; a newer store format).  @since 0.1 */
TALLY_API int tally_broker_open(struct tally_broker **out, const char *location,
				struct tally_error *error);
TALLY_API void tally_broker_close(struct tally_broker *broker);

/* Who makes the changes that follow (copied); NULL for the default.  @since 0.1 */
TALLY_API int tally_broker_set_author(struct tally_broker *broker, const char *name,
				      const char *email, struct tally_error *error);

/* A consumer version's contracts.  Strings may be NULL and counts 0 where not said otherwise. */
struct tally_publication {
	const char *version; /* of the consumer; required */
	const char *branch;
	const char *build_url;
	const char *const *tags;
	size_t tag_count;
	const cJSON *const *contracts; /* contract documents; at least one */
	size_t contract_count;
};

/* Publishes all of them in one change; makes the applications, the version and the branch as
 * needed. The same content again changes nothing; other content for a version that has one is
 * TALLY_ECONFLICT.  TALLY_EPARSE for a document that is no contract.  *answer: {"contracts":
 * [{"consumer", "version", "provider", "status": "created"|"unchanged"}], "commit"}. @since 0.1 */
TALLY_API int tally_broker_publish(struct tally_broker *broker,
				   const struct tally_publication *publication, cJSON **answer,
				   struct tally_error *error);

/* The contracts that a provider has to honour: for each consumer the head of its main branch (or
 * its latest version where it has none) and every version that is deployed or released somewhere;
 * the same content once.  *answer: {"provider", "contracts": [{"consumer", "consumerVersion",
 * "why": [sentences], "contract": the document}]}.  TALLY_ENOTHING when there is none.  @since 0.1
 */
TALLY_API int tally_broker_contracts_to_verify(struct tally_broker *broker, const char *provider,
					       cJSON **answer, struct tally_error *error);

struct tally_run {
	const char *provider; /* required */
	const char *version;  /* of the provider; required */
	const char *branch;
	const char *build_url;
	const char *const *tags;
	size_t tag_count;
};

/* Records what a provider version answered, for all `results`, in one change: an array of
 * {"consumer", "consumerVersion", "interactions": [as in tally/verify.h]}; skipped interactions are
 * not recorded.  *answer: {"results": [{"consumer", "consumerVersion", "recorded": n}], "commit"}.
 * TALLY_EPARSE for results of another shape.  @since 0.1 */
TALLY_API int tally_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
					  const cJSON *results, cJSON **answer,
					  struct tally_error *error);

/* Environments.  `display_name` may be NULL.  TALLY_ECONFLICT when it exists. @since 0.1 */
TALLY_API int tally_broker_environment_create(struct tally_broker *broker, const char *name,
					      const char *display_name, bool production,
					      struct tally_error *error);
/* {"environments": [{"name", "displayName", "production", "uuid", "createdAt"}]}. @since 0.1 */
TALLY_API int tally_broker_environment_list(struct tally_broker *broker, cJSON **answer,
					    struct tally_error *error);
/* One of them with "deployed": [{"application", "version", "instance", "deployedAt"}].
 * TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_environment_show(struct tally_broker *broker, const char *name,
					    cJSON **answer, struct tally_error *error);

/* Records that a version runs in an environment from now on, in place of the one that did
 * (per application instance; NULL: the unnamed one).  Environment and version must exist:
 * TALLY_ENOTFOUND.  *answer: {"application", "version", "environment", "instance", "replaced": the
 * version it replaces or absent, "commit"}.  @since 0.1 */
TALLY_API int tally_broker_record_deployment(struct tally_broker *broker, const char *application,
					     const char *version, const char *environment,
					     const char *instance, cJSON **answer,
					     struct tally_error *error);

/* Can this version be deployed to that environment?  *answer has Pact's own fields and ours:
 * {"summary": {"deployable": true|false|null, "reason", "success", "failed", "unknown"},
 *  "notices": [{"type", "text"}], "matrix": [Pact's rows],
 *  "verdict": "yes"|"no", "question": {"application", "version", "environment", "at"},
 *  "pairs": [{"consumer": {"name", "version"}, "provider": {"name", "version"},
 *             "verdict": "ok"|"broken"|"waiting"|"stuck"|"absent"|"ignored", "why": a sentence,
 *             "moved": "provider"|"consumer" (broken only), "lastWorked": {…} or absent,
 *             "interactions": [{"description", "digest", "outcome", "messages": […]}],
 *             "evidence": {"run", "at", "buildUrl"}, "next": a command}]}.
 * `at` pins an older state: a commit id or an instant (NULL: now).
 * TALLY_ENOTFOUND when the version or the environment is not known.
 * Source: the verdicts of doc/architecture.md.  @since 0.1 */
TALLY_API int tally_broker_can_i_deploy(struct tally_broker *broker, const char *application,
					const char *version, const char *environment,
					const char *at, cJSON **answer, struct tally_error *error);

/* Who changed what, when, newest first: {"changes": [{"commit", "at", "author", "message"}]};
 * `application` and `version` (may be NULL) narrow it; `max_changes` 0: all.  TALLY_ENOTFOUND.
 * @since 0.1 */
TALLY_API int tally_broker_log(struct tally_broker *broker, const char *application,
			       const char *version, size_t max_changes, cJSON **answer,
			       struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
