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

static int fail_header(const struct interaction *interaction, struct tally_error *error)
{
	return fail_part(interaction, "response.headers", TALLY_EINVAL, error);
}

/* Values that commas separate go out in one line, others in a line each. */
static int prepare_headers(struct tally_mock *mock, const struct interaction *interaction,
			   struct http_response *out, struct tally_error *error)
{
	const struct name_values_list *headers = &interaction->response.headers;
	int status = 0;

	for (size_t i = 0; i < headers->count; i++) {
		const struct name_values *item = &headers->items[i];
		bool is_list = tally__header_is_list(item->name);
		const char *line = NULL;

		for (size_t j = 0; j < item->value_count && status == 0; j++) {
			line = line && is_list ? tally__arena_printf(&mock->arena, "%s, %s", line,
								     item->values[j])
					       : item->values[j];
			if (!line)
				return tally__fail_nomem(error);
			if (!is_list || j + 1 == item->value_count)
				status = tally__http_header_add(&out->headers, &mock->arena,
								item->name, line, error);
		}
		if (status != 0)
			return status == TALLY_EINVAL ? fail_header(interaction, error) : status;
	}
	return 0;
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

static int prepare(struct tally_mock *mock, const struct interaction *interaction,
		   struct tally_error *error)
{
	struct expectation *expectation = &mock->expectations[mock->count];
	const struct response *response = &interaction->response;
	int status =
		tally__matcher_new_request(&expectation->matcher, &interaction->request, error);

	if (status != 0)
		return fail_part(interaction, "request", status, error);
	mock->count++;
	expectation->interaction = interaction;
	expectation->response.status = response->status;
	status = check_matcher(expectation->matcher, error);
	if (status != 0)
		return fail_part(interaction, "request", status, error);
	status = check_status(interaction, error);
	if (status == 0)
		status = check_response(interaction, error);
	if (status == 0)
		status = prepare_headers(mock, interaction, &expectation->response, error);
	if (status == 0 && response->body.state == BODY_PRESENT)
		status = tally__body_bytes(&response->body, &mock->arena,
					   &expectation->response.body,
					   &expectation->response.body_len, error);
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

int tally_mock_start(struct tally_mock **out, const struct tally_contract *contract,
		     const struct tally_mock_options *options, struct tally_error *error)
{
	static const struct tally_mock_options defaults = {0};
	struct http_server_options server = {.threads = SERVER_THREADS,
					     .handler = tally__mock_answer};
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
	status = prepare_all(mock, contract, error);
	if (status == 0)
		status = tally__http_server_start(&mock->server, &server, error);
	if (status != 0)
		tally_mock_stop(mock);
	else
		*out = mock;
	return status;
}

const char *tally_mock_url(const struct tally_mock *mock)
{
	return tally__http_server_url(mock->server);
}

void tally_mock_stop(struct tally_mock *mock)
{
	if (!mock)
		return;
	tally__http_server_stop(mock->server);
	for (size_t i = 0; i < mock->count; i++)
		tally__matcher_free(mock->expectations[i].matcher);
	cJSON_Delete(mock->problems);
	pthread_mutex_destroy(&mock->lock);
	tally__arena_release(&mock->arena);
	tally__free(mock);
}
