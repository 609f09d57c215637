/* Questions about versions that are to work together, asked. */
#include "config.h"

#include "broker/git_broker.h"
#include "broker/matrix.h"

struct question {
	const struct tally_matrix_query *query;
	const char *location;
	bool verdict;
};

static int ask(struct records *records, const void *context, cJSON **answer,
	       struct tally_error *error)
{
	const struct question *question = context;
	struct matrix matrix = {
		.records = records, .query = question->query, .location = question->location};
	int status = tally__matrix_check(&matrix, error);

	tally__map_init(&matrix.inferred);
	if (status == 0)
		status = tally__matrix_check_known(&matrix, error);
	if (status == 0)
		status = tally__matrix_fill(&matrix, error);
	if (status == 0)
		status = tally__matrix_answer(&matrix, question->verdict, answer, error);
	tally__matrix_release(&matrix);
	return status;
}

int tally__git_broker_can_i_deploy(struct tally_broker *broker,
				   const struct tally_matrix_query *query, cJSON **answer,
				   struct tally_error *error)
{
	const struct question question = {query, broker->location, true};

	return tally__broker_ask(broker, ask, &question, answer, error);
}

int tally__git_broker_matrix(struct tally_broker *broker, const struct tally_matrix_query *query,
			     cJSON **answer, struct tally_error *error)
{
	const struct question question = {query, broker->location, false};

	return tally__broker_ask(broker, ask, &question, answer, error);
}

int tally_broker_can_i_deploy(struct tally_broker *broker, const struct tally_matrix_query *query,
			      cJSON **answer, struct tally_error *error)
{
	if (broker->kind->can_i_deploy == NULL)
		return tally__broker_unsupported(broker, "answer can-i-deploy", error);
	return broker->kind->can_i_deploy(broker, query, answer, error);
}

int tally_broker_matrix(struct tally_broker *broker, const struct tally_matrix_query *query,
			cJSON **answer, struct tally_error *error)
{
	if (broker->kind->matrix == NULL)
		return tally__broker_unsupported(broker, "list the matrix", error);
	return broker->kind->matrix(broker, query, answer, error);
}
