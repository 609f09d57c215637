#include "config.h"

#include "git/accept.h"

int tally__store_refresh(struct store *store, struct tally_error *error)
{
	return store->upstream ? store->upstream->refresh(store->upstream, store, error) : 0;
}

int tally__store_accept(struct store *store, const struct pack *pack, const git_oid *old,
			const git_oid *next, enum branch_outcome *outcome,
			struct tally_error *error)
{
	if (store->upstream)
		return store->upstream->accept(store->upstream, store, pack, old, next, outcome,
					       error);
	return tally__branch_move(store, old, next, outcome, error);
}

void tally__store_rest(struct store *store)
{
	if (store->upstream)
		store->upstream->rest(store->upstream);
}
