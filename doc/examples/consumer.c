/* consumer.c - the test of a consumer, from what it expects to the contract file.
 *
 *	cc consumer.c $(pkg-config --cflags --libs tally libcurl libcjson) -o consumer
 *	./consumer contracts
 *
 * The consumer is a web shop; the function below asks its orders service for the total of an order.
 * The test says what it needs to be answered, lets it ask a mock of the service, and writes the
 * contract into the folder that it is given.  Exit status: 0 when all is well, 1 otherwise.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>
#include <tally.h>

/* ---- what is tested: the shop's client of the orders service --------------------------------- */

struct answer {
	char text[4096];
	size_t len;
};

static size_t collect(char *bytes, size_t size, size_t count, void *user)
{
	struct answer *answer = user;
	size_t len = size * count;

	if (len >= sizeof answer->text - answer->len)
		return 0;
	memcpy(answer->text + answer->len, bytes, len);
	answer->len += len;
	return len;
}

/* The total of an order; -1 when there is no such order, or no answer. */
static double order_total(const char *service, int id)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	struct answer answer = {.len = 0};
	CURL *curl = curl_easy_init();
	cJSON *json = NULL, *total;
	double result = -1;
	char url[1024];

	snprintf(url, sizeof url, "%s/orders/%d", service, id);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	if (curl_easy_perform(curl) == CURLE_OK)
		json = cJSON_ParseWithLength(answer.text, answer.len);
	total = cJSON_GetObjectItemCaseSensitive(json, "total");
	if (cJSON_IsNumber(total))
		result = total->valuedouble;
	cJSON_Delete(json);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	return result;
}

/* ---- its test -------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "contracts";
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_expectations *orders = NULL;
	struct tally_interaction *get = NULL;
	struct tally_contract *contract = NULL;
	struct tally_mock *mock = NULL;
	cJSON *report = NULL;
	char *text = NULL;
	bool ok = false;

	/* What the shop asks, and what it needs to be answered. */
	tally_expectations_new(&orders, "web-shop", "orders", TALLY_SPEC_V4, &error);
	tally_interaction_new(&get, orders, TALLY_HTTP, "a request for order 42", &error);
	tally_interaction_add_state(get, "order 42 exists", &error);
	tally_interaction_set_path(get, tally_regex("/orders/\\d+", "/orders/42"), &error);
	tally_interaction_set_header(get, TALLY_PART_REQUEST, "Accept",
				     tally_text("application/json"), &error);
	tally_interaction_set_body(get, TALLY_PART_RESPONSE, "application/json", TALLY_JSON({
					   "id" : {"pact:matcher:type" : "integer", "value" : 42},
					   "total" : {"pact:matcher:type" : "type", "value" : 59.80}
				   }),
				   &error);

	/* The shop's own code asks a mock: what did it make of the answer, and what was asked? */
	if (tally_expectations_contract(&contract, orders, &error) == 0 &&
	    tally_mock_start(&mock, contract, NULL, &error) == 0)
		ok = order_total(tally_mock_url(mock), 42) == 59.80 && tally_mock_ok(mock);

	/* If all was as expected, that is the contract. */
	if (ok)
		ok = tally_contract_save(contract, folder, NULL, NULL, &error) == 0;
	else if (mock && tally_mock_report(mock, &report, &error) == 0 &&
		 tally_mock_report_text(report, NULL, &text, &error) == 0)
		fputs(text, stderr);
	if (error.code)
		fprintf(stderr, "consumer: %s: %s\n", error.where, error.message);

	tally_free(text);
	cJSON_Delete(report);
	tally_mock_stop(mock);
	tally_contract_free(contract);
	tally_expectations_free(orders);
	return ok ? 0 : 1;
}
