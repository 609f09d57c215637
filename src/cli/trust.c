#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/trust.h"

static bool write_all(int file, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(file, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		left -= (size_t)written;
	}
	return true;
}

/* Each mock has an authority of its own; the programs that read the file trust them all. */
static bool write_authorities(const struct mocks *mocks, int file)
{
	for (size_t i = 0; i < mocks->count; i++) {
		const char *authority = tally_mock_ca(mocks->items[i].mock);

		if (authority && !write_all(file, authority))
			return false;
	}
	return true;
}

static int fail(struct tally_error *error, const char *path)
{
	return set_error(error, TALLY_EIO, path, "cannot write the certificate authority: %s",
			 strerror(errno));
}

/* COMMAND may go elsewhere: the path is absolute. */
static char *file_name(struct call *call)
{
	const char *folder = getenv("TMPDIR");
	char *real = realpath(folder && *folder ? folder : "/tmp", NULL);
	char *name =
		scratch_format(&call->scratch, "%s/tally-mock-ca.XXXXXX", real ? real : "/tmp");

	free(real);
	return name;
}

int trust_write(const struct mocks *mocks, const char **path, struct tally_error *error)
{
	char *name;
	int file;
	bool ok;

	*path = NULL;
	if (mocks->count == 0 || !tally_mock_ca(mocks->items[0].mock))
		return 0;
	name = file_name(mocks->call);
	file = mkstemp(name);
	if (file < 0)
		return fail(error, name);
	ok = write_authorities(mocks, file);
	/* close() reports what a network file system could not write. */
	ok = close(file) == 0 && ok;
	if (!ok) {
		int code = fail(error, name);

		(void)unlink(name);
		return code;
	}
	*path = name;
	return 0;
}

void trust_remove(const char *path)
{
	if (path)
		(void)unlink(path);
}

void trust_add_variables(struct call *call, const char *path, bool widely,
			 struct text_list *variables)
{
	/* Ours; OpenSSL's, so that of most programs; Node's; curl's; that of Python's requests. */
	static const char *const names[] = {"TALLY_MOCK_CA", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS",
					    "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"};
	size_t count = widely ? sizeof(names) / sizeof(names[0]) : 1;

	for (size_t i = 0; path && i < count; i++)
		text_list_add(call, variables,
			      scratch_format(&call->scratch, "%s=%s", names[i], path));
}
