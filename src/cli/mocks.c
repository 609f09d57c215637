#include "config.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/common.h"
#include "cli/contracts.h"
#include "cli/expectations.h"
#include "cli/mocks.h"
#include "cli/output.h"
#include "cli/shadowed.h"

/* ---- what is expected ---- */

/* "orders-api 2" gives "ORDERS_API_2": a letter, a digit or "_" for each character. */
static const char *suffix_of(struct call *call, const char *name)
{
	char *suffix = scratch_copy(&call->scratch, name, strlen(name));
	size_t len = 0;

	for (const char *from = name; *from; from++) {
		unsigned char byte = (unsigned char)*from;

		if (byte >= 'a' && byte <= 'z')
			suffix[len++] = (char)(byte - 'a' + 'A');
		else if ((byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'))
			suffix[len++] = (char)byte;
		/* All but the first byte of a character in UTF-8 begin with the bits 10. */
		else if ((byte & 0xc0) != 0x80)
			suffix[len++] = '_';
	}
	suffix[len] = '\0';
	return suffix;
}

static struct mock_provider *find(const struct mocks *mocks, const char *name)
{
	for (size_t i = 0; i < mocks->count; i++) {
		if (strcmp(mocks->items[i].name, name) == 0)
			return &mocks->items[i];
	}
	return NULL;
}

/* Takes the contract when it succeeds. */
static int add_provider(struct mocks *mocks, const char *path, struct tally_contract *contract,
			struct tally_error *error)
{
	struct call *call = mocks->call;
	const char *name = tally_contract_provider(contract);
	const char *consumer = tally_contract_consumer(contract);
	struct mock_provider *item;

	if (mocks->count == LIMIT_MOCKS)
		return set_error(error, TALLY_ELIMIT, path,
				 "expected files of at most %d providers in one run, found more",
				 LIMIT_MOCKS);
	if (!mocks->items)
		mocks->items = scratch_array(&call->scratch, LIMIT_MOCKS, sizeof(*mocks->items));
	item = &mocks->items[mocks->count];
	item->name = scratch_copy(&call->scratch, name, strlen(name));
	item->consumer = scratch_copy(&call->scratch, consumer, strlen(consumer));
	item->suffix = suffix_of(call, name);
	for (size_t i = 0; i < mocks->count; i++) {
		if (strcmp(mocks->items[i].suffix, item->suffix) == 0)
			return set_error(error, TALLY_EINVAL, path,
					 "the address of \"%s\" and that of \"%s\" in %s would "
					 "both be in TALLY_MOCK_URL_%s: run tally mock once for "
					 "each, or give one of them another name",
					 name, mocks->items[i].name, mocks->items[i].files.items[0],
					 item->suffix);
	}
	item->parts[item->part_count++] = (struct mock_part){contract, 1};
	text_list_add(call, &item->files, path);
	mocks->count++;
	return 0;
}

/* Whether a contract is in conflict with that of a file, which *error tells then. */
static bool is_in_conflict(const struct tally_contract *left, const char *path,
			   struct tally_error *error)
{
	struct tally_error found = TALLY_ERROR_INIT;
	struct tally_contract *right = NULL;
	struct tally_contract *both = NULL;
	int code = tally_expectations_read_file(&right, path, &found);

	if (code == 0)
		code = tally_contract_merge(&both, left, right, &found);
	tally_contract_free(right);
	tally_contract_free(both);
	if (code == TALLY_ECONFLICT)
		*error = found;
	return code == TALLY_ECONFLICT;
}

/* Which file of the left part it is that the file at `path` is in conflict with. */
static void name_pair(struct call *call, const struct text_list *left, const char *path,
		      struct tally_error *error)
{
	for (size_t i = 0; i < left->count; i++) {
		struct tally_error ignored = TALLY_ERROR_INIT;
		struct tally_contract *contract = NULL;
		bool is_found =
			tally_expectations_read_file(&contract, left->items[i], &ignored) == 0 &&
			is_in_conflict(contract, path, error);

		tally_contract_free(contract);
		if (!is_found)
			continue;
		(void)snprintf(error->where, sizeof(error->where), "%s",
			       scratch_format(&call->scratch, "%s and %s", left->items[i], path));
		return;
	}
}

/* Which two files it is that keep the last two parts from being joined. */
static void name_conflict(struct call *call, const struct mock_provider *item,
			  struct tally_error *error)
{
	const struct mock_part *left = &item->parts[item->part_count - 2];
	size_t end = item->files.count - left[1].file_count;
	const struct text_list files = {item->files.items + end - left->file_count,
					left->file_count};

	for (size_t i = end; i < item->files.count; i++) {
		if (is_in_conflict(left->contract, item->files.items[i], error)) {
			name_pair(call, &files, item->files.items[i], error);
			return;
		}
	}
}

/* Makes one of the last two parts. */
static int join_last(struct mocks *mocks, struct mock_provider *item, struct tally_error *error)
{
	struct mock_part *left = &item->parts[item->part_count - 2];
	struct tally_contract *both = NULL;
	int code = tally_contract_merge(&both, left->contract, left[1].contract, error);

	if (code == TALLY_ECONFLICT)
		name_conflict(mocks->call, item, error);
	if (code < 0)
		return code;
	tally_contract_free(left->contract);
	tally_contract_free(left[1].contract);
	left->contract = both;
	left->file_count += left[1].file_count;
	item->part_count--;
	return 0;
}

/* Expectations are checked file by file, where places in them can still be told. */
static int check_alone(const char *path, const struct tally_contract *contract,
		       struct tally_error *error)
{
	int code = tally_mock_check(contract, error);

	if (code < 0)
		expectations_place(error, path);
	return code;
}

/* Takes the contract when it succeeds. */
static int add_part(struct mocks *mocks, struct mock_provider *item, const char *path,
		    struct tally_contract *contract, struct tally_error *error)
{
	int code = 0;

	if (strcmp(item->consumer, tally_contract_consumer(contract)) != 0)
		return set_error(error, TALLY_EINVAL, path,
				 "the provider \"%s\" is expected by \"%s\" here and by \"%s\" in "
				 "%s: run tally mock once for each consumer",
				 item->name, tally_contract_consumer(contract), item->consumer,
				 item->files.items[0]);
	/* One alone is checked when its mock starts. */
	if (item->files.count == 1)
		code = check_alone(item->files.items[0], item->parts[0].contract, error);
	if (code == 0)
		code = check_alone(path, contract, error);
	if (code < 0)
		return code;
	item->parts[item->part_count++] = (struct mock_part){contract, 1};
	text_list_add(mocks->call, &item->files, path);
	return 0;
}

/* Joins parts of equal size, so that there are few; or all of them. */
static int join(struct mocks *mocks, struct mock_provider *item, bool all,
		struct tally_error *error)
{
	int code = 0;

	while (code == 0 && item->part_count > 1) {
		const struct mock_part *last = &item->parts[item->part_count - 1];

		if (!all && last->file_count != last[-1].file_count)
			break;
		code = join_last(mocks, item, error);
	}
	if (code == 0 && all) {
		item->contract = item->parts[0].contract;
		item->part_count = 0;
	}
	return code;
}

static int add_file(struct mocks *mocks, const char *path, struct tally_error *error)
{
	struct tally_contract *contract = NULL;
	struct mock_provider *item;
	int code = tally_expectations_read_file(&contract, path, error);

	if (code == 0 && tally_contract_interaction_count(contract) == 0)
		code = set_error(error, TALLY_ENOTHING, path,
				 "expected at least one interaction, found none");
	if (code < 0) {
		tally_contract_free(contract);
		return code;
	}
	item = find(mocks, tally_contract_provider(contract));
	code = item ? add_part(mocks, item, path, contract, error)
		    : add_provider(mocks, path, contract, error);
	if (code < 0)
		tally_contract_free(contract);
	return code == 0 && item ? join(mocks, item, false, error) : code;
}

/* A file that is not there may be the first word of a command. */
static void advise_command(struct mocks *mocks, const char *path)
{
	struct call *call = mocks->call;

	if (call->trailing || strcmp(path, call->operands[0]) == 0 || access(path, F_OK) == 0)
		return;
	mocks->advice = scratch_format(&call->scratch,
				       "where a command begins, \"--\" stands in front of it: "
				       "tally mock %s -- %s",
				       call->operands[0], path);
}

int mocks_read(struct mocks *mocks, struct tally_error *error)
{
	struct text_list paths = {0};
	int code = contract_paths_find(mocks->call, &paths, error);

	for (size_t i = 0; i < paths.count && code == 0; i++) {
		code = add_file(mocks, paths.items[i], error);
		if (code < 0)
			advise_command(mocks, paths.items[i]);
	}
	for (size_t i = 0; i < mocks->count && code == 0; i++)
		code = join(mocks, &mocks->items[i], true, error);
	return code;
}

/* ---- what is written ---- */

static int check_one(struct mocks *mocks, const struct mock_provider *item,
		     const struct mocks_saving *saving, struct tally_error *error)
{
	cJSON *document = NULL;
	int code = tally_contract_write(item->contract, saving->how.spec, &document, error);

	cJSON_Delete(document);
	if (code == 0)
		code = tally_contract_save_check(item->contract, saving->dir, &saving->how, error);
	if (code == TALLY_EPARSE)
		mocks->advice = "the contract that is there cannot be read: repair or remove it, "
				"or start it over with --fresh";
	if (code == TALLY_ECONFLICT)
		mocks->advice =
			"--overwrite lets the new contract win, --fresh starts the file over";
	return code;
}

int mocks_check(struct mocks *mocks, const struct mocks_saving *saving, struct tally_error *error)
{
	int code = 0;

	for (size_t i = 0; i < mocks->count && code == 0; i++)
		code = check_one(mocks, &mocks->items[i], saving, error);
	for (size_t i = 0; i < mocks->count && code == 0; i++)
		code = shadowed_note(mocks->items[i].contract, error);
	return code;
}

int mocks_save(struct mocks *mocks, const struct mocks_saving *saving, struct tally_error *error)
{
	int code = 0;

	/* What others have written meanwhile. */
	for (size_t i = 0; mocks->count > 1 && i < mocks->count && code == 0; i++)
		code = check_one(mocks, &mocks->items[i], saving, error);
	for (size_t i = 0; i < mocks->count && code == 0; i++)
		code = tally_contract_save(mocks->items[i].contract, saving->dir, &saving->how,
					   &mocks->items[i].path, error);
	return code;
}

/* ---- serving ---- */

/* What kinds of interactions a contract has. */
struct kinds {
	bool http, messages;
};

static int kinds_of(const struct tally_contract *contract, struct kinds *out,
		    struct tally_error *error)
{
	cJSON *document = NULL;
	const cJSON *interaction;
	int code = tally_contract_write(contract, TALLY_SPEC_V4, &document, error);

	cJSON_ArrayForEach(interaction, json_get(document, "interactions"))
	{
		bool is_http = strcmp(json_text(interaction, "type"), "Synchronous/HTTP") == 0;

		out->http = out->http || is_http;
		out->messages = out->messages || !is_http;
	}
	cJSON_Delete(document);
	return code;
}

/* The next port, when the first was given. */
static int take_port(unsigned *next, bool is_needed, unsigned short *port,
		     struct tally_error *error)
{
	*port = 0;
	if (*next == 0 || !is_needed)
		return 0;
	if (*next > UINT16_MAX)
		return set_error(error, TALLY_EINVAL, "port",
				 "each address takes the next port, and there is none after 65535");
	*port = (unsigned short)(*next)++;
	return 0;
}

static int take_ports(const struct mock_provider *item, unsigned *next,
		      struct tally_mock_options *options, struct tally_error *error)
{
	struct kinds kinds = {false, false};
	int code = *next > 0 ? kinds_of(item->contract, &kinds, error) : 0;

	if (code == 0)
		code = take_port(next, kinds.http, &options->port, error);
	return code ? code : take_port(next, kinds.messages, &options->messages_port, error);
}

int mocks_start(struct mocks *mocks, const struct tally_mock_options *options,
		struct tally_error *error)
{
	unsigned next = options->port;
	int code = 0;

	for (size_t i = 0; i < mocks->count && code == 0; i++) {
		struct mock_provider *item = &mocks->items[i];
		struct tally_mock_options own = *options;

		own.messages = true;
		code = take_ports(item, &next, &own, error);
		if (code == 0)
			code = tally_mock_start(&item->mock, item->contract, &own, error);
		/* Several files were checked one by one. */
		if (code < 0 && item->files.count == 1)
			expectations_place(error, item->files.items[0]);
	}
	return code;
}

/* Where there are several addresses, what each is for: the first of a single provider needs no
 * word. */
static void announce(const struct mocks *mocks, const struct mock_provider *item, const char *url,
		     const char *what)
{
	if (!url)
		return;
	out("listening on %s", url);
	if (mocks->count > 1)
		out(" for %s%s%s", what, *what ? " of " : "", item->name);
	else if (*what)
		out(" for %s", what);
	out("\n");
}

void mocks_announce(const struct mocks *mocks)
{
	for (size_t i = 0; i < mocks->count; i++) {
		const struct mock_provider *item = &mocks->items[i];
		const char *url = tally_mock_url(item->mock);

		announce(mocks, item, url, "");
		announce(mocks, item, tally_mock_messages_url(item->mock),
			 url || mocks->count > 1 ? "messages" : "");
	}
	out_flush();
}

/* NAME_SUFFIX is a provider's own; NAME is the first that there is. */
static void add_variable(const struct mocks *mocks, struct text_list *variables, const char *name,
			 const char *(*url_of)(const struct tally_mock *mock))
{
	struct call *call = mocks->call;
	bool is_first = true;

	for (size_t i = 0; i < mocks->count; i++) {
		const char *url = url_of(mocks->items[i].mock);

		if (url && is_first)
			text_list_add(call, variables,
				      scratch_format(&call->scratch, "%s=%s", name, url));
		if (url)
			text_list_add(call, variables,
				      scratch_format(&call->scratch, "%s_%s=%s", name,
						     mocks->items[i].suffix, url));
		is_first = is_first && !url;
	}
}

void mocks_add_variables(const struct mocks *mocks, struct text_list *variables)
{
	add_variable(mocks, variables, "TALLY_MOCK_URL", tally_mock_url);
	add_variable(mocks, variables, "TALLY_MOCK_MESSAGES_URL", tally_mock_messages_url);
}

/* ---- what came of it ---- */

int mocks_collect(struct mocks *mocks, struct tally_error *error)
{
	int code = 0;

	for (size_t i = 0; i < mocks->count && code == 0; i++)
		code = tally_mock_report(mocks->items[i].mock, &mocks->items[i].report, error);
	return code;
}

bool mocks_succeeded(const struct mocks *mocks)
{
	for (size_t i = 0; i < mocks->count; i++) {
		if (!cJSON_IsTrue(json_get(mocks->items[i].report, "success")))
			return false;
	}
	return true;
}

void mocks_release(struct mocks *mocks)
{
	for (size_t i = 0; i < mocks->count; i++) {
		struct mock_provider *item = &mocks->items[i];

		for (size_t j = 0; j < item->part_count; j++)
			tally_contract_free(item->parts[j].contract);
		tally_mock_stop(item->mock);
		tally_contract_free(item->contract);
		cJSON_Delete(item->report);
		tally_free(item->path);
	}
	mocks->count = 0;
}
