#include "config.h"

#include <string.h>

#include "broker/departure.h"
#include "broker/environments.h"
#include "broker/heads.h"
#include "broker/live.h"
#include "broker/placements.h"
#include "broker/versions.h"

static const char *name_of(const struct record *version)
{
	const char *name = tally__json_get_string(version->json, "version");

	return name != NULL ? name : ""; /* it was checked when it was read */
}

/* The record of a line's head. */
static int head_of(struct departure *departure, const struct line *line, struct record **out,
		   struct tally_error *error)
{
	return tally__records_get(departure->records, out, line->is_tag ? PATH_TAG : PATH_BRANCH,
				  NAMES(departure->removal->application, line->name), error);
}

static int add_vacancy(struct departure *departure, const struct line *line,
		       struct tally_error *error)
{
	struct arena *arena = &departure->records->arena;
	struct vacancy *vacancy = tally__arena_alloc(arena, sizeof *vacancy);

	if (vacancy == NULL || tally__map_put(&departure->vacancies[line->is_tag], line->name,
					      strlen(line->name), vacancy) != 0)
		return tally__fail_nomem(error);
	vacancy->line = *line;
	departure->open++;
	return 0;
}

int tally__departure_lines(struct departure *departure, const struct record *version,
			   struct lines *lines, struct tally_error *error)
{
	const struct line *only = departure->removal->line;
	size_t kept = 0;
	int status = tally__lines_of_version(lines, departure->records, version, error);

	for (size_t i = 0; status == 0 && i < lines->count; i++) {
		struct line line = lines->items[i];

		if (only != NULL &&
		    (line.is_tag != only->is_tag || strcmp(line.name, only->name) != 0))
			continue;
		/* The record that lent the name is about to change. */
		line.name = tally__arena_strdup(&departure->records->arena, line.name);
		if (line.name == NULL)
			return tally__fail_nomem(error);
		lines->items[kept++] = line;
	}
	if (status == 0)
		lines->count = kept;
	return status;
}

int tally__departure_publications(struct departure *departure, const struct record *version,
				  struct record ***out, size_t *count, struct tally_error *error)
{
	return tally__records_list(departure->records, out, count, PATH_PUBLICATIONS,
				   NAMES(departure->removal->application, name_of(version)), error);
}

static int find_heads(struct departure *departure, const struct record *version,
		      struct tally_error *error)
{
	struct lines lines;
	int status = tally__departure_lines(departure, version, &lines, error);

	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const char *head = NULL;

		status = tally__line_head(&head, departure->records,
					  departure->removal->application, &lines.items[i], error);
		if (status == 0 && head != NULL && strcmp(head, name_of(version)) == 0)
			status = add_vacancy(departure, &lines.items[i], error);
	}
	return status;
}

static int marker_of(struct departure *departure, const struct record *publication,
		     const char **provider, struct record **marker, struct tally_error *error)
{
	int status = tally__record_text(publication, "provider", provider, error);

	return status != 0 ? status
			   : tally__records_get(departure->records, marker, PATH_CONSUMER,
						NAMES(*provider, departure->removal->application),
						error);
}

static bool marks(const struct record *marker, const struct record *version)
{
	const char *marked = tally__json_get_string(marker->json, "version");

	return marked != NULL && strcmp(marked, name_of(version)) == 0;
}

/* What providers remember of a version that goes. */
static int find_markers(struct departure *departure, const struct record *version,
			struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status =
		tally__departure_publications(departure, version, &publications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record *marker = NULL;
		const char *provider;

		status = marker_of(departure, publications[i], &provider, &marker, error);
		if (status == 0 && marks(marker, version))
			status = tally__departure_need(departure, provider, NULL, error);
		if (status == 0 && marker->json != NULL)
			status = tally__departure_find_worked(departure, marker, provider, error);
	}
	return status;
}

static int find_all(struct departure *departure, struct tally_error *error)
{
	const struct removal *removal = departure->removal;
	int status = 0;

	for (size_t i = 0; status == 0 && i < removal->count; i++) {
		const char *name = name_of(removal->versions[i]);

		if (tally__map_put(&departure->leaving, name, strlen(name), removal->versions[i]) !=
		    0)
			return tally__fail_nomem(error);
	}
	for (size_t i = 0; status == 0 && i < removal->count; i++) {
		status = find_heads(departure, removal->versions[i], error);
		if (status == 0 && removal->line == NULL)
			status = find_markers(departure, removal->versions[i], error);
		if (status == 0 && !removal->remember &&
		    tally__records_are_derived(departure->records))
			status = tally__departure_find_passed(departure, removal->versions[i],
							      error);
	}
	return status != 0 ? status : tally__departure_walk(departure, error);
}

/* The hints that say of a line: this version published with that provider. */
static int drop_hints(struct record *hints, const struct record *version, const struct lines *lines,
		      struct tally_error *error)
{
	const cJSON *item, *old = NULL;
	cJSON *list;
	int failed = 0, status = tally__record_optional_array(hints, "heads", &old, error);

	if (status != 0 || old == NULL)
		return status;
	list = cJSON_CreateArray();
	cJSON_ArrayForEach(item, old)
	{
		const char *number = tally__json_get_string(item, "version");
		bool drop = false;

		for (size_t i = 0; number != NULL && i < lines->count; i++) {
			const char *name = tally__json_get_string(
				item, lines->items[i].is_tag ? "tag" : "branch");

			drop = drop || (name != NULL && strcmp(name, lines->items[i].name) == 0 &&
					strcmp(number, name_of(version)) == 0);
		}
		if (!drop)
			failed |= tally__json_append(list, tally__json_clone(item));
	}
	if (list == NULL || failed != 0) {
		cJSON_Delete(list);
		return tally__fail_nomem(error);
	}
	status = tally__record_set(hints, "heads", list, error);
	if (status == 0 && tally__json_get(hints->json, "heads")->child == NULL &&
	    tally__json_get(hints->json, "omittedUntil") == NULL)
		tally__record_remove(hints);
	return status;
}

static int leave_hints(struct departure *departure, const struct record *version,
		       const struct lines *lines, struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status =
		tally__departure_publications(departure, version, &publications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *provider;
		struct record *hints;

		status = tally__record_text(publications[i], "provider", &provider, error);
		if (status == 0)
			status = tally__records_get(
				departure->records, &hints, PATH_HEADS,
				NAMES(provider, departure->removal->application), error);
		if (status == 0)
			status = drop_hints(hints, version, lines, error);
	}
	return status;
}

static int leave_tag(struct departure *departure, const struct record *version, const char *tag,
		     struct tally_error *error)
{
	struct record *tagged;
	int status = tally__records_get(
		departure->records, &tagged, PATH_TAGGED_ONE,
		NAMES(departure->removal->application, tag, name_of(version)), error);

	if (status == 0)
		tally__record_remove(tagged);
	return status;
}

static int leave_lines(struct departure *departure, struct record *version,
		       struct tally_error *error)
{
	struct lines lines;
	int status = tally__departure_lines(departure, version, &lines, error);

	if (status == 0)
		status = leave_hints(departure, version, &lines, error);
	for (size_t i = 0; status == 0 && i < lines.count; i++) {
		const struct line *line = &lines.items[i];

		if (line->is_tag)
			status = leave_tag(departure, version, line->name, error);
		if (status == 0)
			status = tally__record_remove_text(
				version, line->is_tag ? "tags" : "branches", line->name, error);
	}
	return status;
}

/* The new head's contracts are the line's now. */
static int note_heir(struct departure *departure, const struct record *heir,
		     struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status = tally__departure_publications(departure, heir, &publications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__heads_note(departure->records, heir, publications[i], error);
	return status;
}

static int fill_vacancy(struct departure *departure, const struct vacancy *vacancy,
			struct tally_error *error)
{
	struct record *head;
	int64_t sequence = 0;
	int status = head_of(departure, &vacancy->line, &head, error);

	if (status != 0)
		return status;
	if (vacancy->heir == NULL) {
		tally__record_remove(head);
		return 0;
	}
	status = tally__record_number(vacancy->heir, "sequence", &sequence, error);
	if (status == 0)
		status = tally__record_set_text(head, "version", name_of(vacancy->heir), error);
	if (status == 0)
		status = tally__record_set_number(head, "sequence", sequence, error);
	return status;
}

static int fill_vacancies(struct departure *departure, const struct map *vacancies,
			  struct tally_error *error)
{
	bool derived = tally__records_are_derived(departure->records);
	int status = 0;

	for (size_t i = 0; status == 0 && i < vacancies->count; i++)
		status = fill_vacancy(departure, vacancies->entries[i].value, error);
	for (size_t i = 0; status == 0 && derived && i < vacancies->count; i++) {
		const struct vacancy *vacancy = vacancies->entries[i].value;

		if (vacancy->heir != NULL)
			status = note_heir(departure, vacancy->heir, error);
	}
	return status;
}

/* Whoever depends on a provider by a version that goes does so by the next one, or no more. */
static int pass_marker(struct departure *departure, struct record *marker, const char *provider,
		       struct tally_error *error)
{
	const struct record *heir = tally__departure_heir(departure, provider, NULL);
	struct record *hints;
	int64_t sequence;
	int status;

	if (heir != NULL) {
		status = tally__record_number(heir, "sequence", &sequence, error);
		if (status == 0)
			status = tally__record_set_text(marker, "version", name_of(heir), error);
		return status != 0 ? status
				   : tally__record_set_number(marker, "sequence", sequence, error);
	}
	status = tally__records_get(departure->records, &hints, PATH_HEADS,
				    NAMES(provider, departure->removal->application), error);
	if (status != 0)
		return status;
	tally__record_remove(marker);
	tally__record_remove(hints);
	return 0;
}

static int leave_markers(struct departure *departure, const struct record *version,
			 struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status =
		tally__departure_publications(departure, version, &publications, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record *marker;
		const char *provider;

		status = marker_of(departure, publications[i], &provider, &marker, error);
		if (status == 0 && marker->json != NULL)
			status = tally__departure_edit_worked(departure, marker, provider, error);
		if (status == 0 && marks(marker, version))
			status = pass_marker(departure, marker, provider, error);
	}
	return status;
}

static int forget_placements(struct records *records, enum placement_kind kind,
			     const char *application, const char *version,
			     struct tally_error *error)
{
	struct placement *placements;
	size_t count = 0;
	int status = tally__placements_of_version(records, kind, application, version, &placements,
						  &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		struct record *index;

		status = tally__records_get(records, &index, PATH_UUID, NAMES(placements[i].uuid),
					    error);
		if (status == 0)
			tally__record_remove(index);
	}
	return status;
}

int tally__version_forget_placements(struct records *records, const char *application,
				     const char *version, struct tally_error *error)
{
	int status = forget_placements(records, PLACEMENT_DEPLOYMENT, application, version, error);

	return status != 0
		       ? status
		       : forget_placements(records, PLACEMENT_RELEASE, application, version, error);
}

/* Where versions that go are deployed, or were released. */
static int leave_environment(struct departure *departure, const char *environment,
			     struct tally_error *error)
{
	const char *application = departure->removal->application;
	struct live_version *live;
	size_t count = 0;
	int status = tally__live_list(departure->records, environment, application, &live, &count,
				      error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		if (tally__departure_has(departure, live[i].version))
			tally__record_remove(live[i].record);
	}
	for (size_t i = 0; status == 0 && i < departure->removal->count; i++) {
		struct record *release;

		status = tally__records_get(
			departure->records, &release, PATH_RELEASE,
			NAMES(environment, application, name_of(departure->removal->versions[i])),
			error);
		if (status == 0)
			tally__record_remove(release);
	}
	return status;
}

static int leave_environments(struct departure *departure, struct tally_error *error)
{
	struct record **environments;
	size_t count = 0;
	int status = tally__environments_list(departure->records, &environments, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *name;

		status = tally__record_text(environments[i], "name", &name, error);
		if (status == 0)
			status = leave_environment(departure, name, error);
	}
	return status;
}

static int close_ranks(struct departure *departure, struct tally_error *error)
{
	struct record *latest;
	int64_t sequence;
	int status = tally__records_get(departure->records, &latest, PATH_LATEST,
					NAMES(departure->removal->application), error);

	for (size_t i = 0; status == 0 && i < departure->relink_count; i++)
		status = tally__version_link(departure->relinks[i].version,
					     departure->relinks[i].previous, error);
	if (status != 0)
		return status;
	if (departure->newest == NULL) {
		tally__record_remove(latest);
		return 0;
	}
	status = tally__record_number(departure->newest, "sequence", &sequence, error);
	if (status == 0)
		status = tally__record_set_text(latest, "version", name_of(departure->newest),
						error);
	return status != 0 ? status : tally__record_set_number(latest, "sequence", sequence, error);
}

static int leave_altogether(struct departure *departure, struct tally_error *error)
{
	const struct removal *removal = departure->removal;
	int status = 0;

	for (size_t i = 0; status == 0 && i < removal->count; i++) {
		status = leave_markers(departure, removal->versions[i], error);
		if (status == 0)
			status = tally__version_forget_placements(
				departure->records, removal->application,
				name_of(removal->versions[i]), error);
	}
	if (status == 0)
		status = tally__departure_edit_provided(departure, error);
	if (status == 0)
		status = leave_environments(departure, error);
	if (status == 0)
		status = close_ranks(departure, error);
	/* Last, as everything above borrows from these records. */
	for (size_t i = 0; status == 0 && i < removal->count; i++)
		status = tally__records_remove_folder(
			departure->records, PATH_VERSION_DIR,
			NAMES(removal->application, name_of(removal->versions[i])), error);
	return status;
}

static int edit_all(struct departure *departure, struct tally_error *error)
{
	const struct removal *removal = departure->removal;
	int status = 0;

	for (size_t i = 0; status == 0 && i < removal->count; i++)
		status = leave_lines(departure, removal->versions[i], error);
	if (status == 0)
		status = fill_vacancies(departure, &departure->vacancies[false], error);
	if (status == 0)
		status = fill_vacancies(departure, &departure->vacancies[true], error);
	if (status == 0)
		status = tally__departure_retell_passed(departure, error);
	return status != 0 || removal->line != NULL ? status : leave_altogether(departure, error);
}

bool tally__version_is_on(const struct record *version, const struct line *line)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, tally__json_get(version->json, line->is_tag ? "tags" : "branches"))
	{
		if (cJSON_IsString(name) && strcmp(name->valuestring, line->name) == 0)
			return true;
	}
	return false;
}

int tally__line_members(struct records *records, const char *application, const struct line *line,
			struct record ***out, size_t *count, struct tally_error *error)
{
	struct record **members = NULL, *version;
	struct version_walk walk;
	size_t found = 0, capacity = 0;
	int status = tally__version_walk_begin(&walk, records, application, NULL, error);

	while (status == 0) {
		status = tally__version_walk_next(&walk, &version, error);
		if (status != 0 || version == NULL)
			break;
		if (!tally__version_is_on(version, line))
			continue;
		members = tally__arena_room(&records->arena, members, found, &capacity, 64,
					    sizeof *members);
		if (members == NULL)
			return tally__fail_nomem(error);
		members[found++] = version;
	}
	*out = members;
	*count = found;
	return status;
}

int tally__versions_remove(struct records *records, const struct removal *removal,
			   struct tally_error *error)
{
	struct departure departure = {.records = records, .removal = removal};
	int status;

	tally__map_init(&departure.leaving);
	tally__map_init(&departure.vacancies[false]);
	tally__map_init(&departure.vacancies[true]);
	tally__map_init(&departure.needs);
	tally__map_init(&departure.doubts);
	status = find_all(&departure, error);
	if (status == 0)
		status = edit_all(&departure, error);
	tally__map_release(&departure.doubts);
	tally__map_release(&departure.needs);
	tally__map_release(&departure.vacancies[true]);
	tally__map_release(&departure.vacancies[false]);
	tally__map_release(&departure.leaving);
	return status;
}
