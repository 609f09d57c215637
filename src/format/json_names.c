#include "config.h"

#include "format/json_names.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"

/* Up to so many members each name is compared with each before it; above, they are hashed. */
#define PAIRWISE_MEMBERS 32

void tally__json_names_init(struct json_names *names)
{
	*names = (struct json_names){0};
}

void tally__json_names_release(struct json_names *names)
{
	tally__free(names->items);
	*names = (struct json_names){0};
}

/* Up to eight bytes of the name's ends and its length, mixed: enough to tell most names apart
 * without reading them whole. */
static uint64_t name_mark(const char *name, size_t len)
{
	uint64_t head = 0;
	uint64_t tail = 0;

	if (len >= 8) {
		memcpy(&head, name, 8);
		memcpy(&tail, name + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&head, name, 4);
		memcpy(&tail, name + len - 4, 4);
	} else if (len > 0) {
		head = (unsigned char)name[0];
		tail = (uint64_t)(unsigned char)name[len / 2] << 8 | (unsigned char)name[len - 1];
	}
	return (head ^ (tail << 29 | tail >> 35)) * UINT64_C(0x9E3779B97F4A7C15) + len;
}

static bool same_name(const struct json_name *a, const struct json_name *b)
{
	return a->mark == b->mark && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static int grow(struct json_names *names)
{
	struct json_name *items =
		tally__mem_room(names->items, names->count, &names->capacity, 32, sizeof(*items));

	if (items == NULL)
		return TALLY_ENOMEM;
	names->items = items;
	return TALLY_OK;
}

int tally__json_names_add(struct json_names *names, size_t base, const char *text, size_t len,
			  size_t offset, struct json_twins *twins)
{
	struct json_name *name;
	size_t i;

	if (names->count == names->capacity && grow(names) != TALLY_OK)
		return TALLY_ENOMEM;
	name = &names->items[names->count];
	name->mark = name_mark(text, len);
	name->text = text;
	name->len = (uint32_t)len;
	name->offset = (uint32_t)offset;
	if (names->count - base < PAIRWISE_MEMBERS) {
		for (i = base; i < names->count; i++) {
			if (same_name(&names->items[i], name)) {
				*twins = (struct json_twins){names->items[i], *name};
				return TALLY_ECONFLICT;
			}
		}
	}
	names->count++;
	return TALLY_OK;
}

int tally__json_names_close(struct json_names *names, size_t base, struct json_twins *twins)
{
	struct map map;
	int status = TALLY_OK;
	size_t i;

	if (names->count - base <= PAIRWISE_MEMBERS) {
		names->count = base;
		return TALLY_OK;
	}
	tally__map_init(&map);
	status = tally__map_reserve(&map, names->count - base);
	for (i = base; i < names->count && status == TALLY_OK; i++) {
		struct json_name *name = &names->items[i];
		const struct map_entry *entry = tally__map_add(&map, name->text, name->len, name);

		if (entry == NULL) {
			status = TALLY_ENOMEM;
		} else if (entry->value != name) {
			*twins =
				(struct json_twins){*(const struct json_name *)entry->value, *name};
			status = TALLY_ECONFLICT;
		}
	}
	tally__map_release(&map);
	names->count = base;
	return status;
}
