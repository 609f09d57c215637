/* What an interaction says, as a digest. */
#include "config.h"

#include "base/limits.h"
#include "contract/writer.h"

int tally__interaction_canonical(const struct interaction *interaction, cJSON **out,
				 struct tally_error *error)
{
	struct writer writer;
	cJSON *json;
	int status;

	tally__writer_init(&writer, TALLY_SPEC_V4, error);
	writer.canonical = true;
	json = tally__writer_interaction(&writer, interaction);
	status = writer.status;
	tally__writer_release(&writer);
	if (status == 0)
		*out = json;
	return status;
}

int tally__interaction_text(const struct interaction *interaction, struct buf *out,
			    struct tally_error *error)
{
	cJSON *json = NULL;
	int status = tally__interaction_canonical(interaction, &json, error);

	if (status != 0)
		return status;
	tally__json_add(out, json, TALLY_JSON_CANONICAL);
	cJSON_Delete(json);
	return tally__buf_status(out, error);
}

int tally__interaction_digest(const struct interaction *interaction, char text[DIGEST_TEXT_BYTES],
			      struct tally_error *error)
{
	struct buf canonical;
	int status;

	tally__buf_init(&canonical, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	status = tally__interaction_text(interaction, &canonical, error);
	if (status == 0)
		status = tally__digest(text, canonical.bytes, canonical.len, error);
	tally__buf_release(&canonical);
	return status;
}
