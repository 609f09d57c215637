/* broker/pact_broker.h - a broker that is a Pact Broker, over its HTTP API. */
#ifndef TALLY_BROKER_PACT_BROKER_H
#define TALLY_BROKER_PACT_BROKER_H

#include "broker/broker.h"

int tally__pact_broker_open(struct tally_broker **out, const char *url,
			    const struct tally_broker_options *options, struct tally_error *error);

#endif
