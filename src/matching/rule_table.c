#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/date.h"
#include "format/magic.h"
#include "format/mime.h"
#include "matching/display.h"
#include "matching/match_graphql.h"
#include "matching/rule_attributes.h"

bool tally__application_text(struct application *application, const struct operand *operand,
			     const char **text, size_t *len)
{
	struct buf *scratch = application->scratch;

	if (!operand->json) {
		*text = operand->text;
		*len = operand->len;
		return true;
	}
	if (cJSON_IsString(operand->json)) {
		*text = operand->json->valuestring;
		*len = strlen(*text);
		return true;
	}
	tally__buf_clear(scratch);
	if (tally__json_add(scratch, operand->json, TALLY_JSON_COMPACT) == TALLY_ENOMEM) {
		application->status = TALLY_ENOMEM;
		return false;
	}
	*text = scratch->bytes;
	*len = scratch->len;
	return scratch->status == 0;
}

/* ---- tests ---- */

static bool test_equality(struct application *a)
{
	if (a->expected.json && a->actual.json) {
		return tally__json_equal_within(a->expected.json, a->actual.json, &a->steps);
	}
	if (a->expected.json || a->actual.json) {
		return false;
	}
	return a->expected.len == a->actual.len &&
	       memcmp(a->expected.text, a->actual.text, a->expected.len) == 0;
}

static bool test_type(struct application *a)
{
	enum json_kind expected = JSON_NULL;
	enum json_kind actual = JSON_NULL;

	if (!a->expected.json || !a->actual.json) {
		return true;
	}
	expected = tally__json_kind(a->expected.json);
	actual = tally__json_kind(a->actual.json);
	return (expected == JSON_DECIMAL ? JSON_INTEGER : expected) ==
	       (actual == JSON_DECIMAL ? JSON_INTEGER : actual);
}

static bool test_regex(struct application *a)
{
	struct tally_error error = TALLY_ERROR_INIT;
	const char *text = NULL;
	size_t len = 0;
	size_t steps = 0;
	bool matches = false;
	int status = 0;

	if (!a->rule->regex || !tally__application_text(a, &a->actual, &text, &len)) {
		return false;
	}
	status = tally__regex_match_counted(a->rule->regex, text, len, &matches, &steps, &error);
	a->steps -= steps < a->steps ? steps : a->steps;
	switch (status) {
	case 0:
		return matches;
	case TALLY_ELIMIT:
		a->costly = true;
		a->reason = "the regular expression was too costly to match and was given up";
		return false;
	default:
		a->status = TALLY_ENOMEM;
		return false;
	}
}

static bool test_include(struct application *a)
{
	size_t wanted = strlen(a->rule->text);
	const char *text = NULL;
	size_t len = 0;

	if (!tally__application_text(a, &a->actual, &text, &len)) {
		return false;
	}
	return wanted == 0 || memmem(text, len, a->rule->text, wanted) != NULL;
}

static size_t count_digits(const char *text, size_t len)
{
	size_t count = 0;

	while (count < len && text[count] >= '0' && text[count] <= '9') {
		count++;
	}
	return count;
}

/* Digits with a sign in front, of any length. */
static bool is_integer_text(const char *text, size_t len)
{
	size_t sign = len > 0 && (text[0] == '-' || text[0] == '+');

	return len > sign && count_digits(text + sign, len - sign) == len - sign;
}

/* A sign, digits with a point among them, an exponent. */
static bool is_number_text(const char *text, size_t len)
{
	size_t at = len > 0 && (text[0] == '-' || text[0] == '+');
	size_t whole = count_digits(text + at, len - at);
	size_t fraction = 0;

	at += whole;
	if (at < len && text[at] == '.') {
		at++;
		fraction = count_digits(text + at, len - at);
		at += fraction;
	}
	if (whole + fraction == 0) {
		return false;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		return is_integer_text(text + at + 1, len - at - 1);
	}
	return at == len;
}

static bool test_integer(struct application *a)
{
	if (a->actual.json) {
		return tally__json_kind(a->actual.json) == JSON_INTEGER;
	}
	return is_integer_text(a->actual.text, a->actual.len);
}

static bool test_decimal(struct application *a)
{
	if (a->actual.json) {
		return tally__json_kind(a->actual.json) == JSON_DECIMAL;
	}
	return is_number_text(a->actual.text, a->actual.len);
}

static bool test_number(struct application *a)
{
	if (a->actual.json) {
		return cJSON_IsNumber(a->actual.json);
	}
	return is_number_text(a->actual.text, a->actual.len);
}

static bool test_boolean(struct application *a)
{
	const char *text = NULL;
	size_t len = 0;

	if (cJSON_IsBool(a->actual.json)) {
		return true;
	}
	if (a->actual.json && !cJSON_IsString(a->actual.json)) {
		return false;
	}
	return tally__application_text(a, &a->actual, &text, &len) &&
	       ((len == 4 && memcmp(text, "true", 4) == 0) ||
		(len == 5 && memcmp(text, "false", 5) == 0));
}

static bool test_null(struct application *a)
{
	return cJSON_IsNull(a->actual.json);
}

static bool test_not_empty(struct application *a)
{
	if (!a->actual.json) {
		return a->actual.len > 0;
	}
	if (cJSON_IsString(a->actual.json)) {
		return a->actual.json->valuestring[0] != '\0';
	}
	if (cJSON_IsArray(a->actual.json) || cJSON_IsObject(a->actual.json)) {
		return a->actual.json->child != NULL;
	}
	return !cJSON_IsNull(a->actual.json);
}

static bool test_date(struct application *a)
{
	const char *text = NULL;
	size_t len = 0;

	return tally__application_text(a, &a->actual, &text, &len) &&
	       tally__date_matches(a->rule->text, text, len, &a->reason, &a->reason_at);
}

/* Two spellings of one type will do: equal, or equivalent as media types. */
static bool are_equivalent_types(struct application *a, const char *wanted, const char *found)
{
	struct arena arena;
	struct mime expected = {0};
	struct mime actual = {0};
	bool equivalent = false;
	int status = 0;

	if (strcmp(wanted, found) == 0) {
		return true;
	}
	tally__arena_init(&arena, 0);
	status = tally__mime_parse(&expected, &arena, wanted, NULL);
	if (status == 0) {
		status = tally__mime_parse(&actual, &arena, found, NULL);
	}
	equivalent = status == 0 && tally__mime_equivalent(&expected, &actual);
	a->status = status == TALLY_ENOMEM ? status : 0;
	tally__arena_release(&arena);
	return equivalent;
}

static bool test_content_type(struct application *a)
{
	const char *text = NULL;
	size_t len = 0;

	if (!tally__application_text(a, &a->actual, &text, &len)) {
		return false;
	}
	a->reason = tally__magic_detect(text, len);
	/* What a mismatch shows: types say more than bytes. */
	a->expected = (struct operand){.text = a->rule->text, .len = strlen(a->rule->text)};
	a->actual = (struct operand){.text = a->reason, .len = strlen(a->reason)};
	if (are_equivalent_types(a, a->rule->text, a->reason)) {
		return true;
	}
	/* It takes no more than a digit to look like JSON. */
	return strcmp(a->reason, "application/json") == 0 &&
	       are_equivalent_types(a, a->rule->text, "text/plain");
}

/* One or more identifiers between dots: digits, letters, hyphens; numbers without a zero in front
 * where `strict`. */
static bool are_identifiers(const char *text, size_t len, bool strict)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		char c = i < len ? text[i] : '.';

		if (c == '.') {
			bool digits = count_digits(text + start, i - start) == i - start;

			if (i == start ||
			    (strict && digits && i - start > 1 && text[start] == '0')) {
				return false;
			}
			start = i + 1;
		} else if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
			   !(c >= 'A' && c <= 'Z') && c != '-') {
			return false;
		}
	}
	return true;
}

/* Semantic Versioning 2.0.0, nothing missing. */
static bool test_semver(struct application *a)
{
	const char *text = NULL;
	size_t len = 0;
	size_t at = 0;

	if (!tally__application_text(a, &a->actual, &text, &len)) {
		return false;
	}
	for (int part = 0; part < 3; part++) {
		size_t digits = count_digits(text + at, len - at);

		if (digits == 0 || (digits > 1 && text[at] == '0')) {
			a->reason = "expected three numbers, such as 1.2.3, without zeros in front";
			return false;
		}
		at += digits;
		if (part < 2 && (at == len || text[at++] != '.')) {
			a->reason = "expected three numbers, such as 1.2.3";
			return false;
		}
	}
	if (at < len && text[at] == '-') {
		const char *plus = memchr(text + at, '+', len - at);
		size_t end = plus ? (size_t)(plus - text) : len;

		if (!are_identifiers(text + at + 1, end - at - 1, true)) {
			a->reason = "the part after '-' is not a pre-release";
			return false;
		}
		at = end;
	}
	if (at < len && (text[at] != '+' || !are_identifiers(text + at + 1, len - at - 1, false))) {
		a->reason = "expected nothing, a pre-release or build metadata after the numbers";
		return false;
	}
	return true;
}

static bool test_status_code(struct application *a)
{
	const struct rule *rule = a->rule;
	const char *text = NULL;
	size_t len = 0;
	long code = 0;

	if (!tally__application_text(a, &a->actual, &text, &len) || len == 0 || len > 3 ||
	    count_digits(text, len) != len) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		code = code * 10 + (text[i] - '0');
	}
	if (!rule->codes) {
		return code >= rule->code_from && code <= rule->code_to;
	}
	for (size_t i = 0; i < rule->code_count; i++) {
		if (rule->codes[i] == code) {
			return true;
		}
	}
	return false;
}

/* eachKey and eachValue stand for what is below; a scalar satisfies them. */
static bool test_json_only(struct application *a)
{
	return a->actual.json != NULL;
}

static bool test_never(struct application *a)
{
	(void)a;
	return false;
}

/* ---- wording ---- */

static void add_subject(struct buf *out, const struct application *a)
{
	tally__buf_adds(out, "Expected ");
	tally__display_kind(out, &a->actual);
}

static void add_reason(struct buf *out, const struct application *a, const char *separator)
{
	if (a->reason) {
		tally__buf_adds(out, separator);
		tally__buf_adds(out, a->reason);
	}
}

/* "Expected 'x'", for rules that look at the text of a value. */
static void add_text_subject(struct buf *out, const struct application *a)
{
	struct operand shown = a->actual;

	tally__buf_adds(out, "Expected ");
	if (shown.json && !cJSON_IsString(shown.json)) {
		tally__buf_addc(out, '\'');
		tally__display_value(out, &shown);
		tally__buf_addc(out, '\'');
	} else {
		tally__display_value(out, &shown);
	}
}

static void describe_equality(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, " to be equal to ");
	tally__display_kind(out, &a->expected);
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_type(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, " to be the same type as ");
	tally__display_kind(out, &a->expected);
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_regex(struct buf *out, const struct application *a)
{
	struct operand pattern = {.text = a->rule->text, .len = strlen(a->rule->text)};

	if (a->rule->invalid) {
		tally__display_value(out, &pattern);
		tally__buf_addf(out, " is not a valid regular expression - %s", a->rule->invalid);
		return;
	}
	add_text_subject(out, a);
	tally__buf_adds(out, " to match ");
	tally__display_value(out, &pattern);
	add_reason(out, a, ", but ");
}

static void describe_include(struct buf *out, const struct application *a)
{
	struct operand wanted = {.text = a->rule->text, .len = strlen(a->rule->text)};

	add_text_subject(out, a);
	tally__buf_adds(out, " to include ");
	tally__display_value(out, &wanted);
}

static void describe_integer(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, a->actual.json ? " to be an integer" : " to match an integer number");
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_decimal(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out,
			a->actual.json ? " to be a decimal number" : " to match a decimal number");
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_number(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, a->actual.json ? " to be a number" : " to match a number");
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_boolean(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, " to match a boolean");
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_null(struct buf *out, const struct application *a)
{
	add_subject(out, a);
	tally__buf_adds(out, " to be a null value");
	tally__display_hint(out, &a->expected, &a->actual);
}

static void describe_not_empty(struct buf *out, const struct application *a)
{
	if (cJSON_IsNull(a->actual.json)) {
		tally__buf_adds(out, "Expected non-empty value but got a NULL");
		return;
	}
	add_subject(out, a);
	tally__buf_adds(out, " to not be empty");
}

/* ", found '13-01'": what stands where a date goes wrong. */
static void add_found(struct buf *out, const struct application *a)
{
	bool is_json = a->actual.json != NULL;
	const char *text = is_json ? a->actual.json->valuestring : a->actual.text;
	struct operand rest = {0};
	size_t len = 0;

	if (is_json && !cJSON_IsString(a->actual.json)) {
		return;
	}
	len = is_json ? strlen(text) : a->actual.len;
	rest = (struct operand){.text = text + a->reason_at, .len = len - a->reason_at};
	if (rest.len == 0) {
		tally__buf_adds(out, ", found the end");
	} else {
		tally__buf_adds(out, ", found ");
		tally__display_value(out, &rest);
	}
}

static void describe_pattern(struct buf *out, const struct application *a, const char *what)
{
	add_text_subject(out, a);
	tally__buf_addf(out, " to match a %s pattern of '", what);
	tally__display_text(out, a->rule->text, strlen(a->rule->text));
	tally__buf_addc(out, '\'');
	add_reason(out, a, ": ");
	if (a->reason && a->reason_at != SIZE_MAX) {
		add_found(out, a);
	}
}

static void describe_date(struct buf *out, const struct application *a)
{
	describe_pattern(out, a, "date");
}

static void describe_time(struct buf *out, const struct application *a)
{
	describe_pattern(out, a, "time");
}

static void describe_datetime(struct buf *out, const struct application *a)
{
	describe_pattern(out, a, "timestamp");
}

static void describe_content_type(struct buf *out, const struct application *a)
{
	tally__buf_adds(out, "Expected binary contents to have content type '");
	tally__display_text(out, a->rule->text, strlen(a->rule->text));
	tally__buf_addf(out, "' but detected contents was '%s'",
			a->reason ? a->reason : "application/octet-stream");
}

static void describe_semver(struct buf *out, const struct application *a)
{
	tally__display_value(out, &a->actual);
	tally__buf_adds(out, " is not a valid semantic version");
	add_reason(out, a, " - ");
}

static void describe_status_code(struct buf *out, const struct application *a)
{
	tally__buf_adds(out, "Expected status code ");
	if (a->actual.json) {
		tally__display_value(out, &a->actual);
	} else {
		tally__buf_add(out, a->actual.text, a->actual.len);
	}
	tally__buf_addf(out, " to be a %s", a->rule->codes_text);
}

static void describe_unable(struct buf *out, const struct application *a)
{
	tally__buf_adds(out, "Unable to match ");
	tally__display_kind(out, &a->actual);
	tally__buf_addf(out, " using the '%s' matching rule", a->rule->name);
}

static void describe_unknown(struct buf *out, const struct application *a)
{
	tally__buf_addf(out,
			"Could not apply the '%s' matching rule - no rule of that name is known",
			a->rule->name);
}

/* ---- the table ---- */

/* clang-format off */
static const struct rule_kind kinds[] = {
	/* name, aliases, cascades, on a list, on a map, members, attributes, test, wording */
	{"equality", "", true, CONTAINER_EQUAL, CONTAINER_EQUAL, MEMBERS_PLAIN,
	 NULL, test_equality, describe_equality},
	{"type", " min max mintype maxtype minmax minmaxtype ", true, CONTAINER_BOUNDS, CONTAINER_BOUNDS, MEMBERS_PLAIN,
	 tally__rule_read_bounds, test_type, describe_type},
	{"regex", "", true, CONTAINER_PASS, CONTAINER_PASS, MEMBERS_PLAIN,
	 tally__rule_read_regex, test_regex, describe_regex},
	{"include", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_value, test_include, describe_include},
	{"graphql", "", true, CONTAINER_UNABLE, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, tally__graphql_test, tally__graphql_describe},
	{"integer", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_integer, describe_integer},
	{"decimal", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_decimal, describe_decimal},
	{"number", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_number, describe_number},
	{"boolean", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_boolean, describe_boolean},
	{"null", "", true, CONTAINER_UNABLE, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_null, describe_null},
	{"date", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_date, test_date, describe_date},
	{"time", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_time, test_date, describe_time},
	{"datetime", " timestamp ", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_datetime, test_date, describe_datetime},
	{"contentType", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_value, test_content_type, describe_content_type},
	{"notEmpty", "", true, CONTAINER_TEST, CONTAINER_TEST, MEMBERS_PLAIN,
	 NULL, test_not_empty, describe_not_empty},
	{"semver", "", true, CONTAINER_PASS, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 NULL, test_semver, describe_semver},
	{"statusCode", "", true, CONTAINER_UNABLE, CONTAINER_UNABLE, MEMBERS_PLAIN,
	 tally__rule_read_status, test_status_code, describe_status_code},
	{"values", "", true, CONTAINER_PASS, CONTAINER_PASS, MEMBERS_VALUES,
	 NULL, test_equality, describe_equality},
	{"arrayContains", "", true, CONTAINER_PASS, CONTAINER_PASS, MEMBERS_ARRAY_CONTAINS,
	 NULL, test_json_only, describe_unable},
	{"eachKey", "", true, CONTAINER_PASS, CONTAINER_PASS, MEMBERS_EACH_KEY,
	 NULL, test_json_only, describe_unable},
	{"eachValue", "", true, CONTAINER_PASS, CONTAINER_PASS, MEMBERS_EACH_VALUE,
	 NULL, test_json_only, describe_unable},
};

/* The rule of a plugin, or a name that is misspelt. */
static const struct rule_kind unknown_kind = {
	"unknown", "", false, CONTAINER_TEST, CONTAINER_TEST, MEMBERS_PLAIN,
	NULL, test_never, describe_unknown,
};
/* clang-format on */

/* Longest name in the table, with blanks around it and its NUL. */
#define NAME_BYTES 24

/* Writes " name " without hyphens and in lower case; false when it is too long to be in the table.
 */
static bool normalise(const char *name, char out[NAME_BYTES])
{
	size_t len = 0;

	out[len++] = ' ';
	for (; *name; name++) {
		if (*name == '-' || *name == '_') {
			continue;
		}
		if (len >= NAME_BYTES - 2 || *name == ' ') {
			return false;
		}
		out[len++] = tally__text_lower(*name);
	}
	out[len++] = ' ';
	out[len] = '\0';
	return len > 2;
}

const struct rule_kind *tally__rule_kind_find(const char *name)
{
	char wanted[NAME_BYTES];
	char known[NAME_BYTES];

	/* As nearly all write it. */
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			return &kinds[i];
		}
	}
	if (!normalise(name, wanted)) {
		return &unknown_kind;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if ((normalise(kinds[i].name, known) && strcmp(known, wanted) == 0) ||
		    strstr(kinds[i].aliases, wanted)) {
			return &kinds[i];
		}
	}
	return &unknown_kind;
}

void tally__rule_describe_unable(struct buf *out, const struct application *application)
{
	describe_unable(out, application);
}
