/* provider.c - a small real provider: an orders service that keeps its orders in memory.
 *
 *	GET  /orders/ID        one order
 *	POST /orders           places one
 *	POST /provider-states  brings the service into a state that a contract asks for
 *
 * usage: provider [--port N] [--rename-total NAME]
 *
 * --port 0 (the default) takes a free one; the first line on standard output says which:
 * `listening on http://127.0.0.1:PORT`.  --rename-total gives the member "total" another name, as
 * a careless next version would.  SIGTERM and SIGINT end it.
 */
#define _POSIX_C_SOURCE 200809L

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <microhttpd.h>

#define BODY_MAX_BYTES ((size_t)64 * 1024)
#define ORDERS_MAX     1000

struct order {
	int id;
	const char *status;
	double total;
	cJSON *items;
};

/* Only the server's one thread touches this once it runs. */
struct service {
	const char *total_name;
	struct order orders[ORDERS_MAX];
	int order_count;
	int next_id;
};

/* A request while its body comes in. */
struct call {
	char body[BODY_MAX_BYTES + 1];
	size_t len;
	bool too_long;
};

/* ---- orders ---------------------------------------------------------------------------------- */

static struct order *find(struct service *service, int id)
{
	for (int i = 0; i < service->order_count; i++)
		if (service->orders[i].id == id)
			return &service->orders[i];
	return NULL;
}

/* Takes `items`. */
static struct order *add(struct service *service, int id, const char *status, double total,
			 cJSON *items)
{
	struct order *order;

	if (!items || service->order_count == ORDERS_MAX) {
		cJSON_Delete(items);
		return NULL;
	}
	order = &service->orders[service->order_count++];
	*order = (struct order){id, status, total, items};
	return order;
}

static void drop(struct service *service, int id)
{
	struct order *order = find(service, id);

	if (!order)
		return;
	cJSON_Delete(order->items);
	*order = service->orders[--service->order_count];
}

static cJSON *order_json(const struct service *service, const struct order *order)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "id", order->id);
	cJSON_AddStringToObject(json, "status", order->status);
	cJSON_AddNumberToObject(json, service->total_name, order->total);
	cJSON_AddItemToObject(json, "items", cJSON_Duplicate(order->items, true));
	return json;
}

/* ---- the three requests: each returns a status and makes an answer --------------------------- */

static unsigned failed(unsigned status, const char *why, cJSON **answer)
{
	*answer = cJSON_CreateObject();
	cJSON_AddStringToObject(*answer, "error", why);
	return status;
}

static unsigned get_order(struct service *service, const char *id_text, cJSON **answer)
{
	char *end;
	long id = strtol(id_text, &end, 10);
	const struct order *order =
		*end || end == id_text || id < 1 || id > 1000000 ? NULL : find(service, (int)id);

	if (!order)
		return failed(404, "no such order", answer);
	*answer = order_json(service, order);
	return 200;
}

/* Every article costs the same in this shop. */
static double price(const cJSON *items)
{
	const cJSON *item;
	double total = 0;

	cJSON_ArrayForEach(item, items)
	{
		const cJSON *quantity = cJSON_GetObjectItemCaseSensitive(item, "quantity");

		total += cJSON_IsNumber(quantity) ? 29.9 * quantity->valuedouble : 0;
	}
	return total;
}

static unsigned post_order(struct service *service, const cJSON *body, cJSON **answer)
{
	const cJSON *items = cJSON_GetObjectItemCaseSensitive(body, "items");
	struct order *order;

	if (!cJSON_IsArray(items) || cJSON_GetArraySize(items) == 0)
		return failed(400, "an order has items", answer);
	order = add(service, service->next_id, "open", price(items), cJSON_Duplicate(items, true));
	if (!order)
		return failed(503, "no room for more orders", answer);
	service->next_id++;
	*answer = order_json(service, order);
	return 201;
}

/* {"state": "order N exists" | "order N does not exist", "action": "setup" | "teardown"} */
static unsigned post_state(struct service *service, const cJSON *body, cJSON **answer)
{
	const cJSON *state = cJSON_GetObjectItemCaseSensitive(body, "state");
	const cJSON *action = cJSON_GetObjectItemCaseSensitive(body, "action");
	char *end;
	long id;

	if (!cJSON_IsString(state))
		return failed(400, "which state?", answer);
	*answer = cJSON_CreateObject();
	if (cJSON_IsString(action) && strcmp(action->valuestring, "setup") != 0)
		return 200;
	if (strncmp(state->valuestring, "order ", 6) != 0)
		return 200;
	id = strtol(state->valuestring + 6, &end, 10);
	if (end == state->valuestring + 6 || id < 1 || id > 1000000)
		return 200;
	drop(service, (int)id);
	if (strcmp(end, " exists") == 0)
		add(service, (int)id, "shipped", 59.8,
		    cJSON_Parse("[{\"sku\":\"TS-M-BLUE\",\"quantity\":2}]"));
	return 200;
}

static unsigned route(struct service *service, const char *method, const char *path,
		      const struct call *call, cJSON **answer)
{
	bool post = strcmp(method, "POST") == 0;
	cJSON *body = post ? cJSON_ParseWithLength(call->body, call->len) : NULL;
	unsigned status;

	if (call->too_long)
		status = failed(413, "too long", answer);
	else if (strcmp(method, "GET") == 0 && strncmp(path, "/orders/", 8) == 0)
		status = get_order(service, path + 8, answer);
	else if (post && strcmp(path, "/orders") == 0)
		status = post_order(service, body, answer);
	else if (post && strcmp(path, "/provider-states") == 0)
		status = post_state(service, body, answer);
	else
		status = failed(404, "nothing here", answer);
	cJSON_Delete(body);
	return status;
}

/* ---- libmicrohttpd --------------------------------------------------------------------------- */

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status,
			       const cJSON *answer)
{
	char *text = cJSON_PrintUnformatted(answer);
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!text)
		return MHD_NO;
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
	cJSON_free(text);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", "application/json");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* Called first when a request's headers are in, then with each piece of its body, then to answer.
 */
static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_len, void **state)
{
	struct call *call = *state;
	cJSON *answer = NULL;
	enum MHD_Result result;
	unsigned status;

	(void)version;
	if (!call) {
		*state = calloc(1, sizeof *call);
		return *state ? MHD_YES : MHD_NO;
	}
	if (*upload_len > 0) {
		if (*upload_len > BODY_MAX_BYTES - call->len)
			call->too_long = true;
		else {
			memcpy(call->body + call->len, upload, *upload_len);
			call->len += *upload_len;
		}
		*upload_len = 0;
		return MHD_YES;
	}
	status = route(user, method, url, call, &answer);
	result = respond(connection, status, answer);
	cJSON_Delete(answer);
	return result;
}

static void completed(void *user, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode why)
{
	(void)user;
	(void)connection;
	(void)why;
	free(*state);
}

static bool read_options(int argc, char **argv, unsigned short *port, struct service *service)
{
	for (int i = 1; i < argc; i += 2) {
		char *end;

		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--port") == 0) {
			unsigned long value = strtoul(argv[i + 1], &end, 10);

			if (*end || end == argv[i + 1] || value > 65535)
				return false;
			*port = (unsigned short)value;
		} else if (strcmp(argv[i], "--rename-total") == 0) {
			service->total_name = argv[i + 1];
		} else {
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct service service = {.total_name = "total", .next_id = 100};
	struct sockaddr_in address = {.sin_family = AF_INET};
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *daemon;
	unsigned short port = 0;
	sigset_t ends;
	int which;

	if (!read_options(argc, argv, &port, &service)) {
		fprintf(stderr, "usage: provider [--port N] [--rename-total NAME]\n");
		return 2;
	}
	/* The server's thread must not take the signals that this one waits for. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, port, NULL,
				  NULL, handle, &service, MHD_OPTION_SOCK_ADDR, &address,
				  MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
	if (!daemon) {
		fprintf(stderr, "provider: cannot listen on port %u\n", port);
		return 1;
	}
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	printf("listening on http://127.0.0.1:%u\n", info ? info->port : port);
	fflush(stdout);

	sigwait(&ends, &which);
	MHD_stop_daemon(daemon);
	while (service.order_count > 0)
		drop(&service, service.orders[0].id);
	return 0;
}
