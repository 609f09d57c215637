#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "broker/difference.h"
#include "contract/conflict.h"
#include "contract/label.h"

/* How many interactions are shown, and how many named, of each kind; more are counted. */
#define SHOWN 3
#define NAMED 10

/* One side: its interactions by what they say, and by name. */
struct side {
	const struct tally_contract *contract;
	struct map by_text, by_identity; /* struct interaction */
	const char **texts;
};

struct difference {
	struct arena arena;
	struct side recorded, offered;
	struct buf *out;
	struct tally_error *error;
};

static int add_text(struct difference *difference, struct side *side, size_t index)
{
	struct interaction *interaction = &side->contract->interactions[index];
	const char *identity = tally__interaction_identity(&difference->arena, interaction);
	struct buf text;
	int status;

	if (identity == NULL)
		return tally__fail_nomem(difference->error);
	tally__buf_init(&text, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	status = tally__interaction_text(interaction, &text, difference->error);
	if (status == 0)
		side->texts[index] = tally__arena_memdup(&difference->arena, text.bytes, text.len);
	tally__buf_release(&text);
	if (status != 0)
		return status;
	if (side->texts[index] == NULL ||
	    tally__map_put(&side->by_text, side->texts[index], strlen(side->texts[index]),
			   interaction) != 0 ||
	    tally__map_put(&side->by_identity, identity, strlen(identity), interaction) != 0)
		return tally__fail_nomem(difference->error);
	return 0;
}

static int read_side(struct difference *difference, struct side *side)
{
	size_t count = side->contract->interaction_count;
	int status = 0;

	side->texts = tally__arena_alloc_array(&difference->arena, count + 1, sizeof *side->texts);
	if (side->texts == NULL)
		return tally__fail_nomem(difference->error);
	for (size_t i = 0; status == 0 && i < count; i++)
		status = add_text(difference, side, i);
	return status;
}

/* What the other side has in place of an interaction that it has not: *out, or NULL. */
static int counterpart(struct difference *difference, const struct side *side, size_t index,
		       const struct side *other, bool *missing, const struct interaction **out)
{
	const char *text = side->texts[index], *identity;

	*missing = tally__map_find(&other->by_text, text, strlen(text)) == NULL;
	*out = NULL;
	if (!*missing)
		return 0;
	identity = tally__interaction_identity(&difference->arena,
					       &side->contract->interactions[index]);
	if (identity == NULL)
		return tally__fail_nomem(difference->error);
	*out = tally__map_get(&other->by_identity, identity, strlen(identity));
	return 0;
}

/* Those that both have, and that differ. */
static int add_changed(struct difference *difference)
{
	static const char *const names[] = {"recorded", "this one"};
	const struct side *side = &difference->offered;
	size_t found = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < side->contract->interaction_count; i++) {
		const struct interaction *offered = &side->contract->interactions[i], *recorded;
		bool missing;

		status = counterpart(difference, side, i, &difference->recorded, &missing,
				     &recorded);
		if (status != 0 || recorded == NULL || found++ >= SHOWN)
			continue;
		tally__buf_addf(difference->out, "%sdiffers: \"%s\"",
				difference->out->len > 0 ? "\n" : "",
				tally__text_shown(&difference->arena, offered->description, 200));
		status = tally__conflict_add(difference->out, recorded, offered, names,
					     difference->error);
	}
	if (found > SHOWN)
		tally__buf_addf(difference->out, "\nand %zu more that differ", found - SHOWN);
	return status;
}

/* Those that the other side has nothing for. */
static int add_single(struct difference *difference, const struct side *side,
		      const struct side *other, const char *sign)
{
	size_t found = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < side->contract->interaction_count; i++) {
		const struct interaction *single = &side->contract->interactions[i], *twin;
		bool missing;

		status = counterpart(difference, side, i, other, &missing, &twin);
		if (status != 0 || !missing || twin != NULL || found++ >= NAMED)
			continue;
		tally__buf_addf(difference->out, "%s%s: \"%s\"",
				difference->out->len > 0 ? "\n" : "", sign,
				tally__text_shown(&difference->arena, single->description, 200));
	}
	if (found > NAMED)
		tally__buf_addf(difference->out, "\nand %zu more %s", found - NAMED, sign);
	return status;
}

int tally__difference_add(struct buf *out, const struct tally_contract *recorded,
			  const struct tally_contract *offered, struct tally_error *error)
{
	struct difference difference = {.recorded = {.contract = recorded},
					.offered = {.contract = offered},
					.out = out,
					.error = error};
	struct side *const sides[] = {&difference.recorded, &difference.offered};
	int status = 0;

	tally__arena_init(&difference.arena, 0);
	for (size_t i = 0; i < 2; i++) {
		tally__map_init(&sides[i]->by_text);
		tally__map_init(&sides[i]->by_identity);
	}
	for (size_t i = 0; status == 0 && i < 2; i++)
		status = read_side(&difference, sides[i]);
	if (status == 0)
		status = add_changed(&difference);
	if (status == 0)
		status = add_single(&difference, sides[1], sides[0], "only here");
	if (status == 0)
		status = add_single(&difference, sides[0], sides[1], "only recorded");
	for (size_t i = 0; i < 2; i++) {
		tally__map_release(&sides[i]->by_text);
		tally__map_release(&sides[i]->by_identity);
	}
	tally__arena_release(&difference.arena);
	return status != 0 ? status : tally__buf_status(out, error);
}
