/* http/certificate.h - a certificate authority and a server certificate that it signed, both made
 * on the spot.  The authority's key is gone when the call returns: it signs nothing else ever. */
#ifndef TALLY_HTTP_CERTIFICATE_H
#define TALLY_HTTP_CERTIFICATE_H

#include "base/error.h"

/* PEM texts, NUL-terminated. */
struct certificate {
	char *authority; /* what clients have to trust */
	char *server;
	char *key; /* of the server's */
};

/* For localhost, 127.0.0.1, ::1 and `host`, a name or an address; where `host` is every address of
 * the machine (0.0.0.0, ::), also for the machine's name.  TALLY_EINVAL (no such name can be in a
 * certificate), TALLY_EUNSUPPORTED (GnuTLS cannot be loaded, or refused), TALLY_ENOMEM. */
int tally__certificate_make(struct certificate *out, const char *host, struct tally_error *error);
/* One that is all zero is fine. */
void tally__certificate_release(struct certificate *certificate);

#endif
