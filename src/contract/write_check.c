/* What an older version of the specification cannot say. */
#include "config.h"

#include "base/limits.h"
#include "contract/conflict.h"
#include "contract/reader.h"
#include "contract/writer.h"

/* What is written, read again as a canonical form. */
static int read_back(struct writer *writer, const struct interaction *interaction,
		     const cJSON *made, cJSON **out)
{
	struct arena arena;
	struct reader reader = {
		.arena = &arena, .spec = writer->spec, .part = "", .error = writer->error};
	struct interaction again = {0};
	cJSON *copy = tally__json_clone(made);
	int status;

	if (!copy)
		return tally__fail_nomem(writer->error);
	tally__arena_init(&arena, 0);
	status = tally__reader_interaction(&reader, copy, 0, interaction->kind != INTERACTION_HTTP,
					   &again);
	if (status == 0)
		status = tally__interaction_canonical(&again, out, writer->error);
	tally__arena_release(&arena);
	cJSON_Delete(copy);
	return status;
}

/* Below version 3 there are no generators.  Those of a response make what a mock or stub answers;
 * no verdict hangs on them. */
static void drop_unheard(const struct writer *writer, cJSON *canonical)
{
	if (writer->spec < TALLY_SPEC_V3)
		cJSON_DeleteItemFromObjectCaseSensitive(tally__json_get(canonical, "response"),
							"generators");
}

static void refuse_difference(struct writer *writer, const struct interaction *interaction,
			      const cJSON *meant, const cJSON *said)
{
	const char *names[] = {"the interaction", ""};
	struct buf lines;

	names[1] = tally__arena_printf(&writer->scratch, "in version %s",
				       tally_spec_text(writer->spec));
	if (!names[1]) {
		tally__writer_nomem(writer);
		return;
	}
	tally__buf_init(&lines, LIMIT_DOCUMENT_BYTES);
	if (tally__conflict_add_json(&lines, meant, said, names, writer->error) != 0)
		writer->status = lines.status;
	else if (lines.len > 0)
		tally__writer_refuse(
			writer,
			"\"%s\": version %s of the specification cannot say all of it; "
			"write a later one:",
			interaction->description, tally_spec_text(writer->spec));
	if (writer->status == TALLY_EINVAL)
		tally__error_add_lines(writer->error, lines.bytes + 1);
	tally__buf_release(&lines);
}

void tally__writer_check(struct writer *writer, const struct interaction *interaction,
			 const cJSON *made)
{
	cJSON *meant = NULL;
	cJSON *said = NULL;
	int status;

	if (writer->status != 0)
		return;
	status = tally__interaction_canonical(interaction, &meant, writer->error);
	if (status == 0)
		status = read_back(writer, interaction, made, &said);
	if (status != 0) {
		writer->status = status;
	} else {
		drop_unheard(writer, meant);
		refuse_difference(writer, interaction, meant, said);
	}
	cJSON_Delete(meant);
	cJSON_Delete(said);
}
