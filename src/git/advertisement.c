#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "git/advertisement.h"

const char *tally__git_service_name(enum git_service service)
{
	return service == GIT_SERVICE_UPLOAD ? "git-upload-pack" : "git-receive-pack";
}

/* "side-band-64k" in "report-status side-band-64k agent=git/2". */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') &&
		    (at[len] == '\0' || at[len] == ' ' || at[len] == '\n'))
			return true;
	return false;
}

static int take_capabilities(struct advertisement *out, const char *list, struct tally_error *error)
{
	const char *format = strstr(list, "object-format=");

	out->has_side_band = has_word(list, "side-band-64k");
	out->has_report_status = has_word(list, "report-status");
	out->has_ofs_delta = has_word(list, "ofs-delta");
	if (format && strncmp(format, "object-format=sha1", 18) != 0)
		return tally__fail(error, TALLY_EUNSUPPORTED,
				   "the git repository names its objects by SHA-256; expected one "
				   "with SHA-1 (git init --object-format=sha1)");
	return 0;
}

static int no_reference(const struct line *line, struct tally_error *error)
{
	return tally__fail(error, TALLY_EPARSE,
			   "this is no answer of a git server: expected a reference, found "
			   "\"%.60s\"; is the URL that of a repository?",
			   line->bytes);
}

static int take_reference(struct advertisement *out, const struct line *line, bool is_first,
			  struct tally_error *error)
{
	const char *name = line->bytes + GIT_OID_HEXSZ + 1;
	size_t text_len = strlen(line->bytes);
	size_t name_len;
	git_oid id;
	int status;

	if (strncmp(line->bytes, "ERR ", 4) == 0)
		return tally__fail(error, TALLY_EIO, "the git server said: %s", line->bytes + 4);
	if (strncmp(line->bytes, "shallow ", 8) == 0)
		return 0;
	/* They tell how long ids are. */
	if (is_first && text_len < line->len) {
		status = take_capabilities(out, line->bytes + text_len + 1, error);
		if (status != 0)
			return status;
	}
	if (line->len < GIT_OID_HEXSZ + 2 || line->bytes[GIT_OID_HEXSZ] != ' ' ||
	    git_oid_fromstrn(&id, line->bytes, GIT_OID_HEXSZ) < 0)
		return no_reference(line, error);
	name_len = strlen(name);
	if (name_len > 0 && name[name_len - 1] == '\n')
		name_len--;
	/* So an empty repository tells what it can. */
	if (name_len == 15 && memcmp(name, "capabilities^{}", 15) == 0)
		return 0;
	out->is_empty = false;
	if (name_len == strlen(STORE_BRANCH) && memcmp(name, STORE_BRANCH, name_len) == 0)
		out->tip = id;
	return 0;
}

/* "# service=git-upload-pack", and a flush. */
static int read_service(struct line_reader *reader, enum git_service service,
			struct tally_error *error)
{
	static const char start[] = "# service=";
	const char *name = tally__git_service_name(service);
	struct line line;
	int status = tally__line_read(reader, &line, error);

	if (status != 0)
		return status;
	if (line.kind != LINE_DATA || strncmp(line.bytes, start, sizeof start - 1) != 0 ||
	    strncmp(line.bytes + sizeof start - 1, name, strlen(name)) != 0)
		return no_reference(&line, error);
	status = tally__line_read(reader, &line, error);
	if (status == 0 && line.kind != LINE_FLUSH)
		status = no_reference(&line, error);
	return status;
}

int tally__advertisement_read(struct advertisement *out, struct line_reader *reader,
			      enum git_service service, struct tally_error *error)
{
	struct advertisement made = {.is_empty = true};
	struct line line = {.kind = LINE_DATA};
	int status = reader->session->carrier->is_http ? read_service(reader, service, error) : 0;

	for (size_t count = 0; status == 0; count++) {
		status = tally__line_read(reader, &line, error);
		if (status != 0 || line.kind == LINE_FLUSH)
			break;
		if (line.kind == LINE_END)
			status =
				tally__fail(error, TALLY_EIO,
					    "the git server closed the connection in the middle of "
					    "its answer");
		else if (count >= LIMIT_REMOTE_REFERENCES)
			status = tally__fail(error, TALLY_ELIMIT,
					     "the repository has more than %d branches, tags and "
					     "the like: give the broker one of its own",
					     LIMIT_REMOTE_REFERENCES);
		else
			status = take_reference(&made, &line, count == 0, error);
	}
	if (status == 0)
		*out = made;
	return status;
}
