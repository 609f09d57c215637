#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

/* Digits are compared as numbers, so that [2] comes before [10]. */
static int compare_paths(const char *a, const char *b)
{
	while (*a && *b) {
		size_t a_digits = strspn(a, "0123456789");
		size_t b_digits = strspn(b, "0123456789");

		if (a_digits > 0 && b_digits > 0) {
			int order = a_digits == b_digits ? memcmp(a, b, a_digits)
							 : (a_digits < b_digits ? -1 : 1);

			if (order != 0) {
				return order;
			}
			a += a_digits;
			b += b_digits;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (unsigned char)*a - (unsigned char)*b;
}

static int compare_mismatches(const void *a, const void *b)
{
	const struct mismatch *left = a;
	const struct mismatch *right = b;
	int order = 0;

	if (left->kind != right->kind) {
		return left->kind < right->kind ? -1 : 1;
	}
	order = compare_paths(left->path, right->path);
	if (order == 0) {
		order = strcmp(left->message, right->message);
	}
	return order != 0 ? order : strcmp(left->rule, right->rule);
}

void tally__mismatches_sort(struct mismatches *mismatches)
{
	size_t kept = 0;

	if (mismatches->count == 0) {
		return;
	}
	qsort(mismatches->items, mismatches->count, sizeof *mismatches->items, compare_mismatches);
	for (size_t i = 1; i < mismatches->count; i++) {
		if (compare_mismatches(&mismatches->items[kept], &mismatches->items[i]) != 0) {
			mismatches->items[++kept] = mismatches->items[i];
		}
	}
	mismatches->count = kept + 1;
}

static int put_text(cJSON *object, const char *name, const char *text)
{
	return text ? tally__json_put(object, name, cJSON_CreateString(text)) : 0;
}

static cJSON *mismatch_to_json(const struct mismatch *mismatch)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || put_text(object, "type", tally__mismatch_kind_name(mismatch->kind)) != 0 ||
	    put_text(object, "path", mismatch->path) != 0 ||
	    put_text(object, "pointer", mismatch->pointer) != 0 ||
	    put_text(object, "rule", mismatch->rule) != 0 ||
	    put_text(object, "expected", mismatch->expected) != 0 ||
	    put_text(object, "actual", mismatch->actual) != 0 ||
	    put_text(object, "message", mismatch->message) != 0) {
		cJSON_Delete(object);
		return NULL;
	}
	return object;
}

cJSON *tally__mismatches_to_json(const struct mismatches *mismatches)
{
	cJSON *array = NULL;

	tally__json_setup();
	array = cJSON_CreateArray();
	for (size_t i = 0; array && i < mismatches->count; i++) {
		if (tally__json_append(array, mismatch_to_json(&mismatches->items[i])) != 0) {
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}
