#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/date.h"
#include "matching/rule_attributes.h"

/* A size: a whole number, or the text of one; absent and null are no size. */
static int read_size(const cJSON *json, const char *name, bool *has, size_t *out,
		     struct tally_error *error)
{
	const cJSON *value = tally__json_get(json, name);
	char scratch[JSON_NUMBER_BYTES];
	const char *text = "";
	uint64_t size = 0;

	if (!value || cJSON_IsNull(value)) {
		return 0;
	}
	if (cJSON_IsString(value)) {
		text = value->valuestring;
	} else if (cJSON_IsNumber(value)) {
		text = tally__json_number_text(value, scratch);
	}
	if (!tally__text_to_u64(text, &size) || size > SIZE_MAX / 2) {
		return tally__fail(error, TALLY_EPARSE,
				   "expected \"%s\" of the matching rule to be a whole number, 0 "
				   "or more",
				   name);
	}
	*has = true;
	*out = (size_t)size;
	return 0;
}

/* "min" and "min-type" have no say on the other bound. */
static bool is_one_of(const char *name, const char *bound, const char *long_name)
{
	return tally__text_equal_nocase(name, bound) || tally__text_equal_nocase(name, long_name);
}

int tally__rule_read_bounds(struct rule *rule, const cJSON *json, struct arena *arena,
			    struct tally_error *error)
{
	int status = 0;

	(void)arena;
	if (!is_one_of(rule->name, "max", "max-type")) {
		status = read_size(json, "min", &rule->has_min, &rule->min, error);
	}
	if (status == 0 && !is_one_of(rule->name, "min", "min-type")) {
		status = read_size(json, "max", &rule->has_max, &rule->max, error);
	}
	return status;
}

int tally__rule_read_regex(struct rule *rule, const cJSON *json, struct arena *arena,
			   struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = 0;

	rule->text = tally__json_get_string(json, "regex");
	if (!rule->text) {
		return tally__fail(error, TALLY_EPARSE,
				   "a regex matching rule needs the member \"regex\", a string");
	}
	status = tally__regex_new(&rule->regex, rule->text, REGEX_WHOLE, &why);
	if (status == TALLY_ENOMEM) {
		return tally__fail_nomem(error);
	}
	if (status != 0) {
		rule->invalid = tally__arena_strdup(arena, why.message);
		if (!rule->invalid) {
			return tally__fail_nomem(error);
		}
	}
	return 0;
}

/* The first of some members, as text, or `otherwise` when none has any. */
static int read_text(struct rule *rule, const cJSON *json, const char *const names[],
		     const char *otherwise, struct arena *arena, struct tally_error *error)
{
	const cJSON *value = NULL;
	char scratch[JSON_NUMBER_BYTES];

	for (size_t i = 0; names[i] && !value; i++) {
		value = tally__json_get(json, names[i]);
	}
	rule->text = otherwise;
	if (cJSON_IsString(value)) {
		if (value->valuestring[0] != '\0') {
			rule->text = value->valuestring;
		}
	} else if (cJSON_IsNumber(value)) {
		rule->text = tally__arena_strdup(arena, tally__json_number_text(value, scratch));
	} else if (cJSON_IsBool(value)) {
		rule->text = cJSON_IsTrue(value) ? "true" : "false";
	} else if (value && !cJSON_IsNull(value)) {
		return tally__fail(error, TALLY_EPARSE,
				   "expected \"%s\" of the matching rule to be a string",
				   value->string);
	}
	return rule->text ? 0 : tally__fail_nomem(error);
}

int tally__rule_read_value(struct rule *rule, const cJSON *json, struct arena *arena,
			   struct tally_error *error)
{
	return read_text(rule, json, (const char *const[]){"value", NULL}, "", arena, error);
}

int tally__rule_read_date(struct rule *rule, const cJSON *json, struct arena *arena,
			  struct tally_error *error)
{
	return read_text(rule, json, (const char *const[]){"format", "date", NULL},
			 DATE_PATTERN_DATE, arena, error);
}

int tally__rule_read_time(struct rule *rule, const cJSON *json, struct arena *arena,
			  struct tally_error *error)
{
	return read_text(rule, json, (const char *const[]){"format", "time", NULL},
			 DATE_PATTERN_TIME, arena, error);
}

int tally__rule_read_datetime(struct rule *rule, const cJSON *json, struct arena *arena,
			      struct tally_error *error)
{
	return read_text(rule, json, (const char *const[]){"format", "datetime", "timestamp", NULL},
			 DATE_PATTERN_DATETIME, arena, error);
}

static const struct status_class {
	const char *name;
	long from, to;
	const char *label;
} status_classes[] = {
	{"info", 100, 199, "Informational response (100–199)"},
	{"success", 200, 299, "Successful response (200–299)"},
	{"redirect", 300, 399, "Redirect (300–399)"},
	{"clientError", 400, 499, "Client error (400–499)"},
	{"serverError", 500, 599, "Server error (500–599)"},
	{"nonError", 0, 399, "Non-error response (< 400)"},
	{"error", 400, 999, "Error response (>= 400)"},
};

static int read_codes(struct rule *rule, const cJSON *codes, struct arena *arena,
		      struct tally_error *error)
{
	struct buf text;
	const cJSON *code = NULL;
	int status = 0;

	rule->codes = tally__arena_alloc_array(arena, (size_t)cJSON_GetArraySize(codes),
					       sizeof *rule->codes);
	if (!rule->codes) {
		return tally__fail_nomem(error);
	}
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	cJSON_ArrayForEach(code, codes)
	{
		if (tally__json_kind(code) != JSON_INTEGER || code->valuedouble < 0 ||
		    code->valuedouble > 999) {
			status = tally__fail(error, TALLY_EPARSE,
					     "expected \"status\" of the statusCode rule to list "
					     "status codes");
			goto out;
		}
		rule->codes[rule->code_count] = (long)code->valuedouble;
		tally__buf_addf(&text, "%s%ld", rule->code_count > 0 ? ", " : "",
				rule->codes[rule->code_count]);
		rule->code_count++;
	}
	status = tally__buf_status(&text, error);
	if (status == 0) {
		rule->codes_text = tally__arena_memdup(arena, text.bytes, text.len);
		status = rule->codes_text ? 0 : tally__fail_nomem(error);
	}
out:
	tally__buf_release(&text);
	return status;
}

int tally__rule_read_status(struct rule *rule, const cJSON *json, struct arena *arena,
			    struct tally_error *error)
{
	const cJSON *value = tally__json_get(json, "status");
	const char *name = "success";

	if (cJSON_IsArray(value)) {
		return read_codes(rule, value, arena, error);
	}
	if (value && !cJSON_IsNull(value)) {
		name = cJSON_IsString(value) ? value->valuestring : "";
	}
	for (size_t i = 0; i < sizeof status_classes / sizeof status_classes[0]; i++) {
		const struct status_class *class = &status_classes[i];

		if (tally__text_equal_nocase(class->name, name)) {
			rule->code_from = class->from;
			rule->code_to = class->to;
			rule->codes_text = class->label;
			return 0;
		}
	}
	return tally__fail(error, TALLY_EPARSE,
			   "expected \"status\" of the statusCode rule to be info, success, "
			   "redirect, clientError, serverError, nonError, error or a list of "
			   "codes");
}
