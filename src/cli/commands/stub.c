/* stub.c - tally stub: a stand-in for a provider, from contracts. */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/signals.h"

/* How often files are looked at. */
enum { WATCH_INTERVAL_MS = 1000 };

struct stub_options {
	const char *host;
	long port;
	bool tls;
	const char *tls_ca;
	struct text_list files, dirs, urls;
	const char *extension;
	struct text_list consumers, providers;
	struct broker_access broker;
	const char *consumer_version;
	const char *provider_state;
	const char *provider_state_header;
	bool empty_provider_state;
	bool cors, cors_referer;
	bool watch, no_watch;
	bool insecure_tls;
	long seed;
	const char *now;
	bool verbose;
};

/* What the broker has for the provider: documents, lent from its answers, and their names. */
struct from_broker {
	cJSON *answers;
	const cJSON **documents;
	const char **names;
	size_t count;
};

struct stub_run {
	struct call *call;
	const struct stub_options *options;
	struct tally_broker *broker;
	struct from_broker contracts;
	struct tally_stub *stub;
	struct signals signals;
	atomic_size_t unknown_count;
	/* Under the lock of standard error.  What is served first is said once it is served. */
	bool is_serving;
	size_t contract_count, interaction_count;
};

/* ---- what happens, on standard error ---- */

static void tell_unknown(struct stub_run *run, const struct tally_stub_event *event)
{
	size_t count = atomic_fetch_add(&run->unknown_count, 1);

	if (count == LIMIT_STUB_LINES)
		note("more requests without an answer are counted and not shown");
	if (count >= LIMIT_STUB_LINES)
		return;
	if (event->kind == TALLY_STUB_REFUSED)
		note("%d %.40s %.400s: %s", event->status, event->method, event->path,
		     event->message);
	else if (*event->contract)
		note("%d %.40s %.400s: nearest is \"%.200s\" (%s): %s", event->status,
		     event->method, event->path, event->description, event->contract,
		     event->message);
	else
		note("%d %.40s %.400s: %s", event->status, event->method, event->path,
		     event->message);
}

static void tell_serving(const struct stub_run *run)
{
	note("serving %zu interaction%s of %zu contract%s", run->interaction_count,
	     plural(run->interaction_count), run->contract_count, plural(run->contract_count));
}

static void tell_answered(const struct tally_stub_event *event)
{
	if (*event->contract)
		note("%d %.40s %.400s: %.200s (%s)", event->status, event->method, event->path,
		     event->description, event->contract);
	else
		note("%d %.40s %.400s: %s", event->status, event->method, event->path,
		     event->message);
}

/* A tally_stub_listener: called by the threads that answer. */
static void tell(void *context, const struct tally_stub_event *event)
{
	struct stub_run *run = context;

	if (event->kind == TALLY_STUB_ANSWERED && !run->options->verbose)
		return;
	/* A line is several calls. */
	flockfile(stderr);
	switch (event->kind) {
	case TALLY_STUB_ANSWERED:
		tell_answered(event);
		break;
	case TALLY_STUB_UNKNOWN:
	case TALLY_STUB_REFUSED:
		tell_unknown(run, event);
		break;
	case TALLY_STUB_SERVING:
		run->contract_count = event->contract_count;
		run->interaction_count = event->interaction_count;
		if (run->is_serving)
			tell_serving(run);
		break;
	case TALLY_STUB_NOTE:
		note("%s", event->message);
		break;
	}
	funlockfile(stderr);
}

/* ---- the broker ---- */

/* Fills the arrays from the answers. */
static void list_contracts(struct call *call, struct from_broker *out)
{
	const cJSON *answer, *item;

	cJSON_ArrayForEach(answer, out->answers)
	{
		out->count += (size_t)cJSON_GetArraySize(json_get(answer, "contracts"));
	}
	out->documents = scratch_array(&call->scratch, out->count, sizeof(*out->documents));
	out->names = scratch_array(&call->scratch, out->count, sizeof(*out->names));
	out->count = 0;
	cJSON_ArrayForEach(answer, out->answers)
	{
		cJSON_ArrayForEach(item, json_get(answer, "contracts"))
		{
			out->documents[out->count] = json_get(item, "contract");
			out->names[out->count++] =
				scratch_format(&call->scratch, "%s@%s", json_text(item, "consumer"),
					       json_text(item, "consumerVersion"));
		}
	}
}

/* The contracts that the broker has of the providers, in their order. */
static int fetch(struct stub_run *run, struct from_broker *out, struct tally_error *error)
{
	const struct text_list *providers = &run->options->providers;
	int code = 0;

	*out = (struct from_broker){.answers = cJSON_CreateArray()};
	if (!out->answers)
		out_of_memory();
	for (size_t i = 0; i < providers->count && code == 0; i++) {
		const struct tally_verification_query query = {.provider = providers->items[i]};
		cJSON *answer = NULL;

		code = broker_ask_contracts(run->call, run->broker, &query,
					    run->options->consumer_version, &answer, error);
		if (code == 0 && !cJSON_AddItemToArray(out->answers, answer))
			out_of_memory();
	}
	if (code == 0)
		list_contracts(run->call, out);
	return code;
}

static int load_from_broker(struct stub_run *run)
{
	const struct stub_options *o = run->options;
	struct tally_error error = TALLY_ERROR_INIT;
	int status = need(run->call, o->providers.count > 0 ? o->providers.items[0] : NULL,
			  "provider", "the name of the provider to stand in for");

	if (status == 0)
		status = broker_open(run->call, &o->broker, &run->broker);
	if (status != 0)
		return status;
	return fetch(run, &run->contracts, &error) < 0 ? failed(&error) : 0;
}

/* ---- serving ---- */

/* Asked for by SIGHUP.  What cannot be read now is served as it was. */
static void read_again(struct stub_run *run)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct from_broker newer;

	if (!run->broker) {
		/* The listener has said what went wrong. */
		(void)tally_stub_reload(run->stub, &error);
		return;
	}
	if (fetch(run, &newer, &error) < 0 ||
	    tally_stub_set_documents(run->stub, newer.documents, newer.names, newer.count, &error) <
		    0)
		(void)failed(&error);
	cJSON_Delete(newer.answers);
}

/* Who answers the stub's questions may take as long as it likes. */
static void reload(struct stub_run *run)
{
	struct signals_passing passing;

	signals_let_pass(&passing);
	read_again(run);
	signals_stop_passing(&passing);
}

/* Until a signal ends it; SIGHUP does only when it comes from a terminal that is closed. */
static void serve(struct stub_run *run)
{
	out("listening on %s\n", tally_stub_url(run->stub));
	out_flush();
	flockfile(stderr);
	run->is_serving = true;
	tell_serving(run);
	funlockfile(stderr);
	for (;;) {
		bool sender = false;
		int number = signals_next(&sender);

		if (number == SIGHUP && sender) {
			reload(run);
		} else if (number != SIGCHLD) {
			(void)signals_take(&run->signals, number);
			break;
		}
	}
	signals_release(&run->signals);
}

static void append(const char **items, size_t *count, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		items[(*count)++] = list->items[i];
}

/* Operands first, then what the options of the reference implementation name. */
static struct tally_stub_texts all_sources(const struct stub_run *run)
{
	const struct stub_options *o = run->options;
	const struct text_list operands = {run->call->operands, run->call->operand_count};
	size_t count = operands.count + o->files.count + o->dirs.count + o->urls.count;
	const char **items = scratch_array(&run->call->scratch, count, sizeof(*items));

	count = 0;
	append(items, &count, &operands);
	append(items, &count, &o->files);
	append(items, &count, &o->dirs);
	append(items, &count, &o->urls);
	return (struct tally_stub_texts){items, count};
}

static int start(struct stub_run *run, struct tally_stub_texts sources)
{
	const struct stub_options *o = run->options;
	const struct tally_stub_options options = {
		.host = o->host,
		.port = (unsigned short)o->port,
		.tls = o->tls || o->tls_ca,
		.sources = sources,
		.extension = o->extension,
		.documents = run->contracts.documents,
		.document_names = run->contracts.names,
		.document_count = run->contracts.count,
		.consumers = {o->consumers.items, o->consumers.count},
		.providers = {o->providers.items, o->providers.count},
		.provider_state = o->provider_state,
		.empty_provider_state = o->empty_provider_state,
		.provider_state_header = o->provider_state_header,
		.cors = o->cors,
		.cors_referer = o->cors_referer,
		.watch_interval_ms = o->no_watch ? 0 : WATCH_INTERVAL_MS,
		.user = broker_user(run->call, &o->broker),
		.token = o->broker.token,
		.insecure_tls = o->insecure_tls,
		.seed = (unsigned long)o->seed,
		.now = o->now,
		.listener = tell,
		.context = run,
	};
	struct tally_error error = TALLY_ERROR_INIT;

	/* Who starts a stub need not read what it says. */
	notes_may_be_lost();
	return tally_stub_start(&run->stub, &options, &error) < 0
		       ? failed_in_options(run->call, &error)
		       : 0;
}

/* Before anybody is told that there is something to connect to. */
static int write_authority(const struct stub_run *run)
{
	const char *path = run->options->tls_ca;
	struct tally_error error = TALLY_ERROR_INIT;
	FILE *file;
	bool ok;

	if (!path)
		return 0;
	file = fopen(path, "w");
	ok = file && fputs(tally_stub_ca(run->stub), file) >= 0;
	if (file && fclose(file) != 0)
		ok = false;
	if (ok)
		return 0;
	set_error(&error, TALLY_EIO, path, "cannot write the certificate authority: %s",
		  strerror(errno));
	return failed(&error);
}

static int stub(struct stub_run *run)
{
	const struct stub_options *o = run->options;
	struct tally_stub_texts sources = all_sources(run);
	int status = 0;

	if (o->watch && o->no_watch)
		return wrong("--watch and --no-watch are both given: leave one out");
	if (sources.count == 0 && !o->broker.location)
		return wrong("no contracts: expected FILE, DIR or URL, or --broker; see tally stub "
			     "--help");
	if (sources.count > 0 && o->consumer_version)
		return wrong("--consumer-version is for contracts of the broker: leave it out, or "
			     "%s",
			     sources.items[0]);
	if (sources.count == 0)
		status = load_from_broker(run);
	if (status == 0)
		status = start(run, sources);
	if (status == 0)
		status = write_authority(run);
	if (status != 0)
		return status;
	/* Until here a signal ends the program: URLs and brokers may be slow.  The library's
	 * threads take none. */
	signals_hold(&run->signals);
	serve(run);
	return 0;
}

static int run(struct call *call)
{
	struct stub_options o = {0};
	struct stub_run run = {.call = call, .options = &o};
	int status;

	if (!call_parse(call, &o))
		return call->status;
	atomic_init(&run.unknown_count, 0);
	status = stub(&run);
	tally_stub_stop(run.stub);
	if (atomic_load(&run.unknown_count) > LIMIT_STUB_LINES)
		note("%zu requests had no answer", atomic_load(&run.unknown_count));
	cJSON_Delete(run.contracts.answers);
	tally_broker_close(run.broker);
	return status;
}

#define O struct stub_options

static const struct option options[] = {
	OPTION_NUMBER(O, port, .letter = 'p', .name = "port", .argument = "PORT", .min = 0,
		      .max = 65535, .fallback = "0", .variables = "TALLY_STUB_PORT",
		      .help = "the port to listen on; 0 takes a free one"),
	OPTION_TEXT(O, host, .name = "host", .argument = "HOST", .fallback = "127.0.0.1",
		    .variables = "TALLY_STUB_HOST", .help = "the address to listen on"),
	OPTION_FLAG(O, tls, .name = "tls",
		    .help = "speak https, with a certificate made for the run"),
	OPTION_TEXT(O, tls_ca, .name = "tls-ca", .argument = "FILE",
		    .help = "the same, and write the authority to trust to this file"),
	OPTION_LIST(O, files, .letter = 'f', .name = "file", .argument = "FILE",
		    .help = "a contract file, like the operand"),
	OPTION_LIST(O, dirs, .letter = 'd', .name = "dir", .argument = "DIR",
		    .help = "a folder, like the operand"),
	OPTION_LIST(O, urls, .letter = 'u', .name = "url", .argument = "URL",
		    .help = "a URL, like the operand"),
	OPTION_TEXT(O, extension, .letter = 'e', .name = "extension", .argument = "EXTENSION",
		    .fallback = "json", .help = "what the names of contracts in folders end in"),
	OPTION_FLAG(O, insecure_tls, .name = "disable-ssl-verification", .aliases = "insecure-tls",
		    .help = "accept any certificate of the servers of URLs"),
	COMMON_OPTION_AT(O, broker),
	COMMON_OPTIONS_BROKER(O, broker, 't'),
	OPTION_LIST(O, providers, .letter = 'n', .name = "provider", .argument = "NAME",
		    .aliases = "provider-name",
		    .help = "serve only this provider's contracts; a name, or a regular expression "
			    "between slashes; needed, as a name, with --broker"),
	OPTION_LIST(O, consumers, .letter = 'c', .name = "consumer", .argument = "NAME",
		    .aliases = "consumer-name filter-consumer",
		    .help = "serve only this consumer's contracts; a name, or a regular expression "
			    "between slashes"),
	OPTION_TEXT(O, consumer_version, .name = "consumer-version", .argument = "APP@VERSION",
		    .help = "serve the broker's contract of this consumer version and no other"),
	OPTION_TEXT(O, provider_state, .letter = 's', .name = "provider-state", .argument = "REGEX",
		    .help = "answer only with interactions that have a provider state that "
			    "matches"),
	OPTION_FLAG(O, empty_provider_state, .name = "empty-provider-state",
		    .help = "and with interactions that have none"),
	OPTION_TEXT(O, provider_state_header, .name = "provider-state-header", .argument = "NAME",
		    .aliases = "provider-state-header-name",
		    .help = "the request header whose value takes the place of --provider-state "
			    "for that request"),
	OPTION_FLAG(O, cors, .letter = 'o', .name = "cors",
		    .help = "answer CORS pre-flight requests that no interaction is for"),
	OPTION_FLAG(O, cors_referer, .name = "cors-referer",
		    .help = "allow the origin of each request's Referer in place of all origins"),
	OPTION_FLAG(O, watch, .letter = 'w', .name = "watch",
		    .help = "read files again when they change, which is what happens anyway"),
	OPTION_FLAG(O, no_watch, .name = "no-watch", .variables = "TALLY_STUB_NO_WATCH",
		    .help = "read files again only on SIGHUP"),
	COMMON_OPTION_SEED(O, seed),
	COMMON_OPTION_NOW(O, now),
	OPTION_FLAG(O, verbose, .name = "verbose", .variables = "TALLY_STUB_VERBOSE",
		    .help = "say on standard error what each request was answered with"),
	OPTION_END,
};

static const struct operand operands[] = {
	{.name = "FILE|DIR|URL",
	 .help = "contract files, expectations, folders of them, http(s) addresses of them; "
		 "without any, the contracts that the broker has for the provider",
	 .optional = true,
	 .repeated = true},
	OPERAND_END,
};

static const struct example examples[] = {
	{"tally stub contracts --port 8080", "stands in for the providers of a folder's contracts"},
	{"tally stub --broker broker.git --provider orders --provider-state \"order 42\"",
	 "answers from what the broker has for orders, in one provider state"},
	{NULL, NULL},
};

static const struct exit_status exits[] = {
	{EXIT_YES, "It served until it was interrupted."},
	{EXIT_NOTHING, "There are no HTTP interactions to serve, or the filters leave none."},
	{0, NULL},
};

const struct command command_stub = {
	.name = "stub",
	.group = GROUP_CONSUMER,
	.summary = "serve contracts as a stand-in provider",
	.description =
		"Answers requests from contracts, for whoever needs a provider without having it. "
		"An interaction answers when method, path and query of the request fit, and, for "
		"POST, PUT and PATCH with a body, the content of the body; headers may differ. "
		"The best one wins, across all contracts: the one that nothing differs from, then "
		"the one with the fewest differences; of equals the one that expects more headers "
		"and query parameters; then the first as the contracts are given, files in a "
		"folder by name.\n\n"
		"Generators make new values for each answer; those that need a provider state or "
		"a mock server leave the example. A Content-Type is added where the response has "
		"a body and does not say it, and Access-Control-Allow-Origin. What nothing "
		"answers gets a 404 with a JSON body that names the nearest interaction, its "
		"contract, and what differs; it is said on standard error, too.\n\n"
		"Files that change are read again, and served from one request to the next; so "
		"are all, with URLs and the broker, on SIGHUP. A file that cannot be read then "
		"is served as it was before, and said. The first line on standard output is "
		"\"listening on\" and the address.",
	.operands = operands,
	.options = options,
	.examples = examples,
	.exits = exits,
	.run = run,
};
