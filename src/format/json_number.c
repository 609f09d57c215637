#include "config.h"

#include "format/json_number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"

/* From here on not every integer is a double. */
#define EXACT_BITS  53
#define EXACT_BELOW 9007199254740992.0
/* So many digits always fit into 64 bits. */
#define SUM_DIGITS 19
/* Far more than the powers of ten of a double. */
#define EXPONENT_MAX 100000
/* No double, and no middle between two of them, has more digits that count. */
#define VALUE_DIGITS 768
/* A sign, one digit more, "e", an exponent and NUL. */
#define EXPONENT_BYTES 32
/* Longer than the digits of any number that memory holds: how far points can be apart. */
#define POINT_MAX ((int64_t)1 << 48)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number while it is scanned: all its digits as one integer, and how many of them stand behind
 * the point. */
struct digits {
	uint64_t value; /* of the first SUM_DIGITS */
	size_t count;   /* from the first that is not 0 */
	size_t fraction;
};

/* Takes the digits at scan->len, of which there must be some. */
static size_t take_digits(struct json_number_scan *scan, struct digits *digits, const char *text,
			  size_t len, const char *expected)
{
	size_t start = scan->len;
	size_t at = start;

	for (; at < len && is_digit(text[at]); at++) {
		if (digits->count < SUM_DIGITS)
			digits->value = digits->value * 10 + (uint64_t)(text[at] - '0');
		digits->count += digits->value > 0;
	}
	if (at == start)
		scan->wrong = expected;
	scan->len = at;
	return at - start;
}

/* Takes an exponent behind its letter.  Beyond EXPONENT_MAX it is cut: far outside of a double. */
static int take_exponent(struct json_number_scan *scan, const char *text, size_t len)
{
	bool negative = scan->len < len && text[scan->len] == '-';
	size_t start;
	int value = 0;

	if (scan->len < len && (text[scan->len] == '+' || text[scan->len] == '-'))
		scan->len++;
	start = scan->len;
	for (; scan->len < len && is_digit(text[scan->len]); scan->len++) {
		if (value < EXPONENT_MAX)
			value = value * 10 + (text[scan->len] - '0');
	}
	if (scan->len == start)
		scan->wrong = "a digit in the exponent of a number";
	return negative ? -value : value;
}

/* A double holds both the digits and the power of ten exactly, so that one operation rounds once.
 * Where doubles are computed with more bits than they have, it could round twice. */
static void set_value(struct json_number_scan *scan, const struct digits *digits, long exponent,
		      bool negative)
{
	static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
					1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	static const long max_power = sizeof(powers) / sizeof(*powers) - 1;
	double value = (double)digits->value;

	if (digits->count > SUM_DIGITS || FLT_EVAL_METHOD != 0)
		return;
	if (exponent != 0 && digits->value != 0 &&
	    (digits->value >> EXACT_BITS != 0 || exponent > max_power || exponent < -max_power))
		return;
	if (digits->value == 0)
		exponent = 0;
	if (exponent > 0)
		value *= powers[exponent];
	else if (exponent < 0)
		value /= powers[-exponent];
	scan->value = negative ? -value : value;
	scan->has_value = true;
}

void tally__json_number_scan(struct json_number_scan *scan, const char *text, size_t len)
{
	bool negative = len > 0 && text[0] == '-';
	struct digits digits = {0};
	size_t whole;
	size_t fraction = 0;
	long exponent = 0;

	*scan = (struct json_number_scan){.len = negative};
	whole = take_digits(scan, &digits, text, len, "a digit after '-'");
	if (whole > 1 && text[negative] == '0') {
		scan->len = (size_t)negative + 1;
		scan->wrong = "no more digits after a leading 0";
	}
	if (scan->wrong != NULL)
		return;
	scan->plain = whole <= JSON_EXACT_DIGITS && (!negative || text[1] != '0');
	if (scan->len < len && text[scan->len] == '.') {
		scan->plain = false;
		scan->len++;
		fraction = take_digits(scan, &digits, text, len, "a digit after '.' in a number");
	}
	if (scan->wrong == NULL && scan->len < len &&
	    (text[scan->len] == 'e' || text[scan->len] == 'E')) {
		scan->plain = false;
		scan->len++;
		exponent = take_exponent(scan, text, len);
	}
	if (scan->wrong == NULL && fraction <= EXPONENT_MAX)
		set_value(scan, &digits, exponent - (long)fraction, negative);
}

/* A number as 0.d1d2…dn times ten to the power of `exponent`; n is 0 for zero. */
struct decimal {
	bool negative;
	const char *digits; /* from the first that is not 0; '.' may stand between them */
	size_t digit_count; /* up to the last that is not 0 */
	int64_t point;      /* the exponent, without the one that is written */
	/* That one, without leading zeros, of any length. */
	bool exponent_negative;
	const char *exponent;
	size_t exponent_len;
};

static void read_exponent(struct decimal *decimal, const char *text, size_t len)
{
	size_t at = len > 0 && !is_digit(text[0]) ? 1 : 0;

	decimal->exponent_negative = len > 0 && text[0] == '-';
	while (at < len && text[at] == '0')
		at++;
	decimal->exponent = text + at;
	decimal->exponent_len = len - at;
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
	decimal->point = (whole_digits >= 0 ? whole_digits : digits) - leading_zeros;
	if (at < len)
		read_exponent(decimal, text + at + 1, len - at - 1);
}

/* The digit of the written exponent that has `behind` others behind it, with its sign. */
static int exponent_digit(const struct decimal *decimal, size_t behind)
{
	int digit;

	if (behind >= decimal->exponent_len)
		return 0;
	digit = decimal->exponent[decimal->exponent_len - behind - 1] - '0';
	return decimal->exponent_negative ? -digit : digit;
}

/* Whether the exponents are equal, those that are written and the places of the points together:
 * the difference is taken digit by digit, until it is more than points can make up for. */
static bool same_exponent(const struct decimal *a, const struct decimal *b)
{
	size_t left = a->exponent_len > b->exponent_len ? a->exponent_len : b->exponent_len;
	int64_t difference = 0;

	while (left-- > 0) {
		difference = difference * 10 + exponent_digit(a, left) - exponent_digit(b, left);
		if (difference > POINT_MAX || difference < -POINT_MAX)
			return false;
	}
	return difference == b->point - a->point;
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

/* Writes "-ddd" with at most VALUE_DIGITS digits and without the point; its length. */
static size_t put_digits(char *out, const struct decimal *decimal)
{
	size_t count = decimal->digit_count < VALUE_DIGITS ? decimal->digit_count : VALUE_DIGITS;
	const char *digit = decimal->digits;
	size_t len = 0;

	if (decimal->negative)
		out[len++] = '-';
	if (count == 0)
		out[len++] = '0';
	for (; count > 0; digit++) {
		if (*digit == '.')
			continue;
		out[len++] = *digit;
		count--;
	}
	return len;
}

/* The exponent as it is written, and a like one where it is more than any number can make up for.
 */
static long long written_exponent(const struct decimal *decimal)
{
	long long value = 0;

	for (size_t i = 0; i < decimal->exponent_len && value < POINT_MAX; i++)
		value = value * 10 + (decimal->exponent[i] - '0');
	return decimal->exponent_negative ? -value : value;
}

/* strtod goes by the locale's decimal point: it is given a text that has none. */
double tally__json_number_value(const char *text, size_t len)
{
	char plain[VALUE_DIGITS + EXPONENT_BYTES];
	struct decimal decimal;
	long long exponent;
	size_t plain_len;

	read_decimal(&decimal, text, len);
	plain_len = put_digits(plain, &decimal);
	exponent = written_exponent(&decimal) + (long long)decimal.point -
		   (long long)decimal.digit_count;
	if (decimal.digit_count > VALUE_DIGITS) {
		/* Whatever the rest is, it is more than nothing: enough to round rightly. */
		plain[plain_len++] = '1';
		exponent += (long long)decimal.digit_count - VALUE_DIGITS - 1;
	}
	snprintf(plain + plain_len, sizeof(plain) - plain_len, "e%lld", exponent);
	return strtod(plain, NULL);
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

/* Printing a double as such costs many times as much. */
static const char *integer_text(double value, char scratch[JSON_NUMBER_BYTES])
{
	uint64_t rest = (uint64_t)(value < 0 ? -value : value);
	char *at = scratch + JSON_NUMBER_BYTES - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (signbit(value))
		*--at = '-';
	return at;
}

const char *tally__json_number_text(const cJSON *number, char scratch[JSON_NUMBER_BYTES])
{
	double value = number->valuedouble;
	int digits;

	if (number->valuestring != NULL)
		return number->valuestring;
	if (is_exact_integer(value))
		return integer_text(value, scratch);
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
