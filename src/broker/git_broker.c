#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/git_remote.h"
#include "broker/resources.h"
#include "format/uri.h"
#include "git/url.h"

/* Longest commit message: names of a few hundred contracts. */
#define MESSAGE_BYTES 1048576

static int decode_file_url(struct buf *path, const char *url, struct tally_error *error)
{
	const char *rest = url + strlen("file://");

	if (strncmp(rest, "localhost/", 10) == 0)
		rest += 9;
	if (*rest != '/')
		return tally__fail(error, TALLY_EINVAL,
				   "\"%s\" names another machine: write file:///path", url);
	tally__uri_decode(path, rest, strlen(rest), false);
	return tally__buf_status(path, error);
}

static int locate(struct buf *path, const char *location, struct tally_error *error)
{
	if (strncmp(location, "file://", 7) == 0)
		return decode_file_url(path, location, error);
	tally__buf_adds(path, location);
	return tally__buf_status(path, error);
}

static int check_format(struct records *records, struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_BROKER, NAMES(NULL), error);

	if (status != 0)
		return status;
	if (record->json == NULL && *tally__snapshot_id(records->snapshot) == '\0' &&
	    !tally__snapshot_is_of_unused(records->snapshot))
		return tally__fail(
			error, TALLY_EPARSE,
			"this git repository has no branch main, but something is in it: "
			"if it was a broker, the branch is lost; git fsck --lost-found "
			"finds its last commit, git update-ref refs/heads/main COMMIT "
			"brings it back");
	if (record->json == NULL)
		return tally__fail(error, TALLY_EPARSE,
				   "this git repository is not a broker: it has no " PATH_BROKER
				   "; tally broker init makes one");
	status = tally__record_number(record, "format", &records->format, error);
	if (status == 0 && records->format > RECORD_FORMAT)
		status = tally__fail(error, TALLY_EUNSUPPORTED,
				     "the broker has store format %lld, this program knows up to "
				     "%d: use a newer tally",
				     (long long)records->format, RECORD_FORMAT);
	return status;
}

struct founding {
	int64_t now_unix;
};

static int found_broker(struct records *records, void *context, struct buf *message, cJSON **answer,
			struct tally_error *error)
{
	const struct founding *founding = context;
	char created[TIME_TEXT_BYTES];
	struct record *record;
	int status = tally__records_get(records, &record, PATH_BROKER, NAMES(NULL), error);

	(void)answer;
	if (status != 0)
		return status;
	tally__time_format(founding->now_unix, created);
	status = tally__record_set_number(record, "format", RECORD_FORMAT, error);
	if (status == 0)
		status = tally__record_set_text(record, "createdAt", created, error);
	tally__buf_adds(message, "create the broker\n");
	return status;
}

struct transaction {
	broker_change *change;
	void *context;
	bool founding;
	cJSON *answer;
};

/* Room for the commit's id is made before the commit: after it nothing may fail. */
static int reserve_id(cJSON *answer, struct tally_error *error)
{
	char blank[STORE_ID_BYTES];

	if (answer == NULL)
		return 0;
	memset(blank, '0', sizeof blank - 1);
	blank[sizeof blank - 1] = '\0';
	return tally__json_put(answer, "commit", cJSON_CreateString(blank)) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

static int run_transaction(void *context, const struct snapshot *snapshot, struct edits *edits,
			   struct tally_error *error)
{
	struct transaction *transaction = context;
	struct records records;
	struct buf message;
	int status = 0;

	tally__records_init(&records, snapshot);
	tally__buf_init(&message, MESSAGE_BYTES);
	if (!transaction->founding)
		status = check_format(&records, error);
	cJSON_Delete(transaction->answer); /* of a run that lost its race */
	transaction->answer = NULL;
	if (status == 0)
		status = transaction->change(&records, transaction->context, &message,
					     &transaction->answer, error);
	if (status == 0)
		status = reserve_id(transaction->answer, error);
	if (status == 0)
		status = tally__buf_status(&message, error);
	if (status == 0)
		status = tally__records_flush(&records, edits, error);
	if (status == 0)
		status = tally__edits_describe(edits, message.bytes, error);
	tally__buf_release(&message);
	tally__records_release(&records);
	return status;
}

/* The functions of this kind's table get such brokers alone. */
static struct git_broker *git_of(struct tally_broker *broker)
{
	return (struct git_broker *)broker;
}

static int check_unpinned(const struct git_broker *broker, struct tally_error *error)
{
	if (*broker->pinned == '\0')
		return 0;
	return tally__fail(error, TALLY_EINVAL,
			   "the broker is pinned at %.10s, and what was cannot be changed",
			   broker->pinned);
}

int tally__broker_change(struct tally_broker *handle, broker_change *change, void *context,
			 int64_t now_unix, cJSON **answer, struct tally_error *error)
{
	struct git_broker *broker = git_of(handle);
	struct transaction transaction = {.change = change, .context = context};
	struct store_author author = {
		.name = broker->author_name, .email = broker->author_email, .now_unix = now_unix};
	struct tally_error trouble = TALLY_ERROR_INIT;
	char id[STORE_ID_BYTES];
	int status = check_unpinned(broker, error);

	if (status != 0)
		return status;
	status = tally__store_commit(broker->store, run_transaction, &transaction, &author, id,
				     &trouble);
	if (status == TALLY_EIO && tally__remote_renew(broker->store))
		status = tally__store_commit(broker->store, run_transaction, &transaction, &author,
					     id, error);
	else if (status != 0 && error != NULL && error->code == 0)
		*error = trouble;
	if (status == 0 && transaction.answer != NULL)
		memcpy(tally__json_get(transaction.answer, "commit")->valuestring, id, sizeof id);
	if (status == 0 && answer != NULL)
		*answer = transaction.answer;
	else
		cJSON_Delete(transaction.answer);
	return status;
}

static int ask_once(const struct git_broker *broker, broker_question *question, const void *context,
		    cJSON **answer, struct tally_error *error)
{
	struct snapshot *snapshot;
	struct records records;
	cJSON *made = NULL;
	int status = tally__remote_update(broker->store, error);

	if (status == 0)
		status = tally__snapshot_open(&snapshot, broker->store,
					      *broker->pinned != '\0' ? broker->pinned : NULL,
					      error);
	if (status != 0)
		return status;
	tally__records_init(&records, snapshot);
	records.cache = broker->cache;
	if (broker->cache != NULL)
		tally__record_cache_begin(broker->cache, snapshot);
	status = check_format(&records, error);
	if (status == 0)
		status = question(&records, context, &made, error);
	tally__records_release(&records);
	tally__snapshot_close(snapshot);
	if (status == 0)
		*answer = made;
	else
		cJSON_Delete(made);
	return status;
}

int tally__broker_ask(struct tally_broker *handle, broker_question *question, const void *context,
		      cJSON **answer, struct tally_error *error)
{
	const struct git_broker *broker = git_of(handle);
	struct tally_error trouble = TALLY_ERROR_INIT;
	int status = ask_once(broker, question, context, answer, &trouble);

	if (status == TALLY_EIO && tally__remote_renew(broker->store))
		return ask_once(broker, question, context, answer, error);
	if (status != 0 && error != NULL && error->code == 0)
		*error = trouble;
	return status;
}

/* An empty repository is as good as none: an interrupted init leaves one. */
static int open_empty(struct store **out, const char *path, const struct tally_error *conflict,
		      struct tally_error *error)
{
	struct snapshot *snapshot = NULL;
	struct store *store = NULL;
	int status = tally__store_open(&store, path, NULL);

	if (status == 0)
		status = tally__snapshot_open(&snapshot, store, NULL, NULL);
	if (status == 0 &&
	    (*tally__snapshot_id(snapshot) != '\0' || !tally__store_is_unused(store)))
		status = TALLY_ECONFLICT;
	tally__snapshot_close(snapshot);
	if (status == 0) {
		*out = store;
		return 0;
	}
	tally__store_close(store);
	return tally__fail_at(error, conflict->code, conflict->where, 0, 0, "%s",
			      conflict->message);
}

/* Makes a repository at the path, or takes an empty one. */
static int make_local(struct store **out, const char *path, struct tally_error *error)
{
	struct tally_error conflict = TALLY_ERROR_INIT;
	struct buf folder;
	int status;

	tally__buf_init(&folder, LIMIT_HEADER_BYTES);
	status = locate(&folder, path, error);
	if (status != 0)
		goto out;
	status = tally__store_init(folder.bytes, &conflict);
	if (status == 0)
		status = tally__store_open(out, folder.bytes, error);
	else if (status == TALLY_ECONFLICT)
		status = open_empty(out, folder.bytes, &conflict, error);
	else
		tally__fail_at(error, status, conflict.where, 0, 0, "%s", conflict.message);
out:
	tally__buf_release(&folder);
	return status;
}

int tally__git_broker_init(const char *path, const struct tally_broker_options *options,
			   struct tally_error *error)
{
	struct founding founding = {.now_unix = tally__time_now_unix()};
	struct transaction transaction = {found_broker, &founding, true, NULL};
	struct store_author author = {.now_unix = founding.now_unix};
	struct store *store = NULL;
	char *shown = NULL;
	int status = tally__git_url_is(path)
			     ? tally__git_remote_open(&store, &shown, path, options, true, error)
			     : make_local(&store, path, error);

	if (status == 0)
		status = tally__store_commit(store, run_transaction, &transaction, &author, NULL,
					     error);
	tally__store_close(store);
	tally__free(shown);
	return status;
}

/* Asked when a broker is opened or pinned: is this one, and can this program read it? */
static int ask_nothing(struct records *records, const void *question, cJSON **answer,
		       struct tally_error *error)
{
	(void)records, (void)question, (void)answer, (void)error;
	return 0;
}

static int git_broker_pin(struct tally_broker *handle, const char *at, struct tally_error *error)
{
	struct git_broker *broker = git_of(handle);
	char before[STORE_ID_BYTES];
	struct snapshot *snapshot;
	cJSON *nothing = NULL;
	int status;

	if (at == NULL) {
		*broker->pinned = '\0';
		return 0;
	}
	status = tally__remote_update(broker->store, error);
	if (status == 0)
		status = tally__snapshot_open(&snapshot, broker->store, at, error);
	if (status != 0)
		return status;
	memcpy(before, broker->pinned, sizeof before);
	memcpy(broker->pinned, tally__snapshot_id(snapshot), sizeof broker->pinned);
	tally__snapshot_close(snapshot);
	status = tally__broker_ask(handle, ask_nothing, NULL, &nothing, error);
	if (status != 0)
		memcpy(broker->pinned, before, sizeof before);
	return status;
}

static void git_broker_release(struct tally_broker *handle)
{
	struct git_broker *broker = git_of(handle);

	tally__record_cache_free(broker->cache);
	tally__store_close(broker->store);
	tally__free(broker->author_name);
	tally__free(broker->author_email);
}

static int git_broker_begin(struct tally_broker *handle, struct tally_error *error)
{
	int status = check_unpinned(git_of(handle), error);

	return status != 0 ? status : tally__store_begin(git_of(handle)->store, error);
}

static int git_broker_finish(struct tally_broker *handle, struct tally_error *error)
{
	return tally__store_finish(git_of(handle)->store, error);
}

static void git_broker_cancel(struct tally_broker *handle)
{
	tally__store_cancel(git_of(handle)->store);
}

static int64_t git_broker_updated_unix(const struct tally_broker *handle)
{
	return tally__store_updated_unix(((const struct git_broker *)handle)->store);
}

static const struct broker_kind git_kind = {
	.name = "a git repository",
	.resources = &tally__git_resources,
	.release = git_broker_release,
	.updated_unix = git_broker_updated_unix,
	.set_author = tally__git_broker_set_author,
	.begin = git_broker_begin,
	.finish = git_broker_finish,
	.cancel = git_broker_cancel,
	.pin = git_broker_pin,
	.upgrade = tally__git_broker_upgrade,
	.check = tally__git_broker_check,
	.maintain = tally__git_broker_maintain,
	.publish = tally__git_broker_publish,
	.contracts_to_verify = tally__git_broker_contracts_to_verify,
	.contract_of = tally__git_broker_contract_of,
	.record_results = tally__git_broker_record_results,
	.environment_create = tally__git_broker_environment_create,
	.environment_update = tally__git_broker_environment_update,
	.environment_delete = tally__git_broker_environment_delete,
	.environment_list = tally__git_broker_environment_list,
	.environment_show = tally__git_broker_environment_show,
	.environment_by_uuid = tally__git_broker_environment_by_uuid,
	.record_deployment = tally__git_broker_record_deployment,
	.record_undeployment = tally__git_broker_record_undeployment,
	.record_release = tally__git_broker_record_release,
	.record_support_ended = tally__git_broker_record_support_ended,
	.deployments = tally__git_broker_deployments,
	.releases = tally__git_broker_releases,
	.deployment = tally__git_broker_deployment,
	.release_of = tally__git_broker_release,
	.deployment_end = tally__git_broker_deployment_end,
	.release_end = tally__git_broker_release_end,
	.can_i_deploy = tally__git_broker_can_i_deploy,
	.matrix = tally__git_broker_matrix,
	.log = tally__git_broker_log,
};

static int open_local(struct git_broker *broker, const char *location, struct tally_error *error)
{
	struct buf folder;
	int status;

	tally__buf_init(&folder, LIMIT_HEADER_BYTES);
	status = locate(&folder, location, error);
	if (status == 0) {
		broker->base.location = tally__strdup(location);
		status = broker->base.location == NULL
				 ? tally__fail_nomem(error)
				 : tally__store_open(&broker->store, folder.bytes, error);
	}
	tally__buf_release(&folder);
	if (status != 0)
		tally__error_where(error, location);
	return status;
}

int tally__git_broker_open(struct tally_broker **out, const char *location,
			   const struct tally_broker_options *options, struct tally_error *error)
{
	struct git_broker *broker;
	cJSON *nothing = NULL;
	int status;

	broker = tally__calloc(1, sizeof *broker);
	if (broker == NULL)
		return tally__fail_nomem(error);
	broker->base.kind = &git_kind;
	status = tally__git_url_is(location)
			 ? tally__git_remote_open(&broker->store, &broker->base.location, location,
						  options, false, error)
			 : open_local(broker, location, error);
	if (status == 0)
		status = tally__record_cache_new(&broker->cache, error);
	if (status == 0)
		status = tally__broker_ask(&broker->base, ask_nothing, NULL, &nothing, error);
	if (status != 0 && broker->base.location != NULL)
		tally__error_where(error, broker->base.location);
	if (status == 0) {
		*out = &broker->base;
		broker = NULL;
	}
	tally_broker_close(broker != NULL ? &broker->base : NULL);
	return status;
}

/* Angle brackets and line ends would end the field in a commit. */
static int check_author(const char *text, const char *what, struct tally_error *error)
{
	int status = tally__name_check(text, what, error);

	if (status == 0 && strpbrk(text, "<>") != NULL)
		status = tally__fail(error, TALLY_EINVAL,
				     "the %s \"%s\" has an angle bracket, which git cannot store",
				     what, text);
	return status;
}

int tally__git_broker_set_author(struct tally_broker *handle, const char *name, const char *email,
				 struct tally_error *error)
{
	struct git_broker *broker = git_of(handle);
	char *new_name = NULL, *new_email = NULL;
	int status = name != NULL ? check_author(name, "author's name", error) : 0;

	if (status == 0 && email != NULL)
		status = check_author(email, "author's e-mail address", error);
	if (status != 0)
		return status;
	if (name != NULL)
		new_name = tally__strdup(name);
	if (email != NULL)
		new_email = tally__strdup(email);
	if ((name != NULL && new_name == NULL) || (email != NULL && new_email == NULL)) {
		tally__free(new_name);
		tally__free(new_email);
		return tally__fail_nomem(error);
	}
	tally__free(broker->author_name);
	tally__free(broker->author_email);
	broker->author_name = new_name;
	broker->author_email = new_email;
	return 0;
}
