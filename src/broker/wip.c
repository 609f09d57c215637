/* Work in progress: contracts at the heads of consumers' branches that nobody asked for by a
 * selector, and that the provider has not passed yet.  Verifying them early tells the consumer
 * whether the provider is ready; they never fail its build.
 *
 * A pass as work in progress does not end it, as the contract would then be verified once and by no
 * later version: it ends when the contract is chosen by a selector and passes, or is no head any
 * more. */
#include "config.h"

#include <string.h>

#include "broker/heads.h"
#include "broker/selection.h"

static bool is_chosen(const struct consumer *consumer, const char *content)
{
	for (const struct choice *choice = consumer->first; choice != NULL; choice = choice->next) {
		if (!choice->wip && strcmp(choice->content, content) == 0)
			return true;
	}
	return false;
}

static const char *wip_sentence(struct selection *selection, const struct consumer *consumer,
				const struct line *line, const char *version)
{
	return tally__arena_printf(
		&selection->records->arena, "%s %s is the %s %s, and work in progress",
		consumer->name, version,
		line->is_tag ? "newest version with tag" : "head of branch", line->name);
}

static int choose_head(struct selection *selection, struct consumer *consumer,
		       const struct line *line, struct tally_error *error)
{
	const char *version = NULL, *content, *published;
	struct record *publication;
	bool is_new = false;
	int status = tally__line_head(&version, selection->records, consumer->name, line, error);

	if (status != 0 || version == NULL)
		return status;
	status = tally__records_get(selection->records, &publication, PATH_PUBLICATION,
				    NAMES(consumer->name, version, selection->provider), error);
	if (status != 0 || publication->json == NULL)
		return status;
	status = tally__record_text(publication, "content", &content, error);
	if (status == 0)
		status = tally__record_text(publication, "publishedAt", &published, error);
	if (status != 0 || strcmp(published, selection->wip_since) < 0 ||
	    is_chosen(consumer, content))
		return status;
	status = tally__standing_is_new(selection, publication, false, &is_new, error);
	if (status != 0 || !is_new)
		return status;
	return tally__choose(selection, consumer, version, REASON_WIP,
			     wip_sentence(selection, consumer, line, version), NULL, error);
}

int tally__choose_wip(struct selection *selection, struct tally_error *error)
{
	int status = 0;

	if (selection->wip_since == NULL || selection->lines.count == 0)
		return 0;
	for (size_t i = 0; status == 0 && i < selection->consumer_count; i++) {
		struct consumer *consumer = &selection->consumers[i];
		struct lines heads;

		status = tally__heads_since(&heads, selection->records, selection->provider,
					    consumer->name, selection->wip_since, error);
		for (size_t j = 0; status == 0 && j < heads.count; j++)
			status = choose_head(selection, consumer, &heads.items[j], error);
	}
	return status;
}
