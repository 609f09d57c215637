/* What a question asks for, in words. */
#include "config.h"

#include <string.h>

#include "broker/matrix.h"

/* Versions that are named; more are counted. */
#define NAMED_VERSIONS 5

static void add_criteria(struct buf *out, const struct tally_version_selector *selector)
{
	bool head = selector->latest && (selector->branch != NULL || selector->main_branch);

	if (selector->branch != NULL && !head)
		tally__buf_addf(out, " on branch %s", selector->branch);
	if (selector->main_branch && !head)
		tally__buf_adds(out, " on its main branch");
	if (selector->tag != NULL)
		tally__buf_addf(out, " with tag %s", selector->tag);
	if (selector->environment != NULL)
		tally__buf_addf(out, " in %s", selector->environment);
}

static void add_selector(struct buf *out, const struct tally_version_selector *selector)
{
	if (selector->version != NULL)
		tally__buf_addf(out, "%s %s", selector->application, selector->version);
	else if (selector->latest && selector->branch != NULL)
		tally__buf_addf(out, "the head of branch %s of %s", selector->branch,
				selector->application);
	else if (selector->latest && selector->main_branch)
		tally__buf_addf(out, "the head of the main branch of %s", selector->application);
	else
		tally__buf_addf(out, "%s of %s",
				selector->latest ? "the newest version" : "every version",
				selector->application);
	add_criteria(out, selector);
}

static void add_found(struct buf *out, const struct selected *selected)
{
	size_t shown = selected->count < NAMED_VERSIONS ? selected->count : NAMED_VERSIONS;

	tally__buf_adds(out, " (");
	for (size_t i = 0; i < shown; i++)
		tally__buf_addf(out, "%s%s", i > 0 ? ", " : "", selected->versions[i].version);
	if (selected->count > shown)
		tally__buf_addf(out, " and %zu more", selected->count - shown);
	tally__buf_adds(out, selected->count > 0 ? ")" : "there is none)");
}

void tally__selected_describe(struct buf *out, const struct selected *selected)
{
	add_selector(out, selected->selector);
	if (!selected->every && (selected->selector->version == NULL || selected->count == 0))
		add_found(out, selected);
}

static void add_instances(struct buf *out, const struct selected_version *version)
{
	if (version->instance_count == 0)
		return;
	tally__buf_adds(out, version->instance_count == 1 ? " (instance " : " (instances ");
	for (size_t i = 0; i < version->instance_count; i++)
		tally__buf_addf(out, "%s%s", i > 0 ? ", " : "", version->instances[i]);
	tally__buf_addc(out, ')');
}

static void add_presence(struct buf *out, const struct selected_version *version,
			 const char *environment)
{
	if (version->assumed)
		tally__buf_adds(out, "assumed to be ");
	tally__buf_adds(out, version->deployed ? "deployed" : "released");
	if (version->deployed && version->released)
		tally__buf_adds(out, " and released");
	if (environment != NULL)
		tally__buf_addf(out, " in %s", environment);
	add_instances(out, version);
}

void tally__selected_version_describe(struct buf *out, const struct selected *selected,
				      const struct selected_version *version)
{
	const struct tally_version_selector *selector = selected->selector;

	if (selected->specified)
		tally__buf_adds(out, "in question");
	if (version->deployed || version->released) {
		tally__buf_adds(out, selected->specified ? ", " : "");
		add_presence(out, version, selector->environment);
	} else if (!selected->specified && selected->every) {
		tally__buf_adds(out, "in the history");
	} else if (!selected->specified) {
		add_selector(out, selector);
	}
}

void tally__target_describe(struct buf *out, const struct matrix *matrix)
{
	const struct tally_version_selector *target = &matrix->target;
	bool newest = target->latest;

	if (!matrix->inferring)
		return;
	if (target->environment != NULL)
		tally__buf_addf(out, "to %s", target->environment);
	else if (target->branch != NULL)
		tally__buf_addf(out, "beside %s of branch %s",
				newest ? "the heads" : "some versions", target->branch);
	else if (target->main_branch)
		tally__buf_addf(out, "beside %s of the main branches",
				newest ? "the heads" : "some versions");
	else if (target->tag != NULL)
		tally__buf_addf(out, "beside %s versions with tag %s",
				newest ? "the newest" : "some", target->tag);
	else
		tally__buf_adds(out, "beside the newest versions");
}

void tally__target_describe_place(struct buf *out, const struct matrix *matrix)
{
	const struct tally_version_selector *target = &matrix->target;

	if (target->environment != NULL)
		tally__buf_addf(out, "recorded in %s", target->environment);
	else if (target->branch != NULL)
		tally__buf_addf(out, "on branch %s", target->branch);
	else if (target->main_branch)
		tally__buf_adds(out, "on its main branch");
	else if (target->tag != NULL)
		tally__buf_addf(out, "tagged %s", target->tag);
	else
		tally__buf_adds(out, "known");
}
