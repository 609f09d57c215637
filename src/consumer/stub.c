/* Starting, reloading and stopping the stand-in provider. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "consumer/stub.h"

/* Enough for the processors of most machines; more take memory. */
enum { SERVER_THREADS = 4 };

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

void tally__stub_tell(const struct tally_stub *stub, const struct tally_stub_event *event)
{
	struct tally_stub_event told = *event;

	if (!stub->listener)
		return;
	told.method = text_or_none(told.method);
	told.path = text_or_none(told.path);
	told.contract = text_or_none(told.contract);
	told.description = text_or_none(told.description);
	told.message = text_or_none(told.message);
	stub->listener(stub->listener_context, &told);
}

void tally__stub_note(const struct tally_stub *stub, const struct tally_error *text)
{
	char message[TALLY_ERROR_WHERE_BYTES + TALLY_ERROR_MESSAGE_BYTES + 64];

	(void)tally_error_format(text, message, sizeof(message));
	tally__stub_tell(stub, &(struct tally_stub_event){.kind = TALLY_STUB_NOTE,
							  .contract = text->where,
							  .message = message});
}

/* ---- serving what was read ---- */

static void put_set(struct tally_stub *stub, struct stub_set *set)
{
	struct stub_set *before;

	pthread_mutex_lock(&stub->set_lock);
	before = stub->set;
	stub->set = set;
	pthread_mutex_unlock(&stub->set_lock);
	tally__stub_set_release(before);
}

static void tell_serving(const struct tally_stub *stub, const struct stub_set *set)
{
	tally__stub_tell(stub, &(struct tally_stub_event){.kind = TALLY_STUB_SERVING,
							  .contract_count = set->contract_count,
							  .interaction_count = set->answer_count});
}

/* With the lock of reloads held, once there are other threads.  What goes wrong with a source is
 * trouble, not an error. */
static int renew(struct tally_stub *stub, enum stub_reading reading, struct stub_troubles *troubles,
		 struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct stub_set *set = NULL;
	bool changed = stub->pending;
	int status = tally__stub_sources_read(&stub->sources, reading, &changed, troubles, &why);

	if (status == 0 && changed)
		status = tally__stub_set_new(&set, stub, troubles, &why);
	stub->pending = status != 0 && status != TALLY_ENOTHING && changed;
	/* Where there is nothing because it cannot be read, enough is said. */
	if (status == TALLY_ENOTHING && troubles->count > 0)
		return 0;
	if (status != 0)
		return tally__stub_trouble(troubles, &stub->complaint, 0, &why, error);
	if (set) {
		stub->complaint = 0;
		put_set(stub, set);
		tell_serving(stub, set);
	}
	return 0;
}

static void tell_troubles(const struct tally_stub *stub, const struct stub_troubles *troubles)
{
	struct tally_error more = TALLY_ERROR_INIT;

	for (size_t i = 0; i < troubles->count; i++)
		tally__stub_note(stub, &troubles->items[i]);
	if (troubles->omitted == 0)
		return;
	tally__fail(&more, TALLY_ELIMIT, "and %zu more that cannot be served", troubles->omitted);
	tally__stub_note(stub, &more);
}

int tally__stub_reload(struct tally_stub *stub, enum stub_reading reading,
		       struct tally_error *error)
{
	struct stub_troubles troubles = {0};
	int status;

	pthread_mutex_lock(&stub->reload_lock);
	if (reading == STUB_READ_ALL)
		stub->complaint = 0;
	status = renew(stub, reading, &troubles, error);
	pthread_mutex_unlock(&stub->reload_lock);
	tell_troubles(stub, &troubles);
	if (status == 0 && troubles.count > 0) {
		status = troubles.items[0].code;
		if (error && error->code == 0)
			*error = troubles.items[0];
	}
	tally__stub_troubles_release(&troubles);
	return status;
}

int tally_stub_reload(struct tally_stub *stub, struct tally_error *error)
{
	int status = tally__call_check(stub, "a stub", error);

	return status ? status : tally__stub_reload(stub, STUB_READ_ALL, error);
}

int tally_stub_set_documents(struct tally_stub *stub, const cJSON *const *documents,
			     const char *const *names, size_t count, struct tally_error *error)
{
	int status = tally__call_check(stub, "a stub", error);

	if (status != 0)
		return status;
	pthread_mutex_lock(&stub->reload_lock);
	status = tally__stub_sources_set(&stub->sources, documents, names, count, error);
	stub->pending = stub->pending || status == 0;
	pthread_mutex_unlock(&stub->reload_lock);
	return status ? status : tally__stub_reload(stub, STUB_READ_ALL, error);
}

/* ---- starting ---- */

/* All that cannot be served, in one error; with several, the listener is told about each. */
static int fail_sources(const struct tally_stub *stub, const struct stub_troubles *troubles,
			struct tally_error *error)
{
	struct buf names;

	if (troubles->count == 1) {
		if (error && error->code == 0)
			*error = troubles->items[0];
		return troubles->items[0].code;
	}
	tell_troubles(stub, troubles);
	tally__buf_init(&names, TALLY_ERROR_MESSAGE_BYTES);
	for (size_t i = 0; i < troubles->count; i++)
		tally__buf_addf(&names, "%s%s", i > 0 ? ", " : "", troubles->items[i].where);
	tally__fail(error, troubles->items[0].code, "%zu contracts cannot be served: %s",
		    troubles->count + troubles->omitted, names.bytes);
	tally__buf_release(&names);
	return troubles->items[0].code;
}

static int load(struct tally_stub *stub, struct tally_error *error)
{
	struct stub_troubles troubles = {0};
	int status;

	stub->pending = true;
	status = renew(stub, STUB_READ_ALL, &troubles, error);
	if (status == 0 && troubles.count > 0)
		status = fail_sources(stub, &troubles, error);
	tally__stub_troubles_release(&troubles);
	return status;
}

static int init_manner(struct stub_manner *manner, const struct tally_stub_options *options,
		       struct tally_error *error)
{
	const char *header = options->provider_state_header;

	manner->cors = options->cors;
	manner->cors_referer = options->cors_referer;
	if (header && !tally__http_is_token(header))
		return tally__fail_at(error, TALLY_EINVAL, "provider_state_header", 0, 0,
				      "expected the name of a header, found \"%s\"", header);
	if (header) {
		manner->state_header = tally__strdup(header);
		if (!manner->state_header)
			return tally__fail_nomem(error);
	}
	return tally__stub_states_init(&manner->states, options->provider_state,
				       options->empty_provider_state, error);
}

static void note_seed(const struct tally_stub *stub)
{
	struct tally_error text = TALLY_ERROR_INIT;

	if (!stub->set->has_generators || !stub->values.is_chosen)
		return;
	tally__fail(&text, TALLY_ENOTHING, "values are generated from the seed %lu",
		    stub->values.seed);
	tally__stub_note(stub, &text);
}

static int start_server(struct tally_stub *stub, const struct tally_stub_options *options,
			struct tally_error *error)
{
	const struct http_server_options server = {
		.host = options->host,
		.port = options->port,
		.tls = options->tls,
		.threads = SERVER_THREADS,
		.handler = tally__stub_answer,
		.refused = tally__stub_refused,
		.context = stub,
	};

	return tally__http_server_start(&stub->server, &server, error);
}

static struct tally_stub *new_stub(const struct tally_stub_options *options)
{
	struct tally_stub *stub = tally__calloc(1, sizeof(*stub));

	if (!stub)
		return NULL;
	pthread_mutex_init(&stub->reload_lock, NULL);
	pthread_mutex_init(&stub->set_lock, NULL);
	stub->listener = options->listener;
	stub->listener_context = options->context;
	return stub;
}

int tally_stub_start(struct tally_stub **out, const struct tally_stub_options *options,
		     struct tally_error *error)
{
	static const struct tally_stub_options defaults = {0};
	struct tally_stub *stub;
	int status;

	if (!options)
		options = &defaults;
	status = tally__call_check(options, "options", error);
	if (status != 0)
		return status;
	stub = new_stub(options);
	if (!stub)
		return tally__fail_nomem(error);
	status = init_manner(&stub->manner, options, error);
	if (status == 0)
		status =
			tally__value_source_init(&stub->values, options->seed, options->now, error);
	if (status == 0)
		status = tally__stub_sources_init(&stub->sources, options, error);
	if (status == 0)
		status = load(stub, error);
	if (status == 0)
		note_seed(stub);
	if (status == 0)
		status = start_server(stub, options, error);
	if (status == 0)
		status = tally__stub_watch_start(stub, options->watch_interval_ms, error);
	if (status != 0)
		tally_stub_stop(stub);
	else
		*out = stub;
	return status;
}

const char *tally_stub_url(const struct tally_stub *stub)
{
	return stub ? tally__http_server_url(stub->server) : NULL;
}

const char *tally_stub_ca(const struct tally_stub *stub)
{
	return stub ? tally__http_server_authority(stub->server) : NULL;
}

void tally_stub_stop(struct tally_stub *stub)
{
	if (!stub)
		return;
	tally__stub_watch_stop(stub);
	tally__http_server_stop(stub->server);
	tally__stub_set_release(stub->set);
	tally__stub_sources_release(&stub->sources);
	tally__regex_free(stub->manner.states.regex);
	tally__free(stub->manner.state_header);
	pthread_mutex_destroy(&stub->set_lock);
	pthread_mutex_destroy(&stub->reload_lock);
	tally__free(stub);
}
