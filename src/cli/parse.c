/* parse.c - one command's part of the command line. */
#include "config.h"

#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"

struct parse {
	struct call *call;
	void *values;
	bool *given; /* for each option of the table */
	bool help;
	char **next;
};

static size_t option_count(const struct option *table)
{
	size_t count = 0;

	while (table && table[count].kind != OPTION_KIND_END)
		count++;
	return count;
}

static bool set(struct parse *p, const struct option *option, const char *label, const char *text)
{
	p->given[option - p->call->command->options] = true;
	return option_set(p->call, option, label, text, p->values);
}

/* The value of an option that needs one: after the sign, or the next word. */
static bool set_with_value(struct parse *p, const struct option *option, const char *label,
			   const char *text)
{
	if (!text && option_value_is_optional(option))
		text = *p->next && **p->next != '-' ? *p->next++ : "";
	if (!text)
		text = *p->next ? *p->next++ : NULL;
	if (text)
		return set(p, option, label, text);
	wrong("%s: expected %s after it; see tally %s --help", label,
	      option_expected(p->call, option), p->call->command->name);
	return false;
}

static const char *value_of_flag(const struct option *option)
{
	return option->kind == OPTION_KIND_MARK ? "" : "true";
}

static bool refuse_value(const struct parse *p, const char *label)
{
	wrong("%s takes no value; see tally %s --help", label, p->call->command->name);
	return false;
}

static bool refuse_unknown(const struct parse *p, const char *label, const char *nearest)
{
	if (nearest)
		wrong("unknown option %s; did you mean --%s? See tally %s --help", label, nearest,
		      p->call->command->name);
	else if (p->call->command->trailing && p->call->operand_count > 1)
		wrong("unknown option %s; if it is that of a command, \"--\" stands in front of "
		      "the command; see tally %s --help",
		      label, p->call->command->name);
	else
		wrong("unknown option %s; see tally %s --help", label, p->call->command->name);
	return false;
}

static bool parse_long(struct parse *p, const char *word)
{
	const struct option *table = p->call->command->options;
	size_t len = strcspn(word + 2, "=");
	const char *text = word[2 + len] == '=' ? word + 2 + len + 1 : NULL;
	const char *label = scratch_copy(&p->call->scratch, word, 2 + len);
	const struct option *option = option_find(table, word + 2, len);

	if (!option && strcmp(word, "--help") == 0) {
		p->help = true;
		return true;
	}
	if (!option)
		return refuse_unknown(p, label, option_nearest(table, word + 2, len));
	if (option->kind == OPTION_KIND_MARK && text)
		return refuse_value(p, label);
	if (!option_takes_value(option))
		return set(p, option, label, text ? text : value_of_flag(option));
	return set_with_value(p, option, label, text);
}

static const struct option *find_letter(const struct option *table, char letter)
{
	for (; table && table->kind != OPTION_KIND_END; table++) {
		if (table->letter == letter)
			return table;
	}
	return NULL;
}

/* "-x", "-xyz" of flags, "-oVALUE", "-o VALUE". */
static bool parse_letters(struct parse *p, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct option *option = find_letter(p->call->command->options, *letter);
		const char *label = scratch_format(&p->call->scratch, "-%c", *letter);

		if (!option && *letter == 'h') {
			p->help = true;
			continue;
		}
		if (!option)
			return refuse_unknown(p, label, NULL);
		if (option_takes_value(option))
			return set_with_value(p, option, label, letter[1] ? letter + 1 : NULL);
		if (!set(p, option, label, value_of_flag(option)))
			return false;
	}
	return true;
}

static bool parse_words(struct parse *p)
{
	struct call *call = p->call;

	while (*p->next) {
		const char *word = *p->next++;

		if (strcmp(word, "--") == 0 && call->command->trailing) {
			call->trailing = p->next;
			return true;
		}
		if (strcmp(word, "--") == 0)
			break;
		if (strncmp(word, "--", 2) == 0) {
			if (!parse_long(p, word))
				return false;
		} else if (word[0] == '-' && word[1] != '\0') {
			if (!parse_letters(p, word))
				return false;
		} else {
			call->operands[call->operand_count++] = word;
		}
		if (p->help)
			return true;
	}
	while (*p->next)
		call->operands[call->operand_count++] = *p->next++;
	return true;
}

static bool check_word(const struct call *call, const struct operand *operand, const char *word)
{
	for (size_t i = 0; operand->choices && operand->choices[i]; i++) {
		if (strcmp(operand->choices[i], word) == 0)
			return true;
	}
	if (!operand->choices && *word)
		return true;
	wrong("expected %s, found \"%s\"; see tally %s --help", operand->name, word,
	      call->command->name);
	return false;
}

static bool check_operands(const struct call *call)
{
	const struct operand *operand = call->command->operands;
	size_t used = 0;

	for (; operand && operand->name; operand++) {
		if (used == call->operand_count && !operand->optional) {
			wrong("%s is missing: %s; see tally %s --help", operand->name,
			      operand->help, call->command->name);
			return false;
		}
		while (used < call->operand_count) {
			if (!check_word(call, operand, call->operands[used++]))
				return false;
			if (!operand->repeated)
				break;
		}
	}
	if (used == call->operand_count)
		return true;
	wrong("unexpected \"%s\"; see tally %s --help", call->operands[used], call->command->name);
	return false;
}

bool call_parse(struct call *call, void *values)
{
	struct parse p = {.call = call, .values = values, .next = call->arguments};
	size_t words = 0;

	while (call->arguments[words])
		words++;
	call->operands = scratch_array(&call->scratch, words + 1, sizeof(*call->operands));
	p.given = scratch_array(&call->scratch, option_count(call->command->options) + 1,
				sizeof(*p.given));
	call->status = EXIT_WRONG;
	if (!parse_words(&p))
		return false;
	if (p.help) {
		help_command(call->command);
		call->status = EXIT_YES;
		return false;
	}
	return check_operands(call) && options_complete(call, p.given, values);
}
