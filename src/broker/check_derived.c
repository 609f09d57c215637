/* Whether what is derived is what it is derived from: it is made anew, from each version, and what
 * that changes was not as it should be. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "broker/check.h"
#include "broker/derive.h"

/* Records that are read before they are let go again. */
#define HELD_RECORDS 4096

static bool is_there(const struct check *check, const char *path)
{
	static const struct store_content nothing;
	struct store_content content;

	return tally__snapshot_content(check->records.snapshot, path, &content, NULL) == 0 &&
	       memcmp(&content, &nothing, sizeof content) != 0;
}

/* What is wrong with a record that was made anew; NULL: nothing. */
static const char *problem_of(const struct check *check, const struct record *record)
{
	bool there = is_there(check, record->path);

	if (record->json == NULL)
		return there ? "it should not be there: nothing that it follows from is" : NULL;
	return there ? "it is not what follows from the versions, contracts and runs"
		     : "it is missing, and follows from the versions, contracts or runs";
}

static int tell(struct check *check, const struct record *record)
{
	const char *problem = problem_of(check, record);
	struct buf next;
	int status;

	if (problem == NULL)
		return 0;
	tally__buf_init(&next, LIMIT_DOCUMENT_BYTES);
	tally__buf_adds(&next, "tally broker upgrade --broker ");
	tally__text_add_shell(&next, check->location, strlen(check->location));
	status = tally__buf_status(&next, check->error);
	if (status == 0)
		status = tally__check_tell(check, false, record->path, problem, next.bytes);
	tally__buf_release(&next);
	return status;
}

static int tell_changed(struct check *check, const struct records *records)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < records->by_path.count; i++) {
		const struct record *record = records->by_path.entries[i].value;

		if (record->changed)
			status = tell(check, record);
	}
	return status;
}

/* One version.  What cannot be read was told at its own place; no more can be said then. */
static int derive(struct check *check, struct records *records, const char *path)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct record *version;
	int status = tally__records_get_path(records, &version, path, &trouble);

	if (status == 0 && version->json != NULL)
		status = tally__derive_version(records, version, &trouble);
	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(check->error);
	if (status == 0 || status == TALLY_EPARSE || status == TALLY_EIO)
		return 0;
	return tally__check_problem(check, false, path, "what follows from it cannot be told: %s",
				    trouble.message);
}

int tally__check_derived(struct check *check)
{
	struct records records;
	int status = 0;

	tally__records_init(&records, check->records.snapshot);
	records.format = check->records.format;
	for (size_t i = 0; status == 0 && i < check->version_count; i++) {
		status = derive(check, &records, check->versions[i].path);
		if (status != 0 || records.by_path.count < HELD_RECORDS)
			continue;
		status = tell_changed(check, &records);
		tally__records_release(&records);
		tally__records_init(&records, check->records.snapshot);
		records.format = check->records.format;
	}
	if (status == 0)
		status = tell_changed(check, &records);
	tally__records_release(&records);
	return status;
}
