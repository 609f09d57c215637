#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/path_text.h"
#include "matching/mismatch.h"

void tally__mismatches_init(struct mismatches *mismatches)
{
	*mismatches = (struct mismatches){0};
	tally__arena_init(&mismatches->arena, 0);
}

void tally__mismatches_release(struct mismatches *mismatches)
{
	tally__free(mismatches->items);
	tally__arena_release(&mismatches->arena);
	*mismatches = (struct mismatches){0};
}

const char *tally__mismatch_kind_name(enum mismatch_kind kind)
{
	static const char *const names[] = {
		[MISMATCH_METHOD] = "method",       [MISMATCH_PATH] = "path",
		[MISMATCH_QUERY] = "query",         [MISMATCH_HEADER] = "header",
		[MISMATCH_STATUS] = "status",       [MISMATCH_METADATA] = "metadata",
		[MISMATCH_BODY_TYPE] = "body-type", [MISMATCH_BODY] = "body",
	};

	return names[kind];
}

static int compare_positions(const struct mismatch *a, const struct mismatch *b)
{
	size_t len = a->position_len < b->position_len ? a->position_len : b->position_len;

	for (size_t i = 0; i < len; i++) {
		if (a->position[i] != b->position[i]) {
			return a->position[i] < b->position[i] ? -1 : 1;
		}
	}
	/* What is wrong with a whole comes before what is wrong in it. */
	return (a->position_len > len) - (b->position_len > len);
}

static int compare_mismatches(const void *a, const void *b)
{
	const struct mismatch *left = a;
	const struct mismatch *right = b;
	int order = 0;

	if (left->kind != right->kind) {
		return left->kind < right->kind ? -1 : 1;
	}
	order = compare_positions(left, right);
	if (order == 0) {
		order = left->sequence < right->sequence ? -1 : 1;
	}
	return order;
}

void tally__mismatches_sort(struct mismatches *mismatches)
{
	if (mismatches->count > 1) {
		qsort(mismatches->items, mismatches->count, sizeof *mismatches->items,
		      compare_mismatches);
	}
}

bool tally__mismatches_have(const struct mismatches *mismatches, const struct mismatch *mismatch)
{
	for (size_t i = 0; i < mismatches->count; i++) {
		const struct mismatch *item = &mismatches->items[i];

		if (item->kind == mismatch->kind && strcmp(item->path, mismatch->path) == 0 &&
		    strcmp(item->message, mismatch->message) == 0 &&
		    strcmp(item->rule, mismatch->rule) == 0) {
			return true;
		}
	}
	return false;
}

int tally__mismatch_put_part(cJSON *object, const struct mismatch *mismatch,
			     enum mismatch_side side)
{
	static const char *const sides[] = {
		[SIDE_REQUEST] = "/request",
		[SIDE_RESPONSE] = "/response",
		[SIDE_MESSAGE] = "",
		[SIDE_SYNC_REQUEST] = "/request",
		[SIDE_SYNC_RESPONSE] = "/response/0",
	};
	static const char *const names[] = {
		[MISMATCH_METHOD] = "/method",  [MISMATCH_PATH] = "/path",
		[MISMATCH_QUERY] = "/query",    [MISMATCH_STATUS] = "/status",
		[MISMATCH_HEADER] = "/headers", [MISMATCH_METADATA] = "/metadata",
	};
	const char *body = side >= SIDE_MESSAGE ? "/contents" : "/body";
	bool is_body = mismatch->kind == MISMATCH_BODY || mismatch->kind == MISMATCH_BODY_TYPE;
	bool is_named = mismatch->kind == MISMATCH_QUERY || mismatch->kind == MISMATCH_HEADER ||
			mismatch->kind == MISMATCH_METADATA;
	struct buf pointer;
	int status = TALLY_ENOMEM;

	tally__buf_init(&pointer, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&pointer, sides[side]);
	tally__buf_adds(&pointer, is_body ? body : names[mismatch->kind]);
	/* The values of metadata have paths of their own below "$". */
	if (is_named && *mismatch->path && *mismatch->path != '$') {
		tally__pointer_add(&pointer, mismatch->path);
	}
	if (pointer.status == 0) {
		status = tally__json_put_text(object, "part", pointer.bytes);
	}
	tally__buf_release(&pointer);
	return status;
}

/* What has no place within its part is called as the part is. */
static const char *path_of(const struct mismatch *mismatch)
{
	return mismatch->path && *mismatch->path ? mismatch->path
						 : tally__mismatch_kind_name(mismatch->kind);
}

static cJSON *mismatch_to_json(const struct mismatch *mismatch, enum mismatch_side side)
{
	cJSON *object = cJSON_CreateObject();

	if (!object ||
	    tally__json_put_text(object, "type", tally__mismatch_kind_name(mismatch->kind)) != 0 ||
	    tally__mismatch_put_part(object, mismatch, side) != 0 ||
	    tally__json_put_text(object, "path", path_of(mismatch)) != 0 ||
	    tally__json_put_text(object, "pointer", mismatch->pointer) != 0 ||
	    tally__json_put_text(object, "rule", mismatch->rule) != 0 ||
	    tally__json_put_text(object, "expected", mismatch->expected) != 0 ||
	    tally__json_put_text(object, "actual", mismatch->actual) != 0 ||
	    tally__json_put_text(object, "message", mismatch->message) != 0 ||
	    tally__json_put_text(object, "diff", mismatch->diff) != 0 ||
	    (mismatch->detail && tally__json_put(object, "detail", cJSON_CreateTrue()) != 0)) {
		cJSON_Delete(object);
		return NULL;
	}
	return object;
}

cJSON *tally__mismatches_to_json(const struct mismatches *mismatches, enum mismatch_side side)
{
	cJSON *array = NULL;

	tally__json_setup();
	array = cJSON_CreateArray();
	for (size_t i = 0; array && i < mismatches->count; i++) {
		if (tally__json_append(array, mismatch_to_json(&mismatches->items[i], side)) != 0) {
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}
