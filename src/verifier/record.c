/* What came of an attempt, as JSON. */
#include "config.h"

#include "verifier/attempt.h"

static int put_request(cJSON *record, const struct attempt *attempt)
{
	cJSON *request;

	if (attempt->url == NULL)
		return 0;
	request = tally__json_put_new(record, "request", cJSON_CreateObject());
	if (request == NULL || tally__json_put_text(request, "method", attempt->method) != 0 ||
	    tally__json_put_text(request, "url", attempt->url) != 0 ||
	    tally__json_put_text(request, "curl", attempt->curl) != 0)
		return TALLY_ENOMEM;
	return 0;
}

/* Moves the mismatches into the record. */
static int put_mismatches(cJSON *record, struct attempt *attempt)
{
	cJSON *mismatches = attempt->mismatches != NULL ? attempt->mismatches : cJSON_CreateArray();

	attempt->mismatches = NULL;
	if (tally__json_put(record, "mismatches", mismatches) != 0)
		return TALLY_ENOMEM;
	if (attempt->omitted_mismatches == 0)
		return 0;
	return tally__json_put(record, "mismatchesOmitted",
			       cJSON_CreateNumber((double)attempt->omitted_mismatches));
}

/* Moves it, too. */
static int put_response(cJSON *record, struct attempt *attempt)
{
	cJSON *response = attempt->response;

	attempt->response = NULL;
	return response == NULL ? 0 : tally__json_put(record, "response", response);
}

static int put_duration(cJSON *record, const struct attempt *attempt)
{
	if (attempt->duration_ms < 0)
		return 0;
	return tally__json_put(record, "durationMs",
			       cJSON_CreateNumber((double)attempt->duration_ms));
}

/* Here already, so that nothing that is kept has secrets. */
static int mask(cJSON *record, const struct attempt *attempt)
{
	return tally__secrets_mask_results(attempt->run->settings->secrets, record, NULL);
}

cJSON *tally__attempt_record(struct attempt *attempt)
{
	const char *message = attempt->message.len > 0 ? attempt->message.bytes : NULL;
	cJSON *record;

	tally__json_setup();
	record = cJSON_CreateObject();
	if (record != NULL && tally__json_put_text(record, "message", message) == 0 &&
	    put_mismatches(record, attempt) == 0 && put_request(record, attempt) == 0 &&
	    put_response(record, attempt) == 0 && put_duration(record, attempt) == 0 &&
	    mask(record, attempt) == 0)
		return record;
	cJSON_Delete(record);
	return NULL;
}
