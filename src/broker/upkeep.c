#include "config.h"

#include "broker/broker.h"

int tally_broker_check(struct tally_broker *broker, bool history, cJSON **answer,
		       struct tally_error *error)
{
	if (broker->kind->check == NULL)
		return tally__broker_unsupported(broker, "check what is stored", error);
	return broker->kind->check(broker, history, answer, error);
}

int tally_broker_maintain(struct tally_broker *broker, const struct tally_maintenance *maintenance,
			  cJSON **answer, struct tally_error *error)
{
	if (broker->kind->maintain == NULL)
		return tally__broker_unsupported(broker, "let go of what is old", error);
	return broker->kind->maintain(broker, maintenance, answer, error);
}
