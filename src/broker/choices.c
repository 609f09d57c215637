/* Which versions of each consumer the selectors choose. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "broker/environments.h"
#include "broker/heads.h"
#include "broker/live.h"
#include "broker/selection.h"

static int compare_consumers(const void *a, const void *b)
{
	return strcmp(((const struct consumer *)a)->name, ((const struct consumer *)b)->name);
}

static int add_consumer(struct selection *selection, const struct record *marker,
			struct tally_error *error)
{
	struct consumer *consumer = &selection->consumers[selection->consumer_count++];

	consumer->marker = marker;
	return tally__record_text(marker, "consumer", &consumer->name, error);
}

static int begin_consumers(struct selection *selection, size_t most, struct tally_error *error)
{
	selection->consumers = tally__arena_alloc_array(&selection->records->arena, most + 1,
							sizeof *selection->consumers);
	return selection->consumers == NULL ? tally__fail_nomem(error) : 0;
}

static int find_every(struct selection *selection, struct tally_error *error)
{
	struct record **markers = NULL;
	size_t count = 0;
	int status = tally__records_list(selection->records, &markers, &count, PATH_CONSUMERS,
					 NAMES(selection->provider), error);

	if (status == 0)
		status = begin_consumers(selection, count, error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_consumer(selection, markers[i], error);
	return status;
}

static int find_named(struct selection *selection, struct tally_error *error)
{
	const struct selectors *selectors = &selection->selectors;
	int status = begin_consumers(selection, selectors->count, error);

	for (size_t i = 0; status == 0 && i < selectors->count; i++) {
		const char *name = selectors->items[i].consumer;
		struct record *marker;

		if (tally__selection_knows(selection, name))
			continue;
		status = tally__records_get(selection->records, &marker, PATH_CONSUMER,
					    NAMES(selection->provider, name), error);
		if (status == 0 && marker->json != NULL)
			status = add_consumer(selection, marker, error);
	}
	return status;
}

/* Whether the others need not be read. */
static bool names_every_consumer(const struct selection *selection)
{
	const struct selectors *selectors = &selection->selectors;

	for (size_t i = 0; i < selectors->count; i++) {
		if (selectors->items[i].consumer == NULL)
			return false;
	}
	return selectors->count > 0 && selection->wip_since == NULL;
}

int tally__selection_begin(struct selection *selection, struct tally_error *error)
{
	int status = names_every_consumer(selection) ? find_named(selection, error)
						     : find_every(selection, error);

	if (status == 0)
		qsort(selection->consumers, selection->consumer_count, sizeof *selection->consumers,
		      compare_consumers);
	return status;
}

bool tally__selection_knows(const struct selection *selection, const char *name)
{
	for (size_t i = 0; i < selection->consumer_count; i++) {
		if (strcmp(selection->consumers[i].name, name) == 0)
			return true;
	}
	return false;
}

/* The choice for a content, made when there is none yet; NULL when memory is short. */
static struct choice *get_choice(struct selection *selection, struct consumer *consumer,
				 const char *content)
{
	struct choice *choice = consumer->first;

	while (choice != NULL && strcmp(choice->content, content) != 0)
		choice = choice->next;
	if (choice != NULL)
		return choice;
	choice = tally__arena_alloc(&selection->records->arena, sizeof *choice);
	if (choice == NULL)
		return NULL;
	choice->consumer = consumer->name;
	choice->content = content;
	choice->next = consumer->first;
	consumer->first = choice;
	return choice;
}

/* In order, each sentence once. */
static int add_reason(struct selection *selection, struct choice *choice, enum reason_rank rank,
		      const char *text, struct tally_error *error)
{
	struct reason **at = &choice->reasons, *reason;

	while (*at != NULL &&
	       ((*at)->rank < rank || ((*at)->rank == rank && strcmp((*at)->text, text) < 0)))
		at = &(*at)->next;
	if (*at != NULL && (*at)->rank == rank && strcmp((*at)->text, text) == 0)
		return 0;
	reason = tally__arena_alloc(&selection->records->arena, sizeof *reason);
	if (reason == NULL)
		return tally__fail_nomem(error);
	*reason = (struct reason){rank, text, *at};
	*at = reason;
	return 0;
}

int tally__choose(struct selection *selection, struct consumer *consumer, const char *version,
		  enum reason_rank rank, const char *text, bool *chosen, struct tally_error *error)
{
	struct record *publication, *record;
	struct choice *choice;
	const char *content;
	int64_t sequence;
	int status = tally__records_get(selection->records, &publication, PATH_PUBLICATION,
					NAMES(consumer->name, version, selection->provider), error);

	if (text == NULL)
		return tally__fail_nomem(error);
	if (status != 0 || publication->json == NULL)
		return status;
	status = tally__records_get(selection->records, &record, PATH_VERSION,
				    NAMES(consumer->name, version), error);
	if (status == 0)
		status = tally__record_number(record, "sequence", &sequence, error);
	if (status == 0)
		status = tally__record_text(publication, "content", &content, error);
	if (status != 0)
		return status;
	choice = get_choice(selection, consumer, content);
	if (choice == NULL)
		return tally__fail_nomem(error);
	if (choice->publication == NULL || sequence > choice->sequence) {
		choice->version = version;
		choice->publication = publication;
		choice->sequence = sequence;
	}
	choice->wip = rank == REASON_WIP;
	if (chosen != NULL)
		*chosen = true;
	return add_reason(selection, choice, rank, text, error);
}

static int main_branch_of(const char **out, struct selection *selection,
			  const struct consumer *consumer, struct tally_error *error)
{
	struct record *application;
	int status = tally__records_get(selection->records, &application, PATH_APP,
					NAMES(consumer->name), error);

	return status != 0 ? status
			   : tally__record_optional_text(application, "mainBranch", out, error);
}

/* How a head is chosen: `missing` is the name in whose place it stands, or NULL. */
struct head_choice {
	struct line line;
	bool is_main;
	const char *missing;
};

static const char *head_sentence(struct selection *selection, const struct consumer *consumer,
				 const struct head_choice *head, const char *version)
{
	struct arena *arena = &selection->records->arena;
	const char *kind = head->line.is_tag ? "tag" : "branch";
	const char *what = head->is_main       ? "the head of its main branch"
			   : head->line.is_tag ? "the newest version with tag"
					       : "the head of branch";

	if (head->missing == NULL)
		return tally__arena_printf(arena, "%s %s is %s %s", consumer->name, version, what,
					   head->line.name);
	return tally__arena_printf(arena, "%s %s is %s %s, as there is no contract of %s %s",
				   consumer->name, version, what, head->line.name, kind,
				   head->missing);
}

/* `found` (may be NULL): there is such a head, with a contract or without. */
static int choose_head(struct selection *selection, struct consumer *consumer,
		       const struct head_choice *head, bool *found, bool *chosen,
		       struct tally_error *error)
{
	const char *version = NULL;
	int status =
		tally__line_head(&version, selection->records, consumer->name, &head->line, error);

	if (status != 0 || version == NULL)
		return status;
	if (found != NULL)
		*found = true;
	return tally__choose(selection, consumer, version,
			     head->line.is_tag ? REASON_TAG_NEWEST : REASON_BRANCH,
			     head_sentence(selection, consumer, head, version), chosen, error);
}

static int choose_newest(struct selection *selection, struct consumer *consumer, bool *chosen,
			 struct tally_error *error)
{
	const char *version;
	int status = tally__record_text(consumer->marker, "version", &version, error);

	return status != 0 ? status
			   : tally__choose(selection, consumer, version, REASON_NEWEST,
					   tally__arena_printf(&selection->records->arena,
							       "%s %s is its newest version with a "
							       "contract",
							       consumer->name, version),
					   chosen, error);
}

static int choose_main(struct selection *selection, struct consumer *consumer, bool *found,
		       bool *chosen, struct tally_error *error)
{
	struct head_choice head = {.is_main = true};
	int status = main_branch_of(&head.line.name, selection, consumer, error);

	if (status != 0 || head.line.name == NULL)
		return status;
	return choose_head(selection, consumer, &head, found, chosen, error);
}

static int choose_every_branch(struct selection *selection, struct consumer *consumer, bool *chosen,
			       struct tally_error *error)
{
	struct lines lines = {0};
	int status = tally__lines_of(&lines, selection->records, consumer->name, false, error);

	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const struct head_choice head = {.line = lines.items[i]};

		status = choose_head(selection, consumer, &head, NULL, chosen, error);
	}
	return status;
}

static int choose_tagged(struct selection *selection, struct consumer *consumer, const char *tag,
			 bool *chosen, struct tally_error *error)
{
	struct record **tagged = NULL;
	size_t count = 0;
	int status =
		tally__records_need_derived(selection->records, "which versions have a tag", error);

	if (status == 0)
		status =
			tally__records_list_spread(selection->records, &tagged, &count, PATH_TAGGED,
						   NAMES(consumer->name, tag), NULL, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *version;

		status = tally__record_text(tagged[i], "version", &version, error);
		if (status == 0)
			status = tally__choose(selection, consumer, version, REASON_TAG,
					       tally__arena_printf(&selection->records->arena,
								   "%s %s has tag %s",
								   consumer->name, version, tag),
					       chosen, error);
	}
	return status;
}

/* An environment, while it is looked at. */
struct place {
	const char *name;
	bool production;
};

/* What is live there, of the kinds that the selector names. */
static int choose_live(struct selection *selection, struct consumer *consumer,
		       const struct selector *selector, const struct place *place, bool *chosen,
		       struct tally_error *error)
{
	static const enum reason_rank ranks[2][2] = {
		{REASON_DEPLOYED, REASON_DEPLOYED_PRODUCTION},
		{REASON_RELEASED, REASON_RELEASED_PRODUCTION},
	};
	struct live_version *live = NULL;
	size_t count = 0;
	int status = tally__live_list(selection->records, place->name, consumer->name, &live,
				      &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		bool released = live[i].released;

		if (!(released ? selector->released : selector->deployed))
			continue;
		status = tally__choose(
			selection, consumer, live[i].version, ranks[released][place->production],
			tally__arena_printf(&selection->records->arena, "%s %s is %s in %s",
					    consumer->name, live[i].version,
					    released ? "released" : "deployed", place->name),
			chosen, error);
	}
	return status;
}

static int list_environments(struct selection *selection, struct tally_error *error)
{
	if (selection->environments != NULL)
		return 0;
	return tally__environments_list(selection->records, &selection->environments,
					&selection->environment_count, error);
}

static int choose_running(struct selection *selection, struct consumer *consumer,
			  const struct selector *selector, bool *chosen, struct tally_error *error)
{
	int status = list_environments(selection, error);

	for (size_t i = 0; status == 0 && i < selection->environment_count; i++) {
		const struct record *environment = selection->environments[i];
		struct place place = {
			.production = tally__json_get_bool(environment->json, "production", false)};

		status = tally__record_text(environment, "name", &place.name, error);
		if (status != 0 || (selector->environment != NULL &&
				    strcmp(selector->environment, place.name) != 0))
			continue;
		status = choose_live(selection, consumer, selector, &place, chosen, error);
	}
	return status;
}

static int choose_by(struct selection *selection, struct consumer *consumer,
		     struct selector *selector, struct tally_error *error)
{
	const struct head_choice head = {
		.line = {.is_tag = selector->kind == SELECT_TAG_NEWEST,
			 .name = selector->tag != NULL ? selector->tag : selector->branch}};

	switch (selector->kind) {
	case SELECT_NEWEST:
		return choose_newest(selection, consumer, &selector->matched, error);
	case SELECT_MAIN_BRANCH:
		return choose_main(selection, consumer, NULL, &selector->matched, error);
	case SELECT_BRANCH:
	case SELECT_TAG_NEWEST:
		return choose_head(selection, consumer, &head, NULL, &selector->matched, error);
	case SELECT_EVERY_BRANCH:
		return choose_every_branch(selection, consumer, &selector->matched, error);
	case SELECT_TAG_ALL:
		return choose_tagged(selection, consumer, selector->tag, &selector->matched, error);
	case SELECT_RUNNING:
		return choose_running(selection, consumer, selector, &selector->matched, error);
	}
	return 0;
}

static bool is_in_scope(const struct selector *selector, const struct consumer *consumer)
{
	return selector->consumer == NULL || strcmp(selector->consumer, consumer->name) == 0;
}

/* The fallback of a selector counts only when the selector found nothing at all: with one consumer
 * that has the branch, the others are not looked for elsewhere, unless each has its selector. */
static int choose_fallback(struct selection *selection, struct selector *selector,
			   struct tally_error *error)
{
	bool is_tag = selector->kind == SELECT_TAG_NEWEST;
	const struct head_choice head = {.line = {.is_tag = is_tag, .name = selector->fallback},
					 .missing = is_tag ? selector->tag : selector->branch};
	int status = 0;

	for (size_t i = 0; status == 0 && i < selection->consumer_count; i++) {
		if (is_in_scope(selector, &selection->consumers[i]))
			status = choose_head(selection, &selection->consumers[i], &head, NULL,
					     &selector->matched, error);
	}
	return status;
}

/* One that is not there is a wrong question, not a no. */
static int check_environment(struct selection *selection, const struct selector *selector,
			     struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct record *environment;
	int status = tally__environment_find(selection->records, selector->environment,
					     &environment, &trouble);

	if (status == 0)
		return 0;
	if (status == TALLY_ENOTFOUND)
		return tally__fail_at(error, TALLY_EINVAL, selector->where, 0, 0, "%s",
				      trouble.message);
	return tally__fail_at(error, status, trouble.where, 0, 0, "%s", trouble.message);
}

static int choose_selector(struct selection *selection, struct selector *selector,
			   struct tally_error *error)
{
	int status =
		selector->environment != NULL ? check_environment(selection, selector, error) : 0;

	for (size_t i = 0; status == 0 && i < selection->consumer_count; i++) {
		if (is_in_scope(selector, &selection->consumers[i]))
			status = choose_by(selection, &selection->consumers[i], selector, error);
	}
	if (status == 0 && selector->fallback != NULL && !selector->matched)
		status = choose_fallback(selection, selector, error);
	return status;
}

/* The head of the main branch; where there is none, the newest version with a tag of that name; or
 * else the newest with a contract.  And what is deployed or released. */
static int choose_default(struct selection *selection, struct consumer *consumer,
			  struct tally_error *error)
{
	const struct selector running = {
		.kind = SELECT_RUNNING, .deployed = true, .released = true};
	struct head_choice tagged = {.line = {.is_tag = true}};
	bool found = false;
	int status = choose_main(selection, consumer, &found, NULL, error);

	if (status == 0 && !found)
		status = main_branch_of(&tagged.line.name, selection, consumer, error);
	if (status == 0 && !found && tagged.line.name != NULL)
		status = choose_head(selection, consumer, &tagged, &found, NULL, error);
	if (status == 0 && !found)
		status = choose_newest(selection, consumer, NULL, error);
	return status != 0 ? status : choose_running(selection, consumer, &running, NULL, error);
}

int tally__choose_all(struct selection *selection, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < selection->selectors.count; i++)
		status = choose_selector(selection, &selection->selectors.items[i], error);
	if (selection->selectors.count > 0)
		return status;
	for (size_t i = 0; status == 0 && i < selection->consumer_count; i++)
		status = choose_default(selection, &selection->consumers[i], error);
	return status;
}
