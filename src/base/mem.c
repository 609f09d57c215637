#include "config.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A test has asked for counting.  Until then an allocation costs one plain read more. */
static atomic_bool watched;
static atomic_size_t asked;
static atomic_long left = -1;

static bool count_down(void)
{
	atomic_fetch_add(&asked, 1);
	if (atomic_load(&left) < 0)
		return false;
	return atomic_fetch_sub(&left, 1) == 0;
}

/* Whether a test wants this allocation to fail. */
static inline bool must_fail(void)
{
	return atomic_load_explicit(&watched, memory_order_relaxed) && count_down();
}

void *tally__malloc(size_t size)
{
	if (must_fail())
		return NULL;
	return malloc(size > 0 ? size : 1);
}

void *tally__calloc(size_t count, size_t size)
{
	if (must_fail())
		return NULL;
	if (count == 0 || size == 0)
		count = size = 1;
	return calloc(count, size);
}

void *tally__realloc(void *old, size_t size)
{
	if (must_fail())
		return NULL;
	return realloc(old, size > 0 ? size : 1);
}

void *tally__realloc_array(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return tally__realloc(old, total);
}

void *tally__mem_move(void *items, size_t *capacity, size_t first, size_t size)
{
	size_t wanted = *capacity > 0 ? *capacity : first;
	void *moved;

	if (*capacity > 0 && __builtin_mul_overflow(wanted, (size_t)2, &wanted))
		return NULL;
	moved = tally__realloc_array(items, wanted, size);
	if (moved != NULL)
		*capacity = wanted;
	return moved;
}

char *tally__strdup(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = tally__malloc(bytes);

	if (copy != NULL)
		memcpy(copy, text, bytes);
	return copy;
}

char *tally__strndup(const char *text, size_t len)
{
	char *copy;

	len = strnlen(text, len);
	if (len == SIZE_MAX)
		return NULL;
	copy = tally__malloc(len + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void tally__free(void *pointer)
{
	free(pointer);
}

size_t tally__mem_fail_after(long successes)
{
	atomic_store(&left, successes < 0 ? -1 : successes);
	atomic_store(&watched, true);
	return atomic_exchange(&asked, 0);
}
