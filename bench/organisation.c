#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "contract/contract.h"
#include "format/json.h"
#include "organisation.h"

#include "tally/environment.h"

#define USES_MAX         2
#define INTERACTIONS_MAX 14
#define NAME_BYTES       48

/* What a consumer asks of a provider, now. */
struct use {
	size_t provider;
	size_t count;
	unsigned revisions[INTERACTIONS_MAX];
	cJSON *contract;
	cJSON *results; /* every interaction passed */
};

struct application {
	char name[NAME_BYTES];
	char latest[NAME_BYTES]; /* "": no version yet */
	char main[NAME_BYTES];   /* the newest on main */
	char branch[NAME_BYTES]; /* that is worked on beside main */
	struct use uses[USES_MAX];
	size_t use_count;
	unsigned published;
};

struct organisation {
	uint64_t random;
	struct application *applications;
	size_t count, versions;
};

static void check(int status, const struct tally_error *error)
{
	char text[2048];

	if (status == 0)
		return;
	tally_error_format(error, text, sizeof text);
	fprintf(stderr, "organisation: %s\n", text);
	exit(EXIT_FAILURE);
}

static uint64_t draw(struct organisation *organisation, uint64_t below)
{
	uint64_t *state = &organisation->random;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 11) % below;
}

/* As builds are often named: by the commit. */
static void name_version(struct organisation *organisation, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "%016" PRIx64 "%016" PRIx64 "%08" PRIx64,
		 draw(organisation, UINT64_C(1) << 52), draw(organisation, UINT64_C(1) << 52),
		 draw(organisation, UINT64_C(1) << 32));
	organisation->versions++;
}

static void add_interaction(struct buf *out, const char *provider, size_t number, unsigned revision)
{
	tally__buf_addf(out,
			"%s{\"type\":\"Synchronous/HTTP\",\"description\":\"a request for part %zu "
			"of %s\",\"providerStates\":[{\"name\":\"part %zu is there\"}],"
			"\"request\":{\"method\":\"GET\",\"path\":\"/%s/parts/%zu\",\"headers\":{"
			"\"Accept\":[\"application/json\"]}},\"response\":{\"status\":200,"
			"\"headers\":{\"Content-Type\":[\"application/json\"]},\"body\":{"
			"\"contentType\":\"application/json\",\"encoded\":false,\"content\":{"
			"\"id\":%zu,\"revision\":%u,\"state\":\"shipped\",\"total\":\"12.00\","
			"\"lines\":[{\"article\":\"A-%zu\",\"count\":3}]}}}}",
			number > 0 ? "," : "", number, provider, number, provider, number, number,
			revision, number);
}

static cJSON *make_results(const char *text, size_t len)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract;
	cJSON *results = cJSON_CreateArray();

	check(tally_contract_parse(&contract, text, len, &error), &error);
	for (size_t i = 0; i < contract->interaction_count; i++) {
		cJSON *item = cJSON_CreateObject();
		char digest[DIGEST_TEXT_BYTES];

		check(tally__interaction_digest(&contract->interactions[i], digest, &error),
		      &error);
		cJSON_AddStringToObject(item, "digest", digest);
		cJSON_AddStringToObject(item, "description", contract->interactions[i].description);
		cJSON_AddStringToObject(item, "outcome", "passed");
		cJSON_AddItemToArray(results, item);
	}
	tally_contract_free(contract);
	return results;
}

/* The contract as its revisions say. */
static void make_contract(struct organisation *organisation, const struct application *consumer,
			  struct use *use)
{
	const char *provider = organisation->applications[use->provider].name;
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf out;

	cJSON_Delete(use->contract);
	cJSON_Delete(use->results);
	tally__buf_init(&out, 1 << 20);
	tally__buf_addf(&out,
			"{\"consumer\":{\"name\":\"%s\"},\"provider\":{\"name\":\"%s\"},"
			"\"interactions\":[",
			consumer->name, provider);
	for (size_t i = 0; i < use->count; i++)
		add_interaction(&out, provider, i, use->revisions[i]);
	tally__buf_adds(&out, "],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}");
	check(tally__buf_status(&out, &error), &error);
	use->contract = NULL;
	check(tally_json_parse(&use->contract, out.bytes, out.len, &error), &error);
	use->results = make_results(out.bytes, out.len);
	tally__buf_release(&out);
}

static bool uses(const struct application *application, size_t provider)
{
	for (size_t i = 0; i < application->use_count; i++)
		if (application->uses[i].provider == provider)
			return true;
	return false;
}

static void add_use(struct organisation *organisation, size_t consumer, size_t provider)
{
	struct application *application = &organisation->applications[consumer];
	struct use *use;

	if (provider >= consumer || uses(application, provider))
		return;
	use = &application->uses[application->use_count++];
	use->provider = provider;
	use->count = 4 + draw(organisation, INTERACTIONS_MAX - 3);
	make_contract(organisation, application, use);
}

struct organisation *organisation_new(size_t applications, uint64_t seed)
{
	struct organisation *organisation = calloc(1, sizeof *organisation);

	if (!organisation || !(organisation->applications =
				       calloc(applications, sizeof *organisation->applications)))
		exit(EXIT_FAILURE);
	organisation->count = applications;
	organisation->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (size_t i = 0; i < applications; i++) {
		struct application *application = &organisation->applications[i];

		snprintf(application->name, NAME_BYTES, i == 0 ? "hub" : "service-%02zu", i);
		snprintf(application->branch, NAME_BYTES, "feature/%zu-0", i);
	}
	for (size_t i = 1; i < applications; i++) {
		add_use(organisation, i, 0);
		if (draw(organisation, 3) == 0)
			add_use(organisation, i, draw(organisation, i));
	}
	return organisation;
}

void organisation_free(struct organisation *organisation)
{
	for (size_t i = 0; i < organisation->count; i++) {
		struct application *application = &organisation->applications[i];

		for (size_t j = 0; j < application->use_count; j++) {
			cJSON_Delete(application->uses[j].contract);
			cJSON_Delete(application->uses[j].results);
		}
	}
	free(organisation->applications);
	free(organisation);
}

static void publish(struct organisation *organisation, struct tally_broker *broker,
		    struct application *application, bool is_main)
{
	const cJSON *contracts[USES_MAX];
	struct tally_publication publication = {.contracts = contracts,
						.contract_count = application->use_count};
	struct tally_error error = TALLY_ERROR_INIT;

	name_version(organisation, application->latest);
	if (is_main)
		memcpy(application->main, application->latest, NAME_BYTES);
	publication.version = application->latest;
	publication.branch = is_main ? "main" : application->branch;
	for (size_t i = 0; i < application->use_count; i++)
		contracts[i] = application->uses[i].contract;
	check(tally_broker_publish(broker, &publication, NULL, &error), &error);
	if (++application->published % 20 == 0)
		snprintf(application->branch, NAME_BYTES, "feature/%td-%u",
			 application - organisation->applications, application->published / 20);
}

static void verify(struct organisation *organisation, struct tally_broker *broker,
		   struct application *consumer, struct use *use, const char *consumer_version)
{
	struct application *provider = &organisation->applications[use->provider];
	struct tally_run run = {
		.provider = provider->name, .version = provider->latest, .branch = "main"};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *results = cJSON_CreateArray(), *result = cJSON_CreateObject();

	cJSON_AddStringToObject(result, "consumer", consumer->name);
	cJSON_AddStringToObject(result, "consumerVersion", consumer_version);
	cJSON_AddItemReferenceToObject(result, "interactions", use->results);
	cJSON_AddItemToArray(results, result);
	check(tally_broker_record_results(broker, &run, results, NULL, &error), &error);
	cJSON_Delete(results);
}

static void deploy(struct tally_broker *broker, const struct application *application,
		   const char *environment)
{
	struct tally_error error = TALLY_ERROR_INIT;

	check(tally_broker_record_deployment(broker, application->name, application->main,
					     environment, NULL, NULL, &error),
	      &error);
}

/* A new version of the hub: known by its first run. */
static void release_hub(struct organisation *organisation, struct tally_broker *broker)
{
	struct application *hub = &organisation->applications[0];
	struct application *first = &organisation->applications[1];

	name_version(organisation, hub->latest);
	memcpy(hub->main, hub->latest, NAME_BYTES);
	verify(organisation, broker, first, &first->uses[0], first->latest);
}

void organisation_found(struct organisation *organisation, struct tally_broker *broker)
{
	struct tally_error error = TALLY_ERROR_INIT;

	check(tally_broker_environment_create(broker, &(struct tally_environment){.name = "test"},
					      NULL, &error),
	      &error);
	check(tally_broker_environment_create(
		      broker, &(struct tally_environment){.name = "production", .production = true},
		      NULL, &error),
	      &error);
	for (size_t i = 1; i < organisation->count; i++)
		publish(organisation, broker, &organisation->applications[i], true);
	release_hub(organisation, broker);
	for (size_t i = 0; i < organisation->count; i++) {
		deploy(broker, &organisation->applications[i], "test");
		deploy(broker, &organisation->applications[i], "production");
	}
}

static struct application *pick(struct organisation *organisation)
{
	size_t consumers = organisation->count - 1;
	/* Some are worked on more than others. */
	size_t a = draw(organisation, consumers), b = draw(organisation, consumers);

	return &organisation->applications[1 + (a < b ? a : b)];
}

static void publish_next(struct organisation *organisation, struct tally_broker *broker,
			 struct application *application)
{
	if (draw(organisation, 10) < 3) {
		struct use *use = &application->uses[draw(organisation, application->use_count)];

		use->revisions[draw(organisation, use->count)]++;
		make_contract(organisation, application, use);
	}
	publish(organisation, broker, application, draw(organisation, 10) < 6);
}

void organisation_publish(struct organisation *organisation, struct tally_broker *broker)
{
	publish_next(organisation, broker, pick(organisation));
}

void organisation_verify(struct organisation *organisation, struct tally_broker *broker)
{
	struct application *consumer = pick(organisation);
	struct use *use = &consumer->uses[draw(organisation, consumer->use_count)];

	verify(organisation, broker, consumer, use, consumer->latest);
}

void organisation_deploy(struct organisation *organisation, struct tally_broker *broker)
{
	deploy(broker, pick(organisation), draw(organisation, 3) == 0 ? "production" : "test");
}

void organisation_live(struct organisation *organisation, struct tally_broker *broker)
{
	struct application *application;

	if (draw(organisation, organisation->count * 2) == 0) {
		release_hub(organisation, broker);
		return;
	}
	application = pick(organisation);
	publish_next(organisation, broker, application);
	for (size_t i = 0; i < application->use_count; i++)
		verify(organisation, broker, application, &application->uses[i],
		       application->latest);
	if (draw(organisation, 3) == 0)
		organisation_deploy(organisation, broker);
}

void organisation_prepare(struct organisation *organisation, struct tally_broker *broker,
			  size_t number, const char **application, const char **version)
{
	struct application *wanted = &organisation->applications[number];

	for (size_t i = 1; i < organisation->count; i++)
		publish(organisation, broker, &organisation->applications[i], true);
	release_hub(organisation, broker);
	for (size_t i = 0; i < organisation->count; i++)
		if (i != number)
			deploy(broker, &organisation->applications[i], "production");
	for (size_t i = 1; i < organisation->count; i++) {
		struct application *consumer = &organisation->applications[i];

		for (size_t j = 0; j < consumer->use_count; j++)
			if (i == number || consumer->uses[j].provider == number)
				verify(organisation, broker, consumer, &consumer->uses[j],
				       consumer->latest);
	}
	*application = wanted->name;
	*version = wanted->latest;
}

size_t organisation_versions(const struct organisation *organisation)
{
	return organisation->versions;
}
