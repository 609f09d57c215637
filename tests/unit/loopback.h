/* Tests ask servers of this machine, whatever the environment says of proxies. */
#ifndef TALLY_TESTS_UNIT_LOOPBACK_H
#define TALLY_TESTS_UNIT_LOOPBACK_H

#include <stdlib.h>

static inline void forget_proxies(void)
{
	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
}

#endif
