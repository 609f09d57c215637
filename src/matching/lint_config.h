/* matching/lint_config.h - the levels of rules, and the exceptions from them. */
#ifndef TALLY_MATCHING_LINT_CONFIG_H
#define TALLY_MATCHING_LINT_CONFIG_H

#include <stddef.h>

#include "base/arena.h"
#include "format/json.h"
#include "matching/lint_table.h"

/* Of one rule, in some files (NULL: in all) and interactions (NULL: in all, and beside them). */
struct lint_exception {
	enum lint_rule rule;
	enum lint_level level;
	const char *file;
	const char *interaction;
	size_t index;        /* in the configuration */
	bool in_file;        /* the present contract is one of these files */
	bool in_interaction; /* the present interaction is one of these, too */
	bool met;            /* some contract and interaction was */
	bool used;
};

struct lint_config {
	enum lint_level levels[LINT_RULE_COUNT];
	struct lint_exception *exceptions; /* in an arena */
	size_t exception_count;
};

/* Reads a configuration (NULL: the defaults), which must outlive the result.  TALLY_EPARSE with a
 * JSON pointer as the place; TALLY_ELIMIT; TALLY_ENOMEM. */
int tally__lint_config_read(struct lint_config *out, struct arena *arena, const cJSON *json,
			    struct tally_error *error);

/* Says which contract comes next; `path` may be NULL. */
void tally__lint_config_file(struct lint_config *config, const char *path);
/* Says which of its interactions comes next, by its description; NULL: none. */
void tally__lint_config_interaction(struct lint_config *config, const char *description);
/* The level of a rule there; *excepted: whether an exception gave it.  The first that fits counts.
 */
enum lint_level tally__lint_config_level(struct lint_config *config, enum lint_rule rule,
					 bool *excepted);

/* Whether `text` is what `pattern` says: "?" stands for one byte, "*" for any number of them.  In a
 * path these stop at "/"; a whole part "**" stands for any number of folders. */
bool tally__lint_glob(const char *pattern, const char *text, bool is_path);

#endif
