/* What two people made of one contract, against what it was before: for version control, which
 * merges branches.  Unlike a union it knows what one of them took out. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/conflict.h"
#include "contract/label.h"

/* One version of the contract: its interactions by name, and by name and what they say. */
struct version {
	const struct tally_contract *contract; /* NULL: there was none */
	struct map by_identity;                /* struct interaction */
	struct map by_content;
	const char **identities; /* by index */
	const char **contents;
	bool *kept; /* goes into the result */
};

/* Of one interaction, one side may have taken it out: NULL. */
struct dispute {
	const struct interaction *ours, *theirs;
};

struct three {
	struct arena arena;
	struct version base, ours, theirs;
	struct dispute *disputes;
	size_t dispute_count;
	struct tally_error *error;
};

static const char *const side_names[] = {"ours", "theirs"};

static int add_interaction(struct three *three, struct version *version, size_t index)
{
	struct interaction *interaction = &version->contract->interactions[index];
	const char *identity = tally__interaction_identity(&three->arena, interaction);
	struct buf text;
	int status;

	if (!identity)
		return tally__fail_nomem(three->error);
	tally__buf_init(&text, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	tally__buf_addf(&text, "%s\n", identity);
	status = tally__interaction_text(interaction, &text, three->error);
	if (status == 0)
		version->contents[index] = tally__arena_memdup(&three->arena, text.bytes, text.len);
	tally__buf_release(&text);
	if (status != 0)
		return status;
	version->identities[index] = identity;
	version->kept[index] = true;
	if (!version->contents[index] ||
	    !tally__map_add(&version->by_identity, identity, strlen(identity), interaction) ||
	    !tally__map_add(&version->by_content, version->contents[index],
			    strlen(version->contents[index]), interaction))
		return tally__fail_nomem(three->error);
	return 0;
}

static int read_version(struct three *three, struct version *version)
{
	size_t count = version->contract ? version->contract->interaction_count : 0;
	int status = 0;

	version->identities =
		tally__arena_alloc_array(&three->arena, count + 1, sizeof(*version->identities));
	version->contents =
		tally__arena_alloc_array(&three->arena, count + 1, sizeof(*version->contents));
	version->kept = tally__arena_alloc_array(&three->arena, count + 1, sizeof(*version->kept));
	if (!version->identities || !version->contents || !version->kept)
		return tally__fail_nomem(three->error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_interaction(three, version, i);
	return status;
}

static struct interaction *named(const struct version *version, const char *identity)
{
	return tally__map_get(&version->by_identity, identity, strlen(identity));
}

static bool says(const struct version *version, const char *content)
{
	return tally__map_get(&version->by_content, content, strlen(content)) != NULL;
}

static bool is_disputed(const struct three *three, const struct interaction *ours,
			const struct interaction *theirs)
{
	for (size_t i = 0; i < three->dispute_count; i++)
		if ((ours && three->disputes[i].ours == ours) ||
		    (theirs && three->disputes[i].theirs == theirs))
			return true;
	return false;
}

/* Decides on what one side says and the other does not. */
static void decide(struct three *three, struct version *side, size_t index,
		   const struct version *other, bool is_ours)
{
	const char *identity = side->identities[index];
	const char *content = side->contents[index];
	struct interaction *mine = &side->contract->interactions[index];
	struct interaction *yours = named(other, identity);
	struct dispute dispute = {is_ours ? mine : yours, is_ours ? yours : mine};
	bool was_there = named(&three->base, identity) != NULL;
	bool is_old = says(&three->base, content);

	if (says(other, content))
		return;
	if (is_old) {
		/* The other side changed it, or took it out. */
		side->kept[index] = false;
		return;
	}
	/* New, or changed on this side alone. */
	if (yours ? says(&three->base, other->contents[yours - other->contract->interactions])
		  : !was_there)
		return;
	side->kept[index] = false;
	if (!is_disputed(three, dispute.ours, dispute.theirs))
		three->disputes[three->dispute_count++] = dispute;
}

static int decide_all(struct three *three)
{
	size_t ours = three->ours.contract->interaction_count;
	size_t theirs = three->theirs.contract->interaction_count;

	three->disputes = tally__arena_alloc_array(&three->arena, ours + theirs + 1,
						   sizeof(*three->disputes));
	if (!three->disputes)
		return tally__fail_nomem(three->error);
	for (size_t i = 0; i < ours; i++)
		decide(three, &three->ours, i, &three->theirs, true);
	for (size_t i = 0; i < theirs; i++)
		decide(three, &three->theirs, i, &three->ours, false);
	return 0;
}

/* ---- The result ---- */

/* The union of what is kept of both; both may be empty. */
static int unite(struct three *three, struct tally_contract **out)
{
	struct tally_contract *ours = NULL;
	struct tally_contract *theirs = NULL;
	int status =
		tally_contract_select(&ours, three->ours.contract, three->ours.kept, three->error);

	if (status == 0)
		status = tally_contract_select(&theirs, three->theirs.contract, three->theirs.kept,
					       three->error);
	if (status == 0)
		status = tally__contract_merge(out, ours, theirs, TALLY_SAVE_MERGE, side_names,
					       three->error);
	tally_contract_free(ours);
	tally_contract_free(theirs);
	return status;
}

/* One interaction in the form that the file has, and the member that it stands in there. */
static int write_one(struct three *three, const struct tally_contract *contract,
		     const struct interaction *interaction, enum tally_spec spec, cJSON **item,
		     const char **list)
{
	static const char *const lists[] = {"interactions", "messages"};
	struct tally_contract one = *contract;
	cJSON *document = NULL;
	int status;

	one.interactions =
		(struct interaction *)&contract->interactions[interaction - contract->interactions];
	one.interaction_count = 1;
	status = tally_contract_write(&one, spec, &document, three->error);
	for (size_t i = 0; i < 2 && status == 0 && !*item; i++) {
		cJSON *array = tally__json_get(document, lists[i]);

		if (array && array->child) {
			*item = cJSON_DetachItemViaPointer(array, array->child);
			*list = lists[i];
		}
	}
	cJSON_Delete(document);
	return status;
}

/* The text of one side of a conflict, as it stands in the file, without a comma. */
static int add_side(struct three *three, struct buf *out, const cJSON *item)
{
	struct buf text;
	const char *line;

	if (!item)
		return 0;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, item, TALLY_JSON_PRETTY);
	for (line = text.bytes; *line; line += strcspn(line, "\n"), line += *line == '\n')
		tally__buf_addf(out, "%s    %.*s", line == text.bytes ? "" : "\n",
				(int)strcspn(line, "\n"), line);
	if (text.status != 0)
		out->status = text.status;
	tally__buf_release(&text);
	return tally__buf_status(out, three->error);
}

/* Between the markers of version control; `comma` is what follows in the list. */
static int add_markers(struct three *three, struct buf *out, cJSON *const items[2],
		       const char *comma)
{
	int status = 0;

	tally__buf_adds(out, "<<<<<<< ours\n");
	for (size_t i = 0; i < 2 && status == 0; i++) {
		status = add_side(three, out, items[i]);
		if (items[i])
			tally__buf_addf(out, "%s\n", comma);
		tally__buf_adds(out, i == 0 ? "=======\n" : ">>>>>>> theirs\n");
	}
	return status;
}

/* Puts a text of its own in the place of each conflict, in front of what there is no conflict
 * about; `tokens` says which. */
static int put_places(struct three *three, cJSON *document, const char *token,
		      const char *const *lists)
{
	for (size_t i = three->dispute_count; i > 0; i--) {
		cJSON *list = tally__json_get(document, lists[i - 1]);
		char *text = tally__arena_printf(&three->arena, "%s %zu", token, i - 1);
		cJSON *place = text ? cJSON_CreateString(text) : NULL;

		if (!list)
			list = tally__json_put_new(document, lists[i - 1], cJSON_CreateArray());
		if (!list || !place) {
			cJSON_Delete(place);
			return tally__fail_nomem(three->error);
		}
		if (!list->child)
			cJSON_AddItemToArray(list, place);
		else
			cJSON_InsertItemInArray(list, 0, place);
	}
	return 0;
}

/* Copies the text, with each place's line exchanged for the two sides. */
static int fill_places(struct three *three, struct buf *out, const char *text, const char *token,
		       cJSON *(*items)[2])
{
	int status = 0;

	for (size_t i = 0; i < three->dispute_count && status == 0; i++) {
		const char *wanted = tally__arena_printf(&three->arena, "    \"%s %zu\"", token, i);
		const char *at = wanted ? strstr(text, wanted) : NULL;

		if (!at)
			return wanted ? tally__fail(three->error, TALLY_EINTERNAL,
						    "the place of a conflict was lost")
				      : tally__fail_nomem(three->error);
		tally__buf_add(out, text, (size_t)(at - text));
		text = at + strlen(wanted);
		status = add_markers(three, out, items[i], *text == ',' ? "," : "");
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	tally__buf_adds(out, text);
	return status ? status : tally__buf_status(out, three->error);
}

/* A text that is not in the document. */
static const char *find_token(struct three *three, const char *text)
{
	const char *token = "conflict";

	while (token && strstr(text, token))
		token = tally__arena_printf(&three->arena, "%sx", token);
	return token;
}

static int write_conflicts(struct three *three, cJSON *document, enum tally_spec spec,
			   cJSON *(*items)[2], const char **lists, struct buf *out)
{
	const struct tally_contract *const sides[] = {three->ours.contract, three->theirs.contract};
	const char *token;
	struct buf text;
	int status = 0;

	for (size_t i = 0; i < three->dispute_count; i++) {
		const struct interaction *const both[] = {three->disputes[i].ours,
							  three->disputes[i].theirs};

		for (size_t j = 0; j < 2 && status == 0; j++)
			if (both[j])
				status = write_one(three, sides[j], both[j], spec, &items[i][j],
						   &lists[i]);
	}
	if (status != 0)
		return status;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__json_add(&text, document, TALLY_JSON_PRETTY);
	token = text.status == 0 ? find_token(three, text.bytes) : NULL;
	status =
		token ? put_places(three, document, token, lists) : tally__fail_nomem(three->error);
	tally__buf_clear(&text);
	if (status == 0)
		tally__json_add(&text, document, TALLY_JSON_PRETTY);
	tally__buf_addc(&text, '\n');
	if (status == 0)
		status = tally__buf_status(&text, three->error);
	if (status == 0)
		status = fill_places(three, out, text.bytes, token, items);
	tally__buf_release(&text);
	return status;
}

/* The file with its conflicts, or without any. */
static int write_result(struct three *three, const struct tally_contract *merged, struct buf *out)
{
	size_t count = three->dispute_count;
	cJSON *(*items)[2] = tally__arena_alloc_array(&three->arena, count + 1, sizeof(*items));
	const char **lists = tally__arena_alloc_array(&three->arena, count + 1, sizeof(*lists));
	cJSON *document = NULL;
	int status = items && lists
			     ? tally_contract_write(merged, merged->spec, &document, three->error)
			     : tally__fail_nomem(three->error);

	if (status == 0 && count > 0) {
		status = write_conflicts(three, document, merged->spec, items, lists, out);
	} else if (status == 0) {
		tally__json_add(out, document, TALLY_JSON_PRETTY);
		tally__buf_addc(out, '\n');
		status = tally__buf_status(out, three->error);
	}
	for (size_t i = 0; items && i < count; i++) {
		cJSON_Delete(items[i][0]);
		cJSON_Delete(items[i][1]);
	}
	cJSON_Delete(document);
	return status;
}

/* The conflicts as an error, each with what differs. */
static int report(struct three *three)
{
	struct buf lines;
	int status = 0;

	tally__buf_init(&lines, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < three->dispute_count && status == 0; i++) {
		const struct dispute *dispute = &three->disputes[i];
		const struct interaction *any = dispute->ours ? dispute->ours : dispute->theirs;

		tally__buf_addf(&lines, "%s\"%s\"%s", i > 0 ? "\n" : "",
				tally__text_shown(&three->arena, any->description, 200),
				!dispute->ours     ? ": ours took it out, theirs changed it"
				: !dispute->theirs ? ": theirs took it out, ours changed it"
						   : "");
		if (dispute->ours && dispute->theirs)
			status = tally__conflict_add(&lines, dispute->ours, dispute->theirs,
						     side_names, three->error);
	}
	if (status == 0) {
		status = tally__fail(three->error, TALLY_ECONFLICT,
				     "both sides changed %zu interaction%s:", three->dispute_count,
				     three->dispute_count == 1 ? "" : "s");
		tally__error_add_lines(three->error, lines.bytes);
	}
	tally__buf_release(&lines);
	return status;
}

static int run(struct three *three, struct buf *out)
{
	struct version *const versions[] = {&three->base, &three->ours, &three->theirs};
	struct tally_contract *merged = NULL;
	int status = tally__contract_same_pair(three->ours.contract, three->theirs.contract,
					       side_names, three->error);

	for (size_t i = 0; i < 3 && status == 0; i++)
		status = read_version(three, versions[i]);
	if (status == 0)
		status = decide_all(three);
	if (status == 0)
		status = unite(three, &merged);
	if (status == 0)
		status = write_result(three, merged, out);
	tally_contract_free(merged);
	return status;
}

int tally_contract_merge_three(char **text, size_t *len, const struct tally_contract *base,
			       const struct tally_contract *ours,
			       const struct tally_contract *theirs, struct tally_error *error)
{
	struct three three = {.base.contract = base,
			      .ours.contract = ours,
			      .theirs.contract = theirs,
			      .error = error};
	struct version *const versions[] = {&three.base, &three.ours, &three.theirs};
	struct buf out;
	int status = tally__call_check(ours, "our contract", error);

	if (status == 0)
		status = tally__call_check(theirs, "their contract", error);
	if (status != 0)
		return status;
	tally__arena_init(&three.arena, 0);
	tally__buf_init(&out, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	for (size_t i = 0; i < 3; i++) {
		tally__map_init(&versions[i]->by_identity);
		tally__map_init(&versions[i]->by_content);
	}
	status = run(&three, &out);
	if (status == 0) {
		*text = tally__buf_take(&out, len);
		if (three.dispute_count > 0)
			status = report(&three);
	}
	for (size_t i = 0; i < 3; i++) {
		tally__map_release(&versions[i]->by_identity);
		tally__map_release(&versions[i]->by_content);
	}
	tally__buf_release(&out);
	tally__arena_release(&three.arena);
	return status;
}
