#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/uri.h"
#include "verifier/secrets.h"

int tally__secrets_init(struct secrets *secrets, const char *const *names, size_t count,
			struct tally_error *error)
{
	*secrets = (struct secrets){0};
	tally__arena_init(&secrets->arena, 0);
	tally__secret_values_init(&secrets->values);
	secrets->name_capacity = count + 1;
	secrets->names = tally__arena_alloc_array(&secrets->arena, count + 1, sizeof(*names));
	if (secrets->names == NULL)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < count; i++) {
		char squeezed[SECRET_NAME_BYTES];
		size_t len = tally__secret_name_squeeze(squeezed, names[i], strlen(names[i]));

		if (strspn(squeezed, "*") == len)
			return tally__fail_at(error, TALLY_EINVAL, "masks", 0, 0,
					      "expected the name of a header, parameter or member, "
					      "found \"%s\"",
					      names[i]);
		secrets->names[i] = tally__arena_memdup(&secrets->arena, squeezed, len);
		if (secrets->names[i] == NULL)
			return tally__fail_nomem(error);
		secrets->name_count++;
	}
	return 0;
}

void tally__secrets_release(struct secrets *secrets)
{
	tally__secret_values_release(&secrets->values);
	tally__arena_release(&secrets->arena);
	*secrets = (struct secrets){0};
}

/* ---- names ---- */

static bool name_fits(const char *pattern, const char *squeezed, size_t len)
{
	bool open_start = *pattern == '*';
	const char *word = pattern + open_start;
	size_t word_len = strlen(word);
	bool open_end = word_len > 0 && word[word_len - 1] == '*';

	word_len -= open_end;
	for (size_t i = 0; i + word_len <= len; i++) {
		if (memcmp(squeezed + i, word, word_len) == 0 && (open_start || i == 0) &&
		    (open_end || i + word_len == len))
			return true;
	}
	return false;
}

enum secret_reach tally__secrets_reach(const struct secrets *secrets, const char *name, size_t len)
{
	char squeezed[SECRET_NAME_BYTES];
	size_t squeezed_len;

	if (secrets->name_count == 0)
		return tally__secret_name_reach(name, len);
	squeezed_len = tally__secret_name_squeeze(squeezed, name, len);
	for (size_t i = 0; i < secrets->name_count; i++) {
		if (name_fits(secrets->names[i], squeezed, squeezed_len))
			return SECRET_REACH_ALL;
	}
	return tally__secret_name_reach(name, len);
}

int tally__secrets_learn_name(struct secrets *secrets, const char *name)
{
	char squeezed[SECRET_NAME_BYTES];
	size_t len = tally__secret_name_squeeze(squeezed, name, strlen(name));
	const char **names = secrets->names;

	/* Of "*" all names would be secrets. */
	if (strspn(squeezed, "*") == len ||
	    tally__secrets_reach(secrets, name, strlen(name)) == SECRET_REACH_ALL)
		return 0;
	if (secrets->name_count == secrets->name_capacity) {
		names = tally__arena_alloc_array(&secrets->arena, secrets->name_count * 2,
						 sizeof(*names));
		if (names == NULL)
			return TALLY_ENOMEM;
		memcpy(names, secrets->names, secrets->name_count * sizeof(*names));
		secrets->names = names;
		secrets->name_capacity = secrets->name_count * 2;
	}
	names[secrets->name_count] = tally__arena_memdup(&secrets->arena, squeezed, len);
	if (names[secrets->name_count] == NULL)
		return TALLY_ENOMEM;
	secrets->name_count++;
	return 0;
}

static bool is_secret(const struct secrets *secrets, const char *name, size_t len)
{
	return tally__secrets_reach(secrets, name, len) != SECRET_REACH_NONE;
}

/* ---- values ---- */

/* A value may come back as it stands in a URL, and in JSON. */
static int learn_spellings(struct secrets *secrets, const char *text, size_t len)
{
	struct buf spelt;
	int status = 0;

	tally__buf_init(&spelt, 3 * (size_t)LIMIT_HEADER_BYTES);
	tally__uri_encode(&spelt, text, len);
	if (spelt.status == 0 && spelt.len > len)
		status = tally__secret_values_add(&secrets->values, spelt.bytes, spelt.len);
	if (status == 0)
		status = spelt.status;
	tally__buf_release(&spelt);
	tally__buf_init(&spelt, 6 * (size_t)LIMIT_HEADER_BYTES + 2);
	tally__json_add_string(&spelt, text, len);
	/* Without the quotes. */
	if (status == 0 && spelt.status == 0 && spelt.len > len + 2)
		status = tally__secret_values_add(&secrets->values, spelt.bytes + 1, spelt.len - 2);
	if (status == 0)
		status = spelt.status;
	tally__buf_release(&spelt);
	return status;
}

/* Of one that is longer than any header, the beginning does. */
int tally__secrets_learn_value(struct secrets *secrets, const char *text, size_t len)
{
	int status;

	if (len < SECRET_LEARNT_BYTES)
		return 0;
	if (len > LIMIT_HEADER_BYTES)
		len = LIMIT_HEADER_BYTES;
	status = tally__secret_values_add(&secrets->values, text, len);
	return status == 0 ? learn_spellings(secrets, text, len) : status;
}

/* The password of "Basic …". */
static int learn_basic(struct secrets *secrets, const char *text)
{
	struct buf decoded;
	int status = 0;

	tally__buf_init(&decoded, LIMIT_HEADER_BYTES);
	if (tally__base64_decode(&decoded, text, strlen(text)) && decoded.status == 0) {
		const char *colon = memchr(decoded.bytes, ':', decoded.len);

		if (colon != NULL)
			status = tally__secrets_learn_value(
				secrets, colon + 1,
				decoded.len - (size_t)(colon + 1 - decoded.bytes));
	}
	if (decoded.status == TALLY_ENOMEM)
		status = TALLY_ENOMEM;
	tally__buf_release(&decoded);
	return status;
}

/* Each value of "a=1; b=2". */
static int learn_cookies(struct secrets *secrets, const char *text)
{
	int status = 0;

	while (*text != '\0' && status == 0) {
		size_t len = strcspn(text, ";");
		const char *equals = memchr(text, '=', len);

		if (equals != NULL)
			status = tally__secrets_learn_value(secrets, equals + 1,
							    len - (size_t)(equals + 1 - text));
		text += len;
		text += strspn(text, "; ");
	}
	return status;
}

int tally__secrets_learn_header(struct secrets *secrets, const char *name, const char *value)
{
	const char *blank = strchr(value, ' ');
	int status;

	if (!is_secret(secrets, name, strlen(name)))
		return 0;
	if (tally__text_equal_nocase(name, "Cookie"))
		return learn_cookies(secrets, value);
	status = tally__secrets_learn_value(secrets, value, strlen(value));
	/* "Bearer …": providers repeat the token alone. */
	if (status == 0 && blank != NULL)
		status = tally__secrets_learn_value(secrets, blank + 1, strlen(blank + 1));
	if (status == 0 && blank != NULL && blank - value == 5)
		status = learn_basic(secrets, blank + 1);
	return status;
}

int tally__secrets_learn_url(struct secrets *secrets, const char *url)
{
	const char *authority = strstr(url, "://");
	const char *colon, *at = NULL;

	if (authority == NULL)
		return 0;
	authority += 3;
	for (const char *c = authority; *c != '\0' && strchr("/?#", *c) == NULL; c++) {
		if (*c == '@')
			at = c;
	}
	colon = at != NULL ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
	return colon != NULL
		       ? tally__secrets_learn_value(secrets, colon + 1, (size_t)(at - colon - 1))
		       : 0;
}

/* Recursion ends with LIMIT_JSON_DEPTH, which the document keeps. */
static int learn_item(struct secrets *secrets, const cJSON *item, bool secret)
{
	char scratch[JSON_NUMBER_BYTES];
	const char *text = NULL;
	int status = 0;

	if (secret && cJSON_IsString(item))
		text = item->valuestring;
	else if (secret && cJSON_IsNumber(item))
		text = tally__json_number_text(item, scratch);
	if (text != NULL)
		return tally__secrets_learn_value(secrets, text, strlen(text));
	for (const cJSON *child = item->child; child != NULL && status == 0; child = child->next)
		status = learn_item(
			secrets, child,
			secret || (child->string != NULL &&
				   is_secret(secrets, child->string, strlen(child->string))));
	return status;
}

int tally__secrets_learn_members(struct secrets *secrets, const cJSON *object)
{
	return object != NULL ? learn_item(secrets, object, false) : 0;
}

int tally__secrets_learn_request(struct secrets *secrets, const struct http_request *request)
{
	const struct http_headers *headers = &request->headers;
	int status = tally__secrets_learn_url(secrets, request->target);

	for (size_t i = 0; i < headers->count && status == 0; i++)
		status = tally__secrets_learn_header(secrets, headers->items[i].name,
						     headers->items[i].value);
	if (status == 0)
		status = tally__secrets_learn_text(secrets, request->target,
						   strlen(request->target));
	if (status == 0 && request->body_len > 0)
		status = tally__secrets_learn_text(secrets, request->body, request->body_len);
	return status;
}

/* ---- documents ---- */

struct masking {
	const struct secrets *secrets;
	struct buf text;
	int status;
};

static void set_text(struct masking *m, cJSON *item, const char *text)
{
	if (cJSON_SetValuestring(item, text) == NULL)
		m->status = TALLY_ENOMEM;
}

static void mask_text(struct masking *m, cJSON *item)
{
	tally__buf_clear(&m->text);
	if (!tally__secrets_add_text(m->secrets, &m->text, item->valuestring,
				     strlen(item->valuestring)))
		return;
	if (m->text.status != 0)
		m->status = m->text.status;
	else
		set_text(m, item, m->text.bytes);
}

/* A number becomes a text. */
static void replace_number(struct masking *m, cJSON *item)
{
	char *text = tally__strdup(SECRET_MASK);

	if (text == NULL) {
		m->status = TALLY_ENOMEM;
		return;
	}
	cJSON_free(item->valuestring);
	item->valuestring = text;
	item->type = (item->type & ~0xff) | cJSON_String;
}

/* Every text and number below a name that is a secret. */
static void mask_all(struct masking *m, cJSON *item)
{
	if (cJSON_IsString(item))
		set_text(m, item, SECRET_MASK);
	else if (cJSON_IsNumber(item))
		replace_number(m, item);
	for (cJSON *child = item->child; child != NULL && m->status == 0; child = child->next)
		mask_all(m, child);
}

static const char *kind_of(const char *text, bool is_json)
{
	if (text == NULL)
		return "nothing";
	if (!is_json)
		return "a value";
	switch (*text) {
	case '"':
		return "a string";
	case '{':
		return "an object";
	case '[':
		return "an array";
	default:
		break;
	}
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return "a boolean";
	if (strcmp(text, "null") == 0)
		return "null";
	return *text != '\0' && strchr("-0123456789", *text) != NULL ? "a number" : "a text";
}

/* Whether a path leads to a secret or into one: "$.user.password[0]", "/a/token". */
static bool path_is_secret(const struct secrets *secrets, const char *path, const char *separators)
{
	enum secret_reach last = SECRET_REACH_NONE;

	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, separators);

		/* Indices have no say. */
		if (len > 0 && strspn(path, "0123456789*") < len)
			last = tally__secrets_reach(secrets, path, len);
		if (last == SECRET_REACH_ALL)
			return true;
		path += len;
		path += strspn(path, separators);
	}
	return last == SECRET_REACH_VALUE;
}

/* Whether nothing is left to mask: neither value is there as it was. */
static bool is_masked(const cJSON *expected, const cJSON *actual)
{
	const char *first = cJSON_GetStringValue(expected);
	const char *second = cJSON_GetStringValue(actual);

	return (first != NULL || second != NULL) &&
	       (first == NULL || strcmp(first, SECRET_MASK) == 0) &&
	       (second == NULL || strcmp(second, SECRET_MASK) == 0);
}

/* Of a mismatch in a secret value its place and the types are left. */
static void mask_mismatch(struct masking *m, cJSON *mismatch)
{
	cJSON *message = tally__json_get(mismatch, "message");
	cJSON *expected = tally__json_get(mismatch, "expected");
	cJSON *actual = tally__json_get(mismatch, "actual");
	const char *path = tally__json_get_string(mismatch, "path");
	const char *rule = tally__json_get_string(mismatch, "rule");
	bool is_body = strcmp(tally__json_get_string(mismatch, "type"), "body") == 0;
	const char *expected_kind = kind_of(cJSON_GetStringValue(expected), is_body);
	const char *actual_kind = kind_of(cJSON_GetStringValue(actual), is_body);

	if (is_masked(expected, actual))
		return;
	if (strcmp(expected_kind, actual_kind) == 0)
		actual_kind = "another";
	tally__buf_clear(&m->text);
	tally__buf_addf(&m->text,
			"Expected %s at %s, received %s (rule: %s). The values are not shown: the "
			"name says that they are secret",
			expected_kind, path, actual_kind, rule != NULL ? rule : "equality");
	if (m->text.status != 0)
		m->status = m->text.status;
	else
		set_text(m, message, m->text.bytes);
	if (m->status == 0 && cJSON_IsString(expected))
		set_text(m, expected, SECRET_MASK);
	if (m->status == 0 && cJSON_IsString(actual))
		set_text(m, actual, SECRET_MASK);
	cJSON_DeleteItemFromObjectCaseSensitive(mismatch, "diff");
}

static bool is_secret_mismatch(const struct secrets *secrets, const cJSON *object)
{
	const char *path = tally__json_get_string(object, "path");

	return path != NULL && tally__json_get_string(object, "type") != NULL &&
	       tally__json_get_string(object, "message") != NULL &&
	       (path_is_secret(secrets, path, *path == '$' ? "$.[]'\"@#" : "") ||
		path_is_secret(secrets, tally__json_get_string(object, "pointer"), "/[]'\"@()="));
}

/* {"name": …, "value": …} */
static void mask_named_value(struct masking *m, cJSON *object)
{
	const char *name = tally__json_get_string(object, "name");
	cJSON *value = tally__json_get(object, "value");

	if (name != NULL && value != NULL && is_secret(m->secrets, name, strlen(name)))
		mask_all(m, value);
}

/* By these things are told apart: whoever reads a report looks for them as they are. */
static bool is_identity(const char *name)
{
	static const char *const names[] = {"description",
					    "digest",
					    "key",
					    "id",
					    "consumer",
					    "provider",
					    "providerStates",
					    "spec",
					    "consumerVersion",
					    "file",
					    "type",
					    "path",
					    "pointer",
					    "part",
					    "rule"};

	for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* What comes from outside has members of any name. */
static bool is_from_outside(const char *name)
{
	return name != NULL && (strcmp(name, "response") == 0 || strcmp(name, "comments") == 0 ||
				strcmp(name, "notices") == 0 || strcmp(name, "why") == 0);
}

/* Recursion ends with LIMIT_JSON_DEPTH, which the document keeps.  `ours`: its members are those
 * that tally/verify.h names. */
static void mask_item(struct masking *m, cJSON *item, bool ours)
{
	if (cJSON_IsString(item))
		mask_text(m, item);
	if (cJSON_IsObject(item) && is_secret_mismatch(m->secrets, item)) {
		mask_mismatch(m, item);
		return;
	}
	if (cJSON_IsObject(item))
		mask_named_value(m, item);
	for (cJSON *child = item->child; child != NULL && m->status == 0; child = child->next) {
		if (child->string != NULL &&
		    is_secret(m->secrets, child->string, strlen(child->string)))
			mask_all(m, child);
		else if (!ours || !is_identity(child->string))
			mask_item(m, child, ours && !is_from_outside(child->string));
	}
}

int tally__secrets_mask_results(const struct secrets *secrets, cJSON *document,
				struct tally_error *error)
{
	struct masking m = {.secrets = secrets};

	tally__buf_init(&m.text, LIMIT_DOCUMENT_BYTES);
	mask_item(&m, document, true);
	tally__buf_release(&m.text);
	if (m.status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	return m.status == 0 ? 0
			     : tally__fail(error, m.status,
					   "a text in the results is larger than %d bytes",
					   LIMIT_DOCUMENT_BYTES);
}

void tally__secrets_mask_error(const struct secrets *secrets, struct tally_error *error)
{
	struct buf text;

	if (error == NULL || error->code == 0)
		return;
	tally__buf_init(&text, (size_t)TALLY_ERROR_MESSAGE_BYTES * 4);
	if (tally__secrets_add_text(secrets, &text, error->message, strlen(error->message)))
		snprintf(error->message, sizeof(error->message), "%s",
			 text.status == 0 ? text.bytes : "the reason could not be shown");
	tally__buf_release(&text);
}
