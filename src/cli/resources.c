/* resources.c - one way to run for the commands about the broker's resources. */
#include "config.h"

#include <string.h>

#include "cli/output.h"
#include "cli/resources.h"

int resource_run(struct call *call, const struct resource_command *command)
{
	struct resource_options o = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_broker *broker = NULL;
	cJSON *answer = NULL;
	int status;

	if (!call_parse(call, &o))
		return call->status;
	status = command->prepare ? command->prepare(call, &o) : 0;
	if (status == 0)
		status = command->changes ? broker_open_to_change(call, &o.broker, &broker)
					  : broker_open(call, &o.broker, &broker);
	if (status != 0)
		return status;
	if (command->act(broker, &o, &answer, &error) < 0) {
		status = failed(&error);
	} else if (o.format == FORMAT_JSON) {
		status = print_answer(answer);
	} else {
		command->print(&o, answer);
		resource_note_more(answer);
		cJSON_Delete(answer);
	}
	tally_broker_close(broker);
	return status;
}

int resource_operands(struct call *call, const struct wanted *wanted, size_t count)
{
	size_t taken = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		if (*wanted[i].value)
			continue;
		if (taken < call->operand_count)
			*wanted[i].value = call->operands[taken++];
		else if (!wanted[i].optional)
			status = need(call, NULL, wanted[i].option, wanted[i].what);
	}
	if (status == 0 && taken < call->operand_count)
		status = wrong("unexpected \"%s\": see tally %s --help", call->operands[taken],
			       call->command->name);
	return status;
}

int resource_app(struct call *call, struct resource_options *o)
{
	const struct wanted wanted[] = {{&o->app, "pacticipant", "the application's name", false}};

	return resource_operands(call, wanted, 1);
}

/* An empty text takes a property away, where one cannot be typed. */
int resource_app_clear(struct call *call, struct resource_options *o)
{
	const struct {
		const char *name;
		const char **value;
	} properties[] = {
		{"display-name", &o->display_name},
		{"main-branch", &o->main_branch},
		{"repository-url", &o->repository_url},
		{"repository-name", &o->repository_name},
		{"repository-namespace", &o->repository_namespace},
	};
	const size_t count = sizeof properties / sizeof *properties;

	for (size_t i = 0; i < o->clear.count; i++) {
		size_t j = 0;

		while (j < count && strcmp(o->clear.items[i], properties[j].name) != 0)
			j++;
		if (j == count)
			return wrong("--clear: expected display-name, main-branch, repository-url, "
				     "repository-name or repository-namespace, found \"%s\"",
				     o->clear.items[i]);
		if (*properties[j].value)
			return wrong("both --%s and --clear %s are given: leave one out",
				     o->clear.items[i], o->clear.items[i]);
		*properties[j].value = "";
	}
	return resource_app(call, o);
}

int resource_app_optional(struct call *call, struct resource_options *o)
{
	const struct wanted wanted[] = {{&o->app, "pacticipant", "the application's name", true}};

	return resource_operands(call, wanted, 1);
}

int resource_branch(struct call *call, struct resource_options *o)
{
	const struct wanted wanted[] = {{&o->app, "pacticipant", "the application's name", false},
					{&o->branch, "branch", "the branch's name", false}};

	return resource_operands(call, wanted, 2);
}

int resource_label(struct call *call, struct resource_options *o)
{
	const struct wanted wanted[] = {{&o->app, "pacticipant", "the application's name", false},
					{&o->label, "label", "the label", false}};

	return resource_operands(call, wanted, 2);
}

/* APP@VERSION, unless --pacticipant says it, and what may follow it. */
static int take_version(struct call *call, struct resource_options *o, const struct wanted *rest)
{
	const char **target = o->app ? &o->app : &o->target;
	const struct wanted wanted[] = {{target, "pacticipant", "APP@VERSION", false},
					rest ? *rest : (struct wanted){0}};
	struct app_version what;
	int status = resource_operands(call, wanted, rest ? 2 : 1);

	if (status != 0 || o->app)
		return status;
	app_version_split(call, o->target, &what);
	if (what.version && o->version)
		return wrong("both %s and --version %s are given: leave one out", o->target,
			     o->version);
	if (what.version && *what.version == '\0')
		return wrong("%s: expected a version after \"@\"", o->target);
	o->app = what.app;
	if (what.version)
		o->version = what.version;
	return 0;
}

/* One that is left out is that of the build. */
static int complete_version(struct call *call, struct resource_options *o)
{
	struct app_version what;
	int status;

	if (o->version)
		return 0;
	call->operand_count = 0; /* they are taken */
	status = app_version_get(call, o->app, NULL, &what);
	o->version = what.version;
	return status;
}

int resource_version(struct call *call, struct resource_options *o)
{
	int status = take_version(call, o, NULL);

	return status != 0 ? status : complete_version(call, o);
}

int resource_version_or_none(struct call *call, struct resource_options *o)
{
	return take_version(call, o, NULL);
}

static int need_version(struct call *call, const struct resource_options *o)
{
	return need(call, o->version, "version", "the version, as in APP@VERSION");
}

int resource_version_given(struct call *call, struct resource_options *o)
{
	int status = take_version(call, o, NULL);

	return status != 0 ? status : need_version(call, o);
}

int resource_version_branch(struct call *call, struct resource_options *o)
{
	const struct wanted branch = {&o->branch, "branch", "the branch's name", false};
	int status = take_version(call, o, &branch);

	return status != 0 ? status : complete_version(call, o);
}

int resource_version_tag(struct call *call, struct resource_options *o)
{
	const struct wanted tag = {&o->tag, "tag", "the tag", false};
	int status = take_version(call, o, &tag);

	return status != 0 ? status : complete_version(call, o);
}

int resource_version_given_tag(struct call *call, struct resource_options *o)
{
	const struct wanted tag = {&o->tag, "tag", "the tag", false};
	int status = take_version(call, o, &tag);

	return status != 0 ? status : need_version(call, o);
}

struct tally_page resource_page(const struct resource_options *o)
{
	return (struct tally_page){
		.skip = (size_t)o->skip, .limit = (size_t)o->limit, .match = o->match};
}

struct tally_deletion resource_deletion(const struct resource_options *o)
{
	return (struct tally_deletion){.force = o->force, .rehearse = o->dry_run};
}

struct tally_application resource_application(const struct resource_options *o)
{
	return (struct tally_application){.name = o->app,
					  .display_name = o->display_name,
					  .main_branch = o->main_branch,
					  .repository_url = o->repository_url,
					  .repository_name = o->repository_name,
					  .repository_namespace = o->repository_namespace};
}

void resource_note_more(const cJSON *answer)
{
	if (cJSON_IsTrue(json_get(answer, "more")))
		note("there is more: --limit says how much of it is shown");
}

void resource_print_names(const char *title, const cJSON *list)
{
	const char *separator = "";
	const cJSON *item;

	if (!list || !list->child)
		return;
	out("  %s: ", title);
	cJSON_ArrayForEach(item, list)
	{
		out("%s%s%s", separator,
		    cJSON_IsString(item) ? item->valuestring : json_text(item, "name"),
		    cJSON_IsTrue(json_get(item, "latest")) ? " (head)" : "");
		separator = ", ";
	}
	out("\n");
}

static void print_member(const cJSON *answer, const char *title, const char *member)
{
	if (*json_text(answer, member))
		out("  %s: %s\n", title, json_text(answer, member));
}

void resource_print_application(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *latest = json_get(answer, "latestVersion");

	(void)o;
	out("%s (%s)\n", json_text(answer, "name"), json_text(answer, "displayName"));
	print_member(answer, "main branch", "mainBranch");
	if (latest)
		out("  latest version: %s, %s\n", json_text(latest, "version"),
		    json_text(latest, "createdAt"));
	print_member(answer, "repository", "repositoryUrl");
	print_member(answer, "repository's name", "repositoryName");
	print_member(answer, "repository's namespace", "repositoryNamespace");
	resource_print_names("labels", json_get(answer, "labels"));
	print_member(answer, "known since", "createdAt");
}

void resource_print_places(const cJSON *answer, bool versions)
{
	static const char *const kinds[] = {"deployed", "released"};
	const cJSON *place;

	for (size_t i = 0; i < 2; i++) {
		cJSON_ArrayForEach(place, json_get(answer, kinds[i]))
		{
			const char *instance = json_text(place, "instance");

			out("  %s%s%s to %s%s%s\n", versions ? json_text(place, "version") : "",
			    versions ? " " : "", kinds[i], json_text(place, "environment"),
			    *instance ? ", instance " : "", instance);
		}
	}
}

void resource_print_version(const struct resource_options *o, const cJSON *answer)
{
	const cJSON *contract;

	(void)o;
	out("%s %s\n", json_text(answer, "application"), json_text(answer, "version"));
	print_member(answer, "created", "createdAt");
	print_member(answer, "build", "buildUrl");
	resource_print_names("branches", json_get(answer, "branches"));
	resource_print_names("tags", json_get(answer, "tags"));
	cJSON_ArrayForEach(contract, json_get(answer, "contracts"))
	{
		out("  contract with %s, %s\n", json_text(contract, "provider"),
		    json_text(contract, "publishedAt"));
	}
	resource_print_places(answer, false);
}

const char *resource_fate(const struct resource_options *o)
{
	return o->dry_run ? "would be deleted" : "deleted";
}
