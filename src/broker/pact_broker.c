#include "config.h"

#include "base/error.h"
#include "broker/pact_broker.h"

int tally__pact_broker_open(struct tally_broker **out, const char *url,
			    const struct tally_broker_options *options, struct tally_error *error)
{
	(void)out, (void)url, (void)options;
	return tally__fail(error, TALLY_EUNSUPPORTED,
			   "a Pact Broker cannot be used over HTTP yet: expected the path of a "
			   "broker's repository, or a file:// URL of it");
}
