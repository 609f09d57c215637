#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/output.h"
#include "cli/shadowed.h"

/* More say no more. */
enum { NOTES_MAX = 10 };

struct request_text {
	char *text; /* compact JSON, with rules and all */
	const char *description;
	size_t index;
};

static int by_text(const void *left, const void *right)
{
	const struct request_text *a = left;
	const struct request_text *b = right;
	int order = strcmp(a->text, b->text);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static int by_index(const void *left, const void *right)
{
	const struct request_text *a = left;
	const struct request_text *b = right;

	return (a->index > b->index) - (a->index < b->index);
}

static int add_request(struct request_text *item, const cJSON *interaction,
		       struct tally_error *error)
{
	size_t len = 0;

	item->description = json_text(interaction, "description");
	return tally_json_write(&item->text, &len, json_get(interaction, "request"),
				TALLY_JSON_COMPACT, error);
}

/* Of each group with one text, the first answers for all: in their order, it and who is shadowed.
 */
static void note_all(struct request_text *items, size_t count)
{
	struct request_text *first = items;
	struct scratch scratch = {0};
	struct request_text *shadowed = scratch_array(&scratch, count, sizeof(*shadowed));
	const char **answers = scratch_array(&scratch, count, sizeof(*answers));
	size_t found = 0;

	qsort(items, count, sizeof(*items), by_text);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(items[i].text, first->text) != 0) {
			first = &items[i];
			continue;
		}
		answers[items[i].index] = first->description;
		shadowed[found++] = items[i];
	}
	qsort(shadowed, found, sizeof(*shadowed), by_index);
	for (size_t i = 0; i < found && i < NOTES_MAX; i++)
		note("warning: \"%s\" expects the same request as \"%s\", which answers it: it can "
		     "only be exercised in a run of its own",
		     shadowed[i].description, answers[shadowed[i].index]);
	if (found > NOTES_MAX)
		note("warning: %zu more interactions expect the same request as another",
		     found - NOTES_MAX);
	scratch_release(&scratch);
}

int shadowed_note(const struct tally_contract *contract, struct tally_error *error)
{
	struct scratch scratch = {0};
	size_t max = tally_contract_interaction_count(contract);
	struct request_text *items = scratch_array(&scratch, max, sizeof(*items));
	cJSON *document = NULL;
	const cJSON *interaction;
	size_t count = 0;
	int code = max < 2 ? 0 : tally_contract_write(contract, TALLY_SPEC_V4, &document, error);

	cJSON_ArrayForEach(interaction, json_get(document, "interactions"))
	{
		if (code < 0 || count == max ||
		    strcmp(json_text(interaction, "type"), "Synchronous/HTTP") != 0)
			continue;
		items[count].index = count;
		code = add_request(&items[count], interaction, error);
		count += code == 0;
	}
	if (code == 0 && count > 1)
		note_all(items, count);
	for (size_t i = 0; i < count; i++)
		tally_free(items[i].text);
	cJSON_Delete(document);
	scratch_release(&scratch);
	return code;
}
