#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Blocks grow with the arena, so that a small one stays small and a large one has few.  The first
 * is no large one for the allocator either: glibc's merges all that was freed before, from 1 kB on,
 * and every short-lived arena after a JSON tree would pay for that. */
#define BLOCK_MIN_BYTES ((size_t)960)
#define BLOCK_MAX_BYTES ((size_t)1 << 18)

/* The largest that an arena that is used again keeps. */
#define BLOCK_KEPT_BYTES ((size_t)1 << 14)

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

/* Made in the arena itself. */
struct arena_kept {
	struct arena_kept *next;
	void (*release)(void *context);
	void *context;
};

void tally__arena_init(struct arena *arena, size_t max_bytes)
{
	*arena = (struct arena){.max_bytes = max_bytes};
}

void tally__arena_release(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	for (const struct arena_kept *kept = arena->kept; kept != NULL; kept = kept->next)
		kept->release(kept->context);
	while (block != NULL) {
		struct arena_block *next = block->next;

		tally__free(block);
		block = next;
	}
	*arena = (struct arena){.max_bytes = arena->max_bytes};
}

void tally__arena_clear(struct arena *arena)
{
	struct arena_block *kept = arena->blocks;

	if (kept == NULL || kept->size > BLOCK_KEPT_BYTES) {
		tally__arena_release(arena);
		return;
	}
	arena->blocks = kept->next;
	tally__arena_release(arena);
	memset(kept->bytes, 0, kept->used);
	kept->used = 0;
	kept->next = NULL;
	arena->blocks = kept;
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
	size_t block_size = arena->blocks == NULL ? BLOCK_MIN_BYTES : arena->blocks->size * 2;
	struct arena_block *block;
	size_t total;

	if (block_size > BLOCK_MAX_BYTES)
		block_size = BLOCK_MAX_BYTES;
	if (block_size < size)
		block_size = size;
	if (__builtin_add_overflow(block_size, sizeof(*block), &total))
		return NULL;
	block = tally__calloc(1, total);
	if (block == NULL)
		return NULL;
	block->size = block_size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *tally__arena_alloc(struct arena *arena, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	struct arena_block *block = arena->blocks;
	void *memory;
	size_t total;

	if (size == 0)
		size = 1;
	if (size > SIZE_MAX - mask)
		return NULL;
	size = (size + mask) & ~mask;
	if (__builtin_add_overflow(arena->used_bytes, size, &total))
		return NULL;
	if (arena->max_bytes != 0 && total > arena->max_bytes)
		return NULL;
	if (block == NULL || block->size - block->used < size)
		block = add_block(arena, size);
	if (block == NULL)
		return NULL;
	memory = block->bytes + block->used;
	block->used += size;
	arena->used_bytes = total;
	return memory;
}

int tally__arena_keep(struct arena *arena, void (*release)(void *context), void *context)
{
	struct arena_kept *kept = tally__arena_alloc(arena, sizeof(*kept));

	if (kept == NULL)
		return TALLY_ENOMEM;
	*kept = (struct arena_kept){arena->kept, release, context};
	arena->kept = kept;
	return TALLY_OK;
}

void *tally__arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return tally__arena_alloc(arena, total);
}

void *tally__arena_room(struct arena *arena, void *items, size_t count, size_t *capacity,
			size_t first, size_t size)
{
	size_t wanted = *capacity > 0 ? *capacity : first;
	void *moved;

	if (count < *capacity)
		return items;
	if (*capacity > 0 && __builtin_mul_overflow(wanted, (size_t)2, &wanted))
		return NULL;
	moved = tally__arena_alloc_array(arena, wanted, size);
	if (moved == NULL)
		return NULL;
	if (count > 0)
		memcpy(moved, items, count * size);
	*capacity = wanted;
	return moved;
}

char *tally__arena_strdup(struct arena *arena, const char *text)
{
	return tally__arena_memdup(arena, text, strlen(text));
}

char *tally__arena_memdup(struct arena *arena, const void *bytes, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		return NULL;
	copy = tally__arena_alloc(arena, len + 1);
	if (copy != NULL && len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *tally__arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int len;

	va_start(arguments, format);
	len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0)
		return NULL;
	text = tally__arena_alloc(arena, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return text;
}
