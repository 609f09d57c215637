#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "format/path_text.h"
#include "matching/lint_config.h"

/* ---- patterns ---- */

/* Where a match goes on after a star, when what follows it failed. */
struct retry {
	const char *pattern; /* NULL: there was no such star yet */
	const char *text;
};

/* Lets the last star take one byte more; when it cannot, the last "**" one folder more. */
static bool go_back(struct retry *star, struct retry *folders, bool is_path, const char **pattern,
		    const char **text)
{
	if (star->pattern && *star->text && !(is_path && *star->text == '/')) {
		*pattern = star->pattern;
		*text = ++star->text;
		return true;
	}
	if (!folders->pattern || !strchr(folders->text, '/'))
		return false;
	folders->text = strchr(folders->text, '/') + 1;
	*pattern = folders->pattern;
	*text = folders->text;
	star->pattern = NULL;
	return true;
}

bool tally__lint_glob(const char *pattern, const char *text, bool is_path)
{
	struct retry star = {0};
	struct retry folders = {0};
	const char *start = pattern;

	while (*text || *pattern) {
		if (is_path && strncmp(pattern, "**/", 3) == 0 &&
		    (pattern == start || pattern[-1] == '/')) {
			pattern += 3;
			folders = (struct retry){pattern, text};
			star.pattern = NULL;
		} else if (*pattern == '*') {
			/* At the end, "**" is for everything below. */
			if (is_path && strcmp(pattern, "**") == 0)
				return true;
			star = (struct retry){++pattern, text};
		} else if (*pattern && *text &&
			   (*pattern == *text || (*pattern == '?' && !(is_path && *text == '/')))) {
			pattern++;
			text++;
		} else if (!go_back(&star, &folders, is_path, &pattern, &text)) {
			return false;
		}
	}
	return true;
}

/* ---- reading ---- */

struct config_reader {
	struct lint_config *config;
	struct arena *arena;
	struct buf pointer;
	struct tally_error *error;
};

static int fail(struct config_reader *reader, const char *member, const char *expected,
		const char *found)
{
	int status;

	if (member)
		tally__pointer_add(&reader->pointer, member);
	status = tally__buf_status(&reader->pointer, reader->error);
	return status ? status
		      : tally__fail_at(reader->error, TALLY_EPARSE, reader->pointer.bytes, 0, 0,
				       "expected %s, found %s", expected, found);
}

static int fail_kind(struct config_reader *reader, const char *member, const char *expected,
		     const cJSON *found)
{
	return fail(reader, member, expected,
		    found ? tally__json_kind_name(tally__json_kind(found)) : "nothing");
}

static int fail_name(struct config_reader *reader, const char *member, const char *expected,
		     const char *found, const char *nearest)
{
	const char *shown = tally__text_shown(reader->arena, found, 80);
	const char *text = tally__arena_printf(
		reader->arena, nearest ? "\"%s\": did you mean \"%s\"?" : "\"%s\"", shown, nearest);

	return text ? fail(reader, member, expected, text) : tally__fail_nomem(reader->error);
}

/* That an object has only members of these names. */
static int check_members(struct config_reader *reader, const cJSON *object,
			 const char *const names[], size_t count, const char *expected)
{
	for (const cJSON *member = object->child; member; member = member->next) {
		const char *nearest = NULL;
		size_t i = 0;

		while (i < count && strcmp(names[i], member->string) != 0)
			i++;
		if (i < count)
			continue;
		for (i = 0; i < count && !nearest; i++)
			nearest = tally__names_near(names[i], member->string) ? names[i] : NULL;
		return fail_name(reader, member->string, expected, member->string, nearest);
	}
	return 0;
}

static int read_rule(struct config_reader *reader, const char *member, const char *name,
		     enum lint_rule *out)
{
	if (tally__lint_rule_find(name, out))
		return 0;
	return fail_name(reader, member, "the name of a rule (\"tally lint --rules\" lists them)",
			 name, tally__lint_rule_nearest(name));
}

static int read_level(struct config_reader *reader, const char *member, const cJSON *json,
		      enum lint_level *out)
{
	static const char expected[] = "\"error\", \"warning\" or \"off\"";

	if (!cJSON_IsString(json))
		return fail_kind(reader, member, expected, json);
	if (!tally__lint_level_find(json->valuestring, out))
		return fail_name(reader, member, expected, json->valuestring, NULL);
	return 0;
}

/* A file that cannot be read is never right. */
static int check_level(struct config_reader *reader, const char *member, enum lint_rule rule,
		       enum lint_level level)
{
	if (rule != LINT_READABLE || level == LINT_ERROR)
		return 0;
	return fail(reader, member, "\"error\", which this rule always is",
		    level == LINT_OFF ? "\"off\"" : "\"warning\"");
}

static int read_levels(struct config_reader *reader, const cJSON *json)
{
	size_t mark = reader->pointer.len;
	int status = 0;

	if (!json)
		return 0;
	if (!cJSON_IsObject(json))
		return fail_kind(reader, "rules", "an object of levels by the names of rules",
				 json);
	tally__pointer_add(&reader->pointer, "rules");
	for (const cJSON *each = json->child; each && status == 0; each = each->next) {
		enum lint_rule rule = 0;

		status = read_rule(reader, each->string, each->string, &rule);
		if (status == 0)
			status = read_level(reader, each->string, each,
					    &reader->config->levels[rule]);
		if (status == 0)
			status = check_level(reader, each->string, rule,
					     reader->config->levels[rule]);
	}
	tally__buf_truncate(&reader->pointer, mark);
	return status;
}

/* A text that is not empty; one that is not there stays NULL. */
static int read_text(struct config_reader *reader, const cJSON *object, const char *member,
		     const char *expected, const char **out)
{
	const cJSON *json = tally__json_get(object, member);

	if (json && (!cJSON_IsString(json) || !*json->valuestring))
		return cJSON_IsString(json) ? fail(reader, member, expected, "an empty text")
					    : fail_kind(reader, member, expected, json);
	*out = json ? json->valuestring : NULL;
	return *out && strlen(*out) > LIMIT_NAME_BYTES
		       ? tally__fail_at(reader->error, TALLY_ELIMIT, reader->pointer.bytes, 0, 0,
					"\"%s\" has more than %d bytes", member,
					(int)LIMIT_NAME_BYTES)
		       : 0;
}

static int read_exception(struct config_reader *reader, const cJSON *json,
			  struct lint_exception *out)
{
	static const char *const names[] = {"rule", "file", "interaction", "level", "reason"};
	static const char expected[] =
		"an exception: \"rule\", \"file\" or \"interaction\" or both, and \"reason\"";
	const cJSON *level = tally__json_get(json, "level");
	const char *rule = NULL;
	const char *reason = NULL;
	int status;

	if (!cJSON_IsObject(json))
		return fail_kind(reader, NULL, expected, json);
	status = check_members(reader, json, names, sizeof(names) / sizeof(*names), expected);
	if (status == 0)
		status = read_text(reader, json, "rule", "the name of a rule", &rule);
	if (status == 0)
		status = rule ? read_rule(reader, "rule", rule, &out->rule)
			      : fail(reader, "rule", "the name of a rule", "nothing");
	if (status == 0)
		status = read_text(reader, json, "file", "a pattern of paths", &out->file);
	if (status == 0)
		status = read_text(reader, json, "interaction", "a pattern of descriptions",
				   &out->interaction);
	if (status == 0)
		status = read_text(reader, json, "reason", "a text", &reason);
	if (status == 0 && !out->file && !out->interaction)
		status = fail(reader, NULL, expected,
			      "an exception for everything: change the rule's level in \"rules\"");
	if (status == 0 && !reason)
		status = fail(reader, "reason", "why this is excepted", "nothing");
	if (status == 0 && level)
		status = read_level(reader, "level", level, &out->level);
	if (status == 0)
		status = check_level(reader, level ? "level" : "rule", out->rule, out->level);
	return status;
}

static int read_exceptions(struct config_reader *reader, const cJSON *json)
{
	struct lint_config *config = reader->config;
	size_t count = cJSON_IsArray(json) ? (size_t)cJSON_GetArraySize(json) : 0;
	const cJSON *each = json ? json->child : NULL;
	int status = 0;

	if (!json)
		return 0;
	if (!cJSON_IsArray(json))
		return fail_kind(reader, "exceptions", "a list of exceptions", json);
	if (count > LIMIT_LINT_EXCEPTIONS)
		return tally__fail_at(reader->error, TALLY_ELIMIT, "/exceptions", 0, 0,
				      "expected at most %d exceptions, found %zu",
				      (int)LIMIT_LINT_EXCEPTIONS, count);
	config->exceptions =
		tally__arena_alloc_array(reader->arena, count + 1, sizeof(*config->exceptions));
	if (!config->exceptions)
		return tally__fail_nomem(reader->error);
	for (; each && status == 0; each = each->next) {
		struct lint_exception *exception = &config->exceptions[config->exception_count];

		exception->index = config->exception_count++;
		tally__buf_clear(&reader->pointer);
		tally__buf_addf(&reader->pointer, "/exceptions/%zu", exception->index);
		status = read_exception(reader, each, exception);
	}
	return status;
}

int tally__lint_config_read(struct lint_config *out, struct arena *arena, const cJSON *json,
			    struct tally_error *error)
{
	static const char *const names[] = {"rules", "exceptions"};
	struct config_reader reader = {.config = out, .arena = arena, .error = error};
	int status = 0;

	*out = (struct lint_config){.exceptions = NULL};
	for (size_t i = 0; i < LINT_RULE_COUNT; i++)
		out->levels[i] = tally__lint_rules_table[i].level;
	if (!json)
		return 0;
	tally__buf_init(&reader.pointer, LIMIT_DOCUMENT_BYTES);
	if (!cJSON_IsObject(json))
		status = fail_kind(&reader, NULL, "an object with \"rules\" and \"exceptions\"",
				   json);
	if (status == 0)
		status = check_members(&reader, json, names, 2, "\"rules\" or \"exceptions\"");
	if (status == 0)
		status = read_levels(&reader, tally__json_get(json, "rules"));
	if (status == 0)
		status = read_exceptions(&reader, tally__json_get(json, "exceptions"));
	tally__buf_release(&reader.pointer);
	return status;
}

/* ---- use ---- */

void tally__lint_config_file(struct lint_config *config, const char *path)
{
	for (size_t i = 0; i < config->exception_count; i++) {
		struct lint_exception *each = &config->exceptions[i];

		each->in_file = !each->file || (path && tally__lint_glob(each->file, path, true));
	}
	tally__lint_config_interaction(config, NULL);
}

void tally__lint_config_interaction(struct lint_config *config, const char *description)
{
	for (size_t i = 0; i < config->exception_count; i++) {
		struct lint_exception *each = &config->exceptions[i];

		each->in_interaction =
			each->in_file &&
			(!each->interaction ||
			 (description && tally__lint_glob(each->interaction, description, false)));
		if (each->in_interaction)
			each->met = true;
	}
}

enum lint_level tally__lint_config_level(struct lint_config *config, enum lint_rule rule,
					 bool *excepted)
{
	for (size_t i = 0; i < config->exception_count; i++) {
		struct lint_exception *each = &config->exceptions[i];

		if (each->rule == rule && each->in_interaction) {
			*excepted = true;
			each->used = true;
			return each->level;
		}
	}
	*excepted = false;
	return config->levels[rule];
}
