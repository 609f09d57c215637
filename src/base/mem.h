/* base/mem.h - every allocation of the library goes through here, so that a test can make each one
 * fail in turn.  cJSON is made to use the same functions (format/json.c). */
#ifndef TALLY_BASE_MEM_H
#define TALLY_BASE_MEM_H

#include <stddef.h>

/* NULL when memory is short; sizes of 0 give a valid pointer. */
void *tally__malloc(size_t size);
void *tally__calloc(size_t count, size_t size);
void *tally__realloc(void *old, size_t size);
/* realloc of count * size with the product checked. */
void *tally__realloc_array(void *old, size_t count, size_t size);
char *tally__strdup(const char *text);
char *tally__strndup(const char *text, size_t len);
void tally__free(void *pointer);

/* For tests: lets `successes` more allocations of this process pass, fails the next one, then lets
 * all pass again; negative switches this off.  Says how many were asked for since the last call. */
size_t tally__mem_fail_after(long successes);

/* Twice the room (`first` in the beginning), whatever is in it. */
void *tally__mem_move(void *items, size_t *capacity, size_t first, size_t size);

/* The array with room for one more than `count`: itself while *capacity allows, else moved.  NULL
 * when memory is short; the old one is as it was. */
static inline void *tally__mem_room(void *items, size_t count, size_t *capacity, size_t first,
				    size_t size)
{
	return count < *capacity ? items : tally__mem_move(items, capacity, first, size);
}

#endif
