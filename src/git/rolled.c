#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "git/rolled.h"

#define GRACE_SECONDS 60
/* The oldest go sooner when there are more: each costs every process that opens the repository. Not
 * much fewer, or packs go within a second of a busy writer's, under whoever reads them. */
#define WAITING_MAX 256

static bool add(struct rolled *rolled, const char *name, const char *into, int64_t unix_seconds)
{
	struct rolled_pack *pack =
		tally__mem_room(rolled->packs, rolled->count, &rolled->capacity, 64, sizeof *pack);

	if (!pack)
		return false;
	rolled->packs = pack;
	pack = &rolled->packs[rolled->count++];
	memcpy(pack->name, name, PACK_NAME_BYTES);
	memcpy(pack->into, into, PACK_NAME_BYTES);
	pack->unix_seconds = unix_seconds;
	return true;
}

static bool is_pack_name(const char *text)
{
	return strlen(text) == PACK_NAME_BYTES - 1 && strncmp(text, "pack-", 5) == 0 &&
	       strspn(text + 5, "0123456789abcdef") == PACK_NAME_BYTES - 6;
}

/* Cuts the text at the first `end`; what follows, or "". */
static char *cut(char *text, char end)
{
	char *at = strchr(text, end);

	if (!at)
		return text + strlen(text);
	*at = '\0';
	return at + 1;
}

/* "1630454841 pack-… pack-…"; anything else is passed over. */
static bool add_line(struct rolled *rolled, char *line)
{
	char *name = cut(line, ' ');
	char *into = cut(name, ' ');
	uint64_t when;

	if (!tally__text_to_u64(line, &when) || when > INT64_MAX || !is_pack_name(name) ||
	    !is_pack_name(into))
		return true;
	return add(rolled, name, into, (int64_t)when);
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
	tally__buf_init(&text, LIMIT_ROLLED_BYTES);
	if (tally__file_read(&text, file, NULL) != 0)
		tally__buf_clear(&text);
	line = text.bytes;
	while (good && *line) {
		char *next = cut(line, '\n');

		good = add_line(rolled, line);
		line = next;
	}
	tally__buf_release(&text);
	return good;
}

void tally__rolled_release(struct rolled *rolled)
{
	tally__free(rolled->packs);
}

bool tally__rolled_has(const struct rolled *rolled, const char *name)
{
	for (size_t i = 0; i < rolled->count; i++)
		if (strcmp(rolled->packs[i].name, name) == 0)
			return true;
	return false;
}

bool tally__rolled_add(struct rolled *rolled, const char *name, const char *into)
{
	return add(rolled, name, into, (int64_t)time(NULL));
}

bool tally__rolled_write(const struct rolled *rolled, const struct store *store)
{
	char file[FILE_BYTES];
	struct buf text;
	bool good;

	if (tally__store_file(file, store, ROLLED, "", NULL) != 0)
		return false;
	tally__buf_init(&text, LIMIT_ROLLED_BYTES);
	for (size_t i = 0; i < rolled->count; i++)
		tally__buf_addf(&text, "%" PRId64 " %s %s\n", rolled->packs[i].unix_seconds,
				rolled->packs[i].name, rolled->packs[i].into);
	good = tally__buf_status(&text, NULL) == 0 &&
	       tally__file_replace(file, text.bytes, text.len, NULL) == 0;
	tally__buf_release(&text);
	return good;
}

static bool is_there(const struct store *store, const char *pack, const char *end)
{
	char file[FILE_BYTES];
	char name[96];

	snprintf(name, sizeof name, PACK_DIR "/%s", pack);
	return tally__store_file(file, store, name, end, NULL) == 0 && access(file, F_OK) == 0;
}

static void remove_pack(const struct store *store, const struct rolled_pack *pack)
{
	char name[96];

	/* When the other one is gone, somebody repacked; if this one is still there, it may be
	 * needed. */
	if (!is_there(store, pack->into, ".idx") || !is_there(store, pack->into, ".pack"))
		return;
	snprintf(name, sizeof name, PACK_DIR "/%s", pack->name);
	/* An index over several packs would name one that is not there; git makes it anew. */
	tally__store_unlink(store, PACK_DIR "/multi-pack-index", "");
	tally__store_unlink(store, name, ".idx");
	tally__store_unlink(store, name, ".pack");
	tally__store_unlink(store, name, ".rev");
}

static bool is_due(const struct rolled *rolled, size_t i, int64_t now)
{
	int64_t age = now - rolled->packs[i].unix_seconds;

	/* A time to come is a clock that was put back. */
	return age < 0 || age > GRACE_SECONDS || rolled->count - i > WAITING_MAX;
}

bool tally__rolled_is_due(const struct rolled *rolled)
{
	return rolled->count > 0 && is_due(rolled, 0, (int64_t)time(NULL));
}

void tally__rolled_sweep(struct rolled *rolled, const struct store *store)
{
	int64_t now = (int64_t)time(NULL);
	size_t kept = 0;

	for (size_t i = 0; i < rolled->count; i++) {
		const struct rolled_pack *pack = &rolled->packs[i];

		if (is_due(rolled, i, now))
			remove_pack(store, pack);
		else
			rolled->packs[kept++] = *pack;
	}
	rolled->count = kept;
}
