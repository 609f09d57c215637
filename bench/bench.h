/* bench/bench.h - timing and the table: what the benchmark programs share.  Include it once a
 * program. */
#ifndef TALLY_BENCH_H
#define TALLY_BENCH_H

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_SAMPLES   15
#define BENCH_SAMPLE_NS 10e6

/* What only computes is measured on the processor: a busy machine then disturbs it less.  A program
 * that waits for disks or other programs defines this as CLOCK_MONOTONIC. */
#ifndef BENCH_CLOCK
#define BENCH_CLOCK CLOCK_PROCESS_CPUTIME_ID
#endif

static inline double bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(BENCH_CLOCK, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Memory given back to the system after each round and fetched again would be most of what is
 * measured for large documents. */
static inline void bench_keep_memory(void)
{
#ifdef M_TRIM_THRESHOLD
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
#endif
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double bench_median(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), bench_compare);
	return samples[count / 2];
}

/* Something to be measured; run() is called often. */
struct bench_case {
	void (*run)(void *context);
	void *context;
	double median_ns; /* the result: one call of run() */
	size_t repeats;   /* calls a sample */
};

static inline double bench_sample(const struct bench_case *item)
{
	double start = bench_now_ns();
	size_t i;

	for (i = 0; i < item->repeats; i++)
		item->run(item->context);
	return (bench_now_ns() - start) / (double)item->repeats;
}

/* Measures all cases of one comparison, sample by sample in turn, so that what else the machine
 * does meets each of them alike. */
static inline void bench_run(struct bench_case *items, size_t count)
{
	double samples[8][BENCH_SAMPLES];
	size_t i;
	size_t sample;

	if (count > 8)
		abort();
	for (i = 0; i < count; i++) {
		items[i].repeats = 1;
		while (bench_sample(&items[i]) * (double)items[i].repeats < BENCH_SAMPLE_NS)
			items[i].repeats *= 2;
	}
	for (sample = 0; sample < BENCH_SAMPLES; sample++) {
		for (i = 0; i < count; i++)
			samples[i][sample] = bench_sample(&items[i]);
	}
	for (i = 0; i < count; i++)
		items[i].median_ns = bench_median(samples[i], BENCH_SAMPLES);
}

static inline double bench_mb_per_s(const struct bench_case *item, size_t bytes)
{
	return (double)bytes * 1e3 / item->median_ns;
}

/* One line of the table; `beside` may be NULL, and says what `beside_value` and `ratio` are. */
static inline void bench_row(const char *what, double value, const char *unit, const char *beside,
			     double beside_value, double ratio)
{
	printf("%-36s %10.2f %-9s", what, value, unit);
	if (beside != NULL)
		printf(" %s: %.2f %s, ratio of times %.2f", beside, beside_value, unit, ratio);
	putchar('\n');
	fflush(stdout);
}

/* The same for what takes so much longer elsewhere that a ratio would be 0.00; `beside_ms` is 0
 * where nothing was measured beside it. */
static inline void bench_row_ms(const char *what, double ms, double beside_ms)
{
	printf("%-36s %10.3f ms", what, ms);
	if (beside_ms > 0)
		printf("   reference %10.3f ms, %.1f times as long", beside_ms, beside_ms / ms);
	putchar('\n');
	fflush(stdout);
}

#endif
