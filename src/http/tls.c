#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "http/gnutls_api.h"
#include "http/tls.h"

struct tls {
	gnutls_certificate_credentials_t credentials;
};

struct tls_session {
	gnutls_session_t session;
};

static gnutls_datum_t datum_of(const char *text)
{
	return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text,
				.size = (unsigned)strlen(text)};
}

int tally__tls_new(struct tls **out, const struct certificate *certificate,
		   struct tally_error *error)
{
	const gnutls_datum_t server = datum_of(certificate->server);
	const gnutls_datum_t key = datum_of(certificate->key);
	struct tls *tls = tally__calloc(1, sizeof(*tls));
	int status;

	if (tls == NULL)
		return tally__fail_nomem(error);
	status = gnutls_certificate_allocate_credentials(&tls->credentials);
	if (status >= 0)
		status = gnutls_certificate_set_x509_key_mem(tls->credentials, &server, &key,
							     GNUTLS_X509_FMT_PEM);
	if (status < 0) {
		tally__tls_free(tls);
		return tally__fail(error, TALLY_EUNSUPPORTED,
				   "cannot serve with the certificate: %s",
				   gnutls_strerror(status));
	}
	*out = tls;
	return 0;
}

void tally__tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	if (tls->credentials != NULL)
		gnutls_certificate_free_credentials(tls->credentials);
	tally__free(tls);
}

static int set_up(gnutls_session_t session, const struct tls *tls, int fd)
{
	static const char protocol[] = "http/1.1";
	const gnutls_datum_t spoken = datum_of(protocol);
	int status = gnutls_set_default_priority(session);

	if (status >= 0)
		status = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (status >= 0)
		status = gnutls_alpn_set_protocols(session, &spoken, 1, 0);
	if (status >= 0)
		gnutls_transport_set_int2(session, fd, fd);
	return status;
}

struct tls_session *tally__tls_session_new(const struct tls *tls, int fd)
{
	struct tls_session *made = tally__calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	if (gnutls_init(&made->session,
			GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) < 0)
		made->session = NULL;
	if (made->session == NULL || set_up(made->session, tls, fd) < 0) {
		tally__tls_session_free(made);
		return NULL;
	}
	return made;
}

void tally__tls_session_end(struct tls_session *session)
{
	gnutls_bye(session->session, GNUTLS_SHUT_WR);
}

void tally__tls_session_free(struct tls_session *session)
{
	if (session == NULL)
		return;
	if (session->session != NULL)
		gnutls_deinit(session->session);
	tally__free(session);
}

static int waits(const struct tls_session *session)
{
	return gnutls_record_get_direction(session->session) != 0 ? TLS_WAITS_TO_WRITE
								  : TLS_WAITS_TO_READ;
}

int tally__tls_handshake(struct tls_session *session, const char **why)
{
	int status;

	do
		status = gnutls_handshake(session->session);
	while (status < 0 && status != GNUTLS_E_AGAIN && gnutls_error_is_fatal(status) == 0);
	if (status == GNUTLS_E_AGAIN)
		return waits(session);
	if (status >= 0)
		return 0;
	*why = status == GNUTLS_E_FATAL_ALERT_RECEIVED
		       ? gnutls_alert_get_name(gnutls_alert_get(session->session))
		       : gnutls_strerror(status);
	return TLS_FAILED;
}

ssize_t tally__tls_read(struct tls_session *session, void *bytes, size_t len)
{
	ssize_t got;

	do
		got = gnutls_record_recv(session->session, bytes, len);
	while (got < 0 && got != GNUTLS_E_AGAIN && gnutls_error_is_fatal((int)got) == 0);
	if (got >= 0)
		return got;
	if (got == GNUTLS_E_AGAIN)
		return waits(session);
	return got == GNUTLS_E_PREMATURE_TERMINATION ? 0 : TLS_FAILED;
}

ssize_t tally__tls_write(struct tls_session *session, const void *bytes, size_t len)
{
	ssize_t sent;

	do
		sent = gnutls_record_send(session->session, bytes, len);
	while (sent == GNUTLS_E_INTERRUPTED);
	if (sent >= 0)
		return sent;
	return sent == GNUTLS_E_AGAIN ? waits(session) : TLS_FAILED;
}

size_t tally__tls_pending(const struct tls_session *session)
{
	return gnutls_record_check_pending(session->session);
}
