#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/certificate.h"
#include "http/gnutls_api.h"

/* P-256 is what every client knows, and is made in a fraction of a millisecond. */
#define KEY_BITS GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)

/* Browsers refuse what is valid for longer than 398 days.  Clocks of containers and virtual
 * machines may be behind: valid since yesterday. */
enum { DAY_S = 86400, VALID_DAYS = 365 };

enum { SERIAL_BYTES = 16, KEY_ID_BYTES = 64, PEM_BYTES = 8192 };

#define SERVER_AUTHENTICATION "1.3.6.1.5.5.7.3.1"
#define COMMON_NAME           "2.5.4.3"

/* One certificate under way, with its key; NULL: not made yet. */
struct pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

static void release_pair(struct pair *pair)
{
	if (pair->certificate != NULL)
		gnutls_x509_crt_deinit(pair->certificate);
	if (pair->key != NULL)
		gnutls_x509_privkey_deinit(pair->key);
}

static int fail(int status, struct tally_error *error)
{
	if (status == GNUTLS_E_MEMORY_ERROR)
		return tally__fail_nomem(error);
	return tally__fail(error, TALLY_EUNSUPPORTED,
			   "cannot make a certificate: GnuTLS refused: %s",
			   gnutls_strerror(status));
}

/* Runs the steps of GnuTLS until the first that fails. */
#define STEP(call)                                                                                 \
	do {                                                                                       \
		if (status >= 0)                                                                   \
			status = (call);                                                           \
	} while (0)

static int set_random_serial(gnutls_x509_crt_t certificate)
{
	unsigned char serial[SERIAL_BYTES];
	int status = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	/* A positive number of always the same length. */
	serial[0] = (serial[0] & 0x7f) | 0x40;
	STEP(gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial)));
	return status;
}

/* What both have in common. */
static int begin(struct pair *pair, const char *name)
{
	time_t now = time(NULL);
	unsigned char id[KEY_ID_BYTES];
	size_t id_len = sizeof(id);
	int status = gnutls_x509_privkey_init(&pair->key);

	STEP(gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA, KEY_BITS, 0));
	STEP(gnutls_x509_crt_init(&pair->certificate));
	STEP(gnutls_x509_crt_set_version(pair->certificate, 3));
	STEP(gnutls_x509_crt_set_key(pair->certificate, pair->key));
	STEP(set_random_serial(pair->certificate));
	STEP(gnutls_x509_crt_set_activation_time(pair->certificate, now - DAY_S));
	STEP(gnutls_x509_crt_set_expiration_time(pair->certificate,
						 now + (time_t)VALID_DAYS * DAY_S));
	STEP(gnutls_x509_crt_set_dn_by_oid(pair->certificate, COMMON_NAME, 0, name,
					   (unsigned)strlen(name)));
	STEP(gnutls_x509_crt_get_key_id(pair->certificate, 0, id, &id_len));
	STEP(gnutls_x509_crt_set_subject_key_id(pair->certificate, id, id_len));
	return status;
}

/* Newer clients want to see the key of the issuer named, in both. */
static int sign(struct pair *pair, const struct pair *issuer)
{
	unsigned char id[KEY_ID_BYTES];
	size_t id_len = sizeof(id);
	int status = gnutls_x509_crt_get_key_id(issuer->certificate, 0, id, &id_len);

	STEP(gnutls_x509_crt_set_authority_key_id(pair->certificate, id, id_len));
	STEP(gnutls_x509_crt_sign2(pair->certificate, issuer->certificate, issuer->key,
				   GNUTLS_DIG_SHA256, 0));
	return status;
}

static int make_authority(struct pair *authority)
{
	int status = begin(authority, "Tally, an authority for one server");

	STEP(gnutls_x509_crt_set_basic_constraints(authority->certificate, 1, 0));
	STEP(gnutls_x509_crt_set_key_usage(authority->certificate,
					   GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
	STEP(sign(authority, authority));
	return status;
}

static int add_name(gnutls_x509_crt_t certificate, const char *name)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (inet_pton(AF_INET, name, &ipv4) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			certificate, GNUTLS_SAN_IPADDRESS, &ipv4, sizeof(ipv4), GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, name, &ipv6) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			certificate, GNUTLS_SAN_IPADDRESS, &ipv6, sizeof(ipv6), GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name,
						    (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
}

static int add_names(gnutls_x509_crt_t certificate, const char *host)
{
	static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
	char machine[256] = "";
	int status = 0;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		STEP(add_name(certificate, always[i]));
		if (strcmp(host, always[i]) == 0)
			host = "";
	}
	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0) {
		if (gethostname(machine, sizeof(machine) - 1) == 0)
			host = machine;
	}
	if (*host != '\0')
		STEP(add_name(certificate, host));
	return status;
}

static int make_server(struct pair *server, const struct pair *authority, const char *host)
{
	int status = begin(server, "localhost");

	STEP(gnutls_x509_crt_set_basic_constraints(server->certificate, 0, -1));
	STEP(gnutls_x509_crt_set_key_usage(server->certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
	STEP(gnutls_x509_crt_set_key_purpose_oid(server->certificate, SERVER_AUTHENTICATION, 0));
	STEP(add_names(server->certificate, host));
	STEP(sign(server, authority));
	return status;
}

/* GnuTLS counts a closing NUL where it asks for more room, and writes it. */
static int export_certificate(char **out, const struct pair *pair)
{
	char pem[PEM_BYTES];
	size_t len = sizeof(pem);
	int status = gnutls_x509_crt_export(pair->certificate, GNUTLS_X509_FMT_PEM, pem, &len);

	if (status >= 0 && (*out = tally__strndup(pem, len)) == NULL)
		status = GNUTLS_E_MEMORY_ERROR;
	return status;
}

static int export_key(char **out, const struct pair *pair)
{
	char pem[PEM_BYTES];
	size_t len = sizeof(pem);
	int status = gnutls_x509_privkey_export(pair->key, GNUTLS_X509_FMT_PEM, pem, &len);

	if (status >= 0 && (*out = tally__strndup(pem, len)) == NULL)
		status = GNUTLS_E_MEMORY_ERROR;
	return status;
}

int tally__certificate_make(struct certificate *out, const char *host, struct tally_error *error)
{
	struct pair authority = {0};
	struct pair server = {0};
	struct certificate made = {0};
	int status = tally__gnutls_load(error);

	if (status != 0)
		return status;
	status = make_authority(&authority);
	STEP(make_server(&server, &authority, host));
	STEP(export_certificate(&made.authority, &authority));
	STEP(export_certificate(&made.server, &server));
	STEP(export_key(&made.key, &server));
	release_pair(&authority);
	release_pair(&server);
	if (status < 0) {
		tally__certificate_release(&made);
		return fail(status, error);
	}
	*out = made;
	return 0;
}

void tally__certificate_release(struct certificate *certificate)
{
	tally__free(certificate->authority);
	tally__free(certificate->server);
	tally__free(certificate->key);
	*certificate = (struct certificate){0};
}
