/* matching/lint_table.h - every rule of the linter, in one list: X(id, name, level, what it finds).
 * doc/lint.md explains each, and tests/cli/t0114-lint-page.sh checks that the two
 * agree. */
#ifndef TALLY_MATCHING_LINT_TABLE_H
#define TALLY_MATCHING_LINT_TABLE_H

#include <stdbool.h>

enum lint_level { LINT_OFF, LINT_WARNING, LINT_ERROR };

/* clang-format off */
#define LINT_RULES(X) \
	/* the file */ \
	X(READABLE, "readable", ERROR, "a file that is neither a contract nor expectations") \
	X(INLINE_MATCHER, "inline-matcher", ERROR, "a matcher inside a value of a contract file, which a verifier takes for the value") \
	X(NO_NAME, "no-name", ERROR, "a consumer or provider without a name") \
	X(APPLICATION_SPELLING, "application-spelling", WARNING, "an application's name spelled in two ways") \
	X(NO_INTERACTIONS, "no-interactions", ERROR, "a contract of nothing") \
	X(UNKNOWN_MEMBER, "unknown-member", WARNING, "a member that the specification does not have at that place") \
	X(TOO_LARGE, "too-large", WARNING, "a contract that was not looked at to its end") \
	/* interactions */ \
	X(NO_DESCRIPTION, "no-description", ERROR, "an interaction without a description") \
	X(DUPLICATE_INTERACTION, "duplicate-interaction", ERROR, "two interactions of one description and the same provider states") \
	X(DUPLICATE_DESCRIPTION, "duplicate-description", WARNING, "two interactions whose descriptions and states differ in spelling alone") \
	X(AMBIGUOUS_REQUEST, "ambiguous-request", WARNING, "the same request in the same provider states as that of another interaction") \
	X(NO_STATE_NAME, "no-state-name", WARNING, "a provider state without a name") \
	X(STATE_SPELLING, "state-spelling", WARNING, "a provider state spelled in two ways") \
	/* requests, responses and messages */ \
	X(PATH, "path", ERROR, "a request path that cannot be one") \
	X(NO_STATUS, "no-status", WARNING, "a response without a status") \
	X(NO_CONTENT_TYPE, "no-content-type", WARNING, "a body of a type that nothing declares") \
	X(NO_ACCEPT, "no-accept", WARNING, "a request that leaves open which of several types it wants") \
	X(REQUEST_WITH_BODY, "request-with-body", WARNING, "a GET or HEAD request with a body") \
	X(BODY_NOT_SENT, "body-not-sent", ERROR, "a body that HTTP never sends") \
	X(CONNECTION_HEADER, "connection-header", WARNING, "a header that belongs to the connection or the server, not to the contract") \
	X(NO_CONTENTS, "no-contents", WARNING, "a message without contents") \
	X(NO_RESPONSE, "no-response", WARNING, "a synchronous message without a response") \
	/* matching rules */ \
	X(BAD_RULE, "bad-rule", ERROR, "a matching rule that cannot be used") \
	X(MISSPELT_RULE, "misspelt-rule", ERROR, "a matching rule whose name is nearly that of a known one") \
	X(UNKNOWN_RULE, "unknown-rule", WARNING, "a matching rule that only a plugin can have") \
	X(UNKNOWN_CATEGORY, "unknown-category", WARNING, "rules or generators for something that is no part of an interaction") \
	X(UNKNOWN_COMBINE, "unknown-combine", WARNING, "rules that are combined by neither AND nor OR") \
	X(EMPTY_RULE, "empty-rule", WARNING, "a place with rules, but none in it") \
	X(MALFORMED_PATH, "malformed-path", ERROR, "a path of a matching rule that cannot be read") \
	X(EXAMPLE_FAILS_RULE, "example-fails-rule", ERROR, "an example that does not match its own rules") \
	X(EXAMPLE_NOT_XML, "example-not-xml", ERROR, "an example that is not the XML it is said to be") \
	X(CANNOT_COMPARE, "cannot-compare", WARNING, "an example that cannot be compared") \
	X(RULE_WITHOUT_EXAMPLE, "rule-without-example", WARNING, "a matching rule for something that is not in the example") \
	X(EMPTY_EXAMPLE, "empty-example", WARNING, "an empty list or object, of which a rule accepts anything") \
	X(FIXED_LENGTH, "fixed-length", WARNING, "a list whose items have rules, but whose length is that of the example") \
	X(NO_MINIMUM, "no-minimum", WARNING, "a list that may be empty without anybody having said so") \
	X(VARIANT_NOT_EXERCISED, "variant-not-exercised", WARNING, "a variant that rules allow and no example has") \
	/* generators */ \
	X(BAD_GENERATOR, "bad-generator", ERROR, "a generator that cannot be used") \
	X(ODD_GENERATOR, "odd-generator", WARNING, "a generator that gives no value, or another than it says") \
	X(MISSPELT_GENERATOR, "misspelt-generator", ERROR, "a generator whose name is nearly that of a known one") \
	X(UNKNOWN_GENERATOR, "unknown-generator", WARNING, "a generator that only a plugin can have") \
	X(UNUSED_GENERATOR, "unused-generator", WARNING, "a generator that is never used") \
	X(GENERATOR_WITHOUT_EXAMPLE, "generator-without-example", WARNING, "a generator for something that is not in the example") \
	X(GENERATOR_WITHOUT_RULE, "generator-without-rule", WARNING, "a generated value that a provider would have to answer to the letter") \
	X(GENERATOR_AGAINST_RULE, "generator-against-rule", WARNING, "a generator whose values the rule beside it refuses") \
	/* values */ \
	X(VOLATILE_VALUE, "volatile-value", WARNING, "a value that will be another next time, compared to the letter") \
	X(ID_WITHOUT_STATE, "id-without-state", WARNING, "a generated id in a request that no provider state mentions") \
	X(LONG_TEXT, "long-text", WARNING, "a long text that is compared to the letter") \
	X(SECRET, "secret", ERROR, "a credential in a form that only real ones have") \
	X(POSSIBLE_SECRET, "possible-secret", WARNING, "a value that looks like a credential") \
	/* the configuration */ \
	X(UNUSED_EXCEPTION, "unused-exception", WARNING, "an exception in the configuration that nothing needs")
/* clang-format on */

enum lint_rule {
#define LINT_X(id, name, level, summary) LINT_##id,
	LINT_RULES(LINT_X)
#undef LINT_X
		LINT_RULE_COUNT
};

struct lint_rule_row {
	const char *name;
	enum lint_level level; /* when no configuration says otherwise */
	const char *summary;
};

extern const struct lint_rule_row tally__lint_rules_table[LINT_RULE_COUNT];

/* "off", "warning", "error". */
const char *tally__lint_level_name(enum lint_level level);
bool tally__lint_level_find(const char *name, enum lint_level *out);
bool tally__lint_rule_find(const char *name, enum lint_rule *out);
/* The rule that a misspelt name may be for, or NULL. */
const char *tally__lint_rule_nearest(const char *name);

#endif
