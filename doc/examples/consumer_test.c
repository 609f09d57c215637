/* consumer_test.c - the test of a consumer: the part of a web shop that talks to the orders
 *service.
 *
 * It knows nothing of Tally. It asks the service whose address is in TALLY_MOCK_URL, as the shop
 * would ask the real one, and checks what the shop makes of the answers:
 *
 *	tally mock contracts/examples/orders.json -- ./consumer_test
 *
 * Exit status: 0 when all is well, 1 otherwise.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

#define ANSWER_MAX_BYTES ((size_t)1024 * 1024)

/* What the service answered: its status, and its body as text. */
struct answer {
	long status;
	char *text;
	size_t len;
};

static size_t collect(char *bytes, size_t size, size_t count, void *user)
{
	struct answer *answer = user;
	size_t len = size * count; /* libcurl's size is always 1 */
	char *longer;

	if (len > ANSWER_MAX_BYTES - answer->len)
		return 0;
	longer = realloc(answer->text, answer->len + len + 1);
	if (!longer)
		return 0;
	memcpy(longer + answer->len, bytes, len);
	answer->text = longer;
	answer->len += len;
	answer->text[answer->len] = '\0';
	return len;
}

/* ---- the shop's client of the orders service ------------------------------------------------- */

struct order {
	int id;
	char status[32];
	double total;
	int item_count;
};

/* Sends a request; `body` NULL makes it a GET. */
static bool ask(const char *service, const char *path, const char *body, struct answer *answer)
{
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	char url[1024];
	bool ok = false;

	*answer = (struct answer){0};
	if (!curl || snprintf(url, sizeof url, "%s%s", service, path) >= (int)sizeof url)
		goto out;
	headers = curl_slist_append(NULL, body ? "Content-Type: application/json"
					       : "Accept: application/json");
	if (!headers)
		goto out;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(curl) != CURLE_OK)
		goto out;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	ok = true;
out:
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return ok;
}

static bool read_order(const char *text, struct order *order)
{
	cJSON *json = text ? cJSON_Parse(text) : NULL;
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
	const cJSON *status = cJSON_GetObjectItemCaseSensitive(json, "status");
	const cJSON *total = cJSON_GetObjectItemCaseSensitive(json, "total");
	const cJSON *items = cJSON_GetObjectItemCaseSensitive(json, "items");
	bool ok = cJSON_IsNumber(id) && cJSON_IsString(status);

	*order = (struct order){0};
	if (ok) {
		order->id = id->valueint;
		snprintf(order->status, sizeof order->status, "%s", status->valuestring);
		order->total = cJSON_IsNumber(total) ? total->valuedouble : 0;
		order->item_count = cJSON_GetArraySize(items);
	}
	cJSON_Delete(json);
	return ok;
}

/* 0: found; 404: there is no such order; -1: the service could not be asked or understood. */
static int order_get(const char *service, int id, struct order *order)
{
	struct answer answer;
	char path[64];
	int result = -1;

	snprintf(path, sizeof path, "/orders/%d", id);
	if (ask(service, path, NULL, &answer)) {
		if (answer.status == 404)
			result = 404;
		else if (answer.status == 200 && read_order(answer.text, order))
			result = 0;
	}
	free(answer.text);
	return result;
}

static int order_place(const char *service, const char *sku, int quantity, struct order *order)
{
	struct answer answer;
	char body[256];
	int result = -1;

	snprintf(body, sizeof body, "{\"items\":[{\"sku\":\"%s\",\"quantity\":%d}]}", sku,
		 quantity);
	if (ask(service, "/orders", body, &answer) && answer.status == 201 &&
	    read_order(answer.text, order))
		result = 0;
	free(answer.text);
	return result;
}

/* ---- its tests ------------------------------------------------------------------------------- */

static bool passed(const char *what, bool ok)
{
	printf("%s: %s\n", ok ? "ok" : "NOT OK", what);
	return ok;
}

int main(void)
{
	const char *service = getenv("TALLY_MOCK_URL");
	struct order order;
	bool ok = true;

	if (!service) {
		fprintf(stderr,
			"consumer_test: TALLY_MOCK_URL is not set; run this under `tally mock`\n");
		return 1;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;

	ok &= passed("an order is shown with its total and items",
		     order_get(service, 42, &order) == 0 && order.id == 42 && order.total > 59.7 &&
			     order.total < 59.9 && order.item_count == 1);
	ok &= passed("an unknown order is said to be unknown",
		     order_get(service, 43, &order) == 404);
	ok &= passed("a new order is open", order_place(service, "TS-M-BLUE", 2, &order) == 0 &&
						    strcmp(order.status, "open") == 0);
	curl_global_cleanup();
	return ok ? 0 : 1;
}
