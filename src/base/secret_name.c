#include "config.h"

#include <string.h>

#include "base/secret_name.h"
#include "base/text.h"

/* A word as it stands in a squeezed name, and apart in `parts`, where it is two. */
struct secret_word {
	const char *word;
	const char *parts[2];
	enum secret_kind kind; /* for advice; SECRET_NONE: not even then */
	enum secret_reach reach;
	bool whole; /* too short to look for inside other words: "pass", but not "compass" */
};

static const struct secret_word words[] = {
	{"authorization", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"cookie", {NULL}, SECRET_NONE, SECRET_REACH_ALL, false},
	{"token", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"secret", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"credential", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"credentials", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"jwt", {NULL}, SECRET_TOKEN, SECRET_REACH_ALL, true},
	{"apikey", {"api", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"accesskey", {"access", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"privatekey", {"private", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"authkey", {"auth", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"functionskey", {"functions", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"subscriptionkey", {"subscription", "key"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	{"sessionid", {"session", "id"}, SECRET_TOKEN, SECRET_REACH_ALL, false},
	/* Conferences have sessions too: what is inside of them may be shown. */
	{"session", {NULL}, SECRET_NONE, SECRET_REACH_VALUE, false},
	{"password", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, false},
	{"passwd", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, false},
	{"passphrase", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, false},
	{"passcode", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, false},
	{"pwd", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, true},
	{"pass", {NULL}, SECRET_PASSWORD, SECRET_REACH_ALL, true},
};

#define WORD_COUNT (sizeof(words) / sizeof(*words))

static bool has_any(const char *name, size_t len, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (tally__text_has_word(name, len, texts[i]))
			return true;
	}
	return false;
}

static bool has_kind(const char *name, size_t len, enum secret_kind kind)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		const char *const *parts = words[i].parts;

		if (words[i].kind != kind)
			continue;
		if (tally__text_has_word(name, len, words[i].word) ||
		    (parts[0] != NULL && tally__text_has_word(name, len, parts[0]) &&
		     tally__text_has_word(name, len, parts[1])))
			return true;
	}
	return false;
}

enum secret_kind tally__secret_name_kind(const char *name)
{
	/* "nextPageToken" opens nothing. */
	static const char *const harmless[] = {"page", "next", "previous", "continuation", "cursor",
					       "sync", "type", "name",     "csrf",         "xsrf"};
	size_t len = strlen(name);

	if (has_kind(name, len, SECRET_PASSWORD))
		return SECRET_PASSWORD;
	if (has_any(name, len, harmless, sizeof(harmless) / sizeof(*harmless)) ||
	    !has_kind(name, len, SECRET_TOKEN))
		return SECRET_NONE;
	return SECRET_TOKEN;
}

size_t tally__secret_name_squeeze(char out[SECRET_NAME_BYTES], const char *name, size_t len)
{
	size_t used = 0;

	if (len >= SECRET_NAME_BYTES) {
		name += len - (SECRET_NAME_BYTES - 1);
		len = SECRET_NAME_BYTES - 1;
	}
	for (size_t i = 0; i < len; i++) {
		if (strchr("-_. ", name[i]) == NULL)
			out[used++] = tally__text_lower(name[i]);
	}
	out[used] = '\0';
	return used;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* "tokenType" tells no token, and with "pageToken" one only turns a page. */
static bool is_about_secrets(const char *squeezed, size_t len)
{
	static const char *const ends[] = {"type",      "name",        "expiresin",
					   "expiresat", "expiry",      "pagetoken",
					   "nexttoken", "cursortoken", "continuationtoken"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends_in(squeezed, len, ends[i]))
			return true;
	}
	return false;
}

enum secret_reach tally__secret_name_reach(const char *name, size_t len)
{
	char squeezed[SECRET_NAME_BYTES];
	size_t squeezed_len = tally__secret_name_squeeze(squeezed, name, len);
	enum secret_reach reach = SECRET_REACH_NONE;

	if (squeezed_len == 0 || is_about_secrets(squeezed, squeezed_len))
		return SECRET_REACH_NONE;
	for (size_t i = 0; i < WORD_COUNT && reach != SECRET_REACH_ALL; i++) {
		if (words[i].whole ? tally__text_has_word(name, len, words[i].word)
				   : strstr(squeezed, words[i].word) != NULL)
			reach = words[i].reach > reach ? words[i].reach : reach;
	}
	return reach;
}
