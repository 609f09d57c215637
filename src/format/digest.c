#include "config.h"

#include "format/digest.h"

#include <nettle/sha1.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/library.h"
#include "format/libgit2.h"

/* Nettle, loaded on first use. */
static struct nettle {
	__typeof__(nettle_sha1_init) *init;
	__typeof__(nettle_sha1_update) *update;
	__typeof__(nettle_sha1_digest) *digest;
} nettle;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct tally_error outcome;

static void load(void)
{
	static const struct library_symbol symbols[] = {
		{"nettle_sha1_init", offsetof(struct nettle, init)},
		{"nettle_sha1_update", offsetof(struct nettle, update)},
		{"nettle_sha1_digest", offsetof(struct nettle, digest)},
	};

	tally__library_load(&nettle, symbols, sizeof(symbols) / sizeof(symbols[0]), NETTLE_SONAME,
			    "Nettle 3.7 or newer", &outcome);
}

static int digest_by_nettle(char text[DIGEST_TEXT_BYTES], const void *bytes, size_t len,
			    struct tally_error *error)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx context;
	char head[32];
	int head_len = snprintf(head, sizeof(head), "blob %zu", len);

	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	nettle.init(&context);
	nettle.update(&context, (size_t)head_len + 1, (const uint8_t *)head); /* with its NUL */
	nettle.update(&context, len, len > 0 ? bytes : (const void *)"");
	nettle.digest(&context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[DIGEST_TEXT_BYTES - 1] = '\0';
	return 0;
}

_Static_assert(sizeof(struct sha1) >= sizeof(struct sha1_ctx) && SHA1_BYTES == SHA1_DIGEST_SIZE,
	       "room for what Nettle keeps");

int tally__sha1_init(struct sha1 *sha1, struct tally_error *error)
{
	pthread_once(&once, load);
	if (outcome.code != 0)
		return tally__fail(error, outcome.code, "%s", outcome.message);
	nettle.init((struct sha1_ctx *)sha1);
	return 0;
}

void tally__sha1_add(struct sha1 *sha1, const void *bytes, size_t len)
{
	nettle.update((struct sha1_ctx *)sha1, len, bytes);
}

void tally__sha1_end(struct sha1 *sha1, uint8_t digest[SHA1_BYTES])
{
	nettle.digest((struct sha1_ctx *)sha1, SHA1_BYTES, digest);
}

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
	if (tally__git2_is_loaded())
		return digest_by_git(text, bytes, len, error);
	return digest_by_nettle(text, bytes, len, error);
}
