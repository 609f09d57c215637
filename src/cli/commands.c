/* commands.c - the list of commands, and finding things in it and in their tables by name. */
#include "config.h"

#include <string.h>

#include "cli/command.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cli/commands.inc"
#undef COMMAND

const struct command *const all_commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.inc"
#undef COMMAND
	NULL};

const char *group_title(enum command_group group)
{
	static const char *const titles[GROUP_COUNT] = {
		[GROUP_CONSUMER] = "Consumer teams",
		[GROUP_PROVIDER] = "Provider pipelines",
		[GROUP_RELEASE] = "Release managers",
		[GROUP_BROKER] = "The broker",
		[GROUP_OTHER] = "Other",
	};

	return titles[group];
}

/* How many of `arguments` the words of `name` are; 0 when they differ. */
static size_t words_matched(const char *name, char *const *arguments)
{
	const char *word;
	size_t len;
	size_t count = 0;

	while (next_word(&name, &word, &len)) {
		const char *argument = arguments[count];

		if (!argument || strlen(argument) != len || memcmp(argument, word, len) != 0)
			return 0;
		count++;
	}
	return count;
}

const struct command *command_find(char *const *arguments, size_t *words)
{
	for (size_t i = 0; all_commands[i]; i++) {
		*words = words_matched(all_commands[i]->name, arguments);
		if (*words > 0)
			return all_commands[i];
	}
	return NULL;
}

bool command_is_group(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; all_commands[i]; i++) {
		const char *name = all_commands[i]->name;

		if (strncmp(name, word, len) == 0 && name[len] == ' ')
			return true;
	}
	return false;
}

static bool is_word(const char *words, const char *name, size_t len)
{
	const char *word;
	size_t word_len;

	while (next_word(&words, &word, &word_len)) {
		if (word_len == len && memcmp(word, name, len) == 0)
			return true;
	}
	return false;
}

const struct option *option_find(const struct option *table, const char *name, size_t len)
{
	for (; table && table->kind != OPTION_KIND_END; table++) {
		if (is_word(table->name, name, len) || is_word(table->aliases, name, len))
			return table;
	}
	return NULL;
}

enum { NAME_BYTES = 48 };

/* How many letters to insert, remove or change between two names (Levenshtein). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_BYTES + 1];

	if (a_len > NAME_BYTES || b_len > NAME_BYTES)
		return NAME_BYTES;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (corner + 1 < best)
				best = corner + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

/* Near enough to be meant: a third of the letters wrong, or only begun. */
static size_t score(const char *typed, size_t typed_len, const char *name)
{
	size_t name_len = strlen(name);
	size_t wrong_letters = distance(typed, typed_len, name, name_len);

	if (typed_len >= 3 && typed_len < name_len && memcmp(typed, name, typed_len) == 0)
		return 1;
	return wrong_letters <= 1 + typed_len / 4 && wrong_letters < typed_len ? wrong_letters
									       : NAME_BYTES;
}

const char *option_nearest(const struct option *table, const char *name, size_t len)
{
	const char *nearest = NULL;
	size_t best = NAME_BYTES;

	for (; table && table->kind != OPTION_KIND_END; table++) {
		size_t this = score(name, len, table->name);

		if (this < best) {
			best = this;
			nearest = table->name;
		}
	}
	return nearest;
}

const char *command_nearest(const char *name)
{
	const char *nearest = NULL;
	size_t best = NAME_BYTES;

	for (size_t i = 0; all_commands[i]; i++) {
		size_t this = score(name, strlen(name), all_commands[i]->name);

		if (this < best) {
			best = this;
			nearest = all_commands[i]->name;
		}
	}
	return nearest;
}
