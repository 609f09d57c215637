#include "config.h"

#include "format/digest.h"

#include <stdio.h>

#include "format/libgit2.h"
#include "format/sha1.h"

/* libgit2's hash finds bytes that were made to collide. */
static int digest_by_git(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
			 struct tally_error *error)
{
	git_oid id;

	if (git_odb_hash(&id, len > 0 ? bytes : "", len, GIT_OBJECT_BLOB) < 0) {
		const git_error *reason = git_error_last();

		if (reason && reason->klass == GIT_ERROR_SHA)
			return tally__fail(error, TALLY_EINVAL, "cannot make a digest: %s",
					   reason->message);
		return tally__fail_nomem(error);
	}
	git_oid_tostr(text, DIGEST_TEXT_BYTES, &id);
	return 0;
}

int tally__digest(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
		  struct tally_error *error)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA1_BYTES];
	char head[32];
	int head_len;
	struct sha1 sha1;

	if (tally__git2_is_loaded())
		return digest_by_git(text, bytes, len, error);
	head_len = snprintf(head, sizeof(head), "blob %zu", len);
	tally__sha1_init(&sha1);
	tally__sha1_add(&sha1, head, (size_t)head_len + 1); /* with its NUL */
	tally__sha1_add(&sha1, len > 0 ? bytes : "", len);
	tally__sha1_end(&sha1, digest);
	for (size_t i = 0; i < SHA1_BYTES; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[DIGEST_TEXT_BYTES - 1] = '\0';
	return 0;
}
