/* The generator ProviderState: values that a provider gave when it was put into a state. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "matching/generator_kind.h"

/* ---- the expression ---- */

/* The value of a name that need not end where its text does. */
static const cJSON *find_value(const cJSON *values, const char *name, size_t len)
{
	for (const cJSON *value = cJSON_IsObject(values) ? values->child : NULL; value;
	     value = value->next) {
		if (value->string && strlen(value->string) == len &&
		    memcmp(value->string, name, len) == 0) {
			return value;
		}
	}
	return NULL;
}

static int look_up(const cJSON *values, const char *name, size_t len, const cJSON **out,
		   struct tally_error *error)
{
	struct arena arena;
	int status = 0;

	*out = find_value(values, name, len);
	if (*out) {
		return 0;
	}
	tally__arena_init(&arena, 0);
	name = tally__arena_memdup(&arena, name, len);
	name = name ? tally__text_printable(&arena, name, 60) : NULL;
	status = name ? tally__fail(error, TALLY_EINVAL,
				    "no provider state gave a value of the name \"%s\"", name)
		      : tally__fail_nomem(error);
	tally__arena_release(&arena);
	return status;
}

static void add_value(struct buf *out, const cJSON *value)
{
	if (cJSON_IsString(value)) {
		tally__buf_adds(out, value->valuestring);
	} else {
		tally__json_add(out, value, TALLY_JSON_COMPACT);
	}
}

/* Text with "${name}" in it.  What has one part alone keeps its type: *only is it. */
static int expand(const char *at, const cJSON *values, struct buf *out, const cJSON **only,
		  struct tally_error *error)
{
	size_t parts = 0;

	*only = NULL;
	for (const char *start = strstr(at, "${"); start; start = strstr(at, "${")) {
		const char *end = strchr(start, '}');
		size_t len = end ? (size_t)(end - start) - 2 : 0;
		const cJSON *value = NULL;
		int status = 0;

		if (!end) {
			return tally__fail(error, TALLY_EPARSE,
					   "the expression has a \"${\" without its \"}\"");
		}
		parts += start > at;
		tally__buf_add(out, at, (size_t)(start - at));
		at = end + 1;
		if (len == 0) {
			continue;
		}
		status = look_up(values, start + 2, len, &value, error);
		if (status != 0) {
			return status;
		}
		add_value(out, value);
		parts++;
		*only = value;
	}
	parts += *at != '\0';
	tally__buf_adds(out, at);
	if (parts != 1) {
		*only = NULL;
	}
	return tally__buf_status(out, error);
}

/* ---- conversions ---- */

static int refuse(const char *text, const char *type, struct tally_error *error)
{
	struct arena arena;

	tally__arena_init(&arena, 0);
	tally__fail(error, TALLY_EINVAL, "the provider state's value %s is no %s",
		    tally__text_shown(&arena, text, 60), type);
	tally__arena_release(&arena);
	return TALLY_EINVAL;
}

/* The text as a JSON number: no plus in front and no superfluous zeros.  0, TALLY_EINVAL when it is
 * none, TALLY_ENOMEM. */
static int read_number(struct buf *out, const char *text, enum json_kind *kind)
{
	cJSON *value = NULL;
	int status = 0;

	tally__buf_clear(out);
	if (*text == '-') {
		tally__buf_addc(out, '-');
	}
	text += *text == '-' || *text == '+';
	while (*text == '0' && text[1] >= '0' && text[1] <= '9') {
		text++;
	}
	tally__buf_adds(out, text);
	if (out->status != 0 || *text < '0' || *text > '9') {
		return out->status == TALLY_ENOMEM ? TALLY_ENOMEM : TALLY_EINVAL;
	}
	status = tally_json_parse(&value, out->bytes, out->len, NULL);
	if (status == 0) {
		*kind = tally__json_kind(value);
		cJSON_Delete(value);
	}
	return status == 0 || status == TALLY_ENOMEM ? status : TALLY_EINVAL;
}

/* A decimal number without what stands behind its point, exponents worked out. */
static int truncate_number(struct buf *out, const char *text, struct tally_error *error)
{
	size_t start = out->len;
	bool negative = *text == '-';
	const char *at = text + negative;
	size_t whole = strspn(at, "0123456789");
	size_t fraction = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;
	const char *exponent = strpbrk(at, "eE");
	/* Saturates, far from what may be written. */
	long shift = exponent ? strtol(exponent + 1, NULL, 10) : 0;
	long digits = 0;

	if (__builtin_add_overflow((long)whole, shift, &digits)) {
		digits = shift;
	}
	if (digits > LIMIT_GENERATED_BYTES - 1) {
		return tally__fail(error, TALLY_ELIMIT,
				   "the provider state's value has more digits than the %d that "
				   "are allowed",
				   (int)LIMIT_GENERATED_BYTES);
	}
	if (negative) {
		tally__buf_addc(out, '-');
	}
	for (size_t i = 0; digits > 0 && i < (size_t)digits; i++) {
		char digit = i < whole ? at[i] : i < whole + fraction ? at[i + 1] : '0';

		if (digit != '0' || out->len > start + negative) {
			tally__buf_addc(out, digit);
		}
	}
	if (out->len == start + negative) {
		tally__buf_truncate(out, start);
		tally__buf_addc(out, '0');
	}
	return 0;
}

/* Null and booleans have numbers; other values are read by their text, into `number`.  Only numbers
 * may have a fraction where an integer is wanted. */
static int to_number(const cJSON *value, const char *text, bool integer, struct buf *number,
		     enum json_kind *kind, struct tally_error *error)
{
	int status = TALLY_EINVAL;

	if (cJSON_IsNull(value) || cJSON_IsBool(value)) {
		status = read_number(number, cJSON_IsTrue(value) ? "1" : "0", kind);
	} else if (!cJSON_IsArray(value) && !cJSON_IsObject(value)) {
		status = read_number(number, text, kind);
	}
	if (status == TALLY_ENOMEM) {
		return tally__fail_nomem(error);
	}
	if (status != 0 || (integer && *kind == JSON_DECIMAL && !cJSON_IsNumber(value))) {
		return refuse(text, integer ? "integer" : "number", error);
	}
	return 0;
}

static int to_integer(const cJSON *value, struct product *product, struct buf *number,
		      struct tally_error *error)
{
	enum json_kind kind = JSON_NULL;
	int status = to_number(value, product->text.bytes, true, number, &kind, error);

	if (status != 0) {
		return status;
	}
	tally__buf_clear(&product->text);
	return truncate_number(&product->text, number->bytes, error);
}

static int to_decimal(const cJSON *value, struct product *product, struct buf *number,
		      struct tally_error *error)
{
	enum json_kind kind = JSON_NULL;
	int status = to_number(value, product->text.bytes, false, number, &kind, error);

	if (status != 0) {
		return status;
	}
	tally__buf_clear(&product->text);
	tally__buf_adds(&product->text, number->bytes);
	if (kind == JSON_INTEGER) {
		tally__buf_adds(&product->text, ".0");
	}
	return 0;
}

static int to_boolean(const cJSON *value, struct product *product, struct tally_error *error)
{
	const char *text = product->text.bytes;
	bool is_true = strcmp(text, "true") == 0;

	if (cJSON_IsNumber(value)) {
		/* More than zero: a digit that is none, before the exponent. */
		is_true = *text != '-' && text[strspn(text, "0.")] >= '1' &&
			  text[strspn(text, "0.")] <= '9';
	} else if (!is_true && !cJSON_IsNull(value) && strcmp(text, "false") != 0) {
		return refuse(text, "boolean", error);
	}
	tally__buf_clear(&product->text);
	tally__buf_adds(&product->text, is_true ? "true" : "false");
	return 0;
}

/* `value` is NULL where the product's text was put together from several parts. */
static int convert(enum state_type type, const cJSON *value, struct product *product,
		   struct buf *number, struct tally_error *error)
{
	if (type == STATE_RAW || type == STATE_STRING) {
		product->form = type == STATE_RAW && value ? PRODUCT_JSON : PRODUCT_TEXT;
		product->json = value;
		return 0;
	}
	product->form = PRODUCT_LITERAL;
	if (type == STATE_BOOLEAN) {
		return to_boolean(value, product, error);
	}
	return type == STATE_INTEGER ? to_integer(value, product, number, error)
				     : to_decimal(value, product, number, error);
}

int tally__generator_make_state(const struct generator *generator,
				const struct generator_context *context, struct product *product,
				struct tally_error *error)
{
	const char *expression = generator->expression;
	const cJSON *value = NULL;
	struct buf number;
	int status = 0;

	tally__buf_init(&number, LIMIT_GENERATED_BYTES);
	if (strstr(expression, "${")) {
		status = expand(expression, context->state_values, &product->text, &value, error);
	} else {
		status = look_up(context->state_values, expression, strlen(expression), &value,
				 error);
		if (status == 0) {
			add_value(&product->text, value);
			status = tally__buf_status(&product->text, error);
		}
	}
	if (status == 0) {
		status = convert(generator->state_type, value, product, &number, error);
	}
	if (status == 0) {
		status = tally__buf_status(&number, error);
	}
	tally__buf_release(&number);
	return status;
}
