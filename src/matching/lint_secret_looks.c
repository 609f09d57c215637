/* Credentials: those that can be told by their form, and those that stand where one belongs. */
#include "config.h"

#include <string.h>

#include "base/letters.h"
#include "base/text.h"
#include "matching/lint_looks.h"

/* ---- known forms ---- */

enum letters_of { LETTERS_UPPER, LETTERS_ANY, LETTERS_HEX, LETTERS_URL };

struct secret_form {
	const char *prefix;
	size_t min_len; /* of what follows, of these letters */
	enum letters_of letters;
	const char *name;
};

static const struct secret_form forms[] = {
	{"AKIA", 16, LETTERS_UPPER, "an AWS access key"},
	{"ASIA", 16, LETTERS_UPPER, "an AWS access key"},
	{"ghp_", 36, LETTERS_ANY, "a GitHub token"},
	{"gho_", 36, LETTERS_ANY, "a GitHub token"},
	{"ghu_", 36, LETTERS_ANY, "a GitHub token"},
	{"ghs_", 36, LETTERS_ANY, "a GitHub token"},
	{"ghr_", 36, LETTERS_ANY, "a GitHub token"},
	{"github_pat_", 40, LETTERS_URL, "a GitHub token"},
	{"glpat-", 20, LETTERS_URL, "a GitLab token"},
	{"xoxb-", 20, LETTERS_URL, "a Slack token"},
	{"xoxp-", 20, LETTERS_URL, "a Slack token"},
	{"xoxa-", 20, LETTERS_URL, "a Slack token"},
	{"xoxs-", 20, LETTERS_URL, "a Slack token"},
	{"xapp-", 20, LETTERS_URL, "a Slack token"},
	{"sk_live_", 16, LETTERS_ANY, "a Stripe key"},
	{"rk_live_", 16, LETTERS_ANY, "a Stripe key"},
	{"AIza", 35, LETTERS_URL, "a Google API key"},
	{"npm_", 36, LETTERS_ANY, "an npm token"},
	{"pypi-", 60, LETTERS_URL, "a PyPI token"},
	{"SG.", 60, LETTERS_URL, "a SendGrid key"},
	{"dop_v1_", 64, LETTERS_HEX, "a DigitalOcean token"},
};

static bool is_letter(char c, enum letters_of letters)
{
	switch (letters) {
	case LETTERS_UPPER:
		return tally__is_upper(c) || tally__is_digit(c);
	case LETTERS_HEX:
		return tally__is_hex(c);
	case LETTERS_URL:
		if (c == '-' || c == '_' || c == '.')
			return true;
		break;
	case LETTERS_ANY:
		break;
	}
	return tally__is_upper(c) || tally__is_lower(c) || tally__is_digit(c);
}

/* Words that stand-ins are made of. */
static bool has_word_of_standin(const char *text, size_t len)
{
	static const char *const words[] = {
		"example",  "test",     "dummy", "fake",  "sample",   "placeholder", "secret",
		"changeme", "redacted", "your",  "token", "password", "passw0rd",    "p4ssw0rd",
		"xxxx",     "abcd",     "1234",  "foo",   "bar",      "mock",        "bearer",
		"valid",    "expired",  "wrong", "key",   "some",     "demo",        "user",
		"admin",    "hunter2",  "****",  "stub",  "letmein",  "qwerty"};

	for (size_t at = 0; at < len; at++) {
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			size_t same = 0;

			while (words[i][same] && at + same < len &&
			       tally__text_lower(text[at + same]) == words[i][same])
				same++;
			if (!words[i][same])
				return true;
		}
	}
	return false;
}

static size_t count_different(const char *text, size_t len)
{
	bool seen[256] = {false};
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		count += !seen[(unsigned char)text[i]];
		seen[(unsigned char)text[i]] = true;
	}
	return count;
}

/* The length of the credential at the start of `text`, with its prefix; 0: there is none. */
static size_t form_len(const struct secret_form *form, const char *text, size_t len)
{
	size_t prefix = strlen(form->prefix);
	size_t used = prefix;

	if (len < prefix + form->min_len || memcmp(text, form->prefix, prefix) != 0)
		return 0;
	while (used < len && is_letter(text[used], form->letters))
		used++;
	if (used < prefix + form->min_len ||
	    (form->letters == LETTERS_UPPER && used != prefix + form->min_len))
		return 0;
	/* Documentation is full of "AKIAIOSFODNN7EXAMPLE" and "ghp_xxxxxxxx". */
	if (count_different(text + prefix, used - prefix) < 7 ||
	    has_word_of_standin(text + prefix, used - prefix))
		return 0;
	return used;
}

static const char private_key_begin[] = "-----BEGIN ";
static const char private_key_end[] = "PRIVATE KEY-----";

/* Of a whole key, not of its first line alone. */
static size_t private_key_len(const char *text, size_t len)
{
	size_t begin = sizeof(private_key_begin) - 1;
	size_t end = sizeof(private_key_end) - 1;

	if (len < begin + end + 64 || memcmp(text, private_key_begin, begin) != 0)
		return 0;
	for (size_t i = begin; i + end <= len && i < begin + 24; i++)
		if (memcmp(text + i, private_key_end, end) == 0)
			return len;
	return 0;
}

const char *tally__lint_find_secret(const char *text, size_t len, size_t *at, size_t *secret_len)
{
	for (size_t i = 0; i < len; i++) {
		bool begins = i == 0 || !is_letter(text[i - 1], LETTERS_ANY);

		*at = i;
		if (text[i] == '-' && (*secret_len = private_key_len(text + i, len - i)) > 0)
			return "a private key";
		for (size_t j = 0; begins && j < sizeof(forms) / sizeof(*forms); j++)
			if (text[i] == *forms[j].prefix &&
			    (*secret_len = form_len(&forms[j], text + i, len - i)) > 0)
				return forms[j].name;
	}
	return NULL;
}

/* A token that is signed, and not the one that every introduction shows. */
static bool is_real_jwt(const char *text, size_t len)
{
	static const char known[] = "eyJzdWIiOiIxMjM0NTY3ODkw";
	const char *payload = memchr(text, '.', len);
	const char *signature = NULL;
	size_t left;

	if (tally__lint_look(text, len) != LOOK_JWT || !payload)
		return false;
	payload++;
	left = len - (size_t)(payload - text);
	signature = memchr(payload, '.', left);
	if (!signature || memcmp(payload, "eyJ", left < 3 ? left : 3) != 0 ||
	    (left >= sizeof(known) && memcmp(payload, known, sizeof(known) - 1) == 0))
		return false;
	signature++;
	left = len - (size_t)(signature - text);
	return left >= 22 && count_different(signature, left) >= 12;
}

/* ---- where one belongs ---- */

/* "${TOKEN}", "{{token}}", "<token>", "%TOKEN%": to be filled in. */
static bool is_template(const char *text, size_t len)
{
	return memchr(text, '{', len) || memchr(text, '<', len) || memchr(text, '*', len) ||
	       (len > 1 && text[0] == '%' && text[len - 1] == '%');
}

/* How many of digits, small letters, capital letters and others there are. */
static size_t count_kinds(const char *text, size_t len)
{
	bool digit = false, upper = false, lower = false, other = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (tally__is_digit(c))
			digit = true;
		else if (tally__is_upper(c))
			upper = true;
		else if (tally__is_lower(c))
			lower = true;
		else
			other = true;
	}
	return (size_t)digit + upper + lower + other;
}

/* Real ones need not be longer than this to be told; more is not looked at. */
#define LOOKED_AT_BYTES 4096

bool tally__lint_looks_secret(const char *text, size_t len)
{
	size_t digits = 0;

	if (len > LOOKED_AT_BYTES)
		len = LOOKED_AT_BYTES;
	if (len < 16 || is_template(text, len) || memchr(text, ' ', len))
		return false;
	for (size_t i = 0; i < len; i++)
		digits += tally__is_digit(text[i]);
	if (tally__lint_look(text, len) == LOOK_JWT)
		return is_real_jwt(text, len);
	/* In a long random text, a short word comes up by chance. */
	return digits >= 2 && count_kinds(text, len) >= 2 && count_different(text, len) >= 10 &&
	       (len > 60 || !has_word_of_standin(text, len));
}

bool tally__lint_looks_like_password(const char *text, size_t len)
{
	if (len < 10 || len > 128 || is_template(text, len))
		return false;
	return count_kinds(text, len) >= 3 && count_different(text, len) >= 8 &&
	       !has_word_of_standin(text, len);
}

void tally__lint_add_veiled(struct buf *out, const char *text, size_t len)
{
	/* Never more than a sixth of it. */
	size_t shown = len / 6 < 4 ? len / 6 : 4;

	tally__text_add_printable(out, text, shown, 0);
	tally__buf_addf(out, "… (%zu bytes)", len);
}
