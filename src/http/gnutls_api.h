/* http/gnutls_api.h - GnuTLS, loaded on first use; for certificate.c and tls.c.  The names stay
 * those of the library, so that the code reads as usual. */
#ifndef TALLY_HTTP_GNUTLS_API_H
#define TALLY_HTTP_GNUTLS_API_H

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/error.h"

#define GNUTLS_API(X)                                                                              \
	X(rnd)                                                                                     \
	X(strerror)                                                                                \
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

#define gnutls_rnd                            tally__gnutls.rnd
#define gnutls_strerror                       tally__gnutls.strerror
#define gnutls_x509_crt_deinit                tally__gnutls.x509_crt_deinit
#define gnutls_x509_crt_export                tally__gnutls.x509_crt_export
#define gnutls_x509_crt_get_key_id            tally__gnutls.x509_crt_get_key_id
#define gnutls_x509_crt_init                  tally__gnutls.x509_crt_init
#define gnutls_x509_crt_set_activation_time   tally__gnutls.x509_crt_set_activation_time
#define gnutls_x509_crt_set_authority_key_id  tally__gnutls.x509_crt_set_authority_key_id
#define gnutls_x509_crt_set_basic_constraints tally__gnutls.x509_crt_set_basic_constraints
#define gnutls_x509_crt_set_dn_by_oid         tally__gnutls.x509_crt_set_dn_by_oid
#define gnutls_x509_crt_set_expiration_time   tally__gnutls.x509_crt_set_expiration_time
#define gnutls_x509_crt_set_key               tally__gnutls.x509_crt_set_key
#define gnutls_x509_crt_set_key_purpose_oid   tally__gnutls.x509_crt_set_key_purpose_oid
#define gnutls_x509_crt_set_key_usage         tally__gnutls.x509_crt_set_key_usage
#define gnutls_x509_crt_set_serial            tally__gnutls.x509_crt_set_serial
#define gnutls_x509_crt_set_subject_alt_name  tally__gnutls.x509_crt_set_subject_alt_name
#define gnutls_x509_crt_set_subject_key_id    tally__gnutls.x509_crt_set_subject_key_id
#define gnutls_x509_crt_set_version           tally__gnutls.x509_crt_set_version
#define gnutls_x509_crt_sign2                 tally__gnutls.x509_crt_sign2
#define gnutls_x509_privkey_deinit            tally__gnutls.x509_privkey_deinit
#define gnutls_x509_privkey_export            tally__gnutls.x509_privkey_export
#define gnutls_x509_privkey_generate          tally__gnutls.x509_privkey_generate
#define gnutls_x509_privkey_init              tally__gnutls.x509_privkey_init

#endif
