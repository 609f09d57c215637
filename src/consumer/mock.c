/* Starting and stopping the mock provider. */
#include "config.h"

#include "base/limits.h"
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
	struct mock_messages *messages = NULL;
	int status = tally__call_check(contract, "a contract", error);

	if (status == 0)
		status = tally__contract_check_doubles(contract, error);
	if (status == 0)
		status = make_responder(&responder, contract, error);
	if (status == 0)
		status = tally__messages_new(&messages, contract, error);
	tally__responder_free(responder);
	tally__messages_free(messages);
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

/* Messages have an address of their own, so that no path of the provider is taken from it. */
static int start_servers(struct tally_mock *mock, const struct tally_mock_options *options,
			 struct tally_error *error)
{
	struct http_server_options server = {.host = options->host,
					     .port = options->port,
					     .threads = SERVER_THREADS,
					     .tls = options->tls,
					     .hurried = &mock->hurried,
					     .handler = tally__mock_answer,
					     .refused = tally__mock_refused,
					     .context = mock};
	size_t count;
	int status = 0;

	tally__responder_entries(mock->responder, &count);
	if (count > 0 || !mock->messages)
		status = start_server(mock, &server, error);
	if (status != 0 || !mock->messages)
		return status;
	server.port = options->messages_port;
	server.handler = tally__messages_answer;
	return tally__http_server_start(&mock->message_server, &server, error);
}

/* Each server has an authority of its own. */
static int join_authorities(struct tally_mock *mock, struct tally_error *error)
{
	const char *first = mock->server ? tally__http_server_authority(mock->server) : NULL;
	const char *second =
		mock->message_server ? tally__http_server_authority(mock->message_server) : NULL;
	struct buf both;
	int status;

	if (!first && !second)
		return 0;
	tally__buf_init(&both, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&both, "%s%s", first ? first : "", second ? second : "");
	status = tally__buf_status(&both, error);
	if (status == 0) {
		mock->authorities = tally__strdup(both.bytes);
		status = mock->authorities ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&both);
	return status;
}

int tally_mock_start(struct tally_mock **out, const struct tally_contract *contract,
		     const struct tally_mock_options *options, struct tally_error *error)
{
	static const struct tally_mock_options defaults = {0};
	struct tally_mock *mock;
	int status = tally__call_check(contract, "a contract", error);

	if (status == 0)
		status = tally__contract_check_doubles(contract, error);
	if (status != 0)
		return status;
	mock = tally__calloc(1, sizeof(*mock));
	if (!mock)
		return tally__fail_nomem(error);
	if (!options)
		options = &defaults;
	if (pthread_mutex_init(&mock->lock, NULL) != 0) {
		tally__free(mock);
		return tally__fail_nomem(error);
	}
	atomic_init(&mock->hurried, false);
	mock->cors = options->cors;
	status = tally__value_source_init(&mock->source, options->seed, options->now, error);
	if (status == 0)
		status = prepare(mock, contract, error);
	if (status == 0 && options->messages)
		status = tally__messages_new(&mock->messages, contract, error);
	if (status == 0)
		status = start_servers(mock, options, error);
	if (status == 0)
		status = join_authorities(mock, error);
	if (status != 0)
		tally_mock_stop(mock);
	else
		*out = mock;
	return status;
}

const char *tally_mock_url(const struct tally_mock *mock)
{
	return mock ? mock->url : NULL;
}

const char *tally_mock_messages_url(const struct tally_mock *mock)
{
	return mock && mock->message_server ? tally__http_server_url(mock->message_server) : NULL;
}

const char *tally_mock_ca(const struct tally_mock *mock)
{
	return mock ? mock->authorities : NULL;
}

void tally_mock_hurry(struct tally_mock *mock)
{
	if (mock)
		atomic_store(&mock->hurried, true);
}

void tally_mock_stop(struct tally_mock *mock)
{
	if (!mock)
		return;
	/* Messages are made with the URL of the other server. */
	tally__http_servers_stop((struct http_server *[]){mock->server, mock->message_server}, 2);
	tally__responder_free(mock->responder);
	tally__messages_free(mock->messages);
	tally__free(mock->authorities);
	tally__free(mock->runs);
	tally__free(mock->noted);
	cJSON_Delete(mock->problems);
	cJSON_Delete(mock->warnings);
	pthread_mutex_destroy(&mock->lock);
	tally__free(mock);
}
