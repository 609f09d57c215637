/* broker/pact_broker.h - a broker that is a Pact Broker, over its HTTP API.
 *
 * Its answers are HAL documents: what can be done next is a link of what came before, beginning
 * with the index, which is asked for when the broker is opened.  No path is made up here. */
#ifndef TALLY_BROKER_PACT_BROKER_H
#define TALLY_BROKER_PACT_BROKER_H

#include "broker/broker.h"
#include "broker/pact_url.h"
#include "http/client.h"

/* How long to wait before a request is sent again, given what would be right: for tests, which
 * look at it and wait for nothing. */
typedef int64_t pact_pause(void *context, int64_t wait_ms);

struct pact_broker {
	struct tally_broker base;
	struct arena arena; /* for as long as the broker is open */
	struct pact_url url;
	const char *authorization; /* the value of that header, or NULL */
	unsigned max_tries;
	const volatile sig_atomic_t *interrupt; /* or NULL */
	pact_pause *pause;                      /* NULL: as long as is right */
	void *pause_context;
	struct http_client *client;
	cJSON *index;
};

int tally__pact_broker_open(struct tally_broker **out, const char *url,
			    const struct tally_broker_options *options, struct tally_error *error);
/* The same with a hand on the clock. */
int tally__pact_broker_open_paused(struct tally_broker **out, const char *url,
				   const struct tally_broker_options *options, pact_pause *pause,
				   void *pause_context, struct tally_error *error);

/* The kind's own of a handle that is known to be of this kind. */
static inline struct pact_broker *tally__pact_of(struct tally_broker *broker)
{
	return (struct pact_broker *)broker;
}

/* What the public functions of the same names do with such a broker. */
int tally__pact_broker_contracts_to_verify(struct tally_broker *broker,
					   const struct tally_verification_query *query,
					   cJSON **answer, struct tally_error *error);
int tally__pact_broker_contract_of(struct tally_broker *broker,
				   const struct tally_verification_query *query,
				   const char *consumer, const char *version, cJSON **answer,
				   struct tally_error *error);
int tally__pact_broker_contract_at(struct tally_broker *broker, const char *url, cJSON **answer,
				   struct tally_error *error);
int tally__pact_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
				      const cJSON *results, cJSON **answer,
				      struct tally_error *error);

#endif
