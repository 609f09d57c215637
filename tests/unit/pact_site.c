#include "config.h"

#include "pact_site.h"

#include "base/limits.h"
#include "base/mem.h"

static const struct planned *find_plan(struct pact_site *site, const struct http_request *request)
{
	for (size_t i = 0; i < site->plan_count; i++) {
		struct planned *plan = &site->plans[i];

		if ((plan->method != NULL && strcmp(plan->method, request->method) != 0) ||
		    (plan->target != NULL && strcmp(plan->target, request->target) != 0) ||
		    (plan->times != 0 && plan->used >= plan->times))
			continue;
		plan->used++;
		return plan;
	}
	return NULL;
}

/* Of several exchanges with one place, the one in which the same was sent. */
static const cJSON *find_recorded(const struct pact_site *site, const struct http_request *request)
{
	const cJSON *item, *found = NULL;
	cJSON *sent = NULL;

	if (request->body_len > 0)
		(void)tally_json_parse(&sent, request->body, request->body_len, NULL);
	cJSON_ArrayForEach(item, site->recorded)
	{
		const cJSON *same = tally__json_get(item, "sent");

		if (strcmp(pact_site_text(item, "method"), request->method) != 0 ||
		    strcmp(pact_site_text(item, "path"), request->target) != 0)
			continue;
		if (found == NULL || (same != NULL && tally__json_equal(same, sent)))
			found = item;
	}
	cJSON_Delete(sent);
	return found;
}

static int respond(struct http_response *response, struct arena *arena, int status,
		   const char *type, const char *body)
{
	response->status = status;
	response->body = tally__arena_strdup(arena, body != NULL ? body : "");
	response->body_len = body != NULL ? strlen(body) : 0;
	return response->body == NULL ? TALLY_ENOMEM
				      : tally__http_header_add(&response->headers, arena,
							       "Content-Type", type, NULL);
}

static int respond_recorded(const cJSON *item, struct arena *arena, struct http_response *response)
{
	char *body = NULL;
	int status = tally_json_write(&body, NULL, tally__json_get(item, "body"),
				      TALLY_JSON_COMPACT, NULL);

	if (status == 0)
		status = respond(response, arena, (int)tally__json_get(item, "status")->valuedouble,
				 pact_site_text(item, "type"), body);
	tally_free(body);
	return status;
}

static int respond_huge(struct arena *arena, struct http_response *response)
{
	int status = respond(response, arena, 200, HAL, NULL);

	response->body_len = (size_t)LIMIT_DOCUMENT_BYTES + 1;
	response->body = tally__arena_alloc(arena, response->body_len);
	return response->body == NULL ? TALLY_ENOMEM : status;
}

static void keep(struct pact_site *site, const struct http_request *request)
{
	const char *given = tally__http_header_get(&request->headers, "Authorization");

	tally__buf_addf(&site->log, "%s %s ", request->method, request->target);
	tally__buf_add(&site->log, request->body, request->body_len);
	tally__buf_addc(&site->log, '\n');
	tally__buf_addf(&site->authorization, "%s\n", given != NULL ? given : "-");
}

static int answer(void *context, const struct http_request *request, struct arena *arena,
		  struct http_response *response)
{
	struct pact_site *site = context;
	const struct planned *plan;
	const cJSON *item;
	int status;

	pthread_mutex_lock(&site->lock);
	keep(site, request);
	plan = find_plan(site, request);
	pthread_mutex_unlock(&site->lock);
	if (site->huge != NULL && strcmp(request->target, site->huge) == 0)
		return respond_huge(arena, response);
	if (plan == NULL) {
		item = find_recorded(site, request);
		return item != NULL ? respond_recorded(item, arena, response)
				    : respond(response, arena, 404, "application/json",
					      "{\"error\":\"The requested document was not "
					      "found on this server.\"}");
	}
	status = respond(response, arena, plan->status, plan->type != NULL ? plan->type : HAL,
			 plan->body);
	if (status == 0 && plan->header != NULL)
		status = tally__http_header_add(&response->headers, arena, plan->header,
						plan->value, NULL);
	return status;
}

int64_t pact_site_pause(void *context, int64_t wait_ms)
{
	struct pact_site *site = context;

	if (site->pause_count < PACT_SITE_PAUSES)
		site->pauses[site->pause_count++] = wait_ms;
	if (!site->interrupts)
		return 0;
	site->interrupted = 1;
	return wait_ms;
}

int pact_site_setup(void **state)
{
	struct pact_site *site = tally__calloc(1, sizeof *site);
	const struct http_server_options options = {.handler = answer, .context = site};
	const char *source = getenv("TALLY_SRCDIR");
	char path[4096];

	assert_non_null(site);
	(void)snprintf(path, sizeof path, "%s/tests/cases/pact_broker/recorded.json",
		       source != NULL ? source : ".");
	pact_site_ok(site, tally_json_read_file(&site->recorded, path, &site->error));
	pthread_mutex_init(&site->lock, NULL);
	tally__buf_init(&site->log, 1 << 20);
	tally__buf_init(&site->authorization, 1 << 20);
	pact_site_ok(site, tally__http_server_start(&site->server, &options, &site->error));
	site->url = tally__http_server_url(site->server);
	*state = site;
	return 0;
}

int pact_site_teardown(void **state)
{
	struct pact_site *site = *state;

	tally_broker_close(site->broker);
	tally__http_server_stop(site->server);
	pthread_mutex_destroy(&site->lock);
	tally__buf_release(&site->log);
	tally__buf_release(&site->authorization);
	cJSON_Delete(site->recorded);
	cJSON_Delete(site->answer);
	tally__free(site);
	return 0;
}

void pact_site_plan(struct pact_site *site, struct planned planned)
{
	assert_true(site->plan_count < PACT_SITE_PLANS);
	site->plans[site->plan_count++] = planned;
}

void pact_site_forget(struct pact_site *site)
{
	tally__buf_clear(&site->log);
	tally__buf_clear(&site->authorization);
	site->pause_count = 0;
	memset(&site->error, 0, sizeof site->error);
}

void pact_site_ok(const struct pact_site *site, int status)
{
	if (status != 0)
		fail_msg("%s: %s", site->error.where, site->error.message);
}

int pact_site_open(struct pact_site *site)
{
	tally_broker_close(site->broker);
	site->broker = NULL;
	pact_site_forget(site);
	return tally__pact_broker_open_paused(&site->broker, site->url, &site->options,
					      pact_site_pause, site, &site->error);
}

void pact_site_opened(struct pact_site *site)
{
	pact_site_ok(site, pact_site_open(site));
	pact_site_forget(site);
}

int pact_site_choose(struct pact_site *site, const char *text)
{
	const char *tags[4];
	cJSON *json = NULL, *tag;
	struct tally_verification_query query = {.provider_tags = tags};
	int status;

	pact_site_ok(site, tally_json_parse(&json, text, strlen(text), &site->error));
	query.provider = tally__json_get_string(json, "provider");
	if (query.provider == NULL)
		query.provider = "Vp";
	query.provider_branch = tally__json_get_string(json, "branch");
	query.include_wip_since = tally__json_get_string(json, "wip");
	query.enable_pending = tally__json_get_bool(json, "pending", false);
	query.selectors = tally__json_get(json, "selectors");
	cJSON_ArrayForEach(tag, tally__json_get(json, "tags")) tags[query.provider_tag_count++] =
		tag->valuestring;
	cJSON_Delete(site->answer);
	site->answer = NULL;
	status =
		tally_broker_contracts_to_verify(site->broker, &query, &site->answer, &site->error);
	cJSON_Delete(json);
	return status;
}

int pact_site_record(struct pact_site *site, const char *version, const char *branch,
		     const char *tag, const char *results)
{
	const struct tally_run run = {.provider = "Vp",
				      .version = version,
				      .branch = branch,
				      .tags = &tag,
				      .tag_count = tag != NULL ? 1 : 0};
	cJSON *json = NULL;
	int status;

	pact_site_ok(site, tally_json_parse(&json, results, strlen(results), &site->error));
	cJSON_Delete(site->answer);
	site->answer = NULL;
	status = tally_broker_record_results(site->broker, &run, json, &site->answer, &site->error);
	cJSON_Delete(json);
	return status;
}

/* As tally_verify has it: one mismatch, or why it could not be asked. */
static void add_result(cJSON *list, const cJSON *interaction, const char *outcome)
{
	static const char mismatches[] =
		"[{\"type\":\"body\",\"path\":\"$\",\"message\":\"Actual map is missing the "
		"following keys: z\"}]";
	cJSON *result = cJSON_CreateObject();

	cJSON_AddStringToObject(result, "description", pact_site_text(interaction, "description"));
	cJSON_AddStringToObject(result, "id", pact_site_text(interaction, "_id"));
	cJSON_AddStringToObject(result, "outcome", outcome);
	if (strcmp(outcome, "error") == 0)
		cJSON_AddStringToObject(result, "message", "it did not answer");
	if (strcmp(outcome, "failed") == 0 || strcmp(outcome, "flaky") == 0)
		cJSON_AddItemToObject(result, "mismatches", cJSON_Parse(mismatches));
	cJSON_AddItemToArray(list, result);
}

char *pact_site_results(const struct pact_site *site, const char *outcomes)
{
	cJSON *list = tally__json_clone(tally__json_get(site->answer, "contracts")), *entry;
	char *text = NULL, outcome[16];

	cJSON_ArrayForEach(entry, list)
	{
		cJSON *results = cJSON_AddArrayToObject(entry, "interactions");
		const cJSON *item;

		(void)snprintf(outcome, sizeof outcome, "%.*s", (int)strcspn(outcomes, " "),
			       outcomes);
		cJSON_ArrayForEach(
			item, tally__json_get(tally__json_get(entry, "contract"), "interactions"))
			add_result(results, item, outcome);
		cJSON_DeleteItemFromObjectCaseSensitive(entry, "contract");
		if (strchr(outcomes, ' ') != NULL)
			outcomes = strchr(outcomes, ' ') + 1;
	}
	assert_int_equal(tally_json_write(&text, NULL, list, TALLY_JSON_COMPACT, NULL), 0);
	cJSON_Delete(list);
	return text;
}

int pact_site_verify(struct pact_site *site, const char *query, const char *outcomes)
{
	char *results;
	int status;

	pact_site_opened(site);
	pact_site_ok(site, pact_site_choose(site, query));
	results = pact_site_results(site, outcomes);
	pact_site_forget(site);
	status = pact_site_record(site, "101", "main", "t1", results);
	tally_free(results);
	return status;
}

const cJSON *pact_site_contract(const struct pact_site *site, int index)
{
	const cJSON *item = cJSON_GetArrayItem(tally__json_get(site->answer, "contracts"), index);

	assert_non_null(item);
	return item;
}

const char *pact_site_text(const cJSON *object, const char *name)
{
	const char *text = tally__json_get_string(object, name);

	if (text == NULL)
		fail_msg("there is no \"%s\"", name);
	return text;
}

cJSON *pact_site_sent(struct pact_site *site, const char *method)
{
	cJSON *json = NULL;
	const char *line = site->log.bytes, *found = NULL;
	size_t len = strlen(method);

	for (; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncmp(line, method, len) == 0 && line[len] == ' ')
			found = line;
	}
	if (found == NULL)
		fail_msg("no %s among: %s", method, site->log.bytes);
	found = strchr(found + len + 1, ' ') + 1;
	pact_site_ok(site, tally_json_parse(&json, found, strcspn(found, "\n"), &site->error));
	return json;
}

const cJSON *pact_site_recorded_sent(const struct pact_site *site, const char *method,
				     const char *path)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, site->recorded)
	{
		if (strcmp(pact_site_text(item, "method"), method) == 0 &&
		    strcmp(pact_site_text(item, "path"), path) == 0)
			return tally__json_get(item, "sent");
	}
	fail_msg("nothing recorded for %s %s", method, path);
	return NULL;
}
