#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "broker/git_http.h"
#include "broker/git_remote.h"
#include "git/url.h"

static int make_carrier(struct carrier **out, const struct git_url *url,
			const struct tally_broker_options *options, struct tally_error *error)
{
	const struct carrier_options ssh = {.timeout_ms = options->timeout_ms,
					    .interrupt = options->interrupt};

	if (url->kind == GIT_URL_SSH && url->password)
		return tally__fail(error, TALLY_EINVAL,
				   "ssh takes no password from a URL: leave it out, and use a key");
	return url->kind == GIT_URL_SSH ? tally__ssh_carrier_new(out, url, &ssh, error)
					: tally__http_carrier_new(out, url, options, error);
}

/* As it can be given again: "git+" where the URL would be a Pact Broker's without. */
static char *copy_location(const struct git_url *url, const char *location)
{
	struct buf text;

	if (strncmp(location, "git+", 4) != 0 || url->kind == GIT_URL_SSH)
		return tally__strdup(url->shown);
	tally__buf_init(&text, GIT_URL_BYTES);
	tally__buf_addf(&text, "git+%s", url->shown);
	return tally__buf_take(&text, NULL);
}

int tally__git_remote_open(struct store **out, char **shown, const char *location,
			   const struct tally_broker_options *options, bool founding,
			   struct tally_error *error)
{
	static const struct tally_broker_options none = {NULL};
	const struct tally_broker_options *given = options ? options : &none;
	struct carrier *carrier = NULL;
	struct git_url url;
	struct arena arena;
	int status;

	tally__arena_init(&arena, 0);
	status = tally__git_url_parse(&url, &arena, location, error);
	if (status == 0)
		status = make_carrier(&carrier, &url, given, error);
	if (status == 0) {
		*shown = copy_location(&url, location);
		if (!*shown) {
			carrier->kind->free(carrier);
			status = tally__fail_nomem(error);
		}
	}
	if (status == 0) {
		const struct remote_options remote = {.shown = url.shown,
						      .cache_dir = given->cache_dir,
						      .offline = given->offline,
						      .founding = founding};

		status = tally__remote_open(out, carrier, &remote, error);
	}
	tally__arena_release(&arena);
	return status;
}
