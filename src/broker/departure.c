#include "config.h"

#include <string.h>

#include "broker/departure.h"
#include "broker/versions.h"

bool tally__departure_has(const struct departure *departure, const char *version)
{
	return tally__map_find(&departure->leaving, version, strlen(version)) != NULL;
}

/* Names are one line each. */
static const char *need_key(struct records *records, const char *provider, const char *content)
{
	return tally__arena_printf(&records->arena, "%s\n%s", provider,
				   content != NULL ? content : "");
}

int tally__departure_need(struct departure *departure, const char *provider, const char *content,
			  struct tally_error *error)
{
	struct arena *arena = &departure->records->arena;
	const char *key = need_key(departure->records, provider, content);
	struct need *need;

	if (key == NULL)
		return tally__fail_nomem(error);
	if (tally__map_find(&departure->needs, key, strlen(key)) != NULL)
		return 0;
	need = tally__arena_alloc(arena, sizeof *need);
	if (need == NULL || tally__map_put(&departure->needs, key, strlen(key), need) != 0)
		return tally__fail_nomem(error);
	need->provider = provider;
	need->content = content;
	departure->open++;
	return 0;
}

const struct record *tally__departure_heir(const struct departure *departure, const char *provider,
					   const char *content)
{
	for (size_t i = 0; i < departure->needs.count; i++) {
		const struct need *need = departure->needs.entries[i].value;

		if (strcmp(need->provider, provider) != 0 ||
		    (need->content == NULL) != (content == NULL))
			continue;
		if (content == NULL || strcmp(need->content, content) == 0)
			return need->heir;
	}
	return NULL;
}

static void inherit_lines(struct departure *departure, const struct record *version, bool tags)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, tally__json_get(version->json, tags ? "tags" : "branches"))
	{
		struct vacancy *vacancy;

		if (!cJSON_IsString(name))
			continue;
		vacancy = tally__map_get(&departure->vacancies[tags], name->valuestring,
					 strlen(name->valuestring));
		if (vacancy == NULL || vacancy->heir != NULL)
			continue;
		vacancy->heir = version;
		departure->open--;
	}
}

static int inherit_needs(struct departure *departure, const struct record *version,
			 struct tally_error *error)
{
	const char *number, *content;
	int status = tally__record_text(version, "version", &number, error);

	for (size_t i = 0; status == 0 && i < departure->needs.count; i++) {
		struct need *need = departure->needs.entries[i].value;
		struct record *publication;

		if (need->heir != NULL)
			continue;
		status = tally__records_get(
			departure->records, &publication, PATH_PUBLICATION,
			NAMES(departure->removal->application, number, need->provider), error);
		if (status != 0 || publication->json == NULL)
			continue;
		status = tally__record_text(publication, "content", &content, error);
		if (status != 0 || (need->content != NULL && strcmp(need->content, content) != 0))
			continue;
		need->heir = version;
		departure->open--;
	}
	return status;
}

static int add_relink(struct departure *departure, struct record *version, const char *previous,
		      struct tally_error *error)
{
	departure->relinks = tally__arena_room(&departure->records->arena, departure->relinks,
					       departure->relink_count, &departure->relink_capacity,
					       8, sizeof *departure->relinks);
	if (departure->relinks == NULL)
		return tally__fail_nomem(error);
	departure->relinks[departure->relink_count++] =
		(struct relink){.version = version, .previous = previous};
	return 0;
}

/* Where the walk stands. */
struct progress {
	struct record *above; /* the last one that stays */
	bool gap;             /* some went since */
	size_t passed;        /* that leave */
};

/* One version: whether the walk goes on. */
static int visit(struct departure *departure, struct progress *progress, struct record *version,
		 bool *more, struct tally_error *error)
{
	const char *name;
	int status = tally__record_text(version, "version", &name, error);

	if (status != 0)
		return status;
	if (tally__departure_has(departure, name)) {
		progress->passed++;
		progress->gap = true;
		return 0;
	}
	inherit_lines(departure, version, false);
	inherit_lines(departure, version, true);
	status = inherit_needs(departure, version, error);
	if (status == 0 && departure->removal->line == NULL && progress->gap &&
	    progress->above != NULL)
		status = add_relink(departure, progress->above, name, error);
	if (progress->above == NULL)
		departure->newest = version;
	progress->above = version;
	progress->gap = false;
	*more = departure->open > 0 ||
		(departure->removal->line == NULL && progress->passed < departure->removal->count);
	return status;
}

int tally__departure_walk(struct departure *departure, struct tally_error *error)
{
	bool going = departure->removal->line == NULL, more = going || departure->open > 0;
	struct progress progress = {0};
	struct version_walk walk;
	struct record *version;
	int status = tally__version_walk_begin(&walk, departure->records,
					       departure->removal->application, NULL, error);

	while (status == 0 && more) {
		status = tally__version_walk_next(&walk, &version, error);
		if (status != 0 || version == NULL)
			break;
		status = visit(departure, &progress, version, &more, error);
	}
	if (status == 0 && going && progress.gap && progress.above != NULL)
		status = add_relink(departure, progress.above, NULL, error);
	return status;
}
