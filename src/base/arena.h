/* base/arena.h - memory that is released all at once: one arena owns a whole document, report or
 * request.  Not for use from two threads at once. */
#ifndef TALLY_BASE_ARENA_H
#define TALLY_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

struct arena_block;
struct arena_kept;

struct arena {
	struct arena_block *blocks;
	struct arena_kept *kept;
	size_t used_bytes; /* handed out so far */
	size_t max_bytes;  /* 0: no limit */
};

void tally__arena_init(struct arena *arena, size_t max_bytes);
void tally__arena_release(struct arena *arena);
/* Empties it, and keeps a block of moderate size for what comes next. */
void tally__arena_clear(struct arena *arena);

/* Calls release(context) when the arena is released: for what its memory lends from.  TALLY_ENOMEM;
 * then it is not called. */
int tally__arena_keep(struct arena *arena, void (*release)(void *context), void *context);

/* Zeroed, aligned for any type; NULL when memory is short or max_bytes would be passed. */
void *tally__arena_alloc(struct arena *arena, size_t size);
void *tally__arena_alloc_array(struct arena *arena, size_t count, size_t size);
/* The array with room for one more than `count`: itself while *capacity allows, else a copy with
 * twice the room (`first` in the beginning); the old one stays with the arena.  NULL as above. */
void *tally__arena_room(struct arena *arena, void *items, size_t count, size_t *capacity,
			size_t first, size_t size);
char *tally__arena_strdup(struct arena *arena, const char *text);
/* A copy with a closing NUL. */
char *tally__arena_memdup(struct arena *arena, const void *bytes, size_t len);
char *tally__arena_printf(struct arena *arena, const char *format, ...) TALLY_PRINTF(2, 3);

#endif
