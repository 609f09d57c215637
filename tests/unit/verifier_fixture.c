#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verifier_fixture.h"

static void log_request(struct fixture *fixture, const struct http_request *request)
{
	tally__buf_addf(&fixture->log, "%s %s", request->method, request->target);
	if (request->body_len > 0)
		tally__buf_addf(&fixture->log, " %s", request->body);
	tally__buf_addc(&fixture->log, '\n');
	fixture->seen.count = 0;
	for (size_t i = 0; i < request->headers.count; i++)
		tally__http_header_add(&fixture->seen, &fixture->arena,
				       request->headers.items[i].name,
				       request->headers.items[i].value, NULL);
}

static int answer_state_change(const struct fixture *fixture, const struct http_request *request,
			       struct arena *arena, struct http_response *response)
{
	bool teardown = strstr(request->body, "teardown") != NULL ||
			strstr(request->target, "teardown") != NULL;

	response->status = teardown ? fixture->teardown_status : fixture->state_status;
	if (!teardown && strstr(request->body, "a bad state") != NULL)
		response->status = 500;
	if (teardown || fixture->state_body == NULL)
		return 0;
	response->body = fixture->state_body;
	response->body_len = strlen(fixture->state_body);
	return tally__http_header_add(&response->headers, arena, "Content-Type", "application/json",
				      NULL);
}

static int give(const struct answer *answer, struct arena *arena, struct http_response *response)
{
	int status = 0;

	response->status = answer->status;
	response->body = answer->body;
	response->body_len = answer->body != NULL ? strlen(answer->body) : 0;
	if (answer->type != NULL)
		status = tally__http_header_add(&response->headers, arena, "Content-Type",
						answer->type, NULL);
	if (status == 0 && answer->metadata != NULL)
		status = tally__http_header_add(&response->headers, arena, "Pact-Message-Metadata",
						answer->metadata, NULL);
	return status;
}

int provide(void *context, const struct http_request *request, struct arena *arena,
	    struct http_response *response)
{
	static const struct answer none = {.status = 404, .type = "text/plain", .body = "none"};
	struct fixture *fixture = context;

	pthread_mutex_lock(&fixture->lock);
	log_request(fixture, request);
	while (fixture->slow != NULL && strcmp(fixture->slow, request->target) == 0 &&
	       !fixture->let_go)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	pthread_mutex_unlock(&fixture->lock);
	if (strncmp(request->target, "/_states", 8) == 0)
		return answer_state_change(fixture, request, arena, response);
	if (strcmp(request->target, "/huge") == 0) {
		response->status = 200;
		response->body = tally__arena_alloc(arena, fixture->huge_bytes);
		response->body_len = response->body != NULL ? fixture->huge_bytes : 0;
		return 0;
	}
	for (size_t i = 0; i < fixture->answer_count; i++) {
		if (strcmp(fixture->answers[i].target, request->target) == 0)
			return give(&fixture->answers[i], arena, response);
	}
	return give(&none, arena, response);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = tally__calloc(1, sizeof(*fixture));
	const struct http_server_options options = {
		.handler = provide, .context = fixture, .threads = 4};

	tally__arena_init(&fixture->arena, 0);
	pthread_mutex_init(&fixture->lock, NULL);
	pthread_cond_init(&fixture->changed, NULL);
	tally__buf_init(&fixture->log, 1 << 20);
	fixture->state_status = fixture->teardown_status = 200;
	if (tally__http_server_start(&fixture->provider, &options, &fixture->error) != 0)
		return -1;
	fixture->options.provider_url = tally__http_server_url(fixture->provider);
	*state = fixture;
	return 0;
}

void let_go(struct fixture *fixture)
{
	pthread_mutex_lock(&fixture->lock);
	fixture->let_go = true;
	pthread_cond_broadcast(&fixture->changed);
	pthread_mutex_unlock(&fixture->lock);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	let_go(fixture);
	tally__http_server_stop(fixture->provider);
	for (size_t i = 0; i < fixture->contract_count; i++)
		tally_contract_free(fixture->contracts[i]);
	for (size_t i = 0; i < FIXTURE_CONTRACTS; i++)
		cJSON_Delete(fixture->histories[i]);
	cJSON_Delete(fixture->results);
	tally__buf_release(&fixture->log);
	tally__arena_release(&fixture->arena);
	pthread_cond_destroy(&fixture->changed);
	pthread_mutex_destroy(&fixture->lock);
	tally__free(fixture);
	return 0;
}

void add_contract(struct fixture *fixture, const char *spec, const char *list,
		  const char *interactions)
{
	char *text = tally__arena_printf(
		&fixture->arena,
		"{\"consumer\":{\"name\":\"web\"},\"provider\":{\"name\":\"orders\"},\"%s\":[%s],"
		"\"metadata\":{\"pactSpecification\":{\"version\":\"%s\"}}}",
		list, interactions, spec);
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_parse(&fixture->contracts[fixture->contract_count], text, strlen(text),
				 &error) != 0)
		fail_msg("%zu:%zu %s", error.line, error.column, error.message);
	fixture->contract_count++;
}

int verify(struct fixture *fixture)
{
	struct tally_verify_contract contracts[FIXTURE_CONTRACTS];

	cJSON_Delete(fixture->results);
	fixture->results = NULL;
	fixture->error = (struct tally_error)TALLY_ERROR_INIT;
	for (size_t i = 0; i < fixture->contract_count; i++)
		contracts[i] = (struct tally_verify_contract){fixture->contracts[i],
							      fixture->histories[i]};
	return tally_verify(contracts, fixture->contract_count, &fixture->options,
			    &fixture->results, &fixture->error);
}

void verify_well(struct fixture *fixture)
{
	if (verify(fixture) != 0)
		fail_msg("%s: %s", fixture->error.where, fixture->error.message);
}

const cJSON *interaction(const struct fixture *fixture, int contract, int index)
{
	const cJSON *list = tally__json_get(fixture->results, "contracts");

	list = tally__json_get(cJSON_GetArrayItem(list, contract), "interactions");
	return cJSON_GetArrayItem(list, index);
}

const char *outcome(const struct fixture *fixture, int index)
{
	return tally__json_get_string(interaction(fixture, 0, index), "outcome");
}

const char *message(const struct fixture *fixture, int index)
{
	const char *text = tally__json_get_string(interaction(fixture, 0, index), "message");

	return text != NULL ? text : "";
}

int count(const struct fixture *fixture, const char *name)
{
	const cJSON *counts = tally__json_get(fixture->results, "counts");

	return tally__json_get(counts, name)->valueint;
}

bool success(const struct fixture *fixture)
{
	return cJSON_IsTrue(tally__json_get(fixture->results, "success"));
}

const char *mismatch_places(struct fixture *fixture, int index)
{
	const cJSON *item;
	const char *text = "";

	cJSON_ArrayForEach(item, tally__json_get(interaction(fixture, 0, index), "mismatches"))
		text = tally__arena_printf(
			&fixture->arena, "%s%s%s %s", text, *text != '\0' ? "," : "",
			tally__json_get_string(item, "type"), tally__json_get_string(item, "path"));
	return text;
}

const struct answer good[2] = {
	{"/orders/7", 200, "application/json", "{\"id\":7,\"total\":12.5,\"more\":true}", NULL},
	{"/ping", 204, NULL, NULL, NULL}};

void answer_well(struct fixture *fixture)
{
	fixture->answers = good;
	fixture->answer_count = 2;
}

void use_states(struct fixture *fixture)
{
	fixture->options.state_change_url =
		tally__arena_printf(&fixture->arena, "%s/_states", fixture->options.provider_url);
}
