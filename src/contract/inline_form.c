/* Forms: {"name": a value, a matcher, or a list of these}. */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "contract/inline_body.h"
#include "format/uri.h"

static int add_field(struct extractor *extractor, struct buf *out, const char *name,
		     const cJSON *value)
{
	const char *text = NULL;
	int status = cJSON_IsNull(value) ? 0 : tally__inline_scalar(extractor, value, &text);

	if (status != 0)
		return status;
	if (out->len > 0)
		tally__buf_addc(out, '&');
	tally__uri_encode(out, name, strlen(name));
	if (text) {
		tally__buf_addc(out, '=');
		tally__uri_encode(out, text, strlen(text));
	}
	return 0;
}

static int add_fields(struct extractor *extractor, struct buf *out, const cJSON *field)
{
	size_t mark = extractor->pointer.len;
	const cJSON *value = NULL;
	size_t index = 0;
	int status = 0;

	tally__pointer_add(&extractor->pointer, field->string);
	if (!cJSON_IsArray(field))
		status = add_field(extractor, out, field->string, field);
	else
		cJSON_ArrayForEach(value, field)
		{
			size_t inner = extractor->pointer.len;

			tally__buf_addf(&extractor->pointer, "/%zu", index++);
			status = add_field(extractor, out, field->string, value);
			tally__buf_truncate(&extractor->pointer, inner);
			if (status != 0)
				break;
		}
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

int tally__inline_form_take(struct extractor *extractor, cJSON *value, struct buf *out)
{
	cJSON *example = NULL;
	cJSON **fields = NULL;
	size_t count = 0;
	int status;

	if (!cJSON_IsObject(value)) {
		status = tally__extractor_fail(extractor, NULL,
					       "expected a form: an object of names and values, or "
					       "a string");
		cJSON_Delete(value);
		return status;
	}
	status = tally__extractor_take(extractor, value, &example);
	if (status != 0)
		return status;
	status = tally__inline_sorted(extractor, example, &fields, &count);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_fields(extractor, out, fields[i]);
	tally__free(fields);
	cJSON_Delete(example);
	return status ? status : tally__buf_status(out, extractor->error);
}
