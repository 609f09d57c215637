/* Versions are let go of in commits of a moderate size, so that other writers need not wait long.
 * Which ones is planned from one state; each commit asks again of the state that it changes. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/removal.h"
#include "broker/retention.h"
#include "broker/versions.h"
#include "git/repack.h"

#define BATCH_VERSIONS 1000

/* A version that the plan lets go of. */
struct goner {
	const char *application, *version;
};

struct maintaining {
	struct tally_broker *broker;
	const struct tally_maintenance *asked;
	struct retention retention;
	struct protection protection;
	char protects[STORE_ID_BYTES]; /* the commit that the protection is of */
	struct arena arena;
	struct goner *goners; /* by application, oldest first */
	size_t count, capacity;
	size_t version_count;
	size_t next, end; /* the batch */
	cJSON *removed;   /* the answer's list */
};

static int parse_rules(struct maintaining *maintaining, struct tally_error *error)
{
	size_t count = maintaining->asked->keep_count;
	struct keep_rule *rules =
		tally__arena_alloc_array(&maintaining->arena, count + 1, sizeof *rules);
	int status = rules == NULL ? tally__fail_nomem(error) : 0;

	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__keep_rule_parse(&rules[i], maintaining->asked->keep[i], i, error);
	maintaining->retention.rules = rules;
	maintaining->retention.rule_count = count;
	return status;
}

static int load_protection(struct maintaining *maintaining, const struct records *records,
			   struct tally_error *error)
{
	const char *id = tally__snapshot_id(records->snapshot);
	int status;

	if (strcmp(maintaining->protects, id) == 0)
		return 0;
	status = tally__protection_load(&maintaining->protection, records->snapshot,
					records->format, error);
	if (status == 0)
		memcpy(maintaining->protects, id, sizeof maintaining->protects);
	return status;
}

/* ---- the plan ---- */

static int add_goner(struct maintaining *maintaining, const char *application, const char *version,
		     struct tally_error *error)
{
	struct goner *goner;

	maintaining->goners =
		tally__arena_room(&maintaining->arena, maintaining->goners, maintaining->count,
				  &maintaining->capacity, 64, sizeof *maintaining->goners);
	if (maintaining->goners == NULL)
		return tally__fail_nomem(error);
	goner = &maintaining->goners[maintaining->count];
	goner->application = tally__arena_strdup(&maintaining->arena, application);
	goner->version = tally__arena_strdup(&maintaining->arena, version);
	if (goner->application == NULL || goner->version == NULL)
		return tally__fail_nomem(error);
	maintaining->count++;
	return 0;
}

static int plan_application(struct maintaining *maintaining, struct records *records,
			    const char *application, struct tally_error *error)
{
	struct record **versions = NULL;
	size_t count = 0;
	int status = tally__versions_list(records, application, &versions, &count, error);

	maintaining->version_count += count;
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *version;
		bool keeps;

		status = tally__record_text(versions[i], "version", &version, error);
		if (status == 0)
			status = tally__retention_keeps(&maintaining->retention, versions[i],
							count - 1 - i, &keeps, error);
		if (status == 0 && !keeps &&
		    !tally__protection_has(&maintaining->protection, application, version))
			status = add_goner(maintaining, application, version, error);
	}
	return status;
}

/* Application by application: the records of one are let go before the next. */
static int plan(struct records *records, const void *context, cJSON **answer,
		struct tally_error *error)
{
	struct maintaining *maintaining = *(struct maintaining *const *)context;
	struct record **applications;
	size_t count = 0;
	int status = load_protection(maintaining, records, error);

	(void)answer;
	if (status == 0)
		status = tally__records_list_folders(records, &applications, &count, PATH_APPS,
						     "app.json", error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		struct records own;
		const char *name;

		status = tally__record_text(applications[i], "name", &name, error);
		if (status != 0)
			return status;
		tally__records_init(&own, records->snapshot);
		own.format = records->format;
		status = plan_application(maintaining, &own, name, error);
		tally__records_release(&own);
	}
	return status;
}

/* ---- the changes ---- */

/* The versions of one application in the batch, as they are now. */
struct share {
	const char *application;
	struct record **versions;
	size_t count;
};

/* "latest" is about numbers, which only grow: what was too old in the plan still is. */
static int still_goes(struct maintaining *maintaining, struct records *records,
		      const struct goner *goner, struct record **version, struct tally_error *error)
{
	bool keeps = true;
	int status = tally__records_get(records, version, PATH_VERSION,
					NAMES(goner->application, goner->version), error);

	if (status == 0 && (*version)->json != NULL)
		status = tally__retention_keeps(&maintaining->retention, *version, SIZE_MAX, &keeps,
						error);
	if (status == 0 && (keeps || tally__protection_has(&maintaining->protection,
							   goner->application, goner->version)))
		*version = NULL;
	return status;
}

static int note_removed(cJSON *list, const struct share *share, struct buf *message,
			struct tally_error *error)
{
	cJSON *json = tally__json_put_new(list, NULL, cJSON_CreateObject());
	cJSON *names = tally__json_put_new(json, "versions", cJSON_CreateArray());
	int failed = json == NULL || names == NULL ||
		     tally__json_put_text(json, "application", share->application) != 0;

	for (size_t i = 0; !failed && i < share->count; i++) {
		const char *name = tally__json_get_string(share->versions[i]->json, "version");

		tally__buf_addf(message, "%s %s\n", share->application, name);
		failed = tally__json_append(names, cJSON_CreateString(name)) != 0;
	}
	return failed ? tally__fail_nomem(error) : 0;
}

static int remove_share(struct records *records, const struct share *share,
			struct tally_error *error)
{
	const struct removal removal = {.application = share->application,
					.versions = share->versions,
					.count = share->count,
					.remember = true};

	return share->count == 0 ? 0 : tally__versions_remove(records, &removal, error);
}

/* Those of the batch from `*at` on that belong to one application. */
static int take_share(struct maintaining *maintaining, struct records *records, size_t *at,
		      struct share *share, struct tally_error *error)
{
	const char *application = maintaining->goners[*at].application;
	size_t end = maintaining->end;
	int status = 0;

	*share = (struct share){.application = application};
	share->versions =
		tally__arena_alloc_array(&records->arena, end - *at, sizeof *share->versions);
	if (share->versions == NULL)
		return tally__fail_nomem(error);
	for (; status == 0 && *at < end; ++*at) {
		struct record *version;

		if (strcmp(maintaining->goners[*at].application, application) != 0)
			break;
		status = still_goes(maintaining, records, &maintaining->goners[*at], &version,
				    error);
		if (status == 0 && version != NULL)
			share->versions[share->count++] = version;
	}
	return status;
}

static int let_go(struct records *records, void *context, struct buf *message, cJSON **answer,
		  struct tally_error *error)
{
	struct maintaining *maintaining = context;
	struct buf names;
	cJSON *list;
	size_t total = 0;
	int status = load_protection(maintaining, records, error);

	tally__buf_init(&names, message->max_bytes / 2);
	*answer = cJSON_CreateObject();
	list = tally__json_put_new(*answer, "removed", cJSON_CreateArray());
	if (status == 0 && list == NULL)
		status = tally__fail_nomem(error);
	for (size_t at = maintaining->next; status == 0 && at < maintaining->end;) {
		struct share share;

		status = take_share(maintaining, records, &at, &share, error);
		if (status == 0 && share.count > 0)
			status = note_removed(list, &share, &names, error);
		if (status == 0)
			status = remove_share(records, &share, error);
		total += share.count;
	}
	tally__buf_addf(message, "let go of %zu version%s\n\n", total, total == 1 ? "" : "s");
	/* Too many names for a message: the commit itself shows them. */
	if (names.status == 0)
		tally__buf_adds(message, names.bytes);
	tally__buf_release(&names);
	return status;
}

/* What one commit removed joins the answer's list. */
static int collect(struct maintaining *maintaining, cJSON *made, struct tally_error *error)
{
	cJSON *list = tally__json_get(made, "removed");

	while (list->child != NULL) {
		cJSON *first = cJSON_DetachItemViaPointer(list, list->child);

		if (tally__json_append(maintaining->removed, first) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* That of the last commit. */
static int put_commit(cJSON *answer, const cJSON *made, struct tally_error *error)
{
	cJSON_DeleteItemFromObjectCaseSensitive(answer, "commit");
	return tally__json_put_text(answer, "commit", tally__json_get_string(made, "commit")) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

static int check_interrupt(const struct maintaining *maintaining, struct tally_error *error)
{
	if (maintaining->asked->interrupt == NULL || *maintaining->asked->interrupt == 0)
		return 0;
	return tally__fail(error, TALLY_ETIMEOUT,
			   "interrupted: %zu of %zu versions were not let "
			   "go, and nothing was packed",
			   maintaining->count - maintaining->next, maintaining->count);
}

static int let_all_go(struct maintaining *maintaining, cJSON *answer, struct tally_error *error)
{
	int status = 0;

	for (maintaining->next = 0; status == 0 && maintaining->next < maintaining->count;
	     maintaining->next = maintaining->end) {
		size_t left = maintaining->count - maintaining->next;
		cJSON *made = NULL;

		status = check_interrupt(maintaining, error);
		if (status != 0)
			return status;
		maintaining->end =
			maintaining->next + (left < BATCH_VERSIONS ? left : BATCH_VERSIONS);
		status = tally__broker_change(maintaining->broker, let_go, maintaining,
					      maintaining->retention.now_unix, &made, error);
		if (status == 0)
			status = collect(maintaining, made, error);
		if (status == 0)
			status = put_commit(answer, made, error);
		cJSON_Delete(made);
	}
	return status;
}

/* The plan, as what would be removed. */
static int tell_plan(struct maintaining *maintaining, struct tally_error *error)
{
	const char *application = NULL;
	cJSON *names = NULL;

	for (size_t i = 0; i < maintaining->count; i++) {
		const struct goner *goner = &maintaining->goners[i];

		if (application == NULL || strcmp(application, goner->application) != 0) {
			cJSON *json = tally__json_put_new(maintaining->removed, NULL,
							  cJSON_CreateObject());

			application = goner->application;
			names = tally__json_put_new(json, "versions", cJSON_CreateArray());
			if (json == NULL ||
			    tally__json_put_text(json, "application", application) != 0)
				return tally__fail_nomem(error);
		}
		if (tally__json_append(names, cJSON_CreateString(goner->version)) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

/* ---- packs, and the answer ---- */

static int pack(const struct maintaining *maintaining, cJSON *answer, struct tally_error *error)
{
	struct store *store = ((struct git_broker *)maintaining->broker)->store;
	struct repacking made;
	cJSON *json;
	int failed;
	int status = tally__store_repack(store, maintaining->asked->dry_run,
					 maintaining->asked->interrupt, &made, error);

	if (status != 0)
		return status;
	json = tally__json_put_new(answer, "packs", cJSON_CreateObject());
	failed = tally__json_put(json, "done", cJSON_CreateBool(made.done));
	failed |= tally__json_put(json, "before", cJSON_CreateNumber((double)made.packs_before));
	failed |= tally__json_put(json, "after", cJSON_CreateNumber((double)made.packs_after));
	failed |=
		tally__json_put(json, "bytesBefore", cJSON_CreateNumber((double)made.bytes_before));
	failed |= tally__json_put(json, "bytesAfter", cJSON_CreateNumber((double)made.bytes_after));
	failed |= tally__json_put(json, "bytesWaiting",
				  cJSON_CreateNumber((double)made.bytes_waiting));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static size_t count_removed(const cJSON *removed)
{
	const cJSON *item;
	size_t count = 0;

	cJSON_ArrayForEach(item, removed)
	{
		count += (size_t)cJSON_GetArraySize(tally__json_get(item, "versions"));
	}
	return count;
}

static int finish_answer(const struct maintaining *maintaining, cJSON *answer,
			 struct tally_error *error)
{
	size_t total = maintaining->version_count, gone = count_removed(maintaining->removed);
	int failed =
		tally__json_put(answer, "dryRun", cJSON_CreateBool(maintaining->asked->dry_run));

	failed |= tally__json_put(answer, "versions", cJSON_CreateNumber((double)total));
	failed |= tally__json_put(answer, "kept", cJSON_CreateNumber((double)(total - gone)));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* Versions that are gone have to be told, whatever becomes of the rest. */
static int tell_trouble(const struct maintaining *maintaining, cJSON *answer,
			const struct tally_error *trouble, struct tally_error *error)
{
	char text[TALLY_ERROR_MESSAGE_BYTES];
	cJSON *json = tally__json_put_new(answer, "trouble", cJSON_CreateObject());
	int failed;

	tally_error_format(trouble, text, sizeof text);
	failed = tally__json_put_text(json, "error", tally_error_name(trouble->code));
	failed |= tally__json_put_text(json, "text", text);
	return failed != 0 ? tally__fail_nomem(error) : finish_answer(maintaining, answer, error);
}

static int work(struct maintaining *maintaining, cJSON *answer, struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	int status = maintaining->asked->dry_run ? tell_plan(maintaining, &trouble)
						 : let_all_go(maintaining, answer, &trouble);

	if (status == 0)
		status = pack(maintaining, answer, &trouble);
	if (status == 0)
		return finish_answer(maintaining, answer, error);
	if (maintaining->removed->child != NULL && !maintaining->asked->dry_run)
		return tell_trouble(maintaining, answer, &trouble, error);
	if (error != NULL)
		*error = trouble;
	return status;
}

static int maintain(struct maintaining *maintaining, cJSON *answer, struct tally_error *error)
{
	struct maintaining *const context = maintaining;
	cJSON *nothing = NULL;
	int status = parse_rules(maintaining, error);

	maintaining->removed = tally__json_put_new(answer, "removed", cJSON_CreateArray());
	if (status == 0 && maintaining->removed == NULL)
		status = tally__fail_nomem(error);
	if (status == 0 && maintaining->retention.rule_count > 0)
		status = tally__broker_ask(maintaining->broker, plan, &context, &nothing, error);
	return status != 0 ? status : work(maintaining, answer, error);
}

int tally__git_broker_maintain(struct tally_broker *handle,
			       const struct tally_maintenance *maintenance, cJSON **answer,
			       struct tally_error *error)
{
	const struct git_broker *broker = (const struct git_broker *)handle;
	struct maintaining maintaining = {.broker = handle, .asked = maintenance};
	cJSON *made;
	int status;

	if (*broker->pinned != '\0' || tally__store_is_in_group(broker->store))
		return tally__fail(error, TALLY_EINVAL,
				   "the broker is pinned or within a group of changes, and cannot "
				   "be maintained meanwhile");
	maintaining.retention.now_unix = tally__time_now_unix();
	tally__arena_init(&maintaining.arena, 0);
	tally__protection_init(&maintaining.protection);
	made = cJSON_CreateObject();
	status = made == NULL ? tally__fail_nomem(error) : maintain(&maintaining, made, error);
	tally__protection_release(&maintaining.protection);
	tally__arena_release(&maintaining.arena);
	if (status == 0)
		*answer = made;
	else
		cJSON_Delete(made);
	return status;
}
