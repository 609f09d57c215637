#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret_name.h"
#include "base/text.h"
#include "contract/inline.h"
#include "format/path_text.h"
#include "matching/lint_secrets.h"

bool tally__lint_secret_of(struct lint_secret *out, const char *name, const char *text, size_t len)
{
	size_t at = 0;
	size_t secret_len = 0;
	const char *known = tally__lint_find_secret(text, len, &at, &secret_len);

	if (known) {
		*out = (struct lint_secret){LINT_SECRET, known, text + at, secret_len};
		return true;
	}
	*out = (struct lint_secret){LINT_POSSIBLE_SECRET, "a token or key", text, len};
	switch (name ? tally__secret_name_kind(name) : SECRET_NONE) {
	case SECRET_PASSWORD:
		out->what = "a password";
		return tally__lint_looks_like_password(text, len);
	case SECRET_TOKEN:
		return tally__lint_looks_secret(text, len) &&
		       tally__lint_look(text, len) != LOOK_UUID;
	case SECRET_NONE:
		break;
	}
	return false;
}

void tally__lint_add_secret(struct lint *lint, const struct lint_secret *secret, const char *member,
			    const char *label, const char *place)
{
	struct buf shown;

	tally__buf_init(&shown, LIMIT_DOCUMENT_BYTES);
	tally__lint_add_veiled(&shown, secret->text, secret->len);
	if (shown.status != 0)
		lint->status = TALLY_ENOMEM;
	else
		tally__lint_add(
			lint, secret->rule, member,
			"%s%s holds what %s %s: %s. Contracts are read by many and kept for "
			"long: put a stand-in here, such as \"test-token\"; if it is real, "
			"revoke it",
			label, place, secret->rule == LINT_SECRET ? "can only be" : "looks like",
			secret->what, shown.bytes);
	tally__buf_release(&shown);
}

/* ---- bodies ---- */

static void lint_form(struct lint *lint, const struct body *body)
{
	struct name_values_list form = {0};
	char *text = tally__arena_memdup(&lint->arena, body->bytes, body->len);
	int status = text ? tally__query_parse(&form, &lint->arena, text) : TALLY_ENOMEM;

	if (status == TALLY_ENOMEM)
		lint->status = status;
	for (size_t i = 0; status == 0 && i < form.count; i++) {
		const struct name_values *field = &form.items[i];

		for (size_t j = 0; j < field->value_count; j++) {
			struct lint_secret secret;

			if (field->values[j] &&
			    tally__lint_secret_of(&secret, field->name, field->values[j],
						  strlen(field->values[j])))
				tally__lint_add_secret(lint, &secret, NULL, "the field ",
						       tally__lint_shown(lint, field->name, 60));
		}
	}
}

void tally__lint_text_secrets(struct lint *lint, const struct body *body, const struct mime *type)
{
	struct lint_secret secret;

	if (tally__mime_is_form(type) && !memchr(body->bytes, '\0', body->len))
		lint_form(lint, body);
	else if (tally__lint_secret_of(&secret, NULL, body->bytes, body->len))
		tally__lint_add_secret(lint, &secret, NULL, "", "the body");
}

/* ---- headers ---- */

/* "Basic dXNlcjpwYXNz": user and password. */
static bool is_basic_secret(struct lint *lint, const char *text)
{
	struct buf decoded;
	bool found = false;

	tally__buf_init(&decoded, LIMIT_DOCUMENT_BYTES);
	if (tally__base64_decode(&decoded, text, strlen(text)) && decoded.status == 0) {
		const char *colon = memchr(decoded.bytes, ':', decoded.len);

		if (colon) {
			size_t len = decoded.len - (size_t)(colon + 1 - decoded.bytes);

			found = tally__lint_looks_like_password(colon + 1, len) ||
				tally__lint_looks_secret(colon + 1, len);
		}
	}
	if (decoded.status == TALLY_ENOMEM)
		lint->status = TALLY_ENOMEM;
	tally__buf_release(&decoded);
	return found;
}

static bool is_authorization_secret(struct lint *lint, struct lint_secret *out, const char *text)
{
	const char *blank = strchr(text, ' ');
	const char *value = blank ? blank + 1 + strspn(blank + 1, " ") : text;

	*out = (struct lint_secret){LINT_POSSIBLE_SECRET, "a credential", value, strlen(value)};
	if (blank && blank - text == 5 && tally__text_lower(*text) == 'b' &&
	    tally__text_lower(text[1]) == 'a')
		return is_basic_secret(lint, value);
	return tally__lint_looks_secret(value, out->len);
}

/* The first value of a cookie that looks like a session's. */
static bool is_cookie_secret(struct lint_secret *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ";");
		const char *equals = memchr(text, '=', len);

		if (equals) {
			size_t value_len = len - (size_t)(equals + 1 - text);

			*out = (struct lint_secret){LINT_POSSIBLE_SECRET, "a session or token",
						    equals + 1, value_len};
			if (tally__lint_looks_secret(equals + 1, value_len))
				return true;
		}
		text += len;
		text += strspn(text, "; ");
	}
	return false;
}

static bool is_header_secret(struct lint *lint, struct lint_secret *out, const char *name,
			     const char *text)
{
	if (tally__lint_secret_of(out, name, text, strlen(text)))
		return true;
	if (tally__text_equal_nocase(name, "Authorization") ||
	    tally__text_equal_nocase(name, "Proxy-Authorization"))
		return is_authorization_secret(lint, out, text);
	if (tally__text_equal_nocase(name, "Cookie") ||
	    tally__text_equal_nocase(name, "Set-Cookie"))
		return is_cookie_secret(out, text);
	*out = (struct lint_secret){LINT_POSSIBLE_SECRET, "a key", text, strlen(text)};
	/* Keys may be UUIDs. */
	return tally__secret_name_kind(name) == SECRET_TOKEN &&
	       tally__text_has_word(name, strlen(name), "key") &&
	       tally__lint_looks_secret(text, strlen(text));
}

void tally__lint_header_secrets(struct lint *lint, const struct name_values *header)
{
	for (size_t i = 0; i < header->value_count && lint->status == 0; i++) {
		struct lint_secret secret;

		if (header->values[i] &&
		    is_header_secret(lint, &secret, header->name, header->values[i])) {
			tally__lint_add_secret(lint, &secret, header->name, "the header ",
					       tally__lint_shown(lint, header->name, 60));
			return;
		}
	}
}

/* ---- provider states ---- */

static void lint_params(struct lint *lint, const cJSON *params)
{
	for (const cJSON *each = params ? params->child : NULL; each && lint->status == 0;
	     each = each->next) {
		struct lint_secret secret;

		if (cJSON_IsString(each) &&
		    tally__lint_secret_of(&secret, each->string, each->valuestring,
					  strlen(each->valuestring)))
			tally__lint_add_secret(lint, &secret, each->string, "the parameter ",
					       tally__lint_shown(lint, each->string, 60));
	}
}

void tally__lint_state_secrets(struct lint *lint)
{
	const struct interaction *interaction = lint->interaction;
	size_t mark = lint->pointer.len;

	for (size_t i = 0; i < interaction->state_count; i++) {
		tally__buf_addf(&lint->pointer, "/providerStates/%zu/params", i);
		lint_params(lint, interaction->states[i].params);
		tally__buf_truncate(&lint->pointer, mark);
	}
}
