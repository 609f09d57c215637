#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/push.h"
#include "git/sideband.h"

#define REQUEST_BYTES 4096
/* The report of one branch is a few lines. */
#define REPORT_BYTES 65536

static int make_request(struct buf *request, const struct advertisement *there, const git_oid *old,
			const git_oid *next, struct tally_error *error)
{
	char from[GIT_OID_HEXSZ + 1], to[GIT_OID_HEXSZ + 1];
	struct buf line;
	int status;

	tally__buf_init(&line, REQUEST_BYTES);
	tally__buf_addf(&line, "%s %s " STORE_BRANCH, git_oid_tostr(from, sizeof from, old),
			git_oid_tostr(to, sizeof to, next));
	tally__buf_addc(&line, '\0');
	tally__buf_addf(&line, " report-status%s agent=%s/%s",
			there->has_side_band ? " side-band-64k" : "", PACKAGE_NAME,
			PACKAGE_VERSION);
	status = tally__buf_status(&line, error);
	if (status == 0)
		tally__line_add(request, line.bytes, line.len);
	tally__line_add_flush(request);
	tally__buf_release(&line);
	return status == 0 ? tally__buf_status(request, error) : status;
}

static int open_pack(int *file, off_t *len, const struct store *store, const struct pack *pack,
		     struct tally_error *error)
{
	char name[FILE_BYTES];
	struct stat info;
	int status = tally__store_file(name, store, pack->name, ".pack", error);

	if (status != 0)
		return status;
	*file = open(name, O_RDONLY | O_CLOEXEC);
	if (*file < 0 || fstat(*file, &info) != 0)
		return tally__errno_fail(error, errno, name, "read a pack");
	*len = info.st_size;
	return 0;
}

static int send_request(const struct store *store, struct line_reader *reader,
			const struct advertisement *there, const struct pack *pack,
			const git_oid *old, const git_oid *next, bool *begun,
			struct tally_error *error)
{
	struct carrier_message message = {.file = -1};
	struct buf request;
	int status;

	*begun = false;
	tally__buf_init(&request, REQUEST_BYTES);
	status = make_request(&request, there, old, next, error);
	if (status == 0)
		status = open_pack(&message.file, &message.file_len, store, pack, error);
	if (status == 0) {
		message.bytes = request.bytes;
		message.len = request.len;
		*begun = true;
		status = reader->session->carrier->kind->send(reader->session, &message, error);
	}
	if (message.file >= 0)
		close(message.file);
	tally__buf_release(&request);
	return status;
}

struct report {
	bool has_unpacked, is_accepted;
	char unpack[512]; /* why not; "": no word of it */
	char reason[512]; /* why the branch was not moved */
};

static void copy_text(char *out, size_t space, const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len >= space)
		len = space - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* Some servers end their lines. */
static bool is_line(const struct line *line, const char *text)
{
	size_t len = strlen(text);

	return line->len >= len && memcmp(line->bytes, text, len) == 0 &&
	       (line->len == len || (line->len == len + 1 && line->bytes[len] == '\n'));
}

static void take_report_line(struct report *report, const struct line *line)
{
	static const char ng[] = "ng " STORE_BRANCH " ";

	if (line->len >= 7 && memcmp(line->bytes, "unpack ", 7) == 0) {
		report->has_unpacked = is_line(line, "unpack ok");
		if (!report->has_unpacked)
			copy_text(report->unpack, sizeof report->unpack, line->bytes + 7,
				  line->len - 7);
	} else if (is_line(line, "ok " STORE_BRANCH)) {
		report->is_accepted = true;
	} else if (line->len > sizeof ng - 1 && memcmp(line->bytes, ng, sizeof ng - 1) == 0) {
		copy_text(report->reason, sizeof report->reason, line->bytes + sizeof ng - 1,
			  line->len - (sizeof ng - 1));
	}
}

/* Its lines come as the data of the side band, in pieces of any size; without one, as they are. */
static int read_report(struct report *report, struct sideband *band, struct tally_error *error)
{
	struct buf bytes;
	const char *piece = NULL;
	size_t len = 1, at = 0, taken;
	struct line line;
	int status = 0;

	tally__buf_init(&bytes, REPORT_BYTES);
	while (status == 0 && len > 0) {
		status = tally__sideband_read(band, &piece, &len, error);
		if (status == 0 && len > 0 && !band->is_multiplexed)
			take_report_line(
				report,
				&(struct line){.kind = LINE_DATA, .bytes = piece, .len = len});
		else if (status == 0)
			tally__buf_add(&bytes, piece, len);
		if (status == 0)
			status = tally__buf_status(&bytes, error);
	}
	while (at < bytes.len &&
	       (taken = tally__line_take(bytes.bytes + at, bytes.len - at, &line)) > 0) {
		take_report_line(report, &line);
		at += taken;
	}
	tally__buf_release(&bytes);
	return status;
}

/* Git's words for a branch that is not where it was expected, or that another push has locked. */
static bool tells_of_a_race(const char *reason)
{
	static const char *const words[] = {
		"failed to update ref", "cannot lock ref",  "incorrect old value",
		"fetch first",          "failed to lock",   "reference already exists",
		"stale info",           "failed to update",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(reason, words[i]))
			return true;
	return false;
}

static enum push_outcome refuse(const struct report *report, const struct sideband *band,
				struct tally_error *error)
{
	char what[1200];

	if (report->unpack[0])
		snprintf(what, sizeof what,
			 "the git server could not store the change (%s): nothing was recorded",
			 report->unpack);
	else
		snprintf(what, sizeof what,
			 "the git server refused the change (%s): nothing was recorded",
			 report->reason);
	tally__sideband_fail(band, TALLY_EIO, what, error);
	return !report->unpack[0] && tells_of_a_race(report->reason) ? PUSH_LOST : PUSH_REFUSED;
}

enum push_outcome tally__push(const struct store *store, struct line_reader *reader,
			      const struct advertisement *there, const struct pack *pack,
			      const git_oid *old, const git_oid *next, struct tally_error *error)
{
	enum push_outcome outcome = PUSH_UNKNOWN;
	struct report report = {0};
	struct sideband band;
	bool begun;

	if (!there->has_report_status) {
		tally__fail(error, TALLY_EUNSUPPORTED,
			    "the git server does not say what became of a push (report-status)");
		return PUSH_UNSENT;
	}
	tally__sideband_init(&band, reader, there->has_side_band);
	if (send_request(store, reader, there, pack, old, next, &begun, error) != 0)
		outcome = begun ? PUSH_UNKNOWN : PUSH_UNSENT;
	else if (read_report(&report, &band, error) != 0)
		outcome = PUSH_UNKNOWN;
	else if (report.is_accepted && report.has_unpacked)
		outcome = PUSH_ACCEPTED;
	else if (report.reason[0] || report.unpack[0])
		outcome = refuse(&report, &band, error);
	else
		tally__sideband_fail(&band, TALLY_EIO,
				     "the git server did not say what became of the change", error);
	tally__sideband_release(&band);
	return outcome;
}
