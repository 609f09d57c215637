#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "cli/common.h"
#include "cli/origin.h"
#include "cli/output.h"

const char *const format_choices[] = {"text", "json", NULL};
const char *const spec_choices[] = {"1", "1.1", "2", "3", "4", NULL};

enum tally_spec spec_of_choice(int choice)
{
	return tally_spec_from_text(spec_choices[choice]);
}

const cJSON *json_get(const cJSON *object, const char *member)
{
	return cJSON_GetObjectItemCaseSensitive(object, member);
}

const char *json_text(const cJSON *object, const char *member)
{
	const char *text = cJSON_GetStringValue(json_get(object, member));

	return text ? text : "";
}

double json_number(const cJSON *object, const char *member)
{
	const cJSON *number = json_get(object, member);

	return cJSON_IsNumber(number) ? number->valuedouble : -1;
}

const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

int print_answer(cJSON *answer)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int code = out_json(answer, &error);

	cJSON_Delete(answer);
	return code < 0 ? failed(&error) : EXIT_YES;
}

int need(struct call *call, const char *value, const char *option, const char *what)
{
	if (value)
		return 0;
	return wrong("--%s is missing: expected %s; see tally %s --help", option, what,
		     call->command->name);
}

int broker_open(struct call *call, const char *location, struct tally_broker **broker)
{
	struct tally_error error = TALLY_ERROR_INIT;
	int status = need(call, location, "broker",
			  "the path of a broker's repository, here or in TALLY_BROKER");

	if (status != 0)
		return status;
	return tally_broker_open(broker, location, &error) < 0 ? failed(&error) : 0;
}

/* Splits APP@VERSION; an "@" at the very front belongs to the name. */
static void split(struct call *call, const char *text, struct app_version *out)
{
	const char *at = strrchr(text, '@');

	if (!at || at == text) {
		out->app = text;
		return;
	}
	out->app = scratch_copy(&call->scratch, text, (size_t)(at - text));
	out->version = at + 1;
}

int app_version_get(struct call *call, const char *pacticipant, const char *version,
		    struct app_version *out)
{
	struct origin origin = {.version = version};
	int status = 0;

	*out = (struct app_version){NULL, NULL};
	if (call->operand_count > 0 && pacticipant)
		return wrong("both %s and --pacticipant %s are given: leave one out",
			     call->operands[0], pacticipant);
	if (call->operand_count > 0)
		split(call, call->operands[0], out);
	else
		out->app = pacticipant;
	if (!out->app)
		return wrong("APP@VERSION is missing: expected it, or --pacticipant and --version; "
			     "see tally %s --help",
			     call->command->name);
	if (out->version && version)
		return wrong("both %s and --version %s are given: leave one out", call->operands[0],
			     version);
	if (out->version && *out->version == '\0')
		return wrong("%s: expected a version after \"@\"", call->operands[0]);
	if (!out->version) {
		origin_find(call, &origin, ORIGIN_VERSION);
		out->version = origin.version;
		status = need(call, out->version, "version",
			      "the application's version (there is neither a CI variable nor a git "
			      "commit to take it from)");
	}
	return status;
}

int set_error(struct tally_error *error, int code, const char *where, const char *format, ...)
{
	va_list arguments;

	*error = (struct tally_error){.code = code};
	(void)snprintf(error->where, sizeof(error->where), "%s", where);
	va_start(arguments, format);
	(void)vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return code;
}
