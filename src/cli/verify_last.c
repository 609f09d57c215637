/* verify_last.c - what failed last time, for --last-failed.
 *
 * It is known from the report of --json, where one is given and there, or else from a small file of
 * the user's own, for each folder and provider: the digests of what failed.  What a run left out
 * (by a filter, or because it was interrupted) stays in it. */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/verify.h"

/* FNV-1a: names a file, and what is in the file says whom it is of. */
static uint64_t hash(const char *text, uint64_t state)
{
	for (; *text; text++)
		state = (state ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return state;
}

static const char *provider_of(const struct verify_run *run)
{
	return run->options->provider ? run->options->provider
				      : tally_contract_provider(run->files.items[0].contract);
}

/* As the XDG Base Directory Specification has it; NULL when there is no place. */
static const char *state_folder(struct call *call)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (state && *state == '/')
		return state;
	return home && *home == '/' ? scratch_format(&call->scratch, "%s/.local/state", home)
				    : NULL;
}

/* The file, and the folder that it is about; NULL when there can be none. */
static const char *find_file(const struct verify_run *run, const char **folder)
{
	const char *state = state_folder(run->call);
	char here[PATH_MAX];
	uint64_t name;

	if (!state || !getcwd(here, sizeof(here)))
		return NULL;
	*folder = scratch_format(&run->call->scratch, "%s", here);
	name = hash(provider_of(run), hash("\n", hash(here, UINT64_C(0xcbf29ce484222325))));
	return scratch_format(&run->call->scratch, "%s/tally/verify/%016" PRIx64 ".json", state,
			      name);
}

/* What is kept in the file; NULL when there is none, or it is of another folder or provider. */
static cJSON *read_kept(const struct verify_run *run, const char *path, const char *folder)
{
	cJSON *kept = NULL;

	if (tally_json_read_file(&kept, path, NULL) < 0)
		return NULL;
	if (strcmp(json_text(kept, "folder"), valid_text(&run->call->scratch, folder)) == 0 &&
	    strcmp(json_text(kept, "provider"), provider_of(run)) == 0)
		return kept;
	cJSON_Delete(kept);
	return NULL;
}

static bool has_failed(const cJSON *interaction)
{
	const char *outcome = json_text(interaction, "outcome");

	return strcmp(outcome, "failed") == 0 || strcmp(outcome, "error") == 0 ||
	       strcmp(outcome, "flaky") == 0;
}

static bool has_text(const cJSON *texts, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, texts)
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

static void add_text(cJSON *texts, const char *text)
{
	if (has_text(texts, text))
		return;
	if (!cJSON_AddItemToArray(texts, cJSON_CreateString(text)))
		out_of_memory();
}

/* The digests of what failed in `results`, and of what they skipped and `before` has. */
static cJSON *collect(const cJSON *results, const cJSON *before)
{
	cJSON *failed = cJSON_CreateArray();
	const cJSON *contract, *interaction;

	if (!failed)
		out_of_memory();
	cJSON_ArrayForEach(contract, json_get(results, "contracts"))
	{
		cJSON_ArrayForEach(interaction, json_get(contract, "interactions"))
		{
			const char *digest = json_text(interaction, "digest");
			bool skipped = strcmp(json_text(interaction, "outcome"), "skipped") == 0;

			if (has_failed(interaction) || (skipped && has_text(before, digest)))
				add_text(failed, digest);
		}
	}
	return failed;
}

/* What failed last time, from where there is something to know it from. */
static cJSON *find_failed(const struct verify_run *run, const char **from)
{
	const char *json = run->options->json;
	const char *folder = NULL;
	const char *path = find_file(run, &folder);
	cJSON *known = NULL;
	cJSON *failed = NULL;

	if (json && strcmp(json, "-") != 0 && tally_json_read_file(&known, json, NULL) == 0 &&
	    !json_get(known, "error")) {
		failed = collect(known, NULL);
		*from = json;
	} else if (path) {
		/* The report of a run without results knows nothing of failures. */
		cJSON_Delete(known);
		known = read_kept(run, path, folder);
		failed = cJSON_DetachItemFromObjectCaseSensitive(known, "failed");
		*from = "the last run";
	}
	cJSON_Delete(known);
	return failed;
}

void verify_last_find(struct verify_run *run)
{
	const char *from = "";
	const cJSON *digest;
	cJSON *failed;

	if (!run->options->last_failed)
		return;
	failed = find_failed(run, &from);
	cJSON_ArrayForEach(digest, failed)
	{
		if (cJSON_IsString(digest))
			text_list_add(
				run->call, &run->only,
				scratch_format(&run->call->scratch, "%s", digest->valuestring));
	}
	if (run->only.count > 0)
		note("replaying the %zu interaction%s that failed, as %s says", run->only.count,
		     plural(run->only.count), from);
	else
		note("no failures of an earlier run are known: all interactions are replayed");
	cJSON_Delete(failed);
}

void verify_last_keep(const struct verify_run *run)
{
	const char *folder = NULL;
	const char *path = find_file(run, &folder);
	cJSON *before, *kept, *failed;

	if (!path)
		return;
	before = read_kept(run, path, folder);
	failed = collect(run->results, json_get(before, "failed"));
	kept = cJSON_CreateObject();
	if (!cJSON_AddStringToObject(kept, "folder", valid_text(&run->call->scratch, folder)) ||
	    !cJSON_AddStringToObject(kept, "provider", provider_of(run)) ||
	    !cJSON_AddItemToObject(kept, "failed", failed))
		out_of_memory();
	/* Only --last-failed misses it where it cannot be written, and says so. */
	if (failed->child)
		(void)tally_json_write_file(path, kept, NULL);
	else
		(void)unlink(path);
	cJSON_Delete(before);
	cJSON_Delete(kept);
}
