/* broker.c - what the commands that ask or change the broker share. */
#include "config.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "cli/common.h"
#include "cli/origin.h"
#include "cli/output.h"
#include "cli/signals.h"

const char *broker_user(struct call *call, const struct broker_access *access)
{
	if (!access->user || (!access->password && strchr(access->user, ':')))
		return access->user;
	return scratch_format(&call->scratch, "%s:%s", access->user,
			      access->password ? access->password : "");
}

static void fill_options(struct call *call, const struct broker_access *access,
			 struct tally_broker_options *options)
{
	*options = (struct tally_broker_options){
		.token = access->token,
		.user = access->user,
		.password = access->password,
		.ca_file = access->ca_file,
		.interrupt = signals_count(),
		.max_tries = access->retries > 1 ? (unsigned)access->retries : 1,
		.timeout_ms = (unsigned)access->timeout_s * 1000,
		.offline = access->offline,
	};
	if (access->user && !access->password && strchr(access->user, ':')) {
		options->password = strchr(access->user, ':') + 1;
		options->user = scratch_copy(&call->scratch, access->user,
					     (size_t)(options->password - 1 - access->user));
	}
}

/* How old the answers are that come from a copy. */
static void note_age(const struct broker_access *access, const struct tally_broker *broker)
{
	static const struct {
		long long seconds, most;
		const char *name;
	} units[] = {{1, 120, "seconds"},
		     {60, 7200, "minutes"},
		     {3600, 172800, "hours"},
		     {86400, LLONG_MAX, "days"}};
	int64_t updated = tally_broker_updated_unix(broker);
	long long age = (long long)time(NULL) - updated;
	size_t unit = 0;

	if (!access->offline || updated < 0)
		return;
	age = age > 0 ? age : 0;
	while (age >= units[unit].most)
		unit++;
	note("offline: answering from a copy that is %zu %s old",
	     (size_t)(age / units[unit].seconds), units[unit].name);
}

int broker_open(struct call *call, const struct broker_access *access, struct tally_broker **broker)
{
	struct tally_broker_options options;
	struct tally_error error = TALLY_ERROR_INIT;
	int status = need(call, access->location, "broker",
			  "the path of a broker's repository, its URL on a git host, or the URL of "
			  "a Pact Broker, here or in TALLY_BROKER");

	if (status != 0)
		return status;
	fill_options(call, access, &options);
	if (tally_broker_open_with(broker, access->location, &options, &error) < 0)
		return failed(&error);
	note_age(access, *broker);
	if (!access->at || tally_broker_pin(*broker, access->at, &error) == 0)
		return 0;
	tally_broker_close(*broker);
	*broker = NULL;
	return failed(&error);
}

void broker_operand(struct call *call, struct broker_access *access)
{
	if (call->operand_count > 0)
		access->location = call->operands[0];
}

int broker_finish(struct tally_broker *broker, int result, const struct tally_error *error,
		  cJSON *answer, int format, void (*print_text)(const cJSON *answer))
{
	tally_broker_close(broker);
	if (result < 0)
		return failed(error);
	if (format == FORMAT_JSON)
		return print_answer(answer);
	print_text(answer);
	cJSON_Delete(answer);
	return EXIT_YES;
}

int broker_init(struct call *call, const struct broker_access *access)
{
	struct tally_broker_options options;
	struct tally_error error = TALLY_ERROR_INIT;

	fill_options(call, access, &options);
	return tally_broker_init_with(access->location, &options, &error) < 0 ? failed(&error) : 0;
}

int broker_open_to_change(struct call *call, const struct broker_access *access,
			  struct tally_broker **broker)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct author author = {NULL, NULL};
	int status = broker_open(call, access, broker);

	if (status != 0)
		return status;
	origin_find_author(call, &author);
	if (!author.name ||
	    tally_broker_set_author(*broker, author.name, author.email, &error) == 0)
		return 0;
	tally_broker_close(*broker);
	*broker = NULL;
	return failed(&error);
}

/* Names may have an "@" too, applications ("@shop/web@1") as well as versions ("web@1@build"): the
 * text is divided at its last "@", unless the broker knows no such version; then at the one before,
 * and so on. */
static int ask_version(struct call *call, struct tally_broker *broker,
		       const struct tally_verification_query *query, const char *text,
		       cJSON **answer, struct tally_error *error)
{
	int status = TALLY_ENOTFOUND;

	for (const char *at = text + strlen(text); status == TALLY_ENOTFOUND && at > text; at--) {
		struct tally_error trouble = TALLY_ERROR_INIT;

		if (*at != '@' || at[1] == '\0')
			continue;
		status = tally_broker_contract_of(
			broker, query, scratch_copy(&call->scratch, text, (size_t)(at - text)),
			at + 1, answer, &trouble);
		/* That there is no such version is told of the first division. */
		if (status != TALLY_ENOTFOUND || error->code == 0)
			*error = trouble;
	}
	/* A question that is wrong, and no verdict. */
	if (status == TALLY_ENOTFOUND && error->code != 0)
		return error->code = TALLY_EINVAL;
	if (status == 0 || error->code != 0)
		return status;
	return set_error(error, TALLY_EINVAL, "--consumer-version",
			 "expected APP@VERSION, found \"%s\"", text);
}

int broker_ask_contracts(struct call *call, struct tally_broker *broker,
			 const struct tally_verification_query *query, const char *consumer_version,
			 cJSON **answer, struct tally_error *error)
{
	if (consumer_version)
		return ask_version(call, broker, query, consumer_version, answer, error);
	return tally_broker_contracts_to_verify(broker, query, answer, error);
}

void app_version_split(struct call *call, const char *text, struct app_version *out)
{
	const char *at = strrchr(text, '@');

	*out = (struct app_version){NULL, NULL};
	if (!at || at == text) {
		out->app = text;
		return;
	}
	out->app = scratch_copy(&call->scratch, text, (size_t)(at - text));
	out->version = at + 1;
}

int app_version_given(struct call *call, const char *pacticipant, const char *version,
		      struct app_version *out)
{
	*out = (struct app_version){NULL, NULL};
	if (call->operand_count > 0 && pacticipant)
		return wrong("both %s and --pacticipant %s are given: leave one out",
			     call->operands[0], pacticipant);
	if (call->operand_count > 0)
		app_version_split(call, call->operands[0], out);
	else
		out->app = pacticipant;
	if (!out->app)
		return wrong("%s is missing: expected it, or --pacticipant and --version; see "
			     "tally %s --help",
			     call->command->operands[0].name, call->command->name);
	if (out->version && version)
		return wrong("both %s and --version %s are given: leave one out", call->operands[0],
			     version);
	if (out->version && *out->version == '\0')
		return wrong("%s: expected a version after \"@\"", call->operands[0]);
	if (version)
		out->version = version;
	return 0;
}

int app_version_get(struct call *call, const char *pacticipant, const char *version,
		    struct app_version *out)
{
	struct origin origin = {NULL, NULL};
	int status = app_version_given(call, pacticipant, version, out);

	if (status != 0 || out->version)
		return status;
	origin_find(call, &origin, ORIGIN_VERSION);
	out->version = origin.version;
	return need(call, out->version, "version",
		    "the application's version (there is neither a CI variable nor a git commit to "
		    "take it from)");
}
