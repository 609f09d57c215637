#include "config.h"

#include <string.h>

#include "broker/can_i_deploy.h"
#include "broker/environments.h"
#include "broker/git_broker.h"
#include "broker/live.h"
#include "broker/versions.h"

/* The pairs that matter, in the order in which they were found. */
struct pairs {
	struct pair *first;
	struct pair **end;
};

/* NULL when memory is short. */
static struct pair *add_pair(struct pairs *pairs, struct records *records)
{
	struct pair *pair = tally__arena_alloc(&records->arena, sizeof *pair);

	if (pair == NULL)
		return NULL;
	tally__answers_init(&pair->answers);
	*pairs->end = pair;
	pairs->end = &pair->next;
	return pair;
}

static int is_known(struct records *records, const char *application, const char *version,
		    bool *known, struct tally_error *error)
{
	struct record *record;
	int status = tally__records_get(records, &record, PATH_VERSION, NAMES(application, version),
					error);

	if (status == 0)
		*known = record->json != NULL;
	return status;
}

static int judge_provider(struct pairs *pairs, struct records *records,
			  const struct deploy_question *question, const char *provider,
			  const char *version, struct tally_error *error)
{
	struct pair *pair = add_pair(pairs, records);

	if (pair == NULL)
		return tally__fail_nomem(error);
	pair->consumer = question->application;
	pair->consumer_version = question->version;
	pair->provider = provider;
	pair->provider_version = version;
	return tally__pair_judge(pair, records, error);
}

/* A consumer's version needs every version of the provider that runs there to honour its contract,
 * and at least one to be there. */
static int add_provider(struct pairs *pairs, struct records *records,
			const struct deploy_question *question, const char *provider,
			struct tally_error *error)
{
	const char **live;
	size_t count;
	int status;

	/* With itself: the version in question, not the one that it replaces. */
	if (strcmp(provider, question->application) == 0)
		return judge_provider(pairs, records, question, provider, question->version, error);
	status = tally__live_versions(records, question->environment, provider, &live, &count,
				      error);
	if (status == 0 && count == 0)
		status = judge_provider(pairs, records, question, provider, NULL, error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = judge_provider(pairs, records, question, provider, live[i], error);
	return status;
}

static int add_providers(struct pairs *pairs, struct records *records,
			 const struct deploy_question *question, struct tally_error *error)
{
	struct record **publications;
	size_t count;
	int status = tally__records_list(records, &publications, &count, PATH_PUBLICATIONS,
					 NAMES(question->application, question->version), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *provider;

		status = tally__record_text(publications[i], "provider", &provider, error);
		if (status == 0)
			status = add_provider(pairs, records, question, provider, error);
	}
	return status;
}

static int add_live_consumer(struct pairs *pairs, struct records *records,
			     const struct deploy_question *question, const char *consumer,
			     const char *version, struct tally_error *error)
{
	struct record *publication;
	struct pair *pair;
	bool known;
	int status = is_known(records, consumer, version, &known, error);

	if (status == 0)
		status = tally__records_get(records, &publication, PATH_PUBLICATION,
					    NAMES(consumer, version, question->application), error);
	if (status != 0 || (known && publication->json == NULL))
		return status; /* this version of it does not need the provider */
	pair = add_pair(pairs, records);
	if (pair == NULL)
		return tally__fail_nomem(error);
	pair->consumer = consumer;
	pair->consumer_version = version;
	pair->provider = question->application;
	pair->provider_version = question->version;
	if (known)
		return tally__pair_judge(pair, records, error);
	pair->verdict = VERDICT_STUCK;
	pair->stuck = tally__arena_printf(&records->arena,
					  "%s %s is deployed in %s, but nothing is recorded about "
					  "it, so what it needs is not known",
					  consumer, version, question->environment);
	return pair->stuck == NULL ? tally__fail_nomem(error) : 0;
}

/* A provider's version has to honour the contract of every consumer version that runs there. */
static int add_consumers(struct pairs *pairs, struct records *records,
			 const struct deploy_question *question, struct tally_error *error)
{
	struct record **consumers;
	size_t count;
	int status = tally__records_list(records, &consumers, &count, PATH_CONSUMERS,
					 NAMES(question->application), error);

	for (size_t i = 0; status == 0 && i < count; i++) {
		const char *consumer;
		const char **live = NULL;
		size_t live_count = 0;

		status = tally__record_text(consumers[i], "consumer", &consumer, error);
		if (status == 0 && strcmp(consumer, question->application) != 0)
			status = tally__live_versions(records, question->environment, consumer,
						      &live, &live_count, error);
		for (size_t j = 0; status == 0 && j < live_count; j++)
			status = add_live_consumer(pairs, records, question, consumer, live[j],
						   error);
	}
	return status;
}

static int can_i_deploy(struct records *records, const void *context, cJSON **answer,
			struct tally_error *error)
{
	const struct deploy_question *question = context;
	struct record *version, *environment;
	struct pairs pairs = {.first = NULL, .end = &pairs.first};
	int status = tally__version_find(records, question->application, question->version,
					 &version, error);

	if (status == 0)
		status = tally__environment_find(records, question->environment, &environment,
						 error);
	if (status == 0)
		status = add_providers(&pairs, records, question, error);
	if (status == 0)
		status = add_consumers(&pairs, records, question, error);
	if (status == 0)
		status = tally__deploy_answer(records, question, pairs.first, answer, error);
	for (struct pair *pair = pairs.first; pair != NULL; pair = pair->next)
		tally__pair_release(pair);
	return status;
}

int tally__git_broker_can_i_deploy(struct tally_broker *broker, const char *application,
				   const char *version, const char *environment, cJSON **answer,
				   struct tally_error *error)
{
	struct deploy_question question = {.application = application,
					   .version = version,
					   .environment = environment,
					   .location = broker->location};

	return tally__broker_ask(broker, can_i_deploy, &question, answer, error);
}
