#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

const char *const format_choices[] = {"text", "json", NULL};
const char *const spec_choices[] = {"1", "1.1", "2", "3", "4", NULL};

enum tally_spec spec_of_choice(int choice)
{
	return tally_spec_from_text(spec_choices[choice]);
}

const char *const part_choices[] = {"request", "response", "message", NULL};

enum tally_part part_of_word(const char *word)
{
	int part = TALLY_PART_REQUEST;

	while (part_choices[part + 1] && strcmp(part_choices[part], word) != 0)
		part++;
	return (enum tally_part)part;
}

void note_seed(const cJSON *answer)
{
	if (cJSON_IsTrue(json_get(answer, "seedChosen")))
		note("values were generated: --seed %zu makes the same again",
		     (size_t)json_number(answer, "seed"));
}

void note_warnings(const cJSON *answer)
{
	const cJSON *warning;

	cJSON_ArrayForEach(warning, json_get(answer, "warnings"))
	{
		note("warning: %s", warning->valuestring);
	}
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

/* In a message of the library, too: "state_change_url" is --state-change-url. */
static void name_options(const struct call *call, char *message, size_t space)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	char out[TALLY_ERROR_MESSAGE_BYTES] = "";
	size_t used = 0;

	for (const char *at = message; *at && used < sizeof(out);) {
		size_t len = strspn(at, letters);
		const struct option *option = NULL;
		char name[64];

		if (len > 0 && len < sizeof(name) && memchr(at, '_', len)) {
			for (size_t i = 0; i < len; i++)
				name[i] = at[i] == '_' ? '-' : at[i];
			option = option_find(call->command->options, name, len);
		}
		len = len > 0 ? len : 1;
		if (option)
			used += (size_t)snprintf(out + used, sizeof(out) - used, "--%s",
						 option->name);
		else
			used += (size_t)snprintf(out + used, sizeof(out) - used, "%.*s", (int)len,
						 at);
		at += len;
	}
	(void)snprintf(message, space, "%s", out);
}

int failed_in_options(const struct call *call, struct tally_error *error)
{
	char name[sizeof(error->where)];
	size_t len = strspn(error->where, "abcdefghijklmnopqrstuvwxyz_");
	const struct option *option;

	memcpy(name, error->where, len);
	for (size_t i = 0; i < len; i++)
		name[i] = name[i] == '_' ? '-' : name[i];
	/* The path of a record is no option. */
	option = error->where[len] == '/' ? NULL : option_find(call->command->options, name, len);
	/* A list: "headers" are given with --header. */
	if (!option && len > 1 && error->where[len] != '/')
		option = option_find(call->command->options, name, len - 1);
	if (option)
		(void)snprintf(error->where, sizeof(error->where), "--%s", option->name);
	name_options(call, error->message, sizeof(error->message));
	return failed(error);
}

int need(struct call *call, const char *value, const char *option, const char *what)
{
	if (value)
		return 0;
	return wrong("--%s is missing: expected %s; see tally %s --help", option, what,
		     call->command->name);
}

int set_error(struct tally_error *error, int code, const char *where, const char *format, ...)
{
	va_list arguments;

	*error = (struct tally_error){.code = code};
	(void)snprintf(error->where, sizeof(error->where), "%s", where);
	va_start(arguments, format);
	(void)vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	/* Lines of a message are the library's alone. */
	for (char *end = strchr(error->message, '\n'); end; end = strchr(end, '\n'))
		*end = ' ';
	return code;
}
