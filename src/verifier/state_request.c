#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "format/uri.h"
#include "verifier/request.h"

struct pair {
	const char *name, *value;
};

static int compare_pairs(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* A parameter as query text: strings as they are, everything else as JSON. */
static int flat_value(const char **out, struct arena *arena, const cJSON *value,
		      struct tally_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int status;

	if (cJSON_IsString(value)) {
		*out = value->valuestring;
		return 0;
	}
	status = tally_json_write(&text, &len, value, TALLY_JSON_COMPACT, error);
	if (status != 0)
		return status;
	*out = tally__arena_memdup(arena, text, len);
	tally_free(text);
	return *out != NULL ? 0 : tally__fail_nomem(error);
}

/* action, state and the state's parameters, sorted by name. */
static int collect_pairs(struct pair **out, size_t *count, struct arena *arena,
			 const struct provider_state *state, const char *action,
			 struct tally_error *error)
{
	const cJSON *params = state != NULL ? state->params : NULL;
	size_t n = 2 + (params != NULL ? (size_t)cJSON_GetArraySize(params) : 0);
	struct pair *pairs = tally__arena_alloc_array(arena, n, sizeof(*pairs));
	const cJSON *param;
	const char *value;
	int status;

	if (pairs == NULL)
		return tally__fail_nomem(error);
	*count = 0;
	pairs[(*count)++] = (struct pair){"action", action};
	pairs[(*count)++] = (struct pair){"state", state != NULL ? state->name : ""};
	cJSON_ArrayForEach(param, params)
	{
		status = flat_value(&value, arena, param, error);
		if (status != 0)
			return status;
		pairs[(*count)++] = (struct pair){param->string, value};
	}
	qsort(pairs, *count, sizeof(*pairs), compare_pairs);
	*out = pairs;
	return 0;
}

static int make_query_url(struct http_request *out, struct arena *arena, const char *base,
			  const struct provider_state *state, const char *action,
			  struct tally_error *error)
{
	struct pair *pairs = NULL;
	size_t count = 0;
	struct buf url;
	int status = collect_pairs(&pairs, &count, arena, state, action, error);

	if (status != 0)
		return status;
	tally__buf_init(&url, LIMIT_URL_BYTES);
	tally__buf_adds(&url, base);
	for (size_t i = 0; i < count; i++) {
		tally__buf_addc(&url, i > 0 || strchr(base, '?') != NULL ? '&' : '?');
		tally__uri_encode(&url, pairs[i].name, strlen(pairs[i].name));
		tally__buf_addc(&url, '=');
		tally__uri_encode(&url, pairs[i].value, strlen(pairs[i].value));
	}
	status = tally__buf_status(&url, error);
	if (status == 0) {
		out->target = tally__arena_memdup(arena, url.bytes, url.len);
		if (out->target == NULL)
			status = tally__fail_nomem(error);
	}
	tally__buf_release(&url);
	return status;
}

int tally__verifier_state_body(struct http_request *out, struct arena *arena,
			       const struct provider_state *state, const char *action,
			       struct tally_error *error)
{
	cJSON *document;
	const cJSON *params = state != NULL ? state->params : NULL;
	char *text = NULL;
	int status;

	tally__json_setup();
	document = cJSON_CreateObject();
	status = tally__json_put(document, "action", cJSON_CreateString(action));
	if (status == 0)
		status = tally__json_put(document, "params",
					 params != NULL ? tally__json_clone(params)
							: cJSON_CreateObject());
	if (status == 0)
		status = tally__json_put(document, "state",
					 cJSON_CreateString(state != NULL ? state->name : ""));
	if (status == 0)
		status = tally_json_write(&text, &out->body_len, document, TALLY_JSON_COMPACT,
					  error);
	else
		tally__fail_nomem(error);
	cJSON_Delete(document);
	if (status != 0)
		return status;
	out->body = tally__arena_memdup(arena, text, out->body_len);
	tally_free(text);
	return out->body != NULL ? 0 : tally__fail_nomem(error);
}

int tally__verifier_state_request(struct http_request *out, struct arena *arena,
				  const struct settings *settings,
				  const struct provider_state *state, bool teardown,
				  struct tally_error *error)
{
	const struct tally_verify_options *options = settings->options;
	const char *action = teardown ? "teardown" : "setup";
	int status;

	*out = (struct http_request){.method = "POST", .target = options->state_change_url};
	if (options->state_change_as_query) {
		status =
			make_query_url(out, arena, options->state_change_url, state, action, error);
	} else {
		status = tally__verifier_state_body(out, arena, state, action, error);
	}
	if (status == 0)
		status = tally__verifier_headers(out, arena, settings, out->body != NULL, error);
	if (status == 0 && tally__secrets_learn_request(settings->secrets, out) != 0)
		status = tally__fail_nomem(error);
	return status;
}
