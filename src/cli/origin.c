#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/origin.h"
#include "cli/output.h"
#include "cli/process.h"

/* Variables are separated by spaces; the first that is set counts. */
struct ci_system {
	const char *name;
	const char *commit;
	const char *branches; /* that of a pull request first */
	const char *tag;      /* set when a tag is built: the branch variables may hold its name */
};

static const struct ci_system systems[] = {
	{"GitHub Actions", "GITHUB_SHA", "GITHUB_HEAD_REF GITHUB_REF_NAME", NULL},
	{"GitLab CI", "CI_COMMIT_SHA",
	 "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME CI_COMMIT_BRANCH CI_COMMIT_REF_NAME",
	 "CI_COMMIT_TAG"},
	{"Buildkite", "BUILDKITE_COMMIT", "BUILDKITE_BRANCH", "BUILDKITE_TAG"},
	{"CircleCI", "CIRCLE_SHA1", "CIRCLE_BRANCH", "CIRCLE_TAG"},
	{"Travis CI", "TRAVIS_COMMIT", "TRAVIS_PULL_REQUEST_BRANCH TRAVIS_BRANCH", "TRAVIS_TAG"},
	{"Bitbucket Pipelines", "BITBUCKET_COMMIT", "BITBUCKET_BRANCH", "BITBUCKET_TAG"},
	{"AppVeyor", "APPVEYOR_REPO_COMMIT",
	 "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH APPVEYOR_REPO_BRANCH", "APPVEYOR_REPO_TAG_NAME"},
	{"Azure Pipelines", "BUILD_SOURCEVERSION",
	 "SYSTEM_PULLREQUEST_SOURCEBRANCH BUILD_SOURCEBRANCH", NULL},
	{"Semaphore", "SEMAPHORE_GIT_SHA", "SEMAPHORE_GIT_PR_BRANCH SEMAPHORE_GIT_BRANCH",
	 "SEMAPHORE_GIT_TAG_NAME"},
	{"Drone", "DRONE_COMMIT_SHA", "DRONE_SOURCE_BRANCH DRONE_COMMIT_BRANCH", "DRONE_TAG"},
	{"Jenkins", "GIT_COMMIT", "CHANGE_BRANCH BRANCH_NAME GIT_BRANCH", "TAG_NAME"},
};

/* What was found, and where. */
struct finding {
	const char *version;
	const char *version_source;
	const char *branch;
	const char *branch_source;
};

static const char *variable(struct call *call, const char *names, const char **found)
{
	const char *word;
	size_t len;

	while (next_word(&names, &word, &len)) {
		const char *name = scratch_copy(&call->scratch, word, len);
		const char *text = getenv(name);

		if (text && *text) {
			*found = name;
			return text;
		}
	}
	return NULL;
}

/* Some systems name the branch with what git puts in front of it. */
static const char *bare_branch(const char *branch)
{
	static const char *const prefixes[] = {"refs/heads/", "origin/"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(branch, prefixes[i], len) == 0)
			return branch + len;
	}
	return branch;
}

static bool builds_tag(struct call *call, const struct ci_system *system)
{
	const char *type = getenv("GITHUB_REF_TYPE");
	const char *name;

	if (strcmp(system->commit, "GITHUB_SHA") == 0)
		return type && strcmp(type, "tag") == 0;
	return variable(call, system->tag, &name) != NULL;
}

static bool from_ci(struct call *call, struct finding *finding)
{
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		const struct ci_system *system = &systems[i];
		const char *name = NULL;
		const char *branch;

		finding->version = variable(call, system->commit, &name);
		if (!finding->version)
			continue;
		finding->version_source =
			scratch_format(&call->scratch, "%s of %s", name, system->name);
		branch = variable(call, system->branches, &name);
		if (branch && !builds_tag(call, system) && strncmp(branch, "refs/tags/", 10) != 0 &&
		    strncmp(branch, "refs/pull/", 10) != 0) {
			finding->branch = bare_branch(branch);
			finding->branch_source =
				scratch_format(&call->scratch, "%s of %s", name, system->name);
		}
		return true;
	}
	return false;
}

static void from_git(struct call *call, struct finding *finding)
{
	static const char *const commit[] = {"git",     "rev-parse", "--verify",
					     "--quiet", "HEAD",      NULL};
	static const char *const branch[] = {"git",     "symbolic-ref", "--quiet",
					     "--short", "HEAD",         NULL};

	finding->version = process_first_line(call, commit);
	finding->version_source = "git's HEAD in this folder";
	finding->branch = process_first_line(call, branch);
	finding->branch_source = finding->version_source;
}

void origin_find(struct call *call, struct origin *origin, enum origin_want want)
{
	bool wants_branch = want == ORIGIN_VERSION_AND_BRANCH && !origin->branch;
	struct finding finding = {0};

	if (origin->version && !wants_branch)
		return;
	if (!from_ci(call, &finding))
		from_git(call, &finding);
	if (!origin->version && finding.version) {
		origin->version = finding.version;
		note("version %s, from %s", finding.version, finding.version_source);
	}
	if (wants_branch && finding.branch) {
		origin->branch = finding.branch;
		note("branch %s, from %s", finding.branch, finding.branch_source);
	}
}

void origin_find_author(struct call *call, struct author *author)
{
	static const char *const name[] = {"git", "config", "--get", "user.name", NULL};
	static const char *const email[] = {"git", "config", "--get", "user.email", NULL};
	const char *found;

	author->name =
		variable(call,
			 "GIT_AUTHOR_NAME GITHUB_ACTOR GITLAB_USER_NAME "
			 "BUILDKITE_BUILD_CREATOR CIRCLE_USERNAME "
			 "APPVEYOR_REPO_COMMIT_AUTHOR BUILD_REQUESTEDFOR DRONE_COMMIT_AUTHOR",
			 &found);
	author->email = variable(call,
				 "GIT_AUTHOR_EMAIL GITLAB_USER_EMAIL BUILDKITE_BUILD_CREATOR_EMAIL "
				 "APPVEYOR_REPO_COMMIT_AUTHOR_EMAIL BUILD_REQUESTEDFOREMAIL "
				 "DRONE_COMMIT_AUTHOR_EMAIL",
				 &found);
	if (author->name)
		return;
	author->name = process_first_line(call, name);
	author->email = process_first_line(call, email);
}
