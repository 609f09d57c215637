/* What a webhook's definition may say: read strictly, so that a misspelt member is not a webhook
 * that never rings. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "broker/webhooks.h"
#include "http/http.h"

#define MASK "**********"

static int bad(struct tally_error *error, const char *where, const char *what)
{
	return tally__fail_at(error, TALLY_EINVAL, where, 0, 0, "%s", what);
}

/* Members that a broker adds, and clients give back; they say nothing. */
static bool is_ours(const char *name)
{
	static const char *const names[] = {"uuid", "createdAt", "updatedAt", "_links",
					    "_embedded"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* An object with none but these members (in one text, separated by spaces). */
static int check_members(const cJSON *object, const char *where, const char *names,
			 struct tally_error *error)
{
	const cJSON *member;

	if (!cJSON_IsObject(object))
		return bad(error, where, "expected an object");
	cJSON_ArrayForEach(member, object)
	{
		const char *at = names;
		size_t len = strlen(member->string);

		if (is_ours(member->string))
			continue;
		while ((at = strstr(at, member->string)) != NULL) {
			if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
				break;
			at += len;
		}
		if (at == NULL || len == 0)
			return tally__fail_at(error, TALLY_EINVAL, where, 0, 0,
					      "unknown member \"%s\": expected one of %s",
					      member->string, names);
	}
	return 0;
}

/* A member that is there and not null. */
static const cJSON *given(const cJSON *object, const char *name)
{
	const cJSON *member = tally__json_get(object, name);

	return member != NULL && !cJSON_IsNull(member) ? member : NULL;
}

static int copy_text(cJSON *out, const cJSON *object, const char *name, const char *where,
		     struct tally_error *error)
{
	const cJSON *member = given(object, name);

	if (member == NULL)
		return 0;
	if (!cJSON_IsString(member))
		return bad(error, where, "expected a text");
	if (!tally__http_is_value(member->valuestring, strlen(member->valuestring)))
		return bad(error, where, "expected one line without control characters");
	return tally__json_put_text(out, name, member->valuestring) != 0 ? tally__fail_nomem(error)
									 : 0;
}

/* {"name"} or {"label"}. */
static int read_side(cJSON *out, const cJSON *definition, const char *side,
		     struct tally_error *error)
{
	const cJSON *object = given(definition, side), *name, *label;
	const char *chosen;
	cJSON *made;
	int status;

	if (object == NULL)
		return 0;
	status = check_members(object, side, "name label", error);
	if (status != 0)
		return status;
	name = given(object, "name");
	label = given(object, "label");
	if ((name == NULL) == (label == NULL))
		return bad(error, side, "expected either \"name\" or \"label\"");
	chosen = cJSON_GetStringValue(name != NULL ? name : label);
	if (chosen == NULL)
		return bad(error, side, "expected a text");
	status = tally__name_check(chosen, name != NULL ? "application" : "label", error);
	if (status != 0) {
		tally__error_where(error, side);
		return status;
	}
	made = tally__json_put_new(out, side, cJSON_CreateObject());
	return tally__json_put_text(made, name != NULL ? "name" : "label", chosen) != 0
		       ? tally__fail_nomem(error)
		       : 0;
}

static const char *const events[] = {
	"contract_published",
	"contract_content_changed",
	"contract_requiring_verification_published",
	"provider_verification_published",
	"provider_verification_succeeded",
	"provider_verification_failed",
};

static bool is_event(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof events / sizeof *events; i++) {
		if (strcmp(name, events[i]) == 0)
			return true;
	}
	return false;
}

static bool has_event(const cJSON *array, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, array)
	{
		if (strcmp(tally__json_get_string(item, "name"), name) == 0)
			return true;
	}
	return false;
}

static int add_event(cJSON *array, const char *name, struct tally_error *error)
{
	cJSON *event = tally__json_put_new(array, NULL, cJSON_CreateObject());

	return tally__json_put_text(event, "name", name) != 0 ? tally__fail_nomem(error) : 0;
}

static int read_events(cJSON *out, const cJSON *definition, struct tally_error *error)
{
	const cJSON *list = given(definition, "events"), *item;
	cJSON *array = tally__json_put_new(out, "events", cJSON_CreateArray());
	int status = array == NULL ? tally__fail_nomem(error) : 0;

	if (status == 0 && list == NULL)
		return add_event(array, "contract_content_changed", error);
	if (status == 0 && (!cJSON_IsArray(list) || list->child == NULL))
		return bad(error, "events", "expected a list of at least one {\"name\"}");
	cJSON_ArrayForEach(item, list)
	{
		const char *name = tally__json_get_string(item, "name");

		if (status != 0)
			break;
		if (!is_event(name))
			return tally__fail_at(
				error, TALLY_EINVAL, "events", 0, 0,
				"%s%s%s is no event: expected contract_published, "
				"contract_content_changed, "
				"contract_requiring_verification_published, "
				"provider_verification_published, provider_verification_succeeded "
				"or provider_verification_failed",
				name != NULL ? "\"" : "",
				name != NULL ? name : "one without a name",
				name != NULL ? "\"" : "");
		if (!has_event(array, name))
			status = add_event(array, name, error);
	}
	return status;
}

static int read_method(cJSON *out, const cJSON *request, struct tally_error *error)
{
	static const char *const methods[] = {"GET",   "HEAD",   "POST",   "PUT",
					      "PATCH", "DELETE", "OPTIONS"};
	const char *method = tally__json_get_string(request, "method");

	for (size_t i = 0; method != NULL && i < sizeof methods / sizeof *methods; i++) {
		if (strcasecmp(method, methods[i]) == 0)
			return tally__json_put_text(out, "method", methods[i]) != 0
				       ? tally__fail_nomem(error)
				       : 0;
	}
	return bad(error, "request.method",
		   "expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS");
}

/* The host of an absolute http:// or https:// URL, with its port; NULL when it is none. */
static const char *host_of(const char *url, size_t *len)
{
	const char *host = NULL;

	if (strncasecmp(url, "http://", 7) == 0)
		host = url + 7;
	else if (strncasecmp(url, "https://", 8) == 0)
		host = url + 8;
	if (host != NULL)
		*len = strcspn(host, "/?#");
	return host;
}

static bool is_host(const char *host, size_t len)
{
	size_t name = 0, port;

	if (len > 0 && *host == '[') {
		while (name < len && host[name] != ']')
			name++;
		if (name++ == len || strspn(host + 1, "0123456789abcdefABCDEF:.") != name - 2)
			return false;
	} else {
		name = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_");
	}
	if (name == 0 || name > len)
		return false;
	if (name == len)
		return true;
	port = len - name - 1;
	return host[name] == ':' && port > 0 && port <= 5 &&
	       strspn(host + name + 1, "0123456789") >= port;
}

static int read_url(cJSON *out, const cJSON *request, struct tally_error *error)
{
	const char *url = tally__json_get_string(request, "url"), *host;
	size_t len = 0;

	if (url == NULL)
		return bad(error, "request.url", "expected a text");
	host = host_of(url, &len);
	if (host == NULL)
		return bad(error, "request.url", "expected an http:// or https:// URL");
	if (memchr(host, '$', len) != NULL || memchr(host, '{', len) != NULL)
		return bad(error, "request.url",
			   "expected no parameter in the host: whoever names an application would "
			   "choose who is called");
	if (memchr(host, '@', len) != NULL)
		return bad(error, "request.url",
			   "expected no user in the URL: give \"username\" and \"password\"");
	if (!is_host(host, len))
		return bad(error, "request.url",
			   "expected a host, and perhaps a port, after the \"//\"");
	for (const char *at = url; *at != '\0'; at++) {
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f)
			return bad(error, "request.url",
				   "expected no spaces, control characters or letters beyond "
				   "ASCII: write them as %XX");
	}
	return tally__json_put_text(out, "url", url) != 0 ? tally__fail_nomem(error) : 0;
}

static bool is_masked(const char *text)
{
	return text != NULL && *text == '*' && text[strspn(text, "*")] == '\0';
}

static int read_header(cJSON *out, const cJSON *header, const cJSON *stored,
		       struct tally_error *error)
{
	char name[LIMIT_NAME_BYTES + 1];
	size_t len = strlen(header->string);
	const char *value = cJSON_GetStringValue(header), *before;

	if (len > LIMIT_NAME_BYTES || !tally__http_is_token(header->string))
		return tally__fail_at(error, TALLY_EINVAL, "request.headers", 0, 0,
				      "\"%.40s\" is no name of a header", header->string);
	for (size_t i = 0; i <= len; i++) {
		char c = header->string[i];

		name[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	if (tally__json_get(out, name) != NULL)
		return tally__fail_at(error, TALLY_EINVAL, "request.headers", 0, 0,
				      "\"%s\" is given twice: the case of letters does not count",
				      name);
	if (value == NULL || !tally__http_is_value(value, strlen(value)))
		return tally__fail_at(error, TALLY_EINVAL, "request.headers", 0, 0,
				      "\"%s\": expected one line of text", name);
	before = tally__json_get_string(tally__json_get(stored, "headers"), name);
	if (is_masked(value) && before != NULL)
		value = before;
	return tally__json_put_text(out, name, value) != 0 ? tally__fail_nomem(error) : 0;
}

static int read_headers(cJSON *out, const cJSON *request, const cJSON *stored,
			struct tally_error *error)
{
	const cJSON *headers = given(request, "headers"), *header;
	cJSON *made;
	int status = 0;

	if (headers == NULL)
		return 0;
	if (!cJSON_IsObject(headers))
		return bad(error, "request.headers", "expected an object of texts");
	if (cJSON_GetArraySize(headers) > LIMIT_WEBHOOK_HEADERS)
		return tally__fail_at(error, TALLY_ELIMIT, "request.headers", 0, 0,
				      "more than %d headers", LIMIT_WEBHOOK_HEADERS);
	made = tally__json_put_new(out, "headers", cJSON_CreateObject());
	if (made == NULL)
		return tally__fail_nomem(error);
	cJSON_ArrayForEach(header, headers)
	{
		if (status == 0)
			status = read_header(made, header, stored, error);
	}
	return status;
}

/* One that is left out, or given back masked, stays what it was; an empty one is none. */
static int read_password(cJSON *out, const cJSON *request, const cJSON *stored,
			 struct tally_error *error)
{
	const char *password = tally__json_get_string(request, "password");
	const char *before = tally__json_get_string(stored, "password");
	int status = copy_text(out, request, "password", "request.password", error);

	if (status != 0)
		return status;
	if (before != NULL && (given(request, "password") == NULL || is_masked(password))) {
		cJSON_DeleteItemFromObjectCaseSensitive(out, "password");
		return tally__json_put_text(out, "password", before) != 0 ? tally__fail_nomem(error)
									  : 0;
	}
	if (password != NULL && *password == '\0')
		cJSON_DeleteItemFromObjectCaseSensitive(out, "password");
	return 0;
}

static int read_request(cJSON *out, const cJSON *definition, const cJSON *stored,
			struct tally_error *error)
{
	const cJSON *request = given(definition, "request"), *body;
	cJSON *made;
	int status;

	if (request == NULL)
		return bad(error, "request", "expected an object with \"method\" and \"url\"");
	status = check_members(request, "request", "method url headers body username password",
			       error);
	if (status != 0)
		return status;
	made = tally__json_put_new(out, "request", cJSON_CreateObject());
	if (made == NULL)
		return tally__fail_nomem(error);
	status = read_method(made, request, error);
	if (status == 0)
		status = read_url(made, request, error);
	if (status == 0)
		status = read_headers(made, request, stored, error);
	body = given(request, "body");
	if (status == 0 && body != NULL &&
	    tally__json_put(made, "body", tally__json_clone(body)) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = copy_text(made, request, "username", "request.username", error);
	return status != 0 ? status : read_password(made, request, stored, error);
}

static int check_size(const cJSON *definition, struct tally_error *error)
{
	struct buf text;
	int status;

	tally__buf_init(&text, LIMIT_WEBHOOK_BYTES);
	status = tally__json_add(&text, definition, TALLY_JSON_COMPACT);
	if (status == 0)
		status = text.status;
	tally__buf_release(&text);
	if (status == TALLY_ELIMIT)
		return tally__fail(error, TALLY_ELIMIT,
				   "the definition of the webhook has more than %d bytes",
				   LIMIT_WEBHOOK_BYTES);
	return status != 0 ? tally__fail(error, status, "the definition of the webhook: %s",
					 tally_error_text(status))
			   : 0;
}

static int read_all(cJSON *out, const cJSON *definition, const cJSON *stored,
		    struct tally_error *error)
{
	const cJSON *enabled = given(definition, "enabled");
	int status = check_members(definition, "webhook",
				   "description enabled consumer provider events request", error);

	if (status == 0)
		status = check_size(definition, error);
	if (status == 0)
		status = copy_text(out, definition, "description", "description", error);
	if (status == 0 && enabled != NULL && !cJSON_IsBool(enabled))
		status = bad(error, "enabled", "expected true or false");
	if (status == 0 &&
	    tally__json_put(out, "enabled",
			    cJSON_CreateBool(enabled == NULL || cJSON_IsTrue(enabled))) != 0)
		status = tally__fail_nomem(error);
	if (status == 0)
		status = read_side(out, definition, "consumer", error);
	if (status == 0)
		status = read_side(out, definition, "provider", error);
	if (status == 0)
		status = read_events(out, definition, error);
	return status != 0 ? status : read_request(out, definition, stored, error);
}

int tally__webhook_read(cJSON **out, const cJSON *definition, const cJSON *stored,
			struct tally_error *error)
{
	cJSON *made = cJSON_CreateObject();
	int status =
		made == NULL ? tally__fail_nomem(error) : read_all(made, definition, stored, error);

	if (status == 0)
		*out = made;
	else
		cJSON_Delete(made);
	return status;
}

static bool is_secret_header(const char *name)
{
	return strstr(name, "authorization") != NULL || strstr(name, "token") != NULL;
}

/* A text with a parameter in it is made when the webhook is called: it tells where from. */
static int mask_member(cJSON *object, const char *name, struct tally_error *error)
{
	const char *value = tally__json_get_string(object, name);

	if (value == NULL || strstr(value, "${pactbroker.") != NULL)
		return 0;
	return cJSON_SetValuestring(tally__json_get(object, name), MASK) == NULL
		       ? tally__fail_nomem(error)
		       : 0;
}

int tally__webhook_mask(cJSON *request, struct tally_error *error)
{
	cJSON *headers = tally__json_get(request, "headers");
	const cJSON *header;
	int status = mask_member(request, "password", error);

	cJSON_ArrayForEach(header, headers)
	{
		if (status == 0 && is_secret_header(header->string))
			status = mask_member(headers, header->string, error);
	}
	return status;
}

int tally__webhook_describe(const cJSON *request, cJSON *json, struct tally_error *error)
{
	const char *method = tally__json_get_string(request, "method");
	const char *url = tally__json_get_string(request, "url"), *host;
	struct buf text;
	size_t len = 0;
	int status;

	host = url != NULL ? host_of(url, &len) : NULL;
	tally__buf_init(&text, LIMIT_WEBHOOK_BYTES);
	tally__buf_addf(&text, "%s ", method != NULL ? method : "?");
	if (host != NULL)
		tally__buf_add(&text, host, len);
	status = text.status != 0 || tally__json_put_text(json, "description", text.bytes) != 0
			 ? tally__fail_nomem(error)
			 : 0;
	tally__buf_release(&text);
	return status;
}
