/* verify_options.c - the options of tally verify. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/origin.h"
#include "cli/output.h"
#include "cli/verify.h"

/* In the order of enum tally_http_version. */
static const char *const version_choices[] = {"any", "1.1", "2", NULL};

/* ---- where the provider is ---- */

static const char *slash_before(const char *path)
{
	return *path && *path != '/' ? "/" : "";
}

/* "[::1]" for "::1". */
static const char *url_host(struct call *call, const char *host)
{
	bool bare_ipv6 = strchr(host, ':') && *host != '[';

	return bare_ipv6 ? scratch_format(&call->scratch, "[%s]", host) : host;
}

/* The URL from its parts, as Pact's verifier has them. */
static const char *make_url(struct call *call, const struct verify_options *o, const char *scheme)
{
	const char *path = o->base_path ? o->base_path : "";
	const char *port = o->port > 0 ? scratch_format(&call->scratch, ":%ld", o->port) : "";

	return scratch_format(&call->scratch, "%s://%s%s%s%s", scheme,
			      url_host(call, o->hostname ? o->hostname : "localhost"), port,
			      slash_before(path), path);
}

/* The host of the provider, as it stands in URLs. */
static const char *provider_host(struct call *call, const struct verify_options *o)
{
	const char *host = o->provider_url ? strstr(o->provider_url, "://") : NULL;
	const char *at;
	size_t len;

	if (o->hostname || !host)
		return url_host(call, o->hostname ? o->hostname : "localhost");
	host += 3;
	len = strcspn(host, "/?#");
	at = memchr(host, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	if (*host == '[')
		len = strcspn(host, "]") + 1;
	else if (memchr(host, ':', len))
		len = strcspn(host, ":");
	return scratch_copy(&call->scratch, host, len);
}

/* Pact's NAME:PORT[/PATH], which is on the provider's host, as NAME=URL; NULL: it is neither. */
static const char *spell_transport(struct call *call, const struct verify_options *o,
				   const char *text)
{
	size_t len = strcspn(text, ":=");
	size_t digits = text[len] == ':' ? strspn(text + len + 1, "0123456789") : 0;
	const char *path = text + len + 1 + digits;

	if (len == 0 || text[len] == '\0')
		return NULL;
	if (text[len] == '=')
		return text;
	if (digits == 0 || (*path && *path != '/'))
		return NULL;
	return scratch_format(&call->scratch, "%.*s=http%s://%s:%.*s%s", (int)len, text,
			      strncmp(text, "https", 5) == 0 ? "s" : "", provider_host(call, o),
			      (int)digits, text + len + 1, path);
}

/* --transport is the provider's scheme, and may be that of a message's, too. */
static int find_transports(struct verify_run *run, const char **scheme)
{
	struct verify_options *o = run->options;
	struct text_list spelt = {0};

	*scheme = "http";
	for (size_t i = 0; i < o->transport.count; i++) {
		const char *text = o->transport.items[i];

		if (strchr(text, '='))
			text_list_add(run->call, &o->transports, text);
		else if (strcmp(text, "http") == 0 || strcmp(text, "https") == 0)
			*scheme = text;
		else
			return wrong("--transport: expected http, https or NAME=URL, found %s",
				     text);
	}
	for (size_t i = 0; i < o->transports.count; i++) {
		const char *text = spell_transport(run->call, o, o->transports.items[i]);

		if (!text)
			return wrong("--transports: expected NAME:PORT, NAME:PORT/PATH or "
				     "NAME=URL, found %s",
				     o->transports.items[i]);
		text_list_add(run->call, &spelt, text);
	}
	o->transports = spelt;
	return 0;
}

static int find_provider(struct verify_run *run)
{
	struct verify_options *o = run->options;
	const char *scheme;
	bool in_parts = o->hostname || o->port > 0;
	int status = find_transports(run, &scheme);

	if (status != 0)
		return status;
	if (o->provider_url && (in_parts || o->base_path))
		return wrong("--provider-url and %s are both given: leave one out",
			     o->hostname   ? "--hostname"
			     : o->port > 0 ? "--port"
					   : "--base-path");
	if (!o->provider_url && in_parts)
		o->provider_url = make_url(run->call, o, scheme);
	/* Messages can do without, and other transports, too. */
	if (!o->provider_url && (o->explain || o->message_command || o->transports.count > 0))
		return 0;
	return need(run->call, o->provider_url, "provider-url",
		    "the address of the running provider, such as http://127.0.0.1:8080");
}

/* ---- texts that stand for several, or for something else ---- */

/* "a,b" stands for two. */
static void split_at_commas(struct call *call, struct text_list *list)
{
	struct text_list parts = {0};

	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->items[i];

		while (*text) {
			size_t len = strcspn(text, ",");

			if (len > 0)
				text_list_add(call, &parts,
					      scratch_copy(&call->scratch, text, len));
			text += len + (text[len] == ',');
		}
	}
	*list = parts;
}

/* Pact's NAME=VALUE is understood, too: a name has neither of the two characters. */
static void spell_headers(struct call *call, struct text_list *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const char *text = headers->items[i];
		size_t len = strcspn(text, ":=");

		if (text[len] == '=')
			headers->items[i] = scratch_format(&call->scratch, "%.*s: %s", (int)len,
							   text, text + len + 1);
	}
}

/* ---- selectors ---- */

static void add_selector(struct verify_run *run, cJSON *selector)
{
	if (!run->selectors)
		run->selectors = cJSON_CreateArray();
	if (!selector || !cJSON_AddItemToArray(run->selectors, selector))
		out_of_memory();
}

static int add_selectors(struct verify_run *run, const char *text)
{
	static const char label[] = "--consumer-version-selectors";
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *value = NULL;

	if (tally_json_parse(&value, text, strlen(text), &error) < 0)
		return wrong("%s: expected JSON such as {\"mainBranch\": true}, found %s: %s",
			     label, text, error.message);
	if (cJSON_IsObject(value)) {
		add_selector(run, value);
		return 0;
	}
	while (cJSON_IsArray(value) && cJSON_IsObject(value->child))
		add_selector(run, cJSON_DetachItemFromArray(value, 0));
	if (cJSON_IsArray(value) && !value->child && run->selectors) {
		cJSON_Delete(value);
		return 0;
	}
	cJSON_Delete(value);
	return wrong("%s: expected an object or a list of objects, found %s", label, text);
}

static int find_selectors(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	int status = 0;

	for (size_t i = 0; i < o->selectors.count && status == 0; i++)
		status = add_selectors(run, o->selectors.items[i]);
	for (size_t i = 0; i < o->consumer_version_tags.count && status == 0; i++) {
		cJSON *selector = cJSON_CreateObject();

		if (!cJSON_AddStringToObject(selector, "tag", o->consumer_version_tags.items[i]) ||
		    !cJSON_AddTrueToObject(selector, "latest"))
			out_of_memory();
		add_selector(run, selector);
	}
	return status;
}

/* ---- the provider's version ---- */

/* Results are of one version, and should be of a branch; what is pending depends on it, too. */
static int find_version(struct verify_run *run)
{
	struct verify_options *o = run->options;
	struct origin origin = {.version = o->provider_version, .branch = o->provider_branch};
	bool for_question =
		o->enable_pending || o->include_wip_since || run->selectors || o->only_needed;

	if (!o->publish && !for_question)
		return 0;
	origin_find(run->call, &origin, ORIGIN_VERSION_AND_BRANCH);
	o->provider_version = origin.version;
	o->provider_branch = origin.branch;
	if (!o->publish && !o->only_needed)
		return 0;
	return need(run->call, o->provider_version, "provider-version",
		    "the provider's version (there is neither a CI variable nor a git commit to "
		    "take it from)");
}

int verify_options_check(struct verify_run *run)
{
	struct verify_options *o = run->options;
	int status = verify_report_check(run);

	spell_headers(run->call, &o->headers);
	split_at_commas(run->call, &o->provider_tags);
	split_at_commas(run->call, &o->consumer_version_tags);
	if (status == 0)
		status = find_provider(run);
	if (status == 0)
		status = find_selectors(run);
	if (status == 0)
		status = verify_provider_check(run);
	return status == 0 ? find_version(run) : status;
}

#define O struct verify_options

const struct option verify_option_table[] = {
	OPTION_LIST(O, files, .letter = 'f', .name = "file", .argument = "FILE",
		    .help = "a contract file, like the operand"),
	OPTION_LIST(O, dirs, .letter = 'd', .name = "dir", .argument = "DIR",
		    .help = "a folder, like the operand"),
	OPTION_LIST(O, urls, .letter = 'u', .name = "url", .argument = "URL",
		    .help = "a contract's URL, like the operand; asked for as the broker is"),
	OPTION_TEXT(O, webhook_url, .name = "webhook-callback-url", .argument = "URL",
		    .variables = "PACT_WEBHOOK_CALLBACK_URL",
		    .help = "the URL with which a Pact Broker's webhook calls: its contract, taken "
			    "from --broker if that is one, whatever host the URL names"),
	OPTION_FLAG(O, ignore_no_contracts, .name = "ignore-no-pacts-error",
		    .aliases = "ignore-no-contracts", .variables = "TALLY_IGNORE_NO_PACTS_ERROR",
		    .help = "leave with 0 when there is nothing to verify; it is said all the "
			    "same"),
	OPTION_TEXT(O, provider_url, .name = "provider-url", .argument = "URL",
		    .aliases = "provider-base-url",
		    .variables = "TALLY_PROVIDER_URL PACT_PROVIDER_BASE_URL",
		    .help = "where the provider answers; a path in it goes before each request's"),
	OPTION_TEXT(O, hostname, .name = "hostname", .argument = "HOST",
		    .variables = "PACT_PROVIDER_HOSTNAME",
		    .help = "in place of --provider-url: its host; localhost where only a port is "
			    "given"),
	OPTION_NUMBER(O, port, .letter = 'p', .name = "port", .argument = "PORT", .min = 1,
		      .max = 65535, .variables = "PACT_PROVIDER_PORT", .help = "its port"),
	OPTION_LIST(O, transport, .name = "transport", .argument = "SCHEME", .aliases = "scheme",
		    .variables = "PACT_PROVIDER_TRANSPORT", .whole_variable = true,
		    .help = "its scheme, http or https; or a transport as --transports has it"),
	OPTION_TEXT(O, base_path, .name = "base-path", .argument = "PATH",
		    .variables = "PACT_PROVIDER_BASE_PATH", .help = "its path"),
	OPTION_LIST(O, transports, .name = "transports", .argument = "NAME=URL",
		    .help = "where interactions of this transport are asked for, such as "
			    "message=http://127.0.0.1:8081; NAME:PORT[/PATH] is on the "
			    "provider's host"),
	OPTION_TEXT(O, provider, .letter = 'n', .name = "provider", .argument = "NAME",
		    .aliases = "provider-name", .variables = "TALLY_PROVIDER PACT_PROVIDER_NAME",
		    .help = "the provider's name: only its contracts are replayed; needed with "
			    "--broker"),
	COMMON_OPTION_AT(O, broker),
	COMMON_OPTIONS_BROKER(O, broker, 't'),
	OPTION_TEXT(O, consumer_version, .name = "consumer-version", .argument = "APP@VERSION",
		    .help = "replay the broker's contract of this consumer version, wherever it "
			    "is, and no other"),
	OPTION_LIST(O, selectors, .name = "consumer-version-selectors", .argument = "JSON",
		    .aliases = "consumer-version-selector",
		    .variables = "TALLY_CONSUMER_VERSION_SELECTORS", .whole_variable = true,
		    .help = "which consumer versions of the broker are meant: a selector such as "
			    "{\"deployedOrReleased\": true}, or a list of them"),
	OPTION_LIST(O, consumer_version_tags, .name = "consumer-version-tag", .argument = "TAG",
		    .aliases = "consumer-version-tags", .variables = "PACT_CONSUMER_VERSION_TAGS",
		    .help = "the newest consumer versions with this tag; several with commas"),
	OPTION_FLAG(O, enable_pending, .name = "enable-pending",
		    .variables = "TALLY_ENABLE_PENDING PACT_ENABLE_PENDING",
		    .help = "let what never passed on the provider's branch fail without failing "
			    "the run"),
	OPTION_TEXT(O, include_wip_since, .name = "include-wip-pacts-since", .argument = "DATE",
		    .variables = "TALLY_INCLUDE_WIP_PACTS_SINCE PACT_INCLUDE_WIP_PACTS_SINCE",
		    .help = "replay work in progress, too: heads of branches since that day which "
			    "never passed; what is new in it cannot fail the run"),
	OPTION_FLAG(O, publish, .letter = 'r', .name = "publish",
		    .aliases = "publish-verification-results",
		    .variables = "TALLY_PUBLISH PACT_PUBLISH_VERIFICATION_RESULTS",
		    .help = "record the results in the broker"),
	OPTION_TEXT(O, provider_version, .letter = 'a', .name = "provider-version",
		    .argument = "VERSION", .aliases = "provider-app-version",
		    .variables = "TALLY_PROVIDER_VERSION PACT_PROVIDER_VERSION",
		    .help = "the provider's version, to record; without it, the commit that the CI "
			    "system or git names"),
	OPTION_TEXT(O, provider_branch, .name = "provider-branch", .argument = "BRANCH",
		    .aliases = "provider-version-branch",
		    .variables = "TALLY_PROVIDER_BRANCH PACT_PROVIDER_BRANCH",
		    .help = "its branch; without it, the one that the CI system or git names"),
	OPTION_LIST(O, provider_tags, .name = "provider-tag", .argument = "TAG",
		    .aliases = "provider-tags provider-version-tag provider-version-tags",
		    .variables = "TALLY_PROVIDER_TAGS PACT_PROVIDER_TAGS",
		    .help = "a tag for the provider's version; several with commas"),
	OPTION_TEXT(O, build_url, .name = "build-url", .argument = "URL",
		    .variables = "TALLY_BUILD_URL BUILD_URL BUILDKITE_BUILD_URL CI_JOB_URL "
				 "CIRCLE_BUILD_URL TRAVIS_BUILD_WEB_URL",
		    .help = "the CI run that verifies"),
	OPTION_LIST(O, headers, .letter = 'H', .name = "header", .argument = "HEADER",
		    .aliases = "custom-provider-header",
		    .help = "a header \"Name: value\", or NAME=VALUE, to put into every request"),
	OPTION_TEXT(O, filter_description, .name = "filter-description", .argument = "REGEX",
		    .variables = "TALLY_FILTER_DESCRIPTION PACT_DESCRIPTION",
		    .help = "replay only interactions whose description matches"),
	OPTION_TEXT(O, filter_state, .name = "filter-state", .argument = "REGEX",
		    .variables = "TALLY_FILTER_STATE PACT_PROVIDER_STATE",
		    .help = "replay only interactions with a provider state that matches"),
	OPTION_FLAG(O, filter_no_state, .name = "filter-no-state",
		    .variables = "TALLY_FILTER_NO_STATE PACT_PROVIDER_NO_STATE",
		    .help = "replay only interactions without a provider state"),
	OPTION_LIST(O, filter_consumers, .letter = 'c', .name = "filter-consumer",
		    .argument = "NAME", .variables = "TALLY_FILTER_CONSUMER",
		    .help = "replay only this consumer's contracts"),
	OPTION_TEXT(O, start, .name = "start", .argument = "COMMAND", .variables = "TALLY_START",
		    .help = "start the provider with this shell command, wait until it answers, "
			    "and end it with all that it has started"),
	OPTION_TEXT(O, ready_url, .name = "ready-url", .argument = "URL",
		    .variables = "TALLY_READY_URL",
		    .help = "what answers, with any status, once the provider is ready; without "
			    "it, the provider's URL"),
	OPTION_NUMBER(O, start_timeout_ms, .name = "start-timeout", .argument = "MS", .min = 0,
		      .max = 3600000, .fallback = "0", .variables = "TALLY_START_TIMEOUT",
		      .help = "how long it may take until then, in milliseconds; 0: 30 seconds"),
	OPTION_NUMBER(O, stop_timeout_ms, .name = "stop-timeout", .argument = "MS", .min = 0,
		      .max = 3600000, .fallback = "0", .variables = "TALLY_STOP_TIMEOUT",
		      .help = "how long it may take to end after SIGTERM before it is killed, in "
			      "milliseconds; 0: 5 seconds"),
	OPTION_TEXT(O, start_log, .name = "start-log", .argument = "FILE",
		    .variables = "TALLY_START_LOG",
		    .help = "where its output goes; without it, a temporary file that is kept "
			    "unless all went well"),
	OPTION_TEXT(O, state_change_url, .letter = 's', .name = "state-change-url",
		    .argument = "URL", .aliases = "provider-states-setup-url",
		    .variables = "TALLY_STATE_CHANGE_URL PACT_PROVIDER_STATE_CHANGE_URL",
		    .help = "where provider states are set up, by a POST before each interaction"),
	OPTION_FLAG(O, state_change_teardown, .name = "state-change-teardown",
		    .variables = "TALLY_STATE_CHANGE_TEARDOWN PACT_PROVIDER_STATE_CHANGE_TEARDOWN",
		    .help = "call it after each interaction too, with the action teardown; a state "
			    "command always is"),
	OPTION_FLAG(O, state_change_as_query, .name = "state-change-as-query",
		    .variables = "TALLY_STATE_CHANGE_AS_QUERY PACT_PROVIDER_STATE_CHANGE_AS_QUERY",
		    .help = "put state and parameters into its query in place of a JSON body"),
	OPTION_TEXT(O, state_command, .name = "state-command", .argument = "COMMAND",
		    .variables = "TALLY_STATE_COMMAND",
		    .help = "set up and tear down provider states with this shell command: it is "
			    "given action, state and params as JSON, and prints values as a JSON "
			    "object"),
	OPTION_TEXT(O, message_command, .name = "message-command", .argument = "COMMAND",
		    .variables = "TALLY_MESSAGE_COMMAND",
		    .help = "ask this shell command for messages: it is given description and "
			    "states as JSON, and prints the contents, after header lines with "
			    "metadata and an empty line if there are any"),
	OPTION_TEXT(O, header_command, .name = "header-command", .argument = "COMMAND",
		    .variables = "TALLY_HEADER_COMMAND",
		    .help = "put the headers \"Name: value\" that this shell command prints into "
			    "every request, in place of others of their names; they are not shown"),
	OPTION_FLAG(O, header_command_each, .name = "header-command-each",
		    .variables = "TALLY_HEADER_COMMAND_EACH",
		    .help = "run it for each request, not once before the first"),
	OPTION_NUMBER(O, command_timeout_ms, .name = "command-timeout", .argument = "MS", .min = 0,
		      .max = 3600000, .fallback = "0", .variables = "TALLY_COMMAND_TIMEOUT",
		      .help = "how long each of these commands may take, in milliseconds; 0: as "
			      "long as an answer"),
	OPTION_NUMBER(O, request_timeout_ms, .name = "request-timeout", .argument = "MS", .min = 1,
		      .max = 3600000, .fallback = "5000",
		      .variables = "TALLY_REQUEST_TIMEOUT PACT_PROVIDER_REQUEST_TIMEOUT",
		      .help = "how long an answer may take, in milliseconds"),
	OPTION_NUMBER(O, total_timeout_ms, .name = "total-timeout", .argument = "MS", .min = 0,
		      .max = 86400000, .fallback = "0", .variables = "TALLY_TOTAL_TIMEOUT",
		      .help = "how long the whole run may take; 0: as long as it takes"),
	OPTION_NUMBER(O, jobs, .name = "jobs", .argument = "N", .min = 0, .max = 256,
		      .fallback = "0", .variables = "TALLY_JOBS",
		      .help = "how many interactions are replayed at once, those that share a "
			      "provider state one after another; 0: 1 where states are set up, "
			      "else 4"),
	OPTION_FLAG(O, parallel_states, .name = "parallel-states",
		    .variables = "TALLY_PARALLEL_STATES",
		    .help = "the provider can be in several states at once: without --jobs, 4 "
			    "then, too"),
	OPTION_NUMBER(O, retries, .name = "retries", .argument = "N", .min = 0, .max = 1000,
		      .fallback = "0", .variables = "TALLY_RETRIES",
		      .help = "replay what does not pass again, up to N times; what passes then is "
			      "flaky"),
	OPTION_NUMBER(O, repeat, .name = "repeat", .argument = "N", .min = 1, .max = 1000,
		      .fallback = "1", .variables = "TALLY_REPEAT",
		      .help = "replay each interaction N times, to find what is flaky"),
	OPTION_FLAG(O, only_needed, .name = "only-needed", .variables = "TALLY_ONLY_NEEDED",
		    .help = "leave out what the broker has a result of already, from this version "
			    "of the provider"),
	OPTION_FLAG(O, explain, .name = "explain",
		    .help = "replay nothing: say of each contract of the broker why it is to be "
			    "verified, and of each consumer that is left out why it is"),
	OPTION_FLAG(O, last_failed, .name = "last-failed", .variables = "TALLY_LAST_FAILED",
		    .help = "replay only what did not pass last time, as the report of --json "
			    "says, or else as is remembered for this folder and provider"),
	OPTION_FLAG(O, exit_on_first_error, .name = "exit-on-first-error", .aliases = "fail-fast",
		    .variables = "TALLY_EXIT_ON_FIRST_ERROR",
		    .help = "stop at the first interaction that fails"),
	OPTION_FLAG(O, insecure_tls, .name = "disable-ssl-verification", .aliases = "insecure-tls",
		    .variables = "TALLY_DISABLE_SSL_VERIFICATION",
		    .help = "accept any certificate of the provider, and of the servers of URLs"),
	OPTION_TEXT(O, ca_file, .name = "ca-file", .argument = "FILE", .variables = "TALLY_CA_FILE",
		    .help = "trust the authorities in this file (PEM) in place of SSL_CERT_FILE's "
			    "or the system's"),
	OPTION_TEXT(O, client_cert, .name = "client-cert", .argument = "FILE",
		    .variables = "TALLY_CLIENT_CERT",
		    .help = "the certificate (PEM, or PKCS #12) to show to the provider"),
	OPTION_TEXT(O, client_key, .name = "client-key", .argument = "FILE",
		    .variables = "TALLY_CLIENT_KEY",
		    .help = "its key (PEM), unless that is in the same file"),
	OPTION_TEXT(O, client_key_password, .name = "client-key-password", .argument = "PASSWORD",
		    .variables = "TALLY_CLIENT_KEY_PASSWORD",
		    .help = "the key's password; other users of this machine see what stands on a "
			    "command line, so better set the variable"),
	OPTION_CHOICE(O, http_version, .name = "http-version", .choices = version_choices,
		      .fallback = "any", .variables = "TALLY_HTTP_VERSION",
		      .help = "the version of HTTP: any is 1.1, or over TLS 2 where the provider "
			      "offers it"),
	COMMON_OPTION_SEED(O, seed),
	COMMON_OPTION_NOW(O, now),
	OPTION_TEXT(O, json, .letter = 'j', .name = "json", .argument = "FILE",
		    .variables = "TALLY_JSON_REPORT PACT_VERIFIER_JSON_REPORT",
		    .help = "write the results to this file, too, as JSON"),
	OPTION_TEXT(O, junit, .letter = 'x', .name = "junit", .argument = "FILE",
		    .variables = "TALLY_JUNIT_REPORT PACT_VERIFIER_JUNIT_REPORT",
		    .help = "write them as JUnit XML, one file for all consumers"),
	OPTION_TEXT(O, html, .name = "html", .argument = "FILE",
		    .variables = "TALLY_HTML_REPORT PACT_VERIFIER_HTML_REPORT",
		    .help = "write them as one page for people, which needs nothing else"),
	OPTION_LIST(O, masks, .name = "mask", .argument = "NAME", .variables = "TALLY_MASK",
		    .help = "the name of a header, cookie, parameter or member whose values no "
			    "report shows, beside those of credentials; * at an end stands for "
			    "any text"),
	OPTION_CHOICE(O, format, .name = "format", .choices = verify_format_choices,
		      .fallback = "text", .variables = "TALLY_FORMAT",
		      .help = "what is printed: a text for people, the results as JSON, "
			      "annotations for a GitHub workflow, or a code quality report for "
			      "GitLab"),
	OPTION_FLAG(O, no_colour, .name = "no-colour", .aliases = "no-color",
		    .help = "print without colours, as with NO_COLOR set"),
	OPTION_END,
};
