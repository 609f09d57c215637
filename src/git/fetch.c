#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "git/fetch.h"
#include "git/sideband.h"

#define REQUEST_BYTES 4096

static int send_request(struct line_reader *reader, const struct advertisement *there,
			const git_oid *wanted, const git_oid *have, struct tally_error *error)
{
	char id[GIT_OID_HEXSZ + 1];
	struct buf request;
	int status;

	tally__buf_init(&request, REQUEST_BYTES);
	tally__line_addf(&request, "want %s%s%s agent=%s/%s\n",
			 git_oid_tostr(id, sizeof id, wanted),
			 there->has_side_band ? " side-band-64k" : "",
			 there->has_ofs_delta ? " ofs-delta" : "", PACKAGE_NAME, PACKAGE_VERSION);
	tally__line_add_flush(&request);
	if (!git_oid_is_zero(have))
		tally__line_addf(&request, "have %s\n", git_oid_tostr(id, sizeof id, have));
	tally__line_addf(&request, "done\n");
	status = tally__buf_status(&request, error);
	if (status == 0) {
		const struct carrier_message message = {
			.bytes = request.bytes, .len = request.len, .file = -1};

		status = reader->session->carrier->kind->send(reader->session, &message, error);
	}
	tally__buf_release(&request);
	return status;
}

/* One line says whether the server knows what is here, too. */
static int read_acknowledgement(struct line_reader *reader, struct tally_error *error)
{
	struct line line;
	int status = tally__line_read(reader, &line, error);

	if (status != 0)
		return status;
	if (strncmp(line.bytes, "ERR ", 4) == 0)
		return tally__fail(error, TALLY_EIO, "the git server said: %s", line.bytes + 4);
	if (line.kind != LINE_DATA ||
	    (strncmp(line.bytes, "NAK", 3) != 0 && strncmp(line.bytes, "ACK ", 4) != 0))
		return tally__fail(error, TALLY_EPARSE,
				   "the git server answered a fetch with \"%.60s\"; expected ACK "
				   "or NAK",
				   line.bytes);
	return 0;
}

/* A pack that comes in. */
struct intake {
	git_indexer *indexer;
	git_indexer_progress progress; /* libgit2 goes on from what it put there */
	uint64_t bytes;
};

static int append(struct intake *intake, const struct store *store, const char *bytes, size_t len,
		  struct tally_error *error)
{
	intake->bytes += len;
	if (intake->bytes > LIMIT_FETCH_BYTES)
		return tally__fail(
			error, TALLY_ELIMIT,
			"the repository is larger than %d bytes: is it that of a broker? "
			"tally broker maintain makes one smaller",
			LIMIT_FETCH_BYTES);
	if (git_indexer_append(intake->indexer, bytes, len, &intake->progress) < 0)
		return tally__git_fail(error, store->path, "take in what the git server sent");
	return 0;
}

static int read_plain(struct line_reader *reader, const char **bytes, size_t *len,
		      struct tally_error *error)
{
	/* A server without side bands sends the pack as it is. */
	*bytes = reader->bytes + reader->start;
	*len = reader->end - reader->start;
	reader->start = reader->end = 0;
	if (*len > 0)
		return 0;
	*bytes = reader->bytes;
	return reader->session->carrier->kind->read(reader->session, reader->bytes, LINE_BYTES, len,
						    error);
}

static int index_pack(struct intake *intake, const struct store *store, struct line_reader *reader,
		      const struct advertisement *there, struct tally_error *error)
{
	struct sideband band;
	const char *bytes = NULL;
	size_t len = 1;
	int status = 0;

	tally__sideband_init(&band, reader, there->has_side_band);
	while (status == 0 && len > 0) {
		status = there->has_side_band ? tally__sideband_read(&band, &bytes, &len, error)
					      : read_plain(reader, &bytes, &len, error);
		if (status == 0 && len > 0)
			status = append(intake, store, bytes, len, error);
	}
	if (status == 0 && band.has_failed)
		status = tally__sideband_fail(&band, TALLY_EIO, "the git server gave a fetch up",
					      error);
	if (status == 0 && intake->bytes == 0)
		status = tally__sideband_fail(&band, TALLY_EIO,
					      "the git server sent nothing of what it has", error);
	if (status == 0 && git_indexer_commit(intake->indexer, &intake->progress) < 0)
		status = tally__git_fail(error, store->path, "index what the git server sent");
	tally__sideband_release(&band);
	return status;
}

int tally__commit_fetch(struct pack *pack, const struct store *store, struct line_reader *reader,
			const struct advertisement *there, const git_oid *wanted,
			const git_oid *have, struct tally_error *error)
{
	git_indexer_options options = {.version = GIT_INDEXER_OPTIONS_VERSION};
	struct intake intake = {NULL};
	char folder[FILE_BYTES];
	int status = tally__store_file(folder, store, STAGE_DIR, "", error);

	pack->name[0] = '\0';
	if (status == 0)
		status = send_request(reader, there, wanted, have, error);
	if (status == 0)
		status = read_acknowledgement(reader, error);
	if (status != 0)
		return status;
	if (git_indexer_new(&intake.indexer, folder, 0444, NULL, &options) < 0)
		return tally__git_fail(error, store->path, "take in a pack");
	status = index_pack(&intake, store, reader, there, error);
	if (status == 0)
		status = tally__pack_move(pack, store, STAGE_DIR, git_indexer_name(intake.indexer),
					  true, error);
	git_indexer_free(intake.indexer);
	if (status != 0)
		tally__store_empty(store, STAGE_DIR);
	return status;
}
