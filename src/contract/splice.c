#include "config.h"

#include "contract/splice.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "contract/written.h"

struct splice {
	const struct tally_contract *contract;
	const struct tally_save_options *options;
	const char *const *names;
	struct arena arena;
	struct written file;
	bool *taken; /* by entry of the file: the contract touches it */
	enum tally_spec spec;
	struct buf merged_text; /* what the contract and what it touches become */
	struct written merged;
	struct tally_error *error;
};

enum tally_spec tally__save_spec(const struct tally_save_options *options, enum tally_spec old)
{
	/* An older version could not say all that the file says. */
	return options->mode != TALLY_SAVE_OVERWRITE && old > options->spec ? old : options->spec;
}

int tally__contract_text(struct buf *out, const struct tally_contract *contract,
			 enum tally_spec spec, struct tally_error *error)
{
	cJSON *json = NULL;
	int status = tally_contract_write(contract, spec, &json, error);

	if (status != 0)
		return status;
	tally__json_add(out, json, TALLY_JSON_PRETTY);
	tally__buf_addc(out, '\n');
	cJSON_Delete(json);
	return tally__buf_status(out, error);
}

/* The entries of the file that `taken` names, or none, with what stands around them, as a contract;
 * NULL when it cannot be read: reading the whole says better why. */
static int read_some(struct splice *splice, bool with_taken, struct tally_contract **out)
{
	struct written some = splice->file;
	struct tally_error why = TALLY_ERROR_INIT;
	struct buf text;
	int status;

	*out = NULL;
	some.count = 0;
	some.entries =
		tally__arena_alloc_array(&splice->arena, splice->file.count, sizeof(*some.entries));
	if (!some.entries)
		return tally__fail_nomem(splice->error);
	for (size_t i = 0; with_taken && i < splice->file.count; i++)
		if (splice->taken[i])
			some.entries[some.count++] = splice->file.entries[i];
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__written_join(&text, &some, NULL, NULL);
	status = tally__buf_status(&text, splice->error);
	if (status == 0 && tally_contract_parse(out, text.bytes, text.len, &why) == TALLY_ENOMEM)
		status = tally__fail_nomem(splice->error);
	tally__buf_release(&text);
	return status;
}

/* Puts what interactions of the contract are known by into a map: their identities, or keys. */
static int note_labels(struct splice *splice, struct map *identities, struct map *keys)
{
	for (size_t i = 0; i < splice->contract->interaction_count; i++) {
		const struct interaction *interaction = &splice->contract->interactions[i];
		const char *identity = tally__interaction_identity(&splice->arena, interaction);
		const char *key = interaction->key;

		if (!identity || !tally__map_add(identities, identity, strlen(identity), splice) ||
		    (key && !tally__map_add(keys, key, strlen(key), splice)))
			return tally__fail_nomem(splice->error);
	}
	return 0;
}

/* Whether no two interactions of the contract are counterparts of one in a file. */
static int check_distinct(struct splice *splice, bool *distinct)
{
	const struct tally_contract *contract = splice->contract;
	struct map identities;
	struct map keys;
	size_t keyed = 0;
	int status;

	tally__map_init(&identities);
	tally__map_init(&keys);
	status = note_labels(splice, &identities, &keys);
	for (size_t i = 0; i < contract->interaction_count; i++)
		keyed += contract->interactions[i].key != NULL;
	*distinct = identities.count == contract->interaction_count && keys.count == keyed;
	tally__map_release(&identities);
	tally__map_release(&keys);
	return status;
}

/* Tests that run again write what stands there already: with itself there is nothing to merge.  Not
 * tried where the file has more than the contract, so that it costs nothing to speak of. */
static int find_same(struct splice *splice, const struct buf *text, struct buf *out, bool *same)
{
	struct tally_error why = TALLY_ERROR_INIT;
	bool distinct = false;
	int status = 0;

	*same = false;
	if (splice->file.count == splice->contract->interaction_count)
		status = check_distinct(splice, &distinct);
	if (status != 0 || !distinct)
		return status;
	status = tally__contract_text(out, splice->contract, splice->options->spec, &why);
	*same = status == 0 && out->len == text->len &&
		memcmp(out->bytes, text->bytes, text->len) == 0;
	if (!*same)
		tally__buf_clear(out);
	/* What else is wrong is found again, and said, when they are merged. */
	return status == TALLY_ENOMEM ? tally__fail_nomem(splice->error) : 0;
}

/* Merging looks for a counterpart by key and by identity: an entry that shares neither with any
 * interaction of the contract stays as it is. */
static int find_taken(struct splice *splice)
{
	struct map identities;
	struct map keys;
	struct buf identity;
	int status;

	tally__map_init(&identities);
	tally__map_init(&keys);
	tally__buf_init(&identity, LIMIT_DOCUMENT_BYTES);
	status = note_labels(splice, &identities, &keys);
	splice->taken = tally__arena_alloc_array(&splice->arena, splice->file.count,
						 sizeof(*splice->taken));
	if (status == 0 && !splice->taken)
		status = tally__fail_nomem(splice->error);
	for (size_t i = 0; i < splice->file.count && status == 0; i++) {
		const struct label *label = &splice->file.entries[i].label;

		tally__buf_clear(&identity);
		tally__label_add_identity(&identity, label);
		status = tally__buf_status(&identity, splice->error);
		splice->taken[i] =
			tally__map_get(&identities, identity.bytes, identity.len) != NULL ||
			(label->key.bytes &&
			 tally__map_get(&keys, label->key.bytes, label->key.len) != NULL);
	}
	tally__buf_release(&identity);
	tally__map_release(&identities);
	tally__map_release(&keys);
	return status;
}

/* Whether the file is of the version that is to be written. */
static int check_version(struct splice *splice, bool *fits)
{
	struct tally_contract *envelope = NULL;
	int status = read_some(splice, false, &envelope);

	*fits = false;
	if (status != 0 || !envelope)
		return status;
	splice->spec = envelope->spec;
	*fits = tally__written_fits(&splice->file, envelope->spec) &&
		tally__save_spec(splice->options, envelope->spec) == envelope->spec;
	tally_contract_free(envelope);
	return 0;
}

/* Merges the contract with what it touches. */
static int merge_taken(struct splice *splice, bool *fits)
{
	struct tally_contract *old = NULL;
	struct tally_contract *merged = NULL;
	int status = read_some(splice, true, &old);

	*fits = false;
	if (status != 0 || !old)
		return status;
	status = tally__contract_merge(&merged, old, splice->contract, splice->options->mode,
				       splice->names, splice->error);
	if (status == 0)
		status = tally__contract_text(&splice->merged_text, merged, splice->spec,
					      splice->error);
	if (status == 0)
		status = tally__written_scan(&splice->merged, fits, &splice->arena,
					     splice->merged_text.bytes, splice->merged_text.len,
					     splice->error);
	tally_contract_free(old);
	tally_contract_free(merged);
	return status;
}

static bool can_join(const struct splice *splice)
{
	const struct written *file = &splice->file;
	const struct written *merged = &splice->merged;

	return file->is_messages == merged->is_messages &&
	       file->count + merged->count <= LIMIT_INTERACTIONS &&
	       file->values + merged->values <= LIMIT_JSON_VALUES / 2;
}

static int run(struct splice *splice, const struct buf *text, struct buf *out, bool *spliced)
{
	bool fits = false;
	int status = tally__written_scan(&splice->file, &fits, &splice->arena, text->bytes,
					 text->len, splice->error);

	if (status == 0 && fits)
		status = find_same(splice, text, out, spliced);
	if (status != 0 || *spliced)
		return status;
	if (fits)
		status = check_version(splice, &fits);
	if (status == 0 && fits)
		status = find_taken(splice);
	if (status == 0 && fits)
		status = merge_taken(splice, &fits);
	if (status != 0 || !fits || !can_join(splice))
		return status;
	tally__buf_reserve(out, text->len + splice->merged_text.len);
	tally__written_join(out, &splice->merged, &splice->file, splice->taken);
	status = tally__buf_status(out, splice->error);
	*spliced = status == 0;
	return status;
}

int tally__contract_splice(struct buf *out, bool *spliced, const struct buf *text,
			   const struct tally_contract *contract,
			   const struct tally_save_options *options, const char *const names[2],
			   struct tally_error *error)
{
	struct splice splice = {
		.contract = contract, .options = options, .names = names, .error = error};
	int status;

	tally__arena_init(&splice.arena, 0);
	tally__buf_init(&splice.merged_text, LIMIT_DOCUMENT_BYTES);
	status = run(&splice, text, out, spliced);
	tally__buf_release(&splice.merged_text);
	tally__arena_release(&splice.arena);
	return status;
}
