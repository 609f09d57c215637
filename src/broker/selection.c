/* Which contracts a provider has to honour. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "broker/environments.h"
#include "broker/git_broker.h"
#include "broker/versions.h"

/* A consumer version that was selected; those of one consumer with the same content are one. */
struct choice {
	const char *consumer, *version;
	const struct record *publication;
	int64_t sequence;
	const char *content;
	cJSON *why; /* sentences; owned */
	struct choice *next;
};

struct selection {
	struct records *records;
	const char *provider;
	struct choice *first; /* of the consumer that is looked at */
	cJSON *contracts;     /* the answer's */
};

struct selection_question {
	const char *provider;
	const char *consumer, *version; /* this one only, unless NULL */
};

static struct choice *find_content(const struct selection *selection, const char *content)
{
	struct choice *choice = selection->first;

	while (choice != NULL && strcmp(choice->content, content) != 0)
		choice = choice->next;
	return choice;
}

/* The choice for a content, made when there is none yet; NULL when memory is short. */
static struct choice *get_choice(struct selection *selection, const char *content)
{
	struct choice *choice = find_content(selection, content);

	if (choice != NULL)
		return choice;
	choice = tally__arena_alloc(&selection->records->arena, sizeof *choice);
	if (choice == NULL)
		return NULL;
	choice->content = content;
	choice->why = cJSON_CreateArray();
	choice->next = selection->first;
	selection->first = choice;
	return choice;
}

static int add_reason(struct choice *choice, const char *reason, struct tally_error *error)
{
	const cJSON *other;

	cJSON_ArrayForEach(other, choice->why)
	{
		if (strcmp(other->valuestring, reason) == 0)
			return 0;
	}
	return tally__json_append(choice->why, cJSON_CreateString(reason)) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

/* Selects a consumer version, if it has a contract with the provider; the newest version stands
 * for all that have the same content. */
static int choose(struct selection *selection, const char *consumer, const char *version,
		  const char *reason, struct tally_error *error)
{
	struct record *publication, *record;
	struct choice *choice;
	const char *content;
	int64_t sequence;
	int status = tally__records_get(selection->records, &publication, PATH_PUBLICATION,
					NAMES(consumer, version, selection->provider), error);

	if (reason == NULL)
		return tally__fail_nomem(error);
	if (status != 0 || publication->json == NULL)
		return status;
	status = tally__records_get(selection->records, &record, PATH_VERSION,
				    NAMES(consumer, version), error);
	if (status == 0)
		status = tally__record_number(record, "sequence", &sequence, error);
	if (status == 0)
		status = tally__record_text(publication, "content", &content, error);
	if (status != 0)
		return status;
	choice = get_choice(selection, content);
	if (choice == NULL)
		return tally__fail_nomem(error);
	if (choice->publication == NULL || sequence > choice->sequence) {
		choice->consumer = consumer;
		choice->version = version;
		choice->publication = publication;
		choice->sequence = sequence;
	}
	return add_reason(choice, reason, error);
}

/* The head of the main branch; where there is none, the newest version with a contract. */
static int choose_newest(struct selection *selection, const struct record *marker,
			 const char *consumer, struct tally_error *error)
{
	struct records *records = selection->records;
	const char *main_branch = NULL, *version = NULL;
	struct record *application, *head;
	int status = tally__records_get(records, &application, PATH_APP, NAMES(consumer), error);

	if (status == 0)
		status =
			tally__record_optional_text(application, "mainBranch", &main_branch, error);
	if (status == 0 && main_branch != NULL) {
		status = tally__records_get(records, &head, PATH_BRANCH,
					    NAMES(consumer, main_branch), error);
		if (status == 0)
			status = tally__record_optional_text(head, "version", &version, error);
	}
	if (status != 0)
		return status;
	if (version != NULL)
		return choose(selection, consumer, version,
			      tally__arena_printf(&records->arena,
						  "%s %s is the head of its main branch %s",
						  consumer, version, main_branch),
			      error);
	status = tally__record_text(marker, "version", &version, error);
	return status != 0 ? status
			   : choose(selection, consumer, version,
				    tally__arena_printf(&records->arena,
							"%s %s is its newest version with a "
							"contract",
							consumer, version),
				    error);
}

static int choose_live(struct selection *selection, const char *consumer, const char *environment,
		       struct tally_error *error)
{
	struct records *records = selection->records;
	const char **live;
	size_t count;
	int status = tally__live_versions(records, environment, consumer, &live, &count, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = choose(selection, consumer, live[i],
				tally__arena_printf(&records->arena, "%s %s is deployed in %s",
						    consumer, live[i], environment),
				error);
	return status;
}

static int read_document(struct records *records, const char *path, cJSON **out,
			 struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	const char *bytes;
	size_t len;
	int status = tally__snapshot_read(records->snapshot, path, &records->arena, &bytes, &len,
					  &trouble);

	if (status != 0)
		return tally__fail_at(error, status == TALLY_ENOTFOUND ? TALLY_EPARSE : status,
				      path, 0, 0,
				      "the contract is recorded as published but its document "
				      "cannot be read: %s",
				      trouble.message);
	status = tally_json_parse(out, bytes, len, error);
	if (status != 0)
		tally__error_within(error, path);
	return status;
}

static int add_contract(struct selection *selection, const struct choice *choice,
			struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject(), *document = NULL;
	const char *path;
	int failed = tally__json_append(selection->contracts, json);
	int status = failed != 0 ? tally__fail_nomem(error) : 0;

	if (status == 0)
		status = tally__records_path(
			selection->records, &path, PATH_CONTRACT,
			NAMES(choice->consumer, choice->version, selection->provider), error);
	if (status == 0)
		status = read_document(selection->records, path, &document, error);
	if (status != 0)
		return status;
	failed |= tally__json_put(json, "contract", document);
	failed |= tally__json_put(json, "consumer", cJSON_CreateString(choice->consumer));
	failed |= tally__json_put(json, "consumerVersion", cJSON_CreateString(choice->version));
	failed |= tally__json_put(json, "why", tally__json_clone(choice->why));
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* Oldest first: the list was built at its head, so it is put in order of the versions. */
static int compare_choices(const void *a, const void *b)
{
	const struct choice *left = *(struct choice *const *)a, *right = *(struct choice *const *)b;

	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static int add_sorted(struct selection *selection, struct tally_error *error)
{
	struct choice **sorted;
	size_t count = 0, at = 0;
	int status = 0;

	for (struct choice *choice = selection->first; choice != NULL; choice = choice->next)
		count++;
	sorted = tally__arena_alloc_array(&selection->records->arena, count + 1, sizeof *sorted);
	if (sorted == NULL)
		return tally__fail_nomem(error);
	for (struct choice *choice = selection->first; choice != NULL; choice = choice->next)
		sorted[at++] = choice;
	qsort(sorted, count, sizeof *sorted, compare_choices);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_contract(selection, sorted[i], error);
	return status;
}

/* Puts what was chosen of one consumer into the answer, unless that failed, and forgets it. */
static int finish_consumer(struct selection *selection, int status, struct tally_error *error)
{
	if (status == 0)
		status = add_sorted(selection, error);
	for (struct choice *choice = selection->first; choice != NULL; choice = choice->next)
		cJSON_Delete(choice->why);
	selection->first = NULL;
	return status;
}

static int select_consumer(struct selection *selection, const struct record *marker,
			   struct record *const *environments, size_t environment_count,
			   struct tally_error *error)
{
	const char *consumer;
	int status = tally__record_text(marker, "consumer", &consumer, error);

	if (status == 0)
		status = choose_newest(selection, marker, consumer, error);
	for (size_t i = 0; status == 0 && i < environment_count; i++) {
		const char *environment;

		status = tally__record_text(environments[i], "name", &environment, error);
		if (status == 0)
			status = choose_live(selection, consumer, environment, error);
	}
	return finish_consumer(selection, status, error);
}

static int select_all(struct selection *selection, struct tally_error *error)
{
	struct record **markers, **environments;
	size_t marker_count = 0, environment_count = 0;
	int status = tally__environments_list(selection->records, &environments, &environment_count,
					      error);

	if (status == 0)
		status = tally__records_list(selection->records, &markers, &marker_count,
					     PATH_CONSUMERS, NAMES(selection->provider), error);
	for (size_t i = 0; status == 0 && i < marker_count; i++)
		status = select_consumer(selection, markers[i], environments, environment_count,
					 error);
	return status;
}

static int select_one(struct selection *selection, const struct selection_question *question,
		      struct tally_error *error)
{
	struct record *version;
	int status = tally__version_find(selection->records, question->consumer, question->version,
					 &version, error);

	if (status == 0)
		status = choose(selection, question->consumer, question->version,
				"this version was asked for", error);
	return finish_consumer(selection, status, error);
}

static int nothing(const struct selection_question *question, struct tally_error *error)
{
	if (question->consumer != NULL)
		return tally__fail(error, TALLY_ENOTHING,
				   "%s %s has published no contract with \"%s\"",
				   question->consumer, question->version, question->provider);
	return tally__fail(error, TALLY_ENOTHING,
			   "no consumer's contract with \"%s\" has to be verified: check the name; "
			   "tally publish records contracts",
			   question->provider);
}

static int ask_selection(struct records *records, const void *context, cJSON **answer,
			 struct tally_error *error)
{
	const struct selection_question *question = context;
	struct selection selection = {.records = records, .provider = question->provider};
	int failed, status;

	*answer = cJSON_CreateObject();
	selection.contracts = cJSON_CreateArray();
	failed = tally__json_put(*answer, "contracts", selection.contracts);
	failed |= tally__json_put(*answer, "provider", cJSON_CreateString(question->provider));
	if (failed != 0)
		return tally__fail_nomem(error);
	status = question->consumer != NULL ? select_one(&selection, question, error)
					    : select_all(&selection, error);
	if (status == 0 && selection.contracts->child == NULL)
		status = nothing(question, error);
	return status;
}

int tally__git_broker_contracts_to_verify(struct tally_broker *broker,
					  const struct tally_verification_query *query,
					  cJSON **answer, struct tally_error *error)
{
	struct selection_question question = {.provider = query->provider};
	int status = tally__name_check(query->provider, "provider", error);

	if (status == 0 && query->selectors != NULL && query->selectors->child != NULL)
		status = tally__fail(error, TALLY_EUNSUPPORTED,
				     "selectors are not supported by a broker in a repository");
	return status != 0
		       ? status
		       : tally__broker_ask(broker, NULL, ask_selection, &question, answer, error);
}

int tally__git_broker_contract_of(struct tally_broker *broker, const char *provider,
				  const char *consumer, const char *version, cJSON **answer,
				  struct tally_error *error)
{
	struct selection_question question = {provider, consumer, version};
	int status = tally__name_check(provider, "provider", error);

	if (status == 0)
		status = tally__name_check(consumer, "consumer", error);
	return status != 0
		       ? status
		       : tally__broker_ask(broker, NULL, ask_selection, &question, answer, error);
}
