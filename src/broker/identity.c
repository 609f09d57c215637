#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/identity.h"

/* Exponents beyond this stay as they are spelt. */
#define EXPONENT_MAX 1000000000L

static bool parse_exponent(const char *text, long *out)
{
	char *end;
	long value = strtol(text, &end, 10);

	*out = value;
	return *end == '\0' && value > -EXPONENT_MAX && value < EXPONENT_MAX;
}

/* Spells a decimal in the one way: digits, "e", exponent.  False when it is better left alone. */
static bool spell_decimal(struct buf *out, const char *text)
{
	size_t mantissa_len = strcspn(text, "eE"), start, kept;
	long exponent = 0;
	bool fraction = false;

	if (text[mantissa_len] != '\0' && !parse_exponent(text + mantissa_len + 1, &exponent))
		return false;
	if (*text == '-')
		tally__buf_addc(out, '-');
	start = out->len;
	for (size_t i = *text == '-'; i < mantissa_len; i++) {
		if (text[i] == '.') {
			fraction = true;
			continue;
		}
		exponent -= fraction;
		if (out->len > start || text[i] != '0')
			tally__buf_addc(out, text[i]);
	}
	for (kept = out->len; kept > start && out->bytes[kept - 1] == '0'; kept--)
		exponent++;
	tally__buf_truncate(out, kept);
	if (kept == start)
		tally__buf_adds(out, "0e0");
	else
		tally__buf_addf(out, "e%ld", exponent);
	return true;
}

static int normalise_number(cJSON *number)
{
	char scratch[JSON_NUMBER_BYTES];
	struct buf text;
	char *spelt;
	int status;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (!spell_decimal(&text, tally__json_number_text(number, scratch))) {
		tally__buf_release(&text);
		return 0;
	}
	status = text.status;
	spelt = tally__buf_take(&text, NULL);
	tally__buf_release(&text);
	if (spelt == NULL)
		return status != 0 ? status : TALLY_ENOMEM;
	tally__free(number->valuestring);
	number->valuestring = spelt;
	return 0;
}

/* Documents were read by the JSON door, which bounds their depth. */
static int normalise(cJSON *value, unsigned depth)
{
	int status = 0;

	if (depth > LIMIT_JSON_DEPTH)
		return TALLY_ELIMIT;
	if (cJSON_IsNumber(value))
		return tally__json_kind(value) == JSON_DECIMAL ? normalise_number(value) : 0;
	for (cJSON *child = value->child; status == 0 && child != NULL; child = child->next)
		status = normalise(child, depth + 1);
	return status;
}

static int spell_element(const cJSON *element, char **out)
{
	cJSON *copy = tally__json_clone(element);
	struct buf text;
	int status;

	if (copy == NULL)
		return TALLY_ENOMEM;
	tally__buf_init(&text, 2 * (size_t)LIMIT_DOCUMENT_BYTES);
	if (cJSON_IsObject(copy))
		cJSON_DeleteItemFromObjectCaseSensitive(copy, "_id");
	status = normalise(copy, 0);
	if (status == 0)
		status = tally__json_add(&text, copy, TALLY_JSON_CANONICAL);
	if (status == 0)
		*out = tally__buf_take(&text, NULL);
	if (status == 0 && *out == NULL)
		status = TALLY_ENOMEM;
	tally__buf_release(&text);
	cJSON_Delete(copy);
	return status;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name":[elements in the order of their texts], */
static int add_array(struct buf *out, const char *name, const cJSON *array)
{
	size_t count = (size_t)cJSON_GetArraySize(array), spelt = 0;
	const cJSON *element;
	char **texts = tally__calloc(count + 1, sizeof *texts);
	int status = texts == NULL ? TALLY_ENOMEM : 0;

	if (status != 0)
		return status;
	cJSON_ArrayForEach(element, array)
	{
		status = spell_element(element, &texts[spelt]);
		if (status != 0)
			goto out;
		spelt++;
	}
	qsort(texts, spelt, sizeof *texts, compare_texts);
	tally__buf_addf(out, "\"%s\":[", name);
	for (size_t i = 0; i < spelt; i++) {
		if (i > 0)
			tally__buf_addc(out, ',');
		tally__buf_adds(out, texts[i]);
	}
	tally__buf_adds(out, "],");
	status = out->status;
out:
	for (size_t i = 0; i < spelt; i++)
		tally__free(texts[i]);
	tally__free(texts);
	return status;
}

static int add_specification(struct buf *out, const cJSON *metadata)
{
	const cJSON *version =
		tally__json_get(tally__json_get(metadata, "pactSpecification"), "version");

	if (version == NULL)
		version =
			tally__json_get(tally__json_get(metadata, "pact-specification"), "version");
	if (version == NULL)
		version = tally__json_get(metadata, "pactSpecificationVersion");
	tally__buf_adds(out, "\"pact_specification_version\":");
	if (version == NULL) {
		tally__buf_adds(out, "null");
		return out->status;
	}
	return tally__json_add(out, version, TALLY_JSON_CANONICAL);
}

int tally__content_identity(const cJSON *document, char digest[DIGEST_TEXT_BYTES],
			    struct tally_error *error)
{
	static const char *const names[] = {"interactions", "messages"};
	struct buf content;
	int status = 0;

	tally__buf_init(&content, 2 * (size_t)LIMIT_DOCUMENT_BYTES);
	tally__buf_addc(&content, '{');
	for (size_t i = 0; status == 0 && i < 2; i++) {
		const cJSON *array = tally__json_get(document, names[i]);

		if (cJSON_IsArray(array))
			status = add_array(&content, names[i], array);
	}
	if (status == 0)
		status = add_specification(&content, tally__json_get(document, "metadata"));
	tally__buf_addc(&content, '}');
	if (status == 0)
		status = content.status;
	if (status != 0)
		tally__fail(error, status, "the contract's content cannot be compared: %s",
			    tally_error_text(status));
	else
		status = tally__digest(digest, content.bytes, content.len, error);
	tally__buf_release(&content);
	return status;
}
