#include "config.h"

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/stub.h"

void tally__stub_set_release(struct stub_set *set)
{
	if (!set || atomic_fetch_sub(&set->references, 1) > 1)
		return;
	tally__responder_free(set->responder);
	for (size_t i = 0; i < set->contract_count; i++)
		tally__stub_contract_release(set->contracts[i]);
	tally__arena_release(&set->arena);
	tally__free(set);
}

/* A set that is being made. */
struct making {
	struct tally_stub *stub;
	struct stub_set *set;
	struct stub_troubles *troubles;
	struct tally_error *error;
	size_t contracts; /* all, and those whose names are asked for */
	size_t wanted;
	size_t interactions; /* of these, HTTP or not */
};

/* ---- contracts ---- */

static int is_wanted(const struct making *making, const struct tally_contract *contract,
		     bool *wanted, struct tally_error *why)
{
	const struct stub_sources *sources = &making->stub->sources;
	int status = tally__stub_names_have(&sources->consumers, tally_contract_consumer(contract),
					    wanted, why);

	if (status == 0 && *wanted)
		status = tally__stub_names_have(&sources->providers,
						tally_contract_provider(contract), wanted, why);
	return status;
}

static int add(struct making *making, struct stub_contract *contract, struct tally_error *why)
{
	struct stub_set *set = making->set;
	bool wanted = false;
	int status = is_wanted(making, contract->contract, &wanted, why);

	making->contracts++;
	if (status != 0 || !wanted)
		return status;
	making->wanted++;
	status = tally__responder_add(set->responder, contract->contract, why);
	if (status != 0)
		return status;
	making->interactions += contract->contract->interaction_count;
	atomic_fetch_add(&contract->references, 1);
	set->contracts[set->contract_count++] = contract;
	return 0;
}

/* Adds what was read last; where that cannot be served, what was before. */
static int add_file(struct making *making, struct stub_file *file)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = 0;

	if (file->fresh) {
		status = add(making, file->fresh, &why);
		if (status == 0)
			return 0;
		tally__error_within(&why, file->path);
		status = tally__stub_trouble(making->troubles, &file->complaint, file->digest, &why,
					     making->error);
		if (status != 0)
			return status;
		tally__stub_contract_release(file->fresh);
		file->fresh = NULL;
		file->is_bad = true;
	}
	return file->contract ? add(making, file->contract, making->error) : 0;
}

static size_t count_files(const struct stub_sources *sources)
{
	size_t count = 0;

	for (size_t i = 0; i < sources->count; i++)
		count += sources->items[i].count;
	return count;
}

static int add_all(struct making *making)
{
	static const struct responder_options options = {.mode = GENERATOR_PROVIDER,
							 .only_answers = true};
	struct stub_sources *sources = &making->stub->sources;
	struct stub_set *set = making->set;
	int status;

	set->contracts = tally__arena_alloc_array(&set->arena, count_files(sources),
						  sizeof(struct stub_contract *));
	if (!set->contracts)
		return tally__fail_nomem(making->error);
	status = tally__responder_new(&set->responder, &options, making->error);
	for (size_t i = 0; status == 0 && i < sources->count; i++)
		for (size_t j = 0; status == 0 && j < sources->items[i].count; j++)
			status = add_file(making, &sources->items[i].files[j]);
	return status;
}

/* ---- answers ---- */

static const struct stub_contract *find_contract(const struct stub_set *set, size_t *at,
						 const struct tally_contract *contract)
{
	/* Entries come in the order of their contracts. */
	while (set->contracts[*at]->contract != contract)
		++*at;
	return set->contracts[*at];
}

/* The type of a body whose response does not say it; NULL: none, or nobody knows it. */
static int find_type(const char **out, struct arena *arena, const struct response *response,
		     struct tally_error *error)
{
	struct mime type;
	struct buf text;
	int status = tally__body_type(&type, &response->body, NULL, arena, error);

	if (status != 0 || tally__mime_is_unknown(&type))
		return status;
	tally__buf_init(&text, LIMIT_HEADER_BYTES);
	tally__mime_format(&text, &type);
	status = tally__buf_status(&text, error);
	if (status == 0) {
		*out = tally__arena_memdup(arena, text.bytes, text.len);
		status = *out ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&text);
	return status;
}

static int prepare(struct making *making, struct stub_answer *answer,
		   const struct responder_entry *entry)
{
	const struct stub_manner *manner = &making->stub->manner;
	struct arena *arena = &making->set->arena;
	struct http_headers *headers = &answer->response.headers;
	int status = tally__stub_states_admit(&manner->states, entry->interaction,
					      &answer->admitted, making->error);

	answer->response = entry->response;
	if (status == 0 && entry->response.body_len > 0 &&
	    !tally__http_header_get(headers, "Content-Type"))
		status = find_type(&answer->content_type, arena, &entry->interaction->response,
				   making->error);
	if (status == 0 && answer->content_type)
		status = tally__http_header_add(headers, arena, "Content-Type",
						answer->content_type, making->error);
	if (status == 0 && !manner->cors_referer &&
	    !tally__http_header_get(headers, "Access-Control-Allow-Origin"))
		status = tally__http_header_add(headers, arena, "Access-Control-Allow-Origin", "*",
						making->error);
	/* Who adds to a copy gets room of its own. */
	headers->capacity = headers->count;
	return status;
}

static int prepare_all(struct making *making, size_t *admitted)
{
	struct stub_set *set = making->set;
	struct responder_entry *const *entries =
		tally__responder_entries(set->responder, &set->answer_count);
	size_t at = 0;
	int status = 0;

	set->answers =
		tally__arena_alloc_array(&set->arena, set->answer_count, sizeof(*set->answers));
	if (!set->answers)
		return tally__fail_nomem(making->error);
	for (size_t i = 0; i < set->answer_count && status == 0; i++) {
		struct stub_answer *answer = &set->answers[i];

		answer->from = find_contract(set, &at, entries[i]->contract);
		atomic_init(&answer->generated_count, 0);
		atomic_init(&answer->warned, false);
		set->has_generators = set->has_generators || entries[i]->generators;
		status = prepare(making, answer, entries[i]);
		*admitted += answer->admitted;
	}
	return status;
}

/* ---- the whole ---- */

/* Why nothing could be answered. */
static int nothing(const struct making *making)
{
	struct tally_error *error = making->error;

	if (making->contracts == 0)
		return tally__fail(error, TALLY_ENOTHING,
				   "nothing to serve: expected contract files, found none");
	if (making->wanted == 0)
		return tally__fail(error, TALLY_ENOTHING,
				   "nothing to serve: %zu contract%s read, none between the "
				   "consumers and providers that were asked for",
				   making->contracts, making->contracts == 1 ? "" : "s");
	if (making->set->answer_count == 0)
		return tally__fail(error, TALLY_ENOTHING,
				   "nothing to serve: expected HTTP interactions, found %s",
				   making->interactions > 0 ? "only messages" : "none");
	return tally__fail(error, TALLY_ENOTHING,
			   "nothing to serve: none of %zu interaction%s has a provider state that "
			   "was asked for",
			   making->set->answer_count, making->set->answer_count == 1 ? "" : "s");
}

static size_t count_messages(const struct tally_contract *contract)
{
	size_t count = 0;

	for (size_t i = 0; i < contract->interaction_count; i++)
		count += contract->interactions[i].kind != INTERACTION_HTTP;
	return count;
}

static void tell_messages(const struct tally_stub *stub, const struct stub_contract *contract)
{
	size_t count = count_messages(contract->contract);
	struct tally_error text = TALLY_ERROR_INIT;

	if (count == 0)
		return;
	tally__fail_at(&text, TALLY_ENOTHING, contract->name, 0, 0, "%zu message%s not served",
		       count, count == 1 ? " is" : "s are");
	tally__stub_note(stub, &text);
}

/* The set is made: its contracts are those of their files from now on. */
static void settle(const struct making *making)
{
	struct stub_sources *sources = &making->stub->sources;

	for (size_t i = 0; i < sources->count; i++) {
		for (size_t j = 0; j < sources->items[i].count; j++) {
			struct stub_file *file = &sources->items[i].files[j];

			if (!file->fresh)
				continue;
			tally__stub_contract_release(file->contract);
			file->contract = file->fresh;
			file->fresh = NULL;
			file->complaint = 0;
			tell_messages(making->stub, file->contract);
		}
	}
}

int tally__stub_set_new(struct stub_set **out, struct tally_stub *stub,
			struct stub_troubles *troubles, struct tally_error *error)
{
	struct stub_set *set = tally__calloc(1, sizeof(*set));
	struct making making = {.stub = stub, .set = set, .troubles = troubles, .error = error};
	size_t admitted = 0;
	int status;

	if (!set)
		return tally__fail_nomem(error);
	atomic_init(&set->references, 1);
	tally__arena_init(&set->arena, 0);
	status = add_all(&making);
	if (status == 0)
		status = prepare_all(&making, &admitted);
	/* With a header, each request may ask for other states. */
	if (status == 0 &&
	    (set->answer_count == 0 || (admitted == 0 && !stub->manner.state_header)))
		status = nothing(&making);
	if (status != 0) {
		tally__stub_set_release(set);
		return status;
	}
	settle(&making);
	*out = set;
	return 0;
}
