#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "broker/heads.h"
#include "broker/versions.h"

int tally__version_note_check(const struct version_note *note, struct tally_error *error)
{
	int status = tally__name_check(note->application, "application", error);

	if (status == 0)
		status = tally__name_check(note->version, "application's version", error);
	if (status == 0 && note->branch != NULL)
		status = tally__name_check(note->branch, "branch", error);
	if (status == 0 && note->build_url != NULL)
		status = tally__name_check(note->build_url, "build URL", error);
	for (size_t i = 0; status == 0 && i < note->tag_count; i++)
		status = tally__name_check(note->tags[i], "tag", error);
	return status;
}

void tally__version_note_describe(const struct version_note *note, struct buf *message)
{
	if (note->branch != NULL)
		tally__buf_addf(message, " (branch %s)", note->branch);
}

/* A record that is not there yet gets its name and the time of its making. */
static int create(struct record *record, const char *member, const char *name, int64_t now_unix,
		  struct tally_error *error)
{
	char created[TIME_TEXT_BYTES];
	int status = tally__record_set_text(record, member, name, error);

	tally__time_format(now_unix, created);
	if (status == 0)
		status = tally__record_set_text(record, "createdAt", created, error);
	return status;
}

static int application_record(struct records *records, struct record **out, const char *application,
			      int64_t now_unix, struct tally_error *error)
{
	int status = tally__records_get(records, out, PATH_APP, NAMES(application), error);

	if (status == 0 && (*out)->json == NULL)
		status = create(*out, "name", application, now_unix, error);
	return status;
}

int tally__application_ensure(struct records *records, const char *application, int64_t now_unix,
			      struct tally_error *error)
{
	struct record *record;

	return application_record(records, &record, application, now_unix, error);
}

/* Takes the next number of the application's sequence; the newest version is its last holder, and
 * is named by this one as the one before it. */
static int number_version(struct records *records, const struct version_note *note,
			  struct record *version, struct tally_error *error)
{
	struct record *latest;
	const char *previous = NULL;
	int64_t sequence = 0;
	int status =
		tally__records_get(records, &latest, PATH_LATEST, NAMES(note->application), error);

	if (status == 0 && latest->json != NULL)
		status = tally__record_number(latest, "sequence", &sequence, error);
	if (status == 0 && latest->json != NULL)
		status = tally__record_text(latest, "version", &previous, error);
	if (status == 0 && previous != NULL)
		status = tally__version_link(version, previous, error);
	if (status == 0)
		status = tally__record_set_number(latest, "sequence", sequence + 1, error);
	if (status == 0)
		status = tally__record_set_text(latest, "version", note->version, error);
	if (status == 0)
		status = tally__record_set_number(version, "sequence", sequence + 1, error);
	return status;
}

static int create_version(struct records *records, const struct version_note *note,
			  struct record *version, struct tally_error *error)
{
	int status = create(version, "version", note->version, note->now_unix, error);

	if (status == 0)
		status = tally__record_set_text(version, "application", note->application, error);
	if (status == 0)
		status = number_version(records, note, version, error);
	return status;
}

/* A version that is made or found, while its branch and tags are noted. */
struct joining {
	struct records *records;
	const struct version_note *note;
	struct record *application, *version;
	int64_t sequence;
	bool joined; /* a branch or tag that it did not have */
};

static int set_head(struct record *head, const char *kind, const char *name,
		    const struct joining *joining, struct tally_error *error)
{
	const struct version_note *note = joining->note;
	int64_t sequence = joining->sequence;
	int status = head->json == NULL ? create(head, kind, name, note->now_unix, error) : 0;

	if (status == 0)
		status = tally__record_set_text(head, "version", note->version, error);
	if (status == 0)
		status = tally__record_set_number(head, "sequence", sequence, error);
	return status;
}

/* The first branch or tag with one of these names is taken to be the main branch. */
static int detect_main_branch(struct record *application, const char *name,
			      struct tally_error *error)
{
	static const char *const candidates[] = {"develop", "main", "master"};
	const char *main_branch;
	int status = tally__record_optional_text(application, "mainBranch", &main_branch, error);

	if (status != 0 || main_branch != NULL)
		return status;
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		if (strcmp(name, candidates[i]) == 0)
			return tally__record_set_text(application, "mainBranch", name, error);
	}
	return 0;
}

static int join_branch(struct joining *joining, struct tally_error *error)
{
	const struct version_note *note = joining->note;
	struct record *head;
	bool joined;
	int status =
		tally__record_add_text(joining->version, "branches", note->branch, &joined, error);

	if (status != 0 || !joined)
		return status;
	joining->joined = true;
	status = tally__records_get(joining->records, &head, PATH_BRANCH,
				    NAMES(note->application, note->branch), error);
	if (status == 0)
		status = set_head(head, "branch", note->branch, joining, error);
	if (status == 0)
		status = detect_main_branch(joining->application, note->branch, error);
	return status;
}

/* Unlike a branch's, the head of a tag is the version with it that was created last. */
static int add_tag(struct joining *joining, const char *tag, struct tally_error *error)
{
	struct record *head;
	int64_t head_sequence = 0;
	bool added;
	int status = tally__record_add_text(joining->version, "tags", tag, &added, error);

	if (status != 0 || !added)
		return status;
	joining->joined = true;
	status = tally__records_get(joining->records, &head, PATH_TAG,
				    NAMES(joining->note->application, tag), error);
	if (status == 0 && head->json != NULL)
		status = tally__record_number(head, "sequence", &head_sequence, error);
	if (status == 0 && joining->sequence >= head_sequence)
		status = set_head(head, "tag", tag, joining, error);
	if (status == 0 && tally__records_are_derived(joining->records))
		status = tally__tagged_note(joining->records, joining->note->application, tag,
					    joining->note->version, joining->sequence, error);
	if (status == 0)
		status = detect_main_branch(joining->application, tag, error);
	return status;
}

/* The branch and the tags of the note. */
static int join(struct joining *joining, struct tally_error *error)
{
	const struct version_note *note = joining->note;
	int status = note->branch != NULL ? join_branch(joining, error) : 0;

	for (size_t i = 0; status == 0 && i < note->tag_count; i++)
		status = add_tag(joining, note->tags[i], error);
	return status;
}

int tally__version_ensure(struct records *records, const struct version_note *note,
			  struct record **out, struct tally_error *error)
{
	struct joining joining = {.records = records, .note = note};
	bool is_new = false;
	int status = application_record(records, &joining.application, note->application,
					note->now_unix, error);

	if (status == 0)
		status = tally__records_get(records, &joining.version, PATH_VERSION,
					    NAMES(note->application, note->version), error);
	if (status == 0 && joining.version->json == NULL) {
		is_new = true;
		status = create_version(records, note, joining.version, error);
	}
	if (status == 0)
		status =
			tally__record_number(joining.version, "sequence", &joining.sequence, error);
	if (status == 0)
		status = join(&joining, error);
	if (status == 0 && !is_new && joining.joined && tally__records_are_derived(records))
		status = tally__version_rejoin(records, joining.version, error);
	if (status == 0 && note->build_url != NULL)
		status =
			tally__record_set_text(joining.version, "buildUrl", note->build_url, error);
	if (status == 0)
		*out = joining.version;
	return status;
}

int tally__application_find(struct records *records, const char *application, struct record **out,
			    struct tally_error *error)
{
	struct record *found;
	int status = tally__name_check(application, "application", error);

	if (status == 0)
		status = tally__records_get(records, &found, PATH_APP, NAMES(application), error);
	if (status == 0 && found->json == NULL)
		status = tally__fail(error, TALLY_ENOTFOUND,
				     "no application \"%s\" is known here: check its name; tally "
				     "publish, tally verify --publish or tally app create makes it "
				     "known",
				     application);
	if (status == 0)
		*out = found;
	return status;
}

int tally__version_find(struct records *records, const char *application, const char *version,
			struct record **out, struct tally_error *error)
{
	struct record *app, *found;
	int status = tally__name_check(version, "application's version", error);

	if (status == 0)
		status = tally__application_find(records, application, &app, error);
	if (status == 0)
		status = tally__records_get(records, &found, PATH_VERSION,
					    NAMES(application, version), error);
	if (status == 0 && found->json == NULL)
		status = tally__fail(error, TALLY_ENOTFOUND,
				     "no version \"%s\" of \"%s\" is known here: tally publish "
				     "(as a consumer) or tally verify --publish (as a provider) "
				     "makes it known",
				     version, application);
	if (status == 0)
		*out = found;
	return status;
}

static int compare_versions(const void *a, const void *b)
{
	int64_t left = 0, right = 0;

	/* Their records were checked when they were read. */
	(void)tally__record_number(*(struct record *const *)a, "sequence", &left, NULL);
	(void)tally__record_number(*(struct record *const *)b, "sequence", &right, NULL);
	return left < right ? -1 : left > right;
}

int tally__versions_list(struct records *records, const char *application, struct record ***out,
			 size_t *count, struct tally_error *error)
{
	int status = tally__records_list_spread(records, out, count, PATH_VERSIONS,
						NAMES(application), "version.json", error);

	if (status == 0 && *count > 0)
		qsort(*out, *count, sizeof **out, compare_versions);
	return status;
}
