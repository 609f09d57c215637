#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "broker/git_credentials.h"
#include "broker/git_http.h"
#include "http/stream.h"

/* Of redirects, and of questions for credentials. */
#define MAX_TRIES 6
/* Of an answer that is a refusal, what is read. */
#define WORDS_BYTES 2048
/* Hosts take any name beside a token, but not none. */
#define TOKEN_USER "x-access-token"

struct http_carrier {
	struct carrier base;
	struct arena arena;
	struct http_stream *stream;
	struct git_url url; /* where it is now: redirects lead elsewhere */
	const char *root;   /* "https://example.org/team/x.git" */
	const char *authorization;
	struct git_credentials credentials;
	bool is_known; /* the helpers were told that they are right */
	const volatile sig_atomic_t *interrupt;
};

struct http_session {
	struct carrier_session base;
	enum git_service service;
};

static struct http_carrier *carrier_of(const struct carrier_session *session)
{
	return (struct http_carrier *)session->carrier;
}

static int set_root(struct http_carrier *carrier, struct tally_error *error)
{
	const struct git_url *url = &carrier->url;

	carrier->root = tally__arena_printf(
		&carrier->arena, "%s://%s%s%s%s", url->kind == GIT_URL_HTTPS ? "https" : "http",
		url->host, url->port ? ":" : "", url->port ? url->port : "", url->path);
	return carrier->root ? 0 : tally__fail_nomem(error);
}

static int set_authorization(struct http_carrier *carrier, struct tally_error *error)
{
	const struct git_credentials *given = &carrier->credentials;
	struct buf plain, coded;
	int status;

	if (given->source == CREDENTIAL_NONE) {
		carrier->authorization = NULL;
		return 0;
	}
	tally__buf_init(&plain, GIT_URL_BYTES * 2);
	tally__buf_init(&coded, GIT_URL_BYTES * 4);
	tally__buf_addf(&plain, "%s:%s", given->user, given->password);
	tally__buf_adds(&coded, "Basic ");
	status = tally__buf_status(&plain, error);
	if (status == 0)
		tally__base64_encode(&coded, plain.bytes, plain.len);
	if (status == 0)
		status = tally__buf_status(&coded, error);
	if (status == 0) {
		carrier->authorization = tally__arena_strdup(&carrier->arena, coded.bytes);
		status = carrier->authorization ? 0 : tally__fail_nomem(error);
	}
	tally__buf_release(&plain);
	tally__buf_release(&coded);
	return status;
}

static struct credential_place place_of(const struct http_carrier *carrier, char host[512])
{
	const struct git_url *url = &carrier->url;

	(void)snprintf(host, 512, "%s%s%s", url->host, url->port ? ":" : "",
		       url->port ? url->port : "");
	return (struct credential_place){.protocol = url->kind == GIT_URL_HTTPS ? "https" : "http",
					 .host = host,
					 .path = url->path + 1,
					 .user = url->user};
}

static int add_header(struct http_carrier *carrier, struct http_request *request, const char *name,
		      const char *value, struct tally_error *error)
{
	return tally__http_header_add(&request->headers, &carrier->arena, name, value, error);
}

static int add_headers(struct http_carrier *carrier, struct http_request *request,
		       struct tally_error *error)
{
	int status = add_header(carrier, request, "Cache-Control", "no-cache", error);

	if (status == 0 && carrier->authorization)
		status = add_header(carrier, request, "Authorization", carrier->authorization,
				    error);
	return status;
}

/* The beginning of a refusal's text, when it is one for people. */
static void read_words(struct http_carrier *carrier, const struct http_response *head,
		       char words[WORDS_BYTES])
{
	const char *type = tally__http_header_get(&head->headers, "Content-Type");
	bool is_text = type && strncmp(type, "text/plain", 10) == 0;
	size_t used = 0, got = 1;

	while (got > 0 && used < WORDS_BYTES - 1 &&
	       tally__http_stream_read(carrier->stream, words + used, WORDS_BYTES - 1 - used, &got,
				       NULL) == 0)
		used += got;
	words[is_text ? used : 0] = '\0';
}

static int code_of(int status)
{
	if (status == 401 || status == 403 || status == 407)
		return TALLY_EINVAL;
	if (status == 404 || status == 410)
		return TALLY_ENOTFOUND;
	return status == 502 || status == 503 || status == 504 ? TALLY_EUNREACHABLE : TALLY_EIO;
}

static const char *advice_for(int status)
{
	switch (status) {
	case 403:
		return ": it knows who asks, and does not allow it; ask for the right to read, or "
		       "to "
		       "write, the repository";
	case 404:
	case 410:
		return ": there is no such repository, or it is hidden from who asks; correct the "
		       "URL, make an empty repository there first, or give credentials";
	case 407:
		return ": the proxy wants credentials; give them in the variable of its URL";
	case 413:
		return ": what is sent is too large for the server; have its limit raised (nginx: "
		       "client_max_body_size)";
	case 502:
	case 503:
	case 504:
		return ": the git host is busy or down; try again later";
	default:
		return "";
	}
}

static int refuse(struct http_carrier *carrier, const struct http_response *head,
		  struct tally_error *error)
{
	struct tally_error made = TALLY_ERROR_INIT;
	char words[WORDS_BYTES];

	read_words(carrier, head, words);
	tally__fail(&made, code_of(head->status), "the git host answered %d%s%s", head->status,
		    advice_for(head->status), words[0] ? "; it said:" : "");
	if (words[0])
		tally__error_add_last_lines(&made, words, strlen(words));
	if (error && error->code == 0)
		*error = made;
	return made.code;
}

static int refuse_credentials(struct http_carrier *carrier, const char *why,
			      struct tally_error *error)
{
	if (carrier->credentials.source == CREDENTIAL_GIVEN)
		return tally__fail(error, TALLY_EINVAL,
				   "the git host does not accept the credentials (401): check name "
				   "and password or token, and whether the token has expired");
	if (carrier->credentials.source == CREDENTIAL_HELPER)
		return tally__fail(error, TALLY_EINVAL,
				   "the git host does not accept what git's credential helper gave "
				   "for \"%s\" (401): the helper was told; log in anew",
				   carrier->credentials.user);
	return tally__fail(error, TALLY_EINVAL,
			   "the git host wants credentials (401): expected a token in "
			   "TALLY_BROKER_TOKEN, name and password, or a credential helper of git "
			   "that knows them%s%s%s",
			   why ? " (git said: " : "", why ? why : "", why ? ")" : "");
}

/* Asked to say who asks: 0 when there is something new to try. */
static int find_credentials(struct http_carrier *carrier, struct tally_error *error)
{
	char host[512];
	struct credential_place place = place_of(carrier, host);
	const char *why = NULL;
	int status;

	if (carrier->credentials.source != CREDENTIAL_NONE) {
		tally__git_credentials_tell(&carrier->credentials, &place, false);
		return refuse_credentials(carrier, NULL, error);
	}
	status = tally__git_credentials_ask(&carrier->credentials, &why, &carrier->arena, &place,
					    carrier->interrupt, error);
	if (status == 0 && carrier->credentials.source == CREDENTIAL_NONE)
		status = refuse_credentials(carrier, why, error);
	return status == 0 ? set_authorization(carrier, error) : status;
}

static bool same_host(const struct git_url *a, const struct git_url *b)
{
	return strcmp(a->host, b->host) == 0 &&
	       (a->port == b->port || (a->port && b->port && strcmp(a->port, b->port) == 0));
}

/* A repository that was moved or renamed.  Credentials stay with their host, and with TLS. */
static int follow(struct http_carrier *carrier, const struct http_response *head, const char *end,
		  struct tally_error *error)
{
	const char *location = tally__http_header_get(&head->headers, "Location");
	size_t end_len = strlen(end), len = location ? strlen(location) : 0;
	struct git_url url;
	char *root = NULL;

	if (location && location[0] == '/' && location[1] != '/')
		location = tally__arena_printf(
			&carrier->arena, "%.*s%s",
			(int)(strlen(carrier->root) - strlen(carrier->url.path)), carrier->root,
			location);
	len = location ? strlen(location) : 0;
	if (len > end_len && strcmp(location + len - end_len, end) == 0)
		root = tally__arena_memdup(&carrier->arena, location, len - end_len);
	if (!root || strncmp(root, "http", 4) != 0 ||
	    tally__git_url_parse(&url, &carrier->arena, root, NULL) != 0 || url.user)
		return tally__fail(error, TALLY_EINVAL,
				   "the git host answered %d and leads to \"%.200s\", which is no "
				   "repository; give the URL as it is reached in the end",
				   head->status, location ? location : "nowhere");
	if (carrier->url.kind == GIT_URL_HTTPS && url.kind != GIT_URL_HTTPS)
		return tally__fail(error, TALLY_EINVAL,
				   "the git host leads from https to \"%.200s\", which is not "
				   "followed",
				   root);
	if (!same_host(&carrier->url, &url)) {
		carrier->credentials = (struct git_credentials){CREDENTIAL_NONE, NULL, NULL};
		carrier->authorization = NULL;
	} else {
		url.user = carrier->url.user;
	}
	carrier->url = url;
	return set_root(carrier, error);
}

static int check_type(const struct http_carrier *carrier, const struct http_response *head,
		      enum git_service service, struct tally_error *error)
{
	const char *type = tally__http_header_get(&head->headers, "Content-Type");
	const char *name = tally__git_service_name(service);
	char expected[80];

	(void)carrier;
	(void)snprintf(expected, sizeof expected, "application/x-%s-advertisement", name);
	if (type && strncmp(type, expected, strlen(expected)) == 0)
		return 0;
	return tally__fail(
		error, TALLY_EPARSE,
		"this is no git repository over HTTP: expected an answer of the type %s, "
		"found %.100s; check the URL, and that the server runs git http-backend",
		expected, type ? type : "none");
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* One question for what the repository has; *is_over unless there is reason to ask again. */
static int ask(struct http_carrier *carrier, enum git_service service, bool *is_over,
	       struct tally_error *error)
{
	struct http_request request = {.method = "GET", .body = ""};
	struct http_response head;
	char end[64];
	int status;

	*is_over = true;
	(void)snprintf(end, sizeof end, "/info/refs?service=%s", tally__git_service_name(service));
	request.target = tally__arena_printf(&carrier->arena, "%s%s", carrier->root, end);
	if (!request.target)
		return tally__fail_nomem(error);
	status = add_headers(carrier, &request, error);
	if (status == 0)
		status = tally__http_stream_begin(carrier->stream, &request, -1, 0, &head, error);
	if (status != 0)
		return status;
	if (head.status == 200)
		return check_type(carrier, &head, service, error);
	*is_over = false;
	if (is_redirect(head.status))
		return follow(carrier, &head, end, error);
	if (head.status == 401)
		return find_credentials(carrier, error);
	return refuse(carrier, &head, error);
}

static void tell_helpers(struct http_carrier *carrier)
{
	char host[512];
	const struct credential_place place = place_of(carrier, host);

	if (!carrier->is_known)
		tally__git_credentials_tell(&carrier->credentials, &place, true);
	carrier->is_known = true;
}

static int http_resume(struct carrier *base, enum git_service service, struct carrier_session **out,
		       struct tally_error *error)
{
	struct http_session *session = tally__calloc(1, sizeof *session);

	if (!session)
		return tally__fail_nomem(error);
	session->base.carrier = base;
	session->service = service;
	*out = &session->base;
	return 0;
}

static int http_open(struct carrier *base, enum git_service service, struct carrier_session **out,
		     struct tally_error *error)
{
	struct http_carrier *carrier = (struct http_carrier *)base;
	bool is_over = false;
	int status = 0;

	for (int i = 0; i < MAX_TRIES && status == 0 && !is_over; i++)
		status = ask(carrier, service, &is_over, error);
	if (status == 0 && !is_over)
		status = tally__fail(error, TALLY_EINVAL,
				     "the git host leads from one place to another without an end");
	if (status != 0)
		return status;
	tell_helpers(carrier);
	return http_resume(base, service, out, error);
}

static int http_send(struct carrier_session *base, const struct carrier_message *message,
		     struct tally_error *error)
{
	struct http_carrier *carrier = carrier_of(base);
	const char *name = tally__git_service_name(((struct http_session *)base)->service);
	struct http_request request = {
		.method = "POST", .body = message->bytes, .body_len = message->len};
	struct http_response head;
	char type[80], wanted[80];
	int status;

	(void)snprintf(type, sizeof type, "application/x-%s-request", name);
	(void)snprintf(wanted, sizeof wanted, "application/x-%s-result", name);
	request.target = tally__arena_printf(&carrier->arena, "%s/%s", carrier->root, name);
	if (!request.target)
		return tally__fail_nomem(error);
	status = add_headers(carrier, &request, error);
	if (status == 0)
		status = add_header(carrier, &request, "Content-Type", type, error);
	if (status == 0)
		status = add_header(carrier, &request, "Accept", wanted, error);
	if (status == 0)
		status = tally__http_stream_begin(carrier->stream, &request, message->file,
						  message->file_len, &head, error);
	if (status == 0 && head.status != 200)
		status = refuse(carrier, &head, error);
	return status;
}

static int http_read(struct carrier_session *session, char *bytes, size_t space, size_t *got,
		     struct tally_error *error)
{
	return tally__http_stream_read(carrier_of(session)->stream, bytes, space, got, error);
}

static void http_close(struct carrier_session *session)
{
	if (!session)
		return;
	tally__http_stream_end(carrier_of(session)->stream);
	tally__free(session);
}

static void http_free(struct carrier *base)
{
	struct http_carrier *carrier = (struct http_carrier *)base;

	tally__http_stream_free(carrier->stream);
	tally__arena_release(&carrier->arena);
	tally__free(carrier);
}

static const struct carrier_kind http_kind = {
	.open = http_open,
	.resume = http_resume,
	.send = http_send,
	.read = http_read,
	.close = http_close,
	.free = http_free,
};

static int copy_url(struct http_carrier *carrier, const struct git_url *url,
		    struct tally_error *error)
{
	struct arena *arena = &carrier->arena;

	carrier->url = (struct git_url){
		.kind = url->kind,
		.host = tally__arena_strdup(arena, url->host),
		.path = tally__arena_strdup(arena, url->path),
		.port = url->port ? tally__arena_strdup(arena, url->port) : NULL,
		.user = url->user ? tally__arena_strdup(arena, url->user) : NULL,
	};
	return carrier->url.host && carrier->url.path && (!url->port || carrier->url.port) &&
			       (!url->user || carrier->url.user)
		       ? 0
		       : tally__fail_nomem(error);
}

/* What the URL says comes first, then the options. */
static int take_credentials(struct http_carrier *carrier, const struct git_url *url,
			    const struct tally_broker_options *options, struct tally_error *error)
{
	const char *user = url->user ? url->user : options->user;
	const char *password = url->password ? url->password : options->token;

	if (!password && !url->user && options->user)
		password = options->password ? options->password : "";
	else if (!password && options->password && options->user && url->user &&
		 strcmp(options->user, url->user) == 0)
		password = options->password;
	if (!password)
		return 0;
	carrier->credentials = (struct git_credentials){
		.source = CREDENTIAL_GIVEN,
		.user = tally__arena_strdup(&carrier->arena, user ? user : TOKEN_USER),
		.password = tally__arena_strdup(&carrier->arena, password),
	};
	if (!carrier->credentials.user || !carrier->credentials.password)
		return tally__fail_nomem(error);
	return set_authorization(carrier, error);
}

int tally__http_carrier_new(struct carrier **out, const struct git_url *url,
			    const struct tally_broker_options *options, struct tally_error *error)
{
	static const char *const names[] = {"SSL_CERT_FILE", "GIT_SSL_CAINFO"};
	struct http_client_options http = {.ca_option = "--broker-ca-file",
					   .ca_file = options->ca_file,
					   .insecure_tls = options->insecure_tls,
					   .timeout_ms = options->timeout_ms,
					   .version = HTTP_CLIENT_HTTP_1_1};
	struct http_carrier *carrier = tally__calloc(1, sizeof *carrier);
	int status;

	if (!carrier)
		return tally__fail_nomem(error);
	for (size_t i = 0; i < 2 && !http.ca_file; i++) {
		const char *file = getenv(names[i]);

		http.ca_file = file && *file ? file : NULL;
	}
	carrier->base = (struct carrier){.kind = &http_kind, .is_http = true};
	carrier->interrupt = options->interrupt;
	tally__arena_init(&carrier->arena, 0);
	status = tally__http_stream_new(&carrier->stream, &http, options->interrupt, error);
	if (status == 0)
		status = copy_url(carrier, url, error);
	if (status == 0)
		status = set_root(carrier, error);
	if (status == 0)
		status = take_credentials(carrier, url, options, error);
	if (status != 0) {
		http_free(&carrier->base);
		return status;
	}
	*out = &carrier->base;
	return 0;
}
