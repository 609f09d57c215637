/* tally/stub.h - a stand-in for a provider: answers from any number of contracts, as well as it
 * can, and reads them again when they change.
 *
 * A request is answered by an interaction whose method, path and query fit, and, where it is a
 * POST, PUT or PATCH with a body, the content of the body too.  Headers and the body's type may
 * differ. Of several the best one answers: nothing differs before the fewest differences; of equals
 * the one that expects more headers and query parameters; of equals again the first in the order of
 * the sources, of the files in a folder by the bytes of their names, of the interactions in a file.
 *
 * Ownership: a stub copies what it is given.  Threads: it serves in threads of its own, which call
 * the listener, several at once; its functions may be called from several threads at once, but not
 * from the listener, and tally_stub_stop once, as the last.
 */
#ifndef TALLY_STUB_H
#define TALLY_STUB_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tally_stub;

/* What a stub tells its listener.  @since 0.1 */
enum tally_stub_event_kind {
	TALLY_STUB_ANSWERED, /* an interaction, or a CORS pre-flight (no description) */
	TALLY_STUB_UNKNOWN, /* nothing fits; contract and description are those that come nearest */
	TALLY_STUB_REFUSED, /* a request that could not be looked at */
	TALLY_STUB_SERVING, /* other contracts are served from now on */
	TALLY_STUB_NOTE     /* about a contract, or about all */
};

/* Lent for the time of the call.  Texts are UTF-8 and never NULL: "" where there is nothing to say.
 * @since 0.1 */
struct tally_stub_event {
	enum tally_stub_event_kind kind;
	int status; /* of the answer; 0: none was made by the stub */
	const char *method, *path;
	const char *contract;    /* the source: a file's path, a URL, a document's name */
	const char *description; /* of the interaction */
	const char *message;     /* what differs, what is wrong: a sentence */
	size_t contract_count;   /* SERVING: how many, and their interactions */
	size_t interaction_count;
};

typedef void tally_stub_listener(void *context, const struct tally_stub_event *event);

/* Texts of a caller.  @since 0.1 */
struct tally_stub_texts {
	const char *const *items;
	size_t count;
};

/* All zero gives the defaults.  @since 0.1 */
struct tally_stub_options {
	const char *host;    /* NULL: 127.0.0.1 */
	unsigned short port; /* 0: any free one */
	bool tls;            /* https, with a certificate made on the spot: see tally_stub_ca */

	/* Files, folders (their files that end in the extension, without those in folders below)
	 * and http(s) URLs.  Contracts, or expectations with inline matchers. */
	struct tally_stub_texts sources;
	const char *extension; /* NULL: "json" */
	/* Contract documents from elsewhere, and what each is called. */
	const cJSON *const *documents;
	const char *const *document_names;
	size_t document_count;
	/* Whose contracts are served: names as they are, or "/regular expression/", some of which
	 * a name contains.  None: all. */
	struct tally_stub_texts consumers, providers;

	/* A regular expression that a provider state of an interaction must contain; NULL: any. */
	const char *provider_state;
	/* Together with it: interactions without provider states answer, too. */
	bool empty_provider_state;
	/* The name of a request header whose value, where a request has it, stands in place of
	 * `provider_state`; or NULL. */
	const char *provider_state_header;

	bool cors;         /* answer OPTIONS that no interaction is for, with all allowed */
	bool cors_referer; /* Access-Control-Allow-Origin is the origin of the request's Referer */

	/* Looks for changes of files every so many milliseconds (rarer where there are so many
	 * that looking takes long); 0: only tally_stub_reload does. */
	unsigned watch_interval_ms;

	/* For URLs. */
	const char *user;  /* "name:password", or NULL */
	const char *token; /* or NULL */
	bool insecure_tls;

	unsigned long seed; /* of generated values; 0: one is chosen */
	const char *now;    /* the time for them, "2026-11-21T09:14:16+01:00"; NULL: the clock */

	tally_stub_listener *listener; /* NULL: nobody is told */
	void *context;
};

/* Reads all sources and starts serving their HTTP interactions; messages are left out, with a note.
 * Where there are generators, each answer has new values; those of provider states and of mock
 * servers stay examples.
 * TALLY_EINVAL (the options: `where` names the member; a status or header that cannot be sent);
 * TALLY_EPARSE, TALLY_ENOFILE, TALLY_EIO, TALLY_ELIMIT, TALLY_EUNREACHABLE, TALLY_ETIMEOUT of a
 * source: where several cannot be served, the message names them and the listener is told about
 * each; TALLY_ENOTHING (there is no HTTP interaction, or the filters leave none);
 * TALLY_EUNREACHABLE (the address is in use), TALLY_EUNSUPPORTED, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_stub_start(struct tally_stub **out, const struct tally_stub_options *options,
			       struct tally_error *error);

/* "http://127.0.0.1:34567", with TLS "https://…"; valid until the stub is stopped.  @since 0.1 */
TALLY_API const char *tally_stub_url(const struct tally_stub *stub);

/* As tally_mock_ca: with TLS, the certificate authority that a client has to trust, as PEM text;
 * NULL without.  Valid until the stub is stopped.  @since 0.1 */
TALLY_API const char *tally_stub_ca(const struct tally_stub *stub);

/* Reads all sources again, URLs too, and serves what they hold now, from one request to the next.
 * A source that cannot be read or served keeps what it had, and so does the whole when nothing
 * would be left; the listener is told, and the first error returned, when all is done.  Codes as
 * for tally_stub_start.  @since 0.1 */
TALLY_API int tally_stub_reload(struct tally_stub *stub, struct tally_error *error);

/* Puts other documents in the place of those given so far, copies them, and reloads.  When one of
 * them is no contract, nothing is done.  @since 0.1 */
TALLY_API int tally_stub_set_documents(struct tally_stub *stub, const cJSON *const *documents,
				       const char *const *names, size_t count,
				       struct tally_error *error);

/* Lets running answers end, then stops.  NULL is fine.  @since 0.1 */
TALLY_API void tally_stub_stop(struct tally_stub *stub);

#ifdef __cplusplus
}
#endif

#endif
