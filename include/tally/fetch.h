/* tally/fetch.h - a contract's text from a URL, such as that of a contract in a Pact Broker.
 *
 * Ownership: the text belongs to the caller.  Threads: safe from any thread.
 */
#ifndef TALLY_FETCH_H
#define TALLY_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/error.h>
#include <tally/json.h> /* tally_free */

#ifdef __cplusplus
extern "C" {
#endif

/* All zero gives the defaults.  @since 0.1 */
struct tally_fetch_options {
	const char *user;    /* "name:password", or NULL */
	const char *token;   /* a bearer token, or NULL */
	bool insecure_tls;   /* accept any certificate */
	const char *ca_file; /* whom to trust; NULL: whom the system does */
};

/* Asks for `url` (http or https) by GET.  *text, of *len bytes, is what it answers, to be released
 * with tally_free; it is not looked at.  Redirections are not followed: the credentials are for
 * this server.  Names and passwords in the URL are not in messages.
 * TALLY_EINVAL (the URL; a user and a token), TALLY_EUNREACHABLE, TALLY_ETIMEOUT, TALLY_EIO (the
 * answer is not 200, or breaks off), TALLY_ELIMIT, TALLY_EUNSUPPORTED (libcurl cannot be loaded),
 * TALLY_ENOMEM.  `options` may be NULL.  @since 0.1 */
TALLY_API int tally_fetch(char **text, size_t *len, const char *url,
			  const struct tally_fetch_options *options, struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
