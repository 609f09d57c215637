/* What to do next, as a command. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "broker/matrix.h"

static void add_option(struct buf *out, const char *option, const char *value)
{
	tally__buf_addf(out, " %s ", option);
	tally__text_add_shell(out, value, strlen(value));
}

/* Quoted pieces side by side are one argument to a shell. */
static void add_pair_of(struct buf *out, const char *application, const char *version)
{
	tally__buf_addc(out, ' ');
	tally__text_add_shell(out, application, strlen(application));
	tally__buf_addc(out, '@');
	tally__text_add_shell(out, version, strlen(version));
}

/* "APP@VERSION" is split at its last "@": where that would be another, or it looks like an option,
 * the two are given apart. */
static void add_application(struct buf *out, const char *application, const char *version)
{
	if (strchr(version, '@') == NULL && *application != '-') {
		add_pair_of(out, application, version);
		return;
	}
	add_option(out, "--pacticipant", application);
	add_option(out, "--version", version);
}

/* There is no way to give these two apart; all that counts of the consumer has this version in it.
 */
static void add_consumer(struct buf *out, const char *consumer, const char *version)
{
	if (strchr(version, '@') != NULL) {
		add_option(out, "--filter-consumer", consumer);
		return;
	}
	tally__buf_adds(out, " --consumer-version");
	add_pair_of(out, consumer, version);
}

/* What is to be verified: by which version of the provider, how often, and whether that counts.
 * Without publishing, a run only shows what is wrong. */
struct verification {
	const char *version; /* NULL: the one that is checked out */
	bool new_version;    /* one that is still to be made */
	bool publish;
};

static void advise_verify(struct buf *out, const struct pair *pair, const struct matrix *matrix,
			  const struct verification *verification)
{
	tally__buf_adds(out, "tally verify");
	add_option(out, "--provider", pair->provider);
	tally__buf_adds(out, " --provider-url \"$PROVIDER_URL\"");
	add_option(out, "--broker", matrix->location);
	add_consumer(out, pair->consumer, pair->consumer_version);
	if (verification->version != NULL)
		add_option(out, "--provider-version", verification->version);
	/* Asked again and again, the new one shows whether its answers are steady now. */
	if (verification->new_version)
		tally__buf_adds(out, " --provider-version \"$NEW_VERSION\" --repeat 10");
	if (verification->publish)
		tally__buf_adds(out, " --publish");
}

static void add_target(struct buf *out, const struct tally_version_selector *target)
{
	if (target->environment != NULL)
		add_option(out, "--to", target->environment);
	else if (target->tag != NULL)
		add_option(out, "--to-tag", target->tag);
	else if (target->branch != NULL)
		add_option(out, "--to-branch", target->branch);
	else
		tally__buf_adds(out, target->main_branch ? " --to-main-branch" : " --to-latest");
}

static void advise_deploying(struct buf *out, const struct matrix *matrix, const char *application,
			     const char *version)
{
	tally__buf_adds(out, "tally can-i-deploy");
	add_application(out, application, version);
	add_target(out, &matrix->target);
	add_option(out, "--broker", matrix->location);
}

/* A version of the provider that could go there or, where there is none, how one is made known. */
static void advise_absent(struct buf *out, const struct row *row, const struct matrix *matrix)
{
	const struct pair *pair = &row->pair;
	const char *version = tally__json_get_string(pair->worked, "providerVersion");
	struct verification verification = {.publish = true};

	if (version == NULL)
		version = pair->provider_latest;
	if (row->provider->specified)
		verification.version = row->provider->selector->version;
	else if (version != NULL && matrix->inferring) {
		advise_deploying(out, matrix, pair->provider, version);
		return;
	}
	advise_verify(out, pair, matrix, &verification);
}

/* What failed is shown again by a run.  Where answers were opposite, no run of this version can
 * change the verdict: a new version has to answer. */
static void advise_broken(struct buf *out, const struct pair *pair, const struct matrix *matrix)
{
	const char *worked = tally__json_get_string(pair->worked, "providerVersion");
	bool only_flaky = pair->counts.by_outcome[OUTCOME_FAILED] == 0;
	const struct verification verification = {.new_version = only_flaky, .publish = only_flaky};

	/* The provider that has what is needed is there: it only has to be deployed. */
	if (pair->ahead && pair->moved == MOVED_CONSUMER && worked != NULL && matrix->inferring)
		advise_deploying(out, matrix, pair->provider, worked);
	else
		advise_verify(out, pair, matrix, &verification);
}

static void advise_waiting(struct buf *out, const struct pair *pair, const struct matrix *matrix)
{
	const struct verification verification = {.version = pair->provider_version,
						  .publish = true};

	advise_verify(out, pair, matrix, &verification);
}

static void advise_publish(struct buf *out, const char *version, const struct matrix *matrix)
{
	tally__buf_adds(out, "tally publish contracts");
	add_option(out, "--version", version);
	add_option(out, "--broker", matrix->location);
}

void tally__row_advise(struct buf *out, const struct row *row, const struct matrix *matrix)
{
	switch (row->pair.verdict) {
	case VERDICT_OK:
		break;
	case VERDICT_BROKEN:
		advise_broken(out, &row->pair, matrix);
		break;
	case VERDICT_WAITING:
		advise_waiting(out, &row->pair, matrix);
		break;
	case VERDICT_STUCK:
		advise_publish(out, row->pair.consumer_version, matrix);
		break;
	case VERDICT_ABSENT:
		advise_absent(out, row, matrix);
		break;
	}
}

void tally__matrix_advise(struct buf *out, const struct matrix *matrix)
{
	const struct selected *selected = matrix->specified;

	if (matrix->specified_count != 1 || selected->count != 1 ||
	    matrix->target.environment == NULL || matrix->query->assumption_count > 0)
		return;
	tally__buf_adds(out, "tally record-deployment");
	add_application(out, selected->application, selected->versions->version);
	add_option(out, "--to", matrix->target.environment);
	add_option(out, "--broker", matrix->location);
}

void tally__selected_advise(struct buf *out, const struct selected *selected, bool is_provider,
			    const struct matrix *matrix)
{
	const char *version = selected->selector->version;

	if (version == NULL) {
		tally__buf_adds(out, "tally version list ");
		tally__text_add_shell(out, selected->application, strlen(selected->application));
		add_option(out, "--broker", matrix->location);
	} else if (is_provider) {
		tally__buf_adds(out, "tally verify");
		add_option(out, "--provider", selected->application);
		tally__buf_adds(out, " --provider-url \"$PROVIDER_URL\"");
		add_option(out, "--broker", matrix->location);
		add_option(out, "--provider-version", version);
		tally__buf_adds(out, " --publish");
	} else {
		advise_publish(out, version, matrix);
	}
}
