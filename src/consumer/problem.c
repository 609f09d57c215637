#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
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
	const char *const members[][2] = {{"message", mismatch->message},
					  {"pointer", mismatch->pointer},
					  {"rule", mismatch->rule},
					  {"diff", mismatch->diff}};
	int status = 0;

	for (size_t i = 0; i < sizeof members / sizeof *members && status == 0; i++)
		if (members[i][1])
			status = tally__json_put(out, members[i][0],
						 cJSON_CreateString(members[i][1]));
	if (status == 0 && mismatch->detail)
		status = tally__json_put(out, "detail", cJSON_CreateTrue());
	return status;
}

static cJSON *detail(const struct mismatch *mismatch, enum mismatch_side side)
{
	cJSON *out = cJSON_CreateObject();
	const char *place;
	const char *type = pact_type(mismatch->kind, &place);

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    (place && tally__json_put(out, place, text_or_null(mismatch->path)) != 0) ||
	    tally__json_put(out, "expected", text_or_null(mismatch->expected)) != 0 ||
	    tally__json_put(out, "actual", text_or_null(mismatch->actual)) != 0 ||
	    tally__json_put(out, "mismatch", text_or_null(mismatch->message)) != 0 ||
	    put_ours(out, mismatch) != 0 || tally__mismatch_put_part(out, mismatch, side) != 0)
		return fail(out);
	return out;
}

/* The list, and how many more there are. */
static int put_details(cJSON *out, const struct mismatches *mismatches, enum mismatch_side side)
{
	cJSON *list = cJSON_CreateArray();
	int status = tally__json_put(out, "mismatches", list);

	for (size_t i = 0; status == 0 && i < mismatches->count; i++)
		status = tally__json_append(list, detail(&mismatches->items[i], side));
	if (status == 0 && mismatches->omitted > 0)
		status = tally__json_put(out, "mismatchesOmitted",
					 cJSON_CreateNumber((double)mismatches->omitted));
	return status;
}

/* As contract files have them; absent where there are none. */
static int put_states(cJSON *out, const struct interaction *interaction)
{
	cJSON *states = NULL;
	int status = 0;

	if (interaction->state_count == 0)
		return 0;
	states = cJSON_CreateArray();
	status = tally__json_put(out, "providerStates", states);
	for (size_t i = 0; i < interaction->state_count && status == 0; i++) {
		const struct provider_state *state = &interaction->states[i];
		cJSON *item = cJSON_CreateObject();

		status = tally__json_append(states, item);
		if (status == 0)
			status = tally__json_put(item, "name", cJSON_CreateString(state->name));
		if (status == 0 && state->params)
			status = tally__json_put(item, "params", tally__json_clone(state->params));
	}
	return status;
}

static int put_interaction(cJSON *out, const struct interaction *interaction)
{
	int status =
		tally__json_put(out, "description", cJSON_CreateString(interaction->description));

	return status ? status : put_states(out, interaction);
}

static cJSON *problem_of(const char *type, const struct request *request,
			 const struct interaction *interaction)
{
	cJSON *out = cJSON_CreateObject();

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    tally__json_put(out, "method", cJSON_CreateString(request->method)) != 0 ||
	    tally__json_put(out, "path", cJSON_CreateString(request->path)) != 0 ||
	    (interaction && put_interaction(out, interaction) != 0))
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

/* Of a large body its beginning, and how long the whole is; of text no part of a character. */
static cJSON *received_json(const struct request *received)
{
	struct request shown = *received;
	size_t text_len;
	cJSON *out;

	if (received->body.len <= LIMIT_MOCK_BODY_BYTES)
		return request_json(received);
	text_len = tally__utf8_valid_len(received->body.bytes, LIMIT_MOCK_BODY_BYTES);
	shown.body.len = LIMIT_MOCK_BODY_BYTES - text_len < 4 ? text_len : LIMIT_MOCK_BODY_BYTES;
	out = request_json(&shown);
	if (tally__json_put(out, "bodyBytes", cJSON_CreateNumber((double)received->body.len)) != 0)
		return fail(out);
	return out;
}

static cJSON *nearest(const struct responder_verdict *verdict)
{
	const struct interaction *interaction = verdict->entry->interaction;
	cJSON *out = cJSON_CreateObject();

	if (put_interaction(out, interaction) != 0 ||
	    tally__json_put(out, "method", cJSON_CreateString(interaction->request.method)) != 0 ||
	    tally__json_put(out, "path", cJSON_CreateString(interaction->request.path)) != 0 ||
	    put_details(out, &verdict->mismatches, SIDE_REQUEST) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_unmatched(const struct responder_verdict *verdict,
				const struct request *actual)
{
	bool is_mismatch = verdict->outcome == RESPONDER_MISMATCH;
	cJSON *out = problem_of(is_mismatch ? "request-mismatch" : "request-not-found", actual,
				is_mismatch ? verdict->entry->interaction : NULL);

	if (is_mismatch && put_details(out, &verdict->mismatches, SIDE_REQUEST) != 0)
		return fail(out);
	if (!is_mismatch && verdict->entry &&
	    tally__json_put(out, "nearest", nearest(verdict)) != 0)
		return fail(out);
	if (tally__json_put(out, "request", received_json(actual)) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_refused(const char *method, const char *path,
			      const struct http_refusal *refusal)
{
	const struct request request = {.method = method, .path = path};
	cJSON *out = problem_of("request-refused", &request, NULL);
	char *why = tally__strndup(refusal->why, strcspn(refusal->why, "\n"));
	bool made = why &&
		    (refusal->status == 0 ||
		     tally__json_put(out, "status", cJSON_CreateNumber(refusal->status)) == 0) &&
		    tally__json_put(out, "reason", cJSON_CreateString(why)) == 0;

	tally__free(why);
	return made ? out : fail(out);
}

cJSON *tally__problem_missing(const struct interaction *interaction)
{
	cJSON *out = problem_of("missing-request", &interaction->request, interaction);

	if (tally__json_put(out, "request", request_json(&interaction->request)) != 0)
		return fail(out);
	return out;
}

cJSON *tally__problem_message(const char *type, const struct interaction *interaction,
			      const char *reason, const struct mismatches *mismatches)
{
	cJSON *out = cJSON_CreateObject();

	if (tally__json_put(out, "type", cJSON_CreateString(type)) != 0 ||
	    put_interaction(out, interaction) != 0 ||
	    (reason && tally__json_put(out, "reason", cJSON_CreateString(reason)) != 0) ||
	    (mismatches && put_details(out, mismatches, SIDE_SYNC_REQUEST) != 0))
		return fail(out);
	return out;
}

cJSON *tally__problem_no_message(const char *description, const char *reason)
{
	const struct interaction unknown = {.description = description};

	return reason ? tally__problem_message("message-not-found", &unknown, reason, NULL) : NULL;
}

/* ---- for who reads the answer ---- */

/* "an order is read" (GET /orders/1), given "there is an order" and "it is open" */
static void add_interaction(struct buf *out, const struct interaction *interaction)
{
	tally__buf_addf(out, "\"%s\" (%s %s)", interaction->description,
			interaction->request.method, interaction->request.path);
	for (size_t i = 0; i < interaction->state_count; i++)
		tally__buf_addf(out, "%s \"%s\"", i > 0 ? " and" : ", given",
				interaction->states[i].name);
}

static int put_message(cJSON *out, const struct responder_verdict *verdict,
		       const struct request *actual)
{
	struct buf text;
	int status;

	tally__buf_init(&text, (size_t)LIMIT_DOCUMENT_BYTES * 2);
	if (verdict->outcome == RESPONDER_MISMATCH) {
		tally__buf_adds(&text, "this request is not as expected by ");
		add_interaction(&text, verdict->entry->interaction);
	} else {
		tally__buf_addf(&text, "no interaction expects %s %s", actual->method,
				actual->path);
		if (verdict->entry) {
			tally__buf_adds(&text, "; the nearest is ");
			add_interaction(&text, verdict->entry->interaction);
		}
	}
	status = text.status ? TALLY_ENOMEM
			     : tally__json_put(out, "message", cJSON_CreateString(text.bytes));
	tally__buf_release(&text);
	return status;
}

/* A sentence for each mismatch, with its place where the sentence does not name it. */
static cJSON *difference(const struct mismatch *mismatch)
{
	bool has_place = mismatch->kind == MISMATCH_BODY && *mismatch->path;
	const char *place = mismatch->kind == MISMATCH_PATH ? "path"
			    : has_place                     ? mismatch->path
							    : NULL;
	struct buf text;
	cJSON *out = NULL;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(&text, "%s%s%s", place ? place : "", place ? ": " : "", mismatch->message);
	if (text.status == 0)
		out = cJSON_CreateString(text.bytes);
	tally__buf_release(&text);
	return out;
}

static int put_differences(cJSON *out, const struct mismatches *mismatches)
{
	cJSON *list = cJSON_CreateArray();
	int status = tally__json_put(out, "differences", list);

	for (size_t i = 0; i < mismatches->count && status == 0; i++)
		status = tally__json_append(list, difference(&mismatches->items[i]));
	return status;
}

cJSON *tally__problem_answer(const struct responder_verdict *verdict, const struct request *actual,
			     const cJSON *problem)
{
	static const char more[] =
		"\"mismatches\" has the place, the rule and the values of each difference; the "
		"report at the end of the run shows all requests that were not as expected";
	cJSON *out = cJSON_CreateObject();
	int status = put_message(out, verdict, actual);

	if (status == 0 && verdict->entry)
		status = put_differences(out, &verdict->mismatches);
	if (status == 0 && verdict->entry)
		status = tally__json_put(out, "more", cJSON_CreateString(more));
	for (const cJSON *each = problem->child; each && status == 0; each = each->next)
		status = tally__json_put(out, each->string, tally__json_clone(each));
	return status ? fail(out) : out;
}
