/* http/gnutls_api.h - GnuTLS, loaded on first use; for certificate.c and tls.c.  The names stay
 * those of the library, so that the code reads as usual. */
#ifndef TALLY_HTTP_GNUTLS_API_H
#define TALLY_HTTP_GNUTLS_API_H

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/error.h"

#define GNUTLS_API(X)                                                                              \
	X(alert_get)                                                                               \
	X(alert_get_name)                                                                          \
	X(alpn_set_protocols)                                                                      \
	X(bye)                                                                                     \
	X(certificate_allocate_credentials)                                                        \
	X(certificate_free_credentials)                                                            \
	X(certificate_set_x509_key_mem)                                                            \
	X(credentials_set)                                                                         \
	X(deinit)                                                                                  \
	X(error_is_fatal)                                                                          \
	X(handshake)                                                                               \
	X(init)                                                                                    \
	X(record_check_pending)                                                                    \
	X(record_get_direction)                                                                    \
	X(record_recv)                                                                             \
	X(record_send)                                                                             \
	X(rnd)                                                                                     \
	X(set_default_priority)                                                                    \
	X(strerror)                                                                                \
	X(transport_set_int2)                                                                      \
	X(x509_crt_deinit)                                                                         \
	X(x509_crt_export)                                                                         \
	X(x509_crt_get_key_id)                                                                     \
	X(x509_crt_init)                                                                           \
	X(x509_crt_set_activation_time)                                                            \
	X(x509_crt_set_authority_key_id)                                                           \
	X(x509_crt_set_basic_constraints)                                                          \
	X(x509_crt_set_dn_by_oid)                                                                  \
	X(x509_crt_set_expiration_time)                                                            \
	X(x509_crt_set_key)                                                                        \
	X(x509_crt_set_key_purpose_oid)                                                            \
	X(x509_crt_set_key_usage)                                                                  \
	X(x509_crt_set_serial)                                                                     \
	X(x509_crt_set_subject_alt_name)                                                           \
	X(x509_crt_set_subject_key_id)                                                             \
	X(x509_crt_set_version)                                                                    \
	X(x509_crt_sign2)                                                                          \
	X(x509_privkey_deinit)                                                                     \
	X(x509_privkey_export)                                                                     \
	X(x509_privkey_generate)                                                                   \
	X(x509_privkey_init)

struct gnutls_api {
#define TALLY_X(name) __typeof__(gnutls_##name) *name;
	GNUTLS_API(TALLY_X)
#undef TALLY_X
};

extern struct gnutls_api tally__gnutls;

/* Loads the library, once; from any thread.  TALLY_EUNSUPPORTED. */
int tally__gnutls_load(struct tally_error *error);

#define gnutls_alert_get                        tally__gnutls.alert_get
#define gnutls_alert_get_name                   tally__gnutls.alert_get_name
#define gnutls_alpn_set_protocols               tally__gnutls.alpn_set_protocols
#define gnutls_bye                              tally__gnutls.bye
#define gnutls_certificate_allocate_credentials tally__gnutls.certificate_allocate_credentials
#define gnutls_certificate_free_credentials     tally__gnutls.certificate_free_credentials
#define gnutls_certificate_set_x509_key_mem     tally__gnutls.certificate_set_x509_key_mem
#define gnutls_credentials_set                  tally__gnutls.credentials_set
#define gnutls_deinit                           tally__gnutls.deinit
#define gnutls_error_is_fatal                   tally__gnutls.error_is_fatal
#define gnutls_handshake                        tally__gnutls.handshake
#define gnutls_init                             tally__gnutls.init
#define gnutls_record_check_pending             tally__gnutls.record_check_pending
#define gnutls_record_get_direction             tally__gnutls.record_get_direction
#define gnutls_record_recv                      tally__gnutls.record_recv
#define gnutls_record_send                      tally__gnutls.record_send
#define gnutls_rnd                              tally__gnutls.rnd
#define gnutls_set_default_priority             tally__gnutls.set_default_priority
#define gnutls_strerror                         tally__gnutls.strerror
#define gnutls_transport_set_int2               tally__gnutls.transport_set_int2
#define gnutls_x509_crt_deinit                  tally__gnutls.x509_crt_deinit
#define gnutls_x509_crt_export                  tally__gnutls.x509_crt_export
#define gnutls_x509_crt_get_key_id              tally__gnutls.x509_crt_get_key_id
#define gnutls_x509_crt_init                    tally__gnutls.x509_crt_init
#define gnutls_x509_crt_set_activation_time     tally__gnutls.x509_crt_set_activation_time
#define gnutls_x509_crt_set_authority_key_id    tally__gnutls.x509_crt_set_authority_key_id
#define gnutls_x509_crt_set_basic_constraints   tally__gnutls.x509_crt_set_basic_constraints
#define gnutls_x509_crt_set_dn_by_oid           tally__gnutls.x509_crt_set_dn_by_oid
#define gnutls_x509_crt_set_expiration_time     tally__gnutls.x509_crt_set_expiration_time
#define gnutls_x509_crt_set_key                 tally__gnutls.x509_crt_set_key
#define gnutls_x509_crt_set_key_purpose_oid     tally__gnutls.x509_crt_set_key_purpose_oid
#define gnutls_x509_crt_set_key_usage           tally__gnutls.x509_crt_set_key_usage
#define gnutls_x509_crt_set_serial              tally__gnutls.x509_crt_set_serial
#define gnutls_x509_crt_set_subject_alt_name    tally__gnutls.x509_crt_set_subject_alt_name
#define gnutls_x509_crt_set_subject_key_id      tally__gnutls.x509_crt_set_subject_key_id
#define gnutls_x509_crt_set_version             tally__gnutls.x509_crt_set_version
#define gnutls_x509_crt_sign2                   tally__gnutls.x509_crt_sign2
#define gnutls_x509_privkey_deinit              tally__gnutls.x509_privkey_deinit
#define gnutls_x509_privkey_export              tally__gnutls.x509_privkey_export
#define gnutls_x509_privkey_generate            tally__gnutls.x509_privkey_generate
#define gnutls_x509_privkey_init                tally__gnutls.x509_privkey_init

#endif
