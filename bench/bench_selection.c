/* Which contracts a provider has to verify, asked of a broker with much in it: consumers, each with
 * many versions, all of which have a contract of ten interactions with one provider.  Arguments:
 * how many consumers (100), how many versions of each (100). */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "bench.h"
#include "contract/contract.h"
#include "format/json.h"
#include "tally/environment.h"

#define INTERACTIONS 10
#define ROUNDS       25
#define PROVIDER     "orders"

static void check(int status, const struct tally_error *error)
{
	char text[2048];

	if (status == 0)
		return;
	tally_error_format(error, text, sizeof text);
	fprintf(stderr, "bench_selection: %s\n", text);
	exit(EXIT_FAILURE);
}

/* Each version of a consumer changes one interaction of ten. */
static cJSON *make_contract(uint64_t consumer, uint64_t version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *json = NULL;
	struct buf out;

	tally__buf_init(&out, 65536);
	tally__buf_addf(&out,
			"{\"consumer\":{\"name\":\"app%" PRIu64 "\"},"
			"\"provider\":{\"name\":\"" PROVIDER "\"},\"interactions\":[",
			consumer);
	for (uint64_t i = 0; i < INTERACTIONS; i++) {
		uint64_t id = version / INTERACTIONS + (i < version % INTERACTIONS);

		tally__buf_addf(
			&out,
			"%s{\"type\":\"Synchronous/HTTP\",\"description\":\"order %" PRIu64
			"\",\"request\":{\"method\":\"GET\",\"path\":\"/orders/%" PRIu64
			"\"},\"response\":{\"status\":200,\"headers\":{\"Content-Type\":[\""
			"application/json\"]},\"body\":{\"contentType\":\"application/json\","
			"\"encoded\":false,\"content\":{\"id\":%" PRIu64
			",\"state\":\"shipped\",\"total\":\"12.00\",\"lines\":[{\"article\":\"A-1\""
			",\"count\":3}]}}}}",
			i > 0 ? "," : "", i, i, id);
	}
	tally__buf_adds(&out, "],\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}}}");
	check(tally_json_parse(&json, out.bytes, out.len, &error), &error);
	tally__buf_release(&out);
	return json;
}

static void publish(struct tally_broker *broker, uint64_t consumers, uint64_t version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON **contracts = calloc(consumers, sizeof *contracts);
	struct tally_publication publication = {.branch = version % 2 ? "main" : "feature",
						.contracts = (const cJSON *const *)contracts,
						.contract_count = consumers};
	char name[32];

	if (!contracts)
		exit(EXIT_FAILURE);
	snprintf(name, sizeof name, "1.0.%" PRIu64, version);
	publication.version = name;
	for (uint64_t i = 0; i < consumers; i++)
		contracts[i] = make_contract(i, version);
	check(tally_broker_publish(broker, &publication, NULL, &error), &error);
	for (uint64_t i = 0; i < consumers; i++)
		cJSON_Delete(contracts[i]);
	free(contracts);
}

static cJSON *make_result(uint64_t consumer, uint64_t version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *document = make_contract(consumer, version), *result = cJSON_CreateObject();
	cJSON *interactions = cJSON_CreateArray();
	struct tally_contract *contract;
	char name[32], *text;
	size_t len;

	check(tally_json_write(&text, &len, document, TALLY_JSON_COMPACT, &error), &error);
	check(tally_contract_parse(&contract, text, len, &error), &error);
	for (size_t i = 0; i < contract->interaction_count; i++) {
		cJSON *item = cJSON_CreateObject();
		char digest[DIGEST_TEXT_BYTES];

		check(tally__interaction_digest(&contract->interactions[i], digest, &error),
		      &error);
		cJSON_AddStringToObject(item, "digest", digest);
		cJSON_AddStringToObject(item, "description", contract->interactions[i].description);
		cJSON_AddStringToObject(item, "outcome", "passed");
		cJSON_AddItemToArray(interactions, item);
	}
	snprintf(name, sizeof name, "app%" PRIu64, consumer);
	cJSON_AddStringToObject(result, "consumer", name);
	snprintf(name, sizeof name, "1.0.%" PRIu64, version);
	cJSON_AddStringToObject(result, "consumerVersion", name);
	cJSON_AddItemToObject(result, "interactions", interactions);
	tally_contract_free(contract);
	tally_free(text);
	cJSON_Delete(document);
	return result;
}

static void verify(struct tally_broker *broker, uint64_t consumers, uint64_t version)
{
	struct tally_run run = {.provider = PROVIDER, .branch = "main"};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *results = cJSON_CreateArray();
	char name[32];

	snprintf(name, sizeof name, "2.0.%" PRIu64, version);
	run.version = name;
	for (uint64_t i = 0; i < consumers; i++)
		cJSON_AddItemToArray(results, make_result(i, version));
	check(tally_broker_record_results(broker, &run, results, NULL, &error), &error);
	cJSON_Delete(results);
}

static void measure(struct tally_broker *broker, const char *what,
		    const struct tally_verification_query *query)
{
	struct tally_error error = TALLY_ERROR_INIT;
	double samples[ROUNDS], first = 0;
	int count = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		double start = bench_now_ns();
		cJSON *answer = NULL;

		check(tally_broker_contracts_to_verify(broker, query, &answer, &error), &error);
		samples[i] = bench_now_ns() - start;
		if (i == 0)
			first = samples[i];
		count = cJSON_GetArraySize(tally__json_get(answer, "contracts"));
		cJSON_Delete(answer);
	}
	printf("  %-28s %4d contracts, first %7.2f ms, median %7.2f ms\n", what, count, first / 1e6,
	       bench_median(samples, ROUNDS) / 1e6);
}

static void fill(struct tally_broker *broker, uint64_t consumers, uint64_t versions)
{
	struct tally_error error = TALLY_ERROR_INIT;

	check(tally_broker_environment_create(broker, &(struct tally_environment){.name = "test"},
					      NULL, &error),
	      &error);
	check(tally_broker_environment_create(
		      broker, &(struct tally_environment){.name = "production", .production = true},
		      NULL, &error),
	      &error);
	for (uint64_t i = 0; i < versions; i++) {
		publish(broker, consumers, i);
		if (i % 2 == 1)
			verify(broker, consumers, i);
	}
	for (uint64_t i = 0; i < consumers; i++) {
		char name[32], version[32];

		snprintf(name, sizeof name, "app%" PRIu64, i);
		snprintf(version, sizeof version, "1.0.%" PRIu64, versions / 2 + i % 10);
		check(tally_broker_record_deployment(broker, name, version, "production", NULL,
						     NULL, &error),
		      &error);
	}
}

int main(int argc, char **argv)
{
	cJSON *one = cJSON_Parse("[{\"mainBranch\": true, \"consumer\": \"app0\"}]");
	cJSON *heads = cJSON_Parse("[{\"mainBranch\": true}]");
	const struct tally_verification_query plain = {.provider = PROVIDER},
					      main_branch = {.provider = PROVIDER,
							     .selectors = heads},
					      consumer = {.provider = PROVIDER,
							  .selectors = one,
							  .provider_branch = "main",
							  .enable_pending = true},
					      everything = {.provider = PROVIDER,
							    .provider_version = "2.0.1",
							    .provider_branch = "main",
							    .enable_pending = true,
							    .include_wip_since = "2020-01-01"},
					      outline = {.provider = PROVIDER, .outline = true};
	struct tally_error error = TALLY_ERROR_INIT;
	uint64_t consumers = 100, versions = 100;
	struct tally_broker *broker;
	char folder[256], repo[300], command[320];
	const char *base = getenv("TMPDIR");

	if (argc > 1 && !tally__text_to_u64(argv[1], &consumers))
		return EXIT_FAILURE;
	if (argc > 2 && !tally__text_to_u64(argv[2], &versions))
		return EXIT_FAILURE;
	snprintf(folder, sizeof folder, "%s/tally-bench-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder)) {
		perror("bench_selection");
		return EXIT_FAILURE;
	}
	snprintf(repo, sizeof repo, "%s/repo", folder);
	printf("selection: %" PRIu64 " consumers with %" PRIu64 " versions each\n", consumers,
	       versions);
	check(tally_broker_init(repo, &error), &error);
	check(tally_broker_open(&broker, repo, &error), &error);
	fill(broker, consumers, versions);
	measure(broker, "one consumer, pending", &consumer);
	measure(broker, "heads of main branches", &main_branch);
	measure(broker, "default", &plain);
	measure(broker, "default, without documents", &outline);
	measure(broker, "default, pending, new work", &everything);
	tally_broker_close(broker);
	cJSON_Delete(one);
	cJSON_Delete(heads);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
