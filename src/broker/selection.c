/* Which contracts a provider has to honour. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "broker/git_broker.h"
#include "broker/selection.h"
#include "broker/versions.h"

/* The contract of one version, asked for by its name. */
struct contract_question {
	const struct tally_verification_query *query;
	const char *consumer, *version;
};

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

static cJSON *list_reasons(const struct choice *choice)
{
	cJSON *list = cJSON_CreateArray();
	int failed = list == NULL;

	for (const struct reason *reason = choice->reasons; reason != NULL; reason = reason->next)
		failed |= tally__json_append(list, cJSON_CreateString(reason->text));
	if (failed != 0) {
		cJSON_Delete(list);
		return NULL;
	}
	return list;
}

/* *out is the answer's new item. */
static int add_contract(struct selection *selection, const struct choice *choice, cJSON **out,
			struct tally_error *error)
{
	cJSON *json = cJSON_CreateObject(), *document = NULL;
	const char *path;
	int failed = tally__json_append(selection->contracts, json);
	int status = failed != 0 ? tally__fail_nomem(error) : 0;

	if (status == 0 && !selection->query->outline)
		status = tally__records_path(
			selection->records, &path, PATH_CONTRACT,
			NAMES(choice->consumer, choice->version, selection->provider), error);
	if (status == 0 && !selection->query->outline)
		status = read_document(selection->records, path, &document, error);
	if (status != 0)
		return status;
	if (document != NULL)
		failed |= tally__json_put(json, "contract", document);
	failed |= tally__json_put(json, "consumer", cJSON_CreateString(choice->consumer));
	failed |= tally__json_put(json, "consumerVersion", cJSON_CreateString(choice->version));
	failed |= tally__json_put(json, "why", list_reasons(choice));
	*out = json;
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* Oldest version first. */
static int compare_choices(const void *a, const void *b)
{
	const struct choice *left = *(struct choice *const *)a, *right = *(struct choice *const *)b;

	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

/* Those of the choices that are work in progress, or those that are not. */
static int add_sorted(struct selection *selection, struct choice *first, bool wip,
		      struct tally_error *error)
{
	struct choice **sorted;
	size_t count = 0;
	int status = 0;

	for (struct choice *choice = first; choice != NULL; choice = choice->next)
		count += choice->wip == wip;
	sorted = tally__arena_alloc_array(&selection->records->arena, count + 1, sizeof *sorted);
	if (sorted == NULL)
		return tally__fail_nomem(error);
	count = 0;
	for (struct choice *choice = first; choice != NULL; choice = choice->next) {
		if (choice->wip == wip)
			sorted[count++] = choice;
	}
	qsort(sorted, count, sizeof *sorted, compare_choices);
	for (size_t i = 0; status == 0 && i < count; i++) {
		cJSON *json;

		status = add_contract(selection, sorted[i], &json, error);
		if (status == 0)
			status = tally__standing_add(json, selection, sorted[i], error);
	}
	return status;
}

static bool has_choice(const struct consumer *consumer, bool wip)
{
	const struct choice *choice = consumer->first;

	while (choice != NULL && choice->wip != wip)
		choice = choice->next;
	return choice != NULL;
}

static int answer_consumers(struct selection *selection, bool wip, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < selection->consumer_count; i++) {
		if (has_choice(&selection->consumers[i], wip))
			status = add_sorted(selection, selection->consumers[i].first, wip, error);
	}
	return status;
}

/* "selectors[1] (the head of branch x) chose nothing: …". */
static int describe_unmatched(const struct selection *selection, const struct selector *selector,
			      struct buf *out)
{
	tally__buf_addf(out, "%s (", selector->where);
	tally__selector_describe(selector, out);
	tally__buf_adds(out, ") chose nothing: ");
	if (selector->consumer != NULL && !tally__selection_knows(selection, selector->consumer))
		tally__buf_addf(out, "%s never published a contract with %s", selector->consumer,
				selection->provider);
	else
		tally__buf_addf(out, "no such version has a contract with %s", selection->provider);
	return out->status;
}

static int answer_unmatched(const struct selection *selection, cJSON *list,
			    struct tally_error *error)
{
	struct buf text;
	int failed = 0;

	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	for (size_t i = 0; i < selection->selectors.count && failed == 0; i++) {
		const struct selector *selector = &selection->selectors.items[i];

		if (selector->matched)
			continue;
		tally__buf_clear(&text);
		failed |= describe_unmatched(selection, selector, &text);
		if (failed == 0)
			failed |= tally__json_append(list, cJSON_CreateString(text.bytes));
	}
	tally__buf_release(&text);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static const char *why_left(const struct selection *selection, const struct consumer *consumer)
{
	const char *name = consumer->name, *provider = selection->provider;
	struct arena *arena = &selection->records->arena;

	if (selection->selectors.count > 0)
		return tally__arena_printf(arena,
					   "no selector chose a version of %s that has a contract "
					   "with %s",
					   name, provider);
	return tally__arena_printf(arena,
				   "the head of %s's main branch has no contract with %s, and "
				   "nothing of it that has one is deployed or released",
				   name, provider);
}

/* Consumers that are left out. */
static int add_left(struct selection *selection, cJSON *answer, struct tally_error *error)
{
	cJSON *list = tally__json_put_new(answer, "left", cJSON_CreateArray());
	int failed = list == NULL, status = 0;

	for (size_t i = 0; failed == 0 && status == 0 && i < selection->consumer_count; i++) {
		const struct consumer *consumer = &selection->consumers[i];
		const char *why, *newest;
		cJSON *json;

		if (consumer->first != NULL)
			continue;
		status = tally__record_text(consumer->marker, "version", &newest, error);
		if (status != 0)
			return status;
		why = why_left(selection, consumer);
		json = tally__json_put_new(list, NULL, cJSON_CreateObject());
		failed |= why == NULL;
		failed |= tally__json_put_text(json, "consumer", consumer->name);
		failed |= tally__json_put_text(json, "newest", newest);
		failed |= tally__json_put_text(json, "why", why);
	}
	return failed != 0 ? tally__fail_nomem(error) : status;
}

/* What is to be told of the answer as a whole. */
static int add_notices(const struct selection *selection, cJSON *answer, struct tally_error *error)
{
	cJSON *notices = cJSON_CreateArray(), *notice;
	int failed = tally__json_put(answer, "notices", notices);

	if (failed == 0 && selection->wip_since != NULL && selection->lines.count == 0) {
		notice = cJSON_CreateObject();
		failed |= tally__json_append(notices, notice);
		failed |=
			tally__json_put(notice, "when", cJSON_CreateString("before_verification"));
		failed |= tally__json_put(
			notice, "text",
			cJSON_CreateString("work in progress is told from what passed on the "
					   "provider's branch: give it (--provider-branch), or "
					   "tags; none is included"));
	}
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

/* Whether the provider has any, which need not have been read. */
static int has_consumers(const struct selection *selection, bool *out, struct tally_error *error)
{
	struct records *records = selection->records;
	struct snapshot_entry *entries;
	const char *folder = NULL;
	size_t count = 0;
	int status = tally__records_path(records, &folder, PATH_CONSUMERS,
					 NAMES(selection->provider), error);

	if (status == 0)
		status = tally__snapshot_list(records->snapshot, folder, &records->arena, &entries,
					      &count, error);
	*out = count > 0;
	return status;
}

static int nothing(const struct selection *selection, const cJSON *unmatched,
		   struct tally_error *error)
{
	const cJSON *item;
	struct buf text;
	bool any = false;
	int status = has_consumers(selection, &any, error);

	if (status != 0)
		return status;
	if (selection->selectors.count == 0 || !any)
		return tally__fail(error, TALLY_ENOTHING,
				   "no consumer's contract with \"%s\" has to be verified: check "
				   "the name; tally publish records contracts",
				   selection->provider);
	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	cJSON_ArrayForEach(item, unmatched)
	{
		tally__buf_addf(&text, "%s%s", item != unmatched->child ? "; " : "",
				item->valuestring);
	}
	status = tally__fail(error, TALLY_ENOTHING, "no contract with \"%s\" was chosen: %s",
			     selection->provider, text.status == 0 ? text.bytes : "see selectors");
	tally__buf_release(&text);
	return status;
}

/* Whose passes count: those on the provider's branch or, when it gives none, with its tags. */
static int find_lines(struct selection *selection, struct tally_error *error)
{
	const struct tally_verification_query *query = selection->query;
	bool by_tag = query->provider_branch == NULL;
	size_t count = by_tag ? query->provider_tag_count : 1;
	struct lines *lines = &selection->lines;
	int status = 0;

	lines->items = tally__arena_alloc_array(&selection->records->arena, count + 1,
						sizeof *lines->items);
	if (lines->items == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__line_find(
			&lines->items[lines->count++], selection->records, selection->provider,
			by_tag, by_tag ? query->provider_tags[i] : query->provider_branch, error);
	return status;
}

static int find_version(struct selection *selection, struct tally_error *error)
{
	const char *version = selection->query->provider_version;
	struct record *record;
	int status;

	if (version == NULL)
		return 0;
	status = tally__records_get(selection->records, &record, PATH_VERSION,
				    NAMES(selection->provider, version), error);
	if (status != 0 || record->json == NULL)
		return status;
	return tally__answers_of(&selection->answers, selection->records, selection->provider,
				 version, error);
}

/* The instant in the one way in which records have it. */
static int find_since(struct selection *selection, struct tally_error *error)
{
	const char *since = selection->query->include_wip_since;
	char text[TIME_TEXT_BYTES];
	int64_t instant;

	if (since == NULL)
		return 0;
	if (!tally__time_parse(since, &instant))
		return tally__fail(error, TALLY_EINVAL,
				   "work in progress is included from \"%.60s\" on, which is no "
				   "date: expected 2026-01-31, or 2026-01-31T18:00:00Z",
				   since);
	tally__time_format(instant, text);
	selection->wip_since = tally__arena_strdup(&selection->records->arena, text);
	return selection->wip_since == NULL ? tally__fail_nomem(error) : 0;
}

/* What tells how a contract stands. */
static int prepare_standing(struct selection *selection, struct tally_error *error)
{
	const struct tally_verification_query *query = selection->query;
	int status = 0;

	if (query->enable_pending || query->include_wip_since != NULL)
		status = tally__records_need_derived(selection->records, "what passed before",
						     error);
	if (status == 0)
		status = find_lines(selection, error);
	return status != 0 ? status : find_version(selection, error);
}

static int prepare(struct selection *selection, struct tally_error *error)
{
	int status = prepare_standing(selection, error);

	if (status == 0)
		status = tally__selectors_read(&selection->selectors, &selection->records->arena,
					       selection->query, error);
	if (status == 0)
		status = find_since(selection, error);
	return status == 0 ? tally__selection_begin(selection, error) : status;
}

/* The members that every answer has. */
static int begin_answer(struct selection *selection, cJSON **answer, cJSON **unmatched,
			struct tally_error *error)
{
	int failed;

	*answer = cJSON_CreateObject();
	selection->contracts = cJSON_CreateArray();
	*unmatched = cJSON_CreateArray();
	failed = tally__json_put(*answer, "contracts", selection->contracts);
	failed |= tally__json_put_text(*answer, "provider", selection->provider);
	failed |= tally__json_put(*answer, "unmatched", *unmatched);
	return failed != 0 ? tally__fail_nomem(error) : 0;
}

static int ask_selection(struct records *records, const void *context, cJSON **answer,
			 struct tally_error *error)
{
	const struct tally_verification_query *query = context;
	struct selection selection = {
		.records = records, .query = query, .provider = query->provider};
	cJSON *unmatched;
	int status = begin_answer(&selection, answer, &unmatched, error);

	if (status == 0)
		status = prepare(&selection, error);
	if (status == 0)
		status = tally__choose_all(&selection, error);
	if (status == 0)
		status = tally__choose_wip(&selection, error);
	if (status == 0)
		status = answer_consumers(&selection, false, error);
	if (status == 0)
		status = answer_consumers(&selection, true, error);
	if (status == 0)
		status = answer_unmatched(&selection, unmatched, error);
	if (status == 0)
		status = add_left(&selection, *answer, error);
	if (status == 0)
		status = add_notices(&selection, *answer, error);
	if (status == 0 && selection.contracts->child == NULL)
		status = nothing(&selection, unmatched, error);
	return status;
}

static int check_query(const struct tally_verification_query *query, struct tally_error *error)
{
	int status = tally__name_check(query->provider, "provider", error);

	if (status == 0 && query->provider_version != NULL)
		status = tally__name_check(query->provider_version, "provider's version", error);
	if (status == 0 && query->provider_branch != NULL)
		status = tally__name_check(query->provider_branch, "provider's branch", error);
	for (size_t i = 0; status == 0 && i < query->provider_tag_count; i++)
		status = tally__name_check(query->provider_tags[i], "provider's tag", error);
	return status;
}

int tally__git_broker_contracts_to_verify(struct tally_broker *broker,
					  const struct tally_verification_query *query,
					  cJSON **answer, struct tally_error *error)
{
	int status = check_query(query, error);

	return status != 0 ? status
			   : tally__broker_ask(broker, ask_selection, query, answer, error);
}

static int ask_contract(struct records *records, const void *context, cJSON **answer,
			struct tally_error *error)
{
	const struct contract_question *question = context;
	struct tally_verification_query query = *question->query;
	struct consumer consumer = {.name = question->consumer};
	struct selection selection = {
		.records = records, .query = &query, .provider = query.provider};
	struct record *version;
	cJSON *unmatched;
	int status = begin_answer(&selection, answer, &unmatched, error);

	query.include_wip_since = NULL;
	if (status == 0)
		status = prepare_standing(&selection, error);
	if (status == 0)
		status = tally__version_find(records, question->consumer, question->version,
					     &version, error);
	if (status == 0)
		status = tally__choose(&selection, &consumer, question->version, REASON_ASKED,
				       "this version was asked for", NULL, error);
	if (status == 0 && consumer.first == NULL)
		return tally__fail(error, TALLY_ENOTHING,
				   "%s %s has published no contract with \"%s\"",
				   question->consumer, question->version, query.provider);
	if (status == 0)
		status = add_sorted(&selection, consumer.first, false, error);
	return status != 0 ? status : add_notices(&selection, *answer, error);
}

int tally__git_broker_contract_of(struct tally_broker *broker,
				  const struct tally_verification_query *query,
				  const char *consumer, const char *version, cJSON **answer,
				  struct tally_error *error)
{
	struct contract_question question = {query, consumer, version};
	int status = check_query(query, error);

	if (status == 0)
		status = tally__name_check(consumer, "consumer", error);
	return status != 0 ? status
			   : tally__broker_ask(broker, ask_contract, &question, answer, error);
}
