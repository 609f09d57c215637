/* base/mem, base/arena, base/buf and base/map. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

static void test_mem_sizes(void **state)
{
	void *memory;
	char *text;

	(void)state;
	memory = tally__malloc(0);
	assert_non_null(memory);
	memory = tally__realloc(memory, 0);
	assert_non_null(memory);
	tally__free(memory);
	memory = tally__calloc(0, 8);
	assert_non_null(memory);
	tally__free(memory);
	assert_null(tally__realloc_array(NULL, SIZE_MAX / 2, 3));
	text = tally__strndup("abcdef", 3);
	assert_string_equal(text, "abc");
	tally__free(text);
	text = tally__strndup("ab", SIZE_MAX);
	assert_string_equal(text, "ab");
	tally__free(text);
}

static void test_mem_fails_once(void **state)
{
	void *first;
	void *second;
	void *third;

	(void)state;
	tally__mem_fail_after(1);
	first = tally__malloc(1);
	second = tally__malloc(1);
	third = tally__malloc(1);
	assert_int_equal(tally__mem_fail_after(-1), 3);
	assert_non_null(first);
	assert_null(second);
	assert_non_null(third);
	tally__free(first);
	tally__free(third);
	assert_int_equal(tally__mem_fail_after(-1), 0);
}

static void test_arena(void **state)
{
	struct arena arena;
	size_t i;

	(void)state;
	tally__arena_init(&arena, 0);
	for (i = 0; i < 2000; i++) {
		unsigned char *bytes = tally__arena_alloc(&arena, i);
		size_t j;

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (j = 0; j < i; j++)
			assert_int_equal(bytes[j], 0);
		memset(bytes, 0xAA, i);
	}
	assert_string_equal(tally__arena_strdup(&arena, "text"), "text");
	assert_memory_equal(tally__arena_memdup(&arena, "a\0b", 3), "a\0b", 4);
	assert_string_equal(tally__arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
	assert_null(tally__arena_alloc(&arena, SIZE_MAX));
	assert_null(tally__arena_alloc(&arena, SIZE_MAX - 64));
	assert_null(tally__arena_alloc_array(&arena, SIZE_MAX / 4, 5));
	assert_null(tally__arena_memdup(&arena, "", SIZE_MAX));
	tally__arena_release(&arena);
	assert_int_equal(arena.used_bytes, 0);
}

static void test_arena_limit(void **state)
{
	struct arena arena;

	(void)state;
	tally__arena_init(&arena, 64);
	assert_non_null(tally__arena_alloc(&arena, 48));
	assert_null(tally__arena_alloc(&arena, 17));
	assert_non_null(tally__arena_alloc(&arena, 16));
	assert_null(tally__arena_alloc(&arena, 1));
	tally__arena_release(&arena);
}

static void test_arena_without_memory(void **state)
{
	struct arena arena;
	void *memory;

	(void)state;
	tally__arena_init(&arena, 0);
	tally__mem_fail_after(0);
	memory = tally__arena_alloc(&arena, 1);
	tally__mem_fail_after(-1);
	assert_null(memory);
	assert_int_equal(arena.used_bytes, 0);
	assert_non_null(tally__arena_alloc(&arena, 1));
	tally__arena_release(&arena);
}

static void test_buf(void **state)
{
	struct buf buf;
	char *text;
	size_t len;
	int i;

	(void)state;
	tally__buf_init(&buf, 10000);
	assert_string_equal(buf.bytes, "");
	tally__buf_add(&buf, NULL, 0);
	tally__buf_adds(&buf, "ab");
	tally__buf_addc(&buf, 'c');
	tally__buf_addf(&buf, "%d%s", 12, "");
	assert_string_equal(buf.bytes, "abc12");
	tally__buf_truncate(&buf, 3);
	tally__buf_truncate(&buf, 9);
	assert_string_equal(buf.bytes, "abc");
	for (i = 0; i < 1000; i++)
		tally__buf_addf(&buf, "%04d", i);
	assert_int_equal(buf.len, 4003);
	assert_string_equal(buf.bytes + 3999, "0999");
	assert_int_equal(tally__buf_status(&buf, NULL), 0);
	text = tally__buf_take(&buf, &len);
	assert_int_equal(len, 4003);
	assert_int_equal(strlen(text), 4003);
	tally__free(text);
	assert_int_equal(buf.len, 0);
	text = tally__buf_take(&buf, NULL);
	assert_string_equal(text, "");
	tally__free(text);
	tally__buf_release(&buf);
}

static void test_buf_limit_is_exact_and_sticks(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf buf;
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++) {
		tally__buf_init(&buf, i);
		while (buf.len < i)
			tally__buf_addc(&buf, 'x');
		assert_int_equal(buf.status, 0);
		tally__buf_addf(&buf, "%s", "");
		assert_int_equal(buf.status, 0);
		tally__buf_addf(&buf, "%s", "y");
		assert_int_equal(buf.status, TALLY_ELIMIT);
		assert_int_equal(buf.len, i);
		tally__buf_truncate(&buf, 0);
		tally__buf_addc(&buf, 'x');
		assert_int_equal(buf.len, 0);
		assert_null(tally__buf_take(&buf, NULL));
		tally__buf_clear(&buf);
		assert_int_equal(buf.status, 0);
		tally__buf_release(&buf);
	}
	tally__buf_init(&buf, 3);
	tally__buf_adds(&buf, "abcd");
	assert_int_equal(tally__buf_status(&buf, &error), TALLY_ELIMIT);
	assert_string_equal(error.message, "more than the limit of 3 bytes");
	assert_string_equal(buf.bytes, "");
	tally__buf_init(&buf, SIZE_MAX);
	tally__buf_reserve(&buf, SIZE_MAX);
	assert_int_equal(buf.status, TALLY_ELIMIT);
	tally__buf_release(&buf);
}

static void test_buf_without_memory(void **state)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf buf;
	char *taken;

	(void)state;
	tally__buf_init(&buf, 100);
	tally__mem_fail_after(0);
	tally__buf_adds(&buf, "abc");
	tally__mem_fail_after(-1);
	tally__buf_adds(&buf, "def");
	assert_int_equal(tally__buf_status(&buf, &error), TALLY_ENOMEM);
	assert_string_equal(buf.bytes, "");
	tally__buf_clear(&buf);
	tally__mem_fail_after(0);
	taken = tally__buf_take(&buf, NULL);
	tally__mem_fail_after(-1);
	assert_null(taken);
	assert_int_equal(buf.status, TALLY_ENOMEM);
	tally__buf_release(&buf);
}

static void test_map(void **state)
{
	static char keys[5000][8];
	struct map map;
	uintptr_t i;

	(void)state;
	tally__map_init(&map);
	assert_null(tally__map_get(&map, "x", 1));
	for (i = 0; i < 5000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%d", (int)i);
		assert_int_equal(tally__map_put(&map, keys[i], strlen(keys[i]), keys[i]), 0);
	}
	assert_int_equal(map.count, 5000);
	for (i = 0; i < 5000; i++) {
		assert_ptr_equal(tally__map_get(&map, keys[i], strlen(keys[i])), keys[i]);
		assert_ptr_equal(map.entries[i].key, keys[i]);
	}
	assert_null(tally__map_find(&map, "k5000", 5));
	assert_int_equal(tally__map_put(&map, "k7", 2, &map), 0);
	assert_ptr_equal(tally__map_get(&map, "k7", 2), &map);
	assert_ptr_equal(tally__map_add(&map, "k8", 2, &map)->value, keys[8]);
	assert_int_equal(map.count, 5000);
	/* Keys are bytes: a NUL and the empty key are as good as others. */
	assert_int_equal(tally__map_put(&map, "k7\0", 3, NULL), 0);
	assert_int_equal(tally__map_put(&map, "", 0, keys), 0);
	assert_int_equal(map.count, 5002);
	assert_ptr_equal(tally__map_get(&map, "k7", 2), &map);
	assert_non_null(tally__map_find(&map, "k7\0", 3));
	assert_ptr_equal(tally__map_get(&map, NULL, 0), keys);
	tally__map_release(&map);
	assert_null(tally__map_get(&map, "k7", 2));
}

/* Room that was made is used without another allocation, and no key is lost when it is made late.
 */
static void test_map_reserve(void **state)
{
	static char keys[3000][8];
	struct map map;
	int i;

	(void)state;
	tally__map_init(&map);
	assert_int_equal(tally__map_reserve(&map, 0), 0);
	assert_null(tally__map_get(&map, "k0", 2));
	for (i = 0; i < 3000; i++) {
		if (i == 1000) {
			assert_int_equal(tally__map_reserve(&map, 3000), 0);
			tally__mem_fail_after(-1);
		}
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		assert_int_equal(tally__map_put(&map, keys[i], strlen(keys[i]), keys[i]), 0);
	}
	assert_int_equal(tally__mem_fail_after(-1), 0);
	assert_int_equal(tally__map_reserve(&map, 10), 0);
	for (i = 0; i < 3000; i++)
		assert_ptr_equal(tally__map_get(&map, keys[i], strlen(keys[i])), keys[i]);
	assert_int_equal(tally__map_reserve(&map, SIZE_MAX), TALLY_ENOMEM);
	for (i = 0; i < 2; i++) {
		tally__mem_fail_after(i);
		assert_int_equal(tally__map_reserve(&map, 100000), TALLY_ENOMEM);
		tally__mem_fail_after(-1);
		assert_ptr_equal(tally__map_get(&map, "k2999", 5), keys[2999]);
	}
	tally__map_release(&map);
}

static void test_map_without_memory(void **state)
{
	struct map map;
	long i;

	(void)state;
	tally__map_init(&map);
	for (i = 0; i < 2; i++) {
		int status;

		tally__mem_fail_after(i);
		status = tally__map_put(&map, "x", 1, &map);
		tally__mem_fail_after(-1);
		assert_int_equal(status, TALLY_ENOMEM);
		assert_int_equal(map.count, 0);
		assert_null(tally__map_find(&map, "x", 1));
		tally__map_release(&map);
	}
	assert_int_equal(tally__map_put(&map, "x", 1, &map), 0);
	tally__map_release(&map);
}

/* SipHash-1-3 of the bytes 0, 1, 2, … with the key 0, 1, … 15. */
static void test_hash_vectors(void **state)
{
	static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
	static const uint64_t expected[] = {
		UINT64_C(0xabac0158050fc4dc), UINT64_C(0xc9f49bf37d57ca93),
		UINT64_C(0x82cb9b024dc7d44d), UINT64_C(0x8bf80ab8e7ddf7fb),
		UINT64_C(0xcf75576088d38328), UINT64_C(0xdef9d52f49533b67),
		UINT64_C(0xc50d2b50c59f22a7), UINT64_C(0xd3927d989bb11140),
		UINT64_C(0x369095118d299a8e), UINT64_C(0x25a48eb36c063de4),
		UINT64_C(0x79de85ee92ff097f), UINT64_C(0x70c118c1f94dc352),
		UINT64_C(0x78a384b157b4d9a2), UINT64_C(0x306f760c1229ffa7),
		UINT64_C(0x605aa111c0f95d34), UINT64_C(0xd320d86d2a519956),
		UINT64_C(0xcc4fdd1a7d908b66),
	};
	unsigned char bytes[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_true(tally__hash_seeded(key, bytes, i) == expected[i]);
	assert_true(tally__hash("abc", 3) == tally__hash("abc", 3));
	assert_true(tally__hash("abc", 3) != tally__hash("abd", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mem_sizes),
		cmocka_unit_test(test_mem_fails_once),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_arena_without_memory),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_limit_is_exact_and_sticks),
		cmocka_unit_test(test_buf_without_memory),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_map_reserve),
		cmocka_unit_test(test_map_without_memory),
		cmocka_unit_test(test_hash_vectors),
	};

	return cmocka_run_group_tests_name("base/mem arena buf map", tests, NULL, NULL);
}
