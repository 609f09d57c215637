#include "config.h"

#include "base/mem.h"
#include "consumer/entry.h"

int tally__responder_new(struct responder **out, const struct responder_options *options,
			 struct tally_error *error)
{
	struct responder *responder = tally__calloc(1, sizeof(*responder));

	if (!responder)
		return tally__fail_nomem(error);
	responder->options = *options;
	tally__arena_init(&responder->arena, 0);
	tally__path_index_init(&responder->index);
	*out = responder;
	return 0;
}

void tally__responder_free(struct responder *responder)
{
	if (!responder)
		return;
	for (size_t i = 0; i < responder->count; i++)
		tally__entry_release(responder->entries[i]);
	tally__path_index_release(&responder->index);
	tally__free(responder->entries);
	tally__arena_release(&responder->arena);
	tally__free(responder);
}

struct responder_entry *const *tally__responder_entries(const struct responder *responder,
							size_t *count)
{
	*count = responder->count;
	return responder->entries;
}

static size_t count_http(const struct tally_contract *contract)
{
	size_t count = 0;

	for (size_t i = 0; i < contract->interaction_count; i++)
		count += contract->interactions[i].kind == INTERACTION_HTTP;
	return count;
}

static int reserve(struct responder *responder, size_t more, struct tally_error *error)
{
	struct responder_entry **entries;

	if (more > SIZE_MAX - responder->count ||
	    tally__path_index_reserve(&responder->index, more) != 0)
		return tally__fail_nomem(error);
	if (responder->count + more <= responder->capacity)
		return 0;
	entries = tally__realloc_array(responder->entries, responder->count + more,
				       sizeof(struct responder_entry *));
	if (!entries)
		return tally__fail_nomem(error);
	responder->entries = entries;
	responder->capacity = responder->count + more;
	return 0;
}

static int prepare_all(struct responder *responder, const struct tally_contract *contract,
		       struct responder_entry *entries, size_t *count, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; i < contract->interaction_count && status == 0; i++)
		if (contract->interactions[i].kind == INTERACTION_HTTP)
			status =
				tally__entry_prepare(&entries[(*count)++], contract, i,
						     &responder->options, &responder->arena, error);
	return status;
}

int tally__responder_add(struct responder *responder, const struct tally_contract *contract,
			 struct tally_error *error)
{
	size_t wanted = count_http(contract);
	size_t count = 0;
	struct responder_entry *entries =
		tally__arena_alloc_array(&responder->arena, wanted, sizeof(*entries));
	int status = entries ? reserve(responder, wanted, error) : tally__fail_nomem(error);

	if (status == 0)
		status = prepare_all(responder, contract, entries, &count, error);
	for (size_t i = 0; status != 0 && i < count; i++)
		tally__entry_release(&entries[i]);
	/* Nothing fails any more. */
	for (size_t i = 0; status == 0 && i < count; i++) {
		entries[i].number = responder->count;
		responder->entries[responder->count++] = &entries[i];
		tally__path_index_add(&responder->index, &entries[i]);
	}
	return status;
}
