#include "config.h"

#include "format/digest.h"
#include "format/libgit2.h"

int tally__digest(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
		  struct tally_error *error)
{
	git_oid id;
	int status = tally__git2_load(error);

	if (status != 0)
		return status;
	if (git_odb_hash(&id, len > 0 ? bytes : "", len, GIT_OBJECT_BLOB) < 0) {
		const git_error *reason = git_error_last();

		/* All is in memory; but bytes made to collide are found out. */
		if (reason && reason->klass == GIT_ERROR_SHA)
			return tally__fail(error, TALLY_EINVAL, "cannot make a digest: %s",
					   reason->message);
		return tally__fail_nomem(error);
	}
	git_oid_tostr(text, DIGEST_TEXT_BYTES, &id);
	return 0;
}
