#include "config.h"

#include <stdio.h>
#include <string.h>

#include "consumer/problem.h"

static cJSON *fail(cJSON *made)
{
	cJSON_Delete(made);
	return NULL;
}

/* The name that a mismatch has in Pact's reports, and that of the member that says where. */
static const char *pact_type(enum mismatch_kind kind, const char **place)
{
	static const struct {
		const char *type;
		const char *place;
	} names[] = {
		[MISMATCH_METHOD] = {"MethodMismatch", NULL},
		[MISMATCH_PATH] = {"PathMismatch", NULL},
		[MISMATCH_QUERY] = {"QueryMismatch", "parameter"},
		[MISMATCH_HEADER] = {"HeaderMismatch", "key"},
		[MISMATCH_STATUS] = {"StatusMismatch", NULL},
		[MISMATCH_METADATA] = {"MetadataMismatch", "key"},
		[MISMATCH_BODY_TYPE] = {"BodyTypeMismatch", NULL},
		[MISMATCH_BODY] = {"BodyMismatch", "path"},
	};

	*place = names[kind].place;
	return names[kind].type;
}

static cJSON *text_or_null(const char *text)
{
	return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

/* What Pact's reports do not have; absent where there is nothing to say. */
static int put_ours(cJSON *out, const struct mismatch *mismatch)
{
	const char *const members[][2] = {
		{"pointer", mismatch->pointer}, {"rule", mismatch->rule}, {"diff", mismatch->diff}};
	int status = 0;

	for (size_t i = 0; i < sizeof members / sizeof *members && status == 0; i++)
		if (members[i][1])
			status = tally__json_put(out, members[i][0],
						 cJSON_CreateString(members[i][1]));
	if (status == 0 && mismatch->detail)
		status = tally__json_put(out, "detail", cJSON_CreateTrue());
	return status;
}

static cJSON *detail(const struct mismatch *mismatch)
{
	cJSON *out = cJSON_CreateObject();
	const char *place;
	const char *type = pact_type(mismatch->kind, &place);

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    (place && tally__json_put(out, place, text_or_null(mismatch->path)) != 0) ||
	    tally__json_put(out, "expected", text_or_null(mismatch->expected)) != 0 ||
	    tally__json_put(out, "actual", text_or_null(mismatch->actual)) != 0 ||
	    tally__json_put(out, "mismatch", text_or_null(mismatch->message)) != 0 ||
	    put_ours(out, mismatch) != 0)
		return fail(out);
	return out;
}

/* The list, and how many more there are. */
static int put_details(cJSON *out, const struct mismatches *mismatches)
{
	cJSON *list = cJSON_CreateArray();
	int status = tally__json_put(out, "mismatches", list);

	for (size_t i = 0; status == 0 && i < mismatches->count; i++)
		status = tally__json_append(list, detail(&mismatches->items[i]));
	if (status == 0 && mismatches->omitted > 0)
		status = tally__json_put(out, "omitted",
					 cJSON_CreateNumber((double)mismatches->omitted));
	return status;
}

static cJSON *problem_of(const char *type, const struct request *request,
			 const struct interaction *interaction)
{
	cJSON *out = cJSON_CreateObject();

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    tally__json_put(out, "method", cJSON_CreateString(request->method)) != 0 ||
	    tally__json_put(out, "path", cJSON_CreateString(request->path)) != 0 ||
	    (interaction && tally__json_put(out, "description",
					    cJSON_CreateString(interaction->description)) != 0))
		return fail(out);
	return out;
}

/* A received body is bytes; where it is JSON it is shown as JSON.  *owned is to be released. */
static int parse_body(struct body *body, const char *declared, cJSON **owned)
{
	struct arena arena;
	struct mime type;
	int status = 0;

	if (body->state != BODY_PRESENT || body->json)
		return 0;
	tally__arena_init(&arena, 0);
	status = tally__body_type(&type, body, declared, &arena, NULL);
	if (status == 0 && tally__mime_is_json(&type) &&
	    tally_json_parse(owned, body->bytes, body->len, NULL) == 0) {
		body->json = *owned;
		body->bytes = NULL;
		body->len = 0;
	}
	tally__arena_release(&arena);
	return status;
}

/* In the form of version 3, as everybody writes it; a body that this cannot say in that of
 * version 4. */
static cJSON *request_json(const struct request *request)
{
	struct request shown = *request;
	cJSON *body = NULL;
	cJSON *out = NULL;
	int status = parse_body(&shown.body, tally__header_content_type(&request->headers), &body);

	if (status == 0)
		status = tally__request_write(&shown, TALLY_SPEC_V3, &out, NULL);
	if (status == TALLY_EINVAL)
		status = tally__request_write(&shown, TALLY_SPEC_V4, &out, NULL);
	cJSON_Delete(body);
	return status ? NULL : out;
}

static cJSON *nearest(const struct responder_verdict *verdict)
{
	const struct interaction *interaction = verdict->entry->interaction;
	cJSON *out = cJSON_CreateObject();

	if (tally__json_put(out, "description", cJSON_CreateString(interaction->description)) !=
		    0 ||
	    tally__json_put(out, "method", cJSON_CreateString(interaction->request.method)) != 0 ||
	    tally__json_put(out, "path", cJSON_CreateString(interaction->request.path)) != 0 ||
	    put_details(out, &verdict->mismatches) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_unmatched(const struct responder_verdict *verdict,
				const struct request *actual)
{
	bool is_mismatch = verdict->outcome == RESPONDER_MISMATCH;
	cJSON *out = problem_of(is_mismatch ? "request-mismatch" : "request-not-found", actual,
				is_mismatch ? verdict->entry->interaction : NULL);

	if (is_mismatch && put_details(out, &verdict->mismatches) != 0)
		return fail(out);
	if (!is_mismatch && verdict->entry &&
	    tally__json_put(out, "nearest", nearest(verdict)) != 0)
		return fail(out);
	if (tally__json_put(out, "request", request_json(actual)) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_refused(const char *method, const char *path,
			      const struct http_refusal *refusal)
{
	const struct request request = {.method = method, .path = path};
	cJSON *out = problem_of("request-refused", &request, NULL);
	char why[200];

	(void)snprintf(why, sizeof(why), "%.*s", (int)strcspn(refusal->why, "\n"), refusal->why);
	if ((refusal->status != 0 &&
	     tally__json_put(out, "status", cJSON_CreateNumber(refusal->status)) != 0) ||
	    tally__json_put(out, "reason", cJSON_CreateString(why)) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_missing(const struct interaction *interaction)
{
	cJSON *out = problem_of("missing-request", &interaction->request, interaction);

	if (tally__json_put(out, "request", request_json(&interaction->request)) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_message(const char *type, const char *description, const char *reason,
			      const struct mismatches *mismatches)
{
	cJSON *out = cJSON_CreateObject();

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    tally__json_put(out, "description", cJSON_CreateString(description)) != 0 ||
	    (reason && tally__json_put(out, "reason", cJSON_CreateString(reason)) != 0) ||
	    (mismatches && put_details(out, mismatches) != 0))
		return fail(out);
	return out;
}
