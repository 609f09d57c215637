/* Every record of a small broker, damaged in every member: whatever is asked then is answered, or
 * refused with the place; nothing crashes, hangs, or blames something else. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "whole_broker.h"

#define DEPTH_MAX 16

/* What hands, merges and other programs may put where a value is. */
static const char *const values[] = {"null", "-1", "\"x/../y\"", "[null]", "{}"};

struct sweep {
	struct whole whole;
	const char *path;
	cJSON *record;
};

static void try_record(struct sweep *sweep)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text;
	size_t len;

	assert_int_equal(tally_json_write(&text, &len, sweep->record, TALLY_JSON_COMPACT, &error),
			 0);
	whole_try(&sweep->whole, sweep->path, text, len);
	tally_free(text);
}

/* `link` is where the tree holds the value: it is put back after each change. */
static void try_values(struct sweep *sweep, cJSON *parent, cJSON *value)
{
	cJSON saved = *value;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		cJSON *other = whole_json(&sweep->whole, values[i]);

		value->type = other->type;
		value->child = other->child;
		value->valuestring = other->valuestring;
		value->valuedouble = other->valuedouble;
		value->valueint = other->valueint;
		try_record(sweep);
		value->type = saved.type;
		value->child = saved.child;
		value->valuestring = saved.valuestring;
		value->valuedouble = saved.valuedouble;
		value->valueint = saved.valueint;
		cJSON_Delete(other);
	}
	if (parent != NULL) {
		cJSON *next = value->next;
		int at = 0;

		for (const cJSON *item = parent->child; item != value; item = item->next)
			at++;
		cJSON_DetachItemViaPointer(parent, value);
		try_record(sweep);
		/* Order means nothing in an object, and everything in an array. */
		if (cJSON_IsArray(parent) && next != NULL)
			cJSON_InsertItemInArray(parent, at, value);
		else
			cJSON_AddItemToArray(parent, value);
	}
}

static size_t children_of(const cJSON *value, cJSON **children, size_t most)
{
	size_t count = 0;

	for (cJSON *child = value->child; child != NULL && count < most; child = child->next)
		children[count++] = child;
	return count;
}

/* One of several list entries stands for all. */
static void sweep_value(struct sweep *sweep, cJSON *parent, cJSON *value, int depth)
{
	cJSON *children[16];
	size_t count = children_of(value, children, cJSON_IsArray(value) ? 1 : 16);

	assert_in_range(depth, 0, DEPTH_MAX);
	try_values(sweep, parent, value);
	for (size_t i = 0; i < count; i++)
		sweep_value(sweep, value, children[i], depth + 1);
}

static void sweep_record(struct sweep *sweep, const struct snapshot *snapshot, struct arena *arena)
{
	static const char *const texts[] = {"", "{", "[]", "\xff", "{\"a\":1}x", "7"};
	struct tally_error error = TALLY_ERROR_INIT;
	const char *bytes;
	size_t len;

	assert_int_equal(tally__snapshot_read(snapshot, sweep->path, arena, &bytes, &len, &error),
			 0);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		whole_try(&sweep->whole, sweep->path, texts[i], strlen(texts[i]));
	whole_try(&sweep->whole, sweep->path, NULL, 0);
	assert_int_equal(tally_json_parse(&sweep->record, bytes, len, &error), 0);
	/* Contracts are others' documents; there is a fuzz target for these. */
	if (strstr(sweep->path, "/contracts/") == NULL)
		sweep_value(sweep, NULL, sweep->record, 0);
	cJSON_Delete(sweep->record);
}

static size_t sweep_folder(struct sweep *sweep, const struct snapshot *snapshot,
			   struct arena *arena, const char *folder)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct snapshot_entry *entries;
	size_t count, records = 0;

	assert_int_equal(tally__snapshot_list(snapshot, folder, arena, &entries, &count, &error),
			 0);
	for (size_t i = 0; i < count; i++) {
		char path[1024];

		(void)snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "",
			       entries[i].name);
		if (entries[i].is_folder) {
			records += sweep_folder(sweep, snapshot, arena, path);
			continue;
		}
		sweep->path = path;
		sweep_record(sweep, snapshot, arena);
		records++;
	}
	return records;
}

static void test_every_member_of_every_record(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct sweep sweep = {0};
	struct snapshot *snapshot;
	struct arena arena;
	size_t answers;

	(void)state;
	whole_init(&sweep.whole);
	tally__arena_init(&arena, 0);
	/* Undamaged, nothing is refused but what cannot be: other content for a version. */
	whole_ask(&sweep.whole);
	assert_int_equal(sweep.whole.refusals, 0);
	answers = sweep.whole.answers;
	assert_int_equal(tally__snapshot_open(&snapshot, whole_store(&sweep.whole), NULL, &error),
			 0);
	assert_in_range(sweep_folder(&sweep, snapshot, &arena, ""), 25, 100);
	assert_true(sweep.whole.refusals > 1000);
	assert_true(sweep.whole.answers > 1000);
	tally__snapshot_close(snapshot);
	/* And nothing of it stays. */
	sweep.whole.answers = sweep.whole.refusals = 0;
	whole_ask(&sweep.whole);
	assert_int_equal(sweep.whole.answers, answers);
	tally__arena_release(&arena);
	whole_release(&sweep.whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_member_of_every_record),
	};

	return cmocka_run_group_tests_name("broker_damage", tests, NULL, NULL);
}
