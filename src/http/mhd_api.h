/* http/mhd_api.h - libmicrohttpd, loaded on first use; for server.c alone.  The names stay those of
 * the library, so that the code reads as usual. */
#ifndef TALLY_HTTP_MHD_API_H
#define TALLY_HTTP_MHD_API_H

#include <microhttpd.h>

#include "base/error.h"

#define MHD_API(X)                                                                                 \
	X(add_response_header)                                                                     \
	X(create_response_from_buffer)                                                             \
	X(destroy_response)                                                                        \
	X(get_connection_info)                                                                     \
	X(get_connection_values_n)                                                                 \
	X(lookup_connection_value)                                                                 \
	X(queue_response)                                                                          \
	X(quiesce_daemon)                                                                          \
	X(set_response_options)                                                                    \
	X(start_daemon)                                                                            \
	X(stop_daemon)

struct mhd_api {
#define TALLY_X(name) __typeof__(MHD_##name) *name;
	MHD_API(TALLY_X)
#undef TALLY_X
};

extern struct mhd_api tally__mhd;

/* Loads the library, once; from any thread.  TALLY_EUNSUPPORTED. */
int tally__mhd_load(struct tally_error *error);

#define MHD_add_response_header         tally__mhd.add_response_header
#define MHD_create_response_from_buffer tally__mhd.create_response_from_buffer
#define MHD_destroy_response            tally__mhd.destroy_response
#define MHD_get_connection_info         tally__mhd.get_connection_info
#define MHD_get_connection_values_n     tally__mhd.get_connection_values_n
#define MHD_lookup_connection_value     tally__mhd.lookup_connection_value
#define MHD_queue_response              tally__mhd.queue_response
#define MHD_quiesce_daemon              tally__mhd.quiesce_daemon
#define MHD_set_response_options        tally__mhd.set_response_options
#define MHD_start_daemon                tally__mhd.start_daemon
#define MHD_stop_daemon                 tally__mhd.stop_daemon

#endif
