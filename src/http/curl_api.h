/* http/curl_api.h - libcurl, loaded on first use; for client.c alone.  The names stay those of the
 * library, so that the code reads as usual. */
#ifndef TALLY_HTTP_CURL_API_H
#define TALLY_HTTP_CURL_API_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#include "base/error.h"

#define CURL_API(X)                                                                                \
	X(easy_cleanup)                                                                            \
	X(easy_getinfo)                                                                            \
	X(easy_init)                                                                               \
	X(easy_reset)                                                                              \
	X(easy_setopt)                                                                             \
	X(easy_strerror)                                                                           \
	X(free)                                                                                    \
	X(global_init)                                                                             \
	X(multi_add_handle)                                                                        \
	X(multi_cleanup)                                                                           \
	X(multi_info_read)                                                                         \
	X(multi_init)                                                                              \
	X(multi_perform)                                                                           \
	X(multi_poll)                                                                              \
	X(multi_remove_handle)                                                                     \
	X(multi_setopt)                                                                            \
	X(multi_strerror)                                                                          \
	X(slist_append)                                                                            \
	X(slist_free_all)                                                                          \
	X(url)                                                                                     \
	X(url_cleanup)                                                                             \
	X(url_get)                                                                                 \
	X(url_set)                                                                                 \
	X(version_info)

struct curl_api {
#define TALLY_X(name) __typeof__(curl_##name) *name;
	CURL_API(TALLY_X)
#undef TALLY_X
};

extern struct curl_api tally__curl;

/* Loads and initialises the library, once; from any thread.  TALLY_EUNSUPPORTED. */
int tally__curl_load(struct tally_error *error);

#define curl_easy_cleanup        tally__curl.easy_cleanup
#define curl_easy_getinfo        tally__curl.easy_getinfo
#define curl_easy_init           tally__curl.easy_init
#define curl_easy_reset          tally__curl.easy_reset
#define curl_easy_setopt         tally__curl.easy_setopt
#define curl_easy_strerror       tally__curl.easy_strerror
#define curl_free                tally__curl.free
#define curl_global_init         tally__curl.global_init
#define curl_multi_add_handle    tally__curl.multi_add_handle
#define curl_multi_cleanup       tally__curl.multi_cleanup
#define curl_multi_info_read     tally__curl.multi_info_read
#define curl_multi_init          tally__curl.multi_init
#define curl_multi_perform       tally__curl.multi_perform
#define curl_multi_poll          tally__curl.multi_poll
#define curl_multi_remove_handle tally__curl.multi_remove_handle
#define curl_multi_setopt        tally__curl.multi_setopt
#define curl_multi_strerror      tally__curl.multi_strerror
#define curl_slist_append        tally__curl.slist_append
#define curl_slist_free_all      tally__curl.slist_free_all
#define curl_url                 tally__curl.url
#define curl_url_cleanup         tally__curl.url_cleanup
#define curl_url_get             tally__curl.url_get
#define curl_url_set             tally__curl.url_set
#define curl_version_info        tally__curl.version_info

#endif
