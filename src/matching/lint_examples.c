/* What matching itself says of an example: that its rules cannot be used, or that it fails them. */
#include "config.h"

#include <string.h>

#include "contract/inline.h"
#include "matching/lint.h"
#include "matching/match.h"

static void add_bad_rule(struct lint *lint, const struct tally_error *error)
{
	if (error->code == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	else
		tally__lint_add(lint, LINT_BAD_RULE, NULL, "%s%s%s", error->where,
				*error->where ? ": " : "", error->message);
}

/* Rules that only a plugin has are warned of elsewhere, and nothing is known about them.  What is
 * not even equal to itself is content that cannot be compared here, though others may do it. */
static void add_mismatches(struct lint *lint, struct mismatches *mismatches)
{
	for (size_t i = 0; i < mismatches->count; i++) {
		const struct mismatch *each = &mismatches->items[i];
		const char *path = each->path ? each->path : "";
		const char *colon = *path ? ": " : "";

		if (!each->rule || strcmp(each->rule, "equality") == 0)
			tally__lint_add(lint, LINT_CANNOT_COMPARE, NULL, "%s%s%s", path, colon,
					each->message);
		else if (tally__rule_is_known(each->rule))
			tally__lint_add(lint, LINT_EXAMPLE_FAILS_RULE, NULL,
					"the example does not match its own rules: %s%s%s", path,
					colon, each->message);
	}
}

/* An invalid expression fails everything that it is applied to: one finding is enough. */
#define LINT_EXAMPLE(part)                                                                         \
	void tally__lint_##part##_example(struct lint *lint, const struct part *part)              \
	{                                                                                          \
		struct tally_error error = TALLY_ERROR_INIT;                                       \
		struct matcher *matcher = NULL;                                                    \
		struct mismatches mismatches;                                                      \
		int status = 0;                                                                    \
                                                                                                   \
		if (!part->matching_rules || lint->status != 0)                                    \
			return;                                                                    \
		tally__mismatches_init(&mismatches);                                               \
		status = tally__matcher_new_##part(&matcher, part, &error);                        \
		if (status == 0 && tally__matcher_invalid(matcher))                                \
			tally__lint_add(lint, LINT_BAD_RULE, NULL, "%s",                           \
					tally__matcher_invalid(matcher));                          \
		else if (status == 0)                                                              \
			status = tally__match_##part(matcher, part, &mismatches, &error);          \
		if (status != 0)                                                                   \
			add_bad_rule(lint, &error);                                                \
		else                                                                               \
			add_mismatches(lint, &mismatches);                                         \
		tally__mismatches_release(&mismatches);                                            \
		tally__matcher_free(matcher);                                                      \
	}

LINT_EXAMPLE(request)
LINT_EXAMPLE(response)
LINT_EXAMPLE(message)
