#include "config.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "broker/difference.h"
#include "broker/republish.h"

/* Both contracts, to be released with release_both. */
struct both {
	struct tally_contract *recorded, *offered;
};

static void release_both(struct both *both)
{
	tally_contract_free(both->recorded);
	tally_contract_free(both->offered);
}

static int read_both(struct both *both, struct records *records, const struct offer *offer,
		     const char *version, struct tally_error *error)
{
	const char *path, *text;
	size_t len;
	int status = tally__records_path(records, &path, PATH_CONTRACT,
					 NAMES(offer->consumer, version, offer->provider), error);

	*both = (struct both){.recorded = NULL};
	if (status == 0)
		status = tally__snapshot_read(records->snapshot, path, &records->arena, &text, &len,
					      error);
	if (status == 0) {
		status = tally_contract_parse(&both->recorded, text, len, error);
		if (status != 0)
			tally__error_within(error, path);
	}
	if (status == 0)
		status = tally_contract_parse(&both->offered, offer->text, offer->text_len, error);
	return status;
}

int tally__republish_refuse(struct records *records, const struct offer *offer, const char *version,
			    struct tally_error *error)
{
	struct both both;
	struct buf lines;
	int status = read_both(&both, records, offer, version, error);

	tally__buf_init(&lines, LIMIT_DOCUMENT_BYTES);
	if (status == 0)
		status = tally__difference_add(&lines, both.recorded, both.offered, error);
	if (status == 0 && lines.len == 0)
		tally__buf_adds(&lines, "the interactions ask for the same, but descriptions, "
					"comments or the specification's version differ");
	if (status == 0) {
		status = tally__fail(error, TALLY_ECONFLICT,
				     "%s %s has published another contract with %s already; "
				     "publish this one as another version, or add it to that one "
				     "(--merge):",
				     offer->consumer, version, offer->provider);
		tally__error_add_lines(error, lines.bytes);
	}
	tally__buf_release(&lines);
	release_both(&both);
	return status;
}

/* What an interaction asks for, made in the map's arena; NULL when that fails. */
static const char *text_of(const struct interaction *interaction, struct arena *arena, size_t *len,
			   int *status, struct tally_error *error)
{
	const char *copy = NULL;
	struct buf text;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	*status = tally__interaction_text(interaction, &text, error);
	*len = text.len;
	if (*status == 0) {
		copy = tally__arena_memdup(arena, text.bytes, text.len);
		if (copy == NULL)
			*status = tally__fail_nomem(error);
	}
	tally__buf_release(&text);
	return copy;
}

static int note_pending(struct map *pending, struct arena *arena,
			const struct tally_contract *contract, struct tally_error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < contract->interaction_count; i++) {
		const struct interaction *interaction = &contract->interactions[i];
		const char *text;
		size_t len;

		if (!interaction->pending)
			continue;
		text = text_of(interaction, arena, &len, &status, error);
		if (text != NULL &&
		    tally__map_put(pending, text, len, contract->interactions + i) != 0)
			status = tally__fail_nomem(error);
	}
	return status;
}

/* What had to pass goes on having to: a version's verdicts must not get better because somebody
 * adds to its contract. */
static int refuse_pending(const struct both *both, const struct offer *offer, const char *version,
			  struct tally_error *error)
{
	const struct tally_contract *recorded = both->recorded;
	struct arena arena;
	struct map pending;
	int status;

	tally__arena_init(&arena, 0);
	tally__map_init(&pending);
	status = note_pending(&pending, &arena, both->offered, error);
	for (size_t i = 0; status == 0 && pending.count > 0 && i < recorded->interaction_count;
	     i++) {
		const struct interaction *interaction = &recorded->interactions[i];
		const char *text;
		size_t len;

		if (interaction->pending)
			continue;
		text = text_of(interaction, &arena, &len, &status, error);
		if (text != NULL && tally__map_get(&pending, text, len) != NULL)
			status =
				tally__fail(error, TALLY_ECONFLICT,
					    "\"%s\" has to pass in what %s %s has published for "
					    "%s, and is pending in this contract: publish it as "
					    "another version",
					    tally__text_shown(&arena, interaction->description, 60),
					    offer->consumer, version, offer->provider);
	}
	tally__map_release(&pending);
	tally__arena_release(&arena);
	return status;
}

int tally__republish_unite(struct records *records, const struct offer *offer, const char *version,
			   struct offers *united, struct tally_error *error)
{
	static const char *const names[] = {"recorded", "this one"};
	struct tally_contract *merged = NULL;
	cJSON *document = NULL;
	struct both both;
	int status = read_both(&both, records, offer, version, error);

	if (status == 0)
		status = refuse_pending(&both, offer, version, error);
	if (status == 0)
		status = tally__contract_merge(&merged, both.recorded, both.offered,
					       TALLY_SAVE_MERGE, names, error);
	if (status == 0)
		status = tally_contract_write(merged, merged->spec, &document, error);
	if (status == 0)
		status = tally__offers_read(united, (const cJSON *const *)&document, 1, error);
	cJSON_Delete(document);
	tally_contract_free(merged);
	release_both(&both);
	return status;
}
