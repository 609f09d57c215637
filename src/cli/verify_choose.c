/* verify_choose.c - which of the contracts that were read are replayed, and in which order. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

/* So many that are left out are said one by one. */
enum { SAID_MAX = 10 };

static bool is_wanted_consumer(const struct verify_options *o, const char *consumer)
{
	for (size_t i = 0; i < o->filter_consumers.count; i++) {
		if (strcmp(o->filter_consumers.items[i], consumer) == 0)
			return true;
	}
	return o->filter_consumers.count == 0;
}

static bool is_of_provider(const struct verify_options *o, const struct tally_contract *contract)
{
	return !o->provider || strcmp(o->provider, tally_contract_provider(contract)) == 0;
}

static void drop(struct contract_file *file)
{
	tally_contract_free(file->contract);
	cJSON_Delete(file->document);
}

static void tell_other_provider(const struct verify_run *run, const struct contract_file *file,
				size_t count)
{
	if (count <= SAID_MAX)
		note("left out %s: its provider is %s, not %s", file->path,
		     tally_contract_provider(file->contract), run->options->provider);
}

/* Leaves the contracts that were asked for. */
static void filter(struct verify_run *run)
{
	struct contract_files *files = &run->files;
	size_t others = 0;
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct contract_file file = files->items[i];
		bool of_provider = is_of_provider(run->options, file.contract);

		if (!of_provider)
			tell_other_provider(run, &file, ++others);
		if (of_provider &&
		    is_wanted_consumer(run->options, tally_contract_consumer(file.contract)))
			files->items[kept++] = file;
		else
			drop(&file);
	}
	files->count = kept;
	if (others > SAID_MAX)
		note("left out %zu more contracts of other providers", others - SAID_MAX);
}

/* ---- one order, whatever order the sources came in ---- */

static int compare(const void *left, const void *right)
{
	const struct contract_file *a = left;
	const struct contract_file *b = right;
	int order =
		strcmp(tally_contract_consumer(a->contract), tally_contract_consumer(b->contract));

	if (order == 0)
		order = strcmp(tally_contract_provider(a->contract),
			       tally_contract_provider(b->contract));
	/* The broker's first, in its order, which knows versions. */
	if (order == 0)
		order = (a->history == NULL) - (b->history == NULL);
	if (order == 0)
		order = strcmp(a->path, b->path);
	if (order == 0)
		order = (a->place > b->place) - (a->place < b->place);
	return order;
}

static void sort(struct contract_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		files->items[i].place = i;
	if (files->count > 0)
		qsort(files->items, files->count, sizeof(*files->items), compare);
}

/* ---- the same contract twice ---- */

static int by_text(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;

	return strcmp(*a, *b);
}

/* What a contract says: its interactions as texts, sorted; NULL where that cannot be had. */
static const char *write_content(struct call *call, const struct tally_contract *contract)
{
	size_t count = tally_contract_interaction_count(contract);
	const char **texts = scratch_array(&call->scratch, count + 1, sizeof(*texts));
	const cJSON *interaction;
	cJSON *document = NULL;
	size_t done = 0, len = 0;
	char *content;

	if (tally_contract_write(contract, tally_contract_spec(contract), &document, NULL) < 0)
		return NULL;
	interaction = cJSON_GetArrayItem(json_get(document, "interactions"), 0);
	if (!interaction)
		interaction = cJSON_GetArrayItem(json_get(document, "messages"), 0);
	for (; interaction && done < count; interaction = interaction->next) {
		char *text = NULL;
		size_t text_len;

		if (tally_json_write(&text, &text_len, interaction, TALLY_JSON_CANONICAL, NULL) < 0)
			break;
		texts[done++] = scratch_copy(&call->scratch, text, text_len);
		tally_free(text);
		len += text_len;
	}
	cJSON_Delete(document);
	if (done != count)
		return NULL;
	qsort(texts, count, sizeof(*texts), by_text);
	content = scratch_array(&call->scratch, len + 1, 1);
	for (size_t i = 0, at = 0; i < count; i++) {
		memcpy(content + at, texts[i], strlen(texts[i]));
		at += strlen(texts[i]);
	}
	return content;
}

/* Whether two contracts of the same two applications say the same, in whatever order. */
static bool say_the_same(struct call *call, struct contract_file *a, struct contract_file *b)
{
	if (tally_contract_interaction_count(a->contract) !=
	    tally_contract_interaction_count(b->contract))
		return false;
	if (!a->content)
		a->content = write_content(call, a->contract);
	if (!b->content)
		b->content = write_content(call, b->contract);
	return a->content && b->content && strcmp(a->content, b->content) == 0;
}

static bool are_of_the_same_two(const struct contract_file *a, const struct contract_file *b)
{
	return strcmp(tally_contract_consumer(a->contract), tally_contract_consumer(b->contract)) ==
		       0 &&
	       strcmp(tally_contract_provider(a->contract), tally_contract_provider(b->contract)) ==
		       0;
}

static const char *name_of(struct call *call, const struct contract_file *file)
{
	return file->history ? scratch_format(&call->scratch, "%s %s of the broker",
					      tally_contract_consumer(file->contract),
					      file->consumer_version)
			     : file->path;
}

/* A file that says what the broker or another file says adds nothing.  What the broker gave twice,
 * for two versions, it has its reasons for. */
static void drop_doubles(struct verify_run *run)
{
	struct contract_files *files = &run->files;
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct contract_file file = files->items[i];
		size_t first = kept;

		/* Sorted: those of the same two stand together. */
		while (!file.history && first > 0 &&
		       are_of_the_same_two(&files->items[first - 1], &file) &&
		       !say_the_same(run->call, &files->items[first - 1], &file))
			first--;
		if (file.history || first == 0 ||
		    !are_of_the_same_two(&files->items[first - 1], &file)) {
			files->items[kept++] = file;
			continue;
		}
		note("%s is the same contract as %s: it is replayed once", file.path,
		     name_of(run->call, &files->items[first - 1]));
		drop(&file);
	}
	files->count = kept;
}

/* ---- what is told ---- */

/* One sentence of all the reasons why a contract is to be verified. */
static const char *join_reasons(struct call *call, const cJSON *reasons)
{
	const char *joined = "";
	const cJSON *reason;

	cJSON_ArrayForEach(reason, reasons)
	{
		if (cJSON_IsString(reason))
			joined = scratch_format(&call->scratch, "%s%s%s", joined,
						*joined ? "; " : "", reason->valuestring);
	}
	return joined;
}

/* Says which contracts of the broker are replayed, and why. */
static void tell(const struct verify_run *run)
{
	for (size_t i = 0; i < run->files.count; i++) {
		const struct contract_file *file = &run->files.items[i];

		if (file->history)
			note("replaying %s %s: %s", tally_contract_consumer(file->contract),
			     file->consumer_version,
			     join_reasons(run->call, json_get(file->history, "why")));
	}
}

void verify_choose_explain(const struct verify_run *run)
{
	const cJSON *answer, *item;

	for (size_t i = 0; i < run->files.count; i++) {
		const struct contract_file *file = &run->files.items[i];
		const char *consumer = tally_contract_consumer(file->contract);

		if (file->history)
			out("%s %s: %s\n", consumer, file->consumer_version,
			    join_reasons(run->call, json_get(file->history, "why")));
		else
			out("%s: given as a file or by its address\n", consumer);
	}
	cJSON_ArrayForEach(answer, run->from_broker)
	{
		cJSON_ArrayForEach(item, json_get(answer, "left"))
		{
			out("left out: %s (its newest contract is that of %s): %s\n",
			    json_text(item, "consumer"), json_text(item, "newest"),
			    json_text(item, "why"));
		}
	}
}

int verify_choose(struct verify_run *run)
{
	const struct verify_options *o = run->options;
	struct tally_error error = TALLY_ERROR_INIT;
	size_t all = run->files.count;

	filter(run);
	sort(&run->files);
	drop_doubles(run);
	if (!o->explain)
		tell(run);
	if (run->files.count > 0)
		return 0;
	if (all == 0)
		set_error(&error, TALLY_ENOTHING, "", "nothing to verify: no contracts were found");
	else
		set_error(&error, TALLY_ENOTHING, "",
			  "nothing to verify: %zu contract%s read, none for %s%s", all, plural(all),
			  o->provider ? o->provider : "this provider",
			  o->filter_consumers.count > 0 ? " and the consumers of --filter-consumer"
							: "");
	return failed(&error);
}

/* The results are in the order of the files. */
void verify_choose_tell(struct verify_run *run)
{
	cJSON *contract;
	size_t i = 0;

	cJSON_ArrayForEach(contract, json_get(run->results, "contracts"))
	{
		const struct contract_file *file = &run->files.items[i++];

		if (i > run->files.count)
			return;
		if (*file->path &&
		    !cJSON_AddStringToObject(contract, "file",
					     valid_text(&run->call->scratch, file->path)))
			out_of_memory();
		if (file->history && !json_get(contract, "consumerVersion") &&
		    !cJSON_AddStringToObject(contract, "consumerVersion", file->consumer_version))
			out_of_memory();
	}
}
