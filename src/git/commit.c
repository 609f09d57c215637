#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "git/commit.h"

#define MESSAGE_BYTES 65536
#define PERSON_BYTES  512

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Appends the character at `text` and returns its length; what is not UTF-8 becomes a "?". */
static size_t add_char(struct buf *out, const char *text)
{
	size_t len = tally__utf8_char_len(text, strnlen(text, 4));

	if (len == 0)
		tally__buf_addc(out, '?');
	else
		tally__buf_add(out, text, len);
	return len > 0 ? len : 1;
}

static void trim(struct buf *out, size_t start, const char *what)
{
	while (out->len > start && strchr(what, out->bytes[out->len - 1]))
		out->bytes[--out->len] = '\0';
}

/* The name or address of a person: one line, nothing in it that would end it. */
static void add_person(struct buf *out, const char *text, const char *otherwise)
{
	size_t start = out->len;

	text = text ? text : otherwise;
	text += strspn(text, " \t\r\n");
	while (*text && out->len - start < PERSON_BYTES) {
		if (is_control(*text) || *text == '<' || *text == '>')
			text++;
		else
			text += add_char(out, text);
	}
	trim(out, start, " ");
	if (out->len == start)
		tally__buf_adds(out, otherwise);
}

static void add_signature(struct buf *out, const char *role, const struct store_author *author)
{
	tally__buf_addf(out, "%s ", role);
	add_person(out, author->name, "tally");
	tally__buf_adds(out, " <");
	add_person(out, author->email, "tally@localhost");
	/* Git knows no time before 1970. */
	tally__buf_addf(out, "> %" PRId64 " +0000\n", author->now_unix > 0 ? author->now_unix : 0);
}

/* No control characters but line ends, no blanks at the end of lines, no empty lines at the
 * beginning or end, one line end at the end. */
static void add_message(struct buf *out, const char *message)
{
	size_t start = out->len;

	while (*message && out->len - start < MESSAGE_BYTES) {
		if (*message == '\n') {
			trim(out, start, " \t");
			if (out->len > start)
				tally__buf_addc(out, '\n');
			message++;
		} else if (is_control(*message) && *message != '\t') {
			message++;
		} else {
			message += add_char(out, message);
		}
	}
	trim(out, start, " \t\n");
	if (out->len == start)
		tally__buf_adds(out, "Change records");
	tally__buf_addc(out, '\n');
}

int tally__commit_write(struct staging *staging, git_oid *id, const git_oid *tree,
			const git_oid *parent, const struct store_author *author,
			const char *message, struct tally_error *error)
{
	char text[GIT_OID_HEXSZ + 1];
	struct buf out;
	int status;

	tally__buf_init(&out, MESSAGE_BYTES + (size_t)8 * PERSON_BYTES);
	tally__buf_addf(&out, "tree %s\n", git_oid_tostr(text, sizeof text, tree));
	if (!git_oid_is_zero(parent))
		tally__buf_addf(&out, "parent %s\n", git_oid_tostr(text, sizeof text, parent));
	add_signature(&out, "author", author);
	add_signature(&out, "committer", author);
	tally__buf_addc(&out, '\n');
	add_message(&out, message ? message : "");
	status = tally__buf_status(&out, error);
	if (status == 0)
		status = tally__staging_write(staging, id, GIT_OBJECT_COMMIT, out.bytes, out.len,
					      error);
	tally__buf_release(&out);
	return status;
}
