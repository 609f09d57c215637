#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/date.h"
#include "matching/generator_kind.h"

/* ---- parameters ---- */

static int refuse(struct tally_error *error, const char *name, const char *expected)
{
	return tally__fail(error, TALLY_EPARSE, "expected \"%s\" of the generator to be %s", name,
			   expected);
}

/* A whole number, or the text of one; absent and null are none. */
static int read_integer(const cJSON *json, const char *name, bool *has, int64_t *out,
			struct tally_error *error)
{
	static const char expected[] = "a whole number of at most 64 bits";
	const cJSON *value = tally__json_get(json, name);
	char scratch[JSON_NUMBER_BYTES];
	const char *text = "";
	uint64_t size = 0;
	bool negative = false;

	*has = value && !cJSON_IsNull(value);
	if (!*has) {
		return 0;
	}
	if (cJSON_IsString(value)) {
		text = value->valuestring;
	} else if (cJSON_IsNumber(value)) {
		text = tally__json_number_text(value, scratch);
	}
	negative = *text == '-';
	if (!tally__text_to_u64(text + negative, &size) ||
	    size > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
		return refuse(error, name, expected);
	}
	*out = !negative ? (int64_t)size : size == 0 ? 0 : -(int64_t)(size - 1) - 1;
	return 0;
}

static int read_size(struct generator *generator, const cJSON *json, const char *name, int64_t min,
		     struct tally_error *error)
{
	bool has = false;
	int64_t size = 10;
	int status = read_integer(json, name, &has, &size, error);

	if (status == 0 && size < min) {
		status = refuse(error, name, min > 0 ? "1 or more" : "0 or more");
	}
	if (status == 0 && size > LIMIT_GENERATED_BYTES) {
		status = tally__fail(error, TALLY_ELIMIT,
				     "\"%s\" of the generator is more than the %d that are "
				     "allowed",
				     name, (int)LIMIT_GENERATED_BYTES);
	}
	generator->size = status == 0 ? (size_t)size : 0;
	return status;
}

/* A string; NULL when it is absent or null. */
static int read_string(const cJSON *json, const char *name, const char **out,
		       struct tally_error *error)
{
	const cJSON *value = tally__json_get(json, name);

	if (!value || cJSON_IsNull(value)) {
		return 0;
	}
	if (!cJSON_IsString(value)) {
		return refuse(error, name, "a string");
	}
	*out = value->valuestring;
	return 0;
}

static int compile_int(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	const int64_t span = 10;
	bool has_min = false;
	bool has_max = false;
	int status = read_integer(json, "min", &has_min, &generator->min, error);

	generator->max = span;
	if (status == 0) {
		status = read_integer(json, "max", &has_max, &generator->max, error);
	}
	if (status != 0) {
		return status;
	}
	/* Where one bound is given, the other's default gives way to it. */
	if (!has_max && generator->max < generator->min) {
		generator->max =
			generator->min > INT64_MAX - span ? INT64_MAX : generator->min + span;
	}
	if (!has_min && generator->min > generator->max) {
		generator->min =
			generator->max < INT64_MIN + span ? INT64_MIN : generator->max - span;
	}
	if (generator->min > generator->max) {
		return tally__fail(error, TALLY_EPARSE,
				   "\"min\" of the generator, %lld, is more than \"max\", %lld",
				   (long long)generator->min, (long long)generator->max);
	}
	return 0;
}

static int compile_decimal(struct generator *generator, const cJSON *json,
			   struct tally_error *error)
{
	return read_size(generator, json, "digits", 1, error);
}

static int compile_hexadecimal(struct generator *generator, const cJSON *json,
			       struct tally_error *error)
{
	return read_size(generator, json, "digits", 0, error);
}

static int compile_string(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	return read_size(generator, json, "size", 0, error);
}

static int compile_regex(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	const char *pattern = NULL;
	int status = read_string(json, "regex", &pattern, error);

	if (status != 0) {
		return status;
	}
	if (!pattern) {
		return refuse(error, "regex", "a regular expression");
	}
	status = tally__regex_sampler_new(&generator->sampler, pattern, &why);
	if (status != 0) {
		tally__fail(error, status, "the regular expression \"%s\" cannot be used: %s",
			    pattern, why.message);
	}
	return status;
}

static int compile_uuid(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	static const struct {
		const char *name;
		enum uuid_form form;
	} forms[] = {{"simple", UUID_SIMPLE},
		     {"lower-case-hyphenated", UUID_LOWER},
		     {"upper-case-hyphenated", UUID_UPPER},
		     {"URN", UUID_URN}};
	int status = read_string(json, "format", &generator->format, error);

	for (size_t i = 0; status == 0 && i < sizeof forms / sizeof forms[0]; i++) {
		if (generator->format &&
		    tally__text_equal_nocase(forms[i].name, generator->format)) {
			generator->uuid = forms[i].form;
		}
	}
	return status;
}

/* Tries them on a date far from those that cannot be written. */
static int check_date(const struct generator *generator, struct tally_error *error)
{
	struct date_instant sample = {.unix_ms = INT64_C(1700000000000)};
	struct buf text;
	int status = 0;

	tally__buf_init(&text, LIMIT_GENERATED_BYTES);
	status = tally__date_format(&text, generator->format, sample, error);
	tally__buf_release(&text);
	if (status == 0 && generator->expression) {
		status = tally__date_expression_apply(&sample, generator->expression,
						      generator->kind->dates, error);
	}
	return status;
}

static int compile_date(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	static const char *const patterns[] = {
		[DATE_EXPRESSION_DATE] = DATE_PATTERN_DATE,
		[DATE_EXPRESSION_TIME] = DATE_PATTERN_TIME,
		/* Not that of the rule: the reference implementation has this. */
		[DATE_EXPRESSION_DATETIME] = "yyyy-MM-dd'T'HH:mm:ss.SSSZ"};
	int status = read_string(json, "format", &generator->format, error);

	if (status == 0) {
		status = read_string(json, "expression", &generator->expression, error);
	}
	/* A pattern that is there but empty is as good as none. */
	if (!generator->format || !*generator->format) {
		generator->format = patterns[generator->kind->dates];
	}
	return status == 0 ? check_date(generator, error) : status;
}

static int compile_state(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	static const struct {
		const char *name;
		enum state_type type;
	} types[] = {{"RAW", STATE_RAW},         {"STRING", STATE_STRING},
		     {"INTEGER", STATE_INTEGER}, {"DECIMAL", STATE_DECIMAL},
		     {"FLOAT", STATE_DECIMAL},   {"BOOLEAN", STATE_BOOLEAN}};
	const char *type = NULL;
	int status = read_string(json, "expression", &generator->expression, error);

	if (status == 0) {
		status = read_string(json, "dataType", &type, error);
	}
	if (status != 0) {
		return status;
	}
	if (!generator->expression) {
		return refuse(error, "expression", "a string such as ${name}");
	}
	for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++) {
		if (tally__text_equal_nocase(types[i].name, type)) {
			generator->state_type = types[i].type;
			return 0;
		}
	}
	return type ? refuse(error, "dataType", "STRING, INTEGER, DECIMAL, FLOAT, BOOLEAN or RAW")
		    : 0;
}

static int compile_url(struct generator *generator, const cJSON *json, struct tally_error *error)
{
	const char *pattern = NULL;
	struct tally_error why = TALLY_ERROR_INIT;
	int status = read_string(json, "example", &generator->example, error);

	if (status == 0) {
		status = read_string(json, "regex", &pattern, error);
	}
	if (status != 0) {
		return status;
	}
	if (!generator->example) {
		return refuse(error, "example", "a string, the URL to be replaced");
	}
	if (!pattern) {
		return refuse(error, "regex", "a string such as .*(/path)$");
	}
	status = tally__regex_new(&generator->regex, pattern, REGEX_SEARCH, &why);
	if (status != 0) {
		tally__fail(error, status, "the regular expression is not valid: %s", why.message);
	}
	return status;
}

/* ---- values ---- */

static int make_int(const struct generator *generator, const struct generator_context *context,
		    struct product *product, struct tally_error *error)
{
	(void)error;
	product->form = PRODUCT_DIGITS;
	tally__buf_addf(
		&product->text, "%lld",
		(long long)tally__random_between(context->random, generator->min, generator->max));
	return 0;
}

static void add_random(struct buf *out, struct random *random, const char *alphabet, size_t count)
{
	size_t letters = strlen(alphabet);

	for (size_t i = 0; i < count; i++) {
		tally__buf_addc(out, alphabet[tally__random_below(random, letters)]);
	}
}

/* So many digits in all; the point has at least one before it and, of three or more, two behind. */
static int make_decimal(const struct generator *generator, const struct generator_context *context,
			struct product *product, struct tally_error *error)
{
	struct buf *out = &product->text;
	size_t whole = 1;

	(void)error;
	product->form = PRODUCT_DIGITS;
	if (generator->size > 3) {
		whole += (size_t)tally__random_below(context->random, generator->size - 2);
	}
	if (whole > 1) {
		add_random(out, context->random, "123456789", 1);
		add_random(out, context->random, "0123456789", whole - 1);
	} else {
		add_random(out, context->random, "0123456789", 1);
	}
	if (generator->size > whole) {
		tally__buf_addc(out, '.');
		add_random(out, context->random, "0123456789", generator->size - whole);
	}
	return 0;
}

static int make_hexadecimal(const struct generator *generator,
			    const struct generator_context *context, struct product *product,
			    struct tally_error *error)
{
	(void)error;
	add_random(&product->text, context->random, "0123456789ABCDEF", generator->size);
	return 0;
}

static int make_string(const struct generator *generator, const struct generator_context *context,
		       struct product *product, struct tally_error *error)
{
	(void)error;
	add_random(&product->text, context->random,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		   generator->size);
	return 0;
}

static int make_match(const struct generator *generator, const struct generator_context *context,
		      struct product *product, struct tally_error *error)
{
	return tally__regex_sample(generator->sampler, context->random, &product->text, error);
}

static int make_boolean(const struct generator *generator, const struct generator_context *context,
			struct product *product, struct tally_error *error)
{
	(void)generator;
	(void)error;
	product->form = PRODUCT_LITERAL;
	tally__buf_adds(&product->text,
			tally__random_below(context->random, 2) == 0 ? "false" : "true");
	return 0;
}

/* RFC 4122, version 4. */
static int make_uuid(const struct generator *generator, const struct generator_context *context,
		     struct product *product, struct tally_error *error)
{
	const char *digits =
		generator->uuid == UUID_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	struct buf *out = &product->text;

	(void)error;
	if (generator->uuid == UUID_URN) {
		tally__buf_adds(out, "urn:uuid:");
	}
	for (size_t i = 0; i < 32; i++) {
		uint64_t digit = tally__random_below(context->random, 16);

		if (generator->uuid != UUID_SIMPLE && (i == 8 || i == 12 || i == 16 || i == 20)) {
			tally__buf_addc(out, '-');
		}
		if (i == 12) {
			digit = 4;
		} else if (i == 16) {
			digit = (digit & 3) | 8;
		}
		tally__buf_addc(out, digits[digit]);
	}
	return 0;
}

static int make_date(const struct generator *generator, const struct generator_context *context,
		     struct product *product, struct tally_error *error)
{
	struct date_instant instant = context->now;
	int status = 0;

	if (generator->expression) {
		status = tally__date_expression_apply(&instant, generator->expression,
						      generator->kind->dates, error);
	}
	return status == 0 ? tally__date_format(&product->text, generator->format, instant, error)
			   : status;
}

/* Groups that the expression may have before the one that is taken from it. */
enum { URL_SPANS = 2 };

static int make_url(const struct generator *generator, const struct generator_context *context,
		    struct product *product, struct tally_error *error)
{
	struct buf *out = &product->text;
	const char *example = generator->example;
	struct regex_span spans[URL_SPANS] = {{0}};
	const struct regex_span *match = &spans[0];
	const struct regex_span *path = &spans[1];
	size_t url_len = 0;
	int status = 0;

	if (!context->mock_server_url) {
		return tally__fail(error, TALLY_EINVAL,
				   "there is no mock server, so it has no URL");
	}
	status = tally__regex_find(generator->regex, example, strlen(example), spans, URL_SPANS,
				   error);
	if (status != 0 || !match->found) {
		tally__buf_adds(out, example);
		return status;
	}
	url_len = strlen(context->mock_server_url);
	/* The path begins with its own. */
	if (url_len > 0 && context->mock_server_url[url_len - 1] == '/' && path->len > 0 &&
	    example[path->start] == '/') {
		url_len--;
	}
	tally__buf_add(out, example, match->start);
	tally__buf_add(out, context->mock_server_url, url_len);
	tally__buf_add(out, example + path->start, path->len);
	tally__buf_adds(out, example + match->start + match->len);
	return 0;
}

/* ---- the table ---- */

#define BOTH (GENERATOR_CONSUMER | GENERATOR_PROVIDER)

static const struct generator_kind kinds[] = {
	{"RandomInt", BOTH, compile_int, make_int, 0},
	{"RandomDecimal", BOTH, compile_decimal, make_decimal, 0},
	{"RandomHexadecimal", BOTH, compile_hexadecimal, make_hexadecimal, 0},
	{"RandomString", BOTH, compile_string, make_string, 0},
	{"RandomBoolean", BOTH, NULL, make_boolean, 0},
	{"Regex", BOTH, compile_regex, make_match, 0},
	{"Uuid", BOTH, compile_uuid, make_uuid, 0},
	{"Date", BOTH, compile_date, make_date, DATE_EXPRESSION_DATE},
	{"Time", BOTH, compile_date, make_date, DATE_EXPRESSION_TIME},
	{"DateTime", BOTH, compile_date, make_date, DATE_EXPRESSION_DATETIME},
	{"ProviderState", GENERATOR_PROVIDER, compile_state, tally__generator_make_state, 0},
	{"MockServerURL", GENERATOR_CONSUMER, compile_url, make_url, 0},
};

static const struct generator_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			return &kinds[i];
		}
	}
	return NULL;
}

int tally__generator_new(struct generator **out, const cJSON *json, struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct generator *generator = tally__calloc(1, sizeof *generator);
	const char *name = tally__json_get_string(json, "type");
	int status = 0;

	if (!generator) {
		return tally__fail_nomem(error);
	}
	generator->name = name ? name : "";
	generator->kind = find_kind(generator->name);
	if (generator->kind && generator->kind->compile) {
		status = generator->kind->compile(generator, json, &why);
	} else if (!*generator->name) {
		status = tally__fail(&why, TALLY_EPARSE,
				     "expected \"type\", the name of a generator");
	}
	if (status != 0 && status != TALLY_ENOMEM) {
		generator->invalid = tally__strdup(why.message);
	}
	if (status != 0 && !generator->invalid) {
		tally__generator_free(generator);
		return tally__fail_nomem(error);
	}
	*out = generator;
	return 0;
}

void tally__generator_free(struct generator *generator)
{
	if (!generator) {
		return;
	}
	tally__regex_free(generator->regex);
	tally__regex_sampler_free(generator->sampler);
	tally__free(generator->invalid);
	tally__free(generator);
}

const char *tally__generator_name(const struct generator *generator)
{
	return generator->name;
}

bool tally__generator_is_known(const struct generator *generator)
{
	return generator->kind != NULL;
}

const char *tally__generator_invalid(const struct generator *generator)
{
	return generator->invalid;
}

bool tally__generator_applies(const struct generator *generator, enum generator_mode mode)
{
	return generator->kind && (generator->kind->modes & (unsigned)mode) != 0;
}

/* ---- use ---- */

static int make(const struct generator *generator, const struct generator_context *context,
		struct product *product, struct tally_error *error)
{
	int status = 0;

	if (generator->invalid) {
		return tally__fail(error, TALLY_EINVAL, "%s", generator->invalid);
	}
	if (!generator->kind) {
		return tally__fail(error, TALLY_EUNSUPPORTED,
				   "the specification has no generator \"%s\"; plugins are not "
				   "supported",
				   generator->name);
	}
	if (!tally__generator_applies(generator, context->mode)) {
		return tally__fail(error, TALLY_EUNSUPPORTED, "the generator %s is not for %s",
				   generator->name,
				   context->mode == GENERATOR_CONSUMER ? "what a consumer is given"
								       : "what a provider is sent");
	}
	status = generator->kind->make(generator, context, product, error);
	return status == 0 ? tally__buf_status(&product->text, error) : status;
}

static int to_json(const struct product *product, const cJSON *example, cJSON **out,
		   struct tally_error *error)
{
	bool is_text = product->form == PRODUCT_TEXT ||
		       (product->form == PRODUCT_DIGITS && cJSON_IsString(example));
	cJSON *value = NULL;

	if (product->form != PRODUCT_JSON && !is_text) {
		return tally_json_parse(out, product->text.bytes, product->text.len, error);
	}
	tally__json_setup();
	value = is_text ? cJSON_CreateString(product->text.bytes)
			: tally__json_clone(product->json);
	if (!value) {
		return tally__fail_nomem(error);
	}
	*out = value;
	return 0;
}

int tally__generator_value(const struct generator *generator,
			   const struct generator_context *context, const cJSON *example,
			   cJSON **out, struct tally_error *error)
{
	struct product product = {.form = PRODUCT_TEXT};
	int status = 0;

	tally__buf_init(&product.text, LIMIT_BODY_BYTES);
	status = make(generator, context, &product, error);
	if (status == 0) {
		status = to_json(&product, example, out, error);
	}
	tally__buf_release(&product.text);
	return status;
}

int tally__generator_text(const struct generator *generator,
			  const struct generator_context *context, struct buf *out,
			  struct tally_error *error)
{
	struct product product = {.form = PRODUCT_TEXT};
	int status = 0;

	tally__buf_init(&product.text, LIMIT_BODY_BYTES);
	status = make(generator, context, &product, error);
	if (status == 0 && product.form != PRODUCT_JSON) {
		tally__buf_add(out, product.text.bytes, product.text.len);
	} else if (status == 0 && cJSON_IsString(product.json)) {
		tally__buf_adds(out, product.json->valuestring);
	} else if (status == 0) {
		status = tally__json_add(out, product.json, TALLY_JSON_COMPACT);
	}
	tally__buf_release(&product.text);
	return status == 0 ? tally__buf_status(out, error) : status;
}
