#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

/* The values that the authors' own program prints for this state. */
static void test_published_values(void **state)
{
	static const uint64_t expected[] = {UINT64_C(11520),
					    UINT64_C(0),
					    UINT64_C(1509978240),
					    UINT64_C(1215971899390074240),
					    UINT64_C(1216172134540287360),
					    UINT64_C(607988272756665600),
					    UINT64_C(16172922978634559625),
					    UINT64_C(8476171486693032832),
					    UINT64_C(10595114339597558777),
					    UINT64_C(2904607092377533576)};
	struct random random = {.state = {1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		assert_true(tally__random_next(&random) == expected[i]);
	}
}

/* The state that SplitMix64 makes of a seed. */
static void test_seed(void **state)
{
	static const uint64_t expected[] = {
		UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
	struct random random;

	(void)state;
	tally__random_init(&random, 1234567);
	assert_memory_equal(random.state, expected, sizeof expected);
}

static void test_new_seeds(void **state)
{
	(void)state;
	assert_true(tally__random_new_seed() != tally__random_new_seed());
}

/* Each of a few numbers about equally often; the numbers do not depend on the platform. */
static void test_below(void **state)
{
	enum { ROUNDS = 60000 };
	size_t seen[6] = {0};
	struct random random;

	(void)state;
	tally__random_init(&random, 7);
	for (size_t i = 0; i < ROUNDS; i++) {
		uint64_t value = tally__random_below(&random, 6);

		assert_true(value < 6);
		seen[value]++;
	}
	for (size_t i = 0; i < 6; i++) {
		assert_in_range(seen[i], ROUNDS / 6 - 500, ROUNDS / 6 + 500);
	}
	assert_int_equal(tally__random_below(&random, 1), 0);
}

/* More than half of all 64-bit numbers: taking remainders alone would give the low half twice as
 * often. */
static void test_no_bias(void **state)
{
	const uint64_t count = UINT64_C(3) << 62;
	size_t low = 0;
	struct random random;

	(void)state;
	tally__random_init(&random, 7);
	for (size_t i = 0; i < 30000; i++) {
		low += tally__random_below(&random, count) < count / 3;
	}
	assert_in_range(low, 9700, 10300);
}

static void test_between(void **state)
{
	static const int64_t ranges[][2] = {{INT64_MIN, INT64_MAX},
					    {INT64_MIN, INT64_MIN},
					    {INT64_MAX, INT64_MAX},
					    {INT64_MIN, INT64_MIN + 1},
					    {INT64_MAX - 1, INT64_MAX},
					    {-3, 3},
					    {-1, INT64_MAX},
					    {INT64_MIN, 0}};
	struct random random;

	(void)state;
	tally__random_init(&random, 99);
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		uint64_t span = (uint64_t)ranges[i][1] - (uint64_t)ranges[i][0];
		bool first = false;
		bool last = false;

		for (size_t n = 0; n < 2000; n++) {
			int64_t value = tally__random_between(&random, ranges[i][0], ranges[i][1]);

			assert_true(value >= ranges[i][0] && value <= ranges[i][1]);
			first = first || value == ranges[i][0];
			last = last || value == ranges[i][1];
		}
		if (span < 100) {
			assert_true(first && last);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_values), cmocka_unit_test(test_seed),
		cmocka_unit_test(test_new_seeds),        cmocka_unit_test(test_below),
		cmocka_unit_test(test_no_bias),          cmocka_unit_test(test_between),
	};

	return cmocka_run_group_tests_name("base/random", tests, NULL, NULL);
}
