/* tally/lint.h - what a reviewer would say of contracts and expectations: what cannot work, and
 * what will make trouble later.
 *
 * Each rule has a name and a level; a small configuration changes levels and makes exceptions.  The
 * rules stand in one table, which tally_lint_rules shows and doc/lint.md explains.
 *
 * Ownership: contracts, paths and the configuration stay the caller's; findings and rules are
 * released by the caller.  Threads: safe from any thread.
 */
#ifndef TALLY_LINT_H
#define TALLY_LINT_H

#include <stddef.h>

#include <tally/contract.h>
#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a repository's configuration is called: no contract, in whatever folder it stands.
 * @since 0.1 */
#define TALLY_LINT_CONFIG_NAME "tally-lint.json"

/* All zero gives the defaults.  @since 0.1 */
struct tally_lint_options {
	/* Levels and exceptions (see doc/lint.md), or NULL:
	 *
	 *	{"rules": {"no-minimum": "off", "volatile-value": "error"},
	 *	 "exceptions": [{"rule": "unknown-member", "file": "contracts/old-*.json",
	 *	                 "interaction": "a request for *", "level": "off",
	 *	                 "reason": "until the old shop is gone"}]}
	 */
	const cJSON *config;
	/* The path of each contract, as the configuration's "file" has it; NULL, or NULL among
	 * them: that contract has none. */
	const char *const *paths;
};

/* Looks at contracts, or expectations, together: some rules compare them with one another.
 *
 * *findings is a JSON array of {"contract": which of them, from 0, "level": "error" or "warning",
 * "rule": its name, "interaction": its description, "pointer": where in the file (a JSON pointer),
 * "message": what, and what to do}, by contract; "interaction" is left out where there is none.  It
 * never holds more of a secret than how it begins.  *excepted (may be NULL) is how many findings
 * the configuration's exceptions took away.  `options` may be NULL.
 *
 * TALLY_EPARSE: the configuration, with its member as the place; TALLY_ELIMIT: it is too large;
 * TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_lint(const struct tally_lint_options *options,
			 const struct tally_contract *const *contracts, size_t count,
			 cJSON **findings, size_t *excepted, struct tally_error *error);

/* All rules, with the levels that `config` (may be NULL) gives them: *rules is a JSON array of
 * {"rule", "level": "error", "warning" or "off", "default": the same without a configuration,
 * "summary": what it finds}.  Errors as for tally_lint.  @since 0.1 */
TALLY_API int tally_lint_rules(const cJSON *config, cJSON **rules, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
