#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "git/rolled.h"

#define GRACE_SECONDS 60
/* The oldest go sooner when there are more. */
#define WAITING_MAX 256
#define FILE_MAX    ((size_t)1 << 20)
/* "pack-" and 40 hexadecimal digits. */
#define NAME_LEN 45

static bool add(struct rolled *rolled, const char *name, int64_t unix_seconds)
{
	struct rolled_pack *pack;

	if (rolled->count == rolled->capacity) {
		size_t capacity = rolled->capacity > 0 ? rolled->capacity * 2 : 64;
		void *grown = tally__realloc_array(rolled->packs, capacity, sizeof *rolled->packs);

		if (!grown)
			return false;
		rolled->packs = grown;
		rolled->capacity = capacity;
	}
	pack = &rolled->packs[rolled->count++];
	memcpy(pack->name, name, NAME_LEN);
	pack->name[NAME_LEN] = '\0';
	pack->unix_seconds = unix_seconds;
	return true;
}

/* "1630454841 pack-…"; anything else is passed over. */
static bool add_line(struct rolled *rolled, char *line)
{
	char *space = strchr(line, ' ');
	uint64_t when;

	if (!space)
		return true;
	*space = '\0';
	if (!tally__text_to_u64(line, &when) || when > INT64_MAX || strlen(space + 1) != NAME_LEN ||
	    strncmp(space + 1, "pack-", 5) != 0 ||
	    strspn(space + 6, "0123456789abcdef") != NAME_LEN - 5)
		return true;
	return add(rolled, space + 1, (int64_t)when);
}

static bool is_there(const struct store *store, const char *name)
{
	char file[FILE_BYTES];

	return tally__store_file(file, store, name, ".idx", NULL) == 0 && access(file, F_OK) == 0;
}

/* One that has an index again, or still, is in use: nobody got to hide it, or someone made it anew.
 */
static void remove_pack(const struct store *store, const struct rolled_pack *pack)
{
	char name[96];

	snprintf(name, sizeof name, PACK_DIR "/%s", pack->name);
	if (is_there(store, name))
		return;
	tally__store_unlink(store, name, ".pack");
	tally__store_unlink(store, name, ".rev");
}

static void sweep(struct rolled *rolled, const struct store *store)
{
	int64_t now = (int64_t)time(NULL);
	size_t kept = 0;

	for (size_t i = 0; i < rolled->count; i++) {
		const struct rolled_pack *pack = &rolled->packs[i];
		int64_t age = now - pack->unix_seconds;

		/* A time to come is a clock that was put back. */
		if (age < 0 || age > GRACE_SECONDS || rolled->count - i > WAITING_MAX)
			remove_pack(store, pack);
		else
			rolled->packs[kept++] = *pack;
	}
	rolled->count = kept;
	rolled->known = kept;
}

bool tally__rolled_read(struct rolled *rolled, const struct store *store)
{
	char file[FILE_BYTES];
	struct buf text;
	bool good = true;
	char *line;

	memset(rolled, 0, sizeof *rolled);
	if (tally__store_file(file, store, ROLLED, "", NULL) != 0)
		return false;
	tally__buf_init(&text, FILE_MAX);
	/* No list: nothing is waiting. */
	if (tally__file_read(&text, file, NULL) != 0)
		tally__buf_clear(&text);
	line = text.bytes;
	while (good && *line) {
		size_t len = strcspn(line, "\n");
		bool is_last = line[len] == '\0';

		line[len] = '\0';
		good = add_line(rolled, line);
		line += is_last ? len : len + 1;
	}
	tally__buf_release(&text);
	if (good)
		sweep(rolled, store);
	return good;
}

void tally__rolled_release(struct rolled *rolled)
{
	tally__free(rolled->packs);
}

bool tally__rolled_add(struct rolled *rolled, const char *name)
{
	return add(rolled, name, (int64_t)time(NULL));
}

bool tally__rolled_write(const struct rolled *rolled, const struct store *store)
{
	char file[FILE_BYTES];
	struct buf text;
	bool good;

	if (tally__store_file(file, store, ROLLED, "", NULL) != 0)
		return false;
	tally__buf_init(&text, FILE_MAX);
	for (size_t i = 0; i < rolled->count; i++)
		tally__buf_addf(&text, "%" PRId64 " %s\n", rolled->packs[i].unix_seconds,
				rolled->packs[i].name);
	good = tally__buf_status(&text, NULL) == 0 &&
	       tally__file_replace(file, text.bytes, text.len, NULL) == 0;
	tally__buf_release(&text);
	return good;
}

void tally__rolled_hide(const struct rolled *rolled, const struct store *store)
{
	char name[96];

	/* An index over all packs would name those that go; git makes it anew when it wants it. */
	tally__store_unlink(store, PACK_DIR "/multi-pack-index", "");
	for (size_t i = rolled->known; i < rolled->count; i++) {
		snprintf(name, sizeof name, PACK_DIR "/%s", rolled->packs[i].name);
		tally__store_unlink(store, name, ".idx");
	}
}
