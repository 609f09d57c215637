/* values.c - from the text of an option to the member that holds its value. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"

bool next_word(const char **text, const char **word, size_t *len)
{
	if (!*text)
		return false;
	*text += strspn(*text, " ");
	*word = *text;
	*len = strcspn(*text, " ");
	*text += *len;
	return *len > 0;
}

static void *place(const struct option *option, void *values)
{
	return (char *)values + option->offset;
}

static void refuse(const struct call *call, const char *label, const char *expected,
		   const char *text)
{
	wrong("%s: expected %s, found \"%s\"; see tally %s --help", label, expected, text,
	      call->command->name);
}

static bool set_flag(struct call *call, const struct option *option, const char *label,
		     const char *text, void *values)
{
	static const char *const words[] = {"true", "yes", "1", "false", "no", "0"};
	bool *value = place(option, values);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*value = i < 3;
			return true;
		}
	}
	refuse(call, label, "true or false", text);
	return false;
}

static bool set_number(struct call *call, const struct option *option, const char *label,
		       const char *text, void *values)
{
	char *end = NULL;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	/* strtol would also take white space and signs in front. */
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || number < option->min ||
	    number > option->max) {
		refuse(call, label,
		       scratch_format(&call->scratch, "a whole number from %ld to %ld", option->min,
				      option->max),
		       text);
		return false;
	}
	*(long *)place(option, values) = number;
	return true;
}

const char *option_expected(struct call *call, const struct option *option)
{
	const char *all = "";

	if (!option->choices)
		return option->argument;
	for (size_t i = 0; option->choices[i]; i++)
		all = scratch_format(&call->scratch, "%s%s%s", all, i > 0 ? " or " : "",
				     option->choices[i]);
	return all;
}

static bool set_choice(struct call *call, const struct option *option, const char *label,
		       const char *text, void *values)
{
	for (int i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			*(int *)place(option, values) = i;
			return true;
		}
	}
	refuse(call, label, option_expected(call, option), text);
	return false;
}

void text_list_add(struct call *call, struct text_list *list, const char *text)
{
	/* Grown by doubling: full whenever the count is a power of two. */
	if ((list->count & (list->count - 1)) == 0) {
		const char **items = scratch_array(
			&call->scratch, list->count > 0 ? list->count * 2 : 1, sizeof(*items));

		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
	}
	list->items[list->count++] = text;
}

bool option_is_list(const struct option *option)
{
	return option->kind == OPTION_KIND_LIST || option->kind == OPTION_KIND_MARK;
}

bool option_takes_value(const struct option *option)
{
	return option->kind != OPTION_KIND_FLAG && option->kind != OPTION_KIND_MARK;
}

bool option_value_is_optional(const struct option *option)
{
	return option->argument && option->argument[0] == '[';
}

static bool set_text(struct call *call, const struct option *option, const char *label,
		     const char *text, void *values)
{
	if (*text == '\0' && option_takes_value(option) && !option_value_is_optional(option)) {
		refuse(call, label, option->argument, text);
		return false;
	}
	if (option->kind == OPTION_KIND_TEXT)
		*(const char **)place(option, values) = text;
	else if (option->named || option->kind == OPTION_KIND_MARK)
		text_list_add(call, place(option, values),
			      scratch_format(&call->scratch, "%s=%s", option->name, text));
	else
		text_list_add(call, place(option, values), text);
	return true;
}

bool option_set(struct call *call, const struct option *option, const char *label, const char *text,
		void *values)
{
	switch (option->kind) {
	case OPTION_KIND_FLAG:
		return set_flag(call, option, label, text, values);
	case OPTION_KIND_NUMBER:
		return set_number(call, option, label, text, values);
	case OPTION_KIND_CHOICE:
		return set_choice(call, option, label, text, values);
	case OPTION_KIND_LIST:
	case OPTION_KIND_MARK:
	case OPTION_KIND_TEXT:
		return set_text(call, option, label, text, values);
	case OPTION_KIND_END:
		break;
	}
	return false;
}

/* A list's variable holds its values separated by commas, but for those that hold one. */
static bool set_list_variable(struct call *call, const struct option *option, const char *label,
			      const char *text, void *values)
{
	while (*text) {
		size_t len = strcspn(text, ",");

		if (len > 0 && !option_set(call, option, label,
					   scratch_copy(&call->scratch, text, len), values))
			return false;
		text += len + (text[len] == ',');
	}
	return true;
}

/* The first variable of the option that is set to something: *label names it. */
static const char *find_variable(struct call *call, const struct option *option, const char **label)
{
	const char *rest = option->variables;
	const char *word;
	size_t len;

	while (next_word(&rest, &word, &len)) {
		const char *name = scratch_copy(&call->scratch, word, len);
		const char *text = getenv(name);

		if (text && *text) {
			*label = scratch_format(&call->scratch, "--%s, from the variable %s",
						option->name, name);
			return text;
		}
	}
	return NULL;
}

static bool complete(struct call *call, const struct option *option, void *values)
{
	const char *label = NULL;
	const char *text = find_variable(call, option, &label);

	if (text && option->kind == OPTION_KIND_LIST && !option->whole_variable)
		return set_list_variable(call, option, label, text, values);
	if (text)
		return option_set(call, option, label, text, values);
	if (option->fallback)
		return option_set(call, option, option->name, option->fallback, values);
	return true;
}

bool options_complete(struct call *call, const bool *given, void *values)
{
	const struct option *table = call->command->options;

	for (size_t i = 0; table && table[i].kind != OPTION_KIND_END; i++) {
		if (!given[i] && !complete(call, &table[i], values))
			return false;
	}
	return true;
}
