#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/client.h"
#include "verifier/settings.h"

#define DEFAULT_TIMEOUT_MS 5000
#define DEFAULT_JOBS       4

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
	int status = tally__endpoints_init(&settings->endpoints, &settings->arena, options,
					   settings->secrets, error);

	if (status == 0 && options->state_change_url != NULL)
		status = tally__endpoint_check_url(&settings->arena, "state_change_url",
						   options->state_change_url, false, error);
	settings->one_server = status == 0 && options->state_change_url != NULL &&
			       options->provider_url != NULL &&
			       same_server(options->provider_url, options->state_change_url);
	return status;
}

static int check_connection(const struct tally_verify_options *options, struct tally_error *error)
{
	if (options->client_key != NULL && options->client_cert == NULL)
		return tally__fail_at(error, TALLY_EINVAL, "client_key", 0, 0,
				      "is the key of client_cert, which was not given");
	if ((unsigned)options->http_version > TALLY_HTTP_2)
		return tally__fail_at(error, TALLY_EINVAL, "http_version", 0, 0,
				      "is none of enum tally_http_version");
	return 0;
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
					"cannot be combined with a state-change URL: provider "
					"states are set up by the one or the other");
	if (status == 0 && options->header_command == NULL && options->header_command_each)
		status = tally__fail_at(
			error, TALLY_EINVAL, "header_command_each", 0, 0,
			"says how often the header command runs, but none was given");
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

	settings->secrets = tally__arena_alloc(&settings->arena, sizeof(*settings->secrets));
	if (settings->secrets == NULL)
		return tally__fail_nomem(error);
	return tally__secrets_init(settings->secrets, options->masks, options->mask_count, error);
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
		status = check_connection(options, error);
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
