/* What every record has to have, and that it is the record of the place where it lies: a record
 * that lost a member, or was copied from somewhere else, must stop a question, not answer it. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "broker/records.h"

#define MEMBERS_MAX 8

enum member_kind { END, NAME, TEXT, NUMBER, LIST, FLAG };

struct member {
	const char *name;
	enum member_kind kind;
	size_t place; /* of a NAME: which of the path's names it is */
};

struct shape {
	const char *pattern;
	struct member members[MEMBERS_MAX];
};

#define DEPLOYMENT_MEMBERS                                                                         \
	{"uuid", TEXT, 0},                                                                         \
	{                                                                                          \
		"deployedAt", TEXT, 0                                                              \
	}

/* The members that doc/store-format.md does not call optional.  Of tally.json only the number: a
 * format to come may keep nothing else. */
static const struct shape shapes[] = {
	{PATH_BROKER, {{"format", NUMBER, 0}}},
	{PATH_APP, {{"name", NAME, 0}, {"createdAt", TEXT, 0}}},
	{PATH_LATEST, {{"version", TEXT, 0}, {"sequence", NUMBER, 0}}},
	{PATH_BRANCH, {{"branch", NAME, 1}, {"version", TEXT, 0}, {"sequence", NUMBER, 0}}},
	{PATH_TAG, {{"tag", NAME, 1}, {"version", TEXT, 0}, {"sequence", NUMBER, 0}}},
	{PATH_CONSUMER, {{"consumer", NAME, 1}, {"version", TEXT, 0}, {"sequence", NUMBER, 0}}},
	{PATH_VERSION,
	 {{"application", NAME, 0},
	  {"version", NAME, 1},
	  {"sequence", NUMBER, 0},
	  {"createdAt", TEXT, 0}}},
	{PATH_PUBLICATION,
	 {{"consumer", NAME, 0},
	  {"version", NAME, 1},
	  {"provider", NAME, 2},
	  {"publishedAt", TEXT, 0},
	  {"specification", TEXT, 0},
	  {"content", TEXT, 0},
	  {"interactions", LIST, 0}}},
	{PATH_CONTRACT, {{NULL, END, 0}}},
	{PATH_RUN,
	 {{"provider", NAME, 0},
	  {"providerVersion", NAME, 1},
	  {"consumer", NAME, 2},
	  {"at", TEXT, 0},
	  {"interactions", LIST, 0}}},
	{PATH_ANSWERS,
	 {{"provider", NAME, 0},
	  {"providerVersion", NAME, 1},
	  {"consumer", NAME, 2},
	  {"runs", LIST, 0}}},
	{PATH_FAILED, {{"provider", NAME, 0}, {"providerVersion", NAME, 1}, {"failed", LIST, 0}}},
	{PATH_PASSED,
	 {{"provider", NAME, 0}, {"consumer", NAME, 1}, {"digest", NAME, 2}, {"passes", LIST, 0}}},
	{PATH_TAGGED_ONE,
	 {{"application", NAME, 0},
	  {"tag", NAME, 1},
	  {"version", NAME, 2},
	  {"sequence", NUMBER, 0}}},
	{PATH_HEADS, {{"provider", NAME, 0}, {"consumer", NAME, 1}, {"heads", LIST, 0}}},
	{PATH_RELEASE,
	 {{"environment", NAME, 0},
	  {"application", NAME, 1},
	  {"version", NAME, 2},
	  {"uuid", TEXT, 0},
	  {"releasedAt", TEXT, 0}}},
	{PATH_VERSION_RELEASE,
	 {{"application", NAME, 0},
	  {"version", NAME, 1},
	  {"uuid", NAME, 2},
	  {"environment", TEXT, 0},
	  {"releasedAt", TEXT, 0}}},
	{PATH_UUID,
	 {{"uuid", NAME, 0}, {"kind", TEXT, 0}, {"application", TEXT, 0}, {"version", TEXT, 0}}},
	{PATH_DEPLOYMENT,
	 {{"application", NAME, 0},
	  {"version", NAME, 1},
	  {"environment", TEXT, 0},
	  DEPLOYMENT_MEMBERS}},
	{PATH_WEBHOOK,
	 {{"uuid", NAME, 0}, {"createdAt", TEXT, 0}, {"enabled", FLAG, 0}, {"events", LIST, 0}}},
	{PATH_ENVIRONMENT,
	 {{"name", NAME, 0}, {"production", FLAG, 0}, {"uuid", TEXT, 0}, {"createdAt", TEXT, 0}}},
	{PATH_SLOT_UNNAMED,
	 {{"environment", NAME, 0},
	  {"application", NAME, 1},
	  {"version", TEXT, 0},
	  DEPLOYMENT_MEMBERS}},
	{PATH_SLOT,
	 {{"environment", NAME, 0},
	  {"application", NAME, 1},
	  {"instance", NAME, 2},
	  {"version", TEXT, 0},
	  DEPLOYMENT_MEMBERS}},
};

/* Takes what fills one place of the pattern; `rest` is the pattern after the place. */
static bool take_place(struct record_name *place, const char **path, bool sharded, const char *rest)
{
	size_t ending = *rest == '/' ? 0 : strlen(rest);
	const char *at = *path;

	if (sharded) {
		if (at[0] == '\0' || at[1] != '/' || at[2] == '\0' || at[3] != '/')
			return false;
		at += 4;
	}
	place->sharded = sharded;
	place->text = at;
	place->len = strcspn(at, "/");
	if (place->len <= ending)
		return false;
	place->len -= ending;
	*path = at + place->len;
	return true;
}

static bool match_path(struct record_place *place, const char *pattern, const char *path)
{
	place->pattern = pattern;
	place->count = 0;

	while (*pattern != '\0') {
		bool sharded = pattern[1] == '#';

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		pattern += sharded ? 3 : 2;
		if (place->count == RECORD_NAMES_MAX ||
		    !take_place(&place->names[place->count], &path, sharded, pattern))
			return false;
		place->count++;
	}
	return *path == '\0';
}

static int check_name(const struct record *record, const struct member *member,
		      const struct record_name *place, struct tally_error *error)
{
	const char *name;
	struct buf component;
	bool same;
	int status = tally__record_text(record, member->name, &name, error);

	if (status != 0)
		return status;
	tally__buf_init(&component, LIMIT_HEADER_BYTES);
	status = tally__path_component(&component, name, NULL);
	if (status == 0)
		status = component.status;
	same = status == 0 && component.len == place->len &&
	       memcmp(component.bytes, place->text, place->len) == 0;
	tally__buf_release(&component);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	return same ? 0
		    : tally__record_damaged(record, member->name, "the name in its path", error);
}

static int check_member(const struct record *record, const struct member *member,
			const struct record_name *places, struct tally_error *error)
{
	const cJSON *json = tally__json_get(record->json, member->name);
	const char *text;
	int64_t number;
	int status;

	switch (member->kind) {
	case NAME:
		return check_name(record, member, &places[member->place], error);
	case TEXT:
		return tally__record_text(record, member->name, &text, error);
	case NUMBER:
		status = tally__record_number(record, member->name, &number, error);
		return status == 0 && number < 1
			       ? tally__record_damaged(record, member->name, "at least 1", error)
			       : status;
	case LIST:
		return tally__record_array(record, member->name, &json, error);
	case FLAG:
		return cJSON_IsBool(json) ? 0
					  : tally__record_damaged(record, member->name,
								  "true or false", error);
	case END:
		break;
	}
	return 0;
}

static const struct shape *find_shape(struct record_place *place, const char *path)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (match_path(place, shapes[i].pattern, path))
			return &shapes[i];
	}
	return NULL;
}

bool tally__record_locate(struct record_place *place, const char *path)
{
	return find_shape(place, path) != NULL;
}

int tally__record_check(const struct record *record, struct tally_error *error)
{
	struct record_place place;
	const struct shape *shape = find_shape(&place, record->path);
	int status = 0;

	if (shape == NULL)
		return 0;
	for (size_t i = 0; status == 0 && i < MEMBERS_MAX && shape->members[i].kind != END; i++)
		status = check_member(record, &shape->members[i], place.names, error);
	return status;
}
