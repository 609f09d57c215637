/* kinds.c - a contract with an interaction of each kind, and a body of each type.
 *
 *	cc kinds.c $(pkg-config --cflags --libs tally) -o kinds
 *	./kinds contracts
 *
 * Nothing is exercised here: a consumer's test would ask a mock (consumer.c), and hand the message
 * to the code that has to understand it.  Exit status: 0, or what `tally` would exit with.
 */
#include <stdio.h>

#include <tally.h>

/* A response with a body of some type, to GET `path`. */
static void answer(struct tally_expectations *orders, const char *path, const char *content_type,
		   cJSON *body, struct tally_error *error)
{
	struct tally_interaction *get = NULL;

	tally_interaction_new(&get, orders, TALLY_HTTP, path, error);
	tally_interaction_set_path(get, tally_text(path), error);
	tally_interaction_set_body(get, TALLY_PART_RESPONSE, content_type, body, error);
}

static const unsigned char pixel[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static void answers(struct tally_expectations *orders, struct tally_error *error)
{
	answer(orders, "/json", "application/json",
	       tally_object("id", tally_integer(42), "items",
			    tally_each_like(tally_regex("[A-Z]+-[SML]", "TS-M"), 1), NULL),
	       error);
	answer(orders, "/xml", "application/xml", TALLY_JSON({
		       "root" : {
			       "name" : "order",
			       "attributes" :
				       {"id" : {"pact:matcher:type" : "integer", "value" : 42}}
		       }
	       }),
	       error);
	answer(orders, "/plain-xml", "application/xml", tally_text("<order id=\"42\"/>"), error);
	answer(orders, "/text", "text/plain", tally_regex("open|shipped", "open"), error);
	answer(orders, "/form", "application/x-www-form-urlencoded",
	       tally_object("name", tally_like(tally_text("Ann")), NULL), error);
	answer(orders, "/multipart", "multipart/form-data",
	       tally_array(2, tally_part("id", NULL, NULL, tally_text("42")),
			   tally_part("photo", "a.png", "image/png",
				      tally_bytes("image/png", pixel, sizeof pixel))),
	       error);
	answer(orders, "/png", "image/png", tally_bytes("image/png", pixel, sizeof pixel), error);
}

/* One message, which the consumer reads. */
static void order_paid(struct tally_expectations *orders, struct tally_error *error)
{
	struct tally_interaction *paid = NULL;

	tally_interaction_new(&paid, orders, TALLY_ASYNC_MESSAGE, "an order was paid", error);
	tally_interaction_set_metadata(paid, TALLY_PART_MESSAGE, "topic", tally_text("orders"),
				       error);
	tally_interaction_set_body(
		paid, TALLY_PART_MESSAGE, "application/json",
		tally_object("id", tally_generated("RandomInt", tally_integer(42)), NULL), error);
}

/* A message with its answer. */
static void price_asked(struct tally_expectations *orders, struct tally_error *error)
{
	struct tally_interaction *price = NULL;

	tally_interaction_new(&price, orders, TALLY_SYNC_MESSAGE, "a price is asked", error);
	tally_interaction_set_body(price, TALLY_PART_REQUEST, "application/json",
				   TALLY_JSON({"sku" : "TS-M"}), error);
	tally_interaction_set_body(price, TALLY_PART_RESPONSE, "application/json",
				   tally_object("price", tally_like(TALLY_JSON(59.80)), NULL),
				   error);
}

/* What the code under test would be given. */
static void show(const struct tally_contract *contract, struct tally_error *error)
{
	struct tally_message *message = NULL;
	size_t index = tally_contract_interaction_count(contract) - 2;

	if (tally_message_new(&message, contract, index, TALLY_PART_MESSAGE, 0, NULL, error) == 0)
		printf("%s: %s\n", tally_contract_description(contract, index),
		       tally_message_contents(message, NULL));
	tally_message_free(message);
}

int main(int argc, char **argv)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_expectations *orders = NULL;
	struct tally_contract *contract = NULL;

	tally_expectations_new(&orders, "web-shop", "orders", TALLY_SPEC_V4, &error);
	answers(orders, &error);
	order_paid(orders, &error);
	price_asked(orders, &error);
	if (tally_expectations_contract(&contract, orders, &error) == 0) {
		show(contract, &error);
		tally_contract_save(contract, argc > 1 ? argv[1] : "contracts", NULL, NULL, &error);
	}
	if (error.code)
		fprintf(stderr, "kinds: %s: %s\n", error.where, error.message);
	tally_contract_free(contract);
	tally_expectations_free(orders);
	return tally_error_exit_status(error.code);
}
