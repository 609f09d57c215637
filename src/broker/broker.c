#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "broker/git_broker.h"
#include "broker/pact_broker.h"
#include "format/json.h"
#include "git/url.h"

static bool is_web(const char *location)
{
	return strncasecmp(location, "http://", 7) == 0 ||
	       strncasecmp(location, "https://", 8) == 0;
}

static int check_location(const char *location, struct tally_error *error)
{
	if (location == NULL || *location == '\0')
		return tally__fail(error, TALLY_EINVAL,
				   "no broker is given: expected the path or URL of its git "
				   "repository, or the http(s):// URL of a Pact Broker");
	if (is_web(location) || strncmp(location, "file://", 7) == 0 || tally__git_url_is(location))
		return 0;
	if (strstr(location, "://") != NULL)
		return tally__fail(
			error, TALLY_EUNSUPPORTED,
			"\"%.*s://\" is no kind of broker: expected the path of its "
			"repository, a file://, ssh:// or git+https:// URL of it, or the "
			"http(s):// URL of a Pact Broker",
			(int)strcspn(location, ":"), location);
	return 0;
}

int tally_broker_init_with(const char *path, const struct tally_broker_options *options,
			   struct tally_error *error)
{
	int status = check_location(path, error);

	tally__json_setup();
	if (status == 0 && is_web(path) && !tally__git_url_is(path))
		status = tally__fail(error, TALLY_EUNSUPPORTED,
				     "a Pact Broker is set up where it runs: expected the path of "
				     "a new repository, or the URL of an empty one (git+https://, "
				     "ssh://, https://….git)");
	return status != 0 ? status : tally__git_broker_init(path, options, error);
}

int tally_broker_init(const char *path, struct tally_error *error)
{
	return tally_broker_init_with(path, NULL, error);
}

int tally_broker_open_with(struct tally_broker **out, const char *location,
			   const struct tally_broker_options *options, struct tally_error *error)
{
	int status = check_location(location, error);

	tally__json_setup();
	if (status != 0)
		return status;
	return is_web(location) && !tally__git_url_is(location)
		       ? tally__pact_broker_open(out, location, options, error)
		       : tally__git_broker_open(out, location, options, error);
}

int tally_broker_open(struct tally_broker **out, const char *location, struct tally_error *error)
{
	return tally_broker_open_with(out, location, NULL, error);
}

int64_t tally_broker_updated_unix(const struct tally_broker *broker)
{
	return broker->kind->updated_unix != NULL ? broker->kind->updated_unix(broker) : -1;
}

void tally_broker_close(struct tally_broker *broker)
{
	if (broker == NULL)
		return;
	broker->kind->release(broker);
	tally__free(broker->location);
	tally__free(broker);
}

int tally__broker_unsupported(const struct tally_broker *broker, const char *what,
			      struct tally_error *error)
{
	return tally__fail_at(error, TALLY_EUNSUPPORTED, broker->location, 0, 0,
			      "with %s as its broker, Tally cannot %s yet", broker->kind->name,
			      what);
}

int tally_broker_set_author(struct tally_broker *broker, const char *name, const char *email,
			    struct tally_error *error)
{
	if (broker->kind->set_author == NULL)
		return 0;
	return broker->kind->set_author(broker, name, email, error);
}

int tally_broker_begin(struct tally_broker *broker, struct tally_error *error)
{
	if (broker->kind->begin == NULL)
		return tally__broker_unsupported(broker, "make several changes at once", error);
	return broker->kind->begin(broker, error);
}

int tally_broker_finish(struct tally_broker *broker, struct tally_error *error)
{
	if (broker->kind->finish == NULL)
		return tally__broker_unsupported(broker, "make several changes at once", error);
	return broker->kind->finish(broker, error);
}

void tally_broker_cancel(struct tally_broker *broker)
{
	if (broker->kind->cancel != NULL)
		broker->kind->cancel(broker);
}

int tally_broker_pin(struct tally_broker *broker, const char *at, struct tally_error *error)
{
	if (broker->kind->pin != NULL)
		return broker->kind->pin(broker, at, error);
	return at == NULL ? 0
			  : tally__broker_unsupported(broker, "answer as of an older state", error);
}

int tally_broker_upgrade(struct tally_broker *broker, cJSON **answer, struct tally_error *error)
{
	if (broker->kind->upgrade == NULL)
		return tally__broker_unsupported(broker, "change how things are stored", error);
	return broker->kind->upgrade(broker, answer, error);
}

int tally_broker_publish(struct tally_broker *broker, const struct tally_publication *publication,
			 cJSON **answer, struct tally_error *error)
{
	if (broker->kind->publish == NULL)
		return tally__broker_unsupported(broker, "publish contracts", error);
	return broker->kind->publish(broker, publication, answer, error);
}

int tally_broker_contracts_to_verify(struct tally_broker *broker,
				     const struct tally_verification_query *query, cJSON **answer,
				     struct tally_error *error)
{
	if (broker->kind->contracts_to_verify == NULL)
		return tally__broker_unsupported(broker, "choose contracts", error);
	return broker->kind->contracts_to_verify(broker, query, answer, error);
}

int tally_broker_contract_of(struct tally_broker *broker,
			     const struct tally_verification_query *query, const char *consumer,
			     const char *version, cJSON **answer, struct tally_error *error)
{
	if (broker->kind->contract_of == NULL)
		return tally__broker_unsupported(broker, "take one version's contract", error);
	return broker->kind->contract_of(broker, query, consumer, version, answer, error);
}

int tally_broker_contract_at(struct tally_broker *broker, const char *url, cJSON **answer,
			     struct tally_error *error)
{
	if (broker->kind->contract_at == NULL)
		return tally__broker_unsupported(broker, "take a contract by its address", error);
	return broker->kind->contract_at(broker, url, answer, error);
}

int tally_broker_record_results(struct tally_broker *broker, const struct tally_run *run,
				const cJSON *results, cJSON **answer, struct tally_error *error)
{
	if (broker->kind->record_results == NULL)
		return tally__broker_unsupported(broker, "record results", error);
	return broker->kind->record_results(broker, run, results, answer, error);
}

int tally_broker_log(struct tally_broker *broker, const char *application, const char *version,
		     size_t max_changes, cJSON **answer, struct tally_error *error)
{
	if (broker->kind->log == NULL)
		return tally__broker_unsupported(broker, "list changes", error);
	return broker->kind->log(broker, application, version, max_changes, answer, error);
}
