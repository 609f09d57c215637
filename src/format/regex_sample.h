/* format/regex_sample.h - makes random texts that a regular expression matches as a whole.
 *
 * Not every expression can be turned round: look-around and conditions are not understood.  So each
 * text is matched against the expression before it is given out, and another is tried if it fails.
 * Characters are ASCII where the expression lets them be; what may be repeated without end is
 * repeated 20 times at most.
 */
#ifndef TALLY_FORMAT_REGEX_SAMPLE_H
#define TALLY_FORMAT_REGEX_SAMPLE_H

#include "base/buf.h"
#include "base/random.h"

struct regex_sampler;

/* May be used from several threads at once.  TALLY_EPARSE, TALLY_ELIMIT as tally__regex_new;
 * TALLY_EUNSUPPORTED: there is something in it that no text can be made for; TALLY_ENOMEM. */
int tally__regex_sampler_new(struct regex_sampler **out, const char *pattern,
			     struct tally_error *error);
void tally__regex_sampler_free(struct regex_sampler *sampler);

/* Appends a text.  TALLY_EUNSUPPORTED: none that was tried matches; TALLY_ELIMIT: those that match
 * are too long, or matching was given up; TALLY_ENOMEM. */
int tally__regex_sample(const struct regex_sampler *sampler, struct random *random, struct buf *out,
			struct tally_error *error);

#endif
