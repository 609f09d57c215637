/* Starting and stopping the mock provider. */
#include "config.h"

#include "base/mem.h"
#include "consumer/mock.h"

/* Enough for the parallel requests of a page or a test run. */
enum { SERVER_THREADS = 4 };

static int make_responder(struct responder **out, const struct tally_contract *contract,
			  struct tally_error *error)
{
	static const struct responder_options options = {.mode = GENERATOR_CONSUMER};
	int status = tally__responder_new(out, &options, error);

	return status ? status : tally__responder_add(*out, contract, error);
}

int tally_mock_check(const struct tally_contract *contract, struct tally_error *error)
{
	struct responder *responder = NULL;
	int status = make_responder(&responder, contract, error);

	tally__responder_free(responder);
	return status;
}

static int prepare(struct tally_mock *mock, const struct tally_contract *contract,
		   struct tally_error *error)
{
	size_t count;
	int status = make_responder(&mock->responder, contract, error);

	if (status != 0)
		return status;
	tally__responder_entries(mock->responder, &count);
	mock->runs = tally__calloc(count, sizeof(*mock->runs));
	mock->problems = cJSON_CreateArray();
	return mock->runs && mock->problems ? 0 : tally__fail_nomem(error);
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
	if (pthread_mutex_init(&mock->lock, NULL) != 0) {
		tally__free(mock);
		return tally__fail_nomem(error);
	}
	mock->cors = options->cors;
	server.host = options->host;
	server.port = options->port;
	server.tls = options->tls;
	server.context = mock;
	status = tally__value_source_init(&mock->source, options->seed, options->now, error);
	if (status == 0)
		status = prepare(mock, contract, error);
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

const char *tally_mock_ca(const struct tally_mock *mock)
{
	return tally__http_server_authority(mock->server);
}

void tally_mock_stop(struct tally_mock *mock)
{
	if (!mock)
		return;
	tally__http_server_stop(mock->server);
	tally__responder_free(mock->responder);
	tally__free(mock->runs);
	cJSON_Delete(mock->problems);
	cJSON_Delete(mock->warnings);
	pthread_mutex_destroy(&mock->lock);
	tally__free(mock);
}
