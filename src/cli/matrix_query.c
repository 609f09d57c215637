/* matrix_query.c - from options and operands to a question about versions. */
#include "config.h"

#include <string.h>

#include "cli/matrix.h"
#include "cli/origin.h"
#include "cli/output.h"

const char *const matrix_format_choices[] = {"text", "json", "table", NULL};

/* The selectors while they are read. */
struct reading {
	struct call *call;
	enum matrix_use use;
	struct tally_version_selector *specified, *ignored;
	size_t specified_count, ignored_count;
	struct tally_version_selector *current; /* what the next option says more about, or NULL */
	bool has_operands;
};

static int add(struct reading *reading, const char *application, bool ignored)
{
	struct app_version what = {.app = application};

	if (ignored)
		app_version_split(reading->call, application, &what);
	reading->current = ignored ? &reading->ignored[reading->ignored_count++]
				   : &reading->specified[reading->specified_count++];
	*reading->current =
		(struct tally_version_selector){.application = what.app, .version = what.version};
	return 0;
}

static int set_once(const char **member, const char *name, const char *value)
{
	if (*member)
		return wrong(
			"--%s %s: %s is asked for already: leave one out, or put --pacticipant "
			"in front of the second",
			name, value, *member);
	*member = value;
	return 0;
}

static int set_version(struct reading *reading, const char *value)
{
	struct tally_version_selector *current = reading->current;

	/* Of an operand, the version stands in it. */
	if (reading->has_operands && current == reading->specified && current->version)
		return wrong("both %s@%s and --version %s are given: leave one out",
			     current->application, current->version, value);
	return set_once(&current->version, "version", value);
}

static int set_latest(struct reading *reading, const char *tag)
{
	reading->current->latest = true;
	return *tag ? set_once(&reading->current->tag, "latest", tag) : 0;
}

/* One "NAME=VALUE". */
static int read_part(struct reading *reading, const char *part)
{
	size_t len = strcspn(part, "=");
	const char *name = scratch_copy(&reading->call->scratch, part, len);
	const char *value = part + len + 1;

	if (strcmp(name, "pacticipant") == 0)
		return add(reading, value, false);
	if (strcmp(name, "ignore") == 0)
		return add(reading, value, true);
	if (!reading->current)
		return wrong(
			"--%s: of which application? Expected APP or --pacticipant with it; see "
			"tally %s --help",
			name, reading->call->command->name);
	if (strcmp(name, "version") == 0)
		return set_version(reading, value);
	if (strcmp(name, "latest") == 0)
		return set_latest(reading, value);
	if (strcmp(name, "tag") == 0)
		return set_once(&reading->current->tag, name, value);
	if (strcmp(name, "branch") == 0)
		return set_once(&reading->current->branch, name, value);
	if (strcmp(name, "deployed-in") == 0)
		return set_once(&reading->current->environment, name, value);
	reading->current->main_branch = true;
	return 0;
}

static bool is_state(const char *word)
{
	return strcmp(word, "deployed") == 0 || strcmp(word, "released") == 0 ||
	       strcmp(word, "gone") == 0;
}

/* Operands are APP@VERSION; the words behind --assume may be apart from it, too. */
static int read_operands(struct reading *reading, bool assuming)
{
	struct call *call = reading->call;

	for (size_t i = 0; i < call->operand_count; i++) {
		struct app_version what;

		if (assuming && is_state(call->operands[i]))
			continue;
		app_version_split(call, call->operands[i], &what);
		if (what.version && *what.version == '\0')
			return wrong("%s: expected a version after \"@\"", call->operands[i]);
		reading->has_operands = true;
		reading->specified[reading->specified_count++] = (struct tally_version_selector){
			.application = what.app, .version = what.version};
	}
	if (reading->specified_count == 1)
		reading->current = reading->specified;
	return 0;
}

static int read_parts(struct reading *reading, const struct text_list *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		int status;

		if (reading->has_operands && strncmp(parts->items[i], "pacticipant=", 12) == 0)
			return wrong("both %s and --pacticipant %s are given: leave one out",
				     reading->call->operands[0], parts->items[i] + 12);
		status = read_part(reading, parts->items[i]);
		if (status != 0)
			return status;
	}
	return 0;
}

static bool is_name_alone(const struct tally_version_selector *selector)
{
	return !selector->version && !selector->branch && !selector->tag &&
	       !selector->environment && !selector->main_branch && !selector->latest;
}

/* What can go somewhere is one version: the head of a branch, or that which is checked out. */
static int settle(struct reading *reading)
{
	for (size_t i = 0; i < reading->specified_count; i++) {
		struct tally_version_selector *selector = &reading->specified[i];

		if (!selector->version && (selector->branch || selector->main_branch))
			selector->latest = true;
	}
	if (reading->specified_count == 1 && is_name_alone(reading->specified)) {
		struct origin origin = {.version = NULL};

		origin_find(reading->call, &origin, ORIGIN_VERSION);
		reading->specified->version = origin.version;
		return need(reading->call, origin.version, "version",
			    "the application's version (there is neither a CI variable nor a git "
			    "commit to take it from)");
	}
	return 0;
}

/* "APP@VERSION deployed as INSTANCE", "APP gone". */
static int read_assumption(struct call *call, const char *text, const char *state,
			   struct tally_assumption *out)
{
	const char *instance = strstr(text, " deployed as ");
	size_t len = strlen(text);
	struct app_version what;

	if (instance) {
		len = (size_t)(instance - text);
		out->instance = instance + strlen(" deployed as ");
		state = "deployed";
	} else {
		const char *space = strrchr(text, ' ');

		if (space && is_state(space + 1)) {
			len = (size_t)(space - text);
			state = space + 1;
		}
	}
	app_version_split(call, scratch_copy(&call->scratch, text, len), &what);
	out->application = what.app;
	out->version = what.version;
	out->released = state && strcmp(state, "released") == 0;
	/* A blank in a version is a slip, unless a state follows. */
	if ((state && strcmp(state, "gone") == 0) == (what.version == NULL) &&
	    (state || !strchr(what.version, ' ')))
		return 0;
	return wrong("--assume %s: expected \"APP@VERSION deployed\", \"APP@VERSION deployed as "
		     "INSTANCE\", \"APP@VERSION released\" or \"APP gone\"",
		     text);
}

static int read_assumptions(struct call *call, const struct text_list *texts,
			    struct tally_matrix_query *out)
{
	struct tally_assumption *items =
		scratch_array(&call->scratch, texts->count + 1, sizeof(*items));
	const char *state = NULL;
	size_t states = 0;

	for (size_t i = 0; texts->count > 0 && i < call->operand_count; i++) {
		if (is_state(call->operands[i])) {
			state = call->operands[i];
			states++;
		}
	}
	if (states > 1 || (states == 1 && texts->count > 1))
		return wrong("which --assume does \"%s\" belong to? Put each in quotes: --assume "
			     "\"APP@VERSION %s\"",
			     state, state);
	for (size_t i = 0; i < texts->count; i++) {
		int status = read_assumption(call, texts->items[i], state, &items[i]);

		if (status != 0)
			return status;
	}
	out->assumptions = items;
	out->assumption_count = texts->count;
	return 0;
}

int matrix_query_get(struct call *call, const struct matrix_options *options, enum matrix_use use,
		     struct tally_matrix_query *out)
{
	size_t most = call->operand_count + options->selectors.count + 1;
	struct reading reading = {.call = call, .use = use};
	int status;

	reading.specified = scratch_array(&call->scratch, most, sizeof(*reading.specified));
	reading.ignored = scratch_array(&call->scratch, most, sizeof(*reading.ignored));
	status = read_operands(&reading, options->assumptions.count > 0);
	if (status == 0)
		status = read_parts(&reading, &options->selectors);
	if (status == 0 && reading.specified_count == 0)
		status = wrong("APP@VERSION is missing: expected it, or --pacticipant and "
			       "--version; see tally %s --help",
			       call->command->name);
	if (status == 0 && use == MATRIX_ONE_VERSION)
		status = settle(&reading);
	if (status == 0)
		status = read_assumptions(call, &options->assumptions, out);
	out->selectors = reading.specified;
	out->selector_count = reading.specified_count;
	out->ignored = reading.ignored;
	out->ignored_count = reading.ignored_count;
	out->to = options->to;
	out->to_environment = options->to_environment;
	out->to_tag = options->to_tag;
	out->to_branch = options->to_branch;
	out->to_main_branch = options->to_main_branch;
	out->to_latest = options->to_latest || options->to_tag || options->to_branch ||
			 options->to_main_branch;
	return status;
}
