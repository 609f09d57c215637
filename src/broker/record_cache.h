/* broker/record_cache.h - records that a broker's handle has read, parsed and checked, for the
 * questions that follow.  A record is good for every commit in which its file has the same content,
 * so one that others changed is read anew.  Changes do not use it: what they read is theirs to
 * edit. */
#ifndef TALLY_BROKER_RECORD_CACHE_H
#define TALLY_BROKER_RECORD_CACHE_H

#include "format/json.h"
#include "git/store.h"

struct record_cache;

int tally__record_cache_new(struct record_cache **out, struct tally_error *error);
void tally__record_cache_free(struct record_cache *cache);

/* What follows is asked of this snapshot.  May forget what was lent before. */
void tally__record_cache_begin(struct record_cache *cache, const struct snapshot *snapshot);

/* Lent until the next begin: *json is the record, NULL when there is no such file.  False: it has
 * to be read. */
bool tally__record_cache_get(struct record_cache *cache, const char *path, const cJSON **json);

/* Takes a record as it was read from that snapshot (NULL: no such file); it is lent as above.  When
 * memory is short, false: it stays the caller's. */
bool tally__record_cache_take(struct record_cache *cache, const char *path, cJSON *json,
			      size_t len);

#endif
