/* http/listen.h - a socket to listen on. */
#ifndef TALLY_HTTP_LISTEN_H
#define TALLY_HTTP_LISTEN_H

#include "base/buf.h"
#include "base/error.h"

/* Binds to `host`, a name or an address, and to `port` (0: a free one, told in *bound_port).  A
 * name with several addresses gets the first that can be had, IPv4 before IPv6: clients that know
 * no IPv6 are still many.  *out is for the caller to close.  TALLY_EINVAL, TALLY_EUNREACHABLE. */
int tally__listen(int *out, unsigned short *bound_port, const char *host, unsigned short port,
		  struct tally_error *error);

#endif
