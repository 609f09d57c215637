/* The rows of a question. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "broker/matrix.h"

/* One side of the rows that are looked for. */
struct end {
	const struct selected *selected;
	const struct selected_version *version;
};

static struct row *add_row(struct matrix *matrix, const struct end *consumer,
			   const struct end *provider)
{
	struct arena *arena = &matrix->records->arena;
	struct row *row = tally__arena_alloc(arena, sizeof *row);
	struct row **rows = tally__arena_room(arena, matrix->rows, matrix->row_count,
					      &matrix->row_capacity, 16, sizeof(struct row *));

	if (row == NULL || rows == NULL)
		return NULL;
	row->consumer = consumer->selected;
	row->provider = provider->selected;
	row->consumer_version = consumer->version;
	row->provider_version = provider->version;
	row->pair.consumer = consumer->selected->application;
	row->pair.consumer_version = consumer->version->version;
	row->pair.provider = provider->selected->application;
	row->pair.provider_version = provider->version != NULL ? provider->version->version : NULL;
	matrix->rows = rows;
	rows[matrix->row_count++] = row;
	return row;
}

static void drop_last_row(struct matrix *matrix)
{
	matrix->row_count--;
}

/* A consumer version that is there, and of which nobody knows what it needs. */
static int call_unknown(struct row *row, struct matrix *matrix, struct tally_error *error)
{
	struct buf text;
	int status;

	tally__buf_init(&text, MATRIX_SENTENCE_BYTES);
	tally__buf_addf(&text, "%s %s is ", row->pair.consumer, row->pair.consumer_version);
	tally__selected_version_describe(&text, row->consumer, row->consumer_version);
	tally__buf_adds(&text, ", but nothing is recorded about it, so what it needs is not known");
	status = tally__buf_status(&text, error);
	row->pair.verdict = VERDICT_STUCK;
	if (status == 0)
		row->pair.stuck = tally__arena_strdup(&matrix->records->arena, text.bytes);
	tally__buf_release(&text);
	if (status == 0 && row->pair.stuck == NULL)
		status = tally__fail_nomem(error);
	return status;
}

static int judge(struct matrix *matrix, const struct end *consumer, const struct end *provider,
		 struct row **out, struct tally_error *error)
{
	struct row *row;

	if (++matrix->judged > LIMIT_MATRIX_PAIRS)
		return tally__fail(error, TALLY_ELIMIT,
				   "the question looks at more than %d pairs of versions: name "
				   "versions instead of all that there are",
				   LIMIT_MATRIX_PAIRS);
	row = add_row(matrix, consumer, provider);
	if (row == NULL)
		return tally__fail_nomem(error);
	*out = row;
	if (consumer->version->record->json == NULL)
		return call_unknown(row, matrix, error);
	return tally__pair_judge(&row->pair, matrix->records, error);
}

/* Did a run ask this version for this very contract? */
static bool has_own_run(const struct pair *pair)
{
	for (size_t i = 0; i < pair->evidence_count; i++) {
		if (!pair->evidence[i].carried)
			return true;
	}
	return false;
}

/* Was it verified?  A verification of a part is shown in a history; where a verdict is due, it does
 * not stand for its place. */
static bool is_verified(const struct matrix *matrix, const struct row *row)
{
	return row->pair.verdict == VERDICT_OK || row->pair.verdict == VERDICT_BROKEN ||
	       (!matrix->inferring && has_own_run(&row->pair));
}

/* Histories are looked through up to the limit. */
static bool is_full(struct matrix *matrix)
{
	bool full = matrix->query->limit > 0 && matrix->row_count >= matrix->query->limit;

	matrix->truncated |= full;
	return full;
}

/* Of many versions that might have been asked, those count that were; only the newest of them, when
 * rows are told by the consumer alone. */
static int join_verified(struct matrix *matrix, const struct end *consumer,
			 const struct selected *selected, const struct selected_version *versions,
			 size_t count, bool *found, struct tally_error *error)
{
	bool newest = matrix->query->latest_by == TALLY_LATEST_BY_CONSUMER_VERSION ||
		      matrix->query->latest_by == TALLY_LATEST_BY_CONSUMER;

	*found = false;
	for (size_t i = 0; i < count && !(newest && *found); i++) {
		const struct end provider = {selected, &versions[i]};
		struct row *row;
		int status;

		if (is_full(matrix))
			return 0;
		status = judge(matrix, consumer, &provider, &row, error);
		if (status != 0)
			return status;
		if (is_verified(matrix, row)) {
			*found = true;
		} else {
			drop_last_row(matrix);
			matrix->passed_over++;
		}
	}
	return 0;
}

static int join_either(struct matrix *matrix, const struct end *consumer,
		       const struct selected *selected, bool keep_unjoined,
		       struct tally_error *error)
{
	struct selected_version *versions = selected->versions;
	size_t count = selected->count;
	struct end provider = {selected, NULL};
	struct row *row;
	bool found;
	int status = selected->every ? tally__select_every(matrix, selected->application, &versions,
							   &count, error)
				     : 0;

	if (status == 0)
		status = join_verified(matrix, consumer, selected, versions, count, &found, error);
	if (status != 0 || found || !keep_unjoined || (selected->every && is_full(matrix)))
		return status;
	if (count > 0)
		provider.version = &versions[0];
	status = judge(matrix, consumer, &provider, &row, error);
	if (status == 0)
		row->unjoined = true;
	return status;
}

/* A consumer's contract with what a selector found of its provider. */
static int join(struct matrix *matrix, const struct end *consumer, const struct selected *selected,
		struct tally_error *error)
{
	struct end provider = {selected, NULL};
	struct row *row;
	int status = 0;

	if (selected->every || selected->either)
		return join_either(matrix, consumer, selected, true, error);
	if (selected->count == 0)
		return judge(matrix, consumer, &provider, &row, error);
	for (size_t i = 0; status == 0 && i < selected->count; i++) {
		provider.version = &selected->versions[i];
		status = judge(matrix, consumer, &provider, &row, error);
	}
	return status;
}

/* What counts of an application. */
struct parties {
	struct selected *items; /* of these, those of the application */
	size_t count;
	struct selected *staying; /* what stays beside those in question; or NULL */
};

static int infer(struct matrix *matrix, const char *application, struct selected **out,
		 struct tally_error *error)
{
	struct arena *arena = &matrix->records->arena;
	struct tally_version_selector *selector = tally__arena_alloc(arena, sizeof *selector);
	struct selected *selected = tally__arena_alloc(arena, sizeof *selected);
	int status;

	if (selector == NULL || selected == NULL)
		return tally__fail_nomem(error);
	*selector = matrix->target;
	selector->application = application;
	status = tally__select(matrix, selector, selected, error);
	if (status == 0 && matrix->target.environment == NULL &&
	    tally__matrix_assumes(matrix, application, NULL)) {
		selected->either = false;
		status = tally__select_assumed(matrix, application, &selected->versions,
					       &selected->count, error);
	}
	if (status == 0 &&
	    tally__map_put(&matrix->inferred, application, strlen(application), selected) != 0)
		status = tally__fail_nomem(error);
	*out = selected;
	return status;
}

static bool is_specified(const struct matrix *matrix, const char *application, const char *version)
{
	for (size_t i = 0; i < matrix->specified_count; i++) {
		const struct selected *selected = &matrix->specified[i];

		if (strcmp(selected->application, application) != 0)
			continue;
		if (version == NULL)
			return true;
		for (size_t j = 0; j < selected->count; j++) {
			if (strcmp(selected->versions[j].version, version) == 0)
				return true;
		}
	}
	return false;
}

/* A version in question takes the place of what is deployed without an instance's name.  Releases
 * and instances stay where they are: whatever goes there has to work with them. */
static void keep_staying(const struct matrix *matrix, struct selected *selected)
{
	size_t kept = 0;

	for (size_t i = 0; i < selected->count; i++) {
		const struct selected_version *version = &selected->versions[i];

		if ((version->released || version->instance_count > 0) &&
		    !is_specified(matrix, selected->application, version->version))
			selected->versions[kept++] = *version;
	}
	selected->count = kept;
}

/* What is at the target, or in the history; looked up once. */
static int find_inferred(struct matrix *matrix, const char *application, bool specified,
			 struct selected **out, struct tally_error *error)
{
	int status;

	*out = tally__map_get(&matrix->inferred, application, strlen(application));
	if (*out != NULL)
		return 0;
	status = infer(matrix, application, out, error);
	if (status == 0 && specified)
		keep_staying(matrix, *out);
	return status;
}

/* The specified versions of an application and what stays beside them or, where there are none,
 * those at the target; nothing where several applications are compared. */
static int find_parties(struct matrix *matrix, const char *application, struct parties *out,
			struct tally_error *error)
{
	bool specified = is_specified(matrix, application, NULL);
	struct selected *inferred = NULL;
	int status = 0;

	*out = (struct parties){0};
	if (specified ? matrix->target.environment != NULL : matrix->inferring || matrix->alone)
		status = find_inferred(matrix, application, specified, &inferred, error);
	if (status != 0)
		return status;
	if (specified)
		*out = (struct parties){matrix->specified, matrix->specified_count, inferred};
	else if (inferred != NULL)
		*out = (struct parties){inferred, 1, NULL};
	return 0;
}

static int join_publication(struct matrix *matrix, const struct end *consumer,
			    const struct record *publication, struct tally_error *error)
{
	struct parties providers;
	const char *provider;
	int status = tally__record_text(publication, "provider", &provider, error);

	if (status == 0)
		status = find_parties(matrix, provider, &providers, error);
	for (size_t i = 0; status == 0 && i < providers.count; i++) {
		if (strcmp(providers.items[i].application, provider) == 0)
			status = join(matrix, consumer, &providers.items[i], error);
	}
	if (status == 0 && providers.staying != NULL && providers.staying->count > 0)
		status = join(matrix, consumer, providers.staying, error);
	return status;
}

/* What a version in question needs. */
static int add_providers_of(struct matrix *matrix, const struct end *consumer,
			    struct tally_error *error)
{
	struct record **publications;
	size_t count = 0;
	int status = tally__records_list(
		matrix->records, &publications, &count, PATH_PUBLICATIONS,
		NAMES(consumer->selected->application, consumer->version->version), error);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = join_publication(matrix, consumer, publications[i], error);
	return status;
}

static int add_providers(struct matrix *matrix, const struct selected *selected,
			 struct tally_error *error)
{
	struct selected_version *versions = selected->versions;
	size_t count = selected->count;
	int status = selected->every ? tally__select_every(matrix, selected->application, &versions,
							   &count, error)
				     : 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		const struct end consumer = {selected, &versions[i]};

		if (selected->every && is_full(matrix))
			break;
		status = add_providers_of(matrix, &consumer, error);
	}
	return status;
}

/* A consumer version with all specified versions of its provider. */
static int join_specified(struct matrix *matrix, const struct end *consumer, const char *provider,
			  struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < matrix->specified_count; i++) {
		const struct selected *selected = &matrix->specified[i];
		bool found;

		if (strcmp(selected->application, provider) != 0)
			continue;
		if (!consumer->selected->every)
			status = join(matrix, consumer, selected, error);
		else if (selected->every)
			status = join_either(matrix, consumer, selected, false, error);
		else
			status = join_verified(matrix, consumer, selected, selected->versions,
					       selected->count, &found, error);
	}
	return status;
}

/* Does this version need the provider?  One of which nothing is known may. */
static int add_consumer_version(struct matrix *matrix, const struct end *consumer,
				const char *provider, struct tally_error *error)
{
	struct record *publication;
	int status;

	if (consumer->version->record->json == NULL)
		return join_specified(matrix, consumer, provider, error);
	status = tally__records_get(
		matrix->records, &publication, PATH_PUBLICATION,
		NAMES(consumer->selected->application, consumer->version->version, provider),
		error);
	if (status != 0 || publication->json == NULL)
		return status;
	return join_specified(matrix, consumer, provider, error);
}

static int add_consumer(struct matrix *matrix, const char *consumer, const char *provider,
			struct tally_error *error)
{
	struct selected_version *versions;
	struct selected *selected;
	struct parties parties;
	size_t count;
	int status = find_parties(matrix, consumer, &parties, error);

	if (status != 0 || parties.count == 0)
		return status;
	/* Specified ones have been looked at as consumers. */
	selected = parties.items->specified ? parties.staying : parties.items;
	if (selected == NULL)
		return 0;
	versions = selected->versions;
	count = selected->count;
	if (selected->every)
		status = tally__select_every(matrix, consumer, &versions, &count, error);
	for (size_t i = 0; status == 0 && i < count; i++) {
		const struct end end = {selected, &versions[i]};

		if (selected->every && is_full(matrix))
			break;
		status = add_consumer_version(matrix, &end, provider, error);
	}
	return status;
}

/* Who needs an application in question. */
static int add_consumers(struct matrix *matrix, const char *provider, struct tally_error *error)
{
	struct record **consumers;
	size_t count = 0;
	int status = tally__records_list(matrix->records, &consumers, &count, PATH_CONSUMERS,
					 NAMES(provider), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *consumer;

		status = tally__record_text(consumers[i], "consumer", &consumer, error);
		if (status == 0)
			status = add_consumer(matrix, consumer, provider, error);
	}
	return status;
}

/* The first of the selectors that name its application. */
static bool is_first(const struct matrix *matrix, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(matrix->specified[i].application,
			   matrix->specified[index].application) == 0)
			return false;
	}
	return true;
}

/* A provider that does not exist cannot break anyone: nothing is asked of its consumers. */
static bool has_versions(const struct matrix *matrix, const char *application)
{
	for (size_t i = 0; i < matrix->specified_count; i++) {
		const struct selected *selected = &matrix->specified[i];

		if (strcmp(selected->application, application) == 0 &&
		    (selected->every || selected->count > 0))
			return true;
	}
	return false;
}

static int add_rows(struct matrix *matrix, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < matrix->specified_count; i++)
		status = add_providers(matrix, &matrix->specified[i], error);
	if (!matrix->inferring && !matrix->alone)
		return status;
	for (size_t i = 0; status == 0 && i < matrix->specified_count; i++) {
		const char *application = matrix->specified[i].application;

		if (is_first(matrix, i) && has_versions(matrix, application))
			status = add_consumers(matrix, application, error);
	}
	return status;
}

static int select_all(struct matrix *matrix, const struct tally_version_selector *selectors,
		      size_t count, struct selected **out, struct tally_error *error)
{
	int status = 0;

	*out = tally__arena_alloc_array(&matrix->records->arena, count + 1, sizeof **out);
	if (*out == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = tally__select(matrix, &selectors[i], &(*out)[i], error);
	return status;
}

static int specify(struct matrix *matrix, struct tally_error *error)
{
	const struct tally_matrix_query *query = matrix->query;
	int status = select_all(matrix, query->selectors, query->selector_count, &matrix->specified,
				error);

	if (status == 0)
		status = select_all(matrix, query->ignored, query->ignored_count, &matrix->ignored,
				    error);
	if (status != 0)
		return status;
	matrix->specified_count = query->selector_count;
	matrix->ignored_count = query->ignored_count;
	for (size_t i = 0; i < matrix->specified_count; i++)
		matrix->specified[i].specified = true;
	matrix->alone = !matrix->inferring && matrix->specified_count == 1;
	return 0;
}

int tally__matrix_fill(struct matrix *matrix, struct tally_error *error)
{
	int status = specify(matrix, error);

	if (status == 0)
		status = add_rows(matrix, error);
	if (status == 0)
		tally__matrix_arrange(matrix);
	return status;
}

void tally__matrix_release(struct matrix *matrix)
{
	tally__map_release(&matrix->inferred);
}
