#include "config.h"

#include "verifier/filter.h"

#include <string.h>

static int compile(struct regex **out, const char *what, const char *pattern,
		   struct tally_error *error)
{
	struct tally_error problem = TALLY_ERROR_INIT;
	int status;

	if (pattern == NULL)
		return 0;
	status = tally__regex_new(out, pattern, REGEX_SEARCH, &problem);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(error);
	if (status != 0)
		return tally__fail_at(error, TALLY_EINVAL, what, 0, 0,
				      "\"%.200s\" is not a valid regular expression: %s", pattern,
				      problem.message);
	return 0;
}

static int add_names(struct map *map, const char *const *names, size_t count,
		     struct tally_error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (tally__map_put(map, names[i], strlen(names[i]), NULL) != 0)
			return tally__fail_nomem(error);
	}
	return 0;
}

void tally__filter_clear(struct filter *filter)
{
	*filter = (struct filter){0};
	tally__map_init(&filter->digests);
	tally__map_init(&filter->consumers);
}

int tally__filter_init(struct filter *filter, const struct tally_verify_options *options,
		       struct tally_error *error)
{
	int status;

	filter->options = options;
	if (options->filter_state != NULL && options->filter_no_state)
		return tally__fail_at(error, TALLY_EINVAL, "filter_no_state", 0, 0,
				      "cannot be combined with a filter on provider states: no "
				      "interaction would be left");
	status = compile(&filter->description, "filter_description", options->filter_description,
			 error);
	if (status == 0)
		status = compile(&filter->state, "filter_state", options->filter_state, error);
	if (status == 0)
		status = add_names(&filter->digests, options->only_digests,
				   options->only_digest_count, error);
	if (status == 0)
		status = add_names(&filter->consumers, options->filter_consumers,
				   options->filter_consumer_count, error);
	return status;
}

void tally__filter_release(struct filter *filter)
{
	tally__regex_free(filter->description);
	tally__regex_free(filter->state);
	tally__map_release(&filter->digests);
	tally__map_release(&filter->consumers);
}

static bool names_have(const struct map *map, const char *name)
{
	return map->count == 0 || tally__map_find(map, name, strlen(name)) != NULL;
}

static int match_states(const struct filter *filter, const struct interaction *interaction,
			bool *matches, struct tally_error *error)
{
	int status = 0;

	*matches = filter->state == NULL;
	for (size_t i = 0; i < interaction->state_count && !*matches && status == 0; i++) {
		const char *name = interaction->states[i].name;

		status = tally__regex_match(filter->state, name, strlen(name), matches, error);
	}
	return status;
}

int tally__filter_select(const struct filter *filter, struct task *task, struct tally_error *error)
{
	const struct interaction *interaction = task->interaction;
	bool matches = names_have(&filter->digests, task->digest) &&
		       names_have(&filter->consumers, task->contract->consumer) &&
		       !(filter->options->filter_no_state && interaction->state_count > 0);
	int status = 0;

	if (matches && filter->description != NULL)
		status = tally__regex_match(filter->description, interaction->description,
					    strlen(interaction->description), &matches, error);
	if (status == 0 && matches)
		status = match_states(filter, interaction, &matches, error);
	task->selected = status == 0 && matches;
	return status;
}

static void add_word(struct buf *out, const char *words, const char *value)
{
	tally__buf_addf(out, value != NULL ? "%s%s \"%s\"" : "%s%s", out->len > 0 ? ", " : "",
			words, value);
}

void tally__filter_describe(const struct filter *filter, struct buf *out)
{
	const struct tally_verify_options *options = filter->options;

	if (options->filter_description != NULL)
		add_word(out, "description ~", options->filter_description);
	if (options->filter_state != NULL)
		add_word(out, "provider state ~", options->filter_state);
	if (options->filter_no_state)
		add_word(out, "without provider state", NULL);
	for (size_t i = 0; i < options->filter_consumer_count; i++)
		add_word(out, i == 0 ? "consumer" : "or", options->filter_consumers[i]);
	if (options->only_digest_count > 0)
		tally__buf_addf(out, "%sthe list of %zu digests", out->len > 0 ? ", " : "",
				options->only_digest_count);
}
