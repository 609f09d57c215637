#include "config.h"

#include <stddef.h>
#include <string.h>

#include "base/near.h"
#include "matching/lint_table.h"

const struct lint_rule_row tally__lint_rules_table[LINT_RULE_COUNT] = {
#define LINT_X(id, name, level, summary) {name, LINT_##level, summary},
	LINT_RULES(LINT_X)
#undef LINT_X
};

static const char *const level_names[] = {"off", "warning", "error"};

const char *tally__lint_level_name(enum lint_level level)
{
	return level_names[level];
}

bool tally__lint_level_find(const char *name, enum lint_level *out)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++) {
		if (strcmp(level_names[i], name) == 0) {
			*out = (enum lint_level)i;
			return true;
		}
	}
	return false;
}

bool tally__lint_rule_find(const char *name, enum lint_rule *out)
{
	for (size_t i = 0; i < LINT_RULE_COUNT; i++) {
		if (strcmp(tally__lint_rules_table[i].name, name) == 0) {
			*out = (enum lint_rule)i;
			return true;
		}
	}
	return false;
}

const char *tally__lint_rule_nearest(const char *name)
{
	for (size_t i = 0; i < LINT_RULE_COUNT; i++)
		if (tally__names_near(tally__lint_rules_table[i].name, name))
			return tally__lint_rules_table[i].name;
	return NULL;
}
