#include "config.h"

#include "broker/broker.h"

int tally_broker_check(struct tally_broker *broker, bool history, cJSON **answer,
		       struct tally_error *error)
{
	if (broker->kind->check == NULL)
		return tally__broker_unsupported(broker, "check what is stored", error);
	return broker->kind->check(broker, history, answer, error);
}
