/* tally.h - all of Tally's public API: consumer-driven contracts, their matching, and their broker.
 *
 * Read in this order: error, json, contract, lint, match, generate, mock, consumer, stub, verify,
 * broker, environment, matrix.
 */
#ifndef TALLY_H
#define TALLY_H

#include <tally/application.h>
#include <tally/broker.h>
#include <tally/consumer.h>
#include <tally/contract.h>
#include <tally/environment.h>
#include <tally/error.h>
#include <tally/fetch.h>
#include <tally/generate.h>
#include <tally/json.h>
#include <tally/lint.h>
#include <tally/match.h>
#include <tally/matrix.h>
#include <tally/mock.h>
#include <tally/provider.h>
#include <tally/stub.h>
#include <tally/upkeep.h>
#include <tally/verify.h>
#include <tally/webhook.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library in use, such as "0.1.0" (static).  @since 0.1 */
TALLY_API const char *tally_version(void);

#ifdef __cplusplus
}
#endif

#endif
