#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "consumer/stub_filter.h"

/* "/.../" is an expression; "/" alone is a name. */
static bool is_expression(const char *text)
{
	size_t len = strlen(text);

	return len > 2 && text[0] == '/' && text[len - 1] == '/';
}

static int compile(struct regex **out, const char *pattern, const char *member,
		   struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct arena arena;
	int status = tally__regex_new(out, pattern, REGEX_SEARCH, &why);

	if (status == 0)
		return 0;
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	tally__arena_init(&arena, 0);
	tally__fail_at(error, TALLY_EINVAL, member, 0, 0,
		       "expected a regular expression, found \"%s\": %s",
		       tally__text_shown(&arena, pattern, 200), why.message);
	tally__arena_release(&arena);
	return TALLY_EINVAL;
}

static int init_name(struct stub_name *name, const char *text, const char *member,
		     struct tally_error *error)
{
	bool expression = is_expression(text);

	name->text = expression ? tally__strndup(text + 1, strlen(text) - 2) : tally__strdup(text);
	if (!name->text)
		return tally__fail_nomem(error);
	return expression ? compile(&name->regex, name->text, member, error) : 0;
}

int tally__stub_names_init(struct stub_names *names, const struct tally_stub_texts *texts,
			   const char *member, struct tally_error *error)
{
	int status = 0;

	*names = (struct stub_names){NULL, 0};
	names->items = tally__calloc(texts->count, sizeof(*names->items));
	if (!names->items)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < texts->count && status == 0; i++)
		status = init_name(&names->items[names->count++], texts->items[i], member, error);
	return status;
}

void tally__stub_names_release(struct stub_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		tally__regex_free(names->items[i].regex);
		tally__free(names->items[i].text);
	}
	tally__free(names->items);
}

/* Whether the expression, which the user knows as `known_as`, finds something in `name`. */
static int search(const struct regex *regex, const char *known_as, const char *name, bool *found,
		  struct tally_error *error)
{
	struct tally_error why = TALLY_ERROR_INIT;
	struct arena arena;
	int status = tally__regex_match(regex, name, strlen(name), found, &why);

	if (status == 0)
		return 0;
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	tally__arena_init(&arena, 0);
	tally__fail(error, status, "the expression %s takes too long for \"%s\": %s",
		    tally__text_shown(&arena, known_as, 200), tally__text_shown(&arena, name, 200),
		    why.message);
	tally__arena_release(&arena);
	return status;
}

int tally__stub_names_have(const struct stub_names *names, const char *name, bool *have,
			   struct tally_error *error)
{
	int status = 0;

	*have = names->count == 0;
	for (size_t i = 0; i < names->count && !*have && status == 0; i++) {
		const struct stub_name *each = &names->items[i];

		if (each->regex)
			status = search(each->regex, each->text, name, have, error);
		else
			*have = strcmp(each->text, name) == 0;
	}
	return status;
}

int tally__stub_states_init(struct stub_states *states, const char *pattern, bool or_none,
			    struct tally_error *error)
{
	*states = (struct stub_states){NULL, or_none};
	return pattern ? compile(&states->regex, pattern, "provider_state", error) : 0;
}

int tally__stub_states_admit(const struct stub_states *states,
			     const struct interaction *interaction, bool *admitted,
			     struct tally_error *error)
{
	int status = 0;

	*admitted = !states->regex || (states->or_none && interaction->state_count == 0);
	for (size_t i = 0; i < interaction->state_count && !*admitted && status == 0; i++) {
		const char *name = interaction->states[i].name;

		status = search(states->regex, "for provider states", name, admitted, error);
	}
	return status;
}
