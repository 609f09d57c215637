/* broker/can_i_deploy.h - the parts of one question: can this version go to that environment? */
#ifndef TALLY_BROKER_CAN_I_DEPLOY_H
#define TALLY_BROKER_CAN_I_DEPLOY_H

#include "broker/pair.h"

struct deploy_question {
	const char *application, *version, *environment;
	const char *location; /* of the broker, for the commands in the answer */
};

/* Appends one or two sentences on a judged pair. */
void tally__pair_explain(struct buf *out, const struct pair *pair,
			 const struct deploy_question *question);

/* Appends the command to run next, ready for a shell; nothing when all is well. */
void tally__pair_advise(struct buf *out, const struct pair *pair,
			const struct deploy_question *question);

/* The whole answer, for judged pairs.  *answer is an object, or what there is of it on failure. */
int tally__deploy_answer(struct records *records, const struct deploy_question *question,
			 const struct pair *pairs, cJSON **answer, struct tally_error *error);

#endif
