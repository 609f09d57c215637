/* webhooks.c - definitions of webhooks, from options and for people. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "cli/webhooks.h"

static const char *const webhook_events[] = {
	"contract_published",
	"contract_content_changed",
	"contract_requiring_verification_published",
	"provider_verification_published",
	"provider_verification_succeeded",
	"provider_verification_failed",
};

/* Puts a member in place of the one that is there; takes `value`. */
static void put(cJSON *object, const char *name, cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
	if (!value || !cJSON_AddItemToObject(object, name, value))
		out_of_memory();
}

static void put_text(cJSON *object, const char *name, const char *text)
{
	if (text)
		put(object, name, cJSON_CreateString(text));
}

static void add_event(cJSON **events, const char *name)
{
	cJSON *event = cJSON_CreateObject();

	if (!*events)
		*events = cJSON_CreateArray();
	put(event, "name", cJSON_CreateString(name));
	if (!cJSON_AddItemToArray(*events, event))
		out_of_memory();
}

static void put_events(const struct webhook_options *o, cJSON *definition)
{
	cJSON *events = NULL;

	for (size_t i = 0; i < o->events.count; i++)
		add_event(&events, o->events.items[i]);
	for (size_t i = 0; i < sizeof webhook_events / sizeof *webhook_events; i++) {
		if (o->on[i])
			add_event(&events, webhook_events[i]);
	}
	if (events)
		put(definition, "events", events);
}

static int put_side(cJSON *definition, const char *side, const char *name, const char *label)
{
	cJSON *object;

	if (!name && !label)
		return 0;
	if (name && label)
		return wrong("both --%s and --%s-label are given: leave one out", side, side);
	object = cJSON_CreateObject();
	put(object, name ? "name" : "label", cJSON_CreateString(name ? name : label));
	put(definition, side, object);
	return 0;
}

static int put_header(struct call *call, cJSON *headers, const char *text)
{
	const char *colon = strchr(text, ':'), *name, *value;

	if (!colon || colon == text)
		return wrong("--header: expected \"Name: value\", found \"%s\"", text);
	name = scratch_copy(&call->scratch, text, (size_t)(colon - text));
	value = colon + 1 + strspn(colon + 1, " \t");
	cJSON_DeleteItemFromObject(headers, name); /* in whatever case it was given before */
	put(headers, name, cJSON_CreateString(value));
	return 0;
}

/* The object of a member, made when it is not there. */
static cJSON *inner(cJSON *object, const char *name)
{
	cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	if (cJSON_IsObject(member))
		return member;
	member = cJSON_CreateObject();
	put(object, name, member);
	return member;
}

static int put_data(struct call *call, cJSON *request, const char *data)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *body = NULL;
	int status;

	if (*data == '@') {
		status = read_json_input(call, data + 1, &body, &error);
		if (status < 0)
			return failed(&error);
	} else if (tally_json_parse(&body, data, strlen(data), NULL) != 0) {
		body = cJSON_CreateString(data);
	}
	put(request, "body", body);
	return 0;
}

static int put_user(struct call *call, cJSON *request, const char *user)
{
	const char *colon = strchr(user, ':');

	if (!colon)
		return wrong("--request-user: expected \"name:password\", found \"%s\"", user);
	put_text(request, "username", scratch_copy(&call->scratch, user, (size_t)(colon - user)));
	put_text(request, "password", colon + 1);
	return 0;
}

static int define(struct call *call, const struct webhook_options *o, cJSON *definition)
{
	cJSON *request = inner(definition, "request");
	int status = 0;

	if (o->enable && o->disable)
		return wrong("both --enable and --disable are given: leave one out");
	put_text(definition, "description", o->description);
	if (o->enable || o->disable)
		put(definition, "enabled", cJSON_CreateBool(o->enable));
	put_events(o, definition);
	put_text(request, "url", o->url);
	put_text(request, "method", o->method);
	for (size_t i = 0; status == 0 && i < o->headers.count; i++)
		status = put_header(call, inner(request, "headers"), o->headers.items[i]);
	if (status == 0 && o->data)
		status = put_data(call, request, o->data);
	if (status == 0 && o->user)
		status = put_user(call, request, o->user);
	if (status == 0)
		status = put_side(definition, "consumer", o->consumer, o->consumer_label);
	if (status == 0)
		status = put_side(definition, "provider", o->provider, o->provider_label);
	return status;
}

int webhook_definition(struct call *call, const struct webhook_options *o, cJSON *otherwise,
		       cJSON **definition, struct tally_error *error)
{
	cJSON *made = otherwise;
	int status = 0;

	if (o->definition) {
		cJSON_Delete(otherwise);
		made = NULL;
		status = read_json_input(call, o->definition, &made, error);
	}
	if (status == 0 && !cJSON_IsObject(made))
		status = set_error(error, TALLY_EPARSE, o->definition, "expected a JSON object");
	if (status == 0)
		status = define(call, o, made);
	if (status == 0)
		*definition = made;
	else
		cJSON_Delete(made);
	return status;
}

int webhook_run(struct call *call, const struct webhook_command *command)
{
	struct webhook_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = command->changes ? broker_open_to_change(call, &o.broker, &broker)
				  : broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	status = command->act(call, broker, &o, &answer, &error);
	if (status < 0) {
		status = failed(&error);
	} else if (status == 0 && o.format == FORMAT_JSON) {
		status = print_answer(answer);
	} else if (status == 0) {
		command->print(answer);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

static void print_side(const cJSON *answer, const char *side)
{
	const cJSON *scope = json_get(answer, side);

	if (*json_text(scope, "name"))
		out("  %s: %s\n", side, json_text(scope, "name"));
	else if (*json_text(scope, "label"))
		out("  %ss with the label %s\n", side, json_text(scope, "label"));
	else
		out("  any %s\n", side);
}

static void print_body(const cJSON *body)
{
	struct tally_error error = TALLY_ERROR_INIT;
	char *text = NULL;
	size_t len;

	if (cJSON_IsString(body))
		out("  %s\n", body->valuestring);
	else if (body && tally_json_write(&text, &len, body, TALLY_JSON_COMPACT, &error) == 0)
		out("  %s\n", text);
	tally_free(text);
}

void webhook_print(const cJSON *answer)
{
	const cJSON *request = json_get(answer, "request"), *item;

	out("%s (%s)%s\n", json_text(answer, "uuid"), json_text(answer, "description"),
	    cJSON_IsFalse(json_get(answer, "enabled")) ? ", disabled" : "");
	print_side(answer, "consumer");
	print_side(answer, "provider");
	cJSON_ArrayForEach(item, json_get(answer, "events"))
		out("  on %s\n", json_text(item, "name"));
	out("  %s %s\n", json_text(request, "method"), json_text(request, "url"));
	cJSON_ArrayForEach(item, json_get(request, "headers"))
		out("  %s: %s\n", item->string, cJSON_IsString(item) ? item->valuestring : "");
	if (*json_text(request, "username"))
		out("  user %s, password %s\n", json_text(request, "username"),
		    json_text(request, "password"));
	print_body(json_get(request, "body"));
}
