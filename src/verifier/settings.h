/* verifier/settings.h - the caller's options, checked and taken apart once. */
#ifndef TALLY_VERIFIER_SETTINGS_H
#define TALLY_VERIFIER_SETTINGS_H

#include "base/arena.h"
#include "contract/contract.h"
#include "format/regex.h"
#include "http/http.h"
#include "matching/value_source.h"
#include "tally/verify.h"
#include "verifier/secrets.h"

struct settings {
	const struct tally_verify_options *options; /* lent */
	struct arena arena;
	struct secrets *secrets; /* learns from what is sent */
	const char *base_url;    /* provider_url without closing slashes; NULL: none is needed */
	bool one_server;         /* the provider handles its states itself */
	struct http_headers headers; /* for every request */
	struct regex *description;   /* NULL: any */
	struct regex *state;         /* NULL: any */
	struct value_source source;
	unsigned timeout_ms, command_timeout_ms;
	unsigned jobs;
};

/* TALLY_EINVAL names the option.  To be released also after a failure. */
int tally__settings_init(struct settings *settings, const struct tally_verify_options *options,
			 struct tally_error *error);
void tally__settings_release(struct settings *settings);

/* Sets *selected by the filters.  TALLY_ELIMIT: an expression takes too long; TALLY_ENOMEM. */
int tally__settings_select(const struct settings *settings, const struct interaction *interaction,
			   bool *selected, struct tally_error *error);

/* Appends the filters in words, such as "description ~ \"order\"", or "" without any. */
void tally__settings_describe(const struct settings *settings, struct buf *out);

#endif
