/* http/probe.h - whether anybody listens. */
#ifndef TALLY_HTTP_PROBE_H
#define TALLY_HTTP_PROBE_H

#include <stdbool.h>

/* Whether a connection to `address` ("host:port", as tally__http_url_address makes it) is accepted
 * within timeout_ms, at any of the host's addresses. */
bool tally__http_probe(const char *address, unsigned timeout_ms);

#endif
