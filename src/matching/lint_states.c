/* Provider states and applications that are spelled in two ways, in one contract or in several. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "contract/inline.h"
#include "matching/lint.h"
#include "matching/lint_spelling.h"

/* How long a state may be to be tried for a misspelling, how many of its words are, and with how
 * many others each. */
enum { TRIED_BYTES = 200, TRIED_WORDS = 24, TRIED_SPELLINGS = 24 };

/* A name as it was first seen. */
struct spelling {
	const char *name;
	const char *description; /* of the interaction, or NULL */
	const char *consumer;
};

/* A word that stands where others do in the same sentence. */
struct standing {
	struct lint_word word;
	bool is_name; /* a capital letter in the middle of a sentence, or quoted */
	const struct spelling *spelling;
	struct standing *next;
	size_t count; /* of those in the list, in its first */
};

static void *lasting(struct lint *lint, const void *bytes, size_t len)
{
	void *copy = tally__arena_memdup(&lint->lasting, bytes, len);

	if (!copy)
		lint->status = TALLY_ENOMEM;
	return copy;
}

/* The spelling that stands in `map` under the key (released here); else puts this one there. */
static const struct spelling *first_of(struct lint *lint, struct map *map, struct buf *key,
				       const struct spelling *spelling)
{
	const struct spelling *found = NULL;
	char *text = NULL;
	size_t len = key->len;

	if (key->status == 0) {
		found = tally__map_get(map, key->bytes, len);
		text = found ? NULL : lasting(lint, key->bytes, len);
	} else {
		lint->status = TALLY_ENOMEM;
	}
	tally__buf_release(key);
	if (!text)
		return found;
	if (tally__map_put(map, text, len, (void *)(uintptr_t)spelling) != 0)
		lint->status = TALLY_ENOMEM;
	return NULL;
}

static const struct spelling *new_spelling(struct lint *lint, const char *name)
{
	struct spelling *spelling = tally__arena_alloc(&lint->lasting, sizeof(*spelling));

	if (!spelling) {
		lint->status = TALLY_ENOMEM;
		return NULL;
	}
	*spelling = (struct spelling){
		.name = name,
		.description = lint->interaction ? lint->interaction->description : NULL,
		.consumer = lint->contract->consumer ? lint->contract->consumer : ""};
	return spelling;
}

/* ---- applications ---- */

static void lint_application(struct lint *lint, const char *role, const char *name)
{
	const struct spelling *spelling;
	const struct spelling *first;
	size_t mark;
	struct buf key;

	if (!name || !*name || lint->status != 0)
		return;
	spelling = new_spelling(lint, name);
	if (!spelling)
		return;
	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	tally__lint_fold_name(&key, name);
	first = first_of(lint, &lint->applications, &key, spelling);
	if (!first || strcmp(first->name, name) == 0)
		return;
	mark = tally__lint_enter(lint, role);
	tally__lint_add(lint, LINT_APPLICATION_SPELLING, "name",
			"the %s is called \"%s\" here, and \"%s\" in the contract of \"%s\": for "
			"a broker these are two applications; use one name",
			role, tally__lint_shown(lint, name, 100),
			tally__lint_shown(lint, first->name, 100),
			tally__lint_shown(lint, first->consumer, 100));
	tally__buf_truncate(&lint->pointer, mark);
}

void tally__lint_applications(struct lint *lint)
{
	lint_application(lint, "consumer", lint->contract->consumer);
	lint_application(lint, "provider", lint->contract->provider);
}

/* ---- provider states ---- */

static void report(struct lint *lint, size_t index, const char *name, const struct spelling *first,
		   bool is_sure)
{
	size_t mark = lint->pointer.len;

	if (cJSON_IsArray(tally__json_get(lint->source, "providerStates"))) {
		tally__buf_addf(&lint->pointer, "/providerStates/%zu", index);
	} else {
		const char *old = tally__json_get(lint->source, "provider_state") ? "provider_state"
										  : "providerState";

		tally__pointer_add(&lint->pointer, old);
	}
	tally__lint_add(lint, LINT_STATE_SPELLING, NULL,
			"the provider state \"%s\" is \"%s\" in \"%s\", of the contract of \"%s\": "
			"%s",
			tally__lint_shown(lint, name, 100),
			tally__lint_shown(lint, first->name, 100),
			tally__lint_shown(lint, first->description, 100),
			tally__lint_shown(lint, first->consumer, 100),
			is_sure ? "the provider has to prepare both; write it in one way"
				: "if one is meant, write it in one way; otherwise choose words "
				  "that are less alike");
	tally__buf_truncate(&lint->pointer, mark);
}

/* Whether the word is somebody's name, or other data: it has a capital letter where a sentence has
 * none, or stands in quotation marks. */
static bool is_name(const char *sentence, const struct lint_word *word)
{
	for (const char *c = sentence; *c; c++) {
		size_t i = 0;

		while (i < word->len && tally__text_lower(c[i]) == word->text[i])
			i++;
		if (i == word->len)
			return (c > sentence && *c >= 'A' && *c <= 'Z') ||
			       (c > sentence && strchr("'\"`", c[-1]));
	}
	return false;
}

/* Tries a word against those that stand at its place, and puts it there. */
static const struct spelling *try_word(struct lint *lint, struct buf *key, const char *name,
				       const struct lint_word *word,
				       const struct spelling *spelling)
{
	struct standing *first = tally__map_get(&lint->states, key->bytes, key->len);
	struct standing *mine = tally__arena_alloc(&lint->lasting, sizeof(*mine));
	char *text = first ? NULL : lasting(lint, key->bytes, key->len);

	if (!mine || (!first && !text)) {
		lint->status = TALLY_ENOMEM;
		return NULL;
	}
	*mine = (struct standing){.word = *word, .spelling = spelling, .count = 1};
	mine->is_name = is_name(name, word);
	if (!first) {
		if (tally__map_put(&lint->states, text, key->len, mine) != 0)
			lint->status = TALLY_ENOMEM;
		return NULL;
	}
	for (const struct standing *each = first; each; each = each->next)
		if (!(each->is_name && mine->is_name) &&
		    tally__lint_words_near(&each->word, &mine->word))
			return each->spelling;
	if (first->count < TRIED_SPELLINGS) {
		first->count++;
		mine->next = first->next;
		first->next = mine;
	}
	return NULL;
}

/* Another state that differs in one word, which may be misspelt. */
static const struct spelling *find_near(struct lint *lint, const char *name, const char *folded,
					const struct spelling *spelling)
{
	const struct spelling *found = NULL;
	const char *word = folded;
	struct buf key;

	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < TRIED_WORDS && *word && !found && lint->status == 0; i++) {
		const struct lint_word each = {word, strcspn(word, " ")};

		tally__buf_clear(&key);
		tally__buf_addf(&key, "near %s\n", lint->contract->provider);
		tally__buf_add(&key, folded, (size_t)(word - folded));
		tally__buf_addc(&key, '\n');
		tally__buf_adds(&key, word + each.len);
		if (key.status != 0)
			lint->status = TALLY_ENOMEM;
		else
			found = try_word(lint, &key, name, &each, spelling);
		word += each.len;
		word += strspn(word, " ");
	}
	tally__buf_release(&key);
	return found;
}

static void lint_state(struct lint *lint, size_t index, const char *name)
{
	const struct spelling *spelling = new_spelling(lint, name);
	const struct spelling *first;
	const char *folded = NULL;
	struct buf key;
	size_t start;

	if (!spelling)
		return;
	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&key, "name %s\n%s", lint->contract->provider, name);
	if (first_of(lint, &lint->states, &key, spelling) || lint->status != 0 ||
	    ++lint->state_count > LIMIT_LINT_STATES)
		return;
	tally__buf_init(&key, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&key, "folded %s\n", lint->contract->provider);
	start = key.len;
	tally__lint_fold(&key, name);
	if (key.status == 0)
		folded = lasting(lint, key.bytes + start, key.len - start);
	first = first_of(lint, &lint->states, &key, spelling);
	if (lint->status != 0 || !folded || !*folded)
		return;
	if (first) {
		report(lint, index, name, first, true);
	} else if (strlen(folded) <= TRIED_BYTES) {
		first = find_near(lint, name, folded, spelling);
		if (first && lint->status == 0)
			report(lint, index, name, first, false);
	}
}

void tally__lint_states(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;

	for (size_t i = 0; i < interaction->state_count && lint->status == 0; i++)
		if (*interaction->states[i].name && lint->contract->provider)
			lint_state(lint, i, interaction->states[i].name);
}
