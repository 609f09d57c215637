/* Generated values in what is sent: what provider states gave, and the rest. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "verifier/attempt.h"

#define MAX_SHOWN_VALUES 10
#define MAX_SHOWN_STATES 10
#define MAX_SHOWN_CHARS  100

/* Lays the members of `over` over those of *values, which is made when it is needed. */
static int lay_over(cJSON **values, const cJSON *over)
{
	struct json_index index;
	cJSON *laid;
	const cJSON *member;
	int status;

	if (!cJSON_IsObject(over))
		return 0;
	laid = tally__json_clone(over);
	if (laid == NULL)
		return TALLY_ENOMEM;
	status = tally__json_index_init(&index, over);
	cJSON_ArrayForEach(member, *values)
	{
		if (status != 0)
			break;
		if (tally__json_index_get(&index, member->string) == NULL)
			status = tally__json_put(laid, member->string, tally__json_clone(member));
	}
	tally__json_index_release(&index);
	if (status != 0) {
		cJSON_Delete(laid);
		return status;
	}
	cJSON_Delete(*values);
	*values = laid;
	return 0;
}

int tally__verifier_take_values(struct attempt *attempt, const cJSON *values)
{
	return lay_over(&attempt->state_values, values);
}

/* What generators may ask for: the parameters of all states, and over them what was answered. */
static int collect_values(const struct attempt *attempt, cJSON **values)
{
	const struct interaction *interaction = attempt->task->interaction;
	int status = 0;

	for (size_t i = 0; i < interaction->state_count && status == 0; i++)
		status = lay_over(values, interaction->states[i].params);
	return status != 0 ? status : lay_over(values, attempt->state_values);
}

/* What came from outside may be as long as it likes. */
static void add_name(struct buf *out, const char *quote, const char *name)
{
	tally__buf_adds(out, quote);
	tally__text_add_printable(out, name, strlen(name), MAX_SHOWN_CHARS);
	tally__buf_adds(out, quote);
}

/* "given "a user exists", which gave id and name". */
static void add_given(struct buf *out, const struct interaction *interaction, const cJSON *values)
{
	const cJSON *value;
	size_t shown = 0;

	for (size_t i = 0; i < interaction->state_count && i < MAX_SHOWN_STATES; i++) {
		tally__buf_adds(out, i > 0 ? " and " : " (given ");
		add_name(out, "\"", interaction->states[i].name);
	}
	if (interaction->state_count > MAX_SHOWN_STATES)
		tally__buf_adds(out, " and others");
	tally__buf_adds(out, interaction->state_count > 0 ? ", " : " (without a provider state, ");
	if (values == NULL || values->child == NULL) {
		tally__buf_adds(out, "no values)");
		return;
	}
	tally__buf_adds(out, "values: ");
	cJSON_ArrayForEach(value, values)
	{
		if (shown++ < MAX_SHOWN_VALUES)
			tally__buf_adds(out, shown > 1 ? ", " : "");
		if (shown <= MAX_SHOWN_VALUES)
			add_name(out, "", value->string);
	}
	tally__buf_adds(out, shown > MAX_SHOWN_VALUES ? " …)" : ")");
}

/* Says of each value that could not be generated where it was wanted, and what there was. */
static int keep_warnings(struct attempt *attempt, const cJSON *values)
{
	const cJSON *warning;
	struct buf text;
	size_t count = 0;
	int status = 0;

	if (attempt->made.warnings == NULL)
		return 0;
	cJSON_Delete(attempt->task->warnings); /* of an attempt before */
	attempt->task->warnings = cJSON_CreateArray();
	tally__buf_init(&text, (size_t)LIMIT_REASON_BYTES * 4);
	cJSON_ArrayForEach(warning, attempt->made.warnings)
	{
		if (count++ == LIMIT_WARNINGS)
			break;
		tally__buf_clear(&text);
		add_name(&text, "", attempt->task->interaction->description);
		add_given(&text, attempt->task->interaction, values);
		tally__buf_addf(&text, ": request %s: the example was sent", warning->valuestring);
		if (text.status == TALLY_ELIMIT)
			text.status = 0; /* cut, far beyond what people read */
		if (status == 0)
			status = text.status != 0
					 ? text.status
					 : tally__json_append(attempt->task->warnings,
							      cJSON_CreateString(text.bytes));
	}
	tally__buf_release(&text);
	return status;
}

int tally__verifier_generate(struct attempt *attempt, struct interaction *asked,
			     struct tally_error *error)
{
	const struct interaction *interaction = attempt->task->interaction;
	struct generator_context context;
	struct random random;
	cJSON *values = NULL;
	int status;

	if (attempt->generators == NULL)
		return 0;
	status = collect_values(attempt, &values);
	if (status != 0) {
		cJSON_Delete(values);
		return tally__fail_nomem(error);
	}
	tally__value_source_context(&attempt->run->settings->source, GENERATOR_PROVIDER,
				    attempt->task->contract->consumer, interaction,
				    attempt->task->attempt_count, &random, &context);
	context.state_values = values;
	if (interaction->kind == INTERACTION_HTTP)
		status = tally__generate_request(&asked->request, &attempt->made,
						 &interaction->request, attempt->generators,
						 &context, error);
	else
		status = tally__generate_message(&asked->message, &attempt->made,
						 &interaction->message, attempt->generators,
						 &context, error);
	if (attempt->made.count > 0)
		attempt->run->has_generated = true;
	if (status == 0 && keep_warnings(attempt, values) != 0)
		status = tally__fail_nomem(error);
	cJSON_Delete(values);
	return status;
}
