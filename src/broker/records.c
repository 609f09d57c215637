#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/record_cache.h"
#include "broker/records.h"
#include "format/digest.h"

#define PATH_BYTES 16384

void tally__records_init(struct records *records, const struct snapshot *snapshot)
{
	records->snapshot = snapshot;
	records->cache = NULL;
	records->format = 0;
	records->answers = NULL;
	tally__arena_init(&records->arena, 0);
	tally__map_init(&records->by_path);
	records->gone = NULL;
	records->gone_count = records->gone_capacity = 0;
}

void tally__records_release(struct records *records)
{
	for (size_t i = 0; i < records->by_path.count; i++) {
		struct record *record = records->by_path.entries[i].value;

		if (!record->is_lent)
			cJSON_Delete(record->json);
	}
	tally__map_release(&records->by_path);
	tally__arena_release(&records->arena);
}

/* The folders that a name lies under: one level of 16 costs less than one of 256, because a folder
 * is written anew with every change below it. */
static int add_sharded(struct buf *path, const char *name, struct tally_error *error)
{
	char digest[DIGEST_TEXT_BYTES];
	int status = tally__digest(digest, name, strlen(name), error);

	if (status != 0)
		return status;
	tally__buf_addf(path, "%c/%c/", digest[0], digest[1]);
	return tally__path_component(path, name, error);
}

static int fill_path(struct buf *path, const char *pattern, const char *const *names,
		     struct tally_error *error)
{
	for (const char *place; (place = strchr(pattern, '{')) != NULL;) {
		bool sharded = place[1] == '#';
		int status;

		tally__buf_add(path, pattern, (size_t)(place - pattern));
		pattern = place + (sharded ? 3 : 2);
		if (*names == NULL)
			return tally__fail(error, TALLY_EINTERNAL,
					   "a path of the broker lacks a name");
		status = sharded ? add_sharded(path, *names, error)
				 : tally__path_component(path, *names, error);
		if (status != 0)
			return status;
		names++;
	}
	tally__buf_adds(path, pattern);
	return tally__buf_status(path, error);
}

int tally__records_path(struct records *records, const char **path, const char *pattern,
			const char *const *names, struct tally_error *error)
{
	struct buf text;
	char *copy;
	int status;

	tally__buf_init(&text, PATH_BYTES);
	status = fill_path(&text, pattern, names, error);
	if (status != 0)
		goto out;
	copy = tally__arena_memdup(&records->arena, text.bytes, text.len);
	if (copy == NULL)
		status = tally__fail_nomem(error);
	else
		*path = copy;
out:
	tally__buf_release(&text);
	return status;
}

static int parse_record(struct record *record, const char *bytes, size_t len,
			struct tally_error *error)
{
	int status = tally_json_parse(&record->json, bytes, len, error);

	if (status == 0 && !cJSON_IsObject(record->json)) {
		cJSON_Delete(record->json);
		record->json = NULL;
		status =
			tally__fail(error, TALLY_EPARSE,
				    "this record of the broker is damaged: expected a JSON object; "
				    "git log on the file says who changed it");
	}
	if (status != 0)
		tally__error_within(error, record->path);
	return status;
}

/* A new entry of the working set; NULL when memory is short. */
static struct record *add_record(struct records *records, const char *path)
{
	struct record *record = tally__arena_alloc(&records->arena, sizeof *record);

	if (record == NULL)
		return NULL;
	record->path = tally__arena_strdup(&records->arena, path);
	if (record->path == NULL ||
	    tally__map_put(&records->by_path, record->path, strlen(record->path), record) != 0)
		return NULL;
	return record;
}

static bool lies_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* In a folder that this change removes, or one itself. */
static bool is_gone(const struct records *records, const char *path)
{
	for (size_t i = 0; i < records->gone_count; i++) {
		if (lies_in(path, records->gone[i]))
			return true;
	}
	return false;
}

/* The entries of a folder as they are in the snapshot; none in one that this change removes. */
static int list_entries(struct records *records, const char *folder,
			struct snapshot_entry **entries, size_t *count, struct tally_error *error)
{
	*count = 0;
	if (is_gone(records, folder))
		return 0;
	return tally__snapshot_list(records->snapshot, folder, &records->arena, entries, count,
				    error);
}

/* Where there is a cache, a record that was read becomes its own. */
static void lend(struct records *records, struct record *record, size_t len)
{
	record->is_lent = records->cache != NULL &&
			  tally__record_cache_take(records->cache, record->path, record->json, len);
}

static bool borrow(struct records *records, struct record *record)
{
	const cJSON *json;

	if (records->cache == NULL || !tally__record_cache_get(records->cache, record->path, &json))
		return false;
	/* Questions edit nothing. */
	memcpy(&record->json, &json, sizeof json);
	record->is_lent = true;
	return true;
}

/* Reads, parses and checks; a file that is not there leaves `json` NULL. */
static int read_record(struct records *records, struct record *record, struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	const char *bytes;
	size_t len;
	int status = is_gone(records, record->path)
			     ? TALLY_ENOTFOUND
			     : tally__snapshot_read(records->snapshot, record->path,
						    &records->arena, &bytes, &len, &trouble);

	if (status == TALLY_ENOTFOUND) {
		lend(records, record, 0);
		return 0;
	}
	if (status != 0)
		return tally__fail_at(error, status, record->path, 0, 0,
				      "this record of the broker cannot be read: %s",
				      trouble.message);
	status = parse_record(record, bytes, len, error);
	if (status == 0)
		status = tally__record_check(record, error);
	if (status != 0) {
		cJSON_Delete(record->json);
		record->json = NULL;
	} else {
		lend(records, record, len);
	}
	return status;
}

int tally__records_get_path(struct records *records, struct record **out, const char *path,
			    struct tally_error *error)
{
	struct record *record = tally__map_get(&records->by_path, path, strlen(path));
	struct record read = {.path = path};
	int status;

	if (record != NULL) {
		*out = record;
		return 0;
	}
	status = borrow(records, &read) ? 0 : read_record(records, &read, error);
	if (status != 0)
		return status;
	record = add_record(records, path);
	if (record == NULL) {
		if (!read.is_lent)
			cJSON_Delete(read.json);
		return tally__fail_nomem(error);
	}
	record->json = read.json;
	record->is_lent = read.is_lent;
	*out = record;
	return 0;
}

int tally__records_get(struct records *records, struct record **out, const char *pattern,
		       const char *const *names, struct tally_error *error)
{
	const char *path = NULL;
	int status = tally__records_path(records, &path, pattern, names, error);

	return status != 0 ? status : tally__records_get_path(records, out, path, error);
}

/* A folder of such a name counts, so that reading it says what is wrong. */
static bool is_record_name(const struct snapshot_entry *entry)
{
	size_t len = strlen(entry->name);

	return len > 5 && strcmp(entry->name + len - 5, ".json") == 0;
}

int tally__records_list(struct records *records, struct record ***out, size_t *count,
			const char *pattern, const char *const *names, struct tally_error *error)
{
	const char *folder = NULL;
	int status = tally__records_path(records, &folder, pattern, names, error);

	return status != 0 ? status : tally__records_list_path(records, out, count, folder, error);
}

int tally__records_list_path(struct records *records, struct record ***out, size_t *count,
			     const char *folder, struct tally_error *error)
{
	struct snapshot_entry *entries;
	struct record **list;
	size_t entry_count, found = 0;
	int status = list_entries(records, folder, &entries, &entry_count, error);

	if (status != 0)
		return status;
	list = tally__arena_alloc_array(&records->arena, entry_count + 1, sizeof *list);
	if (list == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < entry_count; i++) {
		const char *path;

		if (!is_record_name(&entries[i]))
			continue;
		path = tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);
		if (path == NULL)
			return tally__fail_nomem(error);
		status = tally__records_get_path(records, &list[found], path, error);
		if (status != 0)
			return status;
		found += list[found]->json != NULL;
	}
	*out = list;
	*count = found;
	return 0;
}

/* A growing list of records. */
struct listing {
	struct record **items;
	size_t count, capacity;
};

static int add_listed(struct records *records, struct listing *listing, struct record *record,
		      struct tally_error *error)
{
	listing->items = tally__arena_room(&records->arena, listing->items, listing->count,
					   &listing->capacity, 64, sizeof *listing->items);
	if (listing->items == NULL)
		return tally__fail_nomem(error);
	listing->items[listing->count++] = record;
	return 0;
}

static int add_folder(struct records *records, struct listing *listing, const char *folder,
		      struct tally_error *error)
{
	struct record **found;
	size_t count = 0;
	int status = tally__records_list_path(records, &found, &count, folder, error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_listed(records, listing, found[i], error);
	return status;
}

static int add_file(struct records *records, struct listing *listing, const char *folder,
		    const char *file, struct tally_error *error)
{
	const char *path = tally__arena_printf(&records->arena, "%s/%s", folder, file);
	struct record *record;
	int status = path == NULL ? tally__fail_nomem(error)
				  : tally__records_get_path(records, &record, path, error);

	return status != 0 || record->json == NULL ? status
						   : add_listed(records, listing, record, error);
}

/* `levels` of folders are left to go down. */
static int add_spread(struct records *records, struct listing *listing, const char *folder,
		      int levels, const char *file, struct tally_error *error)
{
	struct snapshot_entry *entries;
	size_t count = 0;
	int status;

	if (levels == 0)
		return file != NULL ? add_file(records, listing, folder, file, error)
				    : add_folder(records, listing, folder, error);
	status = list_entries(records, folder, &entries, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);

		status = path == NULL ? tally__fail_nomem(error)
				      : add_spread(records, listing, path, levels - 1, file, error);
	}
	return status;
}

int tally__records_list_spread(struct records *records, struct record ***out, size_t *count,
			       const char *pattern, const char *const *names, const char *file,
			       struct tally_error *error)
{
	struct listing listing = {0};
	const char *folder = NULL;
	int status = tally__records_path(records, &folder, pattern, names, error);

	if (status == 0)
		status = add_spread(records, &listing, folder, file != NULL ? 3 : 2, file, error);
	if (status != 0)
		return status;
	*out = listing.items;
	*count = listing.count;
	return 0;
}

int tally__records_count_spread(struct records *records, const char *folder, int levels,
				size_t *out, struct tally_error *error)
{
	struct snapshot_entry *entries;
	size_t count, total = 0;
	int status = list_entries(records, folder, &entries, &count, error);

	for (size_t i = 0; status == 0 && levels > 1 && i < count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);
		size_t below = 0;

		status = path == NULL ? tally__fail_nomem(error)
				      : tally__records_count_spread(records, path, levels - 1,
								    &below, error);
		total += below;
	}
	if (status == 0)
		*out = levels > 1 ? total : count;
	return status;
}

int tally__records_list_folders(struct records *records, struct record ***out, size_t *count,
				const char *folder, const char *file, struct tally_error *error)
{
	struct snapshot_entry *entries;
	struct listing listing = {0};
	size_t entry_count;
	int status = list_entries(records, folder, &entries, &entry_count, error);

	for (size_t i = 0; status == 0 && i < entry_count; i++) {
		const char *path =
			tally__arena_printf(&records->arena, "%s/%s", folder, entries[i].name);

		status = path == NULL ? tally__fail_nomem(error)
				      : add_file(records, &listing, path, file, error);
	}
	if (status != 0)
		return status;
	*out = listing.items;
	*count = listing.count;
	return 0;
}

int tally__records_remove_folder(struct records *records, const char *pattern,
				 const char *const *names, struct tally_error *error)
{
	const char *folder;
	int status = tally__records_path(records, &folder, pattern, names, error);

	if (status != 0)
		return status;
	records->gone = tally__arena_room(&records->arena, records->gone, records->gone_count,
					  &records->gone_capacity, 16, sizeof *records->gone);
	if (records->gone == NULL)
		return tally__fail_nomem(error);
	records->gone[records->gone_count++] = folder;
	for (size_t i = 0; i < records->by_path.count; i++) {
		struct record *record = records->by_path.entries[i].value;

		if (!lies_in(record->path, folder))
			continue;
		cJSON_Delete(record->json);
		record->json = NULL;
		record->text = NULL;
		record->changed = false;
	}
	return 0;
}

bool tally__records_are_derived(const struct records *records)
{
	return records->format >= RECORD_FORMAT_DERIVED;
}

int tally__records_need_derived(const struct records *records, const char *what,
				struct tally_error *error)
{
	if (tally__records_are_derived(records))
		return 0;
	return tally__fail(error, TALLY_EUNSUPPORTED,
			   "the broker has store format %lld, which does not hold %s: tally broker "
			   "upgrade brings it to format %d",
			   (long long)records->format, what, RECORD_FORMAT);
}

int tally__records_put_text(struct records *records, const char *path, const char *text, size_t len,
			    struct tally_error *error)
{
	struct record *record = tally__map_get(&records->by_path, path, strlen(path));

	if (record == NULL)
		record = add_record(records, path);
	if (record == NULL)
		return tally__fail_nomem(error);
	record->text = text;
	record->text_len = len;
	record->changed = true;
	return 0;
}

static int flush_json(const struct record *record, struct edits *edits, struct tally_error *error)
{
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	status = tally__json_add(&text, record->json, TALLY_JSON_PRETTY);
	tally__buf_addc(&text, '\n');
	if (status == 0)
		status = tally__buf_status(&text, error);
	else
		tally__fail_at(error, status, record->path, 0, 0,
			       "this record of the broker cannot be written: %s",
			       tally_error_text(status));
	if (status == 0)
		status = tally__edits_put(edits, record->path, text.bytes, text.len, error);
	tally__buf_release(&text);
	return status;
}

int tally__records_flush(struct records *records, struct edits *edits, struct tally_error *error)
{
	/* First: a file below one of them that is put later is new. */
	for (size_t i = 0; i < records->gone_count; i++) {
		int status = tally__edits_remove(edits, records->gone[i], error);

		if (status != 0)
			return status;
	}
	for (size_t i = 0; i < records->by_path.count; i++) {
		const struct record *record = records->by_path.entries[i].value;
		int status = 0;

		if (!record->changed)
			continue;
		if (record->text != NULL)
			status = tally__edits_put(edits, record->path, record->text,
						  record->text_len, error);
		else if (record->json == NULL)
			status = tally__edits_remove(edits, record->path, error);
		else
			status = flush_json(record, edits, error);
		if (status != 0)
			return status;
	}
	return 0;
}
