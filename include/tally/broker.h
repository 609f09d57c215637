/* tally/broker.h - the broker: a library over a git repository that versions contracts, records
 * what each provider version answered and what runs where, and says what can be deployed.  Some of
 * it works over the HTTP API of a Pact Broker too; what does not is TALLY_EUNSUPPORTED there.
 *
 * Answers to questions are JSON documents (released with cJSON_Delete): the same that the program
 * prints with --format json.  They are written on success only.
 *
 * Names of applications, versions, branches, tags, environments and instances are any single-line
 * UTF-8 text of 1 to 1024 bytes that can be seen: no control characters, none that are invisible
 * or turn the direction of text, and not blanks alone; TALLY_EINVAL otherwise.
 *
 * Every change is one commit: a function has returned 0 only once it is on disk, and, where the
 * repository is on a git host, once that host has accepted it: the branch there is compared and
 * moved in one push.  Who loses a race to another writer is run again on what that one left;
 * whatever else the host refuses is an error at once, in its words.  After an error
 * nothing has changed, save that a connection which breaks off before the host has answered leaves
 * open whether it has (the error says so), and that a disk which fails at the very last flush
 * leaves the change visible but not certain: the TALLY_EIO says so then.  A change that changes
 * nothing makes no commit; "commit" in its answer is then the newest one.
 *
 * A Pact Broker over HTTP is asked for contracts, and takes results; what differs:
 * - tally_broker_contracts_to_verify: the broker itself chooses, also what is pending and work in
 *   progress.  A contract has "notices": [{"when", "text"}], "shortDescription" and "links":
 *   {"publish", "provider"} besides, but no "interactions": the broker knows no history of them.
 * - tally_broker_record_results: one result for each contract, which needs its "links" and has to
 *   have run as a whole.  *answer: {"results": [{"consumer", "consumerVersion", "recorded": n,
 *   "published": bool, "why": not, or not there}]}, without a commit.  There is no transaction:
 *   *answer is made also when an error came after the first result was tried.
 * - Errors of every function: TALLY_EUNREACHABLE (no connection; busy to the last try),
 *   TALLY_ETIMEOUT, TALLY_EIO, TALLY_EINVAL (credentials; what the broker refuses, in its words),
 *   TALLY_ENOTFOUND, TALLY_ECONFLICT, TALLY_EPARSE (no answer of a Pact Broker), TALLY_ELIMIT,
 *   TALLY_EUNSUPPORTED (libcurl cannot be loaded; an older broker), TALLY_ENOMEM.
 *
 * Threads: a struct tally_broker belongs to one thread at a time; any number of processes may work
 * on one repository.
 *
 * Errors of every function that touches the store: TALLY_EIO, TALLY_EBUSY, TALLY_ENOMEM,
 * TALLY_EUNSUPPORTED (libgit2 cannot be loaded; a newer store format), TALLY_EPARSE (a damaged
 * record: `where` is its path in the repository).
 */
#ifndef TALLY_BROKER_H
#define TALLY_BROKER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tally_broker;

/* How a broker elsewhere is reached: a Pact Broker, or a git repository on another machine.  One on
 * this machine needs none of it.  All zero gives the defaults; texts are copied.  @since 0.1 */
struct tally_broker_options {
	/* A Pact Broker is sent the token as "Authorization: Bearer" (not together with user), the
	 * name with the password as "Authorization: Basic".  A git host over HTTP is sent either as
	 * "Basic", the token in the place of the password; where nothing is given, git's credential
	 * helpers are asked.  ssh needs none of it. */
	const char *token;
	const char *user;
	const char *password; /* NULL: empty */
	const char *ca_file;  /* certificates to trust, in PEM; NULL: the system's */
	bool insecure_tls;    /* do not check certificates */
	/* For one answer of a Pact Broker, 0: 30000; for a git host, the longest time without a
	 * byte of it, 0: 60000. */
	unsigned timeout_ms;
	unsigned max_tries; /* of a request to a Pact Broker that is answered 408, 429 or 5xx; 0: 8
			     */
	/* For a git repository on another machine, of which a copy is kept on this one. */
	bool offline; /* answer from the copy without asking; changes are refused */
	const char
		*cache_dir; /* where copies are; NULL: $XDG_CACHE_HOME/tally/git, or ~/.cache/… */
	/* Lent until the broker is closed, may be NULL: once the number is not 0, as a signal's
	 * handler may set it, whatever waits for the broker ends with TALLY_ETIMEOUT. */
	const volatile sig_atomic_t *interrupt;
};

/* Makes a broker repository at `location`: a path or a file:// URL, where an empty folder is fine,
 * and so is a git repository without a commit; or the URL of an empty repository on a git host (see
 * tally_broker_open_with), to which the first commit is pushed.  `options` may be NULL.
 * TALLY_ECONFLICT when something else is there; errors as for tally_broker_open_with.
 * @since 0.1 */
TALLY_API int tally_broker_init_with(const char *location,
				     const struct tally_broker_options *options,
				     struct tally_error *error);
/* The same without options.  @since 0.1 */
TALLY_API int tally_broker_init(const char *location, struct tally_error *error);

/* Opens the broker at `location`: a path or a file:// URL; the URL of a repository on a git host
 * (ssh://, git+ssh://, user@host:path, git+https://, git+http://, or http(s):// that ends in
 * ".git"); or any other http:// or https:// URL, that of a Pact Broker, which is asked for its
 * index.  A user and password in a URL stand for those of the options and appear nowhere else.
 * `options` may be NULL.  On success *out is to be closed with tally_broker_close.  TALLY_ENOFILE,
 * TALLY_EPARSE (a git repository, or a web server, but no broker), TALLY_EUNSUPPORTED (other kinds
 * of URL; a newer store format), TALLY_EINVAL (options that contradict each other; credentials that
 * are missing or not accepted), and of what is elsewhere TALLY_EUNREACHABLE (no connection; a
 * certificate or host key that is not trusted), TALLY_ENOTFOUND, TALLY_ETIMEOUT, TALLY_EIO.
 * @since 0.1 */
TALLY_API int tally_broker_open_with(struct tally_broker **out, const char *location,
				     const struct tally_broker_options *options,
				     struct tally_error *error);
/* The same without options.  @since 0.1 */
TALLY_API int tally_broker_open(struct tally_broker **out, const char *location,
				struct tally_error *error);
/* Closes it; NULL is fine.  @since 0.1 */
TALLY_API void tally_broker_close(struct tally_broker *broker);

/* When the copy was last what the repository on the git host is, in seconds since 1970; -1 where
 * there is no copy, 0 before the first time.  @since 0.1 */
TALLY_API int64_t tally_broker_updated_unix(const struct tally_broker *broker);

/* A group of changes: those made between begin and finish, with the ordinary functions on this
 * handle, are recorded all together or not at all, which costs hardly more than one of them.  Each
 * is a commit of its own and returns its answer at once, with its commit's id; questions asked
 * within the group see what was changed in it.  But nothing counts, and nobody else sees anything,
 * until finish has returned 0.  A change that fails leaves the group as it was before it.  Other
 * writers of this machine wait from begin to finish or cancel (which closing the broker does too):
 * do not keep them waiting.
 *
 * tally_broker_begin: TALLY_EINVAL (a group is under way), TALLY_EBUSY (other writers take too
 * long), TALLY_EUNSUPPORTED for a Pact Broker.
 * tally_broker_finish ends the group, whatever it returns.  TALLY_EBUSY: somebody else changed the
 * repository meanwhile, which only `git push` can; nothing was recorded, and the answers given
 * within the group are void: make its changes again.  TALLY_EINVAL (no group is under way).
 * tally_broker_cancel forgets the group; without one nothing happens.  @since 0.1 */
TALLY_API int tally_broker_begin(struct tally_broker *broker, struct tally_error *error);
TALLY_API int tally_broker_finish(struct tally_broker *broker, struct tally_error *error);
TALLY_API void tally_broker_cancel(struct tally_broker *broker);

/* Brings the repository to the newest format, in one commit, and makes anew whatever follows from
 * other records and is not as it should be (tally_broker_check tells); the program refuses by
 * itself only the questions that need it.  Older programs cannot use it any more then.  *answer:
 * {"from", "format": the numbers before and now, "changed": how many records differ now, "commit"}.
 * TALLY_EUNSUPPORTED for other kinds of broker.
 * @since 0.1 */
TALLY_API int tally_broker_upgrade(struct tally_broker *broker, cJSON **answer,
				   struct tally_error *error);

/* Who makes the changes that follow (copied); NULL for the default.  A Pact Broker knows that from
 * the credentials alone: nothing comes of it there.  TALLY_EINVAL for what git cannot store: "<",
 * ">", line ends.  @since 0.1 */
TALLY_API int tally_broker_set_author(struct tally_broker *broker, const char *name,
				      const char *email, struct tally_error *error);

/* Has every question that follows answered as of an older state: that of a commit (its id, which
 * may be abbreviated), or of an instant or a day (the last commit that is not after it; a day
 * counts from its first second, UTC).  The state is found once, here: it stays the same whatever is
 * written.  NULL: the newest state again, at each question.  Changes are refused with TALLY_EINVAL
 * meanwhile.  After an error the broker is pinned as it was before.  TALLY_EINVAL (no such text),
 * TALLY_ENOTFOUND (no such commit; nothing was recorded by then), TALLY_EPARSE (a commit that is no
 * state of a broker), TALLY_EUNSUPPORTED for other kinds of broker.  @since 0.1 */
TALLY_API int tally_broker_pin(struct tally_broker *broker, const char *at,
			       struct tally_error *error);

/* The contracts of one version.  Strings may be NULL and counts 0 where not said otherwise; all is
 * lent for the time of the call.  @since 0.1 */
struct tally_publication {
	const char *version; /* of the consumer; required */
	const char *branch;
	const char *build_url;
	const char *const *tags;
	size_t tag_count;
	const cJSON *const *contracts; /* contract documents; at least one */
	size_t contract_count;
	bool merge; /* with what the version has published already */
};

/* Publishes all of them in one change; makes the applications, the version and the branch as
 * needed.  The contracts may be of several consumers, which then all get that version (programs
 * that are built from one repository).  The same content again changes nothing; "same" leaves the
 * order of interactions, white space, metadata and the spelling of decimals aside.  Other content
 * for a version that has a contract with that provider is TALLY_ECONFLICT, and the message shows
 * which interactions differ, and how; with `merge`, interactions are united, and only those that
 * both have with different content, or that had to pass and are pending now, are TALLY_ECONFLICT.
 * TALLY_EPARSE for a document that is no contract, or does not name its applications (`where` says
 * which: "contracts[2]"); TALLY_EINVAL for two contracts of one consumer with one provider;
 * TALLY_ELIMIT.  *answer: {"contracts":
 * [{"consumer", "version", "provider", "status": "created"|"merged"|"unchanged"}], "commit"}.
 * @since 0.1 */
TALLY_API int tally_broker_publish(struct tally_broker *broker,
				   const struct tally_publication *publication, cJSON **answer,
				   struct tally_error *error);

/* Who wants to verify, and what.  All zero, but for `provider`, asks for what the provider has to
 * honour; all is lent for the time of the call.  @since 0.1 */
struct tally_verification_query {
	const char *provider;         /* required */
	const char *provider_version; /* the one that will answer; NULL: not known yet */
	const char *provider_branch;
	const char *const *provider_tags; /* count instead of a branch, when there is none */
	size_t provider_tag_count;
	const cJSON *selectors;        /* an array of objects; NULL or empty: the default */
	bool enable_pending;           /* say which contracts may fail */
	const char *include_wip_since; /* a date or an instant; NULL: no work in progress */
	bool outline; /* leave the documents out: what is to be verified, and why */
};

/* The contracts that a provider has to verify: those of the consumer versions that the selectors
 * choose.  A selector has Pact's members: "mainBranch": true (the head of each consumer's own main
 * branch), "branch": a name or true (the head of that branch, of every branch), "matchingBranch":
 * true (of the provider's), "tag" with "latest": true (the newest version with it) or without (all
 * of them), "latest": true (the newest version with a contract), "deployed", "released" or
 * "deployedOrReleased": true and perhaps "environment", "environment" alone (both); "consumer" with
 * any of them for that one alone; "fallbackBranch" and "fallbackTag" beside "branch" and the latest
 * of a "tag", where nothing at all has these.  A head counts only if it has a contract itself.
 * Without selectors: of each consumer the head of its main branch (where it has none, the newest
 * version tagged so, or else its newest with a contract) and all that is deployed or released.
 *
 * Versions of one consumer with the same content are one contract, the newest of them.  *answer:
 * {"provider", "contracts": [{"consumer", "consumerVersion", "contract": the document, "why":
 * [sentences], "pending": bool, "wip": bool, "notices": [{"when": Pact's words, "text"}],
 * "interactions": [{"digest", "passedBefore": bool, "outcome": "passed"|"failed"|"flaky" (what
 * `provider_version` answered; absent: nothing yet), "run": a file of the repository, "at"}]}] (by
 * consumer and age of the version; work in progress comes last), "unmatched": [a sentence for each
 * selector that chose nothing], "left": [{"consumer", "newest": its newest version with a contract,
 * "why": a sentence}] (consumers of which no version was chosen, by name; only those that the
 * selectors name where they all name one), "notices": [as above, of the whole]}.  With `outline`
 * there is no "contract" in it, which takes a fraction of the time.
 *
 * "passedBefore": the interaction passed with a version on the provider's branch, or on another
 * branch before that branch came to be; the same by tags (each of them), or, without branch and
 * tags, with any version.  A contract is pending, when that is asked for, while one of its
 * interactions never passed so.  Work in progress are contracts published at the head of a branch
 * or tag since the instant, not chosen by a selector, with an interaction that never passed outside
 * of work in progress; they are always pending.
 *
 * TALLY_EINVAL (a selector that cannot be, or names an environment that is not there, with its
 * place: "selectors[1]"; a name; an instant), TALLY_ELIMIT (too many selectors), TALLY_ENOTHING
 * when there is no contract; the message says why.  TALLY_EUNSUPPORTED: the repository's format is
 * too old for the question, see tally_broker_upgrade.
 * Source: Pact Broker, "Pacts for verification".  @since 0.1 */
TALLY_API int tally_broker_contracts_to_verify(struct tally_broker *broker,
					       const struct tally_verification_query *query,
					       cJSON **answer, struct tally_error *error);

/* The contract of one consumer version with the query's provider, wherever that version is: the
 * same answer, with this one.  How it stands depends on the rest of the query, as above; selectors
 * and work in progress are left aside.  TALLY_ENOTFOUND (the version), TALLY_ENOTHING (it has
 * none), TALLY_EINVAL (a name), TALLY_EUNSUPPORTED (as above).  @since 0.1 */
TALLY_API int tally_broker_contract_of(struct tally_broker *broker,
				       const struct tally_verification_query *query,
				       const char *consumer, const char *version, cJSON **answer,
				       struct tally_error *error);

/* The contract at an address of a Pact Broker, such as a webhook of it calls with: the same answer,
 * with this one.  Only the address's path counts: it is asked of the broker that was opened.
 * TALLY_ENOTFOUND; TALLY_EUNSUPPORTED for a git repository.  @since 0.1 */
TALLY_API int tally_broker_contract_at(struct tally_broker *broker, const char *url, cJSON **answer,
				       struct tally_error *error);

/* A run of a provider version.  Strings may be NULL and counts 0 where not said otherwise; all is
 * lent for the time of the call.  @since 0.1 */
struct tally_run {
	const char *provider; /* required */
	const char *version;  /* of the provider; required */
	const char *branch;
	const char *build_url;
	const char *const *tags;
	size_t tag_count;
};

/* Records what a provider version answered, for all `results`, in one change: an array of
 * {"consumer", "consumerVersion" (may be absent), "interactions": [as in tally/verify.h]}.  What
 * counts is each interaction's digest: results hold for every contract, of any consumer, that asks
 * for the same, and all runs of a provider version add up: those of parts, of filters, and one that
 * was interrupted.  An interaction that both passed and failed, or was "flaky", is flaky, whatever
 * came last.  Skipped interactions, and those with "known": true, are not recorded; an outcome
 * "error" is, but answers nothing.  "wip": true beside "consumer" says that the contract was work
 * in progress.  Makes application, version, branch and tags as needed.  *answer: {"results":
 * [{"consumer", "consumerVersion", "recorded": n}], "commit"}. TALLY_EPARSE for results of another
 * shape.  @since 0.1 */
TALLY_API int tally_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
					  const cJSON *results, cJSON **answer,
					  struct tally_error *error);

/* Who changed what, when, newest first: {"changes": [{"commit", "at", "author", "message"}],
 * "next": the commit to go on at (pin the broker there), absent at the end}.  `application` and
 * `version` (may be NULL) narrow it to what concerns them, what providers answered to their
 * contracts included; versions that were removed have a history still.  `max_changes` 0: all of
 * the 20000 that are looked at.  TALLY_ENOTFOUND;
 * TALLY_EINVAL for a version without its application.  @since 0.1 */
TALLY_API int tally_broker_log(struct tally_broker *broker, const char *application,
			       const char *version, size_t max_changes, cJSON **answer,
			       struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
