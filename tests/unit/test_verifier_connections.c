/* How the verifier reaches a provider: transports, TLS, versions of HTTP, proxies, passwords. */
#include "config.h"

#include <gnutls/gnutls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/certificate.h"
#include "loopback.h"
#include "script_server.h"
#include "verifier_fixture.h"

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

#define GET(path)                                                                                  \
	"{\"description\":\"" path "\",\"request\":{\"method\":\"GET\",\"path\":\"" path "\"},"    \
	"\"response\":{\"status\":200}}"

static const struct script_answer good_answer = {.bytes = GOOD, .end = SCRIPT_KEEP};

static const char *script_url(struct fixture *fixture, const struct script_server *server,
			      const char *user, const char *path)
{
	return tally__arena_printf(&fixture->arena, "http://%s127.0.0.1:%u%s", user, server->port,
				   path);
}

/* ---- transports ---- */

#define OVER(transport, path, status)                                                              \
	"{\"type\":\"Synchronous/HTTP\",\"transport\":\"" transport "\",\"description\":\"" path   \
	"\",\"request\":{\"path\":\"" path "\"},\"response\":{\"status\":" status "}}"

static void each_transport_has_its_url(void **state)
{
	struct fixture *fixture = *state;
	struct script_server grpc, message;
	const char *transports[2];

	script_start(&grpc, &good_answer, 1);
	script_start(&message, &good_answer, 1);
	transports[0] = tally__arena_printf(&fixture->arena, "grpc=%s",
					    script_url(fixture, &grpc, "", "/base/"));
	transports[1] = tally__arena_printf(&fixture->arena, "message=%s",
					    script_url(fixture, &message, "", "/m"));
	fixture->options.transports = transports;
	fixture->options.transport_count = 2;
	fixture->options.jobs = 1;
	add_contract(fixture, "4.0", "interactions",
		     OVER("grpc", "/a", "200") "," OVER(
			     "other", "/b",
			     "404") ","
				    "{\"type\":\"Asynchronous/Messages\",\"description\":\"c\"}");
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "passed");
	assert_in(grpc.received.bytes, "GET /base/a HTTP/1.1\r\n");
	assert_string_equal(outcome(fixture, 1), "passed");
	assert_string_equal(fixture->log.bytes, "GET /b\n");
	assert_string_equal(outcome(fixture, 2), "passed");
	assert_in(message.received.bytes, "POST /m HTTP/1.1\r\n");
	script_stop(&grpc);
	script_stop(&message);
}

/* Another transport that is down says nothing about the provider, which is asked all the same. */
static void a_transport_may_be_down(void **state)
{
	static const char *const transports[] = {"grpc=http://127.0.0.1:1"};
	struct fixture *fixture = *state;

	fixture->options.transports = transports;
	fixture->options.transport_count = 1;
	fixture->options.jobs = 1;
	add_contract(fixture, "4.0", "interactions",
		     OVER("grpc", "/a", "200") "," OVER("http", "/b", "404"));
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "127.0.0.1:1");
	assert_string_equal(outcome(fixture, 1), "passed");
}

static void bad_options_are_refused(void **state)
{
	static const struct {
		const char *transports[2];
		const char *words;
	} bad[] = {{{"http://127.0.0.1:1", NULL}, "NAME=URL"},
		   {{"=http://127.0.0.1:1", NULL}, "NAME=URL"},
		   {{"a=b", NULL}, "http://HOST"},
		   {{"a=http://127.0.0.1:1/?q", NULL}, "query"},
		   {{"a=http://127.0.0.1:1", "a=http://127.0.0.1:2"}, "given twice"}};
	struct fixture *fixture = *state;
	struct tally_verify_options *options = &fixture->options;

	add_contract(fixture, "3.0.0", "interactions", GET("/a"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options->transports = bad[i].transports;
		options->transport_count = bad[i].transports[1] != NULL ? 2 : 1;
		assert_int_equal(verify(fixture), TALLY_EINVAL);
		assert_string_equal(fixture->error.where, "transports");
		assert_in(fixture->error.message, bad[i].words);
	}
	options->transport_count = 0;
	options->client_key = "key.pem";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_string_equal(fixture->error.where, "client_key");
	options->client_key = NULL;
	options->client_cert = "/nonexistent/cert.pem";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_in(fixture->error.message, "/nonexistent/cert.pem");
	options->client_cert = NULL;
	options->ca_file = "/nonexistent/ca.pem";
	assert_int_equal(verify(fixture), TALLY_EINVAL);
	assert_in(fixture->error.message, "/nonexistent/ca.pem");
}

/* ---- HTTP/2 ---- */

#define FRAME(len, type, flags, stream) "\0\0" len type flags "\0\0\0" stream

/* Settings, their acknowledgement, ":status: 200" on the first stream, which ends. */
static const char h2_answer[] = FRAME("\0", "\4", "\0", "\0") FRAME("\0", "\4", "\1", "\0")
	FRAME("\1", "\1", "\5", "\1") "\x88";

static void http_2_by_prior_knowledge(void **state)
{
	const struct script_answer answers[] = {
		{.bytes = h2_answer, .len = sizeof(h2_answer) - 1, .end = SCRIPT_HOLD}};
	struct fixture *fixture = *state;
	struct script_server server;

	script_start(&server, answers, 1);
	fixture->options.provider_url = script_url(fixture, &server, "", "");
	fixture->options.http_version = TALLY_HTTP_2;
	add_contract(fixture, "3.0.0", "interactions", GET("/a"));
	verify_well(fixture);
	if (strcmp(outcome(fixture, 0), "passed") != 0)
		fail_msg("%s", message(fixture, 0));
	assert_in(server.received.bytes, "PRI * HTTP/2.0\r\n\r\n");
	script_stop(&server);
}

/* ---- TLS ---- */

static const char *write_file(struct fixture *fixture, const char *folder, const char *name,
			      const char *text)
{
	const char *path = tally__arena_printf(&fixture->arena, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void use_tls_provider(struct fixture *fixture)
{
	const struct http_server_options options = {
		.handler = provide, .context = fixture, .threads = 1, .tls = true};

	tally__http_server_stop(fixture->provider);
	assert_int_equal(tally__http_server_start(&fixture->provider, &options, NULL), 0);
	fixture->options.provider_url = tally__http_server_url(fixture->provider);
}

static void authorities_are_trusted_or_not(void **state)
{
	struct fixture *fixture = *state;
	char folder[] = "/tmp/tally-test-XXXXXX";
	const char *ca_file;

	use_tls_provider(fixture);
	assert_non_null(mkdtemp(folder));
	ca_file = write_file(fixture, folder, "ca.pem",
			     tally__http_server_authority(fixture->provider));
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"a\",\"request\":{\"path\":\"/a\"},\"response\":{"
		     "\"status\":404}}");
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	assert_in(fixture->error.message, "no TLS connection to 127.0.0.1:");
	assert_in(fixture->error.message, "private authority");
	fixture->options.insecure_tls = true;
	verify_well(fixture);
	assert_true(success(fixture));
	fixture->options.insecure_tls = false;
	fixture->options.ca_file = ca_file;
	verify_well(fixture);
	assert_true(success(fixture));
	fixture->options.ca_file = NULL;
	setenv("SSL_CERT_FILE", ca_file, 1);
	verify_well(fixture);
	unsetenv("SSL_CERT_FILE");
	assert_true(success(fixture));

	/* It speaks 1.1 only. */
	fixture->options.ca_file = ca_file;
	fixture->options.http_version = TALLY_HTTP_2;
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "error");
	assert_in(message(fixture, 0), "HTTP/2 was asked for");
	(void)unlink(ca_file);
	(void)rmdir(folder);
}

/* A server that wants to see a certificate, whoever signed it, and answers over TLS. */
struct strict_server {
	int listen_fd;
	unsigned short port;
	gnutls_certificate_credentials_t credentials;
	size_t shown; /* how many connections showed one */
	pthread_t thread;
};

static void answer_strictly(struct strict_server *server, gnutls_session_t session)
{
	char bytes[4096];
	unsigned count = 0;
	int status;

	do {
		status = gnutls_handshake(session);
	} while (status < 0 && gnutls_error_is_fatal(status) == 0);
	if (status < 0)
		return;
	if (gnutls_certificate_get_peers(session, &count) != NULL && count > 0)
		server->shown++;
	if (gnutls_record_recv(session, bytes, sizeof(bytes)) > 0)
		(void)gnutls_record_send(session, GOOD, sizeof(GOOD) - 1);
	(void)gnutls_bye(session, GNUTLS_SHUT_WR);
}

static void *serve_strictly(void *context)
{
	struct strict_server *server = context;
	int fd;

	while ((fd = accept(server->listen_fd, NULL, NULL)) >= 0) {
		gnutls_session_t session;

		if (gnutls_init(&session, GNUTLS_SERVER) != 0 ||
		    gnutls_set_default_priority(session) != 0 ||
		    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, server->credentials) !=
			    0)
			abort();
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
		gnutls_transport_set_int(session, fd);
		answer_strictly(server, session);
		gnutls_deinit(session);
		close(fd);
	}
	return NULL;
}

static void strict_start(struct strict_server *server, const struct certificate *certificate)
{
	struct sockaddr_in address = wire_address(0);
	socklen_t len = sizeof(address);
	const gnutls_datum_t pem = {(unsigned char *)certificate->server,
				    (unsigned)strlen(certificate->server)};
	const gnutls_datum_t key = {(unsigned char *)certificate->key,
				    (unsigned)strlen(certificate->key)};

	*server = (struct strict_server){.listen_fd = socket(AF_INET, SOCK_STREAM, 0)};
	if (gnutls_certificate_allocate_credentials(&server->credentials) != 0 ||
	    gnutls_certificate_set_x509_key_mem(server->credentials, &pem, &key,
						GNUTLS_X509_FMT_PEM) != 0 ||
	    bind(server->listen_fd, (const struct sockaddr *)&address, len) != 0 ||
	    listen(server->listen_fd, 8) != 0 ||
	    getsockname(server->listen_fd, (struct sockaddr *)&address, &len) != 0 ||
	    pthread_create(&server->thread, NULL, serve_strictly, server) != 0)
		abort();
	server->port = ntohs(address.sin_port);
}

static void strict_stop(struct strict_server *server)
{
	shutdown(server->listen_fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listen_fd);
	gnutls_certificate_free_credentials(server->credentials);
}

static void client_certificates_are_shown(void **state)
{
	struct fixture *fixture = *state;
	char folder[] = "/tmp/tally-test-XXXXXX";
	struct certificate certificate;
	struct strict_server server;
	const char *ca_file, *cert, *key;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(tally__certificate_make(&certificate, "127.0.0.1", NULL), 0);
	ca_file = write_file(fixture, folder, "ca.pem", certificate.authority);
	cert = write_file(fixture, folder, "cert.pem", certificate.server);
	key = write_file(fixture, folder, "key.pem", certificate.key);
	strict_start(&server, &certificate);
	fixture->options.provider_url =
		tally__arena_printf(&fixture->arena, "https://127.0.0.1:%u", server.port);
	fixture->options.ca_file = ca_file;
	add_contract(fixture, "3.0.0", "interactions", GET("/a"));
	(void)verify(fixture);
	assert_false(fixture->results != NULL && success(fixture));
	assert_int_equal(server.shown, 0);
	fixture->options.client_cert = cert;
	fixture->options.client_key = key;
	verify_well(fixture);
	if (strcmp(outcome(fixture, 0), "passed") != 0)
		fail_msg("%s", message(fixture, 0));
	assert_int_equal(server.shown, 1);
	/* A key that is none: said before or when a connection is made, and with its reason. */
	fixture->options.client_key = ca_file;
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	assert_in(fixture->error.message, "client certificate");
	strict_stop(&server);
	(void)unlink(ca_file);
	(void)unlink(cert);
	(void)unlink(key);
	(void)rmdir(folder);
	tally__certificate_release(&certificate);
}

/* ---- proxies and passwords ---- */

/* What is on this machine is asked directly; everything else by the proxy of the environment. */
static void proxies_are_for_other_machines(void **state)
{
	struct fixture *fixture = *state;
	struct script_server proxy;

	script_start(&proxy, &good_answer, 1);
	setenv("http_proxy", script_url(fixture, &proxy, "", ""), 1);
	add_contract(fixture, "3.0.0", "interactions",
		     "{\"description\":\"a\",\"request\":{\"path\":\"/a\"},\"response\":{"
		     "\"status\":404}}");
	verify_well(fixture);
	assert_true(success(fixture));
	assert_int_equal(proxy.received.len, 0);
	fixture->options.provider_url = "http://provider.invalid:81";
	verify_well(fixture);
	assert_string_equal(outcome(fixture, 0), "failed");
	assert_in(proxy.received.bytes, "GET http://provider.invalid:81/a HTTP/1.1\r\n");
	setenv("no_proxy", "provider.invalid", 1);
	assert_int_equal(verify(fixture), TALLY_EUNREACHABLE);
	unsetenv("no_proxy");
	unsetenv("http_proxy");
	script_stop(&proxy);
}

/* Over one connection: each request has its own user and password, and others have none. */
static void passwords_stay_with_their_requests(void **state)
{
	struct fixture *fixture = *state;
	struct script_server server;
	const char *transports[1], *second;

	script_start(&server, &good_answer, 1);
	fixture->options.provider_url = script_url(fixture, &server, "me:one@", "");
	transports[0] = tally__arena_printf(&fixture->arena, "other=%s",
					    script_url(fixture, &server, "", ""));
	fixture->options.transports = transports;
	fixture->options.transport_count = 1;
	fixture->options.jobs = 1;
	add_contract(fixture, "4.0", "interactions",
		     OVER("http", "/a", "200") "," OVER("other", "/b", "200"));
	verify_well(fixture);
	assert_true(success(fixture));
	second = strstr(server.received.bytes, "GET /b");
	assert_non_null(second);
	assert_in(server.received.bytes, "Authorization: Basic bWU6b25l\r\n");
	assert_true(strstr(server.received.bytes, "Authorization") < second);
	assert_not_in(second, "Authorization");
	script_stop(&server);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_transport_has_its_url),     TEST(a_transport_may_be_down),
		TEST(bad_options_are_refused),        TEST(http_2_by_prior_knowledge),
		TEST(authorities_are_trusted_or_not), TEST(client_certificates_are_shown),
		TEST(proxies_are_for_other_machines), TEST(passwords_stay_with_their_requests),
	};

	forget_proxies();
	unsetenv("SSL_CERT_FILE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
