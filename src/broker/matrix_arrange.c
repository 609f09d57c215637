/* Which of the rows stay, in which order, and what they come to. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "broker/matrix.h"

static bool names(const struct selected *ignored, const char *application, const char *version)
{
	if (strcmp(ignored->application, application) != 0)
		return false;
	if (ignored->every)
		return true;
	for (size_t i = 0; version != NULL && i < ignored->count; i++) {
		if (strcmp(ignored->versions[i].version, version) == 0)
			return true;
	}
	return false;
}

/* The version of a row that stands for many that were not verified is nobody's. */
static const char *joined_version(const struct row *row)
{
	return row->unjoined ? NULL : row->pair.provider_version;
}

static void mark_ignored(const struct matrix *matrix, struct row *row)
{
	for (size_t i = 0; row->ignored == NULL && i < matrix->ignored_count; i++) {
		const struct selected *ignored = &matrix->ignored[i];

		if (names(ignored, row->pair.consumer, row->pair.consumer_version) ||
		    names(ignored, row->pair.provider, joined_version(row)))
			row->ignored = ignored;
	}
}

/* An application that does not exist has no versions to be ignored either: `every` is not set. */
bool tally__selected_is_missing(const struct matrix *matrix, const struct selected *selected)
{
	if (selected->every || selected->count > 0)
		return false;
	for (size_t i = 0; i < matrix->ignored_count; i++) {
		if (names(&matrix->ignored[i], selected->application, selected->selector->version))
			return false;
	}
	return true;
}

static unsigned kind_of(const struct row *row)
{
	switch (row->pair.verdict) {
	case VERDICT_OK:
		return TALLY_ROWS_SUCCESS;
	case VERDICT_BROKEN:
		return TALLY_ROWS_FAILED;
	case VERDICT_WAITING:
	case VERDICT_STUCK:
	case VERDICT_ABSENT:
		break;
	}
	return TALLY_ROWS_UNKNOWN;
}

static int compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	return strcmp(a, b);
}

/* Newest first; what has no number is older than all. */
static int compare_versions(const struct selected_version *a, const struct selected_version *b)
{
	int64_t left = a != NULL ? a->sequence : 0, right = b != NULL ? b->sequence : 0;

	if (left != right)
		return left > right ? -1 : 1;
	return compare_texts(a != NULL ? a->version : NULL, b != NULL ? b->version : NULL);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *left = *(struct row *const *)a, *right = *(struct row *const *)b;
	int order = (left->ignored != NULL) - (right->ignored != NULL);

	if (order == 0)
		order = strcmp(left->pair.consumer, right->pair.consumer);
	if (order == 0)
		order = compare_versions(left->consumer_version, right->consumer_version);
	if (order == 0)
		order = strcmp(left->pair.provider, right->pair.provider);
	return order != 0 ? order
			  : compare_versions(left->provider_version, right->provider_version);
}

/* By what rows are told apart, then the newest provider version first. */
static int compare_in_pairs(const void *a, const void *b)
{
	const struct row *left = *(struct row *const *)a, *right = *(struct row *const *)b;
	int order = strcmp(left->pair.consumer, right->pair.consumer);

	if (order == 0)
		order = strcmp(left->pair.provider, right->pair.provider);
	if (order == 0)
		order = compare_versions(left->provider_version, right->provider_version);
	return order != 0 ? order
			  : compare_versions(left->consumer_version, right->consumer_version);
}

/* A version that is in an environment, or that was asked for by its number, counts itself: no row
 * of another can stand for it. */
static bool counts_itself(const struct selected *selected)
{
	return selected->selector->environment != NULL || selected->selector->version != NULL;
}

static bool is_repeated(const struct row *row, const struct row *last)
{
	return strcmp(row->pair.consumer, last->pair.consumer) == 0 &&
	       strcmp(row->pair.consumer_version, last->pair.consumer_version) == 0 &&
	       strcmp(row->pair.provider, last->pair.provider) == 0 &&
	       compare_texts(row->pair.provider_version, last->pair.provider_version) == 0;
}

static bool is_covered(const struct row *row, const struct row *last, enum tally_latest_by by)
{
	if (by == TALLY_LATEST_BY_NONE || by == TALLY_LATEST_BY_BOTH_VERSIONS ||
	    strcmp(row->pair.consumer, last->pair.consumer) != 0 ||
	    strcmp(row->pair.provider, last->pair.provider) != 0)
		return false;
	if (strcmp(row->pair.consumer_version, last->pair.consumer_version) == 0)
		return !counts_itself(row->provider);
	return by == TALLY_LATEST_BY_CONSUMER && !counts_itself(row->consumer) &&
	       !counts_itself(row->provider);
}

/* Rows that are like the one before them in this order go, and so do those that nobody asked for.
 */
static void thin_out(struct matrix *matrix, int (*compare)(const void *, const void *),
		     enum tally_latest_by by)
{
	size_t kept = 0;

	if (matrix->row_count == 0)
		return;
	qsort(matrix->rows, matrix->row_count, sizeof *matrix->rows, compare);
	for (size_t i = 0; i < matrix->row_count; i++) {
		struct row *row = matrix->rows[i];
		const struct row *last = kept > 0 ? matrix->rows[kept - 1] : NULL;

		if (last == NULL || (!is_repeated(row, last) && !is_covered(row, last, by)))
			matrix->rows[kept++] = row;
	}
	matrix->row_count = kept;
}

static void filter(struct matrix *matrix)
{
	size_t kept = 0;

	for (size_t i = 0; i < matrix->row_count; i++) {
		struct row *row = matrix->rows[i];

		if (matrix->query->rows == 0 || (matrix->query->rows & kind_of(row)) != 0)
			matrix->rows[kept++] = row;
		else
			matrix->hiding |= kind_of(row) != TALLY_ROWS_SUCCESS;
	}
	matrix->row_count = kept;
}

void tally__matrix_arrange(struct matrix *matrix)
{
	if (matrix->query->latest_by == TALLY_LATEST_BY_CONSUMER)
		thin_out(matrix, compare_in_pairs, TALLY_LATEST_BY_CONSUMER);
	thin_out(matrix, compare_rows, matrix->query->latest_by);
	filter(matrix);
	for (size_t i = 0; i < matrix->row_count; i++)
		mark_ignored(matrix, matrix->rows[i]);
	if (matrix->row_count > 0)
		qsort(matrix->rows, matrix->row_count, sizeof *matrix->rows, compare_rows);
}

void tally__matrix_summarise(struct summary *summary, const struct matrix *matrix)
{
	*summary = (struct summary){0};
	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct row *row = matrix->rows[i];
		unsigned kind = kind_of(row);

		if (row->ignored != NULL) {
			summary->ignored++;
			continue;
		}
		summary->success += kind == TALLY_ROWS_SUCCESS;
		summary->failed += kind == TALLY_ROWS_FAILED;
		summary->unknown += kind == TALLY_ROWS_UNKNOWN;
		summary->empty += kind == TALLY_ROWS_SUCCESS && row->pair.counts.total == 0;
	}
	for (size_t i = 0; i < matrix->specified_count; i++)
		summary->missing += tally__selected_is_missing(matrix, &matrix->specified[i]);
}
