/* bench/bare_curl.h - the yardstick for clients: libcurl with nothing around it, as its
 * documentation shows it.  In a file of its own, because Tally's sources call libcurl by pointers.
 */
#ifndef TALLY_BENCH_BARE_CURL_H
#define TALLY_BENCH_BARE_CURL_H

#include <stddef.h>

/* GETs each URL, one after another over one connection (1), or over so many.  How many answers had
 * the status 200 and a body. */
size_t bare_curl_ask(char *const *urls, size_t count, size_t connections);

#endif
