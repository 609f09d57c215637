#include "config.h"

#include "verifier/endpoint.h"

#include <string.h>

#include "base/limits.h"
#include "http/client.h"

int tally__endpoint_check_url(struct arena *arena, const char *what, const char *url, bool is_base,
			      struct tally_error *error)
{
	const char *address;
	int status;
	size_t scheme_len = strncmp(url, "http://", 7) == 0    ? 7
			    : strncmp(url, "https://", 8) == 0 ? 8
							       : 0;

	if (scheme_len == 0 || url[scheme_len] == '\0' || url[scheme_len] == '/')
		return tally__fail_at(error, TALLY_EINVAL, what, 0, 0,
				      "expected http://HOST[:PORT][/PATH] or https://…, found "
				      "\"%.200s\"",
				      url);
	if (is_base && strpbrk(url, "?#") != NULL)
		return tally__fail_at(error, TALLY_EINVAL, what, 0, 0,
				      "\"%.200s\" has a query or fragment; requests are put behind "
				      "it, so give only scheme, host, port and path",
				      url);
	status = tally__http_url_address(&address, arena, url, error);
	tally__error_where(error, what);
	return status;
}

/* Takes the URL over from the options. */
static int set_endpoint(struct endpoint *out, struct arena *arena, const char *what,
			const char *url, struct secrets *secrets, struct tally_error *error)
{
	size_t len = strlen(url);
	int status = tally__endpoint_check_url(arena, what, url, true, error);

	if (status != 0)
		return status;
	while (url[len - 1] == '/')
		len--;
	out->url = url;
	out->base = tally__arena_memdup(arena, url, len);
	if (out->base == NULL || tally__secrets_learn_url(secrets, url) != 0)
		return tally__fail_nomem(error);
	return 0;
}

static int add_transport(struct endpoints *endpoints, struct arena *arena, const char *text,
			 struct secrets *secrets, struct tally_error *error)
{
	struct endpoint *added = &endpoints->transports[endpoints->transport_count];
	size_t len = strcspn(text, "=");

	/* Of what follows no more is shown: it may be a secret. */
	if (len == 0 || text[len] == '\0')
		return tally__fail_at(error, TALLY_EINVAL, "transports", 0, 0,
				      "expected NAME=URL, such as message=http://127.0.0.1:8081, "
				      "found no name before \"=\"");
	added->name = tally__arena_memdup(arena, text, len);
	if (added->name == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < endpoints->transport_count; i++) {
		if (strcmp(endpoints->transports[i].name, added->name) == 0)
			return tally__fail_at(error, TALLY_EINVAL, "transports", 0, 0,
					      "the transport \"%.80s\" is given twice: leave one "
					      "out",
					      added->name);
	}
	endpoints->transport_count++;
	return set_endpoint(added, arena, "transports", text + len + 1, secrets, error);
}

int tally__endpoints_init(struct endpoints *endpoints, struct arena *arena,
			  const struct tally_verify_options *options, struct secrets *secrets,
			  struct tally_error *error)
{
	int status = 0;

	*endpoints = (struct endpoints){0};
	if (options->provider_url == NULL && options->message_command == NULL &&
	    options->transport_count == 0)
		return tally__fail_at(error, TALLY_EINVAL, "provider_url", 0, 0,
				      "is missing: say where the provider listens, such as "
				      "http://127.0.0.1:8080");
	if (options->provider_url != NULL)
		status = set_endpoint(&endpoints->provider, arena, "provider_url",
				      options->provider_url, secrets, error);
	if (status != 0 || options->transport_count == 0)
		return status;
	if (options->transport_count > LIMIT_TRANSPORTS)
		return tally__fail_at(error, TALLY_EINVAL, "transports", 0, 0, "are more than %d",
				      LIMIT_TRANSPORTS);
	endpoints->transports = tally__arena_alloc_array(arena, options->transport_count,
							 sizeof(*endpoints->transports));
	if (endpoints->transports == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < options->transport_count && status == 0; i++)
		status = add_transport(endpoints, arena, options->transports[i], secrets, error);
	return status;
}

static const struct endpoint *find(const struct endpoints *endpoints, const char *name)
{
	for (size_t i = 0; i < endpoints->transport_count; i++) {
		if (strcmp(endpoints->transports[i].name, name) == 0)
			return &endpoints->transports[i];
	}
	return NULL;
}

const struct endpoint *tally__endpoint_of(const struct endpoints *endpoints,
					  const struct interaction *interaction)
{
	const struct endpoint *found = NULL;

	if (interaction->transport != NULL)
		found = find(endpoints, interaction->transport);
	if (found == NULL && interaction->kind == INTERACTION_SYNC_MESSAGE)
		found = find(endpoints, "sync-message");
	if (found == NULL && interaction->kind == INTERACTION_ASYNC_MESSAGE)
		found = find(endpoints, "async-message");
	if (found == NULL && interaction->kind != INTERACTION_HTTP)
		found = find(endpoints, "message");
	if (found == NULL && endpoints->provider.url != NULL)
		found = &endpoints->provider;
	return found;
}
