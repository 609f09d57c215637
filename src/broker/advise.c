/* What to do next, as a command. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "broker/can_i_deploy.h"

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

/* Without publishing, the run only shows what is wrong.  Where the provider's version is not said
 * (NULL), the command takes the one that is checked out. */
static void advise_verify(struct buf *out, const struct pair *pair,
			  const struct deploy_question *question, bool publish,
			  const char *provider_version)
{
	tally__buf_adds(out, "tally verify");
	add_option(out, "--provider", pair->provider);
	tally__buf_adds(out, " --provider-url \"$PROVIDER_URL\"");
	add_option(out, "--broker", question->location);
	add_consumer(out, pair->consumer, pair->consumer_version);
	if (!publish)
		return;
	if (provider_version != NULL)
		add_option(out, "--provider-version", provider_version);
	tally__buf_adds(out, " --publish");
}

static void advise_provider(struct buf *out, const struct pair *pair,
			    const struct deploy_question *question, const char *version)
{
	tally__buf_adds(out, "tally can-i-deploy");
	add_application(out, pair->provider, version);
	add_option(out, "--to", question->environment);
	add_option(out, "--broker", question->location);
}

static void advise_absent(struct buf *out, const struct pair *pair,
			  const struct deploy_question *question)
{
	const char *version = tally__json_get_string(pair->worked, "providerVersion");

	if (version == NULL)
		version = pair->provider_latest;
	if (version != NULL)
		advise_provider(out, pair, question, version);
	else
		advise_verify(out, pair, question, true, NULL);
}

/* What failed is shown again by a run.  Where answers were opposite, no run of this version can
 * change the verdict: a new version has to answer. */
static void advise_broken(struct buf *out, const struct pair *pair,
			  const struct deploy_question *question)
{
	const char *worked = tally__json_get_string(pair->worked, "providerVersion");
	bool only_flaky = pair->counts.by_outcome[OUTCOME_FAILED] == 0;

	/* The provider that has what is needed is there: it only has to be deployed. */
	if (pair->ahead && pair->moved == MOVED_CONSUMER && worked != NULL)
		advise_provider(out, pair, question, worked);
	else
		advise_verify(out, pair, question, only_flaky, NULL);
}

static void advise_publish(struct buf *out, const struct pair *pair,
			   const struct deploy_question *question)
{
	tally__buf_adds(out, "tally publish contracts");
	add_option(out, "--version", pair->consumer_version);
	add_option(out, "--broker", question->location);
}

void tally__pair_advise(struct buf *out, const struct pair *pair,
			const struct deploy_question *question)
{
	switch (pair->verdict) {
	case VERDICT_OK:
		break;
	case VERDICT_BROKEN:
		advise_broken(out, pair, question);
		break;
	case VERDICT_WAITING:
		advise_verify(out, pair, question, true, pair->provider_version);
		break;
	case VERDICT_STUCK:
		advise_publish(out, pair, question);
		break;
	case VERDICT_ABSENT:
		advise_absent(out, pair, question);
		break;
	}
}
