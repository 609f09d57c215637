/* consumer/interaction_body.h - bodies, and the header or metadata that say of which type they
 * are: the two go together. */
#ifndef TALLY_CONSUMER_INTERACTION_BODY_H
#define TALLY_CONSUMER_INTERACTION_BODY_H

#include "consumer/expectations.h"

/* Whether a header or metadata of this name is the content type. */
bool tally__is_content_type(const struct tally_interaction *interaction,
			    const struct named_member *member, const char *name);
/* That the body of a part is still what it says under the new content type, which is in `made`, the
 * part that a trial gave.  TALLY_EINVAL, TALLY_ENOMEM. */
int tally__content_type_check(const struct tally_interaction *interaction, enum tally_part part,
			      const cJSON *made, struct tally_error *error);
/* What the part declares is the type of its body, which then needs none of its own. */
void tally__content_type_declared(struct tally_interaction *interaction, enum tally_part part);

/* Moves members of a part that a trial gave into the interaction, and begins the part when there is
 * none yet.  TALLY_ENOMEM: nothing has changed. */
int tally__part_graft(struct tally_interaction *interaction, enum tally_part part, cJSON *made,
		      const struct graft_step *steps, size_t count, struct tally_error *error);

#endif
