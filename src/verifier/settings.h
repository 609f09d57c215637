/* verifier/settings.h - the caller's options, checked and taken apart once. */
#ifndef TALLY_VERIFIER_SETTINGS_H
#define TALLY_VERIFIER_SETTINGS_H

#include "base/arena.h"
#include "contract/contract.h"
#include "http/http.h"
#include "matching/value_source.h"
#include "tally/verify.h"
#include "verifier/endpoint.h"
#include "verifier/filter.h"
#include "verifier/secrets.h"

struct settings {
	const struct tally_verify_options *options; /* lent */
	struct arena arena;
	struct secrets *secrets; /* learns from what is sent */
	struct endpoints endpoints;
	bool has_states;             /* provider states are set up, by whatever */
	bool one_server;             /* the provider handles its states itself */
	struct http_headers headers; /* for every request */
	struct filter filter;
	struct value_source source;
	unsigned timeout_ms, command_timeout_ms;
	unsigned jobs;
	size_t repeat; /* how often each is replayed; at least once */
};

/* TALLY_EINVAL names the option.  To be released also after a failure. */
int tally__settings_init(struct settings *settings, const struct tally_verify_options *options,
			 struct tally_error *error);
void tally__settings_release(struct settings *settings);

#endif
