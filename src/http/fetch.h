/* http/fetch.h - a document from a URL, for all who read contracts from one. */
#ifndef TALLY_HTTP_FETCH_H
#define TALLY_HTTP_FETCH_H

#include "base/buf.h"
#include "http/client.h"
#include "tally/fetch.h"

/* *out: the value of the header Authorization for a user ("name:password") or a token, to be
 * released with tally__free; NULL when both are.  TALLY_EINVAL (`where` "token": both are given),
 * TALLY_ELIMIT, TALLY_ENOMEM. */
int tally__fetch_authorization(char **out, const char *user, const char *token,
			       struct tally_error *error);

/* Appends what a URL answers to `out`; `authorization` may be NULL.  Errors as for
 * tally__http_client_send; TALLY_EIO when the answer is not 200. */
int tally__fetch(struct buf *out, const struct http_client_options *options,
		 const char *authorization, const char *url, struct tally_error *error);

#endif
