#include "config.h"

#include <string.h>

#include "cli/environments.h"
#include "cli/output.h"

int environment_name(struct call *call, struct tally_broker *broker, const char *uuid,
		     const char **name)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	if (uuid && call->operand_count > 0)
		return wrong("give the environment's NAME or --uuid, not both");
	if (!uuid && call->operand_count == 0)
		return wrong("NAME is missing: the environment's; see tally %s --help",
			     call->command->name);
	if (!uuid) {
		*name = call->operands[0];
		return 0;
	}
	if (tally_broker_environment_by_uuid(broker, uuid, &answer, &error) < 0)
		return failed(&error);
	*name = scratch_format(&call->scratch, "%s", json_text(answer, "name"));
	cJSON_Delete(answer);
	return 0;
}

int contacts_make(const struct contact_options *options, cJSON **out)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *contacts, *contact, *details;

	*out = NULL;
	if (!options->name)
		return options->email ? wrong("--contact-name is missing: expected who has the "
					      "address \"%s\"",
					      options->email)
				      : 0;
	contacts = cJSON_CreateArray();
	contact = cJSON_CreateObject();
	details = options->email ? cJSON_AddObjectToObject(contact, "details") : NULL;
	if (!cJSON_AddItemToArray(contacts, contact) ||
	    !cJSON_AddStringToObject(contact, "name", options->name) ||
	    (options->email && !cJSON_AddStringToObject(details, "emailAddress", options->email))) {
		cJSON_Delete(contacts);
		set_error(&error, TALLY_ENOMEM, NULL, "out of memory");
		return failed(&error);
	}
	*out = contacts;
	return 0;
}

void print_environment(const cJSON *environment)
{
	const char *name = json_text(environment, "name");
	const char *display_name = json_text(environment, "displayName");

	out("%s%s", name, cJSON_IsTrue(json_get(environment, "production")) ? " (production)" : "");
	if (*display_name && strcmp(display_name, name) != 0)
		out(": %s", display_name);
	out("\n");
}

static void print_placement(const cJSON *item)
{
	bool is_release = json_get(item, "releasedAt") != NULL;
	const char *instance = json_text(item, "instance");
	const char *ended = json_text(item, is_release ? "supportEndedAt" : "undeployedAt");

	out("  %s %s", json_text(item, "application"), json_text(item, "version"));
	if (*instance)
		out(", instance %s", instance);
	out("%s, since %s", is_release ? ", released" : "",
	    json_text(item, is_release ? "releasedAt" : "deployedAt"));
	if (*ended)
		out(", until %s", ended);
	out("\n");
}

void print_placements(const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "deployed")) print_placement(item);
	cJSON_ArrayForEach(item, json_get(answer, "released")) print_placement(item);
}
