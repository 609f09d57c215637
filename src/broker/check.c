#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "broker/check.h"
#include "broker/git_broker.h"
#include "format/digest.h"
#include "git/check.h"

/* Records that are read and held before they are let go again. */
#define HELD_RECORDS 4096

/* A text for JSON that shows what came from a tree, whatever its bytes are. */
static cJSON *make_shown(const char *text)
{
	struct buf shown;
	cJSON *json;

	tally__buf_init(&shown, LIMIT_DOCUMENT_BYTES);
	tally__text_add_printable(&shown, text, strlen(text), 0);
	json = shown.status != 0 ? NULL : cJSON_CreateString(shown.bytes);
	tally__buf_release(&shown);
	return json;
}

int tally__check_tell(struct check *check, bool is_warning, const char *where, const char *what,
		      const char *next)
{
	cJSON *json;
	int failed;

	check->error_count += !is_warning;
	check->warning_count += is_warning;
	if (check->error_count + check->warning_count > LIMIT_PROBLEMS)
		return 0;
	json = cJSON_CreateObject();
	failed = tally__json_put(json, "severity",
				 cJSON_CreateString(is_warning ? "warning" : "error"));
	failed |= tally__json_put(json, "where", make_shown(where));
	failed |= tally__json_put(json, "problem", make_shown(what));
	if (next != NULL)
		failed |= tally__json_put(json, "next", make_shown(next));
	failed |= tally__json_append(check->problems, json);
	return failed != 0 ? tally__fail_nomem(check->error) : 0;
}

/* Who changed a file of the tree: the way to what it should be. */
static void advise(struct buf *out, const struct check *check, const char *path)
{
	tally__buf_adds(out, "git -C ");
	tally__text_add_shell(out, check->location, strlen(check->location));
	tally__buf_adds(out, " log -p main -- ");
	tally__text_add_shell(out, path, strlen(path));
}

int tally__check_problem(struct check *check, bool is_warning, const char *path, const char *format,
			 ...)
{
	struct buf what, next;
	va_list arguments;
	int status;

	tally__buf_init(&what, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&next, LIMIT_DOCUMENT_BYTES);
	va_start(arguments, format);
	tally__buf_addv(&what, format, arguments);
	va_end(arguments);
	advise(&next, check, path);
	status = tally__buf_status(&what, check->error);
	if (status == 0)
		status = tally__buf_status(&next, check->error);
	if (status == 0)
		status = tally__check_tell(check, is_warning, path, what.bytes, next.bytes);
	tally__buf_release(&what);
	tally__buf_release(&next);
	return status;
}

/* Of another record's reading: TALLY_EPARSE and TALLY_EIO are told where that record is met. */
static int get_quietly(struct check *check, struct record **out, const char *path)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	int status = tally__records_get_path(&check->records, out, path, &trouble);

	if (status == TALLY_EPARSE || status == TALLY_EIO) {
		*out = NULL;
		return 0;
	}
	if (status != 0)
		return tally__fail_at(check->error, status, trouble.where, 0, 0, "%s",
				      trouble.message);
	return 0;
}

int tally__check_named(struct check *check, struct record **out, const struct record *from,
		       const char *pattern, const char *const *names)
{
	const char *path;
	int status = tally__records_path(&check->records, &path, pattern, names, NULL);

	*out = NULL;
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(check->error);
	if (status != 0)
		return tally__check_problem(check, false, from->path,
					    "it names something by what cannot be a name");
	status = get_quietly(check, out, path);
	if (status != 0 || *out == NULL || (*out)->json != NULL)
		return status;
	*out = NULL;
	return tally__check_problem(check, false, from->path,
				    "the record that belongs to it is missing: %s", path);
}

/* ---- places ---- */

/* The digits that decide the folders of a name: those of its digest, which stands in the component
 * itself when the name was too long for one. */
static int shard_of(char digits[2], const struct buf *name, const struct buf *component, bool whole,
		    struct tally_error *error)
{
	char digest[DIGEST_TEXT_BYTES];
	int status = 0;

	if (whole)
		status = tally__digest(digest, name->bytes, name->len, error);
	else
		memcpy(digest, component->bytes + component->len - (DIGEST_TEXT_BYTES - 1), 2);
	digits[0] = digest[0];
	digits[1] = digest[1];
	return status;
}

static int check_component(struct check *check, const char *path, const struct record_name *at)
{
	struct buf component, name;
	char digits[2] = "";
	int status;

	tally__buf_init(&component, LIMIT_HEADER_BYTES);
	tally__buf_init(&name, LIMIT_HEADER_BYTES);
	tally__buf_add(&component, at->text, at->len);
	status = tally__buf_status(&component, check->error);
	if (status != 0)
		goto out;
	status = tally__path_component_decode(&name, component.bytes, NULL);
	if (status == TALLY_EPARSE) {
		status = tally__check_problem(check, false, path,
					      "\"%s\" in this path is not how a name is written",
					      component.bytes);
	} else if ((status == 0 || status == TALLY_ENOTFOUND) && at->sharded) {
		status = shard_of(digits, &name, &component, status == 0, check->error);
		if (status == 0 && (at->text[-4] != digits[0] || at->text[-2] != digits[1]))
			status = tally__check_problem(check, false, path,
						      "nobody looks for it here: the folders above "
						      "\"%s\" should be %c/%c",
						      component.bytes, digits[0], digits[1]);
	} else if (status == TALLY_ENOTFOUND) {
		status = 0;
	}
out:
	tally__buf_release(&component);
	tally__buf_release(&name);
	return status;
}

/* ---- the walk ---- */

static bool lies_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* The versions of an application are numbered: when the walk leaves its folder, all have come. */
static int leave_application(struct check *check)
{
	int status = check->folder != NULL ? tally__check_numbers(check) : 0;

	if (status == 0 && check->folder != NULL)
		status = tally__check_derived(check);
	check->folder = NULL;
	check->versions = NULL;
	check->version_count = check->version_capacity = 0;
	tally__arena_clear(&check->arena);
	return status;
}

static int enter(struct check *check, const char *path)
{
	const char *name;
	int status;

	if (check->folder != NULL && lies_in(path, check->folder))
		return 0;
	status = leave_application(check);
	if (status != 0 || !lies_in(path, PATH_APPS))
		return status;
	name = path + strlen(PATH_APPS "/");
	check->folder = tally__arena_memdup(&check->arena, path,
					    strlen(PATH_APPS "/") + strcspn(name, "/"));
	return check->folder == NULL ? tally__fail_nomem(check->error) : 0;
}

static void let_go(struct check *check)
{
	const struct snapshot *snapshot = check->records.snapshot;
	int64_t format = check->records.format;

	if (check->records.by_path.count < HELD_RECORDS)
		return;
	tally__records_release(&check->records);
	tally__records_init(&check->records, snapshot);
	check->records.format = format;
}

/* What Tally writes lies in these folders; beside them people may keep what they like. */
static bool is_ours(const char *path)
{
	static const char *const folders[] = {PATH_APPS, PATH_ENVIRONMENTS, "webhooks"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (lies_in(path, folders[i]))
			return true;
	}
	return false;
}

static int check_read(struct check *check, const char *path, const struct record_place *place)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct record *record;
	int status = tally__records_get_path(&check->records, &record, path, &trouble);

	if (status == TALLY_EPARSE || status == TALLY_EIO || status == TALLY_ELIMIT)
		return tally__check_problem(check, false, path, "%s", trouble.message);
	if (status != 0)
		return tally__fail_at(check->error, status, trouble.where, 0, 0, "%s",
				      trouble.message);
	for (size_t i = 0; status == 0 && i < place->count; i++)
		status = check_component(check, path, &place->names[i]);
	return status != 0 ? status : tally__check_record(check, record, place->pattern);
}

static int visit_file(void *context, const char *path)
{
	struct check *check = context;
	struct record_place place;
	int status = enter(check, path);

	let_go(check);
	if (status != 0)
		return status;
	if (!tally__record_locate(&place, path))
		return is_ours(path) ? tally__check_problem(check, true, path,
							    "this file is no record: nothing "
							    "reads it")
				     : 0;
	check->record_count++;
	return check_read(check, path, &place);
}

static int visit_problem(void *context, const struct store_problem *problem)
{
	struct check *check = context;

	if (problem->next == NULL)
		return tally__check_problem(check, problem->is_warning, problem->where, "%s",
					    problem->what);
	return tally__check_tell(check, problem->is_warning, problem->where, problem->what,
				 problem->next);
}

/* ---- the question ---- */

struct check_question {
	const struct store *store;
	const char *location;
	bool history;
};

static int fill_answer(const struct check *check, const struct store_counts *counts, cJSON *answer)
{
	const struct {
		const char *name;
		size_t number;
	} members[] = {{"format", (size_t)check->records.format},
		       {"records", check->record_count},
		       {"commits", counts->commits},
		       {"objects", counts->objects},
		       {"errors", check->error_count},
		       {"warnings", check->warning_count}};
	int failed = tally__json_put(
		answer, "commit", cJSON_CreateString(tally__snapshot_id(check->records.snapshot)));

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		failed |= tally__json_put(answer, members[i].name,
					  cJSON_CreateNumber((double)members[i].number));
	return failed != 0 ? tally__fail_nomem(check->error) : 0;
}

static int check_everything(struct records *records, const void *context, cJSON **answer,
			    struct tally_error *error)
{
	const struct check_question *question = context;
	struct check check = {.location = question->location, .error = error};
	const struct store_checker checker = {visit_problem, visit_file, &check};
	struct store_counts counts = {0};
	int status;

	check.problems = cJSON_CreateArray();
	*answer = cJSON_CreateObject();
	if (tally__json_put(*answer, "problems", check.problems) != 0)
		return tally__fail_nomem(error);
	tally__arena_init(&check.arena, 0);
	tally__records_init(&check.records, records->snapshot);
	check.records.format = records->format;
	status = tally__store_check(records->snapshot, question->history, &checker, &counts, error);
	if (status == 0)
		status = leave_application(&check);
	if (status == 0)
		status = tally__store_check_files(question->store, &checker);
	if (status == 0)
		status = fill_answer(&check, &counts, *answer);
	tally__records_release(&check.records);
	tally__arena_release(&check.arena);
	return status;
}

int tally__git_broker_check(struct tally_broker *broker, bool history, cJSON **answer,
			    struct tally_error *error)
{
	const struct check_question question = {((struct git_broker *)broker)->store,
						broker->location, history};

	return tally__broker_ask(broker, check_everything, &question, answer, error);
}
