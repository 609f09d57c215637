/* Starting and stopping the mock provider. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "consumer/mock.h"

/* Enough for the parallel requests of a page or a test run. */
enum { SERVER_THREADS = 4 };

static int fail_part(const struct interaction *interaction, const char *part, int status,
		     struct tally_error *error)
{
	tally__error_within(error, part);
	tally__error_within(error, interaction->description);
	return status;
}

/* Of 1xx the server could send none, so that the consumer would see another answer. */
static int check_status(const struct interaction *interaction, struct tally_error *error)
{
	int status = interaction->response.status;

	if (status >= 200 && status <= 999)
		return 0;
	tally__fail(error, TALLY_EINVAL,
		    "expected a status that can end a request, 200 to 999, found %d", status);
	return fail_part(interaction, "response.status", TALLY_EINVAL, error);
}

/* A regular expression that is no such is a mismatch for who compares, but nothing to begin with.
 */
static int check_matcher(const struct matcher *matcher, struct tally_error *error)
{
	const char *invalid = tally__matcher_invalid(matcher);

	return invalid ? tally__fail(error, TALLY_EPARSE, "%s", invalid) : 0;
}

/* The response is sent as it is: its rules are for the verifier, and must be of use there. */
static int check_response(const struct interaction *interaction, struct tally_error *error)
{
	struct matcher *matcher = NULL;
	int status = tally__matcher_new_response(&matcher, &interaction->response, error);

	if (status == 0)
		status = check_matcher(matcher, error);
	tally__matcher_free(matcher);
	return status ? fail_part(interaction, "response", status, error) : 0;
}

static int prepare_response(struct tally_mock *mock, struct expectation *expectation,
			    struct tally_error *error)
{
	const struct interaction *interaction = expectation->interaction;
	const struct response *response = &interaction->response;
	int status = tally__mock_response(&expectation->response, &mock->arena, response, error);

	if (status != 0)
		return status == TALLY_EINVAL
			       ? fail_part(interaction, "response.headers", status, error)
			       : status;
	status = tally__generators_new(&expectation->generators, GENERATOR_CONSUMER,
				       response->generators, response->matching_rules, error);
	return status ? fail_part(interaction, "response", status, error) : 0;
}

static int prepare(struct tally_mock *mock, const struct interaction *interaction,
		   struct tally_error *error)
{
	struct expectation *expectation = &mock->expectations[mock->count];
	int status =
		tally__matcher_new_request(&expectation->matcher, &interaction->request, error);

	if (status != 0)
		return fail_part(interaction, "request", status, error);
	mock->count++;
	expectation->interaction = interaction;
	status = check_matcher(expectation->matcher, error);
	if (status != 0)
		return fail_part(interaction, "request", status, error);
	status = check_status(interaction, error);
	if (status == 0)
		status = check_response(interaction, error);
	if (status == 0)
		status = prepare_response(mock, expectation, error);
	return status;
}

static int prepare_all(struct tally_mock *mock, const struct tally_contract *contract,
		       struct tally_error *error)
{
	int status = 0;

	mock->problems = cJSON_CreateArray();
	mock->expectations = tally__arena_alloc_array(&mock->arena, contract->interaction_count,
						      sizeof(*mock->expectations));
	if (!mock->problems || !mock->expectations)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < contract->interaction_count && status == 0; i++)
		if (contract->interactions[i].kind == INTERACTION_HTTP)
			status = prepare(mock, &contract->interactions[i], error);
	return status;
}

static int start_server(struct tally_mock *mock, const struct http_server_options *options,
			struct tally_error *error)
{
	int status;

	pthread_mutex_lock(&mock->lock);
	status = tally__http_server_start(&mock->server, options, error);
	if (status == 0)
		mock->url = tally__http_server_url(mock->server);
	pthread_mutex_unlock(&mock->lock);
	return status;
}

int tally_mock_start(struct tally_mock **out, const struct tally_contract *contract,
		     const struct tally_mock_options *options, struct tally_error *error)
{
	static const struct tally_mock_options defaults = {0};
	struct http_server_options server = {.threads = SERVER_THREADS,
					     .handler = tally__mock_answer,
					     .refused = tally__mock_refused};
	struct tally_mock *mock = tally__calloc(1, sizeof(*mock));
	int status;

	if (!mock)
		return tally__fail_nomem(error);
	if (!options)
		options = &defaults;
	tally__arena_init(&mock->arena, 0);
	if (pthread_mutex_init(&mock->lock, NULL) != 0) {
		tally__free(mock);
		return tally__fail_nomem(error);
	}
	mock->cors = options->cors;
	server.host = options->host;
	server.port = options->port;
	server.context = mock;
	status = tally__value_source_init(&mock->source, options->seed, options->now, error);
	if (status == 0)
		status = prepare_all(mock, contract, error);
	if (status == 0)
		status = start_server(mock, &server, error);
	if (status != 0)
		tally_mock_stop(mock);
	else
		*out = mock;
	return status;
}

const char *tally_mock_url(const struct tally_mock *mock)
{
	return mock->url;
}

void tally_mock_stop(struct tally_mock *mock)
{
	if (!mock)
		return;
	tally__http_server_stop(mock->server);
	for (size_t i = 0; i < mock->count; i++) {
		tally__matcher_free(mock->expectations[i].matcher);
		tally__generators_free(mock->expectations[i].generators);
	}
	cJSON_Delete(mock->problems);
	cJSON_Delete(mock->warnings);
	pthread_mutex_destroy(&mock->lock);
	tally__arena_release(&mock->arena);
	tally__free(mock);
}
