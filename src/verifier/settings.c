#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/client.h"
#include "verifier/settings.h"

#define DEFAULT_TIMEOUT_MS 5000
#define DEFAULT_JOBS       4

/* A base URL is a prefix: what would come after the path cannot be part of it. */
static int check_url(struct arena *arena, const char *what, const char *url, bool is_base,
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

/* The length of a URL's scheme, host and port, as they are written. */
static size_t server_len(const char *url)
{
	size_t scheme = (size_t)(strstr(url, "://") + 3 - url);

	return scheme + strcspn(url + scheme, "/?#");
}

static bool same_server(const char *a, const char *b)
{
	size_t len = server_len(a);

	return server_len(b) == len && strncmp(a, b, len) == 0;
}

static int set_urls(struct settings *settings, struct tally_error *error)
{
	const struct tally_verify_options *options = settings->options;
	size_t len;
	int status = 0;

	if (options->provider_url == NULL && options->message_command == NULL)
		return tally__fail_at(error, TALLY_EINVAL, "provider_url", 0, 0,
				      "is missing: say where the provider listens, such as "
				      "http://127.0.0.1:8080");
	if (options->provider_url != NULL)
		status = check_url(&settings->arena, "provider_url", options->provider_url, true,
				   error);
	if (status == 0 && options->state_change_url != NULL)
		status = check_url(&settings->arena, "state_change_url", options->state_change_url,
				   false, error);
	if (status != 0 || options->provider_url == NULL)
		return status;
	settings->one_server = options->state_change_url != NULL &&
			       same_server(options->provider_url, options->state_change_url);
	len = strlen(options->provider_url);
	while (options->provider_url[len - 1] == '/')
		len--;
	settings->base_url = tally__arena_memdup(&settings->arena, options->provider_url, len);
	return settings->base_url != NULL ? 0 : tally__fail_nomem(error);
}

static int check_command(const char *what, const char *command, struct tally_error *error)
{
	if (command == NULL || command[strspn(command, " \t\n")] != '\0')
		return 0;
	return tally__fail_at(error, TALLY_EINVAL, what, 0, 0,
			      "is empty: expected a command for the shell");
}

static int check_commands(const struct tally_verify_options *options, struct tally_error *error)
{
	int status = check_command("state_command", options->state_command, error);

	if (status == 0)
		status = check_command("message_command", options->message_command, error);
	if (status == 0)
		status = check_command("header_command", options->header_command, error);
	if (status == 0 && options->state_command != NULL && options->state_change_url != NULL)
		status = tally__fail_at(error, TALLY_EINVAL, "state_command", 0, 0,
					"cannot be combined with state_change_url: provider states "
					"are set up by the one or the other");
	if (status == 0 && options->header_command == NULL && options->header_command_each)
		status = tally__fail_at(error, TALLY_EINVAL, "header_command_each", 0, 0,
					"says how often header_command runs, which was not given");
	return status;
}

/* "Name: value"; blanks around the value don't count. */
static int add_header(struct settings *settings, const char *line, struct tally_error *error)
{
	const char *colon = strchr(line, ':');
	const char *value;
	char *name, *copy;
	size_t len;
	int status;

	if (colon == NULL || colon == line)
		return tally__fail_at(error, TALLY_EINVAL, "headers", 0, 0,
				      "expected \"Name: value\", found no colon after \"%.*s\"",
				      (int)strcspn(line, ": \t"), line);
	value = colon + 1 + strspn(colon + 1, " \t");
	len = strlen(value);
	while (len > 0 && strchr(" \t", value[len - 1]) != NULL)
		len--;
	name = tally__arena_memdup(&settings->arena, line, (size_t)(colon - line));
	copy = tally__arena_memdup(&settings->arena, value, len);
	if (name == NULL || copy == NULL)
		return tally__fail_nomem(error);
	status = tally__http_header_add(&settings->headers, &settings->arena, name, copy, error);
	if (status != 0)
		tally__error_where(error, "headers");
	return status;
}

static int set_secrets(struct settings *settings, struct tally_error *error)
{
	const struct tally_verify_options *options = settings->options;
	int status;

	settings->secrets = tally__arena_alloc(&settings->arena, sizeof(*settings->secrets));
	if (settings->secrets == NULL)
		return tally__fail_nomem(error);
	status = tally__secrets_init(settings->secrets, options->secret_names,
				     options->secret_name_count, error);
	if (status == 0 && options->provider_url != NULL &&
	    tally__secrets_learn_url(settings->secrets, options->provider_url) != 0)
		status = tally__fail_nomem(error);
	return status;
}

/* Provider states are the provider's, not one request's: where they are set up, interactions only
 * go one after the other unless the caller knows better.  So do they when the first failure ends
 * the run, or which ones ran would be a matter of luck. */
static unsigned choose_jobs(const struct settings *settings)
{
	const struct tally_verify_options *options = settings->options;

	if (options->jobs > 0)
		return options->jobs < LIMIT_JOBS ? options->jobs : LIMIT_JOBS;
	if (options->exit_on_first_error || (settings->has_states && !options->parallel_states))
		return 1;
	return DEFAULT_JOBS;
}

static int check_count(const char *what, unsigned count, struct tally_error *error)
{
	if (count <= LIMIT_ATTEMPTS)
		return 0;
	return tally__fail_at(error, TALLY_EINVAL, what, 0, 0, "expected no more than %d, found %u",
			      LIMIT_ATTEMPTS, count);
}

static int set_attempts(struct settings *settings, struct tally_error *error)
{
	const struct tally_verify_options *options = settings->options;
	int status = check_count("retries", options->retries, error);

	if (status == 0)
		status = check_count("repeat", options->repeat, error);
	settings->repeat = options->repeat > 0 ? options->repeat : 1;
	return status;
}

int tally__settings_init(struct settings *settings, const struct tally_verify_options *options,
			 struct tally_error *error)
{
	int status;

	*settings = (struct settings){.options = options};
	tally__arena_init(&settings->arena, 0);
	settings->timeout_ms =
		options->request_timeout_ms != 0 ? options->request_timeout_ms : DEFAULT_TIMEOUT_MS;
	settings->has_states = options->state_change_url != NULL || options->state_command != NULL;
	settings->jobs = choose_jobs(settings);
	settings->command_timeout_ms = options->command_timeout_ms != 0
					       ? options->command_timeout_ms
					       : settings->timeout_ms;
	tally__filter_clear(&settings->filter);
	status = set_secrets(settings, error);
	if (status == 0)
		status = set_attempts(settings, error);
	if (status == 0)
		status = set_urls(settings, error);
	if (status == 0)
		status = check_commands(options, error);
	if (status == 0)
		status = tally__value_source_init(&settings->source, options->seed, options->now,
						  error);
	for (size_t i = 0; i < options->header_count && status == 0; i++)
		status = add_header(settings, options->headers[i], error);
	if (status == 0)
		status = tally__filter_init(&settings->filter, options, error);
	return status;
}

void tally__settings_release(struct settings *settings)
{
	tally__filter_release(&settings->filter);
	if (settings->secrets != NULL)
		tally__secrets_release(settings->secrets);
	tally__arena_release(&settings->arena);
}
