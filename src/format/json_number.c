#include "config.h"

#include "format/json_number.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"

/* From here on not every integer is a double. */
#define EXACT_BELOW 9007199254740992.0
/* More digits than a double has. */
#define SHORT_DIGITS 25
/* Exponents of more digits are compared as text only. */
#define EXPONENT_DIGITS 17

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_len(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && is_digit(text[at]))
		at++;
	return at;
}

/* Takes the digits at scan->len, of which there must be some. */
static bool take_digits(struct json_number_scan *scan, const char *text, size_t len,
			const char *expected)
{
	size_t digits = digits_len(text + scan->len, len - scan->len);

	scan->len += digits;
	if (digits == 0)
		scan->wrong = expected;
	return digits > 0;
}

void tally__json_number_scan(struct json_number_scan *scan, const char *text, size_t len)
{
	size_t first;
	size_t digits;

	*scan = (struct json_number_scan){0};
	if (len > 0 && text[0] == '-')
		scan->len++;
	first = scan->len;
	if (!take_digits(scan, text, len, "a digit after '-'"))
		return;
	digits = scan->len - first;
	if (text[first] == '0' && digits > 1) {
		scan->len = first + 1;
		scan->wrong = "no more digits after a leading 0";
		return;
	}
	scan->plain = digits <= JSON_EXACT_DIGITS && (first == 0 || text[first] != '0');
	if (scan->len < len && text[scan->len] == '.') {
		scan->plain = false;
		scan->len++;
		if (!take_digits(scan, text, len, "a digit after '.' in a number"))
			return;
	}
	if (scan->len < len && (text[scan->len] == 'e' || text[scan->len] == 'E')) {
		scan->plain = false;
		scan->len++;
		if (scan->len < len && (text[scan->len] == '+' || text[scan->len] == '-'))
			scan->len++;
		take_digits(scan, text, len, "a digit in the exponent of a number");
	}
}

/* A number as 0.d1d2…dn times ten to the power of `exponent`; n is 0 for zero. */
struct decimal {
	bool negative;
	const char *digits; /* from the first that is not 0; '.' may stand between them */
	size_t digit_count; /* up to the last that is not 0 */
	int64_t exponent;   /* without the part below */
	/* The exponent as written, without leading zeros, when it is too long to be counted. */
	bool huge_negative;
	const char *huge;
	size_t huge_len;
};

static void read_exponent(struct decimal *decimal, const char *text, size_t len)
{
	bool negative = len > 0 && text[0] == '-';
	int64_t value = 0;
	size_t at = len > 0 && !is_digit(text[0]) ? 1 : 0;

	while (at < len && text[at] == '0')
		at++;
	if (len - at > EXPONENT_DIGITS) {
		decimal->huge = text + at;
		decimal->huge_len = len - at;
		decimal->huge_negative = negative;
		return;
	}
	for (; at < len; at++)
		value = value * 10 + (text[at] - '0');
	decimal->exponent += negative ? -value : value;
}

static void read_decimal(struct decimal *decimal, const char *text, size_t len)
{
	int64_t leading_zeros = 0;
	int64_t whole_digits = -1;
	int64_t digits = 0;
	size_t at = 0;

	*decimal = (struct decimal){.negative = len > 0 && text[0] == '-'};
	if (decimal->negative)
		at++;
	for (; at < len && (is_digit(text[at]) || text[at] == '.'); at++) {
		if (text[at] == '.') {
			whole_digits = digits;
			continue;
		}
		digits++;
		if (text[at] != '0') {
			if (decimal->digits == NULL) {
				decimal->digits = text + at;
				leading_zeros = digits - 1;
			}
			decimal->digit_count = (size_t)(digits - leading_zeros);
		}
	}
	if (decimal->digit_count == 0)
		return;
	decimal->exponent = (whole_digits >= 0 ? whole_digits : digits) - leading_zeros;
	if (at < len)
		read_exponent(decimal, text + at + 1, len - at - 1);
}

static bool same_exponent(const struct decimal *a, const struct decimal *b)
{
	/* Exponents beyond 10^17 are equal only when written equally: nothing holds such numbers.
	 */
	return a->exponent == b->exponent && a->huge_len == b->huge_len &&
	       a->huge_negative == b->huge_negative &&
	       (a->huge_len == 0 || memcmp(a->huge, b->huge, a->huge_len) == 0);
}

static bool same_digits(const struct decimal *a, const struct decimal *b)
{
	const char *a_digit = a->digits;
	const char *b_digit = b->digits;
	size_t left;

	if (a->digit_count != b->digit_count)
		return false;
	for (left = a->digit_count; left > 0; left--) {
		if (*a_digit == '.')
			a_digit++;
		if (*b_digit == '.')
			b_digit++;
		if (*a_digit++ != *b_digit++)
			return false;
	}
	return true;
}

static bool same_decimal(const char *a, const char *b)
{
	struct decimal a_decimal;
	struct decimal b_decimal;

	read_decimal(&a_decimal, a, strlen(a));
	read_decimal(&b_decimal, b, strlen(b));
	if (a_decimal.digit_count == 0 || b_decimal.digit_count == 0)
		return a_decimal.digit_count == b_decimal.digit_count;
	return a_decimal.negative == b_decimal.negative && same_exponent(&a_decimal, &b_decimal) &&
	       same_digits(&a_decimal, &b_decimal);
}

size_t tally__json_number_shorten(char out[JSON_CJSON_NUMBER_BYTES], const char *text, size_t len)
{
	struct decimal decimal;
	long long exponent;
	size_t count;
	size_t out_len = 0;
	const char *digit;

	read_decimal(&decimal, text, len);
	if (decimal.negative)
		out[out_len++] = '-';
	count = decimal.digit_count < SHORT_DIGITS ? decimal.digit_count : SHORT_DIGITS;
	if (count == 0)
		out[out_len++] = '0';
	for (digit = decimal.digits; count > 0; digit++) {
		if (*digit == '.')
			continue;
		out[out_len++] = *digit;
		count--;
	}
	exponent = (long long)decimal.exponent;
	if (decimal.digit_count > 0)
		exponent -= decimal.digit_count < SHORT_DIGITS ? (long long)decimal.digit_count
							       : SHORT_DIGITS;
	if (decimal.huge != NULL)
		exponent = decimal.huge_negative ? -99999 : 99999;
	return out_len + (size_t)snprintf(out + out_len, JSON_CJSON_NUMBER_BYTES - out_len, "e%lld",
					  exponent);
}

static bool is_exact_integer(double value)
{
	return value > -EXACT_BELOW && value < EXACT_BELOW && value == (double)(int64_t)value;
}

/* snprintf and strtod go by the locale's decimal point; the text must not. */
static void replace_point(char *text)
{
	const char *point = localeconv()->decimal_point;
	size_t len = strlen(point);
	char *found = strstr(text, point);

	if (found == NULL || strcmp(point, ".") == 0)
		return;
	*found = '.';
	memmove(found + 1, found + len, strlen(found + len) + 1);
}

const char *tally__json_number_text(const cJSON *number, char scratch[JSON_NUMBER_BYTES])
{
	double value = number->valuedouble;
	int digits;

	if (number->valuestring != NULL)
		return number->valuestring;
	if (is_exact_integer(value)) {
		snprintf(scratch, JSON_NUMBER_BYTES, "%.0f", value);
		return scratch;
	}
	for (digits = 15; digits <= 17; digits++) {
		snprintf(scratch, JSON_NUMBER_BYTES, "%.*g", digits, value);
		if (strtod(scratch, NULL) == value)
			break;
	}
	replace_point(scratch);
	return scratch;
}

static bool is_decimal_text(const char *text)
{
	return strpbrk(text, ".eE") != NULL;
}

static enum json_kind number_kind(const cJSON *number)
{
	char scratch[JSON_NUMBER_BYTES];

	if (number->valuestring == NULL && is_exact_integer(number->valuedouble))
		return JSON_INTEGER;
	return is_decimal_text(tally__json_number_text(number, scratch)) ? JSON_DECIMAL
									 : JSON_INTEGER;
}

enum json_kind tally__json_kind(const cJSON *value)
{
	switch (value->type & 0xFF) {
	case cJSON_False:
	case cJSON_True:
		return JSON_BOOLEAN;
	case cJSON_Number:
		return number_kind(value);
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const char *tally__json_kind_name(enum json_kind kind)
{
	static const char *const names[] = {
		[JSON_NULL] = "Null",       [JSON_BOOLEAN] = "Boolean", [JSON_INTEGER] = "Integer",
		[JSON_DECIMAL] = "Decimal", [JSON_STRING] = "String",   [JSON_ARRAY] = "Array",
		[JSON_OBJECT] = "Object",
	};

	return names[kind];
}

bool tally__json_number_equal(const cJSON *a, const cJSON *b)
{
	char a_scratch[JSON_NUMBER_BYTES];
	char b_scratch[JSON_NUMBER_BYTES];
	const char *a_text;
	const char *b_text;

	if (a->valuestring == NULL && b->valuestring == NULL)
		return a->valuedouble == b->valuedouble;
	a_text = tally__json_number_text(a, a_scratch);
	b_text = tally__json_number_text(b, b_scratch);
	if (strcmp(a_text, b_text) == 0)
		return true;
	/* -0 and 0; two other integers whose texts differ are different. */
	return is_decimal_text(a_text) == is_decimal_text(b_text) && same_decimal(a_text, b_text);
}
