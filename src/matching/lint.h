/* matching/lint.h - what the files that lint share.  Private to this folder. */
#ifndef TALLY_MATCHING_LINT_H
#define TALLY_MATCHING_LINT_H

#include "contract/contract.h"

enum lint_level { LINT_WARNING, LINT_ERROR };

struct lint {
	const struct tally_contract *contract;
	const struct interaction *interaction; /* the present one, or NULL */
	struct arena arena;
	struct buf pointer; /* of the present part */
	cJSON *findings;
	size_t count;
	size_t steps;
	int status; /* sticks */
};

/* Text of the contract for a finding, made in the lint's arena; notes when memory is short. */
const char *tally__lint_shown(struct lint *lint, const char *text, size_t max_chars);

/* Adds a finding; `member` (may be NULL) is below the present pointer. */
void tally__lint_add(struct lint *lint, enum lint_level level, const char *rule, const char *member,
		     const char *format, ...) TALLY_PRINTF(5, 6);

/* Rules and generators against the examples that they are about. */
struct lint_part {
	const cJSON *rules;
	const cJSON *generators;
	const struct name_values_list *query;   /* or NULL */
	const struct name_values_list *headers; /* or NULL */
	const struct body *body;
	const cJSON *metadata; /* or NULL */
};
void tally__lint_rules(struct lint *lint, const struct lint_part *part);

/* Rules that cannot be understood, and examples that do not match themselves. */
void tally__lint_request_example(struct lint *lint, const struct request *request);
void tally__lint_response_example(struct lint *lint, const struct response *response);
void tally__lint_message_example(struct lint *lint, const struct message *message);

#endif
