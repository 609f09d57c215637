/* bench/bare_start.h - bench/bare_server, started with one answer. */
#ifndef TALLY_BENCH_BARE_START_H
#define TALLY_BENCH_BARE_START_H

#include <stddef.h>

#include "child.h"

/* Returns once it listens on server->port and answers to /0; ends the program when it does not. */
void bare_server_start(struct child *server, const char *body, size_t len);

#endif
